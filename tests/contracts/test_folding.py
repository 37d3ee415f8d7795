"""Servers that fold: the same to every reader as those of a discord.py that keeps everything, whatever happened meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import ConnectionState
from yarl import URL

from bot import folding
from bot.client import TMinusClient
from bot.folding import FoldedGuild, FoldingState
from bot.sandbox import render
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild, Overwrite
from tests.cogs.stage import Stage, stage

PATIENCE_S = 5


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


def furnished(stg: Stage, name: str = "Baikonur") -> Guild:
    """A server with a channel of each type, roles, and permissions that differ from channel to channel."""
    guild = stg.discord.add_guild(name)
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    area = stg.discord.add_channel(guild, "area", type=ChannelType.CATEGORY)
    stg.discord.add_channel(guild, "launches", parent=area, topic="where to watch")
    stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
    stg.discord.add_channel(guild, "talk", type=ChannelType.VOICE)
    stg.discord.add_channel(guild, "missions", type=ChannelType.FORUM, tags=("go", "hold"), needs_tag=True)
    closed = stg.discord.add_channel(guild, "closed")
    stg.discord.overwrite(closed, fans, allow=int(Permission.SEND_MESSAGES))
    stg.discord.overwrite(closed, stg.discord.bot, deny=int(Permission.VIEW_CHANNEL))
    guild.system_channel = next(iter(guild.channels))
    return guild


def named(guild: Guild, name: str) -> Channel:
    return next(channel for channel in guild.channels.values() if channel.name == name)


def portrait(guild: discord.Guild | None) -> dict[str, Any]:
    """All that this bot may read of a server's channels and roles."""
    assert guild is not None
    everybody: tuple[discord.Role | discord.Member, ...] = (*guild.roles, guild.me)
    return {
        "name": guild.name,
        "owner": guild.owner_id,
        "system": guild.system_channel,
        "texts": [channel.name for channel in guild.text_channels],
        "me": (guild.me.guild_permissions.value, guild.me.top_role.name, [role.name for role in guild.me.roles]),
        "roles": [
            (role.id, role.name, role.permissions.value, role.mentionable, role.managed, role.position) for role in guild.roles
        ],
        "channels": {
            channel.id: (
                type(channel),
                channel.name,
                channel.position,
                channel.category and channel.category.name,
                {who.id: over.pair() for who, over in channel.overwrites.items()},
                [channel.permissions_for(who).value for who in everybody],
                [(tag.id, tag.name) for tag in channel.available_tags] if isinstance(channel, discord.ForumChannel) else None,
            )
            for channel in guild.channels
        },
    }


