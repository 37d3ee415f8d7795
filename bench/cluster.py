"""Several processes that are killed, frozen, cut off and replaced in the middle of fan-outs: what is lost, doubled, asked too fast.

Real processes, a real PostgreSQL that crashes, a loopback Discord with its limit of 50 a second, a feed. Each fan-out is a launch
whose reminder is due in every channel at once, and each but the first two has one trouble. A ledger holds what was owed against
what stands in the channels.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 -- the order of the troubles follows from the seed

from aiohttp import web

from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.world import Message
from tests import postgres
from tests.e2e.fleet import LEAD, Fleet, until
from tests.e2e.test_kill import Bot, launch, real_now, watched
from tests.postgres import Server, binaries
from tests.relay import Relay, relayed

ROOT = Path(__file__).parent.parent
PROCESSES = 4
BEGIN = timedelta(seconds=55)
"""Until the first is due: a process starts, and plans."""
APART = timedelta(seconds=45)
"""Between two fan-outs: a trouble, and what follows from it."""
LISTED = timedelta(seconds=150)
"""So long before it is due a launch is in the feed: whoever leads then has to plan it."""
SILENT_S = 22.0
"""How long a process is frozen or cut off: longer than every lease and every claim."""
STRIKES_AT = (0.2, 0.7)
"""Share of a fan-out after which its trouble comes: from, to."""
PATIENCE_S = 90.0
"""Chosen, not measured: after this what has not come is lost."""
SPOKEN = 8
"""Each so-many-th target is told by a webhook, which no nonce guards."""
STEP = '''"""A step of a version to come."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"


