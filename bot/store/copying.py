"""A whole database into another one, of either kind: moving from SQLite to PostgreSQL, backup, restore. All of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, Row, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import StoreDown
from bot.store.engine import CannotOpen, database_url, reason, shown
from bot.store.examining import BACKED_UP
from bot.store.sql import SqlStore
from bot.store.tables import metadata

_BATCH = 2_000


class CannotCopy(Exception):
    """Nothing was copied. Its text is one sentence for the operator, without a password."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One table, and how many of its rows were copied."""

    table: str
    rows: int


class _Rehearsed(Exception):
    """Everything went well and is to be undone."""

    def __init__(self, copied: tuple[Copied, ...]) -> None:
        super().__init__("a dry run")
        self.copied = copied


async def copy_database(source: str, target: str, *, dry_run: bool) -> tuple[Copied, ...]:
    """Copy every row, compare what arrived with what left, and only then commit. `dry_run` copies and compares, then undoes it.

    Both are DATABASE_URLs; both are brought to the newest tables first. The target must hold no rows.
    Raises: CannotOpen; CannotCopy.
    """
    if database_url(source) == database_url(target):
        raise CannotCopy("Both are the same database: name another one to copy to.")
    try:
        return await _copied(source, target, dry_run=dry_run)
    except _Rehearsed as rehearsed:
        return rehearsed.copied
    except DBAPIError as trouble:
        raise CannotCopy(f"Nothing was copied: {reason(trouble)}.") from trouble


async def back_up(source: str, file: Path, now: datetime) -> tuple[Copied, ...]:
    """Copy everything into a file that appears only once it is whole, and note in the source when.

    Raises: CannotOpen; CannotCopy.
    """
    partial = file.with_name(f"{file.name}.partial")
    _forget_file(partial)  # what a backup left that was killed
    try:
        copied = await copy_database(source, f"sqlite:///{partial}", dry_run=False)
        partial.replace(file)
    except OSError as trouble:
        raise CannotCopy(f"The backup {file} cannot be written: {trouble.strerror}.") from trouble
    finally:
        _forget_file(partial)
    await _note_backup(source, now)
    return copied


def _forget_file(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            file.with_name(file.name + ending).unlink(missing_ok=True)


async def _note_backup(source: str, at: datetime) -> None:
    """Note that a database was backed up; one that cannot be written is none the worse for it."""
    with suppress(CannotOpen, StoreDown):
        store = await SqlStore.open(source)
        try:
            async with store.transaction() as tx:
                await tx.remember(BACKED_UP, at.isoformat())
        finally:
            await store.close()


async def _copied(source: str, target: str, *, dry_run: bool) -> tuple[Copied, ...]:
    async with AsyncExitStack() as stack:
        leaving = await _opened(stack, source)
        await _as_it_stands(leaving)
        arriving = await _opened(stack, target)
        there = {table.name: await _count(arriving, table) for table in metadata.sorted_tables}
        if any(there.values()):
            full = ", ".join(f"{name} ({count})" for name, count in there.items() if count)
            raise CannotCopy(f"The database {shown(database_url(target))} is not empty: {full}. Name an empty one.")
        copied = tuple([Copied(table.name, await _copy(table, leaving, arriving)) for table in metadata.sorted_tables])
        if not any(one.rows for one in copied):
            raise CannotCopy(f"The database {shown(database_url(source))} holds nothing: is it half a backup, or the wrong file?")
        for table in metadata.sorted_tables:
            await _numbers_go_on(table, leaving, arriving)
        if dry_run:
            raise _Rehearsed(copied)
    return copied


async def _opened(stack: AsyncExitStack, url: str) -> AsyncConnection:
    store = await SqlStore.open(url)
    stack.push_async_callback(store.close)
    connection = await stack.enter_async_context(store.connections.begun())
    if connection.dialect.name == "postgresql":
        # One of the two waits while the other's rows are compared, however many they are; and nothing is in its way.
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    return connection


async def _as_it_stands(connection: AsyncConnection) -> None:
    """See every table as it stood at one instant, while the bot goes on writing."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return
    await connection.execute(text("COMMIT"))  # ours begin as writers; what only reads holds up nobody
    await connection.execute(text("BEGIN"))
    await connection.execute(text("SELECT count(*) FROM alembic_version"))


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _copy(table: Table, leaving: AsyncConnection, arriving: AsyncConnection) -> int:
    """Copy the rows of a table. Raises: CannotCopy, when another row is read back than was written."""
    left, rows = 0, 0
    async for batch in _rows(table, leaving):
        await arriving.execute(insert(table), [dict(row._mapping) for row in batch])  # noqa: SLF001 -- SQLAlchemy's public name for it
        rows += len(batch)
        left += _sum(batch)
    arrived = 0
    async for batch in _rows(table, arriving):
        arrived += _sum(batch)
    if left != arrived:
        raise CannotCopy(f"The table {table.name} did not arrive as it left. Nothing was copied.")
    return rows


async def _rows(table: Table, connection: AsyncConnection) -> AsyncGenerator[Sequence[Row[Any]]]:
    """All rows in batches. In no order of the database's: one sorts text by bytes, the other by a language."""
    found = await connection.stream(select(table))
    async for batch in found.partitions(_BATCH):
        yield batch


def _sum(batch: Sequence[Row[Any]]) -> int:
    """A number that tells these rows from others, whatever their order."""
    return sum(int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest()) for row in batch)


async def _numbers_go_on(table: Table, leaving: AsyncConnection, arriving: AsyncConnection) -> None:
    """Let the ids of a table go on where they stood: a number that was given once is never given again."""
    (key, *others) = table.primary_key.columns
    if others or not isinstance(key.type, Integer) or key.autoincrement is not True:
        return
    name = {"name": table.name, "key": key.name}
    last = await _last_number(table, key.name, leaving)
    if not last:
        return
    if arriving.dialect.name == "postgresql":
        await arriving.execute(text("SELECT setval(pg_get_serial_sequence(:name, :key), :last)"), name | {"last": last})
    elif table.dialect_options["sqlite"]["autoincrement"]:
        await arriving.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), name)
        await arriving.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), name | {"last": last})


async def _last_number(table: Table, key: str, connection: AsyncConnection) -> int:
    name = {"name": table.name, "key": key}
    if connection.dialect.name == "postgresql":
        sequence = (await connection.execute(text("SELECT pg_get_serial_sequence(:name, :key)"), name)).scalar_one()
        given = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608 -- named by the database
        return int((await connection.execute(given)).scalar_one())
    if table.dialect_options["sqlite"]["autoincrement"]:
        found = await connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), name)
        return int(found.scalar() or 0)
    return int((await connection.execute(select(func.max(table.c[key])))).scalar() or 0)
