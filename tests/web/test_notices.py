"""What was told, as a reader of feeds gets it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote
from xml.etree import ElementTree as ET

import aiohttp
import feedparser

from bot.model import MessageId, Track
from bot.web.notices import Notices
from bot.web.site import serving
from tests.cogs.stage import MS19, NOW, Clock
from tests.contracts.store_samples import delivery, owe
from tests.prepared import in_memory

SITE = "https://launches.example.org"
PAGE = f"/launch/{quote(MS19.event.id, safe=':')}"


@asynccontextmanager
async def feed(track: Track = MS19, site: str = SITE, clock: Clock | None = None) -> AsyncGenerator[aiohttp.ClientSession]:
    """The feed after a reminder was sent, and a reader of feeds."""
    store = await in_memory()
    ten = replace(delivery("T-10m", 1), event=track.event.id)
    await owe(store, ten)
    async with store.transaction() as tx:
        await tx.keep(track)
        await tx.record_sent(ten.key, MessageId(1), NOW - timedelta(minutes=1), pinged=False)
    async with (
        serving((Notices(store, clock or Clock(), site),), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as reader,
    ):
        yield reader
    await store.close()


def parsed(body: bytes) -> Any:
    read = cast("Any", feedparser.parse(body))  # pyright: ignore[reportUnknownMemberType] — no types
    assert not read.bozo
    return read


async def test_a_notice_is_an_entry_with_a_link_to_its_launch() -> None:
    async with feed() as reader, reader.get("/notices.rss") as answer:
        assert answer.content_type == "application/rss+xml"
        read = parsed(await answer.read())
    (entry,) = read.entries
    assert "Soyuz MS-19" in entry.title
    assert entry.link == f"{SITE}{PAGE}"
    assert "https://www.youtube.com/watch?v=ms19" in entry.description
    assert entry.published_parsed[:5] == (2021, 10, 1, 11, 59)
    assert not entry.guidislink


async def test_the_channel_says_what_rss_wants() -> None:
    async with feed() as reader, reader.get("/notices.rss") as answer:
        channel = ET.fromstring(await answer.read()).find("channel")  # noqa: S314 - we wrote it ourselves
    assert channel is not None
    texts = {child.tag: child.text for child in channel}
    assert (texts["link"], texts["language"], texts["ttl"]) == (f"{SITE}/", "en", "5")
    assert texts["lastBuildDate"] == "Fri, 01 Oct 2021 11:59:00 +0000"
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own is not None
    assert own.attrib == {"href": f"{SITE}/notices.rss", "rel": "self", "type": "application/rss+xml"}


async def test_a_reader_that_has_it_is_told_so_by_tag_and_by_date_also_a_minute_later() -> None:
    clock = Clock()
    async with feed(clock=clock) as reader:
        async with reader.get("/notices.rss") as first:
            tag, date = first.headers["ETag"], first.headers["Last-Modified"]
        clock.at = NOW + timedelta(minutes=2)
        assert date == "Fri, 01 Oct 2021 11:59:00 GMT"
        for known in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
            async with reader.get("/notices.rss", headers=known) as again:
                assert again.status == 304
        stale = {"If-None-Match": '"another"', "If-Modified-Since": date}
        async with reader.get("/notices.rss", headers=stale) as other:
            assert other.status == 200  # a tag weighs more than a date


async def test_whom_another_asks_for_is_in_nobody_elses_links() -> None:
    async with feed(site="") as reader:
        for host in ("evil.example", "launches.example.org"):
            async with reader.get("/notices.rss", headers={"Host": host}) as answer:
                read = parsed(await answer.read())
            assert read.entries[0].link == f"http://{host}{PAGE}"


async def test_what_a_feed_writes_stays_text_and_xml() -> None:
    evil = "Soyuz | ]]></title><script>alert(1)</script>&nbsp;\x01\x0c\ufffe\uffff\u2028<b>"
    streams = tuple(replace(one, url=f"{one.url}\x02&<") for one in MS19.event.webcasts)
    async with (
        feed(replace(MS19, event=replace(MS19.event, name=evil, webcasts=streams))) as reader,
        reader.get("/notices.rss") as answer,
    ):
        body = await answer.read()
    item = ET.fromstring(body).find("channel/item")  # noqa: S314 - we wrote it ourselves
    assert item is not None
    assert "]]></title><script>alert(1)</script>" in (item.findtext("title") or "")
    assert [child.tag for child in item] == ["title", "link", "description", "pubDate", "guid"]
    parsed(body)