def upgrade() -> None:
    """Add a column that the version before does not know, and an index."""
    op.add_column("outbox", sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.create_index("ix_outbox_mood", "outbox", ["mood"])
'''
TITLE = "T-2m"


@dataclass
class Feed:
    """Launch Library, as far as the fan-outs go."""

    nets: Sequence[datetime]
    asked: list[float] = field(default_factory=list[float])
    """When it was asked, on the loop's clock."""

    async def answer(self, request: web.Request) -> web.Response:
        """List what is listed by now."""
        self.asked.append(asyncio.get_running_loop().time())
        now = real_now()
        seen = [launch(net, number) for number, net in enumerate(self.nets) if now >= net - LEAD - LISTED]
        results = [] if "events" in request.path else seen
        return web.json_response({"count": len(results), "next": None, "previous": None, "results": results})


@asynccontextmanager
async def served(feed: Feed) -> AsyncGenerator[str]:
    """Serve the feed."""
    app = web.Application()
    app.router.add_get("/{path:.*}", feed.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Figure:
    """One fan-out: how long from its first message to its last, and what was done meanwhile."""

    trouble: str
    seconds: float
    late_s: float
    """How long after it was due the last message stood there."""
    failover_s: float | None
    throttled: int


@dataclass
class Bench:
    """The fleet, and what is done to it."""

    fleet: Fleet
    feed: Feed
    server: Server
    relay: Relay
    folder: Path
    chance: Random
    dues: Sequence[datetime]
    kills: int = 0

    # --- what is seen -------------------------------------------------------------------------------------------------

    def messages(self, number: int) -> list[tuple[int, Message]]:
        """The reminders of one launch that stand in the channels, with the channel."""
        name = f"Starlink 6-{number}"
        return [
            (place.id, message)
            for place in self.fleet.channels
            for message in place.messages.values()
            if any((title := str(embed.get("title", ""))).startswith(TITLE) and title.endswith(name) for embed in message.embeds)
        ]

    async def reached(self, number: int, share: float) -> None:
        """Wait until such a share of the targets was told."""
        enough = max(1, int(share * len(self.fleet.channels)))

        async def so() -> bool:
            return len(self.messages(number)) >= enough

        late_s = (real_now() - self.dues[number]).total_seconds()
        await until(so, max(0.0, PATIENCE_S - late_s))

    async def taken_over(self, victim: int) -> float | None:
        """Seconds until another leads and has asked the feed; None when it never did."""
        loop = asyncio.get_running_loop()
        since = loop.time()

        async def other() -> bool:
            return await self.leads() not in {victim, -1}

        if not await until(other, 60):
            return None
        at = loop.time()

        async def polled() -> bool:
            return bool(self.feed.asked) and self.feed.asked[-1] > at - 0.4  # it is looked for every 0.2 s

        return loop.time() - since if await until(polled, 60) else None

    async def leads(self) -> int:
        """Which process leads; -1 while nobody can tell."""
        try:
            return await self.fleet.leads()
        except OSError:
            return -1

    async def some_leader(self) -> int:
        """Wait until somebody leads."""

        async def so() -> bool:
            return await self.leads() != -1

        await until(so, 40)
        return await self.leads()

    # --- what is done -------------------------------------------------------------------------------------------------

    def running(self, shard: int) -> asyncio.subprocess.Process:
        """One of the processes, which runs."""
        process = self.fleet.bots[shard].process
        assert process is not None  # noqa: S101 -- each is started once and for all
        return process

    async def kill(self, shard: int) -> None:
        """End a process without a word, and start it again, as what watches it does."""
        self.kills += 1
        await self.fleet.bots[shard].end(signal.SIGKILL)

    async def nothing(self) -> float | None:
        """Leave them alone."""
        return None

    async def kill_the_leader(self) -> float | None:
        """The one that plans, and delivers."""
        victim = await self.some_leader()
        await self.kill(victim)
        took = await self.taken_over(victim)
        await self.fleet.bots[victim].start()
        return took

    async def kill_two(self) -> float | None:
        """Any two, one after the other."""
        for victim in self.chance.sample(range(PROCESSES), 2):
            await self.kill(victim)
            await asyncio.sleep(self.chance.random())
            await self.fleet.bots[victim].start()
        return None

    async def freeze_the_leader(self) -> float | None:
        """It wakes in the middle of what it was about to do."""
        victim = await self.some_leader()
        self.running(victim).send_signal(signal.SIGSTOP)
        woken = asyncio.get_running_loop().time() + SILENT_S
        took = await self.taken_over(victim)
        await asyncio.sleep(max(0.0, woken - asyncio.get_running_loop().time()))
        self.running(victim).send_signal(signal.SIGCONT)
        return took

    async def freeze_two(self) -> float | None:
        """Any two, one of them for longer."""
        first, second = (self.running(shard) for shard in self.chance.sample(range(PROCESSES), 2))
        for one in (first, second):
            one.send_signal(signal.SIGSTOP)
        await asyncio.sleep(SILENT_S - 6)
        first.send_signal(signal.SIGCONT)
        await asyncio.sleep(6)
        second.send_signal(signal.SIGCONT)
        return None

    async def cut_off(self) -> float | None:
        """Process 0 does not reach the database any more."""
        led = await self.leads() == 0
        self.relay.block()
        back = asyncio.get_running_loop().time() + SILENT_S
        took = await self.taken_over(0) if led else None
        await asyncio.sleep(max(0.0, back - asyncio.get_running_loop().time()))
        self.relay.clear()
        return took

    async def crash_the_database(self) -> float | None:
        """Twice."""
        for _ in range(2):
            await asyncio.to_thread(self.server.restart)
            await asyncio.sleep(2 + 2 * self.chance.random())
        return None

    async def upgrade(self) -> float | None:
        """Replace one after another by a version that has one step of the tables more."""
        code = self.folder / "newer"
        if not code.exists():
            newer(code)
        for shard in self.chance.sample(range(PROCESSES), PROCESSES):
            await self.fleet.bots[shard].end(signal.SIGTERM)
            self.fleet.bots[shard] = Bot(self.fleet.bots[shard].environ, code)
            await self.fleet.bots[shard].start()
            await asyncio.sleep(2)
        return None

    # --- the run ------------------------------------------------------------------------------------------------------

    async def fan_out(self, number: int, name: str, trouble: Callable[[], Awaitable[float | None]]) -> Figure:
        """Wait for a fan-out, strike in the middle of it, and see it end."""
        throttled = self.fleet.discord.log.throttled
        await self.reached(number, self.chance.uniform(*STRIKES_AT))
        failover = await trouble()
        await self.reached(number, 1.0)
        times = sorted(message.at for _, message in self.messages(number)) or [real_now()]
        return Figure(
            trouble=name,
            seconds=(times[-1] - times[0]).total_seconds(),
            late_s=(times[-1] - self.dues[number]).total_seconds(),
            failover_s=failover,
            throttled=self.fleet.discord.log.throttled - throttled,
        )

    async def settle(self) -> tuple[int, int, int]:
        """Hold everything that was owed against what stands in the channels: owed, lost, doubled."""
        owed, lost, doubled = 0, 0, 0
        there: set[int] = set()
        for number in range(len(self.dues)):
            messages = self.messages(number)
            told = Counter(place for place, _ in messages)
            there.update(message.id for _, message in messages)
            owed += len(self.fleet.channels)
            lost += sum(not told[place.id] for place in self.fleet.channels)
            doubled += sum(count - 1 for count in told.values())
        rows = await self.fleet.ask("SELECT fate, message, key, why FROM outbox WHERE say = 'reminder'")
        for fate, message, key, why in rows:
            if fate != "sent" or message not in there:  # recorded in another way than it is
                print(f"  {key}: {fate} {why} {message}")
                lost += fate == "sent"
        lost += max(0, owed - len(rows))
        return owed, lost, doubled


def newer(code: Path) -> None:
    """Write a version of the bot to come: this one, with one step more."""
    for name in ("bot", "config"):
        shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    steps = code / "bot" / "store" / "migrations" / "versions"
    head = max(step.name[1:5] for step in steps.glob("s[0-9]*.py"))
    (steps / "s9001_moods.py").write_text(STEP.replace("{head}", head))


COLUMNS: tuple[tuple[str, int, Callable[[Figure, float], str]], ...] = (
    ("trouble", 34, lambda one, _: one.trouble),
    ("seconds", 9, lambda one, _: f"{one.seconds:.1f}"),
    ("× alone", 9, lambda one, alone: f"{one.seconds / alone:.2f}"),
    ("late s", 8, lambda one, _: f"{one.late_s:.1f}"),
    ("failover s", 12, lambda one, _: "" if one.failover_s is None else f"{one.failover_s:.1f}"),
    ("429s", 6, lambda one, _: f"{one.throttled}"),
)


async def run(seed: int, targets: int, rounds: int, server: Server, folder: Path) -> dict[str, float]:
    """Play it, and give the last line."""
    chance = Random(seed)  # noqa: S311 -- no secret
    name = server.empty()
    async with DiscordSandbox(real_now) as discord, relayed(lambda: asyncio.open_unix_connection(server.socket)) as relay:
        bench = Bench(Fleet(discord, server.url(name), "", PROCESSES), Feed(()), server, relay, folder, chance, ())
        plan: list[tuple[str, Callable[[], Awaitable[float | None]]]] = []
        for _ in range(rounds):
            some = [
                ("kill -9 of the leader", bench.kill_the_leader),
                ("kill -9 of two, started again", bench.kill_two),
                ("the leader frozen for 22 s", bench.freeze_the_leader),
                ("two frozen, 16 and 22 s", bench.freeze_two),
                ("one cut off from the database", bench.cut_off),
                ("the database crashes twice", bench.crash_the_database),
            ]
            chance.shuffle(some)
            plan += some
        plan.insert(chance.randrange(2, len(plan)), ("rolling upgrade across a migration", bench.upgrade))
        plan = [("one process alone", bench.nothing), ("four, undisturbed", bench.nothing), *plan]
        begin = real_now() + BEGIN
        bench.dues = [begin + APART * number for number in range(len(plan))]
        bench.feed.nets = [due + LEAD for due in bench.dues]
        async with served(bench.feed) as bench.fleet.feed:
            bench.fleet.more = {"LL2_TOKEN": "as-a-supporter"}
            bench.fleet.urls[0] = f"postgresql://postgres@127.0.0.1:{relay.port}/{name}"
            await watched(bench.fleet.url, bench.fleet.furnish(targets), spoken=SPOKEN)
            bench.fleet.bots = {shard: bench.fleet.bot(shard) for shard in range(PROCESSES)}
            try:
                figures = await play(bench, plan)
            finally:
                await bench.fleet.leave_nothing()
            owed, lost, doubled = await bench.settle()
    took = [one.failover_s for one in figures if one.failover_s is not None]
    return {
        "kills": bench.kills,
        "owed": owed,
        "lost": lost,
        "doubled": doubled,
        "failover_s": round(max(took, default=float("nan")), 1),
        "caused_429": discord.log.throttled,
    }


async def play(bench: Bench, plan: Sequence[tuple[str, Callable[[], Awaitable[float | None]]]]) -> list[Figure]:
    """Play every fan-out, and print its line."""
    print("".join(f"{title:>{width}}" for title, width, _ in COLUMNS), flush=True)
    figures: list[Figure] = []
    await bench.fleet.bots[0].start()
    for number, (name, trouble) in enumerate(plan):
        figures.append(await bench.fan_out(number, name, trouble))
        print("".join(f"{shown(figures[-1], figures[0].seconds):>{width}}" for _, width, shown in COLUMNS), flush=True)
        if number == 0:
            for shard in range(1, PROCESSES):
                await bench.fleet.bots[shard].start()
    await asyncio.sleep(5)  # what is doubled comes late
    return figures


def main() -> None:
    """Print the table, a line as soon as it is measured, then the JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1, help="chooses the order of the troubles, and when they come")
    options.add_argument("--targets", type=int, default=300, help="channels")
    options.add_argument("--rounds", type=int, default=1, help="how often each trouble comes: five minutes more for each")
    chosen = options.parse_args()
    programs = binaries()
    if programs is None:
        sys.exit("No PostgreSQL server programs: install the package postgresql or set PG_BIN.")
    logging.disable(logging.WARNING)
    print(f"Seed {chosen.seed}, {chosen.targets} targets, {PROCESSES} processes, Discord allows 50 a second.")
    print("Seconds from the first message of a fan-out to its last; late: the last, after it was due.\n")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, postgres.running(programs, synchronous_commit="on") as server:
        figures = asyncio.run(run(chosen.seed, chosen.targets, chosen.rounds, server, Path(folder)))
    print()
    print(json.dumps(figures))
    if figures["lost"] or figures["doubled"] or figures["caused_429"]:
        sys.exit("Something was lost, doubled, or asked too fast.")


if __name__ == "__main__":
    main()
