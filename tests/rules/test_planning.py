"""The whole plan for one event: addresses, keys, fan-out, the living card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Card,
    ChannelId,
    Delivery,
    Event,
    EventId,
    GuildId,
    Kind,
    MessageId,
    Place,
    Precision,
    Say,
    Settled,
    Status,
    Target,
    WatchId,
)
from bot.rules.countdown import PING_GAP
from bot.rules.following import notice_of
from bot.rules.planning import (
    Plan,
    delivery,
    edits_card,
    key_of,
    may_ping,
    plan,
    starts_card,
    summary,
    trouble,
)
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, settled, story, watch

AGO = L0 - 20 * DAY
THERE = Target(GuildId(1), ChannelId(200))


def card(target: Target = HERE, *, edited: datetime = AGO, gone: bool = False) -> Card:
    return Card(target=target, event=event().id, message=MessageId(9), face="", edited_at=edited, gone=gone)


def planned(
    *steps: tuple[datetime, Event],
    targets: Sequence[Target] = (HERE,),
    cards: Iterable[Card] = (),
    newly: Sequence[Target] = (),
    memory: Mapping[Target, Sequence[Settled]] | None = None,
    per_second: float = 45.0,
) -> Plan:
    now, track, changes = story(steps)[-1]
    asking = [following(watch(), target=target) for target in targets]
    kept = {one.target: one for one in cards}
    return plan(track, changes, asking, now, newly=newly, settled=memory or {}, cards=kept, per_second=per_second)


def whats(deliveries: Iterable[Delivery]) -> list[str]:
    return [one.notice.what for one in deliveries]


# --- everything for every target ----------------------------------------------------------------------------------


def test_each_target_gets_its_own_and_remembers_its_own() -> None:
    made = planned((AGO, event()), targets=(HERE, THERE), memory={THERE: [settled("T-1h")]})
    assert [(one.target, one.notice.what) for one in made.countdown] == [
        (HERE, "T-24h"),
        (HERE, "T-1h"),
        (HERE, "T-10m"),
        (THERE, "T-24h"),
        (THERE, "T-10m"),
    ]
    assert [(one.target, one.notice.what) for one in made.news] == [(HERE, "announced"), (THERE, "announced")]
    assert (made.skipped, made.edits, made.void) == ((), (), frozenset())


def test_what_is_not_owed_is_planned_with_its_reason() -> None:
    made = planned((T0 - 2 * HOUR, event()))
    assert [(one.notice.what, why) for one, why in made.skipped] == [("T-24h", "had passed when this NET became known")]
    both = planned((T0 - 2 * HOUR, event()), targets=(HERE, THERE))
    assert [one.target for one, _ in both.skipped] == [HERE, THERE]


def test_a_target_that_is_new_to_the_event_is_not_told_what_had_passed() -> None:
    steps = (AGO, event()), (T0 - 2 * HOUR, replace(event(), reason="x"))
    made = planned(*steps, targets=(HERE, THERE), newly=(THERE,))
    assert [(one.target, one.notice.what) for one in made.countdown] == [
        (HERE, "T-24h"),
        (HERE, "T-1h"),
        (HERE, "T-10m"),
        (THERE, "T-1h"),
        (THERE, "T-10m"),
    ]
    assert [(one.target, one.notice.what) for one, _ in made.skipped] == [(THERE, "T-24h")]


def test_only_a_target_that_is_new_to_the_event_is_introduced() -> None:
    steps = (AGO, event()), (L0, replace(event(), reason="x"))
    made = planned(*steps, targets=(HERE, THERE), newly=(THERE,))
    assert [(one.target, one.notice.what) for one in made.news] == [(THERE, "announced")]


def test_a_delivery_is_ordered_by_t0_and_carries_its_attempt() -> None:
    (reminder, *_), (announced,) = planned((AGO, event())).countdown, planned((AGO, event())).news
    assert (reminder.t0, reminder.attempt, reminder.event) == (T0, "2026-03-01", event().id)
    assert (announced.t0, announced.attempt) == (T0, "")
    assert planned((AGO, event(net(L0, Precision.DAY)))).news[0].t0 is None


def test_who_wants_no_introduction_keeps_no_card() -> None:
    asking = following(watch(notices={Say.REMINDER}))
    made = plan(seen(event()), (), [asking], AGO, newly=(), settled={}, cards={}, per_second=45.0)
    assert {one.carded for one in made.countdown} == {False}
    assert {one.carded for one in planned((AGO, event())).countdown} == {True}


# --- fan-out ------------------------------------------------------------------------------------------------------


def test_a_large_fan_out_starts_early_so_that_its_last_target_is_on_time() -> None:
    many = [Target(GuildId(1), ChannelId(n)) for n in range(900)]
    made = planned((AGO, event()), targets=many)
    assert {one.notice.due - one.start for one in made.countdown} == {timedelta(seconds=20)}
    assert {one.notice.due - one.start for one in made.news} == {timedelta()}


def test_a_small_fan_out_starts_on_the_second() -> None:
    few = [Target(GuildId(1), ChannelId(n)) for n in range(10)]
    assert {one.notice.due - one.start for one in planned((AGO, event()), targets=few, per_second=10.1).countdown} == {timedelta()}
    assert {one.notice.due - one.start for one in planned((AGO, event()), targets=few, per_second=10.0).countdown} == {SECOND}


# --- the living card ----------------------------------------------------------------------------------------------

CHANGED = (AGO, event()), (L0, replace(event(), reason="x"))


def test_a_card_is_edited_when_something_changed_and_again_when_t0_has_passed() -> None:
    made = planned(*CHANGED, cards=[card()])
    assert [(one.notice.what, one.start) for one in made.edits] == [("edit", L0), ("edit-overdue-0", T0 + 5 * MINUTE)]
    assert {one.notice.say for one in made.edits} == {Say.EDIT}
    assert [one.notice.stale for one in made.edits] == [L0 + DAY, T0 + 5 * MINUTE + DAY]


def test_without_a_card_or_with_one_that_is_gone_nothing_is_edited() -> None:
    assert planned(*CHANGED).edits == ()
    assert planned(*CHANGED, cards=[card(gone=True)]).edits == ()
    assert planned(*CHANGED, cards=[card(THERE)]).edits == ()
    both = planned(*CHANGED, targets=(HERE, THERE), cards=[card(gone=True), card(THERE)])
    assert {one.target for one in both.edits} == {THERE}


def test_what_is_seen_for_the_first_time_or_unchanged_edits_nothing_now() -> None:
    assert whats(planned((AGO, event()), cards=[card()]).edits) == ["edit-overdue-0"]
    assert whats(planned((AGO, event()), (L0, event()), cards=[card()]).edits) == ["edit-overdue-0"]


def test_a_card_is_edited_once_in_five_minutes_but_freely_near_t0() -> None:
    fresh = [card(edited=L0 - MINUTE)]
    assert planned(*CHANGED, cards=fresh).edits[0].start == L0 + 4 * MINUTE
    for at, start in (
        (T0 - HOUR - SECOND, 4 * MINUTE),
        (T0 - HOUR, 0 * MINUTE),
        (T0 + HOUR, 0 * MINUTE),
        (T0 + HOUR + SECOND, 4 * MINUTE),
    ):
        made = planned((AGO, event()), (at, replace(event(), reason="x")), cards=[card(edited=at - MINUTE)])
        assert made.edits[0].start == at + start
    coarse = event(net(L0, Precision.DAY))
    made = planned((AGO, coarse), (L0, replace(coarse, reason="x")), cards=fresh)
    assert made.edits[0].start == L0 + 4 * MINUTE


def test_nothing_waits_for_a_t0_that_has_passed_or_is_none_or_of_no_launch() -> None:
    assert whats(planned((AGO, event()), (T0, replace(event(), reason="x")), cards=[card()]).edits) == ["edit"]
    coarse = event(net(L0, Precision.DAY))
    assert whats(planned((AGO, coarse), (L0, replace(coarse, reason="x")), cards=[card()]).edits) == ["edit"]
    docking = event(kind=Kind.DOCKING)
    assert whats(planned((AGO, docking), (L0, replace(docking, reason="x")), cards=[card()]).edits) == ["edit"]


def test_a_net_that_moved_makes_the_edit_that_waited_untrue_and_owes_a_new_one() -> None:
    made = planned((AGO, event()), (L0, event(net(T0 + HOUR))), cards=[card()])
    assert Say.EDIT in made.void
    assert [(one.notice.what, one.start) for one in made.edits][1] == ("edit-overdue-1", T0 + HOUR + 5 * MINUTE)


# --- keys ---------------------------------------------------------------------------------------------------------


def test_the_key_says_target_event_attempt_and_what() -> None:
    made = planned((AGO, event()))
    assert made.countdown[0].key == "1:100/ll2:launch:ms-19/2026-03-01/T-24h"
    assert made.news[0].key == "1:100/ll2:launch:ms-19/-/announced"


ONCE = {Say.ANNOUNCED, Say.DATED, Say.OUTCOME, Say.COVERAGE, Say.EDIT, Say.CLOSE, Say.OCCASION}


@pytest.mark.parametrize(
    ("say", "per_attempt"),
    [(say, say not in ONCE) for say in Say if say not in {Say.SUMMARY, Say.TROUBLE}],
)
def test_some_things_are_said_once_per_event_and_others_once_per_attempt(say: Say, *, per_attempt: bool) -> None:
    made = delivery(following(), seen(event()), notice_of(following(), say, "x", L0, T0))
    assert made.attempt == ("2026-03-01" if per_attempt else "")


snowflakes = st.integers(1, 2**63 - 1)
names = st.text(alphabet="abc-:.019/|", min_size=1, max_size=8)
addresses = st.tuples(
    st.builds(Target, snowflakes.map(GuildId), snowflakes.map(ChannelId)),
    st.none() | names.filter(lambda name: name != "-").map(EventId),
    st.sampled_from(("", "2026-03-01", "2026-03-01.2")),
    st.sampled_from(("T-1h", "T-10m", "slip-1-0", "edit", "live")),
)


@given(one=addresses, other=addresses)
def test_two_deliveries_have_two_keys(
    one: tuple[Target, EventId | None, str, str], other: tuple[Target, EventId | None, str, str]
) -> None:
    assert (key_of(*one) == key_of(*other)) is (one == other)


# --- about no event -----------------------------------------------------------------------------------------------


def test_a_summary_is_owed_to_the_watch_that_is_new() -> None:
    made = summary(replace(watch(name="crewed"), id=WatchId(4), language="de"), L0)
    assert (made.key, made.target, made.event, made.notice.watches) == ("1:100/-/-/summary-4", HERE, None, ("crewed",))
    assert (made.notice.due, made.notice.stale, made.start, made.carded) == (L0, L0 + DAY, L0, False)
    assert (made.notice.say, made.notice.language) == (Say.SUMMARY, "de")


def test_trouble_is_owed_to_the_admins_once_per_target_and_moment() -> None:
    made = trouble(HERE, "why", L0)
    assert (made.target, made.notice.note) == (Target(HERE.guild, HERE.channel, Place.ADMINS), "why")
    assert (made.notice.say, made.event, made.attempt) == (Say.TROUBLE, None, "")
    assert made.key == f"1:admins/-/-/trouble-100-{int(L0.timestamp())}"
    assert (made.notice.due, made.notice.stale) == (L0, L0 + 7 * DAY)
    keys = {trouble(target, "why", at).key for target in (HERE, THERE) for at in (L0, L0 + HOUR)}
    assert len(keys) == 4
    assert trouble(HERE, "why", L0).key == trouble(HERE, "other", L0).key


# --- at the moment of sending -------------------------------------------------------------------------------------


def test_a_target_is_pinged_once_in_half_an_hour() -> None:
    assert may_ping(None, T0)
    assert may_ping(T0 - PING_GAP, T0)
    assert not may_ping(T0 - PING_GAP + SECOND, T0)


def sent(say: Say, *, carded: bool = True) -> Delivery:
    return replace(delivery(following(), seen(event()), notice_of(following(), say, "x", L0, T0)), carded=carded)


@pytest.mark.parametrize("say", sorted(Say))
def test_the_first_message_about_an_event_becomes_its_card_where_cards_are_wanted(say: Say) -> None:
    assert starts_card(sent(say), None) is (say is not Say.EDIT)
    assert not starts_card(sent(say), card())
    assert not starts_card(sent(say, carded=False), None)


@pytest.mark.parametrize("say", sorted(Say))
def test_an_edit_and_a_first_date_are_said_by_editing_the_card(say: Say) -> None:
    assert edits_card(sent(say), card()) is (say in {Say.EDIT, Say.DATED})
    assert edits_card(sent(say), None) is (say is Say.EDIT)


def test_a_cancelled_launch_owes_nothing_more_but_the_word() -> None:
    over = planned((AGO, event()), (L0, event(status=Status.CANCELLED)), cards=[card()])
    assert whats(over.news) == ["outcome-cancelled"]
    assert over.countdown == ()
