"""/next: what flies next."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply, say
from bot.flow.ask import Asking
from bot.model import Post
from bot.ports import Clock
from bot.rules.text import plain
from bot.rules.wording import listing
from bot.tongue import said

COUNT = 3
MOST = 10
LONGEST_FILTER = 100


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(asking: Asking, count: int, text: str, language: str) -> Post:
        tracks = await asking.upcoming(count, text)
        if not tracks and await asking.age() is None:
            return say(said(language, "I have not heard from a launch feed yet. Try again in a minute."))
        title = said(language, "Next: {filter}", filter=plain(text)) if text else said(language, "Next up")
        return listing(tracks, clock.now(), title, language=language)

    @app_commands.describe(count="How many to show", filter="Only what matches: a mission, rocket, provider, crew member, place …")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def next_(
        interaction: discord.Interaction,
        count: app_commands.Range[int, 1, MOST] = COUNT,
        filter: app_commands.Range[str, 1, LONGEST_FILTER] = "",  # noqa: A002 -- the option's name on Discord
    ) -> None:
        await reply(interaction, answer(asking.seen_from(interaction.guild_id), count, filter, language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="next", description="The next launches, dockings, landings and spacewalks", callback=next_
    )
