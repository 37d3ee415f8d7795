"""The digest: when it comes by the wall clock of a server, and what lies ahead in it, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby

from bot.model import FLOWN, OVER, Delivery, Digest, Event, GuildId, Notice, Post, Say, Track, Watch, WatchId
from bot.rules.agenda import local_day, within
from bot.rules.card import credit, status_word
from bot.rules.nets import span
from bot.rules.planning import unrelated
from bot.rules.text import day as day_text
from bot.rules.text import headline, link, net_text, plain, stamp
from bot.rules.webcasts import ranked
from bot.rules.zones import instant, local, zone_of
from bot.tongue import counted, said

FRESH = timedelta(hours=6)
"""Chosen, not measured: so late a morning's digest is still of use."""
DAILY, WEEKLY = 1, 7
"""Days that a digest looks ahead."""
ROOM = 3500
"""Characters of its list: an embed takes 4,096."""
LONGEST_LINK = 200
"""A longer address is left to the event's card."""
ONE = timedelta(days=1)
NOON = time(12)


# --- when -----------------------------------------------------------------------------------------------------------


def moments(digest: Digest, zone: tzinfo, after: datetime, until: datetime) -> Iterator[tuple[date, datetime]]:
    """Give the local days whose digest is due after one instant and not after another, each with its instant."""
    day, last = local(after, zone).date() - ONE, local(until, zone).date() + ONE
    while day <= last:
        at = instant(day, digest.at, zone)
        if after < at <= until and digest.weekday in {None, day.weekday()}:
            yield day, at
        day += ONE


def owed_digests(watches: Iterable[Watch], zones: Mapping[GuildId, str], after: datetime, now: datetime) -> tuple[Delivery, ...]:
    """Owe the digests that came due since the last look: one for each watch and local day, whatever else happens on it."""
    since = max(after, now - FRESH)
    return tuple(
        unrelated(watch.target, notice(watch, day, at))
        for watch, digest, zone in digesting(watches, zones)
        for day, at in moments(digest, zone, since, now)
        if at > watch.made_at
    )


def next_digest(watches: Iterable[Watch], zones: Mapping[GuildId, str], now: datetime) -> datetime | None:
    """Say when the next digest of all is due, within a week and a day; None without any."""
    ahead = (at for _, digest, zone in digesting(watches, zones) for _, at in moments(digest, zone, now, now + (WEEKLY + 1) * ONE))
    return min(ahead, default=None)


def digesting(watches: Iterable[Watch], zones: Mapping[GuildId, str]) -> Iterator[tuple[Watch, Digest, tzinfo]]:
    """Pick the watches that have a digest and may send it, with their zones."""
    for watch in watches:
        if watch.digest is not None and not watch.off and not watch.paused:
            yield watch, watch.digest, zone_of(zones.get(watch.target.guild, "UTC"))


def notice(watch: Watch, day: date, at: datetime) -> Notice:
    """Make the notice of one digest. Its name carries the day: that is what makes it one."""
    what = f"{name_of(watch.id)}{day.isoformat()}"
    return Notice(say=Say.DIGEST, what=what, due=at, stale=at + FRESH, watches=(watch.name,), language=watch.language)


def name_of(watch: WatchId) -> str:
    """Say what the names of a watch's digests begin with."""
    return f"digest-{watch}-"


# --- what -----------------------------------------------------------------------------------------------------------


def ahead(tracks: Iterable[Track], digest: Digest, now: datetime) -> tuple[Track, ...]:
    """Keep what lies ahead in the window: a day, or a week. What has no day yet is in it when all of its span is."""
    coming = [track for track in tracks if track.event.status not in FLOWN | OVER and is_ahead(track, now)]
    return within(coming, now, DAILY if digest.weekday is None else WEEKLY)


def is_ahead(track: Track, now: datetime) -> bool:
    """Whether an event may still come."""
    meant = span(track.event.net)
    return meant is not None and meant[1] > now


def digest_post(watch: Watch, digest: Digest, tracks: Sequence[Track], zone: tzinfo, now: datetime) -> Post | None:
    """List what lies ahead under its local days; None when that is nothing and a watch wants nothing said of it."""
    language, today = watch.language, day_text(local(now, zone), watch.language)
    if not tracks and not digest.when_empty:
        return None
    weekly = digest.weekday is not None
    title = said(language, "The week from {day}", day=today) if weekly else said(language, "The next 24 hours")
    empty = said(language, "Nothing is planned that fits.")
    count = counted(language, "{count} event", "{count} events", len(tracks))
    footer = (plain(watch.name, 80), count, said(language, "times in your zone"), credit(language))
    return Post(title=title, lines=rows(tracks, zone, now, language) or (empty,), footer=" · ".join(footer))


def rows(tracks: Sequence[Track], zone: tzinfo, now: datetime, language: str) -> tuple[str, ...]:
    """Give a head for each day and a line for each event, as far as there is room; then how many more there are."""
    found: list[str] = []
    taken = listed = 0
    by_day = sorted(tracks, key=lambda track: local_day(track.event, zone))
    for day, group in groupby(by_day, lambda track: local_day(track.event, zone)):
        head = said(language, "Day not known yet") if day == date.max else day_text(datetime.combine(day, NOON, UTC), language)
        for number, track in enumerate(group):
            line = row(track.event, now, language)
            fresh = [line] if number else [f"**{head}**", line]
            taken += sum(len(one) + 1 for one in fresh)
            if taken > ROOM:
                return (*found, counted(language, "… and {count} more", "… and {count} more", len(tracks) - listed))
            found += fresh
            listed += 1
    return tuple(found)


def row(event: Event, now: datetime, language: str) -> str:
    """Say one event in a line."""
    clock = event.net.clock
    at = f"{stamp(clock, 't')} ({stamp(clock, 'R')})" if clock else net_text(event.net, language)
    address = next((link(stream.url) for stream in ranked(event, now, language)), "")
    watch = f"[{said(language, 'Watch')}]({address})" if 0 < len(address) <= LONGEST_LINK else ""
    parts = (at, headline(event, language), status_word(event.status, language), watch)
    return "• " + " · ".join(part for part in parts if part)
