"""What stands in a server and is no message, as Discord has it: the posts of a forum, scheduled events.

What it raises beside its own is what discord.py raises.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import discord
from discord.http import Route

from bot.model import ChannelId, MessageId, Occasion, Phase, Post, Refused
from bot.rendering import Message, render
from bot.rules.forum import chosen, named, same_post

ARCHIVED = frozenset({50083, 160005})
"""Codes of a thread that is archived, or locked."""
A_WEEK: Final = 10080
"""Minutes without a word after which Discord puts a post out of sight: the longest it takes."""


class NoForum(Exception):
    """There is no such forum."""


class Locked(Exception):
    """A moderator locked the post, and the bot may not open it."""


class Over(Exception):
    """The scheduled event has ended, or was called off: Discord takes no change of it."""


CERTAIN: dict[type[Exception], Refused] = {
    Locked: Refused(403, 10008, "a moderator locked the post"),
    Over: Refused(400, 180000, "it is over"),
    NoForum: Refused(404, 10003, "there is no such forum"),
}
"""The answers that are known without asking Discord, with its own codes."""


def forum_of(guild: discord.Guild, forum: ChannelId) -> discord.ForumChannel:
    """Give the forum. Raises: NoForum."""
    channel = guild.get_channel(forum)
    if not isinstance(channel, discord.ForumChannel):
        raise NoForum
    return channel


async def open_post(forum: discord.ForumChannel, post: Post) -> MessageId:
    """Open a post whose first message says this; the post and its first message have one id."""
    message: Message = render(post)
    made = await forum.create_thread(
        name=named(post),
        auto_archive_duration=A_WEEK,
        content=message.content or None,
        embeds=[message.embed] if message.embed else [],
        allowed_mentions=message.mentions,
        applied_tags=fitting(forum, post),
        view=message.view() or discord.utils.MISSING,
        silent=message.silent,
    )
    return MessageId(made.thread.id)


def fitting(forum: discord.ForumChannel, post: Post, applied: tuple[str, ...] = ()) -> list[discord.ForumTag]:
    """Give the tags of the forum that fit, and that the bot may give."""
    mine = forum.permissions_for(forum.guild.me).manage_threads
    free = {tag.name: tag for tag in forum.available_tags if mine or not tag.moderated}
    return [free[name] for name in chosen(post.tags, free, applied) if name in free]


async def thread_of(guild: discord.Guild, post: MessageId) -> discord.Thread:
    """Give the thread of a forum's post; one that is out of sight is asked for."""
    known = guild.get_thread(post)
    if known is not None:
        return known
    found = await guild.fetch_channel(post)
    if not isinstance(found, discord.Thread):
        raise NoForum
    return found


async def entitle(guild: discord.Guild, forum: discord.ForumChannel, message: MessageId, post: Post) -> None:
    """Give a forum's post this name and these tags, where it has others."""
    thread = await thread_of(guild, message)
    tags = fitting(forum, post, tuple(tag.name for tag in thread.applied_tags))
    name = named(post)
    same_tags = {tag.id for tag in tags} == {tag.id for tag in thread.applied_tags}
    if thread.name == name and same_tags:
        return
    try:
        await rename(thread, name, tags, same_tags=same_tags)
    except discord.HTTPException as refused:
        if refused.code not in ARCHIVED:
            raise
        thread, locked = await reopen(guild, message)
        await rename(thread, name, tags, same_tags=same_tags)
        await put_away(thread, locked=locked)


async def rename(thread: discord.Thread, name: str, tags: list[discord.ForumTag], *, same_tags: bool) -> None:
    """Change what differs: a name that is sent counts, though it is the same."""
    if thread.name == name:
        await thread.edit(applied_tags=tags)
    elif same_tags:
        await thread.edit(name=name)
    else:
        await thread.edit(name=name, applied_tags=tags)


async def put_away(thread: discord.Thread, *, locked: bool) -> None:
    """Close a post, and lock it if it was."""
    await (thread.edit(archived=True, locked=True) if locked else thread.edit(archived=True))


async def close_post(guild: discord.Guild, message: MessageId) -> None:
    """Close a forum's post: it is out of the way, and whoever writes in it opens it again."""
    thread = await thread_of(guild, message)
    if not thread.archived:
        await thread.edit(archived=True)


async def reopen(guild: discord.Guild, message: MessageId) -> tuple[discord.Thread, bool]:
    """Open a post again; gives the thread, and whether it was locked. Raises: Locked, when the bot may not."""
    thread = await thread_of(guild, message)
    locked = thread.locked
    try:
        await (thread.edit(archived=False, locked=False) if locked else thread.edit(archived=False))
    except discord.Forbidden:
        raise Locked from None
    return thread, locked


