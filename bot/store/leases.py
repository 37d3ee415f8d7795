"""Who may do what only one process does, which processes there are, and which shards are whose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from bot.rules.sharing import Shards, overlap, parse_shards
from bot.store.rows import Rows
from bot.store.tables import leases, processes

SHARDS = "shards "
"""Begins the name of the lease under which a process holds its shards."""
# Any number that nothing else in the database uses: of two that come for the same shards at once, one comes first.
_SHARING = 0x744D_7368

_l = leases.c


class Leases(Rows):
    """The part of the Transaction port about leases and processes."""

    __slots__ = ()

    async def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        # Its own it renews under the same token, unless it let it lapse: then somebody else may have led meanwhile.
        mine = update(leases).where(_l.name == name, _l.holder == holder, _l.until > now).values(until=until)
        # Passed over while it is locked: a process that stopped in the middle of what it does as the holder would stop all others.
        free = select(_l.name).where(_l.name == name, _l.until <= now).with_for_update(skip_locked=True).scalar_subquery()
        taken = update(leases).where(_l.name == free).values(holder=holder, until=until, token=_l.token + 1)
        first = self._insert(leases).values(name=name, holder=holder, token=1, until=until).on_conflict_do_nothing()
        for attempt in (mine, taken, first):
            row = (await self._run(attempt.returning(_l.token))).one_or_none()
            if row is not None:
                return int(row.token)
        return None

    async def holds_lease(self, name: str, token: int) -> bool:
        # Locked until the end: nobody takes it over before what is done under it is committed.
        held = select(_l.token).where(_l.name == name).with_for_update(read=True)
        return (await self._run(held)).scalar() == token

    async def give_lease(self, name: str, holder: str, now: datetime) -> None:
        await self._run(update(leases).where(_l.name == name, _l.holder == holder).values(until=now))

    async def take_shards(self, shards: Shards, holder: str, now: datetime, until: datetime) -> str | None:
        mine = update(leases).where(_l.name == f"{SHARDS}{shards}", _l.holder == holder, _l.until > now)
        if (await self._run(mine.values(until=until))).rowcount:
            return None
        if self._postgresql:
            await self._in_turn(_SHARING)
        held = select(_l.name, _l.holder).where(_l.name.startswith(SHARDS), _l.holder != holder, _l.until > now)
        for row in await self._read(held.order_by(_l.name)):
            if overlap(shards, parse_shards(row.name.removeprefix(SHARDS))):
                return str(row.holder)
        await self.take_lease(f"{SHARDS}{shards}", holder, now, until)
        return None

    async def give_shards(self, shards: Shards, holder: str, now: datetime) -> None:
        await self.give_lease(f"{SHARDS}{shards}", holder, now)

    async def live(self, holder: str, now: datetime, forgotten: datetime) -> tuple[int, int]:
        await self._run(delete(processes).where(processes.c.seen < forgotten))
        await self._upsert(processes, {"holder": holder, "seen": now})
        there = [row.holder for row in await self._read(select(processes.c.holder))]
        return sum(other < holder for other in there), len(there)
