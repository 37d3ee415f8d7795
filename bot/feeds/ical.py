"""Launch calendars in iCalendar: one entry at a time, precision no better than a calendar can know, recurrence within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.prop import vDDDTypes

from bot.feeds.http import Client, Fetched
from bot.feeds.listing import LONGEST, Listing, launch_id, silent_on
from bot.feeds.ll_nets import coarse
from bot.feeds.ll_parse import mission_of, rocket_of
from bot.feeds.page import Page
from bot.feeds.prints import headline, plain
from bot.feeds.rss import looks_like
from bot.feeds.wire import FAULTS, FIRST_YEAR, LAST_YEAR, address_of, one_line
from bot.model import Event, Fault, Kind, Mission, Net, Precision, Sighting, Status, Webcast
from bot.ports import Clock, FeedDown, Requests, Sightings
from bot.rules.webcasts import stream_id

ENTRIES = 2_000
"""Most entries of one calendar. Measured: launch calendars have some 100; icalendar needs half a millisecond for one."""
LINES, LETTERS = 200, 20_000
"""Most lines and characters of one entry. Chosen, not measured: descriptions are a few hundred characters."""
BACK, AHEAD = timedelta(days=30), timedelta(days=1_200)
"""Entries outside of this are history, or a wish."""
REPEATS = 50
"""Most times of one entry that recurs."""
SERIES = 20
"""Most entries that recur and are expanded, at up to 0.1 s each. Launches do not recur; a club's static fires may."""
EXPANDED_AHEAD = timedelta(days=366)
"""How far ahead."""
RULE = re.compile(
    r"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)"
    r"(?:;(?:INTERVAL=0*[1-9]\d{0,3}|COUNT=\d{1,4}|UNTIL=\d{8}(?:T\d{6}Z?)?|WKST=[A-Z]{2}|BYDAY=(?:[A-Z]{2},){0,6}[A-Z]{2}))*",
    re.IGNORECASE,
)
"""Rules that are expanded. None of them can search for ages without finding a day, as FREQ=SECONDLY or 30 February do."""
BEGINS_BEFORE = timedelta(days=3_660)
"""A recurring entry that began longer ago is not expanded: its days are counted one by one."""
BROKEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, OSError)
"""What icalendar and recurring_ical_events raise on rubbish; the last for a zone whose name is too long for a file's."""
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ZONE = re.compile(r"^X-WR-TIMEZONE[^:\n]{0,60}:(.{1,60})$", re.MULTILINE)
NEW_YEARS_EVE = (12, 31)


class Expansion(Protocol):
    """What recurring_ical_events gives, which ships no types."""

    def between(self, start: date, stop: date) -> Iterable[icalendar.Component]:
        """Give the entries within a span."""
        ...


EXPANDED: Callable[[icalendar.Calendar], Expansion] = recurring_ical_events.of


class Calendar(Listing):
    """One launch calendar."""

    def __init__(self, name: str, url: str, client: Client, requests: Requests, clock: Clock, *, per_hour: int) -> None:
        page = Page(client, url, headers={"Accept": "text/calendar, */*;q=0.1"}, longest=LONGEST)
        super().__init__(name, page, requests, clock, partial(parsed, name), per_hour=per_hour)


def parsed(name: str, page: Fetched, now: datetime) -> Sightings:
    """Read what was fetched."""
    return parse(page.body, feed=name, now=now, charset=page.charset)


def parse(body: bytes, *, feed: str, now: datetime, charset: str = "") -> Sightings:
    """Read a calendar. Raises: FeedDown when it is none."""
    text = unfolded(body, charset)
    if "BEGIN:VCALENDAR" not in text[:LETTERS].upper():
        raise FeedDown(f"{looks_like(body)} came instead of a calendar")
    faults: list[Fault] = []
    zone = zone_of(text)
    found: dict[str, Sighting] = {}
    series = 0
    for at, block in enumerate(blocks(text, faults)):
        where = f"[{at}]"
        series += recurs(block)
        if at >= ENTRIES or series > SERIES:
            faults.append(Fault("calendar", f"only {ENTRIES} entries are read, and {SERIES} that recur"))
            break
        try:
            for sighting in sightings_of(block, feed, zone, now):
                found[sighting.event.id] = sighting
        except Unreadable as why:
            faults.append(Fault(where, str(why)))
    kept = tuple(dict.fromkeys(faults))[:FAULTS]
    return Sightings(sightings=tuple(sorted(found.values(), key=lambda one: one.event.net.at or now)), faults=kept)


