"""What prose may call an event, and how words are folded so that they can be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Event, EventId, Kind, Net, Precision, Status
from bot.rules.naming import Mark, naming
from bot.rules.prose import folded, sentences
from tests.rules.test_linking import FLIGHTS, flight


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Falcon 9 Block 5 | Starlink Group 12-11", "starlink 12 11"),
        ("Falcon 9 Block 5 | Axiom Space Mission 4", "ax 4"),
        ("Falcon 9 Block 5 | Dragon CRS-2 SpX-28", "crs 28"),
        ("Antares 230+ | Cygnus CRS-2 NG-15 (S.S. Somebody)", "ng 15"),
        ("Soyuz 2.1a | Progress MS-33 (94P)", "94p"),
        ("PSLV-XL | CMS-01 (GSAT-12R)", "gsat 12r"),
        ("Falcon 9 Block 5 | SPHEREx & PUNCH", "spherex"),
        ("Falcon 9 Block 5 | 4x Astranis MicroGEO", "astranis"),
        ("Falcon 9 Block 5 | Thuraya 4-NGS", "thuraya 4"),
        ("Falcon 9 Block 5 | Blue Ghost Lunar Lander", "blue ghost"),
        ("SLS Block 1 | Artemis II", "artemis 2"),
        ("H3-22 | HTV-X1", "htv x1"),
        ("Starship | Integrated Flight Test 4", "flight 4"),
        ("Electron | Kinéis 11-15", "kineis"),
        ("GPS | GPS III SV08", "gps 3 8"),
    ],
)
def test_a_mission_is_known_by(name: str, said: str) -> None:
    assert said in {phrase for phrase, mark in naming(flight("x", name, None)).phrases if mark in {Mark.NAME, Mark.PART}}


@pytest.mark.parametrize(
    ("rocket", "said"),
    [
        ("Long March 3B/E", {"long march", "long march 3b"}),
        ("Soyuz 2.1b/Fregat-M", {"soyuz"}),
        ("Ariane 62", {"ariane 6", "ariane 62"}),
    ],
)
def test_a_rocket_is_known_by(rocket: str, said: set[str]) -> None:
    assert said <= {
        phrase for phrase, mark in naming(flight("x", f"{rocket} | Unknown Payload", None)).phrases if mark is Mark.VEHICLE
    }


def test_two_everyday_words_name_nothing() -> None:
    marks = {mark for _, mark in naming(flight("x", "Falcon 9 | Test Satellites", None, lsp=None, place=("", ""))).phrases}
    assert marks == {Mark.VEHICLE}


def test_a_bare_event_has_only_its_name() -> None:
    bare = Event(
        id=EventId("x"), kind=Kind.LAUNCH, name="Ceres-1 | Tianqi 1-2", net=Net(None, Precision.UNKNOWN), status=Status.TBD
    )
    known = naming(bare)
    assert known.vehicle == "ceres 1"
    assert {"tianqi 1 2", "tianqi", "ceres 1"} <= {phrase for phrase, _ in known.phrases}
    assert naming(replace(bare, name="", kind=Kind.OTHER)).phrases == frozenset()
    assert naming(replace(bare, name=" | ")).vehicle == ""


def test_crew_ships_and_descriptions_name_an_event() -> None:
    event = replace(
        flight(
            "x",
            "Falcon 9 | Rideshare",
            None,
            crew=["Snoopy", "Ada B. Li", "Mark T. Vande Hei"],
            told="Lifts the Astra Nova tug and the Zephyr.",
        ),
        spacecraft=("Cargo Dragon C209",),
    )
    marks = dict(naming(event).phrases)
    assert marks["snoopy"] is Mark.SURNAME
    assert "li" not in marks
    assert marks["mark hei"] is Mark.CREW
    assert marks["cargo dragon c209"] is Mark.NICK
    assert {marks["astra nova"], marks["zephyr"]} == {Mark.PROPER}


def test_a_docking_is_known_by_its_launch() -> None:
    ms18, landing = FLIGHTS[0], next(event for event in FLIGHTS if event.id == "land18")
    phrases = {phrase for phrase, _ in naming(landing, (ms18,)).phrases}
    assert {"soyuz ms 18", "oleg novitskiy"} <= phrases
    assert "soyuz ms 18" in {phrase for phrase, _ in naming(landing).phrases}


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("NASA’s", "nasa"),
        ("Kinéis", "kineis"),
        ("Andøya", "andoya"),
        ("04", "4"),
        ("0", "0"),
        ("II", "2"),
        ("Chang'e", "change"),
        ("X", "x"),
    ],
)
def test_words_are_folded(word: str, plain: str) -> None:
    assert folded(word) == plain


def test_abbreviations_end_no_sentence() -> None:
    told = sentences("The U.S. crew left on Oct. 5 at 3 a.m. EDT. It docked.\n\nThen it rested")
    assert told == ("The U.S. crew left on Oct. 5 at 3 a.m. EDT", "It docked", "Then it rested")
