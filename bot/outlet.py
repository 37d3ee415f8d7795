"""Post -> Discord message; Discord's answer -> Outcome; outbox key -> nonce."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable
from copy import copy
from datetime import datetime, timedelta
from typing import cast

import aiohttp
import discord

from bot.hooks import GONE, Hooks, Mouth, correct, speak
from bot.model import (
    Busy,
    ChannelId,
    GuildId,
    Key,
    MessageId,
    Occasion,
    Outcome,
    Place,
    Post,
    Refused,
    Sent,
    Speaker,
    Target,
    Unclear,
)
from bot.ports import OutletDown
from bot.rendering import Message, identity, identity_of, render
from bot.standing import (
    ARCHIVED,
    CERTAIN,
    Locked,
    NoForum,
    Over,
    close_post,
    entitle,
    find_occasion,
    find_post,
    forum_of,
    keep_occasion,
    make_occasion,
    open_post,
    put_away,
    reopen,
    spread,
)
from bot.wire import TOO_MANY, Flight, Lapsed, flying, is_doubtful

log = logging.getLogger(__name__)

NONCE_BYTES = 18
"""24 characters in base64; Discord takes 25."""

SOON = timedelta(seconds=5)
"""When to try again after nothing could leave. Chosen, not measured: revisit with how long Discord is away when it is away."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""How far Discord's clock, which dates its messages, may be behind ours."""
READ_BACK = 500
"""Messages looked through for our own: five pages of Discord's. Chosen, not measured: revisit with a channel that chats at T-0."""

USER = re.compile(r"<@(\d+)>")
"""How a message calls a person."""

HELD_UP = "held up until its claim had lapsed"
UNKNOWN_GUILD = 10004
SOMEBODY_ELSES = 50005
"""A message that another author posted: a webhook of ours, perhaps."""
UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
MAYBE_THE_REPLY = frozenset({400, 403})
"""A no with these may mean the reply (160002: not without Read Message History) and not the message: it goes out without."""


class _Nowhere(Exception):
    """There is no such place for the bot any more."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class _NotYet(Exception):
    """The gateway has not told yet where that is."""


WORLD = (
    _Nowhere,
    Locked,
    NoForum,
    Over,
    _NotYet,
    discord.RateLimited,
    discord.HTTPException,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
)
"""How sending fails without a bug of ours. aiohttp's are no discord.DiscordException, and not all of them are OSError."""


