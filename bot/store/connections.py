"""Transactions on an engine: who waits for a connection, and how one is given back whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.ports import StoreDown
from bot.store.engine import LONGEST_WAIT, down
from bot.store.rows import finish


class Connections:
    """The connections of one engine, each used by one transaction at a time, handed out in the order of asking."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        pool = engine.pool
        self._closed = False
        self._free = asyncio.Semaphore(pool.size() if isinstance(pool, QueuePool) else 1)

    @asynccontextmanager
    async def begun(self) -> AsyncGenerator[AsyncConnection]:
        """A connection in a transaction: committed at the end, rolled back on any exception. Raises: the driver's errors."""
        async with self._connected() as connection:
            transaction = connection.begin()
            await finish(transaction.start())
            try:
                yield connection
            except BaseException:
                await finish(transaction.rollback())
                raise
            await finish(transaction.commit())

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[AsyncConnection]:
        async with self._turn():
            connection = self._engine.connect()
            try:
                await finish(connection.start())
                yield connection
            finally:
                if connection.sync_connection is not None:
                    await finish(connection.close())

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Wait for a connection; only this can be cancelled, for all that follows is bounded by the engine's own limits."""
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._free.acquire()
        except TimeoutError:
            raise StoreDown(f"no connection became free within {LONGEST_WAIT} s") from None
        try:
            if self._closed:  # the engine would open anew, and nobody would close that
                raise StoreDown("it was closed")
            yield
        finally:
            self._free.release()

    @asynccontextmanager
    async def answering(self) -> AsyncGenerator[AsyncConnection]:
        """The same, telling a world in the way from a bug of ours. Raises: StoreDown."""
        try:
            async with self.begun() as connection:
                yield connection
        except DBAPIError as trouble:
            meant = down(trouble)
            if meant is None:
                raise
            raise meant from trouble

    async def close(self) -> None:
        """Give back every connection; there are none from then on."""
        self._closed = True
        await finish(self._engine.dispose())
