"""The buttons under a card, and ids that fit into Discord's whatever an event is called."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import FLOWN, OVER, Act, EventId, Kind, Precision, Status
from bot.rendering import BUTTON_ID, custom_id, size
from bot.rules.card import card, face
from bot.rules.pressing import HASHED, actions, can_be_awaited, spelt
from tests.rules.making import DAY, L0, SECOND, T0, event, net, seen


@pytest.mark.parametrize("status", Status)
def test_what_lies_ahead_can_be_waited_for_and_what_is_over_is_only_told(status: Status) -> None:
    acts = [action.act for action in actions(event(status=status), L0)]
    assert acts == ([Act.DETAILS] if status in FLOWN | OVER else [Act.REMIND, Act.DETAILS, Act.CALENDAR])
    assert {action.about for action in actions(event(status=status), L0)} == {event().id}


def test_a_docking_has_begun_at_its_time_and_a_launch_may_still_be_put_off() -> None:
    docking, launch = event(kind=Kind.DOCKING, status=Status.NONE), event()
    assert can_be_awaited(docking, T0 - SECOND)
    assert not can_be_awaited(docking, T0)
    assert can_be_awaited(launch, T0 + DAY)
    assert can_be_awaited(replace(docking, net=net(T0, Precision.DAY)), T0 + DAY)
    assert [action.act for action in actions(docking, T0)] == [Act.DETAILS]


def test_buttons_stand_under_the_card_and_are_no_part_of_its_face() -> None:
    shown = card(seen(event()), L0)
    assert shown.actions == actions(event(), L0)
    assert face(shown) == face(replace(shown, actions=()))


@given(st.text(min_size=1, max_size=300))
def test_every_id_fits_and_keeps_what_it_means(text: str) -> None:
    written = spelt(EventId(text))
    assert all(size(custom_id(act, written)) <= BUTTON_ID for act in Act)
    assert written == text or (written.startswith(HASHED) and written == spelt(EventId(text)))
    assert written.isprintable()


def test_what_looks_like_a_digest_is_written_as_one() -> None:
    real = spelt(EventId("x" * 200))
    assert spelt(EventId(real)) != real
    assert spelt(EventId("\ud800" * 3)).startswith(HASHED)
