"""A club's JSON, read by the mapping that config/feeds.toml gives: which key of a launch says what."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from bot.feed_settings import JsonFeed
from bot.feeds.http import Client, Fetched, json_of
from bot.feeds.listing import FOREVER, LONGEST, Listing, launch_id, silent_on
from bot.feeds.ll_parse import RECORDS
from bot.feeds.page import Page
from bot.feeds.prints import headline
from bot.feeds.wire import FAULTS, FIRST_YEAR, LAST_YEAR, address_of, instant_of, is_list, is_record, one_line
from bot.model import Agency, Event, Fault, Kind, Mission, Net, Pad, Precision, Rocket, Sighting, Status, Webcast
from bot.ports import Clock, FeedDown, Requests, Sightings

DATE_ALONE = re.compile(r"\d{4}-?\d{2}-?\d{2}")
EPOCH = re.compile(r"\d{10,13}(?:\.\d{1,9})?")
"""Seconds or milliseconds since 1970, as a number or as text."""
SINCE, MILLISECONDS = 10**9, 10**11
"""Less is before 2001 and stands for nothing, as 0 does; more is milliseconds."""
OUR_STATUSES: Mapping[str, Status] = {one.value: one for one in Status if one not in {Status.NONE, Status.UNKNOWN}}
OUR_PRECISIONS: Mapping[str, Precision] = {one.name.lower().replace("_", " "): one for one in Precision}


class ClubFeed(Listing):
    """The launches of one club."""

    def __init__(self, name: str, said: JsonFeed, client: Client, requests: Requests, clock: Clock) -> None:
        page = Page(client, said.url, headers={"Accept": "application/json"}, longest=LONGEST)
        super().__init__(name, page, requests, clock, partial(parsed, name, said), per_hour=said.per_hour)


def parsed(name: str, said: JsonFeed, page: Fetched, _: datetime) -> Sightings:
    """Read what was fetched."""
    return parse(json_of(page.body), said, feed=name)


def parse(page: object, said: JsonFeed, *, feed: str) -> Sightings:
    """Read a list of launches as the mapping says. Raises: FeedDown when it is not where the mapping says."""
    entries = found_at(page, said.list)
    if not is_list(entries):
        raise FeedDown(f"the page has no list at {said.list!r}" if said.list else "the page is no list")
    faults: list[Fault] = []
    if len(entries) > RECORDS:
        faults.append(Fault("page", f"{len(entries)} launches, {RECORDS} read"))
    found: dict[str, Sighting] = {}
    for at, entry in enumerate(entries[:RECORDS]):
        sighting = Reading(entry, said, f"[{at}]", faults).sighting(feed)
        if sighting is not None:
            found.setdefault(sighting.event.id, sighting)
    whole = said.complete and not faults
    return Sightings(
        sightings=tuple(found.values()), faults=tuple(dict.fromkeys(faults))[:FAULTS], whole=whole, until=FOREVER if whole else None
    )


def found_at(value: object, path: str) -> object:
    """Follow keys with dots between them into objects and lists; None when they lead nowhere."""
    for key in path.split(".") if path else ():
        if is_record(value):
            value = value.get(key)
        elif is_list(value) and key.isascii() and key.isdigit():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value


@dataclass(frozen=True, slots=True)
class Reading:
    """One launch of a club, as it is read."""

    entry: object
    said: JsonFeed
    where: str
    faults: list[Fault]

    def fault(self, field: str, why: str) -> None:
        """Write down what could not be read."""
        self.faults.append(Fault(f"{self.where} {field}", why))

    def value(self, field: str) -> object:
        """Give what the launch says of a field; None when it is silent or the mapping is."""
        path = str(getattr(self.said.fields, field))
        return found_at(self.entry, path) if path else None

    def text(self, field: str) -> str:
        """Read one line; a number is written out, anything else is a fault."""
        value = self.value(field)
        if isinstance(value, str):
            return one_line(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
        if value is not None:
            self.fault(field, f"text expected, {type(value).__name__} found")
        return ""

    def address(self, field: str) -> str:
        """Read a web address."""
        given = self.text(field)
        if given and address_of(given) is None:
            self.fault(field, "no web address")
        return address_of(given) or ""

    def sighting(self, feed: str) -> Sighting | None:
        """Read the launch; None, with a fault, without an id or a name."""
        own, name = self.text("id"), headline(self.text("name"))
        if not own or not name:
            self.fault("launch", "no id" if not own else "no name")
            return None
        stream, link = self.address("stream"), self.address("link")
        rocket, lsp, mission = self.text("rocket"), self.text("lsp"), self.text("mission")
        site = self.text("site")
        pad = self.text("pad")
        net, status = self.net(), self.status()
        event = Event(
            id=launch_id(feed, own),
            kind=Kind.LAUNCH,
            name=name,
            net=net or Net(None, Precision.UNKNOWN),
            status=status,
            url=link,
            lsp=Agency(name=lsp) if lsp else None,
            rocket=Rocket(name=rocket) if rocket else None,
            mission=Mission(name=mission) if mission else None,
            pad=Pad(name=pad or site, site=site) if pad or site else None,
            location=site,
            webcasts=(Webcast(url=stream, publisher=urlsplit(stream).hostname or ""),) if stream else (),
        )
        said: dict[str, object] = {
            "name": name,
            "net": net is not None,
            "status": status is not Status.UNKNOWN,
            "url": link,
            "lsp": lsp,
            "rocket": rocket,
            "mission": mission,
            "pad": event.pad,
            "location": site,
            "webcasts": stream,
        }
        return Sighting(event=event, feed=feed, unsaid=silent_on(*(field for field, value in said.items() if value)))

    def status(self) -> Status:
        """Read the status by the club's words, else by ours; one that is not known is a fault and nothing said."""
        word = self.text("status").casefold()
        theirs = {text.casefold(): meant for text, meant in self.said.statuses.items()}
        known = theirs.get(word) or OUR_STATUSES.get(word)
        if word and known is None:
            self.fault("status", f"unknown status {word[:40]!r}")
        return known or Status.UNKNOWN

    def net(self) -> Net | None:
        """Read the NET; None when it can't be read, so that what was known stands."""
        value = self.value("net")
        if value is None or value == "":
            return Net(None, Precision.UNKNOWN)
        at = instant(value)
        if at is None:
            self.fault("net", "no instant")
            return None
        midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
        alone = isinstance(value, str) and DATE_ALONE.fullmatch(value.strip()) is not None
        said = self.precision()
        if said is None:
            said = max(self.said.precision, Precision.DAY) if midnight else self.said.precision
        return Net(at, max(said, Precision.DAY) if alone else said)

    def precision(self) -> Precision | None:
        """Read how well the NET is known; None when the launch does not say. A word that is not known is worth no clock time."""
        word = self.text("precision").casefold()
        if not word:
            return None
        theirs = {text.casefold(): meant for text, meant in self.said.precisions.items()}
        known = theirs.get(word, OUR_PRECISIONS.get(word))
        if known is None:
            self.fault("precision", f"unknown precision {word[:40]!r}")
        return Precision.DAY if known is None else known


def instant(value: object) -> datetime | None:
    """Read ISO 8601, or seconds or milliseconds since 1970."""
    if isinstance(value, str) and not EPOCH.fullmatch(value.strip()):
        return instant_of(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
        seconds = number / 1_000 if number >= MILLISECONDS else number if number >= SINCE else math.nan
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None
