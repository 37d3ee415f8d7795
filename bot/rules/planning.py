"""What is owed to whom, when, and until when it is still true: the whole plan for one event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Card, Delivery, EventId, Following, Key, Kind, Notice, Place, Say, Settled, Target, Track, Watch
from bot.rules import occasions
from bot.rules.changes import Change, FirstSeen
from bot.rules.countdown import PING_GAP, countdown
from bot.rules.following import notice_of, wanted
from bot.rules.forum import closing, upkeep
from bot.rules.news import Case, news, voided

EDIT_GAP = timedelta(minutes=5)
EDIT_FREELY = timedelta(hours=1)
"""A card is edited at most once per EDIT_GAP, but freely this close to T-0 (ALERTS)."""
OVERDUE = timedelta(minutes=5)
"""Chosen, not measured: so long after T-0 without word the card says so. Revisit with recorded In Flight delays."""
WORTH_IT = timedelta(seconds=1)
"""A fan-out that takes less starts on time: nobody sees its last target's delay, and everybody sees an early second."""
KEEPS = timedelta(hours=24)
"""Chosen, not measured: an edit or a summary that could not be sent for a day is given up."""
BASELINE_PATIENCE = timedelta(minutes=1)
"""Chosen, not measured: a summary waits so long after the first list of launches for the list of other events."""
TROUBLE_KEEPS = timedelta(days=7)
"""Chosen, not measured: how long admins may be out of reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that follows from one sighting of one event, for every target."""

    countdown: tuple[Delivery, ...] = ()
    skipped: tuple[tuple[Delivery, str], ...] = ()
    news: tuple[Delivery, ...] = ()
    edits: tuple[Delivery, ...] = ()
    void: frozenset[Say] = frozenset()
    """Of earlier news, what is no longer true."""


def plan(
    track: Track,
    changes: Sequence[Change],
    following: Sequence[Following],
    now: datetime,
    *,
    newly: Collection[Target],
    settled: Mapping[Target, Sequence[Settled]],
    cards: Mapping[Target, Card],
    per_second: float,
) -> Plan:
    """Plan everything that is owed about one event. Planning twice owes nothing new.

    `newly`: targets that did not want the event before. `per_second`: how fast deliveries leave, which starts a fan-out early.
    """
    takes = timedelta(seconds=len(following) / per_second)
    head_start = takes if takes >= WORTH_IT else timedelta()
    owed: list[Delivery] = []
    skipped: list[tuple[Delivery, str]] = []
    fresh: list[Delivery] = []
    for one in following:
        case = Case(one, track, settled.get(one.target, ()), now)
        count, passed = countdown(one, track, case.settled, now, newly=one.target in newly)
        owed += (delivery(one, track, notice, head_start) for notice in count)
        skipped += ((delivery(one, track, notice), why) for notice, why in passed)
        fresh += (delivery(one, track, notice) for notice in news(case, changes, newly=one.target in newly))
    return Plan(
        countdown=tuple(owed),
        skipped=tuple(skipped),
        news=tuple(fresh),
        edits=edits(track, changes, following, cards, now),
        void=voided(changes),
    )


# --- the living card ----------------------------------------------------------------------------------------------


def edits(
    track: Track, changes: Sequence[Change], following: Sequence[Following], cards: Mapping[Target, Card], now: datetime
) -> tuple[Delivery, ...]:
    """Owe an edit of every card that may now say something else, and of each when T-0 passes."""
    t0 = track.event.net.clock
    free = t0 is not None and abs(t0 - now) <= EDIT_FREELY
    changed = any(not isinstance(change, FirstSeen) for change in changes)
    found: list[Delivery] = []
    for one in following:
        card = cards.get(one.target)
        if card is None or card.gone:
            continue
        if changed:
            found.append(edit(one, track, "edit", now if free else max(now, card.edited_at + EDIT_GAP)))
            found += (delivery(one, track, notice) for notice in upkeep(one, track, card, now))
        found += overdue(one, track, now)
    found += (delivery(one, track, notice) for one, notice in occasions.upkeep(following, track, cards, now, changed=changed))
    return tuple(found)


def overdue(following: Following, track: Track, now: datetime) -> tuple[Delivery, ...]:
    """Owe the edit that says T-0 passed without word; it finds nothing to change if there was word, or a new NET, by then."""
    t0 = track.event.net.clock
    if t0 is None or t0 <= now or track.event.kind is not Kind.LAUNCH:
        return ()
    return (edit(following, track, f"edit-overdue-{track.moves}", t0 + OVERDUE),)


