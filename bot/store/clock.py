"""The clock that several processes share: the database's, carried on by this machine's uptime until it is set again.

The clocks of machines differ, and jump. Leases, claims and what is due are compared across them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.ports import Clock
from bot.store.rows import finish
from bot.store.sql import SqlStore
from bot.store.tables import Instant

log = logging.getLogger(__name__)

QUICK_S = 1.0
"""An answer that took longer tells the time too badly. Chosen, not measured: a process may be frozen while it asks."""
FAR = timedelta(seconds=5)
"""Chosen, not measured: from here on an operator is told that a machine's clock is wrong."""

# Goes on while the machine is suspended, where the system has such a clock.
_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime() -> float:
    """Seconds, whatever is done to the machine's clock."""
    return time.clock_gettime(_UPTIME)


class DatabaseClock:
    """See ports.Clock. Never behind the database's, and ahead of it by no more than an answer takes."""

    def __init__(self, store: SqlStore, own: Clock, uptime: Callable[[], float] = uptime) -> None:
        self._store = store
        self._own = own
        self._uptime = uptime
        self._at: datetime | None = None
        self._since = 0.0
        self._told = False

    def now(self) -> datetime:
        """The database's present; until it was asked, this machine's."""
        return self._own.now() if self._at is None else self._at + timedelta(seconds=self._uptime() - self._since)

    async def set(self) -> None:
        """Ask the database. Raises: StoreDown."""
        async with self._store.connections.answering() as connection:
            await finish(connection.execute(select(func.now())))  # making a connection, if need be, takes longer than an answer
            asked = self._uptime()
            at: datetime = (await finish(connection.execute(select(func.clock_timestamp(type_=Instant))))).scalar_one()
        if self._at is not None and self._uptime() - asked > QUICK_S:
            return
        self._at, self._since = at, asked
        if not self._told and abs(self._own.now() - self.now()) > FAR:
            self._told = True
            log.warning("this machine's clock and the database's differ by %.0f s; the database's counts", self._difference_s())

    def _difference_s(self) -> float:
        return (self._own.now() - self.now()).total_seconds()
