"""Which video is taken for a stream before a launch feed lists it, and how a launch feed's own link takes its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Article, EventId, Linked, Medium, Precision, Status, StreamKind, Track, Webcast
from bot.rules.changes import Touched, WebcastFound, WentLive, fold
from bot.rules.guessing import meant, shown, stream_of
from bot.rules.webcasts import with_found
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, sighting

URL = "https://www.youtube.com/watch?v=abcdefghijk"
NOW = T0 - 2 * HOUR


def video(title: str = "Soyuz MS-19 mission", **facts: object) -> Article:
    known: dict[str, object] = {
        "title": title,
        "site": "Roscosmos",
        "url": URL,
        "published_at": L0,
        "medium": Medium.VIDEO,
        "official": True,
        "starts": T0 - HOUR,
    }
    return Article(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


def launch(of: str = "ms-19", at: datetime = T0, status: Status = Status.GO) -> Track:
    return seen(replace(event(net(at), status), id=EventId(f"ll2:launch:{of}")), L0 - DAY)


def guess(live: bool | None = None) -> Webcast:
    return Webcast(url=URL, title="Soyuz MS-19 mission", publisher="Roscosmos", starts=T0 - HOUR, live=live, guessed=True)


def linked(track: Track, confidence: float = 0.9) -> tuple[Linked, Track]:
    return Linked(event=track.event.id, confidence=confidence, evidence=()), track


# --- what looks like a stream -------------------------------------------------------------------------------------


def test_a_video_that_begins_near_t0_is_its_stream_and_a_guess() -> None:
    assert stream_of(video(), launch(), NOW) == guess()
    assert stream_of(video(language="ru"), launch(), NOW) == replace(guess(), language="ru")


@pytest.mark.parametrize(
    "other",
    [
        video(official=False),
        video(medium=Medium.ARTICLE),
        video(starts=T0 - 9 * HOUR),
        video(starts=T0 + 2 * HOUR),
        video("Soyuz MS-19 mission: highlights"),
        video("Soyuz MS-19 mission", starts=None),
        video("Soyuz MS-19 launch, live", starts=None, live=False),
    ],
)
def test_what_does_not_look_like_it_is_none(other: Article) -> None:
    assert stream_of(other, launch(), NOW) is None


def test_where_nobody_says_when_it_begins_the_title_does_within_three_days() -> None:
    unsaid = video("Трансляция запуска «Союз МС-19»", starts=None)
    assert stream_of(unsaid, launch(), NOW)
    assert stream_of(unsaid, launch(), T0 - 4 * DAY) is None
    assert stream_of(unsaid, launch(), T0) is None


def test_a_video_that_runs_near_t0_is_its_stream() -> None:
    assert stream_of(video(starts=None, live=True), launch(), NOW)
    assert stream_of(video(starts=None, live=True), launch(), NOW - DAY) is None


def test_what_has_flown_or_has_no_time_gets_no_guess() -> None:
    assert stream_of(video(), launch(status=Status.SUCCESS), NOW) is None
    assert stream_of(video(), seen(event(net(T0, Precision.DAY))), NOW) is None


def test_of_several_events_it_is_the_one_nearest_to_its_start_then_the_surest() -> None:
    first, later = launch("first"), launch("later", T0 + 3 * HOUR)
    assert meant(video(), [linked(later), linked(first)], NOW) == (first, guess())
    twin = launch("twin")
    found = meant(video(), [linked(first, 0.7), linked(twin, 0.9)], NOW)
    assert found
    assert found[0] == twin
    assert meant(video(official=False), [linked(first)], NOW) is None


# --- folding it in ------------------------------------------------------------------------------------------------


def test_a_guess_is_a_stream_found_and_shown_twice_is_no_change() -> None:
    track, changes = shown(launch(), video(), guess(), NOW)
    assert track.event.webcasts == (guess(),)
    assert [type(one) for one in changes] == [WebcastFound, Touched]
    assert shown(track, video(), guess(), NOW) == (track, ())


def test_a_guess_outlives_what_launch_feeds_say_until_one_lists_a_stream() -> None:
    track, _ = shown(launch(), video(), guess(), NOW)
    silent, changes = fold(track, sighting(launch().event), NOW)
    assert silent.event.webcasts == (guess(),)
    assert changes == ()

    own = Webcast(url="https://youtu.be/abcdefghijk", kind=StreamKind.OFFICIAL)
    told, changes = fold(silent, sighting(replace(launch().event, webcasts=(own,))), NOW)
    assert told.event.webcasts == (own,)
    assert [type(one) for one in changes] == [Touched]

    gone, _ = fold(told, sighting(launch().event), NOW)
    assert gone.event.webcasts == (guess(),)


def test_a_video_that_runs_is_live_also_where_the_launch_feed_lists_it() -> None:
    own = Webcast(url="https://youtu.be/abcdefghijk", kind=StreamKind.OFFICIAL)
    known = seen(replace(launch().event, webcasts=(own,)))
    track, changes = shown(known, video(live=True), guess(live=True), NOW)
    assert track.event.webcasts == (replace(own, live=True),)
    assert WentLive() in changes


def test_a_video_that_is_none_after_all_is_taken_back_but_not_while_it_flies() -> None:
    track, _ = shown(launch(), video(live=True), guess(live=True), NOW)
    assert shown(track, video(starts=T0 + DAY), None, NOW)[0].event.webcasts == ()

    flying = replace(track, event=replace(track.event, status=Status.IN_FLIGHT))
    ended, _ = shown(flying, video(live=False), None, T0 + HOUR)
    assert ended.event.webcasts == (guess(live=False),)
    other = shown(flying, video(url="https://www.youtube.com/watch?v=other______"), None, T0 + HOUR)
    assert other == (flying, ())


def test_a_lesser_stream_of_the_launch_feed_stands_beside_a_guess_and_any_other_replaces_it() -> None:
    fans = Webcast(url="https://example.org/fans", kind=StreamKind.UNOFFICIAL)
    unknown = Webcast(url="https://example.org/unknown")
    assert with_found((fans,), (guess(),)) == (fans, guess())
    assert with_found((fans, guess()), (guess(),)) == (fans, guess())
    assert with_found((fans, unknown, guess()), (guess(),)) == (fans, unknown)
    assert with_found((guess(),), (), (guess(),)) == ()
    assert with_found((guess(),), ()) == (guess(),)
    same = Webcast(url="https://youtu.be/abcdefghijk", kind=StreamKind.UNOFFICIAL, live=True)
    assert with_found((same,), (guess(),)) == (same,)


def test_streams_are_looked_for_until_shortly_after_t0() -> None:
    assert stream_of(video(starts=T0 + timedelta(minutes=30)), launch(), T0 + MINUTE)
