"""How a person's reminders are shown, one of them, all of them, and what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Facet, Fate, Member, Milestone, Mission, Precision, Term, UserId, WatchId
from bot.rules.details import details, fitting
from bot.rules.personal import one_event, wish
from bot.rules.wishes import all_wishes, before_text, choices, one_wish, stored
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, SECOND, T0, event, net, seen

ADA = Member(user=UserId(7))
REMINDER = wish(ADA, one_event(event()), "Soyuz MS-19", L0, HERE)
STANDING = wish(ADA, Term(Facet.ROCKET, "Soyuz"), "Soyuz", L0, None)


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        (7 * DAY, "7 days before"),
        (DAY, "24 hours before"),
        (36 * HOUR, "36 hours before"),
        (HOUR, "1 hour before"),
        (90 * MINUTE, "90 minutes before"),
        (MINUTE, "1 minute before"),
    ],
)
def test_leads_are_said_as_people_say_them(lead: timedelta, text: str) -> None:
    assert before_text(lead, "en") == text


def test_the_menu_offers_the_usual_times_and_those_it_has() -> None:
    assert choices(replace(REMINDER, leads=(90 * MINUTE, HOUR))) == (7 * DAY, DAY, 90 * MINUTE, HOUR, 10 * MINUTE)


def test_a_reminder_says_when_it_comes_and_where() -> None:
    post = one_wish(REMINDER, seen(event()), (), T0 - 30 * MINUTE, fresh=True, language="en")
    assert post.title == "I will remind you"
    assert any("1 hour before: that has passed" in line for line in post.lines)
    assert any(line.startswith("• 10 minutes before: <t:") for line in post.lines)
    assert any("<#100>" in line for line in post.lines)
    again = one_wish(replace(REMINDER, home=None), seen(event(net(T0, Precision.MONTH))), (), L0, fresh=False, language="en")
    assert again.title == "Your reminder"
    assert "At T-1h, T-10m, once there is a clock time." in again.lines
    assert any("allow them" in line for line in again.lines)


def test_a_standing_wish_says_what_it_means_now() -> None:
    def shown(count: int) -> str:
        return "\n".join(one_wish(STANDING, None, [seen(event())] * count, L0, fresh=True, language="en").lines)

    assert "rocket: Soyuz" in shown(1)
    assert "Nothing that is announced fits yet" in shown(0)
    assert shown(3).count("• ") == 3
    assert "more" not in shown(3)
    assert "… and 2 more" in shown(5)
    assert "each time" in shown(1)


def test_all_are_listed_with_how_the_person_likes_it() -> None:
    post = all_wishes([(REMINDER, seen(event())), (replace(STANDING, id=WatchId(2)), None)], ADA, "en")
    assert post.lines[0].startswith("• **Soyuz MS-19** · <t:")
    assert post.lines[1] == "• 🔁 **rocket: Soyuz** · T-1h, T-10m"
    assert "the server's, else UTC" in post.lines[-1]
    none = all_wishes([], replace(ADA, zone="Asia/Tokyo"), "en")
    assert "You have none" in none.lines[0]
    assert "Asia/Tokyo" in none.lines[-1]


def test_what_is_stored_is_counted_and_named() -> None:
    full = stored(ADA, [REMINDER], {Fate.SENT: 2, Fate.OWED: 3, Fate.DROPPED: 1}, 1, "en")
    text = "\n".join(full.lines)
    assert "1 reminder or standing wish: Soyuz MS-19" in text
    assert "2 reminders that were sent to you, 4 that" in text
    assert "1 watch of a server notes" in text
    assert "No settings of yours" in "\n".join(stored(None, [], {}, 0, "en").lines)
    assert "random word" not in text
    assert "A random word in the address of your calendar" in "\n".join(
        stored(replace(ADA, calendar="f00d"), [], {}, 0, "en").lines
    )


def test_details_without_much_to_say_are_the_card() -> None:
    post = details(seen(event()), L0)
    assert post.actions == ()
    assert [name for name, _ in post.fields] == ["Every NET so far"]


def test_details_tell_the_countdown_on_both_sides_of_t0() -> None:
    timeline = (Milestone(at=-90 * SECOND, name="*Ignition*"), Milestone(at=9 * MINUTE, name="Separation"))
    full = replace(event(), timeline=timeline, mission=Mission(name="MS-19", description="A film crew"))
    post = details(seen(full), L0)
    assert dict(post.fields)["Timeline"] == "`T-00:01:30` \\*Ignition\\*\n`T+00:09:00` Separation"
    assert post.lines[-1] == "A film crew"


def test_only_whole_rows_are_shown_and_the_others_counted() -> None:
    assert fitting(["a" * 30, "b" * 30], 1000, "en") == "a" * 30 + "\n" + "b" * 30
    assert fitting(["a" * 30, "b" * 30, "c" * 30], 110, "en") == "a" * 30 + "\n" + "b" * 30 + "\n… and 1 more"
    assert fitting(["a" * 300], 110, "en") == ""
    assert fitting([], 110, "en") == ""
