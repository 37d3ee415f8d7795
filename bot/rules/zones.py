"""Local time: IANA zones by their names, and the instants at which a wall clock there shows something."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> tzinfo:
    """Give the zone of a name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such file; no name for a file; a folder
        return UTC


def local(at: datetime, zone: tzinfo) -> datetime:
    """Give an instant as the wall clock of a zone shows it."""
    return at.astimezone(zone)


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """Give the instant at which a wall clock shows this, in UTC.

    An hour that comes twice is the first of them; one that is left out is as long after midnight as it would have been.
    """
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
