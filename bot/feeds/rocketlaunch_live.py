"""RocketLaunch.live: the next five launches, with a NET that says how well it is known and nothing about whether they are GO."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.feeds.http import Client, Fetched, json_of
from bot.feeds.listing import LONGEST, Listing, launch_id, silent_on
from bot.feeds.ll_nets import coarse
from bot.feeds.ll_parse import RECORDS, id_of
from bot.feeds.page import Page
from bot.feeds.prints import watch_url
from bot.feeds.wire import FIRST_YEAR, LAST_YEAR, Record, is_list, is_record, one_line
from bot.model import Agency, Event, Fault, Kind, Mission, Net, Pad, Precision, Rocket, Sighting, Status, Webcast
from bot.ports import Clock, FeedDown, Requests, Sightings
from bot.rules.webcasts import VIDEO_ID

FEED = "rll"
NEXT = "json/launches/next/5"
"""What it gives without a key."""
PAGE = "https://rocketlaunch.live/launch/"
RESULTS: Mapping[int, Status] = {0: Status.FAILURE, 1: Status.SUCCESS, 2: Status.PARTIAL_FAILURE, 3: Status.FAILURE}
"""Its `result`: 3 is an abort in flight, -1 that it has not flown, of which we say nothing."""
COUNTRIES: Mapping[str, str] = {
    "china": "CN",
    "french guiana": "GF",
    "guiana": "GF",
    "india": "IN",
    "iran": "IR",
    "israel": "IL",
    "japan": "JP",
    "kazakhstan": "KZ",
    "new zealand": "NZ",
    "norway": "NO",
    "russia": "RU",
    "south korea": "KR",
    "united kingdom": "GB",
    "united states": "US",
}
"""Countries with launch sites, as it writes them."""
QUARTERS, MONTHS = 4, 12


class RocketLaunchLive(Listing):
    """The feed of RocketLaunch.live."""

    def __init__(self, client: Client, requests: Requests, clock: Clock, *, base: str, per_hour: int) -> None:
        page = Page(client, f"{base.rstrip('/')}/{NEXT}", headers={"Accept": "application/json"}, longest=LONGEST)
        super().__init__(FEED, page, requests, clock, parsed, per_hour=per_hour)


def parsed(page: Fetched, _: datetime) -> Sightings:
    """Read what was fetched."""
    return parse(json_of(page.body))


def parse(page: object) -> Sightings:
    """Read a list of launches. Raises: FeedDown when it is none."""
    faults: list[Fault] = []
    entries = page.get("result") if is_record(page) else None
    if not is_list(entries):
        said = Record(page, "page", faults).text("error", "message", "detail") if is_record(page) else ""
        raise FeedDown(f"the page has no result{': ' + said if said else ''}")
    if len(entries) > RECORDS:
        faults.append(Fault("page", f"{len(entries)} launches, {RECORDS} read"))
    found: dict[str, Sighting] = {}
    for at, entry in enumerate(entries[:RECORDS]):
        own = id_of(entry.get("id")) if is_record(entry) else None
        if not is_record(entry) or own is None:
            faults.append(Fault(f"[{at}]", "no launch with an id"))
            continue
        sighting = sighting_of(Record(entry, f"{FEED}:launch:{own}", faults), own)
        found.setdefault(sighting.event.id, sighting)
    return Sightings(sightings=tuple(found.values()), faults=tuple(dict.fromkeys(faults)))


def sighting_of(record: Record, own: str) -> Sighting:
    """Read one launch, and name all that the page does not say of it."""
    vehicle, provider = record.named("vehicle"), record.named("provider")
    called = record.text("name")
    streams = webcasts(record)
    result = record.whole("result")
    pad, location = pad_of(record)
    slug = record.text("slug")
    mission = mission_of(record, called)
    weather = record.prose("weather_summary")
    net = net_of(record)
    event = Event(
        id=launch_id(FEED, own),
        kind=Kind.LAUNCH,
        name=one_line(" | ".join(filter(None, (vehicle, called)))) or f"Launch {own}",
        net=net,
        status=RESULTS.get(-1 if result is None else result, Status.UNKNOWN),
        slug=slug,
        url=PAGE + slug if slug.replace("-", "").isalnum() and slug.isascii() else "",
        window_start=record.instant("win_open"),
        window_end=record.instant("win_close"),
        lsp=Agency(name=provider) if provider else None,
        rocket=Rocket(name=vehicle) if vehicle else None,
        mission=mission,
        pad=pad,
        location=location,
        webcasts=streams,
        weather=weather,
        last_updated=record.instant("modified"),
    )
    said: dict[str, object] = {
        "name": called,
        "net": record.said("t0", "win_open", "est_date"),
        "status": event.status is not Status.UNKNOWN,
        "slug": slug,
        "url": event.url,
        "window_start": event.window_start,
        "window_end": event.window_end,
        "lsp": event.lsp,
        "rocket": event.rocket,
        "mission": mission and mission.description,
        "pad": pad,
        "location": location,
        "webcasts": streams,
        "weather": weather,
        "last_updated": event.last_updated,
    }
    return Sighting(event=event, feed=FEED, unsaid=silent_on(*(field for field, value in said.items() if value)))


def mission_of(record: Record, called: str) -> Mission | None:
    """Read what is flown: the names of its missions, and what is said of it."""
    names = [name for part in record.records("missions") if (name := part.text("name"))]
    description = record.prose("mission_description") or next(
        (said for part in record.records("missions") if (said := part.prose("description"))), ""
    )
    name = called or one_line(", ".join(names[:3]))
    return Mission(name=name, description=description) if name else None


def pad_of(record: Record) -> tuple[Pad | None, str]:
    """Read the pad, and its site."""
    pad = record.record("pad")
    site = pad.record("location") if pad else None
    if pad is None:
        return None, ""
    where = one_line(", ".join(filter(None, (site.text("name"), site.text("statename", "state"))))) if site else ""
    country = COUNTRIES.get(site.text("country").casefold(), "") if site else ""
    called = pad.text("name")
    return (Pad(name=called or where, site=where, country=country) if called or where else None), where


def webcasts(record: Record) -> tuple[Webcast, ...]:
    """Read the streams; it says of none who makes it."""
    found: list[str] = []
    for part in record.records("media"):
        video = part.text("youtube_vidid")
        found.append(watch_url(video) if VIDEO_ID.fullmatch(video) else part.address("media_url", "url"))
    return tuple(Webcast(url=url, priority=at) for at, url in enumerate(dict.fromkeys(filter(None, found))))


# --- how well a NET is known --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A date of which only some parts are known."""

    year: int | None
    month: int | None
    day: int | None
    quarter: int | None

    @property
    def net(self) -> Net:
        """The last day of what it names, as Launch Library writes it. Without a year it says nothing."""
        if self.year is None or not FIRST_YEAR <= self.year <= LAST_YEAR:
            return Net(None, Precision.UNKNOWN)
        if self.month is not None and 1 <= self.month <= MONTHS:
            last = monthrange(self.year, self.month)[1]
            if self.day is not None and 1 <= self.day <= last:
                return Net(datetime(self.year, self.month, self.day, tzinfo=UTC), Precision.DAY)
            return Net(datetime(self.year, self.month, last, tzinfo=UTC), Precision.MONTH)
        if self.quarter is not None and 1 <= self.quarter <= QUARTERS:
            month = 3 * self.quarter
            return Net(datetime(self.year, month, monthrange(self.year, month)[1], tzinfo=UTC), Precision.QUARTER)
        return Net(datetime(self.year, MONTHS, 31, tzinfo=UTC), Precision.YEAR)


def net_of(record: Record) -> Net:
    """Read the NET: T-0 to the minute; a window that opens is an hour, for when in it nobody said; else the estimate."""
    t0, opens = record.instant("t0"), record.instant("win_open")
    if t0 is not None:
        return Net(t0, Precision.MINUTE)
    if opens is not None:
        midnight = (opens.hour, opens.minute, opens.second) == (0, 0, 0)
        return Net(opens, coarse(opens) if midnight else Precision.HOUR)
    part = record.record("est_date")
    if part is None:
        return Net(None, Precision.UNKNOWN)
    return Estimate(part.whole("year"), part.whole("month"), part.whole("day"), part.whole("quarter")).net
