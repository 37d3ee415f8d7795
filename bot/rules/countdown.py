"""The reminders of one attempt: which leads are owed, which are not, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Fate, Following, Net, Notice, Precision, Say, Settled, Status, Track, Watch
from bot.rules.following import leads_of, notice_of, watches_for

LEAD_MIN, LEAD_MAX, LEADS_MAX = timedelta(minutes=1), timedelta(days=30), 10
"""Bounds of a lead, and how many a watch may have (ALERTS)."""
MINUTE_LEAD = timedelta(minutes=10)
"""Leads this close want a NET that is known to the minute; longer ones to the hour (ALERTS)."""
PING_GAP = timedelta(minutes=30)
"""At most one ping per target and event in this span (ALERTS)."""

TOO_NEW = "had passed when the event began to be what a watch asks for"
"""Why a lead is skipped for good; the record of it keeps the next plan from owing it."""

Skipped = tuple[Notice, str]
"""A reminder that is not owed, and why."""


def countdown(
    following: Following, track: Track, settled: Sequence[Settled], now: datetime, *, newly: bool = False
) -> tuple[tuple[Notice, ...], tuple[Skipped, ...]]:
    """Plan the reminders of one target: what is owed; what is not, and why. `newly`: it did not want this event before."""
    t0 = track.event.net.clock
    if t0 is None or t0 <= now or not may_count(track):
        return (), ()
    own = [s for s in settled if s.attempt == track.attempt]
    sent = {s.what for s in own if s.fate is Fate.SENT}
    late = {s.what for s in own if s.why == TOO_NEW}
    leads = tuple(lead for lead in leads_of(following) if precise_enough(track.event.net, lead))
    overdue = [lead for lead in leads if t0 - lead <= now]
    owed: list[Notice] = []
    skipped: list[Skipped] = []
    for lead in leads:
        if what_of(lead) in sent:
            continue
        notice = reminder(following, t0, lead, leads)
        why = past(following, track, lead, t0, now)
        if t0 - lead < now and (newly or what_of(lead) in late):
            why = why or TOO_NEW
        if not why and lead in overdue and (lead != overdue[-1] or any(what_of(other) in sent for other in leads if other < lead)):
            why = "a closer reminder is due"
        if why:
            skipped.append((notice, why))
        else:
            owed.append(notice)
    return tuple(owed), tuple(skipped)


def may_count(track: Track) -> bool:
    """Whether a count runs that people may set their clocks by."""
    return track.counting and track.event.status not in {Status.HOLD, Status.TBD} | FLOWN | OVER


def precise_enough(net: Net, lead: timedelta) -> bool:
    """Whether the NET is known well enough for this lead."""
    return net.precision <= (Precision.MINUTE if lead <= MINUTE_LEAD else Precision.HOUR)


def past(following: Following, track: Track, lead: timedelta, t0: datetime, now: datetime) -> str:
    """Say why a lead was history before anyone could be told; empty when it was not."""
    due = t0 - lead
    if due < now and due < track.armed_at:
        return "had passed when this NET became known"
    if due < now and all(watch.made_at > due for watch in watches_for(following, Say.REMINDER, lead)):
        return "had passed when the watch was made"
    return ""


def reminder(following: Following, t0: datetime, lead: timedelta, leads: Sequence[timedelta]) -> Notice:
    """Make the notice of one lead. It stays true until the next closer one is due, at the latest until T-0."""
    closer = max((other for other in leads if other < lead), default=timedelta())
    return notice_of(
        following, Say.REMINDER, what_of(lead), t0 - lead, t0 - closer, lead=lead, pings=pinging(following, lead, leads)
    )


def pinging(following: Following, lead: timedelta, leads: Sequence[timedelta]) -> tuple[Watch, ...]:
    """Pick the watches that ping at this lead; none when one of the target pings again within PING_GAP: the closest wins."""
    closer = (other for other in leads if timedelta() < lead - other < PING_GAP)
    if any(pings_at(watch, other, leads) for other in closer for watch in watches_for(following, Say.REMINDER, other)):
        return ()
    return tuple(watch for watch in watches_for(following, Say.REMINDER, lead) if pings_at(watch, lead, leads))


def pings_at(watch: Watch, lead: timedelta, leads: Collection[timedelta]) -> bool:
    """Whether a watch pings at this lead: those it names, else the closest of its own that the NET is precise enough for."""
    if Say.REMINDER not in watch.ping_on or not (watch.roles or watch.users):
        return False
    own = [other for other in watch.leads if other in leads]
    return lead in (watch.ping_leads or (min(own, default=None),))


UNITS = (("d", timedelta(days=2)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))
"""Units of a lead as the field writes them, each from this length on: 24h is no 1d."""


def lead_text(lead: timedelta) -> str:
    """Write a lead as the field does: 2d, 24h, 90m."""
    for unit, least in UNITS:
        size = timedelta(days=1) if unit == "d" else least
        if lead >= least and not lead % size:
            return f"{lead // size}{unit}"
    return f"{lead // timedelta(seconds=1)}s"


def what_of(lead: timedelta) -> str:
    """Name a reminder within its attempt."""
    return f"T-{lead_text(lead)}"
