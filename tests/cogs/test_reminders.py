"""Reminders of a person's own: under a card, by direct message, by mention, after a restart, with names that mean harm."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.flow.deliver import Deliverer
from bot.model import EventId, GuildId, Milestone, Mission, Net, NetSeen, Precision, Server, Status, Update, Webcast
from bot.outlet import DiscordOutlet
from bot.sandbox.components import walk
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.world import Channel, Guild, Message
from tests.cogs.stage import MS19, NAMES, NOW, STARLINK, Stage, keep, track

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
SOON = track("Falcon 9 Block 5 | Starlink 6-77", NOW + 2 * HOUR, rocket=STARLINK.event.rocket, lsp=STARLINK.event.lsp)
T0 = NOW + 2 * HOUR


async def deliver(stg: Stage, client: TMinusClient) -> None:
    """Send all that is due by the stage's clock."""
    deliverer = Deliverer(
        store=stg.store,
        outlet=DiscordOutlet(client, timeout=timedelta(seconds=5)),
        clock=stg.clock,
        names=NAMES,
        concurrency=10,
        lease=timedelta(seconds=30),
    )
    await deliverer.beat()
    await deliverer.drain()


def inbox(stg: Stage, person: Person) -> Sequence[Message]:
    """What a person got by direct message that answers nothing."""
    return [one for one in stg.discord.direct(person.user).channel.messages.values() if one.interaction is None]


def labels(message: Message) -> list[str]:
    """What can be pressed or chosen, by its label or placeholder."""
    return [part.get("label") or part["placeholder"] for part in walk(message.components) if part["type"] != 1]


async def pressed(person: Person, name: str, button: str) -> Message:
    """Press a button under the card that /launch shows; gives the answer."""
    card = (await person.slash("launch", name=name)).message
    reply = await person.click(card, button)
    assert reply.ephemeral
    return reply.message


# --- remind me ----------------------------------------------------------------------------------------------------


async def test_remind_me_keeps_a_reminder_that_comes_by_direct_message(stg: Stage, client: TMinusClient, member: Person) -> None:
    await keep(stg.store, SOON)
    shown = await pressed(member, "starlink 6-77", "Remind me")

    assert "I will remind you" in str(shown.embeds)
    assert "1 hour before" in str(shown.embeds)
    assert f"mention you in <#{member.channel.id}>" in str(shown.embeds)
    assert labels(shown) == ["When to remind you", "Stop", "All my reminders"]

    stg.clock.at = T0 - HOUR
    await deliver(stg, client)

    (got,) = inbox(stg, member)
    assert got.embeds[0]["title"] == "T-1h · Starlink 6-77"
    assert labels(got) == ["Stop"]
    stg.clock.at = T0 - 10 * MINUTE
    await deliver(stg, client)
    assert [one.embeds[0]["title"] for one in inbox(stg, member)] == ["T-1h · Starlink 6-77", "T-10m · Starlink 6-77"]


async def test_pressing_twice_shows_the_same_reminder(stg: Stage, member: Person) -> None:
    await keep(stg.store, SOON)
    await pressed(member, "starlink 6-77", "Remind me")

    again = await pressed(member, "starlink 6-77", "Remind me")

    assert "Your reminder" in str(again.embeds)
    assert (await member.slash("reminders")).text.count("Starlink 6-77") == 1


async def test_times_are_chosen_from_a_menu_or_written(stg: Stage, client: TMinusClient, member: Person) -> None:
    await keep(stg.store, SOON)
    shown = await pressed(member, "starlink 6-77", "Remind me")

    await member.select(shown, "When to remind you", "10 minutes before")
    assert "1 hour before" not in str(shown.embeds)
    asked = await member.select(shown, "When to remind you", "Other times …")
    assert asked.modal
    assert "10m" in json.dumps(asked.modal)
    await member.submit(asked, **{"Times before T-0": "90m 5m"})

    assert "90 minutes before" in str(shown.embeds)
    assert "5 minutes before" in str(shown.embeds)
    stg.clock.at = T0 - 90 * MINUTE
    await deliver(stg, client)
    assert len(inbox(stg, member)) == 1


async def test_written_times_that_cannot_be_read_are_said_so_and_change_nothing(stg: Stage, member: Person) -> None:
    await keep(stg.store, SOON)
    shown = await pressed(member, "starlink 6-77", "Remind me")
    before = str(shown.embeds)
    for text in ("tomorrow", "none", "99d"):
        asked = await member.select(shown, "When to remind you", "Other times …")
        told = await member.submit(asked, **{"Times before T-0": text})
        assert told.ephemeral
        assert told.message is not shown
    assert str(shown.embeds) == before


