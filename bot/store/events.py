"""Tracks, cards and facts: what is known of the events, and where it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, or_, select, update

from bot.model import Card, EventId, GuildId, MessageId, Target, Track
from bot.store.codec import target_columns, target_of, track_of, track_row
from bot.store.rows import Rows, chunks
from bot.store.tables import Instant, articles, cards, facts, tracks

_since = bindparam("since", type_=Instant)
_events: BindParameter[Any] = bindparam("events", expanding=True)

# Built once: building a statement costs as much as all the rest of running it.
_TRACK = select(tracks).where(tracks.c.event == bindparam("event")).with_for_update()
_TRACKS = select(tracks).order_by(tracks.c.net.is_(None), tracks.c.net, tracks.c.event)
_TRACKS_SINCE = _TRACKS.where(or_(tracks.c.net >= _since, tracks.c.net.is_(None)))
# Locked in one order everywhere; never back in time, should an older answer come in later.
_THOSE = select(tracks.c.event).where(tracks.c.event.in_(_events)).order_by(tracks.c.event).with_for_update()
_TOUCH = (
    update(tracks)
    .where(tracks.c.event.in_(_THOSE.scalar_subquery()), tracks.c.seen <= _since)
    .values(feed=bindparam("by"), seen=_since)
)
_CARDS = select(cards).where(cards.c.event == bindparam("event")).order_by(cards.c.guild, cards.c.channel, cards.c.place)
_CARDS_OF = _CARDS.where(cards.c.guild == bindparam("guild"))
_RECALL = select(facts.c.value).where(facts.c.name == bindparam("name"))


class Events(Rows):
    """The part of the Transaction port about events, cards and facts."""

    __slots__ = ()

    async def track(self, event: EventId) -> Track | None:
        row = await self._locked_track(event)
        if row is None and self._postgresql:
            # There is no row to lock yet: two processes that first see an event take turns on its name.
            await self._run(select(func.pg_advisory_xact_lock(func.hashtextextended(event, 0))))
            row = await self._locked_track(event)
        return None if row is None else track_of(row)

    async def _locked_track(self, event: EventId) -> Row[tuple[str, ...]] | None:
        return (await self._run(_TRACK, {"event": event})).one_or_none()

    async def tracks(self, *, net_since: datetime | None = None) -> tuple[Track, ...]:
        rows = await (self._read(_TRACKS) if net_since is None else self._read(_TRACKS_SINCE, {"since": net_since}))
        return tuple(map(track_of, rows))

    async def heard(self) -> datetime | None:
        latest = select(tracks.c.seen).where(tracks.c.event.not_like("own:%")).order_by(tracks.c.seen.desc()).limit(1)
        return (await self._run(latest)).scalar()

    async def mark(self) -> str:
        # How many were last seen at the latest instant: a poll writes its events one by one, all seen at the same instant.
        newest = select(func.max(tracks.c.seen)).scalar_subquery()
        written = select(func.max(articles.c.noted)).scalar_subquery()
        lately = select(func.count()).where(articles.c.noted == written).scalar_subquery()
        wanted = select(func.count(), newest, func.count().filter(tracks.c.seen == newest), written, lately).select_from(tracks)
        return " ".join(str(part) for part in (await self._run(wanted)).one())

    async def keep(self, track: Track) -> None:
        await self._upsert(tracks, track_row(track))

    async def touch(self, events: Collection[EventId], feed: str, seen: datetime) -> None:
        for some in chunks(sorted(events)):
            await self._run(_TOUCH, {"events": some, "by": feed, "since": seen})

    async def cards(self, event: EventId, guild: GuildId | None = None) -> Mapping[Target, Card]:
        rows = await self._read(_CARDS if guild is None else _CARDS_OF, {"event": event, "guild": guild})
        return {card.target: card for card in map(card_of, rows)}

    async def keep_card(self, card: Card) -> None:
        await self._upsert(
            cards,
            target_columns(card.target)
            | {
                "event": card.event,
                "message": card.message,
                "face": card.face,
                "edited_at": card.edited_at,
                "gone": card.gone,
            },
        )

    async def recall(self, name: str) -> str | None:
        row = (await self._run(_RECALL, {"name": name})).one_or_none()
        return None if row is None else row.value

    async def remember(self, name: str, value: str) -> None:
        await self._upsert(facts, {"name": name, "value": value})


def card_of(row: Row[tuple[str, ...]]) -> Card:
    """The card in a row."""
    return Card(
        target=target_of(row),
        event=EventId(row.event),
        message=MessageId(row.message),
        face=row.face,
        edited_at=row.edited_at,
        gone=row.gone,
    )
