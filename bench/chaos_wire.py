"""The part of bench/chaos that needs processes and sockets: the bot as it is run, real discord.py, in real time."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 -- every run follows from its seed alone
from typing import NamedTuple

import psutil

from bench.troubles import Trouble, invented
from bot.model import CHOOSABLE, ChannelId, Facet, GuildId, Say, Target, Term, Watch, WatchId
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.people import NoAnswer
from bot.sandbox.world import Channel
from bot.store.outbox import LATE
from bot.store.sql import SqlStore
from tests.e2e.test_kill import Bot, feed_of, launch, real_now
from tests.prepared import migrated

CHANNELS = 30
LEADS = (timedelta(minutes=2), timedelta(minutes=1))
STARTS = timedelta(seconds=30)
"""For the first start, on a busy machine: a launch that is seen after T-2m is rightly reminded of at T-1m alone."""
SETTLES = timedelta(seconds=20)
"""The last trouble begins so long before T-0: after it whatever is owed can leave in time."""
LENGTHS_S = (1, 4, 12)
SLACK = timedelta(seconds=20)
"""What a trouble may delay after its end: discord.py and the bot wait before they try again, and a start takes seconds."""
ASKS_EVERY_S = 1.5
TOLD = "/(messages|webhooks/.*)$"
"""Where posts go."""

REQUESTS: dict[str, tuple[Fault, ...]] = {
    "500 before storing": (Fault(method="POST", path=TOLD, status=500, chance=0.6),),
    "502 after storing": (Fault(method="POST", path=TOLD, status=502, after=True, chance=0.6),),
    "503": (Fault(method="POST", path=TOLD, status=503),),
    "dropped before storing": (Fault(method="POST", path=TOLD, drop=True, chance=0.6),),
    "dropped after storing": (Fault(method="POST", path=TOLD, drop=True, after=True, chance=0.6),),
    "answers cut short": (Fault(method="POST", path=TOLD, cut=True, chance=0.6),),
    "no answer, and stored": (Fault(method="POST", path=TOLD, stall=True, after=True, chance=0.4),),
    "429 of a channel": (Fault(method="POST", path=TOLD, retry_after=1.5, chance=0.5),),
    "429 of the whole bot": (Fault(retry_after=1.0, scope="global", chance=0.3),),
}


@dataclass
class Scene:
    """One run: a loopback Discord, the bot beside it, its database."""

    discord: DiscordSandbox
    bot: Bot
    file: Path
    deaths: int = 0
    troubles: list[Trouble] = field(default_factory=list[Trouble])

    @property
    def pid(self) -> int:
        """The bot's process."""
        return self.bot.process.pid if self.bot.process else 0

    # --- what breaks ---

    async def requests(self, faults: Sequence[Fault], seconds: float) -> None:
        """Let requests fail for a while."""
        fresh = [self.discord.faults.add(Fault(**{name: getattr(one, name) for name in _SAID})) for one in faults]
        await asyncio.sleep(seconds)
        for one in fresh:
            self.discord.faults.remove(one)

    async def away(self, seconds: float) -> None:
        """Discord is gone altogether, gateway included."""
        await self.discord.stop()
        await asyncio.sleep(seconds)
        await self.discord.start()

    async def cut(self, seconds: float) -> None:
        """The gateway's connection breaks, twice."""
        for _ in range(2):
            await self.discord.gateway.cut()
            await asyncio.sleep(seconds / 2)

    async def gateway(self, break_it: Callable[[], None], seconds: float) -> None:
        """The gateway asks for a new connection or a new session, twice."""
        for _ in range(2):
            break_it()
            await asyncio.sleep(seconds / 2)

    async def killed(self, seconds: float) -> None:
        """Kill -9, and a start after a while."""
        self.deaths += 1
        await self.bot.end(signal.SIGKILL)
        await asyncio.sleep(seconds / 4)
        await self.bot.start()

    async def frozen(self, seconds: float) -> None:
        """The process does not run for a while."""
        os.kill(self.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    async def locked(self, seconds: float) -> None:
        """Somebody else writes the database, and takes long."""
        with closing(sqlite3.connect(self.file, timeout=30, check_same_thread=False, isolation_level=None)) as other:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    async def full(self, seconds: float) -> None:
        """No file of the bot's can grow or be written. One that is just starting ends over it, and is started again."""
        process = psutil.Process(self.pid)
        soft, hard = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (0, hard))
        await asyncio.sleep(seconds)
        try:
            process.rlimit(resource.RLIMIT_FSIZE, (soft, hard))
        except psutil.NoSuchProcess:
            self.deaths += 1
            await self.bot.start()

    def kinds(self) -> dict[str, Callable[[float], Awaitable[None]]]:
        """Everything that can break, by name."""
        gate = self.discord.gateway
        return {
            **{name: partial(self.requests, faults) for name, faults in REQUESTS.items()},
            "Discord away": self.away,
            "gateway cut": self.cut,
            "gateway asks to reconnect": partial(self.gateway, gate.ask_to_reconnect),
            "session invalid": partial(self.gateway, gate.invalidate),
            "kill -9": self.killed,
            "frozen": self.frozen,
            "database locked": self.locked,
            "disk full": self.full,
        }

    async def suffer(self, chance: Random, until: datetime) -> None:
        """Break one thing after another, with some calm between them."""
        kinds = self.kinds()
        while (now := real_now()) < until:
            name, seconds = chance.choice(sorted(kinds)), chance.choice(LENGTHS_S)
            await kinds[name](float(seconds))
            self.troubles.append(Trouble(name, now, real_now()))
            await asyncio.sleep(chance.choice((0.5, 3.0, 8.0)))


