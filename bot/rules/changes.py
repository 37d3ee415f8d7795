"""What happened between two sightings: slip, scrub, hold, liftoff, webcast. Here is the definition of a scrub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Event, EventId, Net, NetSeen, Sighting, Status, StatusSeen, Track, Webcast
from bot.rules.calendar import looks
from bot.rules.nets import SAME_ATTEMPT, day_of, nearness, same_attempt, shift
from bot.rules.voices import disputed, ended_by_lead, heard, lead, merged, silent
from bot.rules.webcasts import ranked, with_found

SCRUB_WINDOW = timedelta(hours=3)
"""Before this there is no countdown to scrub: losing GO is a slip (ALERTS)."""
HOLD_WINDOW = timedelta(hours=1)
"""A hold earlier than this is routine (ALERTS)."""
FLAP = timedelta(minutes=15)
"""A value that is back within this was an editor's slip of the pen (ALERTS)."""
AT_ONCE = timedelta(hours=2)
"""Nearer than this people are already waiting: a moved NET is told without waiting for a flap to show."""
NETS_KEPT = 64
"""Chosen, not measured: the longest recorded history has 29 NETs. Revisit with a launch that has more. Of statuses as many."""


# --- the changes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """No feed told of it before."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Its day is known for the first time."""

    before: Net


@dataclass(frozen=True, slots=True)
class Moved:
    """NET later (`by` > 0: a slip) or earlier (moved up). `before` is the NET that people know; told at `told_at`, not sooner."""

    before: Net
    attempt: str
    """The one that stood until then."""
    by: timedelta
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Coarsened:
    """NET was a day or better and is no more."""

    before: Net
    attempt: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Regained:
    """NET has a day again, or after a scrub a time: people were told that it has none."""

    before: Net
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """NET is back where people think it is: what was about to be told is not true any more."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """The attempt ended without liftoff."""

    before: Net
    attempt: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """GO again for the attempt that was scrubbed, at the same NET or a little off it."""

    before: Net


@dataclass(frozen=True, slots=True)
class Held:
    """The clock stopped within the last hour."""


@dataclass(frozen=True, slots=True)
class Released:
    """The hold is over, and the count goes on."""


@dataclass(frozen=True, slots=True)
class LiftedOff:
    """It flies."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Success, failure, or its end as a plan."""

    status: Status


@dataclass(frozen=True, slots=True)
class Merged:
    """The feed keeps another entry of it: this one ends without a word."""


@dataclass(frozen=True, slots=True)
class WebcastFound:
    """A stream that can be watched, after none was known since then."""

    webcast: Webcast
    since: datetime


@dataclass(frozen=True, slots=True)
class WentLive:
    """A stream of it started."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Something else differs; whether a reader sees it, the card tells."""

    names: frozenset[str]


Change = (
    FirstSeen
    | Dated
    | Moved
    | Coarsened
    | Regained
    | Returned
    | Scrubbed
    | Resumed
    | Held
    | Released
    | LiftedOff
    | Ended
    | Merged
    | WebcastFound
    | WentLive
    | Touched
)


# --- what happened ------------------------------------------------------------------------------------------------


def fold(known: Track | None, sighting: Sighting, now: datetime) -> tuple[Track, tuple[Change, ...]]:
    """Fold a sighting into what is known: the new track, and what happened.

    Without changes the track differs in `seen` alone, unless it has voices.
    """
    if known is None:
        return first_track(sighting, now), (FirstSeen(),)
    voices = heard(known, sighting, now)
    if voices is None:  # it is there, though what it says is old
        return replace(known, missing=None, left=None) if lead(known) == sighting.feed else known, ()
    told = merged(voices, known.event, now)
    event = replace(told, webcasts=with_found(told.webcasts, known.found))
    alone = len(voices) == 1 and voices[0].event.id == event.id
    seen = replace(known, seen=now, feed=sighting.feed, voices=() if alone else voices)
    seen = replace(seen, disputed=disputed(voices, event, now), silent=silent(voices, event, now))
    if lead(seen) == sighting.feed:
        seen = replace(seen, missing=None, left=None)
    if event != known.event:
        changes = tuple(happened(known, event, now))
        return advanced(seen, event, changes, now), changes
    told_apart = (seen.disputed, seen.silent) != (known.disputed, known.silent)
    return seen, (Touched(frozenset({"voices"})),) if told_apart else ()


