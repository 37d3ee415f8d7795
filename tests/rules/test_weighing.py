"""What is weighed when an article is linked: places, turns, days, hours, tense; and the tables it is weighed with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Kind, Net, Precision
from bot.rules.claiming import claims, scene, turn
from bot.rules.dating import date_fit, minutes_apart, reach
from bot.rules.evidence import read
from bot.rules.naming import Mark
from bot.rules.plain_words import PLAIN
from bot.rules.prose import phrase
from bot.rules.prose_clock import clocks
from bot.rules.prose_dates import dates
from bot.rules.telling import SAYS
from bot.rules.verbs import HAPPENS, MAIDEN_SAID, ROUNDUP
from bot.rules.vocabulary import MAKERS, NICKNAMES, PLACES, SITES, VEHICLES
from bot.rules.weighing import WEIGHTS, Sign, odds
from tests.rules.test_linking import SHELF, WRITTEN

# --- tables -------------------------------------------------------------------------------------------------------


def test_every_sign_has_a_weight_and_every_mark_its_words() -> None:
    assert set(WEIGHTS) == set(Sign)
    assert set(SAYS) == set(Mark)


def test_only_contradiction_distance_and_vagueness_speak_against() -> None:
    against = {sign for sign, weight in WEIGHTS.items() if weight < 0}
    assert against == {Sign.SITE_OTHER, Sign.PAD_OTHER, Sign.CLOCK_OTHER, Sign.AHEAD, Sign.PAST, Sign.COARSE}


def test_the_vocabulary_is_folded_as_texts_are() -> None:
    said = [word for words in (*VEHICLES.values(), *MAKERS.values(), *SITES.values()) for word in words]
    said += [word for _, words in NICKNAMES for word in words]
    assert [word for word in (*said, *PLACES) if phrase(word) != word] == []
    assert [word for word in PLAIN if phrase(word) != word] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Dragon docked at dawn", {Kind.DOCKING}),
        ("it undocks and splashes down", {Kind.UNDOCKING, Kind.LANDING}),
        ("two of them step out for a spacewalk", {Kind.SPACEWALK}),
        ("liftoff", set[Kind]()),
    ],
)
def test_kinds_have_their_verbs(text: str, kinds: set[Kind]) -> None:
    assert {kind for kind, verbs in HAPPENS.items() if verbs.search(text)} == kinds


@pytest.mark.parametrize(
    ("title", "whole"), [("Launch Roundup: a busy week", True), ("This week’s launches", True), ("Launch on Friday", False)]
)
def test_a_roundup_says_so(title: str, whole: bool) -> None:
    assert bool(ROUNDUP.search(title)) is whole


@pytest.mark.parametrize("text", ["the inaugural flight", "first ever", "its first orbital launch attempt", "New rocket debuts"])
def test_a_first_flight_is_told_in_many_words(text: str) -> None:
    assert MAIDEN_SAID.search(text)


# --- words --------------------------------------------------------------------------------------------------------


def named(text: str, mark: Mark) -> set[str]:
    """Give the ids of the events that a text claims by a mark."""
    found = claims(read(text, "", WRITTEN, SHELF), SHELF, scene(SHELF, WRITTEN))
    return {str(SHELF.entries[i].event.id) for i, own in found.items() if any(claim.mark is mark for claim in own)}


@pytest.mark.parametrize(
    ("text", "mark", "events"),
    [
        ("Soyuz at the pad", Mark.VEHICLE, {"ms19", "progress"}),
        ("Soyuz MS-19 at the pad", Mark.VEHICLE, {"ms19"}),
        ("Starlink 4-3 at the pad", Mark.NAME, {"sl43"}),
        ("Starlink 9-9 at the pad", Mark.PART, set[str]()),
        ("Sentinel-1C at the pad", Mark.NAME, {"s1c"}),
        ("Sentinel-6 at the pad", Mark.PART, set[str]()),
        ("Two Starships", Mark.VEHICLE, {"ift5", "ift6"}),
        ("an electron", Mark.VEHICLE, set[str]()),
        ("Yulia Peresild", Mark.CREW, {"ms19", "dock19"}),
    ],
)
def test_a_longer_name_takes_the_place_of_a_shorter_one(text: str, mark: Mark, events: set[str]) -> None:
    assert named(text, mark) == events


def test_a_name_does_not_go_over_from_the_title_into_the_text() -> None:
    hits = read("All eyes on Soyuz", "MS-19 is a number.", WRITTEN, SHELF).hits
    assert "soyuz ms 19" not in {hit.phrase for hit in hits}


# --- when ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-1000, 1000), min_size=1, unique=True))
def test_one_of_those_to_come_and_one_of_those_flown_has_its_turn(hours: list[int]) -> None:
    times = sorted(WRITTEN + timedelta(hours=away) for away in hours)
    turns = [turn(at, times, WRITTEN) for at in times]
    assert all(0 < one <= 1 for one in turns)
    ahead = [one for at, one in zip(times, turns, strict=True) if at >= WRITTEN - timedelta(hours=3)]
    flown = turns[: len(turns) - len(ahead)]
    assert ahead == sorted(ahead, reverse=True)
    assert flown == sorted(flown)
    assert [one for one in (*flown[-1:], *ahead[:1]) if one != 1] == []


@pytest.mark.parametrize(
    ("text", "at", "precision", "fit"),
    [
        ("October 5", "2021-10-05T08:55", Precision.MINUTE, 1.0),
        ("October 5", "2021-10-06T03:00", Precision.MINUTE, 1.0),  # still the 5th in Florida
        ("October 5", "2021-10-04T20:00", Precision.MINUTE, 0.6),  # already the 5th in New Zealand
        ("October 5", "2021-10-07T00:00", Precision.MINUTE, 0.0),
        ("October 5", "2021-10-05T00:00", Precision.DAY, 1.0),
        ("October 5", "2021-11-30T00:00", Precision.MONTH, 0.0),
    ],
)
def test_a_day_fits_a_net(text: str, at: str, precision: Precision, fit: float) -> None:
    (said,) = dates(text, WRITTEN)
    assert date_fit(said, Net(datetime.fromisoformat(f"{at}+00:00"), precision)) == fit


def test_the_vaguer_the_date_or_the_net_the_less_it_fits() -> None:
    day = datetime(2021, 10, 31, tzinfo=UTC)
    fits = [
        date_fit(dates(text, WRITTEN)[0], Net(day, precision))
        for text, precision in (
            ("October 31", Precision.DAY),
            ("this October", Precision.DAY),
            ("this October", Precision.MONTH),
            ("4Q 2021", Precision.MONTH),
            ("2021", Precision.YEAR),
        )
    ]
    assert fits == sorted(fits, reverse=True)
    assert len(set(fits)) == len(fits)
    assert date_fit(dates("2021", WRITTEN)[0], Net(None, Precision.UNKNOWN)) == 0


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.sampled_from(Precision))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_a_net_lies_within_its_reach(at: datetime, precision: Precision) -> None:
    span = reach(Net(at, precision))
    assert span is not None
    assert span[0] <= at <= span[1]


def test_clocks_go_round() -> None:
    (clock,) = clocks("2359 UTC", WRITTEN.date())
    assert minutes_apart(datetime(2021, 10, 5, 0, 4, tzinfo=UTC), clock) == 5


def test_odds_are_a_probability() -> None:
    assert odds(0) == 0.5
    assert 0 < odds(-9) < odds(9) < 1
