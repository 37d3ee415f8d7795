"""Events, watches and tracks to try the rules on: a Soyuz that is to fly on L-0 at 14:00."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import (
    CHOOSABLE,
    ChannelId,
    Event,
    EventId,
    Facet,
    Fate,
    Following,
    GuildId,
    Kind,
    Net,
    Precision,
    Reason,
    RoleId,
    Say,
    Settled,
    Sighting,
    Status,
    Target,
    Term,
    Track,
    Watch,
    WatchId,
)
from bot.rules.changes import Change, fold

L0 = datetime(2026, 3, 1, tzinfo=UTC)
T0 = L0.replace(hour=14)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE = Target(GuildId(1), ChannelId(100))


def net(at: datetime | None = T0, precision: Precision = Precision.MINUTE) -> Net:
    """Give a NET; what is not said is L-0 14:00 to the minute."""
    return Net(at, precision if at else Precision.UNKNOWN)


def event(
    when: Net | None = None, status: Status = Status.GO, *, name: str = "Soyuz 2.1a | Soyuz MS-19", kind: Kind = Kind.LAUNCH
) -> Event:
    """Give an event."""
    return Event(id=EventId("ll2:launch:ms-19"), kind=kind, name=name, net=when or net(), status=status)


def sighting(of: Event, *unsaid: str) -> Sighting:
    """See an event."""
    return Sighting(event=of, feed="ll2", unsaid=frozenset(unsaid))


def seen(of: Event, at: datetime = L0) -> Track:
    """Give the track of an event that was first seen then."""
    return fold(None, sighting(of), at)[0]


def story(steps: Sequence[tuple[datetime, Event]]) -> list[tuple[datetime, Track, tuple[Change, ...]]]:
    """Fold sightings one after another: when, what is known then, and what happened."""
    known: Track | None = None
    told: list[tuple[datetime, Track, tuple[Change, ...]]] = []
    for at, one in steps:
        known, changes = fold(known, sighting(one), at)
        told.append((at, known, changes))
    return told


def changes_of(before: Event, after: Event, at: datetime, *, first: datetime = L0 - 30 * DAY) -> tuple[Change, ...]:
    """Say what happened between two sightings, the first long ago."""
    return fold(seen(before, first), sighting(after), at)[1]


def watch(
    *include: Term,
    leads: Iterable[timedelta] = (DAY, HOUR, 10 * MINUTE),
    notices: Iterable[Say] = CHOOSABLE,
    roles: Iterable[int] = (),
    name: str = "crewed",
    made_at: datetime = L0 - 60 * DAY,
) -> Watch:
    """Give a watch of the usual channel; what is not said asks for everything."""
    return Watch(
        id=WatchId(1),
        target=HERE,
        name=name,
        include=include,
        leads=tuple(sorted(leads, reverse=True)),
        notices=frozenset(notices),
        roles=tuple(RoleId(role) for role in roles),
        made_at=made_at,
    )


def following(*watches: Watch, target: Target = HERE) -> Following:
    """Give all watches of one target together."""
    reason = Reason(Facet.ANY, "everything", "Soyuz MS-19")
    return Following(target=target, watches=tuple((replace(one, target=target), reason) for one in watches or (watch(),)))


def settled(
    what: str, fate: Fate = Fate.SENT, *, attempt: str = "2026-03-01", at: datetime | None = L0, pinged: bool = False
) -> Settled:
    """Give the memory of one delivery."""
    return Settled(what=what, attempt=attempt, fate=fate, at=at if fate is not Fate.OWED else None, pinged=pinged)
