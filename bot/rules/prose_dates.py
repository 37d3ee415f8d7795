"""Dates as people write them ("Tuesday, October 5", "early next year", "4Q 2022"), resolved against the day they were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.model import Precision

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1957, 2199
"""Sputnik, and beyond every schedule: other numbers of four digits are no years."""

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
FEASTS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "valentine's day": (2, 14),
    "st. patrick's day": (3, 17),
    "independence day": (7, 4),
    "fourth of july": (7, 4),
    "halloween": (10, 31),
}
"""Longer names first, where one holds another."""
SEASONS = {"spring": (3, 4), "summer": (6, 4), "autumn": (9, 4), "fall": (9, 4), "winter": (12, 4)}
"""First month and length in months, generous: northern seasons, both by the calendar and by the sky."""
PARTS = {
    "": (0.0, 1.0),
    "early": (0.0, 0.4),
    "mid": (0.3, 0.7),
    "late": (0.6, 1.0),
    "later": (0.0, 1.0),
    "beginning of": (0.0, 0.35),
    "start of": (0.0, 0.35),
    "middle of": (0.3, 0.7),
    "end of": (0.6, 1.0),
    "first half of": (0.0, 0.5),
    "second half of": (0.5, 1.0),
    "latter half of": (0.5, 1.0),
}
"""Which share of a month or a year is meant. Chosen, not measured: each overlaps its neighbour, as the words do."""
STEPS = {"next": 1, "last": -1, "past": -1}
DOUBTFUL = frozenset({"May", "March"})
LEADS_TO_MONTH = re.compile(r"\b(?:in|by|until|till|since|for|from|to|of|than)\s+$", re.IGNORECASE)
"""`May` and `March` are months after these words alone."""


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of calendar that a phrase names: `start` up to, not including, `end`, at midnights that stand for any zone."""

    phrase: str
    at: int
    end_at: int
    start: datetime
    end: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first up to, not including, last."""

    first: date
    last: date
    precision: Precision


Reader = Callable[[re.Match[str], date], Iterator[Span]]

# --- the calendar -------------------------------------------------------------------------------------------------


def year_span(year: int) -> Span:
    """Give a whole year."""
    return Span(date(year, 1, 1), date(year + 1, 1, 1), Precision.YEAR)


def months_span(year: int, month: int, count: int = 1, precision: Precision = Precision.MONTH) -> Span:
    """`count` months from the first of a month on; a month beyond December is one of the next year."""
    first, after = year * 12 + month - 1, year * 12 + month - 1 + count
    return Span(date(first // 12, first % 12 + 1, 1), date(after // 12, after % 12 + 1, 1), precision)


def day_span(day: date, count: int = 1, precision: Precision = Precision.DAY) -> Span:
    """`count` days from a day on."""
    return Span(day, day + count * DAY, precision)


def part(span: Span, word: str | None) -> Span:
    """Cut a month or a year to the share that `early`, `late`, … names."""
    low, high = PARTS[re.sub(r"[\s-]+", " ", (word or "").lower()).removeprefix("the ")]
    days = (span.last - span.first).days
    if (low, high) == (0.0, 1.0):
        return span
    first, last = span.first + timedelta(days=int(low * days)), span.first + timedelta(days=-int(-high * days))
    return Span(first, last, Precision.WEEK if span.precision is Precision.MONTH else Precision.QUARTER)


def month_number(word: str) -> int:
    """`Oct.`, `Sept`, `october` -> 10, 9, 10."""
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(word.lower()[:3]))


def valid_day(year: int, month: int, day: int) -> date | None:
    """Give the date, or None for a 31st of June."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest(days: Iterator[date], said: date) -> date | None:
    """Of several possible days the one closest to the day of writing."""
    return min(days, key=lambda day: abs((day - said).days), default=None)


# --- readers ------------------------------------------------------------------------------------------------------


