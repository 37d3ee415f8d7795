"""What the store promises about taking rows for sending: which, in which order, for how long, and by one sender alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime

import pytest

from bot.model import ChannelId, Claimed, Fate, GuildId, MessageId, Say, Target
from bot.store.sql import SqlStore
from tests.contracts.conftest import Database
from tests.contracts.store_samples import (
    ADMINS,
    DAY,
    GUILD,
    HOUR,
    LEASE,
    LUCY,
    MINUTE,
    MS19,
    T0,
    channel,
    claimed,
    delivery,
    edit,
    fates,
    owe,
    track,
)

NOW = T0 - MINUTE
SECOND = MINUTE / 60


def named(rows: list[Claimed]) -> list[str]:
    return [row.delivery.notice.what for row in rows]


# which


async def test_a_row_is_due_from_its_start_until_it_is_stale(store: SqlStore) -> None:
    await owe(
        store,
        delivery("due", 1, start=NOW, stale=NOW + SECOND),
        delivery("not yet", 2, start=NOW + SECOND),
        delivery("too late", 3, start=NOW - HOUR, stale=NOW),
    )
    assert named(await claimed(store, NOW)) == ["due"]


async def test_a_claimed_row_comes_back_whole(store: SqlStore) -> None:
    await owe(store, delivery(pings=True))
    assert await claimed(store, NOW) == [Claimed(delivery=delivery(pings=True), tries=0, first_try=None, until=NOW + LEASE)]


async def test_a_leased_row_is_not_taken_again(store: SqlStore) -> None:
    await owe(store, delivery())
    assert len(await claimed(store, NOW)) == 1
    assert await claimed(store, NOW + LEASE - SECOND) == []


async def test_a_row_whose_sender_died_comes_back_after_the_lease_with_its_tries_counted(database: Database) -> None:
    """A crash between claim and record: the second process knows that a message may be there already."""
    first, second = await database.open(), await database.open()
    await owe(first, delivery(stale=T0 + HOUR))
    await claimed(first, NOW)
    (again,) = await claimed(second, NOW + LEASE)
    assert again == Claimed(delivery=delivery(stale=T0 + HOUR), tries=1, first_try=NOW, until=NOW + 2 * LEASE)
    assert await claimed(first, NOW + 2 * LEASE - SECOND) == []
    (third,) = await claimed(first, NOW + 2 * LEASE)
    assert (third.tries, third.first_try) == (2, NOW)


async def test_a_retry_waits_for_its_time_and_frees_the_lease(store: SqlStore) -> None:
    await owe(store, delivery())
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.record_retry(delivery().key, NOW + 2 * SECOND, "500", counts=True)
    assert await claimed(store, NOW + SECOND) == []
    (again,) = await claimed(store, NOW + 2 * SECOND)
    assert (again.tries, again.first_try) == (1, NOW)


async def test_a_try_that_cannot_have_stored_anything_is_taken_back(store: SqlStore) -> None:
    await owe(store, delivery())
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.record_retry(delivery().key, NOW, "rate limited", counts=False)
    (second,) = await claimed(store, NOW)
    assert (second.tries, second.first_try) == (0, None)
    async with store.transaction() as tx:
        await tx.record_retry(delivery().key, NOW, "timeout", counts=True)
    (third,) = await claimed(store, NOW + SECOND)
    assert (third.tries, third.first_try) == (1, NOW)
    async with store.transaction() as tx:
        await tx.record_retry(delivery().key, NOW + SECOND, "rate limited", counts=False)
    (fourth,) = await claimed(store, NOW + SECOND)
    assert (fourth.tries, fourth.first_try) == (1, NOW)


async def test_a_retry_before_the_start_waits_for_the_start(store: SqlStore) -> None:
    await owe(store, delivery(start=NOW))
    async with store.transaction() as tx:
        await tx.record_retry(delivery().key, NOW - HOUR, "", counts=False)
    assert await claimed(store, NOW - SECOND) == []
    assert len(await claimed(store, NOW)) == 1


async def test_a_paused_target_gets_nothing_until_it_is_resumed(store: SqlStore) -> None:
    await owe(store, delivery(), delivery("trouble", ADMINS, say=Say.TROUBLE))
    async with store.transaction() as tx:
        await tx.pause(channel(1), "Missing Access", NOW)
    assert named(await claimed(store, NOW)) == ["trouble"]
    async with store.transaction() as tx:
        await tx.resume(channel(1))
    assert named(await claimed(store, NOW)) == ["T-10m"]


async def test_a_busy_target_gets_nothing_however_many_there_are(store: SqlStore) -> None:
    await owe(store, *(delivery("T-10m", number) for number in range(1, 301)))
    busy = tuple(channel(number) for number in range(2, 50_000))
    assert [row.delivery.target for row in await claimed(store, NOW, 5, busy=busy)] == [channel(1)]


async def test_a_target_gets_one_row_at_a_time(store: SqlStore) -> None:
    await owe(store, delivery("a"), delivery("b"), delivery("a", 2))
    first = await claimed(store, NOW)
    assert [(row.delivery.target, row.delivery.notice.what) for row in first] == [(channel(1), "a"), (channel(2), "a")]
    assert await claimed(store, NOW) == []
    async with store.transaction() as tx:
        await tx.record_sent(delivery("a").key, MessageId(1), NOW, pinged=False)
    assert named(await claimed(store, NOW)) == ["b"]


async def test_targets_that_differ_in_guild_channel_or_place_do_not_wait_for_each_other(store: SqlStore) -> None:
    here, there = Target(GUILD, ChannelId(0)), Target(GuildId(1), ChannelId(0))
    await owe(store, delivery("a", here), delivery("b", there, event=LUCY), delivery("c", ADMINS))
    assert sorted(named(await claimed(store, NOW))) == ["a", "b", "c"]


async def test_a_crowd_for_one_target_does_not_hide_the_others(store: SqlStore) -> None:
    await owe(store, *(delivery(f"n{number:03}", 1) for number in range(200)), delivery("other", 2, t0=T0 + DAY))
    assert named(await claimed(store, NOW, 2)) == ["n000", "other"]


async def test_no_more_are_taken_than_asked_for(store: SqlStore) -> None:
    await owe(store, *(delivery("T-10m", number) for number in range(1, 20)))
    assert await claimed(store, NOW, 0) == []
    assert len(await claimed(store, NOW, 7)) == 7
    assert len(await claimed(store, NOW, 100)) == 12


async def test_naive_instants_are_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        await claimed(store, datetime(2021, 10, 5, 8, 55))  # noqa: DTZ001  the very thing


# in which order


async def test_edits_go_last_then_the_closest_t0_then_pings_then_the_plan(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit(1)])
    await owe(
        store,
        delivery("no T-0", 2, t0=None, pings=True),
        delivery("tomorrow", 3, t0=T0 + DAY, pings=True),
        delivery("silent, due later", 4, due=NOW),
        delivery("silent", 5, due=NOW - SECOND),
        delivery("pings", 6, due=NOW, pings=True),
    )
    order = ["pings", "silent", "silent, due later", "tomorrow", "no T-0", "card"]
    assert named(await claimed(store, NOW)) == order


async def test_the_closest_t0_may_lie_behind(store: SqlStore) -> None:
    """A liftoff of a minute ago is more urgent than tomorrow's reminder, and that one than an outcome of last week."""
    await owe(
        store,
        delivery("last week", 1, say=Say.OUTCOME, t0=NOW - 7 * DAY),
        delivery("tomorrow", 2, t0=NOW + DAY),
        delivery("lifted off", 3, say=Say.LIFTOFF, t0=NOW - MINUTE),
        delivery("in two minutes", 4, t0=NOW + 2 * MINUTE),
    )
    assert named(await claimed(store, NOW)) == ["lifted off", "in two minutes", "tomorrow", "last week"]


