"""IDENTIFYs of several processes, kept apart: Discord takes one in five seconds for each bucket, however many ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bot.ports import Clock, Store, StoreDown
from bot.rules.sharing import IDENTIFIES, bucket

log = logging.getLogger(__name__)

LOOKS_S = 0.5
"""How often it is looked whether a bucket is free."""


@dataclass(slots=True)
class Identifying:
    """Takes turns with the other processes, through leases that nobody gives back: they lapse when the next may go."""

    store: Store
    clock: Clock
    holder: str
    _turns: Iterator[int] = field(default_factory=count)

    async def turn(self, shard: int, at_once: int) -> None:
        """Wait until a shard may identify. While the database is away it waits as long as one process alone would."""
        who = f"{self.holder} {next(self._turns)}"  # no turn renews another
        try:
            while not await self._taken(f"identify {bucket(shard, at_once)}", who):  # noqa: ASYNC110 -- no event tells of a process
                await asyncio.sleep(LOOKS_S)
        except StoreDown as down:
            log.warning(
                "the database is away; a shard identifies without asking the others", extra={"shard": shard, "why": str(down)}
            )
            await asyncio.sleep(IDENTIFIES.total_seconds())

    async def _taken(self, name: str, who: str) -> bool:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            return await tx.take_lease(name, who, now, now + IDENTIFIES) is not None
