"""When two ids speak of one launch: a feed that re-creates or merges an entry must not cost a card."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.model import Event, EventId
from bot.rules.matching import normalised

SAME_NET = timedelta(days=1)
"""Two entries of one launch stand no farther apart (ALERTS)."""
COMMON = frozenset({"group", "flight", "mission", "unknown", "payload", "demo", "launch", "docking", "landing", "eva", "spacewalk"})
"""Words of many missions: having one in common says nothing."""


def recreated(fresh: Event, absent: Iterable[Event]) -> EventId | None:
    """Find the event that a new id continues: same kind, vehicle and site, NET within a day, a mission word in common."""
    return next((old.id for old in absent if same(old, fresh)), None)


def same(old: Event, new: Event) -> bool:
    """Whether two entries describe one event."""
    if old.kind is not new.kind or old.net.at is None or new.net.at is None or abs(new.net.at - old.net.at) > SAME_NET:
        return False
    return vehicle(old) == vehicle(new) and site(old) == site(new) and alike(mission_words(old), mission_words(new))


def alike(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether two missions have a word in common and no number that differs: Starlink 6-78 is not Starlink 6-77."""
    mine, theirs = numbers(old), numbers(new)
    return bool(old & new) and (mine <= theirs or theirs <= mine)


def numbers(words: frozenset[str]) -> frozenset[str]:
    """Give the words that hold a number."""
    return frozenset(word for word in words if any(letter.isdigit() for letter in word))


def vehicle(event: Event) -> str:
    """Name the rocket, for comparing."""
    return normalised(event.rocket.name) if event.rocket else ""


def site(event: Event) -> str:
    """Name the site, for comparing."""
    return normalised(event.pad.site or event.pad.name) if event.pad else normalised(event.location)


def mission_words(event: Event) -> frozenset[str]:
    """Give the words and numbers of the mission's name; those of the vehicle say nothing."""
    name = event.name.partition("|")[2] or event.name
    words = frozenset(normalised(name).split()) - frozenset(vehicle(event).split())
    return words - COMMON
