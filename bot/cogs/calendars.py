"""/calendar: addresses that a calendar program subscribes to, for a person's reminders and for the watches of a server."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import language_of, reply
from bot.flow.ask import Asking, Unacceptable
from bot.flow.calendars import Calendars
from bot.model import GuildId, Link, Post, UserId
from bot.ports import Clock
from bot.rules.text import plain
from bot.tongue import said

SHOWN = 15
"""Watches of one answer: with long names and addresses they still fit."""
MINE = "mine"


def command(asking: Asking, clock: Clock, public_url: str) -> app_commands.Command[Any, ..., None]:
    """Make the command. `public_url` is where the pages are reached from outside."""
    calendars = Calendars(asking.store, clock, asking.desk.names, asking.shelf)

    async def answer(user: UserId, guild: GuildId, renew: str, language: str) -> Post:
        if renew == MINE:
            await calendars.renew_person(user)
        elif renew:
            await renewed(guild, language)
        mine = public_url + await calendars.address_of_person(user)
        watches = (await asking.watches(guild))[:SHOWN] if guild else ()
        theirs = [f"**{plain(one.name, 80)}**\n{public_url}{await calendars.address_of_watch(one)}" for one in watches]
        gone = said(language, "The addresses from before show nothing any more: subscribe to the new ones.") if renew else ""
        lines = (
            gone,
            said(language, "Subscribe to an address in your calendar; it moves with every slip."),
            f"**{said(language, 'Your reminders')}**\n{mine}",
            f"**{said(language, 'Everything')}**\n{public_url}/all.ics",
            *theirs,
            said(language, "-# Whoever has an address of yours can read it: keep it to yourself."),
        )
        return Post(
            title=said(language, "Calendars"),
            lines=tuple(filter(None, lines)),
            buttons=(Link(said(language, "Schedule"), f"{public_url}/"),),
        )

    async def renewed(guild: GuildId, language: str) -> None:
        if not guild:
            raise Unacceptable(said(language, "That takes the permission Manage Server, in the server whose watches they are."))
        await calendars.renew_server(guild)

    @app_commands.describe(renew="Make addresses anew that strangers have seen; the old ones show nothing any more")
    @app_commands.choices(
        renew=[
            app_commands.Choice(name="of my reminders", value=MINE),
            app_commands.Choice(name="of the server's watches", value="server"),
        ]
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def calendar(interaction: discord.Interaction, renew: str = "") -> None:
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        guild = GuildId(interaction.guild_id or 0) if manages else GuildId(0)
        await reply(interaction, answer(UserId(interaction.user.id), guild, renew, language_of(interaction)), private=True)

    return app_commands.Command[Any, ..., None](
        name="calendar", description="Launches in your calendar: addresses to subscribe to", callback=calendar
    )
