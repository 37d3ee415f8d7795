"""One feed for all who named its address: hosts are asked once, and each reader is told what it has not seen yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.ports import Articles, Clock, FeedDown, NotModified, Press

FRESH = timedelta(minutes=4)
"""What was read within so long is told again without asking: less than the least time between two looks of one reader."""
DOWN = timedelta(seconds=30)
"""A failure is told again for so long: who mends a page and tries again shall not wait."""


@dataclass(slots=True, weakref_slot=True)
class Copy:
    """What a feed said last."""

    press: Press
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: datetime | None = None
    """It is not asked again before."""
    page: Articles | None = None
    version: int = 0
    down: FeedDown | None = None

    async def look(self, now: datetime) -> None:
        """Ask the feed, if it is time."""
        if self.until is not None and now < self.until:
            return
        self.until = now + DOWN
        try:
            answer = await self.press.read()
        except FeedDown as down:
            self.down = down
            return
        self.until, self.down = now + FRESH, None
        if isinstance(answer, Articles):
            self.page, self.version = answer, self.version + 1


class Reader:
    """One of those who named a feed. See ports.Press."""

    def __init__(self, copy: Copy, clock: Clock) -> None:
        self.name = copy.press.name
        self._copy = copy
        self._clock = clock
        self._seen = 0

    async def read(self) -> Articles | NotModified:
        """See ports.Press. What one reader was told is still news to another."""
        copy = self._copy
        async with copy.turn:
            await copy.look(self._clock.now())
            if copy.down is not None:
                raise FeedDown(copy.down.why, copy.down.retry_after)
            if copy.page is None or copy.version == self._seen:
                return NotModified()
            self._seen = copy.version
            return copy.page


class Shared:
    """The feeds that persons named, by address; one that nobody reads any more is forgotten."""

    def __init__(self, made: Callable[[str], Press], clock: Clock) -> None:
        self._made = made
        self._clock = clock
        self._copies: WeakValueDictionary[str, Copy] = WeakValueDictionary()

    def reader(self, url: str) -> Press:
        """Give a reader of the feed at an address."""
        copy = self._copies.get(url)
        if copy is None:
            self._copies[url] = copy = Copy(self._made(url))
        return Reader(copy, self._clock)
