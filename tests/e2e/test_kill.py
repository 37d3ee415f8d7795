"""Kill -9 in the middle of a fan-out, again and again, with Discord failing at times: every channel ends with one message."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from bot.model import CHOOSABLE, ChannelId, Facet, GuildId, Say, Target, Term, Watch, WatchId
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.store.sql import SqlStore

CHANNELS = 90
LEAD = timedelta(minutes=2)
STARTS = timedelta(seconds=20)
"""How long the bot may take to see the launch: one that it sees after T-2m is rightly not reminded of."""


def real_now() -> datetime:
    """Read the machine's clock: the process under test does."""
    return datetime.now(UTC)  # noqa: TID251 - the machine's clock, as the bot has it


def launch(net: datetime, number: int = 77) -> dict[str, object]:
    """Give a launch as Launch Library 2.3.0 would, written from its description."""
    at = f"{net:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "id": f"00000000-0000-4000-8000-0000000006{number:02}",
        "name": f"Falcon 9 Block 5 | Starlink 6-{number}",
        "status": {"id": 1, "name": "Go for Launch", "abbrev": "Go"},
        "last_updated": f"{real_now():%Y-%m-%dT%H:%M:%SZ}",
        "net": at,
        "net_precision": {"id": 0, "name": "Second", "abbrev": "SEC"},
        "window_start": at,
        "window_end": at,
        "launch_service_provider": {"id": 121, "name": "SpaceX", "abbrev": "SpX"},
        "webcast_live": False,
    }


@asynccontextmanager
async def feed_of(*launches: dict[str, object]) -> AsyncGenerator[str]:
    """Serve these launches, and no other events, wherever the bot asks."""

    async def answer(request: web.Request) -> web.Response:
        results = [] if "events" in request.path else list(launches)
        return web.json_response({"count": len(results), "next": None, "previous": None, "results": results})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Bot:
    """The bot as a process of its own."""

    environ: dict[str, str]
    code: Path | None = None
    """Where another version of the bot lies."""
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=self.code, env=self.environ, stderr=asyncio.subprocess.DEVNULL
        )

    async def end(self, how: signal.Signals) -> int:
        """Send it a signal and wait for its end."""
        assert self.process is not None
        self.process.send_signal(how)
        return await self.process.wait()

    async def leave_nothing(self) -> None:
        """End it for good, if it still runs."""
        if self.process is not None and self.process.returncode is None:
            await self.end(signal.SIGKILL)


async def watched(url: str, target: list[Target], *, spoken: int = 0) -> None:
    """Keep a watch for each target, as an admin would have made it yesterday. `spoken`: each so-many-th speaks as the agency."""
    store = await SqlStore.open(url)
    async with store.transaction() as tx:
        for number, one in enumerate(target):
            await tx.add_watch(
                Watch(
                    id=WatchId(0),
                    target=one,
                    name="Starlink",
                    include=(Term(Facet.ANY, "Starlink"),),
                    notices=CHOOSABLE - {Say.ANNOUNCED},
                    leads=(LEAD,),
                    identity=bool(spoken) and number % spoken == 0,
                    made_at=real_now() - timedelta(days=1),
                )
            )
    await store.close()


@pytest.mark.patient
@pytest.mark.timeout(240)
@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
async def test_each_channel_ends_with_one_message_however_often_the_process_dies(tmp_path: Path, kills: int) -> None:
    async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
        owner = discord.add_user("admin")
        guild = discord.add_guild("Rockets", owner=owner)
        channels = [discord.add_channel(guild, f"launches-{i}") for i in range(CHANNELS)]
        targets = [Target(GuildId(guild.id), ChannelId(channel.id)) for channel in channels]
        url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
        await watched(url, targets)
        bot = Bot(
            {
                **os.environ,
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "LAUNCH_LIBRARY_URL": feed,
                "TMINUS_FEEDS": "launch-library",
                "DATABASE_URL": url,
            }
        )
        discord.faults.add(Fault(method="POST", path="/messages$", chance=0.03, status=502, after=True))
        discord.faults.add(Fault(method="POST", path="/messages$", chance=0.03, drop=True, after=True))
        discord.faults.add(Fault(method="POST", path="/messages$", chance=0.02, status=503))

        def reminders() -> Counter[str]:
            return Counter(channel.name for channel in channels for message in channel.messages.values() if told(message.embeds))

        def told(embeds: list[dict[str, object]]) -> bool:
            return any(str(embed.get("title", "")).startswith("T-2m") for embed in embeds)

        def reached(count: int) -> bool:
            return reminders().total() >= count

        await bot.start()
        try:
            for kill in range(1, kills + 1):
                await until(partial(reached, kill * CHANNELS // (kills + 2)))
                await bot.end(signal.SIGKILL)
                await bot.start()
            await until(lambda: len(reminders()) == CHANNELS)
            assert await bot.end(signal.SIGTERM) == 0
        finally:
            await bot.leave_nothing()
        counted = reminders()
        assert counted.total() == CHANNELS, {name: count for name, count in counted.items() if count != 1}
        assert discord.log.throttled == 0


async def until(so: Callable[[], bool]) -> None:
    """Wait for what the process under test does; the test's own limit ends a wait in vain."""
    while not so():  # noqa: ASYNC110 — the other process sets no event
        await asyncio.sleep(0.02)
