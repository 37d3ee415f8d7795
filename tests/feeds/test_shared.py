"""One feed for all who named its address."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.feeds.shared import DOWN, FRESH, Shared
from bot.ports import Articles, FeedDown, NotModified, Press
from tests.feeds.stub import TurnedClock

PAGE, NEXT = Articles(articles=()), Articles(articles=(), faults=())


@dataclass
class Told:
    """A feed that says what a test tells it to."""

    name: str
    answer: Articles | NotModified | FeedDown = PAGE
    asked: int = 0

    async def read(self) -> Articles | NotModified:
        self.asked += 1
        if isinstance(self.answer, FeedDown):
            raise self.answer
        return self.answer


@dataclass
class Town:
    """Feeds by address, as they are made."""

    clock: TurnedClock = field(default_factory=TurnedClock)
    made: list[Told] = field(default_factory=list[Told])

    def make(self, url: str) -> Press:
        self.made.append(Told(url))
        return self.made[-1]

    def shared(self) -> Shared:
        return Shared(self.make, self.clock)


async def test_a_feed_of_many_is_asked_once_and_told_to_each() -> None:
    town = Town()
    shared = town.shared()
    readers = [shared.reader("https://a.example/") for _ in range(50)]
    assert [await reader.read() for reader in readers] == [PAGE] * 50
    assert [await reader.read() for reader in readers] == [NotModified()] * 50
    assert [feed.asked for feed in town.made] == [1]


async def test_what_changed_is_told_to_each_and_what_did_not_to_none() -> None:
    town = Town()
    shared = town.shared()
    one, two = shared.reader("https://a.example/"), shared.reader("https://a.example/")
    await one.read()
    town.clock.turn(FRESH)
    town.made[0].answer = NotModified()
    assert isinstance(await one.read(), NotModified)
    assert await two.read() is PAGE
    town.clock.turn(FRESH)
    town.made[0].answer = NEXT
    assert await two.read() is NEXT
    assert await one.read() is NEXT
    assert town.made[0].asked == 3


async def test_a_feed_that_is_down_is_down_for_all_and_asked_again_soon() -> None:
    town = Town()
    shared = town.shared()
    one, two = shared.reader("https://a.example/"), shared.reader("https://a.example/")
    town.made[0].answer = FeedDown("gone", timedelta(minutes=7))
    for reader in (one, two):
        with pytest.raises(FeedDown, match="gone") as down:
            await reader.read()
        assert down.value.retry_after == timedelta(minutes=7)
    assert town.made[0].asked == 1
    town.clock.turn(DOWN)
    town.made[0].answer = PAGE
    assert await one.read() is PAGE


async def test_a_feed_that_nobody_reads_is_forgotten() -> None:
    town = Town()
    shared = town.shared()
    reader = shared.reader("https://a.example/")
    await reader.read()
    del reader
    gc.collect()
    assert await shared.reader("https://a.example/").read() is PAGE
    assert [feed.asked for feed in town.made] == [1, 1]
