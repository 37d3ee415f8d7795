"""2.3.0 and 2.4.0 as their API description has them: records made from it, full, sparse or at random, are read without a fault."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from random import Random  # noqa: TID251 - hypothesis draws it
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.ll_parse import parse_page
from bot.model import Kind, Sighting, Status
from tests.recorded.shelf import SHELF, at_hand

pytestmark = at_hand
FILES = {"2.3.0": "schema/ll_2.3.0.kmp-2024-11-19.json", "2.4.0": "schema/ll_2.4.0.kmp-2026-05-27.json"}
LAUNCHES = {"LaunchBasic": "list", "LaunchNormal": "normal", "LaunchDetailed": "detailed"}
EVENTS = {"EventEndpointList": "list", "EventEndpointNormal": "normal", "EventEndpointDetailed": "detailed"}
IDS = {
    "LaunchStatus": [(1, "Go for Launch"), (2, "To Be Determined"), (5, "On Hold"), (9, "Payload Deployed")],
    "NetPrecision": [(number, "Minute") for number in range(17)],
    "VidURLType": [(number, "Official Webcast") for number in range(1, 8)],
}
"""Numbers that have a meaning: these are drawn from, since one beyond them is rightly a fault."""
DEEPEST = 6


@cache
def schemas(version: str) -> dict[str, Any]:
    """Give the schemas of a version by name."""
    described: dict[str, Any] = json.loads((SHELF / FILES[version]).read_text(encoding="utf-8"))["components"]["schemas"]
    return described


class Maker:
    """Makes values that a schema allows. `draw` gives a number below its argument; without it the first choice is taken."""

    def __init__(self, known: dict[str, Any], draw: Callable[[int], int] | None = None, *, sparse: bool = False) -> None:
        self.known = known
        self.draw = draw
        self.sparse = sparse

    def choose(self, choices: int) -> int:
        """Take one of so many."""
        return self.draw(choices) if self.draw else 0

    def leaves_out(self) -> bool:
        """Whether something that may be null or empty is."""
        return self.draw(3) == 2 if self.draw else self.sparse

    def make(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        """Make a value."""
        if schema.get("nullable") and self.leaves_out():
            return None
        if "allOf" in schema:
            return self.make(schema["allOf"][0], name, depth)
        if "oneOf" in schema:
            return self.make(schema["oneOf"][self.choose(len(schema["oneOf"]))], name, depth)
        if "$ref" in schema:
            named = schema["$ref"].rpartition("/")[2]
            return self.object(named, depth)
        return self.plain(schema, name, depth)

    def plain(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        """Make a value of a plain type."""
        if "enum" in schema:
            return schema["enum"][self.choose(len(schema["enum"]))]
        match schema.get("type"):
            case "array":
                empty = depth > DEEPEST or self.leaves_out()
                return [] if empty else [self.make(schema["items"], name, depth + 1) for _ in range(1 + self.choose(2))]
            case "string":
                return self.text(schema.get("format", ""), name)
            case kind:
                made: dict[str, Any] = {
                    "integer": self.choose(101),
                    "number": self.choose(90) + 0.5,
                    "boolean": bool(self.choose(2)),
                }
                return made.get(str(kind), {})

    def text(self, form: str, name: str) -> str:
        """Make a text of a format."""
        if form == "uri" or name.endswith("_url"):
            return f"https://example.org/{name}/{self.choose(1000)}"
        if form == "date-time":
            return (datetime(2026, 1, 1) + timedelta(minutes=self.choose(500_000))).isoformat() + "Z"  # noqa: DTZ001 - Z is written
        if form == "date":
            return "2026-01-02"
        if form == "uuid":
            return str(uuid.UUID(int=self.choose(10_000)))
        return "-PT38M" if name == "relative_time" else f"some {name}"

    def object(self, named: str, depth: int) -> Any:
        """Make an object of a named schema; too deep down its lists are empty."""
        schema = self.known[named]
        if "properties" not in schema:
            return self.make(schema, named, depth)
        made = {name: self.make(inner, name, depth + 1) for name, inner in schema["properties"].items()}
        if named in IDS:
            made["id"], made["name"] = IDS[named][self.choose(len(IDS[named]))]
        return made


def read(record: Any) -> Sighting:
    """Read a record that must be readable whole."""
    page = parse_page({"count": 1, "next": None, "previous": None, "results": [record]})
    assert page.faults == ()
    assert len(page.sightings) == 1
    return page.sightings[0]


@pytest.mark.parametrize("version", FILES)
@pytest.mark.parametrize("shape", [*LAUNCHES, *EVENTS])
@pytest.mark.parametrize("sparse", [False, True])
def test_a_record_as_described_is_read(version: str, shape: str, *, sparse: bool) -> None:
    record = Maker(schemas(version), sparse=sparse).object(shape, 0)
    sighting = read(record)
    assert (sighting.event.kind is Kind.LAUNCH) is (shape in LAUNCHES)
    detailed = shape in {"LaunchDetailed", "EventEndpointDetailed"}
    assert ("updates" in sighting.unsaid) is (shape in {"LaunchBasic", "LaunchNormal", "EventEndpointList"})
    if detailed and not sparse:
        assert (
            sighting.unsaid <= {"launches"}
            if shape in LAUNCHES
            else not sighting.unsaid & {"crew", "webcasts", "launches", "stations"}
        )


@pytest.mark.parametrize("version", FILES)
def test_a_full_launch_as_described_fills_every_field(version: str) -> None:
    event = read(Maker(schemas(version)).object("LaunchDetailed", 0)).event
    empty = {name for name in event.__slots__ if getattr(event, name) is False or getattr(event, name) in {None, "", ()}}
    assert empty <= {"launches", "webcast_live"}
    assert event.status is Status.GO


@pytest.mark.parametrize("version", FILES)
def test_a_full_event_as_described_fills_what_it_can(version: str) -> None:
    event = read(Maker(schemas(version)).object("EventEndpointDetailed", 0)).event
    for name in (
        "net",
        "name",
        "slug",
        "agencies",
        "crew",
        "location",
        "programs",
        "stations",
        "webcasts",
        "image",
        "links",
        "updates",
    ):
        assert getattr(event, name)
    assert event.launches
    assert event.mission
    assert event.mission.description


@pytest.mark.parametrize("version", FILES)
@pytest.mark.parametrize("shape", [*LAUNCHES, *EVENTS])
@given(drawn=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_any_record_as_described_is_read(version: str, shape: str, drawn: Random) -> None:
    read(Maker(schemas(version), drawn.randrange).object(shape, 2))
