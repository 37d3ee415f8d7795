"""Bring a database to the newest tables, in one transaction; refuse one that a newer version of the bot wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_FOLDER = Path(__file__).parent / "migrations"
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
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """Name the last step there is."""
    return str(ScriptDirectory(str(_FOLDER)).as_revision_number("head"))


def to_head(connection: Connection) -> Migrated:
    """Run every step that is missing. Raises: NewerTables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
    scripts = ScriptDirectory(str(_FOLDER))
    known = {step.revision for step in scripts.walk_revisions()}
    head = newest()
    before = MigrationContext.configure(connection).get_current_heads()
    if strangers := set(before) - known:
        raise NewerTables(", ".join(sorted(strangers)))
    if before != (head,):
        command.upgrade(alembic_for(connection), "head")
    return Migrated(before[0] if before else None, head)
