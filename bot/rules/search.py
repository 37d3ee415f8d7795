"""Which event somebody means by a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Event, Track
from bot.rules.matching import READ, Names, normalised, spellings

LABEL = 100
"""Discord's limit for the name and the value of a choice."""
RECENT = timedelta(days=2)
"""How long an event that is over still comes before those that are far ahead. Chosen, not measured."""


def words_of(event: Event) -> frozenset[str]:
    """Give every word by which an event can be found."""
    return frozenset(word for read in READ.values() for text in read(event) for word in normalised(text).split())


def found(tracks: Iterable[Track], text: str, names: Names, now: datetime) -> tuple[Track, ...]:
    """Give the events that every word of the text leads to (a beginning is enough, an alias counts), nearest NET first."""
    asked = [tuple(spelled.split() for spelled in spellings(word, names)) for word in normalised(text).split()]
    whole = tuple(spelled.split() for spelled in spellings(text, names)) if asked else ()
    hits: list[Track] = []
    for track in tracks:
        words = words_of(track.event)
        if all(leads(words, spelled) for spelled in asked) or (whole and leads(words, whole)):
            hits.append(track)
    return tuple(sorted(hits, key=lambda track: order(track, now)))


def leads(words: Iterable[str], spelled: Sequence[Sequence[str]]) -> bool:
    """Whether one of the spellings leads to these words: each of its words begins one of them."""
    return any(all(any(word.startswith(part) for word in words) for part in parts) for parts in spelled if parts)


def order(track: Track, now: datetime) -> tuple[bool, bool, float, str]:
    """Sort what lies ahead by NET, then what is over, latest first."""
    at, event = track.event.net.at, track.event
    past = event.status in FLOWN | OVER or (at is not None and now - at > RECENT)
    away = (at - now).total_seconds() if at else float("inf")
    return past, at is None, -away if past else away, event.name


def label(track: Track) -> str:
    """Name an event in a list of choices, within Discord's limit."""
    net = track.event.net
    at = f" · {net.at:%Y-%m-%d}" if net.at else ""
    name = " ".join(track.event.name.split())
    room = LABEL - len(at)
    return (name if len(name) <= room else name[: room - 1] + "…") + at
