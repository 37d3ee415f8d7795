"""Calendar feeds: of everything, of one launch, of a watch, of a person."""

from __future__ import annotations

import re
from datetime import timedelta

from aiohttp import web

from bot.flow.calendars import Calendars
from bot.ports import Clock
from bot.rules.calendar import ics, subscription, summary
from bot.web.asked import event_of, language_of
from bot.web.larder import Larder

FRESH_S = 300
EVERYTHING = "t-minus"
"""What a file is called that is no launch's."""


class CalendarFeeds:
    """What a calendar program fetches. With a `public_url` each entry leads to its page."""

    def __init__(self, calendars: Calendars, clock: Clock, public_url: str = "") -> None:
        self._calendars = calendars
        self._public_url = public_url
        self._larder = Larder[bytes](clock, timedelta(seconds=FRESH_S))

    def add_to(self, app: web.Application) -> None:
        """Put the feeds on an application: before the pages, one of whose addresses would take a launch's."""
        app.router.add_get("/all.ics", self.everything)
        app.router.add_get(r"/launch/{event:[^/]+}.ics", self.launch)
        app.router.add_get(r"/calendar/{token:[^/]+}.ics", self.subscribed)

    async def everything(self, request: web.Request) -> web.Response:
        """All that is planned, and what was of late."""
        language = language_of(request)
        key = (language, await self._calendars.mark())
        return _calendar(await self._larder.give(key, lambda: self._everything(language)), EVERYTHING, language)

    async def _everything(self, language: str) -> bytes:
        shown = await self._calendars.everything()
        return subscription(shown.tracks, shown.name, language, self._public_url)

    async def launch(self, request: web.Request) -> web.Response:
        """One event, to add."""
        event, language = event_of(request), language_of(request)
        async with self._calendars.store.transaction() as tx:
            track = await tx.track(event)
        made = None if track is None or track.event.owner else ics(track, language, self._public_url)
        if made is None or track is None:
            raise web.HTTPNotFound(text="That has no day yet, or is no launch. The schedule is at /")
        return _calendar(made, _file(summary(track.event)), language)

    async def subscribed(self, request: web.Request) -> web.Response:
        """What a watch or a person follows. An address that was forged, and one that is gone, look the same."""
        shown = await self._calendars.read(request.match_info["token"])
        if shown is None:
            raise web.HTTPNotFound(text="There is no such calendar, or not any more. /calendar in Discord gives a new address.")
        made = subscription(shown.tracks, shown.name, shown.language, self._public_url)
        return _calendar(made, EVERYTHING)


def _file(name: str) -> str:
    """Name a file as every system takes it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or EVERYTHING


def _calendar(body: bytes, file: str, language: str = "") -> web.Response:
    """Answer with a calendar; without a language it is somebody's own, which nobody else may keep or list."""
    kept = {"Cache-Control": f"public, max-age={FRESH_S}", "Vary": "Accept-Language"}
    own = {"Cache-Control": f"private, max-age={FRESH_S}", "X-Robots-Tag": "noindex, nofollow"}
    named = {"Content-Disposition": f'inline; filename="{file}.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=named | (kept if language else own))
