"""/search: events by any words: a mission, a rocket, somebody aboard, a place; typos are forgiven."""

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
from bot.rules.wording import listing
from bot.tongue import said

SHOWN = 10


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(asking: Asking, text: str, language: str) -> Post:
        tracks = await asking.search(text, SHOWN)
        if not tracks:
            return say(said(language, "I found nothing like “{text}”. Try fewer words, or see `/schedule`.", text=plain(text)))
        if len(tracks) == 1:
            return card(tracks[0], clock.now(), language=language)
        return listing(tracks, clock.now(), said(language, "Found: {text}", text=plain(text)), language=language)

    async def suggest(interaction: discord.Interaction, typed: str) -> Choices:
        return await suggested(asking.seen_from(interaction.guild_id).suggest(typed[:LONGEST]))

    @app_commands.describe(text="A mission, rocket, crew member, provider, place … typos are forgiven")
    @app_commands.autocomplete(text=suggest)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def search(interaction: discord.Interaction, text: app_commands.Range[str, 1, LONGEST]) -> None:
        await reply(interaction, answer(asking.seen_from(interaction.guild_id), text, language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="search", description="Find launches and events by any words, of the last year too", callback=search
    )
