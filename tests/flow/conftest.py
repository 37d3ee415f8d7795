"""Fixtures of the flow tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.sql import SqlStore
from tests.flow.stage import Stage
from tests.prepared import in_memory


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    """An empty store in memory."""
    opened = await in_memory()
    yield opened
    await opened.close()


@pytest.fixture
async def stage(store: SqlStore) -> Stage:
    """A bot that has run for a while and knows nothing yet."""
    set_up = Stage(store)
    await set_up.played.baseline()
    return set_up
