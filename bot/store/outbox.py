"""The outbox: what is owed to whom, who is sending it, and what became of it.

While a row is leased somebody is sending it, so nothing ends it but the outcome: a plan that no longer wants it marks it
`withdrawn` (it is dropped when it comes back unsent), and one that wants it anew marks an edit `again`.
On PostgreSQL rows are locked in the order of their keys, and never waited for by a claim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, func, literal, select

from bot.model import Claimed, Delivery, EventId, Fate, GuildId, Key, Lapsed, MessageId, Say, Settled, Tally, Target
from bot.rules.sharing import Shards
from bot.store.codec import delivery_of, delivery_row, target_of
from bot.store.outbox_sql import (
    CLAIMING,
    DROP,
    EDIT_ANEW,
    END,
    EXPIRE,
    KNOWN,
    LATE,
    LEASE,
    LET_LAPSE,
    LOCKED,
    PLAN,
    REPLAN,
    REPLANNED,
    STANDS,
    STILL_DUE,
    UNSENT,
    WITHDRAW,
    ranked,
    reminders,
    retry,
    said,
    starts,
)
from bot.store.rows import Rows, Values, chunks, is_target, paced
from bot.store.tables import OWED, SENT, outbox

__all__ = ["LATE", "REPLANNED", "Outbox"]

_o = outbox.c


class Outbox(Rows):
    """The part of the Transaction port about the outbox."""

    __slots__ = ()

    # what is owed

    async def settled(self, event: EventId, guild: GuildId | None = None) -> Mapping[Target, tuple[Settled, ...]]:
        wanted = said(everywhere=guild is None)
        found: dict[Target, list[Settled]] = {}
        async for row in paced(await self._read(wanted, {"about": event, "of": guild})):
            found.setdefault(target_of(row), []).append(
                Settled(what=row.what, attempt=row.attempt, fate=Fate(row.fate), why=row.why, at=row.at, pinged=row.pinged)
            )
        return {target: tuple(rows) for target, rows in found.items()}

    async def sent_at(self, target: Target, say: Say, since: datetime) -> tuple[datetime, ...]:
        mine = (is_target(outbox, target), _o.say == say.value, _o.fate == SENT, _o.at >= since)
        return tuple(row.at for row in await self._read(select(_o.at).where(*mine).order_by(_o.at)))

    async def tally(self, since: datetime | None = None) -> tuple[Tally, ...]:
        count = func.count().label("count")
        counted = select(_o.say, _o.fate, _o.why, count).group_by(_o.say, _o.fate, _o.why)
        # Two questions, for each is answered by an index alone. Why a row is tried again stands in none.
        owed = select(_o.say, _o.fate, literal("").label("why"), count).where(_o.fate == OWED).group_by(_o.say, _o.fate)
        asked = (counted,) if since is None else (owed, counted.where(_o.at >= since))
        found = [row for one in asked for row in await self._read(one)]
        tallies = (
            Tally(say=Say(row.say), fate=Fate(row.fate), why=row.why, count=row._mapping["count"])  # noqa: SLF001 — a Row has a count() of its own
            for row in found
        )
        return tuple(sorted(tallies, key=lambda one: (one.say, one.fate, one.why)))

    async def overdue(self, now: datetime) -> int:
        owed = select(func.count()).select_from(outbox).where(_o.fate == OWED, _o.due < now)
        return int((await self._run(owed)).scalar_one())

    async def set_countdown(
        self,
        event: EventId,
        owed: Sequence[Delivery],
        skipped: Sequence[tuple[Delivery, str]],
        now: datetime,
        guild: GuildId | None = None,
    ) -> None:
        planned = {delivery.key: delivery_row(delivery) async for delivery in paced(owed)}
        passed = {delivery.key: (delivery, why) for delivery, why in skipped if delivery.key not in planned}
        known = await self._lock(reminders(everywhere=guild is None), {"about": event, "of": guild})

        fresh = [row for key, row in planned.items() if key not in known]
        fresh += [
            delivery_row(delivery) | {"fate": "dropped", "why": why, "at": now}
            for key, (delivery, why) in passed.items()
            if key not in known
        ]
        changed: list[Values] = []
        ended: dict[str, list[Row[Any]]] = {}
        async for key, row in paced(known.items()):
            if row.fate == Fate.SENT:
                continue
            if key in planned:
                if row.fate != Fate.OWED or row.withdrawn is not None or row.body != planned[key]["body"]:
                    changed.append(_changed(row, planned[key]))
                continue
            why = passed[key][1] if key in passed else REPLANNED
            if row.fate == Fate.OWED or (key in passed and row.why != why):
                ended.setdefault(why, []).append(row)

        await self._add(fresh)
        await self._each(REPLAN, changed)
        for why, rows in ended.items():
            await self._end(rows, why, now)

    async def owe(self, deliveries: Sequence[Delivery]) -> int:
        wanted = {delivery.key: delivery for delivery in reversed(deliveries)}
        known: set[str] = set()
        for keys in chunks(sorted(wanted)):
            known.update(row.key for row in await self._read(KNOWN, {"keys": keys}))
        fresh = [delivery_row(delivery) async for key, delivery in paced(wanted.items()) if key not in known]
        await self._add(fresh)
        return len(fresh)

    async def set_edits(self, deliveries: Sequence[Delivery]) -> None:
        wanted = {delivery.key: delivery for delivery in deliveries}
        known: dict[Key, Row[Any]] = {}
        for keys in chunks(sorted(wanted)):
            known |= await self._lock(LOCKED, {"keys": keys})
        anew: list[Values] = []
        for key, row in known.items():
            delivery, pending = wanted[key], row.fate == Fate.OWED and row.leased_until is None
            if pending and row.start < delivery.start:
                delivery = replace(delivery, start=row.start)
            anew.append(_changed(row, delivery_row(delivery)))
        await self._add([delivery_row(delivery) for key, delivery in wanted.items() if key not in known])
        await self._each(EDIT_ANEW, anew)

    async def drop(self, event: EventId, says: Collection[Say], why: str, at: datetime, *, keep: Collection[Key] = ()) -> int:
        kept = frozenset(keep)
        known = await self._lock(UNSENT, {"about": event, "says": [say.value for say in says]})
        return await self._end([row for key, row in known.items() if key not in kept and row.withdrawn is None], why, at)

    async def expire(self, now: datetime) -> tuple[Lapsed, ...]:
        return tuple(Lapsed(Key(row.key), row.event, target_of(row)) for row in await self._run(EXPIRE, {"now": now}))

    async def _lock(self, which: Executable, values: Values) -> dict[Key, Row[Any]]:
        return {Key(row.key): row for row in await self._read(which, values)}

    async def _add(self, rows: Sequence[Values]) -> None:
        await self._each(self._insert_new(outbox), sorted(rows, key=lambda row: str(row["key"])))

    async def _end(self, rows: Sequence[Row[Any]], why: str, at: datetime) -> int:
        """Drop those that nobody is sending and withdraw the others; how many were dropped."""
        leased = [row for row in rows if row.leased_until is not None and row.leased_until > at]
        free = [row for row in rows if row.leased_until is None or row.leased_until <= at]
        for change, those in ((WITHDRAW, leased), (END, free)):
            for keys in chunks([row.key for row in those]):
                await self._run(change, {"keys": keys, "for": why, "since": at})
        return len(free)

    # who is sending it

    async def claim(
        self, now: datetime, limit: int, lease: timedelta, *, busy: Collection[Target] = (), shards: Shards | None = None
    ) -> tuple[Claimed, ...]:
        if self._postgresql:
            await self._in_turn(CLAIMING)
        await self._run(LET_LAPSE, {"now": now})
        keys = await self._most_urgent(now, limit, busy, shards)
        rows = {row.key: row for row in await self._read(STILL_DUE, {"keys": keys, "now": now})} if keys else {}
        if rows:
            await self._run(LEASE, {"keys": list(rows), "now": now, "until": now + lease})
        return tuple(
            Claimed(delivery=delivery_of(row), tries=row.tries, first_try=row.first_try, until=now + lease)
            for row in (rows[key] for key in keys if key in rows)
        )

    async def standing(self, claims: Sequence[Claimed]) -> frozenset[Key]:
        fences = {claim.delivery.key: claim.until for claim in claims}
        held: set[Key] = set()
        for keys in chunks(sorted(fences)):
            rows = await self._read(LOCKED, {"keys": keys})
            held.update(Key(row.key) for row in rows if row.leased_until == fences[row.key])
        return frozenset(held)

    async def _most_urgent(self, now: datetime, limit: int, busy: Collection[Target], shards: Shards | None) -> Sequence[str]:
        """The keys of the rows to take, one per target, most urgent first.

        Read page by page: nearly always each of the first rows has a target of its own, and ranking all of them by target is slow.
        """
        due = ranked(shards)
        taken = set(busy)
        keys: list[str] = []
        start, page = 0, 4 * limit
        while len(keys) < limit:
            rows = await self._read(due, {"now": now, "page": page, "start": start})
            for row in rows:
                if len(keys) < limit and (target := target_of(row)) not in taken:
                    taken.add(target)
                    keys.append(row.key)
            if len(rows) < page:
                break
            start, page = start + page, 4 * page
        return keys

    async def next_start(self, now: datetime, *, shards: Shards | None = None) -> datetime | None:  # noqa: ARG002  the port's: other stores may need it
        answers = [(await self._run(question)).scalar() for question in starts(shards)]
        return min((answer for answer in answers if answer is not None), default=None)

    # what became of it

    async def record_sent(self, key: Key, message: MessageId, at: datetime, *, pinged: bool) -> None:
        await self._run(STANDS, {"of": key, "its_message": message, "since": at, "rang": pinged})

    async def record_retry(self, key: Key, at: datetime, why: str, *, counts: bool) -> None:
        await self._run(retry(counts=counts), {"of": key, "later": at, "for": why})

    async def record_dropped(self, key: Key, why: str, at: datetime) -> None:
        await self._run(DROP, {"of": key, "for": why, "since": at})


def _changed(row: Row[Any], planned: Values) -> Values:
    """A row brought to a newer plan; a target that asked us to wait still waits."""
    waits = row.fate == Fate.OWED and row.leased_until is None and row.try_at > row.start
    return {name: planned[name] for name in PLAN} | {
        "of": row.key,
        "try_at": max(planned["start"], row.try_at) if waits else planned["start"],
        "why": row.why if row.fate == Fate.OWED else "",
    }
