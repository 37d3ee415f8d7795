"""Press feed -> newsroom: each feed is read when it is time, and fails alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.busy import busy
from bot.flow.newsroom import Newsroom
from bot.model import EVERYBODY, GuildId
from bot.ports import Articles, FeedDown, NotModified, Press
from bot.rules.coverage import EVERY, NEAR, next_read

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=1)
"""How soon it is looked again whether launches were read."""
AT_ONCE = 4
"""Feeds of servers that are read at the same time. Chosen, not measured: bounds memory, each page is up to 4 MB."""


@dataclass(slots=True)
class PressReader:
    """Reads one feed of articles or videos."""

    newsroom: Newsroom
    press: Press
    name: str = ""
    """What facts and logs call it; the feed's own name, if empty."""
    owner: GuildId = EVERYBODY
    at: datetime | None = None
    """When it is read next; None: at once."""
    waiting: Articles | None = None
    """What was read and could not be written down: a feed says it once, then "nothing changed"."""
    failures: int = 0
    why: str = ""
    """Why it was last down; empty while it answers."""
    answered: datetime | None = None
    measure: Callable[[str], None] = lambda _: None
    """Called with what came of each question, in one word."""

    @property
    def called(self) -> str:
        """What facts and logs call it."""
        return self.name or self.press.name

    async def beat(self) -> datetime:
        """Read the feed, if it is time; give when it is time again."""
        now = self.newsroom.clock.now()
        if self.at is not None and self.at > now:
            return self.at
        if not await self.newsroom.is_open():
            return now + PATIENCE
        with busy({"feed": self.called}):
            self.at = await self.read(now)
        return self.at

    async def read(self, now: datetime) -> datetime:
        """Ask, write down what came, and give when to read again."""
        rest: timedelta | None = None
        if self.waiting is None:
            self.at = now + NEAR  # should it fail for a reason of ours, the feed is not asked again and again
            rest = await self.ask()
        if self.waiting is not None:
            self.at = None
            await self.newsroom.take(self.called, self.waiting, self.owner)
            self.waiting = None
        return next_read(self.newsroom.clock.now(), await self.newsroom.t0s(), rest)

    async def ask(self) -> timedelta | None:
        """Ask the feed; how long it wants to rest when it is down."""
        try:
            answer = await self.press.read()
        except FeedDown as down:
            self.failures, self.why = self.failures + 1, down.why
            self.measure("down")
            log.warning("a feed of articles gave no answer", extra={"why": down.why})
            return EVERY if down.retry_after is None else down.retry_after
        self.failures, self.why, self.answered = 0, "", self.newsroom.clock.now()
        self.measure("unchanged" if isinstance(answer, NotModified) else "read")
        if not isinstance(answer, NotModified):
            self.waiting = answer
        return None


@dataclass(slots=True)
class ServerReaders:
    """Reads the feeds that admins added, each by itself; also sweeps what is old."""

    newsroom: Newsroom
    opened: Callable[[str], Press]
    readers: dict[int, PressReader] = field(default_factory=dict[int, PressReader])
    measure: Callable[[str], None] = lambda _: None
    """Called with what came of each question to any of them, in one word."""

    async def beat(self) -> datetime:
        """Read those that are due; give when the next one is, at the latest when a new one is looked for."""
        await self.newsroom.sweep()
        now = self.newsroom.clock.now()
        async with self.newsroom.store.transaction() as tx:
            feeds = await tx.server_feeds()
        self.readers = {
            # By its number, never its address: that may hold a secret, and a feed that is added anew begins anew.
            feed.number: self.readers.get(feed.number)
            or PressReader(self.newsroom, self.opened(feed.url), f"server-feed-{feed.number}", feed.guild, measure=self.measure)
            for feed in feeds
        }
        due = [reader for reader in self.readers.values() if reader.at is None or reader.at <= now]
        bugs: list[BaseException] = []
        for start in range(0, len(due), AT_ONCE):
            ended = await asyncio.gather(*(reader.beat() for reader in due[start : start + AT_ONCE]), return_exceptions=True)
            bugs += [one for one in ended if isinstance(one, BaseException)]
        if bugs:
            raise bugs[0]
        return min((reader.at for reader in self.readers.values() if reader.at is not None), default=now + EVERY)
