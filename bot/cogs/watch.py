"""/watch add, list, remove: what this server is told, where, and whom it pings. For those who manage the server."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import discord
from discord import app_commands

from bot.cogs.places import cautions, check_may_post, check_role, place_for, trouble_at
from bot.cogs.replying import Interaction, reply, say
from bot.flow.ask import Asking, Unacceptable
from bot.model import USUAL, ChannelId, GuildId, Post, RoleId, Target, UserId, Watch, WatchId
from bot.ports import Clock, StoreDown
from bot.rules.asking import LONGEST_TEXT, Wrong, parse_leads, parse_says, parse_what
from bot.rules.text import plain, stamp
from bot.rules.wording import listing, watch_line

LEADS = "24h 1h 10m"
PING_ON = "reminder live"
SHOWN_AHEAD = 5
SUGGESTED = 25
"""Discord shows at most so many suggestions."""
LABEL = 100
LONGEST_NAME = 80

T = TypeVar("T")

CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]


class Channel(app_commands.Transformer[discord.Client]):
    """A channel option as Discord sent it; whether it is one of this server is checked where it is used."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return CHANNEL_TYPES

    async def transform(self, _: Interaction, value: app_commands.AppCommandChannel | app_commands.AppCommandThread, /) -> int:
        return value.id


