"""The history of the tables: it ends where tables.py stands, carries rows along, and a dump carries them elsewhere."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.exc import IntegrityError

from bot.model import Facet, MessageId, Scope, Term
from bot.store.engine import database_url
from bot.store.migrate import alembic_for, newest, steps, to_head
from bot.store.sql import SqlStore
from bot.store.tables import metadata
from tests.contracts.conftest import Database, name_in
from tests.contracts.store_samples import GUILD, LEASE, MINUTE, MS19, T0, card, channel, claimed, delivery, edit, owe, track, watch
from tests.postgres import Server

NOW = T0 - MINUTE


@contextmanager
def connected(url: str) -> Generator[Connection]:
    """A plain connection, committed at the end."""
    engine = create_engine(database_url(url).set(drivername="sqlite" if url.startswith("sqlite") else "postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, of each kind."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.empty()
    yield server.url(name)
    server.forget(name)


def described(connection: Connection) -> list[str]:
    """Every table, constraint and index in the database's own words, sorted."""
    if connection.dialect.name == "sqlite":
        found = [row[0] for row in connection.execute(text("SELECT sql FROM sqlite_master")) if row[0]]
        # A table's lines may come in another order; each names its table's column or constraint.
        return sorted(line.strip().rstrip(",") for statement in found for line in statement.replace('"', "").splitlines())
    queries = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns",
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint",
        "SELECT tablename, indexname, indexdef FROM pg_indexes",
        "SELECT objoid::regclass, objsubid, description FROM pg_description WHERE objoid = 'outbox'::regclass",
    )
    rows = [row for query in queries for row in connection.execute(text(query))]
    return sorted(" ".join(map(str, row)) for row in rows if str(row[0]) in {*metadata.tables, "alembic_version"})


