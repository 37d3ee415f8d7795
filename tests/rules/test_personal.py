"""What a person asked for alone: whose it is, when it ends, and what stands under it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import (
    Act,
    Action,
    ChannelId,
    EventId,
    Facet,
    GuildId,
    Kind,
    Member,
    Place,
    Post,
    Precision,
    Refused,
    RoleId,
    Say,
    Status,
    Target,
    Term,
    UserId,
    Watch,
    WatchId,
)
from bot.rules.following import asks
from bot.rules.matching import wants
from bot.rules.personal import (
    DONE_AFTER,
    LONGEST_NAME,
    STOPS,
    WORDLESS,
    aloud,
    finished,
    home_of,
    is_over,
    leads_text,
    mailbox,
    one_event,
    only_event,
    owner,
    same_wish,
    to_person,
    wish,
    wish_text,
)
from bot.rules.planning import key_of
from bot.rules.retrying import CLOSED, PAUSES, Elsewhere, RetryAt, Unreachable, after
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, SECOND, T0, event, net, seen, watch
from tests.rules.test_retrying import tried

ADA = Member(user=UserId(7), leads=(HOUR, 10 * MINUTE), language="de")
MS19 = event()


def of(member: Member = ADA, term: Term | None = None, name: str = "Soyuz MS-19", home: Target | None = HERE) -> Watch:
    """A wish of a person's."""
    return wish(member, term or one_event(MS19), name, L0, home)


# --- wishes -------------------------------------------------------------------------------------------------------


def test_a_wish_sends_reminders_to_one_person_and_nothing_else() -> None:
    made = of()
    assert made.target == mailbox(UserId(7)) == Target(GuildId(0), ChannelId(7), Place.PERSON)
    assert owner(made.target) == made.made_by == UserId(7)
    assert [say for say in Say if say in made.notices] == [Say.REMINDER]
    assert asks(made, Say.REMINDER)
    assert (made.leads, made.language, made.home, made.made_at) == (ADA.leads, "de", HERE, L0)
    assert not made.roles + made.users
    assert made.digest is None
    assert not made.occasions


def test_it_wants_that_event_and_no_other() -> None:
    other = replace(MS19, id=EventId("ll2:launch:ms-20"))
    assert (reason := wants(of(), MS19, {}))
    assert (reason.facet, reason.met) == (Facet.EVENT, MS19.name)
    assert wants(of(), other, {}) is None
    assert wants(watch(Term(Facet.ANY, MS19.id)), other, {}) is None


def test_what_a_server_added_is_its_own_and_of_those_who_name_it() -> None:
    own = replace(MS19, owner=HERE.guild)
    elsewhere = replace(own, owner=GuildId(2))
    assert wants(watch(), own, {})
    assert wants(watch(), elsewhere, {}) is None
    assert wants(of(), elsewhere, {})
    assert wants(of(term=Term(Facet.ROCKET, "Soyuz")), elsewhere, {}) is None


def test_a_name_is_one_bounded_line() -> None:
    assert of(name="a\n\tb").name == "a b"
    long = of(name="x" * 99).name
    assert len(long) == LONGEST_NAME
    assert long.endswith("…")


def test_only_a_persons_wish_for_one_event_is_about_it_alone() -> None:
    assert only_event(of()) == MS19.id
    assert only_event(of(term=Term(Facet.CREW, "Peresild"))) is None
    assert only_event(replace(of(), target=HERE)) is None


def test_the_same_wish_is_known_again() -> None:
    assert same_wish([watch(), of()], one_event(MS19)) == of()
    assert same_wish([of()], Term(Facet.EVENT, "another")) is None


def test_two_persons_have_two_keys_after_those_of_servers() -> None:
    keys = [key_of(target, MS19.id, "", "T-1h") for target in (HERE, mailbox(UserId(7)), mailbox(UserId(8)))]
    assert keys == sorted(set(keys))
    forums = {key_of(Target(GuildId(1), ChannelId(at), place), None, "", "x") for at in (1, 2) for place in Place}
    assert len(forums) == 8  # admins and scheduled events have one place in each server


