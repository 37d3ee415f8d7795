"""Crossposts as the servers see them that follow a channel: real discord.py on the loopback Discord."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Busy, Key, MessageId, Post, Refused, Sent, Unclear
from bot.outlet import DiscordOutlet
from bot.sandbox.faults import Fault
from bot.sandbox.world import ChannelType, Webhook
from tests.cogs.stage import stage, target

POST = Post(title="LIVE · Soyuz MS-19")


async def test_a_post_reaches_who_follows_once_and_the_eleventh_waits() -> None:
    async with stage() as stg:
        guild = stg.discord.add_guild("Baikonur")
        news = stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
        plain = stg.discord.add_channel(guild, "plain")
        elsewhere = stg.discord.add_channel(stg.discord.add_guild("Kourou"), "mirror")
        hook = Webhook(
            id=stg.discord.new_id(), channel=elsewhere.id, guild=elsewhere.guild or 0, name="n", token=None, type=2, source=news.id
        )
        stg.discord.webhooks[hook.id] = hook
        news.followers.append(hook.id)
        stg.discord.limits.scale = 5  # sends would wait for their bucket; an hour is still longer than the test
        async with stg.bot() as client:
            outlet, there = DiscordOutlet(client, timeout=timedelta(seconds=5)), target(guild, news)
            messages: list[MessageId] = []
            for number in range(11):
                outcome = await outlet.send(Key(str(number)), there, POST)
                assert isinstance(outcome, Sent)
                messages.append(outcome.message)
            stg.discord.faults.add(Fault(method="POST", path="/crosspost", times=1, drop=True, after=True))
            assert isinstance(await outlet.publish(there, messages[0]), Unclear)
            assert await outlet.publish(there, messages[0]) == Sent(messages[0])
            for message in messages[1:9]:
                assert await outlet.publish(there, message) == Sent(message)
            last = await outlet.publish(there, messages[10])
            assert isinstance(last, Busy)
            assert last.wait > timedelta(minutes=1)
            other = await outlet.send(Key("plain"), target(guild, plain), POST)
            assert isinstance(other, Sent)
            outcome = await outlet.publish(target(guild, plain), other.message)
            assert isinstance(outcome, Refused)
            assert outcome.code == 50024
        assert len(elsewhere.messages) == 9
