"""From DATABASE_URL to an engine of either database, and from its errors to what they mean for us."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import URL, Connection, ExceptionContext, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.ports import StoreDown

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

# Seconds. Chosen, not measured: the longest transaction, ten thousand targets planned anew, takes below 5 (bench/store.py).
LONGEST_WAIT = 20

# Chosen, not measured: two seconds for other processes to make the file; it is there in milliseconds.
_TRIES, _TRY_AGAIN_S = 40, 0.05

# Seconds for which a process may stop in the middle of a transaction: it holds locks that the others need to take over from it.
_STOPPED = 15
# What the network must not swallow for longer, in seconds and milliseconds; a machine that is gone closes no connection.
_NETWORK = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}

# Several beats, commands and pages at once, and room for a second process under PostgreSQL's default of 100.
_CONNECTIONS = 8

# What sqlite3 reports when the machine is in the way, not our SQL (https://sqlite.org/rescode.html).
_SQLITE_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_SQLITE_RENEW = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CANTOPEN})


class CannotOpen(Exception):
    """The database cannot be used. Its text is one sentence for the operator, without a password."""


def database_url(text: str) -> URL:
    """Name the asynchronous driver in a DATABASE_URL. Raises: CannotOpen, for anything but SQLite and PostgreSQL."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise CannotOpen("DATABASE_URL is no address of a database; write sqlite:///path or postgresql://host/name.") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise CannotOpen(f"DATABASE_URL begins with {url.drivername}://; only sqlite:// and postgresql:// are known.")
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """The address as it may appear in a log."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def engine_for(url: URL) -> AsyncEngine:
    """An engine that has not connected yet. Raises: CannotOpen, when a SQLite file or its folder cannot be made."""
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _sqlite(url: URL) -> AsyncEngine:
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        _make_file(Path(url.database))
    # SQLite has one writer, and every transaction of ours writes or decides: one connection is a fair queue for this process,
    # where the file's own lock is a scramble. It also keeps a database in memory one and the same.
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        # Transactions begin as written below, not as the driver guesses: its SELECT opens none, and an update would be lost.
        connect_args=_unless_said(url, {"isolation_level": None, "timeout": LONGEST_WAIT}),
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            # Not NORMAL: that may forget the last commits in a power cut, and a forgotten `record_sent` is a second message.
            cursor.execute("PRAGMA synchronous = FULL")
        finally:
            cursor.close()

    @event.listens_for(engine.sync_engine, "handle_error")
    def renew(context: ExceptionContext) -> None:
        # The file was moved, deleted or damaged under the open connection: only a new one can see what is there now.
        if _sqlite_code(context.original_exception) in _SQLITE_RENEW:
            context.is_disconnect = True

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Tried without the asynchronous driver: the thread of one that cannot open it speaks up after the event loop has gone.
        _write_ahead(path)
    except OSError as trouble:
        raise CannotOpen(f"The folder {path.parent} for the database cannot be made: {trouble.strerror}.") from trouble
    except sqlite3.Error as trouble:
        raise CannotOpen(f"The database sqlite:///{path} cannot be used: {trouble}.") from trouble


def _write_ahead(path: Path) -> None:
    """Put a new file into the mode that lasts. Of two processes that do so at once one is refused whatever its patience."""
    for last in (*(False,) * _TRIES, True):
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as trouble:
            if last or _sqlite_code(trouble) != sqlite3.SQLITE_BUSY:
                raise
            sleep(_TRY_AGAIN_S)
        else:
            return


def _postgresql(url: URL) -> AsyncEngine:
    from bot.store.driver import SILENCE, Impatient  # noqa: PLC0415 -- 6 MB that a bot on SQLite does without

    engine = create_async_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        # Prepared statements do not survive a pooler that shares server connections between transactions.
        connect_args={"async_creator_fn": Impatient.connect} | patient(url) | _unless_said(url, {"prepare_threshold": None}),
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        try:
            # Statements, not start-up options: a pooler refuses those.
            cursor.execute(f"SET lock_timeout = '{LONGEST_WAIT}s'")
            cursor.execute(f"SET statement_timeout = '{SILENCE - 5}s'")
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{_STOPPED}s'")
            # The server's side of it: whoever stopped reads nothing, and the server would wait with its locks.
            cursor.execute(f"SET tcp_user_timeout = '{_NETWORK['tcp_user_timeout']}'")
        finally:
            cursor.close()
        connection.commit()

    return engine


def patient(url: URL) -> dict[str, Any]:
    """What the driver is told about a network that may go away."""
    return _unless_said(url, {"connect_timeout": 10, **_NETWORK})


def _unless_said(url: URL, arguments: dict[str, Any]) -> dict[str, Any]:
    """Our arguments for the driver; those that stand in the address go before."""
    return {name: value for name, value in arguments.items() if name not in url.query}


def down(trouble: DBAPIError) -> StoreDown | None:
    """What an exception of the driver means: StoreDown when the world is in the way, None when it is a bug of ours."""
    cause = trouble.orig
    if trouble.connection_invalidated or _sqlite_code(cause) in _SQLITE_DOWN or _postgresql_down(cause):
        return StoreDown(reason(trouble))
    return None


def _postgresql_down(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        return False
    import psycopg  # noqa: PLC0415 -- it is there if it raised this, and 6 MB that a bot on SQLite does without

    return isinstance(cause, psycopg.OperationalError | psycopg.errors.ReadOnlySqlTransaction)


def _sqlite_code(cause: BaseException | None) -> int | None:
    """The class of a SQLite error: the low byte of its extended code."""
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def reason(trouble: DBAPIError) -> str:
    """The first line of what a driver says, which carries neither SQL nor values."""
    lines = str(trouble.orig).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(trouble.orig).__name__
