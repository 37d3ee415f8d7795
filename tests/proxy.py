"""A stand-in for the REST proxies that people put before Discord: one address for several processes, which it paces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.sandbox.discord import DiscordSandbox

PASSED_ON = ("Content-Type", "X-Audit-Log-Reason", "User-Agent")
TOO_MANY = 429


@dataclass(slots=True)
class Trouble:
    """What the proxy answers by itself, once; `after` Discord has had the request."""

    path: str
    status: int
    after: bool = False


@dataclass
class Proxy:
    """Forwards what is under /api, waits where Discord says so, and tells nothing about limits."""

    discord: DiscordSandbox
    adds_token: bool
    """As twilight's http-proxy does; else the caller's is passed on, as nirn-proxy does."""
    url: str = ""
    forwarded: list[str] = field(default_factory=list[str])
    absorbed: int = 0
    """How often Discord refused a request for its rate, and the proxy waited and asked again."""
    troubles: list[Trouble] = field(default_factory=list[Trouble])

    def fail(self, path: str, status: int, *, after: bool = False) -> None:
        """Let the next request whose path ends so fail."""
        self.troubles.append(Trouble(path, status, after))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Forward one request."""
        trouble = next((one for one in self.troubles if request.path.endswith(one.path)), None)
        if trouble is not None:
            self.troubles.remove(trouble)
            if trouble.after:
                await self.forward(request)
            # A proxy speaks no JSON, and its 429 is none of Discord's: no Via, but a mark of its own.
            own = {"generated-by-proxy": "true", "Retry-After": "1"} if trouble.status == TOO_MANY else {}
            return web.Response(status=trouble.status, text="proxy", headers=own)
        return await self.forward(request)

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Ask Discord until it does not refuse for the rate."""
        body = await request.read()
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        token = f"Bot {self.discord.token}" if self.adds_token else request.headers.get("Authorization", "")
        self.forwarded.append(f"{request.method} {request.path}")
        there = self.discord.api_url.removesuffix("/api/v10") + request.path_qs
        while True:
            async with (
                aiohttp.ClientSession(headers=headers | ({"Authorization": token} if token else {})) as session,
                session.request(request.method, there, data=body or None) as answered,
            ):
                said = await answered.read()
                if answered.status != TOO_MANY:
                    return web.Response(
                        status=answered.status, body=said, headers={"Content-Type": answered.headers["Content-Type"]}
                    )
                self.absorbed += 1
                await asyncio.sleep(float(answered.headers["Retry-After"]))


@asynccontextmanager
async def proxied(discord: DiscordSandbox, *, adds_token: bool = False) -> AsyncGenerator[Proxy]:
    """Put a proxy before a loopback Discord."""
    proxy = Proxy(discord, adds_token)
    app = web.Application()
    app.router.add_route("*", "/api/{path:.*}", proxy.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield proxy
    finally:
        await runner.cleanup()
