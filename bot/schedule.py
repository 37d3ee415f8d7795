"""Heartbeats: polls each feed and empties the outbox when it is time. No reminder is a job; the outbox is the schedule."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.busy import busy, watched
from bot.ports import Clock, StoreDown

log = logging.getLogger(__name__)

AFTER_TROUBLE = timedelta(seconds=5)
"""Chosen, not measured: how soon a beat that failed is tried again."""


@dataclass(slots=True)
class Beat:
    """Something that is done again and again: `run` gives when it wants to run next, None for "when woken"."""

    name: str
    run: Callable[[], Awaitable[datetime | None]]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    after_trouble: timedelta = AFTER_TROUBLE
    """How soon it is tried again when it failed."""
    done: datetime | None = None
    """When it last ended without a bug; when it was started, before it ever did."""
    stirred: datetime | None = None
    """When it last ended a step of what it is at."""
    failing: bool = False
    """It ended with a bug the last time."""

    @property
    def alive(self) -> datetime | None:
        """When it last showed that it goes on; None before it was started. Steps that end in the same bug again are no sign."""
        return self.done if self.done is None or self.stirred is None or self.failing else max(self.done, self.stirred)


class Schedule:
    """Runs beats on APScheduler: one wake-up job each, whose body only sets an event, and a heartbeat in case a clock jumps."""

    def __init__(self, clock: Clock, every: timedelta) -> None:
        self._clock = clock
        self.every = every
        self._beats: dict[str, Beat] = {}
        self._tasks: list[asyncio.Task[None]] = []
        # 3.x drops a job that is a second late unless told otherwise. Jobs only set an event: on a busy machine one is due again
        # before the last is ticked off, and a wake-up that is skipped for that would be a beat that sleeps on.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 8}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._job: Callable[..., object] = self._scheduler.add_job  # pyright: ignore[reportUnknownMemberType] — it ships no types

    def add(self, beat: Beat) -> None:
        """Take a beat on; it starts with the schedule."""
        self._beats[beat.name] = beat

    def start(self, name: str) -> None:
        """Begin a beat: it runs at once, and then when it wants to."""
        if not self._scheduler.running:
            self._job(self._wake_all, "interval", seconds=self.every.total_seconds(), id="heartbeat")
            self._scheduler.start()
        beat = self._beats[name]
        beat.done = self._clock.now()
        beat.woken.set()
        self._tasks.append(asyncio.create_task(self._keep(beat), name=f"beat {name}"))

    def remove(self, name: str) -> None:
        """End a beat for good, if there is one; what it was doing is undone by its transaction."""
        self._beats.pop(name, None)
        for task in self._tasks:
            if task.get_name() == f"beat {name}":
                task.cancel()

    def wake(self, name: str) -> None:
        """Let a beat run now."""
        if name in self._beats:
            self._beats[name].woken.set()

    def alive(self) -> dict[str, datetime]:
        """Tell when each beat that was started last showed that it goes on."""
        return {name: alive for name, beat in self._beats.items() if (alive := beat.alive) is not None}

    async def stop(self) -> None:
        """End every beat; what it was doing is undone by its transaction."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _wake_all(self) -> None:
        for beat in self._beats.values():
            beat.woken.set()

    async def _keep(self, beat: Beat) -> None:
        while True:
            await beat.woken.wait()
            beat.woken.clear()
            self._arm(beat, await self._once(beat))

    async def _once(self, beat: Beat) -> datetime | None:
        """Run a beat; a failure is logged once and the next beat runs. A database that is away is no failure of the beat."""
        with busy({"beat": beat.name}), watched(partial(self._stir, beat)):
            try:
                upcoming = await beat.run()
            except StoreDown as down:
                log.warning("the database is away; a beat goes on when it is back", extra={"why": str(down)})
                beat.done, beat.failing = self._clock.now(), False
            except Exception:
                log.exception("a beat failed and goes on")
                beat.failing = True
            else:
                beat.done, beat.failing = self._clock.now(), False
                return upcoming
        return self._clock.now() + beat.after_trouble

    def _stir(self, beat: Beat) -> None:
        beat.stirred = self._clock.now()

    def _arm(self, beat: Beat, upcoming: datetime | None) -> None:
        """Wake a beat at its time. The job only sets an event: one that re-armed itself from inside would be dropped."""
        if upcoming is not None:
            # The scheduler goes by the machine's clock, which may not be ours: only the span until then means the same to both.
            at = datetime.now(UTC) + max(upcoming - self._clock.now(), timedelta())  # noqa: TID251 -- as the scheduler reads it
            self._job(_set, "date", run_date=at, args=(beat.woken,), id=beat.name, replace_existing=True)


async def _set(event: asyncio.Event) -> None:
    """Set an event on the loop; APScheduler would run a plain function in a thread."""
    event.set()