_SAID = ("method", "path", "chance", "after", "status", "drop", "cut", "stall", "retry_after", "scope")


@dataclass(frozen=True, slots=True)
class Wired:
    """What became of what was owed in one run."""

    owed: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    late: tuple[str, ...]
    deaths: int
    broke: tuple[str, ...]
    hooked: int
    """Posts that went out by webhook, where no nonce guards."""
    answered: int
    unanswered: int


async def play(seed: int) -> Wired:
    """Play one seed: two reminders for each of thirty channels, a third of them under the agency's name."""
    chance = invented(f"wire {seed}")
    net = real_now() + LEADS[0] + STARTS
    with tempfile.TemporaryDirectory(prefix="tminus-chaos-") as folder:
        file = Path(folder) / "bot.sqlite3"
        async with DiscordSandbox(real_now) as discord, feed_of(launch(net)) as feed:
            discord.faults.seed = seed
            guild = discord.add_guild("Rockets", owner=discord.add_user("admin"))
            channels = [discord.add_channel(guild, f"launches-{number}") for number in range(CHANNELS)]
            file.write_bytes(migrated())  # Alembic brings up one database of a process at a time
            await watched(f"sqlite:///{file}", channels)
            environ = os.environ | {
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "LAUNCH_LIBRARY_URL": feed,
                "TMINUS_FEEDS": "launch-library",
                "DATABASE_URL": f"sqlite:///{file}",
            }
            scene = Scene(discord, Bot(environ), file)
            await scene.bot.start()
            asking = [0, 0]
            try:
                async with asked(scene, asking):
                    await begun(file, net - LEADS[0])
                    await scene.suffer(chance, net - SETTLES)
                    while waiting(file) and real_now() < net + SLACK:  # noqa: ASYNC110 -- the other process sets no event
                        await asyncio.sleep(0.5)
                ended = await scene.bot.end(signal.SIGTERM)
            finally:
                await scene.bot.leave_nothing()
            return settle(scene, channels, ended, asking)


def asked(scene: Scene, counted: list[int]) -> AbstractAsyncContextManager[None]:
    """Let somebody run /next all the while; counts who was answered and who was not."""

    @asynccontextmanager
    async def asking() -> AsyncGenerator[None]:
        task = asyncio.create_task(again())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def again() -> None:
        guild = next(iter(scene.discord.guilds.values()))
        person = scene.discord.member(guild, scene.discord.users[guild.owner])
        while True:
            await asyncio.sleep(ASKS_EVERY_S)
            if not person.commands():
                continue
            try:
                await person.slash("next")
                counted[0] += 1
            except NoAnswer:
                counted[1] += 1

    return asking()


