"""The commands in other languages: what Discord shows of their names, descriptions, options and choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.tongue import SOURCE, language_for, said, word

CONTEXTS: Mapping[Location, str] = {
    Location.command_name: "command",
    Location.group_name: "command",
    Location.parameter_name: "option",
    Location.choice_name: "choice",
}
"""What is a word of its own, and in which context it stands in a catalogue; descriptions are sentences."""

Offered = app_commands.Command[Any, ..., Any] | app_commands.Group


def translated(language: str, text: str, location: Location) -> str:
    """Say what Discord shows at one place of a command."""
    context = CONTEXTS.get(location)
    return word(language, text, context=context) if context else said(language, text)


def name_of(offered: Offered, language: str) -> str:
    """Give the whole name of a command as people type it in that language."""
    return " ".join(translated(language, part, Location.command_name) for part in offered.qualified_name.split())


def description_of(offered: Offered, language: str) -> str:
    """Say what a command does."""
    return translated(language, offered.description, Location.command_description)


class CommandTranslator(app_commands.Translator):
    """Answers discord.py, which asks for every text of a command in every language of Discord's."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        language = language_for(str(locale))
        return None if language == SOURCE else translated(language, string.message, context.location)