async def test_of_one_target_the_most_urgent_goes_first(store: SqlStore) -> None:
    await owe(store, delivery("tomorrow", t0=T0 + DAY), delivery("soon"), delivery("soon, pings", pings=True))
    order: list[str] = []
    while rows := await claimed(store, NOW):
        order += named(rows)
        async with store.transaction() as tx:
            await tx.record_sent(rows[0].delivery.key, MessageId(1), NOW, pinged=False)
    assert order == ["soon, pings", "soon", "tomorrow"]


# when to look again


async def test_the_next_start_is_none_when_nothing_is_owed(store: SqlStore) -> None:
    await owe(store, delivery("a"), delivery("b", 2))
    async with store.transaction() as tx:
        await tx.record_sent(delivery("a").key, MessageId(1), NOW, pinged=False)
        await tx.record_dropped(delivery("b", 2).key, "Unknown Channel", NOW)
        assert await tx.next_start(NOW) is None


async def test_the_next_start_is_the_first_start_or_retry_be_it_past_or_to_come(store: SqlStore) -> None:
    await owe(store, delivery("a", 1, start=T0 - HOUR), delivery("b", 2, start=T0 - MINUTE))
    async with store.transaction() as tx:
        assert await tx.next_start(T0 - 2 * HOUR) == T0 - HOUR
        assert await tx.next_start(T0 - SECOND) == T0 - HOUR
    await claimed(store, T0 - HOUR)
    async with store.transaction() as tx:
        await tx.record_retry(delivery("a").key, T0 - 2 * MINUTE, "500", counts=True)
        assert await tx.next_start(T0 - HOUR) == T0 - 2 * MINUTE


