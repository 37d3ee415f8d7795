"""A look at a database as it stands: it is not made, not brought up to date, and nothing in it is changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Never

from sqlalchemy import URL, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Fate
from bot.ports import StoreDown
from bot.rules.sharing import LEADS
from bot.store.connections import Connections
from bot.store.engine import CannotOpen, database_url, engine_for, reason, shown
from bot.store.migrate import newest
from bot.store.requests import Asked
from bot.store.rows import finish
from bot.store.sql import SqlTransaction
from bot.store.tables import OWED, Instant, outbox, processes

BACKED_UP = "backed up"
"""Name of the fact when the last backup was made."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LARGEST_CHECKED = 500 * 1024 * 1024
"""Bytes of a file up to which all of its pages are checked. Measured: 100 MB take half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the rows tell."""

    owed: int
    overdue: int
    oldest: datetime | None
    """When the longest waiting of what is owed was due."""
    paused: int
    dropped: tuple[tuple[str, int], ...]
    """Reasons of the last day, the most frequent first."""
    heard: datetime | None
    """When a launch feed last described anything."""
    alive: int
    """Processes that share it, as they say themselves."""
    backed_up: datetime | None
    asked: int
    """Requests to Launch Library in the last hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What there is to see from outside. What could not be seen is None, and `trouble` says why."""

    where: str
    kind: str
    there: bool = True
    trouble: str = ""
    """Why it cannot be reached, or read."""
    read_only: str = ""
    """Why it cannot be written; empty when it can."""
    damaged: str = ""
    step: str | None = None
    newest: str
    size: int | None = None
    free: int | None = None
    """Bytes of its disk that are free; None where the disk is another machine's."""
    clock: datetime | None = None
    """What a database server takes for now; None for a file."""
    version: str = ""
    held: Held | None = None


async def examine(address: str, now: datetime) -> Examined:
    """Look at the database of a DATABASE_URL. Raises: CannotOpen, when it is no address of one."""
    url = database_url(address)
    file = file_of(url)
    blank = Examined(where=shown(url), kind=url.get_backend_name(), newest=newest())
    if file is not None and not file.exists():
        return Examined(where=blank.where, kind=blank.kind, newest=blank.newest, there=False, free=free_at(file))
    found: dict[str, object] = {} if file is None else {"free": free_at(file), "size": size_of(file)}
    connections = Connections(engine_for(url))
    try:
        async with connections.begun() as connection:
            await looked(connection, found, file, now)
            undo()
    except _Undo:
        pass
    except (CannotOpen, StoreDown) as trouble:
        found["trouble"] = str(trouble)
    except DBAPIError as trouble:
        found["trouble"] = reason(trouble)
    finally:
        await connections.close()
    return Examined(where=blank.where, kind=blank.kind, newest=blank.newest, **found)  # type: ignore[arg-type]  # by its own names


class _Undo(Exception):
    """What was tried is taken back."""


def undo() -> Never:
    """End a transaction without a trace."""
    raise _Undo


async def looked(connection: AsyncConnection, found: dict[str, object], file: Path | None, now: datetime) -> None:
    """Look at one thing after another; what was found stands, whatever fails next."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        row = (await connection.execute(text("SELECT clock_timestamp(), pg_database_size(current_database()), version()"))).one()
        found["clock"], found["size"], found["version"] = row[0], int(row[1]), str(row[2]).partition(" (")[0]
    elif file is None:
        found["size"] = int(
            (await connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))).scalar_one()
        )
    if not postgresql and int(str(found.get("size") or 0)) <= LARGEST_CHECKED:
        said = str((await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one())
        found["damaged"] = "" if said == "ok" else said
    found["step"] = await step_of(connection, postgresql=postgresql)
    if found["step"] is None:
        return
    if found["step"] == newest():
        found["held"] = await held(SqlTransaction(connection), connection, now)
    try:
        async with connection.begin_nested():
            await finish(connection.execute(text("UPDATE alembic_version SET version_num = version_num")))
    except DBAPIError as trouble:
        found["read_only"] = reason(trouble)


async def step_of(connection: AsyncConnection, *, postgresql: bool) -> str | None:
    """Tell at which step the tables stand; None when there are none."""
    catalogue = (
        "SELECT to_regclass('alembic_version')" if postgresql else "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    )
    if (await connection.execute(text(catalogue))).scalar() is None:
        return None
    step = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return None if step is None else str(step)


async def held(tx: SqlTransaction, connection: AsyncConnection, now: datetime) -> Held:
    """Read what the rows tell."""
    lately = await tx.tally(now - DAY)
    dropped: dict[str, int] = {}
    for one in lately:
        if one.fate is Fate.DROPPED:
            dropped[one.why] = dropped.get(one.why, 0) + one.count
    oldest = select(func.min(outbox.c.due, type_=Instant)).where(outbox.c.fate == OWED)
    alive = select(func.count()).select_from(processes).where(processes.c.seen >= now - LEADS)
    backed_up = await tx.recall(BACKED_UP)
    return Held(
        owed=sum(one.count for one in lately if one.fate is Fate.OWED),
        overdue=await tx.overdue(now),
        oldest=(await connection.execute(oldest)).scalar(),
        paused=len(await tx.paused()),
        dropped=tuple(sorted(dropped.items(), key=lambda one: (-one[1], one[0]))),
        heard=await tx.heard(),
        alive=int((await connection.execute(alive)).scalar_one()),
        backed_up=datetime.fromisoformat(backed_up) if backed_up else None,
        asked=len(await Asked(connection).made("ll2", now - HOUR)),
    )


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for any other, in memory or named by a URI."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def size_of(file: Path) -> int:
    """Bytes of a SQLite database, with what is not yet written back."""
    return sum(part.stat().st_size for part in (file, file.with_name(f"{file.name}-wal")) if part.exists())


def free_at(file: Path) -> int | None:
    """Bytes that are free where a file is or would be."""
    for folder in file.absolute().parents:
        if folder.exists():
            return shutil.disk_usage(folder).free
    return None
