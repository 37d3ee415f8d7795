"""What bench/chaos plays: the news of a feed and all that breaks meanwhile, invented from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 -- every run follows from its seed alone

from bot.model import Event, Net, Precision, Status, Webcast
from tests.mission_log import new_event

DAYS = (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))
"""The clocks of Europe change in the second night and the third."""
LASTS = timedelta(hours=5)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
LEADS = (timedelta(hours=2), timedelta(hours=1), timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is broken from one instant to another."""

    what: str
    begin: datetime
    end: datetime


DISCORD = ("500", "500 stored", "dropped", "429", "stall")
STORE = ("gone", "full", "commit without an answer")
FEED = ("down", "empty", "half", "backwards", "lies")
LENGTHS = (10 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE)


@dataclass(frozen=True, slots=True)
class Script:
    """What a run plays: news of the feed in order, troubles, moments of death, jumps of the clock."""

    begin: datetime
    news: tuple[tuple[datetime, str, Event], ...]
    troubles: tuple[Trouble, ...]
    deaths: float
    """Chance of a kill -9 at each step."""
    jumps: tuple[tuple[datetime, timedelta], ...]

    @property
    def quiet(self) -> Script:
        """The same with nothing broken."""
        return replace(self, troubles=(), deaths=0.0, jumps=())


def invented(seed: str) -> Random:
    """Chance that a seed decides."""
    return Random(seed)  # noqa: S311 -- reproducible is the point


def script(chance: Random) -> Script:
    """Invent a run."""
    begin = chance.choice(DAYS) + timedelta(minutes=chance.randrange(24 * 60))
    news: list[tuple[datetime, str, Event]] = []
    for number in range(chance.randint(1, 2)):
        name, net = f"Starlink 6-{70 + number}", begin + timedelta(minutes=chance.randint(130, 240))
        event = replace(new_event(name, number), status=Status.GO, net=Net(net, Precision.MINUTE))
        at = begin + MINUTE
        news.append((at, name, event))
        for _ in range(chance.randint(0, 2)):  # slips, holds, a stream
            at += timedelta(minutes=chance.randint(5, 60))
            if at > net - 15 * MINUTE:
                break
            match chance.randrange(4):
                case 0:
                    net += timedelta(minutes=chance.choice((15, 40, -20)))
                    event = replace(event, net=Net(net, Precision.MINUTE))
                case 1:
                    event = replace(event, webcasts=(Webcast(url="https://www.youtube.com/watch?v=starlink677"),))
                case 2:
                    event = replace(event, status=Status.HOLD)
                case _:
                    event = replace(event, status=Status.GO, name=name)
            news.append((at, name, event))
        last = chance.choice((Status.SUCCESS, Status.IN_FLIGHT, Status.FAILURE, Status.TBD))
        live = replace(event, status=Status.GO, webcast_live=True)
        news.append((max(at + MINUTE, net - 12 * MINUTE), name, live))
        news.append((max(at, net) + 4 * MINUTE, name, replace(live, status=last)))
    nets = {event.net.at for _, _, event in news if event.net.at}
    busy = [*(at for at, _, _ in news), *(net - lead for net in sorted(nets) for lead in LEADS)]  # when something leaves
    moments = [chance.choice(busy) + timedelta(seconds=chance.randint(-60, 240)) for _ in range(8)]
    kinds = [*DISCORD, *STORE, *(FEED if chance.random() < 0.4 else ())]
    troubles = tuple(Trouble(chance.choice(kinds), at, at + chance.choice(LENGTHS)) for at in moments[: chance.randint(2, 6)])
    jumps = tuple((at, chance.choice((-90, -5, 7, 60)) * SECOND) for at in moments[6 : chance.choice((6, 6, 7, 8))])
    return Script(begin, tuple(sorted(news, key=lambda one: one[0])), troubles, chance.choice((0.0, 0.002, 0.01)), jumps)
