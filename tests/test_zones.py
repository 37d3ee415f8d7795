"""The zone of the machine changes nothing: whole missions, on clocks from New York to Kolkata, across both ends of summer time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mission_log import Played, expected, parse
from tests.prepared import in_memory

MISSIONS = Path(__file__).parent / "missions"
ZONES = ("America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")
LOGS = ("across-midnight", "placeholder-is-never-counted", "scrub", "slip-inside-a-day", "summer-time-begins", "summer-time-ends")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine stands there."""
    name = str(request.param)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield name
    time.tzset()


@pytest.mark.parametrize("log", LOGS)
async def test_a_mission_is_the_same_in_every_zone(log: str, zone: str) -> None:
    lines = tuple(parse((MISSIONS / f"{log}.log").read_text()))
    store = await in_memory()
    try:
        assert await Played(store).play(lines) == expected(lines), zone
    finally:
        await store.close()


def test_the_machine_really_stands_there(zone: str) -> None:
    summer, winter = (time.localtime(at).tm_gmtoff for at in (1_782_907_200, 1_767_268_800))
    expected_hours = {"America/New_York": (-4, -5), "Europe/Berlin": (2, 1), "Asia/Kolkata": (5.5, 5.5)}
    hours = (summer / 3600, winter / 3600)
    assert hours == expected_hours.get(zone, hours)
    assert hours != (0, 0)
