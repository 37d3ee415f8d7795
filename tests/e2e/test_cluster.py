"""Several processes on one PostgreSQL: one polls, all deliver, and killing the leader loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import psycopg
import pytest

from bot.model import ChannelId, GuildId, Target
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.world import Channel
from tests.e2e.test_kill import Bot, feed_of, launch, real_now, watched
from tests.postgres import Server

CHANNELS = 40
LEAD = timedelta(minutes=2)
STARTS = timedelta(seconds=40)
"""Time for both to come, for the leader to poll, to be killed, and for the other to take over."""


def told(channel: Channel) -> int:
    """How many reminders a channel got."""
    return sum(str(embed.get("title", "")).startswith("T-2m") for message in channel.messages.values() for embed in message.embeds)


async def until(ask: Callable[[], Awaitable[bool]], within_s: float) -> bool:
    """Ask again and again, as an operator would look; False when it never came."""
    for _ in range(int(within_s / 0.2)):
        if await ask():
            return True
        await asyncio.sleep(0.2)
    return False


@pytest.mark.postgres
@pytest.mark.timeout(240)
async def test_killing_the_leader_loses_nothing_and_doubles_nothing(postgres: Server) -> None:
    name = postgres.empty()
    url = postgres.url(name)
    try:
        async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
            discord.gateway.shards = 2
            owner = discord.add_user("admin")
            guilds = [discord.add_guild(f"Rockets {number}", owner=owner) for number in range(8)]
            channels = [discord.add_channel(guilds[number % 8], f"launches-{number}") for number in range(CHANNELS)]
            await watched(url, [Target(GuildId(one.guild or 0), ChannelId(one.id)) for one in channels])
            environ = os.environ | {
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "LAUNCH_LIBRARY_URL": feed,
                "DATABASE_URL": url,
                "TMINUS_FEEDS": "launch-library",
            }
            bots = {shard: Bot(environ | {"TMINUS_SHARDS": f"{shard}/2"}) for shard in range(2)}
            for bot in bots.values():
                await bot.start()

            async def known() -> bool:
                async with await psycopg.AsyncConnection.connect(url) as connection:
                    counted = await connection.execute("SELECT count(*) FROM outbox WHERE say = 'reminder'")
                    return bool((await counted.fetchone() or (0,))[0] >= CHANNELS)

            async def holder() -> str:
                async with await psycopg.AsyncConnection.connect(url) as connection:
                    row = await (await connection.execute("SELECT holder FROM leases")).fetchone()
                    return str(row[0]) if row else ""

            async def taken_over() -> bool:
                return await holder() != leads

            async def begun() -> bool:
                return sum(map(told, channels)) >= CHANNELS // 4

            async def done() -> bool:
                return all(map(told, channels))

            try:
                assert await until(known, 60)
                leads = await holder()
                assert await until(begun, 120)
                victim = next(bot for bot in bots.values() if bot.process and f"/{bot.process.pid}/" in leads)
                await victim.end(signal.SIGKILL)
                assert await until(taken_over, 30)
                await victim.start()
                assert await until(done, 60)
                await asyncio.sleep(1)
            finally:
                for bot in bots.values():
                    await bot.leave_nothing()
            assert Counter(map(told, channels)) == {1: CHANNELS}
            assert not discord.log.throttled
    finally:
        postgres.forget(name)
