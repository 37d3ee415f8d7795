"""A law of the outbox, tried with plans and outcomes that nobody thought of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Delivery, EventId, Fate, Key, MessageId
from bot.store.sql import SqlStore
from tests.contracts.store_samples import DAY, LEASE, MINUTE, T0, delivery

_events = (EventId(f"ll2:launch:law-{number}") for number in count())


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is owed to which channel; `moved` says at which of two times."""

    what: str
    to: int
    moved: bool

    def of(self, event: EventId) -> Delivery:
        """The delivery of this event."""
        return delivery(self.what, self.to, event=event, start=T0 - (2 if self.moved else 1) * MINUTE, stale=T0 + DAY)


@dataclass(frozen=True, slots=True)
class Plan:
    owed: frozenset[Reminder]
    skipped: frozenset[Reminder]


@dataclass(slots=True)
class Story:
    """One event's outbox, and what its senders believe."""

    store: SqlStore
    event: EventId
    now: datetime = T0
    sent: set[Key] = field(default_factory=set)
    slow: list[Key] = field(default_factory=list)

    async def plan(self, plan: Plan) -> None:
        owed = [one.of(self.event) for one in plan.owed]
        skipped = [(one.of(self.event), "passed") for one in plan.skipped]
        async with self.store.transaction() as tx:
            await tx.set_countdown(self.event, owed, skipped, self.now)

    async def send(self, outcome: str) -> None:
        async with self.store.transaction() as tx:
            keys = [row.delivery.key for row in await tx.claim(self.now, 10, LEASE)]
        if outcome == "slow":
            self.slow += keys
            return
        if outcome == "slow is there":
            keys += self.slow
        async with self.store.transaction() as tx:
            for key in keys:
                match outcome:
                    case "unclear" | "busy":
                        await tx.record_retry(key, self.now, outcome, counts=outcome == "unclear")
                    case "refused":
                        await tx.record_dropped(key, outcome, self.now)
                    case _:
                        await tx.record_sent(key, MessageId(1), self.now, pinged=False)
                        self.sent.add(key)

    async def keys(self, fate: Fate) -> set[Key]:
        async with self.store.transaction() as tx:
            found = await tx.settled(self.event)
        return {
            delivery(one.what, target, event=self.event).key for target, rows in found.items() for one in rows if one.fate is fate
        }


reminders = st.builds(Reminder, st.sampled_from(("T-24h", "T-1h", "T-10m")), st.sampled_from((1, 2)), st.booleans())
several = st.lists(reminders, max_size=6, unique_by=lambda one: (one.what, one.to)).map(frozenset)
plans = st.builds(Plan, several, several)
outcomes = st.sampled_from(("sent", "unclear", "busy", "refused", "slow", "slow is there", "lease lapses"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(plans | outcomes, max_size=8), last=plans)
async def test_any_story_leaves_exactly_the_last_plan_owed_and_resurrects_nothing_sent(
    store: SqlStore, steps: list[Plan | str], last: Plan
) -> None:
    story = Story(store, next(_events))
    for step in steps:
        match step:
            case Plan():
                await story.plan(step)
            case "lease lapses":
                story.now += LEASE
            case outcome:
                await story.send(outcome)
        assert await story.keys(Fate.SENT) == story.sent
    story.now += LEASE  # nobody is sending any more; a row that somebody still sends is owed until its outcome is known
    await story.plan(last)
    assert await story.keys(Fate.OWED) == {one.of(story.event).key for one in last.owed} - story.sent
    assert await story.keys(Fate.SENT) == story.sent
    await story.plan(Plan(frozenset(), frozenset()))  # the next example's claims find nothing of this one
