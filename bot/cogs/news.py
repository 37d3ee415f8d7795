"""/news: the newest articles and videos with the events that they are about, page by page."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import app_commands

from bot.cogs.failing import end
from bot.cogs.governed import guild_of
from bot.cogs.replying import Interaction, Screen, change, language_of, reply, say
from bot.cogs.schedule import Knowing, asked_by
from bot.flow.ask import Asking
from bot.flow.asking_news import AskingNews
from bot.model import GuildId
from bot.rules.reporting import page, pages
from bot.rules.text import plain
from bot.tongue import said

LONGEST_FILTER = 60
"""A button's id has room for 100 UTF-16 units, and carries the filter."""


async def screen(asking: Asking, number: int, text: str, guild: GuildId, language: str) -> Screen:
    """Make one page, with the way to the others."""
    items = await AskingNews(asking).news(text, guild)
    if not items:
        nothing = said(language, "No article of the last days fits “{text}”. Try fewer words, or `/news` alone.", text=plain(text))
        return Screen(say(nothing if text else said(language, "I have read no articles yet. Try again in some minutes.")))
    last = pages(items) - 1
    here = min(max(number, 0), last)
    title = said(language, "News")
    shown = page(items, here, f"{title}: {plain(text)}" if text else title, language)
    if not last:
        return Screen(shown)
    back, on = Turn("◀", here - 1, text), Turn("▶", here + 1, text)
    back.item.disabled, on.item.disabled = here == 0, here == last
    return Screen(shown, (back, on))


class Turn(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?s:news:(?P<page>-?\d{1,4}):(?P<text>.*))"):
    """A button that leads to a page. All it needs stands in its id."""

    def __init__(self, sign: str, number: int, text: str) -> None:
        self.wanted = number, text
        super().__init__(discord.ui.Button[Any](label=sign, custom_id=f"news:{number}:{text}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(getattr(item, "label", None) or "▶", int(match["page"]), match["text"][:LONGEST_FILTER])

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        shown = screen(knowing.asking, *self.wanted, guild_of(interaction), language_of(interaction))
        try:
            if asked_by(interaction):
                await change(interaction, shown)
            else:
                await reply(interaction, shown, private=True)
        except Exception as error:  # noqa: BLE001 -- a button ends here, as a command does in the tree
            await end(interaction, error)


def command(asking: Asking) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    @app_commands.describe(filter="Only what matches: a mission, a rocket, a person, a site …")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def news(
        interaction: discord.Interaction,
        filter: app_commands.Range[str, 1, LONGEST_FILTER] = "",  # noqa: A002 -- the option's name on Discord
    ) -> None:
        await reply(interaction, screen(asking, 0, filter, guild_of(interaction), language_of(interaction)))

    return app_commands.Command[Any, ..., None](
        name="news", description="The newest articles and videos, with the launches they are about", callback=news
    )
