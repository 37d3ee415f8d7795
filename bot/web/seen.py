"""An event as a page shows it: plain strings, escaped by the template. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from urllib.parse import quote

from bot.model import FLOWN, OVER, Event, Net, Track, Webcast
from bot.rules.card import STATUS_WORDS
from bot.rules.text import VERBS, net_utc
from bot.rules.webcasts import ranked
from bot.tongue import SOURCE

MOST_STREAMS = 5
SAFE_SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Stream:
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One NET that there was, and when it became known."""

    net: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event. `iso` is its instant for the reader's own clock, empty while it is no clock time; `state` picks a colour."""

    address: str
    sign: str
    name: str
    net: str
    iso: str
    status: str
    state: str
    live: bool
    lsp: str
    place: str
    streams: tuple[Stream, ...]
    mission: str = ""
    description: str = ""
    crew: tuple[str, ...] = ()
    nets: tuple[Moved, ...] = ()
    scrubs: int = 0
    seen: str = ""
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    events: tuple[Shown, ...]


def shown(track: Track, now: datetime) -> Shown:
    """One event with all that its own page tells."""
    event = track.event
    return Shown(
        address=f"/launch/{quote(event.id, safe='')}",
        sign=VERBS[event.kind][1],
        name=_name(event),
        net=net_utc(event.net),
        iso=_iso(event.net),
        status=_status(track, now),
        state=_state(track),
        live=event.webcast_live and event.status not in OVER,
        lsp=event.lsp.name if event.lsp else "",
        place=_place(event),
        streams=tuple(_streams(ranked(event, now)[:MOST_STREAMS])),
        mission=" · ".join(part for part in (event.mission.kind, event.mission.orbit) if part) if event.mission else "",
        description=event.mission.description if event.mission else "",
        crew=tuple(f"{person.name}{f' ({person.role})' if person.role else ''}" for person in event.crew),
        nets=tuple(Moved(net=net_utc(seen.net), seen=_minute(seen.at)) for seen in reversed(track.nets)),
        scrubs=len(track.scrubs),
        seen=_minute(track.seen),
        feed=track.feed,
    )


def days(tracks: Sequence[Track], now: datetime) -> tuple[Day, ...]:
    """Events under the days (UTC) on which they happen; those whose day is not known come last, under their month or year."""
    return tuple(Day(title, tuple(shown(track, now) for track in group)) for title, group in groupby(tracks, _day))


def _day(track: Track) -> str:
    net = track.event.net
    if net.at is None or not net.has_day:
        return "Later"
    return f"{net.at.astimezone(UTC):%A}, {net.at.astimezone(UTC).day} {net.at.astimezone(UTC):%B %Y}"


def _name(event: Event) -> str:
    """The name without the bar that parts rocket and mission."""
    rocket, bar, mission = (part.strip() for part in event.name.partition("|"))
    return f"{mission} · {rocket}" if bar and mission else event.name.strip()


def _status(track: Track, now: datetime) -> str:
    event = track.event
    if not track.counting and event.status not in FLOWN | OVER:
        return "Scrubbed: waiting for a new NET"
    if event.net.clock is not None and event.net.clock <= now and event.status not in FLOWN | OVER:
        return "T-0 passed, waiting for word"
    return STATUS_WORDS[event.status](SOURCE)


def _state(track: Track) -> str:
    return "scrubbed" if not track.counting else track.event.status.value.replace(" ", "-")


def _place(event: Event) -> str:
    if event.pad is None:
        return event.location
    return ", ".join(part for part in (event.pad.name, event.pad.site) if part)


def _streams(webcasts: Sequence[Webcast]) -> Iterator[Stream]:
    for webcast in webcasts:
        if webcast.url.startswith(SAFE_SCHEMES):
            yield Stream(webcast.publisher or webcast.title or "Stream", webcast.url)


def _iso(net: Net) -> str:
    return net.clock.astimezone(UTC).isoformat() if net.clock else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
