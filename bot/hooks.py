"""Posts under an agency's name and logo: webhooks of our own, found again at need, their addresses kept in memory alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import discord

from bot.model import MessageId, Speaker
from bot.rendering import Message

NAME = "T-Minus"
"""What a webhook of ours is called in the settings of its channel."""
MOST = 30007
"""Discord's code: the channel has as many webhooks as it may."""
GONE = frozenset({10015, 50027})
"""Codes of a webhook that was deleted, or whose address was changed."""

Place = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


@dataclass(frozen=True, slots=True)
class Mouth:
    """A webhook, and the thread that it speaks into, if any."""

    hook: discord.Webhook
    thread: int | None


@dataclass(slots=True)
class Hooks:
    """The webhooks that were found or made since the start, by channel; None where there can be none."""

    known: dict[int, discord.Webhook | None] = field(default_factory=dict[int, "discord.Webhook | None"])

    async def mouth(self, guild: discord.Guild, channel: int) -> Mouth | None:
        """Give what to speak with there; None where the bot may not, or the channel is full. Raises: what discord.py raises."""
        place = guild.get_channel_or_thread(channel)
        base = place.parent if isinstance(place, discord.Thread) else place
        if not isinstance(base, Place) or not base.permissions_for(guild.me).manage_webhooks:
            return None
        if base.id not in self.known:
            try:
                own = (hook for hook in await base.webhooks() if hook.token and hook.user and hook.user.id == guild.me.id)
                self.known[base.id] = next(own, None) or await made(base)
            except discord.Forbidden:  # the permission went a moment ago
                return None
        hook = self.known[base.id]
        return None if hook is None else Mouth(hook, channel if isinstance(place, discord.Thread) else None)

    def forget(self, mouth: Mouth) -> None:
        """Look for another next time."""
        self.known = {channel: hook for channel, hook in self.known.items() if hook is not mouth.hook}


async def made(place: Place) -> discord.Webhook | None:
    """Make a webhook; None where there is room for none."""
    try:
        return await place.create_webhook(name=NAME)
    except discord.HTTPException as refused:
        if refused.code != MOST:
            raise
        return None


async def speak(mouth: Mouth, message: Message, speaker: Speaker) -> MessageId:
    """Post a message under a name. It has no nonce: whoever gets no answer has to look before trying again."""
    sent = await mouth.hook.send(
        message.content or discord.utils.MISSING,
        username=speaker.name,
        avatar_url=speaker.logo or discord.utils.MISSING,
        embeds=[message.embed] if message.embed else [],
        allowed_mentions=message.mentions,
        silent=message.silent,
        view=message.view() or discord.utils.MISSING,
        thread=discord.Object(mouth.thread) if mouth.thread else discord.utils.MISSING,
        wait=True,
    )
    return MessageId(sent.id)


async def correct(mouth: Mouth, message: MessageId, rendered: Message) -> None:
    """Edit a message of a webhook."""
    await mouth.hook.edit_message(
        message,
        content=rendered.content or None,
        embeds=[rendered.embed] if rendered.embed else [],
        view=rendered.view(),
        allowed_mentions=discord.AllowedMentions.none(),
        thread=discord.Object(mouth.thread) if mouth.thread else discord.utils.MISSING,
    )
