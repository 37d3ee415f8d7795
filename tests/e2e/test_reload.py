"""SIGHUP: what may change while the bot runs does, a mistake changes nothing, and no beat is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.app import SystemClock, assembled
from bot.sandbox.discord import DiscordSandbox
from bot.settings import load
from tests.e2e.test_kill import LEAD, STARTS, feed_of, launch, real_now


async def heard(log: asyncio.StreamReader, words: str) -> str:
    """Read the log until a line holds these words."""
    async for raw in log:
        line = raw.decode()
        assert "Traceback" not in line
        if words in line:
            return line
    raise AssertionError(f"the log ended without “{words}”")


@pytest.mark.timeout(60)
async def test_the_configuration_is_read_again_without_a_restart(tmp_path: Path) -> None:
    own = tmp_path / "config"
    own.mkdir()
    async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
        environ = os.environ | {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "LAUNCH_LIBRARY_URL": feed,
            "TMINUS_FEEDS": "launch-library",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}",
            "TMINUS_CONFIG": str(own),
        }
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environ, stderr=asyncio.subprocess.PIPE)
        assert bot.stderr is not None
        try:
            await heard(bot.stderr, "ready")
            (own / "names.toml").write_text('[rocket]\n"Falcon 9" = ["the workhorse"]\n', encoding="utf-8")
            (own / "default.toml").write_text("[discord]\nconcurrency = 3\n", encoding="utf-8")
            bot.send_signal(signal.SIGHUP)
            assert "discord will change at the next start" in await heard(bot.stderr, "read again")
            (own / "default.toml").write_text("[discord]\nconcurrency = 0\n", encoding="utf-8")
            bot.send_signal(signal.SIGHUP)
            assert "must be at least 1, is 0" in await heard(bot.stderr, "not read again")
            bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await bot.wait() == 0
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()


async def test_names_are_known_at_once_wherever_they_are_compared(tmp_path: Path) -> None:
    environ = {"DISCORD_TOKEN": "none-of-discords", "DATABASE_URL": "sqlite:///:memory:"}
    (tmp_path / "names.toml").write_text('[rocket]\n"Falcon 9" = ["the workhorse"]\n', encoding="utf-8")
    async with assembled(load(environ), SystemClock()) as app:
        known = app.client.asking.desk.names
        assert "the workhorse" not in known
        assert app.reread(load(environ | {"TMINUS_CONFIG": str(tmp_path)})) == ()
        assert "Falcon 9" in known["the workhorse"]
        assert app.deliverer.names is known
