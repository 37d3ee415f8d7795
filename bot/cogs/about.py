"""/about: who this is, whose data it shows, and how old that is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply
from bot.flow.ask import Asking
from bot.model import Link, Post
from bot.ports import Clock
from bot.rules.card import SOURCE as DATA
from bot.rules.text import stamp
from bot.tongue import said

SOURCE = Link("The Space Devs", "https://thespacedevs.com")


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def answer(language: str) -> Post:
        heard = await asking.age()
        never = said(language, "not heard yet since the first start")
        since = said(language, "last heard {ago}", ago=stamp(heard, "R")) if heard else never
        return Post(
            title=f"T-Minus {_version() or said(language, '(from source)')}",
            lines=(
                said(language, "I tell a community when a rocket goes, and where to watch."),
                f"{said(language, 'Launch data: {source}', source=DATA)} · {since}",
                said(language, "It is {now} for you; every time I show is in your own zone.", now=stamp(clock.now(), "f")),
                said(language, "`/next` what flies next · `/launch` one of them · `/help` everything I can do for you here"),
            ),
            buttons=(SOURCE,),
        )

    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def about(interaction: discord.Interaction) -> None:
        await reply(interaction, answer(language_of(interaction)), private=True)

    return app_commands.Command[Any, ..., None](
        name="about", description="Who I am, whose data I show, and how old it is", callback=about
    )


def _version() -> str:
    try:
        return version("t-minus")
    except PackageNotFoundError:  # run from a clone that is not installed
        return ""
