"""The demo as a newcomer runs it: it ends by itself, reads right, and its exit code says whether all that was owed came."""

from __future__ import annotations

import asyncio
import os
import re
import sys

import pytest

TITLE = re.compile(r"│ (T-\d+[hm]|LIVE|HOLD|SCRUB|Liftoff|Success) · Starlink")


async def demo(*arguments: str) -> tuple[int, str]:
    """Run the command; give its exit code and what it printed."""
    environ = {name: value for name, value in os.environ.items() if name not in {"DISCORD_TOKEN", "DATABASE_URL"}}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", *arguments),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()


@pytest.mark.timeout(180)
async def test_a_scrub_is_told_in_order_and_everything_owed_arrives() -> None:
    code, printed = await demo("--scenario", "scrub", "--speed", "0")
    assert "Everything owed was delivered." in printed
    assert code == 0
    assert "\x1b[" not in printed  # plain text when it is piped
    assert told(printed) == ["T-24h", "T-1h", "LIVE", "T-10m", "HOLD", "SCRUB", "T-1h", "LIVE", "T-10m", "Liftoff", "Success"]


def told(printed: str) -> list[str]:
    """Give what was told, in order: the titles, and the first line of a reminder that starts the card."""
    lines = [line for line in printed.splitlines() if line.startswith("│ ")]
    found = [met[1] for line in lines if (met := TITLE.match(line))]
    return [what for at, what in enumerate(found) if at == 0 or what != found[at - 1]]


async def test_a_scenario_that_does_not_exist_names_those_that_do() -> None:
    code, printed = await demo("--scenario", "apollo-11")
    assert code == 2
    assert "soyuz-ms-19" in printed
