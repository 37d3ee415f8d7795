"""When two ids speak of one launch: an entry created anew must not cost a card, nor another feed's entry bring a second one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique

from bot.model import Event, EventId, Kind, Net
from bot.rules.matching import Names, normalised, spellings
from bot.rules.nets import span

SAME_NET = timedelta(days=1)
"""Two entries of one launch stand no farther apart (ALERTS)."""
COMMON = frozenset(
    {"group", "flight", "mission", "unknown", "payload", "demo", "test", "launch", "docking", "landing", "eva", "spacewalk"}
)
"""Words of many missions: having one in common says nothing."""

SAME_HOUR = timedelta(minutes=30)
"""No site launches two rockets of one kind within this; chosen, not measured: revisit with a spaceport that does."""
SAME_MISSION = timedelta(days=30)
"""So far may feeds be apart on a mission whose name is the same: one of them has not heard of a slip yet. Chosen, not measured."""
NAMELESS = frozenset({"tbd", "tba", "unknown"})
"""What feeds write where nothing is known yet."""
PLACELESS = NAMELESS | frozenset(
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

Words = tuple[str, ...]


# --- one feed -----------------------------------------------------------------------------------------------------


def recreated(fresh: Event, absent: Iterable[Event]) -> EventId | None:
    """Find the event that a new id continues: same kind, vehicle and site, NET within a day, a mission word in common."""
    return next((old.id for old in absent if same(old, fresh)), None)


def same(old: Event, new: Event) -> bool:
    """Whether two entries describe one event."""
    if old.kind is not new.kind or old.net.at is None or new.net.at is None or abs(new.net.at - old.net.at) > SAME_NET:
        return False
    return vehicle(old) == vehicle(new) and site(old) == site(new) and alike(mission_words(old), mission_words(new))


def alike(old: Words, new: Words) -> bool:
    """Whether two missions have a word in common and no number that differs: Starlink 6-78 is not Starlink 6-77."""
    mine, theirs = numbers(old), numbers(new)
    shared = set(old) & set(new) - {*mine, *theirs}
    return bool(shared or (old and set(old) == set(new))) and (stand_in(mine, theirs) or stand_in(theirs, mine))


def stand_in(few: Words, many: Words) -> bool:
    """Whether numbers stand in others, in their order and side by side: 4, 6 in 35, 4, 6; but 17, 35 not in 17, 17."""
    return any(many[at : at + len(few)] == few for at in range(len(many) - len(few) + 1))


def numbers(words: Words) -> Words:
    """Give the words that hold a number."""
    return tuple(word for word in words if any(letter.isdigit() for letter in word))


def vehicle(event: Event) -> str:
    """Name the rocket, for comparing."""
    return normalised(event.rocket.name) if event.rocket else ""


def site(event: Event) -> str:
    """Name the site, for comparing."""
    return normalised(event.pad.site or event.pad.name) if event.pad else normalised(event.location)


def mission_words(event: Event) -> Words:
    """Give the words and numbers of the mission's name, in their order; those of the vehicle say nothing."""
    name = normalised(event.name.partition("|")[2] or event.name)
    return tuple(word for word in f" {name} ".replace(f" {vehicle(event)} ", " ").split() if word not in COMMON)


# --- several feeds ------------------------------------------------------------------------------------------------


@unique
class Likeness(Enum):
    """What two feeds' entries are to each other."""

    SAME = "same"
    UNCLEAR = "unclear"
    """They may well be the same: neither a second card nor a wrong one."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells an event from others, made ready for many comparisons: every spelling of its rocket, telling words of its site."""

    id: EventId
    kind: Kind
    net: Net
    words: Words
    vehicles: frozenset[str]
    sites: frozenset[str]


def traits(event: Event, names: Names) -> Traits:
    """Make an event ready to be compared."""
    return Traits(event.id, event.kind, event.net, mission_words(event), vehicle_names(event, names), site_words(event, names))


@dataclass(frozen=True, slots=True)
class Met:
    """The event that a feed's entry is about, None when it is about none that is known; `unclear`: it may be about these."""

    event: EventId | None
    unclear: tuple[EventId, ...] = ()


