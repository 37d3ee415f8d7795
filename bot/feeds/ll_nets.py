"""What Launch Library's dates are worth: the NET of a launch or an event, its precision read or inferred."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.feeds.wire import Record, is_record
from bot.model import Net, Precision, Status

# net_precision by id; names for an id that is not known, in the words of 2.2.0 and 2.3.0.
PRECISIONS: Mapping[int, Precision] = {
    0: Precision.SECOND,
    1: Precision.MINUTE,
    2: Precision.HOUR,
    3: Precision.MORNING,
    4: Precision.AFTERNOON,
    5: Precision.DAY,
    6: Precision.WEEK,
    7: Precision.MONTH,
    8: Precision.QUARTER,
    9: Precision.QUARTER,
    10: Precision.QUARTER,
    11: Precision.QUARTER,
    12: Precision.HALF,
    13: Precision.HALF,
    14: Precision.YEAR,
    15: Precision.FISCAL_YEAR,
    16: Precision.DECADE,
}
PRECISION_WORDS: tuple[tuple[str, Precision], ...] = (
    ("second", Precision.SECOND),
    ("minute", Precision.MINUTE),
    ("hour", Precision.HOUR),
    ("afternoon", Precision.AFTERNOON),
    ("morning", Precision.MORNING),
    ("day", Precision.DAY),
    ("week", Precision.WEEK),
    ("month", Precision.MONTH),
    ("quarter", Precision.QUARTER),
    ("half", Precision.HALF),
    ("fiscal", Precision.FISCAL_YEAR),
    ("year", Precision.YEAR),
    ("decade", Precision.DECADE),
)
QUARTER_ENDS = frozenset({3, 6, 9})
DECEMBER = 12
VAGUE = frozenset({Status.TBD, Status.NONE, Status.UNKNOWN})
"""Statuses under which the last day of a month at 00:00Z may be a placeholder. An event has no status at all."""


def launch_net(record: Record, status: Status) -> Net:
    """Read the NET of a launch."""
    return net_of(record, "net", "net_precision", status)


def event_net(record: Record) -> Net:
    """Read the date of an event that is no launch."""
    return net_of(record, "date", "date_precision", Status.NONE)


def net_of(record: Record, date: str, precision: str, status: Status) -> Net:
    """Read an instant and its precision; without an instant nothing is known."""
    at = record.instant(date)
    if at is None:
        return Net(None, Precision.UNKNOWN)
    said = said_precision(record, precision)
    no_time = record.flag("tbdtime") is True and status is not Status.GO
    return Net(at, inferred(at, status, no_time=no_time) if said is None else said)


def said_precision(record: Record, key: str) -> Precision | None:
    """Read a precision by id, else by name; None when the page does not say."""
    value = record.value.get(key)
    if value is None:
        return None
    part = record.record(key) if is_record(value) else None
    number = part.whole("id") if part else record.whole(key)
    if number is not None and number in PRECISIONS:
        return PRECISIONS[number]
    words = part.text("name").casefold() if part else ""
    known = next((precision for word, precision in PRECISION_WORDS if word in words), None)
    if known is None:
        record.fault(key, f"unknown precision {number} {words!r}")
    return known


def inferred(at: datetime, status: Status, *, no_time: bool) -> Precision:
    """Infer how well a NET is known where the page does not say.

    Pages of 2.0.0 and of 2.2.0 until 2021 have no precision, newer ones a null now and then. What those pages show:
    a NET that is not midnight is true even under TBD (Soyuz MS-19 stood there for months at 08:55:05), unless 2.0.0 says
    `tbdtime`; midnight stands for an unknown hour (its docking was at 00:00Z until 12:12 was known); and midnight of the last
    day of a month, quarter or year is the placeholder for all of it, while the status does not say that the day is meant.
    `tbdtime` beside Go is stale: those launches flew at the second they showed.
    """
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return coarse(at) if status in VAGUE else Precision.DAY
    if no_time:
        return Precision.DAY
    return Precision.SECOND if at.second else Precision.MINUTE


def coarse(at: datetime) -> Precision:
    """Tell what a midnight stands for: the last day of a span for the span, the longest one that ends there; else its day."""
    if (at + timedelta(days=1)).day != 1:
        return Precision.DAY
    if at.month == DECEMBER:
        return Precision.YEAR
    return Precision.QUARTER if at.month in QUARTER_ENDS else Precision.MONTH
