"""The loopback news: a site and a channel as feeds of theirs look, read by the bot's own readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.feeds.http import Client
from bot.feeds.rss import Rss
from bot.feeds.youtube import Channel
from bot.model import Medium
from bot.ports import Articles, FeedDown
from bot.sandbox.feeds import FeedSandbox
from bot.sandbox.press import RSS, VIDEOS, Paper, Story, page
from bot.sandbox.scenario import BadScenario, load
from tests.cogs.stage import Clock

NOON = datetime(2021, 10, 4, 12, tzinfo=UTC)
UC = "UCtminusTestChannel00000"
PAPERS = {
    "post": Paper(title="Orbit & Post", url="https://post.example"),
    "tv": Paper(title="Роскосмос ТВ", kind="channel", channel=UC),
}
STORIES = (
    Story(at=NOON, by="post", title="“Soyuz” & friends", text="A film crew flies, 5 < 6."),
    Story(at=NOON + timedelta(hours=1), by="post", title="Later"),
    Story(at=NOON - timedelta(hours=1), by="tv", video="abcdefghijk", title="Трансляция"),
)


async def test_a_feed_shows_what_was_told_by_now_and_is_read_as_it_was_written() -> None:
    clock = Clock(NOON)
    async with FeedSandbox(clock.now) as box, Client(clock) as http:
        box.press = lambda path, channel, now: page(PAPERS, STORIES, path, channel, now)
        site = Rss("post", box.at(f"{RSS}/post"), http, clock)
        read = await site.read()
        assert isinstance(read, Articles)
        (one,) = read.articles
        assert (one.title, one.summary, one.site) == (STORIES[0].title, STORIES[0].text, "Orbit & Post")
        assert (one.published_at, one.url) == (NOON, "https://post.example/2021/10/04/soyuz-friends")

        clock.at = NOON + timedelta(hours=2)
        read = await site.read()
        assert isinstance(read, Articles)
        assert [article.title for article in read.articles] == ["Later", STORIES[0].title]

        read = await Channel("tv", UC, box.at(VIDEOS), http, clock, official=True).read()
        assert isinstance(read, Articles)
        (video,) = read.articles
        assert (video.url, video.medium, video.official) == ("https://www.youtube.com/watch?v=abcdefghijk", Medium.VIDEO, True)
        with pytest.raises(FeedDown):
            await Channel("other", f"{UC[:-1]}1", box.at(VIDEOS), http, clock).read()


def test_a_story_of_nobody_and_a_video_of_a_site_are_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        'title = "x"\nstart = 2021-10-01T00:00:00Z\nend = 2021-10-02T00:00:00Z\n[papers.post]\ntitle = "Post"\n'
        '[[stories]]\nat = 2021-09-01T00:00:00Z\nby = "post"\ntitle = "a"\nvideo = "abcdefghijk"\n'
        '[[stories]]\nat = 2021-10-01T00:00:00Z\nby = "nobody"\ntitle = "b"\n'
    )
    with pytest.raises(BadScenario) as wrong:
        load(file)
    assert "a channel shows videos, a site does not" in str(wrong.value)
    assert "no paper nobody" in str(wrong.value)
