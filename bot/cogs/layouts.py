"""Screens of Discord's newer components: text between menus, drawn anew in their place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.cogs.replying import UNHURRIED_S, Interaction, surely
from bot.rendering import clip, tidy

MOST_TEXT = 3600
"""Characters of one text: Discord takes 4,000 of a whole message, whose other texts are short."""
NONE = discord.AllowedMentions.none()


def text(said: str) -> discord.ui.TextDisplay[Any]:
    """A text that Discord takes, whatever is in it."""
    return discord.ui.TextDisplay(clip(tidy(said).strip() or "…", MOST_TEXT))


def menu_row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """A row of buttons, or of one menu."""
    row = discord.ui.ActionRow[Any]()
    for item in items:
        row.add_item(item)
    return row


async def answer(interaction: Interaction, asked: Awaitable[discord.ui.LayoutView]) -> None:
    """Answer a command with a screen that only this person sees; show that it takes a moment when it does."""
    await _in_time(
        interaction,
        asked,
        later=lambda: interaction.response.defer(ephemeral=True, thinking=True),
        now=lambda view: interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NONE),
    )


async def show(interaction: Interaction, asked: Awaitable[discord.ui.LayoutView]) -> None:
    """Put another screen into the message whose button was pressed."""
    await _in_time(
        interaction,
        asked,
        later=interaction.response.defer,
        now=lambda view: interaction.response.edit_message(view=view, allowed_mentions=NONE),
    )


async def _in_time(
    interaction: Interaction,
    asked: Awaitable[discord.ui.LayoutView],
    *,
    later: Callable[[], Awaitable[object]],
    now: Callable[[discord.ui.LayoutView], Awaitable[object]],
) -> None:
    """Give the screen within Discord's three seconds, or say that it comes and fill it in then."""
    work = asyncio.ensure_future(asked)
    try:
        done, _ = await asyncio.wait({work}, timeout=UNHURRIED_S)
        if not done:
            await surely(later)
        view = await work
        view.stop()  # its items are dynamic: discord.py need not remember the view
        if done:
            await surely(lambda: now(view))
        else:
            await surely(lambda: interaction.edit_original_response(view=view, allowed_mentions=NONE))
    finally:
        work.cancel()
