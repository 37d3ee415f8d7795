"""Several processes identify one after another in each bucket, and none waits for a database that is away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.flow import identifying
from bot.flow.identifying import Identifying
from bot.ports import StoreDown
from bot.rules.sharing import IDENTIFIES
from bot.store.sql import SqlStore
from tests.flow.stage import NOON, Failing, yielding
from tests.mission_log import WallClock


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look without a pause: the time of these tests is the clock's."""
    monkeypatch.setattr(identifying, "LOOKS_S", 0.0)


async def test_of_one_bucket_one_identifies_in_five_seconds_whoever_asks(store: SqlStore) -> None:
    clock = WallClock(NOON)
    one, other = Identifying(store, clock, "one"), Identifying(store, clock, "other")
    await one.turn(0, 1)
    for who, shard in ((other, 1), (one, 2), (one, 0)):
        waiting = asyncio.create_task(who.turn(shard, 1))
        clock.at += IDENTIFIES - timedelta(milliseconds=1)
        await yielding()
        assert not waiting.done()
        clock.at += timedelta(milliseconds=1)
        await waiting


async def test_buckets_wait_for_none_of_each_other(store: SqlStore) -> None:
    one, other = (Identifying(store, WallClock(NOON), name) for name in ("one", "other"))
    async with asyncio.timeout(5):
        await one.turn(0, 2)
        await other.turn(1, 2)


async def test_a_database_that_is_away_keeps_no_shard_from_identifying(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifying, "IDENTIFIES", timedelta(seconds=0.05))
    away = Failing.at(store, lambda: StoreDown("away"), "before", 1)
    began = asyncio.get_running_loop().time()
    await Identifying(away, WallClock(NOON), "one").turn(0, 1)
    assert asyncio.get_running_loop().time() - began >= 0.05
