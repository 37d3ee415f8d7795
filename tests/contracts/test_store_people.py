"""What the store promises about servers and members: what they decided, what is kept about them, and that it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import (
    ChannelId,
    EventId,
    Facet,
    Fate,
    GuildId,
    Member,
    MessageId,
    Place,
    RoleId,
    Server,
    Target,
    Term,
    UserId,
    Watch,
)
from bot.store.sql import SqlStore
from tests.contracts.store_samples import DAY, GUILD, HOUR, MINUTE, MS19, T0, card, channel, claimed, delivery, watch

ADA, BOB = UserId(2**63 - 1), UserId(8)
OTHER = GuildId(5)


def mailbox(user: UserId) -> Target:
    """Where a person gets direct messages."""
    return Target(GuildId(0), ChannelId(user), Place.PERSON)


# --- members ------------------------------------------------------------------------------------------------------


async def test_a_member_is_unknown_until_kept_and_then_as_kept(store: SqlStore) -> None:
    decided = Member(user=ADA, leads=(DAY, timedelta(seconds=90)), zone="Asia/Kolkata", language="de")
    async with store.transaction() as tx:
        assert await tx.member(ADA) is None
        await tx.keep_member(decided)
    async with store.transaction() as tx:
        assert await tx.member(ADA) == decided
        assert await tx.member(BOB) is None
        await tx.keep_member(replace(decided, zone=""))
        assert await tx.member(ADA) == replace(decided, zone="")


async def test_watches_of_one_person_are_those_of_that_person_by_id(store: SqlStore) -> None:
    async with store.transaction() as tx:
        home = replace(watch(mailbox(ADA), "one"), home=channel(1), include=(Term(Facet.EVENT, "ll2:launch:x"),))
        one = await tx.add_watch(home)
        await tx.add_watch(watch(mailbox(BOB)))
        await tx.add_watch(watch(Target(GUILD, ChannelId(ADA))))
        two = await tx.add_watch(watch(mailbox(ADA), "two"))
        assert await tx.watches_of(mailbox(ADA)) == (one, two)
        assert one.home == channel(1)
        assert await tx.watches_of(mailbox(UserId(9))) == ()


async def test_a_person_is_forgotten_with_all_that_is_owed_and_was_sent(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for user in (ADA, BOB):
            await tx.keep_member(Member(user=user))
            await tx.add_watch(watch(mailbox(user)))
            await tx.owe([delivery("T-10m", mailbox(user)), delivery("T-1h", mailbox(user))])
        kept = await tx.add_watch(replace(watch(), made_by=ADA))
    (one, *_) = [row for row in await claimed(store) if row.delivery.target == mailbox(ADA)]
    async with store.transaction() as tx:
        await tx.record_sent(one.delivery.key, MessageId(1), T0 - MINUTE, pinged=False)
        assert await tx.sent_to(mailbox(ADA)) == {Fate.SENT: 1, Fate.OWED: 1}
        await tx.forget_member(ADA)
    async with store.transaction() as tx:
        assert (await tx.member(ADA), await tx.watches_of(mailbox(ADA)), await tx.sent_to(mailbox(ADA))) == (None, (), {})
        assert await tx.member(BOB) == Member(user=BOB)
        assert len(await tx.watches_of(mailbox(BOB))) == 1
        assert await tx.sent_to(mailbox(BOB)) == {Fate.OWED: 2}
        assert await tx.watches(GUILD) == (kept,)


async def test_what_was_in_flight_when_a_person_was_forgotten_comes_back_to_nothing(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.owe([delivery("T-10m", mailbox(ADA))])
    (one,) = await claimed(store)
    async with store.transaction() as tx:
        await tx.forget_member(ADA)
        await tx.record_sent(one.delivery.key, MessageId(1), T0, pinged=False)
        await tx.record_retry(one.delivery.key, T0, "502", counts=True)
        assert await tx.sent_to(mailbox(ADA)) == {}


async def test_many_persons_are_claimed_at_once_each_for_one_and_servers_first(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.owe([delivery(what, mailbox(UserId(user))) for user in range(1, 5) for what in ("T-10m", "T-1h")])
    rows = await claimed(store)
    assert sorted(row.delivery.target.channel for row in rows) == [1, 2, 3, 4]
    async with store.transaction() as tx:
        briefs = await tx.briefs([row.delivery for row in rows])
    assert all(brief.server is None and brief.watches == () for brief in briefs.values())


async def test_a_brief_holds_the_watches_of_that_person_alone(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.add_watch(watch(mailbox(BOB)))
        mine = await tx.add_watch(watch(mailbox(ADA)))
        sent = delivery("T-10m", mailbox(ADA))
        assert (await tx.briefs([sent]))[sent.key].watches == (mine,)


async def test_briefs_of_persons_and_servers_asked_for_at_once_are_those_of_each(store: SqlStore) -> None:
    places = (mailbox(ADA), channel(1), mailbox(BOB), channel(2, OTHER))
    async with store.transaction() as tx:
        watches = [await tx.add_watch(watch(place)) for place in places]
        sent = [delivery("T-10m", place) for place in places]
        await tx.owe(sent)
        await tx.keep_server(Server(guild=GUILD, zone="Asia/Kolkata"))
        for number, place in enumerate(places[1:3], 1):
            await tx.keep_card(replace(card(), target=place, message=MessageId(number)))
            await tx.record_sent(sent[number].key, MessageId(number), T0 - number * MINUTE, pinged=True)
    async with store.transaction() as tx:
        briefs = [(await tx.briefs(sent))[one.key] for one in sent]
    assert [brief.watches for brief in briefs] == [(one,) for one in watches]
    assert [brief.card and brief.card.message for brief in briefs] == [None, 1, 2, None]
    assert [brief.last_ping for brief in briefs] == [None, T0 - MINUTE, T0 - 2 * MINUTE, None]
    assert [brief.server and brief.server.zone for brief in briefs] == [None, "Asia/Kolkata", None, None]


# --- servers ------------------------------------------------------------------------------------------------------


async def test_a_server_is_unknown_until_kept_and_then_as_kept(store: SqlStore) -> None:
    decided = Server(guild=GUILD, zone="Europe/Berlin", language="de", role=RoleId(77))
    async with store.transaction() as tx:
        assert await tx.server(GUILD) is None
        assert await tx.servers() == ()
        await tx.keep_server(replace(decided, guild=OTHER))
        await tx.keep_server(decided)
        assert await tx.server(GUILD) == decided
        assert await tx.servers() == (replace(decided, guild=OTHER), decided)


async def test_servers_that_the_bot_left_are_found_once_it_is_long_ago(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.keep_server(Server(guild=OTHER))
        await tx.keep_server(Server(guild=GUILD, left_at=T0))
        assert await tx.servers(left_before=T0) == ()
        assert await tx.servers(left_before=T0 + HOUR) == (Server(guild=GUILD, left_at=T0),)
        await tx.keep_server(Server(guild=GUILD))
        assert await tx.servers(left_before=T0 + HOUR) == ()


async def test_a_server_is_forgotten_and_others_and_persons_are_not(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for guild in (GUILD, OTHER):
            await tx.keep_server(Server(guild=guild))
            await tx.note_change(guild, ADA, "watch add", "before", T0)
        await tx.add_watch(watch())
        there = await tx.add_watch(watch(channel(1, OTHER)))
        own = await tx.add_watch(watch(mailbox(ADA)))
        await tx.forget_server(GUILD)
        assert await tx.server(GUILD) is None
        assert await tx.last_change(GUILD) is None
        assert await tx.watches() == (there, own)
        assert await tx.last_change(OTHER)


async def test_changes_are_taken_back_newest_first_and_only_twenty_are_kept(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for number in range(25):
            await tx.note_change(GUILD, ADA, f"change {number}", f"before {number}", T0 + number * MINUTE)
        await tx.note_change(OTHER, BOB, "theirs", "", T0 + DAY)
        taken: list[str] = []
        while newest := await tx.last_change(GUILD):
            assert (newest.guild, newest.by) == (GUILD, ADA)
            taken.append(newest.what)
            await tx.drop_change(newest.number)
        assert taken == [f"change {number}" for number in range(24, 4, -1)]
        kept = await tx.last_change(OTHER)
        assert kept
        assert kept.what == "theirs"


async def test_what_persons_asked_about_other_events_alone_is_left_out(store: SqlStore) -> None:
    def about(event: str, target: Target) -> Watch:
        return replace(watch(target), include=(Term(Facet.EVENT, event),))

    async with store.transaction() as tx:
        server = await tx.add_watch(watch())
        named = await tx.add_watch(about("another", channel(2)))
        mine = await tx.add_watch(about(MS19, mailbox(ADA)))
        other = await tx.add_watch(about("another", mailbox(BOB)))
        standing = await tx.add_watch(watch(mailbox(BOB)))
        assert await tx.watches(about=MS19) == (server, named, mine, standing)
        assert await tx.watches(about=EventId("another")) == (server, named, other, standing)
        assert await tx.watches(GUILD, about=MS19) == (server, named)
        assert len(await tx.watches()) == 5
        await tx.replace_watch(replace(mine, include=(Term(Facet.EVENT, "another"),)))
        assert await tx.watches(about=MS19) == (server, named, standing)
        await tx.remove_watch(GuildId(0), mine.id)
        await tx.restore_watch(mine)
        assert await tx.watches(about=MS19) == (server, named, mine, standing)
