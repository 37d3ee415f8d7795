"""How a database is opened, migrated, refused, lost and found again."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.model import Scope
from bot.ports import StoreDown
from bot.store.engine import database_url
from bot.store.migrate import newest
from bot.store.sql import CannotOpen, SqlStore
from tests.contracts.conftest import Database
from tests.contracts.store_samples import LEASE, MS19, T0, card, claimed, delivery, owe, track, watch
from tests.postgres import Server, Watchdog

# opening


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///t.db", "sqlite+aiosqlite:///t.db"),
        ("sqlite:////var/lib/t.db", "sqlite+aiosqlite:////var/lib/t.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
        (" postgres://a@b/c\n", "postgresql+psycopg://a@b/c"),
        ("postgresql://a@b:5433/c?sslmode=require", "postgresql+psycopg://a@b:5433/c?sslmode=require"),
        ("postgresql+psycopg://a@b/c", "postgresql+psycopg://a@b/c"),
    ],
)
def test_an_address_as_people_write_it_is_understood(written: str, read: str) -> None:
    assert database_url(written).render_as_string(hide_password=False) == read


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://a:secret@b/c", "DATABASE_URL begins with mysql://; only sqlite:// and postgresql:// are known."),
        ("/var/lib/t.db", "DATABASE_URL is no address of a database; write sqlite:///path or postgresql://host/name."),
        ("", "DATABASE_URL is no address of a database; write sqlite:///path or postgresql://host/name."),
        (
            "postgresql://a:secret@b:port/c",
            "DATABASE_URL is no address of a database; write sqlite:///path or postgresql://host/name.",
        ),
    ],
)
async def test_an_address_of_something_else_is_refused_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(CannotOpen) as refused:
        await SqlStore.open(url)
    assert str(refused.value) == sentence


async def test_the_first_run_makes_the_file_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "t-minus.db"
    store = await SqlStore.open(f"sqlite:///{path}")
    assert (store.migrated.before, store.migrated.after) == (None, newest())
    await store.close()
    again = await SqlStore.open(f"sqlite:///{path}")
    assert (again.migrated.before, again.migrated.after) == (newest(), newest())
    await again.close()


async def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    """FULL: after a power cut a message that was recorded as sent is still recorded, or it would be sent again."""
    store = await SqlStore.open(f"sqlite:///{tmp_path / 't.db'}")
    async with store.transaction() as tx:
        assert (await tx._read(text("PRAGMA journal_mode")))[0][0] == "wal"
        assert (await tx._read(text("PRAGMA synchronous")))[0][0] == 2
    await store.close()


async def test_two_processes_may_start_on_a_new_database_at_once(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    server: Server | None = request.getfixturevalue("postgres") if kind == "postgres" else None
    url = f"sqlite:///{tmp_path / 't.db'}" if server is None else server.url(server.empty())
    stores = await asyncio.gather(*(SqlStore.open(url) for _ in range(4)))
    assert sorted(str(store.migrated.before) for store in stores) == [newest(), newest(), newest(), "None"]
    for store in stores:
        await store.close()


async def test_a_database_in_memory_is_one_and_the_same_until_it_is_closed() -> None:
    store = await SqlStore.open("sqlite://")
    await asyncio.gather(*(owe(store, delivery("a", number)) for number in range(20)))
    assert len(await claimed(store)) == 20
    await store.close()


# refusing


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    store = await database.open()
    async with store.transaction() as tx:
        await tx._run(text("UPDATE alembic_version SET version_num = 'ff00'"))
        await tx.remember("kept", "yes")
    with pytest.raises(CannotOpen, match=r"was written by a newer version of this bot \(step ff00 is unknown here\)"):
        await database.open()
    async with store.transaction() as tx:
        assert await tx.recall("kept") == "yes"


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Launch at dawn. " * 100)
    with pytest.raises(CannotOpen, match=r"^The database sqlite:///.*notes\.txt cannot be used: file is not a database\.$"):
        await SqlStore.open(f"sqlite:///{path}")
    assert path.read_text() == "Launch at dawn. " * 100


async def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    await (await SqlStore.open(f"sqlite:///{path}")).close()
    with pytest.raises(CannotOpen, match="attempt to write a readonly database"):
        await SqlStore.open(f"sqlite:///file:{path}?mode=ro&uri=true")


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotOpen, match=r"^The folder .*/file/folder for the database cannot be made: Not a directory\.$"):
        await SqlStore.open(f"sqlite:///{tmp_path}/file/folder/t.db")


async def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="unable to open database file"):
        await SqlStore.open(f"sqlite:///{tmp_path}")


async def test_a_locked_file_is_refused_in_time(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    await (await SqlStore.open(f"sqlite:///{path}")).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CannotOpen, match="database is locked"):
            await SqlStore.open(f"sqlite:///{path}?timeout=0.05")


async def test_somebody_else_s_tables_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE watches (brand TEXT)")
    with pytest.raises(CannotOpen, match="table watches already exists"):
        await SqlStore.open(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("watches",)]


@pytest.mark.postgres
async def test_a_server_that_is_not_there_is_refused_without_telling_the_password(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match=r"^The database postgresql://bot:\*\*\*@/db\S* cannot be used: .*No such file") as refused:
        await SqlStore.open(f"postgresql://bot:s3cret@/db?host={tmp_path}")
    assert "s3cret" not in str(refused.value)


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_refused(postgres: Server) -> None:
    watchdog = Watchdog(postgres.log)
    watchdog.expect('database "nowhere" does not exist')
    with watchdog.watching(), pytest.raises(CannotOpen, match='database "nowhere" does not exist'):
        await SqlStore.open(postgres.url("nowhere"))


@pytest.mark.postgres
async def test_a_server_that_takes_no_writes_is_refused(postgres: Server) -> None:
    watchdog = Watchdog(postgres.log)
    watchdog.expect("cannot execute UPDATE in a read-only transaction")
    with watchdog.watching(), pytest.raises(CannotOpen, match="cannot execute UPDATE in a read-only transaction"):
        await SqlStore.open(postgres.url(postgres.fresh()) + "&options=-c%20default_transaction_read_only%3Don")


# losing and finding


async def test_a_transaction_that_cannot_begin_is_store_down_and_the_next_one_works(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    store = await SqlStore.open(f"sqlite:///{path}?timeout=0.05")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDown, match=r"^database is locked$"):
            await owe(store, delivery())
    assert await owe(store, delivery()) == 1
    await store.close()


async def test_a_full_disk_is_store_down_and_undoes_the_transaction(tmp_path: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path / 't.db'}")
    async with store.transaction() as tx:
        ((pages,),) = await tx._read(text("PRAGMA page_count"))
        await tx._run(text(f"PRAGMA max_page_count = {pages + 1}"))
    with pytest.raises(StoreDown, match=r"^database or disk is full$"):
        await owe(store, *(delivery("a", number) for number in range(500)))
    async with store.transaction() as tx:
        assert await tx.settled(MS19) == {}
        await tx._run(text("PRAGMA max_page_count = 1000000"))
    assert await owe(store, delivery()) == 1
    await store.close()


async def test_a_file_that_was_damaged_and_repaired_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    store = await SqlStore.open(f"sqlite:///{path}")
    await owe(store, delivery())
    await store.connections._engine.dispose()  # so that all of it is in the one file
    good = path.read_bytes()
    path.write_bytes(good[:100] + b"\xff" * (len(good) - 100))
    with pytest.raises(StoreDown, match="malformed"):
        await owe(store, delivery())
    path.write_bytes(good)
    assert len(await claimed(store)) == 1
    await store.close()


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_lost_connection_is_store_down_and_the_next_transaction_has_a_new_one(database: Database) -> None:
    database.expect("terminating connection due to administrator command")
    store = await database.open()

    async def lose() -> None:
        async with store.transaction() as tx:
            await tx.remember("lost", "yes")
            await _cut(database)
            await tx.recall("lost")

    with pytest.raises(StoreDown):
        await lose()
    await _cut(database)  # and once more while they are idle
    async with store.transaction() as tx:
        assert await tx.recall("lost") is None


async def _cut(database: Database) -> None:
    assert database.server is not None
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_bug_of_ours_is_not_store_down(store: SqlStore, database: Database) -> None:
    database.expect("nonsense")
    with pytest.raises(Exception, match="nonsense") as bug:
        async with store.transaction() as tx:
            await tx._run(text("SELECT nonsense FROM outbox"))
    assert not isinstance(bug.value, StoreDown)


async def test_whoever_is_cancelled_leaves_the_store_whole(database: Database) -> None:
    """Cancelled at every moment of a transaction: each is there in full or not at all, and the store goes on."""
    store = await database.open()

    async def keep(number: int) -> None:
        async with store.transaction() as tx:
            await tx.remember(f"a{number}", "")
            await tx.remember(f"b{number}", "")

    for number in range(60):
        task = asyncio.create_task(keep(number))
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
    await keep(60)
    async with store.transaction() as tx:
        for number in range(61):
            assert await tx.recall(f"a{number}") == await tx.recall(f"b{number}")
        assert await tx.recall("a60") == ""
    await database.close()


async def test_a_database_in_memory_outlives_cancelled_callers() -> None:
    store = await SqlStore.open("sqlite://")
    await owe(store, delivery())
    for turns in range(40):
        task = asyncio.create_task(owe(store, delivery("b", 2)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        task.cancel()
        await asyncio.wait((task,))
    async with store.transaction() as tx:
        assert len(await tx.settled(MS19)) in {1, 2}
    await store.close()


async def test_what_was_committed_outlives_the_process(database: Database) -> None:
    first = await database.open()
    async with first.transaction() as tx:
        await tx.keep(track())
        await tx.keep_card(card())
        kept = await tx.add_watch(watch())
        await tx.owe([delivery()])
    await first.note("ll2", Scope.ALL, T0)
    await database.close()
    second = await database.open()
    async with second.transaction() as tx:
        assert await tx.track(MS19) == track()
        assert await tx.cards(MS19) == {card().target: card()}
        assert await tx.watches() == (kept,)
        assert [one.delivery for one in await tx.claim(T0 - LEASE, 10, LEASE)] == [delivery()]
    assert await second.made("ll2", T0) == ((Scope.ALL, T0),)
    await database.close()
