"""The reminders of one attempt: which are owed, which are not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import FLOWN, OVER, Fate, Notice, Precision, RoleId, Say, Settled, Status, Track, UserId, Watch
from bot.rules.countdown import LEAD_MAX, LEAD_MIN, LEADS_MAX, PING_GAP, TOO_NEW, countdown, lead_text, what_of
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, settled, watch

AHEAD = L0 - 2 * DAY
"""Long before every lead."""
KNOWN = seen(event(), AHEAD)


def owed(
    now: datetime = AHEAD, track: Track = KNOWN, memory: Iterable[Settled] = (), *asking: Watch, newly: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Give what is owed, and what is not with the reason."""
    owing, skipped = countdown(following(*asking), track, tuple(memory), now, newly=newly)
    return [notice.what for notice in owing], {notice.what: why for notice, why in skipped}


def notices(*asking: Watch, track: Track = KNOWN, now: datetime = AHEAD) -> dict[str, Notice]:
    return {notice.what: notice for notice in countdown(following(*asking), track, (), now)[0]}


def test_a_count_owes_every_lead_longest_first() -> None:
    assert owed() == (["T-24h", "T-1h", "T-10m"], {})


def test_a_reminder_is_due_at_its_lead_and_true_until_the_next_closer_one() -> None:
    made = notices()
    assert [(one.due, one.stale, one.lead) for one in made.values()] == [
        (T0 - DAY, T0 - HOUR, DAY),
        (T0 - HOUR, T0 - 10 * MINUTE, HOUR),
        (T0 - 10 * MINUTE, T0, 10 * MINUTE),
    ]
    assert {one.say for one in made.values()} == {Say.REMINDER}


@pytest.mark.parametrize("status", Status)
def test_only_a_running_count_is_counted(status: Status) -> None:
    counted = status not in FLOWN | OVER | {Status.HOLD, Status.TBD}
    assert bool(owed(track=seen(event(status=status), AHEAD))[0]) is counted


def test_a_scrubbed_attempt_is_not_counted() -> None:
    assert owed(track=replace(KNOWN, counting=False)) == ([], {})


@pytest.mark.parametrize(
    ("precision", "leads"),
    [
        (Precision.SECOND, ["T-24h", "T-1h", "T-10m"]),
        (Precision.MINUTE, ["T-24h", "T-1h", "T-10m"]),
        (Precision.HOUR, ["T-24h", "T-1h"]),
        (Precision.MORNING, []),
        (Precision.DAY, []),
        (Precision.MONTH, []),
    ],
)
def test_a_lead_wants_a_net_that_is_known_well_enough(precision: Precision, leads: list[str]) -> None:
    assert owed(track=seen(event(net(T0, precision)), AHEAD)) == (leads, {})


def test_eleven_minutes_are_fair_of_a_time_known_to_the_hour() -> None:
    track = seen(event(net(T0, Precision.HOUR)), AHEAD)
    assert owed(AHEAD, track, (), watch(leads=(11 * MINUTE, 10 * MINUTE, MINUTE)))[0] == ["T-11m"]


def test_at_t0_nothing_is_owed_any_more() -> None:
    assert owed(T0 - SECOND)[0] == ["T-10m"]
    assert owed(T0) == ([], {})


def test_of_several_overdue_only_the_closest_is_owed() -> None:
    assert owed(T0 - 30 * MINUTE) == (["T-1h", "T-10m"], {"T-24h": "a closer reminder is due"})
    assert owed(T0 - 5 * MINUTE) == (["T-10m"], {"T-24h": "a closer reminder is due", "T-1h": "a closer reminder is due"})
    assert owed(T0 - HOUR)[0] == ["T-1h", "T-10m"]
    assert owed(T0 - HOUR - SECOND)[0] == ["T-24h", "T-1h", "T-10m"]


def test_what_was_sent_is_not_owed_and_what_is_longer_is_history() -> None:
    assert owed(T0 - 2 * HOUR, KNOWN, [settled("T-24h")]) == (["T-1h", "T-10m"], {})
    assert owed(T0 - 50 * MINUTE, KNOWN, [settled("T-1h")]) == (["T-10m"], {"T-24h": "a closer reminder is due"})
    closer = "a closer reminder is due"
    assert owed(T0 - 50 * MINUTE, KNOWN, [settled("T-10m")]) == ([], {"T-24h": closer, "T-1h": closer})
    assert owed(T0 - 2 * DAY, KNOWN, [settled("T-1h")]) == (["T-24h", "T-10m"], {}), "it moved away again"


