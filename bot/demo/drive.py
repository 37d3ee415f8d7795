"""Drives a demo, whoever watches: moves the clock from one happening to the next and lets the bot do what it owes."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.app import App, assembled
from bot.feed_settings import Channel, RssFeed
from bot.feeds.http import Answer, Client, shown
from bot.model import Fate, Say, Tally
from bot.ports import FeedDown
from bot.sandbox.play import Sandbox
from bot.sandbox.press import RSS, VIDEOS
from bot.sandbox.record import Acted, Entry, Said
from bot.sandbox.scenario import Scenario
from bot.settings import SHIPPED, Settings
from bot.settings import load as load_settings

TIME_SCALE = 1e5
"""Sandbox seconds per real second for Discord's rate limits: a month passes in a minute."""
STEP = timedelta(seconds=1)
LONGEST_SKIP = timedelta(minutes=55)
"""Below the age from which a reminder calls its data old."""

TRUE_NO_MORE = (
    "superseded",
    "no longer planned",
    "a closer reminder is due",
    "had passed when",
    "nothing that a reader would see changed",
    "nothing lies ahead yet",
    "there is no card to edit",
    "the card was deleted",
    "no watch asks for it any more",
)
"""Reasons for which something is rightly not sent. Any other is a loss."""


@dataclass
class DemoClock:
    """A clock that the demo moves."""

    at: datetime

    def now(self) -> datetime:
        """See ports.Clock."""
        return self.at


class Nowhere(Client):
    """Fetches nothing: whatever people name in a demo stays where it is."""

    async def get(self, url: str, **_: Any) -> Answer:
        """See http.Client. Raises: FeedDown."""
        raise FeedDown(f"this is a demo, which asks nobody outside: {shown(url)} was not asked")


class Audience(Protocol):
    """Who watches, and decides how fast it goes."""

    async def reach(self, moment: datetime) -> bool:
        """Return when the clock may stand at a moment. False: not yet, but look anew at what is owed now."""
        ...

    def say(self, at: datetime, text: str) -> None:
        """Tell what happens in the world outside Discord."""
        ...

    def show(self, entry: Entry) -> bool:
        """Show one entry of the loopback Discord's record; True when a reader had something to see."""
        ...

    async def breathe(self, shown: int) -> None:
        """Leave time to see what a moment has brought: so many entries."""
        ...


@dataclass
class Count:
    """What the bot did of its own accord."""

    posted: int = 0
    edited: int = 0
    pings: int = 0

    def add(self, entry: Said) -> None:
        """Count what the bot said; answers to people ping nobody and are no posts."""
        if not entry.interaction:
            self.posted += entry.what in {"create", "ephemeral", "mirror"}
            self.edited += entry.what == "edit"
        self.pings += bool(pinged(entry))


def pinged(entry: Said) -> tuple[int, ...]:
    """Give the roles and people whom a message notified."""
    return (*sorted(entry.pings.roles), *sorted(entry.pings.users)) if entry.what != "edit" else ()


def is_seen(entry: Entry) -> bool:
    """Whether it is anything that a member sees and has not done oneself: what the bot says, and what others do."""
    return isinstance(entry, Acted) or (isinstance(entry, Said) and entry.bot)


