"""The databases that every contract of the store is held to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.store.sql import SqlStore
from tests.postgres import Server, Watchdog
from tests.prepared import migrated


def name_in(url: str) -> str:
    """The file or the database that a URL names."""
    return str(make_url(url).database)


@dataclass(slots=True)
class Database:
    """An empty database with the newest tables."""

    url: str
    server: Server | None = None
    watchdog: Watchdog | None = None
    _opened: list[SqlStore] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its file, or what the server calls it."""
        return name_in(self.url)

    async def open(self) -> SqlStore:
        """Open the store; again for what a second process would see. Closed after the test."""
        store = await SqlStore.open(self.url)
        self._opened.append(store)
        return store

    def expect(self, words: str) -> None:
        """This test provokes an error with these words in PostgreSQL's log."""
        if self.watchdog is not None:
            self.watchdog.expect(words)

    async def close(self) -> None:
        """Close every store that was opened."""
        for store in self._opened:
            await store.close()


BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases."""
    return str(request.param)


@pytest.fixture
async def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh database of each kind; what is still open after the test is closed."""
    if kind == "sqlite":
        file = tmp_path / "t-minus.db"
        file.write_bytes(migrated())
        database = Database(f"sqlite:///{file}")
        yield database
        await database.close()
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.fresh()
    watchdog = Watchdog(server.log)
    with ExitStack() as after:
        after.callback(server.forget, name)
        after.enter_context(watchdog.watching())
        database = Database(server.url(name), server, watchdog)
        yield database
        await database.close()


@pytest.fixture
async def store(database: Database) -> SqlStore:
    """The store on a fresh database of each kind."""
    return await database.open()


@pytest.fixture
async def database_opened_twice(database: Database) -> tuple[SqlStore, SqlStore]:
    """One database as two processes see it: two engines, no connection in common."""
    return await database.open(), await database.open()
