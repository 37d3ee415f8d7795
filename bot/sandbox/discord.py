"""The loopback Discord's door: HTTP and WebSocket on 127.0.0.1, with authorization, limits, faults and the record."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import UNAUTHORIZED, ApiError
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.gateway import Gateway
from bot.sandbox.limits import Limits, Refusal
from bot.sandbox.messages import Upload
from bot.sandbox.people import Person
from bot.sandbox.realm import Realm
from bot.sandbox.record import Asked, Exchange
from bot.sandbox.rest import about, channels, commands, events, guilds, interactions, threads, webhooks
from bot.sandbox.rest.call import Answer, Call, Route, Throttled
from bot.sandbox.wire import Json, as_number, as_object
from bot.sandbox.world import Channel, Guild, User

ROUTES: tuple[Route, ...] = (
    *about.ROUTES,
    *commands.ROUTES,
    *channels.ROUTES,
    *threads.ROUTES,
    *guilds.ROUTES,
    *events.ROUTES,
    *webhooks.ROUTES,
    *interactions.ROUTES,
)
API = "/api/v10"
MAJOR = ("channel_id", "guild_id", "webhook_id", "interaction_id")
"""The path's names that give a route a bucket of its own."""
BODY = 100 * 1024 * 1024
NOWHERE, BROKEN = ApiError(0), ApiError(50109)
FIRST_ERROR = 400
UNAVAILABLE = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class _Reading:
    """A request's body, decoded: the JSON, the files, and what to show in the record."""

    def __init__(self) -> None:
        self.json: Any = None
        self.files: list[Upload] = []
        self.broken = False

    async def read(self, request: web.Request) -> Self:
        """Read it, whatever its type; a JSON that cannot be read is `broken`."""
        kind = request.content_type
        if kind == "multipart/form-data":
            await self._read_parts(request)
        elif request.can_read_body:
            self._decode(await request.read())
        return self

    def _decode(self, raw: bytes) -> None:
        if not raw:
            return
        try:
            self.json = json.loads(raw)
        except ValueError:
            self.broken = True

    async def _read_parts(self, request: web.Request) -> None:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            raw = bytes(await part.read(decode=True))
            if part.name == "payload_json":
                self._decode(raw)
            elif part.filename is not None:
                kind = part.headers.get("Content-Type", "application/octet-stream")
                self.files.append(Upload(part.name or "", part.filename, kind, raw))
            elif part.name is not None:
                self.json = {**as_object(self.json), part.name: raw.decode()}


