"""The governor of requests: whatever flies, never above the quota in any hour, and never silent for long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import EventId, Kind, Net, Precision, Scope, Sighting, Status, Webcast
from bot.rules.changes import first_track
from bot.rules.pacing import Outlook, clocks, outlook, pace, rate, room_at
from bot.rules.polling import ALL_EVERY, EVENTS_NEAR, LONGEST_HOT_WAIT, LONGEST_WAIT, Health, LookUp, next_ask
from tests.mission_log import new_event

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def launch(at: timedelta, status: Status = Status.GO, kind: Kind = Kind.LAUNCH, starts: tuple[datetime, ...] = ()) -> Outlook:
    return Outlook(net=Net(NOW + at, Precision.MINUTE), status=status, kind=kind, starts=starts)


def asked(outlooks: Sequence[Outlook], quota: int, hours: float, lookups: Sequence[LookUp] = ()) -> list[tuple[Scope, datetime]]:
    """Let the governor ask, and the feed answer at once, for some hours."""
    now, made, answered = NOW, list[tuple[Scope, datetime]](), dict[Scope, datetime]()
    while now < NOW + hours * HOUR:
        ask = next_ask(quota=quota, made=made, answered=answered, outlooks=outlooks, lookups=lookups, now=now)
        assert ask.at >= now
        if ask.at > now:
            now = ask.at
            continue
        made += [(ask.scope, now)]
        answered[ask.scope] = now
        lookups = [one for one in lookups if one.event != ask.event]
    return made


def busiest(made: Sequence[tuple[Scope, datetime]]) -> int:
    """Count the requests of the fullest hour."""
    times = [at for _, at in made]
    return max(bisect_left(times, at + HOUR + timedelta(microseconds=1)) - place for place, at in enumerate(times))


NETS = st.integers(-120, 300).map(lambda minutes: minutes * MINUTE)
STATUSES = st.sampled_from([Status.GO, Status.TBC, Status.HOLD, Status.IN_FLIGHT, Status.SUCCESS])
KINDS = st.sampled_from([Kind.LAUNCH, Kind.LAUNCH, Kind.DOCKING])
OUTLOOKS = st.lists(st.builds(launch, NETS, STATUSES, KINDS), max_size=4)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(outlooks=OUTLOOKS, quota=st.sampled_from([1, 5, 15]))
def test_no_hour_has_more_requests_than_the_quota(outlooks: list[Outlook], quota: int) -> None:
    made = asked(outlooks, quota, 2.5)
    assert made[0][0] is Scope.ALL
    assert busiest(made) <= quota


def test_requests_are_densest_around_t_zero() -> None:
    made = asked([launch(timedelta(hours=3))], 15, 4)
    looks = [(at - NOW) / MINUTE - 180 for scope, at in made if scope is Scope.NEAR]
    _, begins = min((later - earlier, earlier) for earlier, later in pairwise(looks))
    assert 0 < begins < 5


def test_nothing_ahead_is_looked_at_now_and_then() -> None:
    made = asked([], 15, 3)
    times = [at for _, at in made]
    assert all(later - earlier <= 20 * MINUTE for earlier, later in pairwise(times))


def test_the_first_answers_go_before_everything() -> None:
    made = asked([launch(timedelta(minutes=5))], 15, 0.2)
    assert [scope for scope, _ in made[:2]] == [Scope.ALL, Scope.EVENTS]


def test_the_whole_list_is_read_again_after_hours() -> None:
    made = asked([launch(timedelta(days=9))], 15, 13)
    whole = [at for scope, at in made if scope is Scope.ALL]
    assert len(whole) == 2
    assert whole[1] - whole[0] >= ALL_EVERY


def test_events_are_asked_for_more_often_while_one_is_near() -> None:
    made = asked([launch(timedelta(minutes=30), Status.NONE, Kind.DOCKING)], 15, 1.5)
    events = [at for scope, at in made if scope is Scope.EVENTS]
    assert min(b - a for a, b in pairwise(events)) >= EVENTS_NEAR
    assert len(events) >= 3


def test_an_event_that_left_its_list_is_looked_up_at_once_and_again_after_an_hour() -> None:
    first = [LookUp(EventId("ll2:launch:a"))]
    made = asked([], 15, 0.5, first)
    assert made[1][0] is Scope.ONE or made[2][0] is Scope.ONE
    again = [LookUp(EventId("ll2:launch:a"), missing=NOW)]
    ones = [at for scope, at in asked([], 15, 2, again) if scope is Scope.ONE]
    assert len(ones) == 1
    assert ones[0] >= NOW + HOUR


def test_many_look_ups_leave_room_for_the_launch_that_is_near() -> None:
    lost = [LookUp(EventId(f"ll2:launch:{n}")) for n in range(20)]
    made = asked([launch(timedelta(minutes=20))], 15, 1, lost)
    assert busiest(made) <= 15
    assert sum(scope is Scope.NEAR for scope, _ in made) >= 3


@pytest.mark.parametrize(("near", "longest"), [(True, LONGEST_HOT_WAIT), (False, LONGEST_WAIT)])
def test_waits_after_failures_double_and_end(near: bool, longest: timedelta) -> None:
    outlooks = [launch(timedelta(minutes=1))] if near else []
    waits: list[timedelta] = []
    for failures in range(1, 14):
        health = Health(failures, NOW, None)
        known = {Scope.ALL: NOW, Scope.EVENTS: NOW, Scope.NEAR: NOW - HOUR}
        waits.append(next_ask(quota=15, made=[], answered=known, outlooks=outlooks, health=health, now=NOW).at - NOW)
    assert waits == sorted(waits)
    assert waits[-1] >= longest


def test_a_feed_that_asks_for_patience_gets_it() -> None:
    health = Health(1, NOW, timedelta(minutes=42))
    assert next_ask(quota=15, made=[], answered={}, outlooks=[], health=health, now=NOW).at == NOW + 42 * MINUTE


def test_room_comes_back_an_hour_after_it_was_taken() -> None:
    made = [NOW - 50 * MINUTE, NOW - 10 * MINUTE]
    assert room_at(made, 3, NOW) == NOW
    assert NOW + 10 * MINUTE <= room_at(made, 2, NOW) <= NOW + 11 * MINUTE
    assert room_at(made, 2, NOW, cost=9) >= NOW + 50 * MINUTE


def test_only_what_can_change_speaks() -> None:
    assert clocks(launch(HOUR, Status.SUCCESS)) == ()
    assert clocks(launch(HOUR, kind=Kind.DOCKING)) == ()
    assert clocks(Outlook(net=Net(NOW, Precision.MONTH), status=Status.TBD)) == ()
    assert len(clocks(launch(HOUR, Status.IN_FLIGHT))) == 1
    assert len(clocks(launch(HOUR, Status.HOLD))) == 1
    announced = launch(HOUR, starts=(NOW + 30 * MINUTE,))
    assert len(clocks(announced)) == 2
    assert len(clocks(replace(announced, live=True))) == 1


def test_a_table_holds_until_its_next_line() -> None:
    table = ((-1e9, 0.1), (0.0, 0.5), (10.0, 0.0))
    assert [rate(table, minute) for minute in (-5, 0, 9.9, 10)] == [0.1, 0.5, 0.5, 0.0]


def test_an_outlook_sees_what_may_change() -> None:
    event = replace(new_event("Starlink", 1), webcasts=(Webcast(url="https://x.com/a", starts=NOW), Webcast(url="https://x.com/b")))
    seen = outlook(first_track(Sighting(event=event, feed="ll2"), NOW))
    assert seen.starts == (NOW,)
    assert seen.status is event.status


def test_a_plan_has_a_price_where_the_quota_is_short() -> None:
    hot = [launch(timedelta(minutes=at)) for at in (5, 20, 40)]
    assert pace(hot, [], 2, NOW, NOW).price > pace(hot, [], 200, NOW, NOW).price
