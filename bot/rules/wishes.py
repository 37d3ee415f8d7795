"""How a person's reminders are shown: one of them, all of them, and what is stored about the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import Fate, Member, Post, Tone, Track, Watch
from bot.rules.card import credit
from bot.rules.personal import leads_text, only_event, wish_text
from bot.rules.text import headline, net_text, plain, stamp
from bot.tongue import counted, said

AHEAD = 3
"""Events named under a standing wish."""
USUAL_LEADS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))
"""What the menu always offers."""


def before_text(lead: timedelta, language: str) -> str:
    """Say how long before T-0: 7 days, 24 hours, 90 minutes."""
    days, hours, minutes = lead // timedelta(days=1), lead // timedelta(hours=1), lead // timedelta(minutes=1)
    if days > 1 and not lead % timedelta(days=1):
        return counted(language, "{count} day before", "{count} days before", days)
    if not lead % timedelta(hours=1):
        return counted(language, "{count} hour before", "{count} hours before", hours)
    return counted(language, "{count} minute before", "{count} minutes before", minutes)


def choices(watch: Watch) -> tuple[timedelta, ...]:
    """Give the leads that the menu of a reminder offers, longest first: the usual ones and those it has."""
    return tuple(sorted({*USUAL_LEADS, *watch.leads}, reverse=True))


# --- one ----------------------------------------------------------------------------------------------------------


def one_wish(watch: Watch, track: Track | None, ahead: Sequence[Track], now: datetime, *, fresh: bool, language: str) -> Post:
    """Show one reminder: what it is about, when it comes, and where."""
    title = said(language, "I will remind you") if fresh else said(language, "Your reminder")
    about = [f"**{wish_text(watch, language)}**", *meant(ahead, language)]
    rows = (
        coming(track, watch, now, language) if track else [said(language, "At {leads}, each time.", leads=leads_text(watch.leads))]
    )
    if track:
        about = [f"**{headline(track.event, language)}** · {net_text(track.event.net, language)}"]
    return Post(title=title, lines=(*about, *rows, where_text(watch, language)), tone=Tone.GO, footer=credit(language))


def meant(ahead: Sequence[Track], language: str) -> tuple[str, ...]:
    """Name what a standing wish means now."""
    if not ahead:
        return (said(language, "Nothing that is announced fits yet; what comes will."),)
    rows = [f"• {headline(track.event, language)} · {net_text(track.event.net, language)}" for track in ahead[:AHEAD]]
    left = len(ahead) - AHEAD
    return (*rows, counted(language, "… and {count} more", "… and {count} more", left)) if left > 0 else tuple(rows)


def coming(track: Track, watch: Watch, now: datetime, language: str) -> list[str]:
    """Say when each reminder comes, or that it cannot any more."""
    t0 = track.event.net.clock
    if t0 is None:
        return [said(language, "At {leads}, once there is a clock time.", leads=leads_text(watch.leads))]
    return [
        f"• {before_text(lead, language)}: "
        + (said(language, "that has passed") if t0 - lead <= now else f"{stamp(t0 - lead, 'f')} ({stamp(t0 - lead, 'R')})")
        for lead in sorted(watch.leads, reverse=True)
    ]


def where_text(watch: Watch, language: str) -> str:
    """Say where it comes."""
    if watch.home:
        place = f"<#{watch.home.channel}>"
        return said(
            language, "By direct message; if you take none, I mention you in {channel}. It moves along with T-0.", channel=place
        )
    return said(language, "By direct message: allow them, or I cannot reach you. It moves along with T-0.")


# --- all ----------------------------------------------------------------------------------------------------------


def all_wishes(wishes: Sequence[tuple[Watch, Track | None]], member: Member, language: str) -> Post:
    """List what a person asked for, and how they like it."""
    rows = [wish_row(watch, track, language) for watch, track in wishes]
    none = said(language, "You have none. Press **Remind me** under a launch, or `/follow` a rocket, a program or somebody aboard.")
    return Post(
        title=said(language, "Your reminders"), lines=(*rows, *([] if rows else [none]), "", settings_text(member, language))
    )


def wish_row(watch: Watch, track: Track | None, language: str) -> str:
    """Say one of them in a line."""
    at = f" · {net_text(track.event.net, language)}" if track else ""
    name = headline(track.event, language) if track else wish_text(watch, language)
    standing = "" if only_event(watch) else " 🔁"
    return f"•{standing} **{name}**{at} · {leads_text(watch.leads)}"


def settings_text(member: Member, language: str) -> str:
    """Say how a person likes it."""
    zone = plain(member.zone) or said(language, "the server's, else UTC")
    return said(language, "New ones come at {leads}. Your time zone: {zone}.", leads=leads_text(member.leads), zone=zone)


# --- privacy ------------------------------------------------------------------------------------------------------


def stored(member: Member | None, watches: Sequence[Watch], deliveries: Mapping[Fate, int], made: int, language: str) -> Post:
    """Say all that is stored about a person."""
    sent, count = deliveries.get(Fate.SENT, 0), len(watches)
    rows = [
        settings_text(member, language) if member else said(language, "No settings of yours."),
        counted(language, "{count} reminder or standing wish", "{count} reminders and standing wishes", count)
        + (f": {', '.join(wish_text(watch, language) for watch in watches)}" if watches else ""),
        counted(
            language,
            "{count} reminder that was sent to you, {other} that still wait or were dropped",
            "{count} reminders that were sent to you, {other} that still wait or were dropped",
            sent,
            other=sum(deliveries.values()) - sent,
        ),
        counted(
            language,
            "{count} watch of a server notes that you made it. It belongs to the server, and goes with it.",
            "{count} watches of servers note that you made them. They belong to the servers, and go with them.",
            made,
        ),
    ]
    if member and member.calendar:
        rows.append(said(language, "A random word in the address of your calendar."))
    changes = said(language, "A server's last twenty changes of settings note who made them.")
    never = said(language, "Your name, your messages and who you are with are never stored; Discord's number stands for you.")
    return Post(title=said(language, "What I store about you"), lines=(*(f"• {row}" for row in (*rows, changes)), "", never))
