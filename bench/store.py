"""How fast the store plans and hands out what is owed, against plain sqlite3 writing the same rows in the same run."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.model import ChannelId, Delivery, EventId, GuildId, Key, MessageId, Notice, RoleId, Say, Target
from bot.store.codec import delivery_row
from bot.store.sql import SqlStore

T0 = datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)
_DAY, _HOUR, _TEN, _NOW = timedelta(days=1), timedelta(hours=1), timedelta(minutes=10), timedelta()
LEADS = (("T-24h", _DAY, _HOUR), ("T-1h", _HOUR, _TEN), ("T-10m", _TEN, _NOW))
"""What, its lead, and the lead of the next closer one, with which it goes stale."""
LEASE = timedelta(seconds=15)
SENDS = 400
BATCH = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was done how often in how many seconds; the longest the event loop stood still."""

    name: str
    rows: int
    seconds: float
    stall: float = 0.0
    reference: float | None = None
    """Seconds of plain sqlite3 for the same rows."""

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds

    @property
    def ratio(self) -> float | None:
        """How many times the reference's time it took."""
        return None if self.reference is None else self.seconds / self.reference


def countdown(event: str, targets: int, *, later: timedelta = timedelta()) -> list[Delivery]:
    """Three reminders for every target."""
    t0 = T0 + later
    return [
        Delivery(
            key=Key(f"channel-{number}/{event}/2021-10-05/{what}"),
            target=Target(GuildId(10**18 + number // 3), ChannelId(number)),
            event=EventId(event),
            attempt="2021-10-05",
            notice=Notice(
                say=Say.REMINDER, what=what, due=t0 - lead, stale=t0 - closer, lead=lead, roles=(RoleId(7),), watches=("crewed",)
            ),
            t0=t0,
            start=t0 - lead - timedelta(minutes=3),
        )
        for number in range(1, targets + 1)
        for what, lead, closer in LEADS
    ]


@dataclass(slots=True)
class Stopwatch:
    """Seconds since it was started, and the longest the event loop stood still meanwhile."""

    seconds: float = 0.0
    stall: float = 0.0


@asynccontextmanager
async def timed() -> AsyncGenerator[Stopwatch]:
    """Time a block, with a task beside it that wants to run every millisecond."""
    watch = Stopwatch()

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.001)
            watch.stall = max(watch.stall, perf_counter() - before - 0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    start = perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = perf_counter() - start
        ticking.cancel()
        await asyncio.wait((ticking,))


async def plan(store: SqlStore, name: str, deliveries: Sequence[Delivery], reference: float | None = None) -> Figure:
    """Time one set_countdown in a transaction of its own."""
    async with timed() as watch, store.transaction() as tx:
        await tx.set_countdown(EventId("ll2:launch:bench"), deliveries, [], T0 - timedelta(days=2))
    return Figure(name, len(deliveries), watch.seconds, watch.stall, reference)


async def deliver(store: SqlStore, now: datetime, reference: float) -> Figure:
    """Time claims of ten and a record in a transaction of its own for each, as delivery does."""
    done = 0
    async with timed() as watch:
        while done < SENDS:
            async with store.transaction() as tx:
                taken = await tx.claim(now, BATCH, LEASE)
            for one in taken:
                async with store.transaction() as tx:
                    await tx.record_sent(one.delivery.key, MessageId(10**18), now, pinged=True)
            done += len(taken)
    return Figure(f"claim {BATCH}, record each", SENDS, watch.seconds, watch.stall, reference)


def plain(path: Path, deliveries: Sequence[Delivery]) -> tuple[float, float]:
    """Seconds that sqlite3 takes for the same inserts in one transaction, and for as many claims and records; same tables."""
    rows = [_as_sqlite(delivery_row(delivery)) for delivery in deliveries]
    columns = ", ".join(rows[0])
    insert = f"INSERT INTO outbox ({columns}) VALUES ({', '.join(':' + name for name in rows[0])})"  # noqa: S608  our own names
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        start = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows)
        connection.execute("COMMIT")
        inserted = perf_counter() - start
        keys = [str(row["key"]) for row in rows][: SENDS * len(LEADS) : len(LEADS)]
        until = (T0 + LEASE).isoformat(" ")
        start = perf_counter()
        for at in range(0, SENDS, BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE outbox SET leased_until = ?, tries = 1, first_try = start WHERE key = ?",
                [(until, key) for key in keys[at : at + BATCH]],
            )
            connection.execute("COMMIT")
            for key in keys[at : at + BATCH]:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "UPDATE outbox SET fate = 'sent', message = 1, at = start, pinged = 1, leased_until = NULL WHERE key = ?",
                    (key,),
                )
                connection.execute("COMMIT")
        return inserted, perf_counter() - start


def _as_sqlite(row: dict[str, object]) -> dict[str, object]:
    return {name: value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value for name, value in row.items()}


async def measure(url: str | None, targets: int, ahead: int) -> list[Figure]:
    """Everything, on a fresh SQLite file or the (empty) database at `url`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        beside = Path(folder, "plain.db")
        await (await SqlStore.open(f"sqlite:///{beside}")).close()
        deliveries = countdown("ll2:launch:bench", targets)
        inserted, sent = plain(beside, deliveries)
        store = await SqlStore.open(url or f"sqlite:///{folder}/t-minus.db")
        try:
            async with store.transaction() as tx:
                for number in range(ahead):
                    await tx.owe(countdown(f"ll2:launch:later-{number}", targets, later=timedelta(days=5 + number)))
            return [
                Figure("plain sqlite3: insert", len(deliveries), inserted),
                Figure("plain sqlite3: claim, record", SENDS, sent),
                await plan(store, "set_countdown, new", deliveries, inserted),
                await plan(store, "set_countdown, the same again", deliveries, inserted),
                await plan(
                    store, "set_countdown, all moved", [replace(one, start=one.start - LEASE) for one in deliveries], inserted
                ),
                await deliver(store, T0 - timedelta(minutes=5), sent),
            ]
        finally:
            await store.close()


def main() -> None:
    """Print the table, then the JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", help="an empty database, for instance postgresql://…; a SQLite file when missing")
    options.add_argument("--targets", type=int, default=10_000)
    options.add_argument("--ahead", type=int, default=3, help="further events of which every target is owed a countdown")
    chosen = options.parse_args()
    figures = asyncio.run(measure(chosen.url, chosen.targets, chosen.ahead))
    print(f"{chosen.targets:,} targets, 3 reminders each; {chosen.ahead} more such events ahead\n")
    print(f"{'':32}{'rows':>8}{'seconds':>10}{'rows/s':>10}{'× plain':>9}{'stall ms':>10}")
    for one in figures:
        ratio = "" if one.ratio is None else f"{one.ratio:.1f}"
        print(f"{one.name:32}{one.rows:8,}{one.seconds:10.2f}{one.rate:10,.0f}{ratio:>9}{one.stall * 1000:10.0f}")
    print()
    print(
        json.dumps(
            {
                "bench": "store",
                "targets": chosen.targets,
                "figures": {
                    one.name: {
                        "rows": one.rows,
                        "seconds": round(one.seconds, 3),
                        "ratio": None if one.ratio is None else round(one.ratio, 2),
                        "stall_ms": round(one.stall * 1000),
                    }
                    for one in figures
                },
            }
        )
    )


if __name__ == "__main__":
    main()
