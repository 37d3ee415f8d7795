"""What Prometheus reads, and that the whole bot serves it."""

from __future__ import annotations

from datetime import datetime, timedelta

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.app import assembled
from bot.flow.asking_why import FeedState, Gauge
from bot.meters import Meters
from bot.model import Fate, Say, Scope, Tally
from bot.settings import load
from bot.web.metrics import KINDS_OF_WHY, REASONS, Crew, Metrics, by_reason
from bot.web.pulse import Sign
from bot.web.site import serving
from tests.cogs.stage import MS19, NOW, Clock
from tests.contracts.store_samples import delivery, owe
from tests.prepared import in_memory


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and the values of its labels, which come sorted by name."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Feeds(Gauge):
    """One feed, two of whose questions of this hour are answered."""

    def __init__(self) -> None:
        super().__init__((), Nobody())

    async def read(self, now: datetime) -> tuple[FeedState, ...]:
        heard = now - timedelta(seconds=40)
        return (FeedState(name="ll2", heard=heard, next_ask=None, made=2, quota=15, failures=0),)


class Nobody:
    """Nobody asked anything."""

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        return ()

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        pass


async def signs() -> tuple[Sign, ...]:
    return (Sign("deliver", well=False, says="stopped"), Sign("store", well=True, says="answers"))


async def scraped(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    async with (
        serving((metrics,), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as prometheus,
        prometheus.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert answer.status == 200
        return samples(await answer.text())


async def test_a_scrape_tells_what_is_owed_asked_and_known() -> None:
    store = await in_memory()
    clock, meters = Clock(), Meters()
    await owe(store, delivery("a", 1), delivery("c", 3))
    async with store.transaction() as tx:
        await tx.keep(MS19)
        await tx.record_dropped(delivery("a", 1).key, "superseded", NOW)
        await tx.record_dropped(delivery("c", 3).key, "long ago", NOW - timedelta(hours=1))
        await tx.pause(delivery("a", 1).target, "no permission", NOW)
    await owe(store, delivery("b", 2))
    meters.tried("reminder", "Done", 0.2, timedelta(seconds=0.3))
    meters.answered(429, "shared")
    meters.answered(429, "of a proxy's own")
    meters.answered(204, "")
    meters.polled("ll2", "down")
    clock.at = NOW + timedelta(seconds=90)
    metrics = Metrics(store=store, gauge=Feeds(), clock=clock, meters=meters, signs=signs, crew=lambda: Crew(leads=False, alive=3))
    found = await scraped(metrics)
    assert found["tminus_notices_owed", ("reminder",)] == 1
    assert found["tminus_notices_late", ()] == 0
    clock.at = delivery("b", 2).notice.due + timedelta(seconds=1)
    assert (await scraped(metrics))["tminus_notices_late", ()] == 1
    await store.close()
    assert found["tminus_notices_ended_last_hour", ("dropped", "reminder", "superseded")] == 1
    assert ("tminus_notices_ended_last_hour", ("dropped", "reminder", "long ago")) not in found
    assert found["tminus_targets_paused", ()] == 1
    assert found["tminus_data_age_seconds", ()] == 90
    assert found["tminus_feed_age_seconds", ("ll2",)] == 40
    assert found["tminus_feed_requests_last_hour", ("ll2",)] == 2
    assert found["tminus_feed_quota_per_hour", ("ll2",)] == 15
    assert found["tminus_feed_quota_left", ("ll2",)] == 13
    assert found["tminus_feed_answers_total", ("ll2", "down")] == 1
    assert found["tminus_well", ("deliver",)] == 0
    assert found["tminus_well", ("store",)] == 1
    assert (found["tminus_leads", ()], found["tminus_processes", ()]) == (0, 3)
    assert found["tminus_delivery_late_seconds_bucket", ("0.5", "reminder")] == 1
    assert found["tminus_delivery_seconds_bucket", ("0.1", "reminder")] == 0
    assert found["tminus_delivery_seconds_bucket", ("0.2", "reminder")] == 1
    assert found["tminus_discord_answers_total", ("429",)] == 2
    assert found["tminus_discord_rate_limits_total", ("shared",)] == 1
    assert found["tminus_discord_rate_limits_total", ("none",)] == 1


async def test_a_scrape_without_a_database_tells_the_rest() -> None:
    store, meters = await in_memory(), Meters()
    await store.close()
    meters.answered(200, "")
    found = await scraped(Metrics(store=store, gauge=Feeds(), clock=Clock(), meters=meters, signs=signs))
    assert found["tminus_discord_answers_total", ("200",)] == 1
    assert found["tminus_well", ("deliver",)] == 0
    assert not [name for name, _ in found if "notices" in name]


def test_reasons_do_not_become_ever_more_labels() -> None:
    tallies = [
        Tally(say=Say.LIVE, fate=Fate.DROPPED, why=f"{number} {'x' * KINDS_OF_WHY}", count=1) for number in range(10 * REASONS)
    ]
    often = Tally(say=Say.SLIP, fate=Fate.DROPPED, why="superseded", count=2)
    owed = Tally(say=Say.LIVE, fate=Fate.OWED, why="", count=7)
    counted = by_reason([*tallies, often, owed])
    assert len(counted) == REASONS + 1
    assert counted["slip", "dropped", "superseded"] == 2
    assert counted["live", "dropped", "other"] == 10 * REASONS - (REASONS - 1)
    assert max(len(why) for _, _, why in counted) == KINDS_OF_WHY


async def test_the_whole_bot_serves_them_when_a_port_is_named() -> None:
    settings = load({"DISCORD_TOKEN": "none-of-discords", "DATABASE_URL": "sqlite:///:memory:", "PORT": "8080"})
    async with assembled(settings, Clock()) as app, serving(app.rooms, "127.0.0.1", 0) as port, aiohttp.ClientSession() as browser:
        for path, status in (("/", 200), ("/healthz", 200), ("/readyz", 503), ("/metrics", 200), ("/style.css", 200)):
            async with browser.get(f"http://127.0.0.1:{port}{path}") as answer:
                assert (path, answer.status) == (path, status)
