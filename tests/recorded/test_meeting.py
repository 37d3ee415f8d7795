"""Recorded lists: no two launches of one list are taken for one, and each is known again in another feed's words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from bot.feeds import ll_parse, rocketlaunch_live
from bot.model import Event, EventId, Kind, Precision, Rocket
from bot.rules.merging import Likeness, likeness, met, traits
from bot.settings import load
from tests.recorded.shelf import at_hand, pages, recordings

pytestmark = at_hand
NAMES = load({}, needs_token=False).names
LISTS = recordings("ll2/2.2.0/*limit=100*", "ll2/2.0.0/*limit=100*", "ms19/launches-*")


def launches(path: Path) -> list[Event]:
    """Read the launches of a recorded list."""
    found = {s.event.id: s.event for page in pages(path) for s in ll_parse.parse_page(page).sightings}
    return [event for event in found.values() if event.kind is Kind.LAUNCH]


def reworded(event: Event) -> Event:
    """Say a launch as a schedule would: the rocket without its block, the mission without its group, no country."""
    rocket = re.sub(r" Block \d|/.*", "", event.rocket.name) if event.rocket else ""
    mission = event.name.partition("|")[2].strip() or event.name
    site = event.location.partition(",")[0]
    net = replace(event.net, precision=max(event.net.precision, Precision.MINUTE))
    return Event(
        id=EventId(f"x:{event.id}"),
        kind=event.kind,
        name=f"{rocket} | {mission.replace('Group ', '')}",
        net=net,
        status=event.status,
        rocket=Rocket(name=rocket),
        location=site,
    )


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_no_two_launches_of_one_list_are_one(path: Path) -> None:
    known = [traits(event, NAMES) for event in launches(path)]
    assert len(known) > 20
    assert [(a.id, b.id) for a, b in combinations(known, 2) if likeness(a, b) is Likeness.SAME] == []


@pytest.mark.parametrize("off", [timedelta(), timedelta(hours=20), timedelta(days=-6)], ids=str)
@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_a_launch_in_another_feeds_words_is_known_again_and_never_taken_for_another(path: Path, off: timedelta) -> None:
    events = launches(path)
    known = [traits(event, NAMES) for event in events]
    told = [(event, reworded(event)) for event in events]
    moved = [(event, replace(one, net=replace(one.net, at=one.net.at and one.net.at + off))) for event, one in told]
    answers = [(event.id, met(traits(one, NAMES), known).event) for event, one in moved]
    assert [(true, found) for true, found in answers if found not in {true, None}] == []
    assert sum(found == true for true, found in answers) >= 0.9 * len(answers)


def test_launches_of_another_month_are_none_of_these() -> None:
    known = [traits(event, NAMES) for path in recordings("ll2/2.2.0/*2022-02-19*") for event in launches(path)]
    (path,) = recordings("rocketlaunch_live/*20220117*")
    fresh = [s.event for page in pages(path) for s in rocketlaunch_live.parse(page).sightings]
    assert len(known) == 10
    assert len(fresh) == 25
    assert {met(traits(event, NAMES), known).event for event in fresh} == {None}
