"""What a NET says, how far it moved, and where an attempt ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.model import Net, Precision
from bot.rules.nets import nearness, same_attempt, shift, span
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, net


def day(year: int, month: int, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


P = Precision
SPANS = [
    (net(T0, P.SECOND), T0, T0),
    (net(T0, P.MINUTE), T0, T0),
    (net(T0, P.HOUR), T0, T0),
    (net(T0, P.MORNING), L0, L0 + DAY),
    (net(T0, P.AFTERNOON), L0, L0 + DAY),
    (net(L0, P.DAY), L0, L0 + DAY),
    (net(day(2026, 3, 8), P.WEEK), day(2026, 3, 2), day(2026, 3, 9)),
    (net(day(2026, 3, 31), P.MONTH), day(2026, 3), day(2026, 4)),
    (net(day(2026, 12, 31), P.MONTH), day(2026, 12), day(2027, 1)),
    (net(day(2026, 3, 31), P.QUARTER), day(2026, 1), day(2026, 4)),
    (net(day(2026, 12, 31), P.QUARTER), day(2026, 10), day(2027, 1)),
    (net(day(2026, 2, 15), P.QUARTER), day(2026, 1), day(2026, 4)),
    (net(day(2026, 6, 30), P.HALF), day(2026, 1), day(2026, 7)),
    (net(day(2026, 12, 31), P.HALF), day(2026, 7), day(2027, 1)),
    (net(day(2026, 12, 31), P.YEAR), day(2026, 1), day(2027, 1)),
    (net(day(2026, 9, 30), P.FISCAL_YEAR), day(2025, 10), day(2026, 10)),
    (net(day(2029, 12, 31), P.DECADE), day(2020, 1), day(2030, 1)),
]


@pytest.mark.parametrize(("said", "first", "last"), SPANS, ids=lambda v: v.precision.name if isinstance(v, Net) else "")
def test_a_net_means_a_span(said: Net, first: datetime, last: datetime) -> None:
    assert span(said) == (first, last)


def test_a_net_without_a_date_means_nothing() -> None:
    assert span(Net(None, P.UNKNOWN)) is None
    assert span(Net(T0, P.UNKNOWN)) is None
    assert span(Net(None, P.DAY)) is None


def test_a_span_is_told_in_utc_whatever_zone_the_instant_came_in() -> None:
    baikonur = timezone(timedelta(hours=5))
    assert span(net(datetime(2026, 3, 2, 1, tzinfo=baikonur), P.DAY)) == (L0, L0 + DAY)


MOVES = [
    # Clock times move by what lies between them, signed.
    (net(T0), net(T0 + HOUR), HOUR),
    (net(T0), net(T0 - HOUR), -HOUR),
    (net(T0), net(T0 + SECOND, P.SECOND), SECOND),
    (net(T0, P.HOUR), net(T0, P.SECOND), None),
    # A coarser or finer word for the same time is no move.
    (net(L0, P.DAY), net(T0), None),
    (net(T0), net(L0, P.DAY), None),
    (net(day(2026, 3, 31), P.MONTH), net(day(2026, 3, 12), P.DAY), None),
    (net(day(2026, 3, 12), P.DAY), net(day(2026, 3, 31), P.MONTH), None),
    (net(day(2026, 3, 31), P.MONTH), net(day(2026, 3, 31), P.QUARTER), None),
    # Where one is no clock time it moves by whole days, where the two spans do not meet.
    (net(T0), net(L0 + DAY, P.DAY), DAY),
    (net(L0, P.DAY), net(L0 + DAY), DAY),
    (net(L0, P.DAY), net(L0), None),
    (net(L0), net(L0, P.DAY), None),
    (net(T0 + 3 * HOUR), net(L0 + 3 * DAY, P.DAY), 3 * DAY),
    (net(L0, P.DAY), net(T0 + DAY), DAY),
    (net(L0 + DAY, P.DAY), net(T0), -DAY),
    (net(day(2026, 3, 31), P.MONTH), net(day(2026, 4, 30), P.MONTH), 31 * DAY),
    (net(day(2026, 4, 30), P.MONTH), net(day(2026, 3, 31), P.MONTH), -31 * DAY),
    (net(day(2026, 3, 31), P.MONTH), net(day(2026, 6, 30), P.QUARTER), 31 * DAY),
    # Overlapping spans say nothing for sure.
    (net(day(2026, 3, 31), P.QUARTER), net(day(2026, 6, 30), P.HALF), None),
    (net(None), net(T0), None),
    (net(T0), net(None), None),
]


@pytest.mark.parametrize(("before", "after", "by"), MOVES)
def test_a_net_moved_by_what_is_certain(before: Net, after: Net, by: timedelta | None) -> None:
    assert shift(before, after) == by


def test_an_attempt_is_a_utc_day_or_less_than_six_hours_over_midnight() -> None:
    assert same_attempt(net(L0), net(L0 + DAY - MINUTE))
    assert same_attempt(net(L0 + 20 * HOUR), net(L0 + 26 * HOUR - MINUTE))
    assert not same_attempt(net(L0 + 20 * HOUR), net(L0 + 26 * HOUR))
    assert same_attempt(net(L0 + HOUR), net(L0 - 4 * HOUR))


def test_without_a_clock_time_there_is_no_attempt() -> None:
    assert not same_attempt(net(L0, P.DAY), net(T0))
    assert not same_attempt(net(T0), net(L0, P.DAY))
    assert not same_attempt(net(None), net(None))


def test_nearness_is_to_the_nearer_net_and_never_negative() -> None:
    assert nearness(L0, net(T0), net(T0 + DAY)) == 14 * HOUR
    assert nearness(L0, net(T0 + DAY), net(T0)) == 14 * HOUR
    assert nearness(T0 + HOUR, net(T0)) == timedelta()
    assert nearness(L0, net(day(2026, 3, 31), P.MONTH), net(T0)) == 14 * HOUR
    assert nearness(L0, net(day(2026, 3, 31), P.MONTH)) is None
    assert nearness(L0, net(None)) is None
