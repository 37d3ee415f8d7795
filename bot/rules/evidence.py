"""What a text says: phrases that some events bear, dates, clock times, pads, tense. Observed, not yet weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.library import Library
from bot.rules.naming import Mark
from bot.rules.prose import Word, words
from bot.rules.prose_clock import Clock, clocks
from bot.rules.prose_dates import Said, dates
from bot.rules.verbs import ABOUT_FLIGHT, AHEAD, BEHIND, COUNTED, HAPPENS, MAIDEN_SAID
from bot.rules.vocabulary import PLACES

LONGEST_PHRASE = 12
"""Words of the longest name that is looked for. Chosen, not measured: bounds the time."""
NTH_REACH = 5
"""How many words after `seventh` may come until `flight`: "seventh Starship test flight". Chosen, not measured."""
NEXT_REACH = 3
"""How many words before a name `next` may stand: "the next SpaceX crew mission". Chosen, not measured."""
NEXT = frozenset({"next", "upcoming"})
PADS = re.compile(r"\b(?:pad|slc|lc|complex|site)[\s-]*(\d+)[\s-]*(east|west|[a-z])?\b", re.IGNORECASE)
NUMBER = re.compile(r"\d{1,3}[a-z]?")
SINGLE_NEEDS_CAPITAL = frozenset({Mark.NAME, Mark.PART, Mark.SURNAME, Mark.PROPER, Mark.VEHICLE})
"""A single small-letter word is no name."""
SWALLOWS = frozenset({Mark.NAME, Mark.PART, Mark.CREW, Mark.VEHICLE, Mark.NICK})
CALLS = SWALLOWS | {Mark.SURNAME, Mark.PROPER, Mark.AGENCY}
"""Marks that call an event by something of its own; maker, site and pad only place it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the text, and who bears it by which mark."""

    phrase: str
    quote: str
    """As the text writes it."""
    at: int
    """Index of its first word."""
    count: int
    title: bool
    next: bool
    """`next` or `upcoming` stands before it."""
    bearers: Mapping[Mark, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text, read once."""

    said: datetime
    hits: tuple[Hit, ...]
    dates: tuple[Said, ...]
    clocks: tuple[Clock, ...]
    starts: datetime | None
    """When a video says that it begins."""
    pads: frozenset[str]
    places: frozenset[str]
    nths: frozenset[int]
    lean: float
    """From -1, all told as past, to 1, all still ahead."""
    flight: float
    """How much it speaks of flying at all, 0 to 1."""
    flight_title: bool
    maiden: bool
    verbs: frozenset[str]
    """Kinds of event whose verbs it has."""


def read(title: str, body: str, said: datetime, library: Library, starts: datetime | None = None) -> Reading:
    """Read a title and a text against the library."""
    text = f"{title}.\n{body}" if title and body else title or body
    found = words(text)
    folded = [word.text for word in found]
    joined = f" {' '.join(folded)} "
    ahead, behind = len(AHEAD.findall(text)), len(BEHIND.findall(text))
    return Reading(
        said=said,
        hits=without_swallowed(tuple(hits(text, found, len(words(title)), library))),
        dates=dates(text, said),
        clocks=clocks(text, said.date()),
        starts=starts,
        pads=frozenset(f"{int(m[1])}{(m[2] or '')[:1].lower()}" for m in PADS.finditer(text)),
        places=frozenset(place for place in PLACES if f" {place} " in joined),
        nths=frozenset(
            word.nth for i, word in enumerate(found) if word.nth and COUNTED.intersection(folded[i + 1 : i + 1 + NTH_REACH])
        ),
        lean=1.0 if starts and starts > said else (ahead - behind) / max(1, ahead + behind),
        flight=min(4, len(ABOUT_FLIGHT.findall(text))) / 4,
        flight_title=bool(ABOUT_FLIGHT.search(title)),
        maiden=bool(MAIDEN_SAID.search(text)),
        verbs=frozenset(kind for kind, verbs in HAPPENS.items() if verbs.search(text)),
    )


def hits(text: str, found: tuple[Word, ...], title: int, library: Library) -> Iterator[Hit]:
    """Find the phrases of the library; none goes over from the title, which has `title` words, into the text."""
    folded = [word.text for word in found]
    for i, word in enumerate(found):
        most = max(library.longest.get(word.text, 0), library.longest.get(word.text.removesuffix("s"), 0))
        for count in range(min(most, len(found) - i, LONGEST_PHRASE), 0, -1):
            phrase = " ".join(folded[i : i + count])
            known = phrase if phrase in library.phrases else phrase.removesuffix("s")
            if known not in library.phrases or i < title < i + count:
                continue
            capital = all(w.capital for w in found[i : i + count])
            bearers = {
                mark: unnumbered(who, i + count, found, library) if mark in {Mark.NAME, Mark.PART} else who
                for mark, who in library.phrases[known].items()
                if capital or count > 1 or mark not in SINGLE_NEEDS_CAPITAL
            }
            if bearers:
                quote = text[word.at : found[i + count - 1].end]
                called_next = not NEXT.isdisjoint(folded[max(0, i - NEXT_REACH) : i])
                yield Hit(known, quote, i, count, i < title, called_next, bearers)


def unnumbered(who: frozenset[int], after: int, found: tuple[Word, ...], library: Library) -> frozenset[int]:
    """Leave out those whose own number should stand where another one does: `Sentinel-6` is not Sentinel-1C."""
    if after >= len(found) or found[after].at - found[after - 1].end > 1 or not NUMBER.fullmatch(found[after].text):
        return who
    stem = found[after - 1].text
    return frozenset(i for i in who if stem not in library.entries[i].naming.stems)


def without_swallowed(found: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """A longer name takes the place of the shorter ones in it: `Soyuz MS-19` speaks of no other Soyuz."""
    return tuple(swallowed(hit, found) for hit in found)


def swallowed(hit: Hit, found: tuple[Hit, ...]) -> Hit:
    """Leave to a phrase only those who also bear the longer phrases around it."""
    bearers = dict(hit.bearers)
    for longer in found:
        if longer.count > hit.count and longer.at <= hit.at and hit.at + hit.count <= longer.at + longer.count:
            masters = [who for mark, who in longer.bearers.items() if mark in SWALLOWS]
            if masters:
                kept = frozenset(i for who in masters for i in who)
                bearers = {mark: who & kept if mark in CALLS else who for mark, who in bearers.items()}
    return replace(hit, bearers=bearers)
