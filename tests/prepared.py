"""SQLite stores with the newest tables and nothing in them: copies of one that was migrated once; a tenth of a second less each."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from functools import cache, partial
from itertools import count
from typing import Any

import aiosqlite
from sqlalchemy import create_engine, event

from bot.store.engine import database_url, engine_for
from bot.store.migrate import to_head
from bot.store.sql import SqlStore

_numbers = count()


@cache
def migrated() -> bytes:
    """Give the bytes of a database file with the newest tables."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            to_head(connection)
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            return raw.serialize()
    finally:
        engine.dispose()


def furnish(database: sqlite3.Connection) -> None:
    """Give an empty database the newest tables."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.deserialize(migrated())
        source.backup(database)


class Unthreaded(aiosqlite.Connection):
    """The driver without its thread: a database in memory waits for no disk, and the thread costs two fifths of a mission.

    Whoever else wants to run gets a turn before each statement, as with the thread. All tests with files have that.
    """

    def __init__(self, database: str, **options: Any) -> None:
        options["check_same_thread"] = False  # it is closed wherever it is forgotten
        super().__init__(partial(sqlite3.connect, database, **options), iter_chunk_size=64)

    async def _connect(self) -> Unthreaded:
        self._connection = self._connector()
        return self

    def __await__(self) -> Generator[Any, None, Unthreaded]:
        return self._connect().__await__()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return fn(*args, **kwargs)

    def stop(self) -> None:
        self._running = False


async def in_memory() -> SqlStore:
    """Open a new one in memory."""
    name = f"file:prepared-{next(_numbers)}?mode=memory&cache=shared"
    with closing(sqlite3.connect(name, uri=True)) as keeper:  # the database lives as long as somebody has it open
        furnish(keeper)
        engine = engine_for(database_url(f"sqlite:///{name}&uri=true"))

        @event.listens_for(engine.sync_engine, "do_connect")
        def unthreaded(_dialect: object, _record: object, _args: object, options: dict[str, Any]) -> None:
            options["async_creator_fn"] = Unthreaded

        return await SqlStore.on(engine)
