"""What deliveries need to be rendered, read for many of them at once: a fan-out has some twenty milliseconds for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Table,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)

from bot.model import Brief, Card, Delivery, EventId, Key, Place, Server, Target, Track, Watch
from bot.rules.personal import NOBODY
from bot.store.codec import target_of, track_of, watch_of
from bot.store.events import card_of
from bot.store.people import server_of
from bot.store.rows import Rows
from bot.store.tables import Instant, cards, outbox, servers, tracks, watches
from bot.store.watching import WATCHES

_About = tuple[EventId, Target]


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked for deliveries. Parameters: `guilds`, `persons`, `events`."""

    watches: Executable
    tracks: Executable
    cards: Executable
    pings: Executable
    servers: Executable


@cache
def _questions(*, of_servers: bool, of_persons: bool) -> Questions:
    """The statements; each is built once, for building one costs as much as running it.

    Servers and events are asked for, not the pairs of them: that suits the indexes, and most fan-outs are of one event.
    """
    guilds, persons, events = (_several(name) for name in ("guilds", "persons", "events"))

    def sides(table: Table) -> list[ColumnElement[bool]]:
        # Either suits an index of guild and channel; all persons share one guild, so theirs are asked for one by one. One that
        # nobody is asked for on is left out, and where both are, each is asked alone: SQLite would read all rows of an event.
        person = and_(table.c.guild == NOBODY, table.c.place == Place.PERSON.value, table.c.channel.in_(persons))
        return [side for side, any_ in ((table.c.guild.in_(guilds), of_servers), (person, of_persons)) if any_] or [false()]

    one = (outbox.c.event, outbox.c.guild, outbox.c.channel, outbox.c.place)
    last = select(*one, func.max(outbox.c.at, type_=Instant).label("last")).group_by(*one)
    pinged = last.where(outbox.c.event.in_(events), outbox.c.pinged)
    shown = select(cards).where(cards.c.event.in_(events))
    return Questions(
        watches=WATCHES.where(or_(*sides(watches))),
        tracks=select(tracks).where(tracks.c.event.in_(events)),
        cards=union_all(*(shown.where(side) for side in sides(cards))),
        pings=union_all(*(pinged.where(side) for side in sides(outbox))),
        servers=select(servers.c.body).where(servers.c.guild.in_(guilds)),
    )


def _several(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


class Briefs(Rows):
    """The part of the Transaction port about what deliveries are rendered from."""

    __slots__ = ()

    async def briefs(self, deliveries: Sequence[Delivery]) -> Mapping[Key, Brief]:
        if not deliveries:
            return {}
        sought = {
            "guilds": sorted({one.target.guild for one in deliveries if one.target.guild}),
            "persons": sorted({one.target.channel for one in deliveries if one.target.place is Place.PERSON}),
            "events": sorted({one.event for one in deliveries if one.event is not None}),
        }
        ask = _questions(of_servers=bool(sought["guilds"]), of_persons=bool(sought["persons"]))
        asking: dict[Target, list[Watch]] = {}
        for watch in map(watch_of, await self._read(ask.watches, sought)):
            asking.setdefault(watch.target, []).append(watch)
        known = {row.event: track_of(row) for row in await self._read(ask.tracks, sought)}
        shown = {(card.event, card.target): card for card in map(card_of, await self._read(ask.cards, sought))}
        pings = {(EventId(row.event), target_of(row)): row.last for row in await self._read(ask.pings, sought)}
        own = {server.guild: server for server in map(server_of, await self._read(ask.servers, sought))}
        return {
            one.key: _brief(one, _asking(one.target, asking), own.get(one.target.guild), known=known, shown=shown, pings=pings)
            for one in deliveries
        }


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
