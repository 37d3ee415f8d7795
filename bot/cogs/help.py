"""/help: the commands that this person may use here, read from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import Interaction, language_of, reply
from bot.cogs.translating import Offered, description_of, name_of
from bot.model import Post
from bot.tongue import said


def command(tree: app_commands.CommandTree[Any]) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(interaction: Interaction) -> Post:
        offered = (one for one in tree.get_commands() if not isinstance(one, app_commands.ContextMenu))
        mine = sorted((one for one in offered if fits(one, interaction)), key=_name)
        language = language_of(interaction)
        return Post(
            title=said(language, "What I can do for you here"),
            lines=tuple(f"`/{name_of(one, language)}` {description_of(one, language)}" for outer in mine for one in inside(outer)),
            footer=said(language, "Every time I show is in your own zone. I ping nobody by answering."),
        )

    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help_(interaction: discord.Interaction) -> None:
        await reply(interaction, answer(interaction), private=True)

    return app_commands.Command[Any, ..., None](name="help", description="What I can do for you here", callback=help_)


def fits(offered: Offered, interaction: Interaction) -> bool:
    """Whether this person may use it here, as far as its defaults say."""
    needed = offered.default_permissions
    in_server = interaction.guild_id is not None and interaction.is_guild_integration()
    return (in_server or not offered.guild_only) and (needed is None or needed <= interaction.permissions)


def inside(offered: Offered) -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Give the commands of a group, or the command itself."""
    if isinstance(offered, app_commands.Command):
        yield offered
    else:
        yield from (one for one in offered.walk_commands() if isinstance(one, app_commands.Command))


def _name(offered: Offered) -> str:
    return offered.name
