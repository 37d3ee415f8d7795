"""Missions that a server adds for itself: folded in and planned as a feed's are, and told to that server alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Who
from bot.flow.plan import replan
from bot.model import OVER, Event, EventId, GuildId, Sighting, Status, Track
from bot.ports import Transaction
from bot.rules.changes import fold
from bot.rules.owning import FEED, MOST, Own, event_id, first_told, told_again
from bot.tongue import said


@dataclass(frozen=True, slots=True)
class Owning:
    """Keeps a server's own missions."""

    asking: Asking

    async def own(self, guild: GuildId) -> tuple[Track, ...]:
        """Give the missions that a server added, by NET."""
        async with self.asking.store.transaction() as tx:
            return tuple(track for track in await tx.tracks() if track.event.owner == guild)

    async def add(self, who: Who, told: Own) -> Track:
        """Keep a new mission, and tell whoever watches here. Raises: Unacceptable."""
        async with self.asking.store.transaction() as tx:
            fact = f"own missions of {who.guild}"
            number = int(await tx.recall(fact) or 0) + 1
            await tx.remember(fact, str(number))
            ahead = [one for one in await tx.tracks() if one.event.owner == who.guild and one.event.status not in OVER]
            if len(ahead) >= MOST:
                sentence = "This server has {most} missions of its own ahead, which is the most. Remove one first."
                raise Unacceptable(said(who.language, sentence, most=MOST))
            track = await self.see(tx, first_told(event_id(who.guild, number), who.guild, told))
        self.asking.desk.wake()
        return track

    async def edit(self, who: Who, event: EventId, told: Own) -> Track | None:
        """Change what is said of a mission; None when this server has none of that id."""
        return await self._again(who, event, lambda known: told_again(known, told))

    async def remove(self, who: Who, event: EventId) -> Track | None:
        """End a mission as one that is cancelled; None when this server has none of that id."""
        return await self._again(who, event, lambda known: replace(known, status=Status.CANCELLED))

    async def _again(self, who: Who, event: EventId, change: Callable[[Event], Event]) -> Track | None:
        async with self.asking.store.transaction() as tx:
            known = await tx.track(event)
            if known is None or known.event.owner != who.guild:
                return None
            track = await self.see(tx, change(known.event))
        self.asking.desk.wake()
        return track

    async def see(self, tx: Transaction, event: Event) -> Track:
        """Fold one mission in as a feed's sighting is, and owe what follows."""
        now = self.asking.clock.now()
        known = await tx.track(event.id)
        track, changes = fold(known, Sighting(event=event, feed=FEED), now)
        await tx.keep(track)
        if changes:
            await replan(tx, self.asking.desk, track, changes, now, before=known.event if known else None)
        return track
