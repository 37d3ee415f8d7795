"""A loopback Launch Library: its lists, its quota and its faults; and any other document at a path."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.facts import Event, Facts, Launch
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.pages import Mode, Pages
from bot.sandbox.wire import Json, read_instant

KEPT_AFTER_NET = timedelta(hours=24)
"""How long what has happened stays in "upcoming"."""
QUOTA, QUOTA_WITH_KEY = 15, 210
HOUR = timedelta(hours=1)
MODES: dict[str, Mode] = {"list": "list", "normal": "normal", "detailed": "detailed"}
PLURAL = {"launch": "launches", "event": "events", "launches": "launches", "events": "events"}
DEFAULT_LIMIT, MOST = 10, 100
BAD_REQUEST, NOT_FOUND, NOT_MODIFIED, TOO_MANY = 400, 404, 304, 429


@dataclass(frozen=True, slots=True)
class Read:
    """One request to a feed and the status it got; 0 is a connection that was dropped."""

    at: datetime
    path: str
    query: str
    status: int


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


NOTHING = Page(b"")


def _nothing(_path: str, _channel: str, _now: datetime) -> None:
    """No other feed."""


class FeedSandbox:
    """A Launch Library on the loopback interface. `url` is what to set as LAUNCH_LIBRARY_URL."""

    def __init__(self, now: Callable[[], datetime], facts: Facts | None = None) -> None:
        self.now = now
        self.facts = facts or Facts({}, {}, (), ())
        self.faults = Faults()
        self.quota: int | None = QUOTA
        """Requests an hour, in sandbox time; None for no limit."""
        self.etags = False
        """Whether pages carry an ETag and answer 304. The real feed is not known to."""
        self.log: list[Read] = []
        self.watch: list[Callable[[Read], None]] = []
        self.documents: dict[str, tuple[str, bytes]] = {}
        """Other feeds: a path to its content type and bytes. They count against no quota."""
        self.press: Callable[[str, str, datetime], tuple[str, bytes] | None] = _nothing
        """Feeds of articles and videos: a path, the channel that is asked for, and now, to content type and bytes."""
        self._used: deque[datetime] = deque()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._stalled = asyncio.Event()

    @property
    def url(self) -> str:
        """The base of Launch Library 2.3.0."""
        return self.at("2.3.0")

    @property
    def throttled(self) -> int:
        """How many 429s were caused."""
        return sum(read.status == TOO_MANY for read in self.log)

    def at(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self._port}/{path}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, at the same port as before if there was one."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._stalled = asyncio.Event()
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening: connections are refused."""
        self._stalled.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- one request ---

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.pick(request.method, request.path)
        if fault is not None and fault.latency:
            await asyncio.sleep(fault.latency)
        page = self._page(request) if fault is None or fault.works_first else NOTHING
        if fault is not None and (fault.replaces or fault.cut):
            page = _failed(fault, page)
        dropped = fault is not None and (fault.drop or fault.stall)
        read = Read(self.now(), request.path, request.query_string, 0 if dropped else page.status)
        self.log.append(read)
        for watch in self.watch:
            watch(read)
        if fault is not None and fault.stall:
            await self._stalled.wait()
        if dropped and request.transport is not None:
            request.transport.abort()
        return web.Response(status=page.status, body=page.body, headers=page.headers, content_type=page.kind)

    def _page(self, request: web.Request) -> Page:
        path = request.path.strip("/")
        if other := self.documents.get(path) or self.press(path, request.query.get("channel_id", ""), self.now()):
            return Page(other[1], other[0])
        _, _, inner = path.partition("/")
        if inner.startswith("api-throttle"):
            return _json(self._throttle(request))
        seconds = self._wait(request)
        if seconds:
            words = f"Request was throttled. Expected available in {seconds} seconds."
            return replace(_json({"detail": words}, TOO_MANY), headers={"Retry-After": str(seconds)})
        self._used.append(self.now())
        page = self._library(request, inner.split("/"))
        if not self.etags or page.status >= BAD_REQUEST:
            return page
        tag = f'"{hashlib.blake2b(page.body, digest_size=8).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            return Page(b"", status=NOT_MODIFIED, headers={"ETag": tag})
        return replace(page, headers={"ETag": tag})

    def _allowed(self, request: web.Request) -> int | None:
        keyed = request.headers.get("Authorization", "").startswith("Token ")
        return None if self.quota is None else QUOTA_WITH_KEY if keyed else self.quota

    def _wait(self, request: web.Request) -> int:
        """Seconds until the quota lets the next request through, 0 for now."""
        now, allowed = self.now(), self._allowed(request)
        while self._used and self._used[0] <= now - HOUR:
            self._used.popleft()
        if allowed is None or len(self._used) < allowed:
            return 0
        return math.ceil((self._used[-allowed] + HOUR - now).total_seconds())

    def _throttle(self, request: web.Request) -> Json:
        seconds = self._wait(request)
        return {
            "your_request_limit": self._allowed(request),
            "limit_frequency_secs": round(HOUR.total_seconds()),
            "current_use": len(self._used),
            "next_use_secs": seconds,
            "ident": "127.0.0.1",
        }

    def _library(self, request: web.Request, path: list[str]) -> Page:
        """The page of a path inside a version: a list of what is upcoming, or one launch or event."""
        what, which = PLURAL.get(path[0], ""), path[-1]
        base = self.at(request.path.strip("/").partition("/")[0])
        asked = request.query.get("mode", "normal" if which == "upcoming" else "detailed")
        mode = MODES.get(asked, "normal")
        if not what or len(path) > len(("launches", "upcoming", "id")):
            return _json({"detail": "Not found."}, NOT_FOUND)
        listed = self._listed(what)
        if which == "upcoming":
            return self._list(request, [each for each in listed if self._upcoming(each, request)], Pages(self.facts, base), mode)
        for each in listed:
            if str(each.id) == which:
                return _json(_shown(Pages(self.facts, base), each, mode))
        return _json({"detail": "Not found."}, NOT_FOUND)

    def _listed(self, what: str) -> list[Launch | Event]:
        """What the feed knows now, by time."""
        known: list[Launch | Event] = [*self.facts.launches.values()] if what == "launches" else [*self.facts.events.values()]
        now = self.now()
        seen = [each for each in known if not each.gone and (each.since is None or each.since <= now)]
        return sorted(seen, key=lambda each: (each.instant, each.key))

    def _upcoming(self, one: Launch | Event, request: web.Request) -> bool:
        query = request.query
        kept = timedelta(0) if query.get("hide_recent_previous") == "true" else KEPT_AFTER_NET
        since, until = read_instant(query.get("net__gte")), read_instant(query.get("net__lte"))
        return (
            one.instant >= self.now() - kept
            and (since is None or one.instant >= since)
            and (until is None or one.instant <= until)
            and query.get("id", str(one.id)) == str(one.id)
        )

    def _list(self, request: web.Request, found: list[Launch | Event], pages: Pages, mode: Mode) -> Page:
        limit = min(MOST, _whole(request.query.get("limit"), DEFAULT_LIMIT) or DEFAULT_LIMIT)
        offset = _whole(request.query.get("offset"), 0)

        def at(start: int) -> str | None:
            wanted = request.url.with_query({**request.query, "limit": str(limit), "offset": str(start)})
            return str(wanted) if 0 <= start < len(found) else None

        return _json(
            {
                "count": len(found),
                "next": at(offset + limit),
                "previous": at(max(0, offset - limit)) if offset else None,
                "results": [_shown(pages, each, mode) for each in found[offset : offset + limit]],
            }
        )


def _shown(pages: Pages, one: Launch | Event, mode: Mode) -> Json:
    return pages.launch(one, mode) if isinstance(one, Launch) else pages.event(one, mode)


def _json(body: Json, status: int = 200) -> Page:
    return Page(json.dumps(body, ensure_ascii=False).encode(), "application/json", status)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


def _failed(fault: Fault, page: Page) -> Page:
    """What a fault makes of a page."""
    if fault.cut:
        return replace(page, body=page.body[: len(page.body) // 2])
    if fault.retry_after:
        words = f"Request was throttled. Expected available in {math.ceil(fault.retry_after)} seconds."
        return replace(_json({"detail": words}, TOO_MANY), headers={"Retry-After": str(math.ceil(fault.retry_after))})
    body = b"<html><body><h1>Server Error</h1></body></html>" if fault.body is None else fault.body
    return Page(body, "text/html", fault.status or 200)
