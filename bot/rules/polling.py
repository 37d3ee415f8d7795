"""When to ask a launch feed again, and what: one governor for one quota, dense where changes happen, never above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import Ask, EventId, Kind, Scope
from bot.rules.pacing import FLOOR, HOUR, MINUTE, Outlook, clocks, outlook, pace, rate, room_at, widest

__all__ = ["WELL", "Health", "LookUp", "Outlook", "next_ask", "outlook", "room_at"]

ALL_EVERY = timedelta(hours=6)
"""Between two looks at the whole list, which costs a request per 100 launches. FEEDS: far launches change a few times a day."""
EVENTS_EVERY = timedelta(hours=2)
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

CHEAP = 4 * FLOOR
"""Up to this price of a look the costly questions are asked: their requests are not missing elsewhere."""
DEAR = 16 * FLOOR
"""The same for one look-up, for the events, and for the first whole list."""
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
    now: datetime,
) -> Ask:
    """Decide what to ask next, and when: an Ask whose `at` is `now` is to be made, a later one to be waited for and decided anew.

    `made` are the requests of the last hour at least, oldest first, successful or not; `answered` is when each question was last
    answered. What is asked when this says so never exceeds the quota in any hour.
    """
    times = [at for _, at in made]
    opens = max(now, recovery(health, outlooks, now))
    looked = last_of((Scope.NEAR, Scope.ALL), made, answered)
    planned = pace(outlooks, times, quota, max(looked, now - HOUR), now)
    soonest = min([*planned.looks[:1], looked + widest(quota) * MINUTE])
    wanted = [Ask(Scope.NEAR, max(soonest, room_at(times, quota, opens)))]
    for question in aside(made, answered, outlooks, lookups):
        ask, cost = question.ask, question.cost
        at = max(opens, ask.at, room_at(times, quota, opens, cost))
        if at > now:
            wanted.append(Ask(ask.scope, at, ask.event))
        elif question.first or (
            wanted[0].at > now and pace(outlooks, [*times, *[now] * cost], quota, now, now).price <= question.bearable
        ):
            return Ask(ask.scope, now, ask.event)
    return min(wanted, key=lambda ask: ask.at)


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
    first: bool = False
    """Nothing is known yet: this goes before everything."""


def aside(
    made: Sequence[tuple[Scope, datetime]],
    answered: Mapping[Scope, datetime],
    outlooks: Sequence[Outlook],
    lookups: Sequence[LookUp],
) -> tuple[Question, ...]:
    """List what else is to be asked, most urgent first."""
    looks = [
        Question(ask=Ask(Scope.ONE, found.missing + AGAIN if found.missing else LONG_AGO, found.event), cost=1, bearable=DEAR)
        for found in lookups
    ]
    asked = last_of((Scope.ALL,), made, {})
    all_due = due(Scope.ALL, ALL_EVERY, made, answered)
    launches = sum(look.kind is Kind.LAUNCH for look in outlooks)
    whole = Question(
        ask=Ask(Scope.ALL, all_due),
        cost=1 + launches // PAGE if launches else FIRST_PAGES,
        bearable=CHEAP if Scope.ALL in answered else DEAR,
        first=Scope.ALL not in answered and asked == LONG_AGO,
    )
    events = Question(
        ask=Ask(Scope.EVENTS, events_due(made, answered, outlooks)),
        cost=1,
        bearable=DEAR,
        first=Scope.EVENTS not in answered and last_of((Scope.EVENTS,), made, {}) == LONG_AGO,
    )
    return (whole, *looks, events) if whole.first else (*looks, events, whole)


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
