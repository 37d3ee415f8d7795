"""Persons who press at the same moment, on both databases: nothing doubles, nothing locks up, nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.flow.ask import Asking
from bot.flow.personal import Asker, Personal
from bot.flow.plan import Desk, replan
from bot.model import Facet, Fate, UserId
from bot.rules.personal import mailbox
from bot.store.sql import SqlStore
from tests.contracts.store_samples import DAY, LUCY, MS19, T0, track
from tests.mission_log import WallClock

NOW = T0 - DAY
ADA = Asker(user=UserId(7))


def personal(store: SqlStore) -> Personal:
    """What answers persons."""
    return Personal(Asking(store, WallClock(NOW), Desk({}, 45.0)))


async def moved(store: SqlStore, desk: Desk) -> None:
    """What a poll does about one event."""
    async with store.transaction() as tx:
        locked = await tx.track(MS19)
        assert locked
        await replan(tx, desk, locked, (), NOW)


async def test_ten_clicks_at_once_are_one_reminder_while_polls_go_on(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for one in (track(), track(LUCY, T0 + DAY, name="Lucy")):
            await tx.keep(one)
    answers = personal(store)

    made, *_ = await asyncio.gather(
        asyncio.gather(
            *(answers.remind(ADA, MS19) for _ in range(5)), *(answers.follow(ADA, Facet.MISSION, "Lucy") for _ in range(5))
        ),
        asyncio.gather(*(moved(store, answers.asking.desk) for _ in range(5))),
    )

    assert sum(one.fresh for one in made) == 2
    _, own = await answers.mine(ADA.user)
    assert sorted(watch.name for watch in own) == ["Lucy", "Soyuz MS-19"]
    async with store.transaction() as tx:
        assert await tx.sent_to(mailbox(ADA.user)) == {Fate.OWED: 4}


async def test_whoever_changes_and_stops_at_once_is_left_with_nothing_half_done(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track())
    answers = personal(store)
    kept = (await answers.remind(ADA, MS19)).watch

    await asyncio.gather(
        answers.set_leads(ADA, kept.id, (timedelta(hours=2),)),
        answers.stop(ADA, kept.id),
        answers.forget(ADA.user),
        moved(store, answers.asking.desk),
        return_exceptions=True,
    )

    held = await answers.held(ADA.user)
    assert held.watches == ()
    assert Fate.OWED not in held.deliveries
