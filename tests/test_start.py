"""What a start takes: the script that starts everything from a clone, and the libraries that a command loads."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.discord import DiscordSandbox

ROOT = Path(__file__).parent.parent


def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ./tminus where it cannot install anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TMINUS_")}
    script = str(ROOT / "tminus")
    return subprocess.run(  # noqa: S603 - our own script
        [script, *arguments], env=kept | environ, check=False, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize("script", ["tminus", ".ci/run"])
def test_a_script_can_be_started_and_read_by_its_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    shell = (ROOT / script).read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()[-1].rpartition("/")[2]
    assert subprocess.run([shell, "-n", ROOT / script], check=False).returncode == 0  # noqa: S603 - only read, not run


def test_a_python_that_is_too_old_is_told_with_a_way_on(tmp_path: Path) -> None:
    ended = start("check", TMINUS_VENV=str(tmp_path / "venv"), TMINUS_PYTHON="false")
    assert ended.returncode == 69
    assert "Python 3.11 or newer is needed" in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear …", encoding="utf-8")
    ended = start("check", TMINUS_VENV=str(tmp_path), TMINUS_PYTHON=sys.executable)
    assert ended.returncode == 69
    assert "is no Python environment" in ended.stderr
    assert (tmp_path / "letters").exists()


# --- what is loaded ---------------------------------------------------------------------------------------------------

UNUSED = {"alembic", "dateutil", "icalendar", "jinja2", "mako", "psycopg", "pygments", "recurring_ical_events", "rich"}
"""Libraries of ours that a bot on SQLite does without: no step of the tables is missing, no page is served, no calendar read."""
HEAVY = {"aiohttp", "apscheduler", "discord", "feedparser", "rapidfuzz", "sqlalchemy"}


def environ_of(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which only what is given is configured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TMINUS_") and name != "PORT"}
    return kept | {"DISCORD_TOKEN": "none-of-discords", "DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite3'}"} | more


def loaded_by(said: str) -> set[str]:
    """Read from what Python says with -X importtime which modules were loaded."""
    return {line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")}


def libraries(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def bot(*arguments: str, environ: Mapping[str, str]) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run a command of the bot to its end, and give what it loaded."""
    command = [sys.executable, "-X", "importtime", "-m", "bot", *arguments]
    ended = subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=30)  # noqa: S603 - our own code
    return ended, loaded_by(ended.stderr)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("check",)])
def test_a_command_that_runs_nothing_loads_no_library_that_runs(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended, loaded = bot(*arguments, environ=environ_of(tmp_path))
    assert ended.returncode == 0
    assert "argparse" in loaded
    assert libraries(loaded) & (HEAVY | UNUSED) == set()


def test_tables_of_an_empty_database_are_made_without_alembic(tmp_path: Path) -> None:
    ended, loaded = bot("migrate", environ=environ_of(tmp_path))
    assert "it was empty" in ended.stdout
    assert "sqlalchemy" in libraries(loaded)
    assert libraries(loaded) & UNUSED == set()


@pytest.mark.timeout(60)
async def test_a_running_bot_holds_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    async with DiscordSandbox(lambda: datetime.now(UTC)) as discord:  # noqa: TID251 -- its ids are dated as Discord's are
        discord.add_channel(discord.add_guild("Baikonur"), "launches")
        nowhere = {"LAUNCH_LIBRARY_URL": "http://127.0.0.1:9", "TMINUS_FEEDS": "launch-library"}
        environ = environ_of(tmp_path, DISCORD_TOKEN=discord.token, DISCORD_API_URL=discord.api_url, **nowhere)
        command = (sys.executable, "-X", "importtime", "-m", "bot", "run")
        running = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
        assert running.stderr is not None
        said: list[str] = []
        try:
            async for raw in running.stderr:
                said.append(raw.decode())
                if "bot.app: ready" in said[-1]:
                    running.terminate()
            assert await running.wait() == 0, "".join(said[-5:])
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
    loaded = loaded_by("".join(said))
    assert loaded >= {"discord", "bot.store.sql", "bot.sources"}
    assert libraries(loaded) & UNUSED == set()
    assert not any(module.startswith(("bot.web.pages", "bot.feeds.ical", "bot.sandbox", "bot.demo")) for module in loaded)
