"""Articles, the events they are linked to, and the feeds that servers added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, insert, select

from bot.model import EVERYBODY, Article, Coverage, EventId, GuildId, Linked, ServerFeed, UserId
from bot.store.rows import Rows, chunks
from bot.store.tables import articles, links, server_feeds

SHOWN = 100
"""Articles that one question gets at most, unless it says so."""

_text = msgspec.json.Encoder(order="deterministic")
_article = msgspec.json.Decoder(Article)
_evidence = msgspec.json.Decoder(tuple[str, ...])


class Newsstand(Rows):
    """The part of the Transaction port about what is written about the events."""

    __slots__ = ()

    async def keep_article(self, coverage: Coverage, at: datetime) -> None:
        article, owner = coverage.article, coverage.owner
        body = _text.encode(article).decode()
        named = {"owner": owner, "url": article.url}
        await self._upsert(articles, named | {"published": article.published_at, "noted": at, "body": body})
        await self._run(delete(links).where(links.c.owner == owner, links.c.url == article.url))
        rows = [
            named | {"event": one.event, "confidence": one.confidence, "why": _text.encode(one.evidence).decode()}
            for one in coverage.linked
        ]
        await self._each(insert(links), rows)

    async def known_articles(self, urls: Collection[str], owner: GuildId = EVERYBODY) -> Mapping[str, Article]:
        found: dict[str, Article] = {}
        for some in chunks(sorted(urls)):
            wanted = select(articles.c.url, articles.c.body).where(articles.c.owner == owner, articles.c.url.in_(some))
            found |= {row.url: _article.decode(row.body) for row in await self._read(wanted)}
        return found

    async def coverage(self, event: EventId, guild: GuildId = EVERYBODY, *, limit: int = SHOWN) -> tuple[Coverage, ...]:
        about = select(links.c.url).where(links.c.event == event, links.c.owner == articles.c.owner, links.c.url == articles.c.url)
        return await self._newest(limit, _shown_to(guild), about.exists())

    async def recent_articles(self, since: datetime, guild: GuildId = EVERYBODY, *, limit: int = SHOWN) -> tuple[Coverage, ...]:
        return await self._newest(limit, _shown_to(guild), articles.c.published >= since)

    async def _newest(self, limit: int, *which: ColumnElement[bool]) -> tuple[Coverage, ...]:
        newest = articles.c.published.desc(), articles.c.url, articles.c.owner
        chosen = await self._read(
            select(articles.c.owner, articles.c.url, articles.c.body).where(*which).order_by(*newest).limit(limit)
        )
        linked = await self._linked(chosen)
        return tuple(
            Coverage(article=_article.decode(row.body), linked=linked.get((row.owner, row.url), ()), owner=GuildId(row.owner))
            for row in chosen
        )

    async def _linked(self, chosen: Sequence[Row[Any]]) -> Mapping[tuple[int, str], tuple[Linked, ...]]:
        """What these articles are about, surest first."""
        found: dict[tuple[int, str], tuple[Linked, ...]] = {}
        for some in chunks(sorted({row.url for row in chosen})):
            wanted = select(links).where(links.c.url.in_(some)).order_by(links.c.confidence.desc(), links.c.event)
            for row in await self._read(wanted):
                one = Linked(event=EventId(row.event), confidence=row.confidence, evidence=_evidence.decode(row.why))
                found[row.owner, row.url] = (*found.get((row.owner, row.url), ()), one)
        return found

    async def sweep_articles(self, before: datetime) -> int:
        old = select(articles.c.url).where(
            articles.c.published < before, articles.c.owner == links.c.owner, articles.c.url == links.c.url
        )
        await self._run(delete(links).where(old.exists()))
        return (await self._run(delete(articles).where(articles.c.published < before))).rowcount

    async def server_feeds(self, guild: GuildId | None = None) -> tuple[ServerFeed, ...]:
        which = () if guild is None else (server_feeds.c.guild == guild,)
        rows = await self._read(select(server_feeds).where(*which).order_by(server_feeds.c.number))
        return tuple(
            ServerFeed(number=row.number, guild=GuildId(row.guild), url=row.url, by=UserId(row.by), at=row.at) for row in rows
        )

    async def add_server_feed(self, feed: ServerFeed) -> ServerFeed | None:
        fresh = self._insert(server_feeds).values(guild=feed.guild, url=feed.url, by=feed.by, at=feed.at).on_conflict_do_nothing()
        row = (await self._run(fresh.returning(server_feeds.c.number))).one_or_none()
        return None if row is None else replace(feed, number=row.number)

    async def remove_server_feed(self, guild: GuildId, number: int) -> bool:
        mine = (server_feeds.c.guild == guild, server_feeds.c.number == number)
        return (await self._run(delete(server_feeds).where(*mine))).rowcount > 0


def _shown_to(guild: GuildId) -> ColumnElement[bool]:
    """Whether a server is shown a row's article."""
    return articles.c.owner.in_({EVERYBODY, guild})
