"""Launch feeds that are one page: RocketLaunch.live, calendars, clubs' JSON; what they say, how well, and where they are silent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from bot.feeds import ical, json_feed, rocketlaunch_live
from bot.feeds.http import Client
from bot.feeds.listing import FIELDS, launch_id
from bot.model import Ask, EventId, Net, Precision, Scope, Sighting, Status
from bot.ports import FeedDown, Gone, Sightings
from tests.feeds.samples import CLUB, CLUB_LAUNCH, JSON, NOW, RLL, RLL_LAUNCH, calendar, entry
from tests.feeds.stub import NOON, Remembered, TurnedClock, says, serving


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- RocketLaunch.live --------------------------------------------------------------------------------------------


def live(**said: object) -> Sighting:
    """Read one launch of RocketLaunch.live."""
    (sighting,) = rocketlaunch_live.parse({"result": [RLL_LAUNCH | said]}).sightings
    return sighting


def test_a_launch_of_rocketlaunch_live_is_a_sighting_that_is_silent_on_what_it_does_not_say() -> None:
    sighting = live()
    event = sighting.event
    assert (event.id, event.name) == ("rll:launch:7", "Falcon 9 | Starlink-35")
    assert event.net == Net(at("2026-03-02T10:14"), Precision.MINUTE)
    assert event.pad is not None
    assert (event.pad.name, event.pad.site, event.pad.country) == ("LC-39A", "Kennedy Space Center, Florida", "US")
    assert [webcast.url for webcast in event.webcasts] == ["https://www.youtube.com/watch?v=aaaaaaaaaa1"]
    assert event.url == "https://rocketlaunch.live/launch/starlink-35"
    assert sighting.unsaid == FIELDS - {
        *("name", "net", "slug", "url", "window_start", "lsp", "rocket", "mission", "pad", "location"),
        *("webcasts", "weather", "last_updated"),
    }


EST = {"month": None, "day": None, "year": None, "quarter": None}


@pytest.mark.parametrize(
    ("said", "net"),
    [
        ({"t0": None}, Net(at("2026-03-02T10:04"), Precision.HOUR)),
        ({"t0": None, "win_open": "2026-03-02T00:00Z"}, Net(at("2026-03-02"), Precision.DAY)),
        ({"t0": None, "win_open": "2026-12-31T00:00Z"}, Net(at("2026-12-31"), Precision.YEAR)),
        ({"est_date": EST | {"year": 2026, "month": 2, "day": 28}}, Net(at("2026-02-28"), Precision.DAY)),
        ({"est_date": EST | {"year": 2028, "month": 2}}, Net(at("2028-02-29"), Precision.MONTH)),
        ({"est_date": EST | {"year": 2026, "month": 2, "day": 31}}, Net(at("2026-02-28"), Precision.MONTH)),
        ({"est_date": EST | {"year": 2026, "quarter": 2}}, Net(at("2026-06-30"), Precision.QUARTER)),
        ({"est_date": EST | {"year": 2026}}, Net(at("2026-12-31"), Precision.YEAR)),
        ({"est_date": EST | {"month": 3, "day": 1}}, Net(None, Precision.UNKNOWN)),
        ({"est_date": EST}, Net(None, Precision.UNKNOWN)),
        ({"est_date": None}, Net(None, Precision.UNKNOWN)),
        ({"est_date": EST | {"year": 99999}}, Net(None, Precision.UNKNOWN)),
    ],
)
def test_a_net_is_known_as_well_as_the_page_knows_it(said: dict[str, Any], net: Net) -> None:
    silent = {"t0": None, "win_open": None} if "est_date" in said else {}
    assert live(**(silent | said)).event.net == net


@pytest.mark.parametrize(("result", "status"), [(0, Status.FAILURE), (1, Status.SUCCESS), (2, Status.PARTIAL_FAILURE)])
def test_an_outcome_is_said_and_all_before_it_is_not(result: int, status: Status) -> None:
    flown = live(result=result)
    assert flown.event.status is status
    assert "status" not in flown.unsaid
    assert "status" in live(result=-1).unsaid
    assert "status" in live(result=None).unsaid


@pytest.mark.parametrize("page", [{}, [], None, {"error": "no"}, {"result": "none"}])
def test_what_is_no_list_of_launches_is_a_feed_that_is_down(page: object) -> None:
    with pytest.raises(FeedDown, match="no result"):
        rocketlaunch_live.parse(page)


# --- calendars ----------------------------------------------------------------------------------------------------


def dated(*lines: str, head: str = "VERSION:2.0") -> Sightings:
    """Read a calendar of one entry."""
    return ical.parse(calendar(entry("K7@club.example", *lines), head=head).encode(), feed="ical-club", now=NOW)


@pytest.mark.parametrize(
    ("line", "net"),
    [
        ("DTSTART:20260302T101500Z", Net(at("2026-03-02T10:15"), Precision.MINUTE)),
        ("DTSTART:20260302T100000Z", Net(at("2026-03-02T10:00"), Precision.HOUR)),
        ("DTSTART:20260302T000000Z", Net(at("2026-03-02"), Precision.DAY)),
        ("DTSTART;VALUE=DATE:20260302", Net(at("2026-03-02"), Precision.DAY)),
        ("DTSTART;VALUE=DATE:20261231", Net(at("2026-12-31"), Precision.YEAR)),
        ("DTSTART:20261231T000000Z", Net(at("2026-12-31"), Precision.YEAR)),
        ("DTSTART:20260930T000000Z", Net(at("2026-09-30"), Precision.QUARTER)),
        ("DTSTART:20260430T000000Z", Net(at("2026-04-30"), Precision.MONTH)),
        ("DTSTART;TZID=America/New_York:20260302T051500", Net(at("2026-03-02T10:15"), Precision.MINUTE)),
        ("DTSTART;TZID=Eastern Standard Time:20260302T051500", Net(at("2026-03-02T10:15"), Precision.MINUTE)),
        ("DTSTART;TZID=America/New_York:20260302T000000", Net(at("2026-03-02"), Precision.DAY)),
        ("DTSTART;TZID=Asia/Tokyo:20260302T090000", Net(at("2026-03-02"), Precision.DAY)),  # midnight in UTC
        ("DTSTART;TZID=Nowhere/Else:20260302T051500", Net(at("2026-03-02"), Precision.DAY)),
        ("DTSTART;TZID=../../etc/passwd:20260302T051500", Net(at("2026-03-02"), Precision.DAY)),
        ("DTSTART:20260302T051500", Net(at("2026-03-02"), Precision.DAY)),
    ],
)
def test_a_calendar_knows_no_better_than_a_calendar_can(line: str, net: Net) -> None:
    (sighting,) = dated(line).sightings
    assert sighting.event.net == net


def test_a_time_without_a_zone_is_in_the_calendars_own() -> None:
    (sighting,) = dated("DTSTART:20260302T051500", head="X-WR-TIMEZONE:America/New_York").sightings
    assert sighting.event.net == Net(at("2026-03-02T10:15"), Precision.MINUTE)
    for head in ("X-WR-TIMEZONE:Nowhere", "X-WR-TIMEZONE:../../etc/passwd", "X-WR-TIMEZONE:/etc"):
        assert dated("DTSTART:20260302T051500", head=head).sightings[0].event.net.precision is Precision.DAY


def test_an_entry_says_what_it_says_and_is_silent_on_the_rest() -> None:
    (sighting,) = dated(
        "DTSTART:20260302T101500Z",
        "LOCATION:Launch Complex 1\\, Mah",
        " ia Peninsula",
        "DESCRIPTION:Two\\nlines",
        "URL:https://club.example/k7",
        "STATUS:TENTATIVE",
        "LAST-MODIFIED:20260301T080000Z",
    ).sightings
    event = sighting.event
    assert (event.name, event.location, event.url) == (
        "Electron | Owlright",
        "Launch Complex 1, Mahia Peninsula",
        "https://club.example/k7",
    )
    assert event.rocket is not None
    assert event.rocket.name == "Electron"
    assert event.mission is not None
    assert (event.mission.name, event.mission.description) == ("Owlright", "Two\nlines")
    assert sighting.unsaid == FIELDS - {"name", "net", "url", "rocket", "mission", "location", "last_updated"}


def test_only_a_cancelled_entry_says_its_status() -> None:
    (sighting,) = dated("DTSTART:20260302T101500Z", "STATUS:CANCELLED").sightings
    assert sighting.event.status is Status.CANCELLED
    assert "status" not in sighting.unsaid


def test_ids_of_launch_library_are_kept_and_others_that_cannot_be_keys_are_named_by_a_digest() -> None:
    own = "d1471f9d-e9d0-4146-8e97-90863e48bfc8"
    text = calendar(entry(f"{own}@c.example", "DTSTART:20260302T101500Z"), entry("a b@c", "DTSTART:20260303T101500Z"))
    first, second = (sighting.event.id for sighting in ical.parse(text.encode(), feed="ical", now=NOW).sightings)
    assert first == f"ical:launch:{own}"
    assert second == launch_id("ical", "a b@c")
    assert len(second) == len("ical:launch:") + 24


def test_history_and_wishes_are_left_out_without_a_word() -> None:
    text = calendar(entry("a", "DTSTART:20200302T101500Z"), entry("b", "DTSTART:20990302T101500Z"))
    assert ical.parse(text.encode(), feed="ical", now=NOW) == Sightings(sightings=())


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;COUNT=5",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=DAILY;COUNT=99999999999",
        "rubbish",
    ],
)
def test_a_rule_that_may_take_for_ever_is_not_followed(rule: str) -> None:
    begun = process_time()
    page = dated("DTSTART:20260302T101500Z", f"RRULE:{rule}")
    assert process_time() - begun < 1
    assert page.sightings == ()
    assert len(page.faults) == 1


def test_an_entry_that_recurs_within_bounds_is_as_many_launches() -> None:
    page = dated("DTSTART:20260302T101500Z", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260309T101500Z")
    assert [sighting.event.net.at for sighting in page.sightings] == [at("2026-03-02T10:15"), at("2026-03-16T10:15")]
    assert len({sighting.event.id for sighting in page.sightings}) == 2
    assert len(dated("DTSTART:20260302T101500Z", "RRULE:FREQ=DAILY").sightings) == 50
    many = calendar(*(entry(str(own), "DTSTART:20260302T101500Z", "RRULE:FREQ=DAILY") for own in range(500)))
    begun = process_time()
    page = ical.parse(many.encode(), feed="ical", now=NOW)
    assert process_time() - begun < 20
    assert "that recur" in page.faults[-1].why


def test_zones_that_a_calendar_defines_are_not_followed() -> None:
    rule = ("BEGIN:STANDARD", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY", "END:STANDARD")
    zone = ("BEGIN:VTIMEZONE", "TZID:Own", *rule, "END:VTIMEZONE")
    text = calendar(*zone, entry("a", "DTSTART;TZID=Own:20260302T101500"))
    begun = process_time()
    (sighting,) = ical.parse(text.encode(), feed="ical", now=NOW).sightings
    assert process_time() - begun < 1
    assert sighting.event.net.precision is Precision.DAY


def test_a_zone_whose_name_no_file_can_have_costs_its_entry_alone() -> None:
    text = calendar(entry("a", f"DTSTART;TZID={'A' * 5_000}:20260302T051500"), entry("b", "DTSTART:20260302T101500Z"))
    page = ical.parse(text.encode(), feed="ical", now=NOW)
    assert [sighting.event.id for sighting in page.sightings] == ["ical:launch:b"]
    assert page.faults[0].why == "icalendar can't read it: OSError"


def test_half_an_entry_is_none() -> None:
    text = calendar(entry("a", "DTSTART:20260302T101500Z"), "BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:B\r\nDTSTART:20260303")
    page = ical.parse(text[: text.rindex("END:")].encode(), feed="ical", now=NOW)
    assert len(page.sightings) == 1
    assert page.faults[0].why == "an entry breaks off"


# --- clubs --------------------------------------------------------------------------------------------------------


def club(**said: object) -> Sightings:
    """Read a club's page of one launch."""
    return json_feed.parse({"launches": {"upcoming": [CLUB_LAUNCH | said]}}, CLUB, feed="json-club")


