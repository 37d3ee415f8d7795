"""What stands in a server and is no message, as Discord has it: the posts of a forum. What it raises is what discord.py raises."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import discord

from bot.model import ChannelId, MessageId, Post
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
