"""The library that articles are looked up in, kept between them: made anew, off the loop, when events changed some time ago."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.ports import Store
from bot.rules.library import Library, library

LOOKS_BACK = timedelta(days=40)
"""Articles are linked to events up to so long ago. The labelled ones are to launches of the last 30 days."""
STANDS = timedelta(minutes=5)
"""A library is good for this long, whatever changed since. Chosen, not measured: building one of 5,000 events takes a second."""


@dataclass(slots=True)
class Bookshelf:
    """Holds the last library."""

    store: Store
    kept: Library = field(default_factory=lambda: library(()))
    mark: str = ""
    made_at: datetime | None = None
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, now: datetime) -> Library:
        """Give the library of what is known now, or was a few minutes ago."""
        async with self.making:
            if self.made_at is None or now - self.made_at >= STANDS:
                await self.renew(now)
            return self.kept

    async def renew(self, now: datetime) -> None:
        """Build the library anew, if anything changed."""
        async with self.store.transaction() as tx:
            mark = await tx.mark()
            tracks = await tx.tracks(net_since=now - LOOKS_BACK) if mark != self.mark else None
        if tracks is not None:
            nets = {track.event.id: track.nets for track in tracks}
            self.kept = await asyncio.to_thread(library, [track.event for track in tracks], nets)
        self.mark, self.made_at = mark, now
