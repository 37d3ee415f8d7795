"""The loopback Discord's state, and plain methods to furnish it: people, guilds, channels, roles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox import render
from bot.sandbox.errors import ApiError
from bot.sandbox.permissions import EVERYONE, INVITED, Permission, base, inside
from bot.sandbox.record import Log, What, said
from bot.sandbox.wire import Json
from bot.sandbox.world import (
    A_MILLISECOND,
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    ScheduledEvent,
    Snowflakes,
    Tag,
    User,
    Webhook,
)


@dataclass(slots=True, kw_only=True)
class Command:
    """A registered application command: its definition as the bot sent it, with the id and version it got."""

    id: int
    version: int
    guild: int | None
    spec: Json

    @property
    def name(self) -> str:
        return str(self.spec["name"])


@dataclass(slots=True, kw_only=True)
class Interaction:
    """Somebody's command, click, or modal, and what the bot made of it."""

    id: int
    token: str
    kind: int
    """2 command, 3 component, 4 autocomplete, 5 modal."""
    user: User
    channel: Channel
    guild: int | None
    metadata: Json
    deadline: float
    """On the event loop's clock: the callback must come before it."""
    expires: float
    """On the event loop's clock: follow-ups and edits must come before it."""
    source: Message | None = None
    """The message that was clicked on."""
    callback: int | None = None
    """The type of the callback, None until it came."""
    deferred: bool = False
    """The bot is "thinking": the original is a placeholder."""
    original: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])
    choices: list[Json] = field(default_factory=list[Json])
    modal: Json | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Wake whoever waits for the bot's answer."""
        self.changed.set()


