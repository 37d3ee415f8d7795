"""Outbox -> Discord -> outcome. The row is the promise; what it says is rendered when it leaves, so that it is true then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from bot.model import (
    FLOWN,
    OVER,
    Card,
    Claimed,
    Delivery,
    MessageId,
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
from bot.rules.following import asks, wanted
from bot.rules.matching import Names, followings, wants
from bot.rules.planning import edits_card, may_ping, overdue, starts_card, trouble
from bot.rules.retrying import CardGone, Done, GiveUp, Next, Pause, RetryAt, after, must_read_back

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A post that may leave now. `edits`: the card that it replaces; `starts`: it becomes the card."""

    post: Post
    edits: Card | None = None
    starts: bool = False
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing leaves, and why."""

    why: str


@dataclass(slots=True)
class Deliverer:
    """Sends what is due, a bounded number at once, one at a time per target."""

    store: Store
    outlet: Outlet
    clock: Clock
    names: Names
    concurrency: int
    lease: timedelta
    wake: Callable[[], None] = lambda: None
    """Called when there is room for another delivery."""
    flying: dict[Target, asyncio.Task[None]] = field(default_factory=dict[Target, "asyncio.Task[None]"])

    async def beat(self) -> datetime | None:
        """Begin every delivery that is due and has room. Gives when to look again; None when nothing is owed."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            if expired := await tx.expire(now):
                log.info("dropped as too late", extra={"count": expired})
            room = self.concurrency - len(self.flying)
            claimed = await tx.claim(now, room, self.lease, busy=tuple(self.flying)) if room > 0 else ()
            upcoming = await tx.next_start(now)
        for one in claimed:
            task = asyncio.create_task(self.deliver(one), name=f"deliver {one.delivery.key}")
            self.flying[one.delivery.target] = task
            task.add_done_callback(partial(self.landed, one.delivery.target))
        return upcoming

    def landed(self, target: Target, _: asyncio.Task[None]) -> None:
        """Make room for the next delivery of a target."""
        self.flying.pop(target, None)
        self.wake()

    async def drain(self) -> None:
        """Wait until what has begun has ended."""
        while self.flying:
            await asyncio.wait(tuple(self.flying.values()))

    async def deliver(self, claimed: Claimed) -> None:
        """Send one row and record the outcome. A store that is gone leaves the lease to run out: the row comes back."""
        try:
            await self.attempt(claimed)
        except StoreDown as down:
            log.warning("the store is down, a delivery comes back later", extra={"key": claimed.delivery.key, "why": str(down)})
        except Exception:
            log.exception("a delivery failed for a reason of ours", extra={"key": claimed.delivery.key})

    async def attempt(self, claimed: Claimed) -> None:
        """Render, send, record."""
        sent = claimed.delivery
        async with self.store.transaction() as tx:
            ready = await self.prepare(tx, sent)
            if isinstance(ready, Dropped):
                await tx.record_dropped(sent.key, ready.why, self.clock.now())
                return
        outcome = await self.send(claimed, ready)
        now = self.clock.now()
        following = after(outcome, claimed, now)
        async with self.store.transaction() as tx:
            await self.record(tx, claimed, ready, following, now)

    # --- what leaves ----------------------------------------------------------------------------------------------

    async def prepare(self, tx: Transaction, sent: Delivery) -> Ready | Dropped:
        """Render a delivery as it is true now, or say why it should not leave any more."""
        now = self.clock.now()
        notice = sent.notice
        if notice.say is Say.TROUBLE:
            return Ready(wording.trouble(notice.note))
        asking = [watch for watch in await tx.watches(sent.target.guild) if watch.target == sent.target]
        if notice.say is Say.SUMMARY:
            return await self.summarise(tx, sent, asking, now)
        track = await tx.track(sent.event) if sent.event else None
        if track is None or not any(asks(watch, notice.say) and wants(watch, track.event, self.names) for watch in asking):
            return Dropped("no watch asks for it any more")
        card = await tx.card(sent.target, track.event.id)
        if edits_card(sent, card):
            return edited(card, track, notice.language, now)
        post = wording.post(notice, track, now, as_card=starts_card(sent, card))
        if not may_ping(await tx.last_ping(sent.target, track.event.id), now):
            post = replace(post, roles=(), users=())
        reply_to = card.message if card and not card.gone else None
        return Ready(post, starts=starts_card(sent, card), reply_to=reply_to)

    async def summarise(self, tx: Transaction, sent: Delivery, asking: Sequence[Watch], now: datetime) -> Ready | Dropped:
        """List what lies ahead of the watch that this summary is for."""
        watch = next((watch for watch in asking if sent.notice.what == f"summary-{watch.id}"), None)
        if watch is None:
            return Dropped("no watch asks for it any more")
        tracks = (track for track in await tx.tracks(net_since=now) if track.event.status not in FLOWN | OVER)
        ahead = tuple(track for track in tracks if wants(watch, track.event, self.names))
        if not ahead:
            return Dropped("nothing lies ahead yet")
        return Ready(wording.summary((watch.name,), ahead, now, language=watch.language))

    async def send(self, claimed: Claimed, ready: Ready) -> Outcome:
        """Let it leave; where an earlier try may have stored it and the nonce no longer guards, look first."""
        sent = claimed.delivery
        if ready.edits:
            return await self.outlet.edit(sent.target, ready.edits.message, ready.post)
        if must_read_back(claimed, self.clock.now()) and claimed.first_try:
            try:
                found = await self.outlet.find(sent.target, ready.post, claimed.first_try)
            except OutletDown as down:
                return Unclear(str(down))
            if found:
                return Sent(found)
        return await self.outlet.send(sent.key, sent.target, ready.post, ready.reply_to)

    # --- what is recorded -----------------------------------------------------------------------------------------

    async def record(self, tx: Transaction, claimed: Claimed, ready: Ready, following: Next, now: datetime) -> None:
        """Write down what became of a try."""
        sent = claimed.delivery
        match following:
            case Done(message):
                pinged = not ready.edits and bool(ready.post.roles or ready.post.users)
                await self.keep_card(tx, sent, ready, message, now)  # first: it locks the track, as a poll does before its rows
                await tx.record_sent(sent.key, message, now, pinged=pinged)
            case RetryAt(at, why, counts):
                await tx.record_retry(sent.key, at, why, counts=counts)
            case GiveUp(why):
                log.error("a post was refused", extra={"key": sent.key, "why": why})
                await tx.record_dropped(sent.key, why, now)
            case Pause(why, at):
                await self.pause(tx, sent, why, at, now)
            case CardGone():
                if ready.edits:
                    await tx.keep_card(replace(ready.edits, gone=True))
                await tx.record_dropped(sent.key, "the card was deleted", now)
            case _:
                assert_never(following)

    async def keep_card(self, tx: Transaction, sent: Delivery, ready: Ready, message: MessageId, now: datetime) -> None:
        """Remember the card and what it shows; a new one also owes the edit for a T-0 that passes without word."""
        if sent.event is None or not (ready.edits or ready.starts):
            return
        track = await tx.track(sent.event) if ready.starts else None
        await tx.keep_card(Card(target=sent.target, event=sent.event, message=message, face=face(ready.post), edited_at=now))
        if track is not None:
            watches = await tx.watches(sent.target.guild)
            mine = (one for one in followings(watches, track.event, self.names) if one.target == sent.target)
            await tx.set_edits([edit for one in mine if Say.ANNOUNCED in wanted(one) for edit in overdue(one, track, now)])

    async def pause(self, tx: Transaction, sent: Delivery, why: str, at: datetime, now: datetime) -> None:
        """Let a target rest and tell the admins once. The row waits: it still leaves if the target is back in time."""
        if sent.target.place is Place.ADMINS:
            await tx.record_dropped(sent.key, f"nowhere to tell the admins: {why}", now)
            return
        await tx.record_retry(sent.key, at, why, counts=False)
        if await tx.pause(sent.target, why, now):
            log.warning("a target is paused", extra={"guild": sent.target.guild, "channel": sent.target.channel, "why": why})
            sentence = f"Posts to <#{sent.target.channel}> are paused: {why}. Then `/watch resume`."
            await tx.owe([trouble(sent.target, sentence, now)])


def edited(card: Card | None, track: Track, language: str, now: datetime) -> Ready | Dropped:
    """Render an edit, unless there is no card or a reader would see no difference."""
    if card is None or card.gone:
        return Dropped("there is no card to edit")
    post = card_post(track, now, language=language)
    return Dropped("nothing that a reader would see changed") if face(post) == card.face else Ready(post, edits=card)
