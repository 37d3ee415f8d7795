"""Posts under an agency's name: by a webhook of the bot's own, once, and by the bot itself where that cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.model import Agency, Key, Link, Post, Refused, Sent, Speaker, Unclear
from bot.outlet import DiscordOutlet
from bot.sandbox.faults import Fault
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, Guild, Message
from tests.cogs.stage import Stage, stage, target

KEY = Key("1:2/ll2/2021-10-05/T-10m")
POST = Post(
    title="T-10m · Soyuz MS-19",
    lines=("T-0 soon",),
    buttons=(Link("Watch", "https://youtu.be/ms19"),),
    speaker=Speaker("ROSCOSMOS", "https://example.org/logo.png"),
)


@dataclass
class Scene:
    stg: Stage
    guild: Guild
    channel: Channel
    client: TMinusClient
    outlet: DiscordOutlet

    @property
    def messages(self) -> list[Message]:
        return list(self.channel.messages.values())


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with stage() as stg:
        guild = stg.discord.add_guild("Baikonur")
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.bot() as client:
            yield Scene(stg, guild, channel, client, DiscordOutlet(client, timeout=timedelta(seconds=5)))


async def test_a_post_has_the_agencys_name_and_logo_and_can_be_edited(scene: Scene) -> None:
    sent = await scene.outlet.send(KEY, target(scene.guild, scene.channel), POST)
    assert isinstance(sent, Sent)
    (message,) = scene.messages
    assert (message.username, message.webhook is not None) == ("ROSCOSMOS", True)
    edited = await scene.outlet.edit(target(scene.guild, scene.channel), sent.message, replace(POST, title="Liftoff", speaker=None))
    assert edited == sent
    assert scene.messages[0].embeds[0]["title"] == "Liftoff"


async def test_one_webhook_serves_a_channel_also_after_a_restart(scene: Scene) -> None:
    for number in range(2):
        await scene.outlet.send(Key(f"{KEY}{number}"), target(scene.guild, scene.channel), POST)
    fresh = DiscordOutlet(scene.client, timeout=timedelta(seconds=5))
    await fresh.send(Key(f"{KEY}again"), target(scene.guild, scene.channel), POST)
    assert len(scene.stg.discord.webhooks) == 1
    assert len(scene.messages) == 3


async def test_an_unclear_answer_is_settled_by_reading_back_not_by_posting_again(scene: Scene) -> None:
    where = target(scene.guild, scene.channel)
    scene.stg.discord.faults.add(Fault(method="POST", path=r"/webhooks/\d+/", times=1, status=502, after=True))
    outcome = await scene.outlet.send(KEY, where, POST)
    assert isinstance(outcome, Unclear)
    (message,) = scene.messages
    assert await scene.outlet.find(where, POST, message.at - timedelta(seconds=1)) == message.id


async def test_without_the_permission_the_bot_speaks_for_itself(scene: Scene) -> None:
    scene.stg.discord.overwrite(scene.channel, scene.stg.discord.bot, deny=Permission.MANAGE_WEBHOOKS)
    assert isinstance(await scene.outlet.send(KEY, target(scene.guild, scene.channel), POST), Sent)
    (message,) = scene.messages
    assert message.webhook is None


async def test_a_channel_full_of_webhooks_gets_its_posts_all_the_same(scene: Scene) -> None:
    scene.stg.discord.faults.add(Fault(method="POST", path="/channels/.*/webhooks$", code=30007))
    assert isinstance(await scene.outlet.send(KEY, target(scene.guild, scene.channel), POST), Sent)
    assert scene.messages[0].webhook is None


async def test_a_webhook_that_an_admin_deleted_is_made_again(scene: Scene) -> None:
    where = target(scene.guild, scene.channel)
    await scene.outlet.send(KEY, where, POST)
    scene.stg.discord.webhooks.clear()
    assert isinstance(await scene.outlet.send(Key(f"{KEY}2"), where, POST), Sent)
    assert isinstance(await scene.outlet.send(Key(f"{KEY}3"), where, POST), Sent)
    assert [message.webhook is not None for message in scene.messages] == [True, False, True]


async def test_a_deleted_card_is_told_as_deleted(scene: Scene) -> None:
    where = target(scene.guild, scene.channel)
    sent = await scene.outlet.send(KEY, where, POST)
    assert isinstance(sent, Sent)
    scene.channel.messages.clear()
    assert isinstance(await scene.outlet.edit(where, sent.message, POST), Refused)


def test_an_agency_keeps_its_logo() -> None:
    assert Agency(name="ESA").logo == ""