# --- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "since", "over"),
    [
        (Status.GO, Kind.LAUNCH, 2 * DAY, False),
        (Status.SUCCESS, Kind.LAUNCH, -DAY, True),
        (Status.PARTIAL_FAILURE, Kind.LAUNCH, HOUR, True),
        (Status.FAILURE, Kind.LAUNCH, HOUR, True),
        (Status.IN_FLIGHT, Kind.LAUNCH, HOUR, False),
        (Status.DEPLOYED, Kind.LAUNCH, HOUR, False),
        (Status.TBD, Kind.LAUNCH, WORDLESS, False),
        (Status.TBD, Kind.LAUNCH, WORDLESS + SECOND, True),
        (Status.NONE, Kind.DOCKING, DONE_AFTER, False),
        (Status.NONE, Kind.DOCKING, DONE_AFTER + SECOND, True),
    ],
)
def test_it_ends_with_the_outcome_or_long_after(status: Status, kind: Kind, since: timedelta, *, over: bool) -> None:
    track = seen(event(status=status, kind=kind))
    assert is_over(track, T0 + since) is over
    assert finished([of(), watch()], track, T0 + since) == ((of(),) if over else ())


def test_a_cancelled_one_is_waited_for_a_day_and_one_without_a_date_for_ever() -> None:
    gone = seen(event(status=Status.CANCELLED), L0)
    assert not is_over(gone, L0 + DONE_AFTER)
    assert is_over(gone, L0 + DONE_AFTER + SECOND)
    assert not is_over(seen(event(net(None), Status.TBD)), L0 + 999 * DAY)
    assert not is_over(seen(event(net(T0, Precision.MONTH), Status.TBD)), T0)


def test_another_events_reminder_goes_on() -> None:
    other = of(term=Term(Facet.EVENT, "another"))
    assert finished([other], seen(event(status=Status.SUCCESS)), T0) == ()


# --- what is sent -------------------------------------------------------------------------------------------------


def test_each_message_can_be_stopped_in_one_click() -> None:
    one, other = replace(of(), id=WatchId(4)), replace(of(name="Soyuz"), id=WatchId(5))
    post = Post(title="T-1h")
    assert to_person(post, [one], "en").actions == (Action(Act.STOP, "Stop", "4"),)
    assert to_person(post, [one, other], "en").actions == (
        Action(Act.STOP, "Stop: Soyuz MS-19", "4"),
        Action(Act.STOP, "Stop: Soyuz", "5"),
    )
    assert len(to_person(post, [one] * 9, "en").actions) == STOPS


def test_who_takes_no_messages_is_called_alone_where_it_was_asked_last() -> None:
    there = replace(HERE, channel=ChannelId(200))
    wishes = [replace(of(home=home), id=WatchId(at)) for at, home in enumerate((HERE, there, None), 1)]
    assert home_of(wishes) == there
    assert home_of(wishes[2:]) is None
    called = aloud(Post(title="T-1h", roles=(RoleId(1),), users=(UserId(9),)), mailbox(UserId(7)))
    assert (called.roles, called.users) == ((), (UserId(7),))


def test_a_refusal_leads_elsewhere_then_nowhere_and_never_pauses_anything() -> None:
    claimed = tried()
    claimed = replace(claimed, delivery=replace(claimed.delivery, target=mailbox(UserId(7))))
    for code in {*CLOSED, *PAUSES}:
        told = after(Refused(403, code, "no"), claimed, T0)
        assert isinstance(told, Elsewhere)
        assert told.why.startswith(CLOSED.get(code, "refused"))
        assert isinstance(after(Refused(403, code, "no"), claimed, T0, aloud=True), Unreachable)
    assert isinstance(after(Refused(403, 0, "no"), claimed, T0), Elsewhere)
    assert isinstance(after(Refused(404, 0, "no"), claimed, T0, aloud=True), Unreachable)
    assert isinstance(after(Refused(429, 40003, "too fast"), claimed, T0), RetryAt)


# --- how it is said -----------------------------------------------------------------------------------------------


def test_wishes_are_named_for_what_they_look_at() -> None:
    assert wish_text(of(), "en") == "Soyuz MS-19"
    assert wish_text(of(term=Term(Facet.CREW, "Peresild"), name="Peresild"), "en") == "flights of Peresild"
    assert wish_text(of(term=Term(Facet.ROCKET, "x"), name="*x*"), "en") == r"rocket: \*x\*"
    assert leads_text((10 * MINUTE, DAY)) == "T-24h, T-10m"
