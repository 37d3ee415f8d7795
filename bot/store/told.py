"""What was told of late, once for all the places where it was: for those who read along without Discord."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bot.model import Delivery, EventId, Place, Telling
from bot.store.codec import delivery_of
from bot.store.rows import Rows
from bot.store.tables import SENT, Instant, outbox

_NEWS = ("announced", "dated", "reminder", "stream", "live", "slip", "hold", "scrub", "liftoff", "outcome")


class Told(Rows):
    """The part of the Transaction port about what was told."""

    __slots__ = ()

    async def told(self, since: datetime, limit: int) -> tuple[Telling, ...]:
        first = func.min(outbox.c.key).label("key")
        at = func.min(outbox.c.at, type_=Instant).label("at")
        public = (outbox.c.place != Place.PERSON.value, outbox.c.event.not_like("own:%"), outbox.c.say.in_(_NEWS))
        once = select(first, at).where(outbox.c.fate == SENT, outbox.c.at >= since, *public)
        once = once.group_by(outbox.c.event, outbox.c.attempt, outbox.c.what).order_by(at.desc(), first).limit(limit)
        newest = once.subquery()
        rows = await self._read(
            select(newest.c.at.label("told_at"), outbox.c.body)
            .join(outbox, outbox.c.key == newest.c.key)
            .order_by(newest.c.at.desc(), outbox.c.key)
        )
        return tuple(_telling(delivery_of(row), row.told_at) for row in rows)


def _telling(sent: Delivery, at: datetime) -> Telling:
    return Telling(key=sent.key, event=sent.event or EventId(""), notice=sent.notice, at=at)
