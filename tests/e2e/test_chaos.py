"""A small sample of bench/chaos: everything around the flow breaks, and the ledger holds."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bench import chaos, troubles

SEEDS = (0, 2)


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_breaks_nothing_is_lost_doubled_or_late(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL + 1)
    ledger = await chaos.Run(troubles.script(troubles.invented(f"{seed}")), seed).play()
    assert ledger.owed
    assert (ledger.lost, ledger.doubled, ledger.late) == ((), (), ())


async def test_the_ledger_sees_what_a_discord_without_nonces_would_store_twice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL + 1)
    monkeypatch.setattr(chaos, "NONCE", timedelta())
    ledger = await asyncio.wait_for(chaos.Run(troubles.script(troubles.invented("5")), 5).play(), 50)
    assert ledger.doubled
