"""/privacy: what is stored about a person, and its end."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import app_commands

from bot.cogs.replying import Interaction, Screen, change, reply, say
from bot.cogs.wishing import asker_of, ending, personal
from bot.flow.ask import Asking
from bot.flow.personal import Asker, Personal
from bot.rules.wishes import stored
from bot.tongue import said


async def screen(answers: Personal, asker: Asker) -> Screen:
    """Show what is stored, and what deletes it when there is anything."""
    held = await answers.held(asker.user)
    post = stored(held.member, held.watches, held.deliveries, held.made, asker.language)
    anything = held.member or held.watches or held.deliveries
    return Screen(post, (Forget(said(asker.language, "Delete all of it")),) if anything else ())


async def forgotten(answers: Personal, asker: Asker) -> Screen:
    """Delete it."""
    await answers.forget(asker.user)
    return Screen(say(said(asker.language, "Deleted: your settings, your reminders, and what I sent you is forgotten.")))


class Forget(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"privacy:forget"):
    """Deletes all that is stored about who presses."""

    def __init__(self, label: str) -> None:
        super().__init__(discord.ui.Button[Any](style=discord.ButtonStyle.danger, label=label, custom_id="privacy:forget"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ARG003 -- the base class's signature
        return cls(getattr(item, "label", None) or "…")

    async def callback(self, interaction: Interaction) -> None:
        answers, _ = personal(interaction)
        await ending(interaction, change(interaction, forgotten(answers, asker_of(interaction))))


def command(asking: Asking) -> app_commands.Command[Any, ..., None]:
    """Make the command."""
    answers = Personal(asking)

    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(interaction: discord.Interaction) -> None:
        await reply(interaction, screen(answers, asker_of(interaction)), private=True)

    return app_commands.Command[Any, ..., None](
        name="privacy", description="What I store about you, and how to delete it", callback=privacy
    )