def first_track(sighting: Sighting, now: datetime) -> Track:
    """Give the track of an event that was never seen."""
    event = sighting.event
    return Track(
        event=event,
        first_seen=now,
        seen=now,
        feed=sighting.feed,
        attempt=attempt_of(event.net, ()),
        armed_at=now,
        nets=(NetSeen(event.net, now),),
        statuses=(StatusSeen(event.status, now),),
        streamless=None if ranked(event, now) else now,
    )


def noticed(known: Track, found: tuple[Webcast, ...], now: datetime) -> tuple[Track, tuple[Change, ...]]:
    """Fold in the streams that press feeds show, which stand in for those that no launch feed lists yet."""
    event = replace(known.event, webcasts=with_found(known.event.webcasts, found, known.found))
    seen = replace(known, found=found)
    if event == known.event:
        return seen, ()
    changes = tuple(happened(known, event, now))
    return advanced(seen, event, changes, now), changes


def attempt_of(net: Net, scrubs: Sequence[datetime]) -> str:
    """Name the countdown that a NET starts: its UTC day, and how many were scrubbed on it; nothing while there is no clock time."""
    if net.clock is None:
        return ""
    day = day_of(net.clock)
    earlier = sum(day_of(scrub) == day for scrub in scrubs)
    return f"{day.isoformat()}{f'.{earlier + 1}' if earlier else ''}"


def goes_on(known: Track, net: Net, *, scrubbed: bool = False) -> bool:
    """Whether a NET is one of the present attempt. One that was scrubbed does not go on six hours later on the same day."""
    before = known.event.net.clock
    ended = scrubbed or not known.counting
    far = before is not None and net.clock is not None and net.clock - before >= SAME_ATTEMPT
    return same_attempt(known.event.net, net) and not (ended and far)


def happened(known: Track, after: Event, now: datetime) -> list[Change]:
    """List what happened, the weightiest first."""
    before = known.event
    changes: list[Change] = []
    if before.status is not after.status and after.status in OVER:
        changes.append(Ended(after.status))
    elif before.status not in FLOWN and after.status in FLOWN:
        changes.append(LiftedOff())
    elif after.status not in FLOWN | OVER:
        changes += countdown_changes(known, after, now)
    if not is_live(before) and is_live(after):
        changes.append(WentLive())
    if not ranked(before, now) and (found := ranked(after, now)):
        changes.append(WebcastFound(found[0], known.streamless or known.first_seen))
    differing = frozenset(f.name for f in fields(Event) if getattr(before, f.name) != getattr(after, f.name))
    return [*changes, Touched(differing)]


def countdown_changes(known: Track, after: Event, now: datetime) -> list[Change]:
    """List what happened to a count that has not ended in liftoff."""
    before = known.event
    if is_scrub(known, after, now):
        return [Scrubbed(before.net, known.attempt)]
    if not known.counting and after.status is Status.GO and goes_on(known, after.net):
        return [Resumed(before.net)]
    changes: list[Change] = []
    if is_hold(known, after, now):
        changes.append(Held())
    if before.status is Status.HOLD and after.status is not Status.HOLD:
        changes.append(Released())
    if before.net != after.net:
        changes += net_changes(known, after.net, now)
    return changes


def is_scrub(known: Track, after: Event, now: datetime) -> bool:
    """THE DEFINITION OF A SCRUB: from T-3 h on, without liftoff, GO is lost or NET goes 6 h or more, or loses its time.

    No feed has such a status (ALERTS); it holds as well when the feed says so only after T-0 has passed.
    """
    before = known.event
    t0 = before.net.clock
    if t0 is None or not known.counting or before.status in FLOWN | OVER or now < t0 - SCRUB_WINDOW:
        return False
    lost_go = before.status in {Status.GO, Status.HOLD} and after.status in {Status.TBD, Status.TBC}
    return lost_go or after.net.clock is None or after.net.clock - t0 >= SAME_ATTEMPT


def is_hold(known: Track, after: Event, now: datetime) -> bool:
    """Whether the clock stopped inside T-1 h, and not as one more flicker of the hold before."""
    t0 = after.net.clock
    if known.event.status is Status.HOLD or after.status is not Status.HOLD or t0 is None or now < t0 - HOLD_WINDOW:
        return False
    return known.released is None or now - known.released > FLAP


