"""What every part of a transaction stands on: one connection, statements that finish, upserts in either dialect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, Executable, FromClause, Row, Table, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Target

_T = TypeVar("_T")
Values = Mapping[str, Any]

# SQLite takes at most 32,766 parameters in one statement (https://sqlite.org/limits.html), PostgreSQL 65,535.
_CHUNK = 5_000
LONGEST_TURN = "5s"
"""Chosen, not measured: a process that is frozen while all others wait for it. A claim takes some 40 ms among 10,000 due rows."""
# Rows made or read in one go while everything else waits: 2,000 take some 30 ms (bench/store.py).
_TURN = 2_000


async def finish(work: Coroutine[Any, Any, _T]) -> _T:
    """Let a statement that was begun end before its caller is cancelled.

    A connection left in the middle of one has to be thrown away, and a database in memory with it.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end(task)
        raise


async def _end(task: asyncio.Future[Any]) -> None:
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:  # cancelled again: the statement is bounded by the engine's own limits
            continue
    if not task.cancelled():
        task.exception()  # the cancellation is what the caller hears of


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Pieces that fit into one statement's parameters."""
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))


async def paced(items: Iterable[_T]) -> AsyncGenerator[_T]:
    """The same items, with a turn for everything else in between."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _TURN == 0:
            await asyncio.sleep(0)


def same_target(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether the rows of two tables are about one target."""
    return and_(one.c.guild == other.c.guild, one.c.channel == other.c.channel, one.c.place == other.c.place)


def is_target(table: FromClause, target: Target) -> ColumnElement[bool]:
    """Whether a row is about this target."""
    return and_(table.c.guild == target.guild, table.c.channel == target.channel, table.c.place == target.place.value)


class Rows:
    """One open transaction."""

    __slots__ = ("_connection",)

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    async def _run(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> CursorResult[Any]:
        return await finish(self._connection.execute(statement, values))

    async def _in_turn(self, lock: int) -> None:
        """Take one's turn, until the end of the transaction; who stops in the middle of it loses it soon. PostgreSQL only."""
        hurried = func.set_config("idle_in_transaction_session_timeout", LONGEST_TURN, True)
        await self._run(select(hurried, func.pg_advisory_xact_lock(lock)))

    async def _read(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        return [row async for row in paced(await self._run(statement, values))]

    async def _each(self, statement: Executable, values: Sequence[Values]) -> None:
        """Run a statement for every one of these, in bulk, in their order."""
        for start in range(0, len(values), _TURN):
            await self._run(statement, values[start : start + _TURN])

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        return _insert(table, postgres=self._postgresql)

    def _insert_new(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Insert rows; those whose key is taken are left as they are."""
        return _insert_new(table, postgres=self._postgresql)

    async def _upsert(self, table: Table, values: Values) -> None:
        """Insert a row, or replace the one that has its primary key."""
        await self._run(_upsert(table, frozenset(values), postgres=self._postgresql), values)


def _insert(table: Table, *, postgres: bool) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if postgres else sqlite.insert(table)


@cache
def _insert_new(table: Table, *, postgres: bool) -> postgresql.Insert | sqlite.Insert:
    return _insert(table, postgres=postgres).on_conflict_do_nothing(index_elements=list(table.primary_key))


@cache
def _upsert(table: Table, names: frozenset[str], *, postgres: bool) -> postgresql.Insert | sqlite.Insert:
    """The statement for rows of these columns. Built once: building costs as much as all the rest of running it."""
    insert = _insert(table, postgres=postgres)
    keys = [column.name for column in table.primary_key]
    replaced = {name: insert.excluded[name] for name in sorted(names) if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=replaced)