def test_a_clubs_launch_is_read_by_its_mapping() -> None:
    (sighting,) = club().sightings
    event = sighting.event
    assert (event.id, event.name, event.status) == ("json-club:launch:k-7", "Nexø III", Status.GO)
    assert event.net == Net(at("2026-03-02T09:15"), Precision.MINUTE)
    assert event.webcasts[0].url == "https://www.youtube.com/watch?v=aaaaaaaaaa1"
    assert event.pad is not None
    assert (event.pad.name, event.pad.site) == ("Sputnik", "Baltic Sea")
    assert sighting.unsaid == FIELDS - {
        *("name", "net", "status", "url", "lsp", "rocket", "mission", "pad", "location", "webcasts"),
    }


@pytest.mark.parametrize(
    ("times", "net"),
    [
        ({"t0": "2026-03-02T09:15:00Z"}, Net(at("2026-03-02T09:15"), Precision.MINUTE)),
        ({"t0": "2026-03-02T09:15:00Z", "accuracy": "Day only"}, Net(at("2026-03-02T09:15"), Precision.DAY)),
        ({"t0": "2026-03-02T09:15:00Z", "accuracy": "month"}, Net(at("2026-03-02T09:15"), Precision.MONTH)),
        ({"t0": "2026-03-02T09:15:00Z", "accuracy": "roughly"}, Net(at("2026-03-02T09:15"), Precision.DAY)),
        ({"t0": "2026-03-02"}, Net(at("2026-03-02"), Precision.DAY)),
        ({"t0": "2026-03-02", "accuracy": "minute"}, Net(at("2026-03-02"), Precision.DAY)),
        ({"t0": "2026-03-02T00:00:00Z"}, Net(at("2026-03-02"), Precision.DAY)),
        ({"t0": 1772442900}, Net(at("2026-03-02T09:15"), Precision.MINUTE)),
        ({"t0": "1772442900"}, Net(at("2026-03-02T09:15"), Precision.MINUTE)),
        ({"t0": 1772442900000}, Net(at("2026-03-02T09:15"), Precision.MINUTE)),
        ({"t0": None}, Net(None, Precision.UNKNOWN)),
        ({}, Net(None, Precision.UNKNOWN)),
    ],
)
def test_a_club_is_believed_as_far_as_it_says(times: dict[str, Any], net: Net) -> None:
    (sighting,) = club(times=times).sightings
    assert sighting.event.net == net