async def test_stop_under_the_message_ends_it_in_one_click(stg: Stage, client: TMinusClient, member: Person, admin: Person) -> None:
    await keep(stg.store, SOON)
    await pressed(member, "starlink 6-77", "Remind me")
    stg.clock.at = T0 - HOUR
    await deliver(stg, client)
    direct = stg.discord.direct(member.user)
    (got,) = inbox(stg, member)

    assert "no such reminder" in (await admin.at(direct.channel).click(got, "Stop")).text
    assert "Stopped: " in (await direct.click(got, "Stop")).text
    assert "no such reminder" in (await direct.click(got, "Stop")).text

    stg.clock.at = T0 - 10 * MINUTE
    await deliver(stg, client)
    assert len(inbox(stg, member)) == 1
    assert "You have none" in (await member.slash("reminders")).text


async def test_who_takes_no_direct_messages_is_mentioned_where_it_was_asked(
    stg: Stage, client: TMinusClient, member: Person
) -> None:
    await keep(stg.store, SOON)
    await pressed(member, "starlink 6-77", "Remind me")
    member.user.dms_open = False
    stg.clock.at = T0 - HOUR

    await deliver(stg, client)

    assert not inbox(stg, member)
    (said,) = [one for one in member.channel.messages.values() if one.interaction is None]
    assert said.content.startswith(f"<@{member.user.id}>")
    assert said.pings.users == {member.user.id}
    assert labels(said) == ["Stop"]
    assert "Stopped" in (await member.click(said, "Stop")).text


async def test_it_all_works_in_direct_messages_where_there_is_no_channel_to_fall_back_to(
    stg: Stage, client: TMinusClient, member: Person
) -> None:
    await keep(stg.store, SOON)
    direct = stg.discord.direct(member.user)
    shown = await pressed(direct, "starlink 6-77", "Remind me")

    assert "allow them" in str(shown.embeds)
    member.user.dms_open = False
    stg.clock.at = T0 - HOUR
    await deliver(stg, client)

    assert not inbox(stg, member)
    assert not [one for one in member.channel.messages.values() if one.interaction is None]


async def test_buttons_menus_and_screens_answer_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    await keep(stg.store, SOON)
    owner = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        card = (await owner.slash("launch", name="starlink 6-77")).message
    async with stg.bot():
        shown = (await owner.click(card, "Remind me")).message
    async with stg.bot():
        await owner.select(shown, "When to remind you", "24 hours before", "10 minutes before")
        assert "24 hours before" in str(shown.embeds)
    async with stg.bot():
        await owner.click(shown, "All my reminders")
        assert "T-24h, T-10m" in str(shown.embeds)
    async with stg.bot():
        await owner.select(shown, "Change or stop one", "Falcon 9 Block 5 | Starlink 6-77")
        await owner.click(shown, "Stop")
    assert "Stopped" in shown.content + str(shown.embeds)
    assert not shown.components


async def test_what_is_over_is_not_waited_for(stg: Stage, member: Person) -> None:
    card = (await member.slash("launch", name="soyuz ms-19")).message
    await keep(stg.store, replace(MS19, event=replace(MS19.event, status=Status.SUCCESS), seen=NOW + MINUTE))

    assert "is over" in (await member.click(card, "Remind me")).text
    after = (await member.slash("launch", name="soyuz ms-19")).message
    assert labels(after) == ["Watch", "Details"]


async def test_a_person_has_at_most_twenty_five(stg: Stage, member: Person) -> None:
    many = [track(f"Electron | Owl {number}", NOW + DAY) for number in range(26)]
    await keep(stg.store, *many)
    for number in range(25):
        await member.slash("follow launch", name=many[number].event.id)

    assert "which is the most" in (await member.slash("follow launch", name=many[25].event.id)).text
    listed = await member.slash("reminders")
    assert listed.text.count("Owl ") == 25
    (menu,) = [part for part in walk(listed.message.components) if part["type"] == 3]
    assert len(menu["options"]) == 25


# --- details and calendar -----------------------------------------------------------------------------------------


