"""Every mission log in tests/missions, on the real store: all that must be said, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.sql import SqlStore
from tests.mission_log import Played, expected, parse

LOGS = sorted((Path(__file__).parent / "missions").glob("*.log"))


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
async def test_mission(log: Path) -> None:
    lines = tuple(parse(log.read_text()))  # noqa: ASYNC240 — nothing else runs yet
    store = await SqlStore.open("sqlite://")
    try:
        assert await Played(store).play(lines) == expected(lines)
    finally:
        await store.close()
