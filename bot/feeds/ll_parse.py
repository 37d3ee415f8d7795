"""Launch Library 2 pages, pure: launches and events of every shape from 2.0.0 to 2.4.0, told by shape and never by address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.feeds import ll_nets, ll_parts
from bot.feeds.wire import Record, is_list, is_record, one_line
from bot.model import Event, EventId, Fault, Kind, Mission, Rocket, Sighting, Status
from bot.ports import FeedDown

FEED = "ll2"
RECORDS = 500
"""Most records of one page that are read. Launch Library gives 100 at most (FEEDS: a request for 150 returned 100)."""
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
"""Launches have UUIDs, events whole numbers; an id becomes part of keys, so nothing else may stand in it."""
LAUNCH_MARKS = frozenset({"net", "window_start", "launch_service_provider", "lsp_name", "rocket", "launch_designator"})
"""Keys that only a launch has."""
EVENT_MARKS = frozenset({"date", "date_precision", "news_url", "video_url", "expeditions", "spacestations", "feature_image"})
"""Keys that only an event has."""

# Event types by id, then by what the name contains: names changed over time ("Landing" became "Spacecraft Landing").
KINDS: Mapping[int, Kind] = {
    2: Kind.DOCKING,
    3: Kind.SPACEWALK,
    4: Kind.DOCKING,  # berthing
    5: Kind.TEST,  # static fire
    7: Kind.LANDING,  # on the Moon
    8: Kind.UNDOCKING,
    9: Kind.LANDING,
    12: Kind.OTHER,  # hatch opening
    13: Kind.UNDOCKING,  # release by an arm
    14: Kind.TEST,
    15: Kind.CEREMONY,  # change of command
    16: Kind.OTHER,  # orbital insertion
    19: Kind.TEST,  # ambient pressure
    20: Kind.PRESS,
    21: Kind.TEST,  # cryoproof
    22: Kind.TEST,  # wet dress rehearsal
    23: Kind.FLYBY,
    24: Kind.OTHER,  # a launch that has an entry of its own
    25: Kind.RELOCATION,
}
KIND_WORDS: tuple[tuple[str, Kind], ...] = (  # beginnings of words
    ("undock", Kind.UNDOCKING),
    ("release", Kind.UNDOCKING),
    ("dock", Kind.DOCKING),
    ("berth", Kind.DOCKING),
    (r"eva\b", Kind.SPACEWALK),
    ("spacewalk", Kind.SPACEWALK),
    ("relocat", Kind.RELOCATION),
    ("flyby", Kind.FLYBY),
    ("landing", Kind.LANDING),
    ("splashdown", Kind.LANDING),
    ("change of command", Kind.CEREMONY),
    (r"press\b", Kind.PRESS),
    ("static fire", Kind.TEST),
    ("rehearsal", Kind.TEST),
    ("test", Kind.TEST),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What one page says. `records` counts what stood on it, read or not; `count` and `next` are its own words."""

    sightings: tuple[Sighting, ...]
    faults: tuple[Fault, ...] = ()
    records: int = 0
    lost: int = 0
    """Records of which not even the id could be read: who they are is unknown."""
    count: int | None = None
    next: str = ""


def parse_page(page: object) -> ParsedPage:
    """Read a list of launches, events or both. Raises: FeedDown when it is no such list."""
    faults: list[Fault] = []
    entries, count, following = entries_of(page, faults)
    if len(entries) > RECORDS:
        faults.append(Fault("page", f"{len(entries)} records, {RECORDS} read"))
    sightings: list[Sighting] = []
    for at, entry in enumerate(entries[:RECORDS]):
        sighting = sighting_of(entry, f"[{at}]", faults)
        if sighting is not None:
            sightings.append(sighting)
    return ParsedPage(
        sightings=tuple(sightings),
        faults=tuple(dict.fromkeys(faults)),
        records=len(entries),
        lost=len(entries) - len(sightings),
        count=count,
        next=following,
    )


def entries_of(page: object, faults: list[Fault]) -> tuple[list[object], int | None, str]:
    """Unwrap a page: its records, how many it says there are, and the address of the next one. Raises: FeedDown."""
    if is_list(page):
        return page, None, ""
    if not is_record(page):
        raise FeedDown(f"an object or a list was expected, {type(page).__name__} found")
    wrapper = Record(page, "page", faults)
    entries = page.get("results")
    if not is_list(entries):
        said = wrapper.text("detail", "error", "message")
        raise FeedDown(f"the page has no results{': ' + said if said else ''}")
    return entries, wrapper.whole("count"), wrapper.address("next")