@pytest.mark.parametrize("wrong", ["soon", True, 1e30, [], "9999-99-99", 0, -1, 7])
def test_a_net_that_cannot_be_read_says_nothing(wrong: object) -> None:
    page = club(times={"t0": wrong})
    assert "net" in page.sightings[0].unsaid
    assert page.faults


def test_a_word_that_is_not_known_says_nothing_and_is_reported() -> None:
    page = club(state="purple", watch=[{"url": "javascript:alert(1)"}], rocket={"name": "?"})
    assert {"status", "webcasts", "rocket"} <= page.sightings[0].unsaid
    assert [fault.where.split()[1] for fault in page.faults] == ["stream", "rocket", "status"]


@pytest.mark.parametrize("page", [{}, [], {"launches": []}, {"launches": {"upcoming": {}}}, 7])
def test_a_list_that_is_not_where_the_mapping_says_is_a_feed_that_is_down(page: object) -> None:
    with pytest.raises(FeedDown, match="no list"):
        json_feed.parse(page, CLUB, feed="json-club")


def test_only_a_complete_page_without_a_fault_vouches_for_what_is_not_on_it() -> None:
    complete = replace(CLUB, complete=True)
    assert json_feed.parse(json.loads(JSON), complete, feed="a").whole
    assert not json_feed.parse(json.loads(JSON), CLUB, feed="a").whole
    assert not json_feed.parse({"launches": {"upcoming": [CLUB_LAUNCH, 7]}}, complete, feed="a").whole


