"""The library: every known event by the phrases that may mean it, built once and asked for each article."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model import Event, EventId, Net, NetSeen
from bot.rules.naming import Mark, Naming, naming

EVER = (datetime(1957, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""Between which a NET lies that nobody knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with what it may be called and the NETs it had, oldest first."""

    event: Event
    naming: Naming
    nets: tuple[NetSeen, ...]
    earliest: datetime
    latest: datetime
    """Between which all its NETs lie: a quick look whether it can be meant at all."""

    def known(self, at: datetime) -> Net:
        """Give the NET as known at a time: later knowledge would be hindsight. Before the first one the first is all there is."""
        upto = bisect_right(self.nets, at, key=lambda seen: seen.at)
        return self.nets[max(0, upto - 1)].net if self.nets else self.event.net


@dataclass(frozen=True, slots=True)
class Library:
    """Entries in the order of their ids, and for each phrase and mark the entries that bear it."""

    entries: tuple[Entry, ...]
    phrases: Mapping[str, Mapping[Mark, frozenset[int]]]
    longest: Mapping[str, int]
    """How many words the longest phrase has that begins with this word."""


def library(events: Iterable[Event], nets: Mapping[EventId, tuple[NetSeen, ...]] | None = None) -> Library:
    """Index events; `nets` holds the NETs each had before, where that is known. The order of the events does not matter."""
    by_id = {event.id: event for event in events}
    entries: list[Entry] = []
    for key in sorted(by_id):
        event = by_id[key]
        relatives = tuple(by_id[other] for other in event.launches if other in by_id and other != key)
        seen = tuple(sorted((nets or {}).get(key, ()), key=lambda one: one.at))
        times = [at for net in (event.net, *(one.net for one in seen)) for at in ((net.at,) if net.at else EVER)]
        entries.append(Entry(event, naming(event, relatives), seen, min(times), max(times)))
    phrases: dict[str, dict[Mark, set[int]]] = {}
    for i, entry in enumerate(entries):
        for phrase, mark in entry.naming.phrases:
            phrases.setdefault(phrase, {}).setdefault(mark, set()).add(i)
    longest: dict[str, int] = {}
    for phrase in phrases:
        first, count = phrase.split(" ", 1)[0], phrase.count(" ") + 1
        longest[first] = max(longest.get(first, 0), count)
    return Library(
        entries=tuple(entries),
        phrases={phrase: {mark: frozenset(who) for mark, who in marks.items()} for phrase, marks in phrases.items()},
        longest=longest,
    )
