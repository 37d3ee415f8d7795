"""When a digest is due, once a day whatever the clocks do, and what it lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Digest, EventId, GuildId, Precision, Status, Track, Watch, WatchId, Webcast
from bot.rules.digesting import FRESH, ROOM, ahead, digest_post, moments, name_of, next_digest, owed_digests
from bot.rules.zones import local, zone_of
from tests.rules.making import DAY, HOUR, L0, SECOND, T0, event, net, seen, watch

DAILY = Digest(at=time(8))
WEEKLY = Digest(at=time(9), weekday=0)
GUILD = GuildId(1)


def having(digest: Digest | None, **more: object) -> Watch:
    return replace(watch(), digest=digest, **more)  # type: ignore[arg-type]  # a test names fields freely


def due(watches: Sequence[Watch], after: datetime, now: datetime, zone: str = "UTC") -> list[tuple[str, datetime]]:
    return [(one.notice.what, one.notice.due) for one in owed_digests(watches, {GUILD: zone}, after, now)]


def test_a_digest_is_due_after_its_hour_struck() -> None:
    eight = L0 + 8 * HOUR
    assert due([having(DAILY)], L0, eight - SECOND) == []
    assert due([having(DAILY)], L0, eight) == [("digest-1-2026-03-01", eight)]
    assert due([having(DAILY)], eight, eight + HOUR) == []


def test_who_has_none_or_is_off_or_paused_is_owed_none() -> None:
    for one in (having(None), having(DAILY, off=True), having(DAILY, paused=True), having(DAILY, made_at=L0 + 8 * HOUR)):
        assert due([one], L0, L0 + 8 * HOUR) == []


def test_a_weekly_digest_comes_on_its_day() -> None:
    assert [what for what, _ in due([having(WEEKLY)], L0, L0 + DAY + 9 * HOUR)] == ["digest-1-2026-03-02"]
    assert due([having(WEEKLY)], L0 - DAY, L0 + 9 * HOUR) == []
    assert next_digest([having(WEEKLY)], {}, L0 + DAY + 9 * HOUR) == L0 + 8 * DAY + 9 * HOUR


def test_what_came_due_long_ago_is_not_owed_any_more() -> None:
    assert due([having(DAILY)], L0 - 400 * DAY, L0 + 8 * HOUR + FRESH - SECOND) == [("digest-1-2026-03-01", L0 + 8 * HOUR)]
    assert due([having(DAILY)], L0 - 400 * DAY, L0 + 8 * HOUR + FRESH) == []


def test_nobody_waits_for_a_digest_that_nobody_has() -> None:
    assert next_digest([having(None)], {}, L0) is None


@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"]),
    hour=st.times(),
    begin=st.integers(0, 800),
)
def test_every_local_day_has_one_digest_whatever_the_clocks_do(zone: str, hour: time, begin: int) -> None:
    where, start = zone_of(zone), datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=begin)
    digest = Digest(at=hour.replace(microsecond=0, fold=0))
    days = [day for day, _ in moments(digest, where, start, start + 9 * DAY)]
    assert days == [days[0] + number * timedelta(days=1) for number in range(len(days))]
    assert len(days) in {8, 9, 10}
    for day, at in moments(digest, where, start, start + 9 * DAY):
        assert local(at, where).date() == day


# --- what it lists --------------------------------------------------------------------------------------------------


def flight(name: str, days: float, precision: Precision = Precision.MINUTE, **more: object) -> Track:
    made = replace(event(net(T0 + days * DAY, precision), name=name), id=EventId(name), **more)  # type: ignore[arg-type]  # as above
    return seen(made)


def test_it_lists_what_lies_ahead_in_its_window() -> None:
    known = [
        flight("flown", 0.1, status=Status.SUCCESS),
        flight("past", -0.1),
        flight("today", -0.58, Precision.DAY),
        flight("tomorrow", 0.9),
        flight("in six days", 6),
        flight("this week", 3, Precision.WEEK),
        flight("in ten days", 10),
        seen(replace(event(net(None)), id=EventId("undated"))),
    ]
    names = [one.event.name for one in ahead(known, DAILY, T0)]
    assert names == ["today", "tomorrow"]
    assert [one.event.name for one in ahead(known, WEEKLY, T0)] == ["today", "tomorrow", "in six days", "this week"]


def test_events_stand_under_the_days_of_the_zone() -> None:
    tokyo = zone_of("Asia/Tokyo")
    known = [
        flight("Some day", 0, Precision.DAY),
        flight("Late", 0.2, webcasts=(Webcast(url="https://youtu.be/late"),)),
        flight("Soyuz MS-19", 0),
        flight("Week", 2, Precision.WEEK),
    ]
    post = digest_post(having(WEEKLY), WEEKLY, known, tokyo, L0)
    assert post is not None
    assert post.title == "The week from 1 March 2026"
    heads = [line for line in post.lines if line.startswith("**")]
    assert heads == ["**1 March 2026**", "**2 March 2026**", "**Day not known yet**"]
    assert post.lines[3].startswith("**2 March")
    assert "[Watch](https://youtu.be/late)" in post.lines[4]
    assert "4 events" in post.footer


def test_nothing_ahead_is_said_only_where_it_is_wanted() -> None:
    assert digest_post(having(DAILY), DAILY, (), UTC, L0) is None
    told = digest_post(having(DAILY), replace(DAILY, when_empty=True), (), UTC, L0)
    assert told is not None
    assert (told.title, told.lines) == ("The next 24 hours", ("Nothing is planned that fits.",))


def test_a_long_list_fits_and_says_how_much_is_missing() -> None:
    known = [flight(f"{number:02} {'x' * 110}", number / 100) for number in range(60)]
    post = digest_post(having(DAILY), DAILY, known, UTC, L0)
    assert post is not None
    assert len("\n".join(post.lines)) <= ROOM + 50
    shown = sum(line.startswith("•") for line in post.lines)
    assert post.lines[-1] == f"… and {60 - shown} more"


def test_the_names_of_one_watchs_digests_are_not_anothers() -> None:
    assert not "digest-12-2026-03-01".startswith(name_of(WatchId(1)))
