"""The shelf of recorded pages: ../shared/feeds, where it is at hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHELF = Path(__file__).resolve().parents[2].parent / "shared" / "feeds"
at_hand = pytest.mark.skipif(not SHELF.is_dir(), reason="the folder of recorded pages, ../shared/feeds, is not at hand")


def text_of(path: Path) -> str:
    """Read a recording, packed or not."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    return path.read_text(encoding="utf-8")


def recordings(*patterns: str) -> list[Path]:
    """List recordings by pattern; none when the shelf is not at hand."""
    return sorted(path for pattern in patterns for path in SHELF.glob(pattern)) if SHELF.is_dir() else []


def pages(path: Path) -> Iterator[Any]:
    """Give the pages or records of a recording: one, or one per line, out of the recorder's own wrapping."""
    text = text_of(path)
    for one in map(json.loads, text.splitlines()) if ".jsonl" in path.name else [json.loads(text)]:
        yield unwrapped(one)


def unwrapped(one: Any) -> Any:
    """Take a page or a record out of the line that a recorder wrote."""
    if "captured_at" not in one:
        return one
    return next(one[key] for key in ("body", "event", "launch", "results") if key in one)


def named(path: Path) -> str:
    """Name a recording in a test's id."""
    return str(path.relative_to(SHELF))
