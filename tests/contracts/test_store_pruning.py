"""What the store forgets, and what it never does: whatever could stop a second message."""

from __future__ import annotations

from dataclasses import replace

from bot.model import EventId, Key, MessageId, Net, Precision, Scope, Status, Track
from bot.store.sql import SqlStore
from tests.contracts.store_samples import DAY, LUCY, MS19, T0, card, channel, claimed, delivery, edit, fates, owe, track

LONG = 90 * DAY
YEAR = 365 * DAY
LATER = T0 + LONG + DAY


def flown(one: Track) -> Track:
    return replace(one, event=replace(one.event, status=Status.SUCCESS))


async def sent(store: SqlStore, *keys: Key) -> None:
    async with store.transaction() as tx:
        for key in keys:
            await tx.record_sent(key, MessageId(1), T0, pinged=False)


async def test_deliveries_of_what_is_over_are_forgotten_after_their_time(store: SqlStore) -> None:
    one, dropped, owed = delivery(), delivery("T-1h"), delivery("outcome", stale=LATER + DAY)
    await owe(store, one, dropped, owed)
    async with store.transaction() as tx:
        await tx.keep(flown(track()))
        await tx.record_dropped(dropped.key, "too late", T0)
    await sent(store, one.key)
    async with store.transaction() as tx:
        assert await tx.prune_deliveries(T0, 10) == 0
        assert await tx.prune_deliveries(T0 + DAY, 1) == 1
        assert await tx.prune_deliveries(T0 + DAY, 10) == 1
        assert await tx.prune_deliveries(T0 + DAY, 10) == 0
    assert set(await fates(store)) == {(1, "outcome")}


async def test_what_was_said_of_an_event_that_may_still_come_is_kept(store: SqlStore) -> None:
    undated = replace(track(LUCY), event=replace(track(LUCY).event, net=Net(None, Precision.UNKNOWN)))
    one, other, about_nothing = delivery(), delivery(event=LUCY), delivery("summary-1", event=None)
    await owe(store, one, other, about_nothing)
    await sent(store, one.key, other.key, about_nothing.key)
    async with store.transaction() as tx:
        await tx.keep(track(net=LATER))
        await tx.keep(undated)
        assert await tx.prune_deliveries(LATER - DAY, 10) == 1
        assert await tx.prune_deliveries(LATER + DAY, 10) == 1
    assert await fates(store, MS19) == {}
    assert len(await fates(store, LUCY)) == 1


async def test_deliveries_of_an_event_that_is_forgotten_go_too_and_a_leased_one_stays(store: SqlStore) -> None:
    gone, leased = delivery(event=EventId("ll2:launch:gone")), edit()
    await owe(store, gone, leased)
    await sent(store, gone.key)
    assert [one.delivery.key for one in await claimed(store)] == [leased.key]
    async with store.transaction() as tx:
        assert await tx.prune_deliveries(LATER, 10) == 1


async def test_events_and_their_cards_are_forgotten_a_year_after(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track(seen=T0))
        await tx.keep(track(LUCY, T0 + 2 * YEAR, seen=T0))
        await tx.keep(track(EventId("undated"), None, seen=T0))
        await tx.keep_card(card())
        await tx.keep_card(replace(card(), event=LUCY))
        assert await tx.prune_events(T0, 10) == 0
        assert await tx.prune_events(T0 + DAY, 1) == 1
        assert await tx.prune_events(T0 + DAY, 10) == 1
        assert [one.event.id for one in await tx.tracks()] == [LUCY]
        assert await tx.cards(MS19) == {}
        assert set(await tx.cards(LUCY)) == {channel(1)}


async def test_old_requests_of_any_feed_are_forgotten(store: SqlStore) -> None:
    await store.note("ll2", Scope.ALL, T0 - 3 * DAY)
    await store.note("mirror", Scope.ALL, T0)
    async with store.transaction() as tx:
        await tx.prune_requests(T0)
    assert await store.made("ll2", T0 - 9 * DAY) == ()
    assert len(await store.made("mirror", T0 - 9 * DAY)) == 1


async def test_when_deliveries_of_a_kind_were_sent_is_known(store: SqlStore) -> None:
    one, other = delivery(), delivery("T-1h")
    await owe(store, one, other, delivery("T-1d"), delivery("T-10m", 2))
    await sent(store, one.key, other.key)
    async with store.transaction() as tx:
        assert await tx.sent_at(channel(1), one.notice.say, T0) == (T0, T0)
        assert await tx.sent_at(channel(1), one.notice.say, T0 + DAY) == ()
        assert await tx.sent_at(channel(2), one.notice.say, T0) == ()
        assert await tx.watches() == ()
