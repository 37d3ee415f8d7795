"""What happened between two sightings, at the edges of each definition."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import FLOWN, OUTCOMES, OVER, Event, EventId, Net, NetSeen, Precision, Status, StreamKind, Track, Webcast
from bot.rules.changes import (
    FLAP,
    GONE_TWICE,
    NETS_KEPT,
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
    fold,
    gone,
    left_list,
)
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, changes_of, event, net, seen, sighting, story

GO, HOLD, TBC, TBD = Status.GO, Status.HOLD, Status.TBC, Status.TBD
DAY_ONLY, MONTH = net(L0, Precision.DAY), net(datetime(2026, 3, 31, tzinfo=L0.tzinfo), Precision.MONTH)
ATTEMPT = "2026-03-01"


def kinds(changes: tuple[Change, ...]) -> list[type[Change]]:
    """Give what happened, without what differs."""
    return [type(change) for change in changes if not isinstance(change, Touched)]


def after(before: Event, then: Event, at: datetime) -> list[type[Change]]:
    return kinds(changes_of(before, then, at))


def last(*steps: tuple[datetime, Event]) -> tuple[Track, tuple[Change, ...]]:
    """Tell a story and give how it stands and what happened at its end."""
    _, track, changes = story(steps)[-1]
    return track, changes


# --- first seen ---------------------------------------------------------------------------------------------------


def test_the_first_sighting_is_the_first_and_nothing_else() -> None:
    track, changes = fold(None, sighting(event()), L0)
    assert changes == (FirstSeen(),)
    assert (track.first_seen, track.seen, track.armed_at, track.feed) == (L0, L0, L0, "ll2")
    assert (track.attempt, track.counting, track.moves, track.nets) == (ATTEMPT, True, 0, (NetSeen(net(), L0),))
    assert track.streamless == L0


def test_an_event_without_a_clock_time_has_no_attempt() -> None:
    assert seen(event(DAY_ONLY)).attempt == ""
    assert seen(replace(event(), webcasts=(Webcast(url="https://youtu.be/x"),))).streamless is None


def test_what_differs_is_named() -> None:
    then = replace(event(), name="X", crew=(), reason="wind")
    assert changes_of(event(), then, L0) == (Touched(frozenset({"name", "reason"})),)


def test_what_a_page_is_silent_on_stays() -> None:
    known = seen(replace(event(), reason="wind", location="Baikonur"))
    track, changes = fold(known, sighting(event(), "reason"), T0)
    assert (track.event.reason, track.event.location, track.feed) == ("wind", "", "ll2")
    assert changes == (Touched(frozenset({"location"})),)


def test_an_answer_from_before_the_one_we_have_is_not_folded_in() -> None:
    known = seen(replace(event(), last_updated=L0))
    assert fold(known, sighting(replace(event(status=HOLD), last_updated=L0 - SECOND)), T0) == (known, ())
    away = replace(known, left=L0, missing=L0)
    assert fold(away, sighting(replace(event(status=HOLD), last_updated=L0 - SECOND)), T0) == (known, ()), "but it is there"
    assert fold(known, sighting(replace(event(status=HOLD), last_updated=L0)), T0)[1]
    assert fold(known, sighting(event(status=HOLD)), T0)[1]
    assert fold(seen(event()), sighting(replace(event(status=HOLD), last_updated=L0)), T0)[1]


def test_a_sighting_under_a_new_id_keeps_the_old_one() -> None:
    assert fold(seen(event()), sighting(replace(event(), id=EventId("new"))), L0)[0].event.id == event().id


def test_a_sighting_ends_the_absence_of_an_event() -> None:
    away = replace(seen(event()), left=L0, missing=L0)
    track, changes = fold(away, sighting(event()), T0)
    assert (track.left, track.missing, track.seen, changes) == (None, None, T0, ())


# --- scrubs -------------------------------------------------------------------------------------------------------

WINDOW = T0 - 3 * HOUR
SCRUBS = [
    (GO, net(), TBC, net()),
    (GO, net(), TBD, net()),
    (HOLD, net(), TBC, net()),
    (HOLD, net(), TBD, net()),
    (GO, net(), GO, net(T0 + 6 * HOUR)),
    (TBC, net(), TBC, net(T0 + 6 * HOUR)),
    (GO, net(), GO, DAY_ONLY),
    (TBC, net(), TBC, MONTH),
    (Status.NONE, net(), Status.NONE, net(T0 + DAY)),
]
NONE_OF_IT = [
    (GO, net(), HOLD, net()),
    (GO, net(), Status.UNKNOWN, net()),
    (TBC, net(), TBD, net()),
    (TBD, net(), TBC, net()),
    (GO, net(), GO, net(T0 + 6 * HOUR - SECOND)),
    (GO, net(), GO, net(T0 - 6 * HOUR)),
    (GO, DAY_ONLY, TBD, DAY_ONLY),
    (GO, MONTH, TBC, MONTH),
    (GO, net(), Status.IN_FLIGHT, DAY_ONLY),
    (GO, net(), Status.SUCCESS, net(T0 + DAY)),
    (Status.IN_FLIGHT, net(), TBD, net()),
    (Status.SUCCESS, net(), TBD, net(T0 + DAY)),
    (Status.CANCELLED, net(), TBD, net(T0 + DAY)),
]


@pytest.mark.parametrize("at", [WINDOW, T0 - SECOND, T0 + 5 * HOUR, T0 + 3 * DAY])
@pytest.mark.parametrize(("status", "when", "then", "to"), SCRUBS)
def test_from_three_hours_before_t0_this_is_a_scrub(at: datetime, status: Status, when: Net, then: Status, to: Net) -> None:
    assert after(event(when, status), event(to, then), at) == [Scrubbed]


@pytest.mark.parametrize(("status", "when", "then", "to"), SCRUBS)
def test_before_that_it_is_none(status: Status, when: Net, then: Status, to: Net) -> None:
    assert Scrubbed not in after(event(when, status), event(to, then), WINDOW - SECOND)


@pytest.mark.parametrize(("status", "when", "then", "to"), NONE_OF_IT)
def test_this_is_no_scrub(status: Status, when: Net, then: Status, to: Net) -> None:
    assert Scrubbed not in after(event(when, status), event(to, then), T0 - HOUR)


def test_an_attempt_is_scrubbed_once() -> None:
    track, changes = last((L0, event()), (T0 - HOUR, event(status=TBD)), (T0, event(status=GO, name="x")), (T0, event(status=TBD)))
    assert kinds(changes) == [Scrubbed]
    assert track.scrubs == (T0 - HOUR, T0)
    track, changes = last((L0, event()), (T0 - HOUR, event(status=TBD)), (T0, event(status=TBC)))
    assert kinds(changes) == []
    assert len(track.scrubs) == 1


def test_a_scrub_stops_the_count_unless_it_brings_a_new_net() -> None:
    assert not last((L0, event()), (T0 - HOUR, event(status=TBD)))[0].counting
    assert not last((L0, event()), (T0 - HOUR, event(net(T0 + HOUR), TBC)))[0].counting
    assert not last((L0, event()), (T0 - HOUR, event(DAY_ONLY)))[0].counting
    assert last((L0, event()), (T0 - HOUR, event(net(T0 + 6 * HOUR), TBC)))[0].counting


def test_a_new_net_or_go_starts_the_count_again() -> None:
    scrubbed = (L0, event()), (T0 - HOUR, event(status=TBD))
    assert not last(*scrubbed, (T0, event(status=TBC)))[0].counting
    assert last(*scrubbed, (T0, event(net(T0 + DAY), TBC)))[0].counting
    track, changes = last(*scrubbed, (T0, event(status=GO)))
    assert track.counting
    assert changes[0] == Resumed(net())
    assert last(*scrubbed, (T0, event(net(T0 + HOUR), GO)))[1][0] == Resumed(net())
    assert kinds(last(*scrubbed, (T0, event(net(T0 + DAY), GO)))[1]) == [Moved]


# --- attempts -----------------------------------------------------------------------------------------------------


def test_an_attempt_is_named_by_the_day_on_which_its_net_stood() -> None:
    assert last((L0, event()), (L0, event(net(T0 + HOUR))))[0].attempt == ATTEMPT
    assert last((L0, event()), (L0, event(net(T0 + DAY))))[0].attempt == "2026-03-02"
    late = L0 + 23 * HOUR
    assert last((L0, event(net(late))), (L0, event(net(late + 2 * HOUR))))[0].attempt == ATTEMPT
    assert last((L0, event()), (L0, event(DAY_ONLY)))[0].attempt == ""
    assert last((L0, event(DAY_ONLY)), (L0, event()))[0].attempt == ATTEMPT
    assert last((L0, event()), (L0, event(net(T0 + DAY))), (L0, event()))[0].attempt == ATTEMPT


def test_a_scrub_ends_its_attempt_and_the_next_of_the_day_is_another() -> None:
    morning, evening = event(net(L0 + 8 * HOUR)), event(net(L0 + 20 * HOUR))
    assert last((L0, morning), (L0 + 7 * HOUR, evening))[0].attempt == "2026-03-01.2"
    assert last((L0, morning), (L0 + 7 * HOUR, replace(morning, status=TBD)), (T0, evening))[0].attempt == "2026-03-01.2"
    assert last((L0, morning), (L0 + 3 * HOUR, evening))[0].attempt == ATTEMPT, "a slip keeps it"
    later = (L0, morning), (L0 + 7 * HOUR, replace(morning, status=TBD)), (T0, event(net(T0 - SECOND)))
    assert last(*later)[0].attempt == ATTEMPT, "less than six hours are the same attempt"
    exactly = (L0, morning), (L0 + 7 * HOUR, replace(morning, status=TBD)), (T0, event(net(L0 + 14 * HOUR)))
    assert last(*exactly)[0].attempt == "2026-03-01.2"
    assert last((L0, morning), (L0 + 7 * HOUR, event(net(T0 + DAY))))[0].attempt == "2026-03-02"


def test_leads_are_armed_anew_by_a_later_net_alone() -> None:
    known = (L0, event())
    assert last(known, (T0 - 4 * HOUR, event(net(T0 + HOUR))))[0].armed_at == T0 - 4 * HOUR
    assert last(known, (T0 - 4 * HOUR, event(net(T0 - HOUR))))[0].armed_at == L0
    assert last(known, (T0 - 4 * HOUR, event(net(T0, Precision.SECOND))))[0].armed_at == L0
    assert last(known, (T0 - 4 * HOUR, event(DAY_ONLY)))[0].armed_at == T0 - 4 * HOUR
    assert last((L0, event(DAY_ONLY)), (T0 - 4 * HOUR, event()))[0].armed_at == T0 - 4 * HOUR
    assert last(known, (T0 - 4 * HOUR, event(status=TBC)))[0].armed_at == L0


# --- holds --------------------------------------------------------------------------------------------------------


def test_a_hold_counts_from_an_hour_before() -> None:
    assert after(event(), event(status=HOLD), T0 - HOUR) == [Held]
    assert after(event(), event(status=HOLD), T0 + HOUR) == [Held]
    assert after(event(), event(status=HOLD), T0 - HOUR - SECOND) == []
    assert after(event(DAY_ONLY), event(DAY_ONLY, HOLD), T0) == []
    assert after(event(status=HOLD), replace(event(status=HOLD), reason="wind"), T0) == []
    assert after(event(), event(net(T0 + 2 * HOUR), HOLD), T0 - HOUR) == [Moved]


def test_a_hold_begins_or_ends_and_net_moves_on_one_page() -> None:
    assert after(event(), event(net(T0 + HOUR), HOLD), T0) == [Held, Moved]
    assert after(event(status=HOLD), event(net(T0 + HOUR)), T0) == [Released, Moved]
    assert after(event(status=HOLD), event(net(T0 + DAY)), T0) == [Scrubbed]


def test_a_hold_that_begins_again_within_a_quarter_of_an_hour_is_the_same() -> None:
    begun = (L0, event()), (T0 - 50 * MINUTE, event(status=HOLD)), (T0 - 40 * MINUTE, event())
    track, changes = last(*begun)
    assert (track.holds, track.released, kinds(changes)) == (1, T0 - 40 * MINUTE, [Released])
    track, changes = last(*begun, (T0 - 40 * MINUTE + FLAP, event(status=HOLD)))
    assert (track.holds, kinds(changes)) == (1, [])
    track, changes = last(*begun, (T0 - 40 * MINUTE + FLAP + SECOND, event(status=HOLD)))
    assert (track.holds, kinds(changes)) == (2, [Held])
    assert last(*begun, (T0 - 20 * MINUTE, event(name="x")))[0].released == T0 - 40 * MINUTE


# --- flights ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", sorted(FLOWN - OUTCOMES))
@pytest.mark.parametrize("before", [GO, HOLD, TBD, Status.UNKNOWN])
def test_what_flies_has_lifted_off(before: Status, status: Status) -> None:
    assert after(event(status=before), event(net(T0 + 2 * SECOND), status), T0 + MINUTE) == [LiftedOff]


@pytest.mark.parametrize("status", sorted(OVER))
def test_an_end_is_an_end_and_not_a_liftoff(status: Status) -> None:
    assert changes_of(event(), event(status=status), T0)[0] == Ended(status)
    assert changes_of(event(status=Status.IN_FLIGHT), event(status=status), T0)[0] == Ended(status)
    assert after(event(status=status), replace(event(status=status), reason="x"), T0) == []


def test_further_steps_of_a_flight_are_no_news() -> None:
    assert after(event(status=Status.IN_FLIGHT), event(status=Status.DEPLOYED), T0) == []
    assert after(event(status=Status.SUCCESS), event(status=Status.IN_FLIGHT), T0) == []


@pytest.mark.parametrize("status", sorted(FLOWN | OVER))
def test_what_flies_or_is_over_has_no_count_that_could_move_or_stop(status: Status) -> None:
    assert after(event(status=status), event(net(T0 + 6 * HOUR), status), T0 - MINUTE) == []


# --- NETs ---------------------------------------------------------------------------------------------------------


def test_a_move_is_told_at_once_within_two_hours_and_else_when_it_has_stood() -> None:
    ahead, moved = event(net(T0 + DAY)), event(net(T0 + DAY + HOUR))
    assert changes_of(ahead, moved, T0 + 22 * HOUR)[0] == Moved(ahead.net, "2026-03-02", HOUR, T0 + 22 * HOUR)
    early = T0 + 22 * HOUR - SECOND
    assert changes_of(ahead, moved, early)[0] == Moved(ahead.net, "2026-03-02", HOUR, early + FLAP)
    assert changes_of(moved, ahead, early)[0] == Moved(moved.net, "2026-03-02", -HOUR, early + FLAP)
    closer = event(net(T0 + 30 * MINUTE))
    assert changes_of(ahead, closer, T0)[0] == Moved(ahead.net, "2026-03-02", 30 * MINUTE - DAY, T0), "it is near where it goes"
    spring = net(datetime(2026, 4, 30, tzinfo=L0.tzinfo), Precision.MONTH)
    assert changes_of(event(MONTH), event(spring), L0)[0] == Moved(MONTH, "", 31 * DAY, L0 + FLAP)


def test_a_day_that_is_known_for_the_first_time_is_a_date() -> None:
    assert changes_of(event(MONTH), event(DAY_ONLY), L0)[0] == Dated(MONTH)
    assert after(event(net(None)), event(), L0) == [Dated]
    assert after(event(DAY_ONLY), event(), L0) == []


def test_a_day_that_is_lost_is_told_and_that_it_is_found_again() -> None:
    lost = (L0 - 9 * DAY, event(DAY_ONLY)), (L0 - 5 * DAY, event(MONTH))
    assert last(*lost)[1][0] == Coarsened(DAY_ONLY, "", L0 - 5 * DAY + FLAP)
    assert last(*lost, (L0 - 2 * DAY, event(DAY_ONLY)))[1][0] == Regained(MONTH, L0 - 2 * DAY + FLAP)
    assert after(event(), event(DAY_ONLY), L0) == []


def test_a_time_after_a_scrub_that_left_only_the_day_is_told() -> None:
    tomorrow = net(L0 + DAY, Precision.DAY)
    put_off = (L0, event()), (T0, event(tomorrow))
    assert last(*put_off)[1][0] == Scrubbed(net(), ATTEMPT)
    assert kinds(last(*put_off, (T0 + HOUR, event(net(T0 + DAY))))[1]) == [Regained]


def test_a_flap_is_a_return_to_what_people_know() -> None:
    far = event(net(T0 + 9 * HOUR))
    moved = (L0, event()), (L0 + HOUR, far)
    assert last(*moved)[0].unsettled == NetSeen(net(), L0 + HOUR)
    track, changes = last(*moved, (L0 + HOUR + FLAP - SECOND, event()))
    assert (kinds(changes), track.unsettled) == ([Returned], None)
    track, changes = last(*moved, (L0 + HOUR + FLAP, event()))
    assert kinds(changes) == [Moved]
    assert track.unsettled == NetSeen(far.net, L0 + HOUR + FLAP)


def test_a_second_move_before_the_first_was_told_is_one_from_what_people_know() -> None:
    moved = (L0, event()), (L0 + HOUR, event(net(T0 + HOUR)))
    assert last(*moved, (L0 + HOUR + MINUTE, event(net(T0 + 3 * HOUR))))[1][0] == Moved(
        net(), ATTEMPT, 3 * HOUR, L0 + HOUR + MINUTE + FLAP
    )
    assert kinds(last(*moved, (L0 + HOUR + MINUTE, event(net(T0, Precision.SECOND))))[1]) == [Returned]
    assert kinds(last((L0, event()), (L0 + HOUR, event(net(T0, Precision.SECOND))))[1]) == []


def test_what_happens_meanwhile_leaves_a_fresh_move_fresh() -> None:
    moved = (L0, event()), (L0 + HOUR, event(net(T0 + HOUR)))
    assert last(*moved, (L0 + HOUR + MINUTE, event(net(T0 + HOUR), TBC)))[0].unsettled == NetSeen(net(), L0 + HOUR)
    near = (L0, event()), (T0 - HOUR, event(net(T0 + HOUR)))
    assert last(*near)[0].unsettled is None


def test_every_net_is_kept_up_to_a_bound() -> None:
    steps = [(L0 + n * MINUTE, event(net(T0 + n * DAY))) for n in range(NETS_KEPT + 5)]
    track = story(steps)[-1][1]
    assert len(story([*steps[:2], (T0, replace(steps[1][1], name="x"))])[-1][1].nets) == 2
    assert len(track.nets) == NETS_KEPT
    assert track.nets[-1].net.at == T0 + (NETS_KEPT + 4) * DAY
    assert track.moves == NETS_KEPT + 4


# --- streams ------------------------------------------------------------------------------------------------------

STREAM = Webcast(url="https://youtu.be/dQw4w9WgXcQ")


def test_a_stream_goes_live_by_its_own_flag_or_the_event_s() -> None:
    silent, running = replace(event(), webcasts=(STREAM,)), replace(event(), webcasts=(replace(STREAM, live=True),))
    assert after(silent, running, L0) == [WentLive]
    assert after(silent, replace(silent, webcast_live=True), L0) == [WentLive]
    assert after(running, replace(running, webcast_live=True), L0) == []
    assert after(running, silent, L0) == []


def test_a_stream_is_found_where_there_was_none_and_since_when_is_known() -> None:
    bare, with_one = event(), replace(event(), webcasts=(STREAM,))
    found = last((L0, bare), (L0 + HOUR, with_one))
    assert found[1][0] == WebcastFound(STREAM, L0)
    assert found[0].streamless is None
    lost, _ = last((L0, with_one), (L0 + HOUR, bare), (L0 + 2 * HOUR, event(name="x")))
    assert lost.streamless == L0 + HOUR
    again = last((L0, with_one), (L0 + HOUR, bare), (L0 + 2 * HOUR, with_one))
    assert again[1][0] == WebcastFound(STREAM, L0 + HOUR)
    ended = replace(STREAM, ends=L0 - DAY)
    assert after(bare, replace(event(), webcasts=(ended, STREAM)), L0) == [WebcastFound]
    assert after(replace(event(), webcasts=(ended, STREAM)), with_one, L0) == []
    two = replace(event(), webcasts=(STREAM, Webcast(url="https://x.com/a")))
    assert after(with_one, two, L0) == []
    recap = replace(event(), webcasts=(replace(STREAM, kind=StreamKind.RECAP),))
    assert after(bare, recap, L0) == []


def test_a_track_that_does_not_know_since_when_counts_from_its_first_sighting() -> None:
    old = replace(seen(event()), streamless=None)
    assert fold(old, sighting(replace(event(), webcasts=(STREAM,))), T0)[1][0] == WebcastFound(STREAM, L0)


# --- leaving ------------------------------------------------------------------------------------------------------


def test_an_event_that_left_its_list_is_noted_once() -> None:
    once = left_list(seen(event()), T0)
    assert once.left == T0
    assert left_list(once, T0 + HOUR) == once


@pytest.mark.parametrize(("later", "ends"), [(timedelta(), False), (GONE_TWICE - SECOND, False), (GONE_TWICE, True)])
def test_an_id_that_is_gone_twice_an_hour_apart_is_a_cancellation(later: timedelta, *, ends: bool) -> None:
    once, changes = gone(seen(event()), T0)
    assert (once.missing, changes) == (T0, ())
    twice, changes = gone(once, T0 + later)
    assert bool(changes) is ends
    assert twice.missing == T0
    assert (twice.event.status is Status.CANCELLED) is ends
    if ends:
        assert changes == (Ended(Status.CANCELLED), Touched(frozenset({"status"})))


def test_what_is_cancelled_is_not_disputed_and_nobody_is_missed() -> None:
    known = replace(seen(event()), missing=L0, disputed=("rll",), silent=True)
    track, _ = gone(known, T0)
    assert (track.disputed, track.silent) == ((), False)


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_cannot_be_cancelled(status: Status) -> None:
    known = replace(seen(event(status=status)), missing=L0)
    assert gone(known, T0) == (known, ())
    assert gone(known, T0, twin=EventId("other")) == (known, ())


def test_an_id_that_is_gone_and_has_a_twin_was_merged() -> None:
    track, changes = gone(seen(event()), T0, twin=EventId("other"))
    assert kinds(changes) == [Merged]
    assert track.event.status is Status.CANCELLED
