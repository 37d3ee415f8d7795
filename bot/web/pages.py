"""The schedule, a page for each launch, and their small files: fast, readable, without tracking."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import urlencode

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.flow.ask import Asking
from bot.model import Status, Track
from bot.ports import Clock, StoreDown
from bot.rules.calendar import flat, page_of
from bot.tongue import said
from bot.web.asked import event_of, language_of
from bot.web.labels import labels
from bot.web.larder import Larder
from bot.web.seen import Freshness, days, freshness, shown
from bot.web.site import Answering
from bot.web.telling import told

TEMPLATES = Path(__file__).parent / "templates"
LISTED = 100
"""Events of one page: some 60 kB, packed a tenth of it."""
LONGEST_QUERY = 80
FRESH_S = 30
"""How long a page may be kept: near T-0 polls are minutes apart."""
FOR_EVER_S = 365 * 24 * 3600
"""How long a small file may be kept under an address that names its content."""
KEPT = timedelta(seconds=10)
"""How long a page is kept here, however many ask: most of a schedule's cost is making it (bench/pages.py)."""
SMALL_FILES = {"style.css": "text/css", "times.js": "text/javascript", "icon.svg": "image/svg+xml"}
ROBOTS = "User-agent: *\nDisallow: /calendar/\n"


@dataclass(frozen=True, slots=True)
class SmallFile:
    """The style sheet, the script or the icon."""

    body: bytes
    kind: str
    version: str
    """Another one whenever the content is."""


@cache
def small_files() -> Mapping[str, SmallFile]:
    """Read the small files, once."""
    found = {name: (TEMPLATES / name).read_bytes() for name in SMALL_FILES}
    return {name: SmallFile(body, SMALL_FILES[name], hashlib.sha256(body).hexdigest()[:10]) for name, body in found.items()}


class Pages:
    """What is served from the store. Without a `public_url` pages do not name their own address."""

    def __init__(self, asking: Asking, clock: Clock, public_url: str = "") -> None:
        self._asking = asking
        self._clock = clock
        self._public_url = public_url
        self._larder = Larder[str](clock, KEPT)

    def add_to(self, app: web.Application) -> None:
        """Put the pages on an application."""
        aiohttp_jinja2.setup(
            app, loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
        )
        app.middlewares.append(self.led_on)
        app.router.add_get("/", self.schedule)
        app.router.add_get("/past", self.past)
        app.router.add_get(r"/launch/{event:[^/]+}", self.launch)
        app.router.add_get("/calendar", self.calendar)
        app.router.add_get("/robots.txt", robots)
        for name in SMALL_FILES:
            app.router.add_get(f"/{name}", small_file)

    async def schedule(self, request: web.Request) -> web.Response:
        """Everything that is planned, or what fits a few words."""
        return await self._kept(request, self._schedule)

    async def past(self, request: web.Request) -> web.Response:
        """What flew within the last year, and how it went."""
        return await self._kept(request, self._past)

    async def launch(self, request: web.Request) -> web.Response:
        """One event, with its story."""
        return await self._kept(request, self._launch)

    async def calendar(self, request: web.Request) -> web.Response:
        """How to subscribe to everything."""
        feed = f"{self._public_url or request.url.origin()}/all.ics"
        webcal = f"webcal:{feed.partition(':')[2]}"
        google = f"https://calendar.google.com/calendar/render?{urlencode({'cid': webcal})}"
        outlook = f"https://outlook.live.com/calendar/0/addfromweb?{urlencode({'url': feed, 'name': 'T-Minus'})}"
        ways = (("Apple, Thunderbird …", webcal), ("Google", google), ("Outlook", outlook))
        return _answer(request, self._written("calendar.html", request, feed=feed, ways=ways))

    @web.middleware
    async def led_on(self, request: web.Request, handler: Answering) -> web.StreamResponse:
        """Answer what is not there with a page that leads on; what is no page says so in a line."""
        try:
            return await handler(request)
        except web.HTTPError as refusal:
            if PurePosixPath(request.path).suffix in {".ics", ".rss", ".txt"}:
                raise
            lost = refusal.status == HTTPStatus.NOT_FOUND
            says = ("lost_launch" if request.path.startswith("/launch/") else "lost") if lost else "trouble"
            status, kept = refusal.status, {name: refusal.headers[name] for name in ("Allow",) if name in refusal.headers}
        except StoreDown:
            says, status, kept = "away", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"}
        answer = _answer(request, self._written("lost.html", request, says=says), status)
        answer.headers.update(kept)
        return answer

    async def _kept(self, request: web.Request, write: Callable[[web.Request], Awaitable[str]]) -> web.Response:
        """Answer with a page as it was written a moment ago, unless a feed described anything since."""
        await self._asking.known()
        key = (request.path_qs, language_of(request), self._asking.shelf.mark)
        return _answer(request, await self._larder.give(key, lambda: write(request)))

    async def _schedule(self, request: web.Request) -> str:
        now, language, query = self._clock.now(), language_of(request), _query(request)
        tracks = sorted(await self._asking.upcoming(None, query), key=lambda track: not track.event.net.has_day)
        running, _ = await self._asking.live()
        counted = next((track for track in tracks if track.event.net.clock and track.counting), None)
        live = [] if query else [track for track in running if track is not counted]
        apart = {track.event.id for track in (*live, *filter(None, [counted]))}
        page, here = _turned(request, [track for track in tracks if track.event.id not in apart])
        first = page.number == 1
        return self._written(
            "schedule.html",
            request,
            page=page,
            live=[shown(track, now, language) for track in live] if first else [],
            next=shown(counted, now, language) if counted and first else None,
            days=days(here, now, language),
            fresh=await self._fresh(language),
        )

    async def _past(self, request: web.Request) -> str:
        language = language_of(request)
        tracks = sorted(await self._asking.past(_query(request)), key=lambda track: not track.event.net.has_day)
        page, here = _turned(request, tracks)
        listed = days(here, self._clock.now(), language)
        return self._written("past.html", request, page=page, days=listed, fresh=await self._fresh(language))

    async def _launch(self, request: web.Request) -> str:
        event = event_of(request)
        known = [track for track in (await self._asking.known()).tracks if self._asking.shows(track)]
        at = next((at for at, track in enumerate(known) if track.event.id == event), None)
        track = known[at] if at is not None else await self._asking.exactly(event)
        if track is None or not self._asking.shows(track):
            raise web.HTTPNotFound
        language, now = language_of(request), self._clock.now()
        before = _neighbour(reversed(known[:at])) if at is not None else None
        after = _neighbour(known[at + 1 :]) if at is not None else None
        return self._written(
            "launch.html",
            request,
            told=told(track, known, now, language),
            before=shown(before, now, language) if before else None,
            after=shown(after, now, language) if after else None,
            canonical=page_of(track.event),
        )

    async def _fresh(self, language: str) -> Freshness | None:
        seen = await self._asking.age()
        return freshness(seen, self._clock.now(), language) if seen else None

    def _written(self, template: str, request: web.Request, **seen: object) -> str:
        language, query = language_of(request), _query(request)
        context = {
            "say": labels(language),
            "language": language,
            "base": self._public_url,
            "version": {name: file.version for name, file in small_files().items()},
            "query": query,
            "unfit": said(language, "Nothing fits “{text}”. Try fewer words, or other ones.", text=query),
            **seen,
        }
        return aiohttp_jinja2.render_string(template, request, context)


