"""Who may do what only one process does, and which processes there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, func, or_, select, update

from bot.store.rows import Rows
from bot.store.tables import leases, processes


class Leases(Rows):
    """The part of the Transaction port about leases and processes."""

    __slots__ = ()

    async def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        insert = self._insert(leases).values(name=name, holder=holder, token=1, until=until)
        mine = leases.c.holder == holder
        # Its own it renews under the same token, unless it let it lapse: then somebody else may have led meanwhile.
        free = leases.c.until <= now
        taken = insert.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": holder, "until": until, "token": leases.c.token + case((free, 1), else_=0)},
            where=or_(mine, free),
        )
        row = (await self._run(taken.returning(leases.c.token))).one_or_none()
        return None if row is None else int(row.token)

    async def holds_lease(self, name: str, token: int) -> bool:
        # Locked until the end: nobody takes it over before what is done under it is committed.
        held = select(leases.c.token).where(leases.c.name == name).with_for_update(read=True)
        return (await self._run(held)).scalar() == token

    async def give_lease(self, name: str, holder: str, now: datetime) -> None:
        await self._run(update(leases).where(leases.c.name == name, leases.c.holder == holder).values(until=now))

    async def live(self, holder: str, now: datetime, forgotten: datetime) -> int:
        await self._run(delete(processes).where(processes.c.seen < forgotten))
        await self._upsert(processes, {"holder": holder, "seen": now})
        return int((await self._run(select(func.count()).select_from(processes))).scalar_one())

    async def leave(self, holder: str) -> None:
        await self._run(delete(processes).where(processes.c.holder == holder))
