"""Whether it is well: beats that still beat, a gateway that is held, a store that answers, data that are not old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flow.ask import Asking
from bot.ports import Clock, StoreDown

MISSED = 2
"""Heartbeats that may be missed: a beat that has not ended for longer has stopped."""
OLD = timedelta(hours=3)
"""Chosen, not measured: far from any launch a feed is asked every hour or two."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at."""

    name: str
    well: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What there is to look at. `beats` gives when each last showed that it goes on."""

    clock: Clock
    every: timedelta
    beats: Callable[[], Mapping[str, datetime]]
    gateway: Callable[[], bool]
    asking: Asking

    def alive(self) -> tuple[Sign, ...]:
        """Look at the beats: one that stopped needs a restart."""
        now = self.clock.now()
        return tuple(self._beat(name, now - last) for name, last in sorted(self.beats().items()))

    def _beat(self, name: str, ago: timedelta) -> Sign:
        return Sign(name, ago <= MISSED * self.every, f"came round {ago.total_seconds():.0f} s ago")

    async def ready(self) -> tuple[Sign, ...]:
        """Look at what it needs from outside as well."""
        held = self.gateway()
        signs = [*self.alive(), Sign("gateway", held, "held" if held else "not held")]
        try:
            age = await self.asking.age()
        except StoreDown as down:
            return (*signs, Sign("store", well=False, says=str(down)))
        signs.append(Sign("store", well=True, says="answers"))
        if age is None:
            return (*signs, Sign("feed", well=False, says="nothing was read yet"))
        old = self.clock.now() - age
        return (*signs, Sign("feed", old <= OLD, f"described something {old.total_seconds():.0f} s ago"))