def test_what_was_sent_for_another_attempt_or_dropped_does_not_count() -> None:
    assert owed(AHEAD, KNOWN, [settled("T-24h", attempt="2026-02-27")])[0] == ["T-24h", "T-1h", "T-10m"]
    assert owed(AHEAD, KNOWN, [settled("T-24h", Fate.DROPPED), settled("T-1h", Fate.OWED)])[0] == ["T-24h", "T-1h", "T-10m"]


def test_a_lead_that_had_passed_when_the_net_became_known_stays_silent() -> None:
    fresh = seen(event(), T0 - 30 * MINUTE)
    reason = "had passed when this NET became known"
    assert owed(T0 - 30 * MINUTE, fresh) == (["T-10m"], {"T-24h": reason, "T-1h": reason})
    assert owed(T0 - HOUR, seen(event(), T0 - HOUR))[0] == ["T-1h", "T-10m"]
    assert owed(T0 - HOUR + SECOND, seen(event(), T0 - HOUR + SECOND))[0] == ["T-10m"]
    assert owed(T0 - 50 * MINUTE, seen(event(), T0 - HOUR))[0] == ["T-1h", "T-10m"], "the bot was down, not the NET late"


def test_a_lead_that_had_passed_when_the_watch_was_made_stays_silent() -> None:
    fresh = watch(made_at=T0 - 30 * MINUTE)
    reason = "had passed when the watch was made"
    assert owed(T0 - 30 * MINUTE, KNOWN, (), fresh) == (["T-10m"], {"T-24h": reason, "T-1h": reason})
    assert owed(T0 - HOUR, KNOWN, (), watch(made_at=T0 - HOUR))[0] == ["T-1h", "T-10m"]
    assert owed(T0 - HOUR + SECOND, KNOWN, (), watch(made_at=T0 - HOUR + SECOND))[0] == ["T-10m"]
    assert owed(T0 - 50 * MINUTE, KNOWN, (), watch(made_at=T0 - HOUR))[0] == ["T-1h", "T-10m"]


def test_an_older_watch_of_the_channel_with_the_same_lead_still_counts() -> None:
    fresh, old = watch(made_at=T0 - 30 * MINUTE), watch(leads=(HOUR,))
    silent = watch(leads=(DAY,), notices=(Say.LIVE,))
    assert owed(T0 - 30 * MINUTE, KNOWN, (), fresh, old, silent) == (
        ["T-1h", "T-10m"],
        {"T-24h": "had passed when the watch was made"},
    )


def test_a_lead_that_had_passed_when_the_event_began_to_match_stays_silent_for_good() -> None:
    now = T0 - 30 * MINUTE
    assert owed(now, newly=True) == (["T-10m"], {"T-24h": TOO_NEW, "T-1h": TOO_NEW})
    memory = [replace(settled(what, Fate.DROPPED), why=TOO_NEW) for what in ("T-24h", "T-1h")]
    assert owed(now + MINUTE, KNOWN, memory) == (["T-10m"], {"T-24h": TOO_NEW, "T-1h": TOO_NEW})
    assert owed(T0 - HOUR, newly=True) == (["T-1h", "T-10m"], {"T-24h": TOO_NEW}), "what is due this moment has not passed"
    later = replace(KNOWN, event=event(net(T0 + 2 * HOUR)))
    assert owed(now + MINUTE, later, memory)[0] == ["T-1h", "T-10m"], "it lies ahead again"


def test_a_watch_without_reminders_has_no_leads() -> None:
    assert owed(AHEAD, KNOWN, (), watch(notices=(Say.LIVE,))) == ([], {})
    assert owed(AHEAD, KNOWN, (), watch(leads=())) == ([], {})


def test_the_leads_of_several_watches_are_one_count_each_naming_who_asked() -> None:
    made = notices(watch(leads=(HOUR,), name="a"), watch(leads=(HOUR, MINUTE), name="b"))
    assert {what: notice.watches for what, notice in made.items()} == {"T-1h": ("a", "b"), "T-1m": ("b",)}
    assert made["T-1h"].stale == T0 - MINUTE


# --- pings --------------------------------------------------------------------------------------------------------


