"""How people write what they watch, and what they are told when it cannot be read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import CHOOSABLE, USUAL, Facet, Kind, Say, Term
from bot.rules.asking import (
    FACETS,
    LONGEST_LEAD,
    LONGEST_TERM,
    LONGEST_TEXT,
    MOST_LEADS,
    MOST_TERMS,
    SHORTEST_LEAD,
    UNITS,
    What,
    Wrong,
    parse_leads,
    parse_says,
    parse_what,
)

ANY, LSP, CREW, MISSION = Facet.ANY, Facet.LSP, Facet.CREW, Facet.MISSION


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Soyuz", What(include=(Term(ANY, "Soyuz"),))),
        ("  Falcon   Heavy ", What(include=(Term(ANY, "Falcon Heavy"),))),
        ("crew: Peresild", What(include=(Term(CREW, "Peresild"),))),
        ("crew: Пересильд", What(include=(Term(CREW, "Пересильд"),))),
        ("Cosmonaut:Shkaplerov", What(include=(Term(CREW, "Shkaplerov"),))),
        ("lsp: SpaceX, -Starlink", What(include=(Term(LSP, "SpaceX"),), exclude=(Term(ANY, "Starlink"),))),
        ("lsp: SpaceX, Roscosmos", What(include=(Term(LSP, "SpaceX"), Term(LSP, "Roscosmos")))),
        ("lsp: SpaceX; Soyuz", What(include=(Term(LSP, "SpaceX"), Term(ANY, "Soyuz")))),
        (
            "lsp: SpaceX, -mission: Starlink, ULA",
            What(include=(Term(LSP, "SpaceX"), Term(LSP, "ULA")), exclude=(Term(MISSION, "Starlink"),)),
        ),
        ("Soyuz, crewed", What(include=(Term(ANY, "Soyuz"),), crewed_only=True)),
        ("crewed only, with webcast", What(crewed_only=True, webcast_only=True)),
        ("everything", What()),
        ("*", What()),
        ("", What()),
        (" , ;", What()),
        ("everything, -Starlink", What(exclude=(Term(ANY, "Starlink"),))),
        ("Soyuz, Soyuz", What(include=(Term(ANY, "Soyuz"),))),
        ('"Group 6, part 2"', What(include=(Term(ANY, "Group 6, part 2"),))),
        ('mission: "Group 6; x", -"USSF: 7"', What(include=(Term(MISSION, "Group 6; x"),), exclude=(Term(ANY, "USSF: 7"),))),
        ('"everything"', What(include=(Term(ANY, "everything"),))),
        ("Crew-4", What(include=(Term(ANY, "Crew-4"),))),
        ("kind: Dockings, spacewalk", What(include=(Term(Facet.KIND, "docking"), Term(Facet.KIND, "spacewalk")))),
        ("-kind: launches", What(exclude=(Term(Facet.KIND, "launch"),))),
        ("country: RU", What(include=(Term(Facet.COUNTRY, "RU"),))),
    ],
)
def test_what_is_watched_is_read(text: str, what: What) -> None:
    assert parse_what(text) == what


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "too short"),
        ("-", "too short"),
        ("lsp:", "too short"),
        ("foo: bar", "There are: any, mission, lsp"),
        ("foo: bar", '`"foo: bar"`'),
        ("kind: party", "launch, docking"),
        ('"Group 6', "not closed"),
        ("a" * (LONGEST_TERM + 1), "Separate terms by commas"),
        ("a" * (LONGEST_TEXT + 1), "longer than"),
        (",".join(f"term{n}" for n in range(MOST_TERMS + 1)), "two watches"),
        ("-crewed", "without the minus"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_way_on(text: str, says: str) -> None:
    answer = parse_what(text)

    assert isinstance(answer, Wrong)
    assert says in answer.sentence


@given(st.text(max_size=LONGEST_TEXT + 10))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    match parse_what(text):
        case Wrong(sentence):
            assert sentence.endswith((".", "`."))
            assert "@" not in sentence
        case What(include=include, exclude=exclude):
            assert len(include) + len(exclude) <= MOST_TERMS
            assert all(2 <= len(term.text) <= LONGEST_TERM for term in (*include, *exclude))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([facet for facet in FACETS if facet != "kind"]),
            st.text("abcdefgh ", min_size=3).filter(lambda t: len(t.replace(" ", "")) > 2),
        )
    )
)
def test_what_is_written_out_in_full_is_read_as_written(terms: list[tuple[str, str]]) -> None:
    terms = terms[: MOST_TERMS // 4]
    text = ",".join(f'{facet}: "{words[:40]} zz"' for facet, words in terms)
    expected = tuple(dict.fromkeys(Term(FACETS[facet], " ".join(f"{words[:40]} zz".split())) for facet, words in terms))

    assert parse_what(text) == What(include=expected)


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("24h, 1h 10m, 2d", ("2d", "24h", "1h", "10m")),
        ("24h 1h 10m", ("24h", "1h", "10m")),
        ("10m", ("10m",)),
        ("1h30m", ("90m",)),
        ("T-10m; T-1h", ("1h", "10m")),
        ("24 hours, 1 hour", ("24h", "1h")),
        ("1 Week + 3 days", ("7d", "3d")),
        ("60m 1h", ("1h",)),
        ("30d 1m", ("30d", "1m")),
    ],
)
def test_leads_are_read_longest_first(text: str, leads: tuple[str, ...]) -> None:
    assert parse_leads(text) == tuple(int(lead[:-1]) * UNITS[lead[-1]] for lead in leads)


@pytest.mark.parametrize("text", ["none", "Off", " no "])
def test_no_leads_are_asked_for_by_name(text: str) -> None:
    assert parse_leads(text) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "24h 1h 10m"),
        ("soon", "cannot read"),
        ("10", "cannot read"),
        ("10 parsecs", "cannot read"),
        ("1h @everyone", "cannot read"),
        ("31d", "out of reach"),
        ("0m", "out of reach"),
        ("999999w", "out of reach"),
        ("999999w" * 71, "out of reach"),
        ("9" * (LONGEST_TEXT + 1), "longer than"),
        (" ".join(f"{n}m" for n in range(1, MOST_LEADS + 2)), "Keep to 10"),
    ],
)
def test_leads_that_cannot_be_are_answered_with_a_way_on(text: str, says: str) -> None:
    answer = parse_leads(text)

    assert isinstance(answer, Wrong)
    assert says in answer.sentence
    assert "@" not in answer.sentence


@given(st.text("0123456789 hmdwT-,;x", max_size=60))
def test_leads_are_always_within_reach_and_in_order(text: str) -> None:
    leads = parse_leads(text)

    if not isinstance(leads, Wrong):
        assert all(SHORTEST_LEAD <= lead <= LONGEST_LEAD for lead in leads)
        assert list(leads) == sorted(set(leads), reverse=True)
        assert len(leads) <= MOST_LEADS


@given(st.sets(st.integers(1, 30 * 24 * 60), min_size=1, max_size=MOST_LEADS))
def test_leads_written_in_minutes_are_those_minutes(minutes: set[int]) -> None:
    text = " ".join(f"{n}m" for n in minutes)

    assert parse_leads(text) == tuple(timedelta(minutes=n) for n in sorted(minutes, reverse=True))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("live, scrub", {Say.LIVE, Say.SCRUB}),
        ("Reminders slips", {Say.REMINDER, Say.SLIP}),
        ("all", {*CHOOSABLE}),
        ("usual", {*USUAL}),
        ("usual coverage", {*CHOOSABLE}),
        ("all -slip", {*CHOOSABLE} - {Say.SLIP}),
        ("-announced -dated", {*USUAL} - {Say.ANNOUNCED, Say.DATED}),
    ],
)
def test_notices_are_chosen_by_name(text: str, says: Collection[Say]) -> None:
    assert parse_says(text) == frozenset(says)


@pytest.mark.parametrize("text", ["none", "live -live", "all -all"])
def test_no_notice_is_a_choice(text: str) -> None:
    assert parse_says(text) == frozenset()


@pytest.mark.parametrize("text", ["", "edit", "trouble", "party", "-"])
def test_what_is_no_notice_is_answered_with_the_list(text: str) -> None:
    answer = parse_says(text)

    assert isinstance(answer, Wrong)
    assert "reminder" in answer.sentence


def test_every_kind_can_be_asked_for() -> None:
    assert all(parse_what(f"kind: {kind.value}") == What(include=(Term(Facet.KIND, kind.value),)) for kind in Kind)
