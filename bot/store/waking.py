"""Processes on one PostgreSQL wake each other when something new is owed. Without it they look at every heartbeat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import URL

from bot.store.engine import database_url, patient

log = logging.getLogger(__name__)

CHANNEL = "tminus_owed"
AGAIN_S = 5.0
"""Chosen, not measured: how soon a lost connection is tried again; until then the heartbeat finds what is owed."""
STANDS_S = 20.0
"""So often the database is asked whether it is still there: one that cannot be reached says nothing either."""


async def listen(text: str, wake: Callable[[], None]) -> None:
    """Call `wake` whenever another process owes something, until cancelled. On SQLite there is no other process to hear of."""
    url = database_url(text)
    if url.get_backend_name() != "postgresql":
        return
    import psycopg  # noqa: PLC0415 -- 6 MB that a bot on SQLite does without

    while True:
        try:
            await _listen(url, wake)
        except psycopg.Error as lost:
            log.warning("not told of news by the database: %s", str(lost).strip().partition("\n")[0])
        await asyncio.sleep(AGAIN_S)


async def _listen(url: URL, wake: Callable[[], None]) -> None:
    from bot.store.driver import Impatient  # noqa: PLC0415 -- the same

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await Impatient.connect(plain, autocommit=True, **patient(url)) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        wake()  # what was owed while nobody listened
        while True:
            async for _ in connection.notifies(timeout=STANDS_S):
                wake()
            await connection.execute("SELECT 1")