def pings(*asking: Watch, track: Track = KNOWN) -> dict[str, tuple[RoleId, ...]]:
    return {what: notice.roles for what, notice in notices(*asking, track=track).items() if notice.roles or notice.users}


def test_a_role_is_called_at_the_closest_lead_alone() -> None:
    assert pings(watch(roles=(7,))) == {"T-10m": (7,)}


def test_the_closest_lead_is_the_closest_that_the_net_is_known_for() -> None:
    assert pings(watch(roles=(7,)), track=seen(event(net(T0, Precision.HOUR)), AHEAD)) == {"T-1h": (7,)}


def test_a_watch_may_name_the_leads_at_which_it_calls() -> None:
    assert pings(replace(watch(roles=(7,)), ping_leads=(DAY, HOUR))) == {"T-24h": (7,), "T-1h": (7,)}


def test_a_watch_that_calls_for_something_else_is_silent_here() -> None:
    assert pings(replace(watch(roles=(7,)), ping_on=frozenset({Say.LIVE}))) == {}


def test_users_are_called_as_roles_are() -> None:
    assert pings(replace(watch(), users=(UserId(5),))) == {"T-10m": ()}
    assert notices(replace(watch(), users=(UserId(5),)))["T-10m"].users == (5,)


def test_within_half_an_hour_the_closest_call_wins() -> None:
    half, near = 10 * MINUTE + PING_GAP, 40 * MINUTE - SECOND
    both = replace(watch(roles=(7,), leads=(half, 10 * MINUTE)), ping_leads=(half, 10 * MINUTE))
    assert set(pings(both)) == {"T-40m", "T-10m"}
    both = replace(watch(roles=(7,), leads=(near, 10 * MINUTE)), ping_leads=(near, 10 * MINUTE))
    assert set(pings(both)) == {"T-10m"}


def test_a_silent_lead_soon_after_takes_no_call_away() -> None:
    loud = watch(roles=(7,), leads=(20 * MINUTE,), name="loud")
    assert pings(loud, watch(leads=(10 * MINUTE,), name="silent")) == {"T-20m": (7,)}
    assert pings(loud, watch(roles=(8,), leads=(10 * MINUTE,), name="closer")) == {"T-10m": (8,)}


def test_a_lead_that_only_another_watch_has_is_nothing_to_call_at() -> None:
    calls_early = replace(watch(roles=(7,), leads=(10 * MINUTE,)), ping_leads=(HOUR,))
    assert pings(calls_early, watch(leads=(HOUR,))) == {}
    assert pings(watch(roles=(8,), leads=(70 * MINUTE,)), calls_early, watch(leads=(HOUR,))) == {"T-70m": (8,)}


def test_a_watch_none_of_whose_leads_is_fair_calls_nobody() -> None:
    hour = seen(event(net(T0, Precision.HOUR)), AHEAD)
    assert pings(watch(roles=(7,), leads=(10 * MINUTE,)), watch(leads=(HOUR,)), track=hour) == {}


def test_calls_of_several_watches_are_united_each_once() -> None:
    asking = (watch(roles=(7, 8), leads=(HOUR,)), watch(roles=(8, 9), leads=(HOUR,)), watch(roles=(1,), leads=(DAY,)))
    assert pings(*asking) == {"T-1h": (7, 8, 9), "T-24h": (1,)}


# --- names --------------------------------------------------------------------------------------------------------

WRITTEN = [
    (30 * DAY, "30d"),
    (2 * DAY, "2d"),
    (36 * HOUR, "36h"),
    (DAY, "24h"),
    (HOUR, "1h"),
    (90 * MINUTE, "90m"),
    (MINUTE, "1m"),
    (90 * SECOND, "90s"),
]


@pytest.mark.parametrize(("lead", "text"), WRITTEN)
def test_a_lead_is_written_as_the_field_does(lead: timedelta, text: str) -> None:
    assert lead_text(lead) == text
    assert what_of(lead) == f"T-{text}"


all_leads = st.integers(1, 30 * 24 * 60).map(lambda minutes: minutes * MINUTE)


@given(one=all_leads, other=all_leads)
def test_two_leads_have_two_names(one: timedelta, other: timedelta) -> None:
    assert (what_of(one) == what_of(other)) is (one == other)


def test_leads_go_from_a_minute_to_thirty_days() -> None:
    assert (LEAD_MIN, LEAD_MAX) == (MINUTE, 30 * DAY)
    assert LEADS_MAX >= 3
