"""When a look at a launch feed pays: how often things change by the minute, and the price of a look that keeps to the quota."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.model import FLOWN, OVER, Kind, Net, Status, Track

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MARGIN = timedelta(seconds=15)
"""Added to the hour over which a quota is counted: a request arrives up to that much later than it was noted, as connecting may
take 10 s."""
HORIZON = 100
"""How many minutes are planned ahead: a look at T-75m takes room that T+15m may need."""
SPARSE = 15.0
"""Most minutes between two looks. Chosen, not measured: revisit with bench/freshness."""
FLOOR = 0.0055
"""Price of a look when the quota is no matter, in changes × minutes: so much waiting must a look save, or it is not worth it.
Chosen so that launches within a day are looked at every four minutes; revisit with bench/freshness."""
STEP = 1.25
"""By how much the price is raised until the plan keeps to the quota."""
STEPS = 40

Table = tuple[tuple[float, float], ...]
"""Changes per minute by minutes from T-0; a line holds until the next."""

# Measured on 190 launches of 2025 and 2026, captured every half hour, by `last_updated`: NET, status, webcast going live.
# Streams start on the full or the half hour before T-0, the feed sets In Flight by itself 15 to 30 s after T-0.
COUNTDOWN: Table = (
    (-1e9, 0.00005),
    (-24 * 60, 0.0007),
    (-180, 0.0018),
    (-60, 0.03),
    (-58, 0.0042),
    (-31, 0.02),
    (-27, 0.007),
    (-20, 0.0035),
    (0, 0.1),
    (0.25, 0.9),
    (0.55, 0.08),
    (2, 0.006),
    (5, 0.013),
    (15, 0.025),
    (20, 0.012),
    (60, 0.018),
    (120, 0.01),
    (180, 0.004),
    (720, 0.0),
)
ASCENT: Table = (
    (-1e9, 0.002),
    (30, 0.004),
    (60, 0.006),
    (64, 0.06),
    (72, 0.02),
    (90, 0.006),
    (180, 0.003),
    (480, 0.0005),
    (1440, 0.0),
)
"""After liftoff the outcome is still to come: most are entered at T+64m to T+72m."""
HELD: Table = ((-1e9, 0.001), (-240, 0.03), (90, 0.015), (360, 0.005), (1440, 0.0))
"""On hold. Measured on 9 holds only: 7 changes in some 700 minutes near T-0, most of them within half an hour of it."""
STREAM: Table = ((-1e9, 0.0), (-0.75, 0.5), (0.75, 0.02), (10, 0.0))
"""Around the start that a stream announces, while it is not live. Measured: 15 of 16 went live within 36 s of it."""
OTHER: Table = ((-1e9, 0.0),)
"""Events that are no launch are not seen by a look at launches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What may change of one event, and when: all that the governor knows of it."""

    net: Net
    status: Status
    kind: Kind = Kind.LAUNCH
    live: bool = False
    starts: tuple[datetime, ...] = ()
    """When its streams are announced to start."""


def outlook(track: Track) -> Outlook:
    """See what may change of a tracked event."""
    event = track.event
    starts = tuple(sorted({cast.starts for cast in event.webcasts if cast.starts is not None}))
    return Outlook(net=event.net, status=event.status, kind=event.kind, live=event.webcast_live, starts=starts)


def room_at(made: Sequence[datetime], quota: int, now: datetime, cost: int = 1) -> datetime:
    """Tell when so many requests may be made without ever more than the quota in any hour, `now` at the earliest.

    `made` is oldest first. More requests than the whole quota find room when none is left in the hour.
    """
    within = [at for at in made if at + HOUR + MARGIN >= now]
    over = len(within) + min(cost, quota) - quota
    return now if over <= 0 else max(now, within[over - 1] + HOUR + MARGIN + timedelta(microseconds=1))


# --- how often things change --------------------------------------------------------------------------------------


def clocks(look: Outlook) -> tuple[tuple[Table, datetime], ...]:
    """Tell which tables speak for an event, each with the instant from which its minutes count."""
    clock = look.net.clock
    if look.kind is not Kind.LAUNCH or look.status in OVER or clock is None:
        return ()
    if look.status in FLOWN:
        return ((ASCENT, clock),)
    own = HELD if look.status is Status.HOLD else COUNTDOWN
    streams = () if look.live else tuple((STREAM, start) for start in look.starts)
    return ((own, clock), *streams)


def rate(table: Table, minute: float) -> float:
    """Tell how many changes per minute a table expects at a minute from its zero."""
    return table[bisect_right(table, (minute, float("inf"))) - 1][1]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected from the last look to the horizon, in minutes from now.

    `changes[i]` are expected up to `times[i]`, `moments[i]` is the same weighted with when: from both follows how long changes
    between two looks wait.
    """

    times: tuple[float, ...]
    changes: tuple[float, ...]
    moments: tuple[float, ...]

    def waiting(self, last: int, look: int) -> float:
        """Tell how much waiting, in changes × minutes, collects between two looks."""
        return self.times[look] * (self.changes[look] - self.changes[last]) - (self.moments[look] - self.moments[last])


