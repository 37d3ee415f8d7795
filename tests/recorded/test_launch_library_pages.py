"""Every recorded Launch Library page is read without loss: whatever stands in the raw JSON is found again in the events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.feeds.ll_parse import ParsedPage, parse_detail, parse_page
from bot.model import Event, Kind, Net, Precision, Sighting, Status
from tests.recorded.shelf import SHELF, at_hand, named, pages, recordings

NO_EVENTS = ("locations", "space_stations", "agency_types", "api-throttle", "observed", "astronauts", "vidurls")
"""Recordings in those folders that hold no launches and no events."""
PAGES = [
    path
    for path in recordings("ll2/**/*.json*", "ms19/*.json*", "replay/*.jsonl.gz", "histories/*.jsonl.gz")
    if not any(word in path.name for word in NO_EVENTS)
]

pytestmark = at_hand


def read(page: Any) -> tuple[list[Any], ParsedPage]:
    """Read a page or a single record."""
    if isinstance(page, list):
        return opened(page), parse_page(opened(page))
    if "results" in page:
        return page["results"], parse_page(page)
    return [page], parse_detail(page)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_recorded_page_is_read_without_loss(path: Path) -> None:
    number = 0
    for page in pages(path):
        raw, parsed = read(page)
        assert parsed.faults == ()
        assert parsed.lost == 0
        assert len(parsed.sightings) == len(raw)
        for record, sighting in zip(raw, parsed.sightings, strict=True):
            number += 1
            lost = list(losses(record, sighting))
            assert not lost, f"{sighting.event.id}: {lost}"
    assert number


def test_the_shelf_has_what_is_tested() -> None:
    assert len(PAGES) >= 60
    assert {path.relative_to(SHELF).parts[0] for path in PAGES} == {"ll2", "ms19", "replay", "histories"}


def test_recorded_lists_of_streams_are_read_without_loss() -> None:
    (path,) = recordings("ll2/2.2.0/vidurls*.gz")
    lists = list(pages(path))
    assert len(lists) == 271
    for one in lists:
        parsed = parse_detail({"id": one["launch_id"], "name": one["launch"], "net": one["net"], "vidURLs": one["vidURLs"]})
        assert parsed.faults == ()
        assert [cast.url for cast in parsed.sightings[0].event.webcasts] == [row["url"].strip() for row in one["vidURLs"]]


# --- an independent walk over the raw JSON ------------------------------------------------------------------------


def flat(value: object) -> str:
    """Fold white space, and drop the control characters that a wrong decoding left in some texts."""
    return " ".join("".join(one for one in str(value) if not "\x7f" <= one <= "\x9f").split())


def moment(value: str) -> datetime:
    """Read an instant of the raw JSON."""
    return datetime.fromisoformat(value).astimezone(UTC)


def inner(value: Any, *keys: str) -> list[Any]:
    """Give what is found along a path, lists opened, nulls and empty texts left out."""
    found: list[Any] = [value]
    for key in keys:
        values: list[Any] = [one[key] for one in found if isinstance(one, dict) and key in one]
        found = [part for one in values for part in opened(one)]
    return [one for one in found if one not in (None, "")]


def opened(value: Any) -> list[Any]:
    """Open a list; anything else is a list of one."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]  # type: ignore[redundant-cast] # pyright needs it


def losses(record: Any, sighting: Sighting) -> Iterator[str]:
    """Name what stands in a raw record and not in its event."""
    event = sighting.event
    yield from missing("id", [str(record["id"])], [event.id.rpartition(":")[2]])
    yield from missing("name", [flat(record["name"])], [event.name])
    yield from missing("slug", inner(record, "slug"), [event.slug])
    yield from missing("net", [moment(net) for key in ("net", "date") for net in inner(record, key)], [event.net.at])
    yield from missing("last_updated", map(moment, inner(record, "last_updated")), [event.last_updated])
    yield from missing("live", inner(record, "webcast_live"), [event.webcast_live])
    yield from missing("program", map(flat, inner(record, "program", "name")), event.programs)
    streams = [cast.url for cast in event.webcasts]
    for keys in (("vidURLs", "url"), ("vid_urls", "url"), ("video_url",), ("mission", "vid_urls", "url")):
        yield from missing("stream", inner(record, *keys), streams)
    titles = [cast.title for cast in event.webcasts]
    yield from missing(
        "stream title", [flat(title)[:290] for title in inner(record, "vidURLs", "title")], [t[:290] for t in titles]
    )
    yield from missing("publisher", map(flat, inner(record, "vidURLs", "publisher")), [cast.publisher for cast in event.webcasts])
    for keys in (("infoURLs", "url"), ("info_urls", "url"), ("news_url",)):
        yield from missing("link", inner(record, *keys), event.links)
    yield from missing(
        "update", [text.strip()[:3_900] for text in inner(record, "updates", "comment")], [u.comment for u in event.updates]
    )
    yield from missing("update by", inner(record, "updates", "created_by"), [update.by for update in event.updates])
    yield from missing("update at", map(moment, inner(record, "updates", "created_on")), [update.at for update in event.updates])
    pictures = [event.image.url] if event.image else []
    yield from missing("image", [one for one in inner(record, "image") if isinstance(one, str)], pictures)
    yield from missing("image", [*inner(record, "image", "image_url"), *inner(record, "feature_image")], pictures)
    yield from missing("credit", inner(record, "image", "credit"), [event.image.credit] if event.image else [])
    yield from launch_losses(record, event) if event.kind is Kind.LAUNCH else event_losses(record, event)