def net_changes(known: Track, after: Net, now: datetime) -> list[Change]:
    """Compare a new NET with the one that people know, which a fresh and untold move leaves as it was."""
    before = believed(known, now)
    if after == before:
        return [Returned()]
    near = nearness(now, before, after)
    told_at = now if near is not None and near <= AT_ONCE else now + FLAP
    if before.has_day and not after.has_day:
        return [Coarsened(before, known.attempt, told_at)]
    if not before.has_day and after.has_day and not any(seen.net.has_day for seen in known.nets):
        return [Dated(before)]
    if (not before.has_day and after.has_day) or (not known.counting and before.clock is None and after.clock is not None):
        return [Regained(before, told_at)]
    by = shift(before, after)
    return [Moved(before, known.attempt, by, told_at)] if by else [Returned()] if known.unsettled else []


def believed(known: Track, now: datetime) -> Net:
    """Give the NET that people know: the last one, unless it is so fresh that it was not told yet."""
    unsettled = known.unsettled
    return unsettled.net if unsettled and now - unsettled.at < FLAP else known.event.net


def is_live(event: Event) -> bool:
    """Whether a stream of it runs, by the event's own flag or by a stream's."""
    return event.webcast_live or any(webcast.live for webcast in event.webcasts)


# --- the track after it -------------------------------------------------------------------------------------------


def advanced(known: Track, event: Event, changes: tuple[Change, ...], now: datetime) -> Track:
    """Carry the story of the countdown on."""
    before, net = known.event, event.net
    scrubbed = any(isinstance(change, Scrubbed) for change in changes)
    scrubs = (*known.scrubs, now) if scrubbed else known.scrubs
    moved = before.net != net
    later = moved and (before.net.clock is None or net.clock is None or net.clock > before.net.clock)
    pending = next((c for c in changes if isinstance(c, Moved | Coarsened | Regained) and c.told_at > now), None)
    return replace(
        redrawn(known, event, now),
        attempt=known.attempt if goes_on(known, net, scrubbed=scrubbed) else attempt_of(net, scrubs),
        counting=counts(known, event, scrubbed=scrubbed, moved=moved),
        armed_at=now if later else known.armed_at,
        moves=known.moves + moved,
        holds=known.holds + any(isinstance(change, Held) for change in changes),
        released=now if before.status is Status.HOLD and event.status is not Status.HOLD else known.released,
        scrubs=scrubs,
        nets=(*known.nets, NetSeen(net, now))[-NETS_KEPT:] if moved else known.nets,
        streamless=None if ranked(event, now) else known.streamless or now,
        unsettled=NetSeen(pending.before, now) if pending else None if moved else known.unsettled,
    )


def redrawn(known: Track, event: Event, now: datetime) -> Track:
    """Put an event into its track, and note what of that pages and calendars show."""
    before = known.event
    statuses = known.statuses if before.status is event.status else (*known.statuses, StatusSeen(event.status, now))[-NETS_KEPT:]
    if looks(before) == looks(event):
        return replace(known, event=event, statuses=statuses)
    revisions = known.revisions + (before.net == event.net)
    return replace(known, event=event, statuses=statuses, revisions=revisions, revised=now)


def counts(known: Track, event: Event, *, scrubbed: bool, moved: bool) -> bool:
    """Whether a count runs: a scrub stops it unless it brought a new NET; a new NET or GO starts it again."""
    if scrubbed:
        before, after = known.event.net.clock, event.net.clock
        return before is not None and after is not None and after - before >= SAME_ATTEMPT
    return known.counting or moved or event.status is Status.GO


# --- events that leave the feed -----------------------------------------------------------------------------------


def left_list(known: Track, now: datetime) -> Track:
    """Note that a whole list did without it. That alone says nothing: it is looked up by its id."""
    return known if known.left else replace(known, left=now)


GONE_TWICE = timedelta(hours=1)
"""A 404 counts once it is repeated this much later (ALERTS)."""


def gone(known: Track, now: datetime, *, twin: EventId | None = None) -> tuple[Track, tuple[Change, ...]]:
    """Fold in a 404 for its id, from the feed that is believed most: the first is noted, one an hour later is its cancellation.

    `twin`: the entry it was merged into.
    """
    if known.event.status in OVER:
        return known, ()
    if twin is None and (known.missing is None or now - known.missing < GONE_TWICE):
        return replace(known, missing=known.missing or now), ()
    ended = Ended(Status.CANCELLED) if twin is None else Merged()
    event = replace(known.event, status=Status.CANCELLED)
    over = replace(redrawn(known, event, now), voices=ended_by_lead(known.voices, event, now), disputed=(), silent=False)
    return over, (ended, Touched(frozenset({"status"})))
