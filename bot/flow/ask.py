"""What people ask by slash command: read from the store, never from the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.flow.plan import Desk, catch_up, rearm
from bot.flow.shelf import Shelf
from bot.model import EVERYBODY, FLOWN, OVER, EventId, GuildId, Target, Track, Watch, WatchId
from bot.ports import Clock, Store, Transaction
from bot.rules.agenda import lies_ahead, runs, within
from bot.rules.planning import summary
from bot.rules.search import Catalogue, flights, found, label, meant, nearest, people
from bot.tongue import said

BASELINE = "baseline"
"""Name of the fact that every upcoming launch was read once."""


class Unacceptable(Exception):
    """A request that cannot be granted, in a sentence with a way on."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Answers members and admins."""

    store: Store
    clock: Clock
    desk: Desk
    most_watches: int = 50
    """Watches of one server: bounds what one event can cost."""
    shelf: Shelf = field(default_factory=Shelf)
    viewer: GuildId = EVERYBODY
    """From which server it is asked: what another one added for itself is not shown."""

    def seen_from(self, guild: int | None) -> Asking:
        """The same, asked from this server; None is outside of any."""
        return replace(self, viewer=GuildId(guild or EVERYBODY))

    def shows(self, track: Track) -> bool:
        """Whether who asks may see it."""
        return track.event.owner in {EVERYBODY, self.viewer}

    async def upcoming(self, count: int | None, text: str = "") -> tuple[Track, ...]:
        """Give the next events, nearest first, all without a count; `text` narrows them."""
        known, now = await self.known(), self.clock.now()
        ahead = [at for at, track in enumerate(known.tracks) if self.shows(track) and lies_ahead(track, now)]
        return self._narrowed(known, text, ahead)[:count]

    async def past(self, text: str = "") -> tuple[Track, ...]:
        """Give what flew, ended or should have happened within the last year, latest first; `text` narrows it."""
        known, now = await self.known(), self.clock.now()
        over = [at for at, track in enumerate(known.tracks) if self.shows(track) and not lies_ahead(track, now)]
        return self._narrowed(known, text, over)[::-1]

    def _narrowed(self, known: Catalogue, text: str, among: Sequence[int]) -> tuple[Track, ...]:
        return found(known, text, self.desk.names, among) if text else tuple(known.tracks[at] for at in among)

    async def schedule(self, days: int, text: str = "") -> tuple[Track, ...]:
        """Give what happens within so many days, by day; `text` narrows it."""
        return within(await self.upcoming(None, text), self.clock.now(), days)

    async def live(self) -> tuple[tuple[Track, ...], Track | None]:
        """Give what streams now, and the next event with a stream that does not yet."""
        now = self.clock.now()
        known = (await self.known()).tracks
        live = tuple(track for track in known if runs(track, now) and self.shows(track))
        ahead = (track for track in await self.upcoming(None) if track.event.webcasts and track not in live)
        return live, next(ahead, None)

    async def known(self) -> Catalogue:
        """Give what is known of the last year and of all that lies ahead."""
        async with self.store.transaction() as tx:
            return await self.shelf.read(tx, self.clock.now())

    async def suggest(self, text: str, limit: int = 25) -> tuple[tuple[str, str], ...]:
        """Give choices for an event's name: label and value, both within 100 characters."""
        return tuple((label(track), str(track.event.id)[:100]) for track in await self.search(text, limit))

    async def launch(self, text: str) -> Track | None:
        """Find the event that a choice or a few words mean; None when nothing fits."""
        async with self.store.transaction() as tx:
            exact = await tx.track(EventId(text))
        if exact is not None and self.shows(exact):
            return exact
        return next(filter(self.shows, meant(await self.known(), text, self.desk.names, self.clock.now())), None)

    async def exactly(self, event: EventId) -> Track | None:
        """Give the event of this id."""
        async with self.store.transaction() as tx:
            return await tx.track(event)

    async def search(self, text: str, limit: int) -> tuple[Track, ...]:
        """Find events by words, what fits best first, those of the last year included; an event's id finds that one."""
        known = await self.known()
        exact = tuple(track for track in known.tracks if track.event.id == text and self.shows(track))
        hidden = sum(not self.shows(track) for track in known.tracks)
        near = nearest(known, text, self.desk.names, self.clock.now(), limit + hidden)
        return exact or tuple(filter(self.shows, near))[:limit]

    async def suggest_people(self, text: str, limit: int = 25) -> tuple[str, ...]:
        """Give the people that a text may mean."""
        return people(await self.known(), text, self.desk.names)[:limit]

    async def crew(self, text: str) -> tuple[str, tuple[Track, ...]]:
        """Find whose flights are meant, and those; nobody and nothing when nobody is meant."""
        known = await self.known()
        person = next(iter(people(known, text, self.desk.names)), "")
        return person, flights(known, person, self.clock.now()) if person else ()

    async def watches(self, guild: GuildId) -> tuple[Watch, ...]:
        """Give the watches of a server, by id."""
        async with self.store.transaction() as tx:
            return await tx.watches(guild)

    async def add_watch(self, draft: Watch) -> tuple[Watch, tuple[Track, ...]]:
        """Keep a watch, arm its countdowns, owe its summary: the watch, and what lies ahead of it. Raises: Unacceptable."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            own = await tx.watches(draft.target.guild)
            if len(own) >= self.most_watches:
                sentence = "This server has {most} watches, which is the most. Remove one with `/watch remove` first."
                raise Unacceptable(said(draft.language, sentence, most=self.most_watches))
            await tx.resume(draft.target)
            watch = await tx.add_watch(replace(draft, made_at=now))
            ahead = await self.arm(tx, watch, now)
            if await tx.recall(BASELINE):
                await tx.owe([summary(watch, now)])
        self.desk.wake()
        return watch, ahead

    async def remove_watch(self, guild: GuildId, watch: WatchId) -> bool:
        """Forget a watch and what it alone was owed; False when the server has no such watch."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            gone = next((one for one in await tx.watches(guild) if one.id == watch), None)
            if gone is None or not await tx.remove_watch(guild, watch):
                return False
            await self.arm(tx, gone, now)
        return True

    async def resume(self, guild: GuildId) -> tuple[Target, ...]:
        """Send again to every paused target of a server; gives those that were paused."""
        async with self.store.transaction() as tx:
            targets = tuple(await tx.paused(guild))
            for target in targets:
                await tx.resume(target)
            await catch_up(tx, self.desk, targets, self.clock.now())
        self.desk.wake()
        return targets

    async def paused(self, guild: GuildId) -> Mapping[Target, tuple[str, datetime]]:
        """Give the paused targets of a server: why, and since when."""
        async with self.store.transaction() as tx:
            return await tx.paused(guild)

    async def age(self) -> datetime | None:
        """Say when a launch feed last described anything that was yet to come; None before it did."""
        now, tracks = self.clock.now(), (await self.known()).tracks
        ahead = (track for track in tracks if track.event.net.at is None or track.event.net.at >= now)
        return max((track.seen for track in ahead if not track.event.owner), default=None)

    async def arm(self, tx: Transaction, watch: Watch, now: datetime) -> tuple[Track, ...]:
        """Set the countdowns right of every event that a watch wants, and give those that lie ahead."""
        asked = await rearm(tx, self.desk, watch.target.guild, (watch,), now)
        return tuple(track for track in asked if track.event.status not in FLOWN | OVER)
