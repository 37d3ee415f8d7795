"""Calendars to subscribe to: one of everything, one for each watch and each person, under addresses that nobody can guess."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.model import ChannelId, GuildId, Place, Target, Track, UserId, Watch, WatchId
from bot.ports import Clock, Store, Transaction
from bot.rules.matching import Names, wants

KEY = "calendar key"
"""Name of the fact that signs addresses. Whoever forgets it makes all of them anew."""
LOOKS_BACK = timedelta(days=30)
"""Chosen, not measured: what was is still seen when somebody leafs back."""
MOST = 500
"""Events of one calendar: some 300 kB."""
SIGNED = 20
"""Bytes of a signature kept: as long as SHA-1's, which nobody guesses."""
TOKEN = re.compile(r"([wp])([0-9]{1,20})-([0-9a-f]{40})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a calendar shows."""

    name: str
    tracks: tuple[Track, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Calendars:
    """Gives addresses, and what stands there."""

    store: Store
    clock: Clock
    names: Names
    invent: Callable[[], str] = secrets.token_hex

    async def address_of_watch(self, watch: WatchId) -> str:
        """Give the path of a watch's calendar."""
        return await self._address("w", watch)

    async def address_of_person(self, user: UserId) -> str:
        """Give the path of the calendar of a person's reminders."""
        return await self._address("p", user)

    async def everything(self) -> Subscribed:
        """All events that a feed knows."""
        async with self.store.transaction() as tx:
            return Subscribed("T-Minus", await self._wanted(tx, None))

    async def read(self, token: str) -> Subscribed | None:
        """What an address shows; None when it is none of ours, or not any more."""
        known = TOKEN.fullmatch(token)
        if known is None:
            return None
        async with self.store.transaction() as tx:
            signed = sign(await self._key(tx), known[1], int(known[2]))
            if not hmac.compare_digest(signed, known[3]):
                return None
            if known[1] == "p":
                own = await tx.watches_of(Target(GuildId(0), ChannelId(int(known[2])), Place.PERSON))
                return Subscribed("T-Minus", await self._wanted(tx, own))
            watch = next((one for one in await tx.watches() if one.id == int(known[2])), None)
            if watch is None:
                return None
            return Subscribed(f"T-Minus · {watch.name}", await self._wanted(tx, (watch,)), watch.language)

    async def _wanted(self, tx: Transaction, watches: tuple[Watch, ...] | None) -> tuple[Track, ...]:
        tracks = await tx.tracks(net_since=self.clock.now() - LOOKS_BACK)
        return tuple(
            track
            for track in tracks
            if (not track.event.owner if watches is None else any(wants(watch, track.event, self.names) for watch in watches))
        )[:MOST]

    async def _address(self, kind: str, number: int) -> str:
        async with self.store.transaction() as tx:
            return f"/calendar/{kind}{number}-{sign(await self._key(tx), kind, number)}.ics"

    async def _key(self, tx: Transaction) -> str:
        key = await tx.recall(KEY)
        if key is None:
            key = self.invent()
            await tx.remember(KEY, key)
        return key


def sign(key: str, kind: str, number: int) -> str:
    """Sign an address."""
    return hmac.new(key.encode(), f"{kind}{number}".encode(), hashlib.sha256).hexdigest()[: 2 * SIGNED]
