"""Memory and start-up with many servers: the bot as it is run, against a bare discord.py client of the same intents.

Not the first start after an update: our code is compiled before, as that of the libraries is.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import json
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import web

from bot.app import SystemClock
from bot.sandbox.discord import DiscordSandbox

SERVERS = (1, 1_000, 10_000)
QUICK = (1, 1_000)
CHANNELS, ROLES = 15, 8
"""Of each server. Chosen, not measured: a small community; with more of both the two sides differ less."""
GUILDS_PER_SHARD = 1_000
"""What Discord recommends; it refuses 2,500."""
IDENTIFY_EVERY_S = 5.0
CODE = Path(__file__).parents[1]
SETTLE_S = 3.0
"""What a start leaves behind is over by then. Chosen, not measured."""
PATIENCE_S = 300.0
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Footprint:
    """One process, once it is ready: since when, CPU until then, resident memory."""

    ready_s: float
    cpu_s: float
    rss_mb: float


async def started(command: Sequence[str], environ: dict[str, str], word: str) -> Footprint:
    """Start a process, wait until it says a word, let it settle, measure it, end it."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    said: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while word not in (line := (await process.stderr.readline()).decode() if process.stderr else ""):
                said.append(line)
                if not line:
                    sys.exit(f"{' '.join(command[:3])} ended before it was ready:\n{''.join(said)}")
        seen = psutil.Process(process.pid)
        ready_s, cpu = loop.time() - start, seen.cpu_times()
        await asyncio.sleep(SETTLE_S)
        return Footprint(ready_s, cpu.user + cpu.system, seen.memory_info().rss / 2**20)
    finally:
        process.terminate()
        await process.communicate()


async def compared(servers: int) -> tuple[Footprint, Footprint]:
    """The bot and the bare client, one after the other, on the same servers."""
    async with DiscordSandbox(CLOCK.now) as discord, asyncio.timeout(3 * PATIENCE_S):
        discord.gateway.shards = math.ceil(servers / GUILDS_PER_SHARD)
        discord.gateway.identify_every = IDENTIFY_EVERY_S if discord.gateway.shards > 1 else 0.0
        for number in range(servers):
            guild = discord.add_guild(f"Server {number}")
            for each in range(CHANNELS):
                discord.add_channel(guild, f"channel-{each}")
            for each in range(ROLES):
                discord.add_role(guild, f"Role {each}")
        feed = await nothing_to_tell()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            environ = {
                **os.environ,
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "DATABASE_URL": f"sqlite:///{Path(folder, 'bot.sqlite3')}",
                "LAUNCH_LIBRARY_URL": f"http://127.0.0.1:{feed.addresses[0][1]}",
            }
            python = sys.executable
            bare = await started([python, "-m", "bench.bare", discord.api_url, discord.token], environ, "ready")
            await asyncio.sleep(discord.gateway.identify_every)
            ours = await started([python, "-m", "bot", "run"], environ, "ready")
        await feed.cleanup()
    return ours, bare


async def nothing_to_tell() -> web.AppRunner:
    """Serve a feed without events."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"count": 0, "next": None, "previous": None, "results": []})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def main() -> None:
    """Print a line per size, then the JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help=f"only {' and '.join(map(str, QUICK))} servers")
    options.add_argument("--servers", type=int, nargs="*", default=SERVERS)
    chosen = options.parse_args()
    for folder in (CODE / "bot", CODE / "bench"):
        compileall.compile_dir(folder, quiet=2)
    print(f"{CHANNELS} channels and {ROLES} roles each. Ours / bare; seconds from the start of the process.\n")
    print(f"{'servers':>8}{'RSS MB':>16}{'ratio':>7}{'ready s':>16}{'ratio':>7}{'CPU s':>14}", flush=True)
    ratios: dict[int, tuple[float, float]] = {}
    for servers in QUICK if chosen.quick else chosen.servers:
        ours, bare = asyncio.run(compared(servers))
        rss, ready = ours.rss_mb / bare.rss_mb, ours.ready_s / bare.ready_s
        ratios[servers] = round(rss, 3), round(ready, 3)
        print(
            f"{servers:>8,}{f'{ours.rss_mb:.0f} / {bare.rss_mb:.0f}':>16}{rss:>7.2f}"
            f"{f'{ours.ready_s:.2f} / {bare.ready_s:.2f}':>16}{ready:>7.2f}{f'{ours.cpu_s:.1f} / {bare.cpu_s:.1f}':>14}",
            flush=True,
        )
    rss_ratio, ready_ratio = ratios.get(10_000, (None, None))
    print()
    print(json.dumps({"rss_ratio_10000": rss_ratio, "ready_ratio_10000": ready_ratio}))


if __name__ == "__main__":
    main()
