"""Rate limits as Discord counts them: a bucket per route and major parameter, and the global 50 a second."""

from __future__ import annotations

import hashlib
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["user", "global", "shared"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests per so many seconds."""

    limit: int
    per: float


USUAL = Rate(10, 5.0)
"""For routes whose rate nobody depends on. Chosen, not measured: generous enough that only a runaway notices."""
SEND = Rate(5, 5.0)
EDIT = Rate(5, 5.0)
DELETE = Rate(5, 1.0)
WEBHOOK = Rate(5, 2.0)
CHANNEL = Rate(5, 15.0)
TOPIC = Rate(2, 600.0)
"""The sub-limit of a channel's name and topic; the route's own headers do not show it."""
CROSSPOST = Rate(10, 3600.0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 429: when to come back, in real seconds."""

    retry_after: float
    scope: Scope


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(slots=True)
class Limits:
    """Counts requests and says which are too many.

    `scale` is sandbox seconds per real second: an accelerated demo shortens the windows and the waits with them.
    """

    enabled: bool = True
    scale: float = 1.0
    per_second: int = 50
    sliding: bool = True
    """The global window slides; False lets it jump from second to second."""
    seconds: Callable[[], float] = time.monotonic
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict[tuple[str, str], _Window])
    _all: dict[str, deque[float]] = field(default_factory=dict[str, deque[float]])

    def now(self) -> float:
        """The sandbox's seconds."""
        return self.seconds() * self.scale

    def everywhere(self, who: str) -> Refusal | None:
        """Take one of the global requests of a second, for one token or address."""
        if not self.enabled:
            return None
        now = self.now()
        recent = self._all.setdefault(who, deque())
        begin = now - 1 if self.sliding else math.floor(now)
        while recent and recent[0] <= begin:
            recent.popleft()
        if len(recent) >= self.per_second:
            return Refusal(max(0.001, (recent[0] - now + 1 if self.sliding else begin + 1 - now) / self.scale), "global")
        recent.append(now)
        return None

    def bucket(self, route: str, major: str, rate: Rate) -> tuple[dict[str, str], Refusal | None]:
        """Take one request of a bucket: the headers that tell about it, and a refusal when it was empty."""
        if not self.enabled:
            return {}, None
        now = self.now()
        window = self._windows.get((route, major))
        if window is None or window.ends <= now:
            window = self._windows[route, major] = _Window(now + rate.per)
        left = (window.ends - now) / self.scale
        refused = window.used >= rate.limit
        if not refused:
            window.used += 1
        headers = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(rate.limit - window.used),
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(route.encode(), digest_size=16).hexdigest(),
        }
        return headers, Refusal(left, "user") if refused else None

    def sub_limit(self, route: str, major: str, rate: Rate) -> Refusal | None:
        """Take one request of a limit that no header shows."""
        return self.bucket(route, major, rate)[1]