def parse_detail(page: object) -> ParsedPage:
    """Read the answer to a question for one launch or event. Raises: FeedDown when it is neither."""
    faults: list[Fault] = []
    sighting = sighting_of(page, "answer", faults)
    if sighting is None:
        raise FeedDown(faults[-1].why if faults else "no launch and no event")
    return ParsedPage(sightings=(sighting,), faults=tuple(dict.fromkeys(faults)), records=1)


def parse_one(page: object) -> Sighting:
    """Read one launch or event. Raises: FeedDown when it is neither."""
    return parse_detail(page).sightings[0]


def sighting_of(entry: object, where: str, faults: list[Fault]) -> Sighting | None:
    """Read one record; None, with a fault, when it is neither launch nor event or has no id."""
    if not is_record(entry):
        faults.append(Fault(where, f"object expected, {type(entry).__name__} found"))
        return None
    own = id_of(entry.get("id"))
    kind = shape_of(entry)
    if own is None or kind is None:
        faults.append(Fault(where, "no id" if own is None else "neither a launch nor an event"))
        return None
    record = Record(entry, f"{FEED}:{kind}:{own}", faults)
    return launch(record, event_id(kind, own)) if kind == "launch" else happening(record, event_id(kind, own))


def id_of(value: object) -> str | None:
    """Read an id; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value).strip() if isinstance(value, str) or abs(value) < 10**18 else ""
    return text.casefold() if ID.fullmatch(text) else None


def shape_of(entry: Mapping[str, object]) -> str | None:
    """Tell a launch from an event by its keys, and where those are pruned by its id."""
    if LAUNCH_MARKS & entry.keys():
        return "launch"
    if EVENT_MARKS & entry.keys() or is_record(entry.get("type")):
        return "event"
    if "name" in entry and "status" in entry and isinstance(entry["id"], str):
        return "launch"
    return None


def event_id(kind: str, own: str) -> EventId:
    """Name an event as this feed does."""
    return EventId(f"{FEED}:{kind}:{own}")


# --- launches -----------------------------------------------------------------------------------------------------

LAUNCH_SAYS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "net": ("net",),
    "status": ("status",),
    "slug": ("slug",),
    "url": ("infoURLs", "info_urls"),
    "window_start": ("window_start",),
    "window_end": ("window_end",),
    "lsp": ("launch_service_provider",),
    "rocket": ("rocket",),
    "mission": ("mission",),
    "pad": ("pad",),
    "location": ("pad", "location", "location_name"),
    "programs": ("program",),
    "designator": ("launch_designator",),
    "webcasts": ("vidURLs", "vid_urls"),
    "webcast_live": ("webcast_live",),
    "probability": ("probability",),
    "weather": ("weather_concerns",),
    "reason": ("failreason", "holdreason"),
    "image": ("image",),
    "links": ("infoURLs", "info_urls"),
    "patches": ("mission_patches",),
    "updates": ("updates",),
    "timeline": ("timeline",),
    "last_updated": ("last_updated",),
}
"""Which key of a launch speaks of which field of Event. Those of rocket and mission are looked up inside."""


def launch(record: Record, own: EventId) -> Sighting:
    """Read a launch."""
    status = ll_parts.status(record)
    net = ll_nets.launch_net(record, status)
    rocket = record.record("rocket")
    flat_mission = isinstance(record.value.get("mission"), str)
    mission = None if flat_mission else record.record("mission")
    links = ll_parts.links(record.records("infoURLs", "info_urls"))
    name = ll_parts.name(record, "launch")
    stages = rocket.records("spacecraft_stage") if rocket else ()
    payloads = rocket.records("payloads") if rocket else ()
    pad, location = ll_parts.pad(record)
    event = Event(
        id=own,
        kind=Kind.LAUNCH,
        name=name,
        net=net,
        status=status,
        slug=record.text("slug"),
        url=links[0] if links else "",
        window_start=record.instant("window_start"),
        window_end=record.instant("window_end"),
        lsp=ll_parts.provider(record),
        agencies=ll_parts.agencies(mission.records("agencies")) if mission else (),
        rocket=ll_parts.rocket(rocket) if rocket else rocket_of(name),
        mission=ll_parts.mission(mission) if mission else ll_parts.flat_mission(record) if flat_mission else None,
        spacecraft=ll_parts.spacecraft(stages, payloads),
        crew=ll_parts.crew(stages),
        pad=pad,
        location=location,
        programs=ll_parts.names(record.records("program")),
        stations=ll_parts.stations(stages, payloads),
        designator=record.text("launch_designator") or (mission.text("launch_designator") if mission else ""),
        webcasts=ll_parts.webcasts(record, mission),
        webcast_live=record.flag("webcast_live") or False,
        probability=ll_parts.probability(record),
        weather=record.prose("weather_concerns"),
        reason=ll_parts.reason(record, status),
        image=ll_parts.image(record, "image"),
        links=links,
        patches=ll_parts.patches(record.records("mission_patches")),
        updates=ll_parts.updates(record.records("updates")),
        timeline=ll_parts.timeline(record.records("timeline")),
        landings=ll_parts.landings(rocket, stages, payloads) if rocket else (),
        last_updated=record.instant("last_updated"),
    )
    return Sighting(event=event, feed=FEED, unsaid=launch_unsaid(record, rocket, mission))


def launch_unsaid(record: Record, rocket: Record | None, mission: Record | None) -> frozenset[str]:
    """Name the fields on which a launch record is silent. A flat string of the list mode says less than is known."""
    silent = unsaid_by(record, LAUNCH_SAYS)
    silent |= {field for field in ("pad", "mission") if isinstance(record.value.get(field), str)}
    silent |= nulls(record, "name", "net")
    silent |= {"status"} if record.value.get("status") is None else set()  # the description allows null: it says nothing
    inside: tuple[tuple[str, Record | None, tuple[str, ...]], ...] = (
        ("agencies", mission, ("agencies",)),
        ("spacecraft", rocket, ("spacecraft_stage", "payloads")),
        ("crew", rocket, ("spacecraft_stage",)),
        ("stations", rocket, ("spacecraft_stage", "payloads")),
        ("landings", rocket, ("launcher_stage", "spacecraft_stage")),
        ("rocket", rocket, ("configuration",)),
    )
    silent |= {field for field, part, keys in inside if part is None or not part.said(*keys)}
    if mission is not None and mission.said("launch_designator"):
        silent -= {"designator"}
    return frozenset(silent | {"launches"})


def unsaid_by(record: Record, says: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Name the fields none of whose keys is there in a readable form."""
    return {field for field, keys in says.items() if not record.said(*keys)}


