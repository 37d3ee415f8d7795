"""The tables, and the invariants that no code path may break: states, uniqueness and sanity are constraints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

LONGEST_REASON = 500
"""Characters kept of a reason that somebody else worded. Chosen, not measured: an error body of Discord is below 300."""


class NaiveInstant(ValueError, DontWrapMixin):
    """An instant without a zone was about to be stored."""


class Instant(TypeDecorator[datetime]):
    """UTC in, aware out, naive refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the base class's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveInstant(f"{value.isoformat()} has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the base class's signature
        if value is None:
            return None
        # SQLite keeps digits only; they are UTC because nothing else gets in.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Why(TypeDecorator[str]):
    """A reason, often in the words of somebody else: bounded, and without the NUL that PostgreSQL refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the base class's signature
        return None if value is None else value.replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_REASON]


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Written out, not bound: a partial index serves only a query whose text implies the index's own condition.
OWED = literal_column("'owed'", String)
SENT = literal_column("'sent'", String)
DROPPED = literal_column("'dropped'", String)


def _target(*, primary_key: bool = False) -> tuple[Column[Any] | CheckConstraint, ...]:
    """The columns of a Target. Snowflakes are 64-bit."""
    return (
        Column("guild", BigInteger, primary_key=primary_key, nullable=False, autoincrement=False),
        Column("channel", BigInteger, primary_key=primary_key, nullable=False, autoincrement=False),
        Column("place", String(16), primary_key=primary_key, nullable=False),
        CheckConstraint("place IN ('channel', 'admins', 'person', 'forum', 'events')", name="place"),
    )


tracks = Table(
    "tracks",
    metadata,
    Column("event", Text, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("status", String(32), nullable=False),
    Column("net", Instant),
    Column("feed", Text, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("event <> ''", name="event"),
    Index(None, "net"),
    Index(None, "seen"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    *_target(),
    Column("body", Text, nullable=False),
    Column("only_event", Text, comment="the event that a person's reminder is about; none: it may want any"),
    Index(None, "guild", "channel"),
    Index(None, "only_event"),
    # An id is never given twice: a button that still shows a removed watch must not reach its successor.
    sqlite_autoincrement=True,
)

servers = Table(
    "servers",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("left_at", Instant, comment="when the bot was removed: what is kept of it goes some time later"),
    Column("body", Text, nullable=False),
    CheckConstraint("guild <> 0", name="guild"),
    Index("ix_servers_left_at", "left_at", sqlite_where=text("left_at IS NOT NULL"), postgresql_where=text("left_at IS NOT NULL")),
)

members = Table(
    "members",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

settings_changes = Table(
    "settings_changes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False, comment="the settings as they were, as an export writes them"),
    Column("at", Instant, nullable=False),
    Index(None, "guild", "number"),
    sqlite_autoincrement=True,
)

paused = Table(
    "paused",
    metadata,
    *_target(primary_key=True),
    Column("why", Why, nullable=False),
    Column("at", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    *_target(),
    Column("event", Text),
    Column("attempt", Text, nullable=False),
    Column("say", String(32), nullable=False),
    Column("what", Text, nullable=False),
    Column("due", Instant, nullable=False),
    Column("stale", Instant, nullable=False),
    Column("start", Instant, nullable=False),
    Column("try_at", Instant, nullable=False, comment="when it may be tried: start, or the retry's time if that is later"),
    Column("t0", Instant),
    Column("pings", Boolean, nullable=False, comment="whether it is to ping anyone"),
    Column("leased_until", Instant, comment="somebody is sending it; a lapsed lease is cleared by the next claim"),
    Column("withdrawn", Why, comment="it was taken off the plan while somebody was sending it: why"),
    Column("again", Boolean, nullable=False, comment="it was owed anew while somebody was sending it"),
    Column("tries", Integer, nullable=False),
    Column("first_try", Instant),
    Column("fate", String(16), nullable=False),
    Column("why", Why, nullable=False),
    Column("at", Instant, comment="when it was sent or dropped"),
    Column("message", BigInteger),
    Column("pinged", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("key <> ''", name="key"),
    CheckConstraint("fate IN ('owed', 'sent', 'dropped')", name="fate"),
    CheckConstraint("(fate = 'owed') = (at IS NULL)", name="at"),
    CheckConstraint("(fate = 'sent') = (message IS NOT NULL)", name="message"),
    CheckConstraint("fate <> 'dropped' OR why <> ''", name="why"),
    CheckConstraint("fate = 'owed' OR (leased_until IS NULL AND withdrawn IS NULL AND NOT again)", name="settled"),
    CheckConstraint("NOT again OR withdrawn IS NULL", name="again"),
    CheckConstraint("fate = 'sent' OR NOT pinged", name="pinged"),
    CheckConstraint("tries >= 0 AND (tries = 0) = (first_try IS NULL)", name="tries"),
    CheckConstraint("try_at >= start", name="try_at"),
    Index(None, "event", "guild", "channel"),
    # With what a scrape counts, so that it reads no row. (SQLite 3.40 wants `fate` in it, though its condition says that.)
    Index(
        "ix_outbox_try_at",
        "try_at",
        "fate",
        "say",
        "due",
        sqlite_where=text("fate = 'owed'"),
        postgresql_where=text("fate = 'owed'"),
    ),
    Index("ix_outbox_stale", "stale", sqlite_where=text("fate = 'owed'"), postgresql_where=text("fate = 'owed'")),
    # What ended of late, for scrapes and pages; what ended long ago, to forget it.
    Index(
        "ix_outbox_ended",
        "at",
        "fate",
        "say",
        "why",
        sqlite_where=text("at IS NOT NULL"),
        postgresql_where=text("at IS NOT NULL"),
    ),
    # One row per target at a time, whatever a claim does.
    Index(
        "uq_outbox_leased",
        "guild",
        "channel",
        "place",
        unique=True,
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)

cards = Table(
    "cards",
    metadata,
    Column("event", Text, primary_key=True),
    *_target(primary_key=True),
    Column("message", BigInteger, nullable=False),
    Column("face", Text, nullable=False),
    Column("edited_at", Instant, nullable=False),
    Column("gone", Boolean, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    # One article may come from a feed that all are shown and from a server's own.
    Column("owner", BigInteger, primary_key=True, autoincrement=False, comment="the server that alone is shown it, 0 for all"),
    Column("url", Text, primary_key=True),
    Column("published", Instant, nullable=False),
    Column("noted", Instant, nullable=False, comment="when it was last written down: it is new, or its feed changed it"),
    Column("body", Text, nullable=False),
    CheckConstraint("url <> ''", name="url"),
    Index(None, "published"),
    Index(None, "noted"),
)

links = Table(
    "links",
    metadata,
    Column("event", Text, primary_key=True),
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("url", Text, primary_key=True),
    Column("confidence", Float, nullable=False),
    Column("why", Text, nullable=False, comment="the evidence, as a list of phrases"),
    ForeignKeyConstraint(["owner", "url"], ["articles.owner", "articles.url"], name="fk_links_articles", ondelete="CASCADE"),
    CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
    Index(None, "owner", "url"),
)

server_feeds = Table(
    "server_feeds",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("by", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("guild <> 0", name="guild"),
    UniqueConstraint("guild", "url"),
    # What was read of a feed is remembered by its number.
    sqlite_autoincrement=True,
)

requests = Table(
    "requests",
    metadata,
    # Two requests may begin at one instant, and both count.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("feed", Text, nullable=False),
    Column("scope", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "feed", "at"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False, comment="goes up when it changes hands: an older one is refused"),
    Column("until", Instant, nullable=False),
    CheckConstraint("token > 0", name="token"),
)

processes = Table(
    "processes",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("seen", Instant, nullable=False),
)
