"""What follows from each answer that Discord gives, or does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Busy, Claimed, Key, MessageId, Outcome, Place, Refused, Say, Sent, Target, Unclear, UserId
from bot.rules.following import notice_of
from bot.rules.personal import mailbox
from bot.rules.planning import delivery
from bot.rules.retrying import (
    GIVES_UP,
    LONGEST_WAIT,
    NONCE_HOLDS,
    PAUSES,
    REFUSALS,
    WAITS,
    CardGone,
    Done,
    Elsewhere,
    GiveUp,
    Pause,
    RetryAt,
    Unreachable,
    after,
    backoff,
    must_read_back,
)
from tests.rules.making import HERE, HOUR, L0, MINUTE, SECOND, T0, event, following, seen


def tried(times: int = 0, first: datetime | None = None) -> Claimed:
    """Take a delivery that was tried so often before."""
    notice = notice_of(following(), Say.REMINDER, "T-10m", T0, T0 + HOUR)
    return Claimed(delivery=delivery(following(), seen(event()), notice), tries=times, first_try=first, until=T0 + MINUTE)


def test_what_was_stored_is_done() -> None:
    assert after(Sent(MessageId(7)), tried(), T0) == Done(MessageId(7))


def test_a_request_to_wait_is_obeyed_and_costs_no_try() -> None:
    assert after(Busy(timedelta(seconds=7)), tried(9), T0) == RetryAt(T0 + 7 * SECOND, "Discord asked to wait", counts=False)


def test_an_unclear_answer_may_have_stored_it_and_counts() -> None:
    assert after(Unclear("502"), tried(0), T0) == RetryAt(T0 + SECOND, "502", counts=True)
    assert after(Unclear("502"), tried(3), T0) == RetryAt(T0 + 8 * SECOND, "502", counts=True)


@pytest.mark.parametrize("code", PAUSES)
def test_what_means_the_target_pauses_it_and_tells_a_way_on(code: int) -> None:
    following_step = after(Refused(403, code, "no"), tried(), T0)
    assert isinstance(following_step, Pause)
    assert following_step.why == PAUSES[code]("en", channel=100)
    assert following_step.at == T0 + LONGEST_WAIT
    assert "{" not in following_step.why


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50013)])
def test_a_refusal_without_a_code_is_read_by_its_status(status: int, code: int) -> None:
    assert after(Refused(status, 0, "no"), tried(), T0) == after(Refused(status, code, "no"), tried(), T0)


@pytest.mark.parametrize("code", GIVES_UP)
def test_what_means_the_message_gives_it_up(code: int) -> None:
    assert after(Refused(400, code, "no"), tried(), T0) == GiveUp(f"{GIVES_UP[code]}: no (HTTP 400, code {code})")


@pytest.mark.parametrize("code", WAITS)
def test_what_passes_by_itself_is_waited_for(code: int) -> None:
    assert after(Refused(400, code, "no"), tried(50), T0) == RetryAt(T0 + WAITS[code], f"no (HTTP 400, code {code})", counts=False)


def test_a_card_that_is_not_there_is_gone() -> None:
    assert after(Refused(404, 10008, "Unknown Message"), tried(), T0) == CardGone()


def test_an_unknown_refusal_is_believed_the_fourth_time() -> None:
    steps = [after(Refused(400, 99999, "no"), tried(times), T0) for times in range(REFUSALS + 1)]
    assert steps[:-1] == [RetryAt(T0 + timedelta(seconds=s), "no (HTTP 400, code 99999)", counts=False) for s in (4, 8, 16)]
    assert steps[-1] == GiveUp("no (HTTP 400, code 99999)")


def test_a_token_that_is_being_changed_is_waited_for_however_long() -> None:
    assert after(Refused(401, 0, "401: Unauthorized"), tried(99), T0) == RetryAt(
        T0 + LONGEST_WAIT, "401: Unauthorized (HTTP 401, code 0)", counts=False
    )


def test_it_is_read_back_where_an_earlier_try_is_older_than_the_nonce() -> None:
    late = T0 + NONCE_HOLDS + SECOND
    assert must_read_back(tried(1, T0), late)
    assert not must_read_back(tried(1, T0), T0 + NONCE_HOLDS)
    assert not must_read_back(tried(0, T0), late)
    assert not must_read_back(tried(1), late)
    assert timedelta(minutes=1) <= NONCE_HOLDS <= 3 * MINUTE


@given(tries=st.integers(0, 10_000))
def test_waits_are_bounded_and_never_get_shorter(tries: int) -> None:
    assert timedelta() < backoff(tries) <= backoff(tries + 1) <= LONGEST_WAIT


known_codes = st.sampled_from((0, 10008, *PAUSES, *GIVES_UP, *WAITS))
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.integers(1).map(MessageId)),
    st.builds(Refused, st.integers(400, 499), known_codes | st.integers(0, 10**6), st.text(max_size=20)),
    st.builds(Busy, st.integers(0, 3600).map(lambda s: s * SECOND)),
    st.builds(Unclear, st.text(max_size=20)),
)


@given(
    outcome=outcomes,
    tries=st.integers(0, 30),
    first=st.none() | st.just(L0),
    target=st.sampled_from((HERE, mailbox(UserId(7)))),
    aloud=st.booleans(),
)
def test_every_outcome_leads_on_and_never_into_the_past(
    outcome: Outcome, tries: int, first: datetime | None, *, target: Target, aloud: bool
) -> None:
    claimed = replace(tried(tries, first), delivery=replace(tried().delivery, key=Key("k"), target=target))
    match after(outcome, claimed, T0, aloud=aloud):
        case RetryAt(at, _, _):
            assert at >= T0
        case Pause(_, at):
            assert at >= T0
            assert target == HERE
        case Elsewhere(why) | Unreachable(why):
            assert why
            assert target != HERE
        case GiveUp(why):
            assert why
        case Done(message):
            assert outcome == Sent(message)
        case CardGone():
            assert isinstance(outcome, Refused)


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        (Place.FORUM, 50013, "Create Posts"),
        (Place.FORUM, 40067, "needs a tag"),
        (Place.EVENTS, 50013, "Manage Events"),
        (Place.EVENTS, 30038, "as many scheduled events as Discord allows"),
        (Place.EVENTS, 10004, "not a member"),
    ],
)
def test_the_same_no_means_another_thing_in_another_place(place: Place, code: int, words: str) -> None:
    sent = tried()
    there = replace(sent.delivery.target, place=place)
    following = after(Refused(403, code, "no"), replace(sent, delivery=replace(sent.delivery, target=there)), T0)
    assert isinstance(following, Pause)
    assert words in following.why


def test_what_is_over_is_no_more_to_be_changed_and_what_is_gone_is_gone() -> None:
    assert after(Refused(400, 180000, "over"), tried(), T0) == CardGone(over=True)
    assert after(Refused(404, 10070, "gone"), tried(), T0) == CardGone()


def test_what_no_nonce_guards_is_read_back_at_once() -> None:
    assert must_read_back(tried(1, T0), T0, guarded=False)
    assert not must_read_back(tried(), T0, guarded=False)
