"""What is done by the clock alone: digests that come due, and later the forgetting of what nobody needs any more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flow.keeping import forget_servers
from bot.ports import Clock, Store
from bot.rules.digesting import next_digest, owed_digests

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
"""Chosen, not measured: how long a change of settings may go unseen that told nobody."""
TIDY = timedelta(hours=6)
"""Chosen, not measured: a month, a quarter, a year end at some hour of a day."""
DELIVERIES_KEPT, EVENTS_KEPT = timedelta(days=90), timedelta(days=365)
"""Why nothing is said twice for it: docs/adr, "What is forgotten, and when"."""
BATCH, BATCHES = 1_000, 20
"""Chosen, not measured: rows of one transaction, and transactions of one tidying."""
SWEPT = "swept"
"""Name of the fact up to when digests were owed: what came due before is not owed because somebody changed an hour."""


@dataclass(slots=True)
class Sweeper:
    """Owes what the clock brings. It sleeps until then, or until settings change."""

    store: Store
    clock: Clock
    wake: Callable[[], None] = lambda: None
    """Called once something is owed."""
    every: timedelta = EVERY
    planned: datetime | None = None
    """When it looks again; None: at once."""
    tidied: datetime | None = None
    """When what nobody needs any more was last forgotten."""

    def look(self) -> None:
        """Let the next beat look again: settings changed."""
        self.planned = None

    async def beat(self) -> datetime:
        """Owe what came due since the last time; give when to look again."""
        now = self.clock.now()
        if self.planned is not None and now < self.planned <= now + self.every:
            return self.planned
        self.planned = None
        upcoming = await self.digests(now)
        if self.tidied is None or not timedelta() <= now - self.tidied < TIDY:
            await forget_servers(self.store, now)
            await self.forget(now)
            self.tidied = now
        self.planned = min(now + self.every, upcoming or now + self.every)
        return self.planned

    async def forget(self, now: datetime) -> None:
        """Forget what can cause nothing any more, a bounded number at a time; the rest has its turn at the next tidying."""
        forgotten = 0
        for _ in range(BATCHES):
            async with self.store.transaction() as tx:
                events = await tx.prune_events(now - EVENTS_KEPT, BATCH)
                some = events + await tx.prune_deliveries(now - DELIVERIES_KEPT, BATCH)
                await tx.prune_requests(now)
            forgotten += some
            if not some:
                break
        if forgotten:
            log.info("forgot what was over long ago", extra={"count": forgotten})

    async def digests(self, now: datetime) -> datetime | None:
        """Owe the digests of the time since the last look, also when the process was away in it; give when the next is due."""
        async with self.store.transaction() as tx:
            swept = await tx.recall(SWEPT)
            watches = [watch for watch in await tx.watches() if watch.digest]
            zones = {server.guild: server.zone for server in await tx.servers()} if watches else {}
            due = owed_digests(watches, zones, datetime.fromisoformat(swept) if swept else now, now)
            count = await tx.owe(due)
            await tx.remember(SWEPT, now.isoformat())
        if count:
            log.info("digests are due", extra={"count": count})
            self.wake()
        return next_digest(watches, zones, now)
