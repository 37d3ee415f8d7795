"""The schedule and a launch's page: what they say, and what feed text and visitors cannot make of them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

import aiohttp
import pytest

from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.model import (
    Agency,
    Article,
    Event,
    EventId,
    GuildId,
    Image,
    Kind,
    Landing,
    Milestone,
    Mission,
    Net,
    NetSeen,
    Pad,
    Person,
    Precision,
    Rocket,
    Status,
    Track,
    Update,
    Voice,
    Webcast,
)
from bot.ports import Store, StoreDown, Transaction
from bot.web.health import Health
from bot.web.pages import Pages
from bot.web.pulse import Pulse
from bot.web.site import serving
from tests.cogs.stage import NAMES, NOW, Clock, track
from tests.prepared import in_memory

SITE = "https://launches.example.org"
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
        serving((Pages(asking, clock, SITE), Health(pulse)), "127.0.0.1", 0) as port,
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


async def text(browser: aiohttp.ClientSession, path: str, status: int = 200, languages: str = "") -> str:
    async with browser.get(path, headers={"Accept-Language": languages}) as answer:
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
    assert 'datetime="2021-10-05T08:55:02Z"' in page
    assert "official webcast" not in page  # nobody said what kind of stream it is
    assert 'href="https://www.youtube.com/watch?v=abc"' in page


async def test_a_coarse_net_is_never_an_instant() -> None:
    ax1 = replace(launch("Falcon 9 | Axiom-1", T0), net=Net(datetime.fromisoformat("2021-12-31T00:00Z"), Precision.QUARTER))
    async with site(known(ax1)) as browser:
        page = await text(browser, "/")
    assert "Q4 2021" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert "<time" not in main
    assert "data-t0" not in main
    assert re.search(r"<h2>Q4 2021</h2>", main)


async def test_a_filter_narrows_it_and_says_when_nothing_fits() -> None:
    async with site(
        known(launch("Soyuz 2.1a | Soyuz MS-19", T0)), known(launch("Electron | Rocket Like A Hurricane", T0))
    ) as browser:
        some, none = await text(browser, "/?q=Soyuz"), await text(browser, "/?q=%3Cscript%3EZenit")
    assert "Soyuz MS-19" in some
    assert "Hurricane" not in some
    assert "Nothing fits “&lt;script&gt;Zenit”" in none
    assert 'href="/past?q=%3Cscript%3EZenit"' in none
    assert '<meta name="robots" content="noindex">' in none
    assert "noindex" not in some.replace('<meta name="robots" content="noindex">', "")


async def test_a_launch_has_a_page_with_the_history_of_its_net() -> None:
    ms19 = launch("Soyuz 2.1a | Soyuz MS-19", T0)
    story = (NetSeen(Net(T0 - timedelta(minutes=3), Precision.MINUTE), NOW - timedelta(days=9)), NetSeen(ms19.net, NOW))
    async with site(replace(known(ms19), nets=story, scrubs=(NOW,))) as browser:
        page = await text(browser, f"/launch/{ms19.id}")
        missing = await text(browser, "/launch/ll2:launch:none", 404)
    assert "slipped once · scrubbed once" in page
    assert page.index("Slipped 3 min, to NET 5 Oct 2021 08:55 UTC") < page.index("NET 5 Oct 2021 08:52 UTC")
    assert page.index("attempt 2") < page.index("attempt 1") < page.index("Scrubbed: attempt 1 ended")
    assert "No such launch is known here" in missing
    assert 'href="/past"' in missing


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e{{7*7}}"
LURE = "javascript:alert(1)//https://"


def poisoned() -> Track:
    """An event in which every text was written by somebody who means no good."""
    event = replace(
        launch(f"Soyuz | {EVIL}", T0),
        lsp=Agency(name=EVIL),
        rocket=Rocket(name=EVIL, full_name=EVIL),
        mission=Mission(name=EVIL, kind=EVIL, description=EVIL, orbit=EVIL),
        spacecraft=(EVIL,),
        crew=(Person(name=EVIL, role=EVIL),),
        pad=Pad(name=EVIL, site=EVIL),
        programs=(EVIL,),
        webcasts=(Webcast(url=LURE, publisher=EVIL), Webcast(url='https://a.example/"><script>alert(2)</script>', title=EVIL)),
        probability=80,
        weather=EVIL,
        reason=EVIL,
        image=Image(url=LURE),
        updates=(Update(at=NOW, comment=EVIL, url=LURE),),
        timeline=(Milestone(at=timedelta(minutes=-1), name=EVIL),),
        landings=(Landing(vehicle=EVIL, attempt=True, place=EVIL),),
    )
    article = Article(title=EVIL, published_at=NOW, site=EVIL, url=LURE)
    rival = Voice(feed=f"json-{EVIL}", event=event, seen=NOW, first=NOW)
    return replace(known(event), press=(article,), voices=(rival,), disputed=(rival.feed,), silent=True)


async def test_what_a_feed_writes_cannot_become_markup_or_a_script() -> None:
    evil = poisoned()
    async with site(evil) as browser:
        pages = await text(browser, "/") + await text(browser, f"/launch/{quote(evil.event.id, safe='')}")
        pages += await text(browser, f"/?q={quote(EVIL)}") + await text(browser, f"/past?q={quote(EVIL)}")
        pages += await text(browser, f"/launch/{quote(EVIL, safe='')}", 404) + await text(browser, f"/{quote(EVIL, safe='')}", 404)
    assert pages.count("&lt;script&gt;") > 20
    assert "<script>alert" not in pages
    assert "<img" not in pages
    assert not re.findall(r"""(?:href|content)=["']?\s*javascript""", pages)
    assert "\u202e" not in pages
    assert "49" not in re.sub(r"<[^>]*>", "", pages).replace("{{7*7}}", "")


