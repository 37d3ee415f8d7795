"""A stage for flow tests: the played feed and Discord of the mission logs, and a store that goes away when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.flow.deliver import Deliverer
from bot.flow.poll import Poller
from bot.model import CHOOSABLE, Ask, ChannelId, Event, EventId, Fate, GuildId, Say, Scope, Sighting, Target, Watch, WatchId
from bot.ports import Sightings, Store, Transaction
from bot.store.sql import SqlStore
from tests.mission_log import L0, NAMES, KilledError, Played, WallClock, described, new_event

GUILD = GuildId(1)
NOON = L0.replace(hour=12)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def channel(number: int = 100) -> Target:
    """The target of this number; 100 is the one that the mission logs call launches."""
    return Target(GUILD, ChannelId(number))


def launch(name: str, *words: str, number: int = 0) -> Event:
    """Describe a launch as a mission log does: `launch("Starlink 6-77", "GO", "14:00")`."""
    return described(replace(new_event(name, number), id=EventId(f"ll2:launch:{name}")), list(words))


def page(*events: Event, whole: bool = True) -> Sightings:
    """A page that shows these events."""
    return Sightings(sightings=tuple(Sighting(event=one, feed="ll2") for one in events), whole=whole)


def watch_of(target: Target | None = None, *, leads: tuple[timedelta, ...] = (HOUR,), notices: frozenset[Say] = CHOOSABLE) -> Watch:
    """A watch for everything."""
    return Watch(
        id=WatchId(0), target=target or channel(), name="everything", leads=leads, notices=notices, made_at=L0 - timedelta(days=9)
    )


@dataclass
class Failing:
    """A store that fails before or after chosen transactions; each is counted from one."""

    store: Store
    error: Callable[[], BaseException]
    before: frozenset[int] = frozenset()
    after: frozenset[int] = frozenset()
    begun: int = 0

    @classmethod
    def at(cls, store: Store, error: Callable[[], BaseException], when: str, number: int) -> Failing:
        """Fail "before" or "after" the transaction of this number is committed."""
        chosen = frozenset({number})
        return cls(store, error, before=chosen) if when == "before" else cls(store, error, after=chosen)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """See ports.Store."""
        return self.opened()

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Transaction]:
        """Fail when it is time, else do as the real one does."""
        self.begun += 1
        number = self.begun
        async with self.store.transaction() as tx:
            yield tx
            if number in self.before:
                raise self.error()
        if number in self.after:
            raise self.error()


@dataclass
class Stage:
    """A running bot on a store in memory, at noon of L-0, with a baseline that was taken."""

    store: SqlStore
    clock: WallClock = field(default_factory=lambda: WallClock(NOON))

    def __post_init__(self) -> None:
        """Set it up as the mission logs do."""
        self.played = Played(self.store, self.clock)
        self.discord, self.asking, self.desk = self.played.discord, self.played.asking, self.played.desk
        self.discord.channels[100] = "launches"

    def poller(self, store: Store | None = None) -> Poller:
        """A poller, on another store if need be."""
        return Poller(store or self.store, self.played.feed, self.store, self.clock, self.desk, 15)

    def deliverer(self, store: Store | None = None, *, concurrency: int = 10) -> Deliverer:
        """A deliverer, on another store if need be."""
        return Deliverer(store or self.store, self.discord, self.clock, NAMES, concurrency, timedelta(seconds=30))

    async def shows(self, *events: Event, scope: Scope = Scope.ALL) -> None:
        """The feed shows these events."""
        await self.poller().apply(ask(scope, self.clock.at), page(*events))

    async def deliver(self, deliverer: Deliverer | None = None, *, until: datetime | None = None) -> list[str]:
        """Deliver what is due, and if need be all that becomes due until then; gives all that was said."""
        doing = deliverer or self.deliverer()
        while True:
            said = len(self.discord.said)
            await doing.beat()
            began = bool(doing.flying)
            await doing.drain()
            async with self.store.transaction() as tx:
                upcoming = await tx.next_start(self.clock.at)
            if upcoming is None or upcoming > (until or self.clock.at):
                return self.discord.said
            # Leased rows and expired ones: time has to pass.
            self.clock.at = max(self.clock.at + SECOND * (not began and said == len(self.discord.said)), upcoming)

    async def watches(self, *watches: Watch) -> None:
        """Make watches before anything is known."""
        for watch in watches or (watch_of(),):
            await self.asking.add_watch(watch)
        await self.deliver()

    async def fates(self, event: Event) -> dict[str, tuple[Fate, str]]:
        """What became of every delivery of an event to the usual channel: its fate, and why."""
        async with self.store.transaction() as tx:
            return {one.what: (one.fate, one.why) for one in (await tx.settled(event.id)).get(channel(), ())}


def ask(scope: Scope = Scope.ALL, at: datetime = NOON, event: EventId | None = None) -> Ask:
    """A question to the feed."""
    return Ask(scope, at, event)


async def yielding(times: int = 50) -> None:
    """Let other tasks run as far as they can."""
    for _ in range(times):
        await asyncio.sleep(0)


def killed() -> KilledError:
    """The end of the process."""
    return KilledError("killed")
