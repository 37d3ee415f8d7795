"""Several processes of the bot on one PostgreSQL and one loopback Discord, and a ledger of what stands in the channels."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg

from bot.model import ChannelId, GuildId, Target
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.world import Channel
from tests.e2e.test_kill import Bot

LEAD = timedelta(minutes=2)


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


@dataclass
class Fleet:
    """The processes, by the shard that each holds."""

    discord: DiscordSandbox
    url: str
    feed: str
    count: int
    folder: Path | None = None
    """Holds configuration of its own."""
    urls: dict[int, str] = field(default_factory=dict[int, str])
    """How single processes reach the database, if not as all do."""
    channels: list[Channel] = field(default_factory=list[Channel])
    more: dict[str, str] = field(default_factory=dict[str, str])
    """What else stands in the environment of every process."""
    bots: dict[int, Bot] = field(default_factory=dict[int, Bot])

    def furnish(self, channels: int) -> list[Target]:
        """Make servers, some on every shard, with so many channels in all."""
        self.discord.gateway.shards = self.count
        owner = self.discord.add_user("admin")
        guilds = [self.discord.add_guild(f"Rockets {number}", owner=owner) for number in range(4 * self.count)]
        self.channels = [self.discord.add_channel(guilds[n % len(guilds)], f"launches-{n}") for n in range(channels)]
        return [Target(GuildId(one.guild or 0), ChannelId(one.id)) for one in self.channels]

    def bot(self, shard: int) -> Bot:
        """One process, not started."""
        environ = os.environ | {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "LAUNCH_LIBRARY_URL": self.feed,
            "DATABASE_URL": self.urls.get(shard, self.url),
            "TMINUS_FEEDS": "launch-library",
            "TMINUS_SHARDS": f"{shard}/{self.count}",
        }
        return Bot(environ | self.more | ({"TMINUS_CONFIG": str(self.folder)} if self.folder else {}))

    async def start(self) -> None:
        """Start them all at once."""
        self.bots = {shard: self.bot(shard) for shard in range(self.count)}
        await asyncio.gather(*(bot.start() for bot in self.bots.values()))

    async def leave_nothing(self) -> None:
        """End them for good."""
        for bot in self.bots.values():
            if bot.process is not None and bot.process.returncode is None:
                bot.process.send_signal(signal.SIGCONT)
            await bot.leave_nothing()

    async def ask(self, question: str) -> Sequence[tuple[object, ...]]:
        """Ask the database."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            return await (await connection.execute(question.encode())).fetchall()

    async def leads(self) -> int:
        """The shard of the process that leads; -1 while none does."""
        rows = await self.ask("SELECT holder FROM leases WHERE name = 'leader' AND until > clock_timestamp()")
        pids = {str(bot.process.pid): shard for shard, bot in self.bots.items() if bot.process is not None}
        return next((shard for pid, shard in pids.items() for row in rows if f"/{pid}/" in str(row[0])), -1)

    async def alive(self) -> int:
        """How many processes there are, as they count themselves."""
        ((count,),) = await self.ask("SELECT count(*) FROM processes WHERE seen > clock_timestamp() - interval '15 seconds'")
        return int(str(count))

    async def owed(self) -> int:
        """How many reminders are planned or told."""
        ((count,),) = await self.ask("SELECT count(*) FROM outbox WHERE say = 'reminder'")
        return int(str(count))

    def told(self) -> Counter[int]:
        """How many channels got how many."""
        return Counter(map(told, self.channels))

    def reached(self) -> int:
        """How many channels were told."""
        return self.told().total() - self.told()[0]
