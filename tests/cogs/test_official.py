"""/follow-official: one post in the operator's channel reaches every server that follows it; what is missing is named."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import Stage, stage


@dataclass
class Scene:
    stg: Stage
    home: Guild
    source: Channel
    guild: Guild
    channel: Channel
    admin: Person


@asynccontextmanager
async def scene(*, kind: ChannelType = ChannelType.ANNOUNCEMENT) -> AsyncGenerator[Scene]:
    """The operator's server with an announcement channel, and another server."""
    async with stage() as stg:
        home = stg.discord.add_guild("T-Minus")
        source = stg.discord.add_channel(home, "crewed", type=kind)
        owner = stg.discord.add_user("admin")
        guild = stg.discord.add_guild("Rockets", owner=owner)
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.bot(official={"crewed": source.id}):
            yield Scene(stg, home, source, guild, channel, stg.discord.member(guild, owner, channel))


async def test_a_channel_follows_and_gets_what_is_announced() -> None:
    async with scene() as here:
        reply = await here.admin.slash("follow-official", what="crewed", channel=here.channel)
        assert reply.ephemeral
        assert f"<#{here.channel.id}> follows **crewed**" in reply.text
        assert len(here.source.followers) == 1


async def test_a_missing_permission_is_named_with_the_way_on() -> None:
    async with scene() as here:
        here.stg.discord.overwrite(here.channel, here.stg.discord.bot, deny=Permission.MANAGE_WEBHOOKS)
        reply = await here.admin.slash("follow-official", what="crewed", channel=here.channel)
        assert "I need **Manage Webhooks** there" in reply.text
        assert not here.source.followers


async def test_a_channel_full_of_webhooks_is_told() -> None:
    async with scene() as here:
        here.stg.discord.faults.add(Fault(method="POST", path="/followers$", code=30007))
        reply = await here.admin.slash("follow-official", what="crewed", channel=here.channel)
        assert "as many webhooks as Discord allows" in reply.text


async def test_an_official_channel_that_is_none_any_more_is_told() -> None:
    async with scene(kind=ChannelType.TEXT) as here:
        reply = await here.admin.slash("follow-official", what="crewed", channel=here.channel)
        assert "cannot be followed at the moment" in reply.text


async def test_a_member_may_not() -> None:
    async with scene() as here:
        fan = here.stg.discord.add_user("fan")
        here.stg.discord.add_member(here.guild, fan)
        member = here.stg.discord.member(here.guild, fan, here.channel)
        with pytest.raises(CannotDo):
            await member.slash("follow-official", what="crewed", channel=here.channel)
