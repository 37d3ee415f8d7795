"""What every feed answers, and how it fails: the same questions to each adapter, against a server on loopback."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.feeds.http import Answer, Client, HostDown
from bot.feeds.ical import Calendar
from bot.feeds.json_feed import ClubFeed
from bot.feeds.launch_library import LaunchLibrary
from bot.feeds.rocketlaunch_live import RocketLaunchLive
from bot.feeds.rss import Rss
from bot.feeds.snapi import SpaceflightNews
from bot.feeds.youtube import Channel
from bot.model import Ask, Scope
from bot.ports import Articles, Feed, FeedDown, Gone, NotModified, Press, Sightings
from tests.feeds import samples
from tests.feeds.stub import NOON, Remembered, Stub, TurnedClock, says, serving


class Impatient(Client):
    """The polite client with the patience of a test."""

    async def get(self, url: str, **asked: Any) -> Answer:
        asked["seconds"] = 0.2
        return await super().get(url, **asked)


LIBRARY = '{"count": 2, "next": null, "results": [%s]}'
LAUNCH = '{"id": "%s", "name": "Electron | Owlright", "net": "2026-03-02T10:15:00Z", "status": {"id": 1}}'
Made = Callable[[str, Client, TurnedClock], Feed | Press]
CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"


@dataclass(frozen=True)
class Adapter:
    """A feed under test: how it is made for an address, a good page with two entries, and the same with a broken one between."""

    make: Made
    good: str
    broken: str
    kind: str
    quota: int = 240
    """Requests that leave within an hour."""
    remembers: bool = True
    """Whether a page that did not change is NotModified; Launch Library gives it again."""


ADAPTERS = {
    "rss": Adapter(lambda url, http, clock: Rss("rss", url, http, clock), samples.RSS, samples.RSS_BROKEN, "application/rss+xml"),
    "snapi": Adapter(
        lambda url, http, clock: SpaceflightNews("articles", url, http, clock),
        samples.SNAPI,
        samples.SNAPI_BROKEN,
        "application/json",
    ),
    "youtube": Adapter(
        lambda url, http, clock: Channel("youtube", CHANNEL, url, http, clock), samples.YOUTUBE, samples.YOUTUBE_BROKEN, "text/xml"
    ),
    "rocketlaunch live": Adapter(
        lambda url, http, clock: RocketLaunchLive(http, Remembered(), clock, base=url, per_hour=20),
        samples.RLL,
        samples.RLL_BROKEN,
        "application/json",
        quota=20,
    ),
    "ical": Adapter(
        lambda url, http, clock: Calendar("ical", url, http, Remembered(), clock, per_hour=20),
        samples.ICAL,
        samples.ICAL_BROKEN,
        "text/calendar",
        quota=20,
    ),
    "json": Adapter(
        lambda url, http, clock: ClubFeed("json", replace(samples.CLUB, url=url), http, Remembered(), clock),
        samples.JSON,
        samples.JSON_BROKEN,
        "application/json",
        quota=4,
    ),
    "launch library": Adapter(
        lambda url, http, clock: LaunchLibrary(http, Remembered(), clock, base=url),
        LIBRARY % f"{LAUNCH % 'a'}, {LAUNCH % 'b'}",
        LIBRARY % f"{LAUNCH % 'a'}, 7, {LAUNCH % 'b'}",
        "application/json",
        quota=15,
        remembers=False,
    ),
}
every_adapter = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)


async def read(feed: Feed | Press) -> Articles | Sightings | NotModified | Gone:
    """Ask a feed of either kind for what it has now."""
    if isinstance(feed, Rss | SpaceflightNews | Channel):
        return await feed.read()
    return await feed.read(Ask(Scope.NEAR, NOON))  # type: ignore[call-arg] # a Press is one of the three above


def entries(answer: object) -> int:
    """Count what an answer holds."""
    assert isinstance(answer, Articles | Sightings)
    return len(answer.articles if isinstance(answer, Articles) else answer.sightings)


async def down(adapter: Adapter, stub: Stub, made: type[Client] = Client) -> FeedDown:
    """Ask a server that fails; give how the feed says so."""
    clock = TurnedClock()
    async with made(clock) as http:
        with pytest.raises(FeedDown) as refused:
            await read(adapter.make(stub.address, http, clock))
    return refused.value


@every_adapter
async def test_a_good_page_gives_its_entries(adapter: Adapter) -> None:
    clock = TurnedClock()
    async with serving(says(adapter.good, kind=adapter.kind)) as stub, Client(clock) as http:
        answer = await read(adapter.make(stub.address, http, clock))
    assert entries(answer) == 2
    assert isinstance(answer, Articles | Sightings)
    assert answer.faults == ()


@every_adapter
async def test_one_broken_entry_costs_itself_alone_and_is_reported(adapter: Adapter) -> None:
    clock = TurnedClock()
    async with serving(says(adapter.broken, kind=adapter.kind)) as stub, Client(clock) as http:
        answer = await read(adapter.make(stub.address, http, clock))
    assert entries(answer) == 2
    assert isinstance(answer, Articles | Sightings)
    assert len(answer.faults) >= 1


@every_adapter
async def test_what_did_not_change_is_asked_about_and_not_sent_again(adapter: Adapter) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"a"':
            return web.Response(status=304)
        return web.Response(text=adapter.good, content_type=adapter.kind, headers={"ETag": '"a"'})

    clock = TurnedClock()
    async with serving(answer) as stub, Client(clock) as http:
        feed = adapter.make(stub.address, http, clock)
        assert entries(await read(feed)) == 2
        again = await read(feed)
    assert len(stub.asked) == 2
    assert isinstance(again, NotModified) if adapter.remembers else entries(again) == 2


@every_adapter
async def test_a_page_that_could_not_be_read_is_asked_for_again_whole(adapter: Adapter) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert "If-None-Match" not in request.headers
        body = "<html>sorry</html>" if len(stub.asked) == 1 else adapter.good
        return web.Response(text=body, content_type=adapter.kind, headers={"ETag": '"a"'})

    clock = TurnedClock()
    async with serving(answer) as stub, Client(clock) as http:
        feed = adapter.make(stub.address, http, clock)
        with pytest.raises(FeedDown):
            await read(feed)
        assert entries(await read(feed)) == 2


@every_adapter
@pytest.mark.parametrize("status", [404, 410, 403, 500, 503])
async def test_an_error_is_a_feed_that_is_down(adapter: Adapter, status: int) -> None:
    async with serving(says(adapter.good, status=status, kind=adapter.kind)) as stub:
        assert str((await down(adapter, stub)).why)


@every_adapter
@pytest.mark.parametrize("status", [429, 503])
async def test_a_feed_says_how_long_it_wants_to_be_left_alone(adapter: Adapter, status: int) -> None:
    async with serving(says("slower", status=status, Retry_After="600")) as stub:
        assert (await down(adapter, stub)).retry_after == timedelta(minutes=10)


@every_adapter
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<!DOCTYPE html><html><body>Before you continue to YouTube</body></html>", "text/html"),
        ('{"detail": "maintenance"}', "application/json"),
        ("", "text/plain"),
        ("\x00\x01\x02 no feed at all", "application/octet-stream"),
    ],
)
async def test_something_else_is_a_feed_that_is_down(adapter: Adapter, body: str, kind: str) -> None:
    async with serving(says(body, kind=kind)) as stub:
        await down(adapter, stub)


@every_adapter
async def test_a_good_page_is_read_whatever_type_it_is_said_to_have(adapter: Adapter) -> None:
    clock = TurnedClock()
    async with serving(says(adapter.good, kind="text/plain")) as stub, Client(clock) as http:
        assert entries(await read(adapter.make(stub.address, http, clock))) == 2


@every_adapter
async def test_an_answer_that_breaks_off_is_no_answer(adapter: Adapter) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100000"})
        await response.prepare(request)
        await response.write(adapter.good.encode())
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(answer) as stub:
        assert "broke off" in (await down(adapter, stub)).why


@every_adapter
async def test_half_a_page_gives_no_entry_that_is_not_on_it(adapter: Adapter) -> None:
    """A server may cut its page and count it so: entries before the cut are good, the one that is cut is not believed."""
    clock = TurnedClock()
    for share in (0.3, 0.5, 0.7, 0.9):
        half = adapter.good.encode()[: int(len(adapter.good.encode()) * share)].decode("utf-8", "ignore")
        async with serving(says(half, kind=adapter.kind)) as stub, Client(clock) as http:
            feed = adapter.make(stub.address, http, clock)
            try:
                answer = await read(feed)
            except FeedDown:
                continue
            assert entries(answer) <= 1


@every_adapter
async def test_a_bomb_is_given_up_as_it_unfolds(adapter: Adapter) -> None:
    bomb = gzip.compress(adapter.good.encode() + b" " * 30_000_000)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": adapter.kind})

    async with serving(answer) as stub:
        assert "longer than" in (await down(adapter, stub)).why


@every_adapter
async def test_a_server_that_hangs_is_given_up_in_time(adapter: Adapter) -> None:
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await release.wait()
        return response

    async with serving(answer) as stub:
        why = (await down(adapter, stub, Impatient)).why
        release.set()
    assert "no whole answer within 0.2 s" in why


@every_adapter
async def test_a_redirect_in_a_circle_ends(adapter: Adapter) -> None:
    async with serving(says("", status=302, Location="/again")) as stub:
        assert "redirects more than" in (await down(adapter, stub)).why
    assert len(stub.asked) <= 4


@every_adapter
async def test_an_address_that_a_person_supplied_never_reaches_the_inside(adapter: Adapter) -> None:
    clock = TurnedClock()
    async with serving(says(adapter.good, kind=adapter.kind)) as stub, Client(clock, public_only=True) as http:
        for url in (stub.address, stub.address.replace("http:", "https:"), "https://169.254.169.254/", "https://[::1]/"):
            with pytest.raises(FeedDown):
                await read(adapter.make(url, http, clock))
    assert stub.asked == []


async def refusal(ask: Callable[[], Awaitable[object]], times: int) -> FeedDown:
    """Ask until we ourselves refuse; give how."""
    for _ in range(times):
        try:
            await ask()
        except HostDown:
            continue
        except FeedDown as refused:
            return refused
    pytest.fail(f"asked {times} times and never refused")


@every_adapter
async def test_a_quota_or_a_turn_is_counted_before_a_request_leaves(adapter: Adapter) -> None:
    clock = TurnedClock()
    async with serving(says(adapter.good, kind=adapter.kind)) as stub, Client(clock) as http:
        feed = adapter.make(stub.address, http, clock)
        refused = await refusal(lambda: read(feed), 300)
    assert refused.retry_after is not None
    assert refused.retry_after > timedelta(0)
    assert len(stub.asked) == adapter.quota


async def test_a_host_that_fails_is_left_alone_longer_each_time_and_asked_again() -> None:
    clock = TurnedClock()
    waits: list[timedelta] = []
    async with serving(says("no", status=500)) as stub, Client(clock) as http:
        for _ in range(8):
            refused = await refusal(lambda: http.get(stub.address), 10)
            assert "left alone" in refused.why
            waits.append(refused.retry_after or timedelta(0))
            clock.turn(waits[-1])
    assert waits[:6] == sorted(waits[:6])
    assert timedelta(minutes=1) <= waits[0] <= timedelta(minutes=2)
    assert timedelta(minutes=40) <= waits[-1] <= timedelta(minutes=75)
    assert len(stub.asked) < 20