async def test_the_next_one_is_counted_down_as_finely_as_it_is_known() -> None:
    soon = known(launch("Soyuz 2.1a | Soyuz MS-19", T0))
    vague = replace(soon, event=replace(soon.event, net=Net(T0, Precision.HOUR)))
    held = replace(soon, event=replace(soon.event, status=Status.HOLD))
    for one, fine in ((soon, "s"), (vague, "h"), (held, "")):
        async with site(one) as browser:
            found = re.findall(r'role="timer" data-t0="2021-10-05T08:55:02Z" data-fine="(.)">([^<]*)<', await text(browser, "/"))
        away = {"s": "in 3 d 20 h", "h": "in 3 d 21 h"}
        assert found == ([(fine, away[fine])] if fine else [])


async def test_what_flew_is_among_the_past_with_its_outcome_and_between_its_neighbours() -> None:
    flown = known(replace(launch("Soyuz | Past", NOW - timedelta(days=3)), id=EventId("ll2:launch:past"), status=Status.FAILURE))
    last = known(replace(launch("Zenit | Last", NOW - timedelta(days=2)), id=EventId("ll2:launch:last"), status=Status.SUCCESS))
    ahead = known(launch("Soyuz 2.1a | Soyuz MS-19", T0))
    async with site(flown, last, ahead) as browser:
        past, schedule = await text(browser, "/past"), await text(browser, "/")
        one = await text(browser, "/launch/ll2:launch:last")
        narrowed = await text(browser, "/past?q=zenit")
    assert past.index("Last · Zenit") < past.index("Past · Soyuz") < past.index("Failure")
    assert "Zenit" not in schedule
    assert "Past · Soyuz" not in narrowed
    assert re.search(r'href="/launch/ll2:launch:past" rel="prev"', one)
    assert re.search(r'class="after" href="/launch/[^"]+" rel="next"', one)
    assert "No stream is known yet" not in one


async def test_a_launch_and_its_docking_lead_to_each_other() -> None:
    ms19 = launch("Soyuz 2.1a | Soyuz MS-19", T0)
    docking = replace(
        launch("Soyuz MS-19 Docking", T0 + timedelta(hours=3)), id=EventId("ll2:event:7"), kind=Kind.DOCKING, launches=(ms19.id,)
    )
    async with site(known(ms19), known(docking)) as browser:
        pages = [await text(browser, f"/launch/{quote(one.id, safe=':')}") for one in (ms19, docking)]
    for page, name in zip(pages, ("Soyuz MS-19 Docking", "Soyuz MS-19 · Soyuz 2.1a</a>"), strict=True):
        assert name in page[page.index("Belongs to it") : page.index('<nav class="turn">')]


