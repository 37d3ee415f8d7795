"""Every REST request to Discord passes here: evenly paced, and its caller can tell what may have been stored."""

from __future__ import annotations

import asyncio
import math
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

from bot.rules.sharing import Share, whole_share

BEFORE_DEPARTURE = 3.0
"""Patience while nothing has left, in patiences of a call. Chosen, not measured: revisit with a fan-out over one full bucket."""

HELD_S = 0.1
"""How often a process that may not ask at all looks whether it may."""
LATE_S = 1.0
"""A request that leaves so long after its turn waits for another: this process was frozen, or the way to Discord was."""

CATCH_UP = 8
"""Places that may be made up for after a rest or a late timer. Chosen so that 45 targets are reached within a second."""

WINDOW_S = 1.0
"""The span over which Discord counts its global limit."""
LONGEST_TRIP_S = 1.0
"""A request without an answer is taken to have arrived by then. Chosen, not measured: one that hangs must not keep its place."""
MEMORY_S = 10.0
"""How long the quickest is remembered: a way that was slow for some seconds is suddenly quick again, and requests close up."""
CLOSE_S = 0.005
"""How much quicker than the quickest of late a request may be. Chosen, not measured: revisit with bench/fanout."""

SLOWER = 0.9
"""What is left of the rate after Discord's global limit was met all the same: somebody else spends from it too."""
SLOWEST = 0.25
LONGEST_REST_S = 10.0
"""Discord asks for a second or less; a longer rest is discord.py's to keep, for the one request that was refused."""
SLOW_S = 60.0
"""After a minute without another one the rate is whole again. Chosen, not measured: revisit with two processes on one token."""

SERVER_ERROR = 500
TOO_MANY = 429
NO_ANSWER = 408
"""What a REST proxy says when Discord let it wait for too long."""


def is_doubtful(status: int) -> bool:
    """Whether a status leaves open what became of the request."""
    return status >= SERVER_ERROR or status == NO_ANSWER


SPOKEN = re.compile(r"/webhooks/\d+/[^/]+/?$")
"""Where a webhook's messages are posted. An interaction's follow-up looks the same, and is as well told about."""


class Lapsed(aiohttp.ClientError):
    """The claim under which a request was to be made no longer stands: nothing left."""


class Doubtful(aiohttp.ClientError):
    """A webhook's message that may be stored: it has no nonce, so discord.py must not post it again as it does after a 5xx."""


@dataclass(slots=True)
class Trip:
    """One request on its way: when it left, and when its answer came (or it failed)."""

    left: float
    back: float | None = None

    @property
    def arrived(self) -> float:
        """The latest moment at which it may have reached Discord."""
        longest = self.left + LONGEST_TRIP_S
        return longest if self.back is None else min(self.back, longest)


class Pacer:
    """Lets requests through one by one, evenly, and so that no second at Discord's end ever sees more than the rate and one.

    discord.py does not pre-empt Discord's global limit of 50/s. Even departures alone do not keep to it: when the network or this
    machine stalls, requests arrive in a heap. When one arrived is not known, but it was before its answer was back, and the next
    cannot arrive before it leaves; the way there and back takes both of them at least as long as the quickest of late.
    Should Discord's global limit be met even so, all rest as long as it asks, and go slower for a while.
    """

    def __init__(self, rate_per_s: float) -> None:
        self._allowed = whole_share(rate_per_s)
        self.may_ask: Callable[[], bool] = lambda: True
        """Whether anything may leave at all: of several processes one that the others may have forgotten is silent."""
        self._share = 1.0
        self._slow_until = 0.0
        self._free_at = 0.0
        self._door = asyncio.Lock()
        self._trips: list[Trip] = []
        """Those that may still count in the second that is to come."""
        self._quick: deque[tuple[float, float]] = deque()

    async def turn(self) -> Trip:
        """Wait for the next free place; in order of asking. Who is cancelled takes no place."""
        async with self._door:
            loop = asyncio.get_running_loop()
            while True:
                now = loop.time()
                wait = max(self._free_at, self._room_at(now)) - now if self.may_ask() else HELD_S
                if wait <= 0:
                    break
                await asyncio.sleep(min(wait, self._gap_s))  # an answer may make room sooner than was known
            if now > self._slow_until:
                self._share = 1.0
            self._free_at = max(self._free_at, now - CATCH_UP * self._gap_s) + self._gap_s
            trip = Trip(now)
            self._trips.append(trip)
            return trip

    async def still(self, trip: Trip) -> Trip:
        """Give the turn in which a request may leave now: another one, if it could have left long ago and did not."""
        while not self.may_ask() or asyncio.get_running_loop().time() - trip.left > LATE_S:
            self._trips = [one for one in self._trips if one is not trip]
            trip = await self.turn()
        return trip

    def allow(self, share: Share) -> None:
        """Keep to this share from now on: others use the rest of what Discord allows."""
        self._allowed = share

    def refused(self, retry_after_s: float) -> None:
        """Hear that Discord's global limit was met. Those that were under way together are one offence."""
        now = asyncio.get_running_loop().time()
        if now + SLOW_S - self._slow_until >= WINDOW_S:
            self._share = max(self._share * SLOWER, SLOWEST)
            self._slow_until = now + SLOW_S
        self._free_at = max(self._free_at, now + retry_after_s)

    @property
    def _gap_s(self) -> float:
        return 1 / (self._allowed.rate_per_s * self._share)

    def _quickest(self, now: float) -> float:
        """Seconds of the quickest way there and back of late. A rising row is kept: of two, the older and slower is forgotten."""
        of_late = min((trip.back - trip.left for trip in self._trips if trip.back is not None), default=math.inf)
        while self._quick and self._quick[-1][1] >= of_late:
            self._quick.pop()
        self._quick.append((now, of_late))
        while self._quick[0][0] < now - MEMORY_S:
            self._quick.popleft()
        return 0.0 if math.isinf(self._quick[0][1]) else self._quick[0][1]

    def _room_at(self, now: float) -> float:
        """When a request that leaves finds room in its second, as far as is known now."""
        span = WINDOW_S - max(0.0, self._quickest(now) - CLOSE_S)
        self._trips = [trip for trip in self._trips if trip.arrived + span > now]
        over = len(self._trips) - min(self._allowed.most, math.ceil(self._allowed.rate_per_s * self._share) + 1)
        return now if over < 0 else sorted(trip.arrived for trip in self._trips)[over] + span


