"""Laws of the rules, tried on stories that nobody thought of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.model import FLOWN, OVER, Delivery, Event, Fate, Net, Precision, Say, Settled, Watch
from bot.rules.card import card
from bot.rules.changes import fold
from bot.rules.countdown import MINUTE_LEAD, countdown
from bot.rules.nets import same_attempt, shift, span
from bot.rules.planning import Plan, plan
from bot.rules.wording import listing, post
from tests.rules.inventing import clock_nets, instants, nets, stories, watches
from tests.rules.making import DAY, HERE, following, sighting, story

Story = Sequence[tuple[datetime, Event]]


def planned(told: Story, asking: Sequence[Watch], settled: Sequence[Settled] = ()) -> tuple[Plan, datetime]:
    """Plan what follows from the last sighting of a story."""
    now, known, changes = story(told)[-1]
    made = plan(known, changes, [following(*asking)], now, newly=(), settled={HERE: settled}, cards={}, per_second=45.0)
    return made, now


def owed(made: Plan) -> list[Delivery]:
    """Everything that a plan owes."""
    return [*made.countdown, *made.news, *made.edits]


some_watches = st.lists(watches(), min_size=1, max_size=3)


# --- planning -----------------------------------------------------------------------------------------------------


@given(told=stories(), asking=some_watches)
def test_planning_twice_owes_nothing_new(told: Story, asking: list[Watch]) -> None:
    once, _ = planned(told, asking)
    memory = [Settled(what=d.notice.what, attempt=d.attempt, fate=Fate.OWED) for d in owed(once)]
    memory += [Settled(what=d.notice.what, attempt=d.attempt, fate=Fate.DROPPED, why=why) for d, why in once.skipped]
    twice, _ = planned(told, asking, memory)
    assert {d.key for d in twice.countdown} == {d.key for d in once.countdown}
    assert {d.key for d in twice.news} <= {d.key for d in once.news}
    assert [(d.key, why) for d, why in twice.skipped] == [(d.key, why) for d, why in once.skipped]


@given(told=stories(), asking=some_watches)
def test_what_was_sent_is_not_owed_again(told: Story, asking: list[Watch]) -> None:
    once, now = planned(told, asking)
    memory = [Settled(what=d.notice.what, attempt=d.attempt, fate=Fate.SENT, at=now) for d in once.countdown]
    assert planned(told, asking, memory)[0].countdown == ()


@given(told=stories(), asking=some_watches)
def test_there_is_at_most_one_notice_per_key(told: Story, asking: list[Watch]) -> None:
    made, _ = planned(told, asking)
    keys = [d.key for d in (*owed(made), *(d for d, _ in made.skipped))]
    assert len(keys) == len(set(keys))


@given(told=stories(), asking=some_watches)
def test_nothing_is_said_that_no_watch_asked_for(told: Story, asking: list[Watch]) -> None:
    made, _ = planned(told, asking)
    asked = frozenset[Say]().union(*(watch.notices for watch in asking))
    assert {d.notice.say for d in (*made.countdown, *made.news)} <= asked


@given(told=stories(), asking=some_watches)
def test_pings_are_for_those_whom_a_watch_names(told: Story, asking: list[Watch]) -> None:
    made, _ = planned(told, asking)
    roles = {role for watch in asking for role in watch.roles}
    users = {user for watch in asking for user in watch.users}
    for one in owed(made):
        assert roles >= set(one.notice.roles)
        assert users >= set(one.notice.users)


@given(told=stories(), asking=some_watches)
def test_news_is_stale_after_it_is_due(told: Story, asking: list[Watch]) -> None:
    made, now = planned(told, asking)
    for one in (*made.news, *made.edits):
        assert one.notice.stale > one.notice.due >= now


# --- reminders ----------------------------------------------------------------------------------------------------


@given(told=stories(), asking=some_watches)
def test_no_reminder_without_a_clock_time_precise_enough(told: Story, asking: list[Watch]) -> None:
    now, known, _ = story(told)[-1]
    for notice in countdown(following(*asking), known, (), now)[0]:
        assert known.event.net.clock is not None
        assert notice.lead is not None
        assert known.event.net.precision <= (Precision.MINUTE if notice.lead <= MINUTE_LEAD else Precision.HOUR)


@given(told=stories(), asking=some_watches)
def test_a_reminder_is_due_before_t0_and_stale_after_it_is_due_and_not_after_t0(told: Story, asking: list[Watch]) -> None:
    now, known, _ = story(told)[-1]
    owing, skipped = countdown(following(*asking), known, (), now)
    for notice in (*owing, *(one for one, _ in skipped)):
        t0 = known.event.net.clock
        assert t0 is not None
        assert notice.due < notice.stale <= t0


@given(told=stories(), asking=some_watches)
def test_of_the_leads_that_are_overdue_at_most_one_is_owed_and_none_is_stale(told: Story, asking: list[Watch]) -> None:
    now, known, _ = story(told)[-1]
    owing = countdown(following(*asking), known, (), now)[0]
    assert sum(notice.due <= now for notice in owing) <= 1
    assert all(notice.stale > now for notice in owing)


@given(told=stories(), asking=some_watches)
def test_what_flies_or_is_over_is_not_counted_down(told: Story, asking: list[Watch]) -> None:
    now, known, _ = story(told)[-1]
    if known.event.status in FLOWN | OVER:
        assert countdown(following(*asking), known, (), now) == ((), ())


@given(told=stories(), asking=some_watches)
def test_each_lead_is_owed_or_skipped_for_a_reason(told: Story, asking: list[Watch]) -> None:
    now, known, _ = story(told)[-1]
    owing, skipped = countdown(following(*asking), known, (), now)
    leads = [notice.lead for notice in (*owing, *(one for one, _ in skipped))]
    assert len(leads) == len(set(leads))
    assert all(why for _, why in skipped)


# --- NETs ---------------------------------------------------------------------------------------------------------


@given(one=clock_nets, other=clock_nets)
def test_a_slip_there_is_a_move_back(one: Net, other: Net) -> None:
    there, back = shift(one, other), shift(other, one)
    assert there == (None if back is None else -back)


@given(one=nets, other=nets)
def test_a_move_is_later_one_way_at_most(one: Net, other: Net) -> None:
    there, back = shift(one, other), shift(other, one)
    assert there is None or back is None or (there > 0 * DAY) is not (back > 0 * DAY)


@given(one=nets)
def test_a_net_did_not_move_from_itself(one: Net) -> None:
    assert shift(one, one) is None


@given(one=nets)
def test_a_span_holds_its_instant(one: Net) -> None:
    meant = span(one)
    if meant is not None and one.at is not None:
        assert meant[0] <= one.at <= meant[1]


@given(one=nets, other=nets)
def test_two_nets_are_of_one_attempt_both_ways(one: Net, other: Net) -> None:
    assert same_attempt(one, other) is same_attempt(other, one)


# --- sightings ----------------------------------------------------------------------------------------------------


@given(told=stories())
def test_the_same_sighting_twice_changes_nothing(told: Story) -> None:
    now, known, _ = story(told)[-1]
    again, changes = fold(known, sighting(known.event), now + DAY)
    assert changes == ()
    assert again == replace(known, seen=now + DAY)


@given(told=stories())
def test_what_a_page_does_not_say_stays_known(told: Story) -> None:
    now, known, _ = story(told)[-1]
    silent = replace(known.event, webcasts=(), crew=(), pad=None, reason="")
    assert fold(known, sighting(silent, "webcasts", "crew", "pad", "reason"), now)[1] == ()


@given(told=stories(most=10), asking=some_watches)
def test_any_order_of_statuses_is_planned_and_worded(told: Story, asking: list[Watch]) -> None:
    for now, known, changes in story(told):
        made = plan(known, changes, [following(*asking)], now, newly=(HERE,), settled={}, cards={}, per_second=45.0)
        for one in owed(made):
            for as_card in (True, False):
                assert post(one.notice, known, now, as_card=as_card).title
        assert card(known, now).lines
        assert listing([known], now, "Next").lines


@given(told=stories(most=10))
def test_the_story_of_a_launch_stays_bounded_and_in_order(told: Story) -> None:
    _, known, _ = story(told)[-1]
    at = [one.at for one in known.nets]
    assert at == sorted(at)
    assert known.nets[-1].net == known.event.net
    assert known.moves == len(known.nets) - 1


@given(told=stories(), later=instants)
def test_an_older_answer_changes_nothing(told: Story, later: datetime) -> None:
    now, known, _ = story([(at, replace(one, last_updated=at)) for at, one in told])[-1]
    stale = replace(told[0][1], last_updated=told[0][0] - DAY)
    assert fold(known, sighting(stale), max(later, now)) == (known, ())
