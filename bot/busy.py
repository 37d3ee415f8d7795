"""What is being done right now: the ids that log lines carry which are written meanwhile, and signs that it goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_doing: ContextVar[Mapping[str, object] | None] = ContextVar("doing", default=None)
_watching: ContextVar[Callable[[], None] | None] = ContextVar("watching", default=None)


@contextmanager
def busy(ids: Mapping[str, object]) -> Generator[None]:
    """Let log lines say what they are about; what they say themselves goes before."""
    token = _doing.set({**doing(), **ids})
    try:
        yield
    finally:
        _doing.reset(token)


def doing() -> Mapping[str, object]:
    """Give what this task is about."""
    return _doing.get() or {}


@contextmanager
def watched(hears: Callable[[], None]) -> Generator[None]:
    """Let somebody hear of each step: what takes long in steps is told from what hangs."""
    token = _watching.set(hears)
    try:
        yield
    finally:
        _watching.reset(token)


def step() -> None:
    """Say that one step of what is being done has ended, each of them bounded in time."""
    if (hears := _watching.get()) is not None:
        hears()
