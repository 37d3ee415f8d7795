"""How a command answers: within Discord's three seconds, once, and without a ping."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import discord

from bot.model import Post
from bot.rendering import Message, render
from bot.tongue import language_for

log = logging.getLogger(__name__)

UNHURRIED_S = 1.0
"""How long asking may take before the person sees that it is being looked up. Discord gives up after 3 s."""
REPLY_S = 5.0
"""Patience with one reply: what is not there by then came too late."""

ALREADY_ANSWERED = 40060
"""The person was answered, by a try of ours that looked lost."""
TOO_LATE = 10062
"""Discord has closed the interaction."""

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Screen:
    """A post with buttons that answer."""

    post: Post
    controls: tuple[discord.ui.Item[Any], ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    """Name and content of what comes along."""

    def attached(self) -> list[discord.File]:
        """The files, anew for each try: sending reads them to their end."""
        return [discord.File(BytesIO(content), name) for name, content in self.files]


def view_of(screen: Screen, message: Message) -> discord.ui.View | None:
    """All buttons of a screen, None without any. Those that answer are DynamicItems: discord.py need not remember the view."""
    view = message.view() or (discord.ui.View(timeout=None) if screen.controls else None)
    if view is not None:
        for control in screen.controls:
            view.add_item(control)
        view.stop()
    return view


def language_of(interaction: Interaction) -> str:
    """The language of who asked: others read the answer too, but it is theirs."""
    return language_for(str(interaction.locale))


def say(text: str) -> Post:
    """A plain sentence as a post."""
    return Post(title="", lead_in=text)


async def reply(interaction: Interaction, answer: Awaitable[Post | Screen], *, private: bool = False) -> None:
    """Answer with what is being asked for; show that it takes a moment when it does. `private`: only this person sees it."""
    work = asyncio.ensure_future(answer)
    try:
        done, _ = await asyncio.wait({work}, timeout=UNHURRIED_S)
        if done:
            await answer_now(interaction, work.result(), private=private)
        else:
            await surely(lambda: interaction.response.defer(ephemeral=private, thinking=True))
            await answer_later(interaction, await work)
    finally:
        work.cancel()


async def change(interaction: Interaction, answer: Awaitable[Screen]) -> None:
    """Put another screen into the message whose button was pressed."""
    work = asyncio.ensure_future(answer)
    try:
        done, _ = await asyncio.wait({work}, timeout=UNHURRIED_S)
        if not done:
            await surely(interaction.response.defer)
            await answer_later(interaction, await work)
            return
        screen = work.result()
        message = render(screen.post)
        await surely(
            lambda: interaction.response.edit_message(
                content=message.content or None, embed=message.embed, view=view_of(screen, message)
            )
        )
    finally:
        work.cancel()


async def answer_now(interaction: Interaction, answer: Post | Screen, *, private: bool) -> None:
    """Answer an interaction that was not answered yet."""
    screen = answer if isinstance(answer, Screen) else Screen(answer)
    message = render(screen.post)
    await surely(
        lambda: interaction.response.send_message(
            message.content or None,
            embed=message.embed or discord.utils.MISSING,
            view=view_of(screen, message) or discord.utils.MISSING,
            files=screen.attached() or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions.none(),
            ephemeral=private,
        )
    )


async def answer_later(interaction: Interaction, answer: Post | Screen) -> None:
    """Fill in the answer of a deferred interaction. An edit: done twice, it is there once."""
    screen = answer if isinstance(answer, Screen) else Screen(answer)
    message = render(screen.post)
    await surely(
        lambda: interaction.edit_original_response(
            content=message.content or None,
            embed=message.embed,
            view=view_of(screen, message),
            attachments=screen.attached() or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    )


async def answer_apart(interaction: Interaction, post: Post) -> None:
    """Say it to this person alone, beside a message that stays as it is."""
    message = render(post)
    await interaction.followup.send(
        message.content or "…",
        embed=message.embed or discord.utils.MISSING,
        allowed_mentions=discord.AllowedMentions.none(),
        ephemeral=True,
    )


async def surely(call: Callable[[], Awaitable[object]]) -> None:
    """Make one call to Discord, twice if it was cut: Discord keeps the first answer to an interaction and refuses another."""
    for last in (False, True):
        try:
            async with asyncio.timeout(REPLY_S):
                await call()
        except discord.HTTPException as answer:
            if answer.code != ALREADY_ANSWERED:
                raise
            return
        except (aiohttp.ClientError, TimeoutError, OSError):
            if last:
                raise
        else:
            return
