"""What a person sees when something fails: always an answer, once, with a way on."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import AbstractAsyncContextManager

import pytest

from bot.client import TMinusClient
from bot.cogs import replying
from bot.ports import StoreDown, Transaction
from bot.sandbox.faults import Fault
from bot.sandbox.people import NoAnswer, Person
from bot.sandbox.record import Asked
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import Stage, hearing, stage


class Broken:
    """A store that fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        raise self.error or StoreDown("the database is away")


@pytest.mark.parametrize("path", ["next", "about"])
async def test_a_store_that_is_down_is_said(stg: Stage, guild: Guild, launches: Channel, path: str) -> None:
    stg.store = Broken()
    async with stg.bot():
        reply = await stg.discord.member(guild, stg.discord.owner, launches).slash(path)

        assert "cannot reach my memory" in reply.text
        assert reply.ephemeral


async def test_suggestions_are_none_while_the_store_is_down(stg: Stage, guild: Guild, launches: Channel) -> None:
    stg.store = Broken()
    async with stg.bot():
        admin = stg.discord.member(guild, stg.discord.owner, launches)

        assert await admin.complete("launch", "name", "soyuz") == []
        assert await admin.complete("watch remove", "watch", "soyuz") == []


async def test_a_bug_gives_a_reference_that_is_also_in_the_log(
    stg: Stage, guild: Guild, launches: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    stg.store = Broken()
    async with stg.bot():
        stg.store.error = ZeroDivisionError("a bug")
        reply = await stg.discord.member(guild, stg.discord.owner, launches).slash("next")

    found = re.search(r"reference `(\w+)`", reply.text)
    assert found
    assert reply.ephemeral
    logged = [
        record for record in caplog.records if record.name == "bot.cogs.failing" and vars(record).get("reference") == found[1]
    ]
    assert [record.exc_info[0] for record in logged if record.exc_info] == [ZeroDivisionError]


# --- slow ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything counts as slow."""
    monkeypatch.setattr(replying, "UNHURRIED_S", 0)


@pytest.mark.usefixtures("slow")
async def test_what_takes_long_is_announced_and_then_answered(member: Person, admin: Person) -> None:
    public, private = await member.slash("next"), await admin.slash("watch list")

    assert "MS-19" in public.text
    assert "nothing yet" in private.text
    assert (public.ephemeral, private.ephemeral) == (False, True)


@pytest.mark.usefixtures("slow")
async def test_an_error_after_that_takes_the_place_of_the_answer(stg: Stage, guild: Guild, launches: Channel) -> None:
    stg.store = Broken()
    async with stg.bot():
        reply = await stg.discord.member(guild, stg.discord.owner, launches).slash("next")

        assert "cannot reach my memory" in reply.text
        assert not reply.followups


# --- Discord fails ------------------------------------------------------------------------------------------------

CALLBACK = "/callback"
FAULTS = [
    {"status": 500},
    {"status": 500, "after": True},
    {"drop": True},
    {"drop": True, "after": True},
    {"cut": True, "after": True},
]
NAMES = ["500", "500 after", "drop", "drop after", "cut after"]


@pytest.mark.parametrize("how", FAULTS, ids=NAMES)
async def test_the_person_is_answered_once_whatever_becomes_of_the_first_try(
    stg: Stage, member: Person, how: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    stg.discord.faults.add(Fault(method="POST", path=CALLBACK, times=1, **how))  # type: ignore[arg-type]  # a table names the fields

    reply = await member.slash("next")
    again = await member.slash("about")

    assert "MS-19" in reply.text
    assert "T-Minus" in again.text
    assert not reply.followups
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("how", FAULTS, ids=NAMES)
async def test_so_is_one_who_waits(stg: Stage, member: Person, how: dict[str, bool], caplog: pytest.LogCaptureFixture) -> None:
    stg.discord.faults.add(Fault(method="POST", path=CALLBACK, times=1, **how))  # type: ignore[arg-type]  # a table names the fields
    stg.discord.faults.add(Fault(method="PATCH", path="@original", times=1, **how))  # type: ignore[arg-type]

    reply = await member.slash("next")

    assert "MS-19" in reply.text
    assert not reply.followups
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_answer_that_comes_too_late_is_logged_and_nothing_else(
    stg: Stage, client: TMinusClient, member: Person, caplog: pytest.LogCaptureFixture
) -> None:
    stg.discord.answer_within = 0.05
    stg.discord.faults.add(Fault(path=CALLBACK, times=1, latency=0.2))

    with hearing("too late") as said:
        with pytest.raises(NoAnswer):
            await member.slash("next")
        await said.wait()

    assert client.is_ready()
    assert [record.levelname for record in caplog.records if "too late" in record.getMessage()] == ["WARNING"]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_leaving_while_somebody_waits_is_no_error(
    stg: Stage, client: TMinusClient, member: Person, caplog: pytest.LogCaptureFixture
) -> None:
    stg.discord.faults.add(Fault(path=CALLBACK, stall=True))
    arrived = asyncio.Event()
    stg.discord.log.watch.append(lambda entry: arrived.set() if isinstance(entry, Asked) else None)
    asked = asyncio.create_task(member.slash("next"))
    with hearing("leaving before /next") as said:
        await arrived.wait()
        await client.close()
        await said.wait()
    asked.cancel()

    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_command_that_is_not_there_any_more_says_so() -> None:
    async with stage() as stg:
        guild = stg.discord.add_guild("Baikonur")
        stg.discord.add_channel(guild, "launches")
        async with stg.bot() as client:
            client.tree.remove_command("about")

            reply = await stg.discord.member(guild, stg.discord.owner).slash("about")

            assert "Restart Discord" in reply.text
