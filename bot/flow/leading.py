"""What one process at a time does, of several on one database: polling, reading, sweeping. The others wait their turn."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.ports import Clock, Store, Transaction
from bot.rules.sharing import LEADS, RENEWS

log = logging.getLogger(__name__)

NAME = "leader"


class LeaseLost(Exception):
    """Another process leads by now: what was begun under the old lease did not happen."""


@dataclass(slots=True)
class Leader:
    """The lease of this process, if it has it. Whoever slept through its end is refused by the database, not by a clock."""

    store: Store
    clock: Clock
    holder: str
    alone: Callable[[int], None] = lambda _: None
    """Hears how many processes there are."""
    token: int | None = None
    alive: int = 1
    """How many processes there were at the last beat, this one included."""

    async def beat(self) -> datetime:
        """Say that this process lives, and renew the lease, or take it if it is free."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            alive = await tx.live(self.holder, now, now - LEADS)
            token = await tx.take_lease(NAME, self.holder, now, now + LEADS)
        if (token is None) is not (self.token is None):
            log.info("this process %s", "leads" if token else "leads no more", extra={"holder": self.holder, "alive": alive})
        self.token, self.alive = token, alive
        self.alone(alive)
        return now + RENEWS

    async def end(self) -> None:
        """Let another lead at once."""
        async with self.store.transaction() as tx:
            await tx.give_lease(NAME, self.holder, self.clock.now())
            await tx.leave(self.holder)

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
