"""A discord.py client of the bot's intents that does nothing: what bench/footprint.py holds the bot against."""

from __future__ import annotations

import sys

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


class Bare(discord.AutoShardedClient):
    """Logs in, keeps its cache, says when it is there."""

    async def setup_hook(self) -> None:
        """Find the gateway where the API says it is; discord.py dials its own address unless told."""
        self.shard_count, gateway, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)

    async def on_ready(self) -> None:
        """Say so."""
        print("ready", file=sys.stderr, flush=True)


if __name__ == "__main__":
    _, api_url, token = sys.argv
    Route.BASE = api_url
    Bare(intents=discord.Intents(guilds=True)).run(token, log_handler=None)
