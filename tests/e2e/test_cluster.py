"""Several processes on one PostgreSQL: one polls, all deliver, and killing the leader loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from datetime import timedelta

import pytest

from bot.sandbox.discord import DiscordSandbox
from tests.e2e.fleet import LEAD, Fleet, until
from tests.e2e.test_kill import feed_of, launch, real_now, watched
from tests.postgres import Server

CHANNELS = 40
STARTS = timedelta(seconds=40)
"""Time for both to come, for the leader to poll, to be killed, and for the other to take over."""


@pytest.mark.postgres
@pytest.mark.patient
@pytest.mark.timeout(240)
async def test_killing_the_leader_loses_nothing_and_doubles_nothing(postgres: Server) -> None:
    name = postgres.empty()
    try:
        async with DiscordSandbox(real_now) as discord, feed_of(launch(real_now() + LEAD + STARTS)) as feed:
            fleet = Fleet(discord, postgres.url(name), feed, 2)
            await watched(fleet.url, fleet.furnish(CHANNELS))
            discord.gateway.identify_every = 5.0

            async def known() -> bool:
                return await fleet.owed() >= CHANNELS

            async def begun() -> bool:
                return fleet.reached() >= CHANNELS // 4

            async def taken_over() -> bool:
                return await fleet.leads() not in {leads, -1}

            async def done() -> bool:
                return fleet.reached() == CHANNELS

            try:
                await fleet.start()
                assert await until(known, 60)
                assert await until(begun, 120)
                leads = await fleet.leads()
                await fleet.bots[leads].end(signal.SIGKILL)
                assert await until(taken_over, 30)
                await fleet.bots[leads].start()
                assert await until(done, 60)
                await asyncio.sleep(1)
            finally:
                await fleet.leave_nothing()
            assert fleet.told() == Counter({1: CHANNELS})
            assert not discord.log.throttled
            assert not discord.gateway.too_soon, "they identify one after another, though they came at once"
    finally:
        postgres.forget(name)
