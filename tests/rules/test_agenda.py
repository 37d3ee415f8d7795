"""What stands in the schedule, on which day and page; and what counts as live."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import EventId, Precision, Status, Tone, Track, Webcast
from bot.rendering import DESCRIPTION, size
from bot.rules.agenda import LONGEST_LINK, PAGE, lies_ahead, on_air, page, pages, runs, within
from bot.rules.text import stamp
from tests.rules.making import DAY, HOUR, L0, T0, event, net, seen

STREAM = Webcast(url="https://www.youtube.com/watch?v=ms19")


def track(name: str = "Soyuz MS-19", days: float = 0, precision: Precision = Precision.MINUTE, *streams: Webcast) -> Track:
    return seen(replace(event(net(T0 + days * DAY, precision), name=name), id=EventId(name), webcasts=streams))


def names(*tracks: Track) -> list[str]:
    return [one.event.name for one in tracks]


@pytest.mark.parametrize(
    ("days", "precision", "there"),
    [
        (0, Precision.SECOND, True),
        (6.4, Precision.HOUR, True),
        (6.5, Precision.HOUR, False),
        (6, Precision.DAY, True),
        (7, Precision.DAY, True),
        (8, Precision.DAY, False),
        (3, Precision.WEEK, True),
        (8, Precision.WEEK, False),
        (3, Precision.MONTH, False),
        (0, Precision.UNKNOWN, False),
    ],
)
def test_a_schedule_holds_what_is_sure_to_happen_by_then(days: float, precision: Precision, *, there: bool) -> None:
    assert bool(within([track("A", days, precision)], L0 + DAY / 12, 7)) is there


@pytest.mark.parametrize(
    ("precision", "hours", "ahead"),
    [
        (Precision.MINUTE, 1, True),
        (Precision.MINUTE, 1.1, False),
        (Precision.DAY, 9, True),  # it is stored as 00:00 of the day, which has begun
        (Precision.DAY, 12, False),
        (Precision.MONTH, 30 * 24, True),
        (Precision.UNKNOWN, 1e5, True),
    ],
)
def test_what_may_still_happen_lies_ahead(precision: Precision, hours: float, *, ahead: bool) -> None:
    one = track("Soyuz MS-19", 0, precision)
    assert lies_ahead(one, T0 + hours * HOUR) is ahead
    flown = replace(one, event=replace(one.event, status=Status.IN_FLIGHT))
    assert not lies_ahead(flown, T0)


def test_what_has_no_day_comes_after_what_has() -> None:
    week, later = track("week", 1, Precision.WEEK), track("later", 2)
    assert names(*within([week, later, track("none", 0, Precision.UNKNOWN)], L0, 7)) == ["later", "week"]


def test_days_are_those_of_the_zone_and_a_day_without_a_time_stays_itself() -> None:
    late, dated = track("late", 9.9 / 24), track("dated", 1, Precision.DAY)  # 23:54 in UTC
    assert page([late], L0, 0, "").lines[0] == f"**{stamp(L0 + 12 * HOUR, 'D')}**"
    tokyo = page([late, dated], L0, 0, "", zone="Asia/Tokyo")
    assert tokyo.lines[0] == f"**{stamp(L0 + 27 * HOUR, 'D')}**"
    assert len(tokyo.lines) == 3
    assert "days in Asia/Tokyo" in tokyo.footer
    assert len(page([late, dated], L0, 0, "", zone="America/New_York").lines) == 4


def test_days_are_headed_by_a_noon_that_is_the_same_day_nearly_everywhere() -> None:
    late = seen(replace(event(net(T0 + 9.9 * HOUR), name="Late"), id=EventId("late")))
    post = page(
        [track(), late, track("Next day", 1), track("Some day", 2, Precision.DAY), track("Week", 3, Precision.WEEK)], L0, 0, "All"
    )
    noon = T0.replace(hour=12)
    heads = [line for line in post.lines if line.startswith("**")]
    assert heads == [*(f"**{stamp(noon + days * DAY, 'D')}**" for days in range(3)), "**Day not known yet**"]
    assert post.lines[1] == f"• {stamp(T0, 'f')} ({stamp(T0, 'R')}) · Soyuz MS-19 · GO"
    assert "• 3 March 2026 · Some day · GO" in post.lines
    assert "5 events" in post.footer


def test_pages_are_full_but_for_the_last_and_none_is_beyond() -> None:
    many = [track(f"Flight {number:02}", number / 100) for number in range(2 * PAGE + 1)]
    assert [pages(many[:count]) for count in (0, 1, PAGE, PAGE + 1, 2 * PAGE + 1)] == [1, 1, 1, 2, 3]
    shown = [page(many, L0, number, "").lines for number in range(3)]
    assert [len([line for line in lines if line.startswith("•")]) for lines in shown] == [PAGE, PAGE, 1]
    assert page(many, L0, -1, "").lines == shown[0]
    assert page(many, L0, 99, "").lines == shown[2]
    assert page([], L0, 0, "").lines == ()


def test_the_longest_page_fits_into_one_embed() -> None:
    stream = Webcast(url="https://a.example/" + "x" * (LONGEST_LINK - 18))
    many = [track(f"{number}" + "*_[]" * 99, number, Precision.MINUTE, stream) for number in range(PAGE)]
    tbd = [replace(one, event=replace(one.event, status=Status.TBD)) for one in many]
    text = "\n".join(page(tbd, L0, 0, "").lines)
    assert text.count("[Watch]") == PAGE
    assert size(text) <= DESCRIPTION


def test_a_link_that_is_too_long_is_left_to_the_card() -> None:
    assert "[Watch](https://www.youtube.com/watch?v=ms19)" in page([track("A", 0, Precision.MINUTE, STREAM)], L0, 0, "").lines[1]
    long = Webcast(url="https://a.example/" + "x" * LONGEST_LINK)
    assert "Watch" not in page([track("A", 0, Precision.MINUTE, long)], L0, 0, "").lines[1]


# --- live ---------------------------------------------------------------------------------------------------------


def live(one: Track, **facts: object) -> Track:
    return replace(one, event=replace(one.event, **{"webcast_live": True, "webcasts": (STREAM,), **facts}))  # type: ignore[arg-type]  # a test names fields freely


def test_a_stream_runs_when_the_feed_says_so_and_the_event_is_not_long_over() -> None:
    one = track()
    assert runs(live(one), T0)
    assert runs(live(one, webcast_live=False, webcasts=(replace(STREAM, live=True),)), T0)
    assert runs(live(one, net=net(None)), T0)
    assert not runs(live(one, webcast_live=False), T0)
    assert not runs(live(one, webcasts=()), T0)
    assert not runs(live(one, status=Status.SUCCESS), T0)
    assert not runs(live(one), T0 + DAY)


def test_what_is_live_is_said_else_what_will_be_else_that_there_is_nothing() -> None:
    one, following = live(track()), track("Next", 1, Precision.MINUTE, STREAM)
    now, later, none = on_air([one], following, T0), on_air([], following, T0), on_air([], None, T0)
    assert (now.title, now.tone, len(now.lines)) == ("Live now", Tone.LIVE, 1)
    assert now.buttons[0].url == STREAM.url
    assert later.title == "Nothing streams right now"
    assert later.lines[0] == "Next that can be watched:"
    assert "Next" in later.lines[1]
    assert none.lines == ("No stream is known yet. `/next` shows what comes.",)
    assert none.buttons == ()
