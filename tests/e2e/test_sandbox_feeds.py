"""The loopback Launch Library answers as the real one does: lists, modes, pages, quota, faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import aiohttp
import pytest

from bot.feeds.ll_parse import parse_detail, parse_page
from bot.model import Kind, Precision, Status
from bot.sandbox.facts import Agency, Event, Facts, Launch, Mission, Pad, Rocket, Seat, Stream
from bot.sandbox.faults import Fault
from bot.sandbox.feeds import FeedSandbox
from tests.e2e.raw import NOW, Clock


def launch(key: str, after: timedelta = timedelta(0), **more: Any) -> Launch:
    return Launch(
        key=key,
        id=str(uuid5(NAMESPACE_URL, key)),
        name=f"Soyuz 2.1a | {key}",
        net=NOW + after,
        lsp="roscosmos",
        rocket=Rocket(name="Soyuz 2.1a", family="Soyuz"),
        mission=Mission(name=key, kind="Human Exploration", orbit="Low Earth Orbit", orbit_abbrev="LEO"),
        pad="31/6",
        **more,
    )


MS_19 = launch(
    "MS-19",
    status="Go",
    spacecraft="Soyuz MS-19",
    destination="International Space Station",
    crew=(Seat(name="Anton Shkaplerov", role="Commander"), Seat(name="Yulia Peresild", role="Spaceflight Participant")),
    streams=(Stream(url="https://youtu.be/b", title="b", priority=11), Stream(url="https://youtu.be/a", title="a", language="ru")),
)
DOCKING = Event(
    key="docking",
    id=278,
    name="Soyuz MS-19 Docking",
    kind="Docking",
    date=NOW + timedelta(hours=3),
    precision="Minute",
    launches=("MS-19",),
    agencies=("roscosmos",),
    stations=("International Space Station",),
)


@dataclass
class Library:
    """The loopback feed and somebody who reads it."""

    feed: FeedSandbox
    clock: Clock
    session: aiohttp.ClientSession

    async def __call__(self, path: str, **headers: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.feed.url}/{path}", headers=headers) as answer:
            return answer.status, await answer.json(content_type=None) if answer.content_type == "application/json" else None

    async def listed(self, path: str) -> list[str]:
        """The names on a page."""
        status, page = await self(path)
        assert status == 200
        return [one["name"] for one in page["results"]]


@pytest.fixture
async def library() -> AsyncIterator[Library]:
    clock = Clock()
    pads = {"31/6": Pad(name="31/6", site="Baikonur Cosmodrome", country="KZ", zone="Asia/Qyzylorda")}
    agencies = {"roscosmos": Agency(name="Roscosmos", abbrev="RFSA", kind="Government", country="RU")}
    feed = FeedSandbox(clock, Facts(agencies, pads, (MS_19,), (DOCKING,)))
    async with feed, aiohttp.ClientSession() as session:
        yield Library(feed, clock, session)


async def test_a_launch_reads_as_it_was_written(library: Library) -> None:
    _, page = await library("launches/upcoming/?mode=detailed")
    parsed = parse_page(page)
    assert (parsed.count, parsed.faults) == (1, ())
    event = parsed.sightings[0].event
    assert (event.status, event.net.at, event.net.precision) == (Status.GO, NOW, Precision.SECOND)
    assert [person.name for person in event.crew] == ["Anton Shkaplerov", "Yulia Peresild"]
    assert [webcast.url for webcast in event.webcasts] == ["https://youtu.be/a", "https://youtu.be/b"]
    assert event.pad is not None
    assert (event.pad.country, event.stations, event.programs) == ("KZ", ("International Space Station",), ())


async def test_an_event_reads_as_it_was_written(library: Library) -> None:
    status, page = await library("events/278/")
    parsed = parse_detail(page)
    event = parsed.sightings[0].event
    assert (status, parsed.faults) == (200, ())
    assert (event.kind, event.net.at, event.net.precision) == (Kind.DOCKING, DOCKING.date, Precision.MINUTE)
    assert event.launches == (f"ll2:launch:{MS_19.id}",)


@pytest.mark.parametrize(("mode", "silent"), [("list", {"pad", "webcasts", "crew"}), ("normal", {"webcasts", "crew"})])
async def test_a_shorter_mode_leaves_out_what_only_a_longer_one_has(library: Library, mode: str, silent: set[str]) -> None:
    _, page = await library(f"launches/upcoming/?mode={mode}")
    parsed = parse_page(page)
    assert not parsed.faults
    assert silent <= parsed.sightings[0].unsaid


async def test_older_paths_serve_the_same(library: Library) -> None:
    for version in ("2.0.0", "2.2.0"):
        async with library.session.get(library.feed.at(f"{version}/launch/upcoming/")) as answer:
            assert (await answer.json())["results"][0]["name"] == MS_19.name


async def test_a_launch_stays_listed_for_a_day_after_its_net(library: Library) -> None:
    library.clock.pass_(timedelta(hours=24))
    assert await library.listed("launches/upcoming/") == [MS_19.name]
    assert await library.listed("launches/upcoming/?hide_recent_previous=true") == []
    library.clock.pass_(timedelta(seconds=1))
    assert await library.listed("launches/upcoming/") == []
    assert (await library(f"launches/{MS_19.id}/"))[0] == 200


async def test_what_is_not_announced_yet_is_not_known(library: Library) -> None:
    new = launch("MS-20", timedelta(days=60), since=NOW + timedelta(hours=1))
    library.feed.facts.launches[new.key] = new
    assert new.name not in await library.listed("launches/upcoming/")
    library.clock.pass_(timedelta(hours=1))
    assert new.name in await library.listed("launches/upcoming/")
    library.feed.facts.change(new.key, {"gone": True}, library.clock())
    assert (await library(f"launches/{new.id}/"))[0] == 404


async def test_pages_follow_each_other(library: Library) -> None:
    for number in range(1, 25):
        one = launch("x" * number, timedelta(hours=number))
        library.feed.facts.launches[one.key] = one
    found: list[str] = []
    url = f"{library.feed.url}/launches/upcoming/?mode=list&limit=10"
    page: dict[str, Any] = {}
    while url:
        async with library.session.get(url) as answer:
            page = await answer.json()
        found += [one["name"] for one in page["results"]]
        assert page["count"] == 25
        url = page["next"] or ""
    assert len(found) == len(set(found)) == 25
    assert found[0] == MS_19.name
    assert page["previous"] is not None
    assert len(await library.listed("launches/upcoming/?limit=150")) == 25


async def test_a_step_changes_the_facts_and_when_they_were_updated(library: Library) -> None:
    at = NOW + timedelta(minutes=5)
    library.feed.facts.change("MS-19", {"status": "In Flight"}, at)
    library.feed.facts.change("MS-19", {"webcast_live": True}, at + timedelta(minutes=5), quiet=True)
    _, page = await library(f"launches/{MS_19.id}/")
    assert (page["status"]["id"], page["webcast_live"], page["last_updated"]) == (6, True, "2021-10-05T09:00:02Z")


async def test_fifteen_requests_an_hour_are_the_quota(library: Library) -> None:
    for _ in range(15):
        assert (await library("launches/upcoming/"))[0] == 200
        library.clock.pass_(timedelta(minutes=1))
    async with library.session.get(f"{library.feed.url}/events/upcoming/") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "2700")
        assert await answer.json() == {"detail": "Request was throttled. Expected available in 2700 seconds."}
    assert library.feed.throttled == 1
    _, throttle = await library("api-throttle/")
    assert (throttle["your_request_limit"], throttle["current_use"], throttle["next_use_secs"]) == (15, 15, 2700)
    assert (await library("events/upcoming/", Authorization="Token key"))[0] == 200
    library.clock.pass_(timedelta(minutes=46))
    assert (await library("events/upcoming/"))[0] == 200


async def test_pages_with_a_tag_are_not_sent_twice(library: Library) -> None:
    library.feed.etags = True
    async with library.session.get(f"{library.feed.url}/launches/upcoming/") as answer:
        tag = answer.headers["ETag"]
    assert (await library("launches/upcoming/", **{"If-None-Match": tag}))[0] == 304
    library.feed.facts.change("MS-19", {"status": "Hold"}, NOW)
    assert (await library("launches/upcoming/", **{"If-None-Match": tag}))[0] == 200


async def test_faults_make_it_fail_in_its_own_ways(library: Library) -> None:
    library.feed.faults.add(Fault(status=503, times=1))
    assert await library("launches/upcoming/") == (503, None)
    library.feed.faults.add(Fault(status=200, times=1))
    assert await library("launches/upcoming/") == (200, None)
    library.feed.faults.add(Fault(retry_after=625, times=1))
    assert (await library("launches/upcoming/"))[0] == 429
    library.feed.faults.add(Fault(cut=True, times=1))
    with pytest.raises(ValueError, match=r"line \d+ column"):
        await library("launches/upcoming/")
    library.feed.faults.add(Fault(drop=True, times=2))  # aiohttp asks a second time by itself
    with pytest.raises(aiohttp.ClientError):
        await library("launches/upcoming/")
    await library.feed.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await library("launches/upcoming/")
    await library.feed.start()
    assert (await library("launches/upcoming/"))[0] == 200


async def test_another_feed_is_a_document_at_a_path(library: Library) -> None:
    library.feed.documents["feeds/videos.xml"] = ("application/atom+xml", b"<feed/>")
    async with library.session.get(library.feed.at("feeds/videos.xml")) as answer:
        assert (answer.content_type, await answer.read()) == ("application/atom+xml", b"<feed/>")
