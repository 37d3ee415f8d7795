"""A lease has one holder at a time, under a token that never comes back; processes that fell silent are forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from bot.flow.leading import Leader, LeaseLost, LedStore
from bot.ports import StoreDown
from bot.rules.sharing import LEADS, LINGERS, RENEWS, SETTLES, STANDS, Shards
from bot.store.clock import DatabaseClock
from bot.store.sql import SqlStore
from tests.cogs.stage import Clock
from tests.contracts.conftest import Database
from tests.contracts.store_samples import T0

Both = tuple[SqlStore, SqlStore]


def pair(stores: Both) -> tuple[Clock, Leader, Leader]:
    clock = Clock(T0)
    return clock, Leader(stores[0], clock, "a", Shards(0, 0, 2)), Leader(stores[1], clock, "b", Shards(1, 1, 2))


async def test_one_leads_and_another_takes_over_when_it_falls_silent(
    database_opened_twice: tuple[SqlStore, SqlStore],
) -> None:
    clock, a, b = pair(database_opened_twice)
    assert await a.beat() == T0 + RENEWS
    await b.beat()
    assert (a.token is not None, b.token) == (True, None)
    first = a.token
    clock.at += RENEWS
    await a.beat()
    assert a.token == first
    clock.at += LEADS
    await b.beat()
    assert b.token is not None
    assert b.token != first
    await a.beat()
    assert a.token is None


async def test_a_leader_that_slept_is_refused_and_what_it_began_is_undone(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    await a.beat()
    clock.at += timedelta(minutes=2)
    await b.beat()

    async def write(leader: Leader) -> None:
        async with LedStore(leader.store, leader).transaction() as tx:
            await tx.remember("by", leader.holder)

    with pytest.raises(LeaseLost):
        await write(a)
    await write(b)
    async with a.store.transaction() as tx:
        assert await tx.recall("by") == "b"


async def test_who_goes_lets_another_lead_at_once(database_opened_twice: Both) -> None:
    _, a, b = pair(database_opened_twice)
    await a.beat()
    await a.end()
    await b.beat()
    assert b.token is not None


async def test_every_process_knows_how_many_there_are(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    heard: list[tuple[str, int, int]] = []
    a.counted, b.counted = (lambda: heard.append(("a", a.before, a.alive))), (lambda: heard.append(("b", b.before, b.alive)))
    await a.beat()
    await b.beat()
    await a.beat()
    clock.at += LEADS + RENEWS
    await b.beat()
    await a.end()
    await b.beat()
    clock.at += LINGERS + timedelta(milliseconds=1)
    await b.beat()
    assert heard == [("a", 0, 1), ("b", 1, 2), ("a", 0, 2), ("b", 0, 1), ("b", 1, 2), ("b", 0, 1)]


async def test_a_beat_rests_while_another_process_leads(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    ran: list[str] = []

    async def poll() -> None:
        ran.append("polled")
        async with LedStore(b.store, b).transaction():
            ran.append("wrote")

    await a.beat()
    await b.beat()
    assert await b.led(poll)() == T0 + RENEWS
    clock.at += LEADS
    await b.beat()
    assert await b.led(poll)() is None
    assert ran == ["polled", "wrote"]
    clock.at += LEADS
    await a.beat()
    assert await b.led(poll)() == clock.at + RENEWS
    assert (ran, b.token) == (["polled", "wrote", "polled"], None)


# how much each may ask


async def test_one_alone_asks_at_once_and_another_waits_until_it_is_known(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    assert not a.may_ask()
    await a.beat()
    await b.beat()
    assert (a.may_ask(), b.may_ask()) == (True, False)
    while clock.at < T0 + SETTLES - RENEWS:
        clock.at += RENEWS
        await a.beat()
        await b.beat()
        assert (a.may_ask(), b.may_ask()) == (True, False)
    clock.at += RENEWS
    assert b.may_ask()


async def test_who_cannot_say_that_it_lives_falls_silent_before_it_is_forgotten(database_opened_twice: Both) -> None:
    """Frozen, or cut off from the database: it wakes with a share that the others have divided among them."""
    clock, a, b = pair(database_opened_twice)
    await a.beat()
    await b.beat()
    while clock.at < T0 + SETTLES:
        clock.at += RENEWS
        await a.beat()
        await b.beat()
    assert (a.may_ask(), b.may_ask()) == (True, True)
    clock.at += STANDS - timedelta(milliseconds=1)
    assert a.may_ask()
    clock.at += timedelta(milliseconds=1)
    assert (a.may_ask(), b.may_ask()) == (False, False)
    counts: list[int] = []
    b.counted = lambda: counts.append(b.alive)
    await b.beat()
    assert counts == [2], "it is silent, and not yet forgotten"
    clock.at += LEADS - STANDS + timedelta(milliseconds=1)
    await b.beat()
    assert counts == [2, 1]
    await a.beat()
    assert not a.may_ask(), "it comes anew, and the other has to hear of it first"


# whose shards


async def test_a_shard_has_one_process_and_the_next_waits_until_it_is_free(
    database_opened_twice: Both, caplog: pytest.LogCaptureFixture
) -> None:
    clock, a, b = pair(database_opened_twice)
    b.shards = Shards(0, 3, 4)  # counted in another way, and the same servers among them
    await a.beat()
    await b.beat()
    await b.beat()
    assert (a.ours.is_set(), b.ours.is_set(), b.rival) == (True, False, "a")
    (told,) = [record for record in caplog.records if "are held by" in record.getMessage()]
    assert "shards 0-3/4 are held by another process, a." in told.getMessage()
    await a.end()
    await b.beat()
    assert b.ours.is_set()
    clock.at += RENEWS
    await b.beat()
    await a.beat()
    assert a.rival == "b"


async def test_shards_of_a_process_that_was_killed_are_free_after_a_while(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    b.shards = a.shards
    await a.beat()
    clock.at += LEADS
    await b.beat()
    assert b.ours.is_set()
    await a.beat()
    assert a.rival == "b", "a frozen one that wakes is told"


async def test_of_two_that_come_for_overlapping_shards_at_once_one_gets_them(database_opened_twice: Both) -> None:
    """Under different names, so that no row is in the way of the other."""
    _, a, b = pair(database_opened_twice)
    a.shards, b.shards = Shards(0, 3, 16), Shards(2, 5, 16)
    await asyncio.gather(a.beat(), b.beat())
    assert a.ours.is_set() is not b.ours.is_set()


async def test_who_begins_to_lead_is_told_once(database_opened_twice: Both) -> None:
    clock, a, b = pair(database_opened_twice)
    began: list[str] = []
    a.leads, b.leads = (lambda: began.append("a")), (lambda: began.append("b"))
    await a.beat()
    await b.beat()
    await a.beat()
    clock.at += LEADS
    await b.beat()
    await b.beat()
    assert began == ["a", "b"]


# who stops in the middle


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_lease_that_somebody_writes_under_is_not_waited_for(database_opened_twice: Both) -> None:
    """A leader that is frozen in the middle of a transaction must not freeze the others, who have to say that they live."""
    clock, a, b = pair(database_opened_twice)
    await a.beat()
    async with LedStore(a.store, a).transaction():
        clock.at += LEADS
        async with asyncio.timeout(5):
            await b.beat()
        assert b.token is None
    await b.beat()
    assert b.token is not None


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_who_stops_in_the_middle_of_its_turn_loses_it(database: Database) -> None:
    """The others wait for it while it stands still: some seconds, not until a lock runs out."""
    database.expect("idle-in-transaction timeout")
    stores = await database.open(), await database.open()
    stopped = asyncio.Event()

    async def take(store: SqlStore, *, stop: bool) -> None:
        async with store.transaction() as tx:
            await tx.claim(T0, 1, LEADS)
            if stop:
                stopped.set()
                await asyncio.sleep(6)  # as a process that is frozen
                await tx.recall("anything")

    async with asyncio.TaskGroup() as both:
        frozen = both.create_task(fails(take(stores[0], stop=True)))
        await stopped.wait()
        async with asyncio.timeout(7):
            await take(stores[1], stop=False)
    assert frozen.result() is StoreDown


async def fails(work: Awaitable[None]) -> type[Exception] | None:
    """Give how something failed."""
    try:
        await work
    except StoreDown as down:
        return type(down)
    return None


# whose clock


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_clocks_that_are_wrong_by_minutes_take_no_lease_away(database_opened_twice: Both) -> None:
    """Each goes by the database's clock, whatever its own says."""
    early, late = Clock(T0 - timedelta(minutes=10)), Clock(T0 + timedelta(days=900))
    clocks = [DatabaseClock(store, own) for store, own in zip(database_opened_twice, (early, late), strict=True)]
    leaders = [Leader(store, clock, name) for store, clock, name in zip(database_opened_twice, clocks, "ab", strict=True)]
    for clock in clocks:
        await clock.set()
    assert abs(clocks[0].now() - clocks[1].now()) < timedelta(seconds=1)
    for leader in leaders * 2:
        await leader.beat()
    assert (leaders[0].token, leaders[1].token) == (1, None)


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_the_common_clock_goes_on_by_uptime_and_believes_no_slow_answer(database: Database) -> None:
    store, ticks = await database.open(), [100.0]
    slow = [0.0]

    def uptime() -> float:
        ticks[0] += slow[0]
        return ticks[0]

    clock = DatabaseClock(store, Clock(T0), uptime)
    assert clock.now() == T0
    await clock.set()
    at = clock.now()
    ticks[0] += 90
    assert clock.now() == at + timedelta(seconds=90)
    slow[0] = 45  # frozen between question and answer
    await clock.set()
    slow[0] = 0
    assert clock.now() >= at + timedelta(seconds=180), "it goes on as before"
    await clock.set()
    assert clock.now() < at + timedelta(seconds=60)