class WatchCommands(app_commands.Group):
    """The three commands. Discord hides them from others by default; they are checked again here."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        super().__init__(
            name="watch",
            description="What this server is told about launches",
            guild_only=True,
            default_permissions=discord.Permissions(manage_guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        )
        self._asking = asking
        self._clock = clock

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Whether this person manages this server. Raises: MissingPermissions."""
        if interaction.guild_id is None:
            raise app_commands.NoPrivateMessage
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True

    @app_commands.command(name="add", description="Tell a channel about launches")
    @app_commands.describe(
        what="For instance: Soyuz · crew: Peresild · lsp: SpaceX, -Starlink · everything",
        channel="Where to post; here, if you leave it out",
        role="A role to ping",
        ping_on=f"Which notices ping the role: {PING_ON}, if you leave it out",
        notices="Which notices to send: the usual ones, if you leave it out; for instance: reminder live scrub, or: usual -slip",
        leads=f"Reminders before T-0: {LEADS}, if you leave it out",
        crewed_only="Only flights with people aboard",
        webcast_only="Only what can be watched",
    )
    async def add(
        self,
        interaction: Interaction,
        *,
        what: app_commands.Range[str, 1, LONGEST_TEXT],
        channel: app_commands.Transform[int, Channel] | None = None,
        role: discord.Role | None = None,
        ping_on: app_commands.Range[str, 1, LONGEST_TEXT] = PING_ON,
        notices: app_commands.Range[str, 1, LONGEST_TEXT] = "usual",
        leads: app_commands.Range[str, 1, LONGEST_TEXT] = LEADS,
        crewed_only: bool = False,
        webcast_only: bool = False,
    ) -> None:
        place = place_for(interaction.client.get_guild(guild_of(interaction)), channel or interaction.channel_id)
        me = place.guild.get_member(interaction.application_id)
        check_may_post(place, me)
        if role is not None:
            check_role(place.guild, role)
        wanted = read(parse_what(what))
        draft = Watch(
            id=WatchId(0),
            target=Target(GuildId(place.guild.id), ChannelId(place.id)),
            name=one_line(what),
            include=wanted.include,
            exclude=wanted.exclude,
            crewed_only=wanted.crewed_only or crewed_only,
            webcast_only=wanted.webcast_only or webcast_only,
            notices=read(parse_says(notices)),
            leads=read(parse_leads(leads)),
            roles=(RoleId(role.id),) if role else (),
            ping_on=read(parse_says(ping_on)),
            made_at=self._clock.now(),
            made_by=UserId(interaction.user.id),
        )
        if not draft.notices:
            raise Unacceptable("A watch that sends nothing is none. Choose at least one notice, or leave `notices` out.")
        await reply(interaction, self._added(draft, cautions(place, me, role)), private=True)

    async def _added(self, draft: Watch, warnings: tuple[str, ...]) -> Post:
        kept, ahead = await self._asking.add_watch(draft)
        shown = listing(ahead[:SHOWN_AHEAD], self._clock.now(), f"Watching {plain(kept.name, LONGEST_NAME)}")
        rows = shown.lines if ahead else ("Nothing that is announced matches yet; what comes will.",)
        more = (f"… and {len(ahead) - SHOWN_AHEAD} more ahead",) if len(ahead) > SHOWN_AHEAD else ()
        return replace(shown, lines=(watch_line(kept), *left_out(kept), *warnings, "", *rows, *more))

    @app_commands.command(name="list", description="What this server is told, and where")
    async def list_(self, interaction: Interaction) -> None:
        await reply(interaction, self._listed(guild_of(interaction)), private=True)

    async def _listed(self, guild: GuildId) -> Post:
        watches, paused = await self._asking.watches(guild), await self._asking.paused(guild)
        if not watches:
            return say("This server watches nothing yet. Begin with `/watch add what: Soyuz`, or `what: everything`.")
        troubles = [
            f"⏸️ <#{target.channel}> is paused since {stamp(since, 'R')}: {why}. Then `/watch resume`."
            for target, (why, since) in paused.items()
        ]
        return Post(title="What this server watches", lines=(*map(watch_line, watches), *troubles))

    @app_commands.command(name="resume", description="Post again where posting was paused, once it is mended")
    async def resume(self, interaction: Interaction) -> None:
        await reply(
            interaction, self._resumed(interaction.client.get_guild(guild_of(interaction)), guild_of(interaction)), private=True
        )

    async def _resumed(self, here: discord.Guild | None, guild: GuildId) -> Post:
        targets = await self._asking.resume(guild)
        if not targets:
            return say("Nothing is paused in this server.")
        still = [trouble for target in targets if (trouble := trouble_at(here, target.channel))]
        return Post(title="Posting again", lines=(", ".join(f"<#{target.channel}>" for target in targets), *still))

    @app_commands.command(name="remove", description="Stop telling a channel about something")
    @app_commands.describe(watch="Which one; /watch list shows them all")
    async def remove(self, interaction: Interaction, watch: app_commands.Range[str, 1, LABEL]) -> None:
        await reply(interaction, self._removed(guild_of(interaction), watch), private=True)

    async def _removed(self, guild: GuildId, text: str) -> Post:
        sought = text.strip().casefold()
        meant = [one for one in await self._asking.watches(guild) if sought in {str(one.id), one.name.casefold()}]
        if len(meant) > 1:
            return say(f"{len(meant)} watches are called “{plain(text)}”. Give the number that `/watch list` shows.")
        if not meant or not await self._asking.remove_watch(guild, meant[0].id):
            return say(f"This server has no watch “{plain(text)}”. `/watch list` shows those it has.")
        return say(f"Removed: {watch_line(meant[0])}")

    @remove.autocomplete("watch")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The watches of this server that fit what is typed."""
        if not interaction.permissions.manage_guild:
            return []
        try:
            watches = await self._asking.watches(guild_of(interaction))
        except StoreDown:
            return []
        fitting = [watch for watch in watches if typed.casefold() in f"{watch.id}. {watch.name}".casefold()]
        return [app_commands.Choice(name=label(watch, interaction.guild), value=str(watch.id)) for watch in fitting[:SUGGESTED]]


def guild_of(interaction: Interaction) -> GuildId:
    """The server where it was asked; 0, which has nothing, outside of one."""
    return GuildId(interaction.guild_id or 0)


def read(parsed: T | Wrong) -> T:
    """What was read. Raises: Unacceptable when it could not be."""
    if isinstance(parsed, Wrong):
        raise Unacceptable(parsed.sentence)
    return parsed


def one_line(what: str) -> str:
    """What a watch is called: what was asked for, on one line."""
    line = " ".join(what.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def left_out(watch: Watch) -> tuple[str, ...]:
    """Name the notices that this watch does not send."""
    missing = sorted(say.value for say in USUAL - watch.notices)
    return (f"Not sent: {', '.join(missing)}",) if missing else ()


def label(watch: Watch, guild: discord.Guild | None) -> str:
    """One line of a list to choose from."""
    place = guild.get_channel_or_thread(watch.target.channel) if guild else None
    text = f"{watch.id}. {watch.name}" + (f" in #{place.name}" if place else "")
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"
