"""/watch list: what this server is told, and where, page by page."""

from __future__ import annotations

import re
from typing import Any, Protocol, Self

import discord
from discord import app_commands

from bot.cogs.governed import may_press, who
from bot.cogs.replying import Interaction, Screen, change, reply, say
from bot.cogs.wishing import ending
from bot.flow.ask import Asking
from bot.flow.governing import Who
from bot.model import Post
from bot.rules.describing import line
from bot.rules.text import stamp
from bot.tongue import said

ON_A_PAGE = 8
"""Watches on one page: some 150 characters each, read on a phone."""
TROUBLES = 5


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking


async def screen(asking: Asking, by: Who, number: int) -> Screen:
    """Make one page, with the way to the others."""
    watches, paused = await asking.watches(by.guild), await asking.paused(by.guild)
    if not watches:
        sentence = "This server watches nothing yet. Begin with `/setup`, or with `/watch add what: Soyuz`."
        return Screen(say(said(by.language, sentence)))
    last = (len(watches) - 1) // ON_A_PAGE
    here = min(max(number, 0), last)
    shown = watches[here * ON_A_PAGE : (here + 1) * ON_A_PAGE]
    sentence = "⏸️ <#{channel}> is paused since {since}: {why}. Then `/watch resume`."
    troubles = [
        said(by.language, sentence, channel=target.channel, since=stamp(since, "R"), why=why)
        for target, (why, since) in list(paused.items())[:TROUBLES]
    ]
    title = said(by.language, "What this server watches")
    post = Post(title=title, lines=(*troubles, *(line(watch, by.language) for watch in shown)))
    if not last:
        return Screen(post)
    back, on = Turn("◀", here - 1), Turn("▶", here + 1)
    back.item.disabled, on.item.disabled = here == 0, here == last
    return Screen(post, (back, on))


class Turn(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"watches:(?P<page>-?\d{1,4})"):
    """A button that leads to a page."""

    def __init__(self, sign: str, number: int) -> None:
        self.number = number
        super().__init__(discord.ui.Button[Any](label=sign, custom_id=f"watches:{number}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(getattr(item, "label", None) or "▶", int(match["page"]))

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        await ending(interaction, change(interaction, self.turned(knowing.asking, interaction)))

    async def turned(self, asking: Asking, interaction: Interaction) -> Screen:
        """Make the page that was asked for. Raises: MissingPermissions."""
        may_press(interaction)
        return await screen(asking, who(interaction), self.number)


def command(asking: Asking) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def list_(interaction: discord.Interaction) -> None:
        await reply(interaction, screen(asking, who(interaction), 0), private=True)

    return app_commands.Command[Any, ..., None](name="list", description="What this server is told, and where", callback=list_)
