"""Every mission log in tests/missions, on both databases: all that must be said, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.sql import SqlStore
from tests.mission_log import Played, expected, parse
from tests.postgres import Server, Watchdog
from tests.prepared import in_memory

LOGS = sorted((Path(__file__).parent / "missions").glob("*.log"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SqlStore]:
    """An empty store of each kind; no ERROR may stand in PostgreSQL's log."""
    if request.param == "sqlite":
        opened = await in_memory()
        yield opened
        await opened.close()
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.fresh()
    with Watchdog(server.log).watching():
        opened = await SqlStore.open(server.url(name))
        yield opened
        await opened.close()
    server.forget(name)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
async def test_mission(log: Path, store: SqlStore) -> None:
    lines = tuple(parse(log.read_text()))  # noqa: ASYNC240 — nothing else runs yet
    assert await Played(store).play(lines) == expected(lines)
