"""What a person asks for alone: reminders, standing wishes, settings, and what is stored about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.flow.ask import Asking, Unacceptable
from bot.flow.plan import replan
from bot.model import FLOWN, OVER, Event, EventId, Facet, Fate, GuildId, Member, Target, Term, Track, UserId, Watch, WatchId
from bot.ports import Transaction
from bot.rules.matching import normalised, wants
from bot.rules.personal import MOST, NOBODY, is_over, mailbox, one_event, only_event, same_wish, wish
from bot.rules.pressing import HASHED, can_be_awaited, spelt
from bot.rules.text import headline
from bot.tongue import counted, said

SUGGESTED = 25
"""Discord shows at most so many choices."""


OFFERS: Mapping[Facet, Callable[[Event], Iterable[str]]] = {
    Facet.ROCKET: lambda event: [event.rocket.name, *event.rocket.families] if event.rocket else [],
    Facet.PROGRAM: lambda event: (*event.programs, *event.stations),
}
"""What can be followed beside people and single events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, in which language, and where: `home` is the channel where the bot may speak, `guild` 0 in direct messages."""

    user: UserId
    language: str = "en"
    guild: GuildId = NOBODY
    home: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """A person's watch as it stands. `track`: its event, when it is about one alone; `ahead`: what a standing one means now."""

    watch: Watch
    track: Track | None = None
    ahead: tuple[Track, ...] = ()
    fresh: bool = False
    """Made just now; else it was there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is stored about a person."""

    member: Member | None
    watches: tuple[Watch, ...]
    deliveries: Mapping[Fate, int]
    made: int
    """Watches of servers that bear the person's id."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Answers a person about what is theirs."""

    asking: Asking

    # --- events ---------------------------------------------------------------------------------------------------

    async def event(self, about: str, asker: Asker) -> Track:
        """Give the event that a button or a choice means. Raises: Unacceptable."""
        track = await self._by_digest(about) if about.startswith(HASHED) else await self.asking.seen_from(asker.guild).launch(about)
        if track is None or track.event.owner not in {NOBODY, asker.guild}:
            raise Unacceptable(said(asker.language, "I do not know that event any more. `/next` shows what comes."))
        return track

    async def _by_digest(self, about: str) -> Track | None:
        known = (await self.asking.known()).tracks
        return next((track for track in known if spelt(track.event.id) == about), None)

    # --- reminders ------------------------------------------------------------------------------------------------

    async def remind(self, asker: Asker, about: str) -> Reminding:
        """Keep a reminder of one event; gives the one that is there already. Raises: Unacceptable."""
        found = await self.event(about, asker)
        event = found.event
        self._check_ahead(found, asker)
        now = self.asking.clock.now()
        async with self._alone(asker.user) as tx:
            own = await tx.watches_of(mailbox(asker.user))
            term = one_event(event)
            known = same_wish(own, term)
            if known:
                return Reminding(watch=known, track=found)
            track = await tx.track(event.id) or found
            watch = await self._add(tx, asker, own, term, event.name)
            await replan(tx, self.asking.desk, track, (), now)
        self.asking.desk.wake()
        return Reminding(watch=watch, track=track, fresh=True)

    def _check_ahead(self, track: Track, asker: Asker) -> None:
        now = self.asking.clock.now()
        if not can_be_awaited(track.event, now) or is_over(track, now):
            name = headline(track.event, asker.language)
            raise Unacceptable(said(asker.language, "{name} is over, there is nothing to remind you of.", name=name))

    async def follow(self, asker: Asker, facet: Facet, text: str) -> Reminding:
        """Keep a standing wish; gives the one that is there already. Raises: Unacceptable."""
        term = Term(facet, " ".join(text.split()))
        now = self.asking.clock.now()
        async with self._alone(asker.user) as tx:
            own = await tx.watches_of(mailbox(asker.user))
            known = same_wish(own, term)
            watch = known or await self._add(tx, asker, own, term, term.text)
            ahead = await self.asking.arm(tx, watch, now)
        self.asking.desk.wake()
        return Reminding(watch=watch, ahead=ahead, fresh=known is None)

    async def _add(self, tx: Transaction, asker: Asker, own: Sequence[Watch], term: Term, name: str) -> Watch:
        if len(own) >= MOST:
            raise Unacceptable(
                counted(
                    asker.language,
                    "You have {count} reminder, which is the most. Stop it in `/reminders` first.",
                    "You have {count} reminders, which is the most. Stop one in `/reminders` first.",
                    MOST,
                )
            )
        member = replace(await tx.member(asker.user) or Member(user=asker.user), language=asker.language)
        return await tx.add_watch(wish(member, term, name, self.asking.clock.now(), asker.home))

    async def mine(self, user: UserId) -> tuple[Member, tuple[Watch, ...]]:
        """Give a person's settings and reminders, by id."""
        async with self.asking.store.transaction() as tx:
            return await tx.member(user) or Member(user=user), await tx.watches_of(mailbox(user))

    async def listed(self, user: UserId) -> tuple[Member, tuple[Reminding, ...]]:
        """Give a person's settings, and all reminders with their events as they stand."""
        member, own = await self.mine(user)
        async with self.asking.store.transaction() as tx:
            events = sorted({event for watch in own if (event := only_event(watch))})
            tracks = {event: await tx.track(event) for event in events}
        return member, tuple(Reminding(watch=watch, track=tracks.get(only_event(watch) or EventId(""))) for watch in own)

    async def one(self, asker: Asker, watch: WatchId) -> Reminding:
        """Give one reminder of a person, with what it means now. Raises: Unacceptable."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            kept = await self._own(tx, asker, watch)
            event = only_event(kept)
            track = await tx.track(event) if event else None
            tracks = () if event else await tx.tracks(net_since=now)
        over = FLOWN | OVER
        ahead = (t for t in tracks if t.event.status not in over and wants(kept, t.event, self.asking.desk.names))
        return Reminding(watch=kept, track=track, ahead=tuple(ahead))

    async def set_leads(self, asker: Asker, watch: WatchId, leads: tuple[timedelta, ...]) -> Reminding:
        """Change when one reminder comes. Raises: Unacceptable."""
        now = self.asking.clock.now()
        async with self._alone(asker.user) as tx:
            kept = await self._own(tx, asker, watch)
            # Made anew: a lead that has passed by now is not owed after the fact.
            changed = replace(kept, leads=leads, made_at=now)
            await tx.replace_watch(changed)
            await self._arm(tx, changed, now)
        self.asking.desk.wake()
        return await self.one(asker, watch)

    async def stop(self, asker: Asker, watch: WatchId) -> Watch | None:
        """End one reminder of a person; None when there is none of theirs by this id (any more)."""
        now = self.asking.clock.now()
        async with self._alone(asker.user) as tx:
            own = await tx.watches_of(mailbox(asker.user))
            gone = next((one for one in own if one.id == watch), None)
            if gone is not None:
                await tx.remove_watch(NOBODY, watch)
                await self._arm(tx, gone, now)
        return gone

    async def _own(self, tx: Transaction, asker: Asker, watch: WatchId) -> Watch:
        kept = next((one for one in await tx.watches_of(mailbox(asker.user)) if one.id == watch), None)
        if kept is None:
            raise Unacceptable(said(asker.language, "You have no such reminder any more. `/reminders` shows those you have."))
        return kept

    async def _arm(self, tx: Transaction, watch: Watch, now: datetime) -> None:
        """Set right what a changed watch owes."""
        event = only_event(watch)
        if event is None:
            await self.asking.arm(tx, watch, now)
        elif (track := await tx.track(event)) is not None:
            await replan(tx, self.asking.desk, track, (), now)

    @asynccontextmanager
    async def _alone(self, user: UserId) -> AsyncGenerator[Transaction]:
        """A transaction in which this person's other clicks wait: two at once make one reminder, not two."""
        async with self.asking.store.transaction() as tx:
            await tx.track(EventId(f"person:{user}"))  # no event has this id; where the database locks, it locks by name
            yield tx

    # --- choices --------------------------------------------------------------------------------------------------

    async def suggest(self, facet: Facet, typed: str) -> tuple[str, ...]:
        """Give what people may want to follow, most frequent first: rockets or programs of what is known."""
        seen: Counter[str] = Counter()
        for track in (await self.asking.known()).tracks:
            if not track.event.owner:
                seen.update(set(OFFERS[facet](track.event)))
        sought = normalised(typed)
        return tuple(name for name, _ in seen.most_common() if sought in normalised(name))[:SUGGESTED]

    async def suggest_launch(self, typed: str, guild: GuildId) -> tuple[Track, ...]:
        """Give the events ahead that may be meant."""
        found = await self.asking.seen_from(guild).search(typed, 2 * SUGGESTED)
        over = FLOWN | OVER
        return tuple(t for t in found if t.event.status not in over and t.event.owner in {NOBODY, guild})[:SUGGESTED]

    # --- settings and privacy -------------------------------------------------------------------------------------

    async def decide(self, user: UserId, change: Callable[[Member], Member]) -> Member:
        """Change a person's settings; reminders that are there already keep their times."""
        async with self._alone(user) as tx:
            member = change(await tx.member(user) or Member(user=user))
            await tx.keep_member(member)
        return member

    async def zone(self, user: UserId, guild: GuildId) -> str:
        """Give the zone in which a person's days are: their own, else the server's."""
        async with self.asking.store.transaction() as tx:
            member = await tx.member(user)
            if member is not None and member.zone:
                return member.zone
            server = await tx.server(guild) if guild else None
        return server.zone if server else "UTC"

    async def held(self, user: UserId) -> Held:
        """Give all that is stored about a person."""
        async with self.asking.store.transaction() as tx:
            own = mailbox(user)
            made = sum(watch.made_by == user and watch.target != own for watch in await tx.watches())
            return Held(member=await tx.member(user), watches=await tx.watches_of(own), deliveries=await tx.sent_to(own), made=made)

    async def forget(self, user: UserId) -> None:
        """Delete all that is stored about a person.

        First what is owed, under the locks of its events: a poll that still knew the reminders would write it down again.
        """
        now, names = self.asking.clock.now(), self.asking.desk.names
        async with self._alone(user) as tx:
            own = await tx.watches_of(mailbox(user))
            events = {event for watch in own if (event := only_event(watch))}
            for watch in own:
                await tx.remove_watch(NOBODY, watch.id)
            if any(only_event(watch) is None for watch in own):
                ahead = await tx.tracks(net_since=now)
                events |= {track.event.id for track in ahead if any(wants(watch, track.event, names) for watch in own)}
            for event in sorted(events):
                if (track := await tx.track(event)) is not None:
                    await replan(tx, self.asking.desk, track, (), now)
        async with self._alone(user) as tx:
            await tx.forget_member(user)
