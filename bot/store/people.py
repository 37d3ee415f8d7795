"""What servers and members decided for themselves, and the settings as they were before each change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select

from bot.model import Fate, GuildId, Member, Place, Server, SettingsChange, Target, UserId
from bot.store.rows import Rows, is_target
from bot.store.tables import articles, links, members, outbox, server_feeds, servers, settings_changes, watches

KEPT = 20
"""Changes of one server that can be taken back. Chosen, not measured."""

_text = msgspec.json.Encoder(order="deterministic")
_server = msgspec.json.Decoder(Server)
_member = msgspec.json.Decoder(Member)


def server_of(row: Row[Any]) -> Server:
    """The server in a row."""
    return _server.decode(row.body)


class People(Rows):
    """The part of the Transaction port about servers and members."""

    __slots__ = ()

    async def server(self, guild: GuildId) -> Server | None:
        row = (await self._run(select(servers.c.body).where(servers.c.guild == guild))).one_or_none()
        return None if row is None else server_of(row)

    async def servers(self, *, left_before: datetime | None = None) -> tuple[Server, ...]:
        which = () if left_before is None else (servers.c.left_at < left_before,)
        rows = await self._read(select(servers.c.body).where(*which).order_by(servers.c.guild))
        return tuple(map(server_of, rows))

    async def keep_server(self, server: Server) -> None:
        await self._upsert(servers, {"guild": server.guild, "left_at": server.left_at, "body": _text.encode(server).decode()})

    async def forget_server(self, guild: GuildId) -> None:
        for table in (watches, servers, settings_changes, server_feeds):
            await self._run(delete(table).where(table.c.guild == guild))
        for table in (links, articles):
            await self._run(delete(table).where(table.c.owner == guild))

    async def member(self, user: UserId) -> Member | None:
        row = (await self._run(select(members.c.body).where(members.c.person == user))).one_or_none()
        return None if row is None else _member.decode(row.body)

    async def sent_to(self, target: Target) -> Mapping[Fate, int]:
        counted = select(outbox.c.fate, func.count().label("kept")).where(is_target(outbox, target)).group_by(outbox.c.fate)
        return {Fate(row.fate): row.kept for row in await self._read(counted)}

    async def keep_member(self, member: Member) -> None:
        await self._upsert(members, {"person": member.user, "body": _text.encode(member).decode()})

    async def forget_member(self, user: UserId) -> None:
        await self._run(delete(members).where(members.c.person == user))
        for table in (watches, outbox):
            await self._run(delete(table).where(table.c.place == Place.PERSON.value, table.c.channel == user))

    async def note_change(self, guild: GuildId, by: UserId, what: str, before: str, at: datetime) -> None:
        await self._run(insert(settings_changes).values(guild=guild, by=by, what=what, before=before, at=at))
        newest = select(settings_changes.c.number).where(settings_changes.c.guild == guild)
        kept = newest.order_by(settings_changes.c.number.desc()).limit(KEPT)
        old = settings_changes.c.number.not_in(kept.scalar_subquery())
        await self._run(delete(settings_changes).where(settings_changes.c.guild == guild, old))

    async def last_change(self, guild: GuildId) -> SettingsChange | None:
        newest = select(settings_changes).where(settings_changes.c.guild == guild).order_by(settings_changes.c.number.desc())
        row = (await self._run(newest.limit(1))).one_or_none()
        if row is None:
            return None
        return SettingsChange(
            number=row.number, guild=GuildId(row.guild), by=UserId(row.by), what=row.what, before=row.before, at=row.at
        )

    async def drop_change(self, number: int) -> None:
        await self._run(delete(settings_changes).where(settings_changes.c.number == number))
