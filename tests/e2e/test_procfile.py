"""The Procfile's process types, started by a Procfile runner as a platform would, and ended by SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from bot.model import ChannelId, GuildId, Target
from bot.sandbox.discord import DiscordSandbox
from tests.e2e.test_kill import LEAD, STARTS, feed_of, launch, real_now, watched

ROOT = Path(__file__).parent.parent.parent
PROBES, PROBE_S = 300, 0.2
ENDS_S = 10
"""A platform kills what is still there so long after SIGTERM."""


def free_port() -> int:
    """Find a port with room for the two process types: the runner counts on by a hundred."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 65_000)


def procfile(folder: Path) -> str:
    """Give the Procfile, its script replaced by what that starts: nothing may be installed here."""
    own = folder / "Procfile"
    own.write_text(
        (ROOT / "Procfile").read_text(encoding="utf-8").replace("./tminus", f"{sys.executable} -m bot"), encoding="utf-8"
    )
    return str(own)


async def honcho(file: str, *arguments: str, environ: dict[str, str]) -> asyncio.subprocess.Process:
    """Start the Procfile runner."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "honcho",
        "-f",
        file,
        "-d",
        str(ROOT),
        *arguments,
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.DEVNULL,
    )


async def answers(port: int, path: str) -> int:
    """Give the status at a path, 0 while nobody listens."""
    try:
        async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


async def probed(port: int, path: str) -> bool:
    """Ask again and again, as a platform's probe does; False when it was never well."""
    for _ in range(PROBES):
        if await answers(port, path) == HTTPStatus.OK:
            return True
        await asyncio.sleep(PROBE_S)
    return False


@pytest.mark.timeout(180)
async def test_every_process_type_starts_and_ends_in_time(tmp_path: Path) -> None:
    async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
        guild = discord.add_guild("Rockets", owner=discord.add_user("admin"))
        channel = discord.add_channel(guild, "launches")
        url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
        port = free_port()
        environ = os.environ | {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "LAUNCH_LIBRARY_URL": feed,
            "TMINUS_FEEDS": "launch-library",
            "DATABASE_URL": url,
        }
        release = await honcho(procfile(tmp_path), "start", "release", environ=environ)
        assert await release.wait() == 0
        await watched(url, [Target(GuildId(guild.id), ChannelId(channel.id))])
        both = await honcho(procfile(tmp_path), "start", "-p", str(port), "bot", "web", environ=environ)
        try:
            assert await probed(port, "/readyz")
            assert await probed(port + 100, "/healthz")
            async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port + 100}/") as answer:
                assert "Starlink 6-77" in await answer.text()
            both.send_signal(signal.SIGTERM)
            async with asyncio.timeout(ENDS_S):
                await both.wait()
        finally:
            if both.returncode is None:
                both.kill()
                await both.wait()
