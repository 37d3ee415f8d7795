"""/reminders: what a person asked to be reminded of, when new reminders come, and in which time zone days are theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.cogs.replying import Screen, reply
from bot.cogs.suggesting import LONGEST, Choices
from bot.cogs.wishing import asker_of, everything
from bot.cogs.zoning import suggest_zones, zone_of
from bot.flow.ask import Asking, Unacceptable
from bot.flow.personal import Asker, Personal
from bot.model import Member
from bot.rules.asking import LONGEST_TEXT, Wrong, parse_leads
from bot.tongue import said


def command(asking: Asking) -> app_commands.Command[Any, ..., None]:
    """Make the command."""
    answers = Personal(asking)

    async def answer(asker: Asker, leads: str, timezone: str) -> Screen:
        changes = {**read_leads(leads, asker.language), **read_zone(timezone, asker.language)}

        def changed(member: Member) -> Member:
            return replace(member, **changes)

        if changes:
            await answers.decide(asker.user, changed)
        return await everything(answers, asker.user, asker.language)

    async def zones(_: discord.Interaction, typed: str) -> Choices:
        return [app_commands.Choice(name=zone, value=zone) for zone in suggest_zones(typed[:LONGEST])]

    @app_commands.describe(
        leads="When new reminders come, for instance: 24h 1h 10m", timezone="Where your days begin, for instance Europe/Berlin"
    )
    @app_commands.autocomplete(timezone=zones)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def reminders(
        interaction: discord.Interaction,
        leads: app_commands.Range[str, 1, LONGEST_TEXT] = "",
        timezone: app_commands.Range[str, 1, LONGEST] = "",
    ) -> None:
        await reply(interaction, answer(asker_of(interaction), leads, timezone), private=True)

    return app_commands.Command[Any, ..., None](
        name="reminders", description="Your own reminders: see, change or stop them, or set when they come", callback=reminders
    )


def read_leads(text: str, language: str) -> dict[str, Any]:
    """The leads that are meant, if any are. Raises: Unacceptable."""
    if not text:
        return {}
    leads = parse_leads(text, language=language)
    if isinstance(leads, Wrong):
        raise Unacceptable(leads.sentence)
    if not leads:
        raise Unacceptable(said(language, "A reminder without a time never comes. Write for instance `24h 1h 10m`."))
    return {"leads": leads}


def read_zone(text: str, language: str) -> dict[str, Any]:
    """The zone that is meant, if any is. Raises: Unacceptable."""
    if not text:
        return {}
    zone = zone_of(text)
    if zone is None:
        raise Unacceptable(said(language, "I know no such time zone. Pick one from the list that opens while you type a city."))
    return {"zone": zone}
