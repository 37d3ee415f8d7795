"""What a server loses: the bot itself, a channel, a role, a permission. Settings stay, the target rests, admins hear of it once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import ChannelId, Delivery, GuildId, Place, RoleId, Server, Target, Watch
from bot.rules.planning import trouble
from bot.rules.retrying import PAUSES
from bot.rules.text import plain, quoted
from bot.tongue import LANGUAGES, counted, said

KEPT = timedelta(days=30)
"""How long the settings of a server are kept that removed the bot: it may come back."""
REMOVED, NO_CHANNEL = 10004, 10003
"""What Discord's codes for it are: the reason is the same whether it told us or we found out."""
NAMED = 5
"""Watches that a notice names."""


def places(watches: Iterable[Watch]) -> tuple[Target, ...]:
    """Give all targets of watches, the server's scheduled events included, each once."""
    known = tuple(watches)
    events = (Target(watch.target.guild, ChannelId(0), Place.EVENTS) for watch in known if watch.occasions)
    return tuple(dict.fromkeys((*(watch.target for watch in known), *events)))


def at_channel(watches: Iterable[Watch], channel: ChannelId) -> tuple[Target, ...]:
    """Give the targets that are this channel, thread or forum."""
    return tuple(target for target in places(watches) if target.channel == channel and target.place in {Place.CHANNEL, Place.FORUM})


def removed(language: str) -> str:
    """Say why the targets of a server rest that removed the bot."""
    return PAUSES[REMOVED](language)


def by_removal(why: str) -> bool:
    """Whether a target rests because the bot was removed, in whichever language that was written down."""
    return any(why == removed(language) for language in LANGUAGES)


def no_channel(channel: ChannelId, language: str) -> str:
    """Say why a target rests whose channel was deleted."""
    return PAUSES[NO_CHANNEL](language, channel=channel)


def rests(target: Target, why: str, now: datetime, language: str) -> Delivery:
    """Owe the admins the word that a target rests, and what brings it back."""
    if target.place is Place.EVENTS:
        sentence = said(language, "Scheduled events are paused: {why}. Then `/watch resume`.", why=why)
    else:
        channel = f"<#{target.channel}>"
        sentence = said(language, "Posts to {channel} are paused: {why}. Then `/watch resume`.", channel=channel, why=why)
    return trouble(target, sentence, now, language=language)


# --- roles ----------------------------------------------------------------------------------------------------------


def without(watches: Iterable[Watch], role: RoleId) -> tuple[Watch, ...]:
    """Give the watches that pinged this role, without it."""
    return tuple(replace(watch, roles=tuple(one for one in watch.roles if one != role)) for watch in watches if role in watch.roles)


def lost_roles(watches: Iterable[Watch], server: Server | None, roles: Collection[RoleId]) -> tuple[RoleId, ...]:
    """Give the roles that a server's settings name and that are not there any more."""
    named = (*(role for watch in watches for role in watch.roles), *((server.role,) if server and server.role else ()))
    return tuple(role for role in dict.fromkeys(named) if role not in roles)


def unpinged(guild: GuildId, role: RoleId, name: str, watches: Sequence[Watch], now: datetime, *, language: str) -> Delivery:
    """Owe the admins the word that a role is gone: what pinged it comes without."""
    called = said(language, "The role “{name}” was deleted", name=plain(name, 80)) if name else said(language, "A role was deleted")
    names = ", ".join(quoted(watch.name, language, 60) for watch in watches[:NAMED])
    told = counted(
        language,
        "It was pinged by {names}: that goes on without a ping. Choose another with `/watch edit`.",
        "It was pinged by {count} watches ({names}): they go on without a ping. Choose another with `/watch edit`.",
        len(watches),
        names=names,
    )
    # Its own key, so that it is said once, whoever finds out first.
    return trouble(Target(guild, ChannelId(role)), f"{called}. {told}", now, language=language)
