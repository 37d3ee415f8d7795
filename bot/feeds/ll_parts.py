"""The parts of a Launch Library record: status, provider, rocket, crew, pad, streams, landings, each in all of its shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.feeds.countries import alpha_2, countries, language
from bot.feeds.wire import Record, is_record, span_of
from bot.model import Agency, Image, Landing, Milestone, Mission, Pad, Person, Rocket, Status, StreamKind, Update, Webcast

STATUSES: Mapping[int, Status] = {
    1: Status.GO,
    2: Status.TBD,
    3: Status.SUCCESS,
    4: Status.FAILURE,
    5: Status.HOLD,
    6: Status.IN_FLIGHT,
    7: Status.PARTIAL_FAILURE,
    8: Status.TBC,
    9: Status.DEPLOYED,  # 2.3.0 and later; older versions keep such a launch at 6
}
STATUS_WORDS: Mapping[str, Status] = {
    "go": Status.GO,
    "go for launch": Status.GO,
    "tbd": Status.TBD,
    "to be determined": Status.TBD,
    "success": Status.SUCCESS,
    "launch successful": Status.SUCCESS,
    "failure": Status.FAILURE,
    "launch failure": Status.FAILURE,
    "hold": Status.HOLD,
    "on hold": Status.HOLD,
    "in flight": Status.IN_FLIGHT,
    "launch in flight": Status.IN_FLIGHT,
    "partial failure": Status.PARTIAL_FAILURE,
    "launch was a partial failure": Status.PARTIAL_FAILURE,
    "tbc": Status.TBC,
    "to be confirmed": Status.TBC,
    "payload deployed": Status.DEPLOYED,
    "deployed": Status.DEPLOYED,
}
"""Names and abbreviations of the versions, for an id that is not known."""
STREAMS: Mapping[int, StreamKind] = {
    1: StreamKind.OFFICIAL,
    2: StreamKind.OFFICIAL_RESTREAM,
    3: StreamKind.UNOFFICIAL,
    4: StreamKind.UNOFFICIAL_RESTREAM,
    5: StreamKind.TECHNICAL,
    6: StreamKind.RECAP,
    7: StreamKind.ROUND_THE_CLOCK,
}
STREAM_WORDS: Mapping[str, StreamKind] = {kind.value: kind for kind in StreamKind}
NO_PEOPLE = frozenset({"zero-g indicator", "anthropomorphic test device"})
"""Crew roles of toys and dummies."""
RANKS: Mapping[str, int] = {
    "commander": 0,
    "spacecraft commander": 1,
    "joint operations commander": 1,
    "pilot": 2,
    "flight engineer": 2,
    "mission specialist": 4,
    "payload specialist": 5,
    "spaceflight participant": 6,
    "tourist": 7,
}
"""Priorities of crew roles as 2026 pages give them, for older pages that have none; between them where none was seen."""
LAST_RANK = 9
STATION_NAMES: Mapping[str, str] = {"iss": "International Space Station", "css": "Tiangong space station"}
MAX_PROBABILITY = 100


def name(record: Record, what: str) -> str:
    """Read the name; a record without one is called by its slug, since an event must be called something."""
    given = record.text("name")
    return given or record.text("slug").replace("-", " ").title() or f"Unnamed {what}"


def names(records: Iterable[Record]) -> tuple[str, ...]:
    """Read the names of some objects, each once."""
    return tuple(dict.fromkeys(text for record in records if (text := record.named("name"))))


def status(record: Record) -> Status:
    """Read the status by its id, else by its name; a number beyond is UNKNOWN and a fault."""
    value = record.value.get("status")
    if value is None:
        return Status.UNKNOWN
    part = record.record("status") if is_record(value) else None
    number = (part or record).whole("id" if part else "status") if not isinstance(value, str) else None
    if number is not None and number in STATUSES:
        return STATUSES[number]
    words = (part.text("name"), part.text("abbrev")) if part else (record.text("status"),)
    for word in words:
        if (known := STATUS_WORDS.get(word.casefold())) is not None:
            return known
    record.fault("status", f"unknown status {number} {words[0]!r}")
    record.refused.discard("status")  # it was said: it is no longer what it was, whatever it is now
    return Status.UNKNOWN


def reason(record: Record, now: Status) -> str:
    """Read why it holds or failed; what is left of an earlier hold gives way to the failure."""
    held, failed = record.prose("holdreason"), record.prose("failreason")
    return (held or failed) if now is Status.HOLD else (failed or held)


def probability(record: Record) -> int | None:
    """Read the chance of acceptable weather; -1 is how 2.0.0 and 2.2.0 say that it is not known."""
    value = record.whole("probability")
    if value is None or value == -1:
        return None
    if 0 <= value <= MAX_PROBABILITY:
        return value
    record.fault("probability", "not between 0 and 100")
    return None


# --- who ----------------------------------------------------------------------------------------------------------


def provider(record: Record) -> Agency | None:
    """Read the launch service provider, an object or, in the list mode, a name."""
    given = record.record("launch_service_provider")
    if given is not None:
        return agency(given)
    flat = record.text("lsp_name")
    return Agency(name=flat) if flat else None


def agency(record: Record) -> Agency | None:
    """Read an agency; None without a name."""
    called = record.text("name")
    if not called:
        return None
    return Agency(
        name=called, abbrev=record.text("abbrev"), kind=record.named("type"), countries=countries_of(record), logo=logo_of(record)
    )


def logo_of(record: Record) -> str:
    """Read where its logo is: an object since 2.3.0, the one made for round frames first."""
    for name in ("social_logo", "logo"):
        picture = record.record(name)
        if picture is not None and (address := picture.text("image_url")):
            return address
    return ""


def agencies(records: Iterable[Record]) -> tuple[Agency, ...]:
    """Read agencies, each once."""
    return tuple(dict.fromkeys(one for record in records if (one := agency(record)) is not None))


def countries_of(record: Record) -> tuple[str, ...]:
    """Read countries: objects in 2.3.0, one or several alpha-3 codes as text before."""
    if record.value.get("country") is not None:
        codes = (part.text("alpha_2_code") or alpha_2(part.text("alpha_3_code")) for part in record.records("country"))
        return tuple(dict.fromkeys(code for code in codes if code))
    return countries(record.text("country_code"))


def crew(stages: Sequence[Record]) -> tuple[Person, ...]:
    """Read who launches; on pages that name only who is aboard or lands, those. Commanders first."""
    for key in ("launch_crew", "onboard_crew", "landing_crew"):
        seats = [seat for stage in stages for seat in stage.records(key)]
        people = sorted((rank(seat), at, found) for at, seat in enumerate(seats) if (found := seated(seat)) is not None)
        if people:
            return tuple(dict.fromkeys(found for *_, found in people))
    return ()


def rank(seat: Record) -> int:
    """Tell the order of a seat: the role's priority, the commander's is lowest."""
    role = seat.record("role") if is_record(seat.value.get("role")) else None
    given = role.whole("priority") if role else None
    return RANKS.get(role_of(seat).casefold(), LAST_RANK) if given is None else given


def role_of(seat: Record) -> str:
    """Read a role: an object, or the text that 2.0.0 has."""
    role = seat.record("role") if is_record(seat.value.get("role")) else None
    return role.text("role") if role else seat.text("role")


def seated(seat: Record) -> Person | None:
    """Read who sits there; None for a toy, a dummy or nobody."""
    role = role_of(seat)
    who = seat.record("astronaut")
    if who is None or role.casefold() in NO_PEOPLE:
        return None
    return person(who, role)


def person(who: Record, role: str = "") -> Person | None:
    """Read an astronaut; None without a name."""
    called = who.text("name")
    if not called:
        return None
    if isinstance(who.value.get("nationality"), str):
        nationality = who.text("nationality")
    else:
        nationality = ", ".join(part.text("nationality_name") or part.text("name") for part in who.records("nationality"))
    return Person(name=called, role=role, nationality=nationality, agency=who.named("agency"))


def astronauts(records: Iterable[Record]) -> tuple[Person, ...]:
    """Read the people of an event, who have no roles there."""
    return tuple(dict.fromkeys(one for record in records if (one := person(record)) is not None))


# --- what flies, whereto ------------------------------------------------------------------------------------------


def rocket(record: Record) -> Rocket | None:
    """Read the rocket; families are a list in 2.3.0 and a text before."""
    made = record.record("configuration")
    if made is None:
        return None
    called = made.text("name") or made.text("full_name")
    if not called:
        return None
    families = names(made.records("families")) or tuple(filter(None, (made.named("family"),)))
    return Rocket(name=called, full_name=made.text("full_name"), families=families, variant=made.text("variant"))


def mission(record: Record) -> Mission:
    """Read the mission."""
    orbit = record.record("orbit") if is_record(record.value.get("orbit")) else None
    return Mission(
        name=record.text("name"),
        kind=record.named("type"),
        description=record.prose("description"),
        orbit=orbit.text("name") if orbit else record.text("orbit"),
        orbit_abbrev=orbit.text("abbrev") if orbit else "",
    )


def flat_mission(record: Record) -> Mission:
    """Read the mission of the list mode, whose parts are texts beside each other."""
    return Mission(name=record.text("mission"), kind=record.text("mission_type"), orbit=record.text("orbit"))


def spacecraft(stages: Sequence[Record], payloads: Sequence[Record]) -> tuple[str, ...]:
    """Read the names of spacecraft and of their types, then those of payloads."""
    found: list[str] = []
    for stage in stages:
        craft = stage.record("spacecraft")
        if craft is not None:
            found += (craft.text("name"), craft.named("spacecraft_config"))
    found += (flown.named("payload") for flown in payloads)
    return tuple(dict.fromkeys(text for text in found if text))


def stations(stages: Sequence[Record], payloads: Sequence[Record]) -> tuple[str, ...]:
    """Read where they dock: the targets of docking events, and a destination that is a station."""
    found: list[str] = []
    for stage in (*stages, *payloads):
        docked = stage.records("docking_events")
        found += (event.named("space_station_target", "spacestation", "space_station") for event in docked)
        destination = stage.text("destination")
        known = STATION_NAMES.get(destination.casefold(), destination)
        found += (known,) if known.casefold().endswith("station") else ()
    return tuple(dict.fromkeys(text for text in found if text))


def pad(record: Record) -> tuple[Pad | None, str]:
    """Read the pad and the name of its site, which in the list mode are two texts."""
    beside = record.named("location") or record.text("location_name")
    if isinstance(record.value.get("pad"), str):
        return Pad(name=record.text("pad"), site=beside), beside
    given = record.record("pad")
    if given is None:
        return None, beside
    site = given.record("location") if is_record(given.value.get("location")) else None
    if site is not None and is_record(site.value.get("name")):
        site = site.record("name")  # one mirror puts the whole site where its name belongs
    where = site.text("name") if site else given.text("location") or beside
    lands = (*countries_of(given), *(countries_of(site) if site else ()))
    called = given.text("name")
    if not called and not where:
        return None, ""
    found = Pad(
        name=called or where,
        site=where,
        country=lands[0] if lands else "",
        latitude=given.number("latitude"),
        longitude=given.number("longitude"),
        zone=site.text("timezone_name") if site else "",
    )
    return found, where


def landings(flown: Record, stages: Sequence[Record], payloads: Sequence[Record]) -> tuple[Landing, ...]:
    """Read the landings of boosters, spacecraft and payloads; what is not meant to come back has none."""
    found: list[Landing | None] = []
    for stage in flown.records("launcher_stage"):
        booster = stage.record("launcher")
        serial = booster.text("serial_number", "name") if booster else ""
        found.append(landing(stage, serial or stage.text("type") or "Booster", stage.whole("launcher_flight_number")))
    for stage in stages:
        craft = stage.record("spacecraft")
        found.append(landing(stage, (craft.text("name") if craft else "") or "Spacecraft", None))
    found += (landing(flown_load, flown_load.named("payload") or "Payload", None) for flown_load in payloads)
    return tuple(one for one in found if one is not None)


def landing(stage: Record, vehicle: str, flight: int | None) -> Landing | None:
    """Read one landing; None when there is none."""
    part = stage.record("landing")
    if part is None:
        return None
    return Landing(
        vehicle=vehicle,
        attempt=part.flag("attempt"),
        success=part.flag("success"),
        place=part.named("landing_location", "location"),
        kind=part.named("type"),
        flight=flight,
    )


# --- what is shown ------------------------------------------------------------------------------------------------


def webcasts(record: Record, mission_part: Record | None) -> tuple[Webcast, ...]:
    """Read the streams in the feed's order, then those of the mission and the single link of an old event."""
    found = [one for part in record.records("vidURLs", "vid_urls") if (one := webcast(part)) is not None]
    beside = mission_part.records("vid_urls") if mission_part else ()
    found += (one for part in beside if (one := webcast(part)) is not None and one.url not in {known.url for known in found})
    single = record.address("video_url")
    if single and single not in {known.url for known in found}:
        found.append(Webcast(url=single))
    return tuple(found)


