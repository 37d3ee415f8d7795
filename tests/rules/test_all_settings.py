"""Every combination of notices that a watch may ask for: each condition that was asked for gives exactly one message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import CHOOSABLE, USUAL, Delivery, Event, Fate, Net, Precision, Say, Settled, Status, Webcast
from bot.rules.planning import plan
from tests.mission_log import Played, parse
from tests.prepared import in_memory
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, T0, event, following, net, settled, story, watch

STREAM = Webcast(url="https://youtu.be/dQw4w9WgXcQ")


def launch(status: Status, when: Net, *streams: Webcast, live: bool = False) -> Event:
    return replace(event(when, status), webcasts=streams, webcast_live=live)


MONTH, DAY_ONLY = net(L0 + 30 * DAY, Precision.MONTH), net(L0, Precision.DAY)
NEXT = net(T0 + DAY)
MISSION = (
    (L0 - 40 * DAY, launch(Status.TBD, MONTH), Say.ANNOUNCED),
    (L0 - 20 * DAY, launch(Status.TBD, DAY_ONLY), Say.DATED),
    (L0 - 3 * DAY, launch(Status.TBC, net(T0 - 3 * HOUR)), None),
    # To Go and three hours later on one page: the notice that a peer loses when it may not tell of Go.
    (L0 - 2 * DAY, launch(Status.GO, net(T0)), Say.SLIP),
    (T0 - HOUR, launch(Status.GO, net(T0)), Say.REMINDER),
    (T0 - 40 * MINUTE, launch(Status.GO, net(T0), STREAM), Say.STREAM),
    (T0 - 30 * MINUTE, launch(Status.GO, net(T0), STREAM, live=True), Say.LIVE),
    (T0 - 20 * MINUTE, launch(Status.HOLD, net(T0), STREAM, live=True), Say.HOLD),
    (T0 - 10 * MINUTE, launch(Status.TBD, NEXT, STREAM), Say.SCRUB),
    (T0 + DAY, launch(Status.IN_FLIGHT, NEXT, STREAM), Say.LIFTOFF),
    (T0 + DAY + HOUR, launch(Status.SUCCESS, NEXT, STREAM), Say.OUTCOME),
)
"""Each condition once: when, what the feed says, and what is to be said of it."""


@dataclass
class Channel:
    """A channel to which everything is sent the moment it is due."""

    asked: frozenset[Say]
    said: list[tuple[datetime, Say]] = field(default_factory=list)
    memory: dict[str, Settled] = field(default_factory=dict)
    waiting: list[Delivery] = field(default_factory=list)

    def send(self, now: datetime) -> None:
        for one in sorted(self.waiting, key=lambda one: one.start):
            if one.start <= now and one.key not in self.memory:
                self.memory[one.key] = settled(one.notice.what, attempt=one.attempt, at=one.start)
                self.said.append((one.start, one.notice.say))

    def watch(self) -> list[Say]:
        asking = following(watch(leads=(HOUR,), notices=self.asked))
        for now, track, changes in story([(at, said) for at, said, _ in MISSION]):
            self.send(now)
            made = plan(
                track, changes, [asking], now, newly=(), settled={HERE: tuple(self.memory.values())}, cards={}, per_second=45.0
            )
            kept = [one for one in self.waiting if one.notice.say not in made.void | {Say.REMINDER}]
            self.waiting = [*kept, *made.countdown, *made.news]
            self.send(now)
        assert all(one.fate is Fate.SENT for one in self.memory.values())
        return [say for _, say in self.said]


def conditions(asked: frozenset[Say]) -> list[Say]:
    """Give what must be said. A stream is worth a message only after a reminder that had none."""
    return [say for _, _, say in MISSION if say and say in asked and (say is not Say.STREAM or Say.REMINDER in asked)]


def test_the_mission_has_every_condition_once() -> None:
    assert sorted(say for _, _, say in MISSION if say) == sorted(USUAL)


def test_each_condition_that_was_asked_for_gives_one_message_and_no_other() -> None:
    for size in range(len(CHOOSABLE) + 1):
        for some in combinations(sorted(CHOOSABLE), size):
            assert Channel(frozenset(some)).watch() == conditions(frozenset(some)), some


LOG = """
L-40 00:00 watch    SpaceX T-1h only={only}
L-40 00:01 feed     Starlink 6-77   TBD 2026-03-31 00:00 month
L-20 00:00 feed     Starlink 6-77   2026-03-01 00:00 day
L-3 00:00  feed     Starlink 6-77   TBC 11:00
L-2 00:00  feed     Starlink 6-77   GO 14:00
L-0 13:20  feed     Starlink 6-77   stream=one
L-0 13:30  feed     Starlink 6-77   live
L-0 13:40  feed     Starlink 6-77   HOLD
L-0 13:50  feed     Starlink 6-77   TBD +1d live=no
L+1 14:00  feed     Starlink 6-77   FLIGHT
L+1 15:00  feed     Starlink 6-77   SUCCESS
"""


def told(said: Iterable[str]) -> list[Say]:
    """Read off what a channel got."""
    labels = [line.split()[3] for line in said if line.split()[2] == "post"]
    words = {"T-1h": Say.REMINDER, "SUCCESS": Say.OUTCOME}
    return [words.get(label) or Say(label.lower()) for label in labels]


@settings(max_examples=8)
@given(asked=st.frozensets(st.sampled_from(sorted(USUAL)), min_size=1))  # no article is written in this mission
@pytest.mark.timeout(120)
async def test_so_it_is_in_flow_and_store(asked: frozenset[Say]) -> None:
    store = await in_memory()
    try:
        said = await Played(store).play(tuple(parse(LOG.format(only=",".join(sorted(asked))))))
    finally:
        await store.close()
    # Who has a card sees the first date in it.
    assert told(said) == [say for say in conditions(asked) if say is not Say.DATED or Say.ANNOUNCED not in asked]
