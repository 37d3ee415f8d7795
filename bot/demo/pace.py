"""How fast a show goes that somebody holds in hand: pause, speed, and a leap to what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo.drive import DemoClock

STORY, FASTEST = "story", "fastest"
RATES = {"1": 1, "60": 60, "600": 600, "3600": 3600}
SPEEDS = (STORY, *RATES, FASTEST)
"""Told as a story: from one moment to the next, with time to read each. The numbers are the demo's seconds per real second."""
READ_S = 0.4
MORE_S = 0.2
MOST_S = 1.4
"""Real seconds for a moment that shows something, for each further entry, and at most. Chosen by watching five weeks go by."""
CAPTION_S = 0.7
"""Real seconds for a sentence of the narrator."""


@dataclass
class RunningClock(DemoClock):
    """A clock that runs by itself until a moment, or stands."""

    rate: float = 0.0
    """Its seconds per real second; 0: it stands."""
    until: datetime | None = None
    since: float = 0.0
    """On the event loop's clock: when it began to run."""

    def now(self) -> datetime:
        """See ports.Clock."""
        if self.until is None:
            return self.at
        ran = timedelta(seconds=(asyncio.get_running_loop().time() - self.since) * self.rate)
        return max(self.at, min(self.at + ran, self.until))

    def run(self, rate: float, until: datetime) -> None:
        """Begin to run."""
        self.at, self.rate, self.until, self.since = self.now(), rate, until, asyncio.get_running_loop().time()

    def stand(self) -> None:
        """Stop where it is."""
        self.at, self.rate, self.until = self.now(), 0.0, None


@dataclass
class Pace:
    """The knobs of a show, and the waiting that follows from them."""

    clock: RunningClock
    told: Callable[[], None] = lambda: None
    """Called when the clock begins to run or stops, and when a knob was turned."""
    speed: str = STORY
    haste: float = 1.0
    """How much quicker than usual a story is read."""
    playing: bool = True
    leaping: bool = False
    """On the way to the next moment that shows anything, whatever the other knobs say."""
    captions: int = 0
    """Sentences of the narrator since the last breath."""
    owing: bool = False
    """Somebody did something: what is owed has to be looked at anew."""
    settled: bool = False
    """It was looked at just now: time goes on, however busily people type."""
    turned: asyncio.Event = field(default_factory=asyncio.Event)

    def turn(self, *, speed: str | None = None, playing: bool | None = None, leap: bool = False) -> None:
        """Turn knobs; what is not named stays. Raises: ValueError for a speed that there is not."""
        if speed is not None and speed not in SPEEDS:
            raise ValueError(speed)
        self.speed = speed or self.speed
        self.playing = self.playing if playing is None else playing
        self.leaping = self.leaping or leap
        self.turned.set()
        self.told()

    def nudge(self) -> None:
        """Have what is owed looked at, also while time stands."""
        self.owing = True
        self.turned.set()

    async def owed(self) -> None:
        """Wait until somebody has done something."""
        while not self.owing:
            self.turned.clear()
            await self.turned.wait()
        self.owing = False

    @property
    def runs_freely(self) -> bool:
        """Whether the clock may jump."""
        return self.leaping or (self.playing and self.speed in {STORY, FASTEST})

    async def reach(self, moment: datetime) -> bool:
        """See drive.Audience."""
        while True:
            self.turned.clear()
            if self.owing and not self.settled:
                self.owing, self.settled = False, True
                return False
            self.settled = False
            if self.runs_freely or moment <= self.clock.now():
                await asyncio.sleep(0)  # people who type have their turn, however fast it goes
                self.clock.at = max(moment, self.clock.now())
                self.told()
                return True
            await self.wait(moment)

    async def wait(self, moment: datetime) -> None:
        """Let the clock run towards a moment, or stand, until it is there or a knob is turned."""
        if not self.playing:
            await self.turned.wait()
            return
        rate = RATES[self.speed]
        self.clock.run(rate, moment)
        self.told()
        try:
            async with asyncio.timeout((moment - self.clock.at).total_seconds() / rate):
                await self.turned.wait()
        except TimeoutError:
            self.clock.until, self.clock.at, self.clock.rate = None, moment, 0.0
        else:
            self.clock.stand()
            self.told()

    async def breathe(self, shown: int) -> None:
        """See drive.Audience. A leap ends where something is shown."""
        captions, self.captions = self.captions, 0
        if not shown and not captions:
            return
        leapt, self.leaping = self.leaping, False
        if leapt:
            self.told()
        if self.speed != STORY or not self.playing:
            return
        span = min(READ_S + MORE_S * (shown - 1), MOST_S) * bool(shown) + CAPTION_S * captions
        await self.rest(span / self.haste)

    async def rest(self, seconds: float) -> None:
        """Wait; a turned knob ends it, and so does what somebody does."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and self.playing and self.speed == STORY and not self.leaping and not self.owing:
            self.turned.clear()
            try:
                async with asyncio.timeout(left):
                    await self.turned.wait()
            except TimeoutError:
                return
