"""What a card says where feeds disagree or are silent, and whose data it shows."""

from __future__ import annotations

from dataclasses import replace

from bot.model import EventId, Sighting
from bot.rules.card import card
from bot.rules.changes import fold
from bot.rules.doubts import dissent, silence, sources
from tests.rules.making import HOUR, L0, MINUTE, T0, event, net, seen, sighting

THEIRS = Sighting(event=event(net(T0 + 2 * HOUR)), feed="rll", own=EventId("rll:launch:7"))


def test_a_card_says_who_has_another_net() -> None:
    near = T0 - HOUR
    track = fold(fold(seen(event(), near), THEIRS, near)[0], sighting(event()), near + MINUTE)[0]
    row = f"⚠️ RocketLaunch.live says NET <t:{int((T0 + 2 * HOUR).timestamp())}:F> (<t:{int((T0 + 2 * HOUR).timestamp())}:R>)"
    assert dissent(track) == row
    assert row in card(track, near).lines


def test_a_card_says_that_the_most_trusted_is_silent_and_whose_word_it_shows() -> None:
    track = fold(fold(seen(event()), THEIRS, L0 + HOUR)[0], THEIRS, L0 + 3 * HOUR)[0]
    assert silence(track) == (
        f"⚠️ Launch Library 2 has been silent since <t:{int(L0.timestamp())}:R>; this is what RocketLaunch.live says"
    )
    assert dissent(track).startswith("⚠️ Launch Library 2 says NET")
    assert silence(seen(event())) == dissent(seen(event())) == ""


def test_a_card_names_all_whose_data_it_shows() -> None:
    track = fold(seen(event()), THEIRS, L0)[0]
    assert sources(track) == "The Space Devs, Launch Library 2, RocketLaunch.live"
    assert sources(replace(seen(event()), feed="ical-home")) == "home"
    assert card(track, L0).footer == "Data: The Space Devs, Launch Library 2, RocketLaunch.live"
