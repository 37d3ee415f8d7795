"""/watch add, list, resume and remove: who may, where it may post, whom it may ping, and what it is told when not."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from bot.client import TMinusClient
from bot.model import USUAL, Facet, GuildId, RoleId, Say, Term
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import NOW, Stage, target


async def watches(stg: Stage, guild: Guild) -> tuple[str, ...]:
    async with stg.store.transaction() as tx:
        return tuple(watch.name for watch in await tx.watches(GuildId(guild.id)))


async def test_a_watch_is_kept_as_asked(stg: Stage, admin: Person, guild: Guild, launches: Channel) -> None:
    news = stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
    fans = stg.discord.add_role(guild, "fans", mentionable=True)

    reply = await admin.slash(
        "watch add",
        what="crew: Peresild, -Starlink, crewed",
        channel=news,
        role=fans,
        ping_on="live scrub",
        notices="usual -slip",
        leads="2h 10m",
        webcast_only=True,
    )

    assert reply.ephemeral
    async with stg.store.transaction() as tx:
        (watch,) = await tx.watches(GuildId(guild.id))
    assert watch.target == target(guild, news)
    assert (watch.include, watch.exclude) == ((Term(Facet.CREW, "Peresild"),), (Term(Facet.ANY, "Starlink"),))
    assert (watch.crewed_only, watch.webcast_only) == (True, True)
    assert (watch.notices, watch.ping_on) == (USUAL - {Say.SLIP}, frozenset({Say.LIVE, Say.SCRUB}))
    assert (watch.roles, watch.leads) == ((RoleId(fans.id),), (timedelta(hours=2), timedelta(minutes=10)))
    assert (watch.made_by, watch.made_at) == (stg.discord.owner.id, NOW)
    assert "Not sent: slip" in reply.text
    assert launches.id != watch.target.channel


async def test_a_watch_without_more_is_here_with_the_usual(admin: Person, stg: Stage, guild: Guild, launches: Channel) -> None:
    reply = await admin.slash("watch add", what="Soyuz")

    async with stg.store.transaction() as tx:
        (watch,) = await tx.watches(GuildId(guild.id))
    assert watch.target == target(guild, launches)
    assert watch.notices == USUAL
    assert watch.leads == (timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10))
    assert "MS-19" in reply.text
    assert "Starlink" not in reply.text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"what": "foo: bar"}, "I do not know “foo:”"),
        ({"what": "x"}, "too short"),
        ({"what": "Soyuz", "leads": "soon"}, "24h 1h 10m"),
        ({"what": "Soyuz", "leads": "90d"}, "30 days"),
        ({"what": "Soyuz", "notices": "party"}, "There is no notice “party”"),
        ({"what": "Soyuz", "notices": "none"}, "at least one notice"),
        ({"what": "Soyuz", "ping_on": "@everyone"}, "There is no notice “everyone”"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_a_way_on(
    stg: Stage, admin: Person, guild: Guild, options: dict[str, str], says: str
) -> None:
    reply = await admin.slash("watch add", **options)

    assert says in reply.text
    assert reply.ephemeral
    assert await watches(stg, guild) == ()


async def test_what_was_typed_is_said_back_harmlessly(stg: Stage, admin: Person, guild: Guild) -> None:
    reply = await admin.slash("watch add", what="@everyone **bold** <@&1>")

    assert "@everyone" not in reply.text
    assert "**bold**" not in reply.text
    assert "@everyone" not in (await admin.slash("watch list")).text
    assert len(await watches(stg, guild)) == 1


# --- who may ------------------------------------------------------------------------------------------------------


async def test_a_member_is_not_offered_it(member: Person) -> None:
    with pytest.raises(CannotDo):
        await member.slash("watch list")


@pytest.mark.parametrize(
    "command", [("watch add", {"what": "Soyuz"}), ("watch list", {}), ("watch remove", {"watch": "1"}), ("watch resume", {})]
)
async def test_a_member_who_is_offered_it_is_refused_all_the_same(
    stg: Stage, member: Person, admin: Person, guild: Guild, command: tuple[str, dict[str, str]]
) -> None:
    path, options = command
    await admin.slash("watch add", what="Starlink")
    for each in stg.discord.commands.values():
        each.spec["default_member_permissions"] = None  # as an admin may set it in the server's settings

    reply = await member.slash(path, **options)

    assert "Manage Server" in reply.text
    assert reply.ephemeral
    assert await watches(stg, guild) == ("Starlink",)
    assert await member.complete("watch remove", "watch", "") == []


async def test_it_is_not_offered_in_direct_messages(stg: Stage, admin: Person) -> None:
    with pytest.raises(CannotDo):
        await stg.discord.direct(admin.user, installed=True).slash("watch list")


# --- where --------------------------------------------------------------------------------------------------------


async def test_a_channel_of_another_server_is_refused(stg: Stage, admin: Person, guild: Guild) -> None:
    theirs = stg.discord.add_channel(stg.discord.add_guild("Vandenberg"), "theirs")

    assert "has to be in this server" in (await admin.slash("watch add", what="Soyuz", channel=theirs)).text
    assert await watches(stg, guild) == ()


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        (Permission.VIEW_CHANNEL, {"View Channel"}),
        (Permission.SEND_MESSAGES, {"Send Messages"}),
        (Permission.EMBED_LINKS | Permission.SEND_MESSAGES, {"Embed Links", "Send Messages"}),
    ],
)
async def test_exactly_the_missing_permissions_are_named(
    stg: Stage, admin: Person, guild: Guild, denied: Permission, named: set[str]
) -> None:
    closed = stg.discord.add_channel(guild, "closed")
    stg.discord.overwrite(closed, stg.discord.bot, deny=denied)

    reply = await admin.slash("watch add", what="Soyuz", channel=closed)

    assert {name for name in ("View Channel", "Send Messages", "Embed Links") if f"**{name}**" in reply.text} == named
    assert f"<#{closed.id}>" in reply.text
    assert await watches(stg, guild) == ()


async def test_a_voice_channel_is_not_offered_but_the_text_in_it_may_be_used(stg: Stage, admin: Person, guild: Guild) -> None:
    voice = stg.discord.add_channel(guild, "voice", type=ChannelType.VOICE)

    with pytest.raises(CannotDo):
        await admin.slash("watch add", what="Soyuz", channel=voice)


async def test_a_thread_is_a_place(stg: Stage, client: TMinusClient, admin: Person, guild: Guild, launches: Channel) -> None:
    place = client.get_channel(launches.id)
    assert isinstance(place, discord.TextChannel)
    made = await place.create_thread(name="MS-19", type=discord.ChannelType.public_thread)
    thread = stg.discord.channels[made.id]

    await admin.slash("watch add", what="Soyuz", channel=thread)

    assert await watches(stg, guild) == ("Soyuz",)

    stg.discord.overwrite(launches, stg.discord.bot, deny=Permission.SEND_MESSAGES_IN_THREADS)
    assert "**Send Messages in Threads**" in (await admin.slash("watch add", what="Soyuz", channel=thread)).text


async def test_a_server_in_an_outage_is_asked_to_come_back(stg: Stage, client: TMinusClient, admin: Person, guild: Guild) -> None:
    stg.discord.set_available(guild, available=False)
    assert "at the moment" in (await admin.slash("watch add", what="Soyuz")).text

    client._connection._guilds.clear()
    assert "no member of this server" in (await admin.slash("watch add", what="Soyuz")).text


# --- whom ---------------------------------------------------------------------------------------------------------


async def test_everyone_is_never_pinged(stg: Stage, admin: Person, guild: Guild) -> None:
    reply = await admin.slash("watch add", what="Soyuz", role=guild.roles[guild.id])

    assert "never ping everyone" in reply.text
    assert await watches(stg, guild) == ()


async def test_a_role_of_another_server_is_refused(stg: Stage, admin: Person, guild: Guild) -> None:
    other = stg.discord.add_guild("Vandenberg")

    assert "not one of this server" in (await admin.slash("watch add", what="Soyuz", role=stg.discord.add_role(other, "fans"))).text
    assert await watches(stg, guild) == ()


@pytest.mark.parametrize("mentionable", [True, False])
async def test_a_role_that_cannot_be_pinged_is_warned_of(stg: Stage, admin: Person, guild: Guild, mentionable: bool) -> None:
    fans = stg.discord.add_role(guild, "fans", mentionable=mentionable)

    reply = await admin.slash("watch add", what="Soyuz", role=fans)

    assert ("will be shown but not pinged" in reply.text) is not mentionable
    assert await watches(stg, guild) == ("Soyuz",)


# --- list, resume, remove -----------------------------------------------------------------------------------------


async def test_a_server_without_watches_is_told_how_to_begin(admin: Person) -> None:
    assert "/watch add" in (await admin.slash("watch list")).text


async def test_watches_outlive_a_restart_and_are_this_servers_alone(stg: Stage, guild: Guild, launches: Channel) -> None:
    other = stg.discord.add_guild("Vandenberg")
    stg.discord.add_channel(other, "launches")
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        await boss.slash("watch add", what="Soyuz")

    async with stg.bot():
        assert "Soyuz" in (await boss.slash("watch list")).text
        assert "nothing yet" in (await stg.discord.member(other, stg.discord.owner).slash("watch list")).text
        assert "has no watch" in (await stg.discord.member(other, stg.discord.owner).slash("watch remove", watch="1")).text
    assert await watches(stg, guild) == ("Soyuz",)


async def test_a_paused_channel_is_listed_with_its_reason_and_resumed(
    stg: Stage, admin: Person, guild: Guild, launches: Channel
) -> None:
    await admin.slash("watch add", what="Soyuz")
    async with stg.store.transaction() as tx:
        await tx.pause(target(guild, launches), "the bot may not post there", NOW)

    assert "paused since" in (await admin.slash("watch list")).text
    assert f"<#{launches.id}>" in (await admin.slash("watch resume")).text
    assert "paused" not in (await admin.slash("watch list")).text
    assert "Nothing is paused" in (await admin.slash("watch resume")).text


async def test_resuming_says_what_is_still_wrong(stg: Stage, admin: Person, guild: Guild) -> None:
    closed = stg.discord.add_channel(guild, "closed")
    stg.discord.overwrite(closed, stg.discord.bot, deny=Permission.EMBED_LINKS)
    await admin.slash("watch add", what="Soyuz")
    async with stg.store.transaction() as tx:
        await tx.pause(target(guild, closed), "the bot may not post there", NOW)

    assert "**Embed Links**" in (await admin.slash("watch resume")).text


async def test_a_watch_is_picked_and_removed(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    await admin.slash("watch add", what="lsp: SpaceX")

    (choice,) = await admin.complete("watch remove", "watch", "spacex")
    reply = await admin.slash("watch remove", watch=choice["value"])

    assert choice["name"] == "2. lsp: SpaceX in #launches"
    assert reply.text.startswith("Removed: **2.")
    assert await watches(stg, guild) == ("Soyuz",)
    assert "has no watch" in (await admin.slash("watch remove", watch=choice["value"])).text


async def test_a_watch_is_removed_by_its_name_if_that_is_clear(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    await admin.slash("watch add", what="Soyuz")
    assert "2 watches are called" in (await admin.slash("watch remove", watch="soyuz")).text

    await admin.slash("watch remove", watch="1")
    await admin.slash("watch remove", watch="SOYUZ")

    assert await watches(stg, guild) == ()
