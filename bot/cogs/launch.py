"""/launch: one launch or event, found while its name is typed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import reply, say
from bot.flow.ask import Asking
from bot.model import Post
from bot.ports import Clock, StoreDown
from bot.rules.card import card
from bot.rules.text import plain

log = logging.getLogger(__name__)

LONGEST_NAME = 200
SUGGESTING_S = 2.0
"""Suggestions that come later than this are for letters that have changed since."""


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(name: str) -> Post:
        track = await asking.launch(name)
        if track is None:
            return say(f"I know nothing called “{plain(name)}”. Pick one from the list that opens while you type, or see `/next`.")
        return card(track, clock.now())

    async def suggest(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(SUGGESTING_S):
                found = await asking.suggest(typed[:LONGEST_NAME])
        except (StoreDown, TimeoutError) as slow:
            log.warning("no suggestions for /launch: %s", slow)
            return []
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    @app_commands.describe(name="Its name, or a part of it")
    @app_commands.autocomplete(name=suggest)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def launch(interaction: discord.Interaction, name: app_commands.Range[str, 1, LONGEST_NAME]) -> None:
        await reply(interaction, answer(name))

    return app_commands.Command[Any, ..., None](
        name="launch", description="When one launch or event is, where, and where to watch it", callback=launch
    )
