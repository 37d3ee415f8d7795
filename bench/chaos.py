"""Break everything around the flow, seeded, in virtual time; a ledger says what became of each notice that was owed."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random  # noqa: TID251 -- every run follows from its seed alone
from time import monotonic

from bench import chaos_wire
from bench.troubles import DISCORD, FEED, LASTS, LEADS, MINUTE, SECOND, STORE, Script, Trouble, invented, script
from bot.flow.ask import BASELINE
from bot.flow.deliver import Deliverer
from bot.flow.plan import Desk
from bot.flow.poll import Poller
from bot.model import (
    USUAL,
    Ask,
    Busy,
    ChannelId,
    Facet,
    GuildId,
    Key,
    MessageId,
    Net,
    Outcome,
    Post,
    Precision,
    RoleId,
    Scope,
    Sent,
    Target,
    Term,
    Unclear,
    Watch,
    WatchId,
)
from bot.ports import FeedDown, Gone, OutletDown, Sightings, StoreDown, Transaction
from bot.rendering import identity_of
from bot.store.outbox import LATE
from bot.store.sql import SqlStore
from tests.mission_log import Discord, KilledError, LaunchFeed, WallClock
from tests.prepared import furnish

AT_MOST = timedelta(days=3)
"""By then whatever was owed has become too late."""
NONCE = timedelta(minutes=3)
LEASE = timedelta(seconds=20)
DEAF = timedelta(minutes=20)
"""A trouble may keep the bot from asking the feed for so long after it is over: it asks every few minutes, and spares its quota."""
DEATHS = 40
"""After so many a run may live on."""
ROUNDS = 20_000
"""A run that takes more beats than this runs in circles."""
_numbers = count()


# --- the world ----------------------------------------------------------------------------------------------------


@dataclass
class World:
    """What is true now: the time, what is broken, and whether this is the moment of death."""

    plays: Script
    chance: Random
    clock: WallClock
    broken: list[Trouble] = field(default_factory=list[Trouble])
    """Every trouble that happened, deaths and jumps included: what may be an excuse."""

    def now_broken(self, kinds: Iterable[str]) -> str:
        """What of these is broken at this moment."""
        return next((one.what for one in self.plays.troubles if one.what in kinds and one.begin <= self.clock.at < one.end), "")

    def step(self) -> None:
        """Here the process may die."""
        if self.chance.random() < self.plays.deaths:
            raise KilledError


@dataclass
class FrailStore:
    """The real store, behind a database that goes away."""

    inner: SqlStore
    world: World

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        self.world.step()
        trouble = self.world.now_broken(STORE)
        if trouble == "gone":
            raise StoreDown("gone")
        async with self.inner.transaction() as tx:
            yield tx
            self.world.step()
            if trouble == "full":
                raise StoreDown("full")
        self.world.step()
        if trouble:
            raise StoreDown("no answer to the commit")

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        if self.world.now_broken(STORE):
            raise StoreDown("gone")
        return await self.inner.made(feed, since)

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        if self.world.now_broken(STORE):
            raise StoreDown("gone")
        await self.inner.note(feed, scope, at)


@dataclass
class FrailDiscord(Discord):
    """Stores once per nonce within minutes; answers as the world has it. `times`: how often each key was stored."""

    world: World = field(kw_only=True)
    ledger: sqlite3.Connection = field(kw_only=True)
    times: Counter[Key] = field(default_factory=Counter[Key])
    late: list[Key] = field(default_factory=list[Key])
    there: list[tuple[int, str, datetime, MessageId]] = field(default_factory=list[tuple[int, str, datetime, MessageId]])

    stands: Callable[[], bool] = lambda: True

    def under(self, stands: Callable[[], bool]) -> FrailDiscord:
        """See ports.Outlet. It shares all but the claim with the one that it is made of."""
        (bound := copy(self)).stands = stands
        return bound

    async def send(  # the reply changes nothing here
        self,
        key: Key,
        target: Target,
        post: Post,
        reply_to: MessageId | None = None,  # noqa: ARG002 -- the port names it
    ) -> Outcome:
        self.world.step()
        if not self.stands():
            return Busy(SECOND)
        trouble, leaves = self.world.now_broken(DISCORD), self.clock.at
        if trouble == "429":
            return Busy(timedelta(seconds=self.world.chance.randint(1, 30)))
        if trouble == "stall":
            self.clock.at += 10 * SECOND
        stores = trouble in {"", "500 stored", "dropped"} or (trouble == "stall" and self.world.chance.random() < 0.5)
        message = self.store_once(key, target, post, leaves) if stores else MessageId(0)
        self.world.step()
        return Unclear(trouble) if trouble else Sent(message)

    def store_once(self, key: Key, target: Target, post: Post, at: datetime) -> MessageId:
        """Store a message, unless its nonce is known."""
        earlier = self.stored.get(key)
        if earlier and at - earlier[2] < NONCE:
            return earlier[0]
        message = MessageId(self.times.total() + 1)
        self.stored[key] = (message, identity_of(post), at)
        self.there.append((target.channel, identity_of(post), at, message))
        self.times[key] += 1
        ((stale,),) = self.ledger.execute("SELECT stale FROM outbox WHERE key = ?", (key,))
        if instant(stale) <= at:
            self.late.append(key)
        return message

    def owed(self) -> int:
        """How many rows still wait."""
        ((waiting,),) = self.ledger.execute("SELECT count(*) FROM outbox WHERE fate = 'owed'")
        return int(waiting)

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:  # noqa: ARG002 -- whatever it says
        self.world.step()
        if not self.stands():
            return Busy(SECOND)
        trouble = self.world.now_broken(DISCORD)
        return Unclear(trouble) if trouble else Sent(message)

    async def find(  # in a channel, not a forum
        self,
        target: Target,
        post: Post,
        since: datetime,
        within: MessageId | None = None,  # noqa: ARG002 -- the port names it
    ) -> MessageId | None:
        if self.world.now_broken(DISCORD):
            raise OutletDown("502")
        sought = (target.channel, identity_of(post))
        return next((one for channel, said, at, one in self.there if (channel, said) == sought and at >= since), None)


@dataclass
class FrailFeed(LaunchFeed):
    """Launch Library as the script has it, when it is there and honest."""

    world: World = field(kw_only=True)

    async def read(self, ask: Ask) -> Sightings | Gone:
        trouble, at = self.world.now_broken(FEED), self.world.clock.at
        if trouble == "down":
            raise FeedDown("down")
        when = at - 30 * MINUTE if trouble == "backwards" else at
        self.events = {name: event for since, name, event in self.world.plays.news if since <= when}
        self.mood = trouble if trouble in {"empty", "half"} else "back"
        if trouble == "lies":
            self.events = {name: replace(event, net=Net(None, Precision.UNKNOWN)) for name, event in self.events.items()}
        if ask.scope is Scope.NEAR and (self.mood != "back" or not any(event.net.at for event in self.events.values())):
            return Sightings(sightings=())
        return await super().read(ask)


# --- a run --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of what was owed."""

    owed: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    late: tuple[str, ...]
    reminded: tuple[tuple[str, str, datetime], ...]
    """Reminders that were sent: key, event, and when they were due."""
    known: frozenset[str]
    excuses: tuple[Trouble, ...]
    deaths: int


