"""The story of a launch as its page tells it: slips and moves up with their sign, attempts with their number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given

from bot.model import Event, Kind, NetSeen, Precision, Status
from bot.rules.history import Turn, history, summed_up
from tests.rules.inventing import stories
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, story


def told(*steps: tuple[datetime, Event], language: str = "en") -> list[tuple[int, str, str]]:
    """The attempt, the kind and the sentence of each step."""
    track = story(steps)[-1][1]
    return [(step.attempt, step.turn.value, step.text) for step in history(track, language)]


def test_a_mission_is_told_from_a_quarter_to_its_outcome() -> None:
    assert told(
        (L0 - 90 * DAY, event(net(L0, Precision.QUARTER), Status.TBD)),
        (L0 - 20 * DAY, event(net(L0 - DAY, Precision.DAY), Status.TBD)),
        (L0 - 9 * DAY, event(net(T0), Status.TBC)),
        (L0 - 8 * DAY, event(net(T0 - 3 * HOUR), Status.GO)),
        (T0 - 4 * HOUR, event(net(T0), Status.GO)),
        (T0 - 20 * MINUTE, event(net(T0), Status.HOLD)),
        (T0 - 10 * MINUTE, event(net(T0), Status.GO)),
        (T0 - 2 * MINUTE, event(net(T0 + DAY, Precision.DAY), Status.TBD)),
        (T0 + HOUR, event(net(T0 + DAY), Status.GO)),
        (T0 + DAY, event(net(T0 + DAY), Status.IN_FLIGHT)),
        (T0 + DAY + HOUR, event(net(T0 + DAY), Status.SUCCESS)),
    ) == [
        (1, "listed", "First listed: NET Q1 2026"),
        (1, "narrowed", "Narrowed down to NET 28 February 2026"),
        (1, "slip", "Slipped 1 d, to NET 1 Mar 2026 14:00 UTC"),
        (1, "status", "To be confirmed"),
        (1, "moved-up", "Moved up 3 h, to NET 1 Mar 2026 11:00 UTC"),
        (1, "status", "GO"),
        (1, "slip", "Slipped 3 h, to NET 1 Mar 2026 14:00 UTC"),
        (1, "hold", "HOLD: the clock is stopped"),
        (1, "status", "The hold is over: GO"),
        (1, "scrub", "Scrubbed: attempt 1 ended without liftoff"),
        (2, "slip", "Slipped 1 d, to NET 2 March 2026"),
        (2, "status", "To be determined"),
        (2, "narrowed", "Narrowed down to NET 2 Mar 2026 14:00 UTC"),
        (2, "status", "GO"),
        (2, "liftoff", "Liftoff"),
        (2, "outcome", "Success"),
    ]


def test_it_is_summed_up_with_its_signs() -> None:
    steps = ((L0 - 9 * DAY, net(T0)), (L0 - 8 * DAY, net(T0 + DAY)), (L0 - 7 * DAY, net(T0 - HOUR)), (L0 - 6 * DAY, net(T0)))
    moved = story([(at, event(when)) for at, when in steps])[-1][1]
    assert summed_up(moved) == "slipped 2 times · moved up once"
    assert summed_up(moved, "de") == "2-mal verschoben · einmal vorgezogen"
    assert summed_up(replace(moved, nets=moved.nets[:1], scrubs=(T0, T0 + DAY))) == "scrubbed 2 times"
    assert summed_up(seen(event())) == ""


def test_less_is_never_told_as_a_move() -> None:
    assert told((L0 - 9 * DAY, event(net(T0))), (L0 - 8 * DAY, event(net(L0 + 30 * DAY, Precision.MONTH))))[1:] == [
        (1, "coarsened", "Less is known: NET March 2026")
    ]


def test_a_flight_that_is_no_launch_does_not_lift_off() -> None:
    docking = replace(event(status=Status.NONE), kind=Kind.DOCKING)
    steps = ((L0, docking), (L0 + HOUR, replace(docking, status=Status.HOLD)), (L0 + 2 * HOUR, docking))
    assert [text for _, _, text in told(*steps)][1:] == ["HOLD: the clock is stopped", "The hold is over: –"]
    flown = ((L0, docking), (L0 + HOUR, replace(docking, status=Status.IN_FLIGHT)), (L0 + 2 * HOUR, docking))
    assert [text for _, _, text in told(*flown)][1:] == ["In flight", "–"]


def test_what_was_cut_off_is_not_called_the_first() -> None:
    track = seen(event())
    cut = replace(track, nets=(NetSeen(net(T0), L0 + DAY),))
    assert [step.text for step in history(cut)] == ["NET 1 Mar 2026 14:00 UTC"]


def test_a_cancellation_is_told_as_one() -> None:
    gone = replace(event(), status=Status.CANCELLED)
    assert told((L0, event()), (L0 + HOUR, gone))[-1] == (1, "outcome", "Cancelled: it is gone from the launch feed")


@given(stories())
def test_every_move_and_every_scrub_is_told_once_in_order(steps: list[tuple[datetime, Event]]) -> None:
    track = story(steps)[-1][1]
    chapters = history(track)
    assert [step.at for step in chapters] == sorted(step.at for step in chapters)
    assert sum(step.turn is Turn.SCRUB for step in chapters) == len(track.scrubs)
    of_nets = {Turn.LISTED, Turn.SLIP, Turn.MOVED_UP, Turn.NARROWED, Turn.COARSENED}
    assert sum(step.turn in of_nets for step in chapters) == len(track.nets)
    attempts = [step.attempt for step in chapters]
    assert attempts == sorted(attempts)
    assert attempts[-1] <= len(track.scrubs) + 1