def test_from_empty_the_steps_lead_to_what_tables_py_says(empty: str) -> None:
    with connected(empty) as connection:
        command.upgrade(alembic_for(connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_an_empty_database_gets_at_once_what_the_steps_lead_to(empty: str) -> None:
    """Alembic's comparison sees neither CHECK constraints nor the conditions of partial indexes."""
    with connected(empty) as connection:
        command.upgrade(alembic_for(connection), "head")
        migrated = described(connection)
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        assert to_head(connection).before is None
        assert migrated == described(connection)
        command.check(alembic_for(connection))  # raises where Alembic takes the tables for older ones
    assert any("leased_until IS NOT NULL" in line for line in migrated)
    assert any("ck_outbox_tries" in line for line in migrated)


def test_migrating_twice_changes_nothing(empty: str) -> None:
    with connected(empty) as connection:
        first, second = to_head(connection), to_head(connection)
    assert (first.before, first.after) == (None, newest())
    assert (second.before, second.after) == (newest(), newest())


def test_every_step_follows_the_one_before_and_none_is_missing() -> None:
    folder = Path(__file__).parents[2] / "bot/store/migrations/versions"
    steps = [re.match(r"s(\d{4})_[a-z_]+\.py", path.name) for path in sorted(folder.glob("s*.py"))]
    assert [int(step.group(1)) for step in steps if step] == list(range(1, len(steps) + 1))


def test_the_steps_are_those_that_alembic_knows(empty: str) -> None:
    with connected(empty) as connection:
        history = ScriptDirectory.from_config(alembic_for(connection))
    assert newest() == history.get_current_head()
    assert steps() == tuple(step.revision for step in history.walk_revisions())[::-1]


# What the first release wrote, word for word: every later one reads it.
_TRACK = (
    '{"event":{"id":"ll2:launch:soyuz-ms-19","kind":"launch","name":"Soyuz MS-19","net":{"at":"2021-10-05T08:55:02Z",'
    '"precision":0},"status":"go"},"first_seen":"2021-09-05T08:55:02Z","seen":"2021-09-05T08:55:02Z","feed":"","armed_at":"2021-09-05T08:55:02Z"}'
)
_WATCH = (
    '{"id":0,"target":{"guild":5,"channel":6,"place":"channel"},"name":"crewed","include":[{"facet":"crew","text":"Пересильд"}],'
    '"notices":["reminder","scrub"],"leads":["PT3600S","PT600S"],"made_at":"2021-09-05T08:55:02Z"}'
)
_DELIVERY = (
    '{"key":"c6/T-10m","target":{"guild":5,"channel":6,"place":"channel"},"event":"ll2:launch:soyuz-ms-19","attempt":"2021-10-05",'
    '"notice":{"say":"reminder","what":"T-10m","due":"2021-10-05T08:45:02Z","stale":"2021-10-05T08:55:02Z","lead":"PT600S"},'
    '"t0":"2021-10-05T08:55:02Z","start":"2021-10-05T08:45:02Z"}'
)


def _first_rows(sqlite: bool) -> dict[str, dict[str, object]]:
    def at(instant: datetime) -> datetime:
        return instant.replace(tzinfo=None) if sqlite else instant

    target: dict[str, object] = {"guild": 5, "channel": 6, "place": "channel"}
    return {
        "tracks": {"event": MS19, "kind": "launch", "status": "go", "net": at(T0), "feed": "ll2", "seen": at(NOW), "body": _TRACK},
        "watches": target | {"id": 1, "body": _WATCH},
        "paused": target | {"why": "Missing Access", "at": at(NOW)},
        "outbox": target
        | {"key": "c6/T-10m", "event": MS19, "attempt": "2021-10-05", "say": "reminder", "what": "T-10m", "pings": False}
        | {"due": at(T0 - 10 * MINUTE), "start": at(T0 - 10 * MINUTE), "try_at": at(NOW), "stale": at(T0), "t0": at(T0)}
        | {"fate": "owed", "tries": 2, "first_try": at(T0 - 10 * MINUTE), "why": "timeout", "again": False, "pinged": False}
        | {"body": _DELIVERY},
        "cards": target | {"event": MS19, "message": 2**62, "face": "a1", "edited_at": at(NOW), "gone": False},
        "facts": {"name": "baseline/ll2", "value": "taken"},
        "requests": {"id": 1, "feed": "ll2", "scope": "near", "at": at(T0)},
    }


async def test_what_the_first_release_wrote_is_still_read(empty: str, kind: str) -> None:
    with connected(empty) as connection:
        command.upgrade(alembic_for(connection), "0001")
        old = MetaData()
        old.reflect(connection)
        for name, row in _first_rows(kind == "sqlite").items():
            connection.execute(old.tables[name].insert(), row)
    store = await SqlStore.open(empty)
    try:
        async with store.transaction() as tx:
            (kept,) = await tx.tracks()
            (asked,) = await tx.watches()
            assert (kept.event.name, kept.event.net.at, kept.seen, kept.feed) == ("Soyuz MS-19", T0, NOW, "ll2")
            assert (asked.include, asked.leads, asked.paused) == (
                (Term(Facet.CREW, "Пересильд"),),
                (60 * MINUTE, 10 * MINUTE),
                True,
            )
            assert await tx.paused(asked.target.guild) == {asked.target: ("Missing Access", NOW)}
            assert (await tx.cards(MS19))[asked.target].message == 2**62
            assert await tx.recall("baseline/ll2") == "taken"
            assert await tx.claim(NOW, 1, LEASE) == ()
            assert await tx.resume(asked.target)
            (taken,) = await tx.claim(NOW, 1, LEASE)
            assert (taken.delivery.notice.lead, taken.tries, taken.first_try) == (10 * MINUTE, 2, T0 - 10 * MINUTE)
        assert await store.made("ll2", T0) == ((Scope.NEAR, T0),)
    finally:
        await store.close()


# constraints


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("fate = 'perhaps', at = due, why = 'x'", "ck_outbox_fate"),
        ("place = 'dm'", "ck_outbox_place"),
        ("message = 5", "ck_outbox_message"),
        ("fate = 'dropped', at = due", "ck_outbox_why"),
        ("fate = 'sent', message = 5", "ck_outbox_at"),
        ("fate = 'sent', message = 5, at = due, leased_until = due", "ck_outbox_settled"),
        ("fate = 'sent', message = 5, at = due, withdrawn = 'x'", "ck_outbox_settled"),
        ("pinged = true", "ck_outbox_pinged"),
        ("tries = 1", "ck_outbox_tries"),
        ("tries = -1, first_try = due", "ck_outbox_tries"),
        ("again = true, withdrawn = 'x'", "ck_outbox_again"),
        ("start = stale", "ck_outbox_try_at"),
        ("key = ''", "ck_outbox_key"),
    ],
)
async def test_no_code_path_can_break_what_a_row_of_the_outbox_means(database: Database, change: str, constraint: str) -> None:
    database.expect(constraint)
    store = await database.open()
    await owe(store, delivery())
    with pytest.raises(IntegrityError, match=constraint):
        async with store.transaction() as tx:
            await tx._run(text(f"UPDATE outbox SET {change}"))  # noqa: S608  written above


