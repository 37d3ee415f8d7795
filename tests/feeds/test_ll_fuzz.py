"""Laws of reading: whatever a field holds, nothing but FeedDown is raised, and the neighbours on the page are unharmed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.http import json_of
from bot.feeds.ll_parse import parse_detail, parse_one, parse_page
from bot.model import Fault
from bot.ports import FeedDown

FULL: dict[str, Any] = {
    "id": "3637c9eb-25b4-4aaa-bb7e-2c3c53c46e56",
    "name": "Rocket | Mission",
    "slug": "rocket-mission",
    "status": {"id": 1, "name": "Go", "abbrev": "Go"},
    "last_updated": "2026-01-01T00:00:00Z",
    "updates": [
        {"id": 1, "comment": "Go.", "info_url": "https://a.example/", "created_by": "X", "created_on": "2026-01-01T00:00:00Z"}
    ],
    "net": "2026-01-02T03:04:05Z",
    "net_precision": {"id": 0, "name": "Second"},
    "window_start": "2026-01-02T03:00:00Z",
    "window_end": "2026-01-02T04:00:00Z",
    "probability": 80,
    "weather_concerns": "Wind",
    "failreason": "",
    "launch_designator": "2026-001",
    "tbdtime": False,
    "launch_service_provider": {"name": "A", "abbrev": "B", "type": {"name": "T"}, "country": [{"alpha_2_code": "US"}]},
    "rocket": {
        "configuration": {"name": "R", "full_name": "R 1", "families": [{"name": "F"}], "variant": "1"},
        "launcher_stage": [
            {
                "type": "Core",
                "launcher": {"serial_number": "B1"},
                "launcher_flight_number": 2,
                "landing": {"attempt": True, "success": None, "landing_location": {"name": "L"}, "type": {"name": "T"}},
            }
        ],
        "spacecraft_stage": [
            {
                "destination": "ISS",
                "launch_crew": [
                    {
                        "role": {"role": "Commander", "priority": 0},
                        "astronaut": {"name": "P", "nationality": [{"nationality_name": "N"}], "agency": {"name": "A"}},
                    }
                ],
                "spacecraft": {"name": "S", "spacecraft_config": {"name": "C"}},
                "landing": {"attempt": True},
                "docking_events": [{"space_station_target": {"name": "ISS"}}],
            }
        ],
        "payloads": [{"payload": {"name": "P"}, "landing": None}],
    },
    "mission": {
        "name": "M",
        "type": "Test",
        "description": "D",
        "orbit": {"name": "O", "abbrev": "o"},
        "agencies": [{"name": "A"}],
        "vid_urls": [],
    },
    "pad": {
        "name": "P",
        "latitude": 1.5,
        "longitude": "2.5",
        "country": {"alpha_2_code": "US"},
        "location": {"name": "L", "timezone_name": "Z"},
    },
    "program": [{"name": "P"}],
    "webcast_live": False,
    "vid_urls": [
        {
            "url": "https://a.example/v",
            "title": "T",
            "publisher": "P",
            "type": {"id": 1, "name": "Official Webcast"},
            "language": {"code": "en"},
            "priority": 10,
            "live": False,
            "start_time": "2026-01-02T02:00:00Z",
            "end_time": None,
        }
    ],
    "info_urls": [{"url": "https://a.example/i"}],
    "image": {"image_url": "https://a.example/p", "credit": "C", "license": {"name": "L", "link": "https://a.example/l"}},
    "mission_patches": [{"image_url": "https://a.example/m"}],
    "timeline": [{"type": {"abbrev": "A", "description": "D"}, "relative_time": "-PT1M"}],
}
HAPPENING: dict[str, Any] = {
    "id": 278,
    "name": "Docking",
    "slug": "docking",
    "type": {"id": 2, "name": "Docking"},
    "date": "2026-01-02T03:04:05Z",
    "date_precision": {"id": 1, "name": "Minute"},
    "description": "D",
    "location": "ISS",
    "webcast_live": False,
    "video_url": "https://a.example/v",
    "news_url": "https://a.example/n",
    "feature_image": "https://a.example/p",
    "vid_urls": [{"url": "https://a.example/w"}],
    "info_urls": [{"url": "https://a.example/i"}],
    "updates": [{"comment": "C", "created_on": "2026-01-01T00:00:00Z"}],
    "launches": [FULL],
    "expeditions": [{"name": "E", "spacestation": {"name": "ISS"}}],
    "spacestations": [{"name": "ISS"}],
    "program": [{"name": "P"}],
    "agencies": [{"name": "A"}],
    "astronauts": [{"name": "P", "nationality": "N"}],
    "last_updated": "2026-01-01T00:00:00Z",
}
NEIGHBOUR = {**FULL, "id": "neighbour"}
CLEAN = parse_one(NEIGHBOUR)
MISSING = object()
ENDLESS: Any = "x" * 20_000
NESTED: Any = {"name": {"name": {"name": []}}}
WRONG: tuple[Any, ...] = (
    *(None, MISSING, 0, -1, 10**30, 1.5, float("nan"), float("inf"), True, "", "x", "\x00\ud800", ENDLESS),
    *([], [None], [[]], ["x"], [{}], [[[[]]]], {}, NESTED, {"id": None}, {"id": "x"}, {"url": 5}, [{"url": "http://[::1"}]),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "-P99999DT999999H999999M999999999S", {"results": []}),
)

Path = tuple[str | int, ...]


def paths(value: Any, so_far: Path = ()) -> Iterator[Path]:
    """Walk over every place in a record."""
    if so_far:
        yield so_far
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(cast("dict[str | int, Any]", value).items())
    elif isinstance(value, list):
        steps = [(at, one) for at, one in enumerate(value)]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] — it is Any to mypy
    for step, inner in steps:
        yield from paths(inner, (*so_far, step))


def spoiled(value: Any, path: Path, wrong: Any) -> Any:
    """Copy a record with one place replaced or removed."""
    step, *rest = path
    made = copy.copy(value)
    if rest:
        made[step] = spoiled(value[step], tuple(rest), wrong)
    elif wrong is MISSING:
        del made[step]
    else:
        made[step] = wrong
    return made


def reads(*records: Any) -> None:
    """Hold records to the law, beside a neighbour."""
    page = parse_page({"count": 2, "next": None, "results": [*records, NEIGHBOUR]})
    assert page.sightings[-1] == CLEAN
    assert len(page.sightings) + page.lost == len(records) + 1
    for sighting in page.sightings:
        said = str(sighting.event)
        assert sighting.event.name
        assert len(sighting.event.name) <= 300
        assert len(said) < 100_000
        said.encode("utf-8")
    for fault in page.faults:
        assert isinstance(fault, Fault)
        assert len(fault.where) + len(fault.why) < 1_000


@pytest.mark.parametrize("record", [FULL, HAPPENING], ids=["launch", "event"])
def test_each_field_may_hold_anything(record: dict[str, Any]) -> None:
    places = list(paths(record))
    assert len(places) > 80
    for path in places:
        reads(*(spoiled(record, path, wrong) for wrong in WRONG))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("vid_urls", 5), ("mission", "M"), ("pad", 7), ("updates", "x"), ("timeline", [7]), ("window_end", "x"), ("image", [1])],
)
def test_what_was_spoiled_costs_no_other_field(key: str, wrong: Any) -> None:
    whole, read = parse_one(FULL).event, parse_one({**FULL, key: wrong}).event
    assert (read.net, read.status, read.crew, read.rocket, read.lsp) == (
        whole.net,
        whole.status,
        whole.crew,
        whole.rocket,
        whole.lsp,
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted({*FULL, *HAPPENING})), inner, max_size=6),
    max_leaves=30,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_a_page_or_a_feed_that_is_down(value: Any) -> None:
    reads(value)
    for reader in (parse_page, parse_detail):
        with suppress(FeedDown):
            reader(value)


@given(st.sampled_from([FULL, HAPPENING]), st.data())
@settings(max_examples=150, deadline=None)
def test_several_fields_at_once_may_hold_anything(record: dict[str, Any], chosen: st.DataObject) -> None:
    made = record
    for _ in range(chosen.draw(st.integers(1, 6))):
        path = chosen.draw(st.sampled_from(list(paths(made)) or [("id",)]))
        made = spoiled(made, path, chosen.draw(st.sampled_from(WRONG)))
    reads(made)


@given(st.binary(max_size=200) | st.integers(0, 3_000).map(lambda end: json.dumps([FULL]).encode()[:end]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_page_or_a_feed_that_is_down(body: bytes) -> None:
    with suppress(FeedDown):
        parse_page(json_of(body))