def _answer(request: web.Request, page: str, status: int = HTTPStatus.OK) -> web.Response:
    kept = f"public, max-age={FRESH_S}" if status == HTTPStatus.OK else "no-store"
    told_of = {"Cache-Control": kept, "Vary": "Accept-Language", "Content-Language": language_of(request)}
    return web.Response(text=page, status=status, content_type="text/html", headers=told_of)


async def small_file(request: web.Request) -> web.Response:
    """The style sheet, the script, the icon: kept for ever under the address that a page names, else for an hour."""
    file = small_files()[request.path.removeprefix("/")]
    named = request.query.get("v") == file.version
    kept = f"public, max-age={FOR_EVER_S}, immutable" if named else "public, max-age=3600"
    return web.Response(body=file.body, content_type=file.kind, charset="utf-8", headers={"Cache-Control": kept})


async def robots(_: web.Request) -> web.Response:
    """What search engines may read: everything but people's calendars."""
    return web.Response(text=ROBOTS, headers={"Cache-Control": "public, max-age=86400"})


# --- parts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page of a list is shown, and where the others are; empty where there is none."""

    number: int
    count: int
    before: str
    after: str


def _turned(request: web.Request, tracks: Sequence[Track]) -> tuple[Turned, Sequence[Track]]:
    """Turn to the page that is asked for, or the nearest that there is."""
    count = max(1, -(-len(tracks) // LISTED))
    asked = request.query.get("page", "1")[:6]
    number = min(max(int(asked), 1), count) if asked.isascii() and asked.isdecimal() else 1
    here = tracks[(number - 1) * LISTED : number * LISTED]
    addresses = [_at(request, other) if 1 <= other <= count else "" for other in (number - 1, number + 1)]
    return Turned(number, count, *addresses), here


def _at(request: web.Request, number: int) -> str:
    asked = {"q": _query(request), "page": str(number) if number > 1 else ""}
    told_on = urlencode({name: text for name, text in asked.items() if text})
    return f"{request.path}?{told_on}" if told_on else request.path


def _query(request: web.Request) -> str:
    return flat(request.query.get("q", ""), LONGEST_QUERY)


def _neighbour(tracks: Iterable[Track]) -> Track | None:
    return next((track for track in tracks if track.event.status is not Status.CANCELLED), None)