class DiscordSandbox(Realm):
    """A Discord on the loopback interface. `async with DiscordSandbox(now) as discord: … discord.api_url, discord.token`."""

    on_request: Callable[[Exchange], None] | None = None
    """Called with every request and its answer: keep what you find, raise nothing. May be set for all of them on the class."""

    def __init__(self, now: Callable[[], datetime], *, token: str = "sandbox.token.for-the-loopback-discord") -> None:  # noqa: S107 - opens nothing but the sandbox
        super().__init__(now)
        self.token = token
        self.limits = Limits()
        self.faults = Faults()
        self.gateway = Gateway(self, token)
        self.tell = self.gateway.tell
        self.answer_within = 3.0
        """Real seconds that an interaction's callback may take."""
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._stalled: asyncio.Event = asyncio.Event()

    @property
    def api_url(self) -> str:
        """What to set as the API's base: `discord.http.Route.BASE`."""
        return f"http://127.0.0.1:{self._port}{API}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway listens; /gateway and /gateway/bot say so."""
        return f"ws://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    # --- people ---

    def member(self, guild: Guild, user: User, channel: Channel | None = None, *, installed: bool = False) -> Person:
        """Somebody in a server, in a channel or in its first one."""
        place = channel or next(each for each in guild.channels.values() if each.type in channels.TALK)
        return self._person(user, place, installed=installed)

    def direct(self, user: User, *, installed: bool = False) -> Person:
        """Somebody in the direct channel with the bot."""
        return self._person(user, self.dm(user), installed=installed)

    def _person(self, user: User, channel: Channel, *, installed: bool) -> Person:
        return Person(realm=self, user=user, channel=channel, answer_within=lambda: self.answer_within, installed=installed)

    # --- the door ---

    async def start(self, port: int = 0) -> None:
        """Listen; the state of an earlier start is still there."""
        app = web.Application(client_max_size=BODY)
        for route in ROUTES:
            app.router.add_route(route.method, API + route.path, self._door(route))
        app.router.add_get("/", self.gateway.converse)
        app.router.add_get("/{path:attachments/.*}", self._file)
        app.router.add_route("*", "/{path:.*}", self._nowhere)
        self._stalled = asyncio.Event()
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port or self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.gateway.resume_url = self.gateway_url
        self.cdn = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Hang up and stop listening, as a Discord that is down; `start()` brings it back at the same port."""
        self._stalled.set()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _door(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, route)

        return serve

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file, as the CDN serves it: to everybody who knows where it is."""
        kind, raw = self.files.get(request.match_info["path"], ("", b""))
        return web.Response(body=raw, content_type=kind) if kind else web.Response(status=404)

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, None)

    async def _serve(self, request: web.Request, route: Route | None) -> web.StreamResponse:
        """One request from door to record: fault, token, limits, the route itself, fault again."""
        path = request.path.removeprefix(API)
        reading = await _Reading().read(request)
        fault = self.faults.pick(request.method, path)
        if fault is not None and fault.latency:
            await asyncio.sleep(fault.latency)
        headers: dict[str, str] = {}
        answer, scope = Answer(), ""
        if fault is None or fault.works_first:
            answer, scope = self._answer(request, route, reading, headers)
        if fault is not None and fault.replaces:
            answer, scope = self._failed(fault, headers)
        status = 0 if fault is not None and (fault.drop or fault.stall or fault.cut) else answer.status
        code = as_number(as_object(answer.body).get("code")) if status >= FIRST_ERROR else 0
        self.log.add(
            Asked(
                at=self.now(),
                method=request.method,
                path=path,
                route=route.path if route else "",
                status=status,
                code=code,
                throttled=scope,
            )
        )
        if self.on_request is not None:
            self.on_request(
                Exchange(
                    method=request.method,
                    path=path,
                    route=route.path if route else "",
                    query=tuple(request.query.items()),
                    content_type=request.content_type,
                    body=reading.json,
                    files=tuple(each.field for each in reading.files),
                    status=status,
                    answer=answer.body,
                )
            )
        return await self._reply(request, answer, headers, fault)

    def _answer(self, request: web.Request, route: Route | None, reading: _Reading, headers: dict[str, str]) -> tuple[Answer, str]:
        """What Discord answers, and for a 429 whose limit it was."""
        authorized = request.headers.get("Authorization") == f"Bot {self.token}"
        if route is None:
            return Answer(status=NOWHERE.status, body=NOWHERE.body), ""
        refused = UNAUTHORIZED if route.needs_token and not authorized else BROKEN if reading.broken else None
        if refused is not None:
            return Answer(status=refused.status, body=refused.body), ""
        try:
            self._limit(request, route, headers)
            call = Call(
                realm=self,
                limits=self.limits,
                path=request.match_info,
                query=request.query,
                raw=reading.json,
                uploads=tuple(reading.files),
                reason=request.headers.get("X-Audit-Log-Reason"),
                authorized=authorized,
                gateway_url=self.gateway_url,
                shards=self.gateway.shards,
            )
            return route.answer(call), ""
        except ApiError as error:
            return Answer(status=error.status, body=error.body), ""
        except Throttled as error:
            return self._throttled(error.refusal, headers)

    def _limit(self, request: web.Request, route: Route, headers: dict[str, str]) -> None:
        """Count a request against its limits, and tell of its bucket in the headers. Raises: Throttled."""
        own = request.match_info.get("webhook_id") == str(self.bot.id)
        if route.who != "nobody" and not own:
            refusal = self.limits.everywhere(route.who)
            if refusal is not None:
                raise Throttled(refusal)
        shown, refusal = self.limits.bucket(f"{route.method} {route.path}", self._major(request), route.rate)
        headers.update(shown)
        if refusal is not None:
            raise Throttled(refusal)

    def _major(self, request: web.Request) -> str:
        parts = [request.match_info[name] for name in MAJOR if name in request.match_info]
        return "/".join([*parts, request.match_info.get("webhook_token", "")])

    def _throttled(self, refusal: Refusal, headers: dict[str, str]) -> tuple[Answer, str]:
        headers["Retry-After"] = str(int(refusal.retry_after) + 1)
        headers["X-RateLimit-Scope"] = refusal.scope
        if refusal.scope == "global":
            headers["X-RateLimit-Global"] = "true"
        body: Json = {
            "message": "You are being rate limited.",
            "retry_after": round(refusal.retry_after, 3),
            "global": refusal.scope == "global",
            "code": 0,
        }
        return Answer(status=429, body=body), refusal.scope

    def _failed(self, fault: Fault, headers: dict[str, str]) -> tuple[Answer, str]:
        """The answer that a fault gives instead."""
        if fault.retry_after:
            return self._throttled(Refusal(fault.retry_after, fault.scope), headers)
        if fault.code:
            error = ApiError(fault.code)
            return Answer(status=fault.status or error.status, body=error.body), ""
        status = fault.status or 200
        if fault.body is not None:
            return Answer(status=status, body=fault.body), ""
        return Answer(status=status, body={"message": f"{status}: {UNAVAILABLE.get(status, 'Error')}", "code": 0}), ""

    async def _reply(
        self, request: web.Request, answer: Answer, headers: dict[str, str], fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and fault.stall:
            await self._stalled.wait()
        if fault is not None and (fault.drop or fault.stall):
            return _dropped(request)
        # Discord's answers come through Cloudflare: discord.py takes a 429 without Via for a ban.
        headers |= {"Via": "1.1 google"}
        if isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body, headers=headers, content_type="text/html")
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        raw = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
        if fault is not None and fault.cut:
            return await _cut(request, answer.status, raw, headers)
        return web.Response(status=answer.status, body=raw, headers=headers, content_type="application/json")


def _dropped(request: web.Request) -> web.Response:
    """Reset the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, status: int, raw: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Promise the whole body, send half of it and reset the connection."""
    response = web.StreamResponse(
        status=status, headers={**headers, "Content-Type": "application/json", "Content-Length": str(len(raw))}
    )
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        await response.write(raw[: len(raw) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response
