"""An event as calendars take it: one VEVENT that stays one through slips, and links that fill in somebody's calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlencode

from bot.model import OUTCOMES, OVER, Event, Link, Pad, Status, Track
from bot.rules.nets import day_of
from bot.rules.text import INVISIBLE
from bot.rules.webcasts import ranked
from bot.tongue import said

LASTS = timedelta(hours=1)
"""Chosen, not measured: what a launch takes of somebody's evening, with its countdown. A longer window takes longer."""
LONGEST_STAY = timedelta(hours=12)
"""Chosen, not measured: a window longer than this says nothing of when to be there."""
DAY = timedelta(days=1)
BUTTON_URL = 512
"""Discord's limit for the address of a button."""
LONGEST_NAME, LONGEST_TEXT = 120, 1000
NORTH, EAST = 90, 180
"""Degrees of the farthest places."""
FIRM = frozenset({Status.GO, Status.HOLD, Status.IN_FLIGHT, Status.DEPLOYED, Status.NONE}) | (OVER - {Status.CANCELLED})
"""Statuses of what is confirmed; the others are tentative."""


@dataclass(frozen=True, slots=True)
class Span:
    """When somebody should be there: instants, or whole days while no clock time is known."""

    start: datetime | date
    end: datetime | date

    @property
    def named(self) -> tuple[tuple[str, datetime | date], ...]:
        """Both, as the format calls them."""
        return ("DTSTART", self.start), ("DTEND", self.end)


def span_of(event: Event) -> Span | None:
    """Give when it is in a calendar; None while not even the day is known."""
    net = event.net
    if net.clock is not None:
        start = net.clock.astimezone(UTC).replace(microsecond=0)
        stays = event.window_end - start if event.window_end else LASTS
        return Span(start, start + (stays if LASTS < stays <= LONGEST_STAY else LASTS))
    if net.at is None or not net.has_day:
        return None
    day = day_of(net.at)
    return Span(day, day + DAY)


def looks(event: Event) -> tuple[object, ...]:
    """Give what a calendar shows of an event: what differs here is a revision of its entry."""
    told = event.mission.description if event.mission else ""
    return (
        event.net,
        span_of(event),
        summary(event),
        place(event),
        standing(event.status),
        told,
        # What decides which of them is shown, in any language.
        [(one.url, one.kind, one.language, one.live, one.ends, one.priority, one.guessed) for one in event.webcasts],
        event.status in OUTCOMES,
    )


def standing(status: Status) -> str:
    """Say how firm an event is, in the format's words."""
    return "CANCELLED" if status is Status.CANCELLED else "CONFIRMED" if status in FIRM else "TENTATIVE"


