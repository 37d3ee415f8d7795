"""Fixtures that several rooms of the tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import Server, binaries_or_skip, running

settings.register_profile("busy machine", deadline=None, max_examples=60)  # a law is not broken by a slow neighbour
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private PostgreSQL; skipped where its programs are missing, failed on CI."""
    with running(binaries_or_skip()) as server:
        yield server