async def test_details_say_all_that_is_known(stg: Stage, member: Person) -> None:
    full = replace(
        MS19,
        event=replace(
            MS19.event,
            mission=Mission(name="MS-19", description="A film crew flies to the station. " * 20),
            timeline=(Milestone(at=timedelta(seconds=-30), name="Ignition"), Milestone(at=timedelta(minutes=9), name="Separation")),
            updates=tuple(Update(at=NOW - n * HOUR, comment=f"Update {n} " + "x" * 200) for n in range(30)),
            webcasts=tuple(Webcast(url=f"https://example.org/{n}", publisher=f"Channel {n}") for n in range(9)),
        ),
        nets=(NetSeen(Net(NOW + DAY, Precision.DAY), NOW - 9 * DAY), NetSeen(MS19.event.net, NOW - DAY)),
    )
    await keep(stg.store, full)

    shown = await pressed(member, "soyuz ms-19", "Details")

    text = str(shown.embeds)
    for said in (
        "film crew",
        "`T-00:00:30` Ignition",
        "`T+00:09:00` Separation",
        "Update 0",
        "more",
        "Channel 8",
        "Every NET so far",
    ):
        assert said in text
    assert labels(shown) == ["Watch"]


async def test_a_calendar_takes_it_as_a_file_or_by_a_link(stg: Stage, member: Person) -> None:
    shown = await pressed(member, "soyuz ms-19", "Add to calendar")

    assert labels(shown) == ["Google", "Outlook"]
    (file,) = shown.attachments
    assert file["filename"] == "launch.ics"
    kind, content = next(found for path, found in stg.discord.files.items() if path.endswith("launch.ics"))
    assert b"DTSTART:20211005T085502Z" in content
    assert kind


async def test_what_has_no_day_cannot_be_put_into_a_calendar(stg: Stage, member: Person) -> None:
    await keep(stg.store, track("New Glenn | Someday", NOW + 99 * DAY, net=Net(NOW + 99 * DAY, Precision.QUARTER)))

    assert "has no date yet" in str((await pressed(member, "someday", "Add to calendar")).content)


# --- following ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "typed", "name"),
    [
        ("crew person", "perseild", "Yulia Peresild"),
        ("rocket name", "soy", "Soyuz 2.1a"),
        ("program name", "station", "International Space Station"),
    ],
)
async def test_a_standing_wish_is_found_while_it_is_typed(
    stg: Stage, client: TMinusClient, member: Person, *, wish: str, typed: str, name: str
) -> None:
    what, option = wish.split()
    await keep(stg.store, replace(MS19, event=replace(MS19.event, programs=("International Space Station",))))
    choices = await member.complete(f"follow {what}", option, typed)
    choice = next(one for one in choices if one["name"] == name)

    shown = await member.slash(f"follow {what}", **{option: choice["value"]})

    assert name in shown.text
    assert "Soyuz MS-19" in shown.text
    assert shown.ephemeral
    stg.clock.at = MS19.event.net.at - HOUR if MS19.event.net.at else NOW
    await deliver(stg, client)
    assert len(inbox(stg, member)) == 1
    listed = await member.slash("reminders")
    assert name in listed.text


async def test_following_twice_is_once_and_one_launch_is_a_reminder(member: Person) -> None:
    for _ in range(2):
        await member.slash("follow rocket", name="Soyuz")
        (choice, *_) = await member.complete("follow launch", "name", "soyuz ms")
        await member.slash("follow launch", name=choice["value"])

    text = (await member.slash("reminders")).text
    assert text.count("•") == 2
    assert "rocket: Soyuz" in text


async def test_what_is_too_short_or_unknown_is_answered_with_a_way_on(member: Person) -> None:
    assert "too short" in (await member.slash("follow rocket", name="*")).text
    assert "`/next`" in (await member.slash("follow launch", name="qqqqqqqqqq")).text
    assert "Nothing that is announced fits yet" in (await member.slash("follow crew", person="Gagarin")).text


async def test_what_another_server_added_is_nobody_elses(stg: Stage, guild: Guild, member: Person) -> None:
    await keep(
        stg.store,
        track("School | Balloon One", NOW + DAY, owner=guild.id),
        track("School | Balloon Two", NOW + DAY, owner=guild.id + 1),
    )

    offered = [one["name"] for one in await member.complete("follow launch", "name", "balloon")]
    assert [name for name in offered if "One" in name]
    assert not [name for name in offered if "Two" in name]
    assert "`/next`" in (await member.slash("follow launch", name="ll2:launch:school-|-balloon-two")).text
    assert "I will remind you" in (await member.slash("follow launch", name="ll2:launch:school-|-balloon-one")).text


# --- settings and privacy -----------------------------------------------------------------------------------------


