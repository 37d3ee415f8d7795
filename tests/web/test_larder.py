"""What is kept for a moment: made once, anew when it is old, and never so much that it fills the memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.web.larder import MOST, Larder
from tests.cogs.stage import NOW, Clock

FRESH = timedelta(seconds=10)


@dataclass
class Cook:
    """Makes things, and remembers how often."""

    made: list[str] = field(default_factory=list[str])

    async def make(self, name: str) -> str:
        if name == "burnt":
            raise ValueError(name)
        self.made.append(name)
        return f"{name} {len(self.made)}"


async def test_it_is_made_once_and_anew_when_it_is_old() -> None:
    clock, cook = Clock(), Cook()
    larder = Larder[str](clock, FRESH)
    for passed, wanted in ((0, "a 1"), (9, "a 1"), (10, "a 2"), (19, "a 2")):
        clock.at = NOW + timedelta(seconds=passed)
        assert await larder.give("a", lambda: cook.make("a")) == wanted
    clock.at = NOW  # a clock that went back makes nothing fresh for hours
    assert await larder.give("a", lambda: cook.make("a")) == "a 3"


async def test_the_oldest_gives_way() -> None:
    cook = Cook()
    larder = Larder[str](Clock(), FRESH)
    for number in range(MOST + 1):
        await larder.give(number, lambda: cook.make("b"))
    assert len(larder.kept) == MOST
    assert (0 in larder.kept, MOST in larder.kept) == (False, True)


async def test_what_cannot_be_made_is_not_kept() -> None:
    cook = Cook()
    larder = Larder[str](Clock(), FRESH)
    with pytest.raises(ValueError, match="burnt"):
        await larder.give("c", lambda: cook.make("burnt"))
    assert await larder.give("c", lambda: cook.make("c")) == "c 1"
