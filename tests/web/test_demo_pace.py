"""The demo's knobs of time, and what the page is told of a message's life."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.board import Board, stamp
from bot.demo.drive import scenarios
from bot.demo.pace import FASTEST, STORY, Pace, RunningClock
from bot.sandbox import messages
from bot.sandbox.messages import Draft, From
from bot.sandbox.play import Sandbox
from bot.sandbox.record import Entry
from bot.sandbox.scenario import load
from bot.sandbox.wire import Json, as_objects

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def pace(speed: str = STORY, *, playing: bool = True) -> Pace:
    return Pace(RunningClock(START), speed=speed, playing=playing)


def still(it: Pace) -> bool:
    return it.leaping


async def test_a_story_jumps_to_its_moments() -> None:
    it = pace()
    assert await it.reach(START + HOUR)
    assert it.clock.now() == START + HOUR


async def test_a_clock_that_runs_is_between_its_moments_and_never_past_them() -> None:
    it = pace("3600")
    reaching = asyncio.create_task(it.reach(START + HOUR / 60))
    seen = {START}
    while not reaching.done():
        seen.add(it.clock.now())
        await asyncio.sleep(0)
    assert await reaching
    assert START < sorted(seen)[len(seen) // 2] < START + HOUR / 60
    assert max(seen) <= START + HOUR / 60 == it.clock.now()


async def test_time_stands_while_it_is_paused_and_goes_on_from_there() -> None:
    it = pace("60")
    reaching = asyncio.create_task(it.reach(START + HOUR))
    await asyncio.sleep(0.01)
    it.turn(playing=False)
    await asyncio.sleep(0)
    stood = it.clock.now()
    assert START < stood < START + HOUR
    for _ in range(100):
        await asyncio.sleep(0)
    assert it.clock.now() == stood
    assert not reaching.done()
    it.turn(speed=FASTEST, playing=True)
    assert await reaching
    assert it.clock.now() == START + HOUR


async def test_what_people_do_is_looked_at_while_time_stands() -> None:
    it = pace(playing=False)
    reaching = asyncio.create_task(it.reach(START + HOUR))
    await asyncio.sleep(0)
    it.nudge()
    assert await reaching is False
    assert it.clock.now() == START


@pytest.mark.parametrize("speed", [STORY, "3600"])
async def test_time_goes_on_however_busily_people_type(speed: str) -> None:
    it = pace(speed)
    for _ in range(1000):
        it.nudge()
        if await it.reach(START + HOUR / 60):
            break
    assert it.clock.now() == START + HOUR / 60


async def test_a_leap_ends_with_the_next_thing_that_is_shown() -> None:
    it = pace(playing=False)
    it.turn(leap=True)
    assert await it.reach(START + HOUR)
    await it.breathe(0)
    assert still(it)
    assert await it.reach(START + 2 * HOUR)
    await it.breathe(1)
    assert not still(it)
    reaching = asyncio.create_task(it.reach(START + 3 * HOUR))
    await asyncio.sleep(0)
    assert not reaching.done()
    reaching.cancel()


async def test_a_speed_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="warp"):
        pace().turn(speed="warp")


# --- the board -----------------------------------------------------------------------------------------------------


class Seen:
    """A board on a scenario's servers, and the last item that it gave."""

    def __init__(self) -> None:
        self.at = START
        self.box = Sandbox(lambda: self.at, load(scenarios()["scrub"]))
        self.board = Board(self.box)
        self.item: Json = {}
        self.channel = self.box.channel("Cape Watch", "launches")
        self.box.discord.log.watch.append(self.note)

    def note(self, entry: Entry) -> None:
        self.item = self.board.added(entry) or self.item

    def items(self) -> list[Json]:
        return as_objects(self.board.whole()["items"][str(self.channel.id)])


def test_a_message_keeps_its_place_and_its_pings_through_edits_and_its_end() -> None:
    seen = Seen()
    bot, realm = From(author=seen.box.discord.bot), seen.box.discord
    role = next(role for role in seen.box.server("Cape Watch").roles.values() if role.name == "go")
    message = messages.create(realm, seen.channel, Draft(content=f"<@&{role.id}> T-10m"), bot)
    messages.create(realm, seen.channel, Draft(content="another"), bot)
    seen.at += HOUR
    messages.edit(realm, message, Draft(content="LIVE"))
    assert [one["content"] for one in seen.items()] == ["LIVE", "another"]
    assert seen.item["pings"]["roles"] == [str(role.id)]
    assert (seen.item["at"], seen.item["edited"], seen.item["edits"]) == (stamp(START), stamp(START + HOUR), 1)
    messages.delete(realm, message)
    assert [bool(one["deleted"]) for one in seen.items()] == [True, False]
    assert seen.items()[0]["content"] == "LIVE"
    assert seen.board.count.pings == 1


def test_what_the_bot_did_is_summed_up_once() -> None:
    seen = Seen()
    bot, realm = From(author=seen.box.discord.bot), seen.box.discord
    message = messages.create(realm, seen.channel, Draft(content="a card"), bot)
    messages.edit(realm, message, Draft(content="a truer card"))
    place = {"channel": str(seen.channel.id), "id": str(message.id)}
    told = seen.board.deed(START)
    assert told == {"at": stamp(START), "kind": "deed", "posts": [place], "edits": [place], "pings": 0}
    messages.delete(realm, message)
    assert seen.board.deed(START) is None
    assert seen.board.whole()["told"] == [told]


def test_a_new_thread_is_told_once() -> None:
    seen = Seen()
    assert seen.board.moved() is None
    seen.box.discord.add_channel(seen.box.server("Cape Watch"), "hangar")
    places = seen.board.moved()
    assert places is not None
    assert [one["name"] for one in places["servers"][0]["channels"]] == ["launches", "hangar"]
    assert seen.board.moved() is None
