"""Feed -> changes -> match -> plan -> outbox: one transaction per event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.busy import busy
from bot.flow.ask import BASELINE
from bot.flow.plan import Desk, forget_finished, replan
from bot.model import OVER, Ask, Event, EventId, Kind, Place, Scope, Sighting, Status, Track
from bot.ports import Clock, Feed, FeedDown, Gone, NotModified, Requests, Sightings, Store, StoreDown, Transaction
from bot.rules.changes import Change, fold, gone, left_list
from bot.rules.merging import Traits, met, recreated, traits
from bot.rules.pacing import outlook
from bot.rules.planning import BASELINE_PATIENCE, summary
from bot.rules.polling import WELL, Health, LookUp, next_ask
from bot.rules.voices import lead, own_id, questioned, stays_listed, trust, voices_of

log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=2)
"""How far back requests are looked up: more than the hour over which quotas count."""

KNOWN_BACK = timedelta(days=40)
"""Chosen, not measured: tracks whose NET is longer ago are not compared with a list. Lists keep them a day (FEEDS)."""
TWIN_BACK = timedelta(hours=24)
"""An entry that another was merged into has a NET no longer ago: events leave their list then (FEEDS)."""

LISTS = frozenset({Scope.ALL, Scope.EVENTS})
"""Whole lists: what is not on one has left it."""


RESULTS: dict[type, str] = {Sightings: "read", NotModified: "unchanged", Gone: "gone"}
"""What came of asking, in one word."""


@dataclass(frozen=True, slots=True)
class Other:
    """An event that a feed does not answer for: who does, and by what to recognise it."""

    feed: str
    traits: Traits


@dataclass(slots=True)
class Poller:
    """Asks one feed when it is time, and folds what it says into what is known."""

    store: Store
    feed: Feed
    requests: Requests
    clock: Clock
    desk: Desk
    quota: int
    """Requests that the feed allows in any rolling hour."""
    health: Health = WELL
    answered: dict[Scope, datetime] = field(default_factory=dict[Scope, datetime])
    planned: Ask | None = None
    """Decided after the last answer; nothing else changes it, unless that answer is in doubt."""
    doubtful: bool = False
    """Whether the last answer may have died with the process that asked."""
    old: set[Scope] = field(default_factory=set[Scope])
    """Lists whose baseline is known to be taken."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Shared by the pollers of all feeds: one answer is folded in at a time, so that two that tell of one event meet."""
    measure: Callable[[str], None] = lambda _: None
    """Called with what came of each question, in one word."""

    def doubt(self) -> None:
        """Look anew as soon as the quota allows: another process asked until now, and may have died with the answer."""
        self.planned, self.doubtful = None, True

    async def beat(self) -> datetime:
        """Ask the feed, if it is time; give when it is time again."""
        ask = self.planned or await self.next_ask()
        if ask.at > self.clock.now():
            self.planned = ask
            return ask.at
        self.planned = None
        with busy({"feed": self.feed.name}):
            await self.ask(ask)
        self.planned = await self.next_ask()
        return self.planned.at

    async def ask(self, ask: Ask) -> None:
        """Ask the feed, and fold in what it answers."""
        asked = {"scope": ask.scope.value} | ({"event": ask.event} if ask.event else {})
        try:
            answer = await self.feed.read(ask)
        except FeedDown as down:
            self.health = Health(self.health.failures + 1, self.clock.now(), down.retry_after)
            self.measure("down")
            log.warning("the feed gave no answer; what was known stands", extra=asked | {"why": down.why})
            return
        self.health, self.answered[ask.scope] = WELL, self.clock.now()
        self.doubtful = False
        result = RESULTS[type(answer)]
        self.measure(result)
        log.info("the feed answered", extra=asked | {"result": result, "events": len(getattr(answer, "sightings", ()))})
        async with self.turn:
            await self.apply(ask, answer)

    async def next_ask(self) -> Ask:
        """Decide what to ask next, and when."""
        now = self.clock.now()
        tracks = (await self.known(now)).values()
        return next_ask(
            quota=self.quota,
            made=await self.requests.made(self.feed.name, now - REMEMBERED),
            answered=self.answered,
            outlooks=[outlook(track) for track in tracks if not track.event.owner],
            lookups=looked_for(tracks, self.feed.name),
            health=self.health,
            doubtful=self.doubtful,
            now=now,
        )

    async def apply(self, ask: Ask, answer: Sightings | NotModified | Gone) -> None:
        """Fold in one answer. Raises: ExceptionGroup of what failed for single events, after all others were folded in."""
        now = self.clock.now()
        match answer:
            case Sightings():
                await self.read(ask, answer, now)
            case Gone():
                if ask.event:
                    await self.missing(ask.event, now)
            case NotModified():
                await self.still(ask, now)
            case _:
                assert_never(answer)

    async def read(self, ask: Ask, page: Sightings, now: datetime) -> None:
        """Fold in every sighting of a page, then look for what is not on it."""
        self.report(page)
        known = await self.known(now)
        sightings = await self.named(page.sightings, known)
        listed = {sighting.event.id for sighting in sightings}
        absent = self.absent(ask, page, listed, known, now)
        alone = self.alone(listed, known)
        others = self.others(known) if alone or not listed <= known.keys() else {}
        baseline = not await self.baselined(ask.scope)
        bugs: list[Exception] = []
        unchanged: list[EventId] = []
        for sighting in sightings:
            with busy({"event": sighting.event.id}):
                try:
                    event = sighting.event.id
                    named: Sighting | None = sighting
                    if event in alone:
                        named = await self.yielded(sighting, others, listed, now)
                    elif event not in known:
                        named = await self.continued(sighting, absent, others, listed)
                    if named and await self.absorb(named, known.get(named.event.id), now, silent=baseline):
                        unchanged.append(named.event.id)
                except StoreDown:  # or another process leads by now: neither is a bug, and neither is over with the next event
                    raise
                except Exception as bug:
                    log.exception("an event could not be folded in", extra={"event": sighting.event.id})
                    bugs.append(bug)
        async with self.store.transaction() as tx:
            await tx.touch(unchanged, self.feed.name, now)
            await self.left(tx, ask, absent, now)
            if baseline and not page.cut and (page.sightings or Scope.ALL in self.old):
                await self.take_baseline(tx, ask.scope, now)
        if ask.scope in LISTS:
            async with self.store.transaction() as tx:
                await forget_finished(tx, now)
        if bugs:
            raise ExceptionGroup("events that could not be folded in", bugs)

    async def left(self, tx: Transaction, ask: Ask, absent: Mapping[EventId, Track], now: datetime) -> None:
        """Note of what a list does not show any more since when."""
        for event, track in absent.items() if ask.scope in LISTS else ():
            await tx.keep(left_list(await tx.track(event) or track, now))

    def report(self, page: Sightings) -> None:
        """Write down what could not be read."""
        for fault in page.faults:
            log.warning("part of a page could not be read", extra={"where": fault.where, "why": fault.why})

    async def known(self, now: datetime) -> dict[EventId, Track]:
        """Give what is known of events that a list may still show."""
        async with self.store.transaction() as tx:
            return {track.event.id: track for track in await tx.tracks(net_since=now - KNOWN_BACK)}

    async def absorb(self, sighting: Sighting, known: Track | None, now: datetime, *, silent: bool) -> bool:
        """Fold in one sighting; True when it said nothing new. `silent`: what is first seen now is no news, but is counted down."""
        if known and not (known.left or known.missing):
            track, changes = fold(known, sighting, now)
            if not changes and not track.voices:
                return True
        async with self.store.transaction() as tx:
            locked = await tx.track(sighting.event.id)
            track, changes = fold(locked, sighting, now)
            await tx.keep(track)
            if changes:
                told: Sequence[Change] = () if silent and locked is None else changes
                await replan(tx, self.desk, track, told, now, before=locked.event if locked else None)
        return False

    # --- ids ------------------------------------------------------------------------------------------------------

    async def named(self, sightings: Sequence[Sighting], known: Mapping[EventId, Track]) -> tuple[Sighting, ...]:
        """Give sightings the ids under which their events are known, from before they were created anew or from another feed."""
        aliases: dict[EventId, str] = {voice.event.id: track.event.id for track in known.values() for voice in track.voices}
        strangers = [one.event.id for one in sightings if one.event.id not in known and one.event.id not in aliases]
        if strangers:
            async with self.store.transaction() as tx:
                aliases |= {event: fact for event in strangers if (fact := await tx.recall(alias_of(event)))}
        return tuple(under(aliases.get(sighting.event.id), sighting) for sighting in sightings)

    async def continued(
        self, sighting: Sighting, absent: dict[EventId, Track], others: Mapping[EventId, Other], listed: set[EventId]
    ) -> Sighting | None:
        """Let an unknown id go on as the event that went missing in its place, or that another feed told of.

        Else it is a new event; unless it may be one that a more trusted feed has, or is listed twice: then it is left alone, None.
        """
        old = recreated(sighting.event, (track.event for track in absent.values()))
        if old is None:
            found = met(traits(sighting.event, self.desk.names), (other.traits for other in others.values()))
            doubtful = found.unclear if found.event is None else (found.event,) if found.event in listed else ()
            if any(trust(others[event].feed) > trust(self.feed.name) for event in doubtful):
                log.info("an event may be one that is known", extra={"event": sighting.event.id, "as": doubtful})
                return None
            old = found.event
        if old is None or old in listed:
            return sighting
        async with self.store.transaction() as tx:
            await tx.remember(alias_of(sighting.event.id), old)
        log.info("an event goes on under a new id", extra={"event": old, "new": sighting.event.id})
        absent.pop(old, None)
        listed.add(old)
        return under(old, sighting)

    def alone(self, listed: Collection[EventId], known: Mapping[EventId, Track]) -> set[EventId]:
        """Give the events of which this feed alone told, or is believed most, while there are feeds that are believed more."""
        name = self.feed.name
        if all(trust(lead(track)) <= trust(name) for track in known.values()):
            return set()
        return {event for event in listed if event in known and lead(known[event]) == name}

    async def yielded(self, sighting: Sighting, others: Mapping[EventId, Other], listed: set[EventId], now: datetime) -> Sighting:
        """Let an event end without a word, once it shows that a more trusted feed has it too: that one goes on."""
        found = met(traits(sighting.event, self.desk.names), (other.traits for other in others.values())).event
        if found is None or found in listed or trust(others[found].feed) <= trust(self.feed.name):
            return sighting
        async with self.store.transaction() as tx:
            track = await tx.track(sighting.event.id)
            if track is None or track.event.status in OVER:
                return sighting
            await tx.remember(alias_of(sighting.own or sighting.event.id), found)
            ended, changes = gone(track, now, twin=found)
            await tx.keep(ended)
            await replan(tx, self.desk, ended, changes, now, before=track.event)
        log.info("two events are one", extra={"event": found, "new": sighting.event.id})
        listed.add(found)
        return under(found, sighting)

    def others(self, known: Mapping[EventId, Track]) -> dict[EventId, Other]:
        """Give the known events that this feed never told of, or of which another one is believed more."""
        name = self.feed.name
        return {
            event: Other(lead(track), traits(track.event, self.desk.names))
            for event, track in known.items()
            if not track.event.owner
            and track.event.status is not Status.CANCELLED
            and (own_id(track, name) is None or lead(track) != name)
        }

    def absent(
        self, ask: Ask, page: Sightings, listed: Collection[EventId], known: Mapping[EventId, Track], now: datetime
    ) -> dict[EventId, Track]:
        """Give the known events that this whole list should show and does not."""
        if not page.whole or ask.scope not in LISTS | {Scope.NEAR} or (ask.scope is Scope.NEAR and page.until is None):
            return {}
        return {
            event: track
            for event, track in known.items()
            if event not in listed and lead(track) == self.feed.name and self.belongs(track.event, ask.scope, page, now)
        }

    def belongs(self, event: Event, scope: Scope, page: Sightings, now: datetime) -> bool:
        """Whether an event belongs on a list of this scope: ahead or just past, not over, within what the list covers."""
        at = event.net.at
        if at is None or event.status in OVER or (event.kind is Kind.LAUNCH) is (scope is Scope.EVENTS):
            return False
        return now - stays_listed(self.feed.name) < at and (page.until is None or at <= page.until)

    async def missing(self, event: EventId, now: datetime) -> None:
        """Fold in that the feed knows no such id."""
        async with self.store.transaction() as tx:
            known = await tx.track(EventId(await tx.recall(alias_of(event)) or event))
            if known is None or lead(known) != self.feed.name:
                return
            listed = (
                track.event
                for track in await tx.tracks(net_since=now - TWIN_BACK)
                if is_listed(track) and track.event.id != known.event.id
            )
            track, changes = gone(known, now, twin=recreated(known.event, listed))
            await tx.keep(track)
            if changes:
                await replan(tx, self.desk, track, changes, now, before=known.event)

    async def still(self, ask: Ask, now: datetime) -> None:
        """Note that a list said the same as before: what it covers was seen now."""
        kinds = {Kind.LAUNCH} if ask.scope in {Scope.ALL, Scope.NEAR} else set(Kind) - {Kind.LAUNCH}
        if ask.scope not in LISTS:
            return
        unchanged: list[EventId] = []
        for event, track in (await self.known(now)).items():
            voice = next((voice for voice in voices_of(track) if voice.feed == self.feed.name), None)
            if voice is None or track.left or track.event.kind not in kinds:
                continue
            said = Sighting(event=voice.event, feed=voice.feed, unsaid=voice.unsaid)
            if not track.voices or await self.absorb(under(event, said), track, now, silent=False):
                unchanged.append(event)
        async with self.store.transaction() as tx:
            await tx.touch(unchanged, self.feed.name, now)

    # --- the baseline ---------------------------------------------------------------------------------------------

    async def baselined(self, scope: Scope) -> bool:
        """Whether this kind of list was read before: the first time, all of it is old news."""
        kind = Scope.EVENTS if scope is Scope.EVENTS else Scope.ALL
        if kind not in self.old:
            async with self.store.transaction() as tx:
                if await tx.recall(f"{BASELINE}:{self.feed.name}:{kind}") is not None:
                    self.old.add(kind)
        return kind in self.old

    async def take_baseline(self, tx: Transaction, scope: Scope, now: datetime) -> None:
        """Write down that the first list is in; watches that waited for it get their summary a little later."""
        if scope not in LISTS:
            return
        await tx.remember(f"{BASELINE}:{self.feed.name}:{scope}", now.isoformat())
        if scope is Scope.ALL:
            await tx.remember(BASELINE, now.isoformat())
            asking = (watch for watch in await tx.watches() if watch.target.place is not Place.PERSON)
            await tx.owe([summary(watch, now + BASELINE_PATIENCE) for watch in asking])


def looked_for(tracks: Iterable[Track], feed: str) -> tuple[LookUp, ...]:
    """Give the events that a feed is asked for by their ids: they left its list, or another feed contradicts it."""
    return tuple(
        LookUp(own, track.missing)
        for track in tracks
        if track.event.status not in OVER and (own := own_id(track, feed))
        if (track.left and lead(track) == feed) or questioned(track, feed)
    )


def is_listed(track: Track) -> bool:
    """Whether an event was on its list when that was last read, and lies ahead."""
    return track.left is None and track.missing is None and track.event.status not in OVER


def alias_of(event: EventId) -> str:
    """Name the fact under which event this id goes on."""
    return f"alias:{event}"


def under(event: str | None, sighting: Sighting) -> Sighting:
    """Give a sighting another id, and let it keep its own; None leaves it as it is."""
    if event is None or event == sighting.event.id:
        return sighting
    return replace(sighting, event=replace(sighting.event, id=EventId(event)), own=sighting.own or sighting.event.id)
