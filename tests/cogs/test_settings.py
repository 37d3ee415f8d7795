"""/settings, /undo, /export, /import: what a server decided, taken back, taken away and taken over."""

from __future__ import annotations

import json
from datetime import time, timedelta

import pytest

from bot.client import TMinusClient
from bot.model import GuildId, Quiet, Server, Watch
from bot.sandbox.options import Attached, CannotDo
from bot.sandbox.people import Person, Reply
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import MS19, Stage


async def kept(stg: Stage, guild: Guild) -> tuple[Server | None, tuple[Watch, ...]]:
    async with stg.store.transaction() as tx:
        return await tx.server(GuildId(guild.id)), await tx.watches(GuildId(guild.id))


def file_of(stg: Stage, reply: Reply) -> str:
    """What a reply brought along."""
    (attached,) = reply.message.attachments
    return stg.discord.files[str(attached["url"]).split(".com/")[1]][1].decode()


# --- /settings ----------------------------------------------------------------------------------------------------


async def test_a_server_has_a_zone_and_a_language(stg: Stage, admin: Person, guild: Guild) -> None:
    assert "Europe/Berlin" in [one["value"] for one in await admin.complete("settings timezone", "zone", "berl")]

    assert "**Europe/Berlin**" in (await admin.slash("settings timezone", zone="europe/berlin")).text
    await admin.slash("settings language", language="de")
    await admin.slash("watch add", what="Soyuz")

    server, (watch,) = await kept(stg, guild)
    assert server == Server(guild=GuildId(guild.id), zone="Europe/Berlin", language="de")
    assert watch.language == "de"
    shown = (await admin.slash("settings show")).text
    assert "Europe/Berlin" in shown
    assert "Deutsch" in shown
    assert "Soyuz" in shown


async def test_a_zone_that_is_none_is_answered_with_a_way_on(stg: Stage, admin: Person, guild: Guild) -> None:
    assert "Pick one from the list" in (await admin.slash("settings timezone", zone="**Mordor** @everyone")).text
    assert (await kept(stg, guild))[0] is None


