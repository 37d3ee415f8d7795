"""Answers that are kept for a moment: however many ask for one, it is made once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.ports import Clock

MOST = 64
"""Answers kept at once: of the longest some 30 MB. Chosen, not measured."""

Made = TypeVar("Made")


@dataclass(slots=True)
class Larder(Generic[Made]):
    """Keeps what was made, under a key that is another one whenever it would be made differently."""

    clock: Clock
    fresh: timedelta
    kept: dict[Hashable, tuple[datetime, Made]] = field(default_factory=dict[Hashable, tuple[datetime, Made]])

    async def give(self, key: Hashable, make: Callable[[], Awaitable[Made]]) -> Made:
        """Give what is kept, or make it. What cannot be made is kept by nobody."""
        now = self.clock.now()
        at, made = self.kept.get(key, (None, None))
        if at is not None and made is not None and timedelta() <= now - at < self.fresh:
            return made
        fresh = await make()
        self.kept.pop(key, None)
        while len(self.kept) >= MOST:
            self.kept.pop(next(iter(self.kept)))
        self.kept[key] = (now, fresh)
        return fresh
