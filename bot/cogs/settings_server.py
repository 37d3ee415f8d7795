"""/settings timezone, language, show: what holds for all watches of a server."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from bot.cogs.governed import GovernedGroup, who
from bot.cogs.replying import Interaction, reply, say
from bot.cogs.suggesting import LONGEST, Choices
from bot.cogs.watch_options import LANGUAGE_CHOICES
from bot.cogs.zoning import suggest_zones, zone_of
from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Governing, Who
from bot.model import Post
from bot.ports import Clock
from bot.rules.describing import line
from bot.rules.text import plain
from bot.tongue import counted, native_name, said

SHOWN = 10


class SettingsCommands(GovernedGroup):
    """The commands about a server as a whole."""

    def __init__(self, asking: Asking, _: Clock) -> None:
        super().__init__("settings", "What holds for everything that this server is told")
        self._governing = Governing(asking)

    @app_commands.command(name="timezone", description="The zone of this server's quiet hours, digests and days")
    @app_commands.describe(zone="A city near you, for instance Europe/Berlin")
    async def timezone(self, interaction: Interaction, zone: app_commands.Range[str, 1, 100]) -> None:
        await reply(interaction, self._zoned(who(interaction), zone), private=True)

    async def _zoned(self, by: Who, text: str) -> Post:
        zone = zone_of(text)
        if zone is None:
            sentence = (
                "I know no time zone “{zone}”. Pick one from the list that opens while you type, for instance `Europe/Berlin`."
            )
            raise Unacceptable(said(by.language, sentence, zone=plain(text)))
        await self._governing.decide(by, "/settings timezone", lambda server: replace(server, zone=zone))
        sentence = "The time zone of this server is **{zone}**: quiet hours, digests and days follow it."
        return say(said(by.language, sentence, zone=zone))

    @timezone.autocomplete("zone")
    async def suggest(self, _: discord.Interaction, typed: str) -> Choices:
        """The zones that fit what is typed."""
        return [app_commands.Choice(name=zone, value=zone) for zone in suggest_zones(typed[:LONGEST])]

    @app_commands.command(name="language", description="The language of what is posted in this server")
    @app_commands.describe(language="Answers to a command come in the language of who asks")
    @app_commands.choices(language=LANGUAGE_CHOICES)
    async def language(self, interaction: Interaction, language: str) -> None:
        await reply(interaction, self._spoken(who(interaction), language), private=True)

    async def _spoken(self, by: Who, language: str) -> Post:
        await self._governing.decide(by, "/settings language", lambda server: replace(server, language=language))
        return say(said(by.language, "From now on I post in **{language}** in this server.", language=native_name(language)))

    @app_commands.command(name="show", description="Everything that this server decided")
    async def show(self, interaction: Interaction) -> None:
        await reply(interaction, self._shown(who(interaction)), private=True)

    async def _shown(self, by: Who) -> Post:
        settings = await self._governing.settings(by.guild)
        server, watches, language = settings.server, settings.watches, by.language
        role = f"<@&{server.role}>" if server.role else said(language, "none; `/role button` offers one")
        count = counted(language, "{count} watch", "{count} watches", len(watches)) if watches else said(language, "no watches yet")
        rest = len(watches) - SHOWN
        return Post(
            title=said(language, "Settings of this server"),
            lines=(
                said(language, "🕰️ Time zone: **{zone}**", zone=server.zone),
                said(language, "💬 Language of posts: **{language}**", language=native_name(server.language)),
                said(language, "🔔 Role that members give themselves: {role}", role=role),
                f"📡 {count}",
                *(line(watch, language) for watch in watches[:SHOWN]),
                *([said(language, "… the others: `/watch list`")] if rest > 0 else []),
            ),
            footer=said(language, "/export gives all of it as a file, /undo takes back the last change."),
        )
