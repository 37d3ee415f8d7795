"""SIGTERM at the worst moments: it ends in time, with its own code, and what was owed comes once after the next start."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.model import ChannelId, GuildId, Target
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.feeds import FeedSandbox
from bot.sandbox.world import Channel
from tests.e2e.test_kill import LEAD, STARTS, feed_of, launch, real_now, until, watched
from tests.e2e.test_procfile import ENDS_S, honcho, procfile

CHANNELS = 40
PATIENT_S = 5.0
"""After so long the Procfile runner kills what is left (honcho's KILL_WAIT)."""


@dataclass
class Stage:
    """A bot that is about to be ended, and the Discord around it."""

    discord: DiscordSandbox
    environ: dict[str, str]
    channels: list[Channel]
    heard: list[str] = field(default_factory=list[str])

    @property
    def reminders(self) -> list[str]:
        """The channel of each reminder that is there."""
        return [
            channel.name
            for channel in self.channels
            for message in channel.messages.values()
            if any(str(embed.get("title", "")).startswith("T-2m") for embed in message.embeds)
        ]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[asyncio.subprocess.Process]:
        """Start the bot; what it logs is kept."""
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=self.environ, stderr=asyncio.subprocess.PIPE
        )
        assert bot.stderr is not None
        listening = asyncio.create_task(self.listen(bot.stderr))
        try:
            yield bot
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
            await listening

    async def listen(self, log: asyncio.StreamReader) -> None:
        async for raw in log:
            self.heard.append(raw.decode())

    def said(self, words: str) -> bool:
        return any(words in line for line in self.heard)

    async def ended(self, bot: asyncio.subprocess.Process) -> float:
        """Send SIGTERM; give the seconds until it had ended well."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        bot.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_S):
            assert await bot.wait() == 0, self.heard
        took = loop.time() - began
        print(f"ended within {took:.1f} s")  # noqa: T201 - pytest -s shows what was measured
        assert not self.said("Traceback"), self.heard
        return took


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
        guild = discord.add_guild("Rockets", owner=discord.add_user("admin"))
        channels = [discord.add_channel(guild, f"launches-{number}") for number in range(CHANNELS)]
        url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
        await watched(url, [Target(GuildId(guild.id), ChannelId(channel.id)) for channel in channels])
        environ = {
            **os.environ,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "LAUNCH_LIBRARY_URL": feed,
            "TMINUS_FEEDS": "launch-library",
            "DATABASE_URL": url,
        }
        yield Stage(discord, environ, channels)


def nothing(_: Stage) -> None:
    """Leave Discord as it is."""


def slow(stage: Stage) -> None:
    """Let each message take three seconds."""
    stage.discord.faults.add(Fault(method="POST", path="/messages$", latency=3.0))


def hangs(stage: Stage) -> None:
    """Store messages and never answer: the next try must not say it twice."""
    stage.discord.faults.add(Fault(method="POST", path="/messages$", times=12, stall=True, after=True))


@pytest.mark.patient
@pytest.mark.timeout(150)
@pytest.mark.parametrize("trouble", [nothing, slow, hangs])
async def test_in_a_fan_out(stage: Stage, trouble: Callable[[Stage], None]) -> None:
    trouble(stage)
    async with stage.running() as bot:
        await until(lambda: any(fault.hits >= 8 for fault in stage.discord.faults.rules) or len(stage.reminders) >= 8)
        await stage.ended(bot)
    stage.discord.faults.clear()
    async with stage.running() as again:
        await until(lambda: len(set(stage.reminders)) == CHANNELS)
        await stage.ended(again)
    assert sorted(stage.reminders) == sorted(channel.name for channel in stage.channels)


@pytest.mark.patient
@pytest.mark.timeout(60)
async def test_with_a_poll_in_flight(stage: Stage) -> None:
    async with FeedSandbox(real_now) as feed:
        stalled = feed.faults.add(Fault(stall=True))
        stage.environ["LAUNCH_LIBRARY_URL"] = feed.url
        async with stage.running() as bot:
            await until(lambda: stalled.hits > 0 and stage.said("ready"))
            assert await stage.ended(bot) < PATIENT_S


@pytest.mark.patient
@pytest.mark.timeout(60)
async def test_during_a_login_that_hangs(stage: Stage) -> None:
    stalled = stage.discord.faults.add(Fault(path="/users/@me$", stall=True))
    async with stage.running() as bot:
        await until(lambda: stalled.hits > 0)
        assert await stage.ended(bot) < PATIENT_S


@pytest.mark.patient
@pytest.mark.timeout(60)
async def test_while_discord_is_away(stage: Stage) -> None:
    await stage.discord.stop()
    async with stage.running() as bot:
        await until(lambda: stage.said("trying again"))
        assert await stage.ended(bot) < PATIENT_S


@pytest.mark.patient
@pytest.mark.timeout(90)
async def test_while_the_database_is_out_of_reach(stage: Stage, tmp_path: Path) -> None:
    async with stage.running() as bot:
        await until(lambda: stage.said("ready"))
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3", timeout=30)) as greedy:
            greedy.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(1)  # what is due now waits for the lock
            await stage.ended(bot)


@pytest.mark.patient
@pytest.mark.timeout(90)
async def test_under_a_runner_that_waits_five_seconds(stage: Stage, tmp_path: Path) -> None:
    runner = await honcho(procfile(tmp_path), "start", "bot", environ=stage.environ)
    try:
        await until(lambda: len(stage.reminders) >= 8)
        loop = asyncio.get_running_loop()
        began = loop.time()
        runner.send_signal(signal.SIGTERM)
        await runner.wait()
        assert loop.time() - began < PATIENT_S
    finally:
        if runner.returncode is None:
            runner.kill()
            await runner.wait()
    async with stage.running() as again:
        await until(lambda: len(set(stage.reminders)) == CHANNELS)
        await stage.ended(again)
    assert sorted(stage.reminders) == sorted(channel.name for channel in stage.channels)
