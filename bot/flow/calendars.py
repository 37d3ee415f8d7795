"""Calendars to subscribe to: one of everything, one for each watch and each person, under addresses that nobody can guess."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.flow.shelf import Shelf
from bot.model import ChannelId, GuildId, Member, Place, Target, Track, UserId, Watch, WatchId
from bot.ports import Clock, Store, Transaction
from bot.rules.matching import Names, wants

KEY = "calendar key"
"""Name of the fact that signs addresses. Whoever forgets it makes all of them anew."""
RENEWED = "calendars of "
"""Begins the name of the fact with which the addresses of a server's watches are signed too, once they were made anew."""
LOOKS_BACK = timedelta(days=30)
"""Chosen, not measured: what was is still seen when somebody leafs back, and what was cancelled leaves every calendar by then."""
MOST = 500
"""Events of one calendar: some 300 kB."""
SIGNED = 20
"""Bytes of a signature kept: as long as SHA-1's, which nobody guesses."""
TOKEN = re.compile(r"([wp])([0-9]{1,20})-([0-9a-f]{40})", re.ASCII)
HIGHEST = 2**63 - 1
"""The highest id that a database keeps."""


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
    shelf: Shelf = field(default_factory=Shelf)
    invent: Callable[[], str] = secrets.token_hex

    async def address_of_watch(self, watch: Watch) -> str:
        """Give the path of a watch's calendar."""
        async with self.store.transaction() as tx:
            word = await tx.recall(f"{RENEWED}{watch.target.guild}") or ""
            return address("w", watch.id, sign(await self._key(tx), "w", watch.id, word))

    async def address_of_person(self, user: UserId) -> str:
        """Give the path of the calendar of a person's reminders."""
        async with self.store.transaction() as tx:
            member = await tx.member(user) or Member(user=user)
            if not member.calendar:
                member = replace(member, calendar=self.invent())
                await tx.keep_member(member)
            return address("p", user, sign(await self._key(tx), "p", user, member.calendar))

    async def renew_person(self, user: UserId) -> None:
        """Make the address of a person's calendar anew: the old one is nobody's."""
        async with self.store.transaction() as tx:
            member = await tx.member(user) or Member(user=user)
            await tx.keep_member(replace(member, calendar=self.invent()))

    async def renew_server(self, guild: GuildId) -> None:
        """Make the addresses of all watches of a server anew."""
        async with self.store.transaction() as tx:
            await tx.remember(f"{RENEWED}{guild}", self.invent())

    async def mark(self) -> str:
        """Give a word that is another one whenever a feed described anything since."""
        async with self.store.transaction() as tx:
            return await tx.mark()

    async def everything(self) -> Subscribed:
        """All events that a feed knows."""
        async with self.store.transaction() as tx:
            return Subscribed("T-Minus", await self._wanted(tx, None))

    async def read(self, token: str) -> Subscribed | None:
        """What an address shows; None when it is none of ours, or not any more."""
        known = TOKEN.fullmatch(token)
        if known is None or int(known[2]) > HIGHEST:
            return None
        kind, number, signature = known[1], int(known[2]), known[3]
        async with self.store.transaction() as tx:
            person = await tx.member(UserId(number)) if kind == "p" else None
            watch = await tx.watch(WatchId(number)) if kind == "w" else None
            word = person.calendar if person else await tx.recall(f"{RENEWED}{watch.target.guild}") if watch else None
            # Signed also where there is nobody: what is not there takes as long as what is forged.
            if not hmac.compare_digest(sign(await self._key(tx), kind, number, word or ""), signature):
                return None
            if person is not None and word:
                own = await tx.watches_of(Target(GuildId(0), ChannelId(number), Place.PERSON))
                return Subscribed("T-Minus", await self._wanted(tx, own), person.language)
            if watch is None or watch.target.place is Place.PERSON:
                return None
            return Subscribed(f"T-Minus · {watch.name}", await self._wanted(tx, (watch,)), watch.language)

    async def _wanted(self, tx: Transaction, watches: tuple[Watch, ...] | None) -> tuple[Track, ...]:
        now = self.clock.now()
        tracks = (await self.shelf.read(tx, now)).tracks
        recent = (track for track in tracks if track.event.net.at is None or track.event.net.at >= now - LOOKS_BACK)
        return tuple(
            track
            for track in recent
            if (not track.event.owner if watches is None else any(wants(watch, track.event, self.names) for watch in watches))
        )[:MOST]

    async def _key(self, tx: Transaction) -> str:
        key = await tx.recall(KEY)
        if key is None:
            key = self.invent()
            await tx.remember(KEY, key)
        return key


def address(kind: str, number: int, signature: str) -> str:
    """Write the path of a calendar."""
    return f"/calendar/{kind}{number}-{signature}.ics"


def sign(key: str, kind: str, number: int, word: str) -> str:
    """Sign an address."""
    signed = f"{kind}{number}.{word}" if word else f"{kind}{number}"
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()[: 2 * SIGNED]
