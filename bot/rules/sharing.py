"""How several processes share one bot: which servers are whose, and how much of Discord's limit each may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.model import GuildId

SNOWFLAKE_SHARD = 22
"""Bits of an id below those that choose its shard (https://discord.com/developers/docs/events/gateway#sharding)."""
MOST_SHARDS = 1024
"""Chosen, not measured: two and a half million servers."""
LEADS = timedelta(seconds=15)
"""Chosen, not measured: a leader that is gone is missed for this long at most, and failover has to take below 30 s."""
RENEWS = timedelta(seconds=5)
"""A leader renews, and every process says that it lives, three times as often as that is forgotten."""
SETTLES = 2 * RENEWS
"""A process that has come begins to send when the others have had the time to notice it."""

WRITTEN = re.compile(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*/\s*(\d{1,4})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shards:
    """Those that this process holds, of all there are."""

    first: int
    last: int
    count: int

    @property
    def ids(self) -> list[int]:
        """Their numbers."""
        return list(range(self.first, self.last + 1))

    def has(self, guild: GuildId) -> bool:
        """Whether a server is on one of them; direct messages come to shard 0."""
        return self.first <= (guild >> SNOWFLAKE_SHARD) % self.count <= self.last


WHOLE = Shards(0, 0, 1)
"""All there is, in one process."""


def parse_shards(text: str) -> Shards:
    """Read `0-3/16` or `2/16`. Raises: ValueError, with a sentence."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("must be written like 0-3/16: from, to, and of how many")
    first, count = int(found[1]), int(found[3])
    last = int(found[2]) if found[2] else first
    if not 0 <= first <= last < count <= MOST_SHARDS:
        raise ValueError(f"counts from 0 and must fit: 0-3/16 holds four of sixteen; at most {MOST_SHARDS}")
    return Shards(first, last, count)


def share(rate_per_s: float, alive: int) -> float:
    """Give what one of so many processes may use of a rate."""
    return rate_per_s / max(1, alive)