@dataclass
class Drive:
    """One run of a scenario."""

    box: Sandbox
    app: App
    clock: DemoClock
    audience: Audience
    poll_at: dict[str, datetime] = field(init=False)
    """When each feed is asked next."""
    read_at: datetime = field(init=False)
    """When the feeds of articles are read next."""
    owed_at: datetime | None = None
    shown: int = 0

    def __post_init__(self) -> None:
        start = self.box.scenario.start
        self.poll_at, self.read_at = {poller.feed.name: start for poller in self.app.pollers}, start

    def watch(self, entry: Entry) -> None:
        """Show what happens on the loopback Discord."""
        self.shown += self.audience.show(entry)

    async def run(self) -> None:
        """Play until the end of the scenario."""
        self.box.discord.log.watch.append(self.watch)
        try:
            await self.play()
        finally:
            self.box.discord.log.watch.remove(self.watch)

    async def play(self) -> None:
        """Go from moment to moment."""
        end = self.box.scenario.end
        while self.clock.now() < end:
            moment = min(max(self.clock.now(), self.next_moment()), end)
            if not await self.audience.reach(moment):
                await self.settle()
                continue
            self.clock.at = moment
            before = self.shown
            await self.happen()
            for poller in self.app.pollers:
                if self.poll_at[poller.feed.name] <= self.clock.at:
                    self.poll_at[poller.feed.name] = self.skipped(await poller.beat())
            if self.read_at <= self.clock.at:
                self.read_at = self.next_story([await reader.beat() for reader in self.app.readers])
            await self.deliver()
            await self.audience.breathe(self.shown - before)

    def next_moment(self) -> datetime:
        """Tell when anything is due next: in the world, at the feed, in the outbox."""
        moments = (*self.poll_at.values(), self.read_at, self.box.next_at(), self.owed_at, self.box.scenario.end)
        return min(moment for moment in moments if moment is not None)

    def skipped(self, planned: datetime) -> datetime:
        """Leave out the polls that would see the feed as it is now: give the first planned one after its next change."""
        now, instants = self.clock.at, self.box.scenario.instants()
        ahead = bisect_right(instants, now)
        change = instants[ahead] if ahead < len(instants) else self.box.scenario.end
        if not now < planned < min(change, now + LONGEST_SKIP):
            return planned
        interval = planned - now
        return min(now + -(-(change - now) // interval) * interval, now + LONGEST_SKIP)

    def next_story(self, planned: Sequence[datetime]) -> datetime:
        """Leave out the reads that would find nothing new: give the first planned one after the next story; never is the end."""
        now, end = self.clock.at, self.box.scenario.end
        story = min((one.at for one in self.box.scenario.stories if one.at > now), default=end)
        first = min(planned, default=end)
        interval = max(first - now, STEP)
        return max(first, now + -(-(story - now) // interval) * interval)

    async def happen(self) -> None:
        """Let the world do what is due."""
        for happening in self.box.due(self.clock.at):
            if happening.says and not getattr(happening, "run", ""):
                self.audience.say(self.clock.at, happening.says)
            await self.box.apply(happening)

    async def deliver(self) -> None:
        """Empty the outbox of what is due. What can only be tried again later moves the clock."""
        while True:
            self.owed_at = await self.app.deliverer.beat()
            if not self.app.deliverer.flying and (self.owed_at is None or self.owed_at > self.clock.at):
                return
            if not self.app.deliverer.flying:
                self.clock.at += STEP
            await self.app.deliverer.drain()

    async def settle(self) -> None:
        """Send what has come due by what people did, without moving the clock: what has to be tried again stays owed."""
        self.owed_at = await self.app.deliverer.beat()
        while self.app.deliverer.flying:
            await self.app.deliverer.drain()
            self.owed_at = await self.app.deliverer.beat()


def scenarios() -> dict[str, Path]:
    """Give the scenarios there are, by name."""
    return {path.stem: path for path in sorted((SHIPPED / "scenarios").glob("*.toml"))}


@asynccontextmanager
async def staged(scenario: Scenario, clock: DemoClock) -> AsyncGenerator[tuple[Sandbox, App]]:
    """Furnish the loopback world and log the bot in to it, with a database of its own."""
    async with Sandbox(clock.now, scenario) as box:
        box.discord.limits.scale = TIME_SCALE
        with tempfile.TemporaryDirectory(prefix="tminus-demo-") as folder:
            environ = {
                "DISCORD_TOKEN": box.discord.token,
                "DISCORD_API_URL": box.discord.api_url,
                "LAUNCH_LIBRARY_URL": box.feeds.url,
                "TMINUS_FEEDS": "launch-library",
                "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
                "TMINUS_CONFIG": os.environ.get("TMINUS_CONFIG", ""),
            }
            settings = with_papers(load_settings(environ), box)
            async with assembled(settings, clock, strangers=Nowhere(clock)) as app:
                await app.client.start_until_ready(box.discord.token)
                yield box, app


def with_papers(settings: Settings, box: Sandbox) -> Settings:
    """Leave of all feeds the scenario's own: a demo asks nobody outside."""
    papers = box.scenario.papers.items()
    feeds = replace(
        settings.feeds,
        rocketlaunch_live=replace(settings.feeds.rocketlaunch_live, on=False),
        snapi=replace(settings.feeds.snapi, on=False),
        youtube=replace(settings.feeds.youtube, on=True, url=box.feeds.at(VIDEOS)),
        rss={key: RssFeed(url=box.feeds.at(f"{RSS}/{key}"), site=one.title) for key, one in papers if one.kind == "site"},
        channels={key: Channel(channel=one.channel, site=one.title, official=True) for key, one in papers if one.kind == "channel"},
        calendars={},
        json={},
    )
    return replace(settings, feeds=feeds, youtube_key=None, only_launch_library=False)


def names(box: Sandbox) -> dict[int, str]:
    """Give the names of servers, channels, roles and people by id."""
    found = {user.id: user.name for user in box.discord.users.values()}
    for guild in box.discord.guilds.values():
        found |= {channel.id: channel.name for channel in guild.channels.values()}
        found |= {role.id: role.name for role in guild.roles.values()}
        found[guild.id] = guild.name  # the role of everyone has the server's id
    return found


async def tallied(app: App) -> tuple[Tally, ...]:
    """Give what was owed, by what became of it."""
    async with app.store.transaction() as tx:
        return tuple(await tx.tally())


def is_loss(tally: Tally) -> bool:
    """Whether something that was owed was not delivered."""
    return tally.fate is Fate.DROPPED and tally.say is not Say.EDIT and not tally.why.startswith(TRUE_NO_MORE)
