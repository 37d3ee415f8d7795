"""The buttons under a card: remind me, details, add to calendar."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

import discord

from bot.cogs.replying import Interaction, Screen, reply
from bot.cogs.wishing import asker_of, ending, one, personal
from bot.flow.ask import Unacceptable
from bot.flow.personal import Asker, Personal
from bot.model import Act, Post
from bot.ports import Clock
from bot.rendering import custom_id
from bot.rules.calendar import ics, links
from bot.rules.details import details
from bot.rules.text import headline, net_text
from bot.tongue import said

FILE = "launch.ics"


async def remind(answers: Personal, clock: Clock, asker: Asker, about: str) -> Screen:
    """Keep a reminder, or show the one that is there already."""
    return one(await answers.remind(asker, about), clock, asker.language)


async def tell(answers: Personal, clock: Clock, asker: Asker, about: str) -> Screen:
    """Show all that is known."""
    return Screen(details(await answers.event(about, asker), clock.now(), language=asker.language))


async def add(answers: Personal, _: Clock, asker: Asker, about: str) -> Screen:
    """Give it as a calendar takes it."""
    track = await answers.event(about, asker)
    file, language = ics(track, asker.language), asker.language
    name = headline(track.event, language)
    if file is None:
        sentence = said(language, "{name} has no date yet. Press **Remind me**: the reminder waits for it.", name=name)
        raise Unacceptable(sentence)
    lines = (
        f"**{name}** · {net_text(track.event.net, language)}",
        said(language, "Open the file with your calendar, or press a button."),
        said(language, "It does not move along: when T-0 moves, open the new file and it takes the place of this one."),
    )
    return Screen(Post(title=said(language, "Add to calendar"), lines=lines, buttons=links(track)), files=((FILE, file),))


ANSWERS: Mapping[Act, Callable[[Personal, Clock, Asker, str], Awaitable[Screen]]] = {
    Act.REMIND: remind,
    Act.DETAILS: tell,
    Act.CALENDAR: add,
}


class Press(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?s:(?P<act>remind|details|calendar):(?P<about>.+))"):
    """A button under a card. The card may be as old as it likes: all that is needed stands in the button's id."""

    def __init__(self, act: Act, about: str, label: str) -> None:
        self.act, self.about = act, about
        super().__init__(discord.ui.Button[Any](label=label, custom_id=custom_id(act, about)))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(Act(match["act"]), match["about"], getattr(item, "label", None) or match["act"])

    async def callback(self, interaction: Interaction) -> None:
        answers, clock = personal(interaction)
        shown = ANSWERS[self.act](answers, clock, asker_of(interaction), self.about)
        await ending(interaction, reply(interaction, shown, private=True))
