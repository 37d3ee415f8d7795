"""`tminus doctor` against the loopback Discord and feed: what is well, each trouble by itself, no secret, and nothing changed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.feeds import FeedSandbox
from tests.e2e.test_kill import real_now
from tests.e2e.test_procfile import free_port, probed
from tests.prepared import migrated


@dataclass
class Patient:
    """What a doctor is asked about."""

    discord: DiscordSandbox
    feed: FeedSandbox
    folder: Path
    environ: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def file(self) -> Path:
        return self.folder / "bot.sqlite3"

    async def told(self, *arguments: str, **changed: str) -> tuple[int, str]:
        """Ask the doctor: its exit code, and what it says."""
        environ = os.environ | self.environ | changed
        doctor = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "doctor", *arguments),
            env=environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await doctor.communicate()
        assert err.decode() == ""
        assert self.discord.token not in out.decode()
        return int(doctor.returncode or 0), out.decode()

    async def found(self, *arguments: str, **changed: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """The same, what was found by its name, the worst of each."""
        code, said = await self.told("--json", *arguments, **changed)
        ranks = ("well", "note", "warning", "wrong")
        found = sorted(json.loads(said)["findings"], key=lambda one: ranks.index(one["level"]))
        return code, {one["name"]: one for one in found}


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncGenerator[Patient]:
    """A bot that could run: its tables are there, Discord and the feed answer."""
    async with DiscordSandbox(real_now) as discord, FeedSandbox(real_now) as feed:
        one = Patient(discord, feed, tmp_path)
        one.file.write_bytes(migrated())
        one.environ = {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "LAUNCH_LIBRARY_URL": feed.url,
            "TMINUS_FEEDS": "launch-library",
            "DATABASE_URL": f"sqlite:///{one.file}",
        }
        yield one


async def test_what_is_well_is_said_and_nothing_is_changed(patient: Patient) -> None:
    before = patient.file.read_bytes()
    code, found = await patient.found()
    assert code == 0
    levels = {name: one["level"] for name, one in found.items()}
    assert {name for name, level in levels.items() if level == "well"} >= {
        *(
            "configuration",
            "versions",
            "database",
            "deliveries",
            "clock",
            "discord",
            "token",
            "intents",
            "shards",
            "starts",
            "gateway",
        ),
        "feed ll2",
    }
    assert "allows 15 requests an hour, 0 are used, 0 of them by this bot" in found["feed ll2"]["says"]
    assert found["backup"]["says"] == "No `tminus backup` of this database was ever made."
    assert [read.path for read in patient.feed.log] == ["/2.3.0/api-throttle/"]
    with closing(sqlite3.connect(patient.file)) as after, closing(sqlite3.connect(":memory:")) as untouched:
        untouched.deserialize(before)
        assert list(after.iterdump()) == list(untouched.iterdump())
    assert not patient.discord.gateway.identified


async def test_offline_nobody_is_asked(patient: Patient) -> None:
    code, found = await patient.found("--offline")
    assert code == 0
    assert {"configuration", "versions", "database", "port", "data"} <= found.keys()
    assert patient.feed.log == []
    assert patient.discord.log.asked == []


async def test_a_wrong_token_is_told_beside_all_the_rest(patient: Patient) -> None:
    wrong = "of.somebody.else-0000000000000000000000"
    code, found = await patient.found(DISCORD_TOKEN=wrong)
    assert code == 3
    assert found["token"]["level"] == "wrong"
    assert "Reset Token" in found["token"]["todo"]
    assert found["database"]["level"] == found["feed ll2"]["level"] == "well"
    assert wrong not in json.dumps(found)


async def test_a_feed_that_is_away_hides_nothing_else(patient: Patient) -> None:
    await patient.feed.stop()
    code, found = await patient.found()
    assert code == 5
    assert (found["feed ll2"]["level"], found["discord"]["level"]) == ("wrong", "well")
    assert "cannot be reached" in found["feed ll2"]["says"]


async def test_a_key_that_is_not_accepted_is_seen_by_the_quota(patient: Patient) -> None:
    code, found = await patient.found(LL2_TOKEN="not-a-key")
    assert code == 0
    assert found["feed ll2"]["level"] in {"well", "warning"}
    patient.feed.quota = 15
    patient.feed.faults.add(
        Fault(path="api-throttle", status=200, body=b'{"your_request_limit": 15, "current_use": 3, "ident": "127.0.0.1"}')
    )
    _, found = await patient.found(LL2_TOKEN="not-a-key")
    assert found["feed ll2"]["level"] == "warning"
    assert "not accepted" in found["feed ll2"]["todo"]


async def test_a_database_that_cannot_be_written_is_told(patient: Patient) -> None:
    code, found = await patient.found(DATABASE_URL=f"sqlite:///file:{patient.file}?mode=ro&uri=true")
    assert code == 4
    assert found["database"]["level"] == "wrong"
    assert "readonly" in found["database"]["says"]
    assert found["token"]["level"] == "well"


async def test_a_damaged_database_is_told(patient: Patient) -> None:
    raw = bytearray(patient.file.read_bytes())
    raw[8192:12288] = bytes(range(256)) * 16
    patient.file.write_bytes(raw)
    code, found = await patient.found("--offline")
    assert code == 4
    assert found["database"]["level"] == "wrong"


async def test_a_discord_that_hangs_costs_bounded_time(patient: Patient) -> None:
    patient.discord.faults.add(Fault(path="/users/@me$", stall=True))
    code, found = await patient.found()
    assert code == 5
    assert "in time" in found["discord"]["says"]
    assert found["feed ll2"]["level"] == "well"


async def test_a_gateway_that_refuses_is_told(patient: Patient) -> None:
    patient.discord.gateway.refusing = True
    code, found = await patient.found()
    assert code == 5
    assert found["gateway"]["level"] == "wrong"


async def test_a_wrong_configuration_is_told_like_any_other_trouble(patient: Patient) -> None:
    code, said = await patient.told(DATABASE_URL="mysql://somewhere", TMINUS_LOG="loud")
    assert code == 2
    assert said.count("WRONG  configuration") == 2


@pytest.mark.timeout(120)
async def test_a_bot_that_runs_is_asked_how_it_is(patient: Patient) -> None:
    port = free_port()
    patient.environ["PORT"] = str(port)
    _, found = await patient.found("--offline")
    assert "is free" in found["port"]["says"]
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | patient.environ, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert await probed(port, "/healthz")
        code, found = await patient.found()
        assert code == 0
        assert found["running bot"]["level"] == "well"
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()


async def test_a_port_that_something_else_holds_is_told(patient: Patient) -> None:
    port = patient.feed.url.rpartition(":")[2].partition("/")[0]
    code, found = await patient.found("--offline", PORT=port)
    assert code == 5
    assert "Something else answers" in found["port"]["says"]
