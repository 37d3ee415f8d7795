"""A real discord.py client on the loopback Discord, over a real store: what tests of the Discord side stand on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import TMinusClient
from bot.flow.ask import Asking
from bot.flow.asking_feeds import AskingFeeds
from bot.flow.bookshelf import Bookshelf
from bot.flow.newsroom import Newsroom
from bot.flow.plan import Desk
from bot.model import (
    Agency,
    ChannelId,
    Event,
    EventId,
    GuildId,
    Kind,
    Net,
    Person,
    Precision,
    Rocket,
    Status,
    Target,
    Track,
    Webcast,
)
from bot.ports import Articles, FeedDown, Store
from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.world import Channel, Guild
from tests.prepared import in_memory

NOW = datetime(2021, 10, 1, 12, tzinfo=UTC)
NAMES = {"peresild": ("Peresild", "Пересильд")}


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is set."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Paper:
    """A feed that somebody named: what stands there, or that nothing does."""

    name: str
    papers: Mapping[str, Articles]

    async def read(self) -> Articles:
        """See ports.Press."""
        if self.name not in self.papers:
            raise FeedDown("there is no feed")
        return self.papers[self.name]


@dataclass(slots=True)
class Stage:
    """The loopback Discord, and what it takes to start the bot on it, again if need be."""

    discord: DiscordSandbox
    store: Store
    clock: Clock = field(default_factory=Clock)
    papers: dict[str, Articles] = field(default_factory=dict[str, Articles])
    """Feeds that people may name, by address."""

    @asynccontextmanager
    async def bot(
        self,
        *,
        rate_per_s: float = 1000,
        token: str = "",
        public_url: str = "",
        official: Mapping[str, int] | None = None,
        guilds_settle_s: float = 0.05,
        api_url: str = "",
    ) -> AsyncGenerator[TMinusClient, None]:
        """The bot, logged in and ready; gone at the end of the block."""
        desk = Desk(NAMES, 45)
        asking = Asking(self.store, self.clock, desk)
        feeds = AskingFeeds(Newsroom(self.store, self.clock, desk, Bookshelf(self.store)), lambda url: Paper(url, self.papers))
        client = TMinusClient(
            asking,
            clock=self.clock,
            api_url=api_url or self.discord.api_url,
            rate_per_s=rate_per_s,
            guilds_settle_s=guilds_settle_s,
            public_url=public_url,
            official=official or {},
            feeds=feeds,
        )
        async with client:
            await client.start_until_ready(token or self.discord.token)
            yield client


@asynccontextmanager
async def stage() -> AsyncGenerator[Stage, None]:
    """A stage with an empty Discord and an empty store; discord.py's own addresses are put back."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    store = await in_memory()
    try:
        async with DiscordSandbox(lambda: datetime.now(UTC)) as sandbox:  # noqa: TID251 -- its ids are dated as Discord's are
            yield Stage(sandbox, store)
    finally:
        await store.close()
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


class _Ear(logging.Handler):
    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self.words in record.getMessage():
            self.heard.set()


@contextmanager
def hearing(words: str) -> Generator[asyncio.Event, None, None]:
    """An event that is set once these words are logged."""
    ear = _Ear(words)
    logging.getLogger().addHandler(ear)
    try:
        yield ear.heard
    finally:
        logging.getLogger().removeHandler(ear)


def target(guild: Guild, channel: Channel) -> Target:
    """Where a channel of the loopback Discord is."""
    return Target(GuildId(guild.id), ChannelId(channel.id))


def track(name: str, at: datetime, **facts: object) -> Track:
    """An event that was seen just now."""
    known: dict[str, object] = {
        "id": EventId(f"ll2:launch:{name.lower().replace(' ', '-')}"),
        "kind": Kind.LAUNCH,
        "name": name,
        "net": Net(at, Precision.MINUTE),
        "status": Status.GO,
    }
    return Track(event=Event(**{**known, **facts}), first_seen=NOW, seen=NOW, armed_at=NOW, feed="ll2")  # type: ignore[arg-type]  # a test names fields freely


MS19 = track(
    "Soyuz 2.1a | Soyuz MS-19",
    datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC),
    lsp=Agency(name="Russian Federal Space Agency (ROSCOSMOS)", abbrev="RFSA"),
    rocket=Rocket(name="Soyuz 2.1a", families=("Soyuz",)),
    crew=(Person(name="Yulia Peresild", role="Flight Participant"),),
    webcasts=(Webcast(url="https://www.youtube.com/watch?v=ms19"),),
)
STARLINK = track("Falcon 9 Block 5 | Starlink 4-1", NOW + timedelta(days=20), lsp=Agency(name="SpaceX", abbrev="SpX"))


async def keep(store: Store, *tracks: Track) -> None:
    """Put events into the store, as a poll would have."""
    async with store.transaction() as tx:
        for one in tracks:
            await tx.keep(one)
