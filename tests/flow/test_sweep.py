"""What is done by the clock alone: when it looks, what it owes, what it forgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.flow import sweep
from bot.flow.sweep import EVERY, SWEPT, TIDY, Sweeper
from bot.model import Digest, GuildId, MessageId, Server
from bot.store.sql import SqlStore
from tests.flow.stage import GUILD, HOUR, NOON, Stage, channel, launch, watch_of
from tests.rules.making import DAY, MINUTE


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def sweeper(stage: Stage, woken: list[str]) -> Sweeper:
    return Sweeper(stage.store, stage.clock, lambda: woken.append("wake"))


async def digesting(stage: Stage, at: time) -> None:
    async with stage.store.transaction() as tx:
        await tx.add_watch(replace(watch_of(), digest=Digest(at=at)))


async def owed(store: SqlStore) -> bool:
    async with store.transaction() as tx:
        return await tx.next_start(NOON) is not None


async def test_it_sleeps_until_the_next_digest_or_for_a_while(stage: Stage, sweeper: Sweeper, woken: list[str]) -> None:
    assert await sweeper.beat() == NOON + EVERY
    await digesting(stage, time(12, 5))
    stage.clock.at = NOON + MINUTE
    assert await sweeper.beat() == NOON + EVERY
    sweeper.look()
    assert await sweeper.beat() == NOON + 5 * MINUTE
    assert not await owed(stage.store)
    stage.clock.at = NOON + 5 * MINUTE
    assert await sweeper.beat() == NOON + 5 * MINUTE + EVERY
    assert await owed(stage.store)
    assert woken == ["wake"]


async def test_a_clock_that_jumped_ahead_and_came_back_is_no_rest(stage: Stage, sweeper: Sweeper) -> None:
    stage.clock.at = NOON + 400 * DAY
    await sweeper.beat()
    stage.clock.at = NOON
    assert await sweeper.beat() == NOON + EVERY
    async with stage.store.transaction() as tx:
        assert await tx.recall(SWEPT) == NOON.isoformat()


async def test_what_nobody_needs_is_forgotten_now_and_then(
    stage: Stage, sweeper: Sweeper, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(sweep, "BATCH", 1)
    monkeypatch.setattr(sweep, "BATCHES", 2)
    async with stage.store.transaction() as tx:
        await tx.keep_server(Server(guild=GuildId(2), left_at=NOON - 31 * DAY))
        await tx.pause(channel(), "gone", NOON)
        await tx.keep_server(Server(guild=GUILD, left_at=NOON - 29 * DAY))
    for number in range(3):
        await stage.shows(launch(f"old {number}", "GO", "14:00"))
    stage.clock.at = NOON + 400 * DAY
    await sweeper.beat()
    async with stage.store.transaction() as tx:
        assert len(await tx.tracks()) == 1
        assert await tx.servers() == ()
    assert "forgot what was over long ago" in caplog.text
    assert "forgot servers" in caplog.text
    stage.clock.at += TIDY - timedelta(seconds=1)
    await sweeper.beat()
    stage.clock.at += timedelta(seconds=1)
    sweeper.look()
    await sweeper.beat()
    async with stage.store.transaction() as tx:
        assert await tx.tracks() == ()


async def test_a_digest_of_a_watch_that_is_gone_says_nothing(stage: Stage, sweeper: Sweeper) -> None:
    await sweeper.beat()
    await digesting(stage, time(12, 5))
    stage.clock.at = NOON + 5 * MINUTE
    sweeper.look()
    await sweeper.beat()
    async with stage.store.transaction() as tx:
        (watch,) = await tx.watches()
        await tx.replace_watch(replace(watch, digest=None))
    assert await stage.deliver(until=NOON + HOUR) == []
    assert MessageId(1) not in stage.discord.deleted
