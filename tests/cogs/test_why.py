"""/why, /preview, /watch test, /doctor, /status: an admin sees why, what will be, and what is amiss."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.flow.asking_why import FeedState
from bot.model import EventId, GuildId, Key, MessageId, Net, Precision, Status
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import MS19, NOW, STARLINK, Stage, keep, target, track

DAY = timedelta(days=1)


async def test_why_names_the_watches_the_deliveries_and_the_reasons(
    stg: Stage, admin: Person, guild: Guild, launches: Channel
) -> None:
    await admin.slash("watch add", what="crew: Peresild")
    await admin.slash("watch add", what="lsp: SpaceX")
    await admin.slash("watch add", what="Soyuz, -lsp: Roscosmos")
    async with stg.store.transaction() as tx:
        where = f"{guild.id}:{launches.id}/{MS19.event.id}/"
        await tx.record_sent(Key(f"{where}-/T-24h"), MessageId(1), NOW, pinged=True)

    text = (await admin.slash("why", launch="MS-19")).text

    assert "✅ **1. crew: Peresild**" in text
    assert "“crew: Peresild” met “Yulia Peresild”" in text
    assert "“lsp: SpaceX” did not meet “Russian Federal Space Agency" in text
    assert "it leaves out “Roscosmos”" in text
    assert "✅ T-24h 🔔 · sent <t:" in text
    assert "⏳ T-1h · to come <t:1633420502:f>" in text


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (track("Vague", NOW + DAY, net=Net(NOW + DAY, Precision.DAY)), "no clock time yet"),
        (track("Waiting", NOW + DAY, status=Status.TBD), "count does not run"),
        (track("Gone", NOW - DAY, status=Status.SUCCESS), "T-0 has passed"),
    ],
)
async def test_why_says_what_keeps_reminders_back(stg: Stage, admin: Person, event: object, says: str) -> None:
    await keep(stg.store, event)  # type: ignore[arg-type]  # a track
    await admin.slash("watch add", what="everything")

    assert says in (await admin.slash("why", launch=event.event.name)).text  # type: ignore[attr-defined]  # a track


async def test_why_of_what_nobody_knows(admin: Person) -> None:
    assert "I know nothing called" in (await admin.slash("why", launch="zzzzzzzz @everyone")).text
    assert "watches nothing yet" in (await admin.slash("why", launch="MS-19")).text
    assert [one["name"] for one in await admin.complete("why", "launch", "ms-19")] == ["Soyuz MS-19"]


async def test_a_preview_shows_a_real_event_and_its_notices(stg: Stage, admin: Person, guild: Guild) -> None:
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    await admin.slash("watch add", what="Soyuz", role=fans)

    kept = (await admin.slash("preview", watch="1")).text
    drafted = (await admin.slash("preview", watch="lsp: SpaceX")).text

    assert "Soyuz MS-19" in kept
    assert "T-10m 🔔 · <t:1633423502:f>" in kept
    assert "T-1h · " in kept
    assert "live 🔔" in kept
    assert "Starlink 4-1" in drafted
    assert "🔔" not in drafted
    assert "nothing to show" in (await admin.slash("preview", watch="Perseverance")).text
    assert "too short" in (await admin.slash("preview", watch="x")).text


async def test_a_watch_is_rehearsed_page_by_page_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    flown = [
        replace(track(f"Electron | Owl {number}", NOW - number * DAY, status=Status.SUCCESS), first_seen=NOW - 30 * DAY)
        for number in range(1, 8)
    ]
    await keep(stg.store, *flown)
    async with stg.bot():
        await boss.slash("watch add", what="everything")
        first = await boss.slash("watch test", watch="1")
        assert "Soyuz MS-19" in first.text
        assert "T-10m <t:" in first.text
    async with stg.bot():
        earlier = await boss.click(first.message, "◀")
        assert "Owl 1" in earlier.text
        assert "outcome-success" in earlier.text


async def test_a_rehearsal_of_nothing(admin: Person) -> None:
    await admin.slash("watch add", what="crew: Nobody Known")
    assert "No event of the last year" in (await admin.slash("watch test", watch="1")).text


# --- /doctor and /status ------------------------------------------------------------------------------------------


async def test_the_doctor_names_what_is_amiss_and_how_to_mend_it(
    stg: Stage, admin: Person, guild: Guild, launches: Channel
) -> None:
    fans = stg.discord.add_role(guild, "fans")
    await admin.slash("watch add", what="Soyuz", role=fans)
    closed = stg.discord.add_channel(guild, "closed")
    await admin.slash("watch add", what="Starlink", channel=closed)
    stg.discord.overwrite(closed, stg.discord.bot, deny=Permission.EMBED_LINKS)
    async with stg.store.transaction() as tx:
        await tx.pause(target(guild, closed), "I may not post there", NOW)

    text = (await admin.slash("doctor")).text

    assert "Something needs you" in text
    assert f"⏸️ <#{closed.id}> is paused" in text
    assert f"In <#{closed.id}> I lack **Embed Links**" in text
    assert f"<@&{fans.id}> will be shown but not pinged" in text
    assert "✅ The launch feed was heard" in text

    stg.discord.remove_channel(closed)
    assert "I do not see that channel" in (await admin.slash("doctor")).text
    assert launches.id != closed.id


async def test_the_doctor_finds_a_well_server_well(stg: Stage, admin: Person) -> None:
    assert "watches nothing yet" in (await admin.slash("doctor")).text
    await admin.slash("watch add", what="Soyuz")
    assert "All is well" in (await admin.slash("doctor")).text
    stg.clock.at = NOW + DAY
    assert "⚠️ The launch feed was last heard" in (await admin.slash("doctor")).text


class Gauge:
    """A feed that answered, and one that fails."""

    async def read(self, _: object) -> tuple[FeedState, ...]:
        return (
            FeedState(name="ll2", heard=NOW, next_ask=NOW + DAY, made=3, quota=15, failures=0),
            FeedState(name="other", heard=None, next_ask=None, made=0, quota=5, failures=2),
        )


async def test_status_says_how_feeds_and_deliveries_are_doing(admin: Person, client: TMinusClient) -> None:
    await admin.slash("watch add", what="Soyuz")
    assert "3 to come" in (await admin.slash("status")).text
    client.gauge = Gauge()  # type: ignore[assignment]  # it reads the same

    text = (await admin.slash("status")).text

    assert "12 of 15 requests left this hour" in text
    assert "2 failures in a row" in text
    assert "no answer since the start" in text


async def test_members_and_direct_messages_are_not_offered_them(stg: Stage, admin: Person, member: Person) -> None:
    for path in ("doctor", "status"):
        with pytest.raises(CannotDo):
            await member.slash(path)
        with pytest.raises(CannotDo):
            await stg.discord.direct(admin.user, installed=True).slash(path)


async def test_an_event_of_another_server_is_not_explained(stg: Stage, admin: Person) -> None:
    theirs = track("School | Balloon", NOW + DAY, owner=GuildId(5), id=EventId("own:launch:5-1"))
    await keep(stg.store, theirs, STARLINK)

    assert "I know nothing" in (await admin.slash("why", launch="own:launch:5-1")).text
