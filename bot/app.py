"""The composition root: wires store, feed, rules and Discord together, starts them, stops them, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.client import TMinusClient
from bot.feeds.http import Client, agent_of
from bot.feeds.shared import Shared
from bot.flow.ask import Asking
from bot.flow.asking_feeds import AskingFeeds
from bot.flow.asking_why import Gauge
from bot.flow.bookshelf import Bookshelf
from bot.flow.calendars import Calendars
from bot.flow.deliver import GATHER_S, Deliverer
from bot.flow.identifying import Identifying
from bot.flow.landing import measured
from bot.flow.leading import Leader, LedStore, holder_of_any
from bot.flow.newsroom import Newsroom
from bot.flow.plan import Desk
from bot.flow.poll import Poller
from bot.flow.read import PressReader, ServerReaders
from bot.flow.sweep import Sweeper
from bot.meters import Meters
from bot.outlet import DiscordOutlet
from bot.ports import Clock, Feed, Press, StoreDown
from bot.schedule import Beat, Schedule
from bot.settings import Settings
from bot.sources import launch_feeds, presses, supplied
from bot.store.clock import DatabaseClock
from bot.store.sql import SqlStore
from bot.store.waking import listen
from bot.tuning import Tuning
from bot.web.health import Health
from bot.web.metrics import Crew, Metrics
from bot.web.pulse import Pulse
from bot.web.site import Room, serving

log = logging.getLogger(__name__)

LEAD_AGAIN = timedelta(seconds=1)
"""How soon a process tries again to say that it lives: who is silent for long is forgotten, and comes anew."""
DRAIN_S = 6.0
"""What has begun may end within this; a platform kills ten seconds after SIGTERM. What does not end is sent again, once."""


class SystemClock:
    """The machine's clock: the only place that reads it."""

    def now(self) -> datetime:
        """See ports.Clock."""
        return datetime.now(UTC)  # noqa: TID251 — this is the Clock


