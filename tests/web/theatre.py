"""A demo that plays for whoever opens its page, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.demo.drive import scenarios
from bot.demo.web import GUARDED, Theatre
from bot.sandbox.scenario import Scenario, load
from bot.web.site import serving


@asynccontextmanager
async def playing(name: str, *others: tuple[str, Scenario]) -> AsyncGenerator[tuple[str, Theatre]]:
    """A theatre that is open, and its address. `others` are scenarios beside those that are shipped."""
    theatre = Theatre(name, 1.0, known={**{known: load(path) for known, path in scenarios().items()}, **dict(others)})
    async with serving((theatre,), "127.0.0.1", 0, GUARDED) as port:
        task = asyncio.create_task(theatre.run())
        try:
            yield f"http://127.0.0.1:{port}/", theatre
        finally:
            await theatre.close()
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(ended, asyncio.CancelledError), ended
