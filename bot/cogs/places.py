"""Where a watch may post and whom it may ping: checked against what the gateway told, with the way to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord

from bot.flow.ask import Unacceptable
from bot.model import ChannelId, GuildId, Target, Watch
from bot.model import Place as Kind
from bot.rules.text import plain
from bot.tongue import Phrase, phrase, said

Place = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread | discord.ForumChannel
"""What posts can go to in a server."""

VIEW, EMBED = {"view_channel": phrase("View Channel")}, {"embed_links": phrase("Embed Links")}
NEEDED: Mapping[str, Phrase] = {**VIEW, "send_messages": phrase("Send Messages"), **EMBED}
IN_THREADS: Mapping[str, Phrase] = {**VIEW, "send_messages_in_threads": phrase("Send Messages in Threads"), **EMBED}
IN_FORUMS: Mapping[str, Phrase] = {
    **VIEW,
    "send_messages": phrase("Create Posts"),
    "send_messages_in_threads": phrase("Send Messages in Posts"),
    **EMBED,
}
"""What posting needs, by discord.py's name and as Discord's settings call it there."""
WISHED: Mapping[str, tuple[str, Phrase]] = {
    "read_message_history": (
        "Read Message History",
        phrase("⚠️ Without **Read Message History** in {place} my reminders cannot reply to the launch's card."),
    ),
    "manage_threads": (
        "Manage Threads",
        phrase("⚠️ Without **Manage Threads** in {place} I cannot close a post when its launch is over."),
    ),
}
"""What works better with, and what to say without."""


def place_for(guild: discord.Guild | None, channel: int | None, language: str = "en") -> Place:
    """The channel, thread or forum of this server with that id. Raises: Unacceptable."""
    if guild is not None and guild.unavailable:
        raise Unacceptable(said(language, "Discord does not show me this server at the moment. Try again in a minute."))
    if guild is None:
        sentence = "I am no member of this server. Ask an admin to invite me with both `bot` and `applications.commands`."
        raise Unacceptable(said(language, sentence))
    place = guild.get_channel_or_thread(channel) if channel else None
    if place is None:
        sentence = "I do not see that channel. It has to be in this server; a private thread has to have me as a member."
        raise Unacceptable(said(language, sentence))
    if not isinstance(place, Place):
        sentence = "{place} takes no messages by itself. Pick a text or announcement channel, a thread or a forum."
        raise Unacceptable(said(language, sentence, place=place.mention))
    if isinstance(place, discord.Thread) and place.locked:
        raise Unacceptable(said(language, "{place} is locked. Unlock it, or pick another channel.", place=place.mention))
    return place


def target_of(place: Place) -> Target:
    """A place as a target."""
    kind = Kind.FORUM if isinstance(place, discord.ForumChannel) else Kind.CHANNEL
    return Target(GuildId(place.guild.id), ChannelId(place.id), kind)


def missing_at(place: Place, bot: discord.Member | None, language: str = "en") -> tuple[str, ...]:
    """The permissions that we lack for posting there, as Discord's settings call them."""
    if bot is None:
        return ()
    needed = IN_FORUMS if isinstance(place, discord.ForumChannel) else IN_THREADS if isinstance(place, discord.Thread) else NEEDED
    mine = _permissions(place, bot)
    return tuple(name(language) for word, name in needed.items() if not getattr(mine, word))


def check_may_post(place: Place, bot: discord.Member | None, language: str = "en") -> None:
    """Say exactly which permission of ours is missing. Raises: Unacceptable."""
    missing = missing_at(place, bot, language)
    if bot is None or not missing:
        return
    sentence = (
        "I cannot post in {place}: there I lack **{missing}**. "
        "Open that channel's settings, then Permissions, add “{me}” and allow it; then run this again."
    )
    raise Unacceptable(said(language, sentence, place=place.mention, missing="**, **".join(missing), me=plain(bot.display_name)))


def check_person(place: Place, person: object, language: str = "en") -> None:
    """Refuse to post for somebody where they may not post themselves. Raises: Unacceptable."""
    if isinstance(person, discord.Member) and not person.guild_permissions.manage_guild:
        theirs = _permissions(place, person)
        if not (theirs.view_channel and theirs.send_messages):
            sentence = "You may not post in {place} yourself, so I do not do it for you. Pick another channel."
            raise Unacceptable(said(language, sentence, place=place.mention))


def trouble_at(guild: discord.Guild | None, channel: int, language: str = "en") -> str:
    """What would stop a post there now; empty when nothing is known that would."""
    try:
        place = place_for(guild, channel, language)
        check_may_post(place, place.guild.me, language)
    except Unacceptable as trouble:
        return f"⚠️ {trouble}"
    return ""


def check_role(guild: discord.Guild, role: discord.Role, language: str = "en") -> None:
    """Refuse roles that we never ping. Raises: Unacceptable."""
    if role.is_default():
        sentence = "I never ping everyone. Make a role that people choose to have, and give me that one."
        raise Unacceptable(said(language, sentence))
    if guild.get_role(role.id) is None:
        raise Unacceptable(said(language, "That role is not one of this server. Pick one from the list."))


def cautions(place: Place, bot: discord.Member | None, role: discord.Role | None, language: str = "en") -> tuple[str, ...]:
    """What will not work as well as it could, and how to mend it."""
    if bot is None:
        return ()
    mine = _permissions(place, bot)
    told: list[str] = []
    if role is not None and not role.mentionable and not mine.mention_everyone:
        sentence = (
            "⚠️ {role} will be shown but not pinged: in the role's settings allow anyone to mention it, or give me "
            "**Mention @everyone, @here and All Roles** in {place}."
        )
        told.append(said(language, sentence, role=role.mention, place=place.mention))
    wished = ("manage_threads",) if isinstance(place, discord.ForumChannel) else ("read_message_history",)
    told += (WISHED[name][1](language, place=place.mention) for name in wished if not getattr(mine, name))
    return tuple(told)


def cautions_of_extras(place: Place, bot: discord.Member | None, watches: Sequence[Watch], language: str = "en") -> tuple[str, ...]:
    """What watches ask for that this place, or what we may do there, does not give."""
    told: list[str] = []
    if any(watch.crosspost for watch in watches) and not (isinstance(place, discord.TextChannel) and place.is_news()):
        told.append(
            said(language, "⚠️ Only posts in an announcement channel can be crossposted; {place} is none.", place=place.mention)
        )
    if bot is not None and any(watch.occasions for watch in watches) and not bot.guild_permissions.create_events:
        sentence = "⚠️ I cannot make scheduled events: allow **Create Events** to my role in Server Settings, Roles."
        told.append(said(language, sentence))
    if bot is not None and any(watch.identity for watch in watches) and not _permissions(place, bot).manage_webhooks:
        sentence = "⚠️ Without **Manage Webhooks** in {place} I post under my own name."
        told.append(said(language, sentence, place=place.mention))
    return tuple(told)


def _permissions(place: Place, somebody: discord.Member) -> discord.Permissions:
    """Somebody's there as the settings show them; in a thread, sending is a permission of its own.

    Not what discord.py's channels make of them: those also take away what follows from a missing one, and to name that as
    missing would send the admin to a switch that is on.
    """
    channel = place.parent if isinstance(place, discord.Thread) else place
    if channel is None:
        return discord.Permissions.all()
    theirs = discord.abc.GuildChannel.permissions_for(channel, somebody)
    if isinstance(place, discord.Thread):
        theirs.send_messages = theirs.send_messages_in_threads
    return theirs
