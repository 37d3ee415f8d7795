"""/watch add, list, remove, pause, resume: what this server is told, where, and whom it pings. For those who manage the server."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from bot.cogs import watch_edit, watch_list, watch_test
from bot.cogs.governed import GovernedGroup, here, who
from bot.cogs.places import target_of, trouble_at
from bot.cogs.replying import Interaction, language_of, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.cogs.watch_options import (
    LANGUAGE_CHOICES,
    LEADS,
    PING_ON,
    Channel,
    Text,
    checked_place,
    fields_of,
    warnings,
    with_news,
)
from bot.cogs.watch_picking import LABEL, no_watch, picked, suggest_watches
from bot.flow.ask import Asking
from bot.flow.governing import Governing, Who
from bot.model import Post, Target, UserId, Watch, WatchId
from bot.ports import Clock
from bot.rules.describing import left_out, line, watch_lines
from bot.rules.text import plain
from bot.rules.what import completions
from bot.rules.wording import listing
from bot.tongue import counted, said

SHOWN_AHEAD = 5
NAMED = 80

Picked = app_commands.Range[str, 1, LABEL]


class WatchCommands(GovernedGroup):
    """The commands about watches."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        super().__init__("watch", "What this server is told about launches")
        self._asking = asking
        self._governing = Governing(asking)
        self._clock = clock
        self.add_command(watch_edit.command(asking, clock))
        self.add_command(watch_test.command(asking, clock))
        self.add_command(watch_list.command(asking))

    @app_commands.command(name="add", description="Tell a channel, a thread or a forum about launches")
    @app_commands.describe(
        what="For instance: Soyuz · crew: Peresild · lsp: SpaceX, -Starlink · everything",
        channel="Where to post; here, if you leave it out",
        role="A role to ping",
        ping_on=f"Which notices ping the role: {PING_ON}, if you leave it out",
        notices="Which notices to send: the usual ones, if you leave it out; for instance: reminder live scrub",
        leads=f"Reminders before T-0: {LEADS}, if you leave it out",
        crewed_only="Only flights with people aboard",
        webcast_only="Only what can be watched",
        quiet="Hours in which nothing makes a sound, for instance: 22:00-07:00 except live scrub",
        digest="A list of what lies ahead, for instance: daily 08:00, or: monday 08:00",
        crosspost="Spread posts to the servers that follow this announcement channel",
        events="Keep a scheduled event of this server for each launch",
        news="Post articles about what is watched too, at most three a day for each launch",
        sites="Whose articles: NASA, spacenews.com, or all but one: -Space.com",
        language="The language of the posts; the server's, if you leave it out",
    )
    @app_commands.choices(language=LANGUAGE_CHOICES)
    async def add(
        self,
        interaction: Interaction,
        *,
        what: Text,
        channel: app_commands.Transform[int, Channel] | None = None,
        role: discord.Role | None = None,
        ping_on: Text = PING_ON,
        notices: Text = "usual",
        leads: Text = LEADS,
        crewed_only: bool | None = None,
        webcast_only: bool | None = None,
        quiet: Text | None = None,
        digest: Text | None = None,
        crosspost: bool | None = None,
        events: bool | None = None,
        news: bool | None = None,
        sites: Text | None = None,
        language: str | None = None,
    ) -> None:
        given: dict[str, object] = {
            "what": what,
            "role": role,
            "ping_on": ping_on,
            "notices": notices,
            "leads": leads,
            "crewed_only": crewed_only or None,
            "webcast_only": webcast_only or None,
            "quiet": quiet,
            "digest": digest,
            "crosspost": crosspost,
            "events": events,
            "sites": sites,
            "language": language,
        }
        place = checked_place(interaction, channel, role)
        blank = Watch(
            id=WatchId(0), target=target_of(place), name="", made_at=self._clock.now(), made_by=UserId(interaction.user.id)
        )
        draft = replace(blank, **fields_of(given, language_of(interaction)))
        draft = replace(draft, **with_news(draft.notices, news))
        await reply(
            interaction,
            self._added(who(interaction), draft, warnings(interaction, draft, place, role), own=language is not None),
            private=True,
        )

    async def _added(self, by: Who, draft: Watch, warned: tuple[str, ...], *, own: bool) -> Post:
        server = (await self._governing.settings(by.guild)).server
        kept, ahead = await self._governing.add(by, draft if own else replace(draft, language=server.language))
        language = by.language
        title = said(language, "Watching {name}", name=plain(kept.name, NAMED))
        shown = listing(ahead[:SHOWN_AHEAD], self._clock.now(), title, language=language)
        rows = shown.lines if ahead else (said(language, "Nothing that is announced matches yet; what comes will."),)
        rest = len(ahead) - SHOWN_AHEAD
        more = (counted(language, "… and {count} more ahead", "… and {count} more ahead", rest),) if rest > 0 else ()
        told = (*watch_lines(kept, language), *filter(None, [left_out(kept, language)]), *warned)
        return replace(shown, lines=(*told, "", *rows, *more))

    @add.autocomplete("what")
    async def suggest_what(self, _: Interaction, typed: str) -> Choices:
        """What could be watched, from what is known."""

        async def found() -> list[tuple[str, str]]:
            known = await self._asking.known()
            return [
                (text, text)
                for text in completions(typed[:LONGEST], [track.event for track in known.tracks if not track.event.owner])
            ]

        return await suggested(found())

    # --- pause, resume, remove ----------------------------------------------------------------------------------------

    @app_commands.command(name="pause", description="Send nothing for one watch for now, and keep it")
    @app_commands.describe(watch="Which one; /watch list shows them all")
    async def pause(self, interaction: Interaction, watch: Picked) -> None:
        await reply(interaction, self._paused(who(interaction), watch), private=True)

    async def _paused(self, by: Who, text: str) -> Post:
        watch = await picked(self._asking, by.guild, text, by.language)
        done = await self._governing.edit(by, watch.id, {"off": True}, "/watch pause")
        if done is None:
            return say(no_watch(text, by.language))
        if done[0].off:
            return say(said(by.language, "It is paused already. `/watch resume` lets it go on."))
        name = plain(watch.name, NAMED)
        return say(said(by.language, "⏸️ Paused: {name}. It is kept as it is; `/watch resume` lets it go on.", name=name))

    @app_commands.command(name="resume", description="Go on with a paused watch, or with every channel that is mended")
    @app_commands.describe(watch="Which one; every channel that I could not post in, if you leave it out")
    async def resume(self, interaction: Interaction, watch: Picked | None = None) -> None:
        guild, by = here(interaction), who(interaction)
        await reply(interaction, self._one_resumed(guild, by, watch) if watch else self._resumed(guild, by), private=True)

    async def _one_resumed(self, guild: discord.Guild, by: Who, text: str) -> Post:
        watch = await picked(self._asking, by.guild, text, by.language)
        mended = await self._governing.resume(by, (watch.target,))
        done = await self._governing.edit(by, watch.id, {"off": False}, "/watch resume")
        if done is None:
            return say(no_watch(text, by.language))
        if not (done[0].off or mended):
            return say(said(by.language, "It is not paused."))
        still = trouble_at(guild, watch.target.channel, by.language)
        lines = (*watch_lines(done[1], by.language), *([still] if still else []))
        return Post(title=said(by.language, "Goes on: {name}", name=plain(watch.name, NAMED)), lines=lines)

    async def _resumed(self, guild: discord.Guild, by: Who) -> Post:
        targets = await self._asking.resume(by.guild)
        off = [one for one in await self._asking.watches(by.guild) if one.off]
        sentence = "⏸️ {name} was paused by an admin and stays so; name it to let it go on."
        rest = [said(by.language, sentence, name=plain(one.name, NAMED)) for one in off]
        if not targets:
            return (
                Post(title=said(by.language, "Nothing is paused in this server."), lines=tuple(rest)) if rest else self._nothing(by)
            )
        still = [trouble for target in targets if (trouble := self._trouble(guild, target, by.language))]
        named = ", ".join(f"<#{target.channel}>" if target.channel else said(by.language, "scheduled events") for target in targets)
        return Post(title=said(by.language, "Posting again"), lines=(named, *still, *rest))

    @staticmethod
    def _nothing(by: Who) -> Post:
        return say(said(by.language, "Nothing is paused in this server."))

    @staticmethod
    def _trouble(guild: discord.Guild, target: Target, language: str) -> str:
        return trouble_at(guild, target.channel, language) if target.channel else ""

    @app_commands.command(name="remove", description="Stop telling a channel about something")
    @app_commands.describe(watch="Which one; /watch list shows them all")
    async def remove(self, interaction: Interaction, watch: Picked) -> None:
        await reply(interaction, self._removed(who(interaction), watch), private=True)

    async def _removed(self, by: Who, text: str) -> Post:
        watch = await picked(self._asking, by.guild, text, by.language)
        gone = await self._governing.remove(by, watch.id)
        if gone is None:
            return say(no_watch(text, by.language))
        return say(said(by.language, "Removed: {watch}\n`/undo` brings it back.", watch=line(gone, by.language)))

    @remove.autocomplete("watch")
    @pause.autocomplete("watch")
    @resume.autocomplete("watch")
    async def suggest(self, interaction: Interaction, typed: str) -> Choices:
        """The watches of this server that fit what is typed."""
        return await suggest_watches(self._asking, interaction, typed)