def nulls(record: Record, *keys: str) -> set[str]:
    """Name the fields that are null though they never may be: a slip of the feed, not news. What is there as null is a fault."""
    found = {key for key in keys if record.value.get(key) is None}
    for key in found & record.value.keys():
        record.fault(key, "null")
    return found


def rocket_of(name: str) -> Rocket | None:
    """Take the rocket from the name of a launch, which is `Rocket | Mission` in Launch Library."""
    rocket, bar, _ = name.partition(" | ")
    return Rocket(name=rocket, full_name=rocket) if bar else None


def mission_of(name: str) -> str:
    """Take the mission from the name of a launch; empty when it names none."""
    return name.partition(" | ")[2]


# --- other events -------------------------------------------------------------------------------------------------

EVENT_SAYS: Mapping[str, tuple[str, ...]] = {
    "kind": ("type",),
    "name": ("name",),
    "net": ("date",),
    "slug": ("slug",),
    "url": ("info_urls", "infoURLs", "news_url"),
    "agencies": ("agencies",),
    "crew": ("astronauts",),
    "location": ("location",),
    "mission": ("description",),
    "programs": ("program",),
    "stations": ("spacestations", "expeditions"),
    "webcasts": ("vid_urls", "vidURLs", "video_url"),
    "webcast_live": ("webcast_live",),
    "image": ("image", "feature_image"),
    "links": ("info_urls", "infoURLs", "news_url"),
    "updates": ("updates",),
    "launches": ("launches",),
    "last_updated": ("last_updated",),
}
"""Which key of an event speaks of which field of Event."""
LAUNCH_ONLY = frozenset(
    {"window_start", "window_end", "pad", "designator", "probability", "weather", "reason", "patches", "timeline", "landings"}
)
"""Of these no event speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A launch as an event names it: whose, on what, and what for."""

    id: EventId
    record: Record
    name: str


