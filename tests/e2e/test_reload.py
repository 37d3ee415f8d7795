"""SIGHUP: what may change while the bot runs does, a mistake changes nothing, and no beat is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

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
            (own / "default.toml").write_text(
                '[discord]\nconcurrency = 3\nsend_timeout_s = 9\n[log]\nformat = "json"\n', encoding="utf-8"
            )
            bot.send_signal(signal.SIGHUP)
            told = json.loads(await heard(bot.stderr, "read again"))
            assert told["message"].endswith("; discord.send_timeout_s will change at the next start")
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


@dataclass
class Host:
    """Answers every question with an empty calendar, and remembers who asked for what."""

    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers["User-Agent"]))
        self.heard.set()
        return web.Response(body=b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", content_type="text/calendar")

    async def asks(self, path: str) -> str:
        """Wait until somebody asks for this; gives who."""
        while True:
            for asked, agent in self.asked:
                if asked == path:
                    return agent
            self.heard.clear()
            await self.heard.wait()


@asynccontextmanager
async def host() -> AsyncGenerator[tuple[Host, str]]:
    one, app = Host(), web.Application()
    app.router.add_get("/{path:.*}", one.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield one, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


NO_OTHERS = """
snapi.on = false
youtube.on = false
rocketlaunch_live.on = false
rss.nasa.on = false
rss.esa.on = false
rss.spaceflight-now.on = false
rss.nasaspaceflight.on = false
rss.spacenews.on = false
"""


async def test_feeds_come_change_and_go_rates_and_contact_follow_and_the_rest_waits(tmp_path: Path) -> None:
    environ = {"DISCORD_TOKEN": "none-of-discords", "DATABASE_URL": "sqlite:///:memory:", "TMINUS_CONFIG": str(tmp_path)}
    feeds, knobs = tmp_path / "feeds.toml", tmp_path / "default.toml"
    async with host() as (asked, url):
        feeds.write_text(f'{NO_OTHERS}[calendars.first]\nurl = "{url}/first.ics"\n', encoding="utf-8")
        async with assembled(load(environ), SystemClock()) as app:

            def names() -> set[str]:
                return {*(poller.feed.name for poller in app.pollers), *(reader.press.name for reader in app.readers)}

            assert names() == {"ll2", "ical-first"}
            feeds.write_text(
                f'{NO_OTHERS}[calendars.second]\nurl = "{url}/second.ics"\n[rss.club]\nurl = "{url}/club.xml"\n', encoding="utf-8"
            )
            knobs.write_text(
                '[polling]\ncontact = "club@range.example"\nwithout_key_per_hour = 9\n[discord]\nrate_per_s = 20\nconcurrency = 3\n'
                "[delivery]\nlease_s = 30\nbeat_s = 10\n",
                encoding="utf-8",
            )
            assert app.reread(load(environ)) == ("delivery.beat_s",)
            assert names() == {"ll2", "ical-second", "rss-club"}
            assert "club@range.example" in await asked.asks("/second.ics")
            assert (app.pollers[0].quota, app.pollers[0].feed.per_hour) == (9, 9)
            assert app.deliverer.concurrency == 3
            assert app.deliverer.lease == timedelta(seconds=30)
            assert app.client.pacer._allowed.rate_per_s == 20
            assert app.schedule.alive().keys() == {"poll ical-second", "read rss-club"}
            kept = app.pollers[1]
            feeds.write_text(
                f'{NO_OTHERS}[calendars.second]\nurl = "{url}/second.ics"\n[rss.club]\nurl = "{url}/new.xml"\n', encoding="utf-8"
            )
            before = app.readers[0]
            assert app.reread(load(environ)) == ("delivery.beat_s",)
            assert app.pollers[1] is kept
            assert app.readers[0] is not before
            feeds.write_text(f"{NO_OTHERS}", encoding="utf-8")
            app.reread(load(environ))
            assert names() == {"ll2"}
            assert app.schedule.alive() == {}
    assert "/first.ics" not in {path for path, _ in asked.asked}