def of_day(match: re.Match[str], said: date) -> Iterator[Span]:
    """`Tuesday, October 5`, `5 Oct. 2021`: without a year the closest one, in which the weekday is right if there is such."""
    month, weekday = month_number(match["month"]), match["weekday"]
    days = [int(match["day"]), *([int(match["last"])] if match["last"] else [])]
    years = [int(match["year"])] if match["year"] else range(said.year - 1, said.year + 2)
    first = [day for year in years if (day := valid_day(year, month, days[0]))]
    told = [day for day in first if weekday and WEEKDAYS[day.weekday()].startswith(weekday.lower()[:3])]
    if found := nearest(iter(told or first), said):
        yield day_span(found, max(1, days[-1] - days[0] + 1))


def of_iso(match: re.Match[str], _said: date) -> Iterator[Span]:
    """`2026-03-02`."""
    if day := valid_day(int(match["year"]), int(match["month"]), int(match["day"])):
        yield day_span(day)


def of_month(match: re.Match[str], said: date) -> Iterator[Span]:
    """`October 2023`, `late February`, `this October`: without a year the closest one, `next` and `last` away from now."""
    month, which, other = month_number(match["month"]), (match["which"] or "").lower(), (match["other"] or "").lower()
    bare = not (which or other or match["year"] or match["part"])
    if bare and match["month"] in DOUBTFUL and not LEADS_TO_MONTH.search(match.string, 0, match.start()):
        return
    spans = [months_span(year, month) for year in range(said.year - 1, said.year + 2)]
    if match["year"]:
        spans = [months_span(int(match["year"]), month)]
    elif other:
        spans = [spans[1 + STEPS.get(other, 0)]]
    elif which == "next":
        spans = [span for span in spans if span.first > said]
    elif which == "last":
        spans = [span for span in spans if span.last <= said]
    yield part(min(spans, key=lambda span: abs((span.first + 15 * DAY - said).days)), match["part"])


def of_relative_month(match: re.Match[str], said: date) -> Iterator[Span]:
    """`last month`, `later this month`, `the end of the month`."""
    step = STEPS.get(match["which"].lower(), 0)
    yield part(months_span(said.year, said.month + step), match["part"])


def of_year(match: re.Match[str], said: date) -> Iterator[Span]:
    """`early next year`, `late 2026`, `before the end of the year`, `this year`."""
    year = int(match["year"]) if match["year"] else said.year + STEPS.get(match["which"].lower(), 0)
    yield part(year_span(year), match["part"])


def of_quarter(match: re.Match[str], said: date) -> Iterator[Span]:
    """`NET Q1 2022`, `4Q 2022`, `the first quarter of next year`."""
    word = (match["q"] or match["pre"] or match["word"]).lower()
    number = int(word) if word.isdigit() else QUARTERS[word]
    yield months_span(year_of(match, said), number * 3 - 2, 3, Precision.QUARTER)


def of_half(match: re.Match[str], said: date) -> Iterator[Span]:
    """`H2 2027`, `2H 2027`, `the second half of next year`."""
    number = QUARTERS[match["word"].lower()] if match["word"] else int(match["h"] or match["pre"])
    yield months_span(year_of(match, said), min(number, 2) * 6 - 5, 6, Precision.HALF)


def of_season(match: re.Match[str], said: date) -> Iterator[Span]:
    """`spring 2025`, `this summer`."""
    month, count = SEASONS[match["season"].lower()]
    span = months_span(year_of(match, said), month, count, Precision.QUARTER)
    yield months_span(span.first.year - 1, month, count + 12, Precision.HALF) if month == 12 else span  # noqa: PLR2004 - a winter has two years


def year_of(match: re.Match[str], said: date) -> int:
    """Year beside a quarter, half or season: two digits mean this century, none means this year."""
    if match["year"]:
        return int(match["year"]) % 100 + 2000 if len(match["year"]) == 2 else int(match["year"])  # noqa: PLR2004 - `4Q22`
    return said.year + STEPS.get((match["which"] or "").lower(), 0)


