"""What a server adds for itself, because no feed knows it: an amateur launch, a balloon; and how a person writes a NET."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.model import Event, EventId, GuildId, Kind, Mission, Net, Precision, Rocket, Status, StreamKind, Webcast
from bot.rules.asking import Wrong
from bot.tongue import said

FEED = "own"
LONGEST_NAME = 100
LONGEST_PLACE = 100
LONGEST_URL = 300
MOST = 50
"""Missions ahead that one server may have added: bounds what it can cost."""
FIRST_YEAR, LAST_YEAR = 1957, 2099

DAY = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
CLOCK = re.compile(
    rf"{DAY}[ T,]+(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?|\s?h)\s*(?P<utc>z|utc)?", re.IGNORECASE
)
DATE = re.compile(DAY)
COARSE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?")
PART = re.compile(r"(?P<part>[qh])(?P<number>[1-4])\s*,?\s*(?P<year>\d{4})", re.IGNORECASE)
UNKNOWN = frozenset({"tbd", "unknown", "none", "no date", "?"})
DECEMBER = 12

STATUSES: Mapping[str, Status] = {
    "go": Status.GO,
    "to be confirmed": Status.TBC,
    "hold": Status.HOLD,
    "scrub": Status.TBD,
    "liftoff": Status.IN_FLIGHT,
    "success": Status.SUCCESS,
    "partial failure": Status.PARTIAL_FAILURE,
    "failure": Status.FAILURE,
}
"""What an admin may say of a mission. A scrub has no status of its own in any feed: GO is lost (rules/changes.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What an admin says of a mission; None is what is not said."""

    name: str | None = None
    net: Net | None = None
    status: Status | None = None
    place: str | None = None
    rocket: str | None = None
    stream: str | None = None
    text: str | None = None


def event_id(guild: GuildId, number: int) -> EventId:
    """Name the nth mission that a server added."""
    return EventId(f"{FEED}:launch:{guild}-{number}")


def first_told(ident: EventId, guild: GuildId, own: Own) -> Event:
    """Give a mission as it is first told."""
    net = own.net or Net(None, Precision.UNKNOWN)
    usual = Status.GO if net.clock else Status.TBD
    blank = Event(id=ident, kind=Kind.LAUNCH, name="", net=net, status=usual, owner=guild)
    return told_again(blank, own)


def told_again(event: Event, own: Own) -> Event:
    """Give a mission with what is said of it now."""
    said_now = replace(
        event,
        name=own.name or event.name,
        net=own.net or event.net,
        status=own.status or event.status,
        location=event.location if own.place is None else own.place,
        webcast_live=event.webcast_live and own.stream is None,
    )
    if own.name or own.text is not None:
        text = own.text if own.text is not None else (event.mission.description if event.mission else "")
        said_now = replace(said_now, mission=Mission(name=said_now.name, description=text))
    if own.rocket is not None:
        said_now = replace(said_now, rocket=Rocket(name=own.rocket) if own.rocket else None)
    if own.stream is not None:
        streams = (Webcast(url=own.stream, kind=StreamKind.OFFICIAL),) if own.stream else ()
        said_now = replace(said_now, webcasts=streams)
    moved_to_a_clock = own.net is not None and own.net.clock is not None and own.status is None
    return replace(said_now, status=Status.GO) if moved_to_a_clock and event.status is Status.TBD else said_now


# --- how a NET is written -----------------------------------------------------------------------------------------


def parse_net(text: str, zone: tzinfo, language: str = "en") -> Net | Wrong:
    """Read a NET; how it is written says how well it is known. A clock time is of this zone, unless it ends in UTC."""
    words = " ".join(text.split())
    if words.lower() in UNKNOWN:
        return Net(None, Precision.UNKNOWN)
    try:
        net = _read(words, zone)
    except ValueError:
        net = None
    if net is None or net.at is None or not FIRST_YEAR <= net.at.year <= LAST_YEAR:
        sentence = (
            "I cannot read that as a date. Write `2026-12-24 18:00` in the time zone of this server, `2026-12-24 18:00 UTC`, "
            "or less where less is known: `2026-12-24`, `2026-12`, `Q4 2026`, `2026`, `tbd`."
        )
        return Wrong(said(language, sentence))
    local = net.at.astimezone(zone)
    if net.clock and not re.search(r"z|utc", words, re.IGNORECASE) and f"{local:%H}" != f"{_hour(words):02d}":
        sentence = "That time does not exist in {zone}: the clocks are put forward then. Write it in UTC, with `UTC` after it."
        return Wrong(said(language, sentence, zone=str(zone)))
    return net


def _hour(words: str) -> int:
    found = CLOCK.fullmatch(words)
    return int(found["hour"]) if found else 0


def _read(words: str, zone: tzinfo) -> Net | None:
    """Read a NET in one of its forms. Raises: ValueError for a day or an hour that there is not."""
    if found := CLOCK.fullmatch(words):
        day = datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC if found["utc"] else zone)
        at = day.replace(hour=int(found["hour"]), minute=int(found["minute"] or 0), second=int(found["second"] or 0))
        precision = Precision.SECOND if found["second"] else Precision.MINUTE if found["minute"] else Precision.HOUR
        return Net(at.astimezone(UTC), precision)
    if found := DATE.fullmatch(words):
        return Net(datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC), Precision.DAY)
    if found := COARSE.fullmatch(words):
        month = int(found["month"]) if found["month"] else None
        return Net(last_day(int(found["year"]), month or DECEMBER), Precision.MONTH if month else Precision.YEAR)
    if found := PART.fullmatch(words):
        half = found["part"].lower() == "h"
        months = int(found["number"]) * (6 if half else 3)
        return Net(last_day(int(found["year"]), months), Precision.HALF if half else Precision.QUARTER)
    return None


def last_day(year: int, month: int) -> datetime:
    """Give the last day of a month at 00:00Z, as a coarse NET is kept. Raises: ValueError for a month that there is not."""
    first = datetime(year, month, 1, tzinfo=UTC)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