def ending(following: Following, track: Track, now: datetime) -> tuple[Delivery, ...]:
    """Owe what ends the first message about an event that is over already."""
    return tuple(delivery(following, track, notice) for notice in closing(following, track, now))


def keeps_card(following: Following) -> bool:
    """Whether the first message about an event goes on living as its card: where cards are wanted, and in every forum."""
    return Say.ANNOUNCED in wanted(following) or following.target.place is Place.FORUM


def edit(following: Following, track: Track, what: str, start: datetime) -> Delivery:
    """Make the delivery of one edit."""
    return delivery(following, track, notice_of(following, Say.EDIT, what, start, start + KEEPS))


# --- deliveries ---------------------------------------------------------------------------------------------------

ATTEMPTLESS = frozenset({Say.ANNOUNCED, Say.DATED, Say.OUTCOME, Say.COVERAGE, Say.EDIT, Say.CLOSE, Say.OCCASION})
"""Said once per event, whatever the attempt. A liftoff is not: an editor may have told it too early, of an attempt that ended."""


def delivery(following: Following, track: Track, notice: Notice, head_start: timedelta = timedelta()) -> Delivery:
    """Address a notice: give it its key, its order and the moment when sending may begin."""
    attempt = "" if notice.say in ATTEMPTLESS else track.attempt
    return Delivery(
        key=key_of(following.target, track.event.id, attempt, notice.what),
        target=following.target,
        event=track.event.id,
        attempt=attempt,
        notice=notice,
        t0=track.event.net.clock,
        start=notice.due - head_start,
        carded=keeps_card(following),
    )


ADDRESSES = {
    Place.CHANNEL: "{0.guild}:{0.channel}",
    Place.ADMINS: "{0.guild}:admins",
    Place.PERSON: "person:{0.channel}",
    Place.FORUM: "{0.guild}:forum-{0.channel}",
    Place.EVENTS: "{0.guild}:events",
}
"""How a target is written in a key. Of what is equally urgent, servers sort before persons: there are fewer, and many read each."""


def address_of(target: Target) -> str:
    """Write a target as keys and logs do."""
    return ADDRESSES[target.place].format(target)


def key_of(target: Target, event: EventId | None, attempt: str, what: str) -> Key:
    """Name a delivery: the same notice, target and attempt is the same delivery, for ever."""
    return Key(f"{address_of(target)}/{event or '-'}/{attempt or '-'}/{what}")


def summary(watch: Watch, now: datetime) -> Delivery:
    """Owe a new watch the list of what lies ahead of it, instead of one announcement for each."""
    notice = Notice(
        say=Say.SUMMARY, what=f"summary-{watch.id}", due=now, stale=now + KEEPS, watches=(watch.name,), language=watch.language
    )
    return unrelated(watch.target, notice)


def trouble(target: Target, why: str, now: datetime, *, language: str = "en") -> Delivery:
    """Owe the admins of a guild one word about a target that had to be paused."""
    admins = Target(target.guild, target.channel, Place.ADMINS)
    what = f"trouble-{target.channel}-{int(now.timestamp())}"
    return unrelated(admins, Notice(say=Say.TROUBLE, what=what, due=now, stale=now + TROUBLE_KEEPS, language=language, note=why))


def unrelated(target: Target, notice: Notice) -> Delivery:
    """Address a notice that is about no event."""
    key = key_of(target, None, "", notice.what)
    return Delivery(key=key, target=target, event=None, attempt="", notice=notice, start=notice.due, carded=False)


# --- at the moment of sending -------------------------------------------------------------------------------------


def may_ping(last: datetime | None, now: datetime) -> bool:
    """Whether this target may be pinged again about this event."""
    return last is None or now - last >= PING_GAP


def starts_card(sent: Delivery, card: Card | None) -> bool:
    """Whether this message becomes the living card: the first one about an event, where the watch wants cards at all."""
    return sent.carded and card is None and sent.notice.say is not Say.EDIT


def edits_card(sent: Delivery, card: Card | None) -> bool:
    """Whether this is said by editing the card. A first date is, once there is a card."""
    return sent.notice.say is Say.EDIT or (sent.notice.say is Say.DATED and card is not None)
