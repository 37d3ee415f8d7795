"""Which stream is the one to watch, and when two addresses are one stream."""

from __future__ import annotations

import re
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
    """Give the streams worth showing, best first, each once; a recap never before the flight is over."""
    over = event.status in OUTCOMES
    best: dict[str, Webcast] = {}
    for webcast in sorted(event.webcasts, key=lambda w: rank(w, now, language)):
        if webcast.kind is not StreamKind.RECAP or over:
            best.setdefault(stream_id(webcast.url), webcast)
    return tuple(best.values())[:SHOWN]


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
