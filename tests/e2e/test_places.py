"""From settings to what a server sees, through store, flow and real discord.py: forum, events, crosspost, digest, quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from bot.flow.ask import Asking
from bot.flow.deliver import Deliverer
from bot.flow.plan import Desk
from bot.flow.sweep import Sweeper
from bot.model import ChannelId, Digest, GuildId, Net, Place, Precision, Quiet, Say, Target, Watch, WatchId
from bot.outlet import DiscordOutlet
from bot.sandbox.messages import CROSSPOSTED
from bot.sandbox.world import Channel, ChannelType
from tests.cogs.stage import MS19, NAMES, Stage, keep, stage

ALWAYS = Quiet(start=time(0), end=time(0))
TEN = timedelta(minutes=10)


def watch(to: Channel, place: Place = Place.CHANNEL, **more: object) -> Watch:
    there = Target(GuildId(to.guild or 0), ChannelId(to.id), place)
    asked = {"notices": frozenset({Say.REMINDER}), "leads": (TEN,), **more}
    return Watch(id=WatchId(0), target=there, name="crewed", made_at=MS19.seen, **asked)  # type: ignore[arg-type]  # a test names fields freely


async def delivered(deliverer: Deliverer) -> None:
    """Deliver until nothing is due any more."""
    for _ in range(6):
        await deliverer.beat()
        await deliverer.drain()


def titles(stg: Stage, channel: Channel) -> list[tuple[str, bool]]:
    """What stands in a channel, and whether it made no sound."""
    return [(message.embeds[0]["title"], message.silent) for message in stg.discord.channels[channel.id].messages.values()]


async def test_what_a_server_decided_is_what_it_sees() -> None:
    async with stage() as stg:
        guild = stg.discord.add_guild("Baikonur")
        forum = stg.discord.add_channel(guild, "missions", type=ChannelType.FORUM, tags=("Crewed", "Other"))
        news = stg.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT)
        weekly = stg.discord.add_channel(guild, "weekly")
        begun = stg.clock.at = stg.discord.now().replace(microsecond=0)
        t0 = begun + timedelta(days=3)
        await keep(stg.store, replace(MS19, event=replace(MS19.event, net=Net(t0, Precision.MINUTE)), seen=begun))
        desk = Desk(NAMES, 45)
        asking, sweeper = Asking(stg.store, stg.clock, desk), Sweeper(stg.store, stg.clock)
        async with stg.bot() as client:
            outlet = DiscordOutlet(client, timeout=timedelta(seconds=5))
            deliverer = Deliverer(stg.store, outlet, stg.clock, NAMES, 10, timedelta(seconds=30))
            await asking.add_watch(watch(forum, Place.FORUM, occasions=True, quiet=ALWAYS))
            await asking.add_watch(watch(news, crosspost=True))
            await asking.add_watch(
                watch(weekly, notices=frozenset({Say.LIVE}), quiet=ALWAYS, digest=Digest(at=(t0 - timedelta(hours=23)).time()))
            )
            await delivered(deliverer)
            (event,) = guild.events.values()
            assert (event.name, event.start) == ("Soyuz MS-19", t0)

            await sweeper.beat()
            stg.clock.at = t0 - timedelta(hours=23) + timedelta(minutes=1)
            await sweeper.beat()
            await delivered(deliverer)
            assert titles(stg, weekly) == [("The next 24 hours", True)]

            stg.clock.at = t0 - TEN + timedelta(seconds=1)
            await delivered(deliverer)
        (post,) = [channel for channel in guild.channels.values() if channel.parent == forum.id]
        assert post.name.startswith("Soyuz MS-19 · GO ")
        assert [tag.name for tag in forum.tags if post.thread and tag.id in post.thread.tags] == ["Crewed"]
        assert [silent for _, silent in titles(stg, post)] == [True]
        (told,) = news.messages.values()
        assert told.flags & CROSSPOSTED
        assert not told.silent
