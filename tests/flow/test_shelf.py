"""The catalogue between two questions: the same while nothing was seen, another one once something was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.flow.shelf import TURN, Shelf
from bot.store.sql import SqlStore
from tests.prepared import in_memory
from tests.rules.making import DAY, L0, MINUTE, event, net, seen


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    opened = await in_memory()
    try:
        yield opened
    finally:
        await opened.close()


async def test_the_catalogue_is_made_once_for_what_is_known(store: SqlStore) -> None:
    shelf = Shelf()
    many = [seen(replace(event(net(), name=f"Flight {number}"), id=f"made:{number}")) for number in range(TURN + 1)]  # type: ignore[arg-type]  # an id is a text
    async with store.transaction() as tx:
        for one in many:
            await tx.keep(one)
    async with store.transaction() as tx:
        first = await shelf.read(tx, L0)
        assert await shelf.read(tx, L0) is first
    assert len(first.tracks) == TURN + 1


async def test_what_was_seen_since_is_in_the_next_one(store: SqlStore) -> None:
    shelf, one = Shelf(), seen(event(name="Soyuz MS-19"))
    async with store.transaction() as tx:
        await tx.keep(one)
        await shelf.read(tx, L0)
        await tx.keep(replace(one, event=replace(one.event, name="Soyuz MS-20"), seen=L0 + MINUTE))
        assert [track.event.name for track in (await shelf.read(tx, L0)).tracks] == ["Soyuz MS-20"]
        await tx.touch([one.event.id], "mirror", L0 + 2 * MINUTE)
        assert [track.feed for track in (await shelf.read(tx, L0)).tracks] == ["mirror"]


async def test_what_is_long_over_is_left_out(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep(seen(event()))
        assert (await Shelf().read(tx, L0 + 400 * DAY)).tracks == ()
