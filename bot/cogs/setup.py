"""/setup: from the invitation to the first card in one private screen, which answers after a restart too."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, Self, cast

import discord
from discord import app_commands

from bot.cogs.governed import governed, guild_of, here, may_press, who
from bot.cogs.layouts import answer, menu_row, show, text
from bot.cogs.places import Place, cautions, check_may_post, check_person, check_role, missing_at, place_for, target_of
from bot.cogs.replying import Interaction, language_of
from bot.cogs.roles import trouble_of_role
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.cogs.watch_options import Channel, Text, what_fields
from bot.cogs.wishing import ending
from bot.cogs.zoning import ZONES, suggest_zones, zone_of
from bot.flow.ask import Asking, Unacceptable
from bot.flow.asking_why import Explaining
from bot.flow.governing import Governing, Who
from bot.model import Post, RoleId, Server, UserId, Watch, WatchId
from bot.ports import Clock
from bot.rules.beginning import NOISES, USUALLY, offers
from bot.rules.describing import watch_lines
from bot.rules.previewing import previewed
from bot.rules.text import plain
from bot.rules.what import completions
from bot.rules.wording import listing
from bot.tongue import said

CHANNELS = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.public_thread, discord.ChannelType.forum]
HOMES = {
    "de": "Europe/Berlin",
    "en-GB": "Europe/London",
    "fr": "Europe/Paris",
    "it": "Europe/Rome",
    "es-ES": "Europe/Madrid",
    "nl": "Europe/Amsterdam",
    "pl": "Europe/Warsaw",
    "ru": "Europe/Moscow",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "zh-CN": "Asia/Shanghai",
    "hi": "Asia/Kolkata",
    "pt-BR": "America/Sao_Paulo",
}
"""A first guess at the zone of a server, by the language it set. It is shown, and one press changes it."""
WORLD = (
    "UTC",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""Zones that the menu offers; any other is an option of the command."""
AHEAD = 5


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen so far: kept in the store, since the screen outlives the process that drew it."""

    channel: int = 0
    what: str = "everything"
    role: int = 0
    noise: str = USUALLY
    zone: str = "UTC"


def kept_as(by: Who) -> str:
    """Name the fact that holds what a person chose so far."""
    return f"setup of {by.guild} by {by.user}"


async def recalled(asking: Asking, by: Who) -> Choice:
    """Give what was chosen so far."""
    async with asking.store.transaction() as tx:
        found = await tx.recall(kept_as(by))
    return Choice(**cast("dict[str, Any]", json.loads(found))) if found else Choice()


async def remember(asking: Asking, by: Who, choice: Choice) -> None:
    """Keep what was chosen so far."""
    async with asking.store.transaction() as tx:
        await tx.remember(kept_as(by), json.dumps(asdict(choice)))


def command(asking: Asking, _: Clock) -> app_commands.Command[Any, ..., None]:
    """Make the command."""

    async def suggest_zone(_: discord.Interaction, typed: str) -> Choices:
        return [app_commands.Choice(name=zone, value=zone) for zone in suggest_zones(typed[:LONGEST])]

    async def suggest_what(_: discord.Interaction, typed: str) -> Choices:
        async def found() -> list[tuple[str, str]]:
            known = await asking.known()
            return [
                (one, one) for one in completions(typed[:LONGEST], [track.event for track in known.tracks if not track.event.owner])
            ]

        return await suggested(found())

    @app_commands.describe(
        channel="Where to post; here, if you leave it out",
        what="What to follow, if it is not in the menu: lsp: SpaceX, -Starlink",
        timezone="The zone of this server, if it is not in the menu",
    )
    @app_commands.autocomplete(what=suggest_what, timezone=suggest_zone)
    async def setup(
        interaction: discord.Interaction,
        *,
        channel: app_commands.Transform[int, Channel] | None = None,
        what: Text | None = None,
        timezone: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        by = who(interaction)
        if what:
            what_fields(what, by.language)
        zone = zone_of(timezone) if timezone else first_zone(interaction, (await Governing(asking).settings(by.guild)).server)
        if zone is None:
            sentence = (
                "I know no time zone “{zone}”. Pick one from the list that opens while you type, for instance `Europe/Berlin`."
            )
            raise Unacceptable(said(by.language, sentence, zone=plain(timezone or "")))
        choice = Choice(channel=channel or interaction.channel_id or 0, what=what or "everything", zone=zone)

        async def first() -> discord.ui.LayoutView:
            await remember(asking, by, choice)
            return await screen(asking, interaction, choice)

        await answer(interaction, first())

    made = app_commands.Command[Any, ..., None](
        name="setup", description="Begin: where to post, what to follow, whom to ping", callback=setup
    )
    return governed(made)


def first_zone(interaction: Interaction, server: Server) -> str:
    """Guess the zone: the one that is set, else one that goes with the server's language."""
    return server.zone if server.zone != "UTC" else HOMES.get(str(interaction.guild_locale or interaction.locale), "UTC")


