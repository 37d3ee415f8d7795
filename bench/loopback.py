"""The loopback Discord of a fan-out, in a process of its own: what it computes must not slow the bot down."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from bot.app import SystemClock
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.people import NoAnswer, Person
from bot.sandbox.record import Entry, Said

PER_SECOND = 50
"""Discord's global limit."""
GUILDS = 2_000
"""More targets than these share servers: one shard holds 2,500."""
ASKS_EVERY_S = 0.25
JITTER = ((0.01, 500), (0.05, 150), (0.2, 40), (0.3, 15))
"""Share of the requests, and how many milliseconds longer they take."""
SENDS = "/channels/{channel_id}/messages"
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Scene:
    """One fan-out. `sliding`: how Discord counts its second; targets share servers where there are more than one shard holds."""

    targets: int
    latency_ms: int
    sliding: bool = True
    jitter: bool = False
    """Some requests take longer than others."""

    @property
    def ideal_s(self) -> float:
        """What Discord's limit alone would take."""
        return self.targets / PER_SECOND

    @property
    def patience_s(self) -> float:
        """After this it is over, whoever has been reached."""
        return 30 + 5 * self.ideal_s


@dataclass(frozen=True, slots=True)
class Address:
    """Where the loopback Discord is, and the channels in it."""

    api_url: str
    token: str
    places: tuple[tuple[int, int], ...]
    """Server and channel."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the loopback Discord saw. `busiest`: most sends within a second; `asked_ms`: how long people waited for answers."""

    last: datetime
    sends: int
    busiest: int
    throttled: int
    faulty: int
    """Channels that do not hold exactly one message."""
    asked_ms: tuple[float, ...]
    unanswered: int


@dataclass(slots=True)
class Asking:
    """Somebody who runs /next again and again."""

    member: Person
    waited_ms: list[float] = field(default_factory=list[float])
    unanswered: int = 0

    async def ask(self) -> None:
        """Ask once and wait for the answer."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            await self.member.slash("next")
        except NoAnswer:
            self.unanswered += 1
        else:
            self.waited_ms.append((loop.time() - start) * 1000)

    async def until(self, over: asyncio.Future[Any]) -> None:
        """Ask every quarter of a second."""
        async with asyncio.TaskGroup() as asking:
            while not over.done():
                asking.create_task(self.ask())
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(over), ASKS_EVERY_S)


def serve(scene: Scene, pipe: Connection) -> None:
    """Tell where it is, hear when the fan-out begins (or that it is over), tell what was seen."""
    with suppress(EOFError):  # the other side is gone
        asyncio.run(_serve(scene, pipe))


async def _serve(scene: Scene, pipe: Connection) -> None:
    async with DiscordSandbox(CLOCK.now) as discord:
        discord.limits.sliding = scene.sliding
        for share, longer_ms in JITTER if scene.jitter else ():
            discord.faults.add(Fault(chance=share, latency=(scene.latency_ms + longer_ms) / 1000))
        discord.faults.add(Fault(latency=scene.latency_ms / 1000))
        guilds = [discord.add_guild(f"Server {number}") for number in range(min(scene.targets, GUILDS))]
        homes = [(guilds[number % len(guilds)], f"launches-{number}") for number in range(scene.targets)]
        places = [(guild.id, discord.add_channel(guild, name).id) for guild, name in homes]
        pipe.send(Address(discord.api_url, discord.token, tuple(places)))
        begin: datetime | None = await asyncio.to_thread(pipe.recv)
        if begin is None:
            return
        reached: Counter[int] = Counter()
        done = asyncio.Event()

        def count(entry: Entry) -> None:
            if isinstance(entry, Said) and entry.bot and not entry.interaction:
                reached[entry.channel] += 1
                if len(reached) == scene.targets:
                    done.set()

        discord.log.watch.append(count)
        goodbye = asyncio.create_task(asyncio.to_thread(pipe.recv))
        finished = asyncio.create_task(asyncio.wait_for(done.wait(), scene.patience_s))
        over = asyncio.ensure_future(asyncio.wait({goodbye, finished}, return_when=asyncio.FIRST_COMPLETED))
        await asyncio.sleep(max(0.0, (begin - CLOCK.now()).total_seconds()))
        people = Asking(discord.member(guilds[0], discord.owner))
        await people.until(over)
        sends = [one.at.timestamp() for one in discord.log.asked if one.method == "POST" and one.route == SENDS]
        seen = Seen(
            last=max((said.at for said in discord.log.said if said.bot and not said.interaction), default=begin),
            sends=len(sends),
            busiest=max(
                sum(at - 1 < other <= at for other in sends[max(0, n - 4 * PER_SECOND) : n + 1]) for n, at in enumerate(sends)
            ),
            throttled=discord.log.throttled,
            faulty=sum(reached[channel] != 1 for _, channel in places),
            asked_ms=tuple(people.waited_ms),
            unanswered=people.unanswered,
        )
        await asyncio.gather(finished, return_exceptions=True)
        pipe.send(seen)
        await goodbye  # the bot leaves first


@dataclass(slots=True)
class Beside:
    """That process, as the bot's side sees it."""

    address: Address
    pipe: Connection
    process: BaseProcess

    @classmethod
    async def start(cls, scene: Scene) -> Self:
        """Start it and hear where it is."""
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        pipe: Connection = ours  # type: ignore[assignment, unused-ignore] # pyright: ignore[reportAssignmentType] -- it has another name on Windows
        process = spawn.Process(target=serve, args=(scene, theirs))
        process.start()
        theirs.close()
        return cls(await asyncio.to_thread(pipe.recv), pipe, process)

    async def watch(self, begin: datetime) -> Seen:
        """Say when it begins and hear what was seen."""
        self.pipe.send(begin)
        seen: Seen = await asyncio.to_thread(self.pipe.recv)
        return seen

    def end(self) -> None:
        """Let it go."""
        self.pipe.send(None)
        self.process.join()
