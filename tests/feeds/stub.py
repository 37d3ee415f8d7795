"""A loopback server that answers as a test says, a clock that a test turns, and a memory of requests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.model import Scope

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class TurnedClock:
    """A clock that stands until it is turned."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def turn(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Remembered:
    """See ports.Requests; in a list."""

    noted: list[tuple[str, Scope, datetime]] = field(default_factory=list[tuple[str, Scope, datetime]])

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        return tuple((scope, at) for name, scope, at in self.noted if name == feed and at >= since)

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        self.noted.append((feed, scope, at))


@dataclass
class Stub:
    """What a server was asked, and what it answers."""

    answer: Answer
    asked: list[web.Request] = field(default_factory=list[web.Request])
    address: str = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.answer(request)


@asynccontextmanager
async def serving(answer: Answer) -> AsyncGenerator[Stub]:
    """Answer every request on a loopback port."""
    stub = Stub(answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.serve)
    async with TestServer(app) as server:
        stub.address = str(server.make_url("/"))
        yield stub


def says(text: str, *, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """Answer always the same."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(text=text, status=status, content_type=kind, headers=named)

    return answer
