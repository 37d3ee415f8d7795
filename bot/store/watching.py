"""Watches and paused targets: who asked, and who cannot be reached for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from bot.model import EventId, GuildId, Target, Watch, WatchId
from bot.store.codec import target_columns, target_of, watch_of, watch_row
from bot.store.rows import Rows, is_target, same_target
from bot.store.tables import paused, watches

_is_paused = paused.c.at.is_not(None).label("is_paused")
WATCHES = (
    select(watches.c.id, watches.c.body, _is_paused)
    .select_from(watches.outerjoin(paused, same_target(watches, paused)))
    .order_by(watches.c.id)
)
"""Every watch, in the order of their making."""


class Watching(Rows):
    """The part of the Transaction port about watches and paused targets."""

    __slots__ = ()

    async def watches(self, guild: GuildId | None = None, *, about: EventId | None = None) -> tuple[Watch, ...]:
        which = () if guild is None else (watches.c.guild == guild,)
        mine = () if about is None else (or_(watches.c.only_event.is_(None), watches.c.only_event == about),)
        return await self._watches(*which, *mine)

    async def watch(self, watch: WatchId) -> Watch | None:
        return next(iter(await self._watches(watches.c.id == watch)), None)

    async def watches_of(self, target: Target) -> tuple[Watch, ...]:
        return await self._watches(is_target(watches, target))

    async def restore_watch(self, watch: Watch) -> None:
        await self._run(insert(watches).values(id=watch.id, **watch_row(watch)))

    async def _watches(self, *which: ColumnElement[bool]) -> tuple[Watch, ...]:
        return tuple(map(watch_of, await self._read(WATCHES.where(*which))))

    async def add_watch(self, watch: Watch) -> Watch:
        made = await self._run(insert(watches).values(**watch_row(watch)).returning(watches.c.id))
        return replace(watch, id=WatchId(made.scalar_one()))

    async def replace_watch(self, watch: Watch) -> bool:
        # A watch never changes servers: an id that another server's admin typed finds nothing.
        same = (watches.c.id == watch.id, watches.c.guild == watch.target.guild)
        return (await self._run(update(watches).where(*same).values(**watch_row(watch)))).rowcount > 0

    async def remove_watch(self, guild: GuildId, watch: WatchId) -> bool:
        return (await self._run(delete(watches).where(watches.c.id == watch, watches.c.guild == guild))).rowcount > 0

    async def pause(self, target: Target, why: str, at: datetime) -> bool:
        # The first reason stays: it is what the admins were told.
        fresh = self._insert(paused).values(**target_columns(target), why=why, at=at).on_conflict_do_nothing()
        return (await self._run(fresh.returning(paused.c.at))).one_or_none() is not None

    async def resume(self, target: Target) -> bool:
        return (await self._run(delete(paused).where(is_target(paused, target)))).rowcount > 0

    async def paused(self, guild: GuildId | None = None) -> Mapping[Target, tuple[str, datetime]]:
        which = () if guild is None else (paused.c.guild == guild,)
        wanted = select(paused).where(*which).order_by(paused.c.at, paused.c.channel, paused.c.place)
        return {target_of(row): (row.why, row.at) for row in await self._read(wanted)}
