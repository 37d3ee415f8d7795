"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Why

revision = "0001"
down_revision: str | None = None


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _target(table: str) -> tuple[sa.Column[int] | sa.Column[str] | sa.CheckConstraint, ...]:
    return (
        sa.Column("guild", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.CheckConstraint("place IN ('channel', 'admins')", name=op.f(f"ck_{table}_place")),
    )


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "tracks",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("net", Instant(), nullable=True),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("seen", Instant(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_tracks")),
        sa.CheckConstraint("event <> ''", name=op.f("ck_tracks_event")),
    )
    op.create_index(op.f("ix_tracks_net"), "tracks", ["net"])
    op.create_table(
        "watches",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        *_target("watches"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watches_guild"), "watches", ["guild"])
    op.create_table(
        "paused",
        *_target("paused"),
        sa.Column("why", Why(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("guild", "channel", "place", name=op.f("pk_paused")),
    )
    _outbox()
    op.create_table(
        "cards",
        sa.Column("event", sa.Text(), nullable=False),
        *_target("cards"),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("edited_at", Instant(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event", "guild", "channel", "place", name=op.f("pk_cards")),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "requests",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_feed_at"), "requests", ["feed", "at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text(), nullable=False),
        *_target("outbox"),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("say", sa.String(32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("stale", Instant(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("try_at", Instant(), nullable=False, comment="when it may be tried: start, or the retry's time if that is later"),
        sa.Column("t0", Instant(), nullable=True),
        sa.Column("pings", sa.Boolean(), nullable=False, comment="whether it is to ping anyone"),
        sa.Column(
            "leased_until",
            Instant(),
            nullable=True,
            comment="somebody is sending it; a lapsed lease is cleared by the next claim",
        ),
        sa.Column("withdrawn", Why(), nullable=True, comment="it was taken off the plan while somebody was sending it: why"),
        sa.Column("again", sa.Boolean(), nullable=False, comment="it was owed anew while somebody was sending it"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_try", Instant(), nullable=True),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("why", Why(), nullable=False),
        sa.Column("at", Instant(), nullable=True, comment="when it was sent or dropped"),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("pinged", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
        sa.CheckConstraint("key <> ''", name=op.f("ck_outbox_key")),
        sa.CheckConstraint("fate IN ('owed', 'sent', 'dropped')", name=op.f("ck_outbox_fate")),
        sa.CheckConstraint("(fate = 'owed') = (at IS NULL)", name=op.f("ck_outbox_at")),
        sa.CheckConstraint("(fate = 'sent') = (message IS NOT NULL)", name=op.f("ck_outbox_message")),
        sa.CheckConstraint("fate <> 'dropped' OR why <> ''", name=op.f("ck_outbox_why")),
        sa.CheckConstraint(
            "fate = 'owed' OR (leased_until IS NULL AND withdrawn IS NULL AND NOT again)", name=op.f("ck_outbox_settled")
        ),
        sa.CheckConstraint("NOT again OR withdrawn IS NULL", name=op.f("ck_outbox_again")),
        sa.CheckConstraint("fate = 'sent' OR NOT pinged", name=op.f("ck_outbox_pinged")),
        sa.CheckConstraint("tries >= 0 AND (tries = 0) = (first_try IS NULL)", name=op.f("ck_outbox_tries")),
        sa.CheckConstraint("try_at >= start", name=op.f("ck_outbox_try_at")),
    )
    op.create_index(op.f("ix_outbox_event_guild_channel"), "outbox", ["event", "guild", "channel"])
    for name, columns, unique, where in (
        ("ix_outbox_try_at", ["try_at"], False, "fate = 'owed'"),
        ("ix_outbox_stale", ["stale"], False, "fate = 'owed'"),
        ("uq_outbox_leased", ["guild", "channel", "place"], True, "leased_until IS NOT NULL"),
    ):
        op.create_index(op.f(name), "outbox", columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