# --- the screen ---------------------------------------------------------------------------------------------------


async def screen(asking: Asking, interaction: Interaction, choice: Choice) -> discord.ui.LayoutView:
    """Draw what is chosen, what stands in the way, and the menus to change it."""
    guild, language = here(interaction), language_of(interaction)
    known = [track.event for track in await asking.seen_from(interaction.guild_id).upcoming(None)]
    followed = offers(known, choice.what, language)
    noises = [(name, noise.label(language), noise.tells(language)) for name, noise in NOISES.items()]
    zones = [(zone, zone, "") for zone in dict.fromkeys((choice.zone, *WORLD))]
    troubles = place_trouble(guild, choice, interaction, language)
    role = guild.get_role(choice.role) if choice.role else None
    role_notes = role_notes_of(guild, role, choice, language)
    role_menu = discord.ui.RoleSelect[Any](
        placeholder=said(language, "Nobody is pinged; choose a role here"),
        min_values=0,
        default_values=[discord.Object(role.id)] if role else [],
    )
    place_menu = discord.ui.ChannelSelect[Any](
        placeholder=said(language, "Choose a channel, a thread or a forum"),
        channel_types=CHANNELS,
        default_values=[discord.Object(choice.channel)] if choice.channel else [],
    )
    view = discord.ui.LayoutView(timeout=None)
    box = discord.ui.Container[Any](accent_colour=0x2E86DE)
    box.add_item(
        text(
            said(
                language,
                "## Welcome to T-Minus\nAll is set to what most servers want. Change what you like, then look at the preview.",
            )
        )
    )
    for heading, menu, notes in (
        (said(language, "**1 · Where to post**"), Menu("channel", place_menu), troubles),
        (said(language, "**2 · What to follow**"), Menu("what", options(followed_rows(followed), choice.what)), ()),
        (said(language, "**3 · Whom to ping**"), Menu("role", role_menu), role_notes),
        (said(language, "**4 · How chatty**"), Menu("noise", options(noises, choice.noise)), ()),
        (said(language, "**5 · Your time zone**"), Menu("zone", options(zones, choice.zone)), ()),
    ):
        box.add_item(text("\n".join((heading, *notes))))
        box.add_item(menu_row(menu))
    view.add_item(box)
    view.add_item(
        menu_row(Press("preview", said(language, "Preview"), disabled=bool(troubles)), Press("leave", said(language, "Cancel")))
    )
    return view


