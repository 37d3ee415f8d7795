"""Quiet hours and digests, as people write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Digest, Quiet, Say
from bot.rules.asking import Wrong
from bot.rules.hours import EXEMPT, digest_text, parse_digest, parse_quiet, quiet_text

NIGHT = Quiet(start=time(22), end=time(7))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("22:00-07:00", NIGHT),
        ("22-7", NIGHT),
        ("22h to 7h", None),
        ("22:00 – 07:00", NIGHT),
        ("22 uhr bis 7 uhr", NIGHT),
        ("24:00-06:30", Quiet(start=time(0), end=time(6, 30))),
        ("22:00-07:00 except live scrub", Quiet(start=time(22), end=time(7), exempt=EXEMPT)),
        ("22:00-07:00, but lives and scrubs", Quiet(start=time(22), end=time(7), exempt=EXEMPT)),
        ("22:00-07:00 except live", Quiet(start=time(22), end=time(7), exempt=frozenset({Say.LIVE}))),
    ],
)
def test_quiet_hours_are_read(text: str, means: Quiet | None) -> None:
    read = parse_quiet(text)
    assert read == means or (means is None and isinstance(read, Wrong))


@pytest.mark.parametrize("text", ["off", "none", " NO "])
def test_off_is_none(text: str) -> None:
    assert parse_quiet(text) is None
    assert parse_digest(text) is None


@pytest.mark.parametrize("text", ["", "night", "25:00-07:00", "22:61-07:00", "22:00-22:00", "22:00", "22:00-07:00 except slip"])
def test_what_are_no_quiet_hours_is_told_with_a_way_on(text: str) -> None:
    read = parse_quiet(text)
    assert isinstance(read, Wrong)
    assert "live" in read.sentence


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("daily 08:00", Digest(at=time(8))),
        ("every day at 8", Digest(at=time(8))),
        ("08:00", Digest(at=time(8))),
        ("monday 08:00", Digest(at=time(8), weekday=0)),
        ("weekly 08:00", Digest(at=time(8), weekday=0)),
        ("Sun 18:30", Digest(at=time(18, 30), weekday=6)),
        ("daily 08:00 even when empty", Digest(at=time(8), when_empty=True)),
    ],
)
def test_a_digest_is_read(text: str, means: Digest) -> None:
    assert parse_digest(text) == means


@pytest.mark.parametrize("text", ["", "daily", "someday 08:00", "m 08:00", "daily 25:00"])
def test_what_is_no_digest_is_told_with_a_way_on(text: str) -> None:
    read = parse_digest(text)
    assert isinstance(read, Wrong)
    assert "daily 08:00" in read.sentence


def test_what_was_decided_is_written_as_it_is_read() -> None:
    assert (quiet_text(None), digest_text(None)) == ("off", "off")
    assert quiet_text(replace(NIGHT, exempt=EXEMPT)) == "22:00-07:00 except live scrub"
    assert digest_text(Digest(at=time(18, 30), weekday=6, when_empty=True)) == "sunday 18:30 even when empty"


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(times, times, st.frozensets(st.sampled_from(sorted(EXEMPT))))
def test_quiet_hours_are_read_as_they_are_written(start: time, end: time, exempt: frozenset[Say]) -> None:
    quiet = Quiet(start=start, end=end, exempt=exempt) if start != end else None
    assert parse_quiet(quiet_text(quiet)) == quiet


@given(st.none() | st.builds(Digest, at=times, weekday=st.none() | st.integers(0, 6), when_empty=st.booleans()))
def test_a_digest_is_read_as_it_is_written(digest: Digest | None) -> None:
    assert parse_digest(digest_text(digest)) == digest
