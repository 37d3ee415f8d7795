"""/metrics: figures for Prometheus, read from the store at each scrape; what only the process knows comes from bot/meters.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.flow.asking_why import FeedState, Gauge
from bot.meters import Meters
from bot.model import Fate, Tally
from bot.ports import Clock, Store, StoreDown
from bot.web.pulse import Sign

HOUR = timedelta(hours=1)
KINDS_OF_WHY = 60
"""Reasons are sentences, some in the words of Discord: their beginnings are few enough for labels."""
REASONS = 30
"""The most reasons that stand for themselves; rarer ones are counted together, as "other"."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Which of several processes this is: whether it leads, and how many there are."""

    leads: bool = True
    alive: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store tells of deliveries and data."""

    tallies: Sequence[Tally]
    """What is owed, and what ended in the last hour."""
    overdue: int
    paused: int
    age: timedelta | None
    feeds: Sequence[FeedState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one scrape reads. `kept` is None while the database is away."""

    now: datetime
    kept: Kept | None
    signs: Sequence[Sign]
    crew: Crew


class Metrics:
    """Answers a scrape."""

    def __init__(
        self,
        *,
        store: Store,
        gauge: Gauge,
        clock: Clock,
        meters: Meters,
        signs: Callable[[], Awaitable[Sequence[Sign]]],
        crew: Callable[[], Crew] = Crew,
    ) -> None:
        self._store = store
        self._gauge = gauge
        self._clock = clock
        self._meters = meters
        self._signs = signs
        self._crew = crew

    def add_to(self, app: web.Application) -> None:
        """Put the figures on an application."""
        app.router.add_get("/metrics", self.scrape)

    async def scrape(self, _: web.Request) -> web.Response:
        """All figures, in Prometheus' text format."""
        figures = await self.read(self._clock.now())
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Read(figures))
        text = generate_latest(registry) + generate_latest(self._meters.registry)
        return web.Response(
            body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
        )

    async def read(self, now: datetime) -> Figures:
        """Read what is kept in the store, if it answers."""
        try:
            kept = await self._kept(now)
        except StoreDown:
            kept = None
        return Figures(now=now, kept=kept, signs=await self._signs(), crew=self._crew())

    async def _kept(self, now: datetime) -> Kept:
        async with self._store.transaction() as tx:
            tallies, overdue = await tx.tally(now - HOUR), await tx.overdue(now)
            paused, heard = await tx.paused(), await tx.heard()
        feeds = await self._gauge.read(now)
        return Kept(tallies=tallies, overdue=overdue, paused=len(paused), age=None if heard is None else now - heard, feeds=feeds)


class Read(Collector):
    """Figures as Prometheus names them."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Give every family."""
        read = self._figures
        if read.kept is not None:
            yield from notices(read.kept)
            yield from feeds(read.kept, read.now)
        well = GaugeMetricFamily(
            "tminus_well", "1 while a part of the bot does its work, or what it needs is there.", labels=["part"]
        )
        for sign in read.signs:
            well.add_metric([sign.name], float(sign.well))
        yield well
        yield GaugeMetricFamily("tminus_leads", "1 in the one process that polls, reads and sweeps.", float(read.crew.leads))
        yield GaugeMetricFamily("tminus_processes", "Processes that share the database, as this one sees it.", read.crew.alive)


def notices(kept: Kept) -> Iterator[Metric]:
    """Give what is owed and how the last hour's ended."""
    owed = GaugeMetricFamily("tminus_notices_owed", "Deliveries that wait in the outbox.", labels=["say"])
    ended = GaugeMetricFamily(
        "tminus_notices_ended_last_hour", "Deliveries that ended in the last hour, and why.", labels=["say", "fate", "why"]
    )
    for tally in kept.tallies:
        if tally.fate is Fate.OWED:
            owed.add_metric([tally.say.value], tally.count)
    for (say, fate, why), count in sorted(by_reason(kept.tallies).items()):
        ended.add_metric([say, fate, why], count)
    yield owed
    yield ended
    yield GaugeMetricFamily("tminus_notices_late", "Deliveries in the outbox whose time has come.", kept.overdue)
    yield GaugeMetricFamily("tminus_targets_paused", "Channels and persons that rest: Discord refused them.", kept.paused)


def by_reason(tallies: Sequence[Tally]) -> Counter[tuple[str, str, str]]:
    """Count what ended, by kind, fate and reason. What Discord words is bounded: labels are for ever."""
    frequent: Counter[str] = Counter()
    for tally in tallies:
        if tally.fate is not Fate.OWED:
            frequent[tally.why[:KINDS_OF_WHY]] += tally.count
    named = {why for why, _ in frequent.most_common(REASONS)}
    counted: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        if tally.fate is not Fate.OWED:
            why = tally.why[:KINDS_OF_WHY]
            counted[tally.say.value, tally.fate.value, why if why in named else "other"] += tally.count
    return counted


def feeds(kept: Kept, now: datetime) -> Iterator[Metric]:
    """Give how old the data is, and how often feeds are asked."""
    if kept.age is not None:
        yield GaugeMetricFamily("tminus_data_age_seconds", "Since a launch feed last described anything.", kept.age.total_seconds())
    age = GaugeMetricFamily("tminus_feed_age_seconds", "Since a feed last answered this process.", labels=["feed"])
    asked = GaugeMetricFamily("tminus_feed_requests_last_hour", "Requests made to a feed in the last hour.", labels=["feed"])
    quota = GaugeMetricFamily("tminus_feed_quota_per_hour", "Requests that a feed allows in an hour.", labels=["feed"])
    left = GaugeMetricFamily("tminus_feed_quota_left", "Requests that are left of them now.", labels=["feed"])
    for feed in kept.feeds:
        if feed.heard is not None:
            age.add_metric([feed.name], (now - feed.heard).total_seconds())
        asked.add_metric([feed.name], feed.made)
        quota.add_metric([feed.name], feed.quota)
        left.add_metric([feed.name], max(feed.quota - feed.made, 0))
    yield from (age, asked, quota, left)
