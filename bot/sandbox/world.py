"""What exists on the loopback Discord: users, guilds, channels, messages. Mutable, changed only by the sandbox's own hands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from bot.sandbox.wire import Json

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Where Discord's snowflakes begin."""


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = frozenset({ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})


@dataclass(slots=True, kw_only=True)
class User:
    id: int
    name: str
    bot: bool = False
    dms_open: bool = True
    """False: messages to this person answer 50007."""


@dataclass(slots=True, kw_only=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0
    mentionable: bool = False
    bot: int | None = None
    """The bot whose own role it is."""


@dataclass(slots=True, kw_only=True)
class Overwrite:
    id: int
    is_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(slots=True, kw_only=True)
class Tag:
    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None


@dataclass(slots=True, kw_only=True)
class ThreadState:
    owner: int
    archived_at: datetime
    created: datetime
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    tags: list[int] = field(default_factory=list[int])
    members: set[int] = field(default_factory=set[int])
    total: int = 0


@dataclass(frozen=True, slots=True)
class Pings:
    """Whom a message really notified."""

    everyone: bool = False
    roles: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.roles) or bool(self.users)


@dataclass(slots=True, kw_only=True)
class Message:
    id: int
    channel: int
    guild: int | None
    author: User
    at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    flags: int = 0
    type: int = 0
    tts: bool = False
    pinned: bool = False
    edited: datetime | None = None
    nonce: str | int | None = None
    pings: Pings = Pings()
    mentions: Pings = Pings()
    """What the text mentions as allowed; edits change it, but only `pings` notified anyone."""
    reference: Json | None = None
    replied: int | None = None
    webhook: int | None = None
    interaction: Json | None = None
    """Its interaction_metadata, when it answers one."""
    application: int | None = None
    username: str | None = None
    """The name a webhook chose for this message."""
    mirrors: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Channel and id of its copies in channels that follow this one."""
    thread: int | None = None

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & 1 << 6)

    @property
    def silent(self) -> bool:
        return bool(self.flags & 1 << 12)


@dataclass(slots=True, kw_only=True)
class Channel:
    id: int
    type: ChannelType
    guild: int | None = None
    name: str = ""
    position: int = 0
    topic: str | None = None
    parent: int | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    recipient: User | None = None
    tags: list[Tag] = field(default_factory=list[Tag])
    needs_tag: bool = False
    thread: ThreadState | None = None
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict[int, Message])
    """By id, oldest first."""
    last_message: int | None = None
    followers: list[int] = field(default_factory=list[int])
    """The webhooks that mirror this announcement channel elsewhere."""


@dataclass(slots=True, kw_only=True)
class Member:
    user: User
    joined: datetime
    roles: set[int] = field(default_factory=set[int])
    nick: str | None = None


@dataclass(slots=True, kw_only=True)
class ScheduledEvent:
    id: int
    guild: int
    name: str
    description: str | None
    location: str
    start: datetime
    end: datetime
    creator: User
    status: int = 1
    image: str | None = None
    interested: list[int] = field(default_factory=list[int])


@dataclass(slots=True, kw_only=True)
class Guild:
    id: int
    name: str
    owner: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    """Threads included."""
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    events: dict[int, ScheduledEvent] = field(default_factory=dict[int, ScheduledEvent])
    available: bool = True
    system_channel: int | None = None
    """Where Discord greets and admins look."""
    updates_channel: int | None = None
    """Where Discord writes to the moderators of a community."""


@dataclass(slots=True, kw_only=True)
class Webhook:
    id: int
    channel: int
    guild: int
    name: str
    token: str | None
    type: int = 1
    application: int | None = None
    user: User | None = None
    source: int | None = None
    """The followed channel, for a follower's webhook."""


A_MILLISECOND = 1 << 22


class Snowflakes:
    """Ids made from a clock: strictly increasing even while it stands still or is set back."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def __call__(self, *, step: int = 1) -> int:
        """The next id. Guilds step by a millisecond, so that they spread over shards while the clock stands still."""
        since = self._now() - EPOCH
        milliseconds = max(0, round(since.total_seconds() * 1000))
        self._last = max(self._last + step, milliseconds << 22)
        return self._last