class DiscordOutlet:
    """Where posts go; see ports.Outlet. `timeout`: patience with a request that has left and has no answer."""

    def __init__(self, client: discord.Client, *, timeout: timedelta, holds: Callable[[GuildId], bool] = lambda _: True) -> None:
        self._client = client
        self._stands: Callable[[], bool] = lambda: True
        self._holds = holds
        """Whether this process hears of a server: of another's it knows nothing, and that it knows nothing says nothing."""
        self._hooks = Hooks()
        self._patience_s = timeout.total_seconds()

    def under(self, stands: Callable[[], bool]) -> DiscordOutlet:
        (bound := copy(self))._stands = stands  # noqa: SLF001 -- it is one of us
        return bound

    async def send(self, key: Key, target: Target, post: Post, reply_to: MessageId | None = None) -> Outcome:
        if target.place is Place.FORUM:
            return await self._into_forum(key, target, post, reply_to)
        if post.speaker is not None and target.place is Place.CHANNEL:
            spoken = await self._by_webhook(target, post, post.speaker)
            if spoken is not None:
                return spoken
        message = render(post)
        replies = (reply_to, None) if reply_to is not None and target.place is Place.CHANNEL else (None,)
        outcome: Outcome = Busy(SOON)
        for reply in replies:

            async def post_it(reply: MessageId | None = reply) -> MessageId:
                channel = await self._channel(target)
                return await _send(channel, message, nonce(key, ChannelId(channel.id)), reply)

            outcome = await self._outcome(post_it, target)
            if not (isinstance(outcome, Refused) and outcome.status in MAYBE_THE_REPLY):
                break
        return outcome

    async def _by_webhook(self, target: Target, post: Post, speaker: Speaker) -> Outcome | None:
        """Post under another name; None where that cannot be, and the bot has to speak for itself."""
        impossible = False

        async def say_it() -> MessageId:
            nonlocal impossible
            mouth = await self._mouth(target)
            if mouth is None:
                impossible = True
                return MessageId(0)
            try:
                return await speak(mouth, render(post), speaker)
            except discord.HTTPException as refused:
                if refused.code not in GONE:
                    raise
                self._hooks.forget(mouth)
                impossible = True
                return MessageId(0)

        outcome = await self._outcome(say_it, target)
        return None if impossible else outcome

    async def _mouth(self, target: Target) -> Mouth | None:
        return await self._hooks.mouth(self._guild(target), target.channel) if self._holds(target.guild) else None

    async def _into_forum(self, key: Key, target: Target, post: Post, within: MessageId | None) -> Outcome:
        """Open a post in a forum, or say it in one; one that was closed is opened again."""
        if within is None:

            async def open_it() -> MessageId:
                return await open_post(forum_of(self._guild(target), target.channel), post)

            return await self._outcome(open_it, target)
        thread, message = within, render(post)

        async def say_it() -> MessageId:
            guild = self._guild(target)
            channel = self._client.get_partial_messageable(thread, guild_id=guild.id)
            try:
                return await _send(channel, message, nonce(key, ChannelId(thread)), None)
            except discord.HTTPException as refused:
                if refused.code not in ARCHIVED:
                    raise
            await reopen(guild, thread)
            return await _send(channel, message, nonce(key, ChannelId(thread)), None)

        return _of_post(await self._outcome(say_it, target))

    async def entitle(self, target: Target, post: MessageId, like: Post) -> Outcome:
        async def name_it() -> MessageId:
            guild = self._guild(target)
            await entitle(guild, forum_of(guild, target.channel), post, like)
            return post

        return _of_post(await self._outcome(name_it, target))

    async def hold(self, target: Target, occasion: Occasion, standing: MessageId | None, since: datetime | None = None) -> Outcome:
        async def hold_it() -> MessageId:
            guild = self._guild(target)
            if standing is not None:
                await keep_occasion(guild, standing, occasion)
                return standing
            known = await find_occasion(guild, occasion, since - CLOCKS_DIFFER) if since else None
            return known or await make_occasion(guild, occasion)

        return await self._outcome(hold_it, target)

    async def publish(self, target: Target, message: MessageId) -> Outcome:
        async def publish_it() -> MessageId:
            await spread(self._client, await self._channel(target), message)
            return message

        return await self._outcome(publish_it, target)

    async def close(self, target: Target, post: MessageId) -> Outcome:
        async def close_it() -> MessageId:
            await close_post(self._guild(target), post)
            return post

        return _of_post(await self._outcome(close_it, target))

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:
        rendered = render(post)
        if target.place is Place.FORUM:
            return await self._edit_first(target, message, rendered)

        async def edit_it() -> MessageId:
            channel = await self._channel(target)
            try:
                await _edit(channel, message, rendered)
            except discord.HTTPException as refused:
                mouth = await self._mouth(target) if refused.code == SOMEBODY_ELSES else None
                if mouth is None:
                    raise
                await correct(mouth, message, rendered)
            return message

        return await self._outcome(edit_it, target)

    async def _edit_first(self, target: Target, post: MessageId, rendered: Message) -> Outcome:
        """Edit the first message of a forum's post; one that is closed is closed again after."""

        async def edit_it() -> MessageId:
            guild = self._guild(target)
            channel = self._client.get_partial_messageable(post, guild_id=guild.id)
            try:
                await _edit(channel, post, rendered)
            except discord.HTTPException as refused:
                if refused.code not in ARCHIVED:
                    raise
                thread, locked = await reopen(guild, post)
                await _edit(channel, post, rendered)
                await put_away(thread, locked=locked)
            return post

        return _of_post(await self._outcome(edit_it, target))

    async def find(self, target: Target, post: Post, since: datetime, within: MessageId | None = None) -> MessageId | None:
        look_there = self._opened if target.place is Place.FORUM and within is None else self._told
        found: list[MessageId] = []

        async def look() -> MessageId:
            found.extend(await look_there(target, post, since, within))
            return MessageId(0)

        match await self._outcome(look, target):
            case Sent():
                return found[0] if found else None
            case Refused() if target.place is Place.PERSON:
                return None  # whoever lets nobody in got nothing
            case Refused(_, _, text) | Unclear(text):
                raise OutletDown(text)
            case Busy(wait, why):
                raise OutletDown(f"{why}: {wait.total_seconds():.0f} s")

    # --- places -------------------------------------------------------------------------------------------------------

    async def _opened(self, target: Target, post: Post, since: datetime, _: MessageId | None) -> tuple[MessageId, ...]:
        known = await find_post(self._guild(target), target.channel, post, since - CLOCKS_DIFFER)
        return (known,) if known else ()

    async def _told(self, target: Target, post: Post, since: datetime, within: MessageId | None) -> tuple[MessageId, ...]:
        channel = await self._channel(target, within)
        if not self._may_read(target, channel.id):
            raise OutletDown("the bot may not read the message history there")
        sought, called, seen = identity_of(post), {str(user) for user in post.users}, 0
        async for message in channel.history(limit=READ_BACK, after=since - CLOCKS_DIFFER, oldest_first=True):
            seen += 1
            named = identity(message.embeds[0] if message.embeds else None, message.content)
            # Two persons may be reminded in one channel, where the server is as well: who is called is part of it.
            ours = message.author.id == self._me or message.application_id == self._client.application_id
            if ours and sought == named and called == set(USER.findall(message.content)):
                return (MessageId(message.id),)
        if seen == READ_BACK:
            raise OutletDown(f"not among the first {READ_BACK} messages since then, and there are more")
        return ()

    def _guild(self, target: Target) -> discord.Guild:
        """Where the target is. Raises: _Nowhere, _NotYet."""
        guild = self._client.get_guild(target.guild)
        if guild is None and self._client.is_ready():
            raise _Nowhere(UNKNOWN_GUILD, "the bot is not in this server any more")
        if guild is None or guild.unavailable or not self._client.is_ready():
            raise _NotYet
        return guild

    async def _channel(self, target: Target, within: MessageId | None = None) -> discord.PartialMessageable | discord.DMChannel:
        """Where the target is. Raises: _Nowhere when the bot is not there any more."""
        guild = self._client.get_guild(target.guild)
        if guild is None and target.guild and self._client.is_ready() and self._holds(target.guild):
            raise _Nowhere(UNKNOWN_GUILD, "the bot is not in this server any more")
        if target.place is Place.CHANNEL or within is not None:
            return self._client.get_partial_messageable(within or target.channel, guild_id=target.guild or None)
        if target.place is Place.PERSON:
            return await self._client.create_dm(discord.Object(target.channel))
        if guild is None or guild.unavailable or not self._client.is_ready():
            raise _NotYet
        channel = admins_channel(guild, self._me)
        if channel is not None:
            return self._client.get_partial_messageable(channel, guild_id=guild.id)
        if guild.owner_id is None:
            raise _Nowhere(UNKNOWN_CHANNEL, "no channel that the bot may write to, and no owner known")
        return await self._client.create_dm(discord.Object(guild.owner_id))

    def _may_read(self, target: Target, channel: int) -> bool:
        """False when the cache knows that history would come back empty for want of a permission."""
        guild = self._client.get_guild(target.guild)
        place = guild.get_channel_or_thread(channel) if guild else None
        me = guild.get_member(self._me) if guild else None
        return place is None or me is None or place.permissions_for(me).read_message_history

    @property
    def _me(self) -> int:
        return self._client.user.id if self._client.user else 0

    # --- answers ------------------------------------------------------------------------------------------------------

    async def _outcome(self, go: Callable[[], Awaitable[MessageId]], target: Target) -> Outcome:
        """Do it, and say what came of it."""
        if self._client.user is None or self._client.is_closed():
            return Busy(SOON)
        flight: Flight | None = None
        try:
            async with flying(self._patience_s, self._stands) as flight:
                return Sent(await go())
        except WORLD as error:
            return _verdict(flight, error)
        except (RuntimeError, LookupError, TypeError, ValueError, AttributeError) as unread:
            if self._client.is_closed():
                return _not_stored(flight, Busy(SOON), "closed while sending")
            if flight is None or not flight.departed:
                raise
            log.exception("Discord's answer could not be read", extra={"guild": target.guild, "channel": target.channel})
            return Unclear(f"answer could not be read: {type(unread).__name__}")


