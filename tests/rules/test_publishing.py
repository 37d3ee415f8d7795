"""Which posts are spread first, and how the hour's ten are shared out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Busy, Claimed, Delivery, MessageId, Notice, Place, Refused, Say, Sent, Target, Unclear
from bot.rules.planning import delivery
from bot.rules.publishing import SHARES, WINDOW, WORTH_WHILE, Worth, after_publishing, meant, publication, spread, wait
from bot.rules.retrying import Done, GiveUp, RetryAt
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, watch

SPREADING = replace(watch(leads=(HOUR, 10 * MINUTE)), crosspost=True)


def sent(say: Say, **more: object) -> Delivery:
    told = {"say": say, "what": "x", "due": T0 - HOUR, "stale": T0, **more}
    return delivery(following(), seen(event()), Notice(**told))  # type: ignore[arg-type]  # a test names fields freely


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (sent(Say.LIVE), Worth.HIGH),
        (sent(Say.SCRUB), Worth.HIGH),
        (sent(Say.REMINDER, lead=10 * MINUTE), Worth.HIGH),
        (sent(Say.REMINDER, lead=HOUR), Worth.LOW),
        (sent(Say.SLIP), Worth.HIGH),
        (sent(Say.SLIP, due=T0 - 2 * DAY), Worth.FAIR),
        (sent(Say.SLIP, due=T0 - 2 * DAY, before=net(T0 - 2 * DAY)), Worth.HIGH),
        (sent(Say.SLIP, due=T0 - 2 * DAY, before=net(None)), Worth.FAIR),
        (sent(Say.OUTCOME), Worth.FAIR),
        (sent(Say.ANNOUNCED), Worth.LOW),
        (sent(Say.DIGEST), Worth.LOW),
    ],
)
def test_what_people_wait_for_is_worth_most(one: Delivery, expected: Worth) -> None:
    assert spread(one, [watch(leads=(MINUTE,)), SPREADING]) is expected


def test_only_what_is_asked_for_is_spread_and_only_from_channels() -> None:
    assert spread(sent(Say.LIVE), [watch()]) is None
    forum = Target(HERE.guild, HERE.channel, Place.FORUM)
    assert spread(replace(sent(Say.LIVE), target=forum), [SPREADING]) is None


def test_a_publication_names_its_message_and_is_owed_once() -> None:
    live = sent(Say.LIVE, stale=T0 + 9 * HOUR)
    owed = publication(live, MessageId(77), Worth.HIGH, T0)
    assert owed.key == publication(live, MessageId(77), Worth.HIGH, T0 + HOUR).key
    assert owed.key != publication(live, MessageId(78), Worth.HIGH, T0).key
    assert meant(owed.notice) == (Worth.HIGH, MessageId(77))
    assert owed.notice.stale == T0 + WORTH_WHILE
    assert publication(sent(Say.LIVE), MessageId(77), Worth.LOW, T0 + HOUR).notice.stale == T0 + HOUR


@given(times=st.lists(st.integers(0, 7200), max_size=30), value=st.sampled_from(list(Worth)))
def test_no_hour_has_more_than_its_share(times: list[int], value: Worth) -> None:
    published = sorted(L0 + second * SECOND for second in times)
    now = L0 + 7200 * SECOND
    patience = wait(value, published, now)
    then = now + patience
    assert sum(then - at < WINDOW for at in published) < SHARES[value]
    assert patience <= WINDOW


def test_the_last_places_are_kept_for_what_matters_most() -> None:
    five, eight, ten = ([T0 - number * MINUTE for number in range(count, 0, -1)] for count in (5, 8, 10))
    assert wait(Worth.LOW, five[1:], T0) == 0 * SECOND
    assert wait(Worth.LOW, five, T0) == 55 * MINUTE
    assert wait(Worth.FAIR, five, T0) == 0 * SECOND
    assert wait(Worth.FAIR, eight, T0) == 52 * MINUTE
    assert wait(Worth.HIGH, eight, T0) == 0 * SECOND
    assert wait(Worth.HIGH, ten, T0) == 50 * MINUTE


def test_no_answer_about_it_stops_the_channel() -> None:
    published = publication(sent(Say.LIVE), MessageId(77), Worth.HIGH, T0 - MINUTE)
    claimed = Claimed(delivery=published, tries=0, first_try=None, until=T0 + MINUTE)
    assert after_publishing(Sent(MessageId(77)), claimed, T0) == Done(MessageId(77))
    assert isinstance(after_publishing(Busy(HOUR), claimed, T0 - MINUTE), GiveUp)
    assert after_publishing(Busy(30 * SECOND), claimed, T0 - MINUTE) == RetryAt(T0 - MINUTE / 2, "waits for its turn", counts=False)
    assert after_publishing(Unclear("502"), claimed, T0) == RetryAt(T0 + SECOND, "502")
    assert isinstance(after_publishing(Refused(403, 50013, "no"), claimed, T0), GiveUp)