async def test_two_leases_for_one_target_are_impossible(database: Database) -> None:
    database.expect("uq_outbox_leased")
    store = await database.open()
    await owe(store, delivery("a"), delivery("b"))
    with pytest.raises(IntegrityError, match=r"uq_outbox_leased|UNIQUE constraint failed: outbox\.guild"):
        async with store.transaction() as tx:
            await tx._run(text("UPDATE outbox SET leased_until = stale"))


# dumps


async def _fill(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track())
        await tx.add_watch(watch())
        await tx.pause(channel(2), "Missing Access", NOW)
        await tx.owe([delivery("a", pings=True), delivery("b", 2), delivery("c", 3), delivery("d", 4)])
        await tx.set_edits([edit(5)])
        await tx.keep_card(card())
        await tx.remember("baseline/ll2", "taken")
        await tx.record_sent(delivery("a").key, MessageId(2**62), NOW, pinged=True)
        await tx.record_dropped(delivery("d", 4).key, "Unknown Channel", NOW)
    await claimed(store, NOW, 1)
    await store.note("ll2", Scope.NEAR, T0)


async def _all_of(store: SqlStore) -> tuple[object, ...]:
    async with store.transaction() as tx:
        known = (
            await tx.tracks(),
            await tx.watches(),
            await tx.paused(GUILD),
            await tx.settled(MS19),
            await tx.cards(MS19),
            await tx.recall("baseline/ll2"),
            await tx.next_start(NOW),
        )
    return (*known, await store.made("ll2", T0), await claimed(store, NOW), await claimed(store, NOW + LEASE))


def _dump(database: Database) -> str:
    if database.server is not None:
        return database.server.run("pg_dump", "--no-owner", database.name)
    with closing(sqlite3.connect(database.name)) as connection:
        return "\n".join(connection.iterdump())


def _restore(server: Server | None, name: str, dump: str) -> None:
    if server is not None:
        server.run("psql", "-q", "-v", "ON_ERROR_STOP=1", name, stdin=dump)
        return
    with closing(sqlite3.connect(name)) as connection:
        connection.executescript(dump)


async def test_a_dump_is_text_that_people_can_read_and_carries_everything_elsewhere(database: Database, empty: str) -> None:
    store = await database.open()
    await _fill(store)
    dump = _dump(database)
    for words in ("Пересильд", "ll2:launch:soyuz-ms-19", "2021-10-05", "9223372036854775807", "Unknown Channel"):
        assert words in dump
    _restore(database.server, name_in(empty), dump)
    elsewhere = await SqlStore.open(empty)
    try:
        assert await _all_of(elsewhere) == await _all_of(store)
    finally:
        await elsewhere.close()
