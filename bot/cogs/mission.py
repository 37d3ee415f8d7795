"""/mission add, edit, remove, list: what no feed knows, for this server alone; it lives like any other."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.cogs.governed import GovernedGroup, guild_of, who
from bot.cogs.replying import Interaction, reply, say
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Governing, Who
from bot.flow.owning import Owning
from bot.model import OVER, EventId, Post, Status, Track
from bot.ports import Clock
from bot.rendering import web_url
from bot.rules.asking import Wrong
from bot.rules.card import card
from bot.rules.matching import normalised
from bot.rules.owning import LONGEST_NAME, LONGEST_PLACE, LONGEST_URL, STATUSES, Own, parse_net
from bot.rules.text import headline, net_text, plain
from bot.rules.wording import LISTED
from bot.tongue import counted, said

SUGGESTED = 25
CHOICES = [app_commands.Choice(name=name, value=name) for name in STATUSES]
LONGEST_TEXT = 500

Name = app_commands.Range[str, 2, LONGEST_NAME]
Date = app_commands.Range[str, 1, 40]
Where = app_commands.Range[str, 1, LONGEST_PLACE]
Link = app_commands.Range[str, 1, LONGEST_URL]
Words = app_commands.Range[str, 1, LONGEST_TEXT]
Picked = app_commands.Range[str, 1, 100]


class MissionCommands(GovernedGroup):
    """The commands about a server's own missions."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        super().__init__("mission", "What no feed knows: an amateur launch, a school's balloon; for this server alone")
        self._governing, self._owning, self._clock = Governing(asking), Owning(asking), clock

    @app_commands.command(name="add", description="Add a mission that no feed knows; it is counted down like any other")
    @app_commands.describe(
        name="What it is called",
        net="When, in this server's zone: 2026-12-24 18:00; or less: 2026-12-24, 2026-12, Q4 2026, tbd",
        place="From where",
        stream="Where to watch it: a link",
        rocket="What flies",
        text="What it is for",
    )
    async def add(
        self,
        interaction: Interaction,
        *,
        name: Name,
        net: Date,
        place: Where | None = None,
        stream: Link | None = None,
        rocket: Name | None = None,
        text: Words | None = None,
    ) -> None:
        told = Own(name=line(name), place=line(place), stream=stream, rocket=line(rocket), text=line(text))
        await reply(interaction, self._added(who(interaction), told, net), private=True)

    async def _added(self, by: Who, told: Own, net: str) -> Post:
        track = await self._owning.add(by, await self._read(by, told, net))
        return self._shown(track, said(by.language, "Added, and told to whoever watches it here"), by)

    @app_commands.command(name="edit", description="Change one of this server's own missions: its time, its status, its stream")
    @app_commands.describe(
        mission="Which one",
        net="A new time, in this server's zone: 2026-12-24 18:00; or less: 2026-12-24, 2026-12, Q4 2026, tbd",
        status="What happened",
        name="What it is called",
        place="From where",
        stream="Where to watch it: a link, or: none",
        rocket="What flies",
        text="What it is for",
    )
    @app_commands.choices(status=CHOICES)
    async def edit(
        self,
        interaction: Interaction,
        *,
        mission: Picked,
        net: Date | None = None,
        status: str | None = None,
        name: Name | None = None,
        place: Where | None = None,
        stream: Link | None = None,
        rocket: Name | None = None,
        text: Words | None = None,
    ) -> None:
        told = Own(
            name=line(name),
            status=STATUSES[status] if status else None,
            place=line(place),
            stream="" if stream == "none" else stream,
            rocket=line(rocket),
            text=line(text),
        )
        await reply(interaction, self._edited(who(interaction), mission, told, net), private=True)

    async def _edited(self, by: Who, text: str, told: Own, net: str | None) -> Post:
        known = await self._picked(by, text)
        read = await self._read(by, told, net)
        if read == Own():
            raise Unacceptable(said(by.language, "Name at least one thing to change: its time, its status, its stream …"))
        track = await self._owning.edit(by, known.event.id, read) or known
        return self._shown(track, said(by.language, "Changed"), by)

    @app_commands.command(name="remove", description="Call off one of this server's own missions")
    @app_commands.describe(mission="Which one")
    async def remove(self, interaction: Interaction, mission: Picked) -> None:
        await reply(interaction, self._removed(who(interaction), mission), private=True)

    async def _removed(self, by: Who, text: str) -> Post:
        known = await self._picked(by, text)
        await self._owning.remove(by, known.event.id)
        sentence = "Called off: {name}. Nothing is counted down any more, and whoever was told of it hears so."
        return say(said(by.language, sentence, name=headline(known.event, by.language)))

    @app_commands.command(name="list", description="This server's own missions")
    async def list_(self, interaction: Interaction) -> None:
        await reply(interaction, self._listed(who(interaction)), private=True)

    async def _listed(self, by: Who) -> Post:
        own = await self._owning.own(by.guild)
        if not own:
            return say(said(by.language, "This server added no missions yet. `/mission add` adds one that no feed knows."))
        rows = [
            f"**{headline(one.event, by.language)}** · {name_of(one.event.status)} · {net_text(one.event.net, by.language)}"
            for one in own
        ]
        rest = len(own) - LISTED
        more = [counted(by.language, "… and {count} more", "… and {count} more", rest)] if rest > 0 else []
        return Post(title=said(by.language, "This server's own missions"), lines=(*rows[-LISTED:], *more))

    # --- parts ----------------------------------------------------------------------------------------------------

    async def _read(self, by: Who, told: Own, net: str | None) -> Own:
        """What was said, with its NET read and its stream checked. Raises: Unacceptable."""
        if told.stream and not web_url(told.stream, LONGEST_URL):
            raise Unacceptable(said(by.language, "That is no link that can be opened. Write it whole, with `https://` before it."))
        if net is None:
            return told
        zone = (await self._governing.settings(by.guild)).server.zone
        read = parse_net(net, ZoneInfo(zone), by.language)
        if isinstance(read, Wrong):
            raise Unacceptable(read.sentence)
        return Own(
            name=told.name, net=read, status=told.status, place=told.place, rocket=told.rocket, stream=told.stream, text=told.text
        )

    def _shown(self, track: Track, what: str, by: Who) -> Post:
        shown = card(track, self._clock.now(), language=by.language)
        return Post(
            title=shown.title, lines=(f"*{what}*", *shown.lines), buttons=shown.buttons, tone=shown.tone, footer=shown.footer
        )

    async def _picked(self, by: Who, text: str) -> Track:
        """The mission that is meant. Raises: Unacceptable."""
        own, sought = await self._owning.own(by.guild), normalised(text)
        meant = [one for one in own if one.event.id == EventId(text)]
        meant = meant or [one for one in own if sought in normalised(one.event.name) and one.event.status not in OVER]
        if len(meant) == 1:
            return meant[0]
        sentence = "This server has no mission of its own called “{name}”. `/mission list` shows those it has."
        many = "{count} missions of this server are called so. Pick one from the list that opens while you type."
        raise Unacceptable(said(by.language, many, count=len(meant)) if meant else said(by.language, sentence, name=plain(text)))

    @edit.autocomplete("mission")
    @remove.autocomplete("mission")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> Choices:
        """This server's own missions that fit what is typed."""
        if not interaction.permissions.manage_guild:
            return []

        async def found() -> list[tuple[str, str]]:
            own, sought = await self._owning.own(guild_of(interaction)), normalised(typed[:LONGEST])
            fitting = [one for one in own if sought in normalised(one.event.name)]
            return [(one.event.name[:100], str(one.event.id)) for one in reversed(fitting)][:SUGGESTED]

        return await suggested(found())


def line(text: str | None) -> str | None:
    """A text on one line; None where nothing was said."""
    return " ".join(text.replace("|", "/").split()) if text is not None else None


def name_of(status: Status) -> str:
    """What a status is called where an admin sets it."""
    return next((name for name, one in STATUSES.items() if one is status), status.value)
