"""The HTTP server: listens, answers, adds the headers that keep a page harmless, and ends quickly."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web

from bot.ports import StoreDown

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LARGEST_REQUEST = 16 * 1024
"""Nothing is uploaded here."""
GOODBYE_S = 2.0
"""How long open requests may take to end: a platform kills ten seconds after SIGTERM."""

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Room(Protocol):
    """A group of pages."""

    def add_to(self, app: web.Application) -> None:
        """Put them on an application."""
        ...


@web.middleware
async def harmless(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Add the headers; turn a store that is away into 503."""
    try:
        response = await handler(request)
    except StoreDown:
        response = web.Response(
            status=503, text="The database does not answer. Try again in a minute.", headers={"Retry-After": "60"}
        )
    except web.HTTPException as refusal:
        refusal.headers.update(HEADERS)
        raise
    response.headers.update(HEADERS)
    return response


def application(rooms: Iterable[Room]) -> web.Application:
    """Make the application of some rooms."""
    app = web.Application(middlewares=[harmless], client_max_size=LARGEST_REQUEST)
    for room in rooms:
        room.add_to(app)
    return app


@asynccontextmanager
async def serving(rooms: Iterable[Room], host: str, port: int) -> AsyncGenerator[int]:
    """Serve until the end of the block; gives the port. Raises: OSError when it cannot listen there."""
    runner = web.AppRunner(application(rooms), access_log=None, shutdown_timeout=GOODBYE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound: int = runner.addresses[0][1]
        log.info("pages are served", extra={"host": host, "port": bound})
        yield bound
    finally:
        await runner.cleanup()
