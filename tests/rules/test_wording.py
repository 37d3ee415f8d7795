"""How a notice is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    CHOOSABLE,
    Event,
    Kind,
    Landing,
    Net,
    Notice,
    Post,
    Precision,
    RoleId,
    Say,
    Status,
    StreamKind,
    Tone,
    Track,
    UserId,
    Webcast,
)
from bot.rules.card import card as card_of
from bot.rules.card import credit
from bot.rules.following import notice_of
from bot.rules.text import net_text
from bot.rules.wording import LISTED, SILENT, listing, post, summary, trouble
from tests.rules.inventing import hostile_events, instants, nets, texts
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, story, watch

STREAM = Webcast(url="https://youtu.be/dQw4w9WgXcQ", publisher="NASA", kind=StreamKind.OFFICIAL)
AT = "<t:1772373600:F> (<t:1772373600:R>)"
"""T-0 as it is shown."""


def notice(say: Say, *, lead: timedelta | None = None, before: Net | None = None, names: Iterable[str] = ("crewed",)) -> Notice:
    asking = following(*(watch(name=name) for name in names))
    return notice_of(asking, say, "x", T0 - HOUR, T0, lead=lead, before=before)


def said(
    say: Say, *steps: Event, now: datetime = T0 - 30 * MINUTE, lead: timedelta | None = None, before: Net | None = None
) -> Post:
    """Say a notice at the end of a story whose steps are half an hour apart, the last one now."""
    told = story([(now - 30 * MINUTE * n, one) for n, one in zip(range(len(steps) - 1, -1, -1), steps, strict=True)])
    return post(notice(say, lead=lead, before=before), told[-1][1], now, as_card=False)


def test_a_first_date_is_told_as_the_day() -> None:
    one = said(Say.DATED, event(net(L0, Precision.DAY)))
    assert (one.title, one.lead_in) == ("Soyuz MS-19 has a date: 1 March 2026", "Soyuz MS-19: NET 1 March 2026")


def test_a_reminder_shows_the_true_time_and_where_to_watch() -> None:
    one = said(Say.REMINDER, replace(event(), webcasts=(STREAM,)), lead=HOUR)
    assert one.title == "T-1h · Soyuz MS-19"
    assert one.lead_in == "T-1h · Soyuz MS-19 lifts off <t:1772373600:R>"
    assert one.lines == (f"T-0 {AT}", "📺 [NASA](https://youtu.be/dQw4w9WgXcQ) · official webcast")
    assert [link.url for link in one.buttons] == [STREAM.url]
    assert one.footer == credit()


def test_a_reminder_without_a_stream_says_so() -> None:
    assert said(Say.REMINDER, event(), lead=HOUR).lines[1] == "📺 no stream known yet"


def test_a_reminder_of_what_is_no_launch_has_its_own_verb() -> None:
    one = said(Say.REMINDER, event(kind=Kind.LANDING, name="Soyuz MS-18 Landing"), lead=HOUR)
    assert one.lead_in == "T-1h · Soyuz MS-18 lands <t:1772373600:R>"


@given(lead=st.sampled_from((MINUTE, 10 * MINUTE, HOUR, DAY)), late=st.integers(0, 60 * 24))
def test_no_text_counts_the_minutes_from_the_lead(lead: timedelta, late: int) -> None:
    one = said(Say.REMINDER, event(), now=T0 - MINUTE * late, lead=lead)
    spoken = " ".join((one.lead_in, *one.lines))
    assert not re.search(r"\b(in|noch) \d", spoken)
    assert "<t:1772373600:R>" in spoken


SLIPS = [
    (net(T0 - 2 * HOUR), "Soyuz MS-19 slips to 1 Mar 2026 14:00 UTC", "2 h later than"),
    (net(T0 + DAY + HOUR), "Soyuz MS-19 moves up to 1 Mar 2026 14:00 UTC", "1 d 1 h earlier than"),
    (net(L0 - DAY, Precision.DAY), "Soyuz MS-19 slips to 1 Mar 2026 14:00 UTC", "1 d later than 28 February 2026"),
    (net(L0, Precision.DAY), "Soyuz MS-19: NET 1 Mar 2026 14:00 UTC", "it was 1 March 2026"),
    (net(), "Soyuz MS-19 is back in the count", "holds after all"),
]


@pytest.mark.parametrize(("before", "title", "line"), SLIPS)
def test_a_slip_says_which_way_and_how_far(before: Net, title: str, line: str) -> None:
    one = said(Say.SLIP, event(), before=before)
    assert (one.title, one.lead_in) == (title, title)
    assert line in "\n".join(one.lines)
    assert AT in "\n".join(one.lines)


def test_a_slip_without_the_net_before_is_no_move() -> None:
    assert said(Say.SLIP, event()).title == "Soyuz MS-19 is back in the count"


def test_a_slip_tells_the_story_so_far() -> None:
    one = said(Say.SLIP, event(net(T0 - DAY)), event(), before=net(T0 - DAY))
    assert one.lines[-1] == "*attempt 2 · first planned for 28 Feb 2026 14:00 UTC*"


def test_a_hold_says_why_and_that_reminders_wait() -> None:
    one = said(Say.HOLD, replace(event(status=Status.HOLD), reason="Upper level @winds"))
    assert one.title == "HOLD · Soyuz MS-19"
    assert one.lines == ("Upper level @\u200bwinds", f"T-0 was {AT}; reminders wait until the count goes on")
    assert one.tone is Tone.WARN


def test_a_scrub_says_what_comes_next() -> None:
    assert said(Say.SCRUB, event(status=Status.TBD), before=net()).lines == ("Soyuz MS-19 does not fly today: no new NET yet",)
    next_day = said(Say.SCRUB, event(net(T0)), before=net(T0 - DAY))
    assert next_day.lines[0] == f"Soyuz MS-19 does not fly today: next NET {AT}"
    off = said(Say.SCRUB, event(), event(status=Status.TBD), before=net())
    assert off.lines[0].endswith("no new NET yet")
    docking = said(Say.SCRUB, event(kind=Kind.DOCKING, name="Soyuz MS-19 Docking"), before=net(T0 - DAY))
    assert docking.title == "OFF · Soyuz MS-19 docks"
    assert docking.lead_in == "Soyuz MS-19 Docking is put off"
    assert said(Say.SCRUB, event()).lines[0].endswith("no new NET yet"), "without the NET before nothing is claimed"


def test_a_day_that_is_all_that_is_left_is_the_next_net() -> None:
    day = event(net(L0 + DAY, Precision.DAY))
    assert said(Say.SCRUB, event(), day, before=net()).lines[0].endswith("next NET 2 March 2026")
    month = event(net(L0 + 30 * DAY, Precision.MONTH))
    assert said(Say.SCRUB, event(), month, before=net()).lines[0].endswith("no new NET yet")


def test_liftoff_stream_and_live_name_the_stream() -> None:
    one = replace(event(), webcasts=(STREAM,))
    for say, title in ((Say.LIFTOFF, "Liftoff"), (Say.STREAM, "Stream"), (Say.LIVE, "LIVE")):
        made = said(say, one)
        assert made.title == f"{title} · Soyuz MS-19"
        assert any("[NASA]" in line for line in made.lines)
        assert any(AT in line for line in made.lines)
        assert made.lead_in


OUTCOMES = [
    (Status.SUCCESS, "Success · Soyuz MS-19", "Soyuz MS-19 is a success", Tone.GOOD),
    (Status.PARTIAL_FAILURE, "Partial failure · Soyuz MS-19", "Soyuz MS-19 is a partial failure", Tone.WARN),
    (Status.FAILURE, "Failure · Soyuz MS-19", "Soyuz MS-19 failed", Tone.BAD),
    (Status.CANCELLED, "Cancelled · Soyuz MS-19", "Soyuz MS-19 is cancelled: it is gone from the launch feed", Tone.BAD),
]


@pytest.mark.parametrize(("status", "title", "sentence", "tone"), OUTCOMES)
def test_an_outcome_is_told_as_what_it_is(status: Status, title: str, sentence: str, tone: Tone) -> None:
    one = said(Say.OUTCOME, replace(event(status=status), reason="engine"))
    assert (one.title, one.lead_in, one.tone) == (title, sentence, tone)
    flown = status is not Status.CANCELLED
    assert one.lines == ((sentence, "engine", f"Liftoff {AT}") if flown else (sentence,))


def test_an_outcome_that_was_taken_back_says_how_it_stands() -> None:
    assert said(Say.OUTCOME, event()).lead_in == "Soyuz MS-19: GO"


def test_a_booster_lands_with_the_outcome() -> None:
    landed = replace(event(status=Status.SUCCESS), landings=(Landing(vehicle="B1067", attempt=True, success=True, place="OCISLY"),))
    assert said(Say.OUTCOME, landed).lines[-1] == "🛬 B1067 landed on OCISLY"


def test_several_watches_are_named() -> None:
    track, now = seen(event()), T0 - HOUR
    assert post(notice(Say.LIVE), track, now, as_card=False).lines[-1] != "-# for crewed"
    both = post(notice(Say.LIVE, names=("crewed", "a*b")), seen(event(), now), now, as_card=False)
    assert both.lines[-1] == "-# for crewed, a\\*b"
    many = post(notice(Say.LIVE, names="abcdefg"), seen(event(), now), now, as_card=False)
    assert many.lines[-1] == "-# for a, b, c, d, e"


def test_a_notice_on_old_data_says_so() -> None:
    track = seen(event(), T0 - SILENT)
    assert "no news from the launch feed" not in "".join(post(notice(Say.LIVE), track, T0, as_card=False).lines)
    late = post(notice(Say.LIVE), track, T0 + SECOND, as_card=False)
    assert late.lines[-1] == f"⚠️ no news from the launch feed since <t:{int((T0 - SILENT).timestamp())}:R>"


def test_who_is_called_goes_along_and_nobody_else() -> None:
    calling = replace(notice(Say.LIVE), roles=(RoleId(7),), users=(UserId(8),))
    for as_card in (True, False):
        one = post(calling, seen(event(), T0 - HOUR), T0 - HOUR, as_card=as_card)
        assert (one.roles, one.users) == ((7,), (8,))


@pytest.mark.parametrize("say", sorted(CHOOSABLE - {Say.COVERAGE}))
def test_the_first_message_carries_the_card_and_says_its_own_on_the_phone(say: Say) -> None:
    track, now = seen(event(), T0 - HOUR), T0 - HOUR
    first, later = (post(notice(say, lead=HOUR), track, now, as_card=as_card) for as_card in (True, False))
    assert replace(first, lead_in="") == card_of(track, now)
    assert first.lead_in == later.lead_in != ""


def test_an_edit_puts_the_card_in_place() -> None:
    track = seen(event(), T0 - HOUR)
    made = post(notice(Say.EDIT), track, T0 - HOUR, as_card=False)
    assert (made.title, made.lines) == (card_of(track, T0).title, card_of(track, T0 - HOUR).lines)


# --- lists --------------------------------------------------------------------------------------------------------


def tracks(count: int) -> list[Track]:
    return [seen(event(name=f"Launch {n}")) for n in range(count)]


def test_a_list_says_each_event_in_two_lines_and_how_many_more_there_are() -> None:
    short = listing(tracks(LISTED), L0, "Next")
    assert short.lines[0] == f"**Launch 0**\nGO · NET {AT}"
    assert len(short.lines) == LISTED
    long = listing(tracks(LISTED + 2), L0, "Next")
    assert long.lines[-1] == "… and 2 more: /next shows them"
    assert len(long.lines) == LISTED + 1
    assert (long.title, long.footer) == ("Next", credit())


def test_a_list_of_nothing_says_a_way_on() -> None:
    assert listing([], L0, "Next").lines == ("Nothing is planned that fits. /next without a filter shows everything.",)


def test_a_listed_event_has_its_stream_and_no_word_where_it_has_no_status() -> None:
    row = replace(event(kind=Kind.DOCKING, status=Status.NONE, name="Soyuz MS-19 Docking"), webcasts=(STREAM,))
    assert listing([seen(row)], L0, "").lines == (f"**Soyuz MS-19 docks**\nNET {AT} · [Watch](https://youtu.be/dQw4w9WgXcQ)",)


def test_a_summary_says_what_is_watched_and_how_much_lies_ahead() -> None:
    assert summary(("a_b", "c"), tracks(3), L0).title == "Watching “a\\_b”, “c”, 3 ahead"


def test_trouble_says_why_and_that_nothing_is_lost() -> None:
    assert trouble("Give it Send Messages") == Post(
        title="T-Minus could not post",
        lines=("Give it Send Messages",),
        tone=Tone.BAD,
        footer="Settings are kept. Nothing was deleted.",
    )


# --- laws ---------------------------------------------------------------------------------------------------------

LONG = 1500
"""More than any row of feed text that is cut to its limit and escaped; an address may be longer and is cut by the feed."""


def shown(one: Post) -> list[str]:
    return [one.title, one.footer, one.lead_in, *one.lines]


@given(
    one=hostile_events,
    now=instants,
    before=st.none() | nets,
    say=st.sampled_from(sorted(CHOOSABLE - {Say.COVERAGE})),
    names=st.lists(texts, max_size=9),
)
def test_whatever_a_feed_writes_a_post_is_bounded_and_calls_nobody(
    one: Event, now: datetime, before: Net | None, say: Say, names: list[str]
) -> None:
    calling = replace(notice(say, lead=HOUR, before=before, names=names or ["x"]))
    track = seen(one, now)
    for made in (post(calling, track, now, as_card=False), post(calling, track, now, as_card=True), listing([track], now, "Next")):
        for text in shown(made):
            assert len(text) < LONG
            assert "@everyone" not in text
            assert not re.search(r"(?<!\\)<(@|#)", text)
        assert sum(map(len, shown(made))) < 4 * LONG
        assert len(made.buttons) <= 1


@given(told=nets)
def test_a_coarse_net_is_shown_as_no_instant_in_any_post(told: Net) -> None:
    if told.clock is None:
        for say in CHOOSABLE - {Say.REMINDER, Say.COVERAGE}:
            made = said(say, event(told), now=L0)
            assert "<t:" not in "".join(shown(made))
        assert "<t:" not in net_text(told)