def of_week(match: re.Match[str], said: date) -> Iterator[Span]:
    """`this week`, `next week`, `last weekend`: weeks begin on Sunday in America, on Monday elsewhere."""
    step = 7 * STEPS.get(match["which"].lower(), 0)
    monday = said - timedelta(days=said.weekday()) + timedelta(days=step)
    yield day_span(monday + 5 * DAY - DAY, 4, Precision.WEEK) if match["end"] else day_span(monday - DAY, 8, Precision.WEEK)


def of_weekday(match: re.Match[str], said: date) -> Iterator[Span]:
    """`Friday`: the last one and the next one are both meant until the tense tells; `next Friday` may be a week later still."""
    ahead = (WEEKDAYS.index(next(name for name in WEEKDAYS if name.startswith(match["weekday"].lower()[:3]))) - said.weekday()) % 7
    coming, which = said + ahead * DAY, (match["which"] or "").lower()
    past = coming - (7 * DAY if ahead else 0 * DAY)
    if which == "next":
        yield day_span(coming, 8, Precision.WEEK)
    elif which == "last":
        yield day_span(coming - 14 * DAY, 8 if ahead else 15, Precision.WEEK)
    elif which == "this" or past == coming:
        yield day_span(coming)
    else:
        yield day_span(past)
        yield day_span(coming)


def of_near(match: re.Match[str], said: date) -> Iterator[Span]:
    """`today`, `tonight`, `tomorrow`, `yesterday`."""
    word = match["word"].lower()
    step = {"tomorrow": 1, "yesterday": -1, "last night": -1}.get(word, 0)
    yield day_span(said + step * DAY)


def of_distance(match: re.Match[str], said: date) -> Iterator[Span]:
    """`in two weeks`, `three days ago`, `a week from now`: as wide as its unit is vague."""
    count = COUNTS.get(match["count"].lower()) or int(match["count"])
    unit = {"day": 1, "week": 7, "month": 30, "year": 365}[match["unit"].lower()]
    sign = -1 if (match["way"] or "").lower() in {"ago", "earlier"} else 1
    middle = said + timedelta(days=sign * count * unit)
    slack = unit // 2 + (count * unit) // 10
    precision = {1: Precision.DAY, 7: Precision.WEEK, 30: Precision.MONTH, 365: Precision.YEAR}[unit]
    yield day_span(middle - slack * DAY, 2 * slack + 1, precision)


def of_feast(match: re.Match[str], said: date) -> Iterator[Span]:
    """`Christmas Eve`, `St. Patrick's Day`: the closest one."""
    month, day = FEASTS[match["feast"].lower().replace("’", "'").replace("st p", "st. p")]
    found = nearest((date(year, month, day) for year in range(said.year - 1, said.year + 2)), said)
    yield from [day_span(found)] if found else []


# --- grammar ------------------------------------------------------------------------------------------------------

SHORT = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
LONG = (
    r"(?P<month>(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\b\.?(?=\s+(?:of\s+)?\d{4})))"
)
SPELLED = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?:mon|tues?|wed|thurs?|fri|sat|sun)\.)"
BEFORE_DAY = rf"(?:(?P<weekday>{SPELLED}|mon|tue|wed|thu|fri|sat|sun),?\s+(?:the\s+)?)?"
DAYS = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?:\s*(?:[-–]|to|and|or)\s*(?P<last>[0-3]?\d)(?:st|nd|rd|th)?)?"
YEAR = r"(?P<year>(?:19[5-9]|20\d|21\d)\d)(?![\d-])"
CLOSE_YEAR = r"(?P<year>20\d\d|\d\d)(?!\d)"
WHICH = r"(?P<which>this|next|last|the)"
SHARE = r"(?P<part>early|mid|later?|(?:the\s+)?(?:beginning|start|middle|end|(?:first|second|latter)\s+half)\s+of)[\s-]+(?:in\s+)?"
OF_YEAR = rf"[\s,/-]*(?:of\s+)?(?:{WHICH}\s+year|{CLOSE_YEAR})"
MONTH_YEAR = rf"(?:(?:\s+of)?,?\s+(?:{YEAR}|(?P<other>this|next|last)\s+year))?"
NUMBER = rf"(?P<count>\d\d?|{'|'.join(COUNTS)})"
UNIT = r"(?P<unit>day|week|month|year)s?"
FEAST = "|".join(re.escape(feast).replace("'", "['’]") for feast in FEASTS)