async def test_the_next_start_counts_what_must_be_expired(store: SqlStore) -> None:
    await owe(store, delivery(start=T0 - HOUR, stale=T0))
    async with store.transaction() as tx:
        await tx.pause(channel(1), "Missing Access", NOW)
        assert await tx.next_start(NOW) == T0


async def test_the_next_start_passes_over_a_target_that_is_being_sent_to(store: SqlStore) -> None:
    """Else whoever sleeps until then would not sleep at all; when that row is done, its sender looks again anyway."""
    await owe(store, delivery("a", start=T0 - HOUR), delivery("b", start=T0 - HOUR))
    await claimed(store, NOW, 1)
    async with store.transaction() as tx:
        assert await tx.next_start(NOW) == NOW + LEASE


async def test_the_next_start_of_a_row_being_sent_is_the_end_of_its_lease(store: SqlStore) -> None:
    await owe(store, delivery(start=T0 - HOUR, stale=NOW + SECOND))
    await claimed(store, NOW)
    async with store.transaction() as tx:
        assert await tx.next_start(NOW) == NOW + LEASE


# by one sender alone


async def test_two_senders_never_have_the_same_row_or_the_same_target(database: Database) -> None:
    """Two engines, three tasks on each, forty targets with five rows: all get through, each once, one at a time per target."""
    stores = [await database.open(), await database.open()]
    await owe(stores[0], *(delivery(f"n{row}", number) for number in range(1, 41) for row in range(5)))
    in_hand: set[Target] = set()
    taken: Counter[str] = Counter()

    async def send(store: SqlStore) -> None:
        while sum(taken.values()) < 200:
            rows = await claimed(store, NOW, 4)
            targets = [row.delivery.target for row in rows]
            assert in_hand.isdisjoint(targets)
            in_hand.update(targets)
            for row in rows:
                taken[row.delivery.key] += 1
                in_hand.discard(row.delivery.target)  # before the record commits, which frees the target for others
                async with store.transaction() as tx:
                    await tx.record_sent(row.delivery.key, MessageId(1), NOW, pinged=False)

    async with asyncio.timeout(30), asyncio.TaskGroup() as senders:
        for store in stores * 3:
            senders.create_task(send(store))
    assert set((await fates(stores[0])).values()) == {(Fate.SENT, "")}
    assert len(taken) == 200
    assert set(taken.values()) == {1}


