"""Which stream is the one to watch, and when two addresses are one stream."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from bot.model import OUTCOMES, Event, StreamKind, Webcast

SHOWN = 3
"""A card shows at most this many (ALERTS)."""

BY_KIND = {
    StreamKind.OFFICIAL: 0,
    StreamKind.OFFICIAL_RESTREAM: 1,
    StreamKind.TECHNICAL: 2,
    StreamKind.UNKNOWN: 3,
    StreamKind.UNOFFICIAL: 3,
    StreamKind.UNOFFICIAL_RESTREAM: 4,
    StreamKind.ROUND_THE_CLOCK: 5,
    StreamKind.RECAP: 6,
}
"""Type first: the feed's own order often puts an unofficial re-stream on top (ALERTS)."""

YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com", "youtu.be"})
SAME_HOST = {"twitter.com": "x.com", "mobile.twitter.com": "x.com", "m.twitch.tv": "twitch.tv"}
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


def ranked(event: Event, now: datetime, language: str = "en") -> tuple[Webcast, ...]:
    """Give the streams worth showing, best first."""
    return all_ranked(event, now, language)[:SHOWN]


def all_ranked(event: Event, now: datetime, language: str = "en") -> tuple[Webcast, ...]:
    """Give every stream, best first, each once; a recap never before the flight is over."""
    over = event.status in OUTCOMES
    best: dict[str, Webcast] = {}
    for webcast in sorted(event.webcasts, key=lambda w: rank(w, now, language)):
        if webcast.kind is not StreamKind.RECAP or over:
            best.setdefault(stream_id(webcast.url), webcast)
    return tuple(best.values())


def rank(webcast: Webcast, now: datetime, language: str) -> tuple[object, ...]:
    """Order by type, language of the target, English, live before scheduled before recorded, then the feed's priority.

    The feed gives equals in any order, now one first and now the other (51 of 2,048 recorded launches have some): then what plays
    inside Discord comes first, and the order stands.
    """
    told = webcast.language or ""
    running = 0 if webcast.live else 2 if webcast.ends and webcast.ends < now else 1
    stream = stream_id(webcast.url)
    plays = stream.startswith("youtube:")
    return (webcast.guessed, BY_KIND[webcast.kind], told != language, told != "en", running, webcast.priority, not plays, stream)


LESSER = frozenset({StreamKind.UNOFFICIAL, StreamKind.UNOFFICIAL_RESTREAM, StreamKind.ROUND_THE_CLOCK, StreamKind.RECAP})
"""Streams that do not take the place of one that an official channel shows."""


def with_found(listed: Sequence[Webcast], found: Sequence[Webcast], before: Sequence[Webcast] = ()) -> tuple[Webcast, ...]:
    """Add the streams that press feeds showed to those that a launch feed lists; any that it lists itself replaces them (ALERTS).

    A stream in both is the launch feed's, and runs as its channel says. `before`: what was added earlier.
    """
    added = {stream_id(one.url) for one in (*found, *before)}
    known = {stream_id(one.url): one.live for one in found if one.live is not None}
    own = [one for one in listed if not (one.guessed and stream_id(one.url) in added)]
    own = [replace(one, live=known.get(stream_id(one.url), one.live)) for one in own]
    if any(one.kind not in LESSER for one in own):
        return tuple(own)
    listed_ids = {stream_id(one.url) for one in own}
    return (*own, *(one for one in found if stream_id(one.url) not in listed_ids))


def stream_id(url: str) -> str:
    """Name the stream behind an address: all ways to write one YouTube video give one name; else host and path."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address in brackets that is none
        return url
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/")
    if host in YOUTUBE:
        video = youtube_id(host, path, parts.query)
        return f"youtube:{video}" if video else f"youtube.com{path.lower()}"
    host = SAME_HOST.get(host, host)
    return f"{host}{path}"


def youtube_id(host: str, path: str, query: str) -> str | None:
    """Find the video in an address of YouTube; None for a channel or a list."""
    if host == "youtu.be":
        candidate = path.lstrip("/")
    elif path.startswith(("/live/", "/embed/", "/shorts/", "/v/")):
        candidate = path.split("/")[2]
    else:
        candidate = parse_qs(query).get("v", [""])[0]
    found = VIDEO_ID.match(candidate)
    return found.group() if found else None
