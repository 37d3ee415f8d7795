"""When a look at a launch feed pays: how often things change by the minute, and the price of a look that keeps to the quota."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappush, heapreplace
from itertools import pairwise

from bot.model import FLOWN, OVER, Kind, Net, Status, Track

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MARGIN = timedelta(seconds=15)
"""Added to the hour over which a quota is counted: a request arrives up to that much later than it was noted, as connecting may
take 10 s."""
WINDOW = (HOUR + MARGIN) / MINUTE
HORIZON = 100
"""How many minutes are planned ahead: a look at T-75m takes room that T+15m may need."""
FINE = 20
"""For so many minutes looks are planned to the minute, then to two: a plan is made anew at each look."""
SPARSE = 15.0
"""Most minutes between two looks. Chosen, not measured: revisit with bench/freshness."""
FLOOR = 0.002
"""Least waiting, in changes × minutes, that a look must save to be worth it where the quota is no matter.
Chosen so that a launch within a day is looked at every four minutes, which the quota allows; revisit with bench/freshness."""
POLISHED = 2
"""How often looks are moved between their neighbours. Chosen: a third time changes nothing in bench/freshness."""

Table = tuple[tuple[float, float], ...]
"""Changes per minute by minutes from T-0; a line holds until the next."""

# Measured on 190 launches of 2025 and 2026, captured every half hour, by `last_updated`: NET, status, streams, webcast going live.
SILENT: Table = (
    (-1e9, 0.000002),
    (-24 * 60, 0.0004),
    (-6 * 60, 0.0006),
    (-60, 0.012),
    (-59, 0.0011),
    (0, 0.03),
    (0.25, 0.15),
    (0.5, 0.018),
    (2, 0.004),
    (3, 0.012),
    (7, 0.003),
    (15, 0.012),
    (20, 0.0075),
    (30, 0.0105),
    (64, 0.038),
    (72, 0.01),
    (180, 0.005),
    (240, 0.0035),
    (720, 0.0),
)
"""No stream is announced: most are flights that few people follow, and editors too."""
ANNOUNCED: Table = (
    (-1e9, 0.000002),
    (-24 * 60, 0.0012),
    (-6 * 60, 0.0019),
    (-180, 0.0038),
    (-61, 0.013),
    (-60, 0.12),
    (-59, 0.039),
    (-57, 0.0125),
    (-30, 0.2),
    (-28, 0.055),
    (-20, 0.03),
    (0, 0.1),
    (0.25, 1.4),
    (0.5, 0.5),
    (2, 0.03),
    (5, 0.08),
    (30, 0.02),
    (180, 0.005),
    (720, 0.0),
)
"""A stream is announced and none is live. Streams start on the full or the half hour before T-0."""
LIVE: Table = (
    (-1e9, 0.001),
    (-50, 0.0027),
    (-10, 0.0042),
    (0, 0.27),
    (0.25, 1.3),
    (0.5, 0.085),
    (2, 0.003),
    (3, 0.0125),
    (10, 0.031),
    (15, 0.085),
    (20, 0.045),
    (30, 0.015),
    (60, 0.06),
    (72, 0.02),
    (240, 0.005),
    (720, 0.0),
)
"""A stream is live: nothing more is expected until the feed sets In Flight, by itself, 15 to 30 s after T-0."""
ASCENT: Table = (
    (-1e9, 0.001),
    (15, 0.011),
    (20, 0.024),
    (30, 0.006),
    (60, 0.01),
    (64, 0.051),
    (75, 0.015),
    (90, 0.0055),
    (120, 0.0075),
    (240, 0.003),
    (720, 0.0005),
    (1440, 0.0),
)
"""After liftoff, while the outcome is still to come."""
HELD: Table = ((-1e9, 0.001), (-240, 0.03), (90, 0.015), (360, 0.005), (1440, 0.0))
"""On hold. Measured on 9 holds only: 7 changes in some 700 minutes near T-0, most of them within half an hour of it."""
STREAM: Table = ((-1e9, 0.0), (-0.5, 0.05), (0, 0.12), (2, 0.01), (10, 0.0))
"""Around the start that a stream announces, while none is live. Measured: robot and editors set the flag within two minutes."""


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
    if look.status is Status.HOLD:
        return ((HELD, clock),)
    if look.live or not look.starts:
        return ((LIVE if look.live else SILENT, clock),)
    return ((ANNOUNCED, clock), *((STREAM, start) for start in look.starts))


def rate(table: Table, minute: float) -> float:
    """Tell how many changes per minute a table expects at a minute from its zero."""
    return table[bisect_right(table, (minute, float("inf"))) - 1][1]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected from the last look to the horizon: `changes[i]` in all up to `times[i]`, in minutes from now."""

    times: tuple[float, ...]
    changes: tuple[float, ...]


