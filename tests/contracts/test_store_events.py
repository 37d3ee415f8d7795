"""What the store promises about tracks, cards, facts and requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.model import EventId, Net, Precision, Scope
from bot.ports import Requests, Store
from bot.store.sql import SqlStore
from tests.contracts.store_samples import DAY, HOUR, LUCY, MINUTE, MS19, T0, card, channel, track


async def test_the_store_is_the_port(store: SqlStore) -> None:
    port: Store = store
    memory: Requests = store
    async with port.transaction() as tx:
        assert await tx.track(MS19) is None
    assert await memory.made("ll2", T0) == ()


async def test_a_track_comes_back_as_it_was_kept(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track())
    async with store.transaction() as tx:
        assert await tx.track(MS19) == track()
        assert await tx.track(LUCY) is None


async def test_keeping_replaces(store: SqlStore) -> None:
    moved = track(net=T0 + DAY, seen=T0)
    async with store.transaction() as tx:
        await tx.keep(track())
        await tx.keep(moved)
        assert await tx.tracks() == (moved,)


async def test_tracks_come_earliest_net_first_and_those_without_one_last(store: SqlStore) -> None:
    kept = [track(EventId(name), net) for name, net in (("c", None), ("b", T0 + DAY), ("d", T0), ("a", None))]
    async with store.transaction() as tx:
        for one in kept:
            await tx.keep(one)
        assert [found.event.id for found in await tx.tracks()] == ["d", "b", "a", "c"]


async def test_net_since_leaves_out_nets_before_it_and_never_a_missing_net(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for name, net in (("before", T0 - MINUTE), ("at", T0), ("after", T0 + MINUTE), ("none", None)):
            await tx.keep(track(EventId(name), net))
        assert [found.event.id for found in await tx.tracks(net_since=T0)] == ["at", "after", "none"]


async def test_touching_notes_who_saw_it_and_when_and_nothing_else(store: SqlStore) -> None:
    many = [track(EventId(f"e{number:03}")) for number in range(300)]
    async with store.transaction() as tx:
        for one in many:
            await tx.keep(one)
        await tx.touch([one.event.id for one in many[:299]] + [LUCY], "mirror", T0)
    async with store.transaction() as tx:
        found = {one.event.id: one for one in await tx.tracks()}
    assert LUCY not in found
    assert found[many[0].event.id] == replace(many[0], feed="mirror", seen=T0)
    assert found[many[298].event.id] == replace(many[298], feed="mirror", seen=T0)
    assert found[many[299].event.id] == many[299]


async def test_a_late_touch_does_not_make_a_track_older(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(track(seen=T0))
        await tx.touch([MS19], "mirror", T0 - HOUR)
        assert await tx.track(MS19) == track(seen=T0)


async def test_touching_nothing_is_no_error(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.touch([], "ll2", T0)


async def test_an_instant_of_another_zone_comes_back_the_same_instant_in_utc(store: SqlStore) -> None:
    baikonur = timezone(timedelta(hours=5))
    async with store.transaction() as tx:
        await tx.keep(track(seen=T0.astimezone(baikonur)))
        found = await tx.track(MS19)
    assert found is not None
    assert found.seen == T0
    assert found.seen.tzinfo is UTC


async def test_microseconds_are_kept(store: SqlStore) -> None:
    seen = T0 + timedelta(microseconds=1)
    async with store.transaction() as tx:
        await tx.keep(track(seen=seen))
        found = await tx.track(MS19)
    assert found is not None
    assert found.seen == seen


@pytest.mark.parametrize("where", ["column", "body", "deep in the body"])
async def test_a_naive_instant_is_refused_and_nothing_is_kept(store: SqlStore, where: str) -> None:
    naive = datetime(2021, 10, 5, 8, 55)  # noqa: DTZ001  the very thing
    wrong = {
        "column": replace(track(), seen=naive),
        "body": replace(track(), armed_at=naive),
        "deep in the body": replace(track(), event=replace(track().event, net=Net(naive, Precision.SECOND))),
    }
    with pytest.raises(ValueError, match="2021-10-05T08:55:00 has no zone"):
        async with store.transaction() as tx:
            await tx.keep(wrong[where])
    async with store.transaction() as tx:
        assert await tx.tracks() == ()


async def test_an_exception_undoes_everything(store: SqlStore) -> None:
    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.keep(track())
            await tx.remember("baseline", "taken")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.transaction() as tx:
        assert await tx.track(MS19) is None
        assert await tx.recall("baseline") is None


async def test_a_card_comes_back_as_it_was_kept_and_is_replaced(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep_card(card())
        await tx.keep_card(replace(card(), face="b2", gone=True))
        assert await tx.cards(MS19) == {channel(1): replace(card(), face="b2", gone=True)}


async def test_cards_of_an_event_come_by_target_gone_ones_included(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep_card(card(2))
        await tx.keep_card(replace(card(1), gone=True))
        await tx.keep_card(replace(card(3), event=LUCY))
        assert await tx.cards(MS19) == {channel(1): replace(card(1), gone=True), channel(2): card(2)}
        assert await tx.cards(EventId("nobody")) == {}


async def test_a_fact_is_remembered_and_overwritten(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert await tx.recall("baseline/ll2") is None
        await tx.remember("baseline/ll2", "taken")
        await tx.remember("baseline/ll2", "")
        assert await tx.recall("baseline/ll2") == ""


async def test_requests_are_remembered_oldest_first_two_at_one_instant_counting_twice(store: SqlStore) -> None:
    await store.note("ll2", Scope.ALL, T0)
    await store.note("ll2", Scope.NEAR, T0 - MINUTE)
    await store.note("ll2", Scope.ALL, T0)
    await store.note("mirror", Scope.ONE, T0)
    everything = ((Scope.NEAR, T0 - MINUTE), (Scope.ALL, T0), (Scope.ALL, T0))
    assert await store.made("ll2", T0 - MINUTE) == everything
    assert await store.made("ll2", T0) == everything[1:]
    assert await store.made("ll2", T0 + MINUTE) == ()


async def test_requests_older_than_two_days_are_forgotten(store: SqlStore) -> None:
    await store.note("ll2", Scope.ALL, T0 - 2 * DAY - MINUTE)
    await store.note("ll2", Scope.NEAR, T0 - 2 * DAY)
    await store.note("ll2", Scope.ALL, T0)
    assert await store.made("ll2", T0 - 30 * DAY) == ((Scope.NEAR, T0 - 2 * DAY), (Scope.ALL, T0))


async def test_requests_outlive_the_process(database_opened_twice: tuple[SqlStore, SqlStore]) -> None:
    first, second = database_opened_twice
    await first.note("ll2", Scope.ALL, T0)
    assert await second.made("ll2", T0) == ((Scope.ALL, T0),)


async def test_the_mark_changes_whenever_something_was_seen_and_only_then(store: SqlStore) -> None:
    async with store.transaction() as tx:
        marks = [await tx.mark(), await tx.mark()]
        for one in (track(seen=T0), track(LUCY, seen=T0 - DAY), track(LUCY, seen=T0)):
            await tx.keep(one)
            marks.append(await tx.mark())
        await tx.touch([MS19], "mirror", T0 + MINUTE)
        marks.append(await tx.mark())
    assert marks[0] == marks[1]
    assert len(set(marks[1:])) == len(marks[1:])
