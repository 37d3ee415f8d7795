"""Feed -> changes -> outbox, whatever fails in between."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.flow.deliver import Deliverer
from bot.flow.poll import Poller
from bot.model import Ask, Event, EventId, Fault, Kind, Net, Precision, Scope, Status
from bot.ports import FeedDown, Gone, NotModified, Sightings, StoreDown
from bot.store.sql import SqlStore
from tests.flow.stage import HOUR, MINUTE, NOON, SECOND, Failing, Stage, ask, channel, killed, launch, page, watch_of
from tests.mission_log import NAMES, Discord, KilledError

ONE, TWO, THREE = (launch(f"Launch {n}", "GO", "14:00", number=n) for n in (1, 2, 3))
NAIVE = replace(TWO, net=Net(datetime(2026, 3, 1, 15), Precision.MINUTE))  # noqa: DTZ001 — that is what is wrong with it
ANNOUNCED = {f"L-0 12:00 post ANNOUNCED {one.name}" for one in (ONE, TWO, THREE)}


async def known(stage: Stage) -> set[EventId]:
    async with stage.store.transaction() as tx:
        return {track.event.id for track in await tx.tracks()}


# --- one page -----------------------------------------------------------------------------------------------------


async def test_a_bug_in_one_event_costs_that_event_alone_and_is_raised(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.watches()
    with pytest.raises(ExceptionGroup) as raised:
        await stage.shows(ONE, NAIVE, THREE)
    assert len(raised.value.exceptions) == 1
    assert await known(stage) == {ONE.id, THREE.id}
    assert set(await stage.deliver()) == ANNOUNCED - {"L-0 12:00 post ANNOUNCED Launch 2"}
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.__dict__["event"] for record in logged] == [TWO.id]


async def test_a_store_that_goes_away_in_the_middle_of_a_page_is_no_bug_of_its_events(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.watches()
    away = Failing.at(stage.store, lambda: StoreDown("away"), "before", 4)
    with pytest.raises(StoreDown):
        await stage.poller(away).apply(ask(Scope.ALL), page(ONE, TWO, THREE))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    await stage.shows(ONE, TWO, THREE)
    assert set(await stage.deliver()) == ANNOUNCED


async def test_the_next_page_makes_good_what_a_bug_left_out(stage: Stage) -> None:
    await stage.watches()
    with pytest.raises(ExceptionGroup):
        await stage.shows(ONE, NAIVE, THREE)
    await stage.shows(ONE, TWO, THREE)
    assert set(await stage.deliver()) == ANNOUNCED


async def test_what_could_not_be_read_of_a_page_is_reported(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await stage.poller().apply(ask(), replace(page(ONE), faults=(Fault("launch 7, net", "no instant"),)))
    assert [record.__dict__["where"] for record in caplog.records if "where" in record.__dict__] == ["launch 7, net"]


async def test_a_page_that_says_the_same_is_no_news_but_was_seen(stage: Stage) -> None:
    await stage.watches()
    await stage.shows(ONE)
    await stage.deliver()
    stage.clock.at += 30 * MINUTE
    await stage.shows(ONE)
    assert await stage.asking.age() == NOON + 30 * MINUTE
    assert len(await stage.deliver()) == 1


@pytest.mark.parametrize(("scope", "touched"), [(Scope.ALL, {"launch"}), (Scope.EVENTS, {"docking"}), (Scope.NEAR, set[str]())])
async def test_a_list_that_is_not_modified_was_seen_all_the_same(stage: Stage, scope: Scope, touched: set[str]) -> None:
    await stage.shows(replace(ONE, id=EventId("launch")))
    await stage.shows(replace(TWO, id=EventId("docking"), kind=Kind.DOCKING), scope=Scope.EVENTS)
    stage.clock.at += HOUR
    await stage.poller().apply(ask(scope, stage.clock.at), NotModified())
    async with stage.store.transaction() as tx:
        assert {track.event.id for track in await tx.tracks() if track.seen > NOON} == touched


async def test_an_id_that_nobody_knows_is_not_missed(stage: Stage) -> None:
    await stage.poller().apply(ask(Scope.ONE, event=EventId("ll2:launch:x")), Gone())
    await stage.poller().apply(ask(Scope.ALL), Gone())
    assert await known(stage) == set()


async def test_half_a_list_says_nothing_of_what_is_not_on_it(stage: Stage) -> None:
    await stage.shows(ONE, TWO)
    await stage.poller().apply(ask(), page(ONE, whole=False))
    await stage.poller().apply(ask(Scope.NEAR), page(ONE))
    await stage.poller().apply(ask(Scope.ONE), page(ONE))
    async with stage.store.transaction() as tx:
        assert [track.left for track in await tx.tracks()] == [None, None]


async def test_a_list_vouches_for_what_lies_within_it(stage: Stage) -> None:
    far = launch("Far", "GO", "14:00", "+9d", number=7)
    over = launch("Over", "SUCCESS", "11:00", number=8)
    old = launch("Old", "GO", "11:59", "-1d", number=9)
    none = replace(launch("No date", "TBD", number=10), net=Net(None, Precision.UNKNOWN))
    docking = replace(launch("Docking", "NONE", "14:00", number=11), kind=Kind.DOCKING)
    await stage.shows(ONE, TWO, far, over, old, none)
    await stage.shows(docking, scope=Scope.EVENTS)
    await stage.poller().apply(ask(), replace(page(ONE), until=TWO.net.at))
    async with stage.store.transaction() as tx:
        assert [track.event.name for track in await tx.tracks() if track.left] == ["Launch 2"]


# --- the baseline -------------------------------------------------------------------------------------------------


async def test_a_baseline_that_was_interrupted_announces_nothing_of_the_rest(store: SqlStore) -> None:
    total = 0
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    counting = Failing(store, killed)
    await stage.poller(counting).apply(ask(), page(ONE, TWO, THREE))
    total = counting.begun
    for number in range(1, total + 1):
        for failing in (
            Failing(store, killed, before=frozenset({number})),
            Failing(store, killed, after=frozenset({number})),
        ):
            fresh = await SqlStore.open("sqlite://")
            try:
                stage = Stage(fresh)
                failing.store = fresh
                await stage.asking.add_watch(watch_of())
                with pytest.raises(KilledError):
                    await stage.poller(failing).apply(ask(), page(ONE, TWO, THREE))
                await stage.shows(ONE, TWO, THREE)
                assert await stage.deliver(until=NOON + 5 * MINUTE) == ["L-0 12:01 post SUMMARY Watching “everything”, 3 ahead"]
            finally:
                await fresh.close()


async def test_a_first_list_with_a_hole_is_no_baseline_yet(store: SqlStore) -> None:
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    await stage.poller().apply(ask(), replace(page(ONE, whole=False), cut=True))
    await stage.poller().apply(ask(Scope.NEAR), page(TWO))
    await stage.shows(ONE, TWO)
    stage.clock.at += MINUTE
    assert await stage.deliver() == ["L-0 12:01 post SUMMARY Watching “everything”, 2 ahead"]
    await stage.shows(ONE, TWO, THREE)
    assert (await stage.deliver())[1:] == ["L-0 12:01 post ANNOUNCED Launch 3"]


async def test_a_record_that_cannot_be_read_does_not_keep_the_baseline_back(store: SqlStore) -> None:
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    await stage.poller().apply(ask(), page(ONE, whole=False))
    stage.clock.at += MINUTE
    assert await stage.deliver() == ["L-0 12:01 post SUMMARY Watching “everything”, 1 ahead"]
    await stage.poller().apply(ask(), page(ONE, TWO, whole=False))
    assert (await stage.deliver())[1:] == ["L-0 12:01 post ANNOUNCED Launch 2"]


async def test_an_empty_first_list_is_no_baseline_until_the_feed_is_known_to_answer(store: SqlStore) -> None:
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    await stage.poller().apply(ask(), page())
    await stage.poller().apply(ask(Scope.EVENTS), page())
    await stage.shows(ONE)
    stage.clock.at += MINUTE
    assert await stage.deliver() == ["L-0 12:01 post SUMMARY Watching “everything”, 1 ahead"]


async def test_what_was_seen_before_its_baseline_still_makes_news(store: SqlStore) -> None:
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    await stage.poller().apply(ask(), replace(page(ONE, whole=False), cut=True))
    await stage.poller().apply(ask(), replace(page(replace(ONE, status=Status.SUCCESS), whole=False), cut=True))
    assert await stage.deliver() == ["L-0 12:00 post SUCCESS Launch 1"]


async def test_the_first_list_of_other_events_is_a_baseline_of_its_own(store: SqlStore) -> None:
    stage = Stage(store)
    await stage.asking.add_watch(watch_of())
    docking, landing = (replace(launch(name, "NONE", "15:00"), kind=Kind.DOCKING) for name in ("A Docking", "B Docking"))
    await stage.shows(ONE)
    await stage.shows(docking, scope=Scope.EVENTS)
    stage.clock.at += MINUTE
    assert await stage.deliver() == ["L-0 12:01 post SUMMARY Watching “everything”, 2 ahead"]
    await stage.shows(docking, landing, scope=Scope.EVENTS)
    assert (await stage.deliver())[1:] == ["L-0 12:01 post ANNOUNCED B docks"]


# --- two processes ------------------------------------------------------------------------------------------------


async def test_two_processes_that_read_one_page_at_once_owe_everything_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    stores = [await SqlStore.open(url) for _ in range(2)]
    try:
        stages = [Stage(store) for store in stores]
        await stages[0].played.baseline()
        await stages[0].watches(*(watch_of(channel(100 + number)) for number in range(3)))
        events = [launch(f"Launch {n}", "GO", "14:00", number=n) for n in range(8)]
        moved = [replace(one, net=Net(NOON + 4 * HOUR, Precision.MINUTE)) for one in events]
        for told in (events, moved):
            await asyncio.gather(*(stage.shows(*told) for stage in stages))
        discord = Discord(stages[0].clock, names=[one.name for one in events])
        both = [Deliverer(stage.store, discord, stages[0].clock, NAMES, 5, 30 * SECOND) for stage in stages]
        stages[0].clock.at += 20 * MINUTE
        for _ in range(30):
            await asyncio.gather(*(one.beat() for one in both))
            await asyncio.gather(*(one.drain() for one in both))
    finally:
        for store in stores:
            await store.close()
    posts = [line.split(" ", 2)[2].split(",")[0] for line in discord.said if " post " in line]
    assert sorted(posts) == sorted(f"post {what} {one.name}" for one in events for what in ("ANNOUNCED", "SLIP") for _ in range(3))


# --- beats --------------------------------------------------------------------------------------------------------


@dataclass
class Silent:
    """A feed that is down until it is not."""

    name: str = "ll2"
    per_hour: int = 15
    down: FeedDown | None = None
    asked: list[Ask] = field(default_factory=list[Ask])
    shows: tuple[Event, ...] = ()

    async def read(self, ask: Ask) -> Sightings:
        self.asked.append(ask)
        if self.down:
            raise self.down
        return page(*self.shows)


def poller(stage: Stage, feed: Silent) -> Poller:
    return Poller(stage.store, feed, stage.store, stage.clock, stage.desk, 15)


async def test_a_beat_asks_when_it_is_time_and_says_when_it_is_time_again(stage: Stage) -> None:
    feed = Silent(shows=(ONE,))
    beats = poller(stage, feed)
    again = await beats.beat()
    assert len(feed.asked) == 1
    assert again >= stage.clock.at
    for _ in range(4):
        stage.clock.at = max(stage.clock.at, again)
        again = await beats.beat()
    assert {one.scope for one in feed.asked} >= {Scope.ALL, Scope.EVENTS}
    asked = len(feed.asked)
    if again > stage.clock.at:
        assert await beats.beat() == again
        assert len(feed.asked) == asked, "it was not time yet"


async def test_a_feed_that_is_down_is_asked_again_later_and_what_is_known_stands(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.shows(ONE)
    feed = Silent(down=FeedDown("answered 429", 10 * MINUTE))
    beats = poller(stage, feed)
    with caplog.at_level(logging.WARNING):
        again = await beats.beat()
    assert again >= NOON + 10 * MINUTE
    assert beats.health.failures == 1
    assert await known(stage) == {ONE.id}
    assert "the feed gave no answer; what was known stands" in caplog.messages
    stage.clock.at, feed.down, feed.shows = again, None, (ONE, TWO)
    await beats.beat()
    assert beats.health.failures == 0
    assert await known(stage) == {ONE.id, TWO.id}


async def test_a_store_that_is_down_stops_the_page_and_the_next_one_goes_on(stage: Stage) -> None:
    await stage.watches()
    counting = Failing(stage.store, killed)
    await stage.poller(counting).apply(ask(), page(ONE))
    last = counting.begun
    away = Failing(stage.store, lambda: StoreDown("away"), before=frozenset({last}))
    with pytest.raises(StoreDown):
        await stage.poller(away).apply(ask(), page(ONE, replace(TWO, status=Status.TBC)))
    await stage.shows(ONE, TWO)
    assert set(await stage.deliver()) == ANNOUNCED - {"L-0 12:00 post ANNOUNCED Launch 3"}


async def test_who_takes_over_asks_at_once_and_then_when_it_is_time(stage: Stage) -> None:
    """Another process asked a moment ago, and nobody knows what became of the answer."""
    stage.played.feed.events["Launch 1"] = launch("Launch 1", "GO", "14:00")
    taking_over = stage.poller()
    while await taking_over.beat() <= stage.clock.at:
        pass
    assert taking_over.planned
    assert taking_over.planned.at > stage.clock.at
    taking_over.answered.pop(Scope.NEAR, None)
    taking_over.doubt()
    assert await taking_over.beat() > stage.clock.at
    assert taking_over.answered[Scope.NEAR] == stage.clock.at
    del taking_over.answered[Scope.NEAR]
    assert await taking_over.beat() > stage.clock.at
    assert Scope.NEAR not in taking_over.answered