GRAMMAR: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})", re.IGNORECASE), reader)
    for pattern, reader in (
        (r"(?P<year>(?:19[5-9]|20\d|21\d)\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", of_iso),
        (rf"{BEFORE_DAY}{SHORT}\s+{DAYS}(?![\d:])(?:,?\s+{YEAR})?", of_day),
        (rf"{BEFORE_DAY}{DAYS}\s+(?:of\s+)?{SHORT}(?:,?\s+{YEAR})?", of_day),
        (rf"(?P<feast>{FEAST})\b", of_feast),
        (rf"(?:Q(?P<q>[1-4])|(?P<pre>[1-4])Q|(?P<word>{'|'.join(QUARTERS)})\s+quarter)(?:{OF_YEAR})?\b", of_quarter),
        (rf"(?:H(?P<h>[12])|(?P<pre>[12])H|(?P<word>first|second)\s+half){OF_YEAR}\b", of_half),
        (rf"(?:{SHARE})?(?:(?P<which>this|next|last)\s+)?{LONG}{MONTH_YEAR}(?!\s*\d)\b", of_month),
        (rf"(?P<which>)(?P<season>{'|'.join(SEASONS)})\s+(?:of\s+)?{YEAR}", of_season),
        (rf"(?P<which>this|next|last)\s+(?P<season>{'|'.join(SEASONS)})(?P<year>)\b", of_season),
        (rf"(?:{SHARE})?{WHICH}\s+month\b", of_relative_month),
        (rf"(?:{SHARE})?(?:{WHICH}\s+year\b|{YEAR})", of_year),
        (r"(?P<which>this|next|last|past)\s+week(?P<end>end)?\b", of_week),
        (r"(?P<word>today|tonight|tomorrow|yesterday|last\s+night|this\s+(?:morning|afternoon|evening))\b", of_near),
        (rf"(?:in\s+)?(?:about\s+)?{NUMBER}\s+{UNIT}\s+(?P<way>ago|earlier|from\s+(?:now|today)|later)\b", of_distance),
        (rf"in\s+(?:about\s+)?{NUMBER}\s+{UNIT}(?P<way>)\b(?!\s+of)", of_distance),
        (rf"(?:(?P<which>this|next|last|on)\s+)?(?P<weekday>{SPELLED})", of_weekday),
    )
)
"""Most telling first: what one pattern has read, no later one reads again."""


def dates(text: str, said: datetime) -> tuple[Said, ...]:
    """Every stretch of calendar that a text names, as meant by someone who wrote it at `said`; a phrase may give two.

    Never raises: a text without dates, or a day of writing outside of the space age, gives none.
    """
    today = said.astimezone(UTC).date() if said.year > FIRST_YEAR else said.date()
    if not FIRST_YEAR <= today.year <= LAST_YEAR:
        return ()
    taken: list[tuple[int, int]] = []
    found: list[Said] = []
    for pattern, reader in GRAMMAR:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            spans = tuple(reader(match, today))
            if spans:
                taken.append(match.span())
            found += [
                Said(match[0].strip(), *match.span(), midnight(span.first), midnight(span.last), span.precision) for span in spans
            ]
    return tuple(sorted(found, key=lambda phrase: (phrase.at, phrase.start)))


def midnight(day: date) -> datetime:
    """Start of a day, as an instant that stands for any zone."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
