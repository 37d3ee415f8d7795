"""A way between a program and a server that can be blocked: nothing gets through any more, and nobody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]
AT_ONCE = 1 << 16


@dataclass(slots=True)
class Relay:
    """Passes on what it hears on a port of 127.0.0.1, until it is blocked."""

    reach: Callable[[], Awaitable[Opened]]
    """Opens the way on."""
    port: int = 0
    passing: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])
    _ends: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])

    def block(self) -> None:
        """Let nothing through; connections stay open, and new ones get no answer."""
        self.passing.clear()

    def clear(self) -> None:
        """Let everything through again, also what was held up."""
        self.passing.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(AT_ONCE):
                await self.passing.wait()
                writer.write(said)
                await writer.drain()
        writer.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        self._busy.add(me)
        self._ends.append(writer)
        try:
            await self.passing.wait()
            with suppress(OSError):
                there, back = await self.reach()
                self._ends.append(back)
                await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        finally:
            writer.close()
            self._busy.discard(me)

    async def close(self) -> None:
        """Hang up on both sides."""
        self.clear()
        while self._busy:
            for end in self._ends:
                end.transport.abort()
            await asyncio.wait(tuple(self._busy), timeout=0.1)


@asynccontextmanager
async def relayed(reach: Callable[[], Awaitable[Opened]]) -> AsyncGenerator[Relay]:
    """Open such a way, which is clear at first."""
    relay = Relay(reach)
    relay.clear()
    server = await asyncio.start_server(relay._take, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.close()
