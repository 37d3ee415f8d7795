"""Posts as a person gets them: by direct message, refused, read back, or by a mention among others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.client import TMinusClient
from bot.model import Act, Action, Key, Link, Post, Refused, Sent, UserId
from bot.outlet import DiscordOutlet
from bot.rendering import BUTTON_ID, BUTTON_LABEL, BUTTONS, render, size
from bot.rules.personal import aloud, mailbox
from bot.sandbox.components import walk
from bot.sandbox.people import Person
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import Stage, stage, target

POST = Post(title="T-1h · Soyuz MS-19", lead_in="T-1h · Soyuz MS-19 lifts off", actions=(Action(Act.STOP, "Stop", "4"),))
AGO = timedelta(minutes=3)


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


@pytest.fixture
async def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
async def launches(stg: Stage, guild: Guild) -> Channel:
    return stg.discord.add_channel(guild, "launches")


@pytest.fixture
async def outlet(stg: Stage, launches: Channel) -> AsyncIterator[DiscordOutlet]:
    assert launches.guild
    async with stg.bot() as client:
        assert isinstance(client, TMinusClient)
        yield DiscordOutlet(client, timeout=timedelta(seconds=5))


def person(stg: Stage, guild: Guild, name: str) -> Person:
    """Somebody in the server, in direct messages with the bot."""
    user = stg.discord.add_user(name)
    stg.discord.add_member(guild, user)
    return stg.discord.direct(user)


def now() -> datetime:
    """The present, as Discord dates its messages."""
    return datetime.now(UTC)  # noqa: TID251 -- compared with dates that the loopback Discord gave


async def test_a_person_gets_it_once_with_a_button_to_stop_it(stg: Stage, guild: Guild, outlet: DiscordOutlet) -> None:
    ada = person(stg, guild, "ada")
    there = mailbox(UserId(ada.user.id))
    first = await outlet.send(Key("k"), there, POST)
    assert first == await outlet.send(Key("k"), there, POST)
    (got,) = ada.channel.messages.values()
    assert [part["custom_id"] for part in walk(got.components) if part["type"] == 2] == ["stop:4"]
    assert isinstance(first, Sent)
    assert await outlet.find(there, POST, now() - AGO) == first.message
    assert await outlet.find(there, replace(POST, title="another"), now() - AGO) is None


async def test_who_takes_none_is_a_plain_refusal_and_nothing_is_there(stg: Stage, guild: Guild, outlet: DiscordOutlet) -> None:
    ada = person(stg, guild, "ada")
    ada.user.dms_open = False
    refused = await outlet.send(Key("k"), mailbox(UserId(ada.user.id)), POST)
    assert isinstance(refused, Refused)
    assert refused.code == 50007
    assert await outlet.find(mailbox(UserId(ada.user.id)), POST, now() - AGO) is None


async def test_somebody_who_does_not_exist_is_a_refusal_too(outlet: DiscordOutlet) -> None:
    nobody = mailbox(UserId(4))
    assert isinstance(await outlet.send(Key("k"), nobody, POST), Refused)
    assert await outlet.find(nobody, POST, now() - AGO) is None


async def test_in_a_channel_each_person_is_called_alone_and_found_by_that(
    stg: Stage, guild: Guild, launches: Channel, outlet: DiscordOutlet
) -> None:
    ada, bob = (person(stg, guild, name) for name in ("ada", "bob"))
    here = target(guild, launches)
    posts = [aloud(POST, mailbox(UserId(one.user.id))) for one in (ada, bob)]
    sent = [await outlet.send(Key(f"k{number}"), here, post) for number, post in enumerate((POST, *posts))]
    ids = [one.message for one in sent if isinstance(one, Sent)]
    assert [await outlet.find(here, post, now() - AGO) for post in (POST, *posts)] == ids
    last = launches.messages[ids[1]]
    assert last.content.startswith(f"<@{ada.user.id}> T-1h")
    assert last.pings.users == {ada.user.id}
    assert ids[1] != ids[2]


def test_buttons_fit_whatever_they_are_called() -> None:
    actions = tuple(Action(act, "🚀 long " * 30, "x" * 60) for act in Act)
    fitting = render(replace(POST, buttons=(Link("Watch", "https://example.org"),) * 3, actions=actions))
    assert len(fitting.buttons) + len(fitting.actions) == BUTTONS
    assert all(size(action.label) <= BUTTON_LABEL for action in fitting.actions)
    long = Action(Act.REMIND, "Remind me", "x" * BUTTON_ID)
    nameless = Action(Act.REMIND, "\u200b\n", "1")
    assert render(replace(POST, actions=(long, nameless))).actions == ()
    assert render(replace(POST, actions=())).view() is None
