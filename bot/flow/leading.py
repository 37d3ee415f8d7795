"""What one process at a time does, of several on one database: polling, reading, sweeping. The others wait their turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports import Clock, Store, StoreDown, Transaction
from bot.rules.sharing import LEADS, LINGERS, RENEWS, SETTLES, STANDS, WHOLE, Shards

log = logging.getLogger(__name__)

NAME = "leader"


class LeaseLost(StoreDown):
    """Another process leads by now: what was begun under the old lease did not happen."""


@dataclass(slots=True)
class Leader:
    """What this process is among several. Whoever slept through the end of a lease is refused by the database, not by a clock."""

    store: Store
    clock: Clock
    holder: str
    shards: Shards = WHOLE
    counted: Callable[[], None] = lambda: None
    """Called when it was counted how many processes there are."""
    leads: Callable[[], None] = lambda: None
    """Called when this process begins to lead."""
    token: int | None = None
    before: int = 0
    alive: int = 1
    """How many processes came before this one at the last beat, and how many there were."""
    rival: str = ""
    """Who holds shards of ours; empty when they are ours."""
    ours: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while our shards are."""
    heard: datetime | None = None
    """When it last said that it lives."""
    settled: datetime | None = None
    """From when on the others know of it."""

    async def beat(self) -> datetime:
        """Say that this process lives, hold its shards, and renew the lease, or take it if it is free."""
        now = self.clock.now()
        async with self.store.transaction() as tx:  # by itself: it must not wait for whoever holds a lease
            self.before, self.alive = await tx.live(self.holder, now, now - LEADS)
        self.count(now)
        async with self.store.transaction() as tx:
            rival = await tx.take_shards(self.shards, self.holder, now, now + LEADS)
            token = await tx.take_lease(NAME, self.holder, now, now + LEADS)
        self.contend(rival or "")
        led, self.token = self.token is not None, token
        if led is not (token is not None):
            log.info("this process %s", "leads no more" if led else "leads", extra={"holder": self.holder, "alive": self.alive})
        if token is not None and not led:
            self.leads()
        return now + RENEWS

    def count(self, now: datetime) -> None:
        """Take the share that is due to one of so many. Who was silent for too long was forgotten, and comes anew."""
        if self.heard is None or now >= self.heard + STANDS:
            self.settled = now + SETTLES if self.alive > 1 else now
        self.heard = now
        self.counted()

    def may_ask(self) -> bool:
        """Whether its share of Discord's limit is its own: the others know of it, and have not forgotten it."""
        if self.heard is None or self.settled is None:
            return False
        return self.settled <= self.clock.now() < self.heard + STANDS

    def contend(self, rival: str) -> None:
        """Hear who else holds shards of ours, and say so once."""
        if rival and rival != self.rival:
            log.error(
                "shards %s are held by another process, %s. Give each shard to one process (TMINUS_SHARDS); %s",
                self.shards,
                rival,
                "both answer now" if self.ours.is_set() else "this one waits until they are free",
            )
        self.rival = rival
        if not rival:
            self.ours.set()

    async def end(self) -> None:
        """Let another lead and hold our shards at once."""
        now, self.token = self.clock.now(), None
        async with self.store.transaction() as tx:
            await tx.give_lease(NAME, self.holder, now)
            await tx.give_shards(self.shards, self.holder, now)
            await tx.live(self.holder, now - LEADS + LINGERS, now - LEADS)

    def led(self, run: Callable[[], Awaitable[datetime | None]]) -> Callable[[], Awaitable[datetime | None]]:
        """Make a beat one of the leader's: it rests while another process leads."""

        async def only_when_leading() -> datetime | None:
            if self.token is None:
                return self.clock.now() + RENEWS
            try:
                return await run()
            except LeaseLost:
                log.warning("another process leads; what was begun here is undone", extra={"holder": self.holder})
                self.token = None
                return self.clock.now() + RENEWS

        return only_when_leading


async def holder_of_any(store: Store, clock: Clock) -> str:
    """Give a process that holds some shards, where this one was given none and takes itself to be alone; empty when it is."""
    now = clock.now()
    async with store.transaction() as tx:
        return await tx.take_shards(WHOLE, "one that is alone", now, now) or ""


@dataclass(frozen=True, slots=True)
class LedStore:
    """The store as the leader writes it: each transaction first makes sure that the lease still stands. See ports.Store."""

    store: Store
    leader: Leader

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Begin under the lease. Raises: LeaseLost, StoreDown."""
        async with self.store.transaction() as tx:
            if self.leader.token is None or not await tx.holds_lease(NAME, self.leader.token):
                raise LeaseLost
            yield tx
