"""Whether the dates and clock times of a text are the NET of an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import log
from types import MappingProxyType

from bot.model import Net, Precision
from bot.rules.evidence import Reading
from bot.rules.prose_clock import MINUTES_OF_A_DAY, Clock
from bot.rules.prose_dates import Said

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAME_DAY, NEXT_NIGHT = 1.0, 0.6
"""How well a day meets a NET: it is its day, or a night's difference of zones away."""
VAGUE = 0.2
"""Fit below which a date says no more than that it is not excluded: a year and some month in it."""
EAST, WEST = 12 * HOUR, 14 * HOUR
"""How far a day somewhere on Earth reaches beyond the same day in UTC."""
AMERICA = 10 * HOUR
"""… and in America, where most of them are written."""
CLOCK_NEAR, CLOCK_FAR = 12, 90
"""Minutes between a clock time in the text and the NET: the same; the same window; beyond, another launch. Chosen, not measured."""
SAME_WINDOW = 0.4
CLOCK_REACH = timedelta(hours=40)
"""A clock time without a day is one of today or tomorrow. Chosen, not measured."""
VIDEO = (-HOUR / 2, 3 * HOUR)
"""When T-0 comes, counted from the scheduled start of its video."""
SPANS: Mapping[Precision, int] = MappingProxyType(
    {
        Precision.WEEK: 7,
        Precision.MONTH: 31,
        Precision.QUARTER: 92,
        Precision.HALF: 183,
        Precision.YEAR: 366,
        Precision.FISCAL_YEAR: 366,
        Precision.DECADE: 3653,
        Precision.UNKNOWN: 366,
    }
)
"""Days that a coarse NET spans, counted back from the last one, which it holds."""


def reach(net: Net) -> tuple[datetime, datetime] | None:
    """Between which instants a NET lies, given its precision; None without one."""
    if net.at is None or net.clock:
        return None if net.at is None else (net.at, net.at)
    day = net.at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + DAY - SPANS.get(net.precision, 1) * DAY, day + DAY


def date_fit(phrase: Said, net: Net) -> float:
    """How well a date in the text meets a NET, 0 to 1: the vaguer, the less."""
    span = reach(net)
    if span is None or span[0] > phrase.end + WEST or span[1] < phrase.start - EAST:
        return 0.0
    first, last = span
    if max(phrase.precision, net.precision) > Precision.DAY:
        weeks = ((phrase.end - phrase.start) + (last - first)) / (7 * DAY)
        return max(0.1, 0.7 - 0.15 * log(max(1.0, weeks)))
    return SAME_DAY if first <= phrase.end + AMERICA and last >= phrase.start else NEXT_NIGHT


def date_measure(net: Net, reading: Reading) -> float:
    """Give the best fit of any date in the text; a clock time alone stands for the day on which it comes next, or came last."""
    fits = [date_fit(phrase, net) for phrase in reading.dates]
    span = reach(net)
    if span and reading.starts is not None and span[0] <= reading.starts + VIDEO[1] and reading.starts + VIDEO[0] <= span[1]:
        fits.append(SAME_DAY)
    if span and net.precision is Precision.DAY and not any(phrase.precision <= Precision.DAY for phrase in reading.dates):
        fits += [SAME_DAY for at in implied(reading) if span[0] - HOUR <= at <= span[1] + HOUR]
    return max(fits, default=0.0)


def implied(reading: Reading) -> Iterator[datetime]:
    """Instants that clock times mean when no day is told: the next, or the last, as the tense has it."""
    midnight = reading.said.replace(hour=0, minute=0, second=0, microsecond=0)
    for clock in reading.clocks:
        times = [midnight + timedelta(days=day, minutes=clock.minute) for day in (-2, -1, 0, 1, 2)]
        if reading.lean >= 0:
            yield min(at for at in times if at >= reading.said - 2 * HOUR)
        if reading.lean <= 0:
            yield max(at for at in times if at <= reading.said + 2 * HOUR)


def clock_measure(net: Net, reading: Reading) -> float:
    """1 for the same minutes, less for the same window; a video that begins shortly before T-0 is as good."""
    if net.clock and reading.starts and VIDEO[0] <= net.clock - reading.starts <= VIDEO[1]:
        return 1.0
    gap = clock_gap(net, reading)
    if gap is None or gap > CLOCK_FAR:
        return 0.0
    return 1.0 if gap <= CLOCK_NEAR else SAME_WINDOW


def clock_gap(net: Net, reading: Reading) -> int | None:
    """Minutes between the NET's time of day and the closest one in the text; None when they can't be compared."""
    if net.clock is None:
        return None
    named = any(phrase.precision <= Precision.DAY and date_fit(phrase, net) for phrase in reading.dates)
    if not named and abs(net.clock - reading.said) > CLOCK_REACH:
        return None
    return min((minutes_apart(net.clock, clock) for clock in reading.clocks), default=None)


def minutes_apart(at: datetime, clock: Clock) -> int:
    """Minutes between two times of day, whichever way round is shorter."""
    later = (at.hour * 60 + at.minute - clock.minute) % MINUTES_OF_A_DAY
    return min(later, MINUTES_OF_A_DAY - later)