class Realm:
    """Everything that exists. The bot is `bot`, its application has the same id."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.new_id = Snowflakes(now)
        self.log = Log()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.commands: dict[int, Command] = {}
        self.overrides: dict[tuple[int, int], list[Json]] = {}
        """What servers set for commands, by server and command: who may use them, as Discord gives it."""
        self.interactions: dict[int, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], tuple[Message, datetime]] = {}
        self.nonce_window = timedelta(minutes=5)
        """How long an enforced nonce is remembered, in sandbox time. Discord says "a few minutes"."""
        self.files: dict[str, tuple[str, bytes]] = {}
        """Uploaded files by path: content type and bytes."""
        self.cdn = "https://cdn.discordapp.com"
        """Where people's files are served from: the sandbox itself, once it listens."""
        self.owner = self.add_user("owner")
        self.bot = self.add_user("T-Minus", bot=True)
        self.tell: Callable[[str, Json, int | None], None] = lambda _event, _payload, _guild: None
        """Dispatches an event over the gateway, to the shard of a guild (None: shard 0)."""

    # --- furnishing ---

    def add_user(self, name: str, *, bot: bool = False, dms_open: bool = True) -> User:
        """A person, or another bot."""
        user = User(id=self.new_id(), name=name, bot=bot, dms_open=dms_open)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, owner: User | None = None, permissions: int = INVITED, bot: bool = True) -> Guild:
        """A server with its @everyone role, its owner and, unless `bot` is False, the bot with a role of its own."""
        owner = owner or self.owner
        guild = Guild(id=self.new_id(step=A_MILLISECOND), name=name, owner=owner.id)
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=EVERYONE)
        guild.members[owner.id] = Member(user=owner, joined=self.now())
        self.guilds[guild.id] = guild
        if bot:
            self.invite_bot(guild, permissions)
        return guild

    def add_role(self, guild: Guild, name: str, *, permissions: int = 0, mentionable: bool = False) -> Role:
        """A role, above those that are there."""
        role = Role(id=self.new_id(), name=name, permissions=permissions, position=len(guild.roles), mentionable=mentionable)
        guild.roles[role.id] = role
        self.tell("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": render.role(role)}, guild.id)
        return role

    def add_member(self, guild: Guild, user: User, *roles: Role) -> Member:
        """A person joins a server."""
        member = Member(user=user, joined=self.now(), roles={role.id for role in roles})
        guild.members[user.id] = member
        self.tell("GUILD_MEMBER_ADD", {**render.member(member), "guild_id": str(guild.id)}, guild.id)
        return member

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type: ChannelType = ChannelType.TEXT,  # noqa: A002 - Discord's word
        parent: Channel | None = None,
        topic: str | None = None,
        overwrites: Iterable[Overwrite] = (),
        tags: Iterable[str] = (),
        needs_tag: bool = False,
    ) -> Channel:
        """A channel of any type but a thread; `tags` are a forum's."""
        channel = Channel(
            id=self.new_id(),
            type=type,
            guild=guild.id,
            name=name,
            position=len(guild.channels),
            topic=topic,
            parent=parent.id if parent else None,
            overwrites={each.id: each for each in overwrites},
            tags=[Tag(id=self.new_id(), name=tag) for tag in tags],
            needs_tag=needs_tag,
        )
        guild.channels[channel.id] = self.channels[channel.id] = channel
        self.tell("CHANNEL_CREATE", render.channel(channel), guild.id)
        return channel

    def overwrite(self, channel: Channel, who: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Set what a role or a person may and may not do in a channel."""
        channel.overwrites[who.id] = Overwrite(id=who.id, is_member=isinstance(who, User), allow=allow, deny=deny)
        self.tell("CHANNEL_UPDATE", render.channel(channel), channel.guild)

    def set_permissions(self, guild: Guild, permissions: int) -> None:
        """Change what the bot's own role may do in a server."""
        role = next(role for role in guild.roles.values() if role.bot == self.bot.id)
        role.permissions = permissions
        self.tell("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": render.role(role)}, guild.id)

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel, with its threads and webhooks."""
        guild = self.guilds[channel.guild or 0]
        for thread in [each for each in guild.channels.values() if each.parent == channel.id and each.thread]:
            self.remove_channel(thread)
        self.webhooks = {ident: hook for ident, hook in self.webhooks.items() if hook.channel != channel.id}
        del guild.channels[channel.id], self.channels[channel.id]
        if channel.thread:
            keys = {"id": channel.id, "guild_id": guild.id, "parent_id": channel.parent}
            gone: Json = {key: str(value) for key, value in keys.items()} | {"type": int(channel.type)}
            self.tell("THREAD_DELETE", gone, guild.id)
        else:
            self.tell("CHANNEL_DELETE", render.channel(channel), guild.id)

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Delete a role."""
        del guild.roles[role.id]
        for member in guild.members.values():
            member.roles.discard(role.id)
        self.tell("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild.id)

    def kick_bot(self, guild: Guild) -> None:
        """The bot is removed from a server, which goes on without it."""
        del guild.members[self.bot.id]
        guild.roles = {ident: role for ident, role in guild.roles.items() if role.bot != self.bot.id}
        self.tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def invite_bot(self, guild: Guild, permissions: int = INVITED) -> None:
        """The bot joins a server, with a role of its own."""
        own = Role(id=self.new_id(), name=self.bot.name, permissions=permissions, position=1, bot=self.bot.id)
        guild.roles[own.id] = own
        guild.members[self.bot.id] = Member(user=self.bot, joined=self.now(), roles={own.id})
        self.tell("GUILD_CREATE", render.guild_create(guild, self.bot.id, joined=True), guild.id)

    def set_available(self, guild: Guild, *, available: bool) -> None:
        """A server drops out (Discord's own trouble) or comes back."""
        guild.available = available
        if available:
            self.tell("GUILD_CREATE", render.guild_create(guild, self.bot.id), guild.id)
        else:
            self.tell("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild.id)

    def dm(self, user: User) -> Channel:
        """The bot's direct channel with a person, made when there is none."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(id=self.new_id(), type=ChannelType.DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def add_scheduled_event(self, event: ScheduledEvent) -> None:
        """Put an event into its guild's list."""
        self.guilds[event.guild].events[event.id] = event
        self.tell("GUILD_SCHEDULED_EVENT_CREATE", render.event(event), event.guild)

    # --- looking up, as the bot may ---

    def guild(self, ident: int) -> Guild:
        """A guild the bot is in. Raises: ApiError 10004 (unknown, or not a member, as Discord does for guilds)."""
        guild = self.guilds.get(ident)
        if guild is None or self.bot.id not in guild.members:
            raise ApiError(10004)
        return guild

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild of a channel; None for a DM."""
        return None if channel.guild is None else self.guilds[channel.guild]

    def channel(self, ident: int, *needed: Permission) -> Channel:
        """A channel the bot sees and has these permissions in. Raises: ApiError 10003, 50001, 50013."""
        channel = self.channels.get(ident)
        if channel is None:
            raise ApiError(10003)
        granted = self.granted(channel, self.bot)
        if not granted & Permission.VIEW_CHANNEL:
            raise ApiError(50001)
        if any(not granted & bit for bit in needed):
            raise ApiError(50013)
        return channel

    def granted(self, channel: Channel, user: User) -> Permission:
        """What somebody may do in a channel; in a DM everything but what only servers have."""
        guild = self.guild_of(channel)
        return EVERYONE if guild is None else inside(guild, channel, user.id)

    def granted_in(self, guild: Guild, user: User, *needed: Permission) -> Permission:
        """What somebody may do in a whole guild. Raises: ApiError 50013 when something needed is missing."""
        granted = base(guild, user.id)
        if any(not granted & bit for bit in needed):
            raise ApiError(50013)
        return granted

    def message(self, channel: Channel, ident: int) -> Message:
        """A message of a channel. Raises: ApiError 10008."""
        message = channel.messages.get(ident)
        if message is None:
            raise ApiError(10008)
        return message

    def show(self, message: Message) -> Json:
        """A message as JSON, with the one it replies to."""
        replied = None
        if message.replied is not None and message.channel in self.channels:
            replied = self.channels[message.channel].messages.get(message.replied)
        shown = render.message(message, self.users, referenced=replied)
        if message.thread is not None and message.thread in self.channels:
            shown["thread"] = render.channel(self.channels[message.thread])
        return shown

    def note(self, what: What | Literal[""], message: Message) -> None:
        """Write a message's change into the log."""
        if what:
            self.log.add(said(what, message, self.now()))