class Run:
    """One script, played to its end."""

    def __init__(self, plays: Script, seed: int) -> None:
        self.world = World(plays, invented(f"{seed} dies"), WallClock(plays.begin))
        self.name = f"file:chaos-{next(_numbers)}?mode=memory&cache=shared"
        self.deaths = 0

    async def play(self) -> Ledger:
        """Play it; kill and start again as it comes."""
        with closing(sqlite3.connect(self.name, uri=True)) as ledger:
            furnish(ledger)
            ledger.execute("PRAGMA read_uncommitted = 1")
            world = self.world
            store = await SqlStore.open(f"sqlite:///{self.name}&uri=true")
            discord = FrailDiscord(world.clock, world=world, ledger=ledger)
            await self.set_up(store)
            end, jumps = world.plays.begin + AT_MOST, list(world.plays.jumps)
            try:
                while True:
                    try:
                        await self.live(store, discord, end, jumps)
                        break
                    except KilledError:
                        self.deaths += 1
                        away = world.chance.choice((2 * SECOND, 30 * SECOND, 4 * MINUTE, 15 * MINUTE))
                        world.broken.append(Trouble("dead", world.clock.at, world.clock.at + away))
                        world.clock.at += away
                        if self.deaths > DEATHS:
                            world.plays = replace(world.plays, deaths=0.0)
            finally:
                await store.close()
            return self.settle(ledger, discord)

    async def set_up(self, store: SqlStore) -> None:
        """Begin as a bot that has run for a while, with some watches."""
        chance = invented(f"{self.world.plays.begin}")
        async with store.transaction() as tx:
            for name in (BASELINE, f"{BASELINE}:ll2:all", f"{BASELINE}:ll2:events"):
                await tx.remember(name, "taken")
            for number in range(chance.randint(2, 5)):
                watch = Watch(
                    id=WatchId(0),
                    target=Target(GuildId(1), ChannelId(100 + number)),
                    name="SpaceX",
                    include=(Term(Facet.ANY, "SpaceX"),),
                    notices=USUAL,
                    leads=LEADS[chance.randrange(3) :],
                    roles=(RoleId(7),) if number % 2 else (),
                    made_at=self.world.plays.begin,
                )
                await tx.add_watch(watch)

    async def live(self, inner: SqlStore, discord: FrailDiscord, end: datetime, jumps: list[tuple[datetime, timedelta]]) -> None:
        """One life of the process, until the end or its own."""
        world, clock = self.world, self.world.clock
        store = FrailStore(inner, world)
        poller = Poller(store, FrailFeed(world=world), store, clock, Desk({}, 48.0), 10)
        deliverer = Deliverer(store, discord, clock, {}, 8, LEASE)
        poll_at = clock.at
        for _ in range(ROUNDS):
            if clock.at >= end or (clock.at > world.plays.begin + LASTS and not discord.owed()):
                return
            if jumps and jumps[0][0] <= clock.at:
                _, by = jumps.pop(0)
                world.broken.append(Trouble("jump", clock.at - abs(by), clock.at + abs(by) + LEASE))
                clock.at += by
            if clock.at >= poll_at:
                poll_at = clock.at + 5 * SECOND
                with suppress(StoreDown):
                    poll_at = max(await poller.beat(), clock.at + SECOND)
            upcoming: datetime | None = clock.at + 5 * SECOND
            with suppress(StoreDown):
                upcoming = await deliverer.beat()
            if await landed(deliverer):
                upcoming = clock.at  # whoever has landed makes room: the bot is woken then
            clock.at = max(clock.at + SECOND, min(poll_at, upcoming or end))
        sys.exit("a run that goes in circles")

    def settle(self, ledger: sqlite3.Connection, discord: FrailDiscord) -> Ledger:
        """Hold every row against what is in the channels."""
        excuses = [*self.world.plays.troubles, *self.world.broken]
        rows = ledger.execute("SELECT key, event, say, what, fate, why, start, stale, message, due FROM outbox").fetchall()
        there = {message for *_, message in discord.there}
        lost: list[str] = []
        for key, _, say, _, fate, why, start, stale, message, _ in rows:
            begin, end = instant(start), instant(stale)
            excused = any(one.begin - MINUTE <= end and begin <= one.end + MINUTE for one in excuses)
            if fate == "owed" or (fate == "dropped" and (not why or (why == LATE and not excused))):
                lost.append(f"{key}: {fate} {why}")
            # The first message about an event carries its card: one that was cut short may find itself said by it.
            if fate == "sent" and say != "edit" and message not in there:
                lost.append(f"{key}: sent, and not there")
        return Ledger(
            owed=len(rows),
            lost=tuple(lost),
            doubled=tuple(f"{key} × {times}" for key, times in discord.times.items() if times > 1),
            late=tuple(discord.late),
            reminded=tuple(
                (key, event, instant(due))
                for key, event, _, what, fate, *_, due in rows
                if fate == "sent" and what.startswith("T-")
            ),
            known=frozenset(key for key, *_ in rows),
            excuses=tuple(excuses),
            deaths=self.deaths,
        )


