"""What is found although it is misspelt, half typed or half wrong; and whose flights are whose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import EventId, Mission, Pad, Person, Rocket, Track
from bot.rules.search import catalogue, flights, nearest, people
from bot.rules.words import indexed, lookup, search, tokens
from tests.rules.making import DAY, L0, T0, event, net, seen

NAMES = {"пересильд": ("Peresild",)}


def track(name: str, days: int = 0, *, rocket: str = "", crew: tuple[str, ...] = (), site: str = "") -> Track:
    made = replace(
        event(net(T0 + days * DAY), name=name),
        id=EventId(name),
        rocket=Rocket(name=rocket) if rocket else None,
        crew=tuple(Person(name=one) for one in crew),
        pad=Pad(name="31/6", site=site) if site else None,
    )
    return seen(made)


SOYUZ = track(
    "Soyuz 2.1a | Soyuz MS-19", 1, rocket="Soyuz 2.1a", crew=("Yulia Peresild", "Anton Shkaplerov"), site="Baikonur Cosmodrome"
)
STARLINK = track("Falcon 9 Block 5 | Starlink Group 6-77", 2, rocket="Falcon 9", site="Cape Canaveral")
OTHER_STARLINK = track("Falcon 9 Block 5 | Starlink Group 7-66", 3, rocket="Falcon 9", site="Vandenberg")
CREW = track("Falcon 9 Block 5 | Crew-3", 4, rocket="Falcon 9", crew=("Raja Chari",), site="Cape Canaveral")
KNOWN = catalogue((SOYUZ, STARLINK, OTHER_STARLINK, CREW))


def hits(text: str, limit: int = 25) -> list[str]:
    return [one.event.name.rpartition("|")[2].strip() for one in nearest(KNOWN, text, NAMES, L0, limit)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Perseild", "Soyuz MS-19"),
        ("Solyuz", "Soyuz MS-19"),
        ("Baikonour", "Soyuz MS-19"),
        ("Perisi", "Soyuz MS-19"),
        ("MS19", "Soyuz MS-19"),
        ("Пересильд", "Soyuz MS-19"),
        ("Falcn 9", "Starlink Group 6-77"),
        ("starlnik 7-66", "Starlink Group 7-66"),
        ("vandenburg", "Starlink Group 7-66"),
        ("crwe-3", "Crew-3"),
        ("chari", "Crew-3"),
    ],
)
def test_what_is_meant_comes_first(text: str, first: str) -> None:
    assert hits(text)[0] == first


def test_a_number_is_never_taken_for_another() -> None:
    assert hits("starlink 6-77") == ["Starlink Group 6-77"]
    assert hits("6666") == []


def test_short_words_are_not_bent() -> None:
    assert hits("csr") == []


def test_a_word_of_the_field_is_the_beginning_of_nothing_else() -> None:
    assert "starlink" not in hits("start")


def test_what_fits_as_written_comes_before_what_fits_with_a_typo() -> None:
    known = catalogue((track("Sonar", 1), track("Solar", 2)))
    assert [one.event.name for one in nearest(known, "solar", {}, L0, 25)] == ["Solar", "Sonar"]
    assert [one.event.name for one in nearest(known, "solar", {}, L0, 1)] == ["Solar"]


def test_of_equals_the_one_that_is_called_so_comes_first() -> None:
    known = catalogue((track("Ariane | Galileo L12", 1), track("Ariane | Galileo", 2)))
    assert [one.event.name for one in nearest(known, "galileo", {}, L0, 25)] == ["Ariane | Galileo", "Ariane | Galileo L12"]


def test_a_text_of_which_a_part_is_wrong_still_finds_what_holds_the_rest() -> None:
    assert hits("Falcon 9 from Vandenberg")[0] == "Starlink Group 7-66"
    assert hits("nothing of the kind") == []
    assert nearest(catalogue(()), "", {}, L0, 25) == ()


def test_a_mission_name_counts_as_well() -> None:
    one = track("Electron | Kitty")
    named = replace(one, event=replace(one.event, mission=Mission(name="Owl For One")))
    assert nearest(catalogue((named,)), "owl", {}, L0, 25) == (named,)


def test_people_are_found_by_either_name_with_typos_closest_first() -> None:
    assert people(KNOWN, "shkaplrov", NAMES) == ("Anton Shkaplerov",)
    assert people(KNOWN, "Пересильд", NAMES) == ("Yulia Peresild",)
    assert people(KNOWN, "", NAMES) == ("Anton Shkaplerov", "Raja Chari", "Yulia Peresild")
    pair = catalogue((track("A", crew=("Mary Chars", "Raja Chari", "?")),))
    assert people(pair, "chari", NAMES) == ("Raja Chari", "Mary Chars")


def test_flights_of_a_person_are_theirs_alone_what_lies_ahead_first() -> None:
    past = track("Soyuz MS-1", -9, crew=("Yulia  Peresild",))
    known = catalogue((past, SOYUZ, CREW))
    assert flights(known, "yulia peresild", L0) == (SOYUZ, past)


def test_aliases_of_nothing_lead_nowhere() -> None:
    index = indexed([("soyuz",)])
    assert search(index, "soyuz", {"soyuz": ("!?",)}, typos=False) == {0: 0}


def test_the_nearest_of_several_ways_counts() -> None:
    index = indexed([("peresild", "peresild2", "peresylds")])
    assert lookup(index, "peresild", typos=True) == {0: 0}
    assert lookup(index, "peresyld", typos=True) == {0: 1}
    assert lookup(index, "peresjld", typos=True) == {0: 3}


@given(text=st.text(max_size=80))
def test_any_text_can_be_looked_for(text: str) -> None:
    assert len(nearest(KNOWN, text, NAMES, L0, 3)) <= 3
    assert all(word for word in tokens(text))
