"""/why and /preview: what became of an event in this server and why, and what a watch will say of a real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from bot.cogs.governed import governed, who
from bot.cogs.replying import Interaction, language_of, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.cogs.watch_options import LEADS, fields_of
from bot.cogs.watch_picking import picked, suggest_watches
from bot.flow.ask import Asking, Unacceptable
from bot.flow.asking_news import AskingNews
from bot.flow.asking_why import Explaining, Why
from bot.flow.governing import Who
from bot.model import ChannelId, Post, Target, Watch, WatchId
from bot.ports import Clock
from bot.rules.asking import LONGEST_TEXT
from bot.rules.describing import title_of
from bot.rules.explaining import deliveries, leads_named, standing_in_the_way
from bot.rules.previewing import previewed as preview_post
from bot.rules.reporting import Item, tried
from bot.rules.text import headline, net_text, plain
from bot.tongue import counted, said

MOST_VERDICTS = 12
MOST_DELIVERIES = 12
"""Lines of each kind: what one reads on a phone."""


def commands(asking: Asking, clock: Clock) -> tuple[app_commands.Command[Any, ..., None], ...]:
    """Make the two commands."""
    explaining = Explaining(asking)

    async def suggest_launch(interaction: discord.Interaction, typed: str) -> Choices:
        language = language_of(interaction)

        async def found() -> list[tuple[str, str]]:
            seen = asking.seen_from(interaction.guild_id)
            return [(headline(one.event, language)[:100], one.event.id[:100]) for one in await seen.search(typed[:LONGEST], 25)]

        return await suggested(found())

    @app_commands.describe(launch="Its name, or a part of it")
    @app_commands.autocomplete(launch=suggest_launch)
    async def why(interaction: discord.Interaction, launch: app_commands.Range[str, 1, LONGEST]) -> None:
        await reply(interaction, explained(explaining, who(interaction), launch, clock.now()), private=True)

    async def suggest_watch(interaction: discord.Interaction, typed: str) -> Choices:
        return await suggest_watches(asking, interaction, typed)

    @app_commands.describe(watch="One of this server's watches, or what could be one: lsp: SpaceX, -Starlink")
    @app_commands.autocomplete(watch=suggest_watch)
    async def preview(interaction: discord.Interaction, watch: app_commands.Range[str, 1, LONGEST_TEXT]) -> None:
        await reply(interaction, previewed(explaining, interaction, watch, clock.now()), private=True)

    made: tuple[app_commands.Command[Any, ..., None], ...] = (
        app_commands.Command(name="why", description="What was said here about a launch, and why, or why not", callback=why),
        app_commands.Command(
            name="preview", description="The card and the notices of a real launch, as you would get them", callback=preview
        ),
    )
    return tuple(map(governed, made))


# --- /why ---------------------------------------------------------------------------------------------------------


async def explained(explaining: Explaining, by: Who, text: str, now: datetime) -> Post:
    """Say what became of an event here. Raises: Unacceptable."""
    found = await explaining.why(by.guild, text, by.language)
    if found is None:
        sentence = "I know nothing called “{name}”. Pick one from the list that opens while you type."
        raise Unacceptable(said(by.language, sentence, name=plain(text)))
    event, language = found.track.event, by.language
    lines = (
        f"NET {net_text(event.net, language)}",
        "",
        *verdict_lines(found, language),
        "",
        *delivery_lines(found, now, language),
        *article_lines(await AskingNews(explaining.asking).about(event, by.guild), language),
    )
    return Post(title=said(language, "Why: {name}", name=headline(event)), lines=lines)


def verdict_lines(found: Why, language: str) -> tuple[str, ...]:
    """Say what each watch makes of it, those that want it first."""
    if not found.verdicts:
        return (said(language, "This server watches nothing yet. Begin with `/setup`, or with `/watch add what: Soyuz`."),)
    ranked = sorted(found.verdicts, key=lambda one: not one.wanted)
    rows = [f"{'✅' if one.wanted else '▫️'} {title_of(one.watch)} <#{one.watch.target.channel}> · {one.why}" for one in ranked]
    rest = len(rows) - MOST_VERDICTS
    more = [counted(language, "… and {count} watch more", "… and {count} watches more", rest)] if rest > 0 else []
    return (*rows[:MOST_VERDICTS], *more)


def delivery_lines(found: Why, now: datetime, language: str) -> tuple[str, ...]:
    """Say what was sent here, when, or why not, and what is still to come."""
    watches = [one.watch for one in found.verdicts if one.wanted]
    rows: list[str] = []
    for target, settled in found.settled.items():
        told = deliveries(settled, found.track.event.net, leads_named([one.watch for one in found.verdicts]), language)
        place = f"<#{target.channel}>" if target.channel else said(language, "scheduled events")
        rows += [said(language, "**In {place}**", place=place), *told[:MOST_DELIVERIES]]
    if not rows:
        rows.append(said(language, "Nothing was said about it here."))
    hindrance = standing_in_the_way(found.track, watches, now, language) if watches else ""
    return (*rows, *([f"ℹ️ {hindrance}"] if hindrance else []))


def article_lines(items: Sequence[Item], language: str) -> tuple[str, ...]:
    """Say which articles are linked to it, and on what evidence."""
    return ("", said(language, "**Written about it**"), *(tried(item, language) for item in items)) if items else ()


# --- /preview -----------------------------------------------------------------------------------------------------


async def previewed(explaining: Explaining, interaction: Interaction, text: str, now: datetime) -> Post:
    """Show a real event as a watch will show it. Raises: Unacceptable."""
    by = who(interaction)
    try:
        watch = await picked(explaining.asking, by.guild, text, by.language)
    except Unacceptable:
        watch = drafted(by, text, now)
    track = await explaining.next_for(watch)
    if track is None:
        sentence = "Nothing that is announced matches “{name}” now, so there is nothing to show. What comes will be posted."
        return say(said(by.language, sentence, name=plain(watch.name, 80)))
    return preview_post(watch, track, now, by.language)


def drafted(by: Who, text: str, now: datetime) -> Watch:
    """A watch that could be. Raises: Unacceptable."""
    fields = fields_of({"what": text, "leads": LEADS}, by.language)
    blank = Watch(id=WatchId(0), target=Target(by.guild, ChannelId(0)), name="", made_at=now, language=by.language)
    return replace(blank, **fields)
