"""Which event somebody means by a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Agency, EventId, Net, Person, Precision, Rocket, Status, Track
from bot.rules.search import LABEL, catalogue, found, label, meant
from tests.rules.inventing import nets, texts
from tests.rules.making import DAY, L0, T0, event, net, seen

NAMES = {"spx": ("SpaceX", "Space X"), "пересильд": ("Peresild",)}


def track(name: str, at: datetime | None = T0, status: Status = Status.GO) -> Track:
    made = replace(
        event(net(at), status, name=name),
        id=EventId(name),
        lsp=Agency(name="SpaceX"),
        rocket=Rocket(name="Falcon 9"),
        crew=(Person(name="Yulia Peresild"),),
    )
    return seen(made)


def names(text: str, *tracks: Track) -> list[str]:
    return [one.event.name for one in meant(catalogue(tracks), text, NAMES, L0)]


def test_every_word_must_lead_there_and_a_beginning_is_enough() -> None:
    one = track("Starlink Group 6-77")
    assert names("starl", one)
    assert names("falc 77", one)
    assert not names("falc 78", one)
    assert not names("arlink", one)


def test_an_alias_leads_there_word_by_word_or_whole() -> None:
    one = track("Soyuz MS-19")
    assert names("Пересильд", one)
    assert names("spx ms", one)
    assert names("SpX", one)
    assert not names("ula", one)


def test_nothing_asked_is_everything() -> None:
    assert names("", track("A"), track("B")) == ["A", "B"]
    assert names("!?", track("A")) == ["A"]


def test_what_lies_ahead_comes_first_nearest_first_then_what_is_over_latest_first() -> None:
    tracks = (
        track("no date", None),
        track("flown yesterday", T0 - DAY, Status.SUCCESS),
        track("flown long ago", T0 - 9 * DAY, Status.SUCCESS),
        track("next month", T0 + 30 * DAY),
        track("today", T0),
        track("forgotten", L0 - 3 * DAY),
        track("just passed", L0 - DAY),
    )
    ahead = ["just passed", "today", "next month", "no date"]
    assert names("falcon", *tracks) == [*ahead, "flown yesterday", "forgotten", "flown long ago"]


def test_equals_are_told_by_name() -> None:
    assert names("", track("B"), track("A")) == ["A", "B"]


def test_a_label_says_name_and_day() -> None:
    assert label(track("Soyuz  MS-19\n")) == "Soyuz MS-19 · 2026-03-01"
    assert label(track("Polaris", None)) == "Polaris"


@given(name=st.text(min_size=1, max_size=300) | texts, when=nets)
def test_a_label_is_a_choice_that_discord_takes(name: str, when: Net) -> None:
    assert 1 <= len(label(seen(event(when, name=name)))) <= LABEL


def test_a_long_name_is_cut_where_its_day_begins() -> None:
    cut = label(track("x" * 200))
    assert len(cut) == LABEL
    assert cut.endswith("x… · 2026-03-01")
    exact = track("x" * LABEL, None)
    assert label(exact) == "x" * LABEL
    assert Precision.UNKNOWN is exact.event.net.precision


def test_among_some_of_them_the_order_stays_and_typos_are_forgiven_only_where_nothing_fits() -> None:
    known = catalogue([track("Soyuz MS-20", L0), track("Starlink 1", L0), track("Soyuz MS-19", L0)])

    def among(text: str, *places: int) -> list[str]:
        return [one.event.name for one in found(known, text, NAMES, places)]

    assert among("soyuz", 0, 1, 2) == ["Soyuz MS-20", "Soyuz MS-19"]
    assert among("soyuz", 1, 2) == ["Soyuz MS-19"]
    assert among("souyz", 1, 2) == ["Soyuz MS-19"]
    assert among("souyz", 1) == []