def followed_rows(found: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    """What may be followed, with how it is written where that says more."""
    return [(value, label, value if value.casefold() != label.casefold() else "") for value, label in found]


def options(rows: list[tuple[str, str, str]], chosen: str) -> discord.ui.Select[Any]:
    """A menu of these values, labels and explanations."""
    made = [
        discord.SelectOption(value=value[:100], label=label[:100], description=tells[:100] or None, default=value == chosen)
        for value, label, tells in rows[:25]
    ]
    return discord.ui.Select[Any](options=made)


def place_trouble(guild: discord.Guild, choice: Choice, interaction: Interaction, language: str) -> tuple[str, ...]:
    """What keeps us from posting in the chosen place, with the way to mend it."""
    try:
        place = place_for(guild, choice.channel, language)
        check_person(place, interaction.user, language)
    except Unacceptable as trouble:
        return (f"⚠️ {trouble}",)
    missing = missing_at(place, guild.me, language)
    if not missing:
        return ()
    sentence = "⚠️ In {place} I lack **{missing}**. Open its settings, Permissions, add “{me}” and allow it; then choose it again."
    return (said(language, sentence, place=place.mention, missing="**, **".join(missing), me=plain(guild.me.display_name)),)


def role_notes_of(guild: discord.Guild, role: discord.Role | None, choice: Choice, language: str) -> tuple[str, ...]:
    """What does not go with the chosen role."""
    if role is None:
        return ()
    try:
        check_role(guild, role, language)
        place = place_for(guild, choice.channel, language)
    except Unacceptable as trouble:
        return (f"⚠️ {trouble}",)
    warned = [one for one in cautions(place, guild.me, role, language) if role.mention in one]
    hindrance = trouble_of_role(guild, role, language)
    note = said(language, "ℹ️ Members cannot give it to themselves: {trouble}", trouble=hindrance) if hindrance else ""
    return (*warned, *([note] if note else []))


# --- what is pressed ----------------------------------------------------------------------------------------------


class Menu(discord.ui.DynamicItem[Any], template=r"setup:(?P<part>channel|what|role|noise|zone)"):
    """One of the menus."""

    def __init__(self, part: str, item: Any) -> None:
        self.part = part
        item.custom_id = f"setup:{part}"
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["part"], item)

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        await ending(interaction, show(interaction, self.next(knowing.asking, interaction)))

    async def next(self, asking: Asking, interaction: Interaction) -> discord.ui.LayoutView:
        """Keep what was chosen, and draw it. Raises: MissingPermissions."""
        may_press(interaction)
        by = who(interaction)
        choice = chosen(await recalled(asking, by), self.part, interaction)
        await remember(asking, by, choice)
        return await screen(asking, interaction, choice)


def chosen(before: Choice, part: str, interaction: Interaction) -> Choice:
    """What is chosen now. A value that no menu offers changes nothing."""
    pressed = cast("dict[str, Any]", interaction.data or {})
    value = next(iter(pressed.get("values", [])), "")
    match part:
        case "channel":
            return replace(before, channel=int(value) if value.isdigit() else 0)
        case "role":
            return replace(before, role=int(value) if value.isdigit() else 0)
        case "noise" if value in NOISES:
            return replace(before, noise=value)
        case "zone" if value in ZONES:
            return replace(before, zone=value)
        case "what":
            what_fields(value, language_of(interaction))
            return replace(before, what=value)
        case _:
            return before


