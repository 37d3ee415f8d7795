"""The HTTP server: listens, answers, adds the headers that keep a page harmless, and ends quickly."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from aiohttp import ETag, web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.typedefs import Middleware

from bot.ports import StoreDown
from bot.web.asked import takes_gzip

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LARGEST_REQUEST = 16 * 1024
"""Nothing is uploaded here."""
GOODBYE_S = 2.0
"""How long open requests may take to end: a platform kills ten seconds after SIGTERM."""
PATIENCE_S = 20.0
"""How long a connection may wait with its first request. Chosen, not measured: a phone in a tunnel is slow, but not that slow."""
PACKED_FROM = 1000
"""Bytes from which packing is worth it: less fits into one packet either way."""
TOLD_AGAIN = ("Cache-Control", "Content-Language", "ETag", "Last-Modified", "Vary", "X-Robots-Tag")
"""Headers that also stand on an answer without a body (RFC 9110, 15.4.5)."""

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Room(Protocol):
    """A group of pages."""

    def add_to(self, app: web.Application) -> None:
        """Put them on an application."""
        ...


def harmless(headers: Mapping[str, str]) -> Middleware:
    """Give what adds the headers, and turns a store that is away into 503."""

    @web.middleware
    async def add(request: web.Request, handler: Answering) -> web.StreamResponse:
        try:
            response = await handler(request)
        except StoreDown:
            response = web.Response(
                status=503, text="The database does not answer. Try again in a minute.", headers={"Retry-After": "60"}
            )
        except web.HTTPException as refusal:
            refusal.headers.update(headers)
            raise
        response.headers.update(headers)
        return response

    return add


@web.middleware
async def sparing(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Answer 304 to who has it already, and pack what is long."""
    response = await handler(request)
    if not isinstance(response, web.Response) or response.status != web.HTTPOk.status_code or not isinstance(response.body, bytes):
        return response
    if "no-store" in response.headers.get("Cache-Control", ""):
        return response
    vary = [*filter(None, [response.headers.get("Vary")]), "Accept-Encoding"]
    response.headers["Vary"] = ", ".join(vary)
    # Weak: what is packed differs byte for byte from what is not.
    response.etag = ETag(hashlib.sha256(response.body).hexdigest()[:32], is_weak=True)
    if is_known(request, response):
        kept = {name: response.headers[name] for name in TOLD_AGAIN if name in response.headers}
        return web.Response(status=web.HTTPNotModified.status_code, headers=kept)
    if len(response.body) >= PACKED_FROM and takes_gzip(request):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def is_known(request: web.Request, response: web.Response) -> bool:
    """Whether who asks has this already: by its tag, or where none is named by its date (RFC 9110, 13.2.2)."""
    if (known := request.if_none_match) is not None:
        own = response.etag
        return any(tag.value in {"*", own.value if own else ""} for tag in known)
    since, last = request.if_modified_since, response.last_modified
    return since is not None and last is not None and last <= since


def application(rooms: Iterable[Room], headers: Mapping[str, str] = HEADERS) -> web.Application:
    """Make the application of some rooms. An address with a slash too many leads to the one without."""
    straight = web.normalize_path_middleware(append_slash=False, remove_slash=True, merge_slashes=True)
    app = web.Application(middlewares=[harmless(headers), sparing, straight], client_max_size=LARGEST_REQUEST)
    for room in rooms:
        room.add_to(app)
    return app


def is_ours(record: logging.LogRecord) -> bool:
    """Whether a fault is the bot's: of requests that are none nothing is written down, they may hold anything."""
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, BadHttpMessage)


@asynccontextmanager
async def serving(
    rooms: Iterable[Room], host: str, port: int, headers: Mapping[str, str] = HEADERS, *, patience_s: float = PATIENCE_S
) -> AsyncGenerator[int]:
    """Serve until the end of the block; gives the port. Raises: OSError when it cannot listen there."""
    app, waiting = application(rooms, headers), dict[object, asyncio.TimerHandle]()

    @web.middleware
    async def hear(request: web.Request, handler: Answering) -> web.StreamResponse:
        if timer := waiting.pop(request.protocol, None):
            timer.cancel()
        return await handler(request)

    app.middlewares.insert(0, hear)
    faults = logging.getLogger(f"{__name__}.faults")
    faults.addFilter(is_ours)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GOODBYE_S, logger=faults)
    await runner.setup()
    loop = asyncio.get_running_loop()

    def hang_up(caller: web.RequestHandler) -> None:
        waiting.pop(caller, None)
        if caller.transport is not None:
            caller.transport.abort()

    def pick_up(answering: Callable[[], web.RequestHandler]) -> web.RequestHandler:
        # aiohttp waits for ever for the first request of a connection; for the next ones it has a timeout of its own.
        caller = answering()
        waiting[caller] = loop.call_later(patience_s, hang_up, caller)
        return caller

    try:
        server = await loop.create_server(partial(pick_up, _ready(runner)), host, port)
        bound: int = server.sockets[0].getsockname()[1]
        log.info("pages are served", extra={"host": host, "port": bound})
        try:
            yield bound
        finally:
            server.close()
    finally:
        faults.removeFilter(is_ours)
        await runner.cleanup()


def _ready(runner: web.AppRunner) -> Callable[[], web.RequestHandler]:
    if runner.server is None:
        raise RuntimeError("the runner was not set up")
    return runner.server