async def test_a_person_sets_when_new_reminders_come_and_where_their_days_begin(member: Person) -> None:
    (berlin,) = await member.complete("reminders", "timezone", "berlin")

    text = (await member.slash("reminders", leads="2d 30m", timezone=berlin["value"])).text
    assert "T-2d, T-30m" in text
    assert "Europe/Berlin" in text
    shown = await member.slash("follow launch", name="soyuz ms-19")
    assert "30 minutes before" in shown.text
    assert "never comes" in (await member.slash("reminders", leads="none")).text
    assert "I cannot read" in (await member.slash("reminders", leads="soon")).text
    assert "no such time zone" in (await member.slash("reminders", timezone="Mars/Olympus")).text


async def test_privacy_shows_what_is_stored_and_deletes_it(stg: Stage, client: TMinusClient, member: Person) -> None:
    assert "No settings of yours" in (await member.slash("privacy")).text
    assert not (await member.slash("privacy")).message.components
    await keep(stg.store, SOON)
    await member.slash("reminders", leads="1h")
    await pressed(member, "starlink 6-77", "Remind me")
    stg.clock.at = T0 - HOUR
    await deliver(stg, client)

    shown = await member.slash("privacy")
    assert "1 reminder or standing wish: Falcon 9 Block 5" in shown.text
    assert "1 reminder that was sent" in shown.text
    await member.click(shown.message, "Delete all of it")

    assert "Deleted" in str(shown.message.content)
    assert "0 reminders and standing wishes" in (await member.slash("privacy")).text
    assert "You have none" in (await member.slash("reminders")).text


# --- what means harm ----------------------------------------------------------------------------------------------

HOSTILE = "@everyone <@1> **x** [y](https://evil.example) `z` | \u202e" + "🚀 " * 60


async def test_hostile_names_ping_nobody_and_break_nothing(stg: Stage, client: TMinusClient, member: Person) -> None:
    ids = {"Alpha": EventId("ll2:launch:" + "🚀" * 70), "Bravo": EventId("#" + "a" * 20), "Charlie": EventId("x\n:y")}
    for name, event in ids.items():
        bad = track(f"{name} {HOSTILE}", T0, rocket=replace(MS19.event.rocket, name=HOSTILE) if MS19.event.rocket else None)
        await keep(stg.store, replace(bad, event=replace(bad.event, id=event)))
        card = (await member.slash("launch", name=name)).message
        for button in ("Remind me", "Details", "Add to calendar"):
            answer = (await member.click(card, button)).message
            assert "@everyone" not in json.dumps(answer.embeds, ensure_ascii=False) + answer.content
    assert len((await member.slash("reminders")).message.embeds[0]["description"].splitlines()) == 5
    await member.slash("follow rocket", name=HOSTILE[:200])
    for one in await member.complete("follow rocket", "name", ""):
        assert len(one["name"]) <= 100
    stg.clock.at = T0 - HOUR
    await deliver(stg, client)
    for _ in range(3):
        await deliver(stg, client)
    assert len(inbox(stg, member)) == 3


async def test_links_cannot_be_pressed_and_foreign_servers_have_no_fallback(stg: Stage, client: TMinusClient) -> None:
    assert client.is_ready()
    await keep(stg.store, SOON)
    elsewhere = stg.discord.add_guild("Plesetsk", bot=False)
    stg.discord.add_channel(elsewhere, "chat")
    owner = stg.discord.member(elsewhere, stg.discord.owner, installed=True)

    shown = await pressed(owner, "starlink 6-77", "Remind me")

    assert "allow them" in str(shown.embeds)
    assert "Starlink 6-77" in (await owner.slash("reminders")).text
    assert "No settings" in (await owner.slash("privacy")).text
    calendar = await pressed(owner, "starlink 6-77", "Add to calendar")
    with pytest.raises(CannotDo):
        await owner.click(calendar, "Google")


# --- where days begin ---------------------------------------------------------------------------------------------


async def test_days_are_those_of_the_person_else_of_the_server(stg: Stage, guild: Guild, member: Person, admin: Person) -> None:
    await keep(stg.store, track("Electron | Late Owl", (NOW + DAY).replace(hour=23, minute=30)))
    assert "days in UTC" in (await member.slash("schedule")).text
    async with stg.store.transaction() as tx:
        await tx.keep_server(Server(guild=GuildId(guild.id), zone="America/New_York"))
    assert "days in America/New York" in (await admin.slash("schedule")).text

    await member.slash("reminders", timezone="Asia/Tokyo")
    text = (await member.slash("schedule")).text

    assert "days in Asia/Tokyo" in text
    noon = (NOW + 2 * DAY).replace(hour=3)  # in Tokyo
    assert f"**<t:{int(noon.timestamp())}:D>**\n• <t:" in text
    assert "days in Asia/Tokyo" in (await stg.discord.direct(member.user).slash("schedule")).text
