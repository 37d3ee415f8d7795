"""What deliveries need to be rendered, read for many of them at once: a fan-out has some twenty milliseconds for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from bot.model import Brief, Card, Delivery, EventId, Key, Target, Track, Watch
from bot.store.codec import target_of, track_of
from bot.store.events import card_of
from bot.store.tables import Instant, cards, outbox, tracks, watches
from bot.store.watching import Watching

_About = tuple[EventId, Target]


class Briefs(Watching):
    """The part of the Transaction port about what deliveries are rendered from."""

    __slots__ = ()

    async def briefs(self, deliveries: Sequence[Delivery]) -> Mapping[Key, Brief]:
        if not deliveries:
            return {}
        # Servers and events are asked for, not the pairs of them: that suits the indexes, and most fan-outs are of one event.
        guilds = sorted({one.target.guild for one in deliveries})
        events = sorted({one.event for one in deliveries if one.event is not None})
        asking: dict[Target, list[Watch]] = {}
        for watch in await self._watches(watches.c.guild.in_(guilds)):
            asking.setdefault(watch.target, []).append(watch)
        known = {row.event: track_of(row) for row in await self._read(select(tracks).where(tracks.c.event.in_(events)))}
        about = (cards.c.event.in_(events), cards.c.guild.in_(guilds))
        shown = {(card.event, card.target): card for card in map(card_of, await self._read(select(cards).where(*about)))}
        pings = await self._pings(outbox.c.event.in_(events), outbox.c.guild.in_(guilds))
        return {one.key: _brief(one, tuple(asking.get(one.target, ())), known, shown, pings) for one in deliveries}

    async def _pings(self, *about: ColumnElement[bool]) -> dict[_About, datetime]:
        """When events last pinged targets."""
        one = (outbox.c.event, outbox.c.guild, outbox.c.channel, outbox.c.place)
        last = select(*one, func.max(outbox.c.at, type_=Instant).label("last")).where(*about, outbox.c.pinged).group_by(*one)
        return {(EventId(row.event), target_of(row)): row.last for row in await self._read(last)}


def _brief(
    sent: Delivery,
    watches: tuple[Watch, ...],
    known: Mapping[EventId, Track],
    shown: Mapping[_About, Card],
    pings: Mapping[_About, datetime],
) -> Brief:
    if sent.event is None:
        return Brief(watches=watches)
    about = (sent.event, sent.target)
    return Brief(watches=watches, track=known.get(sent.event), card=shown.get(about), last_ping=pings.get(about))
