"""The screens of a person's reminders, and their menus and buttons; all of them answer after a restart too."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Protocol, Self

import discord

from bot.cogs.failing import end
from bot.cogs.replying import Interaction, Screen, change, language_of, reply, say
from bot.flow.ask import Asking, Unacceptable
from bot.flow.personal import Asker, Personal, Reminding
from bot.model import ChannelId, GuildId, Target, UserId, WatchId
from bot.ports import Clock
from bot.rules.asking import LONGEST_LEAD, LONGEST_TEXT, SHORTEST_LEAD, Wrong, parse_leads
from bot.rules.countdown import lead_text
from bot.rules.personal import MOST, NOBODY, wish_text
from bot.rules.wishes import all_wishes, before_text, choices, one_wish
from bot.tongue import said

OWN = "own"
"""The choice in the menu of times that asks for others."""
LABEL = 100
"""Discord's limit for an option of a menu."""


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking
    clock: Clock


def personal(interaction: Interaction) -> tuple[Personal, Clock]:
    """What answers a button."""
    knowing: Knowing = interaction.client
    return Personal(knowing.asking), knowing.clock


def asker_of(interaction: Interaction) -> Asker:
    """Who asks, and where that person can be mentioned: nowhere in direct messages, nor where the bot is no member."""
    member = interaction.guild_id is not None and interaction.is_guild_integration() and interaction.channel_id is not None
    guild = GuildId(interaction.guild_id or 0) if member else NOBODY
    home = Target(guild, ChannelId(interaction.channel_id or 0)) if member else None
    return Asker(user=UserId(interaction.user.id), language=language_of(interaction), guild=guild, home=home)


def shortened(text: str) -> str:
    """A label that Discord takes."""
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


