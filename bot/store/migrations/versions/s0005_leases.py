"""What several processes share: who leads, and who is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Add both tables, empty."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column(
            "token",
            sa.BigInteger(),
            nullable=False,
            comment="goes up when it changes hands: an older one is refused",
        ),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        sa.CheckConstraint("token > 0", name=op.f("ck_leases_token")),
    )
    op.create_table(
        "processes",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_processes")),
    )
