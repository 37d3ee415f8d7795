"""Verbs of the mission logs about persons: who is reminded alone, who stops it, who takes no direct messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.flow.personal import Asker, Personal
from bot.model import Event, Facet, GuildId, Target, UserId

GUILD = GuildId(1)
UNIT = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


class Discord(Protocol):
    """What persons need to know of the played Discord."""

    people: dict[int, str]
    refusals: dict[int, int]


class Feed(Protocol):
    """What persons need to know of the played feed."""

    events: dict[str, Event]


@dataclass(frozen=True, slots=True)
class Persons:
    """The part of a played log about persons. `target`: the channel of a name."""

    discord: Discord
    feed: Feed
    personal: Personal
    target: Callable[[str], Target]

    def asker(self, name: str, home: str = "") -> Asker:
        """Give the person of a name, a new one if need be, in a channel or in direct messages."""
        known = {name: user for user, name in self.discord.people.items()}
        user = known.get(name, 500 + len(known))
        self.discord.people[user] = name
        return Asker(user=UserId(user), guild=GUILD if home else GuildId(0), home=self.target(home) if home else None)

    async def do_remind(self, rest: str) -> None:
        """Press "Remind me", or follow what is no single event: `Ada  Starlink 6-77  T-60m #launches`, `Ada  lsp:SpaceX`."""
        name, what, *more = re.split(r"\s{2,}", rest)
        words = " ".join(more).split()
        asker = self.asker(name, next((word[1:] for word in words if word[0] == "#"), ""))
        leads = tuple(int(lead[1]) * UNIT[lead[2]] for word in words if (lead := re.fullmatch(r"T-(\d+)([dhm])", word)))
        if what in self.feed.events:
            made = await self.personal.remind(asker, self.feed.events[what].id)
        else:
            facet, _, text = what.partition(":")
            made = await self.personal.follow(asker, Facet(facet), text.replace("_", " "))
        if leads:
            await self.personal.set_leads(asker, made.watch.id, leads)

    async def do_stop(self, rest: str) -> None:
        """Press "Stop" under a reminder: `Ada  Starlink 6-77`."""
        name, what = re.split(r"\s{2,}", rest)
        _, own = await self.personal.mine(self.asker(name).user)
        watch = next(watch for watch in own if watch.name == what)
        assert await self.personal.stop(self.asker(name), watch.id)

    async def do_reminders(self, rest: str) -> None:
        """See which reminders a person has: `Ada  none`, `Ada  Starlink 6-77`."""
        name, *names = re.split(r"\s{2,}", rest)
        _, own = await self.personal.mine(self.asker(name).user)
        assert [watch.name for watch in own] == [one for one in names if one != "none"]

    async def do_closes(self, rest: str) -> None:
        """A person takes no direct messages from here on; with a number, Discord says so with this code."""
        name, _, code = rest.partition(" ")
        self.discord.refusals[int(self.asker(name).user)] = int(code or 50007)

    async def do_opens(self, rest: str) -> None:
        """A person takes direct messages again."""
        del self.discord.refusals[int(self.asker(rest).user)]
