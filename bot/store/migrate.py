"""Bring a database to the newest tables, in one transaction; refuse one that a newer version of the bot wrote.

Alembic takes 12 MB and a third of a second, so it comes in only where steps are missing: at the start after an update.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select, text

from bot.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
# Alembic's own, as it would make it; its one row says which step is the last that was taken.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
# Any number that nothing else in the database uses: only one process migrates at a time.
_MIGRATING = 0x744D_6967


class NewerTables(Exception):
    """A newer version of the bot has written this database."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """Which step the tables stood at, None for an empty database, and stand at now."""

    before: str | None
    after: str


def alembic_for(connection: Connection) -> Config:
    """What Alembic's commands need to work on this connection."""
    from alembic.config import Config  # noqa: PLC0415 -- see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def steps() -> tuple[str, ...]:
    """Name every step there is, the first one first: their files begin with s and their number."""
    return tuple(sorted(path.stem[1:].partition("_")[0] for path in (_FOLDER / "versions").glob("s[0-9]*.py")))


def newest() -> str:
    """Name the last step there is."""
    return steps()[-1]


def to_head(connection: Connection) -> Migrated:
    """Run every step that is missing; an empty database gets at once the tables that they lead to. Raises: NewerTables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
    before, head = stands_at(connection), newest()
    if before is not None and before not in steps():
        raise NewerTables(before)
    if before is None:
        metadata.create_all(connection, checkfirst=False)
        _VERSION.create(connection, checkfirst=True)
        connection.execute(_VERSION.insert().values(version_num=head))
    elif before != head:
        from alembic import command  # noqa: PLC0415

        command.upgrade(alembic_for(connection), "head")
    return Migrated(before, head)


def stands_at(connection: Connection) -> str | None:
    """Name the step at which the tables stand, as Alembic noted it; None for an empty database."""
    return connection.execute(select(_VERSION)).scalar() if inspect(connection).has_table(_VERSION.name) else None
