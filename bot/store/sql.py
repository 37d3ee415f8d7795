"""The Store and Requests ports on SQLAlchemy Core: one code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model import Scope
from bot.store.engine import CannotOpen, database_url, down, engine_for, reason, shown
from bot.store.events import Events
from bot.store.migrate import Migrated, NewerTables, to_head
from bot.store.outbox import Outbox
from bot.store.requests import Asked
from bot.store.rows import finish
from bot.store.watching import Watching

__all__ = ["CannotOpen", "Migrated", "SqlStore", "SqlTransaction"]


class SqlTransaction(Events, Watching, Outbox):
    """One unit of work: the Transaction port."""

    __slots__ = ()


class SqlStore:
    """The Store port and the Requests port. `open` makes one; `migrated` says what opening did to the tables."""

    def __init__(self, engine: AsyncEngine, migrated: Migrated) -> None:
        self._engine = engine
        self.migrated = migrated

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database at a DATABASE_URL, make it if it is missing, bring its tables up to date. Raises: CannotOpen."""
        where = database_url(url)
        engine = engine_for(where)
        try:
            return cls(engine, await _migrated(engine))
        except BaseException as trouble:
            await finish(engine.dispose())
            match trouble:
                case NewerTables():
                    why = f"was written by a newer version of this bot (step {trouble} is unknown here); update the bot"
                case ReadOnly():
                    why = "is read-only"
                case DBAPIError() | PoolTimeout():
                    why = f"cannot be used: {reason(trouble)}"
                case _:
                    raise
            raise CannotOpen(f"The database {shown(where)} {why}.") from trouble

    async def close(self) -> None:
        """Give back every connection."""
        await finish(self._engine.dispose())

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlTransaction]:
        async with _down(), _begun(self._engine) as connection:
            yield SqlTransaction(connection)

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        async with _down(), _begun(self._engine) as connection:
            return await Asked(connection).made(feed, since)

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        async with _down(), _begun(self._engine) as connection:
            await Asked(connection).note(feed, scope, at)


class ReadOnly(Exception):
    """The server takes no writes: a standby, or a read-only role."""


async def _migrated(engine: AsyncEngine) -> Migrated:
    async with _begun(engine) as connection:
        if connection.dialect.name == "postgresql":
            answer = await finish(connection.execute(text("SELECT current_setting('transaction_read_only')")))
            if answer.scalar_one() == "on":
                raise ReadOnly
        return await finish(connection.run_sync(to_head))


@asynccontextmanager
async def _down() -> AsyncGenerator[None]:
    """Tell a world in the way from a bug of ours."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as trouble:
        meant = down(trouble)
        if meant is None:
            raise
        raise meant from trouble


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """A connection in a transaction: committed at the end, rolled back on any exception, given back either way."""
    async with engine.connect() as connection:
        transaction = connection.begin()
        await finish(transaction.start())
        try:
            yield connection
        except BaseException:
            await finish(transaction.rollback())
            raise
        await finish(transaction.commit())
