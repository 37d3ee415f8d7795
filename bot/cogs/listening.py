"""What Discord tells of servers, channels and roles that come and go, handed on to flow/keeping.py."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

import discord

from bot.flow.keeping import Keeping
from bot.model import ChannelId, GuildId, RoleId
from bot.ports import StoreDown

log = logging.getLogger(__name__)


class Listening:
    """Listens on a client. What is missed while the store is away is found out at the next start."""

    def __init__(self, client: discord.Client, keeping: Keeping) -> None:
        self._client = client
        self._keeping = keeping
        self._turn = asyncio.Lock()
        """What is found out at the start must not undo what is told meanwhile."""
        self._resting = False
        for listener in (
            self.on_ready,
            self.on_guild_join,
            self.on_guild_remove,
            self.on_guild_channel_delete,
            self.on_raw_thread_delete,
            self.on_guild_role_delete,
        ):
            client.event(listener)

    async def rest(self) -> None:
        """Begin nothing more, and let end what has begun: it must not meet a store that is closed."""
        self._resting = True
        async with self._turn:
            pass

    async def on_ready(self) -> None:
        servers = frozenset(GuildId(guild.id) for guild in self._client.guilds)
        await self._done(partial(self._keeping.compare, servers, self._roles))

    def _roles(self, ident: GuildId) -> Collection[RoleId] | None:
        """Give a server's roles. A server that Discord has trouble with is still ours, but nobody knows its roles."""
        guild = self._client.get_guild(ident)
        return None if guild is None or guild.unavailable else {RoleId(role.id) for role in guild.roles}

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._done(partial(self._keeping.joined, GuildId(guild.id)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._done(partial(self._keeping.left, GuildId(guild.id)))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._done(partial(self._keeping.channel_gone, GuildId(channel.guild.id), ChannelId(channel.id)))

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        await self._done(partial(self._keeping.channel_gone, GuildId(thread.guild_id), ChannelId(thread.thread_id)))

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        await self._done(partial(self._keeping.role_gone, GuildId(role.guild.id), RoleId(role.id), role.name))

    async def _done(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Let it happen after what was told before, or say that it waits."""
        async with self._turn:
            if self._resting:
                return
            try:
                await doing()
            except StoreDown as down:
                log.warning("what a server lost is seen to at the next start: the store is down: %s", down)