@asynccontextmanager
async def plain(stg: Stage) -> AsyncGenerator[discord.Client]:
    """A discord.py that keeps everything, come anew."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = stg.discord.api_url, URL(stg.discord.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    async with client:
        await client.login(stg.discord.token)
        connected = asyncio.create_task(client.connect())
        await asyncio.wait_for(client.wait_until_ready(), PATIENCE_S)
        yield client
    await connected


def state_of(client: TMinusClient) -> FoldingState:
    state = client._connection
    assert isinstance(state, FoldingState)
    return state


def fold(client: TMinusClient) -> None:
    """Fold up whatever lies open."""
    state = state_of(client)
    while state.open:
        state.open.popitem()[1].fold()


async def heard(stg: Stage, client: discord.Client, guild: Guild) -> None:
    """Wait until everything that was told of a server so far has arrived."""
    async with asyncio.timeout(PATIENCE_S):
        coming = asyncio.create_task(client.wait_for("guild_role_create", check=lambda role: role.name == "last"))
        await asyncio.sleep(0)
        stg.discord.add_role(guild, "last")
        await coming


async def test_a_server_reads_as_it_does_in_a_discord_py_that_keeps_everything(stg: Stage) -> None:
    guild = furnished(stg)
    async with plain(stg) as client:
        expected = portrait(client.get_guild(guild.id))
    async with stg.bot() as client:
        assert portrait(client.get_guild(guild.id)) == expected
        fold(client)
        assert portrait(client.get_guild(guild.id)) == expected
    assert len(expected["channels"]) == 6


@pytest.mark.parametrize("read_before", [True, False])
async def test_whatever_changes_is_known_afterwards_folded_or_not(stg: Stage, *, read_before: bool) -> None:
    guild = furnished(stg)
    async with stg.bot() as client:
        if read_before:
            portrait(client.get_guild(guild.id))
        stg.discord.add_channel(
            guild,
            "new",
            type=ChannelType.FORUM,
            tags=("scrub",),
            overwrites=[Overwrite(id=guild.id, is_member=False, deny=1 << 10)],
        )
        stg.discord.remove_channel(named(guild, "news"))
        stg.discord.overwrite(named(guild, "launches"), stg.discord.bot, deny=int(Permission.EMBED_LINKS))
        stg.discord.remove_role(guild, next(role for role in guild.roles.values() if role.name == "fans"))
        stg.discord.add_role(guild, "crew", permissions=int(Permission.MANAGE_ROLES))
        stg.discord.set_permissions(guild, int(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES))
        guild.name = "Cosmodrome"
        stg.discord.tell("GUILD_UPDATE", render.guild(guild), guild.id)
        await heard(stg, client, guild)
        lived_through = portrait(client.get_guild(guild.id))
        fold(client)
        assert portrait(client.get_guild(guild.id)) == lived_through
    async with plain(stg) as fresh:
        assert portrait(fresh.get_guild(guild.id)) == lived_through


async def test_a_server_that_was_away_is_known_as_it_came_back(stg: Stage) -> None:
    guild = furnished(stg)
    async with stg.bot() as client:
        back = asyncio.create_task(client.wait_for("guild_available", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        stg.discord.set_available(guild, available=False)
        del guild.channels[named(guild, "news").id]
        stg.discord.set_available(guild, available=True)
        await back
        names = {channel.name for channel in client.guilds[0].channels}
    assert names == {"area", "launches", "talk", "missions", "closed"}


async def test_what_stood_before_a_change_is_told_though_nobody_had_read_it(stg: Stage) -> None:
    guild = furnished(stg)
    async with stg.bot() as client:
        changed = asyncio.create_task(client.wait_for("guild_channel_update", timeout=PATIENCE_S))
        gone = asyncio.create_task(client.wait_for("guild_channel_delete", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        named(guild, "launches").name = "liftoffs"
        stg.discord.tell("CHANNEL_UPDATE", render.channel(named(guild, "liftoffs")), guild.id)
        stg.discord.remove_channel(named(guild, "news"))
        before, after = await changed
        assert (before.name, after.name) == ("launches", "liftoffs")
        assert (await gone).name == "news"


async def test_few_servers_lie_open(stg: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_UNFOLDED", 2)
    held = [furnished(stg, name) for name in ("Baikonur", "Kourou", "Vostochny")]
    async with stg.bot() as client:
        for guild in (*held, held[0]):
            portrait(client.get_guild(guild.id))
        assert list(state_of(client).open) == [held[2].id, held[0].id]
        lie_open = [guild.name for guild in client.guilds if isinstance(guild, FoldedGuild) and guild._unfolded is not None]
        assert sorted(lie_open) == ["Baikonur", "Vostochny"]


async def test_no_server_is_unfolded_by_a_start(stg: Stage) -> None:
    for name in ("Baikonur", "Kourou"):
        furnished(stg, name)
    async with stg.bot() as client:
        assert not state_of(client).open
        assert [guild.name for guild in client.guilds] == ["Baikonur", "Kourou"]


def test_all_that_changes_channels_and_roles_in_discord_py_is_taken_in() -> None:
    """When this fails, discord.py has learned of another event, and bot/folding.py has to hear of it too."""
    changing = {"_add_channel", "_remove_channel", "_add_role", "_remove_role"}
    found = {"get_channel", "get_role", "_resolve_channel"}
    parsers = {name: set(one.__code__.co_names) for name, one in vars(ConnectionState).items() if name.startswith("parse_")}
    theirs = {name for name, used in parsers.items() if used & changing or (used & found and "_update" in used)}
    assert theirs == {name for name in vars(FoldingState) if name.startswith("parse_")}
