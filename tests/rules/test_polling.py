"""When a feed is asked: laws of the quota, and what the governor does around T-0, on hold, after failures and for lost events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Ask, Event, EventId, Kind, Net, Precision, Scope, Status, Track, Webcast
from bot.rules.pacing import HOUR, MARGIN, MINUTE, Outlook, outlook, pace, rate, room_at
from bot.rules.polling import AGAIN, ALL_EVERY, EVENTS_EVERY, LOOK_UPS, Health, LookUp, next_ask

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOST = EventId("ll2:launch:lost")


def launch(at: datetime = T0, status: Status = Status.GO, *, live: bool = False, starts: tuple[datetime, ...] = ()) -> Outlook:
    """Make the outlook of a launch."""
    return Outlook(net=Net(at, Precision.SECOND), status=status, live=live, starts=starts)


def minutes(number: float) -> timedelta:
    """Make a span."""
    return number * MINUTE


@dataclass
class Replay:
    """A feed that answers at once, asked as the governor says."""

    quota: int = 15
    now: datetime = T0 - minutes(180)
    made: list[tuple[Scope, datetime]] = field(default_factory=list[tuple[Scope, datetime]])
    answered: dict[Scope, datetime] = field(default_factory=dict[Scope, datetime])
    asks: list[Ask] = field(default_factory=list[Ask])
    lookups: list[LookUp] = field(default_factory=list[LookUp])
    pages: int = 4

    def run(self, until: datetime, seen: Callable[[datetime], Sequence[Outlook]]) -> None:
        """Ask until then; `seen` is what is known at an instant."""
        while True:
            ask = next_ask(
                quota=self.quota,
                made=[one for one in self.made if one[1] > self.now - 2 * HOUR],
                answered=self.answered,
                outlooks=seen(self.now),
                lookups=self.lookups,
                now=self.now,
            )
            assert ask.at >= self.now
            if ask.at > until:
                return
            if ask.at > self.now:
                self.now = ask.at
                continue
            cost = min(self.pages, self.quota) if ask.scope is Scope.ALL else 1
            self.made += [(ask.scope, self.now)] * cost
            self.answered[ask.scope] = self.now
            self.asks.append(ask)
            self.lookups = [one for one in self.lookups if one.event != ask.event]
            self.now += timedelta(seconds=1)

    def between(self, start: float, end: float, *scopes: Scope) -> list[datetime]:
        """Give when these questions were asked, in minutes from T-0."""
        return [ask.at for ask in self.asks if ask.scope in scopes and T0 + minutes(start) <= ask.at < T0 + minutes(end)]


KNOWN: Mapping[Scope, datetime] = {Scope.ALL: T0 - minutes(181), Scope.EVENTS: T0 - minutes(181), Scope.NEAR: T0 - minutes(181)}


def replayed(seen: Callable[[datetime], Sequence[Outlook]], *, until: float = 120, quota: int = 15, start: float = -180) -> Replay:
    """Replay a day on which everything was read shortly before."""
    replay = Replay(quota=quota, now=T0 + minutes(start), answered=dict(KNOWN))
    replay.run(T0 + minutes(until), seen)
    return replay


def fullest(made: Sequence[tuple[Scope, datetime]]) -> int:
    """Count the requests of the fullest hour, both ends included, as a server with a slow clock may see them."""
    times = [at for _, at in made]
    return max(sum(start <= at <= start + HOUR + MARGIN for at in times) for start in times)


# --- the quota ----------------------------------------------------------------------------------------------------


@given(
    quota=st.integers(1, 40),
    launches=st.lists(
        st.tuples(
            st.integers(-90, 240),
            st.sampled_from(Status),
            st.booleans(),
            st.lists(st.integers(-90, 10), max_size=2),
        ),
        max_size=8,
    ),
    lost=st.integers(0, 12),
    pages=st.integers(1, 6),
)
@settings(max_examples=25, deadline=None)
def test_no_hour_ever_has_more_requests_than_the_quota(
    quota: int, launches: list[tuple[int, Status, bool, list[int]]], lost: int, pages: int
) -> None:
    outlooks = [
        launch(T0 + minutes(at), status, live=live, starts=tuple(T0 + minutes(at + start) for start in starts))
        for at, status, live, starts in launches
    ]
    rest = [Outlook(net=Net(None, Precision.UNKNOWN), status=Status.TBD)] * (100 * (pages - 1))
    replay = Replay(quota=quota, pages=pages, now=T0, lookups=[LookUp(EventId(f"ll2:launch:{at}")) for at in range(lost)])
    replay.run(T0 + minutes(150), lambda _: [*outlooks, *rest])
    assert replay.made
    assert fullest(replay.made) <= quota


def test_room_opens_when_the_oldest_of_a_full_hour_is_an_hour_old() -> None:
    made = [T0 + minutes(at) for at in (0, 10, 20)]
    now = T0 + minutes(30)
    assert room_at(made, 4, now) == now
    assert room_at(made, 3, now) > made[0] + HOUR
    assert room_at(made, 3, now, cost=2) > made[1] + HOUR
    assert room_at(made, 3, now, cost=9) > made[2] + HOUR
    assert room_at(made, 3, now) < made[0] + HOUR + MARGIN + timedelta(seconds=1)
    assert room_at(made, 3, T0 + minutes(61)) == T0 + minutes(61)


def test_a_larger_quota_is_used_where_it_helps() -> None:
    small = replayed(lambda _: [launch()], until=0, start=-60)
    large = replayed(lambda _: [launch()], until=0, start=-60, quota=210)
    assert len(large.asks) > 2 * len(small.asks)
    assert len(large.asks) < 60


# --- around T-0 ---------------------------------------------------------------------------------------------------


def test_looks_are_dense_where_changes_are_and_sparse_where_nothing_flies() -> None:
    far = replayed(lambda _: [launch(T0 + timedelta(days=9))], until=-60)
    near = replayed(lambda _: [launch(starts=(T0 - minutes(30),))], until=15, start=-75)
    assert len(far.between(-180, -60, Scope.NEAR)) <= 9
    assert len(near.between(-60, 0, Scope.NEAR)) >= 12


def test_a_look_follows_liftoff_within_the_minute() -> None:
    replay = replayed(lambda _: [launch(live=True)], until=3)
    assert replay.between(0.3, 1, Scope.NEAR)


def test_a_look_follows_the_announced_start_of_a_stream() -> None:
    start = T0 - minutes(43)
    replay = replayed(lambda _: [launch(starts=(start,))], until=0)
    assert replay.between(-43, -40, Scope.NEAR)


def test_t_0_may_move_while_it_is_counted() -> None:
    later = T0 + minutes(25)

    def seen(now: datetime) -> list[Outlook]:
        return [launch(later if now > T0 - minutes(10) else T0, live=True)]

    assert replayed(seen, until=30).between(25.3, 26.5, Scope.NEAR)


@pytest.mark.parametrize("minute", [-30, 5, 20])
def test_a_hold_is_watched_closely(minute: int) -> None:
    replay = replayed(lambda _: [launch(status=Status.HOLD)], until=minute + 30, start=minute - 60)
    looks = replay.between(minute, minute + 30, Scope.NEAR)
    assert len(looks) >= 6


def test_after_the_outcome_there_is_nothing_to_hurry_for() -> None:
    over = replayed(lambda now: [launch(status=Status.SUCCESS if now > T0 + minutes(5) else Status.GO)], until=120)
    open_yet = replayed(lambda now: [launch(status=Status.IN_FLIGHT if now > T0 + minutes(5) else Status.GO)], until=120)
    assert len(over.between(10, 100, Scope.NEAR)) < 8 < len(open_yet.between(10, 100, Scope.NEAR))


def test_two_launches_in_one_hour_share_the_quota() -> None:
    second = T0 + minutes(35)
    replay = replayed(lambda _: [launch(live=True), launch(second, live=True)], until=60)
    assert replay.between(0.3, 1.5, Scope.NEAR)
    assert replay.between(35.3, 36.5, Scope.NEAR)
    assert fullest(replay.made) <= 15


def test_what_has_no_clock_time_is_not_hurried_for() -> None:
    coarse = Outlook(net=Net(T0, Precision.MONTH), status=Status.TBD)
    assert len(replayed(lambda _: [coarse], until=0).between(-180, 0, Scope.NEAR)) <= 13


# --- the other questions ------------------------------------------------------------------------------------------


def test_at_the_first_start_the_whole_list_and_the_events_come_first() -> None:
    replay = Replay(now=T0)
    replay.run(T0 + minutes(2), lambda _: [])
    assert [ask.scope for ask in replay.asks][:2] == [Scope.ALL, Scope.EVENTS]


def test_a_first_list_that_fails_does_not_keep_us_from_looking() -> None:
    made = [(Scope.ALL, T0 - minutes(1)), (Scope.EVENTS, T0 - minutes(1))]
    health = Health(failures=1, last=T0 - minutes(1))
    assert next_ask(quota=15, made=made, answered={}, outlooks=[launch()], health=health, now=T0).scope is Scope.NEAR


def test_the_whole_list_and_the_events_come_round() -> None:
    replay = replayed(lambda _: [launch(T0 + timedelta(days=9))], until=24 * 60)
    lists, events = (sum(ask.scope is scope for ask in replay.asks) for scope in (Scope.ALL, Scope.EVENTS))
    assert lists == timedelta(hours=27) // ALL_EVERY
    assert events == timedelta(hours=27) // EVENTS_EVERY


def test_the_whole_list_waits_for_a_launch_to_be_over() -> None:
    def seen(now: datetime) -> list[Outlook]:
        rest = [Outlook(net=Net(None, Precision.UNKNOWN), status=Status.TBD)] * 340
        return [launch(live=now > T0 - minutes(40), status=Status.GO if now < T0 + minutes(1) else Status.IN_FLIGHT), *rest]

    replay = Replay(answered={**KNOWN, Scope.ALL: T0 - ALL_EVERY - minutes(20)}, now=T0 - minutes(45))
    replay.run(T0 + minutes(180), seen)
    assert not replay.between(-45, 1, Scope.ALL)
    assert replay.between(1, 180, Scope.ALL)


def test_a_list_is_asked_for_in_the_end_however_busy_it_is() -> None:
    busy = [launch(T0 + minutes(40 * at), starts=(T0 + minutes(40 * at - 30),)) for at in range(-3, 6)]
    replay = Replay(answered={**KNOWN, Scope.ALL: T0 - 6 * ALL_EVERY}, now=T0)
    replay.run(T0 + minutes(60), lambda _: busy)
    assert any(ask.scope is Scope.ALL for ask in replay.asks)


def test_events_are_asked_for_more_often_when_one_is_near() -> None:
    docking = Outlook(net=Net(T0, Precision.MINUTE), status=Status.NONE, kind=Kind.DOCKING)
    replay = replayed(lambda _: [docking], until=120)
    assert len(replay.between(-60, 20, Scope.EVENTS)) >= 5
    assert len(replay.between(20, 120, Scope.EVENTS)) <= 1


def test_an_event_that_left_the_list_is_asked_for_at_once_and_again_in_an_hour() -> None:
    first = next_ask(quota=15, made=[], answered=KNOWN, outlooks=[launch()], lookups=[LookUp(LOST)], now=T0)
    assert first == Ask(Scope.ONE, T0, LOST)
    replay = replayed(lambda _: [], until=-170)
    replay.lookups = [LookUp(LOST, missing=replay.now)]
    missing = replay.now
    replay.run(missing + minutes(90), lambda _: [])
    (again,) = [ask for ask in replay.asks if ask.event == LOST]
    assert AGAIN <= again.at - missing < AGAIN + minutes(2)


def test_a_look_up_goes_before_looks_when_the_quota_is_used_up() -> None:
    made = [(Scope.NEAR, T0 - minutes(60 - 4 * at)) for at in range(15)]
    ask = next_ask(quota=15, made=made, answered=KNOWN, outlooks=[launch(live=True)], lookups=[LookUp(LOST)], now=T0 - minutes(1))
    assert ask.scope is Scope.ONE
    assert ask.at == room_at([at for _, at in made], 15, T0 - minutes(1))


def test_a_list_that_lost_half_of_its_launches_does_not_use_up_the_quota() -> None:
    replay = Replay(answered=dict(KNOWN), now=T0 - minutes(60), lookups=[LookUp(EventId(f"ll2:launch:{at}")) for at in range(50)])
    replay.run(T0 + minutes(5), lambda _: [launch(starts=(T0 - minutes(20),))])
    assert len(replay.between(-60, 5, Scope.ONE)) <= 2 * LOOK_UPS
    assert replay.between(0.3, 1.5, Scope.NEAR)


# --- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failures", "far", "close"),
    [(1, 30, 30), (2, 60, 60), (3, 120, 120), (4, 240, 180), (5, 480, 180), (9, 600, 180), (500, 600, 180)],
)
def test_after_failures_the_wait_doubles_and_is_shorter_near_t_0(failures: int, far: int, close: int) -> None:
    health = Health(failures=failures, last=T0)
    stale = {scope: T0 - timedelta(hours=1) for scope in Scope}
    for outlooks, wait in (([], far), ([launch(live=True), launch(status=Status.HOLD)], close)):
        ask = next_ask(quota=100, made=[], answered=stale, outlooks=outlooks, health=health, now=T0)
        assert ask.at >= T0 + timedelta(seconds=wait)
        assert next_ask(quota=100, made=[], answered=stale, outlooks=outlooks, health=health, now=ask.at).at == ask.at


def test_a_wait_that_was_asked_for_is_kept() -> None:
    health = Health(failures=1, last=T0, wait=timedelta(seconds=625))
    for lookups in ([], [LookUp(LOST)]):
        ask = next_ask(quota=15, made=[], answered={}, outlooks=[launch(live=True)], lookups=lookups, health=health, now=T0)
        assert ask.at == T0 + timedelta(seconds=625)


# --- what is known ------------------------------------------------------------------------------------------------


def test_an_outlook_is_made_of_what_is_tracked() -> None:
    casts = (
        Webcast(url="https://a.example/", starts=T0),
        Webcast(url="https://b.example/"),
        Webcast(url="https://c.example/", starts=T0),
    )
    event = Event(
        id=LOST, kind=Kind.LAUNCH, name="X", net=Net(T0, Precision.HOUR), status=Status.TBC, webcasts=casts, webcast_live=True
    )
    track = Track(event=event, first_seen=T0, seen=T0, armed_at=T0)
    assert outlook(track) == Outlook(net=event.net, status=Status.TBC, live=True, starts=(T0,))


def test_a_table_holds_from_line_to_line() -> None:
    table = ((-1e9, 1.0), (0.0, 2.0), (5.0, 3.0))
    assert [rate(table, at) for at in (-99, 0, 4.9, 5, 99)] == [1.0, 2.0, 2.0, 3.0, 3.0]


def test_a_plan_leaves_room_for_the_dense_minutes() -> None:
    made = [T0 - minutes(140 - 4 * at) for at in range(15)]
    planned = pace([launch(live=True)], made, 15, made[-1], T0 - minutes(80))
    assert any(minutes(0.4) <= look - T0 <= minutes(1) for look in planned.looks)
    assert planned.price > 0
    assert pace([], made, 15, made[-1], T0).looks == ()


def test_whoever_takes_over_looks_at_once_if_the_quota_has_room() -> None:
    """The last answer may have died with the process that asked; what it was asked is in the database."""
    made = [(Scope.ALL, T0 - minutes(100)), (Scope.EVENTS, T0 - minutes(100))]
    made += [(Scope.NEAR, T0 - minutes(50)), (Scope.NEAR, T0 - minutes(5))]

    def ask(made: Sequence[tuple[Scope, datetime]], *, doubtful: bool) -> Ask:
        answered = {Scope.ALL: T0 - minutes(100), Scope.EVENTS: T0 - minutes(100)}
        return next_ask(quota=3, made=made, answered=answered, outlooks=[launch(T0 + 9 * HOUR)], doubtful=doubtful, now=T0)

    assert ask(made, doubtful=False).at > T0
    assert ask(made, doubtful=True) == Ask(Scope.NEAR, T0)
    full = [*made, (Scope.NEAR, T0 - minutes(1))]
    assert T0 + minutes(10) < ask(full, doubtful=True).at <= T0 + minutes(10) + MARGIN + timedelta(milliseconds=1)
