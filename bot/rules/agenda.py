"""What flies on which day, page by page, and what can be watched now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby

from bot.model import FLOWN, OVER, Event, Post, Tone, Track
from bot.rules.card import credit, status_word, watch_button
from bot.rules.nets import DAY, day_of, span
from bot.rules.text import headline, link, net_text, stamp
from bot.rules.webcasts import ranked
from bot.rules.wording import row
from bot.rules.zones import instant, local, zone_of
from bot.tongue import counted, said

PAGE = 7
"""Events of one page: with the longest names and links they still fit into one embed."""
LONGEST_LINK = 200
"""A longer address is left to the event's card."""
NOON = time(12)
RUNS = timedelta(hours=12)
"""A stream that a feed calls live so long after T-0 has been forgotten there. Chosen, not measured."""


LATE = timedelta(hours=1)
"""So long after T-0 an event of which there is no word is still to come. Chosen, not measured."""


def lies_ahead(track: Track, now: datetime) -> bool:
    """Whether it may still happen: what it says of when includes what is left of a day or a month that has begun."""
    known = span(track.event.net)
    return track.event.status not in FLOWN | OVER and (known is None or known[1] >= now - LATE)


def within(tracks: Sequence[Track], now: datetime, days: int) -> tuple[Track, ...]:
    """Keep what happens within so many days for certain, by day; what has no day yet comes last."""
    end = now + days * DAY
    return tuple(sorted((track for track in tracks if _surely(track, end)), key=lambda track: not track.event.net.has_day))


def _surely(track: Track, end: datetime) -> bool:
    """Whether it happens before then: its day does, or all of the span that it may mean."""
    net, known = track.event.net, span(track.event.net)
    return known is not None and known[0 if net.has_day else 1] < end


def pages(tracks: Sequence[Track]) -> int:
    """Say how many pages these take."""
    return max(1, -(-len(tracks) // PAGE))


def page(tracks: Sequence[Track], now: datetime, number: int, title: str, *, language: str = "en", zone: str = "UTC") -> Post:
    """Show one page, from 0, under its days as they are in an IANA zone."""
    last = pages(tracks) - 1
    here = min(max(number, 0), last)
    lines: list[str] = []
    there = zone_of(zone)
    by_day = sorted(tracks, key=lambda track: local_day(track.event, there))
    for day, group in groupby(by_day[here * PAGE : (here + 1) * PAGE], lambda track: local_day(track.event, there)):
        # A timestamp of noon is the same day nearly everywhere.
        head = said(language, "Day not known yet") if day == date.max else stamp(instant(day, NOON, there), "D")
        lines += (f"**{head}**", *(_line(track.event, now, language) for track in group))
    footer = (
        said(language, "Page {page} of {pages}", page=here + 1, pages=last + 1),
        counted(language, "{count} event", "{count} events", len(tracks)),
        said(language, "days in {zone}, times in your zone", zone=zone.replace("_", " ")),
    )
    return Post(title=title, lines=tuple(lines), footer=" · ".join((*(footer if tracks else ()), credit(language))))


def local_day(event: Event, zone: tzinfo) -> date:
    """Give the day of an event as the zone counts it, where it has a clock time; the last of all while no day is known."""
    if event.net.clock is not None:
        return local(event.net.clock, zone).date()
    return day_of(event.net.at) if event.net.at and event.net.has_day else date.max


def _line(event: Event, now: datetime, language: str) -> str:
    """One event of a day."""
    clock = event.net.clock
    at = f"{stamp(clock, 'f')} ({stamp(clock, 'R')})" if clock else net_text(event.net, language)
    address = next((link(stream.url) for stream in ranked(event, now, language)), "")
    watch = f"[{said(language, 'Watch')}]({address})" if 0 < len(address) <= LONGEST_LINK else ""
    return "• " + " · ".join(part for part in (at, headline(event, language), status_word(event.status, language), watch) if part)


# --- now ----------------------------------------------------------------------------------------------------------


def runs(track: Track, now: datetime) -> bool:
    """Whether a stream of it runs now, as far as the feed says."""
    event = track.event
    if event.status in OVER or not event.webcasts or (event.net.at is not None and now - event.net.at > RUNS):
        return False
    return event.webcast_live or any(stream.live for stream in event.webcasts)


def on_air(live: Sequence[Track], following: Track | None, now: datetime, *, language: str = "en") -> Post:
    """Say what streams now; else what will next."""
    shown = live[:PAGE] or ([following] if following else [])
    post = Post(
        title=said(language, "Live now") if live else said(language, "Nothing streams right now"),
        lines=tuple(row(track, now, language) for track in shown)
        or (said(language, "No stream is known yet. `/next` shows what comes."),),
        footer=credit(language),
        tone=Tone.LIVE if live else Tone.CALM,
        buttons=tuple(watch_button(best, language) for track in shown[:1] for best in ranked(track.event, now, language)[:1]),
    )
    return post if live or not following else replace(post, lines=(said(language, "Next that can be watched:"), *post.lines))
