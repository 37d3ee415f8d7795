"""Article -> link -> outbox: one transaction for an article, what it is about, who is told, and the stream that it may be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.flow.ask import BASELINE
from bot.flow.bookshelf import Bookshelf
from bot.flow.plan import Desk, replan
from bot.model import EVERYBODY, Article, Coverage, EventId, GuildId, Linked, Track
from bot.ports import Articles, Clock, Store, StoreDown, Transaction
from bot.rules.changes import Touched
from bot.rules.coverage import KEPT, NEARNESS, About, differs, in_order, is_kept, is_timely, on_card, owed
from bot.rules.guessing import meant, shown
from bot.rules.library import Library
from bot.rules.linking import link
from bot.rules.matching import followings
from bot.rules.planning import edits

log = logging.getLogger(__name__)

TOLD = "its feed says so"
"""The evidence where an article's feed itself names the event."""
LOOKED = timedelta(minutes=1)
"""How long it is remembered which launches are near."""
SWEPT = timedelta(days=1)
"""Between two sweeps of what is old."""


@dataclass(slots=True)
class Newsroom:
    """Takes in what the feeds of articles hold."""

    store: Store
    clock: Clock
    desk: Desk
    shelf: Bookshelf
    near: tuple[datetime, tuple[datetime, ...]] | None = None
    """When it was last looked which watched events are near, and their clock times."""
    swept: datetime | None = None

    async def is_open(self) -> bool:
        """Whether launches were read at all: before, every article would be about nothing."""
        async with self.store.transaction() as tx:
            return await tx.recall(BASELINE) is not None

    async def take(self, name: str, page: Articles, owner: GuildId = EVERYBODY) -> None:
        """Fold in what a feed holds; the first time, all of it is old news. Raises: StoreDown."""
        now = self.clock.now()
        for fault in page.faults:
            log.warning("part of a page could not be read", extra={"feed": name, "where": fault.where, "why": fault.why})
        articles = in_order(article for article in page.articles if is_kept(article, now))
        async with self.store.transaction() as tx:
            known = await tx.known_articles([article.url for article in articles], owner)
            baseline = await tx.recall(read_once(name)) is None
        fresh = [article for article in articles if differs(known.get(article.url), article)]
        for article in fresh:
            try:
                await self.note(article, owner, silent=baseline or article.url in known)
            except StoreDown:
                raise
            except Exception:
                log.exception("an article could not be folded in", extra={"feed": name, "url": article.url})
            await asyncio.sleep(0)  # linking one takes some milliseconds
        if baseline:
            async with self.store.transaction() as tx:
                await tx.remember(read_once(name), now.isoformat())
        self.desk.wake()

    async def note(self, article: Article, owner: GuildId, *, silent: bool) -> None:
        """Write down one article and what follows from it. `silent`: it is no news."""
        now = self.clock.now()
        linked = links(article, await self.shelf.read(now), now)
        async with self.store.transaction() as tx:
            tracks = {one.event: track for one in sorted(linked, key=lambda one: one.event) if (track := await tx.track(one.event))}
            known = tuple(one for one in linked if one.event in tracks)
            coverage = Coverage(article=article, linked=known, owner=owner)
            await tx.keep_article(coverage, now)
            if not tracks:
                return
            if owner == EVERYBODY:
                tracks = await self.shown(tx, article, known, tracks, now)
            if not silent:
                await tx.owe(owed(coverage, await self.abouts(tx, known, tracks), now))

    async def shown(
        self, tx: Transaction, article: Article, linked: Sequence[Linked], tracks: Mapping[EventId, Track], now: datetime
    ) -> dict[EventId, Track]:
        """Show an article on the cards of its events, and as the stream of the one whose stream it is."""
        stream = meant(article, ((one, tracks[one.event]) for one in linked), now)
        after: dict[EventId, Track] = {}
        for event, before in tracks.items():
            found = stream[1] if stream and stream[0] is before else None
            track, changes = shown(before, article, found, now)
            track = replace(track, press=on_card(track, article)) if is_timely(track, now) else track
            after[event] = track
            if track == before:
                continue
            await tx.keep(track)
            if changes:
                await replan(tx, self.desk, track, changes, now, before=before.event)
            elif track.press != before.press:
                following = followings(await tx.watches(), track.event, self.desk.names)
                touched = (Touched(frozenset({"press"})),)
                await tx.set_edits(edits(track, touched, following, await tx.cards(event), now))
        return after

    async def abouts(self, tx: Transaction, linked: Sequence[Linked], tracks: Mapping[EventId, Track]) -> tuple[About, ...]:
        """Gather who follows the events of an article, and what they were told."""
        watches = await tx.watches()
        found: list[About] = []
        for one in linked:
            track = tracks[one.event]
            following = followings(watches, track.event, self.desk.names)
            found.append(About(one, track, following, await tx.settled(one.event)))
        return tuple(found)

    async def t0s(self) -> tuple[datetime, ...]:
        """Give the clock times of watched events that are near enough to read feeds more often."""
        now = self.clock.now()
        if self.near is None or now - self.near[0] >= LOOKED:
            async with self.store.transaction() as tx:
                tracks = await tx.tracks(net_since=now - NEARNESS[1])
                watches = await tx.watches()
            clocks = [(track.event, t0) for track in tracks if (t0 := track.event.net.clock) and t0 + 2 * NEARNESS[0] <= now]
            self.near = now, tuple(t0 for event, t0 in clocks if followings(watches, event, self.desk.names))
        return self.near[1]

    async def sweep(self) -> None:
        """Forget articles that are old, once a day."""
        now = self.clock.now()
        if self.swept is None or now - self.swept >= SWEPT:
            async with self.store.transaction() as tx:
                count = await tx.sweep_articles(now - KEPT)
            self.swept = now
            log.info("old articles are forgotten", extra={"count": count})


def links(article: Article, library: Library, now: datetime) -> tuple[Linked, ...]:
    """Link an article; what its own feed names is taken as said."""
    told = [Linked(event=event, confidence=1.0, evidence=(TOLD,)) for event in dict.fromkeys(article.events)]
    read = [one for one in link(article, library, now) if one.event not in article.events]
    return (*told, *read)


def read_once(name: str) -> str:
    """Name the fact that a feed of articles was read before."""
    return f"press:{name}"