def met(fresh: Traits, known: Iterable[Traits]) -> Met:
    """Find the event that another feed's entry is about: the closest in time, if one is closer than all others."""
    alikes = [(like, one) for one in known if (like := likeness(fresh, one)) is not Likeness.OTHER]
    same = sorted((apart(fresh.net, one.net), one.words != fresh.words, one.id) for like, one in alikes if like is Likeness.SAME)
    if not same:
        return Met(None, tuple(one.id for _, one in alikes))
    tied = len(same) > 1 and same[0][:2] == same[1][:2]
    return Met(None, tuple(one for _, _, one in same)) if tied else Met(same[0][2])


def likeness(one: Traits, other: Traits) -> Likeness:
    """Compare two feeds' entries by vehicle, site, NET and the words of the mission. What one does not say counts for nothing."""
    if one.kind is not other.kind:
        return Likeness.OTHER
    if alike(one.words, other.words):
        return by_name(one, other)
    distance = apart(one.net, other.net)
    named = bool(one.words and other.words)
    within_the_hour = distance <= SAME_HOUR and bool(one.net.clock and other.net.clock)
    if distance > SAME_MISSION or (named and not within_the_hour):
        return Likeness.OTHER
    vehicle_agrees, site_agrees = vehicles_agree(one, other), sites_agree(one, other)
    if vehicle_agrees is False or site_agrees is False:
        return Likeness.OTHER
    if within_the_hour:
        told_apart = numbers(one.words) and numbers(other.words)
        return Likeness.SAME if vehicle_agrees and site_agrees and not told_apart else Likeness.UNCLEAR
    # A demo flight, an unknown payload: the rocket alone says which.
    sure = one.words == other.words and one.net.has_day and other.net.has_day and distance <= SAME_NET
    return (Likeness.SAME if sure else Likeness.UNCLEAR) if vehicle_agrees else Likeness.OTHER


def by_name(one: Traits, other: Traits) -> Likeness:
    """Compare two whose missions have words in common: vehicle, site and NET must not speak against it."""
    facts = vehicles_agree(one, other), sites_agree(one, other)
    # A word that each has alone, as in Soyuz MS-18 and Progress MS-18, is another series.
    one_name = set(one.words) <= set(other.words) or set(other.words) <= set(one.words)
    within = SAME_MISSION if one_name and facts[0] else SAME_NET
    placed = one_name or (one.net.has_day and other.net.has_day)  # Layer A and Layer D, both some time this year
    if False not in facts and placed and apart(one.net, other.net) <= within:
        return Likeness.SAME
    return Likeness.UNCLEAR if one_name and facts.count(False) < len(facts) else Likeness.OTHER


def apart(one: Net, other: Net) -> timedelta:
    """Tell how far two NETs are apart at least, given what they may mean; nothing, where one is not known."""
    spans = span(one), span(other)
    if spans[0] is None or spans[1] is None:
        return timedelta()
    return max(max(spans[0][0], spans[1][0]) - min(spans[0][1], spans[1][1]), timedelta())


def vehicles_agree(one: Traits, other: Traits) -> bool | None:
    """Whether two name one rocket, one perhaps more exactly: Falcon 9 and Falcon 9 Block 5. None when one names none."""
    if not one.vehicles or not other.vehicles:
        return None
    pairs = ((a, b) for a in one.vehicles for b in other.vehicles)
    return any(f"{long} ".startswith(f"{short} ") for pair in pairs for short, long in (pair, pair[::-1]))


def vehicle_names(event: Event, names: Names) -> frozenset[str]:
    """Give every spelling of the rocket."""
    before_bar = event.name.partition("|")[0] if "|" in event.name else ""
    written = (event.rocket.name, event.rocket.full_name) if event.rocket else (before_bar,)
    return frozenset(spelling for name in written if normalised(name) for spelling in spellings(name, names)) - NAMELESS


def sites_agree(one: Traits, other: Traits) -> bool | None:
    """Whether two name one site: they share a word that few sites have. None when one names none."""
    return bool(one.sites & other.sites) if one.sites and other.sites else None


def site_words(event: Event, names: Names) -> frozenset[str]:
    """Give the telling words of the site, in every spelling."""
    written = (event.pad.site, event.location) if event.pad else (event.location,)
    said = frozenset(word for name in written for spelling in spellings(name, names) for word in spelling.split())
    return frozenset(word for word in said - PLACELESS if not word[0].isdigit())
