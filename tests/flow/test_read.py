"""Reading feeds of articles: each by itself, politely, and what was read once is never lost nor told twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.flow.ask import BASELINE
from bot.flow.asking_news import AskingNews
from bot.flow.bookshelf import STANDS, Bookshelf
from bot.flow.newsroom import TOLD, Newsroom, read_once
from bot.flow.read import PATIENCE, PressReader, ServerReaders
from bot.model import Article, EventId, Fault, GuildId, Medium, ServerFeed, UserId
from bot.ports import Articles, FeedDown, NotModified, Press, Store, StoreDown
from bot.rules.coverage import EVERY, KEPT, NEAR
from bot.store.sql import SqlStore
from tests.flow.stage import GUILD, HOUR, MINUTE, NOON, Failing, Stage, launch, watch_of

SIX77 = launch("Starlink 6-77", "GO", "20:00")


def article(title: str = "SpaceX to launch Starlink 6-77 on March 1", **facts: object) -> Article:
    known: dict[str, object] = {"title": title, "site": "Orbit Post", "url": f"https://a.example/{title}", "published_at": NOON}
    return Article(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


@dataclass
class Feed:
    """A feed that answers what the test gave it, and counts."""

    answers: list[Articles | NotModified | Exception] = field(default_factory=list)
    name: str = "orbit-post"
    asked: int = 0

    async def read(self) -> Articles | NotModified:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else NotModified()
        if isinstance(answer, Exception):
            raise answer
        return answer


def newsroom(stage: Stage, store: Store | None = None) -> Newsroom:
    return Newsroom(store or stage.store, stage.clock, stage.desk, Bookshelf(store or stage.store))


def shows(*articles: Article) -> Articles:
    return Articles(articles=articles)


async def kept(stage: Stage) -> list[str]:
    """Titles of all articles that are kept."""
    async with stage.store.transaction() as tx:
        return [one.article.title for one in await tx.recent_articles(NOON - timedelta(days=99), GUILD)]


async def beat_at(stage: Stage, reader: PressReader, at: datetime) -> datetime:
    stage.clock.at = at
    return await reader.beat()


# --- one feed -----------------------------------------------------------------------------------------------------


async def test_nothing_is_read_before_launches_were(store: SqlStore) -> None:
    stage = Stage(store)
    feed = Feed([shows(article())])
    reader = PressReader(newsroom(stage), feed)
    assert await reader.beat() == NOON + PATIENCE
    assert feed.asked == 0
    async with store.transaction() as tx:
        await tx.remember(BASELINE, "taken")
    await reader.beat()
    assert feed.asked == 1


async def test_a_feed_is_read_when_it_is_time_and_not_before(stage: Stage) -> None:
    feed = Feed()
    reader = PressReader(newsroom(stage), feed)
    assert await reader.beat() == NOON + EVERY
    assert await beat_at(stage, reader, NOON + EVERY - MINUTE) == NOON + EVERY
    assert feed.asked == 1
    await beat_at(stage, reader, NOON + EVERY)
    assert feed.asked == 2


async def test_it_is_read_more_often_while_a_watched_launch_is_near(stage: Stage) -> None:
    await stage.shows(launch("Starlink 6-77", "GO", "13:00"))
    reader = PressReader(newsroom(stage), Feed())
    assert await reader.beat() == NOON + EVERY  # nobody watches it
    await stage.watches(watch_of())
    reader = PressReader(newsroom(stage), Feed())
    assert await reader.beat() == NOON + NEAR
    assert await beat_at(stage, reader, NOON + NEAR) == NOON + 2 * NEAR


async def test_a_feed_that_is_down_rests_and_says_why(stage: Stage) -> None:
    reader = PressReader(newsroom(stage), Feed([FeedDown("503", HOUR), FeedDown("502"), shows()]))
    assert await reader.beat() == NOON + HOUR
    assert (reader.failures, reader.why) == (1, "503")
    assert await beat_at(stage, reader, NOON + HOUR) == NOON + HOUR + EVERY
    await beat_at(stage, reader, NOON + 2 * HOUR)
    assert (reader.failures, reader.why, reader.answered) == (0, "", NOON + 2 * HOUR)


async def test_a_feed_that_breaks_the_reader_is_not_asked_again_and_again(stage: Stage) -> None:
    feed = Feed([ValueError("a bug")])
    reader = PressReader(newsroom(stage), feed)
    with pytest.raises(ValueError, match="a bug"):
        await reader.beat()
    assert await reader.beat() == NOON + NEAR
    assert feed.asked == 1


async def test_what_could_not_be_written_down_is_not_lost(stage: Stage) -> None:
    await stage.shows(SIX77)
    feed = Feed([shows(article())])
    reader = PressReader(newsroom(stage), feed)
    reader.newsroom.store = Failing.at(stage.store, lambda: StoreDown("away"), "before", 3)
    with pytest.raises(StoreDown):
        await reader.beat()
    assert await kept(stage) == []
    reader.newsroom.store = stage.store
    await reader.beat()
    assert await kept(stage) == [article().title]
    assert feed.asked == 1


# --- the newsroom -------------------------------------------------------------------------------------------------


async def test_an_article_that_cannot_be_folded_in_takes_no_other_along(stage: Stage) -> None:
    await stage.shows(SIX77)
    broken = article("Broken", updated_at=NOON, image="\ud800")  # no text: it cannot be encoded
    await newsroom(stage).take("orbit-post", Articles(articles=(article(), broken), faults=(Fault("[2]", "no link"),)))
    assert await kept(stage) == [article().title]


async def test_what_its_feed_names_is_linked_though_the_text_does_not(stage: Stage) -> None:
    await stage.shows(SIX77)
    told = article("A rocket flies", events=(SIX77.id, EventId("ll2:launch:unknown")))
    await newsroom(stage).take("orbit-post", shows(told))
    (item,) = await AskingNews(stage.asking).about(SIX77)
    assert [(one.event, one.confidence, one.evidence) for one in item.coverage.linked] == [(SIX77.id, 1.0, (TOLD,))]


async def test_an_article_about_nothing_known_is_kept_and_read_once(stage: Stage) -> None:
    room = newsroom(stage)
    for _ in range(2):
        await room.take("orbit-post", shows(article("A comet passes")))
    assert await kept(stage) == ["A comet passes"]


async def test_an_article_that_is_renamed_is_linked_anew_and_told_once(stage: Stage) -> None:
    await stage.shows(SIX77)
    await stage.watches(watch_of())
    async with stage.store.transaction() as tx:
        await tx.remember(read_once("orbit-post"), "taken")
    room = newsroom(stage)
    await room.take("orbit-post", shows(article(url="https://a.example/one")))
    await room.take("orbit-post", shows(article("How to watch Starlink 6-77 launch on March 1", url="https://a.example/one")))
    assert sum("COVERAGE" in line for line in await stage.deliver()) == 1
    assert await kept(stage) == ["How to watch Starlink 6-77 launch on March 1"]


async def test_an_event_long_past_gets_no_news_on_its_card(stage: Stage) -> None:
    old = launch("Starlink 6-60", "SUCCESS", "14:00", "-20d")
    await stage.shows(old)
    await newsroom(stage).take("orbit-post", shows(article("Starlink 6-60: what became of it", events=(old.id,))))
    async with stage.store.transaction() as tx:
        track = await tx.track(old.id)
        assert track
        assert track.press == ()
        assert len(await tx.coverage(old.id)) == 1


async def test_an_article_of_a_servers_own_feed_is_on_no_card(stage: Stage) -> None:
    await stage.shows(SIX77)
    await newsroom(stage).take("server-feed-1", shows(article(events=(SIX77.id,))), GUILD)
    async with stage.store.transaction() as tx:
        track = await tx.track(SIX77.id)
        assert track
        assert track.press == ()
        assert len(await tx.coverage(SIX77.id, GUILD)) == 1
        assert await tx.coverage(SIX77.id, GuildId(99)) == ()


async def test_a_video_that_ends_changes_its_stream_and_not_the_news(stage: Stage) -> None:
    await stage.shows(SIX77)
    video = article("Starlink 6-77 Mission", medium=Medium.VIDEO, official=True, starts=NOON + 7 * HOUR, events=(SIX77.id,))
    room = newsroom(stage)
    await room.take("spacex", shows(video))
    await room.take("spacex", shows(replace(video, starts=NOON + 30 * HOUR)))
    async with stage.store.transaction() as tx:
        track = await tx.track(SIX77.id)
        assert track
        assert (track.found, track.event.webcasts) == ((), ())


async def test_a_stream_that_the_launch_feed_lists_anyway_changes_nothing_that_is_shown(stage: Stage) -> None:
    listed = launch("Starlink 6-77", "GO", "20:00", "stream=abc")
    await stage.shows(listed)
    url = listed.webcasts[0].url
    video = article(
        "Starlink 6-77 Mission", url=url, medium=Medium.VIDEO, official=True, starts=NOON + 7 * HOUR, events=(listed.id,)
    )
    await newsroom(stage).take("spacex", shows(video))
    async with stage.store.transaction() as tx:
        track = await tx.track(listed.id)
        assert track
        assert track.event.webcasts == listed.webcasts
        assert [one.url for one in track.found] == [url]
        assert track.press == ()


async def test_old_articles_are_swept_once_a_day(stage: Stage) -> None:
    room = newsroom(stage)
    await room.take("orbit-post", shows(article()))
    stage.clock.at = NOON + KEPT + HOUR
    await room.sweep()
    assert await kept(stage) == []
    await room.take("orbit-post", shows(article(published_at=stage.clock.at)))
    stage.clock.at += HOUR
    await room.sweep()
    assert len(await kept(stage)) == 1


async def test_the_library_is_built_when_events_changed_and_stands_a_while(stage: Stage) -> None:
    shelf = Bookshelf(stage.store)
    empty = await shelf.read(NOON)
    assert empty.entries == ()
    await stage.shows(SIX77)
    assert await shelf.read(NOON + STANDS - MINUTE) is empty
    built = await shelf.read(NOON + STANDS)
    assert [entry.event.id for entry in built.entries] == [SIX77.id]
    assert await shelf.read(NOON + 2 * STANDS) is built


# --- feeds of servers ---------------------------------------------------------------------------------------------


async def add(stage: Stage, url: str, guild: GuildId = GUILD) -> ServerFeed:
    async with stage.store.transaction() as tx:
        feed = await tx.add_server_feed(ServerFeed(number=0, guild=guild, url=url, by=UserId(1), at=NOON))
    assert feed
    return feed


async def test_feeds_of_servers_are_read_each_for_its_own_and_fail_alone(stage: Stage) -> None:
    await stage.shows(SIX77)
    await stage.watches(watch_of())
    opened: dict[str, Feed] = {}

    def open_feed(url: str) -> Press:
        opened[url] = Feed([FeedDown("404")] if "broken" in url else [shows(), shows(article(published_at=NOON + HOUR))], url)
        return opened[url]

    readers = ServerReaders(newsroom(stage), open_feed)
    assert await readers.beat() == NOON + EVERY
    good, broken = await add(stage, "https://good.example"), await add(stage, "https://broken.example")
    await readers.beat()
    assert {url: feed.asked for url, feed in opened.items()} == {"https://good.example": 1, "https://broken.example": 1}
    stage.clock.at = NOON + HOUR
    await readers.beat()
    assert sum("COVERAGE" in line for line in await stage.deliver()) == 1
    async with stage.store.transaction() as tx:
        await tx.remove_server_feed(GUILD, broken.number)
    await readers.beat()
    assert set(readers.readers) == {good.number}


async def test_a_bug_in_the_feed_of_one_server_ends_that_beat_after_the_others(stage: Stage) -> None:
    feeds = {"https://bad.example": Feed([ValueError("a bug")]), "https://good.example": Feed([shows(article())])}
    readers = ServerReaders(newsroom(stage), lambda url: feeds[url])
    for url in feeds:
        await add(stage, url)
    with pytest.raises(ValueError, match="a bug"):
        await readers.beat()
    assert await kept(stage) == [article().title]


# --- what members ask ---------------------------------------------------------------------------------------------


async def test_news_are_the_newest_first_and_those_about_nothing_last(stage: Stage) -> None:
    await stage.shows(SIX77)
    comet = article("A comet passes", published_at=NOON)
    older = article(events=(SIX77.id,), published_at=NOON - HOUR)
    own = article("Our own paper", published_at=NOON - 2 * HOUR)
    room = newsroom(stage)
    await room.take("orbit-post", shows(comet, older))
    await room.take("server-feed-1", shows(own), GUILD)
    asking = AskingNews(stage.asking)
    assert [item.coverage.article for item in await asking.news()] == [older, comet]
    assert [item.coverage.article for item in await asking.news(guild=GUILD)] == [older, comet, own]
    assert [item.coverage.article for item in await asking.news("falcon")] == [older]
    assert [item.coverage.article for item in await asking.news("comet")] == [comet]
    assert await asking.news("nothing like it") == ()
