"""Posts as a server sees them: real discord.py, over HTTP, on the loopback Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.client import TMinusClient
from bot.model import (
    Busy,
    ChannelId,
    GuildId,
    Key,
    Link,
    MessageId,
    Outcome,
    Place,
    Post,
    Refused,
    RoleId,
    Sent,
    Target,
    Tone,
    UserId,
)
from bot.outlet import DiscordOutlet, nonce
from bot.ports import OutletDown
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, ChannelType, Guild
from tests.cogs.stage import Stage, stage, target

CARD = Post(
    title="🚀 Soyuz MS-19",
    url="https://example.org/ms-19",
    lines=("**GO** · NET <t:1633424102:F>", "Soyuz 2.1a"),
    fields=(("Crew", "Shkaplerov, Peresild, Shipenko"),),
    footer="Data: The Space Devs",
    image="https://example.org/ms-19.jpg",
    tone=Tone.GO,
    buttons=(Link("Watch", "https://youtu.be/ms19"),),
)
PATIENCE = timedelta(seconds=5)


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


@pytest.fixture
async def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
async def launches(stg: Stage, guild: Guild) -> Channel:
    return stg.discord.add_channel(guild, "launches")


@pytest.fixture
async def client(stg: Stage, launches: Channel) -> AsyncIterator[TMinusClient]:
    assert launches.guild
    async with stg.bot() as one:
        yield one


@pytest.fixture
def outlet(client: TMinusClient) -> DiscordOutlet:
    return DiscordOutlet(client, timeout=PATIENCE)


def sent(outcome: Outcome) -> MessageId:
    assert isinstance(outcome, Sent), outcome
    return outcome.message


async def test_a_post_is_an_embed_with_a_link_button(outlet: DiscordOutlet, guild: Guild, launches: Channel) -> None:
    message = launches.messages[sent(await outlet.send(Key("a"), target(guild, launches), CARD))]

    embed = message.embeds[0]
    assert (embed["title"], embed["url"]) == (CARD.title, CARD.url)
    assert embed["description"] == "\n".join(CARD.lines)
    assert [(field["name"], field["value"]) for field in embed["fields"]] == list(CARD.fields)
    assert (embed["footer"]["text"], embed["image"]["url"]) == (CARD.footer, CARD.image)
    (row,) = message.components
    assert [(part["label"], part["url"], part["style"]) for part in row["components"]] == [("Watch", "https://youtu.be/ms19", 5)]
    assert message.nonce == nonce(Key("a"), ChannelId(launches.id))


async def test_only_the_posts_roles_and_users_are_pinged(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel
) -> None:
    fans, others = (stg.discord.add_role(guild, name, mentionable=True) for name in ("fans", "others"))
    ada, bob = stg.discord.add_user("ada"), stg.discord.add_user("bob")
    stg.discord.add_member(guild, ada)
    stg.discord.add_member(guild, bob)
    post = Post(
        title=f"@everyone <@&{others.id}>",
        lines=("@here",),
        lead_in=f"10 minutes! @everyone <@&{others.id}> <@{bob.id}>",
        roles=(RoleId(fans.id),),
        users=(UserId(ada.id),),
    )

    message = launches.messages[sent(await outlet.send(Key("a"), target(guild, launches), post))]

    assert message.content.startswith(f"<@&{fans.id}> <@{ada.id}> 10 minutes!")
    assert set(message.pings.roles) == {fans.id}
    assert set(message.pings.users) == {ada.id}
    assert not message.pings.everyone


async def test_a_silent_post_rings_nobodys_phone(outlet: DiscordOutlet, guild: Guild, launches: Channel) -> None:
    message = launches.messages[sent(await outlet.send(Key("a"), target(guild, launches), Post(title="x", silent=True)))]

    assert message.silent


async def test_words_without_a_title_are_a_plain_message(outlet: DiscordOutlet, guild: Guild, launches: Channel) -> None:
    message = launches.messages[sent(await outlet.send(Key("a"), target(guild, launches), Post(title="", lead_in="Hello")))]

    assert message.content == "Hello"
    assert not message.embeds


async def test_a_reminder_replies_to_the_card(outlet: DiscordOutlet, guild: Guild, launches: Channel) -> None:
    card = sent(await outlet.send(Key("card"), target(guild, launches), CARD))

    message = launches.messages[sent(await outlet.send(Key("a"), target(guild, launches), Post(title="T-10m"), card))]

    assert message.replied == card


@pytest.mark.parametrize("history", [True, False], ids=["the card is gone", "no Read Message History"])
async def test_a_reminder_goes_out_when_it_cannot_reply(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel, history: bool
) -> None:
    if not history:
        stg.discord.overwrite(launches, stg.discord.bot, deny=Permission.READ_MESSAGE_HISTORY)

    assert isinstance(await outlet.send(Key("a"), target(guild, launches), Post(title="T-10m"), MessageId(1)), Sent)


async def test_a_thread_is_a_target(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, client: TMinusClient, launches: Channel
) -> None:
    place = client.get_channel(launches.id)
    assert isinstance(place, discord.TextChannel)
    thread = await place.create_thread(name="MS-19", type=discord.ChannelType.public_thread)
    there = Target(GuildId(guild.id), ChannelId(thread.id))
    assert isinstance(await outlet.send(Key("a"), there, CARD), Sent)
    assert [said.embeds[0]["title"] for said in stg.discord.log.said if said.channel == thread.id and said.embeds] == [CARD.title]


async def test_the_same_key_in_another_channel_is_another_message(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel
) -> None:
    other = stg.discord.add_channel(guild, "other")

    first = sent(await outlet.send(Key("a"), target(guild, launches), CARD))

    assert sent(await outlet.send(Key("a"), target(guild, launches), CARD)) == first
    assert sent(await outlet.send(Key("a"), target(guild, other), CARD)) != first
    assert len(launches.messages) == len(other.messages) == 1


async def test_an_edit_replaces_everything_and_pings_nobody(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel
) -> None:
    fans = stg.discord.add_role(guild, "fans", mentionable=True)
    card = sent(await outlet.send(Key("a"), target(guild, launches), CARD))
    fuller = Post(title="In flight", lead_in="Liftoff", roles=(RoleId(fans.id),))

    assert await outlet.edit(target(guild, launches), card, fuller) == Sent(card)

    message = launches.messages[card]
    assert message.embeds[0]["title"] == "In flight"
    assert message.components == []
    assert not [said for said in stg.discord.log.said if said.what == "edit" and said.pings.roles]


async def test_what_was_sent_is_found_again_by_its_title(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel
) -> None:
    there, begun = target(guild, launches), stg.discord.now()
    stg.discord.limits.scale = 50
    stg.discord.member(guild, stg.discord.owner, launches).say(CARD.title)

    assert await outlet.find(there, CARD, begun) is None

    card = sent(await outlet.send(Key("a"), there, CARD))
    words = sent(await outlet.send(Key("b"), there, Post(title="", lead_in="Hello")))
    assert await outlet.find(there, CARD, begun) == card
    assert await outlet.find(there, Post(title="", lead_in="Hello"), begun) == words
    assert await outlet.find(there, Post(title="other"), begun) is None
    assert await outlet.find(there, CARD, stg.discord.now() + timedelta(minutes=1)) is None


async def test_what_stands_above_two_cards_tells_them_apart_whoever_is_called_and_whenever_it_is(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel
) -> None:
    there, begun = target(guild, launches), stg.discord.now()
    stg.discord.limits.scale = 50
    new = replace(CARD, lead_in="New: Soyuz MS-19")
    hour = replace(CARD, lead_in="T-1h · Soyuz MS-19 lifts off <t:1633424102:R>")
    first, second = sent(await outlet.send(Key("a"), there, new)), sent(await outlet.send(Key("b"), there, hour))
    again = replace(hour, lead_in=hour.lead_in.replace("4102", "9999"), roles=(RoleId(77),))
    assert [await outlet.find(there, post, begun) for post in (again, new, CARD)] == [second, first, None]


async def test_without_history_nothing_is_known_of_what_was_sent(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, launches: Channel, client: TMinusClient
) -> None:
    begun = stg.discord.now()
    updated = asyncio.create_task(client.wait_for("guild_channel_update", timeout=5))
    await asyncio.sleep(0)
    stg.discord.overwrite(launches, stg.discord.bot, deny=Permission.READ_MESSAGE_HISTORY)
    await updated

    with pytest.raises(OutletDown, match="history"):
        await outlet.find(target(guild, launches), CARD, begun)


# --- where admins see it ------------------------------------------------------------------------------------------


async def to_admins(stg: Stage, guild: Guild) -> Outcome:
    async with stg.bot() as client:
        admins = Target(GuildId(guild.id), ChannelId(0), Place.ADMINS)
        return await DiscordOutlet(client, timeout=PATIENCE).send(Key("a"), admins, Post(title="T-Minus could not post"))


async def test_admins_are_told_in_the_system_channel(stg: Stage, guild: Guild) -> None:
    stg.discord.add_channel(guild, "general")
    system = stg.discord.add_channel(guild, "system")
    guild.system_channel = system.id

    assert sent(await to_admins(stg, guild)) in system.messages


async def test_admins_are_told_in_the_first_channel_that_takes_it(stg: Stage, guild: Guild) -> None:
    system = stg.discord.add_channel(guild, "system")
    guild.system_channel = system.id
    stg.discord.overwrite(system, stg.discord.bot, deny=Permission.SEND_MESSAGES)
    stg.discord.add_channel(guild, "voice", type=ChannelType.VOICE)
    general = stg.discord.add_channel(guild, "general")

    assert sent(await to_admins(stg, guild)) in general.messages


async def test_the_owner_is_told_when_no_channel_takes_it(stg: Stage, guild: Guild) -> None:
    closed = stg.discord.add_channel(guild, "closed")
    stg.discord.overwrite(closed, stg.discord.bot, deny=Permission.VIEW_CHANNEL)

    assert sent(await to_admins(stg, guild)) in stg.discord.dm(stg.discord.owner).messages


async def test_nobody_is_left_to_tell_when_the_owner_takes_no_messages(stg: Stage, guild: Guild) -> None:
    stg.discord.owner.dms_open = False

    outcome = await to_admins(stg, guild)

    assert isinstance(outcome, Refused)
    assert outcome.status == 403


async def test_admins_wait_while_their_server_is_away(
    stg: Stage, client: TMinusClient, guild: Guild, outlet: DiscordOutlet
) -> None:
    away = asyncio.create_task(client.wait_for("guild_unavailable", timeout=5))
    await asyncio.sleep(0)
    stg.discord.set_available(guild, available=False)
    await away

    admins = Target(GuildId(guild.id), ChannelId(0), Place.ADMINS)
    assert isinstance(await outlet.send(Key("a"), admins, Post(title="x")), Busy)


# --- pacing -------------------------------------------------------------------------------------------------------


async def test_two_hundred_at_once_cause_no_429_and_nobody_waits_for_an_answer(stg: Stage, guild: Guild) -> None:
    channels = [stg.discord.add_channel(guild, f"c{n}") for n in range(200)]
    loop = asyncio.get_running_loop()
    async with stg.bot(rate_per_s=45) as client:
        outlet = DiscordOutlet(client, timeout=PATIENCE)
        member = stg.discord.member(guild, stg.discord.owner, channels[0])
        sends = [asyncio.create_task(outlet.send(Key("a"), target(guild, channel), CARD)) for channel in channels]
        waits: list[float] = []
        while not all(task.done() for task in sends):
            begun = loop.time()
            await member.slash("about")
            waits.append(loop.time() - begun)
        outcomes = await asyncio.gather(*sends)

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert stg.discord.log.throttled == 0
    assert len(waits) > 10  # behind two hundred sends it would be one or two
