"""Admins who change one server's settings at the same moment, on both databases: nothing of anybody's is lost."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

from bot.flow.ask import Asking
from bot.flow.governing import Governing, Who
from bot.flow.plan import Desk
from bot.model import ChannelId, Digest, Fate, GuildId, Quiet, RoleId, Say, Sighting, Target, UserId
from bot.rules.changes import fold
from bot.store.sql import SqlStore
from tests.flow.stage import GUILD, launch, watch_of
from tests.mission_log import L0, WallClock

FIELDS: tuple[dict[str, object], ...] = (
    {"leads": (timedelta(hours=2),)},
    {"quiet": Quiet(start=time(22), end=time(7))},
    {"digest": Digest(at=time(8))},
    {"roles": (RoleId(7),)},
    {"notices": frozenset({Say.LIVE})},
    {"crosspost": True},
)


async def test_changes_of_different_fields_at_once_are_all_kept(store: SqlStore) -> None:
    governing = Governing(Asking(store, WallClock(L0), Desk({}, 45)))
    watch, _ = await governing.add(Who(GUILD, UserId(1)), watch_of())

    await asyncio.gather(*(governing.edit(Who(GUILD, UserId(n)), watch.id, fields) for n, fields in enumerate(FIELDS, 2)))

    (after,) = (await governing.settings(GUILD)).watches
    assert {name: getattr(after, name) for fields in FIELDS for name in fields} == {
        name: value for fields in FIELDS for name, value in fields.items()
    }
    for _ in FIELDS:
        assert await governing.undo(Who(GUILD, UserId(1))) is not None
    (back,) = (await governing.settings(GUILD)).watches
    assert {name: getattr(back, name) for fields in FIELDS for name in fields} == {
        name: getattr(watch, name) for fields in FIELDS for name in fields
    }


async def test_the_most_watches_hold_however_many_ask_at_once(store: SqlStore) -> None:
    governing = Governing(Asking(store, WallClock(L0), Desk({}, 45), most_watches=2))

    done = await asyncio.gather(
        *(governing.add(Who(GuildId(1), UserId(n)), watch_of()) for n in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, tuple) for one in done) == 2
    assert len((await governing.settings(GuildId(1))).watches) == 2


async def test_what_one_server_changes_leaves_what_others_are_owed(store: SqlStore) -> None:
    governing = Governing(Asking(store, WallClock(L0), Desk({}, 45)))
    track, _ = fold(None, Sighting(event=launch("Starlink 6-77", "GO", "14:00"), feed="ll2"), L0)
    async with store.transaction() as tx:
        await tx.keep(track)
    here, there = Who(GuildId(1), UserId(1)), Who(GuildId(2), UserId(2))
    watch, _ = await governing.add(here, watch_of())
    await governing.add(there, watch_of(Target(there.guild, ChannelId(200))))

    await governing.edit(here, watch.id, {"leads": (timedelta(hours=2),)})

    async with store.transaction() as tx:
        settled = await tx.settled(track.event.id)
        assert {
            (target.guild, one.what, one.fate) for target, every in settled.items() for one in every if one.fate is not Fate.DROPPED
        } == {
            (1, "T-2h", Fate.OWED),
            (2, "T-1h", Fate.OWED),
        }
        assert {target.guild for target in await tx.settled(track.event.id, there.guild)} == {2}
        assert await tx.cards(track.event.id, there.guild) == {}
