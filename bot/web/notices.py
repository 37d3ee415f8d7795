"""/notices.rss: what the bot told of late, for readers of feeds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from aiohttp import web

from bot.model import Telling, Track
from bot.ports import Clock, Store
from bot.rules import wording
from bot.rules.calendar import page_of
from bot.rules.text import net_utc
from bot.rules.webcasts import ranked
from bot.tongue import SOURCE

LISTED = 50
LOOKS_BACK = timedelta(days=14)
"""Chosen, not measured: a reader that comes by once a week misses nothing."""
TTL = timedelta(minutes=5)
"""How long a reader may wait. Chosen, not measured."""
FRESH = timedelta(minutes=1)
"""However many readers ask, the outbox is read once in this time."""
ESCAPES = re.compile(r"\\(.)|\N{ZERO WIDTH SPACE}")
"""What makes feed text harmless on Discord; XML has its own ways."""
UNWRITABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, escaped or not (XML 1.0, 2.2)."""
ATOM = "http://www.w3.org/2005/Atom"
PATH = "/notices.rss"
ET.register_namespace("atom", ATOM)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of late."""

    at: datetime
    told: tuple[tuple[Telling, Track], ...]


class Notices:
    """The feed of notices."""

    def __init__(self, store: Store, clock: Clock, public_url: str) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._kept: Kept | None = None

    def add_to(self, app: web.Application) -> None:
        """Put the feed on an application."""
        app.router.add_get(PATH, self.feed)

    async def feed(self, request: web.Request) -> web.Response:
        """The newest notices, each with a link to its launch's page."""
        now = self._clock.now()
        kept = self._kept
        if kept is None or now - kept.at >= FRESH:
            kept = self._kept = Kept(now, await self._read(now))
        # Written for each who asks: without a public_url the links lead to the host that was asked for, and to no other's.
        made = rss(kept.told, self._public_url or str(request.url.origin()), now)
        response = web.Response(body=made, content_type="application/rss+xml", charset="utf-8")
        response.headers["Cache-Control"] = f"public, max-age={FRESH // timedelta(seconds=1)}"
        if kept.told:
            response.last_modified = kept.told[0][0].at
        return response

    async def _read(self, now: datetime) -> tuple[tuple[Telling, Track], ...]:
        async with self._store.transaction() as tx:
            told = await tx.told(now - LOOKS_BACK, LISTED)
            tracks = {event: await tx.track(event) for event in sorted({one.event for one in told})}
        return tuple((one, track) for one in told if (track := tracks[one.event]))


def rss(told: Sequence[tuple[Telling, Track]], base: str, now: datetime) -> bytes:
    """Write RSS 2.0 (https://www.rssboard.org/rss-specification). The same notices give the same bytes."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _put(
        channel,
        title="T-Minus",
        link=f"{base}/",
        description="Rocket launches, and where to watch",
        language=SOURCE,
        generator="T-Minus",
        ttl=f"{TTL // timedelta(minutes=1)}",
    )
    if told:
        _put(channel, lastBuildDate=format_datetime(told[0][0].at))
    ET.SubElement(channel, f"{{{ATOM}}}link", href=f"{base}{PATH}", rel="self", type="application/rss+xml")
    for one, track in told:
        item = ET.SubElement(channel, "item")
        _put(
            item,
            title=_title(one, track),
            link=f"{base}{page_of(track.event)}",
            description=_said(track, now),
            pubDate=format_datetime(one.at),
        )
        ET.SubElement(item, "guid", isPermaLink="false").text = _writable(one.key.partition("/")[2])
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def _title(one: Telling, track: Track) -> str:
    """The notice's own title, without what makes it harmless on Discord."""
    return ESCAPES.sub(r"\1", wording.post(one.notice, track, one.at, as_card=False).title)


def _said(track: Track, now: datetime) -> str:
    """Where it stands now, and where to watch."""
    streams = ranked(track.event, now)[:1]
    return " · ".join([f"NET {net_utc(track.event.net)}", *(stream.url for stream in streams)])


def _put(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = _writable(text)


def _writable(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
