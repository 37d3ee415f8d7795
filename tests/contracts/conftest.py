"""The databases that every contract of the store is held to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.store.sql import SqlStore
from tests.postgres import Server, Watchdog


@dataclass(slots=True)
class Database:
    """An empty database with the newest tables."""

    url: str
    server: Server | None = None
    watchdog: Watchdog | None = None
    _opened: list[SqlStore] = field(default_factory=list)

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
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of each kind."""
    if kind == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 't-minus.db'}")
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.fresh()
    watchdog = Watchdog(server.log)
    with ExitStack() as after:
        after.callback(server.forget, name)
        after.enter_context(watchdog.watching())
        yield Database(server.url(name), server, watchdog)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[SqlStore]:
    """The store on a fresh database of each kind."""
    try:
        yield await database.open()
    finally:
        await database.close()


@pytest.fixture
async def database_opened_twice(database: Database) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """One database as two processes see it: two engines, no connection in common."""
    try:
        yield await database.open(), await database.open()
    finally:
        await database.close()
