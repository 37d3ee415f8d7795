"""How an event's post in a forum is named, tagged, known again and closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Agency, Card, ChannelId, GuildId, Kind, MessageId, Person, Place, Post, Rocket, Say, Status, Target
from bot.rules.forum import (
    CLOSES_AFTER,
    LONGEST,
    MOST_TAGS,
    TITLE,
    TITLE_GAP,
    chosen,
    closing,
    entitled,
    named,
    same_post,
    tags,
    topic,
    upkeep,
)
from tests.rules.making import DAY, L0, MINUTE, T0, event, following, net, seen

FORUM = Target(GuildId(1), ChannelId(7), Place.FORUM)
CARD = Card(target=FORUM, event=event().id, message=MessageId(9), face="", edited_at=L0)


@pytest.mark.parametrize(
    ("status", "counting", "expected"),
    [
        (Status.GO, True, "Soyuz MS-19 · GO 1 Mar 2026 14:00 UTC"),
        (Status.HOLD, True, "Soyuz MS-19 · HOLD 1 Mar 2026 14:00 UTC"),
        (Status.TBC, False, "Soyuz MS-19 · Scrubbed"),
        (Status.IN_FLIGHT, True, "Soyuz MS-19 · In flight"),
        (Status.SUCCESS, False, "Soyuz MS-19 · Success"),
        (Status.NONE, True, "Soyuz MS-19 · 1 Mar 2026 14:00 UTC"),
    ],
)
def test_a_post_is_named_by_what_flies_and_how_it_stands(status: Status, expected: str, *, counting: bool) -> None:
    track = replace(seen(event(status=status)), counting=counting)
    assert topic(track, "en") == expected


def test_a_name_is_plain_text_within_the_limit_and_keeps_its_end() -> None:
    long = topic(seen(event(name=f"Rocket | *Demo* [1] {'x' * 300}")), "en")
    assert len(long) <= LONGEST
    assert long.startswith("*Demo* [1] xxx")
    assert long.endswith("… · GO 1 Mar 2026 14:00 UTC")
    assert named(Post(title="Watching \\*all\\*")) == "Watching *all*"
    assert len(named(Post(title="", lead_in="y" * 300))) == LONGEST


def test_a_post_is_known_again_though_how_it_stands_changed() -> None:
    go, flown = (topic(seen(event(status=status)), "en") for status in (Status.GO, Status.SUCCESS))
    assert same_post(go, flown)
    assert not same_post(go, topic(seen(event(name="Soyuz | Progress 79P")), "en"))
    assert same_post("Watching all", "Watching all")
    assert not same_post("Watching all", "Watching")


def test_tags_that_would_fit_begin_with_how_it_stands() -> None:
    crewed = replace(
        event(status=Status.GO),
        lsp=Agency(name="Roscosmos", abbrev="RFSA"),
        rocket=Rocket(name="Soyuz 2.1a", families=("Soyuz",)),
        crew=(Person(name="Yulia Peresild"),),
    )
    names = tags(seen(crewed))
    assert names[:2] == ("GO", "Go for launch")
    assert {"Crewed", "RFSA", "Roscosmos", "Soyuz", "Launch"} <= set(names)
    assert entitled(Post(title="x"), seen(crewed), "en").tags == names
    cargo = tags(replace(seen(event(name="Progress 79P", status=Status.TBC, kind=Kind.DOCKING)), counting=False))
    assert cargo[0] == "Scrub"
    assert "docking" in cargo
    assert "Crewed" not in cargo
    assert tags(seen(event(status=Status.UNKNOWN, name="Progress 79P")))[0] == "Launch"


def test_tags_are_chosen_among_those_there_are_and_a_moderators_stay() -> None:
    there = ["go", "Success", "Crewed", "Favourite", "A", "B", "C"]
    assert chosen(("GO", "Crewed", "SpaceX"), there) == ("go", "Crewed")
    assert chosen(("Success",), there, ("go", "Favourite")) == ("Success", "Favourite")
    assert len(chosen(("Success", "Crewed"), there, ("Favourite", "A", "B", "C"))) == MOST_TAGS


def test_a_new_name_waits_for_its_turn() -> None:
    forum, track = following(target=FORUM), seen(event())
    assert upkeep(following(), track, CARD, T0) == ()
    (title,) = upkeep(forum, track, replace(CARD, edited_at=T0 - MINUTE), T0)
    assert (title.say, title.what, title.due) == (Say.EDIT, TITLE, T0 - MINUTE + TITLE_GAP)
    (title,) = upkeep(forum, track, replace(CARD, edited_at=T0 - DAY), T0)
    assert title.due == T0


def test_a_post_is_closed_some_time_after_its_event_is_over() -> None:
    over = seen(event(net(), Status.SUCCESS))
    (close,) = closing(following(target=FORUM), over, T0)
    assert (close.say, close.due) == (Say.CLOSE, T0 + CLOSES_AFTER)
    assert closing(following(), over, T0) == ()
    assert closing(following(target=FORUM), seen(event()), T0) == ()
    assert [one.say for one in upkeep(following(target=FORUM), over, CARD, T0)] == [Say.EDIT, Say.CLOSE]
