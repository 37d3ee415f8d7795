"""/watch edit: change one watch, and nothing of it that was not named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.cogs.governed import who
from bot.cogs.replying import Interaction, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.cogs.watch_options import LANGUAGE_CHOICES, Channel, Text, checked_place, fields_of, moved_to, warnings, with_news
from bot.cogs.watch_picking import LABEL, no_watch, picked, suggest_watches
from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Governing, Who
from bot.model import Post, Watch
from bot.ports import Clock
from bot.rules.describing import changed, field_changes, left_out, watch_lines
from bot.rules.text import plain
from bot.rules.what import completions
from bot.tongue import said


def command(asking: Asking, _: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""
    governing = Governing(asking)

    async def suggest(interaction: discord.Interaction, typed: str) -> Choices:
        return await suggest_watches(asking, interaction, typed)

    async def suggest_what(_: discord.Interaction, typed: str) -> Choices:
        async def found() -> list[tuple[str, str]]:
            known = await asking.known()
            return [
                (text, text)
                for text in completions(typed[:LONGEST], [track.event for track in known.tracks if not track.event.owner])
            ]

        return await suggested(found())

    @app_commands.describe(
        watch="Which one; /watch list shows them all",
        what="What is watched from now on, all of it",
        channel="Where to post from now on",
        role="The role to ping",
        ping_nobody="Ping no role any more",
        ping_on="Which notices ping the role",
        notices="Which notices to send, for instance: reminder live scrub, or: usual -slip",
        leads="Reminders before T-0, for instance: 24h 1h 10m",
        crewed_only="Only flights with people aboard",
        webcast_only="Only what can be watched",
        quiet="Hours in which nothing makes a sound: 22:00-07:00 except live scrub, or: off",
        digest="A list of what lies ahead: daily 08:00, monday 08:00, or: off",
        crosspost="Spread posts to the servers that follow this announcement channel",
        as_agency="Post under the agency's name and logo, by a webhook",
        events="Keep a scheduled event of this server for each launch",
        news="Post articles about what is watched too, at most three a day for each launch",
        sites="Whose articles: NASA, spacenews.com, or all but one: -Space.com; or: all",
        language="The language of the posts",
    )
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @app_commands.autocomplete(watch=suggest, what=suggest_what)
    async def edit(
        interaction: Interaction,
        *,
        watch: app_commands.Range[str, 1, LABEL],
        what: Text | None = None,
        channel: app_commands.Transform[int, Channel] | None = None,
        role: discord.Role | None = None,
        ping_nobody: bool | None = None,
        ping_on: Text | None = None,
        notices: Text | None = None,
        leads: Text | None = None,
        crewed_only: bool | None = None,
        webcast_only: bool | None = None,
        quiet: Text | None = None,
        digest: Text | None = None,
        crosspost: bool | None = None,
        as_agency: bool | None = None,
        events: bool | None = None,
        news: bool | None = None,
        sites: Text | None = None,
        language: str | None = None,
    ) -> None:
        given: dict[str, object] = {
            "what": what,
            "role": role,
            "ping_nobody": ping_nobody,
            "ping_on": ping_on,
            "notices": notices,
            "leads": leads,
            "crewed_only": crewed_only,
            "webcast_only": webcast_only,
            "quiet": quiet,
            "digest": digest,
            "crosspost": crosspost,
            "as_agency": as_agency,
            "events": events,
            "sites": sites,
            "language": language,
        }
        await reply(interaction, edited(interaction, watch, given, (channel, role, news)), private=True)

    async def edited(
        interaction: Interaction,
        text: str,
        given: dict[str, object],
        more: tuple[int | None, discord.Role | None, bool | None],
    ) -> Post:
        by, (channel, role, news) = who(interaction), more
        fields = fields_of(given, by.language)
        watch = await picked(asking, by.guild, text, by.language)
        warned: tuple[str, ...] = ()
        if channel or role or given["crosspost"] or given["as_agency"] or given["events"]:
            place = checked_place(interaction, channel or watch.target.channel, role)
            warned = warnings(interaction, replace(watch, **fields), place, role)
            fields |= moved_to(place) if channel else {}
        if not fields and news is None:
            raise Unacceptable(said(by.language, "Name at least one thing to change: the options of `/watch edit` are its fields."))
        done = await governing.edit(by, watch.id, fields, also=lambda one: with_news(one.notices, news))
        return told(by, *done, warned) if done else say(no_watch(text, by.language))

    return app_commands.Command[Any, ..., None](name="edit", description="Change one watch: only what you name", callback=edit)


def told(by: Who, before: Watch, after: Watch, warned: tuple[str, ...]) -> Post:
    """Say what is another now."""
    found = changed(before, after)
    if not found:
        return say(said(by.language, "It is like that already."))
    change = field_changes(before, after, found, by.language)
    missing = left_out(after, by.language)
    return Post(
        title=said(by.language, "Changed: {name}", name=plain(after.name, 80)),
        lines=(change, "", *watch_lines(after, by.language), *([missing] if missing else []), *warned),
        footer=said(by.language, "/undo takes it back."),
    )
