"""/follow-official: let a channel follow one of the operator's own announcement channels: one post then reaches all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import discord
from discord import app_commands

from bot.cogs.governed import governed, here
from bot.cogs.replying import Interaction, language_of, reply, say
from bot.flow.ask import Unacceptable
from bot.model import Post
from bot.rules.text import plain
from bot.tongue import said

MOST_WEBHOOKS: Final = 30007
FORBIDDEN: Final = frozenset({50001, 50013})
"""Missing Access, Missing Permissions."""
UNKNOWN_CHANNEL: Final = 10003
NOT_NEWS: Final = 50024
SUGGESTED = 25


def command(official: Mapping[str, int]) -> app_commands.Command[Any, ..., None]:
    """Make the command. `official` has the id of an announcement channel for each preset."""

    async def followed(interaction: Interaction, what: str, channel: discord.TextChannel) -> Post:
        language = language_of(interaction)
        place = here(interaction).get_channel(channel.id)
        if not isinstance(place, discord.TextChannel) or place.is_news():
            raise Unacceptable(said(language, "Only a text channel of this server can follow another. Pick one."))
        if what not in official:
            known = ", ".join(f"`{name}`" for name in official)
            raise Unacceptable(
                said(language, "There is no official channel “{what}”. There are: {known}.", what=plain(what, 40), known=known)
            )
        if not place.permissions_for(place.guild.me).manage_webhooks:
            sentence = "To let {place} follow, I need **Manage Webhooks** there. Allow it in its permissions, then run this again."
            raise Unacceptable(said(language, sentence, place=place.mention))
        try:
            source = await interaction.client.fetch_channel(official[what])
            if not isinstance(source, discord.TextChannel) or not source.is_news():
                raise Unacceptable(_broken(language, what))
            await source.follow(destination=place, reason="/follow-official")
        except discord.HTTPException as answer:
            raise Unacceptable(_refused(language, answer, place, what)) from answer
        sentence = "{place} follows **{what}**: what is announced there comes here too. To end it, remove its webhook."
        return say(said(language, sentence, place=place.mention, what=plain(what, 40)))

    @app_commands.describe(what="Which of them", channel="The text channel in which the announcements shall appear")
    @app_commands.choices(what=[app_commands.Choice(name=name, value=name) for name in list(official)[:SUGGESTED]])
    async def follow_official(interaction: discord.Interaction, what: str, channel: discord.TextChannel) -> None:
        await reply(interaction, followed(interaction, what, channel), private=True)

    return governed(
        app_commands.Command[Any, ..., None](
            name="follow-official",
            description="Let a channel follow my own announcements, without any watch",
            callback=follow_official,
        )
    )


def _refused(language: str, answer: discord.HTTPException, place: discord.TextChannel, what: str) -> str:
    """Say what Discord would not do, and the way on."""
    if answer.code == MOST_WEBHOOKS:
        sentence = "{place} has as many webhooks as Discord allows. Remove one in the channel's settings, then run this again."
        return said(language, sentence, place=place.mention)
    if answer.code in {*FORBIDDEN, UNKNOWN_CHANNEL, NOT_NEWS}:
        return _broken(language, what)
    return said(language, "Discord did not answer as it should. Try again in a minute.")


def _broken(language: str, what: str) -> str:
    sentence = (
        "The official channel **{what}** cannot be followed at the moment. Tell whoever runs me; `/watch add` works meanwhile."
    )
    return said(language, sentence, what=plain(what, 40))
