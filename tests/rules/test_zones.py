"""Local time: unknown zones are UTC, and hours that come twice or not at all are one instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from bot.rules.zones import instant, local, zone_of
from tests.rules.making import L0


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../../etc/passwd", "Europe", "Europe/Berlin\0", "x" * 300])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    assert local(L0, zone_of(name)).utcoffset() == L0.utcoffset()


@pytest.mark.parametrize(
    ("zone", "day", "clock", "at"),
    [
        ("Europe/Berlin", date(2026, 3, 28), time(8), datetime(2026, 3, 28, 7, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(8), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30, fold=1), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Asia/Kolkata", date(2026, 1, 1), time(0), datetime(2025, 12, 31, 18, 30, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 1, 1), time(0), datetime(2025, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_shows_it_once_a_day(zone: str, day: date, clock: time, at: datetime) -> None:
    assert instant(day, clock, zone_of(zone)) == at
