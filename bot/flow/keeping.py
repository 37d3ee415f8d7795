"""What follows when a server loses something: settings are kept, targets rest, and admins hear of it once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass, replace
from datetime import datetime

from bot.flow.plan import Desk, catch_up
from bot.model import ChannelId, GuildId, RoleId, Server, Watch
from bot.ports import Clock, Store, Transaction
from bot.rules.losing import KEPT, at_channel, by_removal, lost_roles, no_channel, places, removed, rests, unpinged, without

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Keeps settings true to what there is. Each of these may be told twice, or late, and says the same."""

    store: Store
    clock: Clock
    desk: Desk
    mine: Callable[[GuildId], bool] = lambda _: True
    """Whether this process hears of a server: of the others it knows nothing."""

    async def left(self, guild: GuildId) -> None:
        """The bot was removed from a server: nothing is sent there, and its settings wait for it to come back."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            server, watches = await tx.server(guild), await tx.watches(guild)
            if (server is None and not watches) or (server and server.left_at):
                return
            server = server or Server(guild=guild)
            await tx.keep_server(replace(server, left_at=now))
            for target in places(watches):
                await tx.pause(target, removed(server.language), now)
        log.info("removed from a server; its settings are kept", extra={"guild": guild, "days": KEPT.days})

    async def joined(self, guild: GuildId) -> None:
        """The bot is in a server, perhaps again: what rested because it was not goes on."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            server = await tx.server(guild)
            if server is None or server.left_at is None:
                return
            await tx.keep_server(replace(server, left_at=None))
            back = [target for target, (why, _) in (await tx.paused(guild)).items() if by_removal(why)]
            for target in back:
                await tx.resume(target)
            await catch_up(tx, self.desk, back, now)
        self.desk.wake()

    async def channel_gone(self, guild: GuildId, channel: ChannelId) -> None:
        """A channel, thread or forum was deleted: what went there rests until an admin chooses another."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            language = language_of(await tx.server(guild))
            why = no_channel(channel, language)
            lost = [target for target in at_channel(await tx.watches(guild), channel) if await tx.pause(target, why, now)]
            await tx.owe([rests(target, why, now, language) for target in lost])
        if lost:
            self.desk.wake()

    async def role_gone(self, guild: GuildId, role: RoleId, name: str = "") -> None:
        """A role was deleted: what pinged it comes without a ping."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            told = await self.forget_role(tx, guild, role, now, name)
        if told:
            self.desk.wake()

    async def forget_role(self, tx: Transaction, guild: GuildId, role: RoleId, now: datetime, name: str = "") -> bool:
        """Take a role out of a server's settings; True when somebody has to hear of it."""
        server = await tx.server(guild)
        if server and server.role == role:
            await tx.keep_server(replace(server, role=None))
        changed = without(await tx.watches(guild), role)
        for watch in changed:
            await tx.replace_watch(watch)
        if changed:
            await catch_up(tx, self.desk, {watch.target for watch in changed}, now)
            await tx.owe([unpinged(guild, role, name, changed, now, language=language_of(server))])
        return bool(changed)

    async def compare(self, guilds: Container[GuildId], roles_of: Callable[[GuildId], Collection[RoleId] | None]) -> None:
        """Find out what happened while nobody listened: the servers the bot is in, and their roles; None where those are unknown.

        Only servers with settings are asked for their roles. Channels are left to the answer to the next post: that a thread is not
        known says nothing.
        """
        now = self.clock.now()
        async with self.store.transaction() as tx:
            servers = {server.guild: server for server in await tx.servers()}
            own: dict[GuildId, list[Watch]] = {}
            for watch in await tx.watches():
                if watch.target.guild:
                    own.setdefault(watch.target.guild, []).append(watch)
        for guild in filter(self.mine, sorted({*servers, *own})):
            await asyncio.sleep(0)  # looking through the roles of one takes a tenth of a millisecond
            server = servers.get(guild)
            if guild not in guilds:
                await self.left(guild)
                continue
            if server and server.left_at:
                await self.joined(guild)
            roles = roles_of(guild)
            for role in lost_roles(own.get(guild, ()), server, roles) if roles is not None else ():
                async with self.store.transaction() as tx:
                    await self.forget_role(tx, guild, role, now)
        self.desk.wake()


async def forget_servers(store: Store, now: datetime) -> None:
    """Forget the servers that removed the bot so long ago that it will not come back."""
    async with store.transaction() as tx:
        gone = await tx.servers(left_before=now - KEPT)
        for server in gone:
            for target in await tx.paused(server.guild):
                await tx.resume(target)
            await tx.forget_server(server.guild)
    if gone:
        log.info("forgot servers that removed the bot long ago", extra={"count": len(gone)})


def language_of(server: Server | None) -> str:
    """Give the language of a server's admins."""
    return server.language if server else "en"