async def test_a_claim_that_is_not_yet_committed_is_not_taken_twice(database: Database) -> None:
    first, second = await database.open(), await database.open()
    await owe(first, delivery("a"), delivery("b"), delivery("c", 2))
    async with first.transaction() as tx:
        mine = await tx.claim(NOW, 1, LEASE)
        other = asyncio.create_task(claimed(second, NOW))
        await asyncio.wait((other,), timeout=0.2)
    assert named(list(mine)) == ["a"]
    assert named(await other) == ["c"]


async def test_a_target_that_somebody_has_just_taken_is_not_free_for_a_more_urgent_row(database: Database) -> None:
    """The first claim, not yet committed, found one row due; the second, a moment later, another of the same target."""
    first, second = await database.open(), await database.open()
    await owe(first, delivery("urgent", start=NOW, pings=True), delivery("earlier", start=NOW - HOUR))
    async with first.transaction() as tx:
        mine = await tx.claim(NOW - SECOND, 1, LEASE)
        other = asyncio.create_task(claimed(second, NOW))
        await asyncio.wait((other,), timeout=0.2)
    assert named(list(mine)) == ["earlier"]
    assert await other == []


async def test_planning_and_sending_at_once_get_in_each_other_s_way_but_never_lock_up(database: Database) -> None:
    """The same countdown planned by two processes in opposite orders, while a third claims, records and expires."""
    stores = [await database.open() for _ in range(3)]
    one = [delivery("T-10m", number, start=NOW - HOUR) for number in range(1, 60)]
    other = [delivery("T-10m", number, start=NOW - 2 * HOUR) for number in range(60, 0, -1)]
    done = asyncio.Event()

    together = asyncio.Barrier(2)

    async def replan(store: SqlStore, step: int) -> None:
        for turn, plan in enumerate((one, other) * 10):
            await together.wait()
            async with store.transaction() as tx:
                await tx.owe([delivery(f"slip-{turn}", number, say=Say.SLIP) for number in range(1, 60)[::step]])
                await tx.set_countdown(MS19, plan[::step], [], NOW)
                await tx.drop(MS19, {Say.SLIP}, "superseded", NOW)

    async def send(store: SqlStore) -> None:
        while not done.is_set():
            for row in await claimed(store, NOW, 10):
                async with store.transaction() as tx:
                    await tx.record_retry(row.delivery.key, NOW, "500", counts=True)
            async with store.transaction() as tx:
                await tx.expire(NOW)

    async with asyncio.timeout(40), asyncio.TaskGroup() as everybody:
        everybody.create_task(send(stores[2]))
        async with asyncio.TaskGroup() as planners:
            planners.create_task(replan(stores[0], 1))
            planners.create_task(replan(stores[1], -1))
        done.set()
    async with stores[0].transaction() as tx:
        await tx.set_countdown(MS19, one, [], NOW)
    left = {key for key, (fate, _) in (await fates(stores[0])).items() if fate is Fate.OWED and key[1] == "T-10m"}
    assert left == {(number, "T-10m") for number in range(1, 60)}


async def test_who_first_sees_an_event_is_waited_for(database: Database) -> None:
    """Also where there is no row to lock yet: the second poll then finds what the first one kept."""
    first, second = await database.open(), await database.open()

    async def look() -> bool:
        async with second.transaction() as tx:
            return await tx.track(MS19) is not None

    async with first.transaction() as tx:
        assert await tx.track(MS19) is None
        looking = asyncio.create_task(look())
        await asyncio.wait((looking,), timeout=0.2)
        await tx.keep(track())
    assert await looking
