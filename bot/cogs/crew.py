"""/crew: the flights of a person."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.flow.ask import Asking
from bot.model import Post
from bot.ports import Clock
from bot.rules.text import plain
from bot.rules.wording import LISTED, listing
from bot.tongue import phrase, said

LABEL = 100
"""Discord's limit for the name and the value of a choice."""


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(person: str, language: str) -> Post:
        name, flights = await asking.crew(person)
        if not flights:
            sentence = phrase("I know no flight of “{person}”. Pick somebody from the list that opens while you type.")
            return say(sentence(language, person=plain(person)))
        title = said(language, "Flights of {person}", person=plain(name))
        return listing(flights[:LISTED], clock.now(), title, language=language)

    async def names(typed: str) -> list[tuple[str, str]]:
        return [(name[:LABEL], name[:LABEL]) for name in await asking.suggest_people(typed)]

    async def suggest(_: discord.Interaction, typed: str) -> Choices:
        return await suggested(names(typed[:LONGEST]))

    @app_commands.describe(person="Somebody aboard, or a part of the name")
    @app_commands.autocomplete(person=suggest)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def crew(interaction: discord.Interaction, person: app_commands.Range[str, 1, LONGEST]) -> None:
        await reply(interaction, answer(person, language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="crew", description="When somebody flies, docks, walks in space or lands", callback=crew
    )
