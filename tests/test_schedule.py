"""Beats: a loop that stops or hangs is red within two heartbeats, whatever the reason; one that rightly sleeps or works is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.busy import step
from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.ports import StoreDown
from bot.schedule import Beat, Schedule
from bot.web.pulse import MISSED, Pulse
from tests.prepared import in_memory

EVERY = timedelta(seconds=30)
"""A heartbeat by the clock of these tests, which is moved by hand."""
REAL = timedelta(seconds=0.01)
"""The same by the machine's clock: APScheduler knows no other."""
TOO_LONG = MISSED * EVERY + timedelta(seconds=1)
LONG = timedelta(hours=6)


@dataclass
class Clock:
    """Far in the future: no alarm rings by itself, only heartbeats do."""

    at: datetime = datetime(2100, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Loop:
    """A beat whose body is given; counts how often it began."""

    clock: Clock
    name: str
    body: Callable[[], Awaitable[object]] | None = None
    began: asyncio.Condition = field(default_factory=asyncio.Condition)
    times: int = 0

    async def run(self) -> datetime:
        async with self.began:
            self.times += 1
            self.began.notify_all()
        if self.body is not None:
            await self.body()
        return self.clock.at + LONG

    async def comes_round(self) -> None:
        """Wait until it was run through once more from its beginning."""
        async with self.began:
            seen = self.times
            await self.began.wait_for(lambda: self.times >= seen + 2)


@dataclass
class Watched:
    """A schedule, and which of its beats /healthz shows as red."""

    schedule: Schedule
    pulse: Pulse

    @property
    def red(self) -> set[str]:
        return {sign.name for sign in self.pulse.alive() if not sign.well}


@asynccontextmanager
async def watched(clock: Clock, *loops: Loop) -> AsyncGenerator[Watched]:
    schedule, store = Schedule(clock, REAL), await in_memory()
    for loop in loops:
        schedule.add(Beat(loop.name, loop.run))
        schedule.start(loop.name)
    asking = Asking(store, clock, Desk({}, 45))
    try:
        yield Watched(schedule, Pulse(clock=clock, every=EVERY, beats=schedule.alive, gateway=lambda: True, asking=asking))
    finally:
        await schedule.stop()
        await store.close()


async def for_ever() -> None:
    await asyncio.Event().wait()


async def dies() -> None:
    raise asyncio.CancelledError


async def store_is_down() -> None:
    raise StoreDown("away")


async def test_one_that_wants_to_sleep_for_hours_is_never_red() -> None:
    clock = Clock()
    sleeper = Loop(clock, "poll")
    async with watched(clock, sleeper) as seen:
        for _ in range(5):
            await sleeper.comes_round()
            clock.at += MISSED * EVERY
            assert seen.red == set()


@pytest.mark.parametrize("body", [for_ever, dies])
async def test_one_that_hangs_or_dies_is_red_alone(body: Callable[[], Awaitable[object]]) -> None:
    clock = Clock()
    lost, other = Loop(clock, "poll", body), Loop(clock, "deliver")
    async with watched(clock, lost, other) as seen:
        await other.comes_round()
        clock.at += TOO_LONG
        await other.comes_round()
        assert seen.red == {"poll"}


async def test_all_are_red_when_the_scheduler_stops() -> None:
    clock = Clock()
    one, other = Loop(clock, "poll"), Loop(clock, "deliver")
    async with watched(clock, one, other) as seen:
        await other.comes_round()
        seen.schedule._scheduler.pause()
        clock.at += TOO_LONG
        assert seen.red == {"poll", "deliver"}


async def test_one_that_fails_each_time_is_red_however_far_it_gets() -> None:
    clock = Clock()

    async def fails() -> None:
        step()
        raise ZeroDivisionError("a bug")

    failing = Loop(clock, "poll", fails)
    async with watched(clock, failing) as seen:
        await failing.comes_round()
        clock.at += TOO_LONG
        await failing.comes_round()
        assert seen.red == {"poll"}
        failing.body = None
        await failing.comes_round()
        assert seen.red == set()


async def test_a_database_that_is_away_is_no_reason_to_restart() -> None:
    clock = Clock()
    waiting = Loop(clock, "sweep", store_is_down)
    async with watched(clock, waiting) as seen:
        for _ in range(3):
            await waiting.comes_round()
            clock.at += EVERY
        await waiting.comes_round()
        assert seen.red == set()


async def test_one_that_works_long_is_red_only_once_its_steps_stop() -> None:
    clock = Clock()
    pages, reached = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def reads() -> None:
        while True:
            await pages.acquire()
            step()
            reached.release()

    slow = Loop(clock, "poll", reads)
    async with watched(clock, slow) as seen:
        for _ in range(4):
            clock.at += MISSED * EVERY
            assert seen.red == set()
            pages.release()
            await reached.acquire()
        clock.at += TOO_LONG
        assert seen.red == {"poll"}