def instant(written: str) -> datetime:
    """Read an instant as the database keeps it."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


async def landed(deliverer: Deliverer) -> bool:
    """Wait for all that flies; a death in one of them is the death of all. Tells whether anything flew."""
    tasks = tuple(deliverer.flying.values())
    died = False
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        died = died or isinstance(ended, KilledError)
    if died:
        raise KilledError
    return bool(tasks)


def unknown(plays: Script, ledger: Ledger, calm: Ledger) -> tuple[str, ...]:
    """Reminders that a run without troubles sent and this one never owed, though the bot could hear in time what they hang on."""
    found: list[str] = []
    for key, event, due in calm.reminded:
        said = max(at for at, _, told in plays.news if told.id == event and at <= due)
        deaf = any(one.begin <= due and said <= one.end + DEAF for one in ledger.excuses)
        if key not in ledger.known and not deaf:
            found.append(f"{key}: never owed")
    return tuple(found)


def play(seed: int) -> tuple[int, Ledger]:
    """Play one seed, and once more with nothing broken: its reminders must be known here too, unless the feed was at fault."""
    logging.disable(logging.CRITICAL)
    plays = script(invented(f"{seed}"))
    ledger = asyncio.run(Run(plays, seed).play())
    if any(one.what in FEED for one in plays.troubles):
        return seed, ledger
    calm = asyncio.run(Run(plays.quiet, seed).play())
    return seed, replace(ledger, lost=ledger.lost + unknown(plays, ledger, calm))


def main() -> None:
    """Play many seeds on all cores but none twice; name those that broke a promise."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=1_000, help="in virtual time, on the flow (default: %(default)s)")
    options.add_argument("--wire", type=int, default=24, help="in real time, processes and sockets (default: %(default)s)")
    options.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--at-once", type=int, default=6, help="how many of the real ones run side by side (default: %(default)s)")
    chosen = options.parse_args()
    start, sums, broke = monotonic(), Counter[str](), Counter[str]()

    def add(seed: int, played: Ledger | chaos_wire.Wired, where: str) -> None:
        sums.update(runs=1, owed=played.owed, deaths=played.deaths)
        for word in ("lost", "doubled", "late"):
            found: tuple[str, ...] = getattr(played, word)
            sums[word] += len(found)
            for one in found:
                print(f"seed {seed}{where}: {word}: {one}", flush=True)

    with ProcessPoolExecutor(chosen.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for seed, ledger in pool.map(play, range(chosen.seed, chosen.seed + chosen.runs)):
            add(seed, ledger, "")
            broke.update({one.what for one in ledger.excuses})
    print(f"{sums['runs']} runs in virtual time: {sums['deaths']} deaths of the process, {monotonic() - start:.0f} s", flush=True)
    told(broke)
    if chosen.wire:
        start, dead = monotonic(), sums["deaths"]
        wired = asyncio.run(chaos_wire.play_all(range(chosen.seed, chosen.seed + chosen.wire), chosen.at_once))
        for seed, one in wired:
            add(seed, one, " on the wire")
        answered, not_answered = sum(one.answered for _, one in wired), sum(one.unanswered for _, one in wired)
        hooked = sum(one.hooked for _, one in wired)
        print(f"{len(wired)} runs on the wire: {sums['deaths'] - dead} deaths of the process, {monotonic() - start:.0f} s;")
        print(f"{hooked} posts by webhook; /next answered {answered} times, not {not_answered} times while it was broken")
        told(Counter(what for _, one in wired for what in one.broke))
    print(json.dumps({word: sums[word] for word in ("runs", "owed", "lost", "doubled", "late")}))
    if sums["lost"] + sums["doubled"] + sums["late"]:
        sys.exit("A promise was broken.")


def told(broke: Counter[str]) -> None:
    """Print what broke, and in how many runs or how often."""
    for what, times in broke.most_common():
        print(f"  {times:>6}  {what}")


if __name__ == "__main__":
    main()
