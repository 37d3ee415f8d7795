"""Spaceflight News API v4: articles, blogs and reports, with the launches and events that its editors say they are about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from bot.feeds.http import Client, Fetched, json_of
from bot.feeds.ll_parse import event_id, id_of
from bot.feeds.page import Page
from bot.feeds.prints import AHEAD, ENTRIES, canonical, headline, medium_of, once, plain
from bot.feeds.wire import Record, is_list, is_record
from bot.model import Article, EventId, Fault
from bot.ports import Articles, Clock, FeedDown, NotModified

SHELVES = ("articles", "blogs", "reports")
"""What the API keeps apart, each at an address of its own."""
LIMIT = 50
"""Newest entries that are asked for. Chosen, not measured: its importer runs every ten minutes and finds a handful (FEEDS)."""


class SpaceflightNews:
    """One shelf of the Spaceflight News API. See ports.Press."""

    def __init__(self, shelf: str, base: str, client: Client, clock: Clock) -> None:
        self.name = f"snapi-{shelf}"
        self._clock = clock
        query = urlencode({"limit": LIMIT, "ordering": "-published_at"})
        self._page = Page(client, f"{base.rstrip('/')}/{shelf}/?{query}", headers={"Accept": "application/json"})

    async def read(self) -> Articles | NotModified:
        """See ports.Press."""
        return await self._page.read(self._parsed)

    def _parsed(self, page: Fetched) -> Articles:
        return parse(json_of(page.body), now=self._clock.now())


def parse(page: object, *, now: datetime) -> Articles:
    """Read a list of articles. Raises: FeedDown when it is none."""
    faults: list[Fault] = []
    entries = page.get("results") if is_record(page) else page
    if not is_list(entries):
        said = Record(page, "page", faults).text("detail", "error") if is_record(page) else ""
        raise FeedDown(f"the page has no results{': ' + said if said else ''}")
    if len(entries) > ENTRIES:
        faults.append(Fault("page", f"{len(entries)} entries, {ENTRIES} read"))
    found: list[Article] = []
    for at, entry in enumerate(entries[:ENTRIES]):
        if not is_record(entry):
            faults.append(Fault(f"[{at}]", f"object expected, {type(entry).__name__} found"))
        elif (article := article_of(Record(entry, f"[{at}]", faults), now)) is not None:
            found.append(article)
    return Articles(articles=once(found), faults=tuple(dict.fromkeys(faults)))


def article_of(record: Record, now: datetime) -> Article | None:
    """Read one entry; None, with a fault, without address, title or a date that can be one."""
    url = canonical(record.address("url"))
    title = headline(record.text("title"))
    published_at = record.instant("published_at")
    if not url or not title or published_at is None or published_at > now + AHEAD:
        record.fault("entry", "no web address, no title, or no date that can be one")
        return None
    first = min(published_at, now)
    updated_at = record.instant("updated_at")
    return Article(
        title=title,
        published_at=first,
        summary=plain(record.prose("summary")),
        site=record.text("news_site", limit=80),
        url=url,
        medium=medium_of(url),
        language="en",  # all sites it reads write English; it says nothing of languages
        image=record.address("image_url"),
        updated_at=min(updated_at, now) if updated_at is not None and updated_at > first else None,
        events=tuple(dict.fromkeys(events_of(record))),
    )


def events_of(record: Record) -> Iterator[EventId]:
    """Name the launches and events of an entry as Launch Library does."""
    for kind, key in (("launch", "launches"), ("event", "events")):
        for part in record.records(key):
            own = id_of(part.value.get(f"{kind}_id", part.value.get("id")))
            if own is None:
                part.fault(f"{kind}_id", "no id")
            else:
                yield event_id(kind, own)