@dataclass(frozen=True, slots=True)
class App:
    """The bot, wired and not started."""

    settings: Settings
    store: SqlStore
    client: TMinusClient
    pollers: Sequence[Poller]
    """One for each launch feed, the most trusted first."""
    deliverer: Deliverer
    schedule: Schedule
    rooms: tuple[Room, ...] = ()
    """The pages, where any are served."""
    beats: tuple[Beat, ...] = ()
    """What else is done again and again, with Discord or without."""
    readers: Sequence[PressReader] = ()
    """What reads articles and videos."""
    tuning: Tuning | None = None
    leader: Leader | None = None
    """None: this process is alone, and does everything."""
    clock: DatabaseClock | None = None
    """What several processes go by."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll at once, deliver as soon as Discord is there, until told to stop. Raises: ClientDown."""
        polls = [self.polling(poller) for poller in self.pollers] + [reading(reader) for reader in self.readers]
        self.schedule.add(Beat("deliver", self.deliverer.beat))
        token = self.settings.token.reveal() if self.settings.token else ""
        async with AsyncExitStack() as stack:
            if self.leader is not None:
                await self.join(self.leader, stack)
            beats = [self.led(beat) for beat in (*polls, *self.beats)]
            if self.leader is not None:  # who begins to lead does not wait until it would have looked
                self.leader.leads = partial(self.take_over, beats)
            for beat in beats:
                self.schedule.add(beat)
                self.schedule.start(beat.name)
            if self.rooms:
                web = self.settings.web
                await stack.enter_async_context(serving(self.rooms, web.host, web.port))
            await self.hold(token, stopping)

    async def join(self, leader: Leader, stack: AsyncExitStack) -> None:
        """Become one of several: be counted before anything is sent, lead if nobody does, hear what the others owe."""
        await self.lead(leader)
        self.schedule.add(Beat("lead", partial(self.lead, leader), after_trouble=LEAD_AGAIN))
        self.schedule.start("lead")
        heard = listen(self.settings.database_url.reveal(), lambda: self.schedule.wake("deliver"))
        listening = asyncio.create_task(heard, name="hear of news")

        async def hush() -> None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

        stack.push_async_callback(hush)

    def take_over(self, beats: Sequence[Beat]) -> None:
        """Let each of these look at once: who led before may have left anything undone."""
        for poller in self.pollers:
            poller.doubt()
        for beat in beats:
            self.schedule.wake(beat.name)

    async def lead(self, leader: Leader) -> datetime:
        """Set the clock, be one of several, look whether one of them left anything behind."""
        if self.clock is not None:
            await self.clock.set()
        upcoming = await leader.beat()
        self.schedule.wake("deliver")
        return upcoming

    async def log_in(self, token: str) -> None:
        """Log in once the shards are ours. Raises: ClientDown."""
        if self.leader is not None:
            await self.leader.ours.wait()
        await self.client.start_until_ready(token)

    async def hold(self, token: str, stopping: asyncio.Event) -> None:
        """Log in, deliver, and stay. Raises: ClientDown."""
        ready = asyncio.create_task(self.log_in(token), name="log in")
        stop = asyncio.create_task(stopping.wait(), name="wait for a signal")
        try:
            await asyncio.wait({ready, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                return
            await ready
            self.schedule.start("deliver")
            log.info("ready", extra={"guilds": len(self.client.guilds)})
            held = asyncio.create_task(self.client.run_until_closed(), name="hold the gateway")
            await asyncio.wait({held, stop}, return_when=asyncio.FIRST_COMPLETED)
            if held.done():
                await held
        finally:
            for task in (ready, stop):
                task.cancel()
            await asyncio.gather(ready, stop, return_exceptions=True)

    def reread(self, fresh: Settings) -> tuple[str, ...]:
        """Take over what may change while it runs; give the settings that wait for the next start."""
        return self.tuning.take(fresh) if self.tuning else ()

    def polling(self, poller: Poller) -> Beat:
        """Give the beat of a launch feed."""
        return Beat(f"poll {poller.feed.name}", partial(self.poll, poller))

    def led(self, beat: Beat) -> Beat:
        """Give a beat that rests here while another process leads."""
        return beat if self.leader is None else replace(beat, run=self.leader.led(beat.run))

    async def poll(self, poller: Poller) -> datetime:
        """Poll a feed, then let the outbox look at what came of it."""
        upcoming = await poller.beat()
        self.schedule.wake("deliver")
        return upcoming

    async def stop(self) -> None:
        """Begin nothing new, let end what has begun, leave Discord."""
        await self.schedule.stop()
        try:
            async with asyncio.timeout(DRAIN_S):
                await self.deliverer.drain()
        except TimeoutError:
            log.warning("some deliveries did not end in time; their rows come back at the next start")
        await self.client.close()
        if self.leader is not None:  # last: until now it used its share
            await bow(self.leader)


def reading(reader: PressReader) -> Beat:
    """Give the beat of a feed of articles or videos."""
    return Beat(f"read {reader.press.name}", reader.beat)


def heed(leader: Leader, client: TMinusClient, tuning: Tuning) -> None:
    """Ask Discord no more than the other processes leave room for, and nothing while they may not know of this one."""
    client.pacer.may_ask = leader.may_ask
    leader.counted = tuning.divide


async def look_for_others(store: SqlStore, clock: Clock) -> None:
    """Say so when this process takes itself to be alone and is not."""
    with suppress(StoreDown):
        if other := await holder_of_any(store, clock):
            log.error("another process, %s, holds shards on this database. Set TMINUS_SHARDS here too, or stop it", other)


async def bow(leader: Leader) -> None:
    """Let another lead at once; if the database is away, it will when the lease runs out."""
    with suppress(StoreDown):
        await leader.end()


def pages(settings: Settings, asking: Asking, clock: Clock) -> tuple[Room, ...]:
    """Give what is served to people."""
    from bot.web.calendars import CalendarFeeds  # noqa: PLC0415 -- 4 MB with Jinja, which a bot without a port does without
    from bot.web.notices import Notices  # noqa: PLC0415
    from bot.web.pages import Pages  # noqa: PLC0415

    calendars = CalendarFeeds(Calendars(asking.store, clock, settings.names, asking.shelf), clock, settings.web.public_url)
    return calendars, Pages(asking, clock, settings.web.public_url), Notices(asking.store, clock, settings.web.public_url)


async def serve_pages(settings: Settings, clock: Clock, stopping: asyncio.Event) -> None:
    """Serve the pages alone, from a database that another process fills, until told to stop. Raises: CannotOpen; OSError."""
    store = await SqlStore.open(settings.database_url.reveal())
    try:
        asking = Asking(store, clock, Desk(settings.names, settings.discord.rate_per_s))
        # Without a gateway and without beats, it is well while the database answers and is being filled.
        pulse = Pulse(
            clock=clock, every=timedelta(seconds=settings.delivery.beat_s), beats=dict, gateway=lambda: True, asking=asking
        )
        async with serving((*pages(settings, asking, clock), Health(pulse)), settings.web.host, settings.web.port):
            await stopping.wait()
    finally:
        await store.close()


@asynccontextmanager
async def assembled(settings: Settings, clock: Clock, *, strangers: Client | None = None) -> AsyncGenerator[App]:
    """Wire the bot; at the end everything is stopped and closed. `strangers` fetches what people name. Raises: CannotOpen."""
    async with AsyncExitStack() as stack:
        store = await SqlStore.open(settings.database_url.reveal())
        stack.push_async_callback(store.close)
        shards, common = settings.shards, None
        leader = led = None
        if shards is not None:
            clock = common = DatabaseClock(store, clock)
            leader = Leader(store, clock, f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}", shards)
            led = LedStore(store, leader)
        else:
            await look_for_others(store, clock)
        agent = agent_of(settings.polling.contact)
        http = await stack.enter_async_context(Client(clock, agent=agent))
        schedule = Schedule(clock, timedelta(seconds=settings.delivery.beat_s))
        sweeper = Sweeper(led or store, clock, lambda: schedule.wake("deliver"))

        def stir() -> None:
            """Let what follows from new settings be seen at once."""
            schedule.wake("deliver")
            sweeper.look()
            schedule.wake("sweep")

        desk = Desk(settings.names, settings.discord.rate_per_s, stir)
        asking = Asking(store, clock, desk)
        newsroom = Newsroom(store, clock, replace(desk, wake=lambda: schedule.wake("deliver")), Bookshelf(store))
        strangers = await stack.enter_async_context(strangers or Client(clock, agent=agent, public_only=True))
        meters = Meters()
        leading = replace(newsroom, store=led or store)

        def reader_of(press: Press) -> PressReader:
            return PressReader(leading, press, measure=partial(meters.polled, press.name))

        readers = [reader_of(press) for press in presses(settings, http, clock)]
        named = Shared(lambda url: supplied(url, strangers, clock), clock)
        own = ServerReaders(leading, named.reader, measure=partial(meters.polled, "servers"))
        client = TMinusClient(
            asking,
            shards=shards,
            clock=clock,
            api_url=settings.api_url,
            rate_per_s=settings.discord.rate_per_s,
            meters=meters,
            public_url=settings.web.public_url,
            official=settings.official,
            feeds=AskingFeeds(newsroom, named.reader),
            identifies=Identifying(store, clock, leader.holder).turn if leader else None,
        )
        turn = asyncio.Lock()

        def poller_of(feed: Feed) -> Poller:
            measure = partial(meters.polled, feed.name)
            return Poller(led or store, feed, store, clock, desk, feed.per_hour, turn=turn, measure=measure)

        pollers = [poller_of(feed) for feed in launch_feeds(settings, http, store, clock)]
        outlet = DiscordOutlet(client, timeout=timedelta(seconds=settings.discord.send_timeout_s), holds=client.holds)
        deliverer = Deliverer(
            store=store,
            outlet=outlet,
            clock=clock,
            names=settings.names,
            concurrency=settings.discord.concurrency,
            lease=timedelta(seconds=settings.delivery.lease_s),
            shards=shards,
            wake=lambda: schedule.wake("deliver"),
            measure=lambda landing: meters.tried(*measured(landing)),
            gather_s=GATHER_S,
            margin=timedelta(seconds=settings.discord.send_timeout_s),
        )
        pulse = Pulse(clock=clock, every=schedule.every, beats=schedule.alive, gateway=client.is_ready, asking=asking)
        gauge = Gauge(pollers, store)
        figures = Metrics(
            store=store,
            gauge=gauge,
            clock=clock,
            meters=meters,
            signs=pulse.ready,
            crew=lambda: Crew() if leader is None else Crew(leader.token is not None, leader.alive),
        )
        rooms = (*pages(settings, asking, clock), Health(pulse), figures) if settings.web.port else ()
        beats = (
            Beat("sweep", sweeper.beat),
            Beat("read feeds of servers", own.beat),
        )
        client.gauge = gauge
        tuning = Tuning(
            settings=settings,
            schedule=schedule,
            pacer=client.pacer,
            deliverer=deliverer,
            clients=(http, strangers),
            pollers=pollers,
            readers=readers,
            launch_feeds=lambda fresh: launch_feeds(fresh, http, store, clock),
            presses=lambda fresh: presses(fresh, http, clock),
            poller_of=poller_of,
            reader_of=reader_of,
            poll=lambda poller: app.led(app.polling(poller)),
            read=lambda reader: app.led(reading(reader)),
            processes=lambda: (leader.before, leader.alive) if leader else (0, 1),
        )
        if leader is not None:
            heed(leader, client, tuning)
        app = App(settings, store, client, pollers, deliverer, schedule, rooms, beats, readers, tuning, leader, common)
        stack.push_async_callback(app.stop)
        yield app
