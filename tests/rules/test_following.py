"""What the watches of one target ask for together."""

from __future__ import annotations

from dataclasses import replace

from bot.model import CHOOSABLE, RoleId, Say, UserId
from bot.rules.following import asks, leads_of, notice_of, united, wanted, watches_for
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, following, net, watch

A = replace(watch(name="a", leads=(HOUR, MINUTE), notices={Say.REMINDER}, roles=(1, 2)), users=(UserId(8),), language="de")
B = replace(watch(name="b", leads=(DAY, HOUR), notices={Say.REMINDER, Say.LIVE}, roles=(2, 3)), users=(UserId(8), UserId(9)))
C = watch(name="c", leads=(2 * DAY,), notices={Say.SLIP})


def test_what_any_of_them_wants_is_wanted() -> None:
    assert wanted(following(A, B, C)) == {Say.REMINDER, Say.LIVE, Say.SLIP}


def test_leads_are_those_of_watches_that_want_reminders_longest_first() -> None:
    assert leads_of(following(A, B, C)) == (DAY, HOUR, MINUTE)


def test_who_asked_for_a_notice_is_picked_by_notice_and_lead() -> None:
    assert [w.name for w in watches_for(following(A, B, C), Say.REMINDER)] == ["a", "b"]
    assert [w.name for w in watches_for(following(A, B, C), Say.REMINDER, DAY)] == ["b"]
    assert [w.name for w in watches_for(following(A, B, C), Say.REMINDER, 2 * DAY)] == []


def test_one_notice_answers_all_who_asked_in_the_language_of_the_first() -> None:
    made = notice_of(following(C, A, B), Say.REMINDER, "T-1h", L0, T0, lead=HOUR, before=net(), pings=[A, B])
    assert (made.watches, made.language, made.lead, made.before) == (("a", "b"), "de", HOUR, net())
    assert (made.roles, made.users) == ((1, 2, 3), (8, 9))
    assert (made.say, made.what, made.due, made.stale) == (Say.REMINDER, "T-1h", L0, T0)


def test_what_nobody_chose_names_all() -> None:
    assert notice_of(following(A, B), Say.EDIT, "edit", L0, T0).watches == ("a", "b")


def test_roles_and_users_are_united_each_once() -> None:
    assert united([]) == ((), ())
    assert united([B, A]) == ((RoleId(2), RoleId(3), RoleId(1)), (UserId(8), UserId(9)))


def test_a_notice_that_is_not_for_choosing_goes_to_everybody() -> None:
    assert asks(A, Say.REMINDER)
    assert not asks(A, Say.LIVE)
    assert all(asks(A, say) for say in set(Say) - CHOOSABLE)
