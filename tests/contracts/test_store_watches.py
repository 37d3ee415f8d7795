"""What the store promises about watches and paused targets."""

from __future__ import annotations

from dataclasses import replace

from bot.model import GuildId, WatchId
from bot.store.sql import SqlStore
from tests.contracts.store_samples import ADMINS, GUILD, HOUR, T0, channel, watch

OTHER = GuildId(5)


async def test_a_new_watch_gets_its_id_here_and_comes_back_as_it_was_made(store: SqlStore) -> None:
    async with store.transaction() as tx:
        first = await tx.add_watch(replace(watch(), id=WatchId(99)))
        second = await tx.add_watch(watch(2))
        assert first == replace(watch(), id=first.id)
        assert first.id not in {second.id, WatchId(99)}
        assert await tx.watches() == (first, second)


async def test_watches_of_one_guild_are_those_of_one_guild_by_id(store: SqlStore) -> None:
    async with store.transaction() as tx:
        here = [await tx.add_watch(watch(number)) for number in (3, 1, 2)]
        there = await tx.add_watch(watch(channel(1, OTHER)))
        assert await tx.watches(GUILD) == tuple(here)
        assert await tx.watches(OTHER) == (there,)
        assert await tx.watches(GuildId(6)) == ()


async def test_a_watch_is_found_by_its_id_alone(store: SqlStore) -> None:
    async with store.transaction() as tx:
        kept = await tx.add_watch(watch())
        other = await tx.add_watch(watch(channel(1, OTHER)))
        assert [await tx.watch(one.id) for one in (kept, other)] == [kept, other]
        assert await tx.watch(WatchId(other.id + 1)) is None


async def test_the_id_of_a_removed_watch_is_not_given_again(store: SqlStore) -> None:
    async with store.transaction() as tx:
        first = await tx.add_watch(watch())
        assert await tx.remove_watch(GUILD, first.id)
        assert (await tx.add_watch(watch())).id != first.id


async def test_a_watch_is_replaced_by_its_id(store: SqlStore) -> None:
    async with store.transaction() as tx:
        kept = await tx.add_watch(watch())
        changed = replace(kept, name="all of it", include=(), target=channel(9))
        assert await tx.replace_watch(changed)
        assert await tx.watches() == (changed,)
        assert not await tx.replace_watch(replace(changed, id=WatchId(kept.id + 1)))


async def test_a_guild_can_neither_remove_nor_take_over_the_watch_of_another(store: SqlStore) -> None:
    """The port says `by its id`; an id is typed by people, so the guild must fit as well."""
    async with store.transaction() as tx:
        kept = await tx.add_watch(watch())
        assert not await tx.remove_watch(OTHER, kept.id)
        assert not await tx.replace_watch(replace(kept, target=channel(1, OTHER)))
        assert await tx.watches() == (kept,)
        assert await tx.remove_watch(GUILD, kept.id)
        assert not await tx.remove_watch(GUILD, kept.id)
        assert await tx.watches() == ()


async def test_watches_of_a_paused_target_say_so_until_it_is_resumed(store: SqlStore) -> None:
    async with store.transaction() as tx:
        one, other = await tx.add_watch(watch(1)), await tx.add_watch(watch(2))
        assert await tx.pause(channel(1), "Missing Access", T0)
        assert await tx.watches() == (replace(one, paused=True), other)
        assert await tx.resume(channel(1))
        assert await tx.watches() == (one, other)


async def test_a_watch_changed_while_its_target_was_paused_is_not_paused_for_ever(store: SqlStore) -> None:
    """`paused` belongs to the target: what a watch says of it when it is kept counts for nothing."""
    async with store.transaction() as tx:
        kept = await tx.add_watch(replace(watch(), paused=True))
        await tx.pause(channel(1), "Missing Access", T0)
        (shown,) = await tx.watches()
        await tx.replace_watch(replace(shown, name="renamed"))
        await tx.resume(channel(1))
        assert await tx.watches() == (replace(kept, name="renamed", paused=False),)


async def test_pausing_twice_keeps_the_first_reason_and_says_so(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert await tx.pause(channel(1), "Missing Access", T0)
        assert not await tx.pause(channel(1), "Unknown Channel", T0 + HOUR)
        assert await tx.pause(ADMINS, "Missing Permissions", T0)
        assert await tx.pause(channel(1, OTHER), "Missing Access", T0)
        assert await tx.paused(GUILD) == {channel(1): ("Missing Access", T0), ADMINS: ("Missing Permissions", T0)}


async def test_resuming_what_is_not_paused_is_false(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert not await tx.resume(channel(1))
        await tx.pause(channel(1), "Missing Access", T0)
        assert await tx.resume(channel(1))
        assert await tx.paused(GUILD) == {}


async def test_a_reason_in_the_words_of_others_is_bounded_and_kept_whatever_it_holds(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.pause(channel(1), "\0" + "Ж" * 10_000, T0)
        assert await tx.paused(GUILD) == {channel(1): ("\N{REPLACEMENT CHARACTER}" + "Ж" * 499, T0)}
