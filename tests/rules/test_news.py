"""What is said at once: thresholds, deadlines, pings, and what makes earlier news untrue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import (
    CHOOSABLE,
    USUAL,
    Event,
    Fate,
    Kind,
    Net,
    Notice,
    Precision,
    RoleId,
    Say,
    Settled,
    Status,
    Track,
    Watch,
    Webcast,
)
from bot.rules.changes import (
    Change,
    Coarsened,
    Dated,
    Ended,
    FirstSeen,
    Held,
    LiftedOff,
    Merged,
    Moved,
    Regained,
    Released,
    Resumed,
    Returned,
    Scrubbed,
    Touched,
    WebcastFound,
    WentLive,
)
from bot.rules.news import Case, is_news, known_net, news, voided
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, settled, story, watch

ATTEMPT = "2026-03-01"
DAY_ONLY, MONTH = net(L0, Precision.DAY), net(datetime(2026, 3, 31, tzinfo=L0.tzinfo), Precision.MONTH)
STREAM = Webcast(url="https://youtu.be/dQw4w9WgXcQ")
Steps = Iterable[tuple[datetime, Event]]


def case(track: Track, now: datetime, memory: Iterable[Settled] = (), *asking: Watch) -> Case:
    return Case(following(*asking), track, tuple(memory), now)


def said(
    *steps: tuple[datetime, Event], memory: Iterable[Settled] = (), asking: Iterable[Watch] = (), newly: bool = False
) -> list[Notice]:
    """Tell a story and give what is said at its end."""
    now, track, changes = story(steps)[-1]
    return list(news(case(track, now, memory, *asking), changes, newly=newly))


def says(
    *steps: tuple[datetime, Event], memory: Iterable[Settled] = (), asking: Iterable[Watch] = (), newly: bool = False
) -> list[Say]:
    return [notice.say for notice in said(*steps, memory=memory, asking=asking, newly=newly)]


AGO = L0 - 20 * DAY

# --- thresholds ---------------------------------------------------------------------------------------------------

SIZES = [
    (timedelta(), 10 * MINUTE),
    (DAY - HOUR, 10 * MINUTE),
    (DAY, 10 * MINUTE),
    (DAY + SECOND, HOUR),
    (7 * DAY, HOUR),
    (7 * DAY + SECOND, DAY),
    (90 * DAY, DAY),
]


@pytest.mark.parametrize(("away", "least"), SIZES)
def test_how_far_a_net_must_move_depends_on_how_near_it_is(away: timedelta, least: timedelta) -> None:
    for by, told in ((least, True), (least - SECOND, False)):
        assert is_news(case(seen(event(net(T0 + by))), T0 - away), net()) is told


def test_nearness_is_to_the_nearer_of_the_two_nets() -> None:
    closer = seen(event(net(T0 - 30 * MINUTE)))
    assert is_news(case(closer, T0 - 30 * MINUTE - DAY), net())
    assert not is_news(case(closer, T0 - 30 * MINUTE - DAY - SECOND), net())


def test_a_move_into_the_past_is_history() -> None:
    assert not is_news(case(seen(event(net(T0 + HOUR))), T0 + HOUR), net())
    assert is_news(case(seen(event(net(T0 + HOUR))), T0 + HOUR - SECOND), net())


def test_without_a_day_it_must_be_a_day() -> None:
    april = net(datetime(2026, 4, 30, tzinfo=L0.tzinfo), Precision.MONTH)
    assert is_news(case(seen(event(april)), L0), MONTH)
    assert not is_news(case(seen(event(net(L0 + 11 * DAY, Precision.DAY))), L0), MONTH)


# --- who is told what ---------------------------------------------------------------------------------------------


def test_only_what_lies_ahead_is_announced() -> None:
    assert says((L0, event())) == [Say.ANNOUNCED]
    assert says((L0, event(DAY_ONLY))) == [Say.ANNOUNCED]
    assert says((T0 - SECOND, event())) == [Say.ANNOUNCED]
    assert says((T0, event())) == []
    assert says((L0, event(status=Status.SUCCESS))) == []
    assert says((L0, event(status=Status.IN_FLIGHT))) == []


def test_who_begins_to_want_an_event_is_introduced_to_it_and_told_of_no_move() -> None:
    moved = (AGO, event(net(T0 + 2 * DAY))), (L0, event())
    assert says(*moved) == [Say.SLIP]
    assert says(*moved, newly=True) == [Say.ANNOUNCED]
    assert says(*moved, newly=True, asking=[watch(notices=CHOOSABLE - {Say.ANNOUNCED})]) == [Say.SLIP]
    put_off = (AGO, event()), (T0 - HOUR, event(status=Status.TBD))
    assert says(*put_off, newly=True) == [Say.ANNOUNCED]
    dated = (AGO, event(MONTH)), (L0 - DAY, event(DAY_ONLY))
    assert says(*dated) == [Say.DATED]
    assert says(*dated, newly=True) == [Say.ANNOUNCED]
    assert says(*dated, newly=True, asking=[watch(notices=(Say.DATED,))]) == [Say.DATED]


def test_what_is_new_all_the_same_is_told_with_the_introduction() -> None:
    airs = (AGO, event()), (T0 - HOUR, replace(event(), webcast_live=True))
    assert says(*airs, newly=True) == [Say.ANNOUNCED, Say.LIVE]


@pytest.mark.parametrize("say", sorted(CHOOSABLE))
def test_nothing_is_told_that_was_not_asked_for(say: Say) -> None:
    for steps in (((L0, event()),), ((AGO, event()), (T0 - HOUR, event(status=Status.TBD)))):
        assert set(says(*steps, asking=[watch(notices=(say,))])) <= {say}


# --- deadlines ----------------------------------------------------------------------------------------------------

ON_AIR = replace(event(), webcast_live=True)
KEEPS = [
    ((AGO, event()), (T0 - HOUR, ON_AIR), Say.LIVE, "live", 30 * MINUTE),
    ((AGO, event()), (T0, event(status=Status.IN_FLIGHT)), Say.LIFTOFF, "liftoff", 15 * MINUTE),
    ((AGO, event()), (T0, event(status=Status.SUCCESS)), Say.OUTCOME, "outcome-success", DAY),
    ((AGO, event()), (T0, event(status=Status.PARTIAL_FAILURE)), Say.OUTCOME, "outcome-partial-failure", DAY),
    ((AGO, event()), (T0, event(status=Status.TBD)), Say.SCRUB, "scrub-1", DAY),
    ((AGO, event()), (T0, event(status=Status.HOLD)), Say.HOLD, "hold-1", DAY),
    ((AGO, event()), (T0 - HOUR, event(net(T0 + HOUR))), Say.SLIP, "slip-1-0", DAY),
    ((AGO, event(MONTH)), (L0, event(DAY_ONLY)), Say.DATED, "dated", 7 * DAY),
]


@pytest.mark.parametrize(("first", "then", "say", "what", "keeps"), KEEPS)
def test_news_is_due_at_once_and_has_a_deadline(
    first: tuple[datetime, Event], then: tuple[datetime, Event], say: Say, what: str, keeps: timedelta
) -> None:
    (notice,) = said(first, then)
    assert (notice.say, notice.what, notice.due, notice.stale) == (say, what, then[0], then[0] + keeps)


def test_an_introduction_keeps_a_week() -> None:
    (notice,) = said((L0, event()))
    assert (notice.what, notice.due, notice.stale) == ("announced", L0, L0 + 7 * DAY)


def test_a_slip_far_out_is_due_when_it_has_stood_for_a_quarter_of_an_hour() -> None:
    (notice,) = said((AGO, event()), (L0, event(net(T0 + HOUR))))
    assert (notice.due, notice.stale, notice.before) == (L0 + 15 * MINUTE, L0 + 15 * MINUTE + DAY, net())


def test_what_people_knew_goes_along() -> None:
    moved = (AGO, event(net(T0 + 9 * DAY))), (AGO + DAY, event())
    for at, then in ((T0, event(status=Status.TBD)), (L0 - 5 * DAY, event(MONTH)), (L0, event(net(T0 + DAY)))):
        assert said(*moved, (at, then))[0].before == net()
    assert said((AGO, event(MONTH)), (L0, event(DAY_ONLY)))[0].before == MONTH


def test_slips_scrubs_and_holds_are_numbered() -> None:
    steps = [(AGO, event()), (L0, event(net(T0 + HOUR))), (T0, event(net(T0 + HOUR), Status.TBD))]
    assert said(*steps)[0].what == "scrub-1"
    steps.append((T0 + MINUTE, event(net(T0 + DAY))))
    assert said(*steps)[0].what == "slip-2-1"


# --- live and streams ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "told"), [(6 * HOUR, True), (6 * HOUR + SECOND, False), (-6 * HOUR, True), (-6 * HOUR - SECOND, False)]
)
def test_a_webcast_is_live_near_net(away: timedelta, *, told: bool) -> None:
    assert says((AGO, event()), (T0 - away, ON_AIR)) == [Say.LIVE] * told


def test_of_a_day_that_is_all_we_know_every_hour_is_near() -> None:
    on_air = replace(event(DAY_ONLY), webcast_live=True)
    assert says((AGO, event(DAY_ONLY)), (L0 + 23 * HOUR, on_air)) == [Say.LIVE]
    assert says((AGO, event(DAY_ONLY)), (L0 - 6 * HOUR, on_air)) == [Say.LIVE]
    assert says((AGO, event(DAY_ONLY)), (L0 - 6 * HOUR - SECOND, on_air)) == []
    assert says((AGO, event(MONTH)), (L0, replace(event(MONTH), webcast_live=True))) == []
    assert says((AGO, event(net(None))), (L0, replace(event(net(None)), webcast_live=True))) == []


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.FAILURE, Status.PARTIAL_FAILURE, Status.CANCELLED])
def test_after_the_end_nothing_is_live(status: Status) -> None:
    assert says((AGO, event(status=status)), (T0, replace(ON_AIR, status=status))) == []


def test_in_flight_a_webcast_may_still_go_live() -> None:
    assert says((AGO, event(status=Status.IN_FLIGHT)), (T0, replace(ON_AIR, status=Status.IN_FLIGHT))) == [Say.LIVE]


WITH_STREAM = replace(event(), webcasts=(STREAM,))
FOUND = (AGO, event()), (T0 - 20 * MINUTE, WITH_STREAM)


def test_a_stream_after_a_close_reminder_without_one_is_told_until_t0() -> None:
    (notice,) = said(*FOUND, memory=[settled("T-1h", at=T0 - HOUR)])
    assert (notice.say, notice.what, notice.due, notice.stale) == (Say.STREAM, "stream", T0 - 20 * MINUTE, T0)
    assert says(*FOUND, memory=[settled("T-1h", at=AGO)]) == [Say.STREAM], "there was none from the first moment on"
    assert says(*FOUND, memory=[settled("T-10m", at=T0 - HOUR)]) == [Say.STREAM]


@pytest.mark.parametrize(
    "memory",
    [
        [],
        [settled("T-24h", at=T0 - DAY)],
        [settled("T-1h", Fate.OWED)],
        [settled("T-1h", Fate.DROPPED, at=T0 - HOUR)],
        [settled("T-1h", at=T0 - HOUR, attempt="2026-02-28")],
        [settled("T-1h", at=AGO - SECOND)],
        [settled("announced", at=T0 - HOUR)],
    ],
)
def test_a_stream_without_one_is_on_the_card(memory: list[Settled]) -> None:
    assert says(*FOUND, memory=memory) == []


def test_a_stream_is_no_news_once_t0_has_come_or_where_there_is_no_time() -> None:
    memory = [settled("T-1h", at=T0 - HOUR)]
    assert says((AGO, event()), (T0, WITH_STREAM), memory=memory) == []
    assert says((AGO, event(DAY_ONLY)), (T0, replace(WITH_STREAM, net=DAY_ONLY)), memory=memory) == []


def test_a_stream_that_is_live_is_told_as_live_alone() -> None:
    on_air = (AGO, event()), (T0 - 20 * MINUTE, replace(WITH_STREAM, webcast_live=True))
    memory = [settled("T-1h", at=T0 - HOUR)]
    assert says(*on_air, memory=memory) == [Say.LIVE]
    assert says(*on_air, memory=[*memory, settled("live")]) == [Say.LIVE, Say.STREAM]
    assert says(*on_air, memory=memory, asking=[watch(notices=(Say.STREAM, Say.REMINDER))]) == [Say.STREAM]
    assert says(*on_air, memory=[*memory, settled("live", attempt="2026-02-28")]) == [Say.LIVE]


# --- outcomes -----------------------------------------------------------------------------------------------------


def test_an_outcome_that_is_a_day_old_is_history() -> None:
    success = event(status=Status.SUCCESS)
    assert says((AGO, event()), (T0 + DAY, success)) == [Say.OUTCOME]
    assert says((AGO, event()), (T0 + DAY + SECOND, success)) == []
    assert says((AGO, event(DAY_ONLY)), (L0 + 2 * DAY, event(DAY_ONLY, Status.SUCCESS))) == [Say.OUTCOME]
    assert says((AGO, event(DAY_ONLY)), (L0 + 2 * DAY + SECOND, event(DAY_ONLY, Status.SUCCESS))) == []
    assert says((AGO, event(net(None))), (L0, event(net(None), Status.SUCCESS))) == [Say.OUTCOME]


# --- pings --------------------------------------------------------------------------------------------------------

CREW = watch(roles=(7,))
CALLED = [settled("T-1h", at=T0 - 90 * MINUTE, pinged=True)]
BAD_NEWS = [
    event(net(T0 + HOUR)),
    event(status=Status.HOLD),
    event(status=Status.TBD),
    event(net(T0 + DAY)),
    event(DAY_ONLY),
]


@pytest.mark.parametrize("then", BAD_NEWS)
def test_bad_news_calls_those_who_were_called(then: Event) -> None:
    near = (AGO, event()), (T0 - HOUR, then)
    assert [notice.roles for notice in said(*near, memory=CALLED, asking=[CREW])] == [(RoleId(7),)]
    assert [notice.roles for notice in said(*near, asking=[CREW])] == [()]
    assert [notice.roles for notice in said(*near, memory=[replace(CALLED[0], pinged=False)], asking=[CREW])] == [()]
    assert [notice.roles for notice in said(*near, memory=[replace(CALLED[0], attempt="2026-02-27")], asking=[CREW])] == [()]


def test_good_news_after_bad_calls_them_too() -> None:
    again = (AGO, event()), (T0 - 40 * MINUTE, event(status=Status.TBD)), (T0 - 5 * MINUTE, event())
    assert [(notice.say, notice.roles) for notice in said(*again, memory=CALLED, asking=[CREW])] == [(Say.SLIP, (7,))]
    assert [notice.roles for notice in said(*again, asking=[CREW])] == [()]


def test_bad_news_calls_within_two_hours_of_t0() -> None:
    memory = [settled("T-24h", at=L0, pinged=True)]
    for at, roles in ((T0 - 2 * HOUR, (7,)), (T0 - 2 * HOUR - SECOND, ()), (T0 + 2 * HOUR, (7,)), (T0 + 2 * HOUR + SECOND, ())):
        assert said((AGO, event()), (at, event(net(T0 + DAY))), memory=memory, asking=[CREW])[0].roles == roles


def test_good_news_calls_nobody_but_live() -> None:
    for steps in (((L0, event()),), ((AGO, event()), (T0, event(status=Status.SUCCESS)))):
        assert said(*steps, memory=CALLED, asking=[CREW])[0].roles == ()
    airs = (AGO, event()), (T0 - HOUR, ON_AIR)
    assert said(*airs, asking=[CREW])[0].roles == (7,)
    assert said(*airs, asking=[replace(CREW, ping_on=frozenset({Say.REMINDER}))])[0].roles == ()
    assert said(*airs, asking=[CREW, watch(roles=(9,), notices=(Say.SLIP,))])[0].roles == (7,), "who did not ask is not called"


# --- what could not be told ---------------------------------------------------------------------------------------

UNTOLD = settled("slip-1-0", Fate.OWED)
MOVES = (AGO, event()), (L0, event(net(T0 + 3 * HOUR)))


def test_a_slip_that_waits_is_taken_over_by_the_next() -> None:
    (notice,) = said(*MOVES, (L0 + HOUR, event(net(T0 + 3 * HOUR + 5 * MINUTE))), memory=[UNTOLD])
    assert (notice.say, notice.before, notice.what) == (Say.SLIP, net(), "slip-2-0")
    assert says(*MOVES, (L0 + HOUR, event(net(T0 + 3 * HOUR + 5 * MINUTE)))) == [], "once told, five minutes are none"
    assert says(*MOVES, (L0 + HOUR, event(net(T0 + 5 * MINUTE))), memory=[UNTOLD]) == [], "nearly back"
    (notice,) = said(*MOVES, (L0 + HOUR, event(MONTH)), memory=[UNTOLD])
    assert notice.before == net()


def test_what_people_know_is_what_the_last_message_showed() -> None:
    track = story([*MOVES, (L0 + HOUR, event(net(T0 + DAY)))])[-1][1]
    nets = [one.net for one in track.nets]

    def knows(*memory: Settled, made_at: datetime = AGO - DAY) -> int:
        return nets.index(known_net(case(track, T0, memory, watch(made_at=made_at))))

    assert knows() == 0
    assert knows(settled("T-24h", at=L0 - SECOND)) == 0
    assert knows(settled("T-24h", at=L0 - SECOND), settled("T-1h", at=L0)) == 1
    assert knows(settled("T-24h", at=L0 + HOUR), settled("T-1h", at=L0)) == 2
    assert knows(settled("T-1h", Fate.DROPPED, at=L0 + HOUR), UNTOLD) == 0
    assert knows(made_at=L0 + MINUTE) == 1
    assert knows(made_at=T0) == 2


def test_a_scrub_that_waits_says_the_next_net_itself_and_is_not_taken_back() -> None:
    waiting = [settled("scrub-1", Fate.OWED)]
    put_off = (AGO, event()), (T0 - HOUR, event(status=Status.TBD))
    assert says(*put_off, (T0, event(net(T0 + DAY), Status.TBC))) == [Say.SLIP]
    assert says(*put_off, (T0, event(net(T0 + DAY), Status.TBC)), memory=waiting) == []
    assert says(*put_off, (T0 - MINUTE, event())) == [Say.SLIP]
    assert says(*put_off, (T0 - MINUTE, event()), memory=waiting) == []
    day_only = (AGO, event()), (T0 - HOUR, event(net(L0 + DAY, Precision.DAY)))
    assert says(*day_only, (T0, event(net(T0 + DAY)))) == [Say.SLIP]
    assert says(*day_only, (T0, event(net(T0 + DAY))), memory=waiting) == []


def test_a_day_that_is_found_again_is_told_where_its_loss_was() -> None:
    lost = (AGO, event(DAY_ONLY)), (L0 - 9 * DAY, event(MONTH))
    found = net(L0 + 12 * DAY, Precision.DAY)
    assert [n.before for n in said(*lost, (L0 - 5 * DAY, event(found)))] == [MONTH]
    assert says(*lost, (L0 - 5 * DAY, event(found)), memory=[UNTOLD]) == [Say.SLIP], "it moved by days meanwhile"
    assert says(*lost, (L0 - 5 * DAY, event(DAY_ONLY)), memory=[UNTOLD]) == [], "nobody was told that it was lost"
    assert says(*lost, (T0, event(net(T0 - HOUR)))) == []


# --- what is no longer true ---------------------------------------------------------------------------------------

ANY = net()
ENDS: list[tuple[Change, set[Say], set[Say]]] = [
    (Moved(ANY, ATTEMPT, HOUR, L0), {Say.SLIP, Say.EDIT}, {Say.HOLD, Say.SCRUB, Say.LIVE}),
    (Coarsened(ANY, ATTEMPT, L0), {Say.SLIP, Say.EDIT}, {Say.SCRUB}),
    (Regained(ANY, L0), {Say.SLIP, Say.EDIT}, {Say.SCRUB}),
    (Returned(), {Say.SLIP, Say.EDIT}, {Say.HOLD, Say.SCRUB}),
    (Scrubbed(ANY, ATTEMPT), {Say.SLIP, Say.HOLD, Say.LIVE, Say.STREAM, Say.EDIT}, {Say.ANNOUNCED, Say.SCRUB, Say.DATED}),
    (Resumed(ANY), {Say.SCRUB, Say.SLIP}, {Say.LIVE}),
    (Released(), {Say.HOLD}, {Say.SLIP, Say.SCRUB}),
    (LiftedOff(), {Say.ANNOUNCED, Say.DATED, Say.SLIP, Say.HOLD, Say.SCRUB, Say.STREAM}, {Say.LIVE, Say.OUTCOME}),
    (Ended(Status.SUCCESS), set(USUAL) - {Say.OUTCOME, Say.REMINDER}, {Say.OUTCOME, Say.EDIT, Say.COVERAGE}),
    (Merged(), set(CHOOSABLE), {Say.EDIT}),
    (FirstSeen(), set(), set(Say)),
    (Dated(ANY), set(), set(Say)),
    (Held(), set(), set(Say)),
    (WentLive(), set(), set(Say)),
    (WebcastFound(STREAM, L0), set(), set(Say)),
    (Touched(frozenset()), set(), set(Say)),
]


@pytest.mark.parametrize(("change", "untrue", "true"), ENDS, ids=lambda v: type(v).__name__)
def test_what_happened_makes_earlier_news_untrue(change: Change, untrue: set[Say], true: set[Say]) -> None:
    assert voided([change]) >= untrue
    assert not voided([change]) & true


def test_several_changes_make_untrue_what_each_does() -> None:
    assert voided([Released(), Returned()]) == {Say.HOLD, Say.SLIP, Say.EDIT}
    assert voided([]) == frozenset()


def test_another_kind_of_event_is_told_by_the_same_table() -> None:
    docking = replace(event(), kind=Kind.DOCKING, status=Status.NONE)
    assert says((AGO, docking), (T0 - HOUR, replace(docking, net=Net(T0 + DAY, Precision.MINUTE)))) == [Say.SCRUB]
    assert says((AGO, docking), (L0, replace(docking, net=Net(T0 + HOUR, Precision.MINUTE)))) == [Say.SLIP]
