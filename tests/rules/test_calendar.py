"""An event in a calendar: one entry through all slips, whole days while no time is known, lines that every calendar reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.model import EventId, Mission, Pad, Precision, Status, Track, Webcast
from bot.rules.calendar import BUTTON_URL, OCTETS, Span, entry, folded, ics, links, span_of
from tests.rules.inventing import texts
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen


def field(track: Track, name: str) -> str:
    """What a line of the entry says."""
    return next((line.partition(":")[2] for line in entry(track, L0) if line.partition(":")[0] == name), "")


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
    assert entry(track, L0) == ()
    assert ics(track, L0) is None
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
    told = read_back(ics(seen(full), L0) or b"")
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
    written = ics(track, L0) or b""
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


def test_a_line_is_folded_between_characters() -> None:
    assert folded("x" * OCTETS) == b"x" * OCTETS + b"\r\n"
    assert folded("x" * (OCTETS + 1)) == b"x" * OCTETS + b"\r\n x\r\n"
    assert folded("Ж" * 40) == "Ж".encode() * 37 + b"\r\n " + "Ж".encode() * 3 + b"\r\n"


def test_instants_are_written_in_utc_whatever_zone_they_came_in() -> None:
    east = datetime(2026, 3, 1, 17, 0, 0, 5, tzinfo=UTC).astimezone(None)
    assert field(seen(event(net(east))), "DTSTART") == "20260301T170000Z"
    assert span_of(event(net(T0 + 5 * timedelta(microseconds=1)))) == Span(T0, T0 + HOUR)
    assert MINUTE < HOUR