def nonce(key: Key, channel: ChannelId) -> str:
    """What makes Discord store a delivery once within some minutes. Its scope is the author, so the channel is part of it."""
    digest = hashlib.blake2b(f"{channel}/{key}".encode(), digest_size=NONCE_BYTES)
    return base64.urlsafe_b64encode(digest.digest()).decode()


def admins_channel(guild: discord.Guild, bot: int) -> int | None:
    """The channel where the admins of a guild see it: system channel, updates channel, else the first text channel; may be none."""
    me = guild.get_member(bot)
    known = (guild.system_channel, guild.public_updates_channel, *sorted(guild.text_channels, key=lambda c: (c.position, c.id)))
    for channel in known:
        if channel is not None and me is not None:
            mine = channel.permissions_for(me)
            if mine.view_channel and mine.send_messages and mine.embed_links:
                return channel.id
    return None


async def _send(
    channel: discord.PartialMessageable | discord.DMChannel, message: Message, once: str, reply: MessageId | None
) -> MessageId:
    reference = reply and discord.MessageReference(
        message_id=reply, channel_id=channel.id, guild_id=getattr(channel, "guild_id", None), fail_if_not_exists=False
    )
    sent = await channel.send(
        message.content or None,
        embeds=[message.embed] if message.embed else [],
        nonce=once,
        allowed_mentions=message.mentions,
        silent=message.silent,
        view=message.view() or discord.utils.MISSING,
        reference=cast("discord.MessageReference", reference),  # None is discord.py's default, which its annotation leaves out
    )
    return MessageId(sent.id)