def happening(record: Record, own: EventId) -> Sighting:
    """Read an event that is no launch. Provider, rocket and spacecraft are those of the launch that it names first."""
    flights = flights_of(record)
    first = flights[0] if flights else None
    rocket = first.record.record("rocket") if first else None
    links = ll_parts.links(record.records("info_urls", "infoURLs"))
    news = record.address("news_url")
    links = links if not news or news in links else (*links, news)
    expeditions = record.records("expeditions")
    stations = (*record.records("spacestations"), *(s for e in expeditions for s in e.records("spacestation")))
    event = Event(
        id=own,
        kind=kind_of(record),
        name=ll_parts.name(record, "event"),
        net=ll_nets.event_net(record),
        status=Status.NONE,
        slug=record.text("slug"),
        url=links[0] if links else "",
        lsp=ll_parts.provider(first.record) if first else None,
        agencies=ll_parts.agencies(record.records("agencies")),
        rocket=(ll_parts.rocket(rocket) if rocket else rocket_of(first.name)) if first else None,
        mission=event_mission(record, first),
        spacecraft=tuple(dict.fromkeys(craft for flight in flights if (craft := mission_of(flight.name)))),
        crew=ll_parts.astronauts(record.records("astronauts")),
        location=record.named("location"),
        programs=tuple(dict.fromkeys((*ll_parts.names(record.records("program")), *ll_parts.names(expeditions)))),
        stations=ll_parts.names(stations),
        webcasts=ll_parts.webcasts(record, None),
        webcast_live=record.flag("webcast_live") or False,
        image=ll_parts.image(record, "image", "feature_image"),
        links=links,
        updates=ll_parts.updates(record.records("updates")),
        launches=tuple(dict.fromkeys(flight.id for flight in flights)),
        last_updated=record.instant("last_updated"),
    )
    return Sighting(event=event, feed=FEED, unsaid=event_unsaid(record, first))


def event_unsaid(record: Record, first: Flight | None) -> frozenset[str]:
    """Name the fields on which an event record is silent."""
    silent = unsaid_by(record, EVENT_SAYS) | LAUNCH_ONLY | nulls(record, "name")
    if not record.said("launches"):
        silent |= {"lsp", "rocket", "spacecraft"}
    elif first is not None:
        silent |= {field for field, key in (("lsp", "launch_service_provider"), ("rocket", "rocket")) if not first.record.said(key)}
    return frozenset(silent)


def flights_of(record: Record) -> tuple[Flight, ...]:
    """Read the launches that an event belongs to; one without an id is left out and written down."""
    found: list[Flight] = []
    for flight in record.records("launches"):
        own = id_of(flight.value.get("id"))
        if own is None:
            flight.fault("id", "no id")
            continue
        found.append(Flight(id=event_id("launch", own), record=flight, name=flight.text("name")))
    return tuple(found)


def event_mission(record: Record, first: Flight | None) -> Mission | None:
    """Make the mission of an event: the name, type and orbit of its launch's mission, the description of the event itself."""
    description = record.prose("description")
    if first is None:
        return Mission(name=ll_parts.name(record, "event"), description=description) if description else None
    inner = first.record.record("mission") if not isinstance(first.record.value.get("mission"), str) else None
    given = ll_parts.mission(inner) if inner else None
    name = (given.name if given else "") or mission_of(first.name) or first.name or ll_parts.name(record, "event")
    if given is None:
        return Mission(name=name, description=description)
    return Mission(
        name=name,
        kind=given.kind,
        description=description or given.description,
        orbit=given.orbit,
        orbit_abbrev=given.orbit_abbrev,
    )


def kind_of(record: Record) -> Kind:
    """Tell what happens: by the type's id, else by its name, else by the event's own name."""
    kind = record.record("type") if is_record(record.value.get("type")) else None
    known = KINDS.get(kind.whole("id") or 0) if kind else None
    if known is not None:
        return known
    for text in (kind.text("name") if kind else record.text("type"), record.text("name")):
        words = one_line(text).casefold()
        for word, meant in KIND_WORDS:
            if re.search(rf"\b{word}", words):
                return meant
    return Kind.OTHER
