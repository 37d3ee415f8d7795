"""Discord's markdown as a terminal shows it: stamps in UTC and relative to the demo's clock, mentions by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rich.text import Text

STAMP = re.compile(r"<t:(-?\d+)(?::([a-zA-Z]))?>")
MENTION = re.compile(r"<(#|@&|@)(\d+)>")
LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)+)\]\((\S+?)\)")
MARKS = re.compile(r"(\*\*.+?\*\*|(?<!\*)\*[^*]+\*(?!\*)|`[^`]+`)")
ESCAPE = re.compile(r"\\([\\*_~`|\[\]<>#])")
SPANS = ((timedelta(days=365), "year"), (timedelta(days=30), "month"), (timedelta(days=1), "day"), (timedelta(hours=1), "hour"))


def relative(at: datetime, now: datetime) -> str:
    """Say how far away an instant is, as Discord does: in 10 minutes, 2 hours ago."""
    span = abs(at - now)
    if span < timedelta(seconds=60):
        words = f"{int(span.total_seconds())} seconds"
    else:
        size, unit = next(((size, unit) for size, unit in SPANS if span >= size), (timedelta(minutes=1), "minute"))
        count = round(span / size)
        words = f"{count} {unit}{'s' if count != 1 else ''}"
    return f"in {words}" if at > now else f"{words} ago"


def stamped(text: str, now: datetime) -> str:
    """Write Discord's timestamps out."""

    def one(found: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(found[1]), UTC)
        if found[2] == "R":
            return relative(at, now)
        second = f":{at:%S}" if at.second else ""
        return f"{at:%H:%M}{second} UTC" if found[2] in {"t", "T"} else f"{at:%a %-d %b %Y %H:%M}{second} UTC"

    return STAMP.sub(one, text)


def shown(text: str, now: datetime, names: Mapping[int, str]) -> Text:
    """Give a message's text with its styles. `names` are those of channels, roles and users by id."""
    named = MENTION.sub(lambda m: f"{m[1][0]}{names.get(int(m[2]), 'unknown')}", stamped(text, now))
    linked = LINK.sub(lambda m: f"{m[1]} {m[2]}", named)
    result = Text()
    for part in MARKS.split(linked):
        if part.startswith("**"):
            result.append(ESCAPE.sub(r"\1", part[2:-2]), "bold")
        elif part.startswith("`") and len(part) > 2:  # noqa: PLR2004 — the two backticks
            result.append(part[1:-1], "cyan")
        elif part.startswith("*") and len(part) > 2:  # noqa: PLR2004
            result.append(ESCAPE.sub(r"\1", part[1:-1]), "italic")
        else:
            result.append(ESCAPE.sub(r"\1", part.replace("-# ", "")))
    return result
