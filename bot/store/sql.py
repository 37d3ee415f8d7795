"""The Store and Requests ports on SQLAlchemy Core: one code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model import Delivery, EventId, GuildId, Scope
from bot.ports import StoreDown
from bot.store.briefs import Briefs
from bot.store.connections import Connections
from bot.store.engine import CannotOpen, database_url, engine_for, reason, shown
from bot.store.events import Events
from bot.store.leases import Leases
from bot.store.migrate import Migrated, NewerTables, to_head
from bot.store.newsstand import Newsstand
from bot.store.outbox import Outbox
from bot.store.people import People
from bot.store.pruning import Pruning
from bot.store.requests import Asked
from bot.store.rows import finish
from bot.store.told import Told
from bot.store.waking import CHANNEL
from bot.store.watching import Watching

__all__ = ["CannotOpen", "Migrated", "SqlStore", "SqlTransaction"]


LONGEST_STEP = 600
"""Seconds that one statement of a step may take. Chosen, not measured: a new column takes none, an index over a year some."""


class SqlTransaction(Events, Watching, Briefs, Outbox, Told, People, Newsstand, Leases, Pruning):
    """One unit of work: the Transaction port. What it owes is told to the other processes when it commits."""

    __slots__ = ()

    async def owe(self, deliveries: Sequence[Delivery]) -> int:
        fresh = await super().owe(deliveries)
        if fresh:
            await self._tell()
        return fresh

    async def set_countdown(
        self,
        event: EventId,
        owed: Sequence[Delivery],
        skipped: Sequence[tuple[Delivery, str]],
        now: datetime,
        guild: GuildId | None = None,
    ) -> None:
        await super().set_countdown(event, owed, skipped, now, guild)
        if owed:
            await self._tell()

    async def _tell(self) -> None:
        if self._postgresql:  # the same word twice in one transaction is told once
            await self._run(text(f"NOTIFY {CHANNEL}"))


class SqlStore:
    """The Store port and the Requests port. `open` makes one; `migrated` says what opening did to the tables."""

    def __init__(self, connections: Connections, migrated: Migrated) -> None:
        self.connections = connections
        self.migrated = migrated

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database at a DATABASE_URL, make it if it is missing, bring its tables up to date. Raises: CannotOpen."""
        return await cls.on(engine_for(database_url(url)))

    @classmethod
    async def on(cls, engine: AsyncEngine) -> Self:
        """Open the database of an engine, which is this store's from now on. Raises: CannotOpen."""
        connections = Connections(engine)
        try:
            return cls(connections, await _migrated(connections))
        except BaseException as trouble:
            await connections.close()
            match trouble:
                case NewerTables():
                    why = f"was written by a newer version of this bot (step {trouble} is unknown here); update the bot"
                case DBAPIError():
                    why = f"cannot be used: {reason(trouble)}"
                case StoreDown():
                    why = f"cannot be used: {trouble}"
                case _:
                    raise
            raise CannotOpen(f"The database {shown(engine.url)} {why}.") from trouble

    async def close(self) -> None:
        """Give back every connection."""
        await self.connections.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlTransaction]:
        async with self.connections.answering() as connection:
            yield SqlTransaction(connection)

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        async with self.connections.answering() as connection:
            return await Asked(connection).made(feed, since)

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        async with self.connections.answering() as connection:
            await Asked(connection).note(feed, scope, at)


@asynccontextmanager
async def unhurried(connection: AsyncConnection) -> AsyncGenerator[None]:
    """Let statements take long until the end of the transaction: a step of the tables may write every row anew."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    patience_s = driver.patience_s
    await finish(connection.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_STEP}s'")))
    driver.patience_s = LONGEST_STEP + 5.0
    try:
        yield
    finally:
        driver.patience_s = patience_s


async def _migrated(connections: Connections) -> Migrated:
    async with connections.begun() as connection, unhurried(connection):
        migrated = await finish(connection.run_sync(to_head))
        # A read-only file, role or standby says so here, not when the first post has gone out.
        await finish(connection.execute(text("UPDATE alembic_version SET version_num = version_num")))
        return migrated
