"""Launch Library records, made up: each shape, each slip of the feed, and what it must become."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.feeds.ll_parse import parse_detail, parse_one, parse_page
from bot.model import Event, Kind, Net, Precision, Status, StreamKind
from bot.ports import FeedDown

LAUNCH: dict[str, Any] = {"id": "3637c9eb-25b4-4aaa-bb7e-2c3c53c46e56", "name": "Soyuz 2.1a | Soyuz MS-19"}
EVENT: dict[str, Any] = {"id": 278, "name": "Soyuz MS-19 Docking", "type": {"id": 2, "name": "Docking"}}


def launch(**fields: Any) -> Event:
    """Read a launch with these fields."""
    return parse_one({**LAUNCH, "net": "2021-10-05T08:55:02Z", "status": {"id": 1}, **fields}).event


def event(**fields: Any) -> Event:
    """Read an event with these fields."""
    return parse_one({**EVENT, "date": "2021-10-05T12:12:00Z", **fields}).event


def at(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- NET and precision --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "precision"),
    [
        (0, Precision.SECOND),
        (1, Precision.MINUTE),
        (2, Precision.HOUR),
        (3, Precision.MORNING),
        (4, Precision.AFTERNOON),
        (5, Precision.DAY),
        (6, Precision.WEEK),
        (7, Precision.MONTH),
        (8, Precision.QUARTER),
        (11, Precision.QUARTER),
        (12, Precision.HALF),
        (13, Precision.HALF),
        (14, Precision.YEAR),
        (15, Precision.FISCAL_YEAR),
        (16, Precision.DECADE),
    ],
)
def test_a_precision_is_known_by_its_id(number: int, precision: Precision) -> None:
    assert launch(net_precision={"id": number, "name": "?"}).net.precision is precision
    assert event(date_precision={"id": number}).net.precision is precision


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("Quarter 5", Precision.QUARTER),
        ("Year Half 1", Precision.HALF),
        ("Fiscal Year", Precision.FISCAL_YEAR),
        ("Day", Precision.DAY),
    ],
)
def test_an_unknown_precision_is_known_by_its_name(name: str, precision: Precision) -> None:
    assert launch(net_precision={"id": 99, "name": name}).net.precision is precision


def test_a_precision_that_says_nothing_is_a_fault_and_inferred() -> None:
    page = parse_detail({**LAUNCH, "net": "2021-10-05T08:55:02Z", "status": {"id": 1}, "net_precision": {"id": 99, "name": "Moon"}})
    assert page.sightings[0].event.net.precision is Precision.SECOND
    assert "unknown precision 99" in page.faults[0].why


GO, TBD, TBC = 1, 2, 8


@pytest.mark.parametrize(
    ("net", "status", "flags", "precision"),
    [
        ("2021-10-05T08:55:05Z", TBD, {"tbdtime": False, "tbddate": False}, Precision.SECOND),  # MS-19, September
        ("2021-08-14T08:55:00Z", TBD, {}, Precision.MINUTE),
        ("2021-10-05T08:55:02Z", GO, {}, Precision.SECOND),
        ("2021-08-17T01:47:00Z", GO, {"tbdtime": True, "tbddate": True}, Precision.MINUTE),  # it flew then: the flags were stale
        ("2020-11-03T01:33:28Z", TBD, {"tbdtime": True, "tbddate": True}, Precision.DAY),
        ("2021-09-15T00:00:00Z", GO, {}, Precision.DAY),
        ("2021-09-15T00:00:00Z", TBD, {}, Precision.DAY),
        ("2021-10-31T00:00:00Z", TBD, {}, Precision.MONTH),
        ("2021-10-31T00:00:00Z", GO, {}, Precision.DAY),
        ("2021-10-31T00:00:00Z", TBC, {}, Precision.DAY),
        ("2021-02-28T00:00:00Z", TBD, {}, Precision.MONTH),
        ("2024-02-28T00:00:00Z", TBD, {}, Precision.DAY),
        ("2021-09-30T00:00:00Z", TBD, {}, Precision.QUARTER),
        ("2021-12-31T00:00:00Z", TBD, {"tbdtime": True}, Precision.YEAR),
        ("2022-01-01T00:00:00Z", TBD, {}, Precision.DAY),
    ],
)
def test_a_precision_that_is_not_said_is_inferred(net: str, status: int, flags: dict[str, bool], precision: Precision) -> None:
    assert launch(net=net, status={"id": status}, **flags).net == Net(at(net[:-1]), precision)
    assert launch(net=net, status={"id": status}, net_precision=None, **flags).net.precision is precision


def test_a_docking_at_midnight_has_no_hour_yet() -> None:
    assert event(date="2021-10-05T00:00:00Z").net == Net(at("2021-10-05T00:00:00"), Precision.DAY)
    assert event(date="2021-10-05T12:12:00Z").net.clock == at("2021-10-05T12:12:00")
    assert event(date="2021-12-31T00:00:00Z").net.precision is Precision.YEAR


def test_an_instant_with_another_zone_or_none_is_in_utc() -> None:
    assert launch(net="2021-10-05T13:55:02+05:00").net.at == at("2021-10-05T08:55:02")
    assert launch(net="2021-10-05T08:55:02").net.at == at("2021-10-05T08:55:02")


@pytest.mark.parametrize("net", [None, "", "soon", 5, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", {}, []])
def test_a_net_that_can_not_be_read_leaves_what_was_known(net: object) -> None:
    sighting = parse_one({**LAUNCH, "net": net, "status": {"id": 1}})
    assert sighting.event.net == Net(None, Precision.UNKNOWN)
    assert ("net" in sighting.unsaid) is (net != "")


def test_an_event_may_have_no_date() -> None:
    sighting = parse_one({**EVENT, "date": None})
    assert sighting.event.net == Net(None, Precision.UNKNOWN)
    assert "net" not in sighting.unsaid


# --- status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ({"id": 1, "name": "Go"}, Status.GO),
        ({"id": 2}, Status.TBD),
        ({"id": 3}, Status.SUCCESS),
        ({"id": 4}, Status.FAILURE),
        ({"id": 5}, Status.HOLD),
        ({"id": 6}, Status.IN_FLIGHT),
        ({"id": 7}, Status.PARTIAL_FAILURE),
        ({"id": 8}, Status.TBC),
        ({"id": 9, "name": "Payload Deployed"}, Status.DEPLOYED),
        ({"id": 77, "name": "Launch in Flight"}, Status.IN_FLIGHT),
        ({"name": "?", "abbrev": "TBC"}, Status.TBC),
        ("Success", Status.SUCCESS),
        (1, Status.GO),
    ],
)
def test_a_status_is_known_by_its_id_else_by_its_name(status: object, meant: Status) -> None:
    assert launch(status=status).status is meant


def test_a_status_that_is_new_is_unknown_and_reported() -> None:
    page = parse_detail({**LAUNCH, "net": "2021-10-05T08:55:02Z", "status": {"id": 10, "name": "Scrubbed"}})
    assert page.sightings[0].event.status is Status.UNKNOWN
    assert "status" not in page.sightings[0].unsaid
    assert "unknown status 10" in page.faults[0].why


def test_a_status_that_is_null_leaves_what_was_known() -> None:
    page = parse_detail({**LAUNCH, "net": "2021-10-05T08:55:02Z", "status": None})
    assert page.sightings[0].unsaid >= {"status"}
    assert parse_detail({**LAUNCH, "net": None, "status": None}).faults[0].why == "null"


def test_a_docking_has_no_status() -> None:
    assert event().status is Status.NONE


def test_a_hold_and_a_failure_give_their_reason() -> None:
    assert launch(status={"id": 5}, holdreason="Weather", failreason="").reason == "Weather"
    assert launch(status={"id": 4}, holdreason="Weather", failreason="Engine").reason == "Engine"


# --- who flies what -----------------------------------------------------------------------------------------------


def seat(name: str, role: object) -> dict[str, Any]:
    """Make a seat."""
    return {"role": role, "astronaut": {"name": name, "nationality": "Russian", "agency": {"name": "Roscosmos"}}}


def test_a_crew_is_in_order_of_rank_and_without_toys() -> None:
    seats = [
        seat("Passenger", {"role": "Spaceflight Participant"}),
        seat("Toy", {"role": "Zero-G Indicator"}),
        seat("Dummy", {"role": "Anthropomorphic Test Device", "priority": 0}),
        seat("Pilot", {"role": "Pilot", "priority": 2}),
        seat("Boss", {"role": "Commander"}),
        seat("Second", "Flight Engineer"),
    ]
    stage = {"launch_crew": seats, "spacecraft": {"name": "Soyuz MS-19", "spacecraft_config": {"name": "Soyuz MS"}}}
    for shape in (stage, [stage]):
        flown = launch(rocket={"spacecraft_stage": shape})
        assert [person.name for person in flown.crew] == ["Boss", "Pilot", "Second", "Passenger"]
        assert flown.crew[0].nationality == "Russian"
        assert flown.crew[0].agency == "Roscosmos"
        assert flown.spacecraft == ("Soyuz MS-19", "Soyuz MS")


def test_nationalities_are_a_list_since_2_3_0() -> None:
    who = {"name": "A", "nationality": [{"nationality_name": "Russian"}, {"nationality_name": "American"}], "agency": "ESA"}
    flown = launch(rocket={"spacecraft_stage": [{"launch_crew": [{"role": {"role": "Commander"}, "astronaut": who}]}]})
    assert flown.crew[0].nationality == "Russian, American"
    assert flown.crew[0].agency == "ESA"


def test_a_page_that_names_only_who_lands_names_them() -> None:
    assert launch(rocket={"spacecraft_stage": [{"launch_crew": [], "landing_crew": [seat("Novitsky", "Commander")]}]}).crew


@pytest.mark.parametrize(
    ("given", "countries", "kind"),
    [
        ({"country_code": "RUS", "type": "Government"}, ("RU",), "Government"),
        ({"country_code": "FRA,ITA,DEU,", "type": {"id": 2, "name": "Multinational"}}, ("FR", "IT", "DE"), "Multinational"),
        ({"country": [{"alpha_2_code": "US", "alpha_3_code": "USA"}], "type": None}, ("US",), ""),
        ({"country": {"alpha_3_code": "NZL"}}, ("NZ",), ""),
        ({"country_code": "XKX"}, ("XKX",), ""),
        ({"country_code": "UNK"}, (), ""),
        ({"country_code": "???"}, (), ""),
        ({}, (), ""),
    ],
)
def test_an_agency_has_countries_and_a_type_in_every_shape(given: dict[str, Any], countries: tuple[str, ...], kind: str) -> None:
    lsp = launch(launch_service_provider={"name": "A", "abbrev": "B", **given}).lsp
    assert lsp is not None
    assert (lsp.countries, lsp.kind) == (countries, kind)


def test_a_rocket_has_families_in_every_shape() -> None:
    old = launch(
        rocket={"configuration": {"name": "Falcon 9", "full_name": "Falcon 9 Block 5", "family": "Falcon", "variant": "Block 5"}}
    )
    new = launch(rocket={"configuration": {"name": "Falcon 9", "families": [{"name": "Falcon"}, {"name": "Falcon 9"}]}})
    assert old.rocket is not None
    assert new.rocket is not None
    assert old.rocket.families == ("Falcon",)
    assert new.rocket.families == ("Falcon", "Falcon 9")


def test_a_pad_has_a_place_in_every_shape() -> None:
    old = {
        "name": "31/6",
        "latitude": "45.996034",
        "longitude": "63.564003",
        "location": {"name": "Baikonur", "country_code": "KAZ"},
    }
    new = {
        "name": "31/6",
        "latitude": 45.996034,
        "country": {"alpha_2_code": "KZ"},
        "location": {"timezone_name": "Asia/Qyzylorda"},
    }
    first, second = launch(pad=old).pad, launch(pad=new).pad
    assert first is not None
    assert second is not None
    assert (first.latitude, first.country, first.site) == (45.996034, "KZ", "Baikonur")
    assert (second.latitude, second.country, second.zone) == (45.996034, "KZ", "Asia/Qyzylorda")


def test_landings_of_boosters_spacecraft_and_payloads_count() -> None:
    rocket = {
        "launcher_stage": [
            {
                "type": "Core",
                "launcher": {"serial_number": "B1082"},
                "launcher_flight_number": 23,
                "landing": {"attempt": True, "success": None, "location": {"name": "OCISLY"}, "type": {"name": "Drone ship"}},
            },
            {"type": "Core", "launcher": {"serial_number": None}, "landing": None},
        ],
        "spacecraft_stage": [
            {"spacecraft": {"name": "Dragon"}, "landing": {"attempt": True, "success": True, "landing_location": {"name": "Sea"}}}
        ],
        "payloads": [{"payload": {"name": "Capsule"}, "landing": {"attempt": False}}],
    }
    flown = launch(rocket=rocket)
    told = [(landing.vehicle, landing.attempt, landing.success, landing.place, landing.flight) for landing in flown.landings]
    assert told == [("B1082", True, None, "OCISLY", 23), ("Dragon", True, True, "Sea", None), ("Capsule", False, None, "", None)]
    assert flown.spacecraft == ("Dragon", "Capsule")


def test_a_destination_that_is_a_station_is_one() -> None:
    def bound(destination: str | None) -> tuple[str, ...]:
        return launch(rocket={"spacecraft_stage": {"destination": destination}}).stations

    assert bound("ISS") == bound("International Space Station") == ("International Space Station",)
    assert bound("Suborbital") == bound(None) == ()


# --- what is shown ------------------------------------------------------------------------------------------------


def test_streams_keep_their_order_kind_and_language() -> None:
    flown = launch(
        vidURLs=[
            {
                "url": "https://youtu.be/a",
                "type": {"id": 4},
                "language": {"code": "zn"},
                "priority": 8,
                "start_time": "2021-10-05T08:00:00Z",
            },
            {
                "url": "https://x.com/i/broadcasts/1",
                "type": {"id": 99, "name": "Official Webcast"},
                "language": {"code": "jp"},
                "live": True,
            },
            {"url": "javascript:alert(1)", "title": "no"},
            {"url": None},
            {"url": "https://a.example/", "type": None, "language": None, "publisher": None},
        ]
    )
    assert [cast.url for cast in flown.webcasts] == ["https://youtu.be/a", "https://x.com/i/broadcasts/1", "https://a.example/"]
    assert [cast.kind for cast in flown.webcasts] == [StreamKind.UNOFFICIAL_RESTREAM, StreamKind.OFFICIAL, StreamKind.UNKNOWN]
    assert [cast.language for cast in flown.webcasts] == ["zh", "ja", None]
    assert [cast.live for cast in flown.webcasts] == [None, True, None]
    assert flown.webcasts[0].starts == at("2021-10-05T08:00:00")


def test_an_image_is_an_address_or_an_object_with_its_terms() -> None:
    flat = launch(image="https://img.example/a.jpg").image
    full = launch(
        image={"image_url": "https://img.example/a.jpg", "credit": "NASA", "license": {"name": "CC", "link": "https://cc.example/"}}
    ).image
    assert flat is not None
    assert full is not None
    assert flat.url == full.url
    assert (full.credit, full.license, full.license_url) == ("NASA", "CC", "https://cc.example/")
    assert launch(image=None).image is None
    assert launch(image="file:///etc/passwd").image is None


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("-PT38M", timedelta(minutes=-38)),
        ("PT2M33S", timedelta(minutes=2, seconds=33)),
        ("P1DT2H", timedelta(days=1, hours=2)),
        ("PT0S", timedelta(0)),
        ("-P0DT00H00M03S", timedelta(seconds=-3)),
        ("PT1.5S", timedelta(seconds=1.5)),
    ],
)
def test_a_countdown_has_lines_before_and_after(text: str, span: timedelta) -> None:
    line = {"type": {"abbrev": "MECO", "description": "Main engine cutoff"}, "relative_time": text}
    (milestone,) = launch(
        timeline=[line, {"type": None, "relative_time": text}, {"type": {"abbrev": "x"}, "relative_time": None}]
    ).timeline
    assert (milestone.at, milestone.name) == (span, "MECO")


@pytest.mark.parametrize(
    ("given", "meant"), [(-1, None), (None, None), (85, 85), (0, 0), (101, None), ("70", 70), ("x", None), (True, None)]
)
def test_a_probability_is_a_percentage_or_unknown(given: object, meant: int | None) -> None:
    assert launch(probability=given).probability == meant


def test_names_lose_double_spaces_and_what_can_not_be_shown() -> None:
    assert launch(name="PSLV  | X\u202e\x00\ud800").name == "PSLV | X"
    assert launch(name="x" * 5_000).name == "x" * 299 + "…"
    assert launch(name=None, slug="soyuz-ms-19").name == "Soyuz Ms 19"
    assert launch(name=None).name == "Unnamed launch"
    long = launch(mission={"name": "M", "description": "y" * 9_000}).mission
    assert long is not None
    assert len(long.description) == 4_000


# --- events -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ({"id": 2, "name": "Docking"}, Kind.DOCKING),
        ({"id": 3, "name": "EVA"}, Kind.SPACEWALK),
        ({"id": 4, "name": "Spacecraft Berthing"}, Kind.DOCKING),
        ({"id": 5}, Kind.TEST),
        ({"id": 8}, Kind.UNDOCKING),
        ({"id": 9}, Kind.LANDING),
        ({"id": 12, "name": "Hatch Opening"}, Kind.OTHER),
        ({"id": 13}, Kind.UNDOCKING),
        ({"id": 15}, Kind.CEREMONY),
        ({"id": 16, "name": "Orbital Insertion"}, Kind.OTHER),
        ({"id": 20}, Kind.PRESS),
        ({"id": 22}, Kind.TEST),
        ({"id": 23}, Kind.FLYBY),
        ({"id": 25}, Kind.RELOCATION),
        ({"id": 99, "name": "Spacecraft Undocking"}, Kind.UNDOCKING),
        ({"id": 99, "name": "Spacewalk"}, Kind.SPACEWALK),
        ({"id": 99, "name": "Evaluation"}, Kind.OTHER),
        ("Landing", Kind.LANDING),
    ],
)
def test_what_happens_is_known_by_the_type(kind: object, meant: Kind) -> None:
    assert event(type=kind, name="X").kind is meant


def test_a_docking_carries_whose_and_what_from_its_launch() -> None:
    nested = {
        **LAUNCH,
        "launch_service_provider": {"name": "Russian Federal Space Agency (ROSCOSMOS)", "abbrev": "RFSA"},
        "rocket": {"configuration": {"name": "Soyuz 2.1a", "family": "Soyuz"}},
        "mission": {"name": "Soyuz MS-19", "type": "Human Exploration", "orbit": {"name": "Low Earth Orbit", "abbrev": "LEO"}},
    }
    docking = event(
        launches=[nested],
        description="It docks.",
        expeditions=[{"name": "Expedition 65", "spacestation": {"name": "International Space Station"}}],
        spacestations=[{"name": "International Space Station"}],
        program=[{"name": "Soyuz"}],
        video_url="https://www.youtube.com/watch?v=21X5lGlDOfg",
        news_url="https://www.nasa.gov/news",
        feature_image="https://img.example/a.jpg",
    )
    assert docking.lsp is not None
    assert docking.lsp.abbrev == "RFSA"
    assert docking.rocket is not None
    assert docking.rocket.families == ("Soyuz",)
    assert docking.mission is not None
    assert (docking.mission.name, docking.mission.description, docking.mission.orbit_abbrev) == ("Soyuz MS-19", "It docks.", "LEO")
    assert docking.spacecraft == ("Soyuz MS-19",)
    assert docking.stations == ("International Space Station",)
    assert docking.programs == ("Soyuz", "Expedition 65")
    assert [cast.url for cast in docking.webcasts] == ["https://www.youtube.com/watch?v=21X5lGlDOfg"]
    assert docking.links == ("https://www.nasa.gov/news",)
    assert docking.launches == (f"ll2:launch:{LAUNCH['id']}",)
    assert docking.image is not None


def test_a_flat_nested_launch_still_names_rocket_and_mission() -> None:
    sighting = parse_one(
        {**EVENT, "date": None, "launches": [LAUNCH], "astronauts": [{"name": "Anton Shkaplerov"}], "agencies": [{"name": "R"}]}
    )
    assert sighting.event.rocket is not None
    assert sighting.event.rocket.name == "Soyuz 2.1a"
    assert sighting.event.spacecraft == ("Soyuz MS-19",)
    assert [person.name for person in sighting.event.crew] == ["Anton Shkaplerov"]
    assert [agency.name for agency in sighting.event.agencies] == ["R"]
    assert sighting.unsaid >= {"lsp", "rocket"}


# --- silence ------------------------------------------------------------------------------------------------------

LIST_MODE = {
    **LAUNCH,
    "status": {"id": 1},
    "net": "2026-07-20T14:49:32Z",
    "lsp_name": "SpaceX",
    "mission": "Starlink Group 17-39",
    "mission_type": "Communications",
    "pad": "Space Launch Complex 4E",
    "location": "Vandenberg SFB, CA, USA",
    "image": None,
    "type": "list",
}


def test_the_list_mode_says_little_and_unsays_nothing() -> None:
    sighting = parse_one(LIST_MODE)
    flown = sighting.event
    assert flown.lsp is not None
    assert flown.pad is not None
    assert flown.mission is not None
    assert flown.rocket is not None
    assert (flown.lsp.name, flown.pad.name, flown.pad.site) == ("SpaceX", "Space Launch Complex 4E", "Vandenberg SFB, CA, USA")
    assert (flown.mission.name, flown.mission.kind, flown.rocket.name) == ("Starlink Group 17-39", "Communications", "Soyuz 2.1a")
    assert sighting.unsaid >= {
        "lsp",
        "pad",
        "mission",
        "rocket",
        "crew",
        "webcasts",
        "webcast_live",
        "updates",
        "timeline",
        "probability",
    }
    assert not sighting.unsaid & {"net", "status", "name", "image"}


def test_what_is_null_in_detail_is_said() -> None:
    said = parse_one(
        {**LAUNCH, "status": {"id": 1}, "net": None, "mission": None, "vid_urls": [], "updates": None, "probability": None}
    ).unsaid
    assert not said & {"mission", "webcasts", "updates", "probability"}


def test_what_is_of_the_wrong_shape_is_unsaid() -> None:
    unsaid = parse_one(
        {**LAUNCH, "status": {"id": 1}, "net": "x", "vid_urls": 5, "webcast_live": "yes", "rocket": [], "updates": "none"}
    ).unsaid
    assert unsaid >= {"net", "webcasts", "webcast_live", "rocket", "crew", "updates"}


# --- pages --------------------------------------------------------------------------------------------------------


def test_launches_and_events_of_all_shapes_stand_on_one_page() -> None:
    page = parse_page(
        {"count": 4, "next": None, "results": [LIST_MODE, EVENT, {**LAUNCH, "status": {"id": 2}}, {"id": 5, "date": None}]}
    )
    assert [sighting.event.id.split(":")[1] for sighting in page.sightings] == ["launch", "event", "launch", "event"]
    assert page.lost == 0


@pytest.mark.parametrize(
    "entry",
    [
        None,
        5,
        "x",
        [],
        {},
        {"id": True, "net": None},
        {"id": "a/b", "net": None},
        {"id": "", "net": None},
        {"id": 1.5, "date": None},
        {"id": 3},
    ],
)
def test_a_record_that_is_nothing_costs_itself_alone(entry: object) -> None:
    page = parse_page([entry, LIST_MODE])
    assert len(page.sightings) == 1
    assert page.lost == 1
    assert page.faults
    with pytest.raises(FeedDown):
        parse_one(entry)


def test_a_page_without_end_is_read_to_a_bound() -> None:
    page = parse_page([{**LIST_MODE, "id": f"x{at}"} for at in range(600)])
    assert len(page.sightings) == 500
    assert page.lost == 100
    assert page.faults[-1].why or json.dumps(page.count)


def test_a_page_of_rubbish_does_not_fill_the_log() -> None:
    assert len(parse_page([{**LIST_MODE, "timeline": [5] * 5_000, "updates": ["x"] * 5_000}] * 50).faults) <= 260
