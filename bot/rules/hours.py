"""How people write hours: quiet ones as `22:00-07:00 except live scrub`, a digest as `daily 08:00` or `monday 08:00`."""

from __future__ import annotations

import re
from datetime import time

from bot.model import Digest, Quiet, Say
from bot.rules.asking import NONE, Wrong
from bot.tongue import said

EXEMPT = frozenset({Say.LIVE, Say.SCRUB})
"""What may sound in quiet hours (ALERTS)."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY, WEEKLY = frozenset({"daily", "every day", "day"}), frozenset({"weekly", "every week", "week"})
EVEN_EMPTY = "even when empty"
LONGEST = 100

HOUR = r"(\d{1,2})(?:[:.h](\d{2}))?(?:\s*uhr)?"
SPAN = re.compile(rf"{HOUR}\s*(?:-|–|−|to|until|bis)\s*{HOUR}(?:\s*,?\s*(?:except|but|ausser|außer)\s+(.+))?")
REGULAR = re.compile(rf"(?:(every day|every week|[a-z]+)\s*,?\s*(?:at\s+)?)?{HOUR}(\s*,?\s*{EVEN_EMPTY})?")


def parse_quiet(text: str, language: str = "en") -> Quiet | Wrong | None:
    """Read quiet hours; None for `off`."""
    words = " ".join(text.lower().split())
    if words in NONE:
        return None
    found = SPAN.fullmatch(words[:LONGEST])
    start, end = (_time(found[1], found[2]), _time(found[3], found[4])) if found else (None, None)
    if found is None or start is None or end is None or start == end:
        return Wrong(
            said(language, "I cannot read that as quiet hours. Write for instance `22:00-07:00 except live scrub`, or `off`.")
        )
    exempt = _exempt(found[5] or "")
    if exempt is None:
        return Wrong(
            said(
                language,
                "Only `live` and `scrub` may sound in quiet hours: write `{hours} except live scrub`.",
                hours=_span(start, end),
            )
        )
    return Quiet(start=start, end=end, exempt=exempt)


def parse_digest(text: str, language: str = "en") -> Digest | Wrong | None:
    """Read when a digest comes; None for `off`."""
    words = " ".join(text.lower().split())
    if words in NONE:
        return None
    found = REGULAR.fullmatch(words[:LONGEST])
    at = _time(found[2], found[3]) if found else None
    day = (found[1] or "daily") if found else ""
    weekday = 0 if day in WEEKLY else next((n for n, name in enumerate(DAYS) if len(day) > 1 and name.startswith(day)), None)
    if found is None or at is None or (weekday is None and day not in DAILY):
        return Wrong(
            said(language, "I cannot read that as time of a digest. Write for instance `daily 08:00`, `monday 08:00`, or `off`.")
        )
    return Digest(at=at, weekday=None if day in DAILY else weekday, when_empty=bool(found[4]))


def quiet_text(quiet: Quiet | None) -> str:
    """Write quiet hours as they are read."""
    if quiet is None:
        return "off"
    exempt = " ".join(sorted(say.value for say in quiet.exempt))
    return _span(quiet.start, quiet.end) + (f" except {exempt}" if exempt else "")


def digest_text(digest: Digest | None) -> str:
    """Write the time of a digest as it is read."""
    if digest is None:
        return "off"
    day = "daily" if digest.weekday is None else DAYS[digest.weekday]
    return f"{day} {digest.at:%H:%M}" + (f" {EVEN_EMPTY}" if digest.when_empty else "")


def _span(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def _time(hour: str, minute: str | None) -> time | None:
    """A time of day; 24:00 is midnight."""
    hours, minutes = int(hour), int(minute or 0)
    if (hours, minutes) == (24, 0):
        return time(0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004 -- hours of a day, minutes of an hour


def _exempt(text: str) -> frozenset[Say] | None:
    """The notices that sound all the same; None when another one is named."""
    names = {name for name in re.split(r"[\s,;+]+|\band\b", text) if name}
    found = {name: say for say in EXEMPT for name in (say.value, f"{say.value}s")}
    return frozenset(found[name] for name in names) if names <= found.keys() else None
