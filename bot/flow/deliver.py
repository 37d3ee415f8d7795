"""Outbox -> Discord -> outcome. The row is the promise; what it says is rendered when it leaves, so that it is true then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from bot.busy import busy
from bot.flow.digests import digest
from bot.flow.errands import Errand, errand, is_errand, publishing
from bot.flow.landing import Dropped, Landing, Ready, is_there, named, report, shown, started
from bot.model import (
    FLOWN,
    OVER,
    Brief,
    Card,
    Claimed,
    Delivery,
    MessageId,
    Notice,
    Outcome,
    Place,
    Post,
    Say,
    Sent,
    Target,
    Track,
    Unclear,
    Watch,
)
from bot.ports import Clock, Outlet, OutletDown, Store, StoreDown, Transaction
from bot.rules import wording
from bot.rules.card import card as card_post
from bot.rules.card import face
from bot.rules.following import asks
from bot.rules.forum import entitled
from bot.rules.losing import rests
from bot.rules.matching import Names, followings, wants
from bot.rules.occasions import finished
from bot.rules.personal import aloud, home_of, to_person
from bot.rules.planning import address_of, edits_card, ending, keeps_card, may_ping, overdue, starts_card
from bot.rules.publishing import publication, spread
from bot.rules.quiet import is_silent
from bot.rules.retrying import CardGone, Done, Elsewhere, GiveUp, Pause, RetryAt, Unreachable, after, must_read_back
from bot.rules.sharing import Shards
from bot.rules.speaking import speaker_of
from bot.rules.zones import zone_of

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""While others fly, an outcome waits so long for company: half the CPU of a fan-out (bench/fanout). The nonce covers a crash."""
REST_S = 0.25
"""While deliveries fly, the outbox is looked into four times a second: a claim among 10,000 due rows takes some 40 ms."""


