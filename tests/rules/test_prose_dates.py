"""Dates and clock times as people write them, against the day on which they were written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Precision
from bot.rules.prose_clock import clocks
from bot.rules.prose_dates import FIRST_YEAR, LAST_YEAR, MONTHS, WEEKDAYS, dates

MONDAY = datetime(2021, 10, 4, 12, tzinfo=UTC)
DAY, WEEK, MONTH, QUARTER, HALF, YEAR = (
    Precision.DAY,
    Precision.WEEK,
    Precision.MONTH,
    Precision.QUARTER,
    Precision.HALF,
    Precision.YEAR,
)


@pytest.mark.parametrize(
    ("text", "phrase", "first", "last", "precision"),
    [
        ("launching on Tuesday, October 5, from Kazakhstan", "Tuesday, October 5", "2021-10-05", "2021-10-05", DAY),
        ("back on Earth on October 16.", "October 16", "2021-10-16", "2021-10-16", DAY),
        ("NET Oct. 5", "Oct. 5", "2021-10-05", "2021-10-05", DAY),
        ("scrubbed on Sunday, Feb. 28th", "Sunday, Feb. 28th", "2021-02-28", "2021-02-28", DAY),
        ("on 4 December, at dusk", "4 December", "2021-12-04", "2021-12-04", DAY),
        ("on the 4th of July 2022", "4th of July 2022", "2022-07-04", "2022-07-04", DAY),
        ("Jan. 3, 2025", "Jan. 3, 2025", "2025-01-03", "2025-01-03", DAY),
        ("between October 5-7", "October 5-7", "2021-10-05", "2021-10-07", DAY),
        ("NET 2026-03-02", "2026-03-02", "2026-03-02", "2026-03-02", DAY),
        ("tonight", "tonight", "2021-10-04", "2021-10-04", DAY),
        ("tomorrow morning", "tomorrow", "2021-10-05", "2021-10-05", DAY),
        ("yesterday", "yesterday", "2021-10-03", "2021-10-03", DAY),
        ("last night", "last night", "2021-10-03", "2021-10-03", DAY),
        ("on Christmas Eve", "Christmas Eve", "2021-12-24", "2021-12-24", DAY),
        ("on New Year’s Day", "New Year’s Day", "2022-01-01", "2022-01-01", DAY),
        ("on Monday", "on Monday", "2021-10-04", "2021-10-04", DAY),
        ("this Friday", "this Friday", "2021-10-08", "2021-10-08", DAY),
        ("three days ago", "three days ago", "2021-10-01", "2021-10-01", DAY),
        ("next Friday", "next Friday", "2021-10-08", "2021-10-15", WEEK),
        ("last Friday", "last Friday", "2021-09-24", "2021-10-01", WEEK),
        ("last Monday", "last Monday", "2021-09-20", "2021-10-04", WEEK),
        ("to the station this week", "this week", "2021-10-03", "2021-10-10", WEEK),
        ("next week", "next week", "2021-10-10", "2021-10-17", WEEK),
        ("last weekend", "last weekend", "2021-10-01", "2021-10-04", WEEK),
        ("a week from now", "a week from now", "2021-10-08", "2021-10-14", WEEK),
        ("in two weeks", "in two weeks", "2021-10-14", "2021-10-22", WEEK),
        ("mid-October", "mid-October", "2021-10-10", "2021-10-21", WEEK),
        ("Just last month, a crew", "last month", "2021-09-01", "2021-09-30", MONTH),
        ("later this month", "later this month", "2021-10-01", "2021-10-31", MONTH),
        ("next month", "next month", "2021-11-01", "2021-11-30", MONTH),
        ("in Dec. 2025, from Florida", "Dec. 2025", "2025-12-01", "2025-12-31", MONTH),
        ("an October 2023 launch", "October 2023", "2023-10-01", "2023-10-31", MONTH),
        ("in March", "March", "2022-03-01", "2022-03-31", MONTH),
        ("next March", "next March", "2022-03-01", "2022-03-31", MONTH),
        ("last December", "last December", "2020-12-01", "2020-12-31", MONTH),
        ("April next year", "April next year", "2022-04-01", "2022-04-30", MONTH),
        ("April of this year", "April of this year", "2021-04-01", "2021-04-30", MONTH),
        ("NET Q1 2022", "Q1 2022", "2022-01-01", "2022-03-31", QUARTER),
        ("4Q 2022", "4Q 2022", "2022-10-01", "2022-12-31", QUARTER),
        ("4Q22", "4Q22", "2022-10-01", "2022-12-31", QUARTER),
        ("in the third quarter", "third quarter", "2021-07-01", "2021-09-30", QUARTER),
        ("the first quarter of next year", "first quarter of next year", "2022-01-01", "2022-03-31", QUARTER),
        ("spring 2025", "spring 2025", "2025-03-01", "2025-06-30", QUARTER),
        ("this summer", "this summer", "2021-06-01", "2021-09-30", QUARTER),
        ("early next year", "early next year", "2022-01-01", "2022-05-26", QUARTER),
        ("by the end of the year", "the end of the year", "2021-08-08", "2021-12-31", QUARTER),
        ("next winter", "next winter", "2021-12-01", "2023-03-31", HALF),
        ("2H 2027", "2H 2027", "2027-07-01", "2027-12-31", HALF),
        ("H1 2022", "H1 2022", "2022-01-01", "2022-06-30", HALF),
        ("the second half of next year", "second half of next year", "2022-07-01", "2022-12-31", HALF),
        ("before 2030", "2030", "2030-01-01", "2030-12-31", YEAR),
        ("last year", "last year", "2020-01-01", "2020-12-31", YEAR),
    ],
)
def test_a_phrase_means_these_days(text: str, phrase: str, first: str, last: str, precision: Precision) -> None:
    (said,) = dates(text, MONDAY)
    assert (said.phrase, said.precision) == (phrase, precision)
    assert (said.start.date().isoformat(), (said.end - timedelta(days=1)).date().isoformat()) == (first, last)
    assert text[said.at : said.end_at].strip() == phrase


def test_a_bare_weekday_may_be_past_or_to_come() -> None:
    assert [said.start.day for said in dates("aloft Friday", MONDAY)] == [1, 8]


@pytest.mark.parametrize("text", ["", "may launch again", "March on", "2026-02-31", "Starlink 6-77", "fall in"])
def test_these_name_no_date(text: str) -> None:
    assert dates(text, MONDAY) == ()


def test_a_day_that_no_month_has_leaves_the_month() -> None:
    (said,) = dates("on 31 June", MONDAY)
    assert (said.phrase, said.precision) == ("June", MONTH)


def test_the_weekday_chooses_the_year() -> None:
    (said,) = dates("It flew on Sunday, February 28.", datetime(2021, 11, 20, tzinfo=UTC))
    assert said.start.year == 2021


@pytest.mark.parametrize(
    "said", [datetime(1900, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_who_wrote_outside_of_the_space_age_named_no_date(said: datetime) -> None:
    assert dates("early next year", said) == ()


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("no earlier than 3:55 a.m. EDT (0755 UTC)", ["07:55", "07:55"]),
        ("set for 10:39 p.m. EST", ["03:39"]),
        ("at 11:38 CET (10:38 GMT, 16:08 local time)", ["10:38", "10:38"]),
        ("at 6:14:40 a.m. PST (1414:40 UTC)", ["14:14", "14:14"]),
        ("12 a.m. EST", ["05:00"]),
        ("12 p.m. EST", ["17:00"]),
        ("6:24 pm Eastern Daylight Time", ["22:24"]),
        ("6:24 pm Eastern Standard Time", ["23:24"]),
        ("6:24 pm ET", ["22:24"]),
        ("10:00 AM Moscow time", ["07:00"]),
        ("13 p.m. EST, 5 p.m., 16:08, at 2000 satellites, $5.30 PT", []),
    ],
)
def test_a_clock_time_with_a_zone_is_a_time_of_day(text: str, times: list[str]) -> None:
    assert [f"{clock.minute // 60:02}:{clock.minute % 60:02}" for clock in clocks(text, MONDAY.date())] == times


def test_eastern_time_knows_its_season() -> None:
    assert [clocks("6 pm ET", date(2021, month, 20))[0].minute // 60 for month in (1, 7)] == [23, 22]


# --- laws ---------------------------------------------------------------------------------------------------------

WRITTEN = st.datetimes(datetime(FIRST_YEAR + 1, 1, 1), datetime(LAST_YEAR, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract
WORDS = st.sampled_from(
    "next last this early mid- end of the in year month week Q1 2H first quarter half 2022 31 5 Oct. May ago".split()  # noqa: SIM905 - words
)


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)), st.datetimes(timezones=st.just(UTC)))
def test_reading_dates_never_raises_and_spans_are_real(text: str, said: datetime) -> None:
    for phrase in dates(text, said):
        assert phrase.start < phrase.end
        assert phrase.phrase in text
    for clock in clocks(text, said.date()):
        assert 0 <= clock.minute < 24 * 60


@given(WRITTEN, st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_full_date_is_read_as_that_day_whenever_it_was_written(said: datetime, day: date) -> None:
    for text in (
        f"{WEEKDAYS[day.weekday()].title()}, {MONTHS[day.month - 1].title()} {day.day}, {day.year}",
        f"{day.day} {MONTHS[day.month - 1][:3].title()}. {day.year}",
        day.isoformat(),
    ):
        (phrase,) = dates(f"It flies on {text}.", said)
        assert phrase.start.date() == day
        assert phrase.end - phrase.start == timedelta(days=1)


@given(WRITTEN, st.integers(-150, 150))
def test_a_date_without_a_year_is_the_closest_one(said: datetime, away: int) -> None:
    day = said.date() + timedelta(days=away)
    (phrase,) = dates(f"on {MONTHS[day.month - 1].title()} {day.day}", said)
    assert abs((phrase.start.date() - said.date()).days) <= abs(away) or day.month == 2


@given(WRITTEN)
def test_relative_words_hold_the_days_that_they_say(said: datetime) -> None:
    today = said.date()

    def held(text: str) -> list[tuple[date, date]]:
        return [(phrase.start.date(), phrase.end.date()) for phrase in dates(text, said)]

    assert held("today") == [(today, today + timedelta(days=1))]
    assert all(first <= today < last for first, last in held("this week") + held("this month") + held("this year"))
    ((first, last),) = held("last month")
    assert last == today.replace(day=1)
    assert (last - first).days in {28, 29, 30, 31}
    ((first, last),) = held("early next year")
    assert (first.year, first.month, first.day) == (today.year + 1, 1, 1)
    ((first, last),) = held("in two weeks")
    assert first <= today + timedelta(days=14) < last


@given(WRITTEN, st.sampled_from(WEEKDAYS))
def test_a_weekday_is_that_weekday(said: datetime, name: str) -> None:
    for phrase in dates(f"on {name.title()}", said):
        assert WEEKDAYS[phrase.start.weekday()] == name
        assert abs((phrase.start.date() - said.date()).days) <= 7
    (later,) = dates(f"next {name.title()}", said)
    assert later.start.date() >= said.date()
    assert {(later.start + timedelta(days=away)).weekday() for away in range((later.end - later.start).days)} == set(range(7))
