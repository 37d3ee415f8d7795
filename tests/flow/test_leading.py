"""What a process is among several: how it counts itself, leads, holds its shards, and comes back after a silence."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.flow.leading import Leader, LeaseLost, LedStore, holder_of_any
from bot.rules.sharing import LEADS, LINGERS, RENEWS, SETTLES, STANDS, Shards
from bot.store.sql import SqlStore
from tests.flow.stage import NOON
from tests.mission_log import WallClock

INSTANT = timedelta(milliseconds=1)


def two(store: SqlStore) -> tuple[WallClock, Leader, Leader]:
    """Two processes, each with half of the shards."""
    clock = WallClock(NOON)
    return clock, Leader(store, clock, "a", Shards(0, 0, 2)), Leader(store, clock, "b", Shards(1, 1, 2))


async def test_one_leads_until_it_falls_silent_and_its_beats_rest_where_it_does_not(store: SqlStore) -> None:
    clock, a, b = two(store)
    ran: list[str] = []

    async def polls(leader: Leader) -> None:
        ran.append(f"{leader.holder} asks")
        async with LedStore(store, leader).transaction():
            ran.append(f"{leader.holder} writes")

    began: list[str] = []
    a.leads, b.leads = (lambda: began.append("a")), (lambda: began.append("b"))
    assert await a.beat() == NOON + RENEWS
    await b.beat()
    assert await b.led(lambda: polls(b))() == NOON + RENEWS
    assert await a.led(lambda: polls(a))() is None
    clock.at += LEADS
    await b.beat()
    assert await b.led(lambda: polls(b))() is None
    assert await a.led(lambda: polls(a))() == clock.at + RENEWS, "it slept, and the database knows"
    assert a.token is None
    assert ran == ["a asks", "a writes", "b asks", "b writes", "a asks"]
    assert began == ["a", "b"]
    with pytest.raises(LeaseLost):
        await polls(a)


async def test_who_comes_or_was_silent_asks_nothing_until_the_others_know_of_it(store: SqlStore) -> None:
    clock, a, b = two(store)
    counts: list[tuple[int, int]] = []
    b.counted = lambda: counts.append((b.before, b.alive))
    assert not a.may_ask()
    await a.beat()
    await b.beat()
    assert (a.may_ask(), b.may_ask()) == (True, False)
    for _ in range(SETTLES // RENEWS):
        clock.at += RENEWS
        await a.beat()
        await b.beat()
    assert (a.may_ask(), b.may_ask()) == (True, True)
    clock.at += STANDS
    assert (a.may_ask(), b.may_ask()) == (False, False)
    await b.beat()
    assert not b.may_ask(), "the other may have taken its share"
    clock.at += SETTLES
    await b.beat()
    await a.end()
    clock.at += LINGERS + INSTANT
    await b.beat()
    assert counts[0] == (1, 2)
    assert counts[-1] == (0, 1)


async def test_who_takes_itself_to_be_alone_is_told_of_one_that_holds_shards(store: SqlStore) -> None:
    clock, a, _ = two(store)
    assert not await holder_of_any(store, clock)
    assert not await holder_of_any(store, clock), "it holds none itself"
    await a.beat()
    assert await holder_of_any(store, clock) == "a"
    clock.at += LEADS
    assert not await holder_of_any(store, clock)


async def test_shards_that_another_holds_are_waited_for_and_told_of(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    clock, a, b = two(store)
    b.shards = a.shards
    await a.beat()
    await b.beat()
    await b.beat()
    assert (a.ours.is_set(), b.ours.is_set()) == (True, False)
    assert caplog.text.count("shards 0-0/2 are held by another process, a.") == 1
    assert "waits until they are free" in caplog.text
    clock.at += LEADS
    await b.beat()
    async with asyncio.timeout(1):
        await b.ours.wait()
    await a.beat()
    assert "both answer now" in caplog.text, "one that was frozen, and is there twice"
