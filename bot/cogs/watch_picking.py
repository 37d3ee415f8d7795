"""One of this server's watches, picked from a list or typed by its number or name."""

from __future__ import annotations

import discord

from bot.cogs.governed import guild_of
from bot.cogs.replying import Interaction
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.flow.ask import Asking, Unacceptable
from bot.model import GuildId, Watch
from bot.rules.text import plain
from bot.tongue import said

SUGGESTED = 25
"""Discord shows at most so many suggestions."""
LABEL = 100


def label(watch: Watch, guild: discord.Guild | None) -> str:
    """One line of a list to choose from."""
    place = guild.get_channel_or_thread(watch.target.channel) if guild else None
    text = f"{watch.id}. {watch.name}" + (f" in #{place.name}" if place else "")
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


async def picked(asking: Asking, guild: GuildId, text: str, language: str) -> Watch:
    """The watch that is meant. Raises: Unacceptable."""
    sought = text.strip().casefold()
    own = await asking.watches(guild)
    meant = [one for one in own if sought == str(one.id)] or [one for one in own if sought == one.name.casefold()]
    if len(meant) > 1:
        sentence = "{count} watches are called “{name}”. Give the number that `/watch list` shows."
        raise Unacceptable(said(language, sentence, count=len(meant), name=plain(text)))
    if not meant:
        raise Unacceptable(no_watch(text, language))
    return meant[0]


def no_watch(text: str, language: str) -> str:
    """Say that there is none of that name."""
    return said(language, "This server has no watch “{name}”. `/watch list` shows those it has.", name=plain(text))


async def suggest_watches(asking: Asking, interaction: Interaction, typed: str) -> Choices:
    """The watches of this server that fit what is typed; none for who may not change them."""
    if not interaction.permissions.manage_guild:
        return []

    async def fitting() -> list[tuple[str, str]]:
        sought = typed[:LONGEST].casefold()
        watches = await asking.watches(guild_of(interaction))
        found = [one for one in watches if sought in f"{one.id}. {one.name}".casefold()]
        return [(label(one, interaction.guild), str(one.id)) for one in found[:SUGGESTED]]

    return await suggested(fitting())
