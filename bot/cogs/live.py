"""/live: what streams now, or will next."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply
from bot.flow.ask import Asking
from bot.model import Post
from bot.ports import Clock
from bot.rules.agenda import on_air


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(asking: Asking, language: str) -> Post:
        live, following = await asking.live()
        return on_air(live, following, clock.now(), language=language)

    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def live(interaction: discord.Interaction) -> None:
        await reply(interaction, answer(asking.seen_from(interaction.guild_id), language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="live", description="What can be watched right now, or what comes next", callback=live
    )
