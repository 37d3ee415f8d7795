"""/doctor and /status: what keeps this server from being told, with the way to mend it; and how all of it is doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import discord
from discord import app_commands

from bot.cogs.governed import governed, here, who
from bot.cogs.places import cautions, cautions_of_extras, missing_at, place_for
from bot.cogs.replying import reply
from bot.cogs.roles import trouble_of_role
from bot.flow.ask import Asking, Unacceptable
from bot.flow.asking_why import Explaining, FeedState
from bot.flow.governing import Governing, Who
from bot.model import Fate, Post, Tally, Target, Tone, Watch
from bot.ports import Clock
from bot.rules.settings_text import Settings
from bot.rules.text import plain, stamp
from bot.tongue import counted, said

STALE = timedelta(hours=3)
"""A launch feed is asked at least every quarter of an hour: what is older than this has gone wrong."""
REASONS = 5
MOST = 20


class Gauging(Protocol):
    """What tells how the feeds are doing."""

    async def read(self, now: datetime) -> tuple[FeedState, ...]:
        """Give the state of each feed."""
        ...


class Knowing(Protocol):
    """What the client carries."""

    gauge: Gauging | None


def commands(asking: Asking, clock: Clock) -> tuple[app_commands.Command[Any, ..., None], ...]:
    """Make the two commands."""

    async def doctor(interaction: discord.Interaction) -> None:
        await reply(interaction, examined(asking, here(interaction), who(interaction), clock.now()), private=True)

    async def status(interaction: discord.Interaction) -> None:
        knowing: Knowing = interaction.client  # type: ignore[assignment]  # the client carries it
        await reply(interaction, reported(asking, knowing.gauge, who(interaction), clock.now()), private=True)

    made: tuple[app_commands.Command[Any, ..., None], ...] = (
        app_commands.Command(
            name="doctor", description="What keeps this server from being told, and how to mend it", callback=doctor
        ),
        app_commands.Command(
            name="status", description="How old the data is, when it is asked for next, and how delivery is doing", callback=status
        ),
    )
    return tuple(map(governed, made))


# --- /doctor ------------------------------------------------------------------------------------------------------


async def examined(asking: Asking, guild: discord.Guild, by: Who, now: datetime) -> Post:
    """Look at every target, role and feed that this server depends on."""
    settings = await Governing(asking).settings(by.guild)
    paused, heard = await asking.paused(by.guild), await asking.age()
    rows = [
        *targets_told(guild, settings.watches, paused, by.language),
        *roles_told(guild, settings, by.language),
        feed_told(heard, now, by.language),
    ]
    rest = len(rows) - MOST
    more = (counted(by.language, "… and {count} line more", "… and {count} lines more", rest),) if rest > 0 else ()
    rows.sort(key=lambda row: not row.startswith(("⚠️", "⏸️")))
    well = not any(row.startswith(("⚠️", "⏸️")) for row in rows)
    title = said(by.language, "All is well") if well else said(by.language, "Something needs you")
    return Post(title=title, lines=(*rows[:MOST], *more), tone=Tone.GOOD if well else Tone.WARN)


def targets_told(
    guild: discord.Guild, watches: Sequence[Watch], paused: Mapping[Target, tuple[str, datetime]], language: str
) -> Iterator[str]:
    """Say what each target lacks."""
    if not watches:
        yield said(language, "This server watches nothing yet. Begin with `/setup`, or with `/watch add what: Soyuz`.")
    for target in dict.fromkeys(watch.target for watch in watches):
        own = [watch for watch in watches if watch.target == target]
        if target in paused:
            why, since = paused[target]
            sentence = "⏸️ <#{channel}> is paused since {since}: {why}. Then `/watch resume`."
            yield said(language, sentence, channel=target.channel, since=stamp(since, "R"), why=why)
        yield from place_told(guild, target, own, language)


def place_told(guild: discord.Guild, target: Target, own: Sequence[Watch], language: str) -> Iterator[str]:
    """Say what one place lacks."""
    try:
        place = place_for(guild, target.channel, language)
    except Unacceptable as trouble:
        yield f"⚠️ <#{target.channel}> · {trouble}"
        return
    missing = missing_at(place, guild.me, language)
    extras = cautions_of_extras(
        place,
        guild.me,
        own,
        language,
    )
    roles = [role for one in own for number in one.roles if (role := guild.get_role(number))]
    warned = dict.fromkeys([*extras, *cautions(place, guild.me, next(iter(roles), None), language)])
    if missing:
        sentence = "⚠️ In {place} I lack **{missing}**: channel settings, Permissions, add “{me}” and allow it."
        yield said(language, sentence, place=place.mention, missing="**, **".join(missing), me=plain(guild.me.display_name))
    elif not warned:
        yield said(language, "✅ {place}: I may do all that I need", place=place.mention)
    yield from warned


def roles_told(guild: discord.Guild, settings: Settings, language: str) -> Iterator[str]:
    """Say which roles are gone, and whether the one of the button can be given."""
    gone = [watch for watch in settings.watches if any(guild.get_role(role) is None for role in watch.roles)]
    for watch in gone:
        sentence = "⚠️ The role that watch {number} pings is gone: `/watch edit` gives it another one."
        yield said(language, sentence, number=watch.id)
    if settings.server.role:
        role = guild.get_role(settings.server.role)
        trouble = trouble_of_role(guild, role, language)
        if role is not None and not trouble:
            yield said(language, "✅ {role}: members can give it to themselves", role=role.mention)
        elif trouble:
            yield f"⚠️ {trouble}"


def feed_told(heard: datetime | None, now: datetime, language: str) -> str:
    """Say how old what is known is."""
    if heard is None:
        return said(language, "⚠️ I have not heard from a launch feed yet. Nothing is lost: reminders come as soon as I have.")
    if now - heard > STALE:
        sentence = "⚠️ The launch feed was last heard {when}. Reminders go on from what is known."
        return said(language, sentence, when=stamp(heard, "R"))
    return said(language, "✅ The launch feed was heard {when}", when=stamp(heard, "R"))


# --- /status ------------------------------------------------------------------------------------------------------


async def reported(asking: Asking, gauge: Gauging | None, by: Who, now: datetime) -> Post:
    """Say how the feeds and the deliveries are doing."""
    heard, states = await asking.age(), await gauge.read(now) if gauge else ()
    tallies = await Explaining(asking).tally()
    lines = (
        feed_told(heard, now, by.language),
        *(state_told(one, by.language) for one in states),
        "",
        *tallied(tallies, by.language),
    )
    return Post(title=said(by.language, "How I am doing"), lines=lines)


def state_told(state: FeedState, language: str) -> str:
    """Say one feed: when it answered, when it is asked next, what is left of its quota."""
    parts = [
        said(language, "answered {when}", when=stamp(state.heard, "R"))
        if state.heard
        else said(language, "no answer since the start"),
        said(language, "next asked {when}", when=stamp(state.next_ask, "R")) if state.next_ask else "",
        said(language, "{left} of {quota} requests left this hour", left=max(state.quota - state.made, 0), quota=state.quota),
        counted(language, "{count} failure in a row", "{count} failures in a row", state.failures) if state.failures else "",
    ]
    return f"📡 **{plain(state.name, 40)}** · {' · '.join(part for part in parts if part)}"


def tallied(tallies: Sequence[Tally], language: str) -> tuple[str, ...]:
    """Say how the deliveries ended, to all servers together."""

    def total(fate: Fate) -> int:
        return sum(one.count for one in tallies if one.fate is fate)

    dropped = sorted((one for one in tallies if one.fate is Fate.DROPPED), key=lambda one: -one.count)[:REASONS]
    sentence = "📬 Deliveries to all servers: {sent} sent, {owed} to come, {dropped} not sent"
    return (
        said(language, sentence, sent=total(Fate.SENT), owed=total(Fate.OWED), dropped=total(Fate.DROPPED)),
        *(f"-# {one.count} × {one.say.value}: {plain(one.why, 100)}" for one in dropped),
    )
