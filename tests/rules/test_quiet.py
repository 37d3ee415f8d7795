"""Quiet hours: over midnight, over both ends of summer time, for several watches, and what sounds all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.model import Notice, Quiet, Say, Track, Watch
from bot.rules.quiet import is_quiet, is_silent
from bot.rules.zones import zone_of
from tests.rules.making import HOUR, MINUTE, SECOND, T0, event, net, seen, watch

NIGHT = Quiet(start=time(22), end=time(7), exempt=frozenset({Say.LIVE, Say.SCRUB, Say.SLIP}))
MIDDAY = Quiet(start=time(12), end=time(14))


def notice(say: Say, **more: object) -> Notice:
    return Notice(say=say, what="x", due=T0, stale=T0, **more)  # type: ignore[arg-type]  # a test names fields freely


def quiet(hours: Quiet | None) -> Watch:
    return replace(watch(), quiet=hours)


@pytest.mark.parametrize(
    ("hours", "clock", "expected"),
    [
        (NIGHT, time(21, 59, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(0), True),
        (NIGHT, time(6, 59, 59), True),
        (NIGHT, time(7), False),
        (MIDDAY, time(11, 59, 59), False),
        (MIDDAY, time(12), True),
        (MIDDAY, time(14), False),
        (Quiet(start=time(8), end=time(8)), time(3), True),
    ],
)
def test_quiet_hours_have_a_beginning_and_an_end(hours: Quiet, clock: time, *, expected: bool) -> None:
    assert is_quiet(hours, UTC, datetime.combine(T0, clock, UTC)) is expected


def test_quiet_hours_are_those_of_the_wall_clock_on_both_sides_of_summer_time() -> None:
    berlin = zone_of("Europe/Berlin")
    assert not is_quiet(NIGHT, berlin, datetime(2026, 3, 28, 6, 0, tzinfo=UTC))
    assert is_quiet(NIGHT, berlin, datetime(2026, 3, 28, 5, 59, tzinfo=UTC))
    assert not is_quiet(NIGHT, berlin, datetime(2026, 3, 29, 5, 0, tzinfo=UTC))
    assert is_quiet(NIGHT, berlin, datetime(2026, 10, 25, 5, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        ((), False),
        ((quiet(None),), False),
        ((quiet(MIDDAY),), True),
        ((quiet(MIDDAY), quiet(None)), False),
        ((quiet(MIDDAY), quiet(NIGHT)), False),
        ((quiet(MIDDAY), quiet(Quiet(start=time(13), end=time(15)))), True),
    ],
)
def test_it_is_silent_when_all_that_asked_are_quiet(asking: tuple[Watch, ...], *, expected: bool) -> None:
    assert is_silent(asking, notice(Say.REMINDER), seen(event()), UTC, T0 - HOUR) is expected


@pytest.mark.parametrize(
    ("say", "away", "sounds"),
    [
        (Say.LIVE, 2 * HOUR, True),
        (Say.LIVE, 2 * HOUR + SECOND, False),
        (Say.SCRUB, 5 * MINUTE, True),
        (Say.SLIP, 5 * MINUTE, False),
        (Say.REMINDER, 5 * MINUTE, False),
    ],
)
def test_live_and_scrub_alone_may_sound_close_to_t0(say: Say, away: object, *, sounds: bool) -> None:
    late = T0.replace(hour=3)
    track: Track = seen(event(net(late)))
    assert is_silent((quiet(NIGHT),), notice(say), track, UTC, late - away) is not sounds  # type: ignore[operator]  # a span
    assert is_silent((quiet(replace(NIGHT, exempt=frozenset())),), notice(say), track, UTC, late - HOUR / 2)


def test_a_scrub_is_near_by_the_time_that_was_given_up() -> None:
    late = T0.replace(hour=23)
    scrub = notice(Say.SCRUB, before=net(late))
    assert not is_silent((quiet(NIGHT),), scrub, seen(event(net(late + 24 * HOUR))), UTC, late)
    assert is_silent((quiet(NIGHT),), notice(Say.SCRUB), seen(event(net(None))), UTC, late)
    assert is_silent((quiet(NIGHT),), scrub, None, UTC, late)
