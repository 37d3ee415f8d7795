"""Permission bits and what they add up to in a channel, as Discord computes it."""

from __future__ import annotations

from enum import IntFlag

from bot.sandbox.world import Channel, Guild


class Permission(IntFlag):
    """The bits that the sandbox looks at."""

    CREATE_INVITE = 1 << 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44


EVERYTHING = Permission((1 << 53) - 1)
EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_INVITE
)
"""What a new server grants @everyone, as far as it matters here. MENTION_EVERYONE is left out, as most communities do."""
INVITED = (
    EVERYONE
    | Permission.MANAGE_WEBHOOKS
    | Permission.MANAGE_THREADS
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_EVENTS
    | Permission.CREATE_EVENTS
)
"""What the bot's own role gets when a server invites it, unless the server says otherwise."""


def base(guild: Guild, user: int) -> Permission:
    """A member's permissions in the whole guild; none for a stranger."""
    if user == guild.owner:
        return EVERYTHING
    member = guild.members.get(user)
    if member is None:
        return Permission(0)
    total = guild.roles[guild.id].permissions
    for role in member.roles:
        if role in guild.roles:
            total |= guild.roles[role].permissions
    return EVERYTHING if total & Permission.ADMINISTRATOR else Permission(total)


def inside(guild: Guild, channel: Channel, user: int) -> Permission:
    """A member's permissions in one channel; a thread takes its parent's overwrites. Nothing at all without VIEW_CHANNEL."""
    total = int(base(guild, user))
    if total == EVERYTHING:
        return EVERYTHING
    place = guild.channels.get(channel.parent or 0, channel) if channel.thread else channel
    member = guild.members.get(user)
    roles = member.roles if member else set[int]()
    deny = allow = 0
    for over in place.overwrites.values():
        if over.id == guild.id:
            total = total & ~over.deny | over.allow
        elif not over.is_member and over.id in roles:
            deny |= over.deny
            allow |= over.allow
    total = total & ~deny | allow
    own = place.overwrites.get(user)
    if own is not None and own.is_member:
        total = total & ~own.deny | own.allow
    return Permission(total) if total & Permission.VIEW_CHANNEL else Permission(0)


def installed_only() -> Permission:
    """What an app may do where it answers as a user's own app, without being a member."""
    return Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.USE_EXTERNAL_EMOJIS
