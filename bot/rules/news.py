"""What has to be said at once about one event, and what it makes untrue of the news before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.model import CHOOSABLE, FLOWN, OVER, Event, Fate, Following, Net, Notice, Say, Settled, Status, Track, Watch
from bot.rules.changes import (
    Change,
    Coarsened,
    Dated,
    Ended,
    FirstSeen,
    Held,
    LiftedOff,
    Merged,
    Moved,
    Regained,
    Released,
    Resumed,
    Returned,
    Scrubbed,
    Touched,
    WebcastFound,
    WentLive,
)
from bot.rules.countdown import what_of
from bot.rules.following import leads_of, notice_of, wanted, watches_for
from bot.rules.nets import nearness, shift, span

SLIPS = ((timedelta(days=1), timedelta(minutes=10)), (timedelta(days=7), timedelta(hours=1)), (timedelta.max, timedelta(days=1)))
"""Inside this distance to the nearest NET, a move from this size on is news (ALERTS)."""
LIVE_NEAR = timedelta(hours=6)
"""A live flag farther from NET, on either side, is a forgotten one: it can stay true for months (ALERTS)."""
LIVE_FRESH = timedelta(minutes=30)
LIFTOFF_FRESH = timedelta(minutes=15)
OUTCOME_FRESH = timedelta(hours=24)
PING_CLOSE = timedelta(hours=2)
"""A slip, hold or scrub pings this close to T-0, if anyone was pinged for this attempt (ALERTS)."""
STREAM_LEAD = timedelta(hours=1)
"""A first stream that appears after a reminder this close has gone out is worth a message of its own (ALERTS)."""
ANNOUNCED_FRESH = timedelta(days=7)
"""Chosen, not measured: the card is rendered when it is sent, so it stays true; a week old it is no news."""
NEWS_FRESH = timedelta(hours=24)
"""Chosen, not measured: how long a slip, hold or scrub is told that nothing superseded."""


@dataclass(frozen=True, slots=True)
class Case:
    """One target and one event, at one moment."""

    following: Following
    track: Track
    settled: Sequence[Settled]
    now: datetime

    @property
    def event(self) -> Event:
        """The event as it is known now."""
        return self.track.event


def news(case: Case, changes: Sequence[Change], *, newly: bool) -> tuple[Notice, ...]:
    """Say what has to be said at once; `newly`: the target did not want this event before.

    One message says what several would: an introduction shows the NET, a live webcast is a stream to watch.
    """
    ask = wanted(case.following)
    seen = (FirstSeen(), *changes) if newly else tuple(changes)
    found = [(change, notice) for change in seen for notice in told(case, change) if notice.say in ask]
    says = {notice.say for _, notice in found}
    shown = Say.LIVE in says and not any(s.what == LIVE and s.attempt == case.track.attempt for s in case.settled)
    return tuple(
        notice
        for change, notice in found
        if not (Say.ANNOUNCED in says and isinstance(change, COMPARES)) and not (shown and notice.say is Say.STREAM)
    )


COMPARES = Dated | Moved | Coarsened | Regained | Resumed | Scrubbed
"""Changes that are told by what was known before: nothing to one who never heard of the event."""


def told(case: Case, change: Change) -> tuple[Notice, ...]:  # noqa: C901, PLR0911, PLR0912 — one table over the union
    """Turn one change into what is said of it, if anything."""
    match change:
        case FirstSeen():
            return announced(case)
        case Dated(before):
            return (said(case, Say.DATED, "dated", ANNOUNCED_FRESH, before=before),)
        case Moved(before, attempt, _, told_at):
            known = known_net(case) if waits(case, SLIP) else before
            return slip(case, known, told_at, attempt) if is_news(case, known) and not waits(case, SCRUB) else ()
        case Coarsened(before, attempt, told_at):
            return slip(case, known_net(case) if waits(case, SLIP) else before, told_at, attempt)
        case Regained(before, told_at):
            return regained(case, before, told_at)
        case Resumed(before):
            return slip(case, before, case.now, case.track.attempt) if not waits(case, SCRUB) else ()
        case Scrubbed(before, attempt):
            pings = called(case, Say.SCRUB, before, attempt)
            return (said(case, Say.SCRUB, f"{SCRUB}{len(case.track.scrubs)}", NEWS_FRESH, before=before, pings=pings),)
        case Held():
            pings = called(case, Say.HOLD, case.event.net, case.track.attempt)
            return (said(case, Say.HOLD, f"hold-{case.track.holds}", NEWS_FRESH, pings=pings),)
        case LiftedOff():
            return (said(case, Say.LIFTOFF, "liftoff", LIFTOFF_FRESH),)
        case Ended(status):
            return outcome(case, status)
        case WentLive():
            return live(case)
        case WebcastFound(_, since):
            return stream(case, since)
        case Returned() | Released() | Merged() | Touched():
            return ()
        case _:
            assert_never(change)


def said(case: Case, say: Say, what: str, keeps: timedelta, *, before: Net | None = None, pings: Iterable[Watch] = ()) -> Notice:
    """Make a notice that is due now."""
    return notice_of(case.following, say, what, case.now, case.now + keeps, before=before, pings=pings)


def announced(case: Case) -> tuple[Notice, ...]:
    """Announce an event that lies ahead."""
    if case.event.status in FLOWN | OVER or is_past(case):
        return ()
    return (said(case, Say.ANNOUNCED, "announced", ANNOUNCED_FRESH),)


def is_news(case: Case, before: Net) -> bool:
    """Whether a moved NET is told: by how far it moved, at its distance. One that is past by now is history."""
    by = shift(before, case.event.net)
    if by is None or is_past(case):
        return False
    near = nearness(case.now, before, case.event.net)
    distance = timedelta.max if near is None else near
    return abs(by) >= next(size for inside, size in SLIPS if distance <= inside)


def is_past(case: Case) -> bool:
    """Whether the clock time of the event has come."""
    t0 = case.event.net.clock
    return t0 is not None and t0 <= case.now


def waits(case: Case, what: str) -> bool:
    """Whether earlier news of this name waits that this target was not told yet. A newer slip takes the place of one.

    A scrub is worded when it leaves: it will say the new NET itself.
    """
    return any(s.fate is Fate.OWED and s.what.startswith(what) for s in case.settled)


def known_net(case: Case) -> Net:
    """Give the NET that the last message to this target showed; without one, the NET that stood when it began to watch."""
    began = min(watch.made_at for watch, _ in case.following.watches)
    last = max((s.at for s in case.settled if s.fate is Fate.SENT and s.at), default=began)
    nets = case.track.nets
    return next((seen.net for seen in reversed(nets) if seen.at <= last), nets[0].net)


SLIP, SCRUB, LIVE = "slip-", "scrub-", "live"
"""What the names of slips and scrubs within their attempt begin with, and the name of the one live notice."""


def slip(case: Case, before: Net, due: datetime, attempt: str) -> tuple[Notice, ...]:
    """Tell a NET that moved, in either direction, or a count that resumed; superseded when it moves again."""
    what = f"{SLIP}{case.track.moves}-{len(case.track.scrubs)}"
    pings = called(case, Say.SLIP, before, attempt)
    return (notice_of(case.following, Say.SLIP, what, due, due + NEWS_FRESH, before=before, pings=pings),)


def regained(case: Case, before: Net, due: datetime) -> tuple[Notice, ...]:
    """Tell that there is a date again, where its loss was told; elsewhere it is a move of the NET that is known, or nothing."""
    untold = waits(case, SLIP)
    known = known_net(case) if untold else before
    if is_past(case) or waits(case, SCRUB) or (untold and not is_news(case, known)):
        return ()
    return slip(case, known, due, case.track.attempt)


def called(case: Case, say: Say, before: Net, attempt: str) -> tuple[Watch, ...]:
    """Pick whom bad news calls: close to T-0, and only where people were pinged for the attempt that it is about; else nobody."""
    t0 = before.clock
    if t0 is None or abs(t0 - case.now) > PING_CLOSE:
        return ()
    return watches_for(case.following, say) if any(s.pinged and s.attempt == attempt for s in case.settled) else ()


def live(case: Case) -> tuple[Notice, ...]:
    """Tell that the webcast runs: near NET, before an outcome, once per attempt (its name carries no number)."""
    away = distance(case.event.net, case.now)
    if case.event.status in OVER or away is None or away > LIVE_NEAR:
        return ()
    pings = (watch for watch in watches_for(case.following, Say.LIVE) if Say.LIVE in watch.ping_on)
    return (said(case, Say.LIVE, LIVE, LIVE_FRESH, pings=pings),)


def distance(net: Net, now: datetime) -> timedelta | None:
    """Distance to NET on either side, zero within a day that is all we know; None without a day."""
    if net.at is None or not net.has_day:
        return None
    return timedelta() if net.clock is None and net.at.date() == now.date() else abs(net.at - now)


def stream(case: Case, since: datetime) -> tuple[Notice, ...]:
    """Tell a stream that came after a close reminder had to go out without one. Else the card says it."""
    t0 = case.event.net.clock
    close = {what_of(lead) for lead in leads_of(case.following) if lead <= STREAM_LEAD}
    reminded = (s for s in case.settled if s.fate is Fate.SENT and s.attempt == case.track.attempt and s.what in close)
    if t0 is None or t0 <= case.now or not any(s.at and s.at >= since for s in reminded):
        return ()
    return (said(case, Say.STREAM, "stream", t0 - case.now),)


def outcome(case: Case, status: Status) -> tuple[Notice, ...]:
    """Tell how it ended, unless that is a day old. A corrected outcome is told too: its name carries the status."""
    meant = span(case.event.net)
    if meant is not None and case.now - meant[1] > OUTCOME_FRESH:
        return ()
    return (said(case, Say.OUTCOME, f"outcome-{status.value.replace(' ', '-')}", OUTCOME_FRESH),)


VOID: tuple[tuple[type, frozenset[Say]], ...] = (
    (Moved, frozenset({Say.SLIP, Say.EDIT})),
    (Coarsened, frozenset({Say.SLIP, Say.EDIT})),
    (Regained, frozenset({Say.SLIP, Say.EDIT})),
    (Returned, frozenset({Say.SLIP, Say.EDIT})),
    (Scrubbed, frozenset({Say.SLIP, Say.HOLD, Say.LIVE, Say.STREAM, Say.EDIT})),
    (Resumed, frozenset({Say.SCRUB, Say.SLIP})),
    (Released, frozenset({Say.HOLD})),
    (LiftedOff, frozenset({Say.ANNOUNCED, Say.DATED, Say.SLIP, Say.HOLD, Say.SCRUB, Say.STREAM})),
    (Merged, CHOOSABLE),
    (Ended, frozenset({Say.ANNOUNCED, Say.DATED, Say.SLIP, Say.HOLD, Say.SCRUB, Say.STREAM, Say.LIVE, Say.LIFTOFF})),
)
"""What each change makes untrue of the news that has not left yet: dropped, not sent in sequence.

An edit that waits for a T-0 that moved is void too; the one that is due now is owed anew.
"""


def voided(changes: Iterable[Change]) -> frozenset[Say]:
    """Unite what the changes make untrue."""
    return frozenset[Say]().union(*(says for change in changes for kind, says in VOID if isinstance(change, kind)))
