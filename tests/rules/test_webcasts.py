"""Which stream is the one to watch, and when two addresses are one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import OUTCOMES, Status, StreamKind, Webcast
from bot.rules.webcasts import BY_KIND, SHOWN, rank, ranked, stream_id
from tests.rules.inventing import texts, urls, webcasts
from tests.rules.making import HOUR, L0, T0, event

ID = "dQw4w9WgXcQ"
ONE_STREAM = [
    f"https://www.youtube.com/watch?v={ID}",
    f"https://youtube.com/watch?v={ID}",
    f"http://www.youtube.com/watch?v={ID}&t=10s",
    f"https://www.youtube.com/watch?app=desktop&v={ID}",
    f"https://m.youtube.com/watch?app=desktop&v={ID}",
    f"https://music.youtube.com/watch?v={ID}&list=RD",
    f"https://www.youtube.com/watch?v={ID}&feature=youtu.be",
    f"https://youtu.be/{ID}",
    f"https://youtu.be/{ID}?si=abcdefghijklmnop",
    f"https://youtu.be/{ID}?t=42",
    f"https://youtu.be/{ID}/",
    f"https://www.youtube.com/live/{ID}",
    f"https://www.youtube.com/live/{ID}?feature=share",
    f"https://youtube.com/live/{ID}?si=abcdefghijklmnop",
    f"https://www.youtube.com/embed/{ID}",
    f"https://www.youtube-nocookie.com/embed/{ID}?rel=0",
    f"https://www.youtube.com/shorts/{ID}",
    f"https://www.youtube.com/v/{ID}",
    f"HTTPS://WWW.YouTube.COM/watch?v={ID}",
]
OTHERS = [
    ("https://www.youtube.com/@NASA/live", "https://youtube.com/@nasa/live/"),
    ("https://twitter.com/i/broadcasts/1vOxwd", "https://x.com/i/broadcasts/1vOxwd"),
    ("https://mobile.twitter.com/SpaceX/status/1", "https://x.com/SpaceX/status/1"),
    ("https://www.twitch.tv/nasa", "https://m.twitch.tv/nasa/"),
    ("https://plus.nasa.gov/scheduled-video/x/?a=b", "https://plus.nasa.gov/scheduled-video/x"),
]


@pytest.mark.parametrize("url", ONE_STREAM)
def test_every_way_to_write_a_video_is_one_stream(url: str) -> None:
    assert stream_id(url) == f"youtube:{ID}"


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_places_are_one_stream_by_host_and_path(one: str, other: str) -> None:
    assert stream_id(one) == stream_id(other)


def test_one_path_at_two_places_is_two_streams() -> None:
    assert stream_id("https://x.com/nasa") != stream_id("https://www.twitch.tv/nasa")
    assert stream_id("https://x.com/nasa") == "x.com/nasa"
    assert stream_id("nonsense") == "nonsense"


def test_two_videos_are_two_streams_and_a_channel_is_none_of_them() -> None:
    ids = {stream_id(f"https://youtu.be/{one}") for one in (ID, ID.lower(), ID[::-1])}
    ids |= {stream_id("https://www.youtube.com/live"), stream_id("https://www.youtube.com/watch?v=")}
    assert len(ids) == 5


def test_brackets_that_hold_no_address_are_taken_as_they_stand() -> None:
    assert stream_id("https://[nonsense") == "https://[nonsense"


@given(url=urls | texts | texts.map("https://[{}".format))
def test_any_text_is_the_address_of_some_stream(url: str) -> None:
    assert stream_id(url) == stream_id(url)


def aired(**facts: Any) -> Webcast:
    """Give a stream at an address of its own."""
    return replace(Webcast(url=f"https://example.org/{sorted(facts.items())}"), **facts)


def shown(*streams: Webcast, status: Status = Status.GO, language: str = "en") -> list[Webcast]:
    return list(ranked(replace(event(status=status), webcasts=streams), L0, language))


K = StreamKind


def test_the_type_comes_first() -> None:
    kinds = (K.OFFICIAL, K.OFFICIAL_RESTREAM, K.TECHNICAL, K.UNOFFICIAL, K.UNOFFICIAL_RESTREAM, K.ROUND_THE_CLOCK)
    streams = [aired(kind=kind, priority=-i, language="en" if i else "ru", live=bool(i)) for i, kind in enumerate(kinds)]
    assert shown(*reversed(streams)) == streams[:SHOWN]
    assert shown(*streams[3:][::-1]) == streams[3:]
    assert set(BY_KIND) == set(K)


def test_then_the_language_of_the_target_then_english() -> None:
    russian, english, chinese = aired(language="ru"), aired(language="en", priority=5), aired(language="zh", live=True)
    unsaid = aired(live=True, priority=-1)
    assert shown(english, chinese, russian, language="ru") == [russian, english, chinese]
    assert shown(russian, unsaid, english)[0] == english


def test_then_live_before_scheduled_before_recorded() -> None:
    live, ahead, over = aired(live=True, priority=3), aired(ends=T0, priority=2), aired(ends=L0 - HOUR, priority=1)
    assert shown(over, ahead, live) == [live, ahead, over]


def test_then_the_priority_of_the_feed_ascending() -> None:
    assert [one.priority for one in shown(aired(priority=2), aired(priority=0), aired(priority=1))] == [0, 1, 2]


def test_of_equals_a_video_comes_before_a_post_about_it() -> None:
    post, video = Webcast(url="https://x.com/a"), Webcast(url=f"https://youtu.be/{ID}")
    assert shown(post, video) == shown(video, post) == [video, post]


def test_a_guess_comes_after_all_that_the_feed_says() -> None:
    guess, said = aired(kind=K.OFFICIAL, guessed=True), aired(kind=K.UNOFFICIAL_RESTREAM)
    assert shown(guess, said) == [said, guess]


def test_a_link_of_the_feed_replaces_the_guess_of_the_same_stream() -> None:
    guess, said = Webcast(url=f"https://youtu.be/{ID}", guessed=True), Webcast(url=f"https://youtube.com/live/{ID}")
    assert shown(guess, said) == [said]


@pytest.mark.parametrize("status", Status)
def test_a_recap_is_shown_when_all_is_over(status: Status) -> None:
    recap, live = aired(kind=K.RECAP), aired(kind=K.UNOFFICIAL_RESTREAM)
    assert shown(recap, live, status=status) == ([live, recap] if status in OUTCOMES else [live])


lists = st.lists(webcasts, max_size=8).map(tuple)


@given(streams=lists, status=st.sampled_from(Status), language=st.sampled_from(("en", "ru")))
def test_ranking_is_idempotent_and_shows_at_most_three_each_once(
    streams: tuple[Webcast, ...], status: Status, language: str
) -> None:
    best = shown(*streams, status=status, language=language)
    assert shown(*best, status=status, language=language) == best
    assert len(best) <= SHOWN
    assert len({stream_id(one.url) for one in best}) == len(best)


@given(streams=lists, data=st.data())
def test_the_order_is_total_but_for_equals(streams: tuple[Webcast, ...], data: st.DataObject) -> None:
    # Two that differ in nothing that counts keep the feed's order.
    unequal = {rank(one, L0, "en"): one for one in streams}
    told = tuple({stream_id(one.url): one for one in unequal.values()}.values())
    assert shown(*data.draw(st.permutations(told))) == shown(*told)
