"""Fixtures that several rooms of the tests share."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, binaries_or_skip, running

COUNTED = ("rules/", "flow/", "web/", "test_missions.py", "contracts/test_store_leases.py", "cogs/test_news.py")
"""Where branches are counted. Counting makes any code three times as slow on Python 3.11, that of libraries included."""

settings.register_profile("busy machine", deadline=None, max_examples=60)  # a law is not broken by a slow neighbour
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private PostgreSQL; skipped where its programs are missing, failed on CI."""
    with running(binaries_or_skip()) as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count branches only where rules and flow are told of one by one: neither in the outer rooms nor in invented cases."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    counting = getattr(plugin, "cov_controller", None)
    room = item.path.relative_to(Path(__file__).parent).as_posix()
    if counting is None or (room.startswith(COUNTED) and not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)):
        return (yield)
    counting.pause()
    try:
        return (yield)
    finally:
        counting.resume()
