"""/metrics: figures for Prometheus, read from the store at each scrape; what only the process knows comes from bot/meters.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.flow.ask import Asking
from bot.meters import Meters
from bot.model import Fate, Tally
from bot.ports import Clock, Requests, Store
from bot.web.pulse import Sign

HOUR = timedelta(hours=1)
KINDS_OF_WHY = 60
"""Reasons are sentences, some in the words of Discord: their beginnings are few enough for labels."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, how often it may be asked in an hour, and how often it was."""

    name: str
    quota: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one scrape reads."""

    tallies: Sequence[Tally]
    age: timedelta | None
    asked: Sequence[tuple[Source, int]]
    signs: Sequence[Sign]


class Metrics:
    """Answers a scrape."""

    def __init__(
        self,
        *,
        store: Store,
        requests: Requests,
        asking: Asking,
        clock: Clock,
        sources: Sequence[Source],
        meters: Meters,
        signs: Callable[[], Sequence[Sign]],
    ) -> None:
        self._store = store
        self._requests = requests
        self._asking = asking
        self._clock = clock
        self._sources = sources
        self._meters = meters
        self._signs = signs

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
        """Read what is kept in the store."""
        async with self._store.transaction() as tx:
            tallies = await tx.tally()
        latest = await self._asking.age()
        asked = [(source, len(await self._requests.made(source.name, now - HOUR))) for source in self._sources]
        return Figures(tallies=tallies, age=None if latest is None else now - latest, asked=asked, signs=self._signs())


class Read(Collector):
    """Figures as Prometheus names them."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Give every family."""
        read = self._figures
        owed = GaugeMetricFamily("tminus_notices_owed", "Deliveries that wait in the outbox.", labels=["say"])
        ended = GaugeMetricFamily(
            "tminus_notices_kept", "Deliveries that ended, as kept in the outbox.", labels=["say", "fate", "why"]
        )
        for tally in read.tallies:
            if tally.fate is Fate.OWED:
                owed.add_metric([tally.say.value], tally.count)
            else:
                ended.add_metric([tally.say.value, tally.fate.value, tally.why[:KINDS_OF_WHY]], tally.count)
        yield owed
        yield ended
        if read.age is not None:
            yield GaugeMetricFamily(
                "tminus_data_age_seconds", "Since a launch feed last described anything.", read.age.total_seconds()
            )
        asked = GaugeMetricFamily("tminus_feed_requests_last_hour", "Requests made to a feed in the last hour.", labels=["feed"])
        quota = GaugeMetricFamily("tminus_feed_quota_per_hour", "Requests that a feed allows in an hour.", labels=["feed"])
        for source, count in read.asked:
            asked.add_metric([source.name], count)
            quota.add_metric([source.name], source.quota)
        yield asked
        yield quota
        well = GaugeMetricFamily("tminus_well", "1 while a part of the bot does its work.", labels=["part"])
        for sign in read.signs:
            well.add_metric([sign.name], float(sign.well))
        yield well
