"""What Prometheus reads, and that the whole bot serves it."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.app import assembled
from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.meters import Meters
from bot.model import Scope
from bot.settings import load
from bot.web.metrics import Metrics, Source
from bot.web.pulse import Sign
from bot.web.site import serving
from tests.cogs.stage import MS19, NAMES, NOW, Clock
from tests.contracts.store_samples import T0, delivery, owe
from tests.prepared import in_memory


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and the values of its labels, which come sorted by name."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_scrape_tells_what_is_owed_asked_and_known() -> None:
    store = await in_memory()
    clock, meters = Clock(), Meters()
    await owe(store, delivery("a", 1))
    async with store.transaction() as tx:
        await tx.keep(MS19)
        await tx.record_dropped(delivery("a", 1).key, "superseded", T0)
    await owe(store, delivery("b", 2))
    await store.note("ll2", Scope.NEAR, NOW - timedelta(minutes=5))
    await store.note("ll2", Scope.NEAR, NOW - timedelta(minutes=65))
    meters.tried("reminder", "Done", timedelta(seconds=0.3))
    meters.answered(429)
    clock.at = NOW + timedelta(seconds=90)
    metrics = Metrics(
        store=store,
        requests=store,
        asking=Asking(store, clock, Desk(NAMES, 45)),
        clock=clock,
        sources=(Source("ll2", 15),),
        meters=meters,
        signs=lambda: (Sign("deliver", well=False, says="stopped"),),
    )
    async with (
        serving((metrics,), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as prometheus,
        prometheus.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        found = samples(await answer.text())
    await store.close()
    assert found["tminus_notices_owed", ("reminder",)] == 1
    assert found["tminus_notices_kept", ("dropped", "reminder", "superseded")] == 1
    assert found["tminus_data_age_seconds", ()] == 90
    assert found["tminus_feed_requests_last_hour", ("ll2",)] == 1
    assert found["tminus_feed_quota_per_hour", ("ll2",)] == 15
    assert found["tminus_well", ("deliver",)] == 0
    assert found["tminus_delivery_late_seconds_bucket", ("0.5", "reminder")] == 1
    assert found["tminus_discord_answers_total", ("429",)] == 1


async def test_the_whole_bot_serves_them_when_a_port_is_named() -> None:
    settings = load({"DISCORD_TOKEN": "none-of-discords", "DATABASE_URL": "sqlite:///:memory:", "PORT": "8080"})
    async with assembled(settings, Clock()) as app, serving(app.rooms, "127.0.0.1", 0) as port, aiohttp.ClientSession() as browser:
        for path, status in (("/", 200), ("/healthz", 200), ("/readyz", 503), ("/metrics", 200), ("/style.css", 200)):
            async with browser.get(f"http://127.0.0.1:{port}{path}") as answer:
                assert (path, answer.status) == (path, status)
