"""What is written about the events: articles, what they are linked to, and the feeds that servers added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "articles",
        sa.Column(
            "owner", sa.BigInteger(), autoincrement=False, nullable=False, comment="the server that alone is shown it, 0 for all"
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published", Instant(), nullable=False),
        sa.Column("noted", Instant(), nullable=False, comment="when it was last written down: it is new, or its feed changed it"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "url", name=op.f("pk_articles")),
        sa.CheckConstraint("url <> ''", name=op.f("ck_articles_url")),
    )
    op.create_index(op.f("ix_articles_published"), "articles", ["published"])
    op.create_index(op.f("ix_articles_noted"), "articles", ["noted"])
    op.create_table(
        "links",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="the evidence, as a list of phrases"),
        sa.PrimaryKeyConstraint("event", "owner", "url", name=op.f("pk_links")),
        sa.ForeignKeyConstraint(
            ["owner", "url"], ["articles.owner", "articles.url"], name=op.f("fk_links_articles"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", name=op.f("ck_links_confidence")),
    )
    op.create_index(op.f("ix_links_owner_url"), "links", ["owner", "url"])
    op.create_table(
        "server_feeds",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("guild", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_server_feeds")),
        sa.UniqueConstraint("guild", "url", name=op.f("uq_server_feeds_guild_url")),
        sa.CheckConstraint("guild <> 0", name=op.f("ck_server_feeds_guild")),
        sqlite_autoincrement=True,
    )
