"""Clock times as people write them: `3:55 a.m. EDT`, `0755 UTC`, `18:20 CET`, as minutes of the UTC day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MINUTES_OF_A_DAY = 24 * 60

ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "zulu": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "akst": -540, "akdt": -480, "hst": -600, "brt": -180, "gft": -180, "bst": 60, "wet": 0, "west": 60, "cet": 60,
    "cest": 120, "eet": 120, "eest": 180, "msk": 180, "moscow": 180, "ist": 330, "almt": 300, "beijing": 480,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
"""Minutes east of Greenwich. CST is the American one and IST the Indian one: that is how launch news writes them."""
SEASONAL = {"et": -300, "ct": -360, "mt": -420, "pt": -480, "eastern": -300, "central": -360, "mountain": -420, "pacific": -480}
"""American zones named without their season: minutes east in winter."""
NAMES = "|".join(sorted((*ZONES, *SEASONAL), key=len, reverse=True))
HALF_DAY = r"(?<![\d.,:$])(?P<hour>[01]?\d|2[0-3])(?:[:h](?P<minute>[0-5]\d)(?::[0-5]\d)?)?\s*(?P<half>[ap])\.?\s?m\b\.?"
FULL_DAY = r"(?<![\d.,:$-])(?P<hour>[01]?\d|2[0-3])[:h]?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?P<half>)"
ZONE = rf"\s*(?:hours?\s+)?\(?(?P<zone>{NAMES})\b(?:\s+(?P<saving>daylight|standard))?"
CLOCKS = tuple(re.compile(clock + ZONE, re.IGNORECASE) for clock in (HALF_DAY, FULL_DAY))


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day with a zone. `minute` counts from midnight UTC, `at` and `end` are places in the text."""

    phrase: str
    at: int
    end: int
    minute: int


def clocks(text: str, said: date) -> tuple[Clock, ...]:
    """Every clock time that names its zone, in the order of the text. One without a zone says nothing that can be compared."""
    found = [clock for pattern in CLOCKS for match in pattern.finditer(text) if (clock := read(match, said))]
    return tuple(sorted(found, key=lambda clock: clock.at))


def read(match: re.Match[str], said: date) -> Clock | None:
    """Turn one match into a Clock; None when there is no such hour, as 13 p.m."""
    hour, half = int(match["hour"]), match["half"].lower()
    if half and not 1 <= hour <= 12:  # noqa: PLR2004 - hours of a half day
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    minute = hour * 60 + int(match["minute"] or 0) - east(match["zone"].lower(), match["saving"], said)
    return Clock(match[0].strip(), match.start(), match.end(), minute % MINUTES_OF_A_DAY)


def east(zone: str, saving: str | None, said: date) -> int:
    """Minutes east of Greenwich of a zone as written on a day."""
    if zone in ZONES:
        return ZONES[zone]
    summer = american_summer(said) if saving is None else saving.lower() == "daylight"
    return SEASONAL[zone] + (60 if summer else 0)


def american_summer(day: date) -> bool:
    """Whether daylight saving time holds in the United States: second Sunday of March to first Sunday of November."""
    return sunday(day.year, 3, 2) <= day < sunday(day.year, 11, 1)


def sunday(year: int, month: int, nth: int) -> date:
    """Day of the nth Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))
