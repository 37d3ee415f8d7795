"""What is owed and what ended, to be counted and forgotten without reading all that is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

OWED = sa.text("fate = 'owed'")
ENDED = sa.text("at IS NOT NULL")


def upgrade() -> None:
    """Add one index, and columns to another."""
    op.drop_index("ix_outbox_try_at", table_name="outbox")
    op.create_index("ix_outbox_try_at", "outbox", ["try_at", "fate", "say", "due"], sqlite_where=OWED, postgresql_where=OWED)
    op.create_index("ix_outbox_ended", "outbox", ["at", "fate", "say", "why"], sqlite_where=ENDED, postgresql_where=ENDED)
