"""When to ask a launch feed again, and what: one governor for one quota, dense where changes happen, never above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Ask, EventId, Kind, Scope
from bot.rules.pacing import HOUR, MINUTE, Outlook, clocks, outlook, pace, rate, room_at, widest

__all__ = ["WELL", "Health", "LookUp", "Outlook", "next_ask", "outlook", "room_at"]

ALL_EVERY = timedelta(hours=12)
"""Between two looks at the whole list, which costs a request per 100 launches. FEEDS: far launches change a few times a day."""
EVENTS_EVERY = timedelta(hours=3)
"""Between two looks at the events. Chosen, not measured: revisit with bench/freshness."""
EVENTS_NEAR = timedelta(minutes=12)
"""The same while an event is near. FEEDS: an event has no status; only its time and its stream can change then."""
NEAR_EVENT = (timedelta(hours=-1), timedelta(minutes=20))
"""From when to when an event that is no launch counts as near, relative to its time."""
AGAIN = timedelta(hours=1)
"""Between the first look-up of an event that left the list and the second. ALERTS: gone twice, an hour apart, is a cancellation."""
PAGE = 100
"""Launches on one page."""
FIRST_PAGES = 4
"""Pages of the whole list while nobody has counted them. Measured: 340 to 370 launches."""

CHEAP = 0.15
"""Up to so much waiting, in changes × minutes, that a look could have saved, the whole list is asked for.
Measured: its four requests cost 0.1 on a quiet day, 0.3 two hours before a T-0 and 3 at T-0."""
DEAR = 0.3
"""The same for the events, and for look-ups beyond the usual."""
ANY_PRICE = float("inf")
"""For first answers, and for what vanished from the list: a launch may have been scrubbed to a far date, and that can't wait."""
LOOK_UPS = 4
"""So many look-ups at any price, of late: a list that lost half of its launches must not use up the quota."""
RETRY = timedelta(minutes=10)
"""Between two attempts at one question that is not answered: it must not use up what the others need."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_HOT_WAIT = timedelta(minutes=3)
"""After failures: the first wait, which doubles, and its ends, far from a T-0 and close to one.
Chosen, not measured: revisit with recorded outages."""
HOT = 0.003
"""Changes per minute from which a T-0 is close."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LookUp:
    """An event that left the list, to be asked for by its id. `missing` is when that was answered with 404 first."""

    event: EventId
    missing: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How the feed has been answering: failures in a row, the last one's instant, and how long it asked us to wait."""

    failures: int = 0
    last: datetime | None = None
    wait: timedelta | None = None


WELL = Health()


def next_ask(
    *,
    quota: int,
    made: Sequence[tuple[Scope, datetime]],
    answered: Mapping[Scope, datetime],
    outlooks: Sequence[Outlook],
    lookups: Sequence[LookUp] = (),
    health: Health = WELL,
    doubtful: bool = False,
    now: datetime,
) -> Ask:
    """Decide what to ask next, and when: an Ask whose `at` is `now` is to be made, a later one to be waited for and decided anew.

    `made` are the requests of the last hour at least, oldest first, successful or not; `answered` is when each question was last
    answered. What is asked when this says so never exceeds the quota in any hour. `doubtful`: another process made the last of
    them, and may have died with the answer.
    """
    times = [at for _, at in made]
    opens = max(now, recovery(health, outlooks, now))
    looked = max(last_of((Scope.NEAR, Scope.ALL), made, answered), now - HOUR)
    saved = list(times)
    wanted: list[Ask] = []
    for question in aside(made, answered, outlooks, lookups, now):
        ask, cost = question.ask, [now] * question.cost
        if ask.at > opens:
            wanted.append(ask)
        elif question.bearable == ANY_PRICE or pace(outlooks, [*saved, *cost], quota, looked, now).price <= question.bearable:
            wanted.append(replace(ask, at=room_at(times, quota, opens, question.cost)))
            saved += cost
    looks = pace(outlooks, saved, quota, looked, now).looks
    look = opens if doubtful else min([*looks[:1], looked + widest(quota) * MINUTE])
    return min([*wanted, Ask(Scope.NEAR, max(look, room_at(times, quota, opens)))], key=lambda ask: ask.at)


