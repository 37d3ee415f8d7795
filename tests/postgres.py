"""A private PostgreSQL for the tests: own folder, own socket, nobody else's data; and its log, in which no ERROR may stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

from bot.store.migrate import to_head

NEEDED = ("initdb", "pg_ctl", "postgres")
_TROUBLE = re.compile(r"^.*\b(?:ERROR|FATAL|PANIC): .*$", re.MULTILINE)
# Nothing here outlives the tests, so nothing is synced to the disk; UTC-far zone, to catch whoever relies on the server's.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "lc_messages": "C",
    "timezone": "Pacific/Kiritimati",
    "deadlock_timeout": "200ms",
}


def binaries() -> Path | None:
    """Where the server's programs are: $PG_BIN, Debian's folders newest first, $PATH; None when nowhere."""
    folders = [Path(named)] if (named := os.environ.get("PG_BIN")) else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: float(found.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    return next((folder for folder in folders if all((folder / name).exists() for name in NEEDED)), None)


def binaries_or_skip() -> Path:
    """The same; where there are none the test is skipped, but on CI it fails."""
    found = binaries()
    if found is not None:
        return found
    why = "no PostgreSQL server programs: install the package postgresql or set PG_BIN"
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@dataclass(slots=True)
class Server:
    """A running server."""

    programs: Path
    folder: Path
    restart: Callable[[], None]
    """Let it crash and come back, as `pg_ctl restart -m immediate` does."""
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ".s.PGSQL.5432"

    def url(self, database: str) -> str:
        """The DATABASE_URL of a database in it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def fresh(self) -> str:
        """Make a database with the newest tables and nothing in them; its name."""
        name = f"test_{next(self._numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE migrated", name)
        return name

    def empty(self) -> str:
        """Make a database without tables; its name."""
        name = f"test_{next(self._numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE template0", name)
        return name

    def forget(self, name: str) -> None:
        """Remove a database, whoever still has it open."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def run(self, program: str, *arguments: str, stdin: str = "") -> str:
        """Run one of PostgreSQL's own programs against this server; what it printed."""
        done = subprocess.run(  # noqa: S603  the server's own programs
            [self.programs / program, "-h", self.folder, "-U", "postgres", *arguments],
            input=stdin,
            capture_output=True,
            check=True,
            text=True,
            timeout=30,
        )
        return done.stdout

    def _say(self, statement: LiteralString, name: str) -> None:
        with psycopg.connect(dbname="postgres", user="postgres", host=str(self.folder), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def prepare(self) -> None:
        """Make the database that `fresh` copies."""
        self._say("CREATE DATABASE {} TEMPLATE template0", "migrated")
        engine = create_engine(self.url("migrated").replace("postgresql:", "postgresql+psycopg:"))
        try:
            with engine.begin() as connection:
                to_head(connection)
        finally:
            engine.dispose()


@contextmanager
def running(programs: Path, **settings: str) -> Generator[Server]:
    """A server in a folder of its own, gone with it afterwards. PostgreSQL refuses root, so root runs it as nobody."""
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not tmp_path: a socket's path is at most 107 bytes
    if user:
        shutil.chown(folder, user)
    cluster = folder / "cluster"

    def run(program: str, *arguments: str | Path) -> None:
        command = [programs / program, "-D", cluster, *arguments]
        output = folder / f"{program}.out"
        with output.open("w") as out:  # not a pipe: the server would hold it open
            done = subprocess.run(command, user=user, cwd=folder, stdout=out, stderr=out, check=False, timeout=60)  # noqa: S603
        assert done.returncode == 0, output.read_text() + (folder / "log").read_text()

    try:
        (folder / "log").touch()
        if user:
            shutil.chown(folder / "log", user)
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = [f"-k {folder}", *(f"-c {name}={value}" for name, value in (_SETTINGS | settings).items())]
        begin = ("-w", "-l", folder / "log", "-o", " ".join(options))
        run("pg_ctl", "start", *begin)
        try:
            server = Server(programs, folder, lambda: run("pg_ctl", "restart", "-m", "immediate", *begin))
            server.prepare()
            yield server
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@dataclass(slots=True)
class Watchdog:
    """Reads what the server logged during one test."""

    log: Path
    expected: list[str] = field(default_factory=list)

    def expect(self, words: str) -> None:
        """This test provokes a trouble with these words in it."""
        self.expected.append(words)

    @contextmanager
    def watching(self) -> Generator[None]:
        """Fail for every trouble that was not expected."""
        start = self.log.stat().st_size
        yield
        with self.log.open() as log:
            log.seek(start)
            found = _TROUBLE.findall(log.read())
        strange = [line for line in found if not any(words in line for words in self.expected)]
        assert not strange, "\n".join(strange)
