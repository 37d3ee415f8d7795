"""/mission: what no feed knows, kept and told as a feed's events are, in one server alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import EventId, GuildId, Net, Precision, Status, Track
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import MS19, Stage


async def own(stg: Stage, guild: Guild) -> tuple[Track, ...]:
    async with stg.store.transaction() as tx:
        return tuple(track for track in await tx.tracks() if track.event.owner == guild.id)


async def owed(stg: Stage, event: EventId) -> dict[str, str]:
    async with stg.store.transaction() as tx:
        return {one.what: one.fate.value for every in (await tx.settled(event)).values() for one in every}


async def test_a_mission_lives_like_any_other_in_its_own_server_alone(stg: Stage, guild: Guild, launches: Channel) -> None:
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    other = stg.discord.add_guild("Vandenberg")
    theirs = stg.discord.member(other, stg.discord.owner, stg.discord.add_channel(other, "launches"))
    async with stg.bot():
        await boss.slash("settings timezone", zone="Europe/Berlin")
        await boss.slash("watch add", what="everything")
        await theirs.slash("watch add", what="everything")
        added = await boss.slash(
            "mission add", name="Ada's balloon", net="2021-10-03 18:00", place="School yard", stream="https://example.org/live"
        )
        assert "Ada's balloon" in added.text
        assert "School yard" in added.text

    (track,) = await own(stg, guild)
    assert track.event.id == EventId(f"own:launch:{guild.id}-1")
    assert track.event.net == Net(datetime(2021, 10, 3, 16, tzinfo=UTC), Precision.MINUTE)
    assert track.event.owner == GuildId(guild.id)
    assert await owed(stg, track.event.id) == {"announced": "owed", "T-24h": "owed", "T-1h": "owed", "T-10m": "owed"}

    async with stg.bot():
        assert "balloon" in (await boss.slash("next", count=10)).text
        assert "balloon" in (await boss.slash("launch", name="balloon")).text
        assert "balloon" not in (await theirs.slash("next", count=10)).text
        assert "School yard" not in (await theirs.slash("launch", name="balloon")).text
        assert await theirs.complete("launch", "name", "balloon") == []
        assert "School yard" not in (await theirs.slash("launch", name=track.event.id)).text
        assert "balloon" in (await boss.slash("why", launch="balloon")).text
        assert "no mission of its own" in (await theirs.slash("mission edit", mission=track.event.id, net="tbd")).text

        (choice,) = await boss.complete("mission edit", "mission", "ada")
        moved = await boss.slash("mission edit", mission=choice["value"], net="2021-10-04 18:00")
        assert "Changed" in moved.text
        assert "slip-1-0" in await owed(stg, track.event.id)
        await boss.slash("mission edit", mission="balloon", status="success")
        assert (await own(stg, guild))[0].event.status is Status.SUCCESS
        assert "success" in (await boss.slash("mission list")).text


async def test_a_mission_is_called_off(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="everything")
    await admin.slash("mission add", name="Balloon", net="2021-10-03 18:00")

    assert "Called off: Balloon" in (await admin.slash("mission remove", mission="balloon")).text

    (track,) = await own(stg, guild)
    assert track.event.status is Status.CANCELLED
    assert "T-1h" not in {what for what, fate in (await owed(stg, track.event.id)).items() if fate == "owed"}
    assert "no mission of its own" in (await admin.slash("mission remove", mission="balloon")).text


async def test_how_little_is_known_is_kept(stg: Stage, admin: Person, guild: Guild) -> None:
    for name, net in (("A1", "2021-12-24"), ("B1", "2022-03"), ("C1", "Q4 2022"), ("D1", "tbd"), ("E1", "2021-12-24 18:00 UTC")):
        await admin.slash("mission add", name=name, net=net, rocket="Big|Rocket")

    found = {track.event.name: track.event for track in await own(stg, guild)}
    assert [found[name].net.precision for name in ("A1", "B1", "C1", "D1", "E1")] == [
        Precision.DAY,
        Precision.MONTH,
        Precision.QUARTER,
        Precision.UNKNOWN,
        Precision.MINUTE,
    ]
    assert found["D1"].status is Status.TBD
    await admin.slash("mission edit", mission="D1", net="2021-12-24 18:00", stream="https://example.org", text="For school")
    await admin.slash("mission edit", mission="D1", stream="none", place="Yard", name="D2", rocket="Small", status="go")
    edited = {track.event.name: track.event for track in await own(stg, guild)}["D2"]
    assert (edited.status, edited.webcasts, edited.location) == (Status.GO, (), "Yard")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "Balloon", "net": "soon"}, "I cannot read that as a date"),
        ({"name": "Balloon", "net": "2021-13-45 18:00"}, "I cannot read that as a date"),
        ({"name": "Balloon", "net": "2021-10-03", "stream": "javascript:alert(1)"}, "no link that can be opened"),
    ],
)
async def test_what_cannot_be_read_is_said(stg: Stage, admin: Person, guild: Guild, options: dict[str, str], says: str) -> None:
    assert says in (await admin.slash("mission add", **options)).text
    assert await own(stg, guild) == ()


async def test_hostile_words_are_harmless(admin: Person) -> None:
    reply = await admin.slash(
        "mission add", name="@everyone **x** `" + "|" * 50, net="2021-10-03 18:00", place="<@&1> [a](b)", text="@here"
    )
    assert "@everyone" not in reply.text
    assert "<@&1>" not in reply.text
    assert "@everyone" not in (await admin.slash("mission list")).text


async def test_a_feeds_event_is_not_theirs_to_change(stg: Stage, admin: Person) -> None:
    assert "no mission of its own" in (await admin.slash("mission edit", mission=MS19.event.id, status="failure")).text
    assert "added no missions yet" in (await admin.slash("mission list")).text
    await admin.slash("mission add", name="Balloon 1", net="2021-10-03")
    await admin.slash("mission add", name="Balloon 2", net="2021-10-03")
    assert "2 missions of this server are called so" in (await admin.slash("mission remove", mission="balloon")).text
    assert "at least one thing" in (await admin.slash("mission edit", mission="balloon 2")).text
    async with stg.store.transaction() as tx:
        assert (await tx.track(MS19.event.id)) is not None


async def test_members_and_direct_messages_are_not_offered_it(stg: Stage, admin: Person, member: Person) -> None:
    for person in (member, stg.discord.direct(admin.user, installed=True)):
        with pytest.raises(CannotDo):
            await person.slash("mission list")
