"""The contract of what is written about the events: articles and their links, who is shown them, and feeds of servers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.model import Article, Coverage, GuildId, Linked, Medium, ServerFeed, UserId
from bot.store.sql import SqlStore
from tests.contracts.conftest import Database
from tests.contracts.store_samples import DAY, GUILD, HOUR, LUCY, MINUTE, MS19, T0, track

HERE, ELSEWHERE = GUILD, GuildId(7)
SURE = Linked(event=MS19, confidence=0.97, evidence=("‘Peresild’ is in its crew", "‘October 5’ is its NET"))
MAYBE = Linked(event=LUCY, confidence=0.7, evidence=("‘Lucy’ is its name",))


def article(title: str = "An actress flies", *, hours: int = 0, **facts: object) -> Article:
    """An article of so many hours before T-0."""
    known: dict[str, object] = {
        "title": title,
        "url": f"https://example.org/{title.replace(' ', '-')}",
        "site": "Example News",
        "published_at": T0 - hours * HOUR,
    }
    return Article(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


FULL = article(
    "Всё о полёте \0 @everyone",
    hours=3,
    summary="Two “quotes” and a \N{ROCKET}",
    medium=Medium.VIDEO,
    language="ru",
    image="https://example.org/a.png",
    updated_at=T0,
    starts=T0 + MINUTE,
    live=True,
    official=True,
    events=(MS19,),
    url="https://example.org/full",
)


async def keep(store: SqlStore, *coverage: Coverage) -> None:
    async with store.transaction() as tx:
        for one in coverage:
            await tx.keep_article(one, T0)


async def test_an_article_comes_back_as_it_was_with_what_it_is_about_surest_first(store: SqlStore) -> None:
    await keep(store, Coverage(article=FULL, linked=(SURE, MAYBE)))
    async with store.transaction() as tx:
        assert await tx.coverage(MS19) == (Coverage(article=FULL, linked=(SURE, MAYBE)),)
        assert await tx.coverage(LUCY) == (Coverage(article=FULL, linked=(SURE, MAYBE)),)
        assert await tx.known_articles([FULL.url, "https://example.org/other"]) == {FULL.url: FULL}


async def test_an_article_that_is_read_again_is_replaced_and_its_links_with_it(store: SqlStore) -> None:
    await keep(store, Coverage(article=FULL, linked=(SURE, MAYBE)))
    later = replace(FULL, live=False)
    await keep(store, Coverage(article=later, linked=(MAYBE,)))
    async with store.transaction() as tx:
        assert await tx.coverage(MS19) == ()
        assert await tx.recent_articles(T0 - DAY) == (Coverage(article=later, linked=(MAYBE,)),)


async def test_articles_come_newest_first_and_no_more_than_asked_for(store: SqlStore) -> None:
    some = [article(f"Number {n}", hours=n) for n in range(5)]
    await keep(store, *(Coverage(article=one, linked=(SURE,)) for one in reversed(some)))
    async with store.transaction() as tx:
        assert [one.article for one in await tx.coverage(MS19, limit=2)] == some[:2]
        assert [one.article for one in await tx.recent_articles(T0 - 3 * HOUR)] == some[:4]
        assert [one.article for one in await tx.recent_articles(T0 - 3 * HOUR, limit=1)] == some[:1]


async def test_the_article_of_a_servers_own_feed_is_for_that_server_alone(store: SqlStore) -> None:
    mine, shared = Coverage(article=article(), linked=(SURE,), owner=HERE), Coverage(article=article("For all", hours=1))
    await keep(store, mine, shared)
    async with store.transaction() as tx:
        assert await tx.coverage(MS19) == ()
        assert await tx.coverage(MS19, ELSEWHERE) == ()
        assert await tx.coverage(MS19, HERE) == (mine,)
        assert await tx.recent_articles(T0 - DAY, ELSEWHERE) == (shared,)
        assert await tx.recent_articles(T0 - DAY, HERE) == (mine, shared)
        assert await tx.known_articles([mine.article.url]) == {}
        assert await tx.known_articles([mine.article.url], HERE) == {mine.article.url: mine.article}


async def test_one_address_of_two_feeds_is_two_articles(store: SqlStore) -> None:
    await keep(store, Coverage(article=article(), linked=(SURE,), owner=HERE), Coverage(article=article(), linked=(MAYBE,)))
    async with store.transaction() as tx:
        assert [one.linked for one in await tx.recent_articles(T0 - DAY, HERE)] == [(MAYBE,), (SURE,)]
        assert len(await tx.coverage(MS19, HERE)) == 1


async def test_old_articles_are_swept_with_their_links(store: SqlStore) -> None:
    old, fresh = article("Old", hours=49), article("Fresh", hours=47)
    await keep(store, *(Coverage(article=one, linked=(SURE,)) for one in (old, fresh)))
    async with store.transaction() as tx:
        assert await tx.sweep_articles(T0 - 2 * DAY) == 1
        assert [one.article for one in await tx.coverage(MS19)] == [fresh]
        assert (await tx._run(text("SELECT count(*) FROM links"))).scalar_one() == 1
        assert await tx.sweep_articles(T0 - 2 * DAY) == 0


async def test_the_mark_changes_with_what_is_written(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track())
        marks = [await tx.mark()]
        for one in (FULL, article()):
            await tx.keep_article(Coverage(article=one), T0)
            marks.append(await tx.mark())
        await tx.keep_article(Coverage(article=FULL), T0 + MINUTE)
        assert len({*marks, await tx.mark()}) == 4


# --- feeds of servers ---------------------------------------------------------------------------------------------


def feed(url: str = "https://example.org/feed", guild: GuildId = HERE) -> ServerFeed:
    return ServerFeed(number=0, guild=guild, url=url, by=UserId(3), at=T0)


async def test_a_feed_of_a_server_gets_its_number_and_is_that_servers(store: SqlStore) -> None:
    async with store.transaction() as tx:
        one, other = await tx.add_server_feed(feed()), await tx.add_server_feed(feed(guild=ELSEWHERE))
        assert one
        assert other
        assert one == replace(feed(), number=one.number)
        assert await tx.server_feeds() == (one, other)
        assert await tx.server_feeds(HERE) == (one,)


async def test_an_address_is_added_once_per_server(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert await tx.add_server_feed(feed())
        assert await tx.add_server_feed(feed()) is None
        assert len(await tx.server_feeds()) == 1


async def test_a_feed_is_removed_by_its_own_server_and_its_number_is_not_given_again(store: SqlStore) -> None:
    async with store.transaction() as tx:
        one = await tx.add_server_feed(feed())
        assert one
        assert not await tx.remove_server_feed(ELSEWHERE, one.number)
        assert await tx.remove_server_feed(HERE, one.number)
        assert not await tx.remove_server_feed(HERE, one.number)
    async with store.transaction() as tx:
        again = await tx.add_server_feed(feed())
        assert again
        assert again.number > one.number


async def test_a_server_that_is_forgotten_takes_its_feeds_and_their_articles_along(store: SqlStore) -> None:
    shared = Coverage(article=article("For all"), linked=(SURE,))
    await keep(store, Coverage(article=article(), linked=(SURE,), owner=HERE), shared)
    async with store.transaction() as tx:
        await tx.add_server_feed(feed())
        await tx.add_server_feed(feed(guild=ELSEWHERE))
        await tx.forget_server(HERE)
        assert await tx.recent_articles(T0 - DAY, HERE) == (shared,)
        assert [one.guild for one in await tx.server_feeds()] == [ELSEWHERE]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE articles SET url = ''", "ck_articles_url"),
        ("UPDATE links SET confidence = 1.5", "ck_links_confidence"),
        ("UPDATE server_feeds SET guild = 0", "ck_server_feeds_guild"),
    ],
)
async def test_no_code_path_can_break_what_a_row_means(database: Database, change: str, constraint: str) -> None:
    database.expect(constraint)
    store = await database.open()
    await keep(store, Coverage(article=article()), Coverage(article=article("Linked"), linked=(SURE,)))
    async with store.transaction() as tx:
        await tx.add_server_feed(feed())
    with pytest.raises(IntegrityError, match=constraint):
        async with store.transaction() as tx:
            await tx._run(text(change))
