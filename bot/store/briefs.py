"""What deliveries need to be rendered, read for many of them at once: a fan-out has some twenty milliseconds for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, func, or_, select

from bot.model import Brief, Card, Delivery, EventId, Key, Place, Server, Target, Track, Watch
from bot.store.codec import target_of, track_of
from bot.store.events import card_of
from bot.store.people import server_of
from bot.store.tables import Instant, cards, outbox, servers, tracks, watches
from bot.store.watching import Watching

_About = tuple[EventId, Target]


class Briefs(Watching):
    """The part of the Transaction port about what deliveries are rendered from."""

    __slots__ = ()

    async def briefs(self, deliveries: Sequence[Delivery]) -> Mapping[Key, Brief]:
        if not deliveries:
            return {}
        # Servers and events are asked for, not the pairs of them: that suits the indexes, and most fan-outs are of one event.
        guilds = sorted({one.target.guild for one in deliveries if one.target.guild})
        persons = sorted({one.target.channel for one in deliveries if one.target.place is Place.PERSON})
        events = sorted({one.event for one in deliveries if one.event is not None})
        asking: dict[Target, list[Watch]] = {}
        for watch in await self._watches(_at(watches, guilds, persons)):
            asking.setdefault(watch.target, []).append(watch)
        known = {row.event: track_of(row) for row in await self._read(select(tracks).where(tracks.c.event.in_(events)))}
        about = (cards.c.event.in_(events), _at(cards, guilds, persons))
        shown = {(card.event, card.target): card for card in map(card_of, await self._read(select(cards).where(*about)))}
        pings = await self._pings(outbox.c.event.in_(events), _at(outbox, guilds, persons))
        decided = await self._read(select(servers.c.body).where(servers.c.guild.in_(guilds)))
        own = {server.guild: server for server in (server_of(row) for row in decided)}
        return {
            one.key: _brief(one, _asking(one.target, asking), own.get(one.target.guild), known=known, shown=shown, pings=pings)
            for one in deliveries
        }

    async def _pings(self, *about: ColumnElement[bool]) -> dict[_About, datetime]:
        """When events last pinged targets."""
        one = (outbox.c.event, outbox.c.guild, outbox.c.channel, outbox.c.place)
        last = select(*one, func.max(outbox.c.at, type_=Instant).label("last")).where(*about, outbox.c.pinged).group_by(*one)
        return {(EventId(row.event), target_of(row)): row.last for row in await self._read(last)}


def _at(table: Table, guilds: Sequence[int], persons: Sequence[int]) -> ColumnElement[bool]:
    """Whether a row is of one of these servers or persons. All persons share one guild, so theirs are asked for one by one."""
    return or_(table.c.guild.in_(guilds), and_(table.c.place == Place.PERSON.value, table.c.channel.in_(persons)))


def _asking(target: Target, asking: Mapping[Target, Sequence[Watch]]) -> tuple[Watch, ...]:
    """The watches of a target; for a server's scheduled events, all of that server that want them."""
    if target.place is not Place.EVENTS:
        return tuple(asking.get(target, ()))
    return tuple(watch for own in asking.values() for watch in own if watch.occasions and watch.target.guild == target.guild)


def _brief(
    sent: Delivery,
    watches: tuple[Watch, ...],
    server: Server | None,
    *,
    known: Mapping[EventId, Track],
    shown: Mapping[_About, Card],
    pings: Mapping[_About, datetime],
) -> Brief:
    if sent.event is None:
        return Brief(watches=watches, server=server)
    about = (sent.event, sent.target)
    return Brief(watches=watches, server=server, track=known.get(sent.event), card=shown.get(about), last_ping=pings.get(about))
