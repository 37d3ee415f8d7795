"""What a NET says: the span it stands for, how far it moved, and whether two speak of one countdown."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.model import Net, Precision

SAME_ATTEMPT = timedelta(hours=6)
"""A NET that crosses midnight by less than this stays in its attempt; a scrub moves it by this or more (ALERTS)."""

DAY = timedelta(days=1)


MONTHS = {
    Precision.MONTH: 1,
    Precision.QUARTER: 3,
    Precision.HALF: 6,
    Precision.YEAR: 12,
    Precision.FISCAL_YEAR: 12,
    Precision.DECADE: 120,
}
"""Length of the coarse spans, in months."""


def month_start(month: int) -> datetime:
    """Give 00:00 UTC of the first day of a month, counted from January of year 0."""
    year, month0 = divmod(month, 12)
    return datetime(year, month0 + 1, 1, tzinfo=UTC)


def day_of(at: datetime) -> date:
    """Give the UTC day of an instant."""
    return at.astimezone(UTC).date()


def span(net: Net) -> tuple[datetime, datetime] | None:
    """Give the first and the last instant a NET may mean (end excluded unless a clock time); None when it says nothing."""
    if net.at is None or net.precision is Precision.UNKNOWN:
        return None
    at = net.at.astimezone(UTC)
    if net.precision <= Precision.HOUR:
        return at, at
    start = datetime.combine(at.date(), time(), UTC)
    if net.precision not in MONTHS:
        return (start - 6 * DAY if net.precision is Precision.WEEK else start), start + DAY  # of a week the last day is stored
    length, month = MONTHS[net.precision], at.year * 12 + at.month - 1
    # A fiscal year ends with the month that is stored; the others end where the calendar says.
    first = month + 1 - length if net.precision is Precision.FISCAL_YEAR else month // length * length
    return month_start(first), month_start(first + length)


def shift(before: Net, after: Net) -> timedelta | None:
    """How far a NET moved, signed: later is positive; whole days unless both are clock times. None when it may be the same."""
    old, new = span(before), span(after)
    if old is None or new is None:
        return None
    if before.clock and after.clock:
        return new[0] - old[0] or None
    apart = new[0] >= old[1] or new[1] <= old[0]
    return (day_of(new[0]) - day_of(old[0]) or None) if apart else None


def same_attempt(before: Net, after: Net) -> bool:
    """Whether two NETs belong to one countdown: the same UTC day, or so close that midnight does not matter."""
    if before.clock is None or after.clock is None:
        return False
    return day_of(before.clock) == day_of(after.clock) or abs(after.clock - before.clock) < SAME_ATTEMPT


def nearness(now: datetime, *nets: Net) -> timedelta | None:
    """Time to the nearest of the NETs that stand for a day or better, zero when one has passed; None when there is none."""
    ahead = [max(net.at - now, timedelta()) for net in nets if net.at is not None and net.has_day]
    return min(ahead, default=None)
