"""The words of a post: harmless, bounded, and read right anywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Kind, Net, Precision, StreamKind, Webcast
from bot.rules.text import headline, link, net_text, net_utc, plain, span_text, stamp, stream_text, subject, when
from tests.rules.inventing import texts
from tests.rules.making import DAY, HOUR, MINUTE, SECOND, T0, event, net

MARKS = "\\*_~`|[]<>#"
hostile = texts | st.text(alphabet="@everyone <@&123>!*_~`|[]()#\\\u200b\u202e\n\r\t\x00:", max_size=300)


def unescaped(text: str) -> str:
    """Take away what is escaped."""
    return re.sub(r"\\(.)", "", text)


@given(text=hostile)
def test_feed_text_never_pings_and_never_breaks_markdown(text: str) -> None:
    said = plain(text)
    assert not set(unescaped(said)) & set(MARKS)
    assert "@everyone" not in said
    assert "@here" not in said
    assert not re.search(r"<(@|#|:|t:|a:|id:)", unescaped(said))
    assert all(after == "\u200b" for after in re.findall(r"@(.|$)", said))


@given(text=hostile, limit=st.integers(1, 200))
def test_feed_text_is_one_line_without_invisible_letters_and_bounded(text: str, limit: int) -> None:
    said = plain(text, limit)
    assert len(said.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", said)
    assert len(re.sub(r"\\(.)", r"\1", said).replace("\u200b", "")) <= limit


@given(text=st.text(alphabet="abc Пересильд-19.", max_size=80))
def test_a_decent_text_is_left_as_it_is(text: str) -> None:
    assert plain(text) == " ".join(text.split())


def test_a_text_that_is_too_long_says_so() -> None:
    assert plain("abc def", 7) == "abc def"
    assert plain("abc defg", 5) == "abc…"
    assert plain("abcdefgh", 5) == "abcd…"


def test_an_instant_is_shown_to_each_reader_in_their_own_zone() -> None:
    assert stamp(T0) == "<t:1772373600:F>"
    assert stamp(T0, "R") == "<t:1772373600:R>"
    assert when(T0) == "<t:1772373600:F> (<t:1772373600:R>)"
    assert stamp(T0.astimezone(timezone(timedelta(hours=5, minutes=30)))) == stamp(T0)


P = Precision


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


SAID = [
    (net(T0, P.SECOND), when(T0), "1 Mar 2026 14:00 UTC"),
    (net(T0, P.HOUR), when(T0), "1 Mar 2026 14:00 UTC"),
    (net(T0, P.MORNING), "1 March 2026, morning at the site", None),
    (net(T0, P.AFTERNOON), "1 March 2026, afternoon at the site", None),
    (net(day(2021, 10, 5), P.DAY), "5 October 2021", None),
    (net(day(2026, 3, 8), P.WEEK), "the week to 8 March 2026", None),
    (net(day(2021, 10, 31), P.MONTH), "October 2021", None),
    (net(day(2022, 3, 31), P.QUARTER), "Q1 2022", None),
    (net(day(2022, 4, 30), P.QUARTER), "Q2 2022", None),
    (net(day(2022, 12, 31), P.QUARTER), "Q4 2022", None),
    (net(day(2022, 6, 30), P.HALF), "first half of 2022", None),
    (net(day(2022, 7, 31), P.HALF), "second half of 2022", None),
    (net(day(2022, 12, 31), P.YEAR), "2022", None),
    (net(day(2022, 9, 30), P.FISCAL_YEAR), "fiscal year 2022", None),
    (net(day(2029, 12, 31), P.DECADE), "the 2020s", None),
    (net(T0, P.UNKNOWN), "no date yet", None),
    (net(None), "no date yet", None),
]


@pytest.mark.parametrize(("said", "text", "utc"), SAID)
def test_a_net_is_shown_as_what_it_is(said: Net, text: str, utc: str | None) -> None:
    assert net_text(said) == text
    assert net_utc(said) == (utc or text)


@pytest.mark.parametrize("precision", [p for p in Precision if p > Precision.HOUR])
def test_a_coarse_net_is_never_shown_as_an_instant(precision: Precision) -> None:
    assert "<t:" not in net_text(net(T0, precision))
    assert "14:00" not in net_utc(net(T0, precision))


def test_a_zone_that_came_along_changes_no_day() -> None:
    late = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=5)))
    assert net_text(Net(late, P.DAY)) == "1 March 2026"
    assert net_utc(Net(late, P.MINUTE)) == "1 Mar 2026 20:00 UTC"


SPANS = [
    (10 * MINUTE, "10 min"),
    (-10 * MINUTE, "10 min"),
    (HOUR, "1 h"),
    (2 * HOUR + 5 * MINUTE + 3 * SECOND, "2 h 5 min"),
    (DAY + 3 * HOUR + 20 * MINUTE, "1 d 3 h"),
    (DAY + 20 * MINUTE, "1 d 20 min"),
    (31 * DAY, "31 d"),
    (59 * SECOND, "59 s"),
    (-SECOND, "1 s"),
]


@pytest.mark.parametrize(("span", "text"), SPANS)
def test_a_span_is_said_in_its_two_largest_units(span: timedelta, text: str) -> None:
    assert span_text(span) == text


NAMED = [
    (Kind.LAUNCH, "Soyuz 2.1a | Soyuz MS-19", "Soyuz MS-19"),
    (Kind.LAUNCH, "Polaris", "Polaris"),
    (Kind.LAUNCH, "Falcon 9 |", "Falcon 9"),
    (Kind.LAUNCH, "a_b | c*d", "c\\*d"),
    (Kind.DOCKING, "Soyuz MS-19 Docking", "Soyuz MS-19 docks"),
    (Kind.DOCKING, "Cygnus NG-16 Berthing", "Cygnus NG-16 docks"),
    (Kind.DOCKING, "Progress MS-18 Automated Docking", "Progress MS-18 docks"),
    (Kind.DOCKING, "Docking", "Docking docks"),
    (Kind.UNDOCKING, "Crew Dragon Undocking", "Crew Dragon undocks"),
    (Kind.LANDING, "Soyuz MS-18 Landing", "Soyuz MS-18 lands"),
    (Kind.LANDING, "Crew Dragon Splashdown ", "Crew Dragon lands"),
    (Kind.FLYBY, "BepiColombo Mercury Fly-by", "BepiColombo Mercury flies by"),
    (Kind.RELOCATION, "Soyuz MS-18 Port Relocation", "Soyuz MS-18 moves to another port"),
    (Kind.SPACEWALK, "US EVA 77", "US EVA 77 begins"),
]


@pytest.mark.parametrize(("kind", "name", "said"), NAMED)
def test_an_event_is_named_by_what_flies_and_what_it_does(kind: Kind, name: str, said: str) -> None:
    assert headline(event(kind=kind, name=name)) == said
    assert headline(event(kind=kind, name=name)).startswith(subject(event(kind=kind, name=name)))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_event_can_be_named(kind: Kind) -> None:
    assert headline(event(kind=kind, name="X"))


def test_a_stream_says_who_in_which_language_and_that_it_was_guessed() -> None:
    stream = Webcast(url="https://youtu.be/x", publisher="Роскосмос", language="ru", kind=StreamKind.OFFICIAL, guessed=True)
    assert stream_text(stream) == "[Роскосмос](https://youtu.be/x) · official webcast · RU · found by us, not confirmed"
    assert stream_text(Webcast(url="https://youtu.be/x", title="Live!", language="en")) == "[Live!](https://youtu.be/x)"
    assert stream_text(Webcast(url="https://youtu.be/x")) == "[Stream](https://youtu.be/x)"
    assert stream_text(replace(stream, publisher="a](b)")).startswith("[a\\](b)](")


@given(url=hostile)
def test_an_address_stays_inside_its_link(url: str) -> None:
    assert not set(link(url)) & set(" ()<>\\\n\r\t")


def test_a_decent_address_is_left_as_it_is() -> None:
    assert link("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1#a") == "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1#a"
    assert link("https://en.wikipedia.org/wiki/Soyuz_(rocket)") == "https://en.wikipedia.org/wiki/Soyuz_%28rocket%29"
