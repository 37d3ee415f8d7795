"""What people ask, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.flow.ask import Asking, Unacceptable
from bot.model import EventId, Facet, Fate, GuildId, Person, Say, Status, Term, WatchId, Webcast
from tests.flow.stage import GUILD, HOUR, MINUTE, NOON, Stage, channel, launch, watch_of

ONE, TWO = launch("Launch 1", "GO", "14:00"), launch("Launch 2", "GO", "16:00", number=1)
FLOWN = launch("Launch 3", "SUCCESS", "11:30", number=2)
PASSED = launch("Launch 4", "GO", "11:30", number=3)


async def test_a_watch_is_kept_armed_and_answered_with_what_lies_ahead(stage: Stage) -> None:
    await stage.shows(ONE, TWO, FLOWN)
    draft = replace(watch_of(), include=(Term(Facet.MISSION, "Launch 1"),), id=WatchId(99), made_at=NOON - HOUR)
    watch, ahead = await stage.asking.add_watch(draft)
    assert (watch.made_at, [track.event.id for track in ahead]) == (NOON, [ONE.id])
    assert await stage.asking.watches(GUILD) == (watch,)
    assert await stage.fates(ONE) == {"T-1h": (Fate.OWED, "")}
    assert await stage.fates(TWO) == {}


async def test_one_watch_too_many_is_not_kept(stage: Stage) -> None:
    asking = Asking(stage.store, stage.clock, stage.desk, most_watches=2)
    for _ in range(2):
        await asking.add_watch(watch_of())
    with pytest.raises(Unacceptable, match="2 watches, which is the most"):
        await asking.add_watch(watch_of())
    assert len(await asking.watches(GUILD)) == 2
    other = replace(channel(), guild=GuildId(2))
    assert (await asking.add_watch(watch_of(other)))[0].target == other, "the limit is each server's own"


async def test_removing_a_watch_withdraws_what_it_alone_was_owed(stage: Stage) -> None:
    await stage.shows(ONE)
    first, _ = await stage.asking.add_watch(watch_of(leads=(HOUR, 10 * MINUTE)))
    second, _ = await stage.asking.add_watch(watch_of(leads=(HOUR,)))
    assert await stage.asking.remove_watch(GUILD, first.id)
    assert {what: fate for what, (fate, _) in (await stage.fates(ONE)).items()} == {"T-1h": Fate.OWED, "T-10m": Fate.DROPPED}
    assert not await stage.asking.remove_watch(GUILD, first.id)
    assert not await stage.asking.remove_watch(GuildId(2), second.id)
    assert await stage.asking.remove_watch(GUILD, second.id)
    assert {fate for fate, _ in (await stage.fates(ONE)).values()} == {Fate.DROPPED}


async def test_what_comes_next_is_nearest_first_without_what_is_over(stage: Stage) -> None:
    await stage.shows(TWO, ONE, FLOWN, PASSED)
    assert [track.event.id for track in await stage.asking.upcoming(5)] == [PASSED.id, ONE.id, TWO.id]
    assert [track.event.id for track in await stage.asking.upcoming(1)] == [PASSED.id]
    assert [track.event.id for track in await stage.asking.upcoming(5, "launch 2")] == [TWO.id]


async def test_an_event_is_found_by_its_id_or_by_words(stage: Stage) -> None:
    await stage.shows(ONE, TWO)
    for text in (TWO.id, "launch 2"):
        found = await stage.asking.launch(text)
        assert found is not None
        assert found.event.id == TWO.id
    assert await stage.asking.launch("nothing of the kind") is None
    assert [value for _, value in await stage.asking.suggest("launch")] == [ONE.id, TWO.id]


async def test_what_comes_within_some_days_and_what_streams_now(stage: Stage) -> None:
    live = replace(ONE, webcasts=(Webcast(url="https://youtu.be/dQw4w9WgXcQ", live=True),), webcast_live=True)
    soon = replace(TWO, webcasts=(Webcast(url="https://youtu.be/aaaaaaaaaaa"),))
    far = launch("Far", "GO", "14:00", "+9d", number=9)
    await stage.shows(live, soon, far)
    assert [track.event.id for track in await stage.asking.schedule(3)] == [ONE.id, TWO.id]
    assert [track.event.id for track in await stage.asking.schedule(30, "far")] == [far.id]
    streams, upcoming = await stage.asking.live()
    assert [track.event.id for track in streams] == [ONE.id]
    assert upcoming is not None
    assert upcoming.event.id == TWO.id


async def test_people_and_their_flights_are_found_by_a_few_letters(stage: Stage) -> None:
    await stage.shows(replace(ONE, crew=(Person(name="Yulia Peresild"),)), TWO)
    assert await stage.asking.suggest_people("peres") == ("Yulia Peresild",)
    name, flights = await stage.asking.crew("yulia")
    assert (name, [track.event.id for track in flights]) == ("Yulia Peresild", [ONE.id])
    assert await stage.asking.crew("nobody at all") == ("", ())


async def test_paused_targets_are_told_and_resumed(stage: Stage) -> None:
    assert await stage.asking.resume(GUILD) == ()
    async with stage.store.transaction() as tx:
        await tx.pause(channel(), "no permission", NOON)
    assert await stage.asking.paused(GUILD) == {channel(): ("no permission", NOON)}
    assert await stage.asking.resume(GUILD) == (channel(),)
    assert await stage.asking.paused(GUILD) == {}


async def test_a_new_watch_resumes_its_target(stage: Stage) -> None:
    async with stage.store.transaction() as tx:
        await tx.pause(channel(), "no permission", NOON)
    await stage.asking.add_watch(watch_of())
    assert await stage.asking.paused(GUILD) == {}


async def test_the_age_of_what_is_known_is_that_of_the_last_answer(stage: Stage) -> None:
    assert await stage.asking.age() is None
    await stage.shows(ONE)
    stage.clock.at += HOUR
    assert await stage.asking.age() == NOON


async def test_a_watch_is_asked_for_the_countdown_it_wants_alone(stage: Stage) -> None:
    await stage.shows(replace(ONE, status=Status.TBC))
    await stage.asking.add_watch(watch_of(notices=frozenset({Say.OUTCOME})))
    assert await stage.fates(ONE) == {}
    assert await stage.asking.launch(EventId("ll2:launch:none")) is None
    assert stage.clock.at - NOON == timedelta()