class Press(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"setup:(?P<do>preview|back|go|leave)"):
    """One of the buttons."""

    def __init__(self, do: str, label: str = "…", *, disabled: bool = False) -> None:
        self.do = do
        style = discord.ButtonStyle.success if do in {"go", "preview"} else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button[Any](label=label, style=style, disabled=disabled, custom_id=f"setup:{do}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["do"])

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        await ending(interaction, show(interaction, self.next(knowing, interaction)))

    async def next(self, knowing: Knowing, interaction: Interaction) -> discord.ui.LayoutView:
        """Do what was pressed, and draw what follows. Raises: Unacceptable, MissingPermissions."""
        may_press(interaction)
        language, choice = language_of(interaction), await recalled(knowing.asking, who(interaction))
        match self.do:
            case "preview":
                return await preview(knowing, interaction, choice)
            case "go":
                return await begin(knowing, interaction, choice)
            case "leave":
                return page(Post(title="", lines=(said(language, "Left as it is. `/setup` begins anew."),)))
            case _:
                return await screen(knowing.asking, interaction, choice)


def page(post: Post, *buttons: Press) -> discord.ui.LayoutView:
    """A post as a screen of the new kind: this message began as one and has to stay one."""
    view = discord.ui.LayoutView(timeout=None)
    box = discord.ui.Container[Any](accent_colour=0x2E86DE)
    title = f"## {post.title}" if post.title else ""
    box.add_item(text("\n".join(one for one in (title, *post.lines) if one or title)))
    if post.image:
        box.add_item(discord.ui.MediaGallery[Any](discord.MediaGalleryItem(post.image)))
    if post.footer:
        box.add_item(text(f"-# {post.footer}"))
    view.add_item(box)
    if buttons:
        view.add_item(menu_row(*buttons))
    return view


def drafted(interaction: Interaction, choice: Choice, place: Place, server: Server, clock: Clock) -> Watch:
    """The watch that was chosen. Raises: Unacceptable."""
    noise = NOISES.get(choice.noise, NOISES[USUALLY])
    blank = Watch(
        id=WatchId(0),
        target=target_of(place),
        name="",
        made_at=clock.now(),
        made_by=UserId(interaction.user.id),
        language=server.language,
    )
    roles = (RoleId(choice.role),) if choice.role else ()
    return replace(blank, **what_fields(choice.what, server.language), notices=noise.notices, leads=noise.leads, roles=roles)


def checked(interaction: Interaction, choice: Choice) -> Place:
    """The chosen place, if we may post there, with a role that may be pinged. Raises: Unacceptable."""
    guild, language = here(interaction), language_of(interaction)
    place = place_for(guild, choice.channel, language)
    check_may_post(place, guild.me, language)
    check_person(place, interaction.user, language)
    if choice.role:
        role = guild.get_role(choice.role)
        if role is None:
            raise Unacceptable(said(language, "That role is not one of this server. Pick one from the list."))
        check_role(guild, role, language)
    return place


async def preview(knowing: Knowing, interaction: Interaction, choice: Choice) -> discord.ui.LayoutView:
    """Show a real event as it would be told. Raises: Unacceptable."""
    language = language_of(interaction)
    place = checked(interaction, choice)
    server = (await Governing(knowing.asking).settings(guild_of(interaction))).server
    watch = drafted(interaction, choice, place, server, knowing.clock)
    track = await Explaining(knowing.asking).next_for(watch)
    if track is None:
        line = said(language, "Nothing that is announced matches yet; what comes will be posted in {place}.", place=place.mention)
        shown = Post(title=said(language, "Preview"), lines=(line,))
    else:
        shown = previewed(watch, track, knowing.clock.now(), language)
    footer = said(language, "Nothing is posted yet. {place} is told once you press the green button.", place=place.mention)
    buttons = (
        Press("go", said(language, "Begin")),
        Press("back", said(language, "Back")),
        Press("leave", said(language, "Cancel")),
    )
    return page(replace(shown, footer=footer), *buttons)


async def begin(knowing: Knowing, interaction: Interaction, choice: Choice) -> discord.ui.LayoutView:
    """Keep what was chosen. Raises: Unacceptable."""
    by, language = who(interaction), language_of(interaction)
    place = checked(interaction, choice)
    governing = Governing(knowing.asking)
    server = (await governing.settings(by.guild)).server
    role = RoleId(choice.role) if choice.role else None
    watch, ahead = await governing.add(
        by,
        drafted(interaction, choice, place, server, knowing.clock),
        change=lambda before: replace(before, zone=choice.zone, role=role or before.role),
        what="/setup",
    )
    title = said(language, "Done: {place} is told from now on", place=place.mention)
    shown = listing(ahead[:AHEAD], knowing.clock.now(), "", language=language)
    rows = shown.lines if ahead else (said(language, "Nothing that is announced matches yet; what comes will."),)
    hint = said(language, "🔔 `/role button` posts a button by which members give themselves the role.") if role else ""
    more = said(language, "`/watch add` watches something else as well, `/undo` takes this back.")
    return page(Post(title=title, lines=(*watch_lines(watch, language), "", *rows, "", *([hint] if hint else []), more)))
