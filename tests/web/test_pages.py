"""The schedule and a launch's page: what they say, and what feed text and visitors cannot make of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

import aiohttp
import pytest

from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.model import Event, EventId, GuildId, Net, NetSeen, Precision, Status, Track, Webcast
from bot.ports import Store, StoreDown, Transaction
from bot.web.health import Health
from bot.web.pages import Pages
from bot.web.pulse import Pulse
from bot.web.site import serving
from tests.cogs.stage import NAMES, NOW, Clock, track
from tests.prepared import in_memory

T0 = datetime.fromisoformat("2021-10-05T08:55:02Z")


@asynccontextmanager
async def site(*tracks: Track, beat: datetime = NOW, held: bool = True) -> AsyncGenerator[aiohttp.ClientSession]:
    """The pages of these events, and a browser; `beat` is when the only beat last ended."""
    store = await in_memory()
    async with store.transaction() as tx:
        for track in tracks:
            await tx.keep(track)
    try:
        async with served(store, beat=beat, held=held) as browser:
            yield browser
    finally:
        await store.close()


@asynccontextmanager
async def served(store: Store, *, beat: datetime = NOW, held: bool = True) -> AsyncGenerator[aiohttp.ClientSession]:
    """The pages over a store, and a browser."""
    clock = Clock()
    asking = Asking(store, clock, Desk(NAMES, 45))
    pulse = Pulse(clock=clock, every=timedelta(seconds=30), beats=lambda: {"deliver": beat}, gateway=lambda: held, asking=asking)
    async with (
        serving((Pages(asking, clock), Health(pulse)), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as browser,
    ):
        yield browser


class Away:
    """A store whose database does not answer."""

    why = "connection refused"

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        if self.why:
            raise StoreDown(self.why)
        yield NotImplemented


def known(event: Event) -> Track:
    return Track(event=event, first_seen=NOW, seen=NOW, feed="ll2", armed_at=NOW)


def launch(name: str, at: datetime) -> Event:
    return track(name, at).event


async def text(browser: aiohttp.ClientSession, path: str, status: int = 200) -> str:
    async with browser.get(path) as answer:
        assert answer.status == status, await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return await answer.text()


async def test_the_schedule_shows_day_time_status_and_where_to_watch() -> None:
    stream = Webcast(url="https://www.youtube.com/watch?v=abc", publisher="Roscosmos")
    ms19 = replace(launch("Soyuz 2.1a | Soyuz MS-19", T0), webcasts=(stream,))
    async with site(known(ms19)) as browser:
        page = await text(browser, "/")
    assert "Tuesday, 5 October 2021" in page
    assert "Soyuz MS-19 · Soyuz 2.1a" in page
    assert 'datetime="2021-10-05T08:55:02+00:00"' in page
    assert 'href="https://www.youtube.com/watch?v=abc"' in page


async def test_a_coarse_net_is_never_an_instant() -> None:
    ax1 = replace(launch("Falcon 9 | Axiom-1", T0), net=Net(datetime.fromisoformat("2021-12-31T00:00Z"), Precision.QUARTER))
    async with site(known(ax1)) as browser:
        page = await text(browser, "/")
    assert "Q4 2021" in page
    assert "<time" not in page
    assert "Later" in page


async def test_a_filter_narrows_it_and_says_when_nothing_fits() -> None:
    async with site(
        known(launch("Soyuz 2.1a | Soyuz MS-19", T0)), known(launch("Electron | Rocket Like A Hurricane", T0))
    ) as browser:
        some, none = await text(browser, "/?q=Soyuz"), await text(browser, "/?q=%3Cscript%3EZenit")
    assert "Soyuz MS-19" in some
    assert "Hurricane" not in some
    assert "Nothing that is planned fits “&lt;script&gt;Zenit”" in none


async def test_a_launch_has_a_page_with_the_history_of_its_net() -> None:
    ms19 = launch("Soyuz 2.1a | Soyuz MS-19", T0)
    story = (NetSeen(Net(T0 - timedelta(minutes=3), Precision.MINUTE), NOW - timedelta(days=9)), NetSeen(ms19.net, NOW))
    async with site(replace(known(ms19), nets=story, scrubs=(NOW,))) as browser:
        page = await text(browser, f"/launch/{ms19.id}")
        missing = await text(browser, "/launch/ll2:launch:none", 404)
    assert "History of NET · 1 scrub<" in page
    assert page.index("5 Oct 2021 08:55 UTC") < page.index("5 Oct 2021 08:52 UTC")
    assert "The schedule shows those that there are" in missing


async def test_what_a_feed_writes_cannot_become_markup_or_a_script() -> None:
    evil = "<script>alert(1)</script>"
    stream = Webcast(url="javascript:alert(1)", publisher=evil)
    event = replace(launch(f"Soyuz | {evil}", T0), webcasts=(stream,))
    async with site(known(event)) as browser:
        pages = await text(browser, "/") + await text(browser, f"/launch/{quote(event.id, safe='')}")
    assert "<script>alert" not in pages
    assert "javascript:alert" not in pages


async def test_a_servers_own_mission_is_nobody_elses_business() -> None:
    own = replace(launch("Balloon | School", T0), id=EventId("own:launch:7-1"), owner=GuildId(7))
    async with site(known(own)) as browser:
        await text(browser, f"/launch/{own.id}", 404)
        assert "School" not in await text(browser, "/")


async def test_a_database_that_is_away_is_said() -> None:
    async with served(Away()) as browser:
        assert "Try again in a minute" in await text(browser, "/", 503)


@pytest.mark.parametrize(
    ("late", "held", "alive", "ready"), [(30, True, 200, 200), (61, True, 503, 503), (30, False, 200, 503)], ids=str
)
async def test_probes_are_red_when_a_beat_stopped_or_discord_is_away(*, late: int, held: bool, alive: int, ready: int) -> None:
    track = known(replace(launch("Soyuz 2.1a | Soyuz MS-19", T0), status=Status.GO))
    async with site(track, beat=NOW - timedelta(seconds=late), held=held) as browser:
        for path, status in (("/healthz", alive), ("/readyz", ready)):
            async with browser.get(path) as answer:
                assert (path, answer.status) == (path, status)
                assert (await answer.json())["well"] is (status == 200)


async def test_it_is_not_ready_before_a_feed_was_read() -> None:
    async with site() as browser, browser.get("/readyz") as answer:
        assert answer.status == 503
        assert (await answer.json())["signs"]["feed"] == {"well": False, "says": "nothing was read yet"}
