"""An event in a calendar: one entry through all slips, whole days while no time is known, lines that every calendar reads."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.model import Event, EventId, Mission, Pad, Precision, Status, Track, Webcast
from bot.rules.calendar import BUTTON_URL, OCTETS, Span, entry, folded, ics, links, revised, span_of, subscription
from bot.rules.changes import fold, gone
from tests.rules.inventing import hostile_events, stories, texts
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, sighting, story


def field(track: Track, name: str) -> str:
    """What a line of the entry says."""
    return next((line.partition(":")[2] for line in entry(track) if line.partition(":")[0] == name), "")


def read_back(written: bytes) -> Any:
    """The one entry of a calendar, as another program reads it."""
    (told,) = cast("Any", Calendar).from_ical(written.decode()).walk("VEVENT")
    return told


def test_a_clock_time_is_an_hour_from_t0_or_the_window() -> None:
    assert span_of(event()) == Span(T0, T0 + HOUR)
    assert span_of(replace(event(), window_end=T0 + 4 * HOUR)) == Span(T0, T0 + 4 * HOUR)
    assert span_of(replace(event(), window_end=T0)) == Span(T0, T0 + HOUR)
    assert span_of(replace(event(), window_end=T0 + 2 * DAY)) == Span(T0, T0 + HOUR)
    assert field(seen(event()), "DTSTART") == "20260301T140000Z"


@pytest.mark.parametrize("precision", [Precision.DAY, Precision.MORNING, Precision.AFTERNOON])
def test_a_day_without_a_time_is_a_whole_day(precision: Precision) -> None:
    track = seen(event(net(T0, precision)))
    assert span_of(track.event) == Span(date(2026, 3, 1), date(2026, 3, 2))
    assert field(track, "DTSTART;VALUE=DATE") == "20260301"
    assert field(track, "DTEND;VALUE=DATE") == "20260302"
    assert parse_qs(urlsplit(links(track)[0].url).query)["dates"] == ["20260301/20260302"]
    assert parse_qs(urlsplit(links(track)[1].url).query)["allday"] == ["true"]


@pytest.mark.parametrize("when", [net(None), net(T0, Precision.MONTH), net(T0, Precision.WEEK)])
def test_what_has_no_day_is_in_no_calendar(when: object) -> None:
    track = seen(event(when))  # type: ignore[arg-type]  # a NET of each kind
    assert entry(track) == ()
    assert ics(track) is None
    assert links(track) == ()


def test_a_slip_moves_the_entry_that_is_there() -> None:
    track = seen(event())
    slipped = replace(track, moves=3, event=replace(track.event, net=net(T0 + DAY)))
    assert field(track, "UID") == field(slipped, "UID") == "ll2:launch:ms-19@t-minus"
    assert (field(track, "SEQUENCE"), field(slipped, "SEQUENCE")) == ("0", "3")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.GO, "CONFIRMED"),
        (Status.TBC, "TENTATIVE"),
        (Status.TBD, "TENTATIVE"),
        (Status.SUCCESS, "CONFIRMED"),
        (Status.CANCELLED, "CANCELLED"),
    ],
)
def test_how_firm_it_is_is_said(status: Status, word: str) -> None:
    assert field(seen(event(status=status)), "STATUS") == word


def test_all_that_is_known_is_told_and_commas_are_no_fields() -> None:
    full = replace(
        event(),
        mission=Mission(name="MS-19", description="A film; a crew,\na \\ station"),
        pad=Pad(name="31/6", site="Baikonur"),
        webcasts=(Webcast(url="https://youtu.be/ms19"),),
    )
    told = read_back(ics(seen(full)) or b"")
    assert str(told["SUMMARY"]) == "Soyuz 2.1a · Soyuz MS-19"
    assert str(told["LOCATION"]) == "31/6, Baikonur"
    assert str(told["DESCRIPTION"]).startswith("A film; a crew, a \\ station\nWatch: https://youtu.be/ms19\n")
    assert told["DTSTART"].dt == T0
    assert field(seen(replace(event(), location="ISS")), "LOCATION") == "ISS"
    assert field(seen(replace(event(), name=" | ")), "SUMMARY") == "ll2:launch:ms-19"


@given(texts, texts, texts, st.integers(0, 9))
def test_whatever_a_feed_writes_a_calendar_reads_it_back(name: str, place: str, text: str, moves: int) -> None:
    made = replace(
        event(), id=EventId(name or "x"), name=name, location=place, mission=Mission(name=name, description=text), window_end=T0
    )
    track = replace(seen(made), moves=moves)
    written = ics(track) or b""
    lines = written.split(b"\r\n")
    assert all(len(line) <= OCTETS for line in lines)
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    told = read_back(written)
    assert int(told["SEQUENCE"]) == moves
    assert told["DTEND"].dt == T0 + HOUR
    for link in links(track):
        assert len(link.url) <= BUTTON_URL
        assert link.url.isascii()


def test_a_long_name_gives_way_in_a_link() -> None:
    long = replace(event(), name="Ж" * 200, location="Ж" * 200)
    google, outlook = links(seen(long))
    for link, name in ((google, "text"), (outlook, "subject")):
        asked = parse_qs(urlsplit(link.url).query)
        assert asked[name][0].startswith("Ж")
        assert "location" not in asked
    assert len(parse_qs(urlsplit(links(seen(replace(event(), name="Ж" * 40)))[0].url).query)["text"][0]) == 40


@given(stories())
def test_the_number_never_falls_and_rises_with_all_that_an_entry_shows(steps: list[tuple[datetime, Event]]) -> None:
    """Two entries of one number are the same, and the later one never has the lower: else a calendar keeps what is not true."""
    tracks = [track for _, track, _ in story(steps)]
    for before, after in pairwise(tracks):
        was, now = before.moves + before.revisions, after.moves + after.revisions
        assert now >= was
        assert revised(after) >= revised(before)
        if now == was:
            assert entry(before) == entry(after)


def test_what_is_cancelled_has_a_higher_number_and_so_has_what_is_back() -> None:
    known = seen(event(), L0 - 9 * DAY)
    missed, _ = gone(known, L0 - 8 * DAY)
    off, _ = gone(missed, L0 - 7 * DAY)
    back, _ = fold(off, sighting(event()), L0 - 6 * DAY)
    numbers = [int(field(track, "SEQUENCE")) for track in (known, missed, off, back)]
    assert numbers == [0, 0, 1, 2]
    assert [field(track, "STATUS") for track in (missed, off, back)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert field(off, "LAST-MODIFIED") == field(off, "DTSTAMP") == "20260222T000000Z"
    assert field(off, "CREATED") == "20260220T000000Z"


def test_an_entry_is_the_same_by_itself_and_in_a_subscription_whenever_it_is_fetched() -> None:
    track = seen(event())
    alone, later = ics(track, "en", "https://l.example.org") or b"", L0 + 3 * HOUR
    told = subscription([replace(track, seen=later)], "T-Minus", "en", "https://l.example.org")
    assert alone.count(b"BEGIN:VEVENT") == 1
    assert told.endswith(alone[alone.index(b"BEGIN:VEVENT") :])


def test_a_subscription_has_a_name_and_is_fetched_every_hour() -> None:
    read = cast("Any", Calendar).from_ical(subscription([seen(event())], "crew, & more").decode())
    assert str(read["X-WR-CALNAME"]) == str(read["NAME"]) == "crew\\, & more"  # the library leaves names of others' as they stand
    assert (read["METHOD"], read["CALSCALE"]) == ("PUBLISH", "GREGORIAN")
    assert read["REFRESH-INTERVAL"].dt == HOUR
    assert not read.errors


def test_a_calendar_of_nothing_is_one() -> None:
    read = cast("Any", Calendar).from_ical(subscription([seen(event(net(None)))], "mine").decode())
    assert [component.name for component in read.subcomponents] == ["VTIMEZONE"]


def test_an_entry_leads_to_its_page_and_its_place() -> None:
    pad = Pad(name="31/6", latitude=45.996, longitude=63.564)
    told = read_back(ics(seen(replace(event(), pad=pad)), "en", "https://l.example.org") or b"")
    assert str(told["URL"]) == "https://l.example.org/launch/ll2:launch:ms-19"
    assert str(told["DESCRIPTION"]).endswith("\nhttps://l.example.org/launch/ll2:launch:ms-19")
    assert told["GEO"].to_ical() == "45.996;63.564"
    for nowhere in (replace(pad, latitude=math.nan), replace(pad, longitude=181.0), replace(pad, latitude=None)):
        assert field(seen(replace(event(), pad=nowhere)), "GEO") == ""


@given(hostile_events)
def test_whatever_a_feed_writes_anywhere_stays_in_its_field(hostile: Event) -> None:
    written = subscription([seen(hostile), seen(event())], hostile.name, "de", "https://l.example.org")
    assert all(len(line) <= OCTETS for line in written.split(b"\r\n"))
    assert not [line for line in written.split(b"\r\n") if b"\n" in line or b"\r" in line]
    read = cast("Any", Calendar).from_ical(written.decode())
    entries = read.walk("VEVENT")
    assert len(entries) == 1 + (span_of(hostile) is not None)
    known = {"UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION"}
    for one in entries:
        assert set(one) <= known | {"URL", "STATUS", "TRANSP", "GEO"}
        assert not one.errors


def test_a_line_is_folded_between_characters() -> None:
    assert folded("x" * OCTETS) == b"x" * OCTETS + b"\r\n"
    assert folded("x" * (OCTETS + 1)) == b"x" * OCTETS + b"\r\n x\r\n"
    assert folded("Ж" * 40) == "Ж".encode() * 37 + b"\r\n " + "Ж".encode() * 3 + b"\r\n"


def test_instants_are_written_in_utc_whatever_zone_they_came_in() -> None:
    east = datetime(2026, 3, 1, 17, 0, 0, 5, tzinfo=UTC).astimezone(None)
    assert field(seen(event(net(east))), "DTSTART") == "20260301T170000Z"
    assert span_of(event(net(T0 + 5 * timedelta(microseconds=1)))) == Span(T0, T0 + HOUR)
    assert MINUTE < HOUR
