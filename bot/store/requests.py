"""Requests made to feeds, remembered over a restart: quotas count them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from bot.model import Scope
from bot.store.rows import Rows
from bot.store.tables import requests

# Twice a day, the longest quota window of any feed.
KEPT = timedelta(days=2)


class Asked(Rows):
    """The Requests port inside one transaction."""

    __slots__ = ()

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        wanted = select(requests.c.scope, requests.c.at).where(requests.c.feed == feed, requests.c.at >= since)
        rows = await self._read(wanted.order_by(requests.c.at, requests.c.id))
        return tuple((Scope(row.scope), row.at) for row in rows)

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        await self._run(delete(requests).where(requests.c.feed == feed, requests.c.at < at - KEPT))
        await self._run(insert(requests).values(feed=feed, scope=scope.value, at=at))