def forecast(outlooks: Sequence[Outlook], last: datetime, now: datetime) -> Forecast:
    """Expect changes on a grid of minutes and of the instants at which the tables step. One look sees all launches."""
    since = min((last - now) / MINUTE, 0.0)
    times = {since, *map(float, range(FINE)), *map(float, range(FINE, HORIZON + 1, 2))}
    stepping: list[tuple[Table, float]] = []
    steady = 0.0
    for table, zero in (spoken for look in outlooks for spoken in clocks(look)):
        start = (zero - now) / MINUTE
        steps = [start + at for at, _ in table if since < start + at <= HORIZON]
        times.update(steps)
        if steps:
            stepping.append((table, start))
        else:
            steady += rate(table, since - start)
    grid = sorted(times)
    changes = [0.0]
    for start, end in pairwise(grid):
        middle = (start + end) / 2
        often = steady + sum(rate(table, middle - zero) for table, zero in stepping)
        changes.append(changes[-1] + (end - start) * often)
    return Forecast(tuple(grid), tuple(changes))


# --- where looks go -----------------------------------------------------------------------------------------------


def widest(quota: int) -> float:
    """Tell the longest gap between two looks, in minutes; a small quota has wider ones."""
    return max(SPARSE, 75 / quota)


@dataclass(frozen=True, slots=True)
class Pace:
    """The looks planned, and how much waiting the best look would save for which the quota has no room."""

    looks: tuple[datetime, ...]
    price: float


def pace(outlooks: Sequence[Outlook], made: Sequence[datetime], quota: int, last: datetime, now: datetime) -> Pace:
    """Plan the looks to come: each goes where it saves the most waiting, as long as no hour has more than the quota.

    So the dense minutes ahead have their looks before the sparse ones get any, and nothing needs to be kept in reserve.
    """
    expected = forecast(outlooks, last, now)
    plan = Plan(expected, [(at - now) / MINUTE for at in made], quota)
    price = plan.fill()
    for _ in range(POLISHED):
        plan.settle()
        price = plan.fill()
    return Pace(tuple(now + expected.times[at] * MINUTE for at in plan.looks), price)


class Plan:
    """Looks on the grid of a forecast, after the requests that were made."""

    def __init__(self, expected: Forecast, made: Sequence[float], quota: int) -> None:
        self.expected = expected
        self.taken = sorted(made)
        """When requests were made or are planned, in minutes from now."""
        self.quota = quota
        self.looks: list[int] = []
        self.closed: set[int] = set()
        self.horizon = len(expected.times) - 1
        self.first = next(at for at, time in enumerate(expected.times) if time >= 0)

    def fill(self) -> float:
        """Add looks, the best first, while one saves more than its price; give what the best would save that has no room."""
        price = 0.0
        gaps = [self.best(*gap) for gap in pairwise([0, *self.looks, self.horizon])]
        heapify(gaps)
        while True:
            lost, place, before, after = gaps[0]
            saved, at = -lost, -place
            if saved <= FLOOR:
                return price
            if self.has_room(at):
                self.look_at(at)
                heapreplace(gaps, self.best(before, at))
                heappush(gaps, self.best(at, after))
            else:
                self.closed.add(at)
                heapreplace(gaps, self.best(before, after))
                price = max(price, saved)

    def settle(self) -> None:
        """Move each look to where it saves the most between its neighbours."""
        self.closed.clear()
        for look in tuple(self.looks):
            place = self.looks.index(look)
            self.looks.pop(place)
            self.taken.remove(self.expected.times[look])
            before = self.looks[place - 1] if place else 0
            after = self.looks[place] if place < len(self.looks) else self.horizon
            at = -self.best(before, after)[1]
            self.look_at(at if self.has_room(at) else look)

    def look_at(self, at: int) -> None:
        """Take this place."""
        insort(self.looks, at)
        insort(self.taken, self.expected.times[at])

    def best(self, before: int, after: int) -> tuple[float, int, int, int]:
        """Find where between two looks one more would save the most waiting, in changes × minutes.

        Gives what it saves and the place, both negative, so that the best of several is the least; and the gap.
        """
        times, changes = self.expected.times, self.expected.changes
        end, start = times[after], changes[before]
        open_ones = (at for at in range(max(before + 1, self.first), after) if at not in self.closed)
        saved, at = max((((end - times[at]) * (changes[at] - start), at) for at in open_ones), default=(0.0, before))
        return -saved, -at, before, after

    def has_room(self, at: int) -> bool:
        """Whether one more request at this time leaves every hour within the quota."""
        time, quota = self.expected.times[at], self.quota
        place = bisect_left(self.taken, time)
        both = [*self.taken[max(0, place - quota) : place], time, *self.taken[place : place + quota]]
        return all(both[end] - both[end - quota] > WINDOW for end in range(quota, len(both)))
