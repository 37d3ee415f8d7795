"""When the servers count as known: once all that Discord named have come, not a while after the last of them."""

from __future__ import annotations

from typing import Any

from bot.folding import FoldingState

A_TURN_S = 0.05
"""Chosen, not measured: what has come is taken in within a turn of the event loop."""


class ArrivingState(FoldingState):
    """discord.py waits until no server has come for some seconds. Discord says at the login which will come, or that one cannot."""

    def __init__(self, **options: Any) -> None:
        self.awaited: set[int] = set()
        self._patience_s = 0.0
        super().__init__(**options)

    @property
    def guild_ready_timeout(self) -> float:
        """For how many seconds the next server is waited for; read anew whenever one has come."""
        return self._patience_s if self.awaited else min(A_TURN_S, self._patience_s)

    @guild_ready_timeout.setter
    def guild_ready_timeout(self, seconds: float) -> None:  # pyright: ignore[reportIncompatibleVariableOverride] -- a field there
        self._patience_s = seconds

    def parse_ready(self, data: Any) -> None:
        self.awaited |= {int(guild["id"]) for guild in data["guilds"]}
        super().parse_ready(data)

    def parse_guild_create(self, data: Any) -> None:
        self.awaited.discard(int(data["id"]))
        super().parse_guild_create(data)

    def parse_guild_delete(self, data: Any) -> None:
        self.awaited.discard(int(data["id"]))  # it is away, or not ours any more
        super().parse_guild_delete(data)
