"""What admins ask about feeds of their own: add, list, remove one, and see what it would be linked to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.flow.ask import Unacceptable
from bot.flow.governing import Who
from bot.flow.newsroom import Newsroom, links
from bot.model import Article, Coverage, GuildId, ServerFeed
from bot.ports import FeedDown, NotModified, Press
from bot.rules.reporting import Item
from bot.rules.sites import host
from bot.rules.text import plain
from bot.tongue import said

MOST = 10
"""Feeds of one server. Chosen, not measured: bounds what servers together can make us read."""
LONGEST = 400
"""Characters of an address. Chosen, not measured."""
TRIED = 5
"""Entries that a test shows."""


@dataclass(frozen=True, slots=True)
class AskingFeeds:
    """Answers admins. `opened` gives a feed at an address that a person supplied: it may lead to public hosts alone."""

    newsroom: Newsroom
    opened: Callable[[str], Press]

    async def listed(self, guild: GuildId) -> tuple[ServerFeed, ...]:
        """Give the feeds of a server, by number."""
        async with self.newsroom.store.transaction() as tx:
            return await tx.server_feeds(guild)

    async def add(self, by: Who, text: str) -> tuple[ServerFeed, int]:
        """Keep a feed that can be read now: the feed, and how many entries it has. Raises: Unacceptable."""
        url = address(text, by.language)
        if len(await self.listed(by.guild)) >= MOST:
            sentence = "This server has {most} feeds, which is the most. Remove one with `/feed remove` first."
            raise Unacceptable(said(by.language, sentence, most=MOST))
        entries = await self.read(url, by.language)
        draft = ServerFeed(number=0, guild=by.guild, url=url, by=by.user, at=self.newsroom.clock.now())
        async with self.newsroom.store.transaction() as tx:
            kept = await tx.add_server_feed(draft)
        if kept is None:
            raise Unacceptable(said(by.language, "This server has that feed already. `/feed list` shows them."))
        return kept, len(entries)

    async def remove(self, by: Who, number: int) -> ServerFeed:
        """Forget a feed. Raises: Unacceptable."""
        feed = await self.one(by, number)
        async with self.newsroom.store.transaction() as tx:
            await tx.remove_server_feed(by.guild, number)
        return feed

    async def one(self, by: Who, number: int) -> ServerFeed:
        """Give the feed of this number. Raises: Unacceptable."""
        found = next((feed for feed in await self.listed(by.guild) if feed.number == number), None)
        if found is None:
            raise Unacceptable(said(by.language, "This server has no feed of that number. `/feed list` shows them."))
        return found

    async def test(self, by: Who, text: str) -> tuple[str, tuple[Item, ...]]:
        """Read a feed, by number or address, and link its newest entries as a beat would. Nothing is kept. Raises: Unacceptable."""
        url = (await self.one(by, int(text))).url if text.isascii() and text.isdigit() else address(text, by.language)
        newest = sorted(await self.read(url, by.language), key=lambda one: one.published_at, reverse=True)[:TRIED]
        return url, await self.linked(newest)

    async def linked(self, articles: Sequence[Article]) -> tuple[Item, ...]:
        """Link articles to what is known, with the reasons."""
        now = self.newsroom.clock.now()
        library = await self.newsroom.shelf.read(now)
        events = {entry.event.id: entry.event for entry in library.entries}
        found: list[Item] = []
        for article in articles:
            known = tuple(one for one in links(article, library, now) if one.event in events)
            found.append(Item(Coverage(article=article, linked=known), tuple(events[one.event] for one in known)))
        return tuple(found)

    async def read(self, url: str, language: str) -> tuple[Article, ...]:
        """Read a feed once. Raises: Unacceptable, with what it answered."""
        try:
            answer = await self.opened(url).read()
        except FeedDown as down:
            sentence = "I cannot read that as a feed: {why}. Check the address; it has to be RSS or Atom."
            raise Unacceptable(said(language, sentence, why=plain(down.why))) from None
        return () if isinstance(answer, NotModified) else answer.articles


def address(text: str, language: str) -> str:
    """Read an address that a person typed. Raises: Unacceptable."""
    url = text.strip()
    if len(url) > LONGEST or not url.startswith("https://") or not host(url) or any(char.isspace() for char in url):
        raise Unacceptable(said(language, "That is no address that I read. Give the whole of it, beginning with `https://`."))
    return url
