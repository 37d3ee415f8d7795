"""The watches of one person, found without reading those of all: persons share a guild."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    """Add the channel to an index."""
    op.drop_index("ix_watches_guild", table_name="watches")
    op.create_index("ix_watches_guild_channel", "watches", ["guild", "channel"])
