"""/role button: members give themselves the role that launches ping, and give it back, by one button."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol, Self

import discord
from discord import app_commands

from bot.cogs.governed import GovernedGroup, guild_of, here, who
from bot.cogs.replying import Interaction, Screen, language_of, reply, say
from bot.cogs.wishing import ending
from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Governing, Who
from bot.model import Post, RoleId, Tone
from bot.ports import Clock
from bot.rules.text import plain
from bot.tongue import said

WHY = "They pressed the button for launch pings"
"""What the server's audit log says."""
POWERS = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_roles=True,
    manage_channels=True,
    manage_messages=True,
    manage_webhooks=True,
    manage_threads=True,
    manage_events=True,
    manage_nicknames=True,
    manage_expressions=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    mention_everyone=True,
    view_audit_log=True,
    move_members=True,
    mute_members=True,
    deafen_members=True,
)
"""A role that may do any of this is not for everybody."""


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking


def trouble_of_role(guild: discord.Guild, role: discord.Role | None, language: str) -> str:  # noqa: PLR0911 -- one sentence each
    """What keeps members from giving themselves a role, with the way to mend it; empty when nothing does."""
    if role is None:
        return said(language, "The role that members could give themselves is gone. `/role button` takes another one.")
    if role.is_default():
        return said(language, "Everybody has that role already. Make one that people choose to have, and give me that one.")
    if role.managed:
        return said(
            language,
            "{role} belongs to an app or to a subscription: nobody can be given it. Make one of your own.",
            role=role.mention,
        )
    if role.permissions.value & POWERS.value:
        sentence = "{role} may do what only staff should: I do not hand it out. Make a role without permissions for this."
        return said(language, sentence, role=role.mention)
    if not guild.me.guild_permissions.manage_roles:
        return said(
            language, "I lack **Manage Roles**: Server Settings, Roles, “{me}”, and allow it.", me=plain(guild.me.top_role.name)
        )
    if role >= guild.me.top_role:
        sentence = "{role} stands above my own role, so I cannot give it: in Server Settings, Roles, drag “{me}” above it."
        return said(language, sentence, role=role.mention, me=plain(guild.me.top_role.name))
    return ""


class RoleCommands(GovernedGroup):
    """The command about the role."""

    def __init__(self, asking: Asking, _: Clock) -> None:
        super().__init__("role", "The role that launches ping")
        self._governing = Governing(asking)

    @app_commands.command(name="button", description="Post a button here by which members give themselves the ping role")
    @app_commands.describe(role="Which role; the one that is set, if you leave it out")
    async def button(self, interaction: Interaction, role: discord.Role | None = None) -> None:
        guild, by = here(interaction), who(interaction)
        server = (await self._governing.settings(by.guild)).server
        number = role.id if role is not None else server.role
        if number is None:
            raise Unacceptable(said(by.language, "Which role? Name it: `/role button role: @launches`."))
        trouble = trouble_of_role(guild, guild.get_role(number), by.language)
        if trouble:
            raise Unacceptable(trouble)
        await reply(interaction, self._offered(by, RoleId(number), server.role, server.language))

    async def _offered(self, by: Who, role: RoleId, before: RoleId | None, language: str) -> Screen:
        if role != before:
            await self._governing.decide(by, "/role button", lambda server: replace(server, role=role))
        return offer(role, language)


def offer(role: RoleId, language: str) -> Screen:
    """The message that offers a role to everybody."""
    lines = (said(language, "Press the button to be pinged with <@&{role}>, press it again to be left in peace.", role=role),)
    return Screen(Post(title=said(language, "🔔 Launch pings"), lines=lines, tone=Tone.GO), (GiveRole(role, language),))


class GiveRole(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"role:(?P<role>\d{1,19})"):
    """A button by which a member gets a role, or gives it back. What its id says is believed of no role that is not set."""

    def __init__(self, role: int, language: str = "en") -> None:
        self.role = role
        label = said(language, "Ping me, or stop it")
        style = discord.ButtonStyle.primary
        super().__init__(discord.ui.Button[Any](label=label, style=style, emoji="🔔", custom_id=f"role:{role}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(int(match["role"]))

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        answer = self.turned(Governing(knowing.asking), interaction)
        await ending(interaction, reply(interaction, answer, private=True))

    async def turned(self, governing: Governing, interaction: Interaction) -> Post:
        """Give the role, or take it back. Raises: Unacceptable."""
        guild, language, member = here(interaction), language_of(interaction), interaction.user
        settings = await governing.settings(guild_of(interaction))
        offered = {settings.server.role, *(role for watch in settings.watches for role in watch.roles)}
        role = guild.get_role(self.role)
        if role is None or role.id not in offered or not isinstance(member, discord.Member):
            raise Unacceptable(said(language, "This role is no longer offered. Ask an admin for a new button."))
        trouble = trouble_of_role(guild, role, language)
        if trouble:
            raise Unacceptable(said(language, "That does not work at the moment. Tell an admin: {trouble}", trouble=trouble))
        has = any(one.id == role.id for one in member.roles)
        try:
            await (member.remove_roles(role, reason=WHY) if has else member.add_roles(role, reason=WHY))
        except discord.Forbidden:
            sentence = "Discord did not let me do that. Tell an admin: `/doctor` shows what I lack."
            raise Unacceptable(said(language, sentence)) from None
        if has:
            return say(said(language, "🔕 Done: {role} is gone, launches ping you no more.", role=role.mention))
        return say(said(language, "🔔 Done: you have {role} now. Press again to be left in peace.", role=role.mention))
