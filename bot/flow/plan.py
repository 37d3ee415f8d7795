"""Event -> plan -> outbox, inside the transaction of what caused it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Event, Track
from bot.ports import Transaction
from bot.rules.changes import Change
from bot.rules.matching import Names, followings
from bot.rules.personal import NOBODY, finished, only_event
from bot.rules.planning import plan


@dataclass(frozen=True, slots=True)
class Desk:
    """What planning needs beside the store: the aliases of the field, and how many deliveries leave per second."""

    names: Names
    per_second: float
    wake: Callable[[], None] = lambda: None
    """Called once something new is owed and committed."""


async def replan(
    tx: Transaction, desk: Desk, track: Track, changes: Sequence[Change], now: datetime, *, before: Event | None = None
) -> None:
    """Owe what follows from these changes of one event; without changes, set its countdown right. The track must be locked."""
    watches = await tx.watches()  # read after the lock: a watch that is added meanwhile plans this event after us
    event = track.event
    following = followings(watches, event, desk.names)
    earlier = {one.target for one in followings(watches, before, desk.names)} if before else {one.target for one in following}
    made = plan(
        track,
        changes,
        following,
        now,
        newly={one.target for one in following} - earlier,
        settled=await tx.settled(event.id),
        cards=await tx.cards(event.id),
        per_second=desk.per_second,
    )
    await tx.drop(event.id, made.void, "superseded", now)
    await tx.set_countdown(event.id, made.countdown, made.skipped, now)
    await tx.owe(made.news)
    await tx.set_edits(made.edits)
    for watch in finished(watches, track, now):
        await tx.remove_watch(watch.target.guild, watch.id)


async def forget_finished(tx: Transaction, now: datetime) -> int:
    """Forget the reminders of persons about events that are long past, though no feed said how they ended. Returns how many."""
    own = await tx.watches(NOBODY)
    gone = 0
    for event in sorted({event for watch in own if (event := only_event(watch))}):  # locked in one order everywhere
        track = await tx.track(event)
        for watch in finished(own, track, now) if track else ():
            gone += await tx.remove_watch(NOBODY, watch.id)
    return gone