async def find_post(guild: discord.Guild, forum: ChannelId, post: Post, since: datetime) -> MessageId | None:
    """Give our own post of this name that was opened since then, among those in sight."""
    me, name = guild.me.id, named(post)
    for thread in await guild.active_threads():
        opened = discord.utils.snowflake_time(thread.id)
        if thread.parent_id == forum and thread.owner_id == me and opened >= since and same_post(thread.name, name):
            return MessageId(thread.id)
    return None


# --- crossposts -------------------------------------------------------------------------------------------------------


PUBLISHED = 40033
"""A message that is spread already: by an earlier try whose answer was lost, or by a moderator."""


async def spread(client: discord.Client, channel: discord.PartialMessageable | discord.DMChannel, message: MessageId) -> None:
    """Spread a message to the servers that follow its channel."""
    unhold(client, channel.id)
    try:
        await channel.get_partial_message(message).publish()
    except discord.HTTPException as refused:
        if refused.code != PUBLISHED:
            raise


def unhold(client: discord.Client, channel: int) -> None:
    """Let a publication through while the channel's hour has room.

    discord.py refuses whatever is left of a bucket whose window is longer than its `max_ratelimit_timeout`; this one has an hour.
    """
    http: Any = client.http
    route = Route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost", channel_id=channel, message_id=0)
    known = http._bucket_hashes.get(route.key, route.key)  # noqa: SLF001 -- discord.py has no other way to ask
    limit = http.get_ratelimit(f"{known}:{route.major_parameters}")
    if limit.remaining > 0:
        limit.expires = None


# --- scheduled events -------------------------------------------------------------------------------------------------

STATUSES = {
    Phase.SCHEDULED: discord.EventStatus.scheduled,
    Phase.ACTIVE: discord.EventStatus.active,
    Phase.COMPLETED: discord.EventStatus.completed,
    Phase.CANCELED: discord.EventStatus.canceled,
}
OPEN = frozenset({discord.EventStatus.scheduled, discord.EventStatus.active})


async def make_occasion(guild: discord.Guild, occasion: Occasion) -> MessageId:
    """Make a scheduled event that takes place elsewhere."""
    made = await guild.create_scheduled_event(
        name=occasion.name,
        start_time=occasion.start,
        end_time=occasion.end,
        description=occasion.description,
        location=occasion.place,
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
    )
    return MessageId(made.id)


async def find_occasion(guild: discord.Guild, occasion: Occasion, since: datetime) -> MessageId | None:
    """Give our own open event of this name that was made since then."""
    me = guild.me.id
    for event in await guild.fetch_scheduled_events(with_counts=False):
        made = discord.utils.snowflake_time(event.id)
        if event.status in OPEN and event.creator_id == me and event.name == occasion.name and made >= since:
            return MessageId(event.id)
    return None


async def keep_occasion(guild: discord.Guild, ident: MessageId, occasion: Occasion) -> None:
    """Bring an event to what it should say, and to its phase: what is the same is not sent. Raises: Over."""
    event = await guild.fetch_scheduled_event(ident, with_counts=False)
    wanted = STATUSES[occasion.phase]
    if event.status not in OPEN:
        if wanted in OPEN:
            raise Over
        return
    steps = [wanted] if wanted is not event.status else []
    if event.status is discord.EventStatus.scheduled and wanted is discord.EventStatus.completed:
        steps = [discord.EventStatus.active, wanted]  # Discord knows no other way there
    elif event.status is discord.EventStatus.active and wanted is discord.EventStatus.scheduled:
        steps = []  # somebody began it; nor is there a way back
    changes = differing(event, occasion) if wanted in OPEN else {}
    if changes and not steps:
        await event.edit(**changes)
    for step in steps:
        await event.edit(status=step, **changes)
        changes = {}


def differing(event: discord.ScheduledEvent, occasion: Occasion) -> dict[str, Any]:
    """Give what an event says otherwise. The start of one that runs is history."""
    wanted: dict[str, Any] = {"name": occasion.name, "description": occasion.description, "location": occasion.place}
    is_ahead = event.status is discord.EventStatus.scheduled and occasion.phase is Phase.SCHEDULED
    if is_ahead:
        wanted["start_time"] = occasion.start
    if is_ahead or occasion.end > event.start_time:
        wanted["end_time"] = occasion.end
    return {name: value for name, value in wanted.items() if getattr(event, name) != value}
