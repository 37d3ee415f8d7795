"""Recorded weeks and launch days, each held against a log of what a member had to be told, written by hand from what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mission_log import WallClock
from tests.prepared import in_memory
from tests.recorded.replay import Replayed, listed, parse, recording
from tests.recorded.shelf import at_hand, named, recordings

LOGS = Path(__file__).parent / "missions"


@dataclass(frozen=True, slots=True)
class Source:
    """Which recordings a log is about. `details`: histories that answer for launches which left their list."""

    lists: tuple[str, ...]
    details: tuple[str, ...] = ()


def story(name: str) -> Source:
    """One launch, at every change of it."""
    return Source((f"histories/{name}.jsonl.gz",))


def days(*names: str, details: str = "") -> Source:
    """Lists, capture by capture."""
    return Source(tuple(f"replay/{name}.jsonl.gz" for name in names), (f"histories/{details}.jsonl.gz",) if details else ())


AUTUMN_2021 = days("ll2_2.0.0_launch_upcoming_daily_2021-08_2021-10", "ll2_2.0.0_event_upcoming_daily_2021-08_2021-10")

PLAYED: Mapping[str, Source] = {
    "soyuz-ms-19": AUTUMN_2021,
    "crewed-autumn-2021": AUTUMN_2021,
    "artemis-ii-day": days("zenith_artemis2_launch_day_2026-04-01"),
    "firefly-alpha-day": days("zenith_firefly_alpha_hold_scrub_2026-03-02", details="firefly-alpha-stairway-to-seven"),
    "new-glenn-day": days("zenith_newglenn_hold_liftoff_failure_2026-04-19"),
    "new-shepard-day": days("zenith_newshepard_ns38_hold_liftoff_success_2026-01-22"),
    "progress-ms-33-day": days("zenith_progress_ms33_soyuz21a_2026-03-22"),
    "eclectic-week": days("eclectic_normal_limit5_2025-06-10_2025-06-17"),
    "crew-12": story("falcon-9-block-5-crew-12"),
    "artemis-ii": story("sls-block-1-artemis-ii"),
    "gps-iii-sv09": story("falcon-9-block-5-gps-iii-sv09"),
    "kairos-flight-3": story("kairos-flight-3"),
    "soyuz-5": story("soyuz-5-demo-flight"),
    "progress-ms-33": story("soyuz-2-1a-progress-ms-33-94p"),
    "progress-ms-34": story("soyuz-2-1a-progress-ms-34-95p"),
    "bluebird": story("new-glenn-bluebird-block-2-2"),
    "haste": story("haste-that-s-not-a-knife-dart-ae"),
    "electron": story("electron-bridging-the-swarm-neonsat-1a"),
    "stairway-to-seven": story("firefly-alpha-stairway-to-seven"),
    "new-shepard-ns-38": story("new-shepard-ns-38"),
}
"""The recordings of each log."""


@at_hand
@pytest.mark.parametrize("name", PLAYED)
async def test_recording(name: str) -> None:
    await holds(name)


@at_hand
@pytest.mark.parametrize("name", ["haste", "kairos-flight-3", "new-shepard-day"])
async def test_polling_twice_and_starting_anew_change_nothing(name: str) -> None:
    await holds(name, restless=True)


async def holds(name: str, *, restless: bool = False) -> None:
    """Play a recording and compare all that was said with its log."""
    lines = tuple(parse((LOGS / f"{name}.log").read_text(encoding="utf-8")))
    played = recording(PLAYED[name].lists, PLAYED[name].details)
    store = await in_memory()
    try:
        said = await Replayed(store=store, clock=WallClock(), recording=played, restless=restless).fly(lines)
        assert said == listed(lines)
    finally:
        await store.close()


@at_hand
def test_every_recording_of_several_captures_is_played() -> None:
    there = {named(path) for path in recordings("replay/*.jsonl.gz", "histories/*.jsonl.gz")}
    assert there == {name for played in PLAYED.values() for name in played.lists}


def test_every_log_is_of_a_recording() -> None:
    assert {log.stem for log in LOGS.glob("*.log")} == set(PLAYED)
