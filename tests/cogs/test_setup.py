"""/setup and /role button: one private screen from the invitation to the first card, and a role for who wants it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.model import ChannelId, GuildId, Place, RoleId, Say, Server, Watch
from bot.sandbox import components
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import NOW, Stage, keep, track


async def kept(stg: Stage, guild: Guild) -> tuple[Server | None, tuple[Watch, ...]]:
    async with stg.store.transaction() as tx:
        return await tx.server(GuildId(guild.id)), await tx.watches(GuildId(guild.id))


async def test_a_server_is_set_up_in_a_few_presses_across_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    news = stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        first = await boss.slash("setup")
        assert first.ephemeral
        assert "Welcome" in first.text
        await boss.select(first.message, "setup:channel", news.id)
        await boss.select(first.message, "setup:what", "Flights with people aboard")
    async with stg.bot():
        await boss.select(first.message, "setup:role", fans.id)
        await boss.select(first.message, "setup:noise", "Calm")
        await boss.select(first.message, "setup:zone", "Europe/Berlin")
        shown = await boss.click(first.message, "Preview")
        assert "Soyuz MS-19" in shown.text
        assert "T-1h 🔔" in shown.text
        assert "Nothing is posted yet" in shown.text
        assert await kept(stg, guild) == (None, ())
    async with stg.bot():
        await boss.click(first.message, "Back")
        await boss.click(first.message, "Preview")
        done = await boss.click(first.message, "Begin")

        assert f"<#{news.id}> is told from now on" in done.text
        server, (watch,) = await kept(stg, guild)
        assert server == Server(guild=GuildId(guild.id), zone="Europe/Berlin", role=RoleId(fans.id))
        assert (watch.target.channel, watch.crewed_only, watch.roles) == (ChannelId(news.id), True, (RoleId(fans.id),))
        assert (watch.notices, watch.leads) == (frozenset({Say.REMINDER, Say.OUTCOME}), (timedelta(hours=1),))

        await boss.slash("undo")
        assert await kept(stg, guild) == (Server(guild=GuildId(guild.id)), ())


async def test_what_is_in_no_menu_is_an_option_of_the_command(stg: Stage, admin: Person, guild: Guild) -> None:
    forum = stg.discord.add_channel(guild, "missions", type=ChannelType.FORUM)

    first = await admin.slash("setup", channel=forum, what="crew: Peresild", timezone="asia/kathmandu")
    await admin.click(first.message, "Preview")
    await admin.click(first.message, "Begin")

    server, (watch,) = await kept(stg, guild)
    assert server is not None
    assert server.zone == "Asia/Kathmandu"
    assert (watch.target.place, watch.name) == (Place.FORUM, "crew: Peresild")
    assert "I know no time zone" in (await admin.slash("setup", timezone="Mordor")).text
    assert "too short" in (await admin.slash("setup", what="x")).text


async def test_a_missing_permission_is_named_and_mended(stg: Stage, admin: Person, guild: Guild) -> None:
    closed = stg.discord.add_channel(guild, "closed")
    stg.discord.overwrite(closed, stg.discord.bot, deny=Permission.EMBED_LINKS)
    first = await admin.slash("setup")

    again = await admin.select(first.message, "setup:channel", closed.id)

    assert "I lack **Embed Links**" in again.text
    with pytest.raises(CannotDo):
        await admin.click(first.message, "Preview")
    stg.discord.overwrite(closed, stg.discord.bot)
    assert "I lack" not in (await admin.select(first.message, "setup:channel", closed.id)).text
    await admin.click(first.message, "Preview")


async def test_a_role_that_cannot_be_given_or_pinged_is_told_at_once(stg: Stage, admin: Person, guild: Guild) -> None:
    staff = stg.discord.add_role(guild, "staff", permissions=Permission.MANAGE_GUILD)
    first = await admin.slash("setup")

    text = (await admin.select(first.message, "setup:role", staff.id)).text

    assert "will be shown but not pinged" in text
    assert "only staff should" in text
    assert "never ping everyone" in (await admin.select(first.message, "setup:role", guild.id)).text


async def test_a_screen_is_left(stg: Stage, admin: Person, guild: Guild) -> None:
    first = await admin.slash("setup")
    assert "Left as it is" in (await admin.click(first.message, "Cancel")).text
    assert await kept(stg, guild) == (None, ())


async def test_hostile_names_break_no_limit(stg: Stage, admin: Person, guild: Guild) -> None:
    long = "@everyone **x** <@&1> `" + "ẞ" * 300
    await keep(stg.store, *(track(f"Rocket {n} | {n}{long}", NOW + timedelta(days=n)) for n in range(1, 40)))
    channel = stg.discord.add_channel(guild, "x" * 100)

    first = await admin.slash("setup", channel=channel)
    shown = await admin.click(first.message, "Preview")

    assert "@everyone" not in re.sub("@\u200b", "", shown.text)
    parts = list(components.walk(shown.message.components))
    assert len(parts) <= components.MOST_PARTS
    assert sum(map(len, components.texts(shown.message.components))) <= components.MOST_TEXT


async def test_a_member_cannot_set_up(stg: Stage, member: Person, admin: Person) -> None:
    with pytest.raises(CannotDo):
        await member.slash("setup")
    first = await admin.slash("setup")
    assert "Manage Server" in (await member.click(first.message, "Cancel")).text
    with pytest.raises(CannotDo):
        await stg.discord.direct(admin.user, installed=True).slash("setup")


# --- the role -----------------------------------------------------------------------------------------------------


async def test_members_give_themselves_the_role_and_give_it_back(stg: Stage, guild: Guild, launches: Channel) -> None:
    fans = stg.discord.add_role(guild, "fans")
    top(stg, guild)
    boss, ada = stg.discord.member(guild, stg.discord.owner, launches), stg.discord.add_user("ada")
    stg.discord.add_member(guild, ada)
    member = stg.discord.member(guild, ada, launches)
    async with stg.bot():
        posted = await boss.slash("role button", role=fans)
        assert not posted.ephemeral
    async with stg.bot():
        assert f"you have <@&{fans.id}>" in (await member.click(posted.message, "Ping me, or stop it")).text
        assert fans.id in guild.members[ada.id].roles
        assert "is gone" in (await member.click(posted.message, "Ping me, or stop it")).text
        assert fans.id not in guild.members[ada.id].roles
        assert (await kept(stg, guild))[0] == Server(guild=GuildId(guild.id), role=RoleId(fans.id))

        await boss.slash("undo")
        assert "no longer offered" in (await member.click(posted.message, "Ping me, or stop it")).text


def top(stg: Stage, guild: Guild) -> None:
    """The bot's own role stands above all."""
    own = next(iter(guild.members[stg.discord.bot.id].roles))
    guild.roles[own].position = 50


