"""An event as a page shows it: plain strings, escaped by the template. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.model import FLOWN, OVER, Event, Kind, Net, Precision, Status, Track, Webcast
from bot.rules.calendar import flat, page_of, summary
from bot.rules.calendar import place as place_of
from bot.rules.card import OLD, status_word
from bot.rules.text import STREAMS, VERBS, day, net_utc, span_text
from bot.rules.webcasts import ranked
from bot.tongue import said, weekday_name

LINE = 160
"""Characters of a line of feed text: more is no name. Chosen, not measured."""
SAFE_SCHEMES = ("https://", "http://")
FINE = {Precision.SECOND: "s", Precision.MINUTE: "s", Precision.HOUR: "h"}
"""How finely a NET may be counted down: of one that is known to the hour no seconds."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Where to watch. `marks` says what kind of stream it is."""

    label: str
    url: str
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event. `iso` is its instant for the reader's own clock, empty while it is no clock time; `state` picks a colour.

    `count` is how finely it is counted down, empty while it is not; `away` says how far it is, for who runs no script.
    """

    id: str
    address: str
    sign: str
    name: str
    kind: Kind
    net: str
    full: str
    """The NET with its day of the week, where it stands alone."""
    clock: str
    iso: str
    count: str
    away: str
    status: str
    state: str
    live: bool
    rocket: str
    lsp: str
    place: str
    streams: tuple[Stream, ...]

    @property
    def from_where(self) -> str:
        """Whose it is, and from where."""
        return " · ".join(part for part in (self.lsp, self.place) if part)


@dataclass(frozen=True, slots=True)
class Day:
    """Events that have a heading in common; `known` while that is a day."""

    title: str
    known: bool
    events: tuple[Shown, ...]


def shown(track: Track, now: datetime, language: str) -> Shown:
    """One event as a list shows it."""
    event = track.event
    counted_down = track.counting and event.status not in FLOWN | OVER | {Status.HOLD}
    t0 = event.net.clock
    ahead = t0 is not None and t0 > now and counted_down
    clock = f"{t0.astimezone(UTC):%H:%M} UTC" if t0 else ""
    return Shown(
        id=event.id,
        address=page_of(event),
        sign=VERBS[event.kind][1],
        name=name_of(event),
        kind=event.kind,
        net=net_utc(event.net, language),
        full=", ".join(part for part in (heading(event.net, language), clock) if part),
        clock=clock,
        iso=iso(event.net),
        count=FINE[event.net.precision] if ahead else "",
        away=away(event.net, now, language) if ahead else "",
        status=status(track, now, language),
        state=state(track, now),
        live=is_live(event),
        rocket=flat((event.rocket.full_name or event.rocket.name) if event.rocket else "", LINE),
        lsp=flat(event.lsp.name, LINE) if event.lsp else "",
        place=place_of(event),
        streams=tuple(streams(ranked(event, now, language), language)),
    )


def days(tracks: Sequence[Track], now: datetime, language: str) -> tuple[Day, ...]:
    """Events under the days (UTC) on which they happen; those whose day is not known under what is, after all others."""
    groups = groupby(tracks, lambda track: (track.event.net.has_day, heading(track.event.net, language)))
    return tuple(Day(title, known, tuple(shown(track, now, language) for track in group)) for (known, title), group in groups)


def name_of(event: Event) -> str:
    """Name it by its mission first, which tells it from others: Soyuz MS-19 · Soyuz 2.1a."""
    rocket, bar, mission = (part.strip() for part in summary(event).partition("·"))
    return f"{mission} · {rocket}" if bar and mission and "|" in event.name else summary(event)


def heading(net: Net, language: str) -> str:
    """Name the day of a NET, or the month, quarter or year that is all that it says."""
    if net.at is None or not net.has_day:
        return net_utc(net, language)
    at = net.at.astimezone(UTC)
    return said(language, "{weekday}, {day}", weekday=weekday_name(language, at.weekday()), day=day(at, language))


def away(net: Net, now: datetime, language: str) -> str:
    """Say how far a clock time is, no finer than it is known."""
    if net.clock is None:
        return ""
    left = net.clock - now
    if net.precision is Precision.HOUR:
        left = max(timedelta(hours=1), timedelta(hours=round(left / timedelta(hours=1))))
    return said(language, "in {span}", span=span_text(left, language))


def is_live(event: Event) -> bool:
    """Whether it streams now, as far as is known."""
    return (event.webcast_live or any(webcast.live for webcast in event.webcasts)) and event.status not in OVER


def status(track: Track, now: datetime, language: str) -> str:
    """Say where it stands, and no more than is known after T-0."""
    event = track.event
    if not track.counting and event.status not in FLOWN | OVER:
        return said(language, "Scrubbed: waiting for a new NET")
    if is_awaited(event, now):
        launch = event.kind is Kind.LAUNCH
        return said(language, "T-0 passed, waiting for word") if launch else said(language, "Planned time has come")
    return status_word(event.status, language)


def is_awaited(event: Event, now: datetime) -> bool:
    """Whether T-0 has passed and nobody says what came of it."""
    return event.net.clock is not None and event.net.clock <= now and event.status not in FLOWN | OVER | {Status.HOLD}


def state(track: Track, now: datetime) -> str:
    """Name how it stands, for its colour: GO is no longer green once T-0 has passed without word."""
    event = track.event
    if not track.counting and event.status not in FLOWN | OVER:
        return "scrubbed"
    return "unknown" if is_awaited(event, now) else event.status.value.replace(" ", "-")


def streams(webcasts: Iterable[Webcast], language: str) -> Iterator[Stream]:
    """Give the streams whose addresses a browser may follow."""
    for webcast in webcasts:
        if webcast.url.startswith(SAFE_SCHEMES):
            foreign = webcast.language and webcast.language != language
            marks = (
                STREAMS[webcast.kind](language) if webcast.kind in STREAMS else "",
                webcast.language.upper() if webcast.language and foreign else "",
                said(language, "found by us, not confirmed") if webcast.guessed else "",
            )
            label = flat(webcast.publisher or webcast.title, LINE) or said(language, "Stream")
            yield Stream(label, webcast.url, " · ".join(mark for mark in marks if mark))


def iso(net: Net) -> str:
    """Write a clock time for machines; nothing for what is none."""
    return instant(net.clock) if net.clock else ""


def instant(at: datetime) -> str:
    """Write an instant for machines."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def minute(at: datetime, language: str) -> str:
    """Write an instant for people."""
    return net_utc(Net(at, Precision.MINUTE), language)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a feed last described anything; `old` from the age on from which a card says so too."""

    iso: str
    text: str
    old: bool


def freshness(seen: datetime, now: datetime, language: str) -> Freshness:
    """Say how fresh what is known is."""
    return Freshness(instant(seen), minute(seen, language), now - seen > OLD)
