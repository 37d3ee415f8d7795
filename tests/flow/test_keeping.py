"""What is kept of servers, whoever tells it, in whatever order, twice."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import pytest

from bot.flow.keeping import Keeping
from bot.model import ChannelId, GuildId, RoleId, Server, WatchId
from bot.ports import Store, Transaction
from tests.flow.stage import GUILD, NOON, Stage, channel, watch_of

FANS, OTHERS = RoleId(900), RoleId(901)


@pytest.fixture
def keeping(stage: Stage) -> Keeping:
    return Keeping(stage.store, stage.clock, stage.desk)


async def server(stage: Stage) -> Server | None:
    async with stage.store.transaction() as tx:
        return await tx.server(GUILD)


async def test_of_a_server_that_decided_nothing_nothing_is_kept(stage: Stage, keeping: Keeping) -> None:
    await keeping.left(GUILD)
    await keeping.joined(GUILD)
    await keeping.compare((), lambda _: None)
    assert await server(stage) is None


async def test_a_server_is_left_once_and_keeps_what_it_decided(stage: Stage, keeping: Keeping) -> None:
    async with stage.store.transaction() as tx:
        await tx.keep_server(Server(guild=GUILD, zone="Europe/Berlin"))
        await tx.pause(channel(7), "something else", NOON)
    await keeping.left(GUILD)
    assert await server(stage) == Server(guild=GUILD, zone="Europe/Berlin", left_at=NOON)
    await keeping.joined(GUILD)
    assert await server(stage) == Server(guild=GUILD, zone="Europe/Berlin")
    async with stage.store.transaction() as tx:
        assert list(await tx.paused(GUILD)) == [channel(7)]


async def test_the_ping_role_of_a_server_is_forgotten_with_the_role(stage: Stage, keeping: Keeping) -> None:
    async with stage.store.transaction() as tx:
        await tx.keep_server(Server(guild=GUILD, role=FANS, language="de"))
    await keeping.role_gone(GUILD, FANS)
    kept = await server(stage)
    assert kept is not None
    assert kept.role is None
    await keeping.channel_gone(GUILD, ChannelId(1))


async def test_roles_of_a_server_that_is_away_are_not_lost(stage: Stage, keeping: Keeping) -> None:
    async with stage.store.transaction() as tx:
        watch = await tx.add_watch(replace(watch_of(), roles=(FANS, OTHERS)))
        person = await tx.add_watch(replace(watch_of(replace(channel(), guild=GuildId(0))), id=WatchId(0)))
    await keeping.compare({GUILD}, {GUILD: None}.get)
    async with stage.store.transaction() as tx:
        assert await tx.watches() == (watch, person)
    await keeping.compare({GUILD}, {GUILD: {OTHERS}}.get)
    async with stage.store.transaction() as tx:
        assert [one.roles for one in await tx.watches(GUILD)] == [(OTHERS,)]


@dataclass(slots=True)
class Counted:
    """A store that counts what is asked of it."""

    store: Store
    begun: int = 0

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """See ports.Store."""
        self.begun += 1
        return self.store.transaction()


async def test_a_start_on_which_nothing_was_missed_reads_once_however_many_servers_there_are(stage: Stage) -> None:
    servers = {GuildId(number): {FANS} for number in range(1, 50)}
    async with stage.store.transaction() as tx:
        for guild in servers:
            await tx.keep_server(Server(guild=guild, role=FANS))
            await tx.add_watch(replace(watch_of(replace(channel(), guild=guild)), roles=(FANS,)))
    counted = Counted(stage.store)
    await Keeping(counted, stage.clock, stage.desk).compare(servers, servers.get)
    assert counted.begun == 1
