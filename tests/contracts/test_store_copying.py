"""A database copied into another of either kind: every row, every number, or nothing at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import UserId
from bot.store import copying
from bot.store.copying import CannotCopy, back_up, copy_database
from bot.store.engine import CannotOpen
from bot.store.examining import BACKED_UP
from bot.store.sql import SqlStore
from tests.contracts.conftest import Database
from tests.contracts.store_samples import GUILD, T0, card, channel, delivery, owe, track, watch
from tests.postgres import Server


@pytest.fixture
def other(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other kind."""
    if kind == "postgres":
        yield f"sqlite:///{tmp_path / 'other.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.empty()
    yield server.url(name)
    server.forget(name)


async def filled(database: Database) -> SqlStore:
    store = await database.open()
    async with store.transaction() as tx:
        await tx.keep(track())
        first = await tx.add_watch(watch())
        await tx.add_watch(watch())
        last = await tx.add_watch(watch())
        assert first.id != last.id
        await tx.remove_watch(GUILD, last.id)
        await tx.keep_card(card())
        await tx.pause(channel(1), "Missing Access", T0)
        await tx.remember("name", "Юлия Пересильд 🚀")
        await tx.note_change(GUILD, UserId(2), "/watch add", "{}", T0)
    await owe(store, delivery("a", 1), delivery("b", 2))
    return store


async def test_everything_arrives_and_goes_on(database: Database, other: str) -> None:
    store = await filled(database)
    copied = {one.table: one.rows for one in await copy_database(database.url, other, dry_run=False)}
    assert (copied["tracks"], copied["watches"], copied["outbox"], copied["cards"], copied["paused"]) == (1, 2, 2, 1, 1)
    arrived = await SqlStore.open(other)
    try:
        async with store.transaction() as old, arrived.transaction() as new:
            assert await new.tracks() == await old.tracks()
            assert await new.watches() == await old.watches()
            assert await new.tally() == await old.tally()
            assert await new.paused(GUILD) == await old.paused(GUILD)
            assert await new.last_change(GUILD) == await old.last_change(GUILD)
            assert await new.recall("name") == "Юлия Пересильд 🚀"
            assert (await new.add_watch(watch())).id == (await old.add_watch(watch())).id, "a number is never given twice"
    finally:
        await arrived.close()


async def test_a_rehearsal_changes_nothing(database: Database, other: str) -> None:
    await filled(database)
    rehearsed = await copy_database(database.url, other, dry_run=True)
    assert sum(one.rows for one in rehearsed) > 0
    assert rehearsed == await copy_database(database.url, other, dry_run=False)


async def test_a_database_that_holds_something_is_left_alone(database: Database, other: str) -> None:
    await filled(database)
    there = await SqlStore.open(other)
    async with there.transaction() as tx:
        await tx.remember("precious", "yes")
    await there.close()
    with pytest.raises(CannotCopy, match=r"is not empty: facts \(1\)\. Name an empty one"):
        await copy_database(database.url, other, dry_run=False)
    with pytest.raises(CannotCopy, match="the same database"):
        await copy_database(database.url, database.url, dry_run=False)


async def test_a_row_that_changes_on_the_way_undoes_it_all(tmp_path: Path) -> None:
    source, target = (Database(f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    await filled(source)
    there = await target.open()
    async with there.transaction() as tx:
        await tx._run(text("CREATE TRIGGER liar AFTER INSERT ON facts BEGIN UPDATE facts SET value = 'no'; END"))
    with pytest.raises(CannotCopy, match="facts did not arrive as it left"):
        await copy_database(source.url, target.url, dry_run=False)
    async with there.transaction() as tx:
        assert await tx.tracks() == ()
    await source.close()
    await target.close()


def backups(folder: Path) -> list[str]:
    """What a backup left in a folder."""
    return sorted(one.name for one in folder.glob("backup*"))


async def test_a_backup_is_whole_and_is_noted(database: Database, tmp_path: Path) -> None:
    store = await database.open()
    await owe(store, delivery("T-24h"))
    file = tmp_path / "backup.sqlite3"
    assert {one.table: one.rows for one in await back_up(database.url, file, T0)}["outbox"] == 1
    async with store.transaction() as tx:
        assert await tx.recall(BACKED_UP) == T0.isoformat()
    assert backups(tmp_path) == ["backup.sqlite3"]
    assert await copy_database(f"sqlite:///{file}", f"sqlite:///{tmp_path / 'again.sqlite3'}", dry_run=True)


async def test_the_bot_goes_on_writing_while_a_copy_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    await owe(store, delivery("T-24h"))
    read = copying._copy
    written: list[str] = []

    async def beside(table: Table, leaving: AsyncConnection, arriving: AsyncConnection) -> int:
        async with asyncio.timeout(5), store.transaction() as tx:
            await tx.remember(table.name, "written meanwhile")
            written.append(table.name)
        return await read(table, leaving, arriving)

    monkeypatch.setattr(copying, "_copy", beside)
    copied = await back_up(f"sqlite:///{tmp_path / 'bot.sqlite3'}", tmp_path / "backup.sqlite3", T0)
    await store.close()
    assert len(written) == len(copied)
    assert {one.table: one.rows for one in copied}["facts"] == 0


async def test_what_is_half_a_backup_is_not_restored(tmp_path: Path) -> None:
    half = f"sqlite:///{tmp_path / 'half.sqlite3'}"
    await (await SqlStore.open(half)).close()
    with pytest.raises(CannotCopy, match="holds nothing"):
        await copy_database(half, f"sqlite:///{tmp_path / 'empty.sqlite3'}", dry_run=False)


async def test_a_backup_for_which_there_is_no_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    store = await SqlStore.open(source)
    await owe(store, *(delivery(f"what-{number}" + "x" * 2000, number) for number in range(1, 200)))
    await store.close()
    opened = copying._opened

    async def narrow(stack: AsyncExitStack, url: str) -> AsyncConnection:
        connection = await opened(stack, url)
        if "backup" in url:
            await connection.execute(text("PRAGMA max_page_count = 100"))
        return connection

    monkeypatch.setattr(copying, "_opened", narrow)
    with pytest.raises(CannotCopy, match=r"Nothing was copied: database or disk is full\."):
        await back_up(source, tmp_path / "backup.sqlite3", T0)
    assert backups(tmp_path) == []


async def test_a_backup_into_no_folder_makes_it_and_onto_a_file_is_told(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    store = await SqlStore.open(source)
    await owe(store, delivery("T-24h"))
    await store.close()
    assert await back_up(source, tmp_path / "in" / "there.sqlite3", T0)
    with pytest.raises(CannotOpen, match="cannot be made"):
        await back_up(source, tmp_path / "bot.sqlite3" / "x.sqlite3", T0)
