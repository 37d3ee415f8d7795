"""Which event a person's reminder is about: those about others need not be read when one moves."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Add the column, empty: a watch that says nothing there is read for every event, as before."""
    # SQLite would write it after the constraints; a copy has it where a new table has it, and must not forget to count its ids.
    copy: Literal["always", "never"] = "always" if op.get_context().dialect.name == "sqlite" else "never"
    about = "the event that a person's reminder is about; none: it may want any"
    with op.batch_alter_table("watches", recreate=copy, table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("only_event", sa.Text(), nullable=True, comment=about))
    op.create_index(op.f("ix_watches_only_event"), "watches", ["only_event"])
