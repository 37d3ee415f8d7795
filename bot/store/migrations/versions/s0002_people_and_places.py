"""Persons, forums and scheduled events as targets; what servers and members decided; settings before a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0002"
down_revision: str | None = "0001"

TARGETED = ("watches", "paused", "outbox", "cards")


def upgrade() -> None:
    """Widen the kinds of targets, add three tables."""
    for table in TARGETED:
        # The copy that SQLite needs would forget it: an id must never be given twice.
        again = {"sqlite_autoincrement": table == "watches"}
        with op.batch_alter_table(table, table_kwargs=again) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_place"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_place"), "place IN ('channel', 'admins', 'person', 'forum', 'events')")
    op.create_index(op.f("ix_tracks_seen"), "tracks", ["seen"])
    op.create_table(
        "servers",
        sa.Column("guild", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("left_at", Instant(), nullable=True, comment="when the bot was removed: what is kept of it goes some time later"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild", name=op.f("pk_servers")),
        sa.CheckConstraint("guild <> 0", name=op.f("ck_servers_guild")),
    )
    some = sa.text("left_at IS NOT NULL")
    op.create_index("ix_servers_left_at", "servers", ["left_at"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "members",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_members")),
    )
    op.create_table(
        "settings_changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("guild", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False, comment="the settings as they were, as an export writes them"),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_settings_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_settings_changes_guild_number"), "settings_changes", ["guild", "number"])