class Unreadable(Exception):
    """An entry that can't be read; its text says why."""


# --- text to entries ----------------------------------------------------------------------------------------------


def unfolded(body: bytes, charset: str) -> str:
    """Decode a calendar, and put folded lines together."""
    try:
        text = body.decode(charset or "utf-8-sig", "replace")
    except LookupError:
        text = body.decode("utf-8-sig", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return text.replace("\n ", "").replace("\n\t", "")


def zone_of(text: str) -> ZoneInfo | None:
    """Read the zone that times without one are in; None when the calendar does not say."""
    found = ZONE.search(text)
    if found is None:
        return None
    try:
        return ZoneInfo(found[1].strip())
    except (ValueError, LookupError, OSError):
        return None


def blocks(text: str, faults: list[Fault]) -> Iterator[list[str]]:
    """Give the lines of each entry, without alarms. Zones that the calendar defines are left out: their rules may be endless."""
    lines: list[str] | None = None
    inner = ""
    length = 0
    for line in text.split("\n"):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            if lines is not None:
                faults.append(Fault("calendar", "an entry breaks off"))
            lines, inner, length = [], "", 0
        elif lines is None:
            continue
        elif word == "END:VEVENT":
            yield lines
            lines = None
        elif inner:
            inner = "" if word == inner else inner
        elif word.startswith("BEGIN:"):
            inner = "END:" + word.removeprefix("BEGIN:")
        elif len(lines) < LINES and (length := length + len(line)) < LETTERS and word:
            lines.append(line)
    if lines is not None:
        faults.append(Fault("calendar", "an entry breaks off"))


def recurs(block: Iterable[str]) -> bool:
    """Whether an entry is more than one."""
    return any(line.lstrip()[:5].upper() in {"RRULE", "RDATE"} for line in block)


# --- entries to launches ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar, read once, with all its times."""

    fields: Mapping[str, object]
    times: tuple[object, ...]
    recurs: bool
    floating: bool
    """Whether a time without a zone is in that of the calendar: not when it names a zone that nobody knows."""

    def text(self, key: str) -> str:
        """Give a property as text; empty when it is absent or there twice."""
        value = self.fields.get(key)
        return str(value) if isinstance(value, str) else ""


def sightings_of(block: Iterable[str], feed: str, zone: ZoneInfo | None, now: datetime) -> Iterator[Sighting]:
    """Read an entry as launches: one, or as many as it recurs. Raises: Unreadable."""
    entry = entry_of(block, now)
    name, uid = headline(entry.text("SUMMARY")), entry.text("UID").strip()
    if not name:
        raise Unreadable("no summary")
    for start in entry.times:
        net = net_of(start, zone if entry.floating else None)
        if net.at is None or not now - BACK <= net.at <= now + AHEAD:
            continue
        moved = entry.fields.get("RECURRENCE-ID")
        day = moved.dt if isinstance(moved, vDDDTypes) else net.at if entry.recurs else None
        own = own_id(uid, name) + (f"-{day:%Y%m%d}" if isinstance(day, date) else "")
        yield sighting_of(entry, feed, own, name, net)


def own_id(uid: str, name: str) -> str:
    """Give the part of a UID before its host, which in calendars made of Launch Library is the id there; without one, the name."""
    before = uid.partition("@")[0]
    return before if UUID.fullmatch(before) else uid or name


def entry_of(block: Iterable[str], now: datetime) -> Entry:
    """Let icalendar read an entry. Raises: Unreadable."""
    rows = ["BEGIN:VEVENT", *block, "END:VEVENT", ""]
    try:
        event = icalendar.Event.from_ical("\r\n".join(rows))
        return read_entry(event, now)
    except BROKEN as error:
        raise Unreadable(f"icalendar can't read it: {type(error).__name__}") from None


def read_entry(event: icalendar.Component, now: datetime) -> Entry:
    """Take from an entry what is read. Raises: Unreadable: icalendar accepts dates that are none."""
    start = event.get("DTSTART")
    if not isinstance(event, icalendar.Event) or not isinstance(start, vDDDTypes):
        raise Unreadable("no date that can be read")
    recurs = "RRULE" in event or "RDATE" in event
    again = times(event, start.dt, now) if recurs else (start.dt,)
    return Entry(fields=dict(event), times=again, recurs=recurs, floating="TZID" not in start.params)


def times(event: icalendar.Event, start: object, now: datetime) -> tuple[object, ...]:
    """Give the times of an entry that recurs, within bounds. Raises: Unreadable when its rule could take for ever."""
    rule = event.get("RRULE")
    if rule is not None and (isinstance(rule, list) or not RULE.fullmatch(rule.to_ical().decode("ascii", "replace"))):
        raise Unreadable("recurs by a rule that is not followed")
    if not isinstance(start, date) or start.year < (now - BEGINS_BEFORE).year:
        raise Unreadable("recurs since longer than is followed")
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    between = EXPANDED(calendar).between((now - BACK).date(), (now + EXPANDED_AHEAD).date())
    found = (one.get("DTSTART") for _, one in zip(range(REPEATS), between, strict=False))
    return tuple(one.dt for one in found if isinstance(one, vDDDTypes))


def sighting_of(entry: Entry, feed: str, own: str, name: str, net: Net) -> Sighting:
    """Describe a launch as its entry does."""
    location = one_line(entry.text("LOCATION"))
    description = plain(entry.text("DESCRIPTION"))
    link = address_of(entry.text("URL")) or ""
    streams = (Webcast(url=link),) if stream_id(link).startswith("youtube:") else ()
    cancelled = entry.text("STATUS").strip().upper() == "CANCELLED"
    rocket = rocket_of(name)
    event = Event(
        id=launch_id(feed, own),
        kind=Kind.LAUNCH,
        name=name,
        net=net,
        status=Status.CANCELLED if cancelled else Status.UNKNOWN,
        url=link,
        rocket=rocket,
        mission=Mission(name=mission_of(name) or name, description=description) if description else None,
        location=location,
        webcasts=streams,
        last_updated=modified(entry.fields.get("LAST-MODIFIED")),
    )
    said: dict[str, object] = {
        "name": name,
        "net": net,
        "status": cancelled,
        "url": link,
        "rocket": rocket,
        "mission": description,
        "location": location,
        "webcasts": streams,
        "last_updated": event.last_updated,
    }
    return Sighting(event=event, feed=feed, unsaid=silent_on(*(field for field, value in said.items() if value)))


def modified(value: object) -> datetime | None:
    """Read when an entry was last changed."""
    at = value.dt if isinstance(value, vDDDTypes) else None
    return in_utc(at) if isinstance(at, datetime) and at.tzinfo is not None else None


# --- how well a calendar knows ------------------------------------------------------------------------------------


def net_of(start: object, zone: ZoneInfo | None) -> Net:
    """Read a NET from the start of an entry. Raises: Unreadable when it is no date of our times.

    A calendar can't say how well it knows an instant. A whole day is a day, except for New Year's Eve, on which years
    are put; midnight is what ll_nets.coarse makes of it; a full hour may be rounded; a time without a zone is one of a day.
    """
    if isinstance(start, datetime):
        at = in_utc(start.replace(tzinfo=zone) if start.tzinfo is None and zone is not None else start)
        midnight = (start.hour, start.minute, start.second) == (0, 0, 0)
        if at is None or midnight or at == at.replace(hour=0, minute=0, second=0):
            day = midnight_of(start.date() if midnight or at is None else at.date())
            return Net(day, coarse(day))
        return Net(at, Precision.HOUR if (at.minute, at.second) == (0, 0) else Precision.MINUTE)
    if isinstance(start, date):
        day = midnight_of(start)
        return Net(day, Precision.YEAR if (start.month, start.day) == NEW_YEARS_EVE else Precision.DAY)
    raise Unreadable("no date that can be read")


def midnight_of(day: date) -> datetime:
    """Give the beginning of a day. Raises: Unreadable when it is not of our times."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable("not a date of our times")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def in_utc(at: datetime) -> datetime | None:
    """Give an instant in UTC; None when it has no zone. Raises: Unreadable when it is not of our times."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Unreadable("not a date of our times")
    return None if at.tzinfo is None else at.astimezone(UTC)
