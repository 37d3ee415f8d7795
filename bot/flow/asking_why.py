"""Why something was said in a server or not, what a watch would say, and how all of it is doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.flow.ask import Asking
from bot.flow.poll import Poller
from bot.model import FLOWN, OVER, GuildId, Settled, Tally, Target, Track, Watch
from bot.ports import Requests
from bot.rules.explaining import Verdict, verdict
from bot.rules.matching import wants
from bot.rules.rehearsing import Rehearsal, rehearsals

LOOKS_BACK = timedelta(days=365)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Why:
    """All there is to say about one event in one server."""

    track: Track
    verdicts: tuple[Verdict, ...]
    settled: Mapping[Target, tuple[Settled, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How one feed is doing."""

    name: str
    heard: datetime | None
    next_ask: datetime | None
    made: int
    quota: int
    failures: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """Reads how the feeds are doing; changes nothing."""

    pollers: Sequence[Poller]
    requests: Requests

    async def read(self, now: datetime) -> tuple[FeedState, ...]:
        """Give the state of each feed."""
        return tuple([await self._one(poller, now) for poller in self.pollers])

    async def _one(self, poller: Poller, now: datetime) -> FeedState:
        name = poller.feed.name
        return FeedState(
            name=name,
            heard=max(poller.answered.values(), default=None),
            next_ask=poller.planned.at if poller.planned else None,
            made=len(await self.requests.made(name, now - HOUR)),
            quota=poller.quota,
            failures=poller.health.failures,
        )


@dataclass(frozen=True, slots=True)
class Explaining:
    """Answers what admins wonder about."""

    asking: Asking

    async def why(self, guild: GuildId, text: str, language: str) -> Why | None:
        """Say what became of an event in a server; None when no event is meant."""
        track = await self.seen(guild, text)
        if track is None:
            return None
        async with self.asking.store.transaction() as tx:
            watches = await tx.watches(guild)
            settled = await tx.settled(track.event.id)
        names = self.asking.desk.names
        here = {target: found for target, found in settled.items() if target.guild == guild}
        return Why(track, tuple(verdict(watch, track.event, names, language) for watch in watches), here)

    async def seen(self, guild: GuildId, text: str) -> Track | None:
        """Find an event that this server may see."""
        return await self.asking.seen_from(guild).launch(text)

    async def next_for(self, draft: Watch) -> Track | None:
        """Give the next event that a watch wants; one with a clock time before one without."""
        now, names = self.asking.clock.now(), self.asking.desk.names
        always = replace(draft, off=False, paused=False)
        async with self.asking.store.transaction() as tx:
            ahead = [one for one in await tx.tracks(net_since=now) if one.event.status not in FLOWN | OVER]
        wanted = [one for one in ahead if wants(always, one.event, names)]
        return next((one for one in wanted if one.event.net.clock), wanted[0] if wanted else None)

    async def rehearse(self, watch: Watch, *, each: int) -> tuple[Rehearsal, ...]:
        """Give what a watch would have said of the last events, and will say of the next."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            tracks = await tx.tracks(net_since=now - LOOKS_BACK)
        return rehearsals(watch, tracks, self.asking.desk.names, now, each=each)

    async def tally(self) -> tuple[Tally, ...]:
        """Give how all deliveries ended."""
        async with self.asking.store.transaction() as tx:
            return await tx.tally()
