"""How patient we are with a host: turns, pauses, and who is left out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.http import Client, Throttled
from bot.feeds.patience import BREAKS, HOSTS, LONGEST, SPREAD, Hosts, pause
from bot.ports import FeedDown
from tests.feeds.stub import TurnedClock, says, serving


@given(st.integers(0, 10_000), st.text(max_size=50))
def test_a_pause_grows_to_its_limit_and_is_spread(failures: int, who: str) -> None:
    span = pause(failures, who)
    assert timedelta(minutes=1) <= span <= LONGEST * (1 + SPREAD)
    assert span == pause(failures, who)
    assert pause(failures + 2, who) >= span or span >= LONGEST


def test_feeds_that_failed_together_do_not_come_back_together() -> None:
    assert len({pause(3, f"https://{host}.example/") for host in "abcdefgh"}) == 8


def test_a_host_has_so_many_turns_in_any_rolling_hour() -> None:
    clock = TurnedClock()
    hosts = Hosts(clock, per_hour=3)
    for _ in range(3):
        hosts.take_turn("a.example")
        clock.turn(timedelta(minutes=10))
    with pytest.raises(FeedDown, match="3 times within an hour") as refused:
        hosts.take_turn("a.example")
    assert refused.value.retry_after == timedelta(minutes=30)
    hosts.take_turn("b.example")
    clock.turn(timedelta(minutes=30))
    hosts.take_turn("a.example")


def test_only_failures_in_a_row_break_a_host() -> None:
    hosts = Hosts(TurnedClock())
    for _ in range(3 * BREAKS):
        hosts.failed("a.example", None)
        hosts.failed("a.example", None)
        hosts.went_well("a.example")
    hosts.take_turn("a.example")
    for _ in range(BREAKS):
        hosts.failed("a.example", None)
    with pytest.raises(FeedDown, match="left alone"):
        hosts.take_turn("a.example")


def test_hosts_are_forgotten_when_there_are_too_many() -> None:
    hosts = Hosts(TurnedClock())
    for at in range(2 * HOSTS):
        hosts.take_turn(f"{at}.example")
    assert len(hosts._hosts) == HOSTS


async def test_a_host_that_asks_to_be_left_alone_is() -> None:
    clock = TurnedClock()
    async with serving(says("slower", status=429, Retry_After="90")) as stub, Client(clock) as http:
        assert isinstance(await http.get(stub.address), Throttled)
        with pytest.raises(FeedDown, match="left alone") as refused:
            await http.get(stub.address + "another/page")
        assert refused.value.retry_after == timedelta(seconds=90)
        clock.turn(timedelta(seconds=90))
        assert isinstance(await http.get(stub.address), Throttled)
    assert len(stub.asked) == 2


async def test_two_servers_on_one_machine_are_two() -> None:
    clock = TurnedClock()
    async with serving(says("no", status=429, Retry_After="90")) as busy, serving(says("yes")) as well, Client(clock) as http:
        await http.get(busy.address)
        await http.get(well.address)


async def test_who_counts_requests_itself_takes_no_turns() -> None:
    clock = TurnedClock()
    counted: list[int] = []

    async def before() -> None:
        counted.append(1)

    async with serving(says("slower", status=429, Retry_After="90")) as stub, Client(clock) as http:
        for _ in range(300):
            assert isinstance(await http.get(stub.address, before=before), Throttled)
    assert len(counted) == len(stub.asked) == 300
