"""JSON logs of the whole bot: each line about a delivery names event, target and try; each about a feed names the feed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.model import ChannelId, GuildId, Target
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from tests.e2e.test_kill import LEAD, STARTS, feed_of, launch, real_now, watched

EVENT = "ll2:launch:00000000-0000-4000-8000-000000000677"


async def lines(log: asyncio.StreamReader, targets: int) -> list[dict[str, Any]]:
    """Read the log until so many targets were told. Every line is one JSON object."""
    found: list[dict[str, Any]] = []
    async for raw in log:
        found.append(json.loads(raw))
        if len({line["target"] for line in found if line["message"] == "delivered" and line["event"] == EVENT}) == targets:
            return found
    raise AssertionError(found)


@pytest.mark.timeout(120)
async def test_each_line_says_what_it_is_about(tmp_path: Path) -> None:
    async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
        guild = discord.add_guild("Rockets", owner=discord.add_user("admin"))
        one, other = (discord.add_channel(guild, name) for name in ("launches", "moscow"))
        url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
        targets = [Target(GuildId(guild.id), ChannelId(channel.id)) for channel in (one, other)]
        await watched(url, targets)
        discord.faults.add(Fault(method="POST", path=f"/channels/{other.id}/messages$", times=2, drop=True))
        environ = os.environ | {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "LAUNCH_LIBRARY_URL": feed,
            "TMINUS_FEEDS": "launch-library",
            "DATABASE_URL": url,
            "TMINUS_LOG_FORMAT": "json",
        }
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environ, stderr=asyncio.subprocess.PIPE)
        assert bot.stderr is not None
        try:
            told = await lines(bot.stderr, 2)
            bot.send_signal(signal.SIGTERM)
            assert await bot.wait() == 0
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
    delivered = {line["target"]: line for line in told if line["message"] == "delivered" and line["event"] == EVENT}
    assert delivered.keys() == {f"{guild.id}:{channel.id}" for channel in (one, other)}
    first, later = (delivered[f"{guild.id}:{channel.id}"] for channel in (one, other))
    assert (first["event"], first["try"], first["message_id"] in one.messages) == (EVENT, 1, True)
    assert first["key"].startswith(f"{first['target']}/{EVENT}/")
    again = [line for line in told if line["message"] == "a delivery is tried again"]
    assert [(line["event"], line["target"], line["try"]) for line in again] == [
        (EVENT, later["target"], number) for number in range(1, later["try"])
    ]
    assert again
    assert all(line["why"] and line["until"] for line in again)
    answered = [line for line in told if line["message"] == "the feed answered"]
    assert {line["feed"] for line in answered} == {"ll2"}
    assert {line["scope"] for line in answered} >= {"all"}
    assert {line["beat"] for line in answered} == {"poll ll2"}