async def test_a_forged_button_gives_nothing(stg: Stage, guild: Guild, launches: Channel) -> None:
    fans, other = stg.discord.add_role(guild, "fans"), stg.discord.add_role(guild, "other")
    top(stg, guild)
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        posted = await boss.slash("role button", role=fans)
        for part in components.walk(posted.message.components):
            if part.get("custom_id"):
                part["custom_id"] = f"role:{other.id}"

        assert "no longer offered" in (await boss.click(posted.message, "Ping me, or stop it")).text
    assert other.id not in guild.members[boss.user.id].roles


async def test_roles_that_are_not_for_everybody_are_refused(stg: Stage, admin: Person, guild: Guild, client: TMinusClient) -> None:
    assert client.is_ready()
    staff = stg.discord.add_role(guild, "staff", permissions=Permission.MANAGE_MESSAGES)
    own = guild.roles[next(iter(guild.members[stg.discord.bot.id].roles))]

    assert "Which role?" in (await admin.slash("role button")).text
    assert "only staff should" in (await admin.slash("role button", role=staff)).text
    assert "Everybody has that role" in (await admin.slash("role button", role=guild.roles[guild.id])).text
    assert "belongs to an app" in (await admin.slash("role button", role=own)).text
    high = stg.discord.add_role(guild, "high")
    assert "stands above my own role" in (await admin.slash("role button", role=high)).text
    assert (await kept(stg, guild))[0] is None
