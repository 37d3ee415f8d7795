"""Behind a REST proxy the bot logs in, registers its commands, delivers and answers; the proxy's own trouble is no harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import client as module
from bot.client import TMinusClient
from bot.model import Busy, Key, Post, Sent, Speaker, Unclear
from bot.outlet import DiscordOutlet
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import NOW, Stage, stage, target
from tests.proxy import Proxy, proxied

KEY = Key("1/2/ll2:launch:ms-19/2021-10-05/T-10m")
POST = Post(title="T-10m · Soyuz MS-19", lines=("Go",))


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between logins that a test can afford."""
    monkeypatch.setattr(module, "FIRST_WAIT", module.FIRST_WAIT / 50)


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


@pytest.fixture
def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
def launches(stg: Stage, guild: Guild) -> Channel:
    return stg.discord.add_channel(guild, "launches")


@pytest.fixture
async def proxy(stg: Stage) -> AsyncIterator[Proxy]:
    async with proxied(stg.discord) as one:
        yield one


@pytest.fixture
async def client(stg: Stage, proxy: Proxy, launches: Channel) -> AsyncIterator[TMinusClient]:  # noqa: ARG001 -- it finds the channel there
    async with stg.bot(api_url=proxy.url) as one:
        yield one


@pytest.fixture
def outlet(client: TMinusClient) -> DiscordOutlet:
    return DiscordOutlet(client, timeout=timedelta(seconds=5))


@pytest.mark.parametrize("adds_token", [True, False], ids=["it adds the token", "it passes the token on"])
async def test_everything_goes_through_it_and_the_gateway_is_discords_own(
    stg: Stage, guild: Guild, launches: Channel, adds_token: bool
) -> None:
    async with proxied(stg.discord, adds_token=adds_token) as proxy, stg.bot(api_url=proxy.url) as client:
        outlet = DiscordOutlet(client, timeout=timedelta(seconds=5))
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == stg.discord.gateway_url
        assert isinstance(await outlet.send(KEY, target(guild, launches), POST), Sent)
        spoken = replace(POST, speaker=Speaker("ROSCOSMOS"))
        assert isinstance(await outlet.send(Key("spoken"), target(guild, launches), spoken), Sent)
        reply = await stg.discord.member(guild, stg.discord.owner).slash("next")
        assert reply.text
        assert await outlet.find(target(guild, launches), POST, NOW) is not None
    asked = [f"{one.method} /api/v10{one.path}" for one in stg.discord.log.asked]
    assert asked == proxy.forwarded, "nothing passes it by"
    assert any(one.startswith("PUT ") and one.endswith("/commands") for one in asked)
    assert len(launches.messages) >= 2


@pytest.mark.parametrize("status", [502, 504, 408])
@pytest.mark.parametrize("after", [False, True], ids=["before Discord had it", "after Discord had it"])
@pytest.mark.parametrize("speaker", [None, Speaker("ROSCOSMOS")], ids=["the bot", "a webhook"])
async def test_its_own_trouble_leaves_open_what_became_of_a_message_and_doubles_none(
    stg: Stage, outlet: DiscordOutlet, proxy: Proxy, *, status: int, after: bool, speaker: Speaker | None
) -> None:
    """discord.py repeats some of these by itself, under the same nonce. A webhook has none: who posts again looks first."""
    (guild,) = stg.discord.guilds.values()
    (launches,) = guild.channels.values()
    there, post = target(guild, launches), replace(POST, speaker=speaker)
    await outlet.send(Key("first"), there, replace(post, title="T-1h · Soyuz MS-19"))  # so that a webhook is known
    proxy.fail("/messages" if speaker is None else await hook_path(proxy), status, after=after)

    outcome = await outlet.send(KEY, there, post)

    if not isinstance(outcome, Sent):
        assert isinstance(outcome, Unclear)
        found = await outlet.find(there, post, NOW)
        assert (found is not None) is after
        if not found:
            assert isinstance(await outlet.send(KEY, there, post), Sent)
    assert sum(message.embeds[0]["title"] == POST.title for message in launches.messages.values()) == 1


async def hook_path(proxy: Proxy) -> str:
    """Give where the webhook that was used is posted to."""
    return next(one.partition(" ")[2] for one in reversed(proxy.forwarded) if one.startswith("POST /api/v10/webhooks/"))


async def test_its_own_429_is_a_request_to_wait(outlet: DiscordOutlet, proxy: Proxy, guild: Guild, launches: Channel) -> None:
    proxy.fail("/messages", 429)
    assert await outlet.send(KEY, target(guild, launches), POST) == Busy(timedelta(seconds=1))
    assert not launches.messages
    assert isinstance(await outlet.send(KEY, target(guild, launches), POST), Sent)


async def test_a_limit_that_it_keeps_for_us_is_only_a_wait(
    stg: Stage, outlet: DiscordOutlet, proxy: Proxy, guild: Guild, launches: Channel
) -> None:
    stg.discord.limits.scale = 5  # a channel's window is a second
    outcomes = [await outlet.send(Key(f"{n}"), target(guild, launches), POST) for n in range(7)]
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert proxy.absorbed, "it says nothing of limits, so that they are met"
    assert len(launches.messages) == 7


async def test_a_proxy_in_trouble_is_waited_for_at_the_login(stg: Stage, proxy: Proxy, guild: Guild) -> None:
    for path, status in (("/users/@me", 502), ("/users/@me", 408), ("/gateway/bot", 504)):
        proxy.fail(path, status)
    async with asyncio.timeout(20), stg.bot(api_url=proxy.url) as client:
        assert [one.name for one in client.guilds] == [guild.name]


async def test_a_proxy_that_is_gone_stored_nothing(stg: Stage, guild: Guild, launches: Channel) -> None:
    async with proxied(stg.discord) as proxy, stg.bot(api_url=proxy.url) as client:
        outlet = DiscordOutlet(client, timeout=timedelta(seconds=5))
        async with proxied(stg.discord) as other:
            pass
        Route.BASE = f"{other.url}/api/v10"
        assert isinstance(await outlet.send(KEY, target(guild, launches), POST), Busy)
        Route.BASE = f"{proxy.url}/api/v10"
        assert isinstance(await outlet.send(KEY, target(guild, launches), POST), Sent)
        assert len(launches.messages) == 1
