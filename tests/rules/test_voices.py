"""Whose word counts when feeds speak of one event: recency, then trust, field by field; the losers are kept."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Event, EventId, Net, Pad, Precision, Sighting, Status, Track, Webcast
from bot.rules.changes import Moved, Scrubbed, Touched, fold, gone
from bot.rules.voices import (
    ASKED,
    LASTING,
    PATIENCE,
    SILENT,
    STANDS,
    VOICES_KEPT,
    disagree,
    disputed,
    lead,
    own_id,
    questioned,
    silent,
    spoken,
    stays_listed,
    trust,
    voices_of,
)
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, sighting

EVERYTHING = frozenset(field.name for field in fields(Event)) - {"id", "kind", "owner"}
LATER = net(T0 + 2 * HOUR)


def other(of: Event, *said: str, feed: str = "rll", own: str = "rll:launch:7") -> Sighting:
    """See an event on another feed, which says nothing but name, NET and what is named."""
    return Sighting(event=of, feed=feed, unsaid=EVERYTHING - {"name", "net", *said}, own=EventId(own))


def told(*steps: tuple[datetime, Sighting]) -> Track:
    """Fold sightings one after another into an event that Launch Library told of first."""
    track = seen(event(), steps[0][0] - HOUR)
    for at, one in steps:
        track = fold(track, one, at)[0]
    return track


# --- who is believed ----------------------------------------------------------------------------------------------


def test_editors_are_believed_before_calendars_and_strangers_least() -> None:
    assert trust("ll2") > trust("rll") > trust("json-club") > trust("ical-home") == trust("x")
    assert [spoken(feed) for feed in ("ll2", "rll", "ical-home", "mine")] == [
        "Launch Library 2",
        "RocketLaunch.live",
        "home",
        "mine",
    ]
    assert (stays_listed("ll2"), stays_listed("ical-home")) == (DAY, timedelta())


def test_one_feed_alone_keeps_no_voices() -> None:
    track = told((L0, sighting(event(LATER))))
    assert (track.voices, lead(track), own_id(track, "ll2"), own_id(track, "rll")) == ((), "ll2", track.event.id, None)
    assert voices_of(seen(replace(event(), webcast_live=True)))[0].unsaid == frozenset()


def test_an_id_of_its_own_is_kept() -> None:
    track = told((L0, replace(sighting(event()), own=EventId("ll2:launch:new"))))
    assert (own_id(track, "ll2"), track.event.id) == ("ll2:launch:new", event().id)


def test_the_most_trusted_comes_first_and_the_losers_are_kept() -> None:
    track = told((L0, other(event(), feed="ical-a", own="ical-a:launch:1")), (L0, other(event(LATER))))
    assert [voice.feed for voice in track.voices] == ["ll2", "rll", "ical-a"]
    assert [voice.event.net for voice in track.voices] == [net(), LATER, net()]
    assert track.event.net == net()


def test_no_more_voices_are_kept_than_anybody_has() -> None:
    track = told(*((L0, other(event(), feed=f"ical-{n}", own=f"ical-{n}:launch:1")) for n in range(VOICES_KEPT + 3)))
    assert len(track.voices) == VOICES_KEPT
    assert lead(track) == "ll2"


# --- who wins -----------------------------------------------------------------------------------------------------


def test_what_the_most_trusted_does_not_say_comes_from_the_next() -> None:
    pad = Pad(name="1/5", site="Baikonur")
    track = told((L0, other(replace(event(), pad=pad, status=Status.TBD), "pad", "status")))
    assert (track.event.pad, track.event.status) == (pad, Status.GO)


def test_a_window_comes_with_its_net() -> None:
    mine = replace(event(), window_start=T0, window_end=T0 + HOUR)
    theirs = other(replace(event(LATER), window_start=LATER.at), "window_start")
    track = fold(fold(seen(mine), theirs, L0 + MINUTE)[0], theirs, L0 + HOUR)[0]
    assert (track.event.net, track.event.window_start, track.event.window_end) == (LATER, LATER.at, None)


@pytest.mark.parametrize(
    ("after", "counts"),
    [(PATIENCE - 6 * MINUTE, False), (PATIENCE - 5 * MINUTE, True), (PATIENCE, True)],
)
def test_another_word_counts_once_the_most_trusted_had_its_time_to_answer(after: timedelta, counts: bool) -> None:
    said = L0 + 5 * MINUTE
    track = told((L0, sighting(event())), (said, other(event(LATER))), (said + after, other(event(LATER))))
    assert (track.event.net == LATER) is counts


def test_a_feed_that_was_silent_for_hours_is_asked_before_another_is_believed() -> None:
    said = L0 + 8 * HOUR
    track = told((L0, sighting(event())), (said, other(event(LATER))))
    assert track.event.net == net()
    assert questioned(track, "ll2")
    assert fold(track, other(event(LATER)), said + ASKED)[0].event.net == LATER
    answered = fold(track, sighting(event()), said + MINUTE)[0]
    assert not questioned(answered, "ll2")
    assert fold(answered, other(event(LATER)), said + 5 * HOUR)[0].event.net == net(), "it said nothing new since"


def test_what_was_edited_before_the_most_trusted_last_spoke_is_no_news() -> None:
    old = replace(event(LATER), last_updated=L0 - DAY)
    track = told((L0, sighting(event())), (L0 + 5 * MINUTE, other(old, "last_updated")), (L0 + DAY, other(old, "last_updated")))
    assert track.event.net == net()
    assert not questioned(track, "ll2")


def test_the_most_trusted_is_believed_again_as_soon_as_it_is_back() -> None:
    track = told((L0, sighting(event())), (L0 + HOUR, other(event(LATER))), (L0 + 2 * HOUR, other(event(LATER))))
    assert track.event.net == LATER
    assert fold(track, sighting(event()), L0 + 3 * HOUR)[0].event.net == net()


def test_between_equals_the_one_that_spoke_since_counts() -> None:
    track = seen(event())
    track = replace(track, feed="ical-b", event=replace(track.event, status=Status.UNKNOWN))
    for at, net_ in ((L0, net()), (L0 + HOUR, LATER), (L0 + 2 * HOUR, LATER)):
        track = fold(track, other(event(net_), feed="ical-a", own="ical-a:launch:1"), at)[0]
    assert track.event.net == LATER, "both are calendars: the first by name is believed until the other speaks"


def test_a_flag_that_is_down_is_said_too() -> None:
    live = other(replace(event(), webcast_live=True, webcasts=(Webcast(url="https://a.b"),)), "webcast_live", "webcasts")
    track = told((L0, live), (L0, sighting(event())))
    assert track.event.webcasts
    assert not track.event.webcast_live
    assert fold(track, live, L0 + HOUR)[0].event.webcast_live is False


def test_who_has_flown_is_asked_about() -> None:
    track = told((L0, sighting(event())), (L0 + MINUTE, other(event(status=Status.SUCCESS), "status")))
    assert questioned(track, "ll2")
    assert not questioned(track, "rll")
    assert track.event.status is Status.GO


@given(st.lists(st.tuples(st.integers(1, 15), st.integers(-72, 72), st.sampled_from(["GO", "TBD", "success"])), max_size=12))
def test_nothing_happens_that_the_most_trusted_freshly_contradicts(lies: list[tuple[int, int, str]]) -> None:
    statuses = {"GO": Status.GO, "TBD": Status.TBD, "success": Status.SUCCESS}
    now, track = T0 - 2 * HOUR, seen(event(), T0 - 2 * HOUR)
    for wait, shift, status in lies:
        now += wait * MINUTE
        for one in (other(event(net(T0 + shift * HOUR), statuses[status]), "status"), sighting(event())):
            track, changes = fold(track, one, now)
            assert not [change for change in changes if not isinstance(change, Touched)]
            assert track.event.net == net()


# --- who disagrees ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        (net(), net(T0 + timedelta(seconds=60)), False),
        (net(), net(T0 + timedelta(seconds=61)), True),
        (net(T0, Precision.SECOND), net(T0 + timedelta(seconds=2), Precision.SECOND), True),
        (net(), net(T0 + HOUR, Precision.HOUR), False),
        (net(), net(T0.replace(hour=0), Precision.DAY), False),
        (net(), net(T0.replace(hour=0) + DAY, Precision.DAY), False),
        (net(), net(T0.replace(hour=0) + 2 * DAY, Precision.DAY), True),
        (net(), net(T0, Precision.MONTH), False),
        (net(), net(T0 + 90 * DAY, Precision.MONTH), True),
        (net(), Net(None, Precision.UNKNOWN), False),
        (Net(None, Precision.UNKNOWN), net(), False),
    ],
)
def test_nets_disagree_by_more_than_their_precision(one: Net, two: Net, *, apart: bool) -> None:
    assert disagree(one, two) is apart
    assert disagree(two, one) is apart


def test_a_reader_hears_of_another_net_once_it_has_stood() -> None:
    track = told((L0, sighting(event())), (L0 + MINUTE, other(event(LATER))))
    assert track.disputed == ()
    later, changes = fold(track, sighting(event()), L0 + MINUTE + STANDS)
    assert later.disputed == ("rll",)
    assert changes == (Touched(frozenset({"voices"})),)
    assert fold(later, sighting(event()), L0 + MINUTE + LASTING + MINUTE)[0].disputed == (), "it has not said so for a day"
    assert fold(later, other(event()), L0 + HOUR)[0].disputed == ()


def test_near_t_0_a_reader_hears_of_it_at_once() -> None:
    near = T0 - HOUR
    assert told((near, sighting(event())), (near, other(event(LATER)))).disputed == ("rll",)
    over = told((near, other(event(LATER))), (near, sighting(event(status=Status.SUCCESS))))
    assert over.disputed == disputed(over.voices, over.event, near) == ()


def test_a_feed_that_has_been_silent_for_long_is_told() -> None:
    track = told((L0, sighting(event())), (L0 + SILENT, other(event())))
    assert not track.silent
    later = fold(track, other(event()), L0 + SILENT + MINUTE)[0]
    assert later.silent
    assert not silent(voices_of(seen(event())), event(), L0 + 9 * DAY), "nobody speaks: its age says so"


# --- what becomes of it -------------------------------------------------------------------------------------------


def test_an_old_answer_of_one_feed_changes_nothing() -> None:
    track = told((L0, other(replace(event(), last_updated=L0), "last_updated")))
    away = replace(track, left=L0)
    assert fold(away, other(replace(event(LATER), last_updated=L0 - DAY), "last_updated"), T0) == (away, ())


def test_only_the_most_trusted_says_whether_it_is_still_listed() -> None:
    away = replace(told((L0, other(event()))), left=L0, missing=L0)
    assert fold(away, other(event()), L0 + MINUTE)[0].left == L0
    assert fold(away, sighting(event()), L0 + MINUTE)[0].left is None


def test_what_the_most_trusted_deleted_stays_deleted() -> None:
    track = replace(told((L0, other(event()))), missing=L0)
    ended = gone(track, L0 + HOUR)[0]
    assert ended.event.status is Status.CANCELLED
    assert fold(ended, other(event(LATER)), L0 + 2 * HOUR)[0].event.status is Status.CANCELLED
    assert gone(replace(seen(event()), missing=L0), L0 + HOUR)[0].voices == ()


def test_a_word_that_counts_is_told_like_any_other() -> None:
    track = told((L0, sighting(event())), (L0 + HOUR, other(event(LATER))))
    (moved, _) = fold(track, other(event(LATER)), L0 + 2 * HOUR)[1]
    assert isinstance(moved, Moved)
    near = told((T0 - HOUR, sighting(event())), (T0 - HOUR + MINUTE, other(event(net(T0 + DAY)))))
    (scrubbed, _) = fold(near, other(event(net(T0 + DAY))), T0 - MINUTE)[1]
    assert isinstance(scrubbed, Scrubbed)
