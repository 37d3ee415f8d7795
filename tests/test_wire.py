"""The pacer's law, in virtual time: whatever the network does, no second at Discord's end sees more than the rate and one."""

from __future__ import annotations

import asyncio
import math
import selectors
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.sharing import LINGERS, share
from bot.wire import LONGEST_REST_S, SLOW_S, WINDOW_S, Pacer, rest_s

RATE = 48.0
MOST = 49
"""Discord allows 50."""
AT_ONCE = 24


class Sky(selectors.SelectSelector):
    """Waits for nothing: it moves the clock of its loop instead."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.seconds += max(timeout or 0.0, 0.0)
        return super().select(0)


class SkyLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time, for code that waits for nothing but time."""

    def __init__(self) -> None:
        self.sky = Sky()
        super().__init__(self.sky)

    def time(self) -> float:
        return self.sky.seconds


@dataclass
class FarEnd:
    """Discord at the end of a network: when each request arrived. `way`: seconds there and back, by number and time."""

    pacer: Pacer
    way: Callable[[int, float], tuple[float, float]]
    refuses: frozenset[int] = frozenset()
    """Numbers of requests that meet the global limit, because of somebody else."""
    arrived: list[float] = field(default_factory=list[float])

    async def ask(self, number: int) -> None:
        """Make one request."""
        loop = asyncio.get_running_loop()
        trip = await self.pacer.turn()
        there, back = self.way(number, loop.time())
        await asyncio.sleep(there)
        self.arrived.append(loop.time())
        await asyncio.sleep(back)
        trip.back = loop.time()
        if number in self.refuses:
            self.pacer.refused(0.5)

    async def ask_all(self, count: int) -> float:
        """Make many, some at once; the seconds it took."""
        few = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with few:
                await self.ask(number)

        start = asyncio.get_running_loop().time()
        await asyncio.gather(*map(one, range(count)))
        self.arrived.sort()
        return asyncio.get_running_loop().time() - start

    def busiest(self) -> int:
        """Most arrivals within any second, however it is laid."""
        return max(
            bisect_left(self.arrived, at + WINDOW_S - 1e-6) - number  # the loop's own clock is no finer
            for number, at in enumerate(self.arrived)
        )


def fly(
    way: Callable[[int, float], tuple[float, float]], count: int, refuses: frozenset[int] = frozenset()
) -> tuple[FarEnd, float]:
    """Make so many requests over a network."""

    async def mission() -> tuple[FarEnd, float]:
        end = FarEnd(Pacer(RATE), way, refuses)
        return end, await end.ask_all(count)

    with asyncio.Runner(loop_factory=SkyLoop) as runner:
        return runner.run(mission())


