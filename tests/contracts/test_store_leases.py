"""A lease has one holder at a time, under a token that never comes back; processes that fell silent are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.flow.leading import Leader, LeaseLost, LedStore
from bot.rules.sharing import LEADS, RENEWS
from bot.store.sql import SqlStore
from tests.cogs.stage import Clock
from tests.contracts.store_samples import T0

Both = tuple[SqlStore, SqlStore]


def pair(stores: Both) -> tuple[Clock, Leader, Leader]:
    clock = Clock(T0)
    return clock, Leader(stores[0], clock, "a"), Leader(stores[1], clock, "b")


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
    heard: list[tuple[str, int]] = []
    a.alone, b.alone = (lambda n: heard.append(("a", n))), (lambda n: heard.append(("b", n)))
    await a.beat()
    await b.beat()
    await a.beat()
    clock.at += LEADS + RENEWS
    await b.beat()
    await a.end()
    await b.beat()
    assert heard == [("a", 1), ("b", 2), ("a", 2), ("b", 1), ("b", 1)]


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
