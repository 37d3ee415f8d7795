"""Where a watch may post and whom it may ping: checked against what the gateway told, with the way to mend it."""

from __future__ import annotations

import discord

from bot.flow.ask import Unacceptable
from bot.rules.text import plain

Place = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""What messages can be sent to in a server, one by one."""

NEEDED = {"view_channel": "View Channel", "send_messages": "Send Messages", "embed_links": "Embed Links"}
"""What posting needs, by discord.py's name and as Discord's settings call it."""


def place_for(guild: discord.Guild | None, channel: int | None) -> Place:
    """The channel or thread of this server with that id. Raises: Unacceptable."""
    if guild is not None and guild.unavailable:
        raise Unacceptable("Discord does not show me this server at the moment. Try again in a minute.")
    if guild is None:
        raise Unacceptable("I am no member of this server. Ask an admin to invite me with both `bot` and `applications.commands`.")
    place = guild.get_channel_or_thread(channel) if channel else None
    if place is None:
        raise Unacceptable("I do not see that channel. It has to be in this server; a private thread has to have me as a member.")
    if not isinstance(place, Place):
        raise Unacceptable(f"{place.mention} takes no messages by itself. Pick a text or announcement channel, or a thread.")
    if isinstance(place, discord.Thread) and place.locked:
        raise Unacceptable(f"{place.mention} is locked. Unlock it, or pick another channel.")
    return place


def check_may_post(place: Place, bot: discord.Member | None) -> None:
    """Say exactly which permission of ours is missing. Raises: Unacceptable."""
    if bot is None:
        return
    mine = _permissions(place, bot)
    missing = [said for name, said in NEEDED.items() if not getattr(mine, name)]
    if missing:
        raise Unacceptable(
            f"I cannot post in {place.mention}: there I lack **{'**, **'.join(missing)}**. "
            f"Open that channel's settings, then Permissions, add “{plain(bot.display_name)}” and allow it; then run this again."
        )


def trouble_at(guild: discord.Guild | None, channel: int) -> str:
    """What would stop a post there now; empty when nothing is known that would."""
    try:
        place = place_for(guild, channel)
        check_may_post(place, place.guild.me)
    except Unacceptable as trouble:
        return f"⚠️ {trouble}"
    return ""


def check_role(guild: discord.Guild, role: discord.Role) -> None:
    """Refuse roles that we never ping. Raises: Unacceptable."""
    if role.is_default():
        raise Unacceptable("I never ping everyone. Make a role that people choose to have, and give me that one.")
    if guild.get_role(role.id) is None:
        raise Unacceptable("That role is not one of this server. Pick one from the list.")


def cautions(place: Place, bot: discord.Member | None, role: discord.Role | None) -> tuple[str, ...]:
    """What will not work as well as it could, and how to mend it."""
    if bot is None:
        return ()
    mine = _permissions(place, bot)
    said: list[str] = []
    if role is not None and not role.mentionable and not mine.mention_everyone:
        said.append(
            f"⚠️ {role.mention} will be shown but not pinged: in the role's settings allow anyone to mention it, or give me "
            f"**Mention @everyone, @here and All Roles** in {place.mention}."
        )
    if not mine.read_message_history:
        said.append(f"⚠️ Without **Read Message History** in {place.mention} my reminders cannot reply to the launch's card.")
    return tuple(said)


def _permissions(place: Place, bot: discord.Member) -> discord.Permissions:
    """Ours there as the settings show them; in a thread, sending is a permission of its own.

    Not what discord.py's channels make of them: those also take away what follows from a missing one, and to name that as
    missing would send the admin to a switch that is on.
    """
    channel = place.parent if isinstance(place, discord.Thread) else place
    if channel is None:
        return discord.Permissions.all()
    mine = discord.abc.GuildChannel.permissions_for(channel, bot)
    if isinstance(place, discord.Thread):
        mine.send_messages = mine.send_messages_in_threads
    return mine
