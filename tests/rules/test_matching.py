"""Who asked for an event, and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Agency, ChannelId, Event, Facet, Kind, Mission, Pad, Person, Rocket, Target, Term, Watch, Webcast
from bot.rules.matching import followings, is_crewed, meets, normalised, wants
from tests.rules.making import HERE, event, watch

NAMES = {
    "spx": ("SpaceX",),
    "canada": ("CA",),
    "blue origin": ("BO", "Blue"),
    "baikonur": ("Baykonur", "Байконур"),
    "baykonur": ("Baikonur", "Байконур"),
    "пересильд": ("Peresild",),
}
MS19 = replace(
    event(),
    lsp=Agency(name="Russian Federal Space Agency (ROSCOSMOS)", abbrev="RFSA", countries=("RU",)),
    rocket=Rocket(name="Soyuz 2.1a", full_name="Soyuz 2.1a/Fregat", families=("Soyuz-U",)),
    mission=Mission(name="Soyuz MS-19", kind="Human Exploration", orbit="Low Earth Orbit", orbit_abbrev="LEO"),
    spacecraft=("Soyuz MS-19",),
    crew=(Person(name="Anton Shkaplerov", role="Commander"), Person(name="Yulia Peresild")),
    pad=Pad(name="31/6", site="Baikonur Cosmodrome, Republic of Kazakhstan", country="KZ"),
    programs=("International Space Station",),
    stations=("ISS",),
)
STARLINK = replace(
    event(name="Falcon 9 Block 5 | Starlink Group 6-77"),
    lsp=Agency(name="SpaceX", abbrev="SpX", countries=("US",)),
    pad=Pad(name="SLC-4E", site="Vandenberg SFB, CA, USA", country="US"),
)

MET = [
    (Facet.MISSION, "ms-19"),
    (Facet.MISSION, "MS 19"),
    (Facet.LSP, "roscosmos"),
    (Facet.LSP, "rfsa"),
    (Facet.ROCKET, "Soyuz"),
    (Facet.ROCKET, "soyuz 2 1a"),
    (Facet.ROCKET, "fregat"),
    (Facet.SPACECRAFT, "Soyuz MS"),
    (Facet.CREW, "peresild"),
    (Facet.CREW, "Пересильд"),
    (Facet.SITE, "baykonur"),
    (Facet.SITE, "Baikonur"),
    (Facet.COUNTRY, "kz"),
    (Facet.COUNTRY, "RU"),
    (Facet.ORBIT, "leo"),
    (Facet.ORBIT, "low earth"),
    (Facet.PROGRAM, "ISS"),
    (Facet.PROGRAM, "international space station"),
    (Facet.MISSION_TYPE, "human"),
    (Facet.KIND, "launch"),
    (Facet.ANY, "Peresild Baikonur"),
    (Facet.ANY, "soyuz ms 19 roscosmos"),
]
MISSED = [
    (Facet.MISSION, "ms-1"),
    (Facet.MISSION, "19 ms"),
    (Facet.LSP, "SpaceX"),
    (Facet.CREW, "Dubrov"),
    (Facet.SITE, "Cape"),
    (Facet.COUNTRY, "US"),
    (Facet.KIND, "docking"),
    (Facet.ANY, "Peresild Vandenberg"),
    (Facet.ANY, "!!!"),
    (Facet.ANY, ""),
    (Facet.MISSION, "—"),
]


@pytest.mark.parametrize(("facet", "text"), MET)
def test_a_term_meets_what_it_means_and_says_where(facet: Facet, text: str) -> None:
    reason = meets(Term(facet, text), MS19, NAMES)
    assert reason is not None
    assert reason.term == text
    assert reason.met
    assert reason.facet is facet or facet is Facet.ANY


@pytest.mark.parametrize(("facet", "text"), MISSED)
def test_a_term_misses_what_it_does_not_mean(facet: Facet, text: str) -> None:
    assert meets(Term(facet, text), MS19, NAMES) is None


def test_one_word_may_stand_between_two_but_numbers_stay_whole() -> None:
    assert meets(Term(Facet.ANY, "Starlink 6-77"), STARLINK, NAMES)
    assert meets(Term(Facet.ANY, "Starlink 6"), STARLINK, NAMES)
    assert meets(Term(Facet.ANY, "Starlink 77"), STARLINK, NAMES) is None
    assert meets(Term(Facet.ANY, "Falcon 5"), STARLINK, NAMES) is None
    assert meets(Term(Facet.ANY, "6 77 Falcon"), STARLINK, NAMES)


def test_every_word_counts_from_where_the_last_one_stood() -> None:
    assert meets(Term(Facet.MISSION, "Falcon Starlink"), STARLINK, NAMES) is None, "three words stand between"
    assert meets(Term(Facet.MISSION, "Falcon 9 Block Starlink"), STARLINK, NAMES)
    assert meets(Term(Facet.MISSION, "Block_5 Starlink_Group"), STARLINK, NAMES)
    assert meets(Term(Facet.MISSION, "Starlink 6-77"), event(name="Starlink Group 6-12-77"), NAMES) is None


def test_free_text_names_every_place_where_it_was_met() -> None:
    reason = meets(Term(Facet.ANY, "Peresild Baikonur"), MS19, NAMES)
    assert reason is not None
    assert (reason.facet, reason.met) == (Facet.CREW, "Yulia Peresild · Baikonur Cosmodrome, Republic of Kazakhstan")


def test_a_code_of_two_letters_must_be_the_whole_text() -> None:
    assert meets(Term(Facet.ANY, "Canada"), STARLINK, NAMES) is None
    assert meets(Term(Facet.SITE, "CA"), STARLINK, NAMES), "what somebody wrote themselves is taken as it is"
    in_canada = replace(STARLINK, pad=Pad(name="Spaceport Nova Scotia", country="CA"))
    assert meets(Term(Facet.COUNTRY, "Canada"), in_canada, NAMES)


def test_an_event_that_is_no_launch_has_no_provider_but_agencies() -> None:
    docking = replace(event(kind=Kind.DOCKING, name="Soyuz MS-19 Docking"), agencies=(Agency(name="Roscosmos", abbrev="RFSA"),))
    assert meets(Term(Facet.LSP, "RFSA"), docking, NAMES)
    assert meets(Term(Facet.LSP, "Roscosmos"), replace(MS19, agencies=(Agency(name="NASA"),)), NAMES)
    assert meets(Term(Facet.LSP, "NASA"), replace(MS19, agencies=(Agency(name="NASA"),)), NAMES) is None


def test_where_an_event_takes_place_is_its_site() -> None:
    landing = replace(event(kind=Kind.LANDING, name="Soyuz MS-18 Landing"), location="Kazakh Steppe")
    assert meets(Term(Facet.SITE, "Kazakh"), landing, NAMES)
    assert meets(Term(Facet.ORBIT, "LEO"), landing, NAMES) is None
    assert meets(Term(Facet.COUNTRY, "KZ"), landing, NAMES) is None
    assert meets(Term(Facet.ROCKET, "Soyuz"), landing, NAMES) is None
    assert meets(Term(Facet.MISSION_TYPE, "x"), landing, NAMES) is None


CREWED = [
    (replace(event(name="X"), crew=(Person(name="Somebody"),)), True),
    (event(kind=Kind.SPACEWALK, name="US EVA 77"), True),
    (replace(event(name="X"), mission=Mission(name="X", kind="Human Exploration")), True),
    (replace(event(name="X"), mission=Mission(name="X", kind="Tourism")), True),
    (replace(event(name="X"), spacecraft=("Crew Dragon Freedom",)), True),
    (event(name="Soyuz 2.1a | Soyuz MS-19"), True),
    (event(name="Long March 2F/G | Shenzhou-22"), True),
    (event(name="Soyuz 2.1b | Meteor-M2-4"), False),
    (event(name="Soyuz 2.1a | Progress MS-18"), False),
    (replace(event(name="New Shepard | NS-29"), mission=Mission(name="NS-29", kind="Suborbital")), False),
    (replace(event(name="Falcon 9 | CRS-33"), spacecraft=("Cargo Dragon 2",)), False),
]


@pytest.mark.parametrize(("one", "people"), CREWED, ids=lambda v: v.name if isinstance(v, Event) else str(v))
def test_people_fly_on_what_carries_people(one: Event, *, people: bool) -> None:
    assert is_crewed(one) is people
    asking = replace(watch(), crewed_only=True)
    assert (wants(asking, one, NAMES) is not None) is people


def test_with_a_webcast_only() -> None:
    asking = replace(watch(), webcast_only=True)
    assert wants(asking, MS19, NAMES) is None
    assert wants(asking, replace(MS19, webcasts=(Webcast(url="https://youtu.be/x"),)), NAMES)


def test_facets_combine_by_and_terms_of_one_facet_by_or() -> None:
    crews = (Term(Facet.CREW, "Dubrov"), Term(Facet.CREW, "Peresild"))
    assert wants(watch(*crews, Term(Facet.LSP, "RFSA")), MS19, NAMES)
    assert wants(watch(*crews, Term(Facet.LSP, "SpaceX")), MS19, NAMES) is None
    assert wants(watch(crews[0]), MS19, NAMES) is None


def test_a_watch_for_everything_says_so() -> None:
    everything, crewed = wants(watch(), MS19, NAMES), wants(replace(watch(), crewed_only=True), MS19, NAMES)
    assert everything is not None
    assert (everything.facet, everything.term, everything.met) == (Facet.ANY, "everything", MS19.name)
    asked = wants(watch(Term(Facet.LSP, "RFSA"), Term(Facet.ORBIT, "LEO")), MS19, NAMES)
    assert asked is not None
    assert (asked.facet, asked.term, asked.met) == (Facet.LSP, "RFSA", "RFSA")
    assert crewed is not None
    assert crewed.term == "crewed"


def test_watches_of_one_target_are_taken_together_and_a_paused_one_is_left_out() -> None:
    elsewhere = Target(HERE.guild, ChannelId(7))
    asking = [watch(), replace(watch(), target=elsewhere), watch(name="second"), replace(watch(), paused=True)]
    asking.append(watch(Term(Facet.LSP, "SpaceX")))
    gathered = followings(asking, MS19, NAMES)
    assert [(one.target, [w.name for w, _ in one.watches]) for one in gathered] == [
        (HERE, ["crewed", "second"]),
        (elsewhere, ["crewed"]),
    ]


# --- laws ---------------------------------------------------------------------------------------------------------

words = st.sampled_from(
    ("Soyuz", "MS-19", "Roscosmos", "Shkaplerov", "Peresild", "Baikonur", "SpaceX", "Dubrov", "LEO", "Starlink")
)
terms = st.builds(Term, st.sampled_from(Facet), words)
some_terms = st.lists(terms, max_size=4)


@given(term=terms, case=st.sampled_from((str.upper, str.lower, str.title)), marks=st.sampled_from(("NFC", "NFD")))
def test_matching_does_not_see_case_accents_and_punctuation(
    term: Term, case: Callable[[str], str], marks: Literal["NFC", "NFD"]
) -> None:
    written = unicodedata.normalize(marks, case(term.text).replace("-", " – ").replace("o", "ó"))
    changed = Term(term.facet, f" «{written}»! ")
    assert (meets(changed, MS19, NAMES) is None) is (meets(term, MS19, NAMES) is None)


@given(text=st.text())
def test_a_normalised_text_is_normal(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(include=some_terms, exclude=some_terms, extra=terms)
def test_an_exclusion_always_wins(include: list[Term], exclude: list[Term], extra: Term) -> None:
    asking = replace(watch(*include), exclude=tuple(exclude))
    if meets(extra, MS19, NAMES):
        assert wants(replace(asking, exclude=(*exclude, extra)), MS19, NAMES) is None
    if wants(asking, MS19, NAMES) is None:
        assert wants(replace(asking, exclude=(*exclude, extra)), MS19, NAMES) is None


@given(include=st.lists(terms, min_size=1, max_size=4), extra=words)
def test_one_more_term_of_a_facet_widens_a_watch(include: list[Term], extra: str) -> None:
    if wants(watch(*include), MS19, NAMES):
        assert wants(watch(*include, Term(include[0].facet, extra)), MS19, NAMES)


@given(include=some_terms, extra=terms)
def test_a_term_of_another_facet_narrows_a_watch(include: list[Term], extra: Term) -> None:
    if extra.facet not in {term.facet for term in include} and wants(watch(*include), MS19, NAMES) is None:
        assert wants(watch(*include, extra), MS19, NAMES) is None


@given(text=st.text(max_size=40), facet=st.sampled_from(Facet))
def test_any_text_can_be_asked_for(text: str, facet: Facet) -> None:
    asking: Watch = watch(Term(facet, text))
    assert wants(asking, MS19, NAMES) is None or normalised(text)
