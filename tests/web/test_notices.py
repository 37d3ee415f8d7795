"""What was told, as a reader of feeds gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import aiohttp
import feedparser

from bot.model import MessageId
from bot.web.notices import Notices
from bot.web.site import serving
from tests.cogs.stage import MS19, NOW, Clock
from tests.contracts.store_samples import delivery, owe
from tests.prepared import in_memory


async def test_a_notice_is_an_entry_with_a_link_to_its_launch() -> None:
    store = await in_memory()
    ten = replace(delivery("T-10m", 1), event=MS19.event.id)
    await owe(store, ten)
    async with store.transaction() as tx:
        await tx.keep(MS19)
        await tx.record_sent(ten.key, MessageId(1), NOW - timedelta(minutes=1), pinged=False)
    async with (
        serving((Notices(store, Clock(), "https://launches.example.org"),), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as reader,
        reader.get(f"http://127.0.0.1:{port}/notices.rss") as answer,
    ):
        read = cast("Any", feedparser.parse(await answer.read()))  # pyright: ignore[reportUnknownMemberType] — no types
    await store.close()
    assert not read.bozo
    (entry,) = read.entries
    assert "Soyuz MS-19" in entry.title
    assert entry.link == f"https://launches.example.org/launch/{MS19.event.id.replace(':', '%3A').replace('|', '%7C')}"
    assert "https://www.youtube.com/watch?v=ms19" in entry.description
    assert entry.published_parsed[:5] == (2021, 10, 1, 11, 59)
