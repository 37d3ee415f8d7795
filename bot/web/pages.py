"""The schedule, a page for each launch, and its small files: fast, readable, without tracking."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.flow.ask import Asking
from bot.model import EventId
from bot.ports import Clock
from bot.web.seen import days, shown

TEMPLATES = Path(__file__).parent / "templates"
LISTED = 150
"""Events of one page: some 60 kB. Filters reach the others."""
LONGEST_QUERY = 80
LONGEST_ID = 200
FRESH_S = 30
"""How long a page may be kept: near T-0 polls are minutes apart."""
SMALL_FILES = {"/style.css": "text/css", "/times.js": "text/javascript"}


class Pages:
    """What is served from the store."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        self._asking = asking
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Put the pages on an application."""
        aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
        app.router.add_get("/", self.schedule)
        app.router.add_get("/launch/{event}", self.launch)
        for path in SMALL_FILES:
            app.router.add_get(path, small_file)

    async def schedule(self, request: web.Request) -> web.Response:
        """Everything that is planned, or what fits a few words."""
        query = request.query.get("q", "")[:LONGEST_QUERY].strip()
        tracks = [track for track in await self._asking.upcoming(None, query) if not track.event.owner]
        dated = sorted(tracks, key=lambda track: not track.event.net.has_day)
        silent = not tracks and await self._asking.age() is None
        return _page(
            "schedule.html",
            request,
            days=days(dated[:LISTED], self._clock.now()),
            more=max(0, len(dated) - LISTED),
            query=query,
            silent=silent,
        )

    async def launch(self, request: web.Request) -> web.Response:
        """One event, with the story of its NET."""
        track = await self._asking.exactly(EventId(request.match_info["event"][:LONGEST_ID]))
        if track is None or track.event.owner:
            raise web.HTTPNotFound(text="There is no such launch. The schedule shows those that there are: /")
        return _page("launch.html", request, event=shown(track, self._clock.now()))


async def small_file(request: web.Request) -> web.StreamResponse:
    """The style sheet and the script."""
    kind = SMALL_FILES[request.path]
    return web.Response(
        text=(TEMPLATES / request.path.removeprefix("/")).read_text(encoding="utf-8"),
        content_type=kind,
        headers={"Cache-Control": "public, max-age=3600"},
    )


def _page(template: str, request: web.Request, **shown_there: object) -> web.Response:
    response = aiohttp_jinja2.render_template(template, request, shown_there, status=HTTPStatus.OK)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