def webcast(part: Record) -> Webcast | None:
    """Read one stream; None without a readable address."""
    url = part.address("url")
    if not url:
        return None
    tongue = part.record("language") if is_record(part.value.get("language")) else None
    return Webcast(
        url=url,
        title=part.text("title"),
        publisher=part.text("publisher"),
        kind=stream_kind(part),
        language=language(tongue.text("code") if tongue else part.text("language")),
        priority=part.whole("priority") or 0,
        live=part.flag("live"),
        starts=part.instant("start_time"),
        ends=part.instant("end_time"),
    )


def stream_kind(part: Record) -> StreamKind:
    """Tell who streams, by the type's id, else by its name; rows before 2023 have no type."""
    value = part.value.get("type")
    if value is None:
        return StreamKind.UNKNOWN
    kind = part.record("type") if is_record(value) else None
    known = STREAMS.get(kind.whole("id") or 0) if kind else None
    if known is None:
        known = STREAM_WORDS.get((kind.text("name") if kind else part.text("type")).casefold())
    if known is None:
        part.fault("type", "unknown kind of stream")
    return known or StreamKind.UNKNOWN


def image(record: Record, *keys: str) -> Image | None:
    """Read the picture: an address, or since 2.3.0 an object with credit and licence."""
    key, value = record.raw(*keys)
    if not is_record(value):
        url = record.address(key)
        return Image(url=url) if url else None
    part = Record(value, f"{record.where} {key}", record.faults)
    url = part.address("image_url", "url")
    terms = part.record("license")
    if not url:
        return None
    return Image(
        url=url,
        thumbnail=part.address("thumbnail_url"),
        credit=part.text("credit"),
        license=terms.text("name") if terms else "",
        license_url=terms.address("link") if terms else "",
    )


