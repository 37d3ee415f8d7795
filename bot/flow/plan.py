"""Event -> plan -> outbox, inside the transaction of what caused it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Event, GuildId, Target, Track, Watch
from bot.ports import Transaction
from bot.rules import occasions
from bot.rules.changes import Change
from bot.rules.forum import TITLE
from bot.rules.matching import Names, followings, wants
from bot.rules.personal import NOBODY, finished, only_event
from bot.rules.planning import delivery, edit, plan


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
    watches = await tx.watches(about=track.event.id)  # after the lock: a watch that is added meanwhile plans this event after us
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
    names = [one.key for one in made.edits if one.notice.what == TITLE]  # worded when it leaves: it waits its turn
    await tx.drop(event.id, made.void, "superseded", now, keep=names)
    await tx.set_countdown(event.id, made.countdown, made.skipped, now)
    await tx.owe(made.news)
    await tx.set_edits(made.edits)
    for watch in finished(watches, track, now):
        await tx.remove_watch(watch.target.guild, watch.id)


async def rearm(tx: Transaction, desk: Desk, guild: GuildId, watches: Collection[Watch], now: datetime) -> tuple[Track, ...]:
    """Set one server's part right of every event that one of these watches of it wants, and give these events by NET.

    Other servers' rows stay as they are: what one of them changes may not cost as much as all of them together.
    """
    if not watches:
        return ()
    always = [replace(one, off=False) for one in watches]
    asked = [track for track in await tx.tracks(net_since=now) if any(wants(one, track.event, desk.names) for one in always)]
    locked = [await tx.track(event) for event in sorted(track.event.id for track in asked)]  # in one order everywhere
    own = await tx.watches(guild)
    for track in filter(None, locked):
        event = track.event
        made = plan(
            track,
            (),
            followings(own, event, desk.names),
            now,
            newly=(),
            settled=await tx.settled(event.id, guild),
            cards=await tx.cards(event.id, guild),
            per_second=desk.per_second,
        )
        await tx.set_countdown(event.id, made.countdown, made.skipped, now, guild)
        await tx.set_edits(made.edits)
    return tuple(asked)


async def forget_finished(tx: Transaction, now: datetime) -> int:
    """Forget the reminders of persons about events that are long past, though no feed said how they ended. Returns how many."""
    own = await tx.watches(NOBODY)
    gone = 0
    for event in sorted({event for watch in own if (event := only_event(watch))}):  # locked in one order everywhere
        track = await tx.track(event)
        for watch in finished(own, track, now) if track else ():
            gone += await tx.remove_watch(NOBODY, watch.id)
    return gone


async def catch_up(tx: Transaction, desk: Desk, targets: Collection[Target], now: datetime) -> None:
    """Owe what targets missed that are reached again: their countdowns, and an edit of each card that became untrue meanwhile."""
    watches = [one for guild in sorted({to.guild for to in targets}) for one in await tx.watches(guild) if one.target in targets]
    known = await tx.tracks(net_since=now) if watches else ()
    missed = (track for track in known if any(wants(watch, track.event, desk.names) for watch in watches))
    for one in sorted(missed, key=lambda track: track.event.id):  # whoever locks several tracks locks them in this order
        track = await tx.track(one.event.id) or one
        await replan(tx, desk, track, (), now)
        cards = await tx.cards(track.event.id)
        following = followings(watches, track.event, desk.names)
        looks = occasions.upkeep(following, track, cards, now, changed=True)
        edits = [edit(own, track, "edit", now) for own in following if own.target in cards]
        await tx.set_edits([*edits, *(delivery(one, track, notice) for one, notice in looks)])