WAYS: dict[str, Callable[[int, float], tuple[float, float]]] = {
    "30 ms": lambda _, __: (0.02, 0.01),
    "100 ms": lambda _, __: (0.05, 0.05),
    "a straggler in ten": lambda number, _: (0.45 if number % 10 == 0 else 0.03, 0.01),
    "stalls for a quarter of a second": lambda _, at: (0.02 + max(0.0, 0.25 - at % 5), 0.01),
    "slow and quick by turns": lambda _, at: (0.3 if at % 6 < 3 else 0.03, 0.0),
    "slow to answer by turns": lambda _, at: (0.03, 0.3 if at % 6 < 3 else 0.0),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_second_at_discords_end_sees_more_than_the_rate_and_one(way: Callable[[int, float], tuple[float, float]]) -> None:
    end, _ = fly(way, 600)
    assert end.busiest() <= MOST


@given(st.lists(st.tuples(st.floats(0.01, 0.4), st.floats(0.01, 0.2)), min_size=60, max_size=60))
@settings(max_examples=25)
def test_nor_does_any_on_a_network_of_any_mood(ways: list[tuple[float, float]]) -> None:
    end, _ = fly(lambda number, _: (0.01, 0.01) if number % 20 == 0 else ways[number % 60], 200)
    assert end.busiest() <= MOST + 1


@pytest.mark.parametrize("way", ["30 ms", "100 ms"])
def test_a_steady_network_is_used_to_the_full(way: str) -> None:
    _, seconds = fly(WAYS[way], 600)
    assert seconds < 600 / RATE + 0.2


def test_forty_five_are_reached_within_a_second() -> None:
    _, seconds = fly(WAYS["100 ms"], 45)
    assert seconds < 1


def test_a_global_429_rests_all_and_slows_them_for_a_minute() -> None:
    calm, slowed = fly(WAYS["30 ms"], 600)[1], fly(WAYS["30 ms"], 600, frozenset({100, 101, 102}))[1]
    assert calm * 1.08 < slowed < calm * 1.2, "several that were under way together are one offence"
    calm, slowed = fly(WAYS["30 ms"], 6000)[1], fly(WAYS["30 ms"], 6000, frozenset({100}))[1]
    assert slowed - calm < 0.2 * SLOW_S, "after a minute the rate is whole again"


def test_who_shares_a_token_goes_slower_and_never_stops() -> None:
    _, seconds = fly(WAYS["30 ms"], 900, frozenset(range(0, 900, 60)))
    assert seconds < 900 / RATE / 0.25 + 15


def divided(alive: int) -> FarEnd:
    """Let so many processes, each with its share, begin at once and make requests for eight seconds."""

    async def mission() -> FarEnd:
        ends = [FarEnd(Pacer(RATE), WAYS["30 ms"]) for _ in range(alive)]
        shares = [share(RATE, before, alive) for before in range(alive)]
        for end, ours in zip(ends, shares, strict=True):
            end.pacer.allow(ours)
        await asyncio.gather(*(end.ask_all(8 * ours.most) for end, ours in zip(ends, shares, strict=True)))
        return FarEnd(ends[0].pacer, WAYS["30 ms"], arrived=sorted(at for end in ends for at in end.arrived))

    with asyncio.Runner(loop_factory=SkyLoop) as runner:
        return runner.run(mission())


@pytest.mark.parametrize("alive", [2, 3, 4, 7, 10, 25])
def test_all_processes_together_stay_below_the_limit_also_when_they_begin_at_once(alive: int) -> None:
    end = divided(alive)
    assert end.busiest() <= MOST
    seconds = end.arrived[-1] - end.arrived[0]
    assert seconds < 1.15 * len(end.arrived) / RATE + 1, "and none of it is wasted"


def test_one_that_joins_and_one_that_leaves_keep_all_below_the_limit() -> None:
    """One alone; another comes, and asks when it is known; the first goes, and its share is the other's when it is missed."""

    async def mission() -> int:
        here, there = FarEnd(Pacer(RATE), WAYS["30 ms"]), FarEnd(Pacer(RATE), WAYS["30 ms"])
        settled = [False]
        there.pacer.may_ask = lambda: settled[0]
        there.pacer.allow(share(RATE, 1, 2))
        first, second = asyncio.create_task(here.ask_all(600)), asyncio.create_task(there.ask_all(600))
        await asyncio.sleep(3)
        here.pacer.allow(share(RATE, 0, 2))
        await asyncio.sleep(2)
        settled[0] = True
        await first
        await asyncio.sleep(LINGERS.total_seconds())
        there.pacer.allow(share(RATE, 0, 1))
        await second
        both = FarEnd(here.pacer, WAYS["30 ms"], arrived=sorted(here.arrived + there.arrived))
        assert there.arrived[0] > here.arrived[0] + 4.9
        return both.busiest()

    with asyncio.Runner(loop_factory=SkyLoop) as runner:
        assert runner.run(mission()) <= MOST


def test_a_request_that_did_not_leave_in_its_turn_takes_another() -> None:
    """Frozen between its turn and the wire: what it was allowed then says nothing about now."""

    async def mission() -> tuple[bool, float, float]:
        loop, pacer, allowed = asyncio.get_running_loop(), Pacer(RATE), [True]
        pacer.may_ask = lambda: allowed[0]
        trip = await pacer.turn()
        same = await pacer.still(trip) is trip
        await asyncio.sleep(120)
        allowed[0] = False
        asked = loop.time()
        loop.call_later(7, allowed.__setitem__, 0, True)
        later = await pacer.still(trip)
        return same, later.left - asked, later.left - loop.time()

    with asyncio.Runner(loop_factory=SkyLoop) as runner:
        same, waited, ago = runner.run(mission())
    assert same
    assert math.isclose(waited, 7, abs_tol=0.2)
    assert ago == 0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("1", 1.0), ("0.4", 0.4), ("-3", 0.0), ("", WINDOW_S), ("soon", WINDOW_S), ("nan", WINDOW_S), ("86400", LONGEST_REST_S)],
)
def test_a_rest_is_within_reason_whatever_is_said(said: str, seconds: float) -> None:
    assert math.isclose(rest_s(said), seconds)
