"""What a request prefers: the language of a page, and whether it may be packed."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from bot.model import EventId
from bot.tongue import LANGUAGES, SOURCE

LONGEST_ID = 200
MOST_RANGES = 20
"""Of one header that are read: browsers send some five."""


def preferred(header: str) -> tuple[str, ...]:
    """Read the values of a header with qualities (RFC 9110, 12.4.2), the dearest first, refused ones left out."""
    rated = [(quality, -at, value) for at, (value, quality) in enumerate(_rated(header)) if quality > 0]
    return tuple(value for _, _, value in sorted(rated, reverse=True))


def _rated(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:MOST_RANGES]:
        value, _, parameter = part.strip().lower().partition(";")
        name, _, number = parameter.strip().partition("=")
        digits = number.strip()
        known = name.strip() == "q" and digits.replace(".", "", 1).isdecimal() and digits.isascii()
        yield value.strip(), float(digits) if known else 1.0


def language_of(request: web.Request) -> str:
    """Give the first language of ours that a browser asks for, English where it asks for none."""
    for wanted in preferred(request.headers.get("Accept-Language", "")):
        code = wanted.partition("-")[0]
        if code in LANGUAGES:
            return code
    return SOURCE


def event_of(request: web.Request) -> EventId:
    """Give the event whose page is asked for. Raises: HTTPNotFound for what no event is called."""
    event = EventId(request.match_info["event"][:LONGEST_ID])
    if "\0" in event:  # PostgreSQL takes none
        raise web.HTTPNotFound
    return event


def takes_gzip(request: web.Request) -> bool:
    """Whether an answer may come packed."""
    return bool({"gzip", "x-gzip", "*"} & set(preferred(request.headers.get("Accept-Encoding", ""))))
