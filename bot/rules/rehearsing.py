"""What a watch would have said of past events, and will say of coming ones: told again through the real rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.model import FLOWN, OVER, Delivery, Event, Fate, Following, Key, Net, Say, Settled, Sighting, Status, Track, Watch
from bot.rules.changes import Change, fold
from bot.rules.matching import Names, followings
from bot.rules.planning import may_ping, plan

EVER = datetime(1970, 1, 1, tzinfo=UTC)
SHORTLY = timedelta(minutes=1)
LIVE_BEFORE = timedelta(minutes=15)
WORD_AFTER = timedelta(minutes=30)
"""No feed keeps when a webcast began or an outcome was told: they are taken to have come so long before and after T-0.
Chosen, not measured."""
AHEAD = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is said, when, and whether it pings."""

    at: datetime
    say: Say
    what: str
    pings: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All that one event brings."""

    track: Track
    told: tuple[Told, ...]


def rehearsals(watch: Watch, tracks: Sequence[Track], names: Names, now: datetime, *, each: int) -> tuple[Rehearsal, ...]:
    """Rehearse the last and the next events that a watch wants, so many of each, by time."""
    # As if it had always been there, and nothing stood in its way.
    always = replace(watch, paused=False, off=False, made_at=EVER)
    wanted = [(track, one[0]) for track in tracks if (one := followings([always], track.event, names))]
    wanted.sort(key=lambda found: (found[0].event.net.at or now + AHEAD, found[0].event.id))
    past = [found for found in wanted if is_past(found[0].event, now)][-each:]
    coming = [found for found in wanted if not is_past(found[0].event, now)][:each]
    return tuple(Rehearsal(track, rehearsed(track, following, now)) for track, following in (*past, *coming))


def is_past(event: Event, now: datetime) -> bool:
    """Whether it flew, ended, or had its time."""
    return event.status in FLOWN | OVER or (event.net.clock is not None and event.net.clock <= now)


def rehearsed(track: Track, following: Following, now: datetime) -> tuple[Told, ...]:
    """Tell one event again, sighting by sighting, and what is still planned of it."""
    stage = Stage(following)
    known: Track | None = None
    for at, event in sightings(track, now):
        stage.run(at)
        known, changes = fold(known, Sighting(event=event, feed=track.feed), at)
        stage.see(known, changes, at)
    stage.run(now + AHEAD)
    return tuple(stage.said)


def sightings(track: Track, now: datetime) -> Iterator[tuple[datetime, Event]]:
    """Give what the feed must have shown, and when, as far as a track keeps it: each NET, each scrub, the webcast, the outcome."""
    event, t0 = track.event, track.event.net.clock
    quiet = replace(event, webcast_live=False, webcasts=tuple(replace(one, live=None) for one in event.webcasts), last_updated=None)
    counted = replace(quiet, status=Status.GO) if is_past(event, now) and event.status is not Status.CANCELLED else quiet
    nets = [(one.at, replace(counted, net=one.net)) for one in track.nets]
    seen = nets if nets and nets[0][0] <= track.first_seen else [(track.first_seen, nets[0][1] if nets else counted), *nets]
    moved = {at for at, _ in seen}
    seen += [(at, replace(counted, net=before(seen, at), status=Status.TBD)) for at in track.scrubs if at not in moved]
    last = max(at for at, _ in seen)
    if event.status in FLOWN and t0 is not None:
        live = max(t0 - LIVE_BEFORE, last + SHORTLY)
        seen += [(live, replace(counted, webcast_live=True))] if event.webcasts else []
        seen.append((max(t0 + WORD_AFTER, live + SHORTLY), replace(event, last_updated=None)))
    elif event != counted:
        seen.append((max(track.seen, last + SHORTLY), replace(event, last_updated=None)))
    yield from sorted(seen, key=lambda one: one[0])


def before(seen: Sequence[tuple[datetime, Event]], at: datetime) -> Net:
    """Give the NET that stood then."""
    return next((event.net for when, event in reversed(seen) if when <= at), seen[0][1].net)


@dataclass(slots=True)
class Stage:
    """An outbox of one target for one event, on paper."""

    following: Following
    owed: dict[Key, Delivery] = field(default_factory=dict[Key, Delivery])
    settled: list[Settled] = field(default_factory=list[Settled])
    said: list[Told] = field(default_factory=list[Told])

    def see(self, track: Track, changes: Sequence[Change], at: datetime) -> None:
        """Plan what follows from one sighting."""
        target = self.following.target
        waiting = [waiting_one(one) for one in self.owed.values()]
        made = plan(
            track,
            changes,
            (self.following,),
            at,
            newly=(),
            settled={target: (*self.settled, *waiting)},
            cards={},
            per_second=float("inf"),
        )
        kept = {key: one for key, one in self.owed.items() if one.notice.say not in made.void | {Say.REMINDER}}
        told = {(one.what, one.attempt) for one in self.settled}
        fresh = {one.key: one for one in (*made.countdown, *made.news) if (one.notice.what, one.attempt) not in told}
        self.owed = {**fresh, **kept}

    def run(self, until: datetime) -> None:
        """Say all that is due by then, in the order of time."""
        for key, one in sorted(self.owed.items(), key=lambda item: item[1].notice.due):
            if one.notice.due <= until:
                del self.owed[key]
                self.tell(one)

    def tell(self, one: Delivery) -> None:
        """Say one thing; it pings unless the target was just pinged about this event."""
        notice = one.notice
        last = max((told.at for told in self.said if told.pings), default=None)
        pings = bool(notice.roles or notice.users) and may_ping(last, notice.due)
        self.said.append(Told(notice.due, notice.say, notice.what, pings))
        self.settled.append(Settled(what=notice.what, attempt=one.attempt, fate=Fate.SENT, at=notice.due, pinged=pings))


def waiting_one(one: Delivery) -> Settled:
    """Give what is owed as the rules see it."""
    return Settled(what=one.notice.what, attempt=one.attempt, fate=Fate.OWED)