def links(records: Iterable[Record]) -> tuple[str, ...]:
    """Read the addresses of pages about an event, each once."""
    return tuple(dict.fromkeys(url for record in records if (url := record.address("url"))))


def patches(records: Iterable[Record]) -> tuple[str, ...]:
    """Read the pictures of mission patches."""
    return tuple(dict.fromkeys(url for record in records if (url := record.address("image_url"))))


def updates(records: Iterable[Record]) -> tuple[Update, ...]:
    """Read what the editors wrote, newest first as it comes."""
    found: list[Update] = []
    for record in records:
        at, comment = record.instant("created_on"), record.prose("comment")
        if at is not None and comment:
            found.append(Update(at=at, comment=comment, url=record.address("info_url"), by=record.text("created_by")))
    return tuple(found)


def timeline(records: Iterable[Record]) -> tuple[Milestone, ...]:
    """Read the lines of the countdown; one without a time or a name says nothing."""
    found: list[Milestone] = []
    for record in records:
        kind, text = record.record("type"), record.text("relative_time")
        at = span_of(text)
        if text and at is None:
            record.fault("relative_time", "no duration")
        called = (kind.text("abbrev") or kind.text("name", "description")) if kind else ""
        if kind is not None and at is not None and called:
            found.append(Milestone(at=at, name=called, description=kind.prose("description")))
    return tuple(found)