async def ending(interaction: Interaction, work: Awaitable[None]) -> None:
    """Let a button end as a command does: whatever it was, the person hears of it."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 -- a button ends here, as a command does in the tree
        await end(interaction, error)


# --- screens ------------------------------------------------------------------------------------------------------


def one(kept: Reminding, clock: Clock, language: str) -> Screen:
    """Show one reminder, with what changes it."""
    post = one_wish(kept.watch, kept.track, kept.ahead, clock.now(), fresh=kept.fresh, language=language)
    offered = [
        discord.SelectOption(
            label=before_text(lead, language), value=str(int(lead.total_seconds())), default=lead in kept.watch.leads
        )
        for lead in choices(kept.watch)
    ]
    other = discord.SelectOption(label=said(language, "Other times …"), value=OWN)
    menu = Leads(kept.watch.id, [*offered, other], said(language, "When to remind you"))
    stop = Stop(kept.watch.id, said(language, "Stop"))
    return Screen(post, (menu, stop, Everything(said(language, "All my reminders"))))


async def everything(answers: Personal, user: UserId, language: str) -> Screen:
    """Show all that a person asked for, with a menu that leads to each."""
    member, kept = await answers.listed(user)
    post = all_wishes([(one.watch, one.track) for one in kept], member, language)
    if not kept:
        return Screen(post)
    offered = [
        discord.SelectOption(
            label=shortened(one.watch.name or str(one.watch.id)),
            value=str(one.watch.id),
            description=shortened(", ".join(f"T-{lead_text(lead)}" for lead in one.watch.leads)) or None,
        )
        for one in kept[:MOST]
    ]
    return Screen(post, (Pick(offered, said(language, "Change or stop one")),))


# --- what can be pressed ------------------------------------------------------------------------------------------


class Leads(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"leads:(?P<watch>\d{1,19})"):
    """The menu of times of one reminder."""

    def __init__(self, watch: WatchId, options: list[discord.SelectOption], placeholder: str = "") -> None:
        self.watch = watch
        super().__init__(
            discord.ui.Select[Any](
                custom_id=f"leads:{watch}",
                options=options,
                placeholder=placeholder or None,
                min_values=1,
                max_values=len(options),
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(WatchId(int(match["watch"])), list(getattr(item, "options", [])))

    async def callback(self, interaction: Interaction) -> None:
        await ending(interaction, self._chosen(interaction))

    async def _chosen(self, interaction: Interaction) -> None:
        answers, clock = personal(interaction)
        asker = asker_of(interaction)
        if OWN in self.item.values:
            kept = await answers.one(asker, self.watch)
            own = " ".join(map(lead_text, kept.watch.leads))
            await interaction.response.send_modal(OwnTimes(self.watch, own, asker.language))
            return
        leads = {timedelta(seconds=int(value)) for value in self.item.values if value.isdecimal()}
        good = tuple(sorted((lead for lead in leads if SHORTEST_LEAD <= lead <= LONGEST_LEAD), reverse=True))
        await change(interaction, _set(answers, clock, asker, self.watch, good))


async def _set(answers: Personal, clock: Clock, asker: Asker, watch: WatchId, leads: tuple[timedelta, ...]) -> Screen:
    if not leads:
        raise Unacceptable(said(asker.language, "Choose at least one time, or press **Stop**."))
    return one(await answers.set_leads(asker, watch, leads), clock, asker.language)


class OwnTimes(discord.ui.Modal):
    """Asks for other times than the menu has."""

    def __init__(self, watch: WatchId, present: str, language: str) -> None:
        super().__init__(title=said(language, "When to remind you"))
        self.watch = watch
        self.times = discord.ui.TextInput[Any](default=present, placeholder="7d 24h 1h 10m", max_length=LONGEST_TEXT)
        self.add_item(discord.ui.Label(text=said(language, "Times before T-0"), component=self.times))

    async def on_submit(self, interaction: Interaction, /) -> None:
        await ending(interaction, self._written(interaction))

    async def _written(self, interaction: Interaction) -> None:
        answers, clock = personal(interaction)
        asker = asker_of(interaction)
        leads = parse_leads(self.times.value, language=asker.language)
        if isinstance(leads, Wrong):
            raise Unacceptable(leads.sentence)
        await change(interaction, _set(answers, clock, asker, self.watch, leads))


class Stop(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"stop:(?P<watch>\d{1,19})"):
    """Ends a reminder in one click, under the reminder itself or on its screen."""

    def __init__(self, watch: WatchId, label: str) -> None:
        self.watch = watch
        super().__init__(discord.ui.Button[Any](style=discord.ButtonStyle.danger, label=label, custom_id=f"stop:{watch}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(WatchId(int(match["watch"])), getattr(item, "label", None) or "Stop")

    async def callback(self, interaction: Interaction) -> None:
        answers, _ = personal(interaction)
        stopped = _stopped(answers, asker_of(interaction), self.watch)
        alone = interaction.message is not None and interaction.message.flags.ephemeral
        await ending(interaction, change(interaction, stopped) if alone else reply(interaction, stopped, private=True))


async def _stopped(answers: Personal, asker: Asker, watch: WatchId) -> Screen:
    gone = await answers.stop(asker, watch)
    if gone is None:
        return Screen(say(said(asker.language, "You have no such reminder any more. `/reminders` shows those you have.")))
    name = wish_text(gone, asker.language)
    return Screen(say(said(asker.language, "Stopped: {name}. You hear nothing more of it from me.", name=name)))


class Pick(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"reminder:pick"):
    """The menu of all reminders."""

    def __init__(self, options: list[discord.SelectOption], placeholder: str = "") -> None:
        super().__init__(discord.ui.Select[Any](custom_id="reminder:pick", options=options, placeholder=placeholder or None))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ARG003 -- the base class's signature
        return cls(list(getattr(item, "options", [])))

    async def callback(self, interaction: Interaction) -> None:
        answers, clock = personal(interaction)
        asker = asker_of(interaction)
        watch = WatchId(int(self.item.values[0]))

        async def picked() -> Screen:
            return one(await answers.one(asker, watch), clock, asker.language)

        await ending(interaction, change(interaction, picked()))


class Everything(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"reminder:list"):
    """Leads from one reminder to all."""

    def __init__(self, label: str) -> None:
        super().__init__(discord.ui.Button[Any](label=label, custom_id="reminder:list"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ARG003 -- the base class's signature
        return cls(getattr(item, "label", None) or "…")

    async def callback(self, interaction: Interaction) -> None:
        answers, _ = personal(interaction)
        asker = asker_of(interaction)
        await ending(interaction, change(interaction, everything(answers, asker.user, asker.language)))


ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (Leads, Stop, Pick, Everything)
"""What the client must know, so that it answers after a restart."""