def recovery(health: Health, outlooks: Sequence[Outlook], now: datetime) -> datetime:
    """Tell when to come back after failures: as long as we were asked to wait, else after a wait that doubles."""
    if not health.failures or health.last is None:
        return now
    if health.wait is not None:
        return health.last + health.wait
    longest = LONGEST_HOT_WAIT if is_hot(outlooks, now) else LONGEST_WAIT
    return health.last + min(FIRST_WAIT * (1 << min(health.failures - 1, 10)), longest)


def is_hot(outlooks: Sequence[Outlook], now: datetime) -> bool:
    """Whether a T-0 is close."""
    return sum(rate(table, (now - zero) / MINUTE) for look in outlooks for table, zero in clocks(look)) >= HOT


def last_of(scopes: Sequence[Scope], made: Sequence[tuple[Scope, datetime]], answered: Mapping[Scope, datetime]) -> datetime:
    """Tell when one of these questions was last asked, as far as is known."""
    asked = [at for scope, at in made if scope in scopes]
    return max([LONG_AGO, *asked, *(answered[scope] for scope in scopes if scope in answered)])


# --- what is asked aside ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to ask beside the looks at what is near: when it is due, its requests, and the price of a look it may cause."""

    ask: Ask
    cost: int
    bearable: float


def aside(
    made: Sequence[tuple[Scope, datetime]],
    answered: Mapping[Scope, datetime],
    outlooks: Sequence[Outlook],
    lookups: Sequence[LookUp],
    now: datetime,
) -> tuple[Question, ...]:
    """List what else is to be asked, most urgent first."""
    looked_up = sum(scope is Scope.ONE for scope, _ in made)
    launches = sum(look.kind is Kind.LAUNCH for look in outlooks)
    whole = Question(
        ask=Ask(Scope.ALL, due(Scope.ALL, ALL_EVERY, made, answered)),
        cost=1 + launches // PAGE if launches else FIRST_PAGES,
        bearable=CHEAP * overdue(Scope.ALL, ALL_EVERY, answered, now) if is_known(Scope.ALL, made, answered) else ANY_PRICE,
    )
    events = Question(
        ask=Ask(Scope.EVENTS, events_due(made, answered, outlooks)),
        cost=1,
        bearable=DEAR * overdue(Scope.EVENTS, EVENTS_EVERY, answered, now) if is_known(Scope.EVENTS, made, answered) else ANY_PRICE,
    )
    looks = (
        Question(
            ask=Ask(Scope.ONE, found.missing + AGAIN if found.missing else LONG_AGO, found.event),
            cost=1,
            bearable=ANY_PRICE if looked_up < LOOK_UPS else DEAR,
        )
        for found in sorted(lookups, key=lambda found: found.missing or LONG_AGO)[:LOOK_UPS]
    )
    return (whole, *looks, events) if Scope.ALL not in answered else (*looks, events, whole)


def is_known(scope: Scope, made: Sequence[tuple[Scope, datetime]], answered: Mapping[Scope, datetime]) -> bool:
    """Whether a question was answered before, or at least asked lately: the first answers go before everything."""
    return scope in answered or any(asked is scope for asked, _ in made)


def overdue(scope: Scope, every: timedelta, answered: Mapping[Scope, datetime], now: datetime) -> float:
    """Tell how much dearer a question may be for having waited: with the square of how many times its span it did."""
    return max(1.0, (now - answered.get(scope, LONG_AGO)) / every) ** 2


def due(scope: Scope, every: timedelta, made: Sequence[tuple[Scope, datetime]], answered: Mapping[Scope, datetime]) -> datetime:
    """Tell when a question is due: so long after its answer, and not at once again after an attempt that had none."""
    return max(answered.get(scope, LONG_AGO) + every, last_of((scope,), made, {}) + min(every, RETRY))


def events_due(made: Sequence[tuple[Scope, datetime]], answered: Mapping[Scope, datetime], outlooks: Sequence[Outlook]) -> datetime:
    """Tell when the events are due: as a rule, or sooner where one of them is near."""
    rule = due(Scope.EVENTS, EVENTS_EVERY, made, answered)
    soon = due(Scope.EVENTS, EVENTS_NEAR, made, answered)
    opens, closes = NEAR_EVENT
    times = [look.net.clock for look in outlooks if look.kind is not Kind.LAUNCH and look.net.clock is not None]
    near = [max(soon, at + opens) for at in times if max(soon, at + opens) <= at + closes]
    return min([rule, *near])
