"""/schedule, /live, /search, /crew and /help, in a server, in a direct message, and with the bot on the account alone."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.cogs import replying
from bot.model import Person as Crew
from bot.ports import StoreDown, Transaction
from bot.sandbox.options import CannotDo
from bot.sandbox.people import NoAnswer, Person
from bot.sandbox.world import Channel, Guild, Message
from tests.cogs.stage import MS19, NOW, STARLINK, Stage, keep, track
from tests.cogs.test_failing import Broken

DAY = timedelta(days=1)
MANY = tuple(track(f"Electron | Owl {number}", NOW + DAY + number * timedelta(hours=1)) for number in range(15))


class LateAndBroken(AbstractAsyncContextManager[Transaction]):
    """A store that fails, but not before others had their turn."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self

    async def __aenter__(self) -> Transaction:
        for _ in range(9):
            await asyncio.sleep(0)
        raise StoreDown("the database is away")

    async def __aexit__(self, *_: object) -> None:
        return None


def buttons(message: Message) -> dict[str, bool]:
    """The page buttons, and whether each can be pressed."""
    return {part["label"]: not part.get("disabled", False) for row in message.components for part in row["components"]}


# --- /schedule ----------------------------------------------------------------------------------------------------


async def test_schedule_lists_the_next_days_by_day(member: Person) -> None:
    reply = await member.slash("schedule")

    assert "The next 7 days" in reply.text
    assert re.search(r"\*\*<t:\d+:D>\*\*\n• <t:\d+:f> \(<t:\d+:R>\) · Soyuz MS-19 · GO · \[Watch\]", reply.text)
    assert "Starlink" not in reply.text
    assert not reply.message.components
    assert "Starlink 4-1" in (await member.slash("schedule", days=30)).text


async def test_schedule_can_be_narrowed_typos_included(member: Person) -> None:
    text = (await member.slash("schedule", days=30, filter="starlnik")).text

    assert "Starlink 4-1" in text
    assert "MS-19" not in text


async def test_schedule_says_so_when_nothing_fits_and_repeats_it_harmlessly(stg: Stage, member: Person) -> None:
    reply = await member.slash("schedule", filter="@everyone **Buran**")

    assert "Nothing that fits" in reply.text
    assert "@everyone" not in reply.text
    assert "within 24 hours" in (await member.slash("schedule", days=1)).text
    stg.clock.at = NOW + 400 * DAY
    assert "not heard from a launch feed" in (await member.slash("schedule")).text


async def test_pages_turn_to_both_sides_and_end(stg: Stage, member: Person) -> None:
    await keep(stg.store, *MANY)
    shown = (await member.slash("schedule", filter="owl")).message

    assert buttons(shown) == {"◀": False, "▶": True}
    await member.click(shown, "▶")
    assert "Page 2 of 3" in str(shown.embeds)
    assert buttons(shown) == {"◀": True, "▶": True}
    await member.click(shown, "▶")
    assert "Owl 14" in str(shown.embeds)
    assert buttons(shown) == {"◀": True, "▶": False}
    with pytest.raises(CannotDo):
        await member.click(shown, "▶")
    await member.click(shown, "◀")
    assert "Page 2 of 3" in str(shown.embeds)


async def test_pages_turn_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    await keep(stg.store, *MANY)
    owner = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        shown = (await owner.slash("schedule", filter="owl")).message
    async with stg.bot():
        await owner.click(shown, "▶")

    assert "Page 2 of 3" in str(shown.embeds)
    assert "owl" in shown.embeds[0]["title"]


async def test_pages_turn_in_direct_messages(stg: Stage, member: Person) -> None:
    await keep(stg.store, *MANY)
    direct = stg.discord.direct(member.user)
    shown = (await direct.slash("schedule")).message

    await direct.click(shown, "▶")

    assert "Page 2 of 3" in str(shown.embeds)