@dataclass(slots=True)
class Flight:
    """One call of the bot, which discord.py may turn into several requests."""

    limit: asyncio.Timeout
    patience_s: float
    stands: Callable[[], bool]
    """Whether the claim under which it is made still does."""
    ticking: bool = False
    """Whether the patience of a departed request runs."""
    departed: bool = False
    """Something left for Discord."""
    in_doubt: bool = False
    """Some request may have been stored without our knowing: it has no answer, or one that says nothing."""
    unanswered: bool = False

    def depart(self) -> None:
        """A request is about to be written: from here on it may be stored. Raises: Lapsed."""
        if not self.stands():
            raise Lapsed
        self.departed = self.unanswered = True
        if not self.ticking:
            self.ticking = True
            self.limit.reschedule(asyncio.get_running_loop().time() + self.patience_s)

    def land(self, status: int) -> None:
        """An answer was read to its end. A final one stops the clock: discord.py may hold its caller for a bucket to refill."""
        self.unanswered = False
        if is_doubtful(status):
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
async def flying(patience_s: float, stands: Callable[[], bool] = lambda: True) -> AsyncGenerator[Flight, None]:
    """Watch over one call. Raises: TimeoutError when a departed request has no final answer within the patience.

    Waiting for the pacer, for a rate limit, or after the final answer does not use up patience.
    """
    async with asyncio.timeout(patience_s * BEFORE_DEPARTURE) as limit:
        flight = Flight(limit, patience_s, stands)
        token = _flight.set(flight)
        try:
            yield flight
        finally:
            _flight.reset(token)


def rest_s(retry_after: str) -> float:
    """Seconds that a 429 asks to wait: within reason, whatever it says."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return WINDOW_S
    return min(max(seconds, 0.0), LONGEST_REST_S) if math.isfinite(seconds) else WINDOW_S


def doubt(params: aiohttp.TraceRequestEndParams) -> None:
    """Give up a webhook's message that may be stored. Raises: Doubtful."""
    status = params.response.status
    if is_doubtful(status) and params.method == "POST" and SPOKEN.search(params.url.path):
        params.response.close()
        raise Doubtful(f"Discord answered {status}")


def is_paced(params: aiohttp.TraceRequestStartParams, own: int | None) -> bool:
    """Whether a request of this application counts against the global limit: the gateway and interaction replies do not."""
    return not (
        params.url.scheme in {"ws", "wss"}
        or params.headers.get("Upgrade") is not None
        or "/interactions/" in params.url.path
        or (own is not None and f"/webhooks/{own}/" in params.url.path)
    )


def trace(
    pacer: Pacer, application: Callable[[], int | None], answered: Callable[[int, str], None] = lambda _, __: None
) -> aiohttp.TraceConfig:
    """What discord.py's session calls around each request. Interaction replies and the gateway are not paced.

    Replies to interactions are exempt from the global limit, and a person waits for them. `answered` hears each status, and whose
    limit a 429 is about.
    """

    async def starts(_: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
        context.paced = is_paced(params, application())
        context.trip = await pacer.turn() if context.paced else Trip(0.0)

    async def departs(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams) -> None:
        if context.paced:
            context.trip = await pacer.still(context.trip)
        context.trip.left = asyncio.get_running_loop().time()
        if (flight := _flight.get()) is not None:
            flight.depart()

    async def answers(_: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        context.trip.back = asyncio.get_running_loop().time()
        context.status, headers = params.response.status, params.response.headers
        scope = headers.get("X-RateLimit-Scope", "")
        if context.status == TOO_MANY and scope == "global":
            pacer.refused(rest_s(headers.get("Retry-After", "")))
        answered(context.status, scope)
        doubt(params)

    async def fails(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestExceptionParams) -> None:
        context.trip.back = asyncio.get_running_loop().time()

    async def lands(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceResponseChunkReceivedParams) -> None:
        if (flight := _flight.get()) is not None:
            flight.land(context.status)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(departs)
    config.on_request_end.append(answers)
    config.on_request_exception.append(fails)
    config.on_response_chunk_received.append(lands)
    return config
