"""Scheduled events: when one is made, what it says within Discord's limits, and which way its phases go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Card,
    ChannelId,
    GuildId,
    Kind,
    MessageId,
    Occasion,
    Pad,
    Person,
    Phase,
    Place,
    Precision,
    Status,
    Target,
    Track,
    Webcast,
)
from bot.rules.occasions import (
    AHEAD,
    FREELY,
    GAP,
    LASTS,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_PLACE,
    SOONEST,
    UNKNOWN_FOR,
    WAITS,
    face_of,
    finished,
    fitting,
    gathered,
    looks,
    occasion,
    phase,
    phase_of,
    upkeep,
)
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, SECOND, T0, event, following, net, seen, watch

EVENTS = Target(GuildId(1), ChannelId(0), Place.EVENTS)


def card(phase: Phase = Phase.SCHEDULED, edited_at: datetime = L0) -> Card:
    return Card(target=EVENTS, event=event().id, message=MessageId(9), face=f"{phase.value}|x", edited_at=edited_at)


def made(track: Track, now: datetime = L0, was: Phase | None = None) -> Occasion:
    shown = occasion(track, now, was, "en")
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    ("track", "now", "expected"),
    [
        (seen(event()), T0 - AHEAD, True),
        (seen(event()), T0 - AHEAD - SECOND, False),
        (seen(event()), T0 - SOONEST, True),
        (seen(event()), T0 - SOONEST + SECOND, False),
        (seen(event(net(T0, Precision.DAY))), T0 - DAY, False),
        (seen(event(status=Status.SUCCESS)), T0 - DAY, False),
        (seen(event(status=Status.IN_FLIGHT)), T0 - DAY, False),
        (replace(seen(event()), counting=False), T0 - DAY, False),
    ],
)
def test_one_is_made_for_a_clock_time_within_two_weeks(track: Track, now: datetime, *, expected: bool) -> None:
    assert (occasion(track, now, None, "en") is not None) is expected


def test_it_says_what_flies_when_and_where_to_watch() -> None:
    flight = replace(
        event(),
        window_end=T0 + HOUR,
        crew=(Person(name="Yulia Peresild"),),
        webcasts=(Webcast(url="https://youtu.be/ms19"),),
        pad=Pad(name="31/6", site="Baikonur"),
    )
    shown = made(seen(flight))
    assert (shown.name, shown.start, shown.end, shown.place) == ("Soyuz MS-19", T0, T0 + HOUR + LASTS, "https://youtu.be/ms19")
    assert "Yulia Peresild" in shown.description
    assert made(seen(replace(flight, webcasts=()))).place == "31/6, Baikonur"
    assert made(seen(event())).place == "No stream known yet"
    assert made(seen(replace(flight, webcasts=(Webcast(url=f"https://youtu.be/{'x' * 100}"),)))).place == "31/6, Baikonur"


@given(name=st.text(max_size=400), site=st.text(max_size=400), crew=st.lists(st.text(max_size=200), max_size=40))
def test_it_keeps_to_discords_limits(name: str, site: str, crew: list[str]) -> None:
    flight = replace(event(name=f"Rocket | {name}"), pad=Pad(name=site, site=site), crew=tuple(Person(name=one) for one in crew))
    shown = made(seen(flight))
    assert 1 <= len(shown.name) <= LONGEST_NAME
    assert 1 <= len(shown.place) <= LONGEST_PLACE
    assert len(shown.description) <= LONGEST_DESCRIPTION
    assert shown.end > shown.start > L0


def test_rows_that_do_not_fit_are_left_out_whole() -> None:
    assert fitting(["a" * 999, "b", "c"]) == "a" * 999
    assert fitting(["a" * 600, "b" * 600, "c"]) == "a" * 600 + "\nc"


def test_without_a_time_it_stands_on_the_last_day_that_is_meant() -> None:
    month = seen(event(net(L0 + 30 * DAY, Precision.MONTH)))
    assert made(month, L0, Phase.SCHEDULED).start == L0 + 30 * DAY
    assert "March 2026" in made(month, L0, Phase.SCHEDULED).description
    assert made(month, L0 + 60 * DAY, Phase.SCHEDULED).start == L0 + 60 * DAY + UNKNOWN_FOR
    nowhere = seen(event(net(None)))
    assert made(nowhere, T0, Phase.SCHEDULED).start == L0 + UNKNOWN_FOR
    scrubbed = replace(seen(event()), counting=False)
    assert made(scrubbed, T0 + HOUR, Phase.SCHEDULED).start == L0 + UNKNOWN_FOR
    assert made(scrubbed, T0 - HOUR, Phase.SCHEDULED).start == T0


S, A, C, X = Phase.SCHEDULED, Phase.ACTIVE, Phase.COMPLETED, Phase.CANCELED


@pytest.mark.parametrize(
    ("track", "now", "was", "expected"),
    [
        (seen(event()), T0 - SECOND, S, S),
        (seen(event()), T0, S, A),
        (seen(event(status=Status.HOLD)), T0 + HOUR, S, S),
        (seen(replace(event(), webcast_live=True)), T0 - 6 * HOUR, S, A),
        (seen(replace(event(), webcast_live=True)), T0 - 7 * HOUR, S, S),
        (seen(event(status=Status.IN_FLIGHT)), T0, S, A),
        (seen(event(status=Status.DEPLOYED)), T0, A, A),
        (seen(event(status=Status.SUCCESS)), T0, A, C),
        (seen(event(status=Status.FAILURE)), T0, S, C),
        (seen(event(status=Status.CANCELLED)), T0, S, X),
        (seen(event(status=Status.CANCELLED)), T0, A, C),
        (replace(seen(event(net(T0 + WAITS))), counting=False), T0, A, A),
        (replace(seen(event(net(T0 + WAITS + SECOND))), counting=False), T0, A, C),
        (seen(event(net(None))), T0, A, C),
        (seen(event(net(None))), T0, S, S),
        (seen(event(status=Status.NONE, kind=Kind.DOCKING)), T0 + LASTS, A, C),
        (seen(event(status=Status.NONE, kind=Kind.DOCKING)), T0 + LASTS - SECOND, S, A),
        (seen(event()), T0 + LASTS, A, A),
    ],
)
def test_phases_go_forward_alone(track: Track, now: datetime, was: Phase, expected: Phase) -> None:
    assert phase(track, now, was) is expected


def test_what_was_left_is_known_by_its_face() -> None:
    shown = made(seen(event()))
    assert face_of(shown).startswith("scheduled|")
    assert face_of(shown) != face_of(replace(shown, name="other"))
    assert phase_of(None) is None
    assert phase_of(card()) is S
    assert phase_of(card(C)) is None
    assert finished(card(A)).face.startswith("completed|")
    assert not finished(card(A)).gone
    assert finished(card()).gone


# --- what is owed -----------------------------------------------------------------------------------------------------


def names(track: Track, stands: Card | None, now: datetime = L0, *, changed: bool = True) -> dict[str, datetime]:
    return dict(looks(track, stands, now, changed=changed))


def test_a_look_is_owed_now_and_when_time_alone_changes_it() -> None:
    far = seen(event(net(T0 + 30 * DAY)))
    assert names(far, None) == {"occasion-ahead-0": T0 + 30 * DAY - AHEAD, "occasion-t0-0": T0 + 30 * DAY}
    assert names(seen(event()), None, changed=False) == {"occasion": L0, "occasion-t0-0": T0}
    assert names(seen(event()), card(), changed=False) == {"occasion-t0-0": T0}
    assert names(seen(event(kind=Kind.DOCKING)), card(), T0 - HOUR)["occasion-end-0"] == T0 + LASTS
    assert names(seen(event()), card(), T0 + MINUTE) == {"occasion": T0 + MINUTE}
    assert names(seen(event()), replace(card(), gone=True)) == {}
    assert names(seen(event(net(None))), None) == {}
    assert names(seen(event(net(None))), card()) == {"occasion": L0 + GAP, "occasion-undated-0": L0 + UNKNOWN_FOR - DAY / 2}


def test_far_from_t0_changes_wait_for_their_turn() -> None:
    track, early, near = seen(event()), T0 - FREELY - SECOND, T0 - FREELY
    assert names(track, card(edited_at=early), early)["occasion"] == early + GAP
    assert names(track, card(edited_at=near), near)["occasion"] == near


def test_the_watches_of_a_server_that_want_them_are_one() -> None:
    wanting = replace(watch(), occasions=True)
    elsewhere = Target(GuildId(1), ChannelId(200))
    person = Target(GuildId(0), ChannelId(5), Place.PERSON)
    several = [
        following(watch(), wanting),
        following(wanting, target=elsewhere),
        following(watch(), target=HERE),
        following(wanting, target=person),
    ]
    (one,) = gathered(several)
    assert one.target == EVENTS
    assert len(one.watches) == 2
    assert gathered([following()]) == ()
    owed = upkeep(several, seen(event()), {}, L0, changed=True)
    assert [(to.target, notice.what) for to, notice in owed] == [(EVENTS, "occasion"), (EVENTS, "occasion-t0-0")]
    assert all(notice.stale - notice.due == timedelta(hours=24) for _, notice in owed)
