"""Fixtures that several rooms of the tests share."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, binaries_or_skip, running

COUNTED = ("rules/", "flow/", "web/", "test_missions.py", "contracts/test_store_leases.py", "cogs/test_news.py")
"""Where branches are counted. Counting makes any code three times as slow on Python 3.11, that of libraries included."""

UNCOUNTED = ("rules/test_all_settings.py", "fails-forever", "-down-", "untold", "too-late")
"""Long tables, and logs that retry by the minute for hours: shorter ones reach what they reach."""

SHARED = 2
"""With fewer workers nobody else would use the machine."""

settings.register_profile("busy machine", deadline=None, max_examples=60)  # a law is not broken by a slow neighbour
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private PostgreSQL; skipped where its programs are missing, failed on CI."""
    with running(binaries_or_skip()) as server:
        yield server


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with those that wait for processes, on half of the workers: the others use the machine meanwhile."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    patient = [item for item in items if item.get_closest_marker("patient")]
    if workers < SHARED or not patient:
        return
    others, share = [item for item in items if not item.get_closest_marker("patient")], len(items) // workers
    lots = [patient[lot :: workers // 2] if lot < workers // 2 else [] for lot in range(workers)]
    items.clear()
    for lot in lots:
        items += [*lot, *others[: share - len(lot)]]
        del others[: share - len(lot)]
    items += others


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count branches only where rules and flow are told of one by one: neither in the outer rooms nor in invented cases."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    counting = getattr(plugin, "cov_controller", None)
    room = item.path.relative_to(Path(__file__).parent).as_posix()
    invented = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    again = item.name.startswith("test_mission[postgres")  # rules and flow do there what they did on SQLite
    long = any(word in f"{room} {item.name}" for word in UNCOUNTED)
    if counting is None or (room.startswith(COUNTED) and not (invented or again or long)):
        return (yield)
    counting.pause()
    try:
        return (yield)
    finally:
        counting.resume()
