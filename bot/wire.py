"""Every REST request to Discord passes here: evenly paced, and its caller can tell what may have been stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

BEFORE_DEPARTURE = 3.0
"""Patience while nothing has left, in patiences of a call. Chosen, not measured: revisit with a fan-out over one full bucket."""

CATCH_UP = 2
"""Places that a timer which woke up late may make up for. More, and a busy event loop would let a burst through."""

SERVER_ERROR = 500
TOO_MANY = 429


class Pacer:
    """Lets requests through one by one, evenly, also after a rest: in no second are there more than the rate and a few.

    discord.py does not pre-empt Discord's global limit of 50/s, and a bucket that starts full overruns it: 45/s evenly caused
    no 429 in 2,000 sends, 50/s caused 2,081.
    """

    def __init__(self, rate_per_s: float) -> None:
        self._gap = 1 / rate_per_s
        self._free_at = 0.0
        self._door = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for the next free place; in order of asking. Who is cancelled takes no place."""
        async with self._door:
            loop = asyncio.get_running_loop()
            late = 0.0
            if (wait := self._free_at - loop.time()) > 0:
                await asyncio.sleep(wait)
                late = min(loop.time() - self._free_at, CATCH_UP * self._gap)
            self._free_at = loop.time() - late + self._gap


@dataclass(slots=True)
class Flight:
    """One call of the bot, which discord.py may turn into several requests."""

    limit: asyncio.Timeout
    patience_s: float
    ticking: bool = False
    """Whether the patience of a departed request runs."""
    departed: bool = False
    """Something left for Discord."""
    in_doubt: bool = False
    """Some request may have been stored without our knowing: it has no answer, or a 5xx."""
    unanswered: bool = False

    def depart(self) -> None:
        """A request is about to be written: from here on it may be stored."""
        self.departed = self.unanswered = True
        if not self.ticking:
            self.ticking = True
            self.limit.reschedule(asyncio.get_running_loop().time() + self.patience_s)

    def land(self, status: int) -> None:
        """An answer was read to its end. A final one stops the clock: discord.py may hold its caller for a bucket to refill."""
        self.unanswered = False
        if status >= SERVER_ERROR:
            self.in_doubt = True
        else:
            self.ticking = False
            self.limit.reschedule(None)

    @property
    def may_be_stored(self) -> bool:
        """Whether the caller has to reckon with a stored request although the call failed."""
        return self.in_doubt or self.unanswered


_flight: ContextVar[Flight | None] = ContextVar("flight", default=None)


@asynccontextmanager
async def flying(patience_s: float) -> AsyncGenerator[Flight, None]:
    """Watch over one call. Raises: TimeoutError when a departed request has no final answer within the patience.

    Waiting for the pacer, for a rate limit, or after the final answer does not use up patience.
    """
    async with asyncio.timeout(patience_s * BEFORE_DEPARTURE) as limit:
        flight = Flight(limit, patience_s)
        token = _flight.set(flight)
        try:
            yield flight
        finally:
            _flight.reset(token)


def trace(pacer: Pacer, application: Callable[[], int | None]) -> aiohttp.TraceConfig:
    """What discord.py's session calls around each request. Interaction replies and the gateway are not paced.

    Replies to interactions are exempt from the global limit, and a person waits for them.
    """

    def is_paced(params: aiohttp.TraceRequestStartParams) -> bool:
        own = application()
        return not (
            params.url.scheme in {"ws", "wss"}
            or params.headers.get("Upgrade") is not None
            or "/interactions/" in params.url.path
            or (own is not None and f"/webhooks/{own}/" in params.url.path)
        )

    async def starts(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
        if is_paced(params):
            await pacer.turn()

    async def departs(_: aiohttp.ClientSession, __: SimpleNamespace, ___: aiohttp.TraceRequestHeadersSentParams) -> None:
        if (flight := _flight.get()) is not None:
            flight.depart()

    async def answers(_: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        context.status = params.response.status

    async def lands(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceResponseChunkReceivedParams) -> None:
        if (flight := _flight.get()) is not None:
            flight.land(context.status)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(departs)
    config.on_request_end.append(answers)
    config.on_response_chunk_received.append(lands)
    return config