def launch_losses(record: Any, event: Event) -> Iterator[str]:
    """Name what is lost of a launch."""
    yield from missing("status", inner(record, "status", "id"), [STATUS_IDS.get(event.status)])
    yield from missing("window", map(moment, inner(record, "window_start")), [event.window_start])
    yield from missing("window", map(moment, inner(record, "window_end")), [event.window_end])
    lsp = event.lsp
    yield from missing("lsp", inner(record, "launch_service_provider", "name"), [lsp.name] if lsp else [])
    yield from missing("lsp", inner(record, "launch_service_provider", "abbrev"), [lsp.abbrev] if lsp else [])
    yield from missing("lsp", inner(record, "lsp_name"), [lsp.name] if lsp else [])
    rocket = event.rocket
    made = ("rocket", "configuration")
    yield from missing("rocket", inner(record, *made, "name"), [rocket.name] if rocket else [])
    yield from missing("rocket", inner(record, *made, "full_name"), [rocket.full_name] if rocket else [])
    yield from missing("family", map(flat, inner(record, *made, "family")), rocket.families if rocket else ())
    yield from missing("family", map(flat, inner(record, *made, "families", "name")), rocket.families if rocket else ())
    mission = event.mission
    yield from missing("mission", map(flat, inner(record, "mission", "name")), [mission.name] if mission else [])
    yield from missing("mission", inner(record, "mission", "type"), [mission.kind] if mission else [])
    yield from missing("orbit", inner(record, "mission", "orbit", "name"), [mission.orbit] if mission else [])
    yield from missing("orbit", inner(record, "mission", "orbit", "abbrev"), [mission.orbit_abbrev] if mission else [])
    described = [flat(mission.description)] if mission else []
    yield from missing("description", map(flat, inner(record, "mission", "description")), described)
    yield from missing("agency", inner(record, "mission", "agencies", "name"), [agency.name for agency in event.agencies])
    pad = event.pad
    yield from missing("pad", map(flat, inner(record, "pad", "name")), [pad.name] if pad else [])
    yield from missing(
        "pad", [round(float(v), 6) for v in inner(record, "pad", "latitude")], [round(pad.latitude or 0, 6)] if pad else []
    )
    sites = [one for one in inner(record, "pad", "location", "name") if isinstance(one, str)]
    yield from missing("site", [*sites, *inner(record, "pad", "location", "name", "name")], [pad.site] if pad else [])
    yield from missing("zone", inner(record, "pad", "location", "timezone_name"), [pad.zone] if pad else [])
    yield from missing("probability", [p for p in inner(record, "probability") if p >= 0], [event.probability])
    yield from missing("weather", inner(record, "weather_concerns"), [event.weather])
    yield from missing("reason", inner(record, "failreason") or inner(record, "holdreason"), [event.reason])
    yield from missing("patch", inner(record, "mission_patches", "image_url"), event.patches)
    yield from missing("timeline", inner(record, "timeline", "type", "abbrev"), [line.name for line in event.timeline])
    stage = ("rocket", "spacecraft_stage")
    yield from missing("spacecraft", inner(record, *stage, "spacecraft", "name"), event.spacecraft)
    seats = inner(record, *stage, "launch_crew")
    people = [seat["astronaut"]["name"] for seat in seats if not is_thing(seat["role"])]
    yield from missing("crew", people, [person.name for person in event.crew])
    yield from missing("nobody", [], [person.name for person in event.crew if person.name not in people])
    boosters = [one for one in inner(record, "rocket", "launcher_stage") if one.get("landing")]
    yield from missing("booster", inner({"b": boosters}, "b", "launcher", "serial_number"), [one.vehicle for one in event.landings])
    yield from missing(
        "landing", map(flat, inner({"b": boosters}, "b", "landing", "location", "name")), [one.place for one in event.landings]
    )
    yield from missing(
        "landing", map(flat, inner(record, *stage, "landing", "location", "name")), [one.place for one in event.landings]
    )
    said = precision_of(record, "net_precision")
    yield from missing("precision", said, [event.net.precision.name])


