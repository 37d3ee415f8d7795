"""A server with a channel, its admin and a member, and the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.client import TMinusClient
from bot.sandbox.people import Person
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import MS19, STARLINK, Stage, keep, stage


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        await keep(one.store, MS19, STARLINK)
        yield one


@pytest.fixture
async def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
async def launches(stg: Stage, guild: Guild) -> Channel:
    return stg.discord.add_channel(guild, "launches")


@pytest.fixture
async def client(stg: Stage, launches: Channel) -> AsyncIterator[TMinusClient]:
    assert launches.guild
    async with stg.bot() as one:
        yield one


@pytest.fixture
async def admin(stg: Stage, client: TMinusClient, guild: Guild, launches: Channel) -> Person:
    assert client.is_ready()
    return stg.discord.member(guild, stg.discord.owner, launches)


@pytest.fixture
async def member(stg: Stage, client: TMinusClient, guild: Guild, launches: Channel) -> Person:
    assert client.is_ready()
    ada = stg.discord.add_user("ada")
    stg.discord.add_member(guild, ada)
    return stg.discord.member(guild, ada, launches)
