"""/watch edit, pause, resume: one field at a time, two admins at once, and a watch that rests."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest

from bot.client import TMinusClient
from bot.model import Digest, GuildId, Place, Quiet, RoleId, Say, Watch
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import MS19, Stage, target


async def watches(stg: Stage, guild: Guild) -> tuple[Watch, ...]:
    async with stg.store.transaction() as tx:
        return await tx.watches(GuildId(guild.id))


async def owed(stg: Stage) -> list[str]:
    """What is owed of MS-19."""
    async with stg.store.transaction() as tx:
        return sorted(one.what for every in (await tx.settled(MS19.event.id)).values() for one in every if one.fate == "owed")


async def test_only_what_is_named_changes(stg: Stage, admin: Person, guild: Guild, launches: Channel) -> None:
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    await admin.slash("watch add", what="Soyuz", role=fans, ping_on="scrub", notices="usual -slip")
    (before,) = await watches(stg, guild)

    reply = await admin.slash("watch edit", watch="1", leads="2h", quiet="22:00-07:00 except live", digest="monday 08:00")

    (after,) = await watches(stg, guild)
    assert after.leads == (timedelta(hours=2),)
    assert after.quiet == Quiet(start=time(22), end=time(7), exempt=frozenset({Say.LIVE}))
    assert after.digest == Digest(at=time(8), weekday=0)
    assert (after.include, after.roles, after.ping_on, after.notices) == (
        before.include,
        before.roles,
        before.ping_on,
        before.notices,
    )
    assert after.target == target(guild, launches)
    assert "T-24h T-1h T-10m → T-2h" in reply.text
    assert "quiet hours: off → 22:00-07:00 except live" in reply.text
    assert reply.ephemeral
    assert await owed(stg) == ["T-2h"]


async def test_every_field_can_be_changed(stg: Stage, admin: Person, guild: Guild) -> None:
    news = stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    await admin.slash("watch add", what="Soyuz")

    await admin.slash(
        "watch edit",
        watch="1",
        what="lsp: SpaceX, -Starlink",
        channel=news,
        role=fans,
        ping_on="live",
        notices="reminder",
        crewed_only=True,
        webcast_only=True,
        crosspost=True,
        events=True,
        language="de",
    )

    (after,) = await watches(stg, guild)
    assert (after.name, after.target, after.roles) == ("lsp: SpaceX, -Starlink", target(guild, news), (RoleId(fans.id),))
    assert (after.crewed_only, after.webcast_only, after.crosspost, after.occasions, after.language) == (
        True,
        True,
        True,
        True,
        "de",
    )
    assert (after.notices, after.ping_on) == (frozenset({Say.REMINDER}), frozenset({Say.LIVE}))
    assert await owed(stg) == []

    await admin.slash("watch edit", watch="1", ping_nobody=True, quiet="off", digest="off", crewed_only=False)
    assert (await watches(stg, guild))[0].roles == ()


async def test_two_admins_at_once_lose_nothing(stg: Stage, admin: Person, guild: Guild, launches: Channel) -> None:
    await admin.slash("watch add", what="Soyuz")
    boss = stg.discord.member(guild, stg.discord.owner, launches)

    await asyncio.gather(
        admin.slash("watch edit", watch="1", leads="2h"),
        boss.slash("watch edit", watch="1", quiet="22:00-07:00"),
        admin.slash("watch edit", watch="1", digest="daily 08:00"),
    )

    (after,) = await watches(stg, guild)
    assert (after.leads, after.quiet, after.digest) == (
        (timedelta(hours=2),),
        Quiet(start=time(22), end=time(7)),
        Digest(at=time(8)),
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "at least one thing"),
        ({"quiet": "at night"}, "22:00-07:00"),
        ({"quiet": "22:00-07:00 except slip"}, "Only `live` and `scrub`"),
        ({"digest": "someday"}, "daily 08:00"),
        ({"notices": "none"}, "sends nothing"),
        ({"leads": "24h 1h 10m"}, "like that already"),
        ({"watch": "9", "leads": "1h"}, "has no watch"),
    ],
)
async def test_what_cannot_be_changed_is_said(stg: Stage, admin: Person, guild: Guild, options: dict[str, str], says: str) -> None:
    await admin.slash("watch add", what="Soyuz")
    before = await watches(stg, guild)

    reply = await admin.slash("watch edit", **{"watch": "1", **options})

    assert says in reply.text
    assert await watches(stg, guild) == before


async def test_a_watch_rests_and_goes_on_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        await boss.slash("watch add", what="Soyuz")
        assert await owed(stg) == ["T-10m", "T-1h", "T-24h"]

        assert "kept as it is" in (await boss.slash("watch pause", watch="Soyuz")).text
        assert "already" in (await boss.slash("watch pause", watch="1")).text

    assert await owed(stg) == []
    async with stg.bot():
        assert "paused" in (await boss.slash("watch list")).text
        assert "stays so" in (await boss.slash("watch resume")).text
        assert "Goes on: Soyuz" in (await boss.slash("watch resume", watch="1")).text
        assert "not paused" in (await boss.slash("watch resume", watch="1")).text

    assert await owed(stg) == ["T-10m", "T-1h", "T-24h"]
    assert not (await watches(stg, guild))[0].off


async def test_a_forum_is_a_place(stg: Stage, admin: Person, guild: Guild) -> None:
    forum = stg.discord.add_channel(guild, "missions", type=ChannelType.FORUM)

    await admin.slash("watch add", what="Soyuz", channel=forum)
    assert (await watches(stg, guild))[0].target.place is Place.FORUM

    stg.discord.overwrite(forum, stg.discord.bot, deny=Permission.SEND_MESSAGES | Permission.MANAGE_THREADS)
    assert "**Create Posts**" in (await admin.slash("watch add", what="Soyuz", channel=forum)).text
    stg.discord.overwrite(forum, stg.discord.bot, deny=Permission.MANAGE_THREADS)
    assert "**Manage Threads**" in (await admin.slash("watch edit", watch="1", channel=forum, crosspost=True)).text


async def test_what_a_place_cannot_give_is_said(admin: Person) -> None:
    assert "announcement channel" in (await admin.slash("watch add", what="Soyuz", crosspost=True)).text


async def test_a_watch_of_another_server_is_out_of_reach(stg: Stage, admin: Person, guild: Guild) -> None:
    other = stg.discord.add_guild("Vandenberg")
    stg.discord.add_channel(other, "launches")
    theirs = stg.discord.member(other, stg.discord.owner)
    await admin.slash("watch add", what="Soyuz")

    assert "has no watch" in (await theirs.slash("watch edit", watch="1", leads="2h")).text
    assert "has no watch" in (await theirs.slash("watch pause", watch="1")).text
    assert len(await watches(stg, guild)) == 1


async def test_a_member_is_not_offered_it(member: Person, client: TMinusClient) -> None:
    assert client.is_ready()
    for path in ("watch edit", "watch pause", "watch resume"):
        with pytest.raises(CannotDo):
            await member.slash(path, watch="1")


async def test_what_to_watch_is_completed_from_what_is_known(admin: Person) -> None:
    offered = [one["value"] for one in await admin.complete("watch add", "what", "crewed, peres")]

    assert "crewed, crew: Yulia Peresild" in offered
    assert [one["value"] for one in await admin.complete("watch add", "what", "")][:3] == ["everything", "crewed", "with webcast"]
    assert "-crew: Yulia Peresild" in [one["value"] for one in await admin.complete("watch edit", "what", "-peres")]


async def test_the_agencys_name_is_opt_in_and_a_missing_permission_is_named(
    stg: Stage, admin: Person, guild: Guild, launches: Channel
) -> None:
    await admin.slash("watch add", what="Soyuz")
    assert not (await watches(stg, guild))[0].identity
    assert "Manage Webhooks" not in (await admin.slash("watch edit", watch="1", as_agency=True)).text
    assert (await watches(stg, guild))[0].identity
    stg.discord.overwrite(launches, stg.discord.bot, deny=Permission.MANAGE_WEBHOOKS)
    await admin.slash("watch edit", watch="1", as_agency=False)
    assert "Without **Manage Webhooks**" in (await admin.slash("watch edit", watch="1", as_agency=True)).text


async def test_many_watches_are_listed_page_by_page_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        for number in range(10):
            await boss.slash("watch add", what=f"Rocket{number}")
        first = await boss.slash("watch list")
        assert "Rocket7" in first.text
        assert "Rocket8" not in first.text
    async with stg.bot():
        assert "**10. Rocket9**" in (await boss.click(first.message, "▶")).text
        with pytest.raises(CannotDo):
            await boss.click(first.message, "▶")