def flat(text: str, limit: int) -> str:
    """Make feed text one bounded line without control characters; escaping is the format's matter."""
    line = " ".join(INVISIBLE.sub(" ", text.encode("utf-8", "replace").decode()).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def summary(event: Event) -> str:
    """Name it as an entry of a calendar: in full, it stands there alone."""
    return flat(event.name.replace("|", "·").strip("· "), LONGEST_NAME) or str(event.id)


def place(event: Event) -> str:
    """Say where it is."""
    parts = (event.pad.name, event.pad.site) if event.pad else (event.location,)
    return ", ".join(flat(part, LONGEST_NAME) for part in parts if part)


def about(track: Track, language: str, page: str = "") -> str:
    """Say what for, where to watch, and that it may move: as of the last revision, so that one number means one entry."""
    event = track.event
    best = ranked(event, revised(track), language)[:1]
    watch = [f"{said(language, 'Watch')}: {flat(stream.url, LONGEST_TEXT)}" for stream in best]
    told = [flat(event.mission.description, LONGEST_TEXT)] if event.mission and event.mission.description else []
    caution = said(language, "No earlier than this: it may move. Data: The Space Devs, Launch Library 2")
    return "\n".join([*told, *watch, caution, *filter(None, [page])])


def revised(track: Track) -> datetime:
    """Tell when its entry last changed. Tracks from before this was noted have it from their last NET."""
    last = track.revised or (track.nets[-1].at if track.nets else track.first_seen)
    return last.astimezone(UTC)


def entry(track: Track, language: str = "en", pages: str = "") -> tuple[str, ...]:
    """Write the VEVENT of an event, line by line; none while not even its day is known. `pages`: where all events have a page.

    The id is the event's for ever, the number goes up with whatever changes: a calendar moves what it has. No VALARM: Google
    ignores those of a subscription, Apple asks about each, and reminders are what the bot is for. DTSTAMP is the last change,
    not now: a program that fetches again sees at once that nothing is new.
    """
    event, span = track.event, span_of(track.event)
    if span is None:
        return ()
    changed = compact(revised(track))
    page = f"{pages}{page_of(event)}" if pages else ""
    written = {
        "UID": escaped(f"{flat(event.id, LONGEST_TEXT)}@t-minus"),
        "SEQUENCE": str(track.moves + track.revisions),
        "DTSTAMP": changed,
        "CREATED": compact(track.first_seen.astimezone(UTC)),
        "LAST-MODIFIED": changed,
        **{f"{name}{'' if isinstance(at, datetime) else ';VALUE=DATE'}": compact(at) for name, at in span.named},
        "SUMMARY": escaped(summary(event)),
        "LOCATION": escaped(place(event)),
        "GEO": geo(event.pad),
        "DESCRIPTION": escaped(about(track, language, page)),
        "URL": page,
        "STATUS": standing(event.status),
        "TRANSP": "TRANSPARENT",  # a launch makes nobody busy
    }
    return ("BEGIN:VEVENT", *(f"{name}:{value}" for name, value in written.items() if value), "END:VEVENT")


def geo(pad: Pad | None) -> str:
    """Say where on Earth it is; nothing where that is not known, or nowhere."""
    if pad is None or pad.latitude is None or pad.longitude is None:
        return ""
    if not (abs(pad.latitude) <= NORTH and abs(pad.longitude) <= EAST):
        return ""
    return f"{pad.latitude:.6f};{pad.longitude:.6f}"


def page_of(event: Event) -> str:
    """Give the path of an event's page: the same for ever."""
    return f"/launch/{quote(event.id, safe=':')}"


def ics(track: Track, language: str = "en", pages: str = "") -> bytes | None:
    """Write a calendar of this one event; None while its day is not known."""
    made = entry(track, language, pages)
    return _calendar(made) if made else None


EMPTY = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""What stands in a calendar of nothing: one without any component is none (RFC 5545, 3.6)."""


def subscription(tracks: Iterable[Track], name: str, language: str = "en", pages: str = "") -> bytes:
    """Write a calendar that is fetched again and again: what left it is taken out, what moved has a higher number."""
    called = escaped(flat(name, LONGEST_NAME))
    named = (f"NAME:{called}", f"X-WR-CALNAME:{called}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")
    made = tuple(line for track in tracks for line in entry(track, language, pages))
    return _calendar((*named, *(made or EMPTY)))


def _calendar(lines: Iterable[str]) -> bytes:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T-Minus//T-Minus//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    return b"".join(folded(line) for line in (*head, *lines, "END:VCALENDAR"))


# --- the format (RFC 5545) ----------------------------------------------------------------------------------------

OCTETS = 75
"""Of one line without its end (RFC 5545, 3.1)."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def escaped(text: str) -> str:
    """Write text as a value (RFC 5545, 3.3.11)."""
    return text.translate(ESCAPES)


def folded(line: str) -> bytes:
    """End a line, broken where it is too long, but never within a character."""
    pieces, piece = list[bytes](), b""
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join((*pieces, piece)) + b"\r\n"


# --- links --------------------------------------------------------------------------------------------------------


def links(track: Track) -> tuple[Link, ...]:
    """Lead to the calendars that take an entry by its address; the name gives way where it would be too long."""
    span = span_of(track.event)
    if span is None:
        return ()
    name, where = summary(track.event), place(track.event)
    google = {"action": "TEMPLATE", "text": name, "dates": f"{compact(span.start)}/{compact(span.end)}", "location": where}
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "startdt": span.start.isoformat(),
        "enddt": span.end.isoformat(),
        "allday": str(not isinstance(span.start, datetime)).lower(),
        "subject": name,
        "location": where,
    }
    return (
        Link("Google", shortened("https://calendar.google.com/calendar/render", google, "text", "location")),
        Link("Outlook", shortened("https://outlook.live.com/calendar/0/deeplink/compose", outlook, "subject", "location")),
    )


def compact(at: datetime | date) -> str:
    """Write an instant, or a day, as Google reads it."""
    return f"{at:%Y%m%dT%H%M%SZ}" if isinstance(at, datetime) else f"{at:%Y%m%d}"


def shortened(base: str, asked: dict[str, str], name: str, spare: str) -> str:
    """Write an address that a button takes: first what is spare goes, then the end of the name."""
    told = {key: text for key, text in asked.items() if text}
    if len(f"{base}?{urlencode(told)}") > BUTTON_URL:
        told.pop(spare, None)
    while len(address := f"{base}?{urlencode(told)}") > BUTTON_URL:
        told[name] = told[name][: len(told[name]) * 3 // 4]
    return address