# --- questions ----------------------------------------------------------------------------------------------------


async def test_a_feed_of_one_page_answers_for_one_launch_and_for_events() -> None:
    clock = TurnedClock()
    async with serving(says(RLL)) as stub, Client(clock) as http:
        feed = rocketlaunch_live.RocketLaunchLive(http, Remembered(), clock, base=stub.address, per_hour=20)
        assert await feed.read(Ask(Scope.EVENTS, NOON)) == Sightings(sightings=())
        assert stub.asked == []
        one = await feed.read(Ask(Scope.ONE, NOON, EventId("rll:launch:8")))
        assert isinstance(one, Sightings)
        assert [sighting.event.id for sighting in one.sightings] == ["rll:launch:8"]
        with pytest.raises(FeedDown, match="does not say what became of"):
            await feed.read(Ask(Scope.ONE, NOON, EventId("rll:launch:9")))
    assert stub.asked[0].path == "/json/launches/next/5"


async def test_what_left_a_complete_page_is_gone() -> None:
    clock = TurnedClock()
    async with serving(says(JSON)) as stub, Client(clock) as http:
        said = replace(CLUB, url=stub.address, complete=True)
        feed = json_feed.ClubFeed("json-club", said, http, Remembered(), clock)
        assert isinstance(await feed.read(Ask(Scope.ONE, NOON, EventId("json-club:launch:9"))), Gone)