async def _edit(channel: discord.PartialMessageable | discord.DMChannel, message: MessageId, rendered: Message) -> None:
    await channel.get_partial_message(message).edit(
        content=rendered.content or None,
        embed=rendered.embed,
        view=rendered.view(),
        allowed_mentions=discord.AllowedMentions.none(),
    )


def _of_post(outcome: Outcome) -> Outcome:
    """An answer about one post of a forum: that it is not there is no matter of the forum's."""
    if isinstance(outcome, Refused) and outcome.code in {UNKNOWN_CHANNEL, *ARCHIVED}:
        return Refused(outcome.status, UNKNOWN_MESSAGE, "the post was deleted, or locked by a moderator")
    return outcome


def _verdict(flight: Flight | None, error: Exception) -> Outcome:
    """What an error of the world says about the message."""
    outcome: Outcome
    match error:
        case _Nowhere():
            outcome = Refused(404, error.code, str(error))
        case Locked() | Over() | NoForum():
            outcome = CERTAIN[type(error)]
        case _NotYet():
            outcome = Busy(SOON)
        case Lapsed():
            outcome = _not_stored(flight, Busy(timedelta(), HELD_UP), HELD_UP)
        case discord.RateLimited():
            outcome = _not_stored(flight, Busy(timedelta(seconds=error.retry_after)), "rate limited after an unclear try")
        case discord.HTTPException() if is_doubtful(error.status):
            outcome = Unclear(f"Discord answered {error.status}")
        case discord.HTTPException() if error.status == TOO_MANY:
            outcome = _not_stored(flight, Busy(_retry_after(error)), "rate limited after an unclear try")
        case discord.HTTPException():
            outcome = Refused(error.status, error.code, error.text)
        case _:
            outcome = _not_stored(flight, Busy(SOON), f"{type(error).__name__}: {error}")
    return outcome


def _not_stored(flight: Flight | None, busy: Busy, doubt: str) -> Outcome:
    """Busy, unless an earlier try of the same call may have been stored."""
    return Unclear(doubt) if flight is not None and flight.may_be_stored else busy


def _retry_after(answer: discord.HTTPException) -> timedelta:
    """What a last 429 asked for."""
    try:
        return timedelta(seconds=float(answer.response.headers.get("Retry-After", "")))
    except (ValueError, OverflowError):
        return SOON
