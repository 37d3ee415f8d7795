"""/notices.rss: what the bot told of late, for readers of feeds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from aiohttp import web

from bot.model import EventId, Telling, Track
from bot.ports import Clock, Store
from bot.rules import wording
from bot.rules.text import net_utc
from bot.rules.webcasts import ranked

LISTED = 50
LOOKS_BACK = timedelta(days=14)
"""Chosen, not measured: a reader that comes by once a week misses nothing."""
FRESH = timedelta(minutes=1)
"""However many readers ask, the outbox is read once in this time."""
ESCAPES = re.compile(r"\\(.)|\N{ZERO WIDTH SPACE}")
"""What makes feed text harmless on Discord; XML has its own ways."""


class Notices:
    """The feed of notices."""

    def __init__(self, store: Store, clock: Clock, public_url: str) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._kept: tuple[datetime, bytes] | None = None

    def add_to(self, app: web.Application) -> None:
        """Put the feed on an application."""
        app.router.add_get("/notices.rss", self.feed)

    async def feed(self, request: web.Request) -> web.Response:
        """The newest notices, each with a link to its launch's page."""
        now = self._clock.now()
        if self._kept is None or now - self._kept[0] >= FRESH:
            async with self._store.transaction() as tx:
                told = await tx.told(now - LOOKS_BACK, LISTED)
                tracks = {event: await tx.track(event) for event in sorted({one.event for one in told})}
            base = self._public_url or str(request.url.origin())
            self._kept = now, rss([(one, track) for one in told if (track := tracks[one.event])], base, now)
        return web.Response(
            body=self._kept[1], content_type="application/rss+xml", charset="utf-8", headers={"Cache-Control": "public, max-age=60"}
        )


def rss(told: list[tuple[Telling, Track]], base: str, now: datetime) -> bytes:
    """Write RSS 2.0 (https://www.rssboard.org/rss-specification)."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _put(
        channel,
        title="T-Minus",
        link=f"{base}/",
        description="Rocket launches, and where to watch",
        lastBuildDate=format_datetime(now),
    )
    for one, track in told:
        item = ET.SubElement(channel, "item")
        _put(
            item,
            title=_title(one, track),
            link=f"{base}{_page(one.event)}",
            description=_said(track, now),
            pubDate=format_datetime(one.at),
        )
        ET.SubElement(item, "guid", isPermaLink="false").text = one.key.partition("/")[2]
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def _title(one: Telling, track: Track) -> str:
    """The notice's own title, without what makes it harmless on Discord."""
    return ESCAPES.sub(r"\1", wording.post(one.notice, track, one.at, as_card=False).title)


def _said(track: Track, now: datetime) -> str:
    """Where it stands now, and where to watch."""
    streams = ranked(track.event, now)[:1]
    return " · ".join([f"NET {net_utc(track.event.net)}", *(stream.url for stream in streams)])


def _page(event: EventId) -> str:
    return f"/launch/{quote(event, safe='')}"


def _put(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
