"""Calendar feeds: of everything, of one launch, of a watch, of a person."""

from __future__ import annotations

from aiohttp import web

from bot.flow.calendars import Calendars
from bot.model import EventId
from bot.ports import Clock
from bot.rules.calendar import ics, subscription

LONGEST_ID = 200
FRESH_S = 300


class CalendarFeeds:
    """What a calendar program fetches."""

    def __init__(self, calendars: Calendars, clock: Clock) -> None:
        self._calendars = calendars
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the feeds on an application: before the pages, one of whose addresses would take a launch's."""
        app.router.add_get("/all.ics", self.everything)
        app.router.add_get(r"/launch/{event:[^/]+}.ics", self.launch)
        app.router.add_get(r"/calendar/{token:[^/]+}.ics", self.subscribed)

    async def everything(self, _: web.Request) -> web.Response:
        """All that is planned."""
        shown = await self._calendars.everything()
        return _calendar(subscription(shown.tracks, self._clock.now(), shown.name))

    async def launch(self, request: web.Request) -> web.Response:
        """One event, to add."""
        async with self._calendars.store.transaction() as tx:
            track = await tx.track(EventId(request.match_info["event"][:LONGEST_ID]))
        made = None if track is None or track.event.owner else ics(track, self._clock.now())
        if made is None:
            raise web.HTTPNotFound(text="That has no day yet, or is no launch. The schedule is at /")
        return _calendar(made)

    async def subscribed(self, request: web.Request) -> web.Response:
        """What a watch or a person follows. An address that was forged, and one that is gone, look the same."""
        shown = await self._calendars.read(request.match_info["token"])
        if shown is None:
            raise web.HTTPNotFound(text="There is no such calendar, or not any more. /calendar in Discord gives a new address.")
        return _calendar(subscription(shown.tracks, self._clock.now(), shown.name, shown.language), private=True)


def _calendar(body: bytes, *, private: bool = False) -> web.Response:
    kept = f"{'private' if private else 'public'}, max-age={FRESH_S}"
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers={"Cache-Control": kept})