async def test_others_get_a_page_of_their_own(stg: Stage, member: Person, admin: Person) -> None:
    await keep(stg.store, *MANY)
    shown = (await member.slash("schedule")).message

    own = await admin.click(shown, "▶")

    assert own.ephemeral
    assert "Page 2 of 3" in own.text
    assert "Page 1 of 3" in str(shown.embeds)


async def test_a_page_that_is_no_longer_there_is_the_last_one(stg: Stage, member: Person) -> None:
    await keep(stg.store, *MANY)
    shown = (await member.slash("schedule", filter="owl")).message
    await member.click(shown, "▶")
    await keep(stg.store, *(replace(one, event=replace(one.event, net=STARLINK.event.net), seen=NOW + DAY) for one in MANY[3:]))

    await member.click(shown, "▶")

    assert "Owl 2" in str(shown.embeds)
    assert not shown.components


async def test_a_filter_of_many_units_fits_into_a_button(stg: Stage, member: Person) -> None:
    await keep(stg.store, *MANY)

    shown = (await member.slash("schedule", filter="owl" + " 🚀" * 18)).message

    assert buttons(shown)
    await member.click(shown, "▶")
    assert "Page 2 of 3" in str(shown.embeds)


async def test_a_page_that_takes_long_is_turned_when_it_is_there(
    stg: Stage, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(stg.store, *MANY)
    shown = (await member.slash("schedule")).message
    monkeypatch.setattr(replying, "UNHURRIED_S", 0)

    reply = await member.click(shown, "▶")
    await reply.until(lambda _: "Page 2 of 3" in str(shown.embeds))


async def test_a_page_that_cannot_be_read_is_said_to_who_pressed_and_stays(
    stg: Stage, guild: Guild, launches: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    await keep(stg.store, *MANY)
    owner = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        shown = (await owner.slash("schedule")).message
    before = str(shown.embeds)
    real, stg.store = stg.store, Broken(StoreDown("the database is away"))
    async with stg.bot():
        told = await owner.click(shown, "▶")
        assert told.ephemeral
        assert "cannot reach my memory" in told.text
        stg.store.error = ZeroDivisionError("a bug")
        with caplog.at_level(logging.ERROR):
            told = await owner.click(shown, "▶")
        assert re.search(r"reference `\w+`", told.text)
        assert getattr(caplog.records[-1], "command", "") == "a button"
    assert str(shown.embeds) == before
    stg.store = real


async def test_a_slow_page_that_fails_leaves_the_page_and_tells_who_pressed(
    stg: Stage, guild: Guild, launches: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(stg.store, *MANY)
    owner = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        shown = (await owner.slash("schedule")).message
    before = str(shown.embeds)
    real, stg.store = stg.store, LateAndBroken()
    monkeypatch.setattr(replying, "UNHURRIED_S", 0)
    async with stg.bot():
        reply = await owner.click(shown, "▶")
        await reply.until(lambda each: bool(each.followups))
    assert "cannot reach my memory" in str(reply.followups[0].embeds) + reply.followups[0].content
    assert reply.followups[0].ephemeral
    assert str(shown.embeds) == before
    stg.store = real


# --- /live --------------------------------------------------------------------------------------------------------


async def test_live_says_what_streams_now(stg: Stage, member: Person) -> None:
    await keep(stg.store, replace(MS19, event=replace(MS19.event, webcast_live=True), seen=NOW + timedelta(minutes=1)))

    reply = await member.slash("live")

    assert "Live now" in reply.text
    assert "Soyuz MS-19" in reply.text
    assert reply.message.components[0]["components"][0]["url"] == "https://www.youtube.com/watch?v=ms19"


async def test_live_says_what_streams_next(stg: Stage, member: Person) -> None:
    text = (await stg.discord.direct(member.user).slash("live")).text

    assert "Nothing streams right now" in text
    assert "Soyuz MS-19" in text


# --- /search and /crew --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"), [("Perseild", "MS-19"), ("Solyuz", "MS-19"), ("Falcn 9", "Starlink 4-1"), ("SpX", "4-1")]
)
async def test_search_and_launch_forgive_typos(member: Person, typed: str, name: str) -> None:
    (choice,) = await member.complete("search", "text", typed)

    assert name in choice["name"]
    assert name in (await member.slash("search", text=choice["value"])).text
    assert name in (await member.slash("search", text=typed)).text
    assert name in (await member.slash("launch", name=typed)).text


async def test_search_lists_several_and_says_when_there_is_none(member: Person, stg: Stage) -> None:
    await keep(stg.store, *MANY)

    assert (await member.slash("search", text="owl")).text.count("Owl ") == 10
    nothing = await member.slash("search", text="@here ~~Buran~~")
    assert "found nothing like" in nothing.text
    assert "@here" not in nothing.text


async def test_crew_shows_the_flights_of_somebody_found_while_the_name_is_typed(stg: Stage, member: Person) -> None:
    long = "Very " * 30 + "Long"
    past = track("Shuttle | STS-1", NOW - 60 * DAY, crew=(Crew(name="Yulia Peresild"), Crew(name=long)))
    await keep(stg.store, past)

    (choice,) = await member.complete("crew", "person", "perseild")
    reply = await stg.discord.direct(member.user).slash("crew", person=choice["value"])

    assert choice["name"] == "Yulia Peresild"
    assert "Flights of Yulia Peresild" in reply.text
    assert reply.text.index("MS-19") < reply.text.index("STS-1")
    assert all(len(one["name"]) <= 100 for one in await member.complete("crew", "person", ""))
    assert "STS-1" in (await member.slash("crew", person=long[:100])).text


async def test_crew_says_so_when_it_knows_nobody(member: Person) -> None:
    assert "no flight of" in (await member.slash("crew", person="Gagarin")).text


async def test_suggestions_are_none_while_the_store_is_down(stg: Stage, guild: Guild, launches: Channel) -> None:
    stg.store = Broken()
    async with stg.bot():
        owner = stg.discord.member(guild, stg.discord.owner, launches)
        assert await owner.complete("search", "text", "soyuz") == []
        assert await owner.complete("crew", "person", "peresild") == []


# --- /help --------------------------------------------------------------------------------------------------------


async def test_help_fits_who_asks(stg: Stage, member: Person, admin: Person) -> None:
    theirs, ours, direct = [(await one.slash("help")).text for one in (member, admin, stg.discord.direct(member.user))]

    assert "`/schedule` What happens" in theirs
    assert "/watch" not in theirs
    assert "`/watch add`" in ours
    assert "/watch" not in direct


async def test_all_of_it_works_where_only_the_account_has_the_bot(stg: Stage, client: TMinusClient) -> None:
    assert client.is_ready()
    elsewhere = stg.discord.add_guild("Plesetsk", bot=False)
    stg.discord.add_channel(elsewhere, "chat")
    owner = stg.discord.member(elsewhere, stg.discord.owner, installed=True)
    await keep(stg.store, *MANY)

    shown = (await owner.slash("schedule")).message
    await owner.click(shown, "▶")

    assert "Page 2 of 3" in str(shown.embeds)
    assert "MS-19" in (await owner.slash("search", text="peresild")).text
    assert "MS-19" in (await owner.slash("crew", person="peresild")).text
    assert "MS-19" in (await owner.slash("live")).text
    assert "/watch" not in (await owner.slash("help")).text


async def test_a_button_of_another_making_is_left_alone(stg: Stage, member: Person) -> None:
    await keep(stg.store, *MANY)
    shown = (await member.slash("schedule")).message
    shown.components[0]["components"][1]["custom_id"] = "schedule:1:99:"

    await member.click(shown, "▶")
    assert "The next 30 days" in str(shown.embeds)
    shown.components[0]["components"][1]["custom_id"] = "schedule:soon"
    stg.discord.answer_within = 0.2
    with pytest.raises(NoAnswer):
        await member.click(shown, "▶")
