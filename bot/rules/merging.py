"""When two ids speak of one launch: an entry created anew must not cost a card, nor another feed's entry bring a second one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique

from bot.model import Event, EventId, Net
from bot.rules.matching import Names, normalised, spellings
from bot.rules.nets import span

SAME_NET = timedelta(days=1)
"""Two entries of one launch stand no farther apart (ALERTS)."""
COMMON = frozenset({"group", "flight", "mission", "unknown", "payload", "demo", "launch", "docking", "landing", "eva", "spacewalk"})
"""Words of many missions: having one in common says nothing."""

SAME_HOUR = timedelta(minutes=30)
"""No site launches two rockets of one kind within this; chosen, not measured: revisit with a spaceport that does."""
SAME_MISSION = timedelta(days=30)
"""So far may feeds be apart on a mission whose name is the same: one of them has not heard of a slip yet. Chosen, not measured."""
PLACELESS = frozenset(
    {
        *("space", "center", "centre", "launch", "complex", "site", "pad", "cosmodrome", "spaceport", "satellite", "station"),
        *(
            "force",
            "air",
            "base",
            "sfs",
            "sfb",
            "afb",
            "afs",
            "slc",
            "lc",
            "lab",
            "rocket",
            "republic",
            "of",
            "the",
            "and",
            "island",
        ),
        *("usa", "fl", "ca", "tx", "va", "ak", "united", "states", "florida", "california", "texas", "china", "people", "s"),
    }
)
"""Words of many sites."""


# --- one feed -----------------------------------------------------------------------------------------------------


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
    name = normalised(event.name.partition("|")[2] or event.name)
    return frozenset(f" {name} ".replace(f" {vehicle(event)} ", " ").split()) - COMMON


# --- several feeds ------------------------------------------------------------------------------------------------


@unique
class Likeness(Enum):
    """What two feeds' entries are to each other."""

    SAME = "same"
    UNCLEAR = "unclear"
    """They may well be the same: neither a second card nor a wrong one."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Met:
    """The event that a feed's entry is about, None when it is about none that is known; `unclear`: it may be about these."""

    event: EventId | None
    unclear: tuple[EventId, ...] = ()


def met(fresh: Event, known: Iterable[Event], names: Names) -> Met:
    """Find the event that another feed's entry is about: the closest in time, if one is closer than all others."""
    alikes = [(likeness(fresh, one, names), one) for one in known]
    words = mission_words(fresh)
    same = sorted((apart(fresh.net, one.net), mission_words(one) != words, one.id) for like, one in alikes if like is Likeness.SAME)
    if not same:
        return Met(None, tuple(one.id for like, one in alikes if like is Likeness.UNCLEAR))
    tied = len(same) > 1 and same[0][:2] == same[1][:2]
    return Met(None, tuple(one for _, _, one in same)) if tied else Met(same[0][2])


def likeness(one: Event, other: Event, names: Names) -> Likeness:
    """Compare two feeds' entries by vehicle, site, NET and the words of the mission. What one does not say counts for nothing."""
    if one.kind is not other.kind:
        return Likeness.OTHER
    facts = vehicles_agree(one, other, names), sites_agree(one, other, names)
    mine, theirs = mission_words(one), mission_words(other)
    distance = apart(one.net, other.net)
    if alike(mine, theirs):
        # A word that each has alone, as in Soyuz MS-18 and Progress MS-18, is another series.
        one_name = mine <= theirs or theirs <= mine
        within = SAME_MISSION if one_name and facts[0] else SAME_NET
        return Likeness.SAME if False not in facts and distance <= within else Likeness.UNCLEAR if one_name else Likeness.OTHER
    if distance <= SAME_HOUR and one.net.clock and other.net.clock and False not in facts:
        return Likeness.SAME if all(facts) and not (numbers(mine) and numbers(theirs)) else Likeness.UNCLEAR
    return Likeness.OTHER


def apart(one: Net, other: Net) -> timedelta:
    """Tell how far two NETs are apart at least, given what they may mean; nothing, where one is not known."""
    spans = span(one), span(other)
    if spans[0] is None or spans[1] is None:
        return timedelta()
    return max(max(spans[0][0], spans[1][0]) - min(spans[0][1], spans[1][1]), timedelta())


def vehicles_agree(one: Event, other: Event, names: Names) -> bool | None:
    """Whether two name one rocket, one perhaps more exactly: Falcon 9 and Falcon 9 Block 5. None when one names none."""
    mine, theirs = vehicle_names(one, names), vehicle_names(other, names)
    if not mine or not theirs:
        return None
    return any(f"{long} ".startswith(f"{short} ") for a in mine for b in theirs for short, long in ((a, b), (b, a)))


def vehicle_names(event: Event, names: Names) -> frozenset[str]:
    """Give every spelling of the rocket."""
    written = (
        (event.rocket.name, event.rocket.full_name)
        if event.rocket
        else (event.name.partition("|")[0] if "|" in event.name else "",)
    )
    return frozenset(spelling for name in written if name for spelling in spellings(name, names))


def sites_agree(one: Event, other: Event, names: Names) -> bool | None:
    """Whether two name one site: they share a word that few sites have. None when one names none."""
    mine, theirs = site_words(one, names), site_words(other, names)
    return bool(mine & theirs) if mine and theirs else None


def site_words(event: Event, names: Names) -> frozenset[str]:
    """Give the telling words of the site, in every spelling."""
    written = (event.pad.site, event.location) if event.pad else (event.location,)
    said = frozenset(word for name in written for spelling in spellings(name, names) for word in spelling.split())
    return frozenset(word for word in said - PLACELESS if not word[0].isdigit())
