"""A database that does not answer, crashes, or is changed by a newer version of the bot: what a process does that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa

from bot.ports import StoreDown
from bot.store.driver import Impatient
from bot.store.engine import CannotOpen
from bot.store.sql import SqlStore
from bot.store.waking import listen
from tests.contracts.conftest import Database
from tests.contracts.store_samples import T0, claimed, delivery, owe
from tests.postgres import Server, binaries_or_skip, running
from tests.relay import Relay, relayed

POSTGRES = pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
PATIENCE_S = 1.0


@pytest.fixture
async def way(postgres: Server, database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relay]:
    """The network between the bot and PostgreSQL; the bot is less patient with it than usual."""
    database.expect("connection to client lost")
    monkeypatch.setattr(Impatient, "patience_s", PATIENCE_S)
    async with relayed(lambda: asyncio.open_unix_connection(postgres.socket)) as relay:
        yield relay


@pytest.fixture(scope="module")
def crashing() -> Iterator[Server]:
    """A server of its own, that a test may let crash."""
    with running(binaries_or_skip(), synchronous_commit="on") as server:
        yield server


async def answers(store: SqlStore) -> bool:
    """Ask whether the database is there."""
    try:
        async with store.transaction() as tx:
            await tx.recall("anything")
    except StoreDown:
        return False
    return True


async def comes_back(store: SqlStore) -> bool:
    """Ask again and again, as every beat does."""
    for _ in range(40):
        if await answers(store):
            return True
        await asyncio.sleep(0.25)
    return False


@POSTGRES
async def test_a_database_that_says_nothing_is_away_and_comes_back(way: Relay, database: Database) -> None:
    """Connections stay open and nothing gets through: only whoever waits can end that. Each connection finds out once."""
    store = await SqlStore.open(f"postgresql://postgres@127.0.0.1:{way.port}/{database.name}?connect_timeout=2")
    try:
        assert await answers(store)
        way.block()
        for _ in range(2):
            async with asyncio.timeout(4 * PATIENCE_S + 6):  # a new connection has a patience of its own
                assert not await answers(store)
        way.clear()
        assert await comes_back(store)
    finally:
        await store.close()


@POSTGRES
async def test_in_the_middle_of_a_transaction_it_is_undone(way: Relay, database: Database) -> None:
    store = await SqlStore.open(f"postgresql://postgres@127.0.0.1:{way.port}/{database.name}?connect_timeout=2")

    async def begin_and_lose() -> None:
        async with store.transaction() as tx:
            await tx.remember("leads", "a")
            way.block()
            await tx.recall("leads")

    try:
        async with asyncio.timeout(10 * PATIENCE_S):
            with pytest.raises(StoreDown):
                await begin_and_lose()
        way.clear()
        assert await comes_back(store)
        async with store.transaction() as tx:
            assert await tx.recall("leads") is None
    finally:
        await store.close()


@POSTGRES
async def test_who_listens_to_a_database_that_says_nothing_listens_anew(
    way: Relay, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.waking.STANDS_S", 0.2)
    monkeypatch.setattr("bot.store.waking.AGAIN_S", 0.2)
    heard = asyncio.Event()
    listening = asyncio.create_task(
        listen(f"postgresql://postgres@127.0.0.1:{way.port}/{database.name}?connect_timeout=2", heard.set)
    )
    try:
        async with asyncio.timeout(30):
            await heard.wait()  # it listens
            way.block()
            await asyncio.sleep(2 * PATIENCE_S)
            heard.clear()
            way.clear()
            await heard.wait()  # anew
            heard.clear()
            await owe(await database.open(), delivery())
            await heard.wait()
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@pytest.mark.postgres
async def test_a_database_that_crashes_loses_nothing_that_was_promised_and_is_found_again(crashing: Server) -> None:
    store = await SqlStore.open(url := crashing.url(crashing.fresh()))
    heard: asyncio.Queue[None] = asyncio.Queue()
    listening = asyncio.create_task(listen(url, lambda: heard.put_nowait(None)))
    try:
        async with asyncio.timeout(30):
            await heard.get()
            await owe(store, delivery("a", 1), delivery("b", 2))
            await heard.get()
            assert len(await claimed(store, limit=1)) == 1
            await asyncio.to_thread(crashing.restart)
            assert await comes_back(store)
            assert [one.delivery.notice.what for one in await claimed(store)] == ["b"], "the lease of the other stands"
            await heard.get()  # as soon as it listens again
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await store.close()


@POSTGRES
async def test_a_process_of_the_version_before_goes_on_while_the_tables_grow(database: Database) -> None:
    """A step that only adds, as CONTRIBUTING asks: the old one claims and records as before, and cannot be started anew."""
    old = await database.open()
    await owe(old, delivery("before", 1), delivery("after", 2))
    (before,) = await claimed(old, limit=1)
    async with old.connections.begun() as connection:  # what a newer version does at its start
        await connection.execute(sa.text("ALTER TABLE outbox ADD COLUMN mood text NOT NULL DEFAULT 'calm'"))
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    async with old.transaction() as tx:
        assert await tx.standing([before]) == {before.delivery.key}
        await tx.record_dropped(before.delivery.key, "Unknown Channel", T0)
    assert [one.delivery.notice.what for one in await claimed(old)] == ["after"]
    await owe(old, delivery("anew", 3))
    assert [one.delivery.notice.what for one in await claimed(old)] == ["anew"]
    with pytest.raises(CannotOpen, match="newer version"):
        await database.open()
