"""The connection to PostgreSQL, which is given up when it does not answer. Loaded only where there is one: psycopg takes 6 MB."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

import psycopg

SILENCE = 30
"""Seconds in which a connection has to answer; longer than the server may work on a statement or wait for a lock."""


class Impatient(psycopg.AsyncConnection[Any]):
    """A connection whose every question is answered in time, or it is lost: the server's own limits need a server that is heard."""

    patience_s = float(SILENCE)

    async def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
        """See psycopg.AsyncConnection: whatever it waits for, it waits here."""
        hanging_up = asyncio.get_running_loop().call_later(self.patience_s, self._hang_up)
        try:
            return await super().wait(gen, *given, **named)
        finally:
            hanging_up.cancel()

    def _hang_up(self) -> None:
        """Let the driver find the connection closed: it then ends what it waits for as it does whenever the server goes away."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)
