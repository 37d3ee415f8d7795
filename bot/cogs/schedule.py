"""/schedule: what happens on the next days, page by page; the pages turn after a restart too."""

from __future__ import annotations

import re
from typing import Any, Protocol, Self

import discord
from discord import app_commands

from bot.cogs.failing import end
from bot.cogs.replying import Interaction, Screen, change, language_of, reply, say
from bot.flow.ask import Asking
from bot.flow.personal import Personal
from bot.model import GuildId, UserId
from bot.ports import Clock
from bot.rules.agenda import page, pages
from bot.rules.text import plain
from bot.tongue import counted, said

DAYS = 7
MOST_DAYS = 30
LONGEST_FILTER = 40
"""A button's id has room for 100 UTF-16 units, and carries the filter."""


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking
    clock: Clock


async def screen(interaction: Interaction, asking: Asking, clock: Clock, number: int, *, days: int, text: str) -> Screen:
    """Make one page for who asks, with the way to the others."""
    language = language_of(interaction)
    asking = asking.seen_from(interaction.guild_id)
    zone = await Personal(asking).zone(UserId(interaction.user.id), GuildId(interaction.guild_id or 0))
    tracks = await asking.schedule(days, text)
    if not tracks:
        if await asking.age() is None:
            return Screen(say(said(language, "I have not heard from a launch feed yet. Try again in a minute.")))
        return Screen(say(f"{nothing(days, text, language)} {said(language, 'Ask for more days, or see `/next`.')}"))
    last = pages(tracks) - 1
    here = min(max(number, 0), last)
    several = counted(language, "The next {count} day", "The next {count} days", days)
    title = several if days > 1 else said(language, "The next 24 hours")
    shown = page(tracks, clock.now(), here, f"{title}: {plain(text)}" if text else title, language=language, zone=zone)
    if not last:
        return Screen(shown)
    back, on = Turn("◀", here - 1, days, text), Turn("▶", here + 1, days, text)
    back.item.disabled, on.item.disabled = here == 0, here == last
    return Screen(shown, (back, on))


def nothing(days: int, text: str, language: str) -> str:
    """Say that nothing happens so soon."""
    fits = plain(text)
    if days == 1:
        everything = said(language, "Nothing has a date within 24 hours.")
        return said(language, "Nothing that fits “{text}” has a date within 24 hours.", text=fits) if text else everything
    if not text:
        return counted(language, "Nothing has a date within {count} day.", "Nothing has a date within {count} days.", days)
    return counted(
        language,
        "Nothing that fits “{text}” has a date within {count} day.",
        "Nothing that fits “{text}” has a date within {count} days.",
        days,
        text=fits,
    )


class Turn(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?s:schedule:(?P<page>-?\d{1,4}):(?P<days>\d{1,2}):(?P<text>.*))"
):
    """A button that leads to a page. All it needs stands in its id."""

    def __init__(self, sign: str, number: int, days: int, text: str) -> None:
        self.number, self.days, self.text = number, days, text
        super().__init__(discord.ui.Button[Any](label=sign, custom_id=f"schedule:{number}:{days}:{text}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        label = getattr(item, "label", None) or "▶"
        return cls(label, int(match["page"]), min(max(int(match["days"]), 1), MOST_DAYS), match["text"][:LONGEST_FILTER])

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        shown = screen(interaction, knowing.asking, knowing.clock, self.number, days=self.days, text=self.text)
        try:
            if asked_by(interaction):
                await change(interaction, shown)
            else:
                await reply(interaction, shown, private=True)
        except Exception as error:  # noqa: BLE001 -- a button ends here, as a command does in the tree
            await end(interaction, error)


def asked_by(interaction: Interaction) -> bool:
    """Whether who presses is who asked: others get their own page, and do not turn somebody else's."""
    asked = interaction.message.interaction_metadata if interaction.message else None
    return asked is None or asked.user.id == interaction.user.id


def command(asking: Asking, clock: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    @app_commands.describe(
        days=f"How many days, {DAYS} if you leave it out", filter="Only what matches: a mission, rocket, place …"
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def schedule(
        interaction: discord.Interaction,
        days: app_commands.Range[int, 1, MOST_DAYS] = DAYS,
        filter: app_commands.Range[str, 1, LONGEST_FILTER] = "",  # noqa: A002 -- the option's name on Discord
    ) -> None:
        await reply(interaction, screen(interaction, asking, clock, 0, days=days, text=filter))

    return app_commands.Command[Any, ..., None](
        name="schedule", description="What happens on the next days, by day", callback=schedule
    )