def event_losses(record: Any, event: Event) -> Iterator[str]:
    """Name what is lost of an event that is no launch."""
    yield from missing("launches", inner(record, "launches", "id"), [own.rpartition(":")[2] for own in event.launches])
    yield from missing("location", inner(record, "location"), [event.location])
    yield from missing("station", inner(record, "spacestations", "name"), event.stations)
    yield from missing("station", inner(record, "expeditions", "spacestation", "name"), event.stations)
    yield from missing("expedition", inner(record, "expeditions", "name"), event.programs)
    yield from missing("agency", inner(record, "agencies", "name"), [agency.name for agency in event.agencies])
    yield from missing("crew", inner(record, "astronauts", "name"), [person.name for person in event.crew])
    described = [flat(event.mission.description)] if event.mission else []
    yield from missing("description", map(flat, inner(record, "description")), described)
    first = record["launches"][:1]
    yield from missing("lsp", inner({"l": first}, "l", "launch_service_provider", "name"), [event.lsp.name] if event.lsp else [])
    flown = inner({"l": first}, "l", "rocket", "configuration", "name")
    yield from missing("rocket", flown, [event.rocket.name] if event.rocket else [])
    yield from missing("mission", inner({"l": first}, "l", "mission", "name"), [event.mission.name] if event.mission else [])
    yield from missing("precision", precision_of(record, "date_precision"), [event.net.precision.name])


def missing(what: str, raw: Iterable[object], kept: Iterable[object]) -> Iterator[str]:
    """Name what is raw and not kept."""
    have = list(kept)
    yield from (f"{what}: {one!r}" for one in raw if one not in have)


STATUS_IDS = {
    Status.GO: 1,
    Status.TBD: 2,
    Status.SUCCESS: 3,
    Status.FAILURE: 4,
    Status.HOLD: 5,
    Status.IN_FLIGHT: 6,
    Status.PARTIAL_FAILURE: 7,
    Status.TBC: 8,
    Status.DEPLOYED: 9,
}
PRECISION_NAMES = {"Quarter 1": "QUARTER", "Quarter 2": "QUARTER", "Quarter 3": "QUARTER", "Quarter 4": "QUARTER"}
HALVES = {"Year Half 1": "HALF", "Year Half 2": "HALF", "Fiscal Year": "FISCAL_YEAR"}


def precision_of(record: Any, key: str) -> list[str]:
    """Name the precision of a raw record in the model's words."""
    names = inner(record, key, "name")
    return [str((PRECISION_NAMES | HALVES).get(name, name.upper())) for name in names]


def is_thing(role: Any) -> bool:
    """Whether a role is a toy's or a dummy's."""
    return (role if isinstance(role, str) else role["role"]) in {"Zero-G Indicator", "Anthropomorphic Test Device"}


# --- what the recordings are known to say -------------------------------------------------------------------------

MS_19 = "3637c9eb-25b4-4aaa-bb7e-2c3c53c46e56"


def test_ms_19_stood_under_tbd_with_its_true_time_and_its_docking_without_an_hour() -> None:
    (path,) = recordings("ms19/*.events.raw-2.0.0.*.jsonl")
    docking: list[Net] = []
    for record in pages(path):
        event = parse_detail(record).sightings[0].event
        if event.id == "ll2:event:278" and event.net not in docking:
            docking.append(event.net)
    assert docking == [
        Net(datetime(2021, 10, 5, tzinfo=UTC), Precision.DAY),
        Net(datetime(2021, 10, 5, 12, 12, tzinfo=UTC), Precision.MINUTE),
        Net(datetime(2021, 10, 5, 12, 22, tzinfo=UTC), Precision.MINUTE),
    ]


def test_ms_19_is_told_the_same_by_every_version() -> None:
    paths = recordings("ms19/soyuz-ms-19.launch.*.json")
    events = [parse_detail(page).sightings[0].event for path in paths for page in pages(path)]
    assert {event.id for event in events} == {f"ll2:launch:{MS_19}"}
    assert {event.net.at for event in events} == {datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)}
    assert {event.net.precision for event in events} == {Precision.SECOND}
    assert {event.name for event in events} == {"Soyuz 2.1a | Soyuz MS-19"}
    crews = [[person.name for person in event.crew] for event in events if event.crew]
    assert crews == [["Anton Shkaplerov", "Klim Shipenko", "Yulia Peresild"]]


def test_dockings_of_2021_carry_whose_and_what() -> None:
    (path,) = recordings("ms19/*.events.raw-2.0.0.*.jsonl")
    docking = next(e for e in (parse_detail(r).sightings[0].event for r in pages(path)) if e.id == "ll2:event:278")
    assert docking.kind is Kind.DOCKING
    assert docking.lsp is not None
    assert "ROSCOSMOS" in docking.lsp.name
    assert docking.rocket is not None
    assert docking.rocket.families == ("Soyuz",)
    assert "Soyuz MS-19" in docking.spacecraft
    assert docking.stations == ("International Space Station",)
    assert docking.launches == (f"ll2:launch:{MS_19}",)
