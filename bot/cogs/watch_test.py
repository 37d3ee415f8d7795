"""/watch test: what a watch would have said of the last events, and will say of the next, page by page."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Protocol, Self

import discord
from discord import app_commands

from bot.cogs.governed import may_press, who
from bot.cogs.replying import Interaction, Screen, change, reply, say
from bot.cogs.suggesting import Choices
from bot.cogs.watch_picking import LABEL, picked, suggest_watches
from bot.cogs.wishing import ending
from bot.flow.ask import Asking
from bot.flow.asking_why import Explaining
from bot.flow.governing import Who
from bot.ports import Clock
from bot.rules.previewing import rehearsal_page
from bot.rules.rehearsing import is_past
from bot.rules.text import plain
from bot.tongue import said

EACH = 20
"""Events before now, and as many after."""
ON_A_PAGE = 5
"""Events on one page: some fifteen lines on a phone."""


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking
    clock: Clock


async def screen(asking: Asking, by: Who, text: str, number: int | None, now: datetime) -> Screen:
    """Make one page; without a number the one on which the next event stands. Raises: Unacceptable."""
    watch = await picked(asking, by.guild, text, by.language)
    found = await Explaining(asking).rehearse(watch, each=EACH)
    if not found:
        sentence = "No event of the last year or ahead matches “{name}”. What comes will be posted."
        return Screen(say(said(by.language, sentence, name=plain(watch.name, 80))))
    past = sum(is_past(one.track.event, now) for one in found)
    pages = [*chunks(found[:past]), *chunks(found[past:])]
    first = len(chunks(found[:past]))
    here = min(max(first if number is None else number, 0), len(pages) - 1)
    shown = rehearsal_page(watch, pages[here], now, by.language)
    if len(pages) == 1:
        return Screen(shown)
    back, on = Turn("◀", int(watch.id), here - 1), Turn("▶", int(watch.id), here + 1)
    back.item.disabled, on.item.disabled = here == 0, here == len(pages) - 1
    return Screen(shown, (back, on))


def chunks(found: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Cut a list into pages."""
    return [found[at : at + ON_A_PAGE] for at in range(0, len(found), ON_A_PAGE)]


class Turn(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"rehearse:(?P<watch>\d{1,18}):(?P<page>-?\d{1,4})"):
    """A button that leads to a page. All it needs stands in its id."""

    def __init__(self, sign: str, watch: int, number: int) -> None:
        self.watch, self.number = watch, number
        super().__init__(discord.ui.Button[Any](label=sign, custom_id=f"rehearse:{watch}:{number}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(getattr(item, "label", None) or "▶", int(match["watch"]), int(match["page"]))

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        await ending(interaction, change(interaction, self.turned(knowing, interaction)))

    async def turned(self, knowing: Knowing, interaction: Interaction) -> Screen:
        """Make the page that was asked for. Raises: Unacceptable, MissingPermissions."""
        may_press(interaction)
        return await screen(knowing.asking, who(interaction), str(self.watch), self.number, knowing.clock.now())


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def suggest(interaction: discord.Interaction, typed: str) -> Choices:
        return await suggest_watches(asking, interaction, typed)

    @app_commands.describe(watch="Which one; /watch list shows them all")
    @app_commands.autocomplete(watch=suggest)
    async def test(interaction: discord.Interaction, watch: app_commands.Range[str, 1, LABEL]) -> None:
        await reply(interaction, screen(asking, who(interaction), watch, None, clock.now()), private=True)

    return app_commands.Command[Any, ..., None](
        name="test", description="What a watch would have said lately, and will say next", callback=test
    )
