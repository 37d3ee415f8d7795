"""Every test here has its requests and answers held against Discord's description of its API, where that is at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.discord import DiscordSandbox
from tests.e2e.openapi import DESCRIPTION, Watchman, description_or_skip


@pytest.fixture(autouse=True)
def watchman(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchman | None]:
    """Watches every loopback Discord of the test; None where the description is absent (test_api_description says so)."""
    if not DESCRIPTION.is_file():
        yield None
        return
    one = Watchman(description_or_skip())
    monkeypatch.setattr(DiscordSandbox, "on_request", staticmethod(one))
    yield one
    assert not one.mistakes, "\n".join(dict.fromkeys(one.mistakes))


@pytest.fixture
def wrong_on_purpose(watchman: Watchman | None) -> None:
    """Lets a test make requests that the description does not allow. Answers are still held against it."""
    if watchman is not None:
        watchman.lenient = True
