"""How several processes share one bot: which servers are whose, and how much of Discord's limit each may use."""

from __future__ import annotations

import math
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
RENEWS = timedelta(seconds=3)
"""A leader renews, and every process says that it lives, five times as often as that is forgotten."""
STANDS = timedelta(seconds=10)
"""For so long after it said that it lives a process may use its share: then it falls silent, before the others forget it."""
SETTLES = STANDS + timedelta(seconds=2)
"""A process that has come asks nothing of Discord until every other has noticed it or fallen silent, and what left has arrived."""
LINGERS = timedelta(seconds=2)
"""The share of a process that goes is the others' after this: Discord counts what it asked last for another second."""
AHEAD = timedelta(seconds=2)
"""So much of its share a process has in hand. Chosen, not measured: what waits longer for its turn might as well be another's."""

IDENTIFIES = timedelta(seconds=5.5)
"""Discord allows one IDENTIFY per bucket in five seconds; the rest is for the way there. Chosen, not measured."""

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

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.count}"

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


def overlap(one: Shards, other: Shards) -> bool:
    """Whether some server is on shards of both, be they counted alike or not."""
    # A number that leaves these remainders exists exactly where they agree in what both counts share.
    common = math.gcd(one.count, other.count)
    return not {shard % common for shard in one.ids}.isdisjoint(shard % common for shard in other.ids)


def bucket(shard: int, at_once: int) -> int:
    """Give which IDENTIFYs of a bot have to keep apart: those of one bucket."""
    return shard % max(1, at_once)


@dataclass(frozen=True, slots=True)
class Share:
    """What one process may use of Discord's limit: evenly so much, and in no second more than `most` requests."""

    rate_per_s: float
    most: int

    @property
    def at_once(self) -> int:
        """How many deliveries it takes in hand."""
        return max(1, math.ceil(self.rate_per_s * AHEAD.total_seconds()))


def share(rate_per_s: float, before: int, alive: int) -> Share:
    """Give the share of a process that so many of all come before. All shares together are what one alone would have.

    Each has one request a second at least: more processes than the rate has requests are too many.
    """
    whole = whole_share(rate_per_s)
    each, rest = divmod(whole.most, alive)
    most = max(1, each + (before < rest))
    return Share(rate_per_s * most / whole.most, most)


def whole_share(rate_per_s: float) -> Share:
    """Give what a process alone may use: even departures let one more than the rate into a second."""
    return Share(rate_per_s, math.ceil(rate_per_s) + 1)
