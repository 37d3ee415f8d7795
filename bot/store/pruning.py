"""What is forgotten: deliveries that ended long ago, events and cards that were over long ago, old requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select

from bot.model import OVER
from bot.store.requests import KEPT
from bot.store.rows import Rows, chunks
from bot.store.tables import OWED, cards, outbox, requests, tracks

_DONE = sorted(status.value for status in OVER)


class Pruning(Rows):
    """The part of the Transaction port that forgets. What stops a second message is kept for as long as there may be one."""

    __slots__ = ()

    async def prune_deliveries(self, before: datetime, limit: int) -> int:
        # An event that may still come owes by what was said of it. One that is over, or is gone, owes nothing any more.
        ahead = exists().where(
            tracks.c.event == outbox.c.event, tracks.c.status.not_in(_DONE), or_(tracks.c.net.is_(None), tracks.c.net >= before)
        )
        ended: tuple[ColumnElement[bool], ...] = (outbox.c.fate != OWED, outbox.c.at < before)
        keys = [row.key for row in await self._read(select(outbox.c.key).where(*ended, ~ahead).limit(limit))]
        for some in chunks(sorted(keys)):
            # Asked again: one that was owed anew meanwhile stays.
            await self._run(delete(outbox).where(outbox.c.key.in_(some), *ended))
        return len(keys)

    async def prune_events(self, before: datetime, limit: int) -> int:
        old = (tracks.c.seen < before, or_(tracks.c.net.is_(None), tracks.c.net < before))
        events = [row.event for row in await self._read(select(tracks.c.event).where(*old).limit(limit))]
        for some in chunks(sorted(events)):
            await self._run(delete(cards).where(cards.c.event.in_(some)))
            await self._run(delete(tracks).where(tracks.c.event.in_(some), *old))
        return len(events)

    async def prune_requests(self, now: datetime) -> None:
        await self._run(delete(requests).where(requests.c.at < now - KEPT))
