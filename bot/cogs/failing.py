"""What a person is told when a command fails: a sentence with a way on, and a reference that is also in the log."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.cogs.replying import ALREADY_ANSWERED, TOO_LATE, Interaction, answer_apart, answer_later, answer_now, language_of, say
from bot.flow.ask import Unacceptable
from bot.ports import StoreDown
from bot.tongue import Phrase, phrase, said

log = logging.getLogger(__name__)

CHANGED = phrase("This command has changed. Restart Discord (Ctrl+R on a computer) and try it again.")
MEMORY = phrase("I cannot reach my memory at the moment, so nothing was changed. Try again in a minute.")
BUG = phrase("That went wrong on my side. Try again; if it stays, tell whoever runs me the reference `{reference}`.")
PERMISSIONS: dict[str, Phrase] = {"manage_guild": phrase("Manage Server")}
"""Permissions that commands need, as Discord's settings call them."""

BEGAN = "began"
"""Name of the moment, on the loop's clock, at which an interaction came in."""


class Tree(app_commands.CommandTree[Any]):
    """The slash commands, with one place where their errors end."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let everything through, with the moment when it came in."""
        interaction.extras[BEGAN] = asyncio.get_running_loop().time()
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await end(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)


async def end(interaction: Interaction, cause: Exception) -> None:
    """Tell the person what became of a command or a button that failed, and the log what the operator must know."""
    if isinstance(cause, discord.HTTPException) and cause.code in {TOO_LATE, ALREADY_ANSWERED}:
        log.warning("answer to %s came too late (%s)", _name(interaction), cause.code)
        return
    if interaction.client.is_closed():
        log.warning("leaving before %s was answered", _name(interaction))
        return
    language = language_of(interaction)
    sentence = expected(cause, language)
    if sentence is None:
        reference = secrets.token_hex(3)
        log.error("a command failed", extra={"reference": reference, "command": _name(interaction)}, exc_info=cause)
        sentence = BUG(language, reference=reference)
    if interaction.type is not discord.InteractionType.autocomplete:
        await _tell(interaction, sentence)


def expected(error: BaseException, language: str) -> str | None:
    """The sentence for an error that is no bug; None for a bug."""
    match error:
        case Unacceptable():
            return str(error)
        case StoreDown():
            return MEMORY(language)
        case app_commands.MissingPermissions():
            names = (PERMISSIONS[name](language) if name in PERMISSIONS else titled(name) for name in error.missing_permissions)
            return said(language, "That needs the permission {names}. Ask an admin of this server.", names=", ".join(names))
        case app_commands.NoPrivateMessage():
            return said(language, "That works in a server only.")
        case app_commands.TransformerError() | app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
            return CHANGED(language)
        case _:
            return None


def titled(permission: str) -> str:
    """A permission's name in words, for want of the one in Discord's settings."""
    return permission.replace("_", " ").title()


async def _tell(interaction: Interaction, sentence: str) -> None:
    """Say it whatever was answered before; when even that fails, there is nobody left to tell."""
    try:
        if interaction.response.is_done() and interaction.type is discord.InteractionType.component:
            await answer_apart(interaction, say(sentence))
        elif interaction.response.is_done():
            await answer_later(interaction, say(sentence))
        else:
            await answer_now(interaction, say(sentence), private=True)
    except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as lost:
        log.warning("could not answer %s: %s", _name(interaction), lost)


def _name(interaction: Interaction) -> str:
    if interaction.type is discord.InteractionType.component:
        return "a button"
    return f"/{interaction.command.qualified_name if interaction.command else '?'}"