async def test_watches_that_spoke_the_servers_language_go_on_to(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    await admin.slash("settings language", language="de")

    assert [watch.language for watch in (await kept(stg, guild))[1]] == ["de"]


# --- /undo --------------------------------------------------------------------------------------------------------


async def test_undo_brings_back_a_watch_with_its_id_and_its_reminders(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="lsp: SpaceX")
    await admin.slash("watch add", what="Soyuz", leads="2h", quiet="22:00-07:00")
    before = await kept(stg, guild)
    await admin.slash("watch remove", watch="2")

    reply = await admin.slash("undo")

    assert "/watch remove" in reply.text
    assert "new: **2. Soyuz**" in reply.text
    assert await kept(stg, guild) == before
    async with stg.store.transaction() as tx:
        assert [one.what for every in (await tx.settled(MS19.event.id)).values() for one in every if one.fate == "owed"] == ["T-2h"]


async def test_changes_are_taken_back_one_by_one(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    await admin.slash("watch edit", watch="1", leads="2h")
    await admin.slash("watch pause", watch="1")
    await admin.slash("settings timezone", zone="Asia/Tokyo")

    for expected in ("Asia/Tokyo → UTC", "off", "T-2h → T-24h T-1h T-10m", "gone: **1. Soyuz**"):
        assert expected in (await admin.slash("undo")).text
    assert "nothing to take back" in (await admin.slash("undo")).text
    assert (await kept(stg, guild))[1] == ()


async def test_what_came_to_nothing_is_not_taken_back(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    await admin.slash("watch edit", watch="1", leads="24h 1h 10m")
    await admin.slash("watch remove", watch="7")

    assert "gone: **1. Soyuz**" in (await admin.slash("undo")).text
    assert (await kept(stg, guild))[1] == ()


# --- /export and /import ------------------------------------------------------------------------------------------


async def test_what_was_exported_is_taken_over_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        await boss.slash("watch add", what='crew: Peresild, -"Group 6, part 2"', quiet="22:00-07:00 except live")
        await boss.slash("settings timezone", zone="Europe/Berlin")
        text = file_of(stg, await boss.slash("export"))
        await boss.slash("watch add", what="lsp: SpaceX")
        changed = text.replace("24h 1h 10m", "3h").replace("Europe/Berlin", "Asia/Tokyo")
        offer = await boss.slash("import", file=Attached("t-minus-settings.toml", changed.encode()))
        assert "T-24h T-1h T-10m → T-3h" in offer.text
        assert "gone: **2. lsp: SpaceX**" in offer.text
        assert "Nothing has changed yet" in offer.text

    assert len((await kept(stg, guild))[1]) == 2
    async with stg.bot():
        done = await boss.click(offer.message, "Take it over")
        assert "Taken over" in done.text

        server, (watch,) = await kept(stg, guild)
        assert server is not None
        assert server.zone == "Asia/Tokyo"
        assert watch.leads == (timedelta(hours=3),)
        assert watch.quiet is not None
        assert watch.quiet.start == time(22)
        assert "new: **2. lsp: SpaceX**" in (await boss.slash("undo")).text
        assert len((await kept(stg, guild))[1]) == 2


async def test_a_file_is_left(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    text = file_of(stg, await admin.slash("export"))
    assert "set already" in (await admin.slash("import", file=Attached("a.toml", text.encode()))).text

    offer = await admin.slash("import", file=Attached("a.toml", text.replace("24h 1h 10m", "3h").encode()))
    await admin.slash("import", file=Attached("a.toml", text.replace("24h 1h 10m", "4h").encode()))
    assert "Another file was given since" in (await admin.click(offer.message, "Take it over")).text
    assert "Left as it is" in (await admin.click(offer.message, "Leave it")).text
    assert [watch.leads[0] for watch in (await kept(stg, guild))[1]] == [timedelta(hours=24)]


async def test_every_mistake_of_a_file_is_listed_with_its_line(stg: Stage, admin: Person, guild: Guild) -> None:
    theirs = stg.discord.add_channel(stg.discord.add_guild("Vandenberg"), "theirs")
    rows = [
        "version = 1",
        "[server]",
        'zone = "Mordor"',
        "[[watch]]",
        'name = "Soyuz"',
        f'channel = "{theirs.id}"',
        'leads = "soon"',
        'notices = "party"',
        "colour = 3",
        "[[watch]]",
        'roles = ["1"]',
        'quiet = "night"',
    ]

    reply = await admin.slash("import", file=Attached("a.toml", "\n".join(rows).encode()))

    assert "There are 9 mistakes" in reply.text
    for said in (
        "line 3",
        "line 6",
        "no channel of this server",
        "line 7",
        "line 8",
        "line 9",
        "is no field",
        "line 11",
        "line 12",
    ):
        assert said in reply.text
    assert not reply.message.components
    assert (await kept(stg, guild))[1] == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"= no", "line 1"),
        (b"#" * 70_000, "larger than 64 KB"),
        (b"version = 2", "has to be 1"),
        (json.dumps({"version": 1}).encode(), "no TOML"),
        (b"", "version"),
    ],
)
async def test_a_file_that_is_none_is_refused(admin: Person, content: bytes, says: str) -> None:
    assert says in (await admin.slash("import", file=Attached("a.toml", content))).text


async def test_a_hostile_file_pings_nobody(admin: Person, launches: Channel) -> None:
    text = f'version = 1\n[[watch]]\nname = "@everyone **<@&1>**\\u202e"\nchannel = "{launches.id}"\n"@everyone" = 1\n'

    assert "@everyone" not in (await admin.slash("import", file=Attached("a.toml", text.encode()))).text
    fine = text.replace('"@everyone" = 1\n', "")
    offer = await admin.slash("import", file=Attached("a.toml", fine.encode()))
    assert "@everyone" not in offer.text
    assert "@everyone" not in (await admin.click(offer.message, "Take it over")).text


# --- who may ------------------------------------------------------------------------------------------------------


async def test_a_member_is_not_offered_it(member: Person, client: TMinusClient) -> None:
    assert client.is_ready()
    for path in ("undo", "export", "settings show"):
        with pytest.raises(CannotDo):
            await member.slash(path)


async def test_whom_an_admin_allows_it_in_discords_settings_may(stg: Stage, admin: Person, member: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz")
    command = next(one for one in stg.discord.commands.values() if one.name == "undo")
    role = stg.discord.add_role(guild, "staff")
    guild.members[member.user.id].roles.add(role.id)

    stg.discord.overrides[guild.id, command.id] = [{"id": str(role.id), "type": 1, "permission": True}]
    assert "gone: **1. Soyuz**" in (await member.slash("undo")).text

    stg.discord.overrides[guild.id, command.id].append({"id": str(member.user.id), "type": 2, "permission": False})
    assert "Manage Server" in (await member.slash("undo")).text


async def test_it_is_not_offered_in_direct_messages(stg: Stage, admin: Person) -> None:
    for path in ("undo", "export", "settings show"):
        with pytest.raises(CannotDo):
            await stg.discord.direct(admin.user, installed=True).slash(path)


async def test_quiet_hours_of_a_watch_are_this_servers_matter_alone(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz", quiet="22-7")
    assert (await kept(stg, guild))[1][0].quiet == Quiet(start=time(22), end=time(7))
