"""Plain HTTP to the loopback Discord, without discord.py's manners."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.world import Channel, Guild

NOW = datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, span: timedelta) -> None:
        """Move on."""
        self.at += span


@dataclass(slots=True)
class Raw:
    """A loopback Discord with one guild and one channel, and a client that knows the token."""

    discord: DiscordSandbox
    guild: Guild
    channel: Channel
    clock: Clock
    session: aiohttp.ClientSession
    headers: dict[str, str]
    last: aiohttp.ClientResponse | None = None

    async def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
        """Status and decoded body of one request."""
        given: dict[str, Any] = {"headers": self.headers, "json": body, **kwargs}
        async with self.session.request(method, self.discord.api_url + path, **given) as answer:
            self.last = answer
            return answer.status, await answer.json() if await answer.read() else None

    @property
    def messages(self) -> str:
        """The path of the channel's messages."""
        return f"/channels/{self.channel.id}/messages"

    async def send(self, **body: Any) -> Any:
        """Post a message; it must work."""
        status, answer = await self("POST", self.messages, body)
        assert status == 200, answer
        return answer

    async def code(self, method: str, path: str, body: Any = None) -> int:
        """Discord's error code of a request that must fail."""
        status, answer = await self(method, path, body)
        assert status >= 400, answer
        return int(answer["code"])


@asynccontextmanager
async def raw(*, limits: bool = False) -> AsyncGenerator[Raw, None]:
    """A fresh one; rate limits only if asked for."""
    clock = Clock()
    async with DiscordSandbox(clock) as discord, aiohttp.ClientSession() as session:
        discord.limits.enabled = limits
        guild = discord.add_guild("Baikonur Watchers")
        channel = discord.add_channel(guild, "launches")
        yield Raw(discord, guild, channel, clock, session, {"Authorization": f"Bot {discord.token}"})


def paths(answer: Any) -> set[str]:
    """The dotted paths of the mistakes in an Invalid Form Body, each with the code of its first mistake."""
    found: set[str] = set()

    def look(node: dict[str, Any], at: str) -> None:
        for key, each in node.items():
            if key == "_errors":
                found.add(f"{at} {each[0]['code']}".strip())
            else:
                look(each, f"{at}.{key}".strip("."))

    look(answer["errors"], "")
    return found
