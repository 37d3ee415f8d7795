"""Several feeds, one store: each fails alone, they meet in one event, and who is contradicted is asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.flow.poll import Poller
from bot.model import Ask, Event, EventId, Net, Precision, Scope, Sighting, Status, Track
from bot.ports import FeedDown, Gone, NotModified, Sightings
from bot.rules.voices import own_id
from tests.flow.stage import HOUR, MINUTE, NOON, Stage, launch

ONE = launch("Launch 1", "GO", "18:00")
LATER = replace(ONE, net=Net(ONE.net.at and ONE.net.at + HOUR, Precision.MINUTE))


@dataclass
class Telling:
    """A feed that says what it is told to say."""

    name: str
    per_hour: int = 15
    shows: tuple[Event, ...] = ()
    whole: bool = True
    says: Exception | NotModified | Gone | None = None
    asked: list[Scope] = field(default_factory=list[Scope])

    async def read(self, ask: Ask) -> Sightings | NotModified | Gone:
        """Answer."""
        self.asked.append(ask.scope)
        await asyncio.sleep(0)
        if isinstance(self.says, Exception):
            raise self.says
        if self.says is not None:
            return self.says
        own = (replace(event, id=EventId(f"{self.name}:launch:{event.id.rpartition(':')[2]}")) for event in self.shows)
        return Sightings(sightings=tuple(Sighting(event=event, feed=self.name) for event in own), whole=self.whole)


class Room:
    """Launch Library and another feed, each with its poller."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.library, self.second = Telling("ll2", shows=(ONE,)), Telling("rll", shows=(ONE,))
        turn = asyncio.Lock()
        self.polls, self.second_polls = (
            Poller(stage.store, feed, stage.store, stage.clock, stage.desk, feed.per_hour, turn=turn)
            for feed in (self.library, self.second)
        )

    async def told(self, poller: Poller, after: timedelta = timedelta(), scope: Scope = Scope.ALL) -> tuple[Track, ...]:
        """Let a poller ask, after a while, and give all that is known."""
        self.stage.clock.at += after
        ask = Ask(scope, self.stage.clock.at)
        try:
            answer = await poller.feed.read(ask)
        except FeedDown:
            return await self.known()
        await poller.apply(ask, answer)
        return await self.known()

    async def known(self) -> tuple[Track, ...]:
        """Give all that is known."""
        async with self.stage.store.transaction() as tx:
            return await tx.tracks()


async def test_two_feeds_that_tell_of_an_event_at_once_tell_of_one_event(stage: Stage) -> None:
    room = Room(stage)
    await stage.watches()
    await asyncio.gather(room.polls.beat(), room.second_polls.beat())
    (track,) = await room.known()
    assert {own_id(track, "ll2"), own_id(track, "rll")} == {"ll2:launch:Launch 1", "rll:launch:Launch 1"}
    said = await stage.deliver()
    assert [line for line in said if "ANNOUNCED" in line] == said


async def test_a_feed_fails_alone(stage: Stage) -> None:
    room = Room(stage)
    room.second.says = FeedDown("away")
    again = await room.second_polls.beat()
    await room.polls.beat()
    assert (room.second_polls.health.failures, room.polls.health.failures) == (1, 0)
    assert again > stage.clock.at
    assert len(await room.known()) == 1


async def test_who_is_contradicted_is_asked_for_that_event(stage: Stage) -> None:
    room = Room(stage)
    await room.told(room.polls)
    room.second.shows = (LATER,)
    await room.told(room.second_polls, 30 * MINUTE)
    room.polls.answered = dict.fromkeys(Scope, stage.clock.at)
    room.library.asked.clear()
    await room.polls.beat()
    assert room.library.asked == [Scope.ONE]
    (track,) = await room.known()
    assert track.event.net == ONE.net
    room.polls.planned = None
    assert (await room.polls.next_ask()).scope is not Scope.ONE, "it has answered"


async def test_a_page_that_says_the_same_as_before_lets_its_word_count(stage: Stage) -> None:
    room = Room(stage)
    await room.told(room.polls)
    room.second.shows = (LATER,)
    await room.told(room.second_polls, 10 * MINUTE)
    room.second.says = NotModified()
    (track,) = await room.told(room.second_polls, 15 * MINUTE)
    assert track.event.net == LATER.net
    (track,) = await room.told(room.second_polls, 15 * MINUTE)
    assert (track.event.net, track.seen) == (LATER.net, NOON + 40 * MINUTE)
    assert (await room.told(room.second_polls, MINUTE, Scope.NEAR)) == (track,)


async def test_an_entry_that_stands_twice_in_a_second_feed_is_no_second_event(stage: Stage) -> None:
    room = Room(stage)
    await room.told(room.polls)
    room.second.shows = (ONE, replace(ONE, id=EventId("x:launch:twin")))
    (track,) = await room.told(room.second_polls)
    assert own_id(track, "rll") == "rll:launch:Launch 1"
    room.second.shows = room.second.shows[1:]
    (track,) = await room.told(room.second_polls)
    assert own_id(track, "rll") == "rll:launch:twin", "the first is gone: the other stands for it"


async def test_launch_library_lists_what_may_be_known_from_elsewhere(stage: Stage) -> None:
    room = Room(stage)
    room.second.shows = (replace(ONE, name="Falcon 9 | Secret"),)
    await room.told(room.second_polls)
    assert len(await room.told(room.polls)) == 2


async def test_a_second_feed_knows_nothing_of_what_another_deleted(stage: Stage) -> None:
    room = Room(stage)
    await room.told(room.polls)
    await room.told(room.second_polls)
    for wait in (timedelta(), 2 * HOUR):
        stage.clock.at += wait
        await room.second_polls.apply(Ask(Scope.ONE, stage.clock.at, EventId("rll:launch:Launch 1")), Gone())
    (track,) = await room.known()
    assert (track.missing, track.event.status) == (None, ONE.status)
    await room.polls.apply(Ask(Scope.ONE, stage.clock.at, EventId("ll2:launch:Launch 1")), Gone())
    assert (await room.known())[0].missing == stage.clock.at


async def test_what_each_feed_says_outlives_a_restart(stage: Stage) -> None:
    room = Room(stage)
    await room.told(room.polls)
    (before,) = await room.told(room.second_polls, MINUTE)
    again = Room(stage)
    (track,) = await again.told(again.second_polls, MINUTE)
    assert [voice.first for voice in track.voices] == [voice.first for voice in before.voices]
    assert len(await again.told(again.polls, MINUTE)) == 1


async def test_what_has_ended_does_not_begin_again_as_another_event(stage: Stage) -> None:
    room = Room(stage)
    room.second.shows = (replace(ONE, name="Rideshare", status=Status.SUCCESS, net=LATER.net),)
    await room.told(room.second_polls)
    await room.told(room.polls)
    room.second.shows = (replace(ONE, status=Status.SUCCESS),)
    assert {track.event.name for track in await room.told(room.second_polls)} == {"Launch 1"}
    assert len(await room.known()) == 2
    room.second.shows = (replace(ONE, id=EventId("x:launch:other"), name="Rideshare 9", net=LATER.net),)
    assert len(await room.told(room.second_polls)) == 3
    assert len(await room.told(room.second_polls)) == 3