async def test_a_link_unfurls_with_what_matters_and_names_its_own_address() -> None:
    picture = Image(url="https://images.example/ms19.jpg")
    ms19 = replace(launch("Soyuz 2.1a | Soyuz MS-19", T0), image=picture)
    async with site(known(ms19)) as browser:
        page = await text(browser, f"/launch/{quote(ms19.id, safe='')}")
    assert '<meta property="og:title" content="🚀 Soyuz MS-19 · Soyuz 2.1a">' in page
    assert re.search(r'<meta property="og:description" content="NET 5 Oct 2021 08:55 UTC · GO', page)
    assert '<meta property="og:image" content="https://images.example/ms19.jpg">' in page
    assert f'<link rel="canonical" href="{SITE}/launch/{quote(ms19.id, safe=":")}">' in page
    assert "<title>Soyuz MS-19 · Soyuz 2.1a · T-Minus</title>" in page


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en-GB, de;q=0.8", "en"),
        ("fr, de;q=0.2, en;q=0.1", "de"),
        ("de;q=0", "en"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=nonsense,,;;=", "de"),
    ],
)
async def test_a_page_is_in_the_first_language_of_ours_that_is_asked_for(asked: str, language: str) -> None:
    async with (
        site(known(launch("Soyuz 2.1a | Soyuz MS-19", T0))) as browser,
        browser.get("/", headers={"Accept-Language": asked}) as answer,
    ):
        page = await answer.text()
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert ("Dienstag, 5. Oktober 2021" in page) is (language == "de")


async def test_after_t0_nothing_is_green_and_nothing_is_claimed_without_word() -> None:
    late = known(launch("Soyuz 2.1a | Soyuz MS-19", NOW - timedelta(minutes=5)))
    docked = known(replace(launch("Soyuz MS-19 Docking", NOW - timedelta(minutes=9)), id=EventId("ll2:event:7"), kind=Kind.DOCKING))
    scrubbed = replace(known(replace(launch("Zenit | Held", T0), id=EventId("ll2:launch:zenit"))), counting=False)
    async with site(late, docked, scrubbed) as browser:
        page = await text(browser, "/")
    assert re.search(r'<span class="pill unknown">T-0 passed, waiting for word</span>', page)
    assert re.search(r'<span class="pill unknown">Planned time has come</span>', page)
    assert re.search(r'<span class="pill scrubbed">Scrubbed: waiting for a new NET</span>', page)
    assert 'data-t0="2021' not in page
    assert not re.search(r'class="[^"]*\bgo\b', page)


async def test_old_data_are_called_old() -> None:
    old = replace(known(launch("Soyuz 2.1a | Soyuz MS-19", T0)), seen=NOW - timedelta(hours=5))
    async with site(old) as browser:
        page = await text(browser, "/")
    assert "1 Oct 2021 07:00 UTC" in page
    assert "The launch feed has been silent since then" in page


async def test_a_long_list_has_pages() -> None:
    many = [
        known(replace(launch(f"Rocket | Number {at}", T0 + timedelta(hours=at)), id=EventId(f"x:launch:{at}"))) for at in range(203)
    ]
    async with site(*many) as browser:
        first, second, last = [await text(browser, f"/?page={at}") for at in ("1", "2", "99")]
        for odd in ("-1", "٣", "x", "", "9" * 40):
            assert "Number" in await text(browser, f"/?page={quote(odd)}")
    assert [page.count("<article") for page in (first, second, last)] == [100, 100, 2]
    assert 'href="/?page=2" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="/" rel="prev"' in second
    assert 'href="/?page=3" rel="next"' in second


async def test_a_servers_own_mission_is_nobody_elses_business() -> None:
    own = replace(launch("Balloon | School", T0), id=EventId("own:launch:7-1"), owner=GuildId(7))
    async with site(known(own)) as browser:
        await text(browser, f"/launch/{own.id}", 404)
        assert "School" not in await text(browser, "/")


async def test_a_database_that_is_away_is_said() -> None:
    async with served(Away()) as browser:
        assert "Try again in a minute" in await text(browser, "/", 503)
        assert "in einer Minute noch einmal" in await text(browser, "/past", 503, "de")
        assert "Try again" in await text(browser, "/launch/x", 503)


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
