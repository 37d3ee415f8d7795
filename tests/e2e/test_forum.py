"""A forum's posts as a server sees them: real discord.py on the loopback Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.client import TMinusClient
from bot.model import Busy, ChannelId, GuildId, Key, MessageId, Outcome, Place, Post, Refused, RoleId, Sent, Target, Unclear
from bot.outlet import DiscordOutlet
from bot.sandbox import render
from bot.sandbox.faults import Fault
from bot.sandbox.permissions import EVERYONE, Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import Stage, stage

OPENS = Post(title="🚀 Soyuz MS-19", topic="Soyuz MS-19 · GO 5 Oct 2021 08:55 UTC", tags=("GO", "Crewed", "Launch"))
FLOWN = replace(OPENS, topic="Soyuz MS-19 · Success", tags=("Success", "Crewed", "Launch"))
NEWS = Post(title="T-10m · Soyuz MS-19")


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        one.discord.limits.enabled = False
        yield one


@pytest.fixture
async def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
async def forum(stg: Stage, guild: Guild) -> Channel:
    return stg.discord.add_channel(guild, "missions", type=ChannelType.FORUM, tags=("Go", "Success", "Crewed", "Favourite"))


@pytest.fixture
def there(guild: Guild, forum: Channel) -> Target:
    return Target(GuildId(guild.id), ChannelId(forum.id), Place.FORUM)


@pytest.fixture
async def client(stg: Stage, forum: Channel) -> AsyncIterator[TMinusClient]:
    assert forum.guild
    async with stg.bot() as one:
        yield one


@pytest.fixture
def outlet(client: TMinusClient) -> DiscordOutlet:
    return DiscordOutlet(client, timeout=timedelta(seconds=5))


def sent(outcome: Outcome) -> MessageId:
    assert isinstance(outcome, Sent), outcome
    return outcome.message


def applied(stg: Stage, post: MessageId) -> list[str]:
    thread = stg.discord.channels[post]
    assert thread.thread is not None
    names = {tag.id: tag.name for tag in stg.discord.channels[thread.parent or 0].tags}
    return [names[tag] for tag in thread.thread.tags]


def is_closed(stg: Stage, post: MessageId) -> bool:
    thread = stg.discord.channels[post].thread
    assert thread is not None
    return thread.archived


async def test_a_post_has_its_card_first_its_name_and_the_tags_that_fit(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    fans = stg.discord.add_role(stg.discord.guilds[there.guild], "fans", mentionable=True)
    post = sent(await outlet.send(Key("a"), there, replace(OPENS, roles=(RoleId(fans.id),), silent=True)))

    thread = stg.discord.channels[post]
    assert thread.name == OPENS.topic
    assert applied(stg, post) == ["Go", "Crewed"]
    first = thread.messages[post]
    assert first.embeds[0]["title"] == OPENS.title
    assert first.silent


async def test_news_go_into_the_post_and_edits_change_its_first_message(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    post = sent(await outlet.send(Key("a"), there, OPENS))
    news = sent(await outlet.send(Key("b"), there, NEWS, post))
    assert sent(await outlet.send(Key("b"), there, NEWS, post)) == news
    assert await outlet.edit(there, post, FLOWN) == Sent(post)

    assert list(stg.discord.channels[post].messages) == [post, news]
    begun = stg.discord.now() - timedelta(minutes=1)
    assert await outlet.find(there, NEWS, begun, post) == news
    assert await outlet.find(there, Post(title="other"), begun, post) is None


async def test_a_name_and_tags_that_are_true_cost_no_request(
    stg: Stage, client: TMinusClient, outlet: DiscordOutlet, there: Target
) -> None:
    heard = asyncio.create_task(client.wait_for("thread_create", timeout=5))
    await asyncio.sleep(0)
    post = sent(await outlet.send(Key("a"), there, OPENS))
    await heard
    asked = len(stg.discord.log.asked)
    assert await outlet.entitle(there, post, OPENS) == Sent(post)
    assert len(stg.discord.log.asked) == asked

    favourite = next(tag.id for tag in stg.discord.channels[there.channel].tags if tag.name == "Favourite")
    thread = stg.discord.channels[post].thread
    assert thread is not None
    thread.tags.append(favourite)
    waiting = cast("Coroutine[None, None, object]", client.wait_for("raw_thread_update", timeout=5))
    updated: asyncio.Task[object] = asyncio.create_task(waiting)
    await asyncio.sleep(0)
    stg.discord.tell("THREAD_UPDATE", render.channel(stg.discord.channels[post]), there.guild)
    await updated
    assert await outlet.entitle(there, post, FLOWN) == Sent(post)
    assert stg.discord.channels[post].name == FLOWN.topic
    assert applied(stg, post)[:2] == ["Success", "Crewed"]
    for like in (replace(FLOWN, topic="other"), replace(FLOWN, topic="other", tags=("Go",))):
        assert await outlet.entitle(there, post, like) == Sent(post)
    assert applied(stg, post)[0] == "Go"


async def test_a_third_name_in_ten_minutes_waits(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    stg.discord.limits.enabled = True
    post = sent(await outlet.send(Key("a"), there, OPENS))
    outcomes = [await outlet.entitle(there, post, replace(OPENS, topic=f"name {number}")) for number in range(3)]

    assert [type(outcome) for outcome in outcomes] == [Sent, Sent, Busy]
    assert isinstance(outcomes[2], Busy)
    assert outcomes[2].wait > timedelta(minutes=9)
    assert stg.discord.channels[post].name == "name 1"


async def test_a_closed_post_is_edited_and_closed_again_and_news_open_it(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    post = sent(await outlet.send(Key("a"), there, OPENS))
    assert await outlet.close(there, post) == Sent(post)
    assert await outlet.close(there, post) == Sent(post)
    assert is_closed(stg, post)

    assert await outlet.edit(there, post, FLOWN) == Sent(post)
    assert await outlet.entitle(there, post, FLOWN) == Sent(post)
    assert is_closed(stg, post)
    assert stg.discord.channels[post].messages[post].edited is not None

    assert isinstance(await outlet.send(Key("b"), there, NEWS, post), Sent)
    assert not is_closed(stg, post)


async def test_a_locked_post_is_opened_where_the_bot_may_and_let_be_where_it_may_not(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, there: Target
) -> None:
    post = sent(await outlet.send(Key("a"), there, OPENS))
    thread = stg.discord.channels[post].thread
    assert thread is not None
    stg.discord.set_permissions(guild, EVERYONE)
    thread.locked = thread.archived = True

    outcome = await outlet.send(Key("b"), there, NEWS, post)
    assert isinstance(outcome, Refused)
    assert outcome.code == 10008
    outcome = await outlet.edit(there, post, FLOWN)
    assert isinstance(outcome, Refused)
    assert outcome.code == 10008

    stg.discord.set_permissions(guild, EVERYONE | Permission.MANAGE_THREADS)
    assert await outlet.edit(there, post, FLOWN) == Sent(post)
    assert thread.locked
    assert is_closed(stg, post)


async def test_a_deleted_post_and_a_deleted_forum_are_told_apart(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    post = sent(await outlet.send(Key("a"), there, OPENS))
    stg.discord.remove_channel(stg.discord.channels[post])
    for outcome in (
        await outlet.send(Key("b"), there, NEWS, post),
        await outlet.edit(there, post, FLOWN),
        await outlet.entitle(there, post, FLOWN),
        await outlet.close(there, post),
    ):
        assert isinstance(outcome, Refused)
        assert outcome.code == 10008
    nowhere = replace(there, channel=ChannelId(1))
    outcome = await outlet.send(Key("c"), nowhere, OPENS)
    assert isinstance(outcome, Refused)
    assert outcome.code == 10003


async def test_a_post_whose_answer_was_lost_is_found_again(stg: Stage, outlet: DiscordOutlet, there: Target) -> None:
    begun = stg.discord.now()
    assert await outlet.find(there, OPENS, begun) is None
    stg.discord.faults.add(Fault(method="POST", path="/threads", times=1, drop=True, after=True))
    assert isinstance(await outlet.send(Key("a"), there, OPENS), Unclear)

    found = await outlet.find(there, FLOWN, begun)
    assert found is not None
    assert stg.discord.channels[found].name == OPENS.topic
    assert await outlet.find(there, replace(OPENS, topic="Progress 79P · GO"), begun) is None
    assert await outlet.find(there, OPENS, stg.discord.now() + timedelta(minutes=1)) is None


async def test_a_forum_that_wants_a_tag_says_so(stg: Stage, guild: Guild) -> None:
    picky = stg.discord.add_channel(guild, "picky", type=ChannelType.FORUM, tags=("Other",), needs_tag=True)
    async with stg.bot() as client:
        strict = DiscordOutlet(client, timeout=timedelta(seconds=5))
        outcome = await strict.send(Key("a"), Target(GuildId(guild.id), ChannelId(picky.id), Place.FORUM), OPENS)
    assert isinstance(outcome, Refused)
    assert outcome.code == 40067