async def watched(url: str, channels: Sequence[Channel]) -> None:
    """Keep a watch for each channel, as an admin would have made it yesterday."""
    store = await SqlStore.open(url)
    async with store.transaction() as tx:
        for number, channel in enumerate(channels):
            await tx.add_watch(
                Watch(
                    id=WatchId(0),
                    target=Target(GuildId(channel.guild or 0), ChannelId(channel.id)),
                    name="Starlink",
                    include=(Term(Facet.ANY, "Starlink"),),
                    notices=CHOOSABLE - {Say.ANNOUNCED},
                    leads=LEADS,
                    identity=number % 3 == 0,
                    made_at=real_now() - timedelta(days=1),
                )
            )
    await store.close()


class Row(NamedTuple):
    """A reminder as the outbox has it."""

    key: str
    channel: int
    what: str
    fate: str
    why: str
    due: datetime
    stale: datetime
    message: int | None


def rows(file: Path) -> list[Row]:
    """Read the reminders of the outbox."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
        found = ledger.execute("SELECT key, channel, what, fate, why, due, stale, message FROM outbox WHERE say = 'reminder'")
        return [Row(*row)._replace(due=at(row[5]), stale=at(row[6])) for row in found]


def at(written: str) -> datetime:
    """Read an instant as the database keeps it."""
    return datetime.fromisoformat(written).replace(tzinfo=real_now().tzinfo)


def waiting(file: Path) -> bool:
    """Whether any reminder is owed still."""
    return any(row.fate == "owed" for row in rows(file))


async def begun(file: Path, by: datetime) -> None:
    """Wait until all is owed."""
    while len(rows(file)) < CHANNELS * len(LEADS):
        if real_now() > by:
            sys.exit("the bot did not see the launch in time: this machine is too busy for this bench")
        await asyncio.sleep(0.2)


def settle(scene: Scene, channels: Sequence[Channel], ended: int, asking: Sequence[int]) -> Wired:
    """Hold every row against what is in the channels."""
    owed = rows(scene.file)
    by_id = {channel.id: channel for channel in channels}
    lost = [] if ended == 0 else [f"exit code {ended}"]
    doubled: list[str] = []
    late: list[str] = []
    for row in owed:
        there = [one for one in by_id[row.channel].messages.values() if titled(one.embeds, row.what)]
        excused = any(one.begin < row.stale and row.due < one.end + SLACK for one in scene.troubles)
        if row.fate == "owed" or (row.fate == "dropped" and (not row.why or (row.why == LATE and not excused))):
            lost.append(f"{row.key}: {row.fate} {row.why}")
        if row.fate == "sent" and row.message not in {one.id for one in there}:
            lost.append(f"{row.key}: sent, and not there")
        if len(there) > 1:
            doubled.append(f"{row.key} × {len(there)}")
        late += [row.key for one in there if one.at >= row.stale]
    return Wired(
        owed=len(owed),
        lost=tuple(lost),
        doubled=tuple(doubled),
        late=tuple(late),
        deaths=scene.deaths,
        broke=tuple(one.what for one in scene.troubles),
        hooked=sum(one.webhook is not None for channel in channels for one in channel.messages.values()),
        answered=asking[0],
        unanswered=asking[1],
    )


def titled(embeds: Sequence[dict[str, object]], what: str) -> bool:
    """Whether a message is that reminder."""
    return any(str(embed.get("title", "")).startswith(what) for embed in embeds)


async def play_all(seeds: Sequence[int], at_once: int) -> list[tuple[int, Wired]]:
    """Play some seeds side by side, each with processes of its own."""
    room = asyncio.Semaphore(at_once)

    async def one(seed: int) -> tuple[int, Wired]:
        async with room:
            return seed, await play(seed)

    return await asyncio.gather(*(one(seed) for seed in seeds))
