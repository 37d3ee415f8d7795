"""Who may change a server's settings: who manages it, or whom its own settings for commands name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import Interaction, language_of
from bot.flow.ask import Unacceptable
from bot.flow.governing import Who
from bot.model import GuildId, UserId
from bot.tongue import said

NEEDED = discord.Permissions(manage_guild=True)
INSTALLS = app_commands.AppInstallationType(guild=True, user=False)
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
ROLE, USER = 1, 2
"""Discord's numbers for whom an overwrite of a command's permissions is about."""


def guild_of(interaction: Interaction) -> GuildId:
    """The server where it was asked; 0, which has nothing, outside of one."""
    return GuildId(interaction.guild_id or 0)


def who(interaction: Interaction) -> Who:
    """Who changes what, where."""
    return Who(guild_of(interaction), UserId(interaction.user.id), language_of(interaction))


def here(interaction: Interaction) -> discord.Guild:
    """The server, as the gateway told of it. Raises: Unacceptable."""
    language = language_of(interaction)
    guild: discord.Guild | None = interaction.client.get_guild(guild_of(interaction))
    if guild is not None and guild.unavailable:
        raise Unacceptable(said(language, "Discord does not show me this server at the moment. Try again in a minute."))
    if guild is None:
        sentence = "I am no member of this server. Ask an admin to invite me with both `bot` and `applications.commands`."
        raise Unacceptable(said(language, sentence))
    return guild


async def may_govern(interaction: Interaction) -> bool:
    """Whether this person may: by Manage Server, or as an admin allowed it. Raises: MissingPermissions, NoPrivateMessage.

    Discord shows a command to whom an admin allowed it, and does not say so with the command: so it is asked, for the few who
    come without Manage Server.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if interaction.permissions.manage_guild or await _is_allowed(interaction):
        return True
    raise app_commands.MissingPermissions(["manage_guild"])


async def _is_allowed(interaction: Interaction) -> bool:
    """Whether the server's settings for this command name this person, or one of their roles."""
    command: Any = interaction.data if interaction.type is discord.InteractionType.application_command else None
    if command is None or interaction.guild_id is None:
        return False
    app = interaction.application_id
    for ident in (int(command["id"]), app):  # what is said of all commands holds where nothing is said of one
        try:
            answer = await interaction.client.http.get_application_command_permissions(app, interaction.guild_id, ident)
        except discord.NotFound:  # nobody ever set any
            continue
        return allowed(answer["permissions"], interaction)
    return False


def allowed(overwrites: Iterable[Any], interaction: Interaction) -> bool:
    """Whether these allow it: what is said of a person goes before what is said of a role, that before what is said of everyone."""
    told: dict[tuple[int, int], bool] = {(one["type"], int(one["id"])): one["permission"] for one in overwrites}
    person = told.get((USER, interaction.user.id))
    if person is not None:
        return person
    mine = [role.id for role in getattr(interaction.user, "roles", ()) if role.id != interaction.guild_id]
    roles = [told[ROLE, role] for role in mine if (ROLE, role) in told]
    return any(roles) if roles else told.get((ROLE, interaction.guild_id or 0), False)


def may_press(interaction: Interaction) -> None:
    """Let those press who manage the server, or who were answered alone after they were let in. Raises: MissingPermissions."""
    message = interaction.message
    asked = message.interaction_metadata if message is not None and message.flags.ephemeral else None
    if not (interaction.permissions.manage_guild or (asked is not None and asked.user.id == interaction.user.id)):
        raise app_commands.MissingPermissions(["manage_guild"])


class GovernedGroup(app_commands.Group):
    """A group of commands for admins: Discord hides them from others by default, and they are checked again here."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(
            name=name,
            description=description,
            guild_only=True,
            default_permissions=NEEDED,
            allowed_installs=INSTALLS,
            allowed_contexts=CONTEXTS,
        )

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        return await may_govern(interaction)


def governed(command: app_commands.Command[Any, ..., None]) -> app_commands.Command[Any, ..., None]:
    """Keep a command of its own for admins."""
    command.guild_only = True
    command.default_permissions = NEEDED
    command.allowed_installs = INSTALLS
    command.allowed_contexts = CONTEXTS
    command.add_check(may_govern)
    return command
