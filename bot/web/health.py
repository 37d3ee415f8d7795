"""/healthz and /readyz: whether to restart it, and whether to send it work."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.web.pulse import Pulse, Sign


class Health:
    """What a platform's probes ask."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def add_to(self, app: web.Application) -> None:
        """Put the probes on an application."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)

    async def alive(self, _: web.Request) -> web.Response:
        """503 when a beat has stopped."""
        return _answer(self._pulse.alive())

    async def ready(self, _: web.Request) -> web.Response:
        """503 also while Discord, the database or the feed is away."""
        return _answer(await self._pulse.ready())


def _answer(signs: Sequence[Sign]) -> web.Response:
    well = all(sign.well for sign in signs)
    body = {"well": well, "signs": {sign.name: {"well": sign.well, "says": sign.says} for sign in signs}}
    return web.json_response(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})
