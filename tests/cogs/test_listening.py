"""What the bot hears of servers, channels and roles that come and go: real discord.py on the loopback Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.flow.keeping import Keeping
from bot.model import ChannelId, GuildId, RoleId, Server, Target, Watch, WatchId
from bot.ports import StoreDown
from bot.sandbox.world import Channel, Guild, Role
from tests.cogs.stage import NOW, Stage, hearing, stage, target


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
async def fans(stg: Stage, guild: Guild) -> Role:
    return stg.discord.add_role(guild, "fans")


@asynccontextmanager
async def awaiting(monkeypatch: pytest.MonkeyPatch, name: str) -> AsyncGenerator[None]:
    """Wait at the end of the block until the keeping has done this."""
    done = asyncio.Event()
    real: Callable[..., Coroutine[Any, Any, None]] = getattr(Keeping, name)

    async def noted(self: Keeping, *what: object) -> None:
        try:
            await real(self, *what)
        finally:
            done.set()

    monkeypatch.setattr(Keeping, name, noted)
    yield
    async with asyncio.timeout(5):
        await done.wait()
    monkeypatch.setattr(Keeping, name, real)


async def watched(stg: Stage, to: Target, *roles: Role) -> Watch:
    draft = Watch(id=WatchId(0), target=to, name="all", roles=tuple(RoleId(role.id) for role in roles), made_at=NOW)
    async with stg.store.transaction() as tx:
        return await tx.add_watch(draft)


async def kept(stg: Stage, guild: Guild) -> tuple[Server | None, tuple[Watch, ...]]:
    async with stg.store.transaction() as tx:
        return await tx.server(GuildId(guild.id)), await tx.watches(GuildId(guild.id))


async def test_a_deleted_channel_rests(stg: Stage, guild: Guild, launches: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched(stg, target(guild, launches))
    async with stg.bot(), awaiting(monkeypatch, "channel_gone"):
        stg.discord.remove_channel(launches)
    assert [watch.paused for watch in (await kept(stg, guild))[1]] == [True]


async def test_a_deleted_thread_rests(stg: Stage, guild: Guild, launches: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stg.bot() as client:
        place = client.get_channel(launches.id)
        assert isinstance(place, discord.TextChannel)
        thread = await place.create_thread(name="MS-19", type=discord.ChannelType.public_thread)
        await watched(stg, Target(GuildId(guild.id), ChannelId(thread.id)))
        async with awaiting(monkeypatch, "channel_gone"):
            stg.discord.remove_channel(stg.discord.channels[thread.id])
    assert [watch.paused for watch in (await kept(stg, guild))[1]] == [True]


async def test_a_deleted_role_is_not_pinged_any_more(
    stg: Stage, guild: Guild, launches: Channel, fans: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched(stg, target(guild, launches), fans)
    async with stg.bot(), awaiting(monkeypatch, "role_gone"):
        stg.discord.remove_role(guild, fans)
    assert [watch.roles for watch in (await kept(stg, guild))[1]] == [()]


async def test_a_server_that_removes_the_bot_finds_everything_again(
    stg: Stage, guild: Guild, launches: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    stg.discord.add_guild("Kourou")
    watch = await watched(stg, target(guild, launches))
    async with stg.bot():
        async with awaiting(monkeypatch, "left"):
            stg.discord.kick_bot(guild)
        server, watches = await kept(stg, guild)
        assert server is not None
        assert server.left_at == NOW
        assert watches == (replace(watch, paused=True),)
        async with awaiting(monkeypatch, "joined"):
            stg.discord.invite_bot(guild)
    server, watches = await kept(stg, guild)
    assert server is not None
    assert server.left_at is None
    assert watches == (watch,)


async def test_a_server_in_trouble_is_not_left(stg: Stage, guild: Guild, launches: Channel, fans: Role) -> None:
    watch = await watched(stg, target(guild, launches), fans)
    stg.discord.set_available(guild, available=False)
    async with stg.bot():
        pass
    assert await kept(stg, guild) == (None, (watch,))


async def test_what_was_missed_is_found_out_at_the_start(
    stg: Stage, guild: Guild, launches: Channel, fans: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched(stg, target(guild, launches), fans)
    stg.discord.remove_role(guild, fans)
    async with awaiting(monkeypatch, "compare"), stg.bot():
        pass
    assert [watch.roles for watch in (await kept(stg, guild))[1]] == [()]


async def test_a_store_that_is_away_is_said(stg: Stage, launches: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreDown("gone fishing")

    async with stg.bot():
        monkeypatch.setattr(Keeping, "channel_gone", away)
        with hearing("seen to at the next start") as said:
            stg.discord.remove_channel(launches)
            async with asyncio.timeout(5):
                await said.wait()
