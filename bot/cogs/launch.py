"""/launch: one launch or event, found while its name is typed."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.flow.ask import Asking
from bot.model import Post
from bot.ports import Clock
from bot.rules.card import card
from bot.rules.text import plain
from bot.tongue import phrase

UNKNOWN = phrase("I know nothing called “{name}”. Pick one from the list that opens while you type, or see `/next`.")


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(asking: Asking, name: str, language: str) -> Post:
        track = await asking.launch(name)
        if track is None:
            return say(UNKNOWN(language, name=plain(name)))
        return card(track, clock.now(), language=language)

    async def suggest(interaction: discord.Interaction, typed: str) -> Choices:
        return await suggested(asking.seen_from(interaction.guild_id).suggest(typed[:LONGEST]))

    @app_commands.describe(name="Its name, or a part of it")
    @app_commands.autocomplete(name=suggest)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def launch(interaction: discord.Interaction, name: app_commands.Range[str, 1, LONGEST]) -> None:
        await reply(interaction, answer(asking.seen_from(interaction.guild_id), name, language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="launch", description="When one launch or event is, where, and where to watch it", callback=launch
    )