@dataclass(slots=True)
class Deliverer:
    """Sends what is due, a bounded number at once, one at a time per target.

    Transactions are shared, because Discord takes a delivery every twenty milliseconds: one claims for several targets and reads
    what to tell them, one records what landed while the last was recording. A row is recorded as sent only when Discord said so.
    """

    store: Store
    outlet: Outlet
    clock: Clock
    names: Names
    concurrency: int
    lease: timedelta
    margin: timedelta = timedelta()
    """So long before a claim lapses nothing leaves under it any more: what has left is answered by then, or given up."""
    shards: Shards | None = None
    """What this process holds of Discord's gateway; None: all of it."""
    wake: Callable[[], None] = lambda: None
    """Called when there is room for another delivery."""
    gather_s: float = 0.0
    """How long an outcome waits for others to be recorded with, while deliveries fly."""
    measure: Callable[[Landing], None] = lambda _: None
    """Called with each try that has ended."""
    flying: dict[Target, asyncio.Task[None]] = field(default_factory=dict[Target, "asyncio.Task[None]"])
    aloft: int = 0
    """How many of those that fly have not landed: the others only wait to be recorded, and take no room."""
    landed: list[Landing] = field(default_factory=list[Landing])
    """Those that wait to be recorded."""
    gathering: asyncio.Task[None] | None = None
    """What will record them."""
    recording: asyncio.Lock = field(default_factory=asyncio.Lock)
    rested_at: float = 0.0
    """On the loop's clock: when the outbox may be looked into again while deliveries fly."""

    async def beat(self) -> datetime | None:
        """Begin every delivery that is due and has room. Gives when to look again; None when nothing is owed."""
        loop, now = asyncio.get_running_loop(), self.clock.now()
        if self.flying and (rest := self.rested_at - loop.time()) > 0:
            return now + timedelta(seconds=rest)
        self.rested_at = loop.time() + REST_S
        async with self.store.transaction() as tx:
            lapsed = await tx.expire(now)
            room = self.concurrency - self.aloft
            claimed = await tx.claim(now, room, self.lease, busy=tuple(self.flying), shards=self.shards) if room > 0 else ()
            briefs = await tx.briefs([one.delivery for one in claimed])
            upcoming = await tx.next_start(now, shards=self.shards)
        for late in lapsed:
            about = {"event": late.event or "-", "target": address_of(late.target), "key": late.key}
            log.info("a delivery was dropped", extra=about | {"why": "too late"})
        for one in claimed:
            sent = one.delivery
            self.aloft += 1
            task = asyncio.create_task(self.deliver(one, briefs[sent.key]), name=f"deliver {sent.key}")
            self.flying[sent.target] = task
            task.add_done_callback(partial(self.land, sent.target))
        return upcoming

    def land(self, target: Target, _: asyncio.Task[None]) -> None:
        """Make room for the next delivery of a target."""
        self.flying.pop(target, None)
        self.wake()

    async def drain(self) -> None:
        """Wait until what has begun has ended."""
        while self.flying:
            await asyncio.wait(tuple(self.flying.values()))

    async def deliver(self, claimed: Claimed, brief: Brief) -> None:
        """Send one row and have the outcome recorded, in one transaction with whatever else landed by then."""
        began = asyncio.get_running_loop().time()
        with busy(named(claimed)):
            try:
                landing = await self.attempt(claimed, brief)
                self.measure(replace(landing, took_s=asyncio.get_running_loop().time() - began))
                self.landed.append(landing)
            except StoreDown as down:
                log.warning("the store is down, a delivery comes back later", extra={"why": str(down)})
            except Exception:
                log.exception("a delivery failed for a reason of ours")
            finally:
                self.aloft -= 1
        if self.landed:
            self.gathering = self.gathering or asyncio.create_task(self.gather(), name="record what landed")
            await asyncio.shield(self.gathering)

    async def gather(self) -> None:
        """Record what has landed by the time that it is its turn."""
        if self.aloft:
            await asyncio.sleep(self.gather_s)
        async with self.recording:
            self.gathering, landed, self.landed = None, self.landed, []
            await self.record(landed)

    async def attempt(self, claimed: Claimed, brief: Brief) -> Landing:
        """Render and send."""
        ready = await self.prepare(claimed.delivery, brief)
        if isinstance(ready, Dropped):
            return Landing(claimed, None, ready, self.clock.now())
        if isinstance(ready, Errand):
            outcome = await ready.run(self.leaving(claimed), claimed)
            return Landing(claimed, ready, ready.judge(outcome, claimed, self.clock.now()), self.clock.now())
        following = after(await self.send(claimed, ready), claimed, self.clock.now())
        if isinstance(following, Elsewhere) and (home := ready.home):
            outcome = await self.send_aloud(claimed, ready, home)
            ready = replace(ready, post=aloud(ready.post, claimed.delivery.target))
            following = after(outcome, claimed, self.clock.now(), aloud=True)
        return Landing(claimed, ready, following, self.clock.now())

    def leaving(self, claimed: Claimed) -> Outlet:
        """Give the outlet for what leaves under a claim: while nobody else can have taken it over, and while it is true.

        A process that is frozen wakes with what it was about to do. Others have done it by then.
        """
        last = min(claimed.until - self.margin, claimed.delivery.notice.stale)
        return self.outlet.under(lambda: self.clock.now() < last)

    # --- what leaves ----------------------------------------------------------------------------------------------

    async def prepare(self, sent: Delivery, brief: Brief) -> Ready | Errand | Dropped:
        """Render a delivery as it is true now, or say why it should not leave any more."""
        now, notice = self.clock.now(), sent.notice
        match notice.say:
            case Say.TROUBLE:
                return Ready(wording.trouble(notice.note, language=notice.language))
            case Say.SUMMARY:
                return await self.summarise(sent, brief, now)
            case Say.DIGEST:
                told = await digest(self.store, self.names, sent, brief, now)
                if isinstance(told, str):
                    return Dropped(told)
                return Ready(hushed(told[1], told[:1], brief, notice, now), spreads=spread(sent, told[:1]))
            case Say.PUBLISH:
                todo = await publishing(self.store, sent, brief, now)
                return Dropped(todo) if isinstance(todo, str) else todo
            case _:
                return self.tell(sent, brief, now)

    def tell(self, sent: Delivery, brief: Brief, now: datetime) -> Ready | Errand | Dropped:
        """Render what is said about an event."""
        notice, track, card = sent.notice, brief.track, brief.card
        asking = [w for w in brief.watches if track and asks(w, notice.say) and wants(w, track.event, self.names)]
        if track is None or not asking:
            return Dropped("no watch asks for it any more")
        if is_errand(sent):
            todo = errand(sent, track, brief, now)
            return Dropped(todo) if isinstance(todo, str) else todo
        if edits_card(sent, card):
            return edited(card, track, notice.language, now)
        post = wording.post(notice, track, now, as_card=starts_card(sent, card))
        if not may_ping(brief.last_ping, now):
            post = replace(post, roles=(), users=())
        asked = [w for w in asking if notice.lead is None or notice.lead in w.leads] or asking
        post = hushed(post, asked, brief, notice, now)
        if sent.target.place is Place.PERSON:
            return Ready(to_person(post, asking, notice.language), home=home_of(asking))
        if sent.target.place is Place.FORUM:
            return into_forum(post, track, card, notice.language)
        post = replace(post, speaker=speaker_of(track.event, asking))
        reply_to = card.message if card and not card.gone else None
        starts = starts_card(sent, card)
        earlier = partial(wording.post, notice, track, now, as_card=True) if starts_card(sent, None) and not starts else None
        return Ready(post, starts=starts, reply_to=reply_to, spreads=spread(sent, asked), earlier=earlier)

    async def summarise(self, sent: Delivery, brief: Brief, now: datetime) -> Ready | Dropped:
        """List what lies ahead of the watch that this summary is for."""
        watch = next((watch for watch in brief.watches if sent.notice.what == f"summary-{watch.id}"), None)
        if watch is None:
            return Dropped("no watch asks for it any more")
        async with self.store.transaction() as tx:
            tracks = await tx.tracks(net_since=now)
        flown = FLOWN | OVER
        ahead = tuple(track for track in tracks if track.event.status not in flown and wants(watch, track.event, self.names))
        if not ahead:
            return Dropped("nothing lies ahead yet")
        post = wording.summary((watch.name,), ahead, now, language=watch.language)
        return Ready(hushed(post, (watch,), brief, sent.notice, now))

    async def send(self, claimed: Claimed, ready: Ready) -> Outcome:
        """Let it leave; where an earlier try may have stored it and the nonce no longer guards, look first."""
        sent = claimed.delivery
        if ready.edits:
            return await self.leaving(claimed).edit(sent.target, ready.edits.message, ready.post)
        within = ready.within.message if ready.within else None
        guarded = (sent.target.place is not Place.FORUM or within is not None) and ready.post.speaker is None
        if must_read_back(claimed, self.clock.now(), guarded=guarded):
            places = [(sent.target, ready.post)]
            if ready.earlier:
                places.append((sent.target, ready.earlier()))
            if ready.home:  # an earlier try may have been told there
                places.append((ready.home, aloud(ready.post, sent.target)))
            try:
                found = await self.found(claimed, places, within)
            except OutletDown as down:
                return Unclear(str(down))
            if found:
                return Sent(found)
        return await self.leaving(claimed).send(sent.key, sent.target, ready.post, ready.reply_to)

    async def send_aloud(self, claimed: Claimed, ready: Ready, home: Target) -> Outcome:
        """Tell a person in a channel; the same key, so that nobody is told twice. What an earlier try may have stored counts."""
        sent = claimed.delivery
        try:
            found = await self.found(claimed, [(sent.target, ready.post)]) if claimed.tries else None
        except OutletDown as down:
            return Unclear(str(down))
        return Sent(found) if found else await self.leaving(claimed).send(sent.key, home, aloud(ready.post, sent.target))

    async def found(
        self, claimed: Claimed, places: Sequence[tuple[Target, Post]], within: MessageId | None = None
    ) -> MessageId | None:
        """Look where an earlier try may have stored it. Raises: OutletDown."""
        for target, post in places:
            if claimed.first_try and (message := await self.leaving(claimed).find(target, post, claimed.first_try, within)):
                return message
        return None

    # --- what is recorded -----------------------------------------------------------------------------------------

    async def record(self, landed: Sequence[Landing]) -> None:
        """Write down what became of tries. What cannot be written down leaves the lease to run out: the row comes back.

        Of a claim that somebody else has taken over only a message that is there is told: the rest is theirs to say.
        """
        try:
            async with self.store.transaction() as tx:
                for event in sorted({event for one in landed if (event := started(one)) is not None}):
                    await tx.track(event)  # first: it is locked before rows are, as a poll does
                standing = await tx.standing([one.claimed for one in landed])
                ours = [one for one in landed if one.claimed.delivery.key in standing or is_there(one)]
                await self.keep_cards(tx, ours)
                for one in sorted(ours, key=lambda one: one.claimed.delivery.key):
                    await self.settle(tx, one)
            for one in ours:
                report(one)
        except StoreDown as down:
            log.warning("the store is down, deliveries come back later", extra={"count": len(landed), "why": str(down)})
        except Exception:
            log.exception("outcomes were not recorded for a reason of ours", extra=named(landed[0].claimed))
            if len(landed) > 1:  # one of them, and it must not take the others along
                for one in landed:
                    await self.record((one,))

    async def settle(self, tx: Transaction, landing: Landing) -> None:
        """Write down what became of one try."""
        sent, left, now = landing.claimed.delivery, landing.left, landing.at
        match landing.following:
            case Done(message):
                await tx.record_sent(sent.key, message, now, pinged=isinstance(left, Ready) and left.rings)
                if isinstance(left, Ready) and left.spreads and not left.edits:
                    await tx.owe([publication(sent, message, left.spreads, now)])
            case RetryAt(at, why, counts):
                await tx.record_retry(sent.key, at, why, counts=counts)
            case GiveUp(why):
                await tx.record_dropped(sent.key, why, now)
            case Dropped(why) | Elsewhere(why) | Unreachable(why):
                await tx.record_dropped(sent.key, why, now)
            case Pause(why, at):
                await self.pause(tx, sent, why, at, now)
            case CardGone(over):
                if left is not None and left.about:
                    await tx.keep_card(finished(left.about) if over else replace(left.about, gone=True))
                await tx.record_dropped(sent.key, "it is over" if over else "the card was deleted", now)
            case _:
                assert_never(landing.following)

    async def keep_cards(self, tx: Transaction, landed: Sequence[Landing]) -> None:
        """Remember the cards and what they show; a new one also owes the edit for a T-0 that passes without word."""
        for one in landed:
            if (card := shown(one)) is not None:
                await tx.keep_card(card)
        began = [one for one in landed if started(one) is not None]
        briefs = await tx.briefs([one.claimed.delivery for one in began])
        await tx.set_edits([edit for one in began for edit in self.waiting(briefs[one.claimed.delivery.key], one.at)])

    def waiting(self, brief: Brief, now: datetime) -> tuple[Delivery, ...]:
        """Give the edits that a new card will need when T-0 passes without word."""
        track = brief.track
        if track is None:
            return ()
        asking = (one for one in followings(brief.watches, track.event, self.names) if keeps_card(one))
        return tuple(edit for one in asking for edit in (*overdue(one, track, now), *ending(one, track, now)))

    async def pause(self, tx: Transaction, sent: Delivery, why: str, at: datetime, now: datetime) -> None:
        """Let a target rest and tell the admins once. The row waits: it still leaves if the target is back in time."""
        if sent.target.place is Place.ADMINS:
            await tx.record_dropped(sent.key, f"nowhere to tell the admins: {why}", now)
            return
        await tx.record_retry(sent.key, at, why, counts=False)
        if await tx.pause(sent.target, why, now):
            log.warning("a target is paused", extra={"target": address_of(sent.target), "why": why})
            await tx.owe([rests(sent.target, why, now, sent.notice.language)])


def hushed(post: Post, asking: Sequence[Watch], brief: Brief, notice: Notice, now: datetime) -> Post:
    """Give a post that makes no sound in the quiet hours of those who asked for it."""
    zone = zone_of(brief.server.zone if brief.server else "UTC")
    return replace(post, silent=True) if is_silent(asking, notice, brief.track, zone, now) else post


def into_forum(post: Post, track: Track, card: Card | None, language: str) -> Ready | Dropped:
    """Open an event's post in a forum, or say it in there; where a moderator deleted it nothing is said."""
    if card is None:
        return Ready(entitled(post, track, language), starts=True)
    return Dropped("its post in the forum was deleted") if card.gone else Ready(post, reply_to=card.message, within=card)


def edited(card: Card | None, track: Track, language: str, now: datetime) -> Ready | Dropped:
    """Render an edit, unless there is no card or a reader would see no difference."""
    if card is None or card.gone:
        return Dropped("there is no card to edit")
    post = card_post(track, now, language=language)
    return Dropped("nothing that a reader would see changed") if face(post) == card.face else Ready(post, edits=card)
