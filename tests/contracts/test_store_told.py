"""What was told is read once, however many places had it, and nothing that concerns one person or one server alone."""

from __future__ import annotations

from dataclasses import replace

from bot.model import EventId, GuildId, Key, MessageId, Place, Target
from bot.store.sql import SqlStore
from tests.contracts.store_samples import MINUTE, MS19, T0, channel, delivery, owe


async def test_each_notice_is_told_once_newest_first(store: SqlStore) -> None:
    ten, hour = delivery("T-10m", 1), delivery("T-1h", 1)
    rows = [
        ten,
        replace(ten, key=Key("2/b/T-10m"), target=channel(2)),
        hour,
        replace(ten, key=Key("3/own/T-10m"), target=channel(3), event=EventId("own:launch:7-1")),
        replace(ten, key=Key("4/p/T-10m"), target=Target(GuildId(0), channel(4).channel, Place.PERSON), attempt="another"),
        replace(ten, key=Key("5/never/T-10m"), target=channel(5), attempt="yet another"),
    ]
    await owe(store, *rows)
    async with store.transaction() as tx:
        for number, row in enumerate(rows[:-1]):
            await tx.record_sent(row.key, MessageId(number + 1), T0 - number * MINUTE, pinged=False)
    async with store.transaction() as tx:
        told = await tx.told(T0 - 60 * MINUTE, 10)
        assert [(one.event, one.notice.what, one.at) for one in told] == [
            (MS19, ten.notice.what, T0 - MINUTE),
            (MS19, hour.notice.what, T0 - 2 * MINUTE),
        ]
        assert await tx.told(T0 - 60 * MINUTE, 1) == told[:1]
        assert await tx.told(T0 + MINUTE, 10) == ()