def forecast(outlooks: Sequence[Outlook], last: datetime, now: datetime) -> Forecast:
    """Expect changes on a grid of minutes and of the instants at which the tables step. One look sees all launches."""
    since = min((last - now) / MINUTE, 0.0)
    speaking = [(table, (zero - now) / MINUTE) for look in outlooks for table, zero in clocks(look)]
    times = {since, 0.0, *map(float, range(1, HORIZON + 1))}
    times |= {zero + at for table, zero in speaking for at, _ in table if since < zero + at <= HORIZON}
    grid = sorted(times)
    changes, moments = [0.0], [0.0]
    for start, end in pairwise(grid):
        middle = (start + end) / 2
        expected = (end - start) * sum(rate(table, middle - zero) for table, zero in speaking)
        changes.append(changes[-1] + expected)
        moments.append(moments[-1] + expected * middle)
    return Forecast(tuple(grid), tuple(changes), tuple(moments))


# --- what a look costs --------------------------------------------------------------------------------------------


def widest(quota: int) -> float:
    """Tell the longest gap between two looks, in minutes; a small quota has wider ones."""
    return max(SPARSE, 75 / quota)


def plan(expected: Forecast, price: float, earliest: float, gap: float) -> tuple[float, ...]:
    """Find the looks that make waiting plus their price least, in minutes from now; none before `earliest`."""
    times = expected.times
    best: list[float] = [0.0]
    before: list[int] = [0]
    for look in range(1, len(times)):
        found, least = -1, float("inf")
        for last in range(look - 1, -1, -1):
            if last and times[last] < earliest:
                continue
            cost = best[last] + expected.waiting(last, look)
            if cost < least:
                found, least = last, cost
            if times[look] - times[last] > gap and found >= 0:
                break
        best.append(least + price)
        before.append(found)
    looks: list[float] = []
    at = before[-1]
    while at:
        looks.append(times[at])
        at = before[at]
    return tuple(reversed(looks))


def keeps(made: Sequence[float], looks: Sequence[float], quota: int) -> bool:
    """Whether the looks of a plan, after the requests made, keep to the quota in every hour."""
    hour = (HOUR + MARGIN) / MINUTE
    both = [*made, *looks]
    return all(both[at] - both[at - quota] > hour for at in range(max(len(made), quota), len(both)))


@dataclass(frozen=True, slots=True)
class Pace:
    """The looks planned, and the price of one at which they keep to the quota."""

    looks: tuple[datetime, ...]
    price: float


def pace(outlooks: Sequence[Outlook], made: Sequence[datetime], quota: int, last: datetime, now: datetime) -> Pace:
    """Plan the looks to come: the lowest price, from the floor upwards, at which they keep to the quota."""
    expected = forecast(outlooks, last, now)
    spent = [(at - now) / MINUTE for at in made]
    earliest = (room_at(made, quota, now) - now) / MINUTE
    gap = widest(quota)
    low, high = 0, STEPS
    while low < high:
        middle = (low + high) // 2
        if keeps(spent, plan(expected, FLOOR * STEP**middle, earliest, gap), quota):
            high = middle
        else:
            low = middle + 1
    price = FLOOR * STEP**low
    return Pace(tuple(now + at * MINUTE for at in plan(expected, price, earliest, gap)), price)
