"""How patient we are with hosts: so many requests an hour each, longer pauses after each failure, none while one is broken."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from bot.ports import Clock, FeedDown

HOUR = timedelta(hours=1)
PER_HOUR = 240
"""Requests to one host in any rolling hour, for feeds without a quota of their own. Chosen, not measured: twenty feeds of one host,
each asked every five minutes."""
BREAKS = 4
"""Failures in a row after which a host is left alone. Chosen, not measured: a restart of a server costs two or three."""
FIRST = timedelta(minutes=1)
"""The pause after a first failure. Chosen, not measured: a server restarts in less."""
LONGEST = timedelta(hours=1)
"""No pause is longer, unless the server asks for it."""
SPREAD = 0.25
"""By how much a pause may be longer than its share, so that feeds that failed together do not come back together."""
DOUBLINGS = 12
"""After so many failures a pause grows no more, whatever its limit."""
HOSTS = 1_000
"""Most hosts remembered; the one not asked for longest is forgotten first."""


def pause(failures: int, who: str, longest: timedelta = LONGEST) -> timedelta:
    """Tell how long to wait after so many failures in a row: twice as long each time, spread by a hash of who waits."""
    span = min(FIRST * (1 << min(max(failures, 1) - 1, DOUBLINGS)), longest)
    return span * (1 + SPREAD * crc32(f"{who} {failures}".encode()) / 2**32)


@dataclass(slots=True)
class Host:
    """What became of the last requests to a host."""

    asked: deque[datetime] = field(default_factory=deque[datetime])
    failures: int = 0
    closed_until: datetime | None = None


class Hosts:
    """The hosts that one client asks."""

    def __init__(self, clock: Clock, per_hour: int = PER_HOUR) -> None:
        self._clock = clock
        self._per_hour = per_hour
        self._hosts: dict[str, Host] = {}

    def take_turn(self, name: str) -> None:
        """Count a request that is about to be made. Raises: FeedDown when the host is left alone or was asked enough."""
        now = self._clock.now()
        host = self._known(name)
        if host.closed_until is not None and now < host.closed_until:
            raise FeedDown(f"{name} is left alone for a while: it failed, or asked for it", host.closed_until - now)
        while host.asked and host.asked[0] <= now - HOUR:
            host.asked.popleft()
        if len(host.asked) >= self._per_hour:
            raise FeedDown(f"{name} was asked {self._per_hour} times within an hour", host.asked[0] + HOUR - now)
        host.asked.append(now)

    def went_well(self, name: str) -> None:
        """Note an answer of any kind."""
        host = self._known(name)
        host.failures, host.closed_until = 0, None

    def failed(self, name: str, wait: timedelta | None) -> None:
        """Note a failure of the host itself; `wait` is how long it asked to be left alone."""
        host = self._known(name)
        host.failures += 1
        broken = pause(host.failures - BREAKS + 1, name) if host.failures >= BREAKS else None
        if (span := max((one for one in (wait, broken) if one is not None), default=None)) is not None:
            host.closed_until = self._clock.now() + span

    def _known(self, name: str) -> Host:
        host = self._hosts.pop(name, None) or Host()
        self._hosts[name] = host
        while len(self._hosts) > HOSTS:
            del self._hosts[next(iter(self._hosts))]
        return host
