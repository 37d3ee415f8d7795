"""Words and verbs of the mission logs about where things go: quiet hours, digests, forums, scheduled events, what gets lost."""

from __future__ import annotations

from datetime import time

from bot.model import Digest, Post, Quiet, Say


def quiet(words: str) -> Quiet:
    """Read quiet hours: `22:00-07:00/live,scrub`."""
    hours, _, exempt = words.partition("/")
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    return Quiet(start=start, end=end, exempt=frozenset(Say(one) for one in exempt.split(",") if one))


def digest(words: str) -> Digest:
    """Read when a digest comes: `08:00`, `mon@08:00`, with ! even when it is empty."""
    day, _, hour = words.rstrip("!").rpartition("@")
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day) if day else None
    return Digest(at=time.fromisoformat(hour), weekday=weekday, when_empty=words.endswith("!"))


def hush(post: Post) -> str:
    """Say that a post makes no sound."""
    return " (silent)" if post.silent else ""
