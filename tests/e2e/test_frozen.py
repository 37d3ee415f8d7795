"""A process frozen in the middle of a fan-out, or cut off from the database: nothing is lost, doubled, or asked too fast."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.discord import DiscordSandbox
from tests.e2e.fleet import LEAD, Fleet, until
from tests.e2e.test_kill import feed_of, launch, real_now, watched
from tests.postgres import Server
from tests.relay import Relay, relayed

CHANNELS = 60
STARTS = timedelta(seconds=40)
SLOWLY = "[discord]\nrate_per_s = 9.0\nsend_timeout_s = 2\n[delivery]\nlease_s = 5\n"
"""So slow that several deliveries wait for their turn whenever a process is stopped; and their claims lapse soon."""
SILENT_S = 20.0
"""Long enough that every lease and every claim of a process has lapsed."""


@pytest.mark.postgres
@pytest.mark.patient
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("how", "silent_s"),
    [("frozen", SILENT_S), ("cut off", SILENT_S), pytest.param("frozen", 120.0, marks=pytest.mark.slow)],
    ids=["frozen", "cut off", "frozen for two minutes"],
)
async def test_the_leader_wakes_and_does_no_harm(postgres: Server, tmp_path: Path, how: str, silent_s: float) -> None:
    (tmp_path / "default.toml").write_text(SLOWLY)
    name = postgres.empty()
    try:
        async with (
            DiscordSandbox(real_now) as discord,
            feed_of(launch(real_now() + LEAD + STARTS)) as feed,
            relayed(lambda: asyncio.open_unix_connection(postgres.socket)) as relay,
        ):
            fleet = Fleet(discord, postgres.url(name), feed, 2, tmp_path)
            fleet.urls[0] = f"postgresql://postgres@127.0.0.1:{relay.port}/{name}"
            discord.limits.per_second = 11  # what nine a second and one more may use, and no more
            await watched(fleet.url, fleet.furnish(CHANNELS), spoken=2)
            try:
                await play(fleet, relay, how, silent_s)
            finally:
                await fleet.leave_nothing()
            assert fleet.told() == Counter({1: CHANNELS})
            assert not discord.log.throttled
    finally:
        postgres.forget(name)


async def play(fleet: Fleet, relay: Relay, how: str, silent_s: float) -> None:
    """Let shard 0 lead, stop it in the middle of a fan-out, let it go on when the others are done."""

    async def first_leads() -> bool:
        return await fleet.leads() == 0

    async def both_there() -> bool:
        return await fleet.alive() == 2

    async def begun() -> bool:
        return fleet.reached() >= CHANNELS // 4

    async def other_leads() -> bool:
        return await fleet.leads() == 1

    async def done() -> bool:
        return fleet.reached() == CHANNELS

    fleet.bots = {shard: fleet.bot(shard) for shard in range(2)}
    await fleet.bots[0].start()
    assert await until(first_leads, 40)
    await fleet.bots[1].start()
    assert await until(both_there, 40)
    assert await until(begun, 120)
    process = fleet.bots[0].process
    assert process is not None
    if how == "frozen":
        process.send_signal(signal.SIGSTOP)
    else:
        relay.block()
    stopped = asyncio.get_running_loop().time()
    assert await until(other_leads, 30), "failover takes less than half a minute"
    assert await until(done, 60)
    await asyncio.sleep(max(0.0, stopped + silent_s - asyncio.get_running_loop().time()))
    if how == "frozen":
        process.send_signal(signal.SIGCONT)
    else:
        relay.clear()
    assert await until(both_there, 60), "it comes back"
    await asyncio.sleep(2)
    assert await other_leads()
