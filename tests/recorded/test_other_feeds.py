"""Pages that other feeds really sent: articles, videos, launches. Each is read whole, and what it says is true to it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.feeds import ical, rocketlaunch_live, rss, snapi, youtube
from bot.model import Medium, Precision
from bot.ports import FeedDown
from tests.recorded.shelf import SHELF, at_hand, named, recordings, text_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FEEDS = recordings("rss/*.rss*", "rss/*.xml*", "rss/youtube/*.xml")
SITES = recordings("rss/malformed/*/*.xml", "rss/malformed/rss-parser/*")
CORPUS = recordings("rss/malformed/feedparser/**/*.xml")
EMPTY = {"feed-with-whitespace-before-xml-declaration.xml", "missing-fields.atom", "rss_2.0_invalid_1.xml"}
"""Recordings in which no entry has an address."""


def items(path: Path) -> int:
    """Count the entries that a page has by its markup alone."""
    return len(re.findall(rb"<(?:item|entry)[ >]", path.read_bytes()))


@at_hand
@pytest.mark.parametrize("path", [*FEEDS, *(path for path in SITES if path.name not in EMPTY)], ids=named)
def test_every_entry_of_a_real_feed_is_read(path: Path) -> None:
    page = rss.parse(path.read_bytes(), now=NOW, url="https://example.org/feed", kind="text/xml")
    addresses = {article.url for article in page.articles}
    assert len(addresses) == len(page.articles)
    if "launch-library-rss" not in path.name:  # several events of one stream are one address there
        assert len(page.articles) == items(path)
    for article in page.articles:
        assert article.title
        assert not re.search(r"<(?:p|br|div|a|img)\b|&(?:amp|lt|nbsp|#\d+);", article.title + article.summary)
        assert article.published_at <= NOW


@at_hand
@pytest.mark.parametrize("path", [*CORPUS, *(path for path in SITES if path.name in EMPTY)], ids=named)
def test_a_feed_that_is_hardly_one_raises_nothing_else_and_invents_nothing(path: Path) -> None:
    try:
        page = rss.parse(path.read_bytes(), now=NOW, url="https://example.org/feed")
    except FeedDown:
        return
    assert len(page.articles) <= items(path)


@at_hand
def test_nasas_news_is_dated_titled_and_pictured() -> None:
    (path,) = recordings("rss/nasa-news-release-wordpress*")
    page = rss.parse(path.read_bytes(), now=NOW)
    assert page.faults == ()
    assert {article.language for article in page.articles} == {"en"}
    assert len({article.published_at for article in page.articles}) == 10
    assert all(article.url.startswith("https://www.nasa.gov/") for article in page.articles)
    (older,) = recordings("rss/nasa-breaking_news.2022*")
    assert all(article.image for article in rss.parse(older.read_bytes(), now=NOW).articles)


@at_hand
@pytest.mark.parametrize("path", recordings("rss/youtube/*.xml"), ids=named)
def test_a_channels_videos_have_one_address_each(path: Path) -> None:
    page = youtube.parse(path.read_bytes(), now=NOW)
    assert len(page.articles) == items(path)
    for article in page.articles:
        assert re.fullmatch(r"https://www\.youtube\.com/watch\?v=[\w-]{11}", article.url)
        assert article.medium is Medium.VIDEO
        assert article.live is None


@at_hand
def test_the_articles_of_the_news_api_are_read_as_they_are() -> None:
    for path in recordings("snapi/*.json"):
        raw = json.loads(text_of(path))
        page = snapi.parse(raw, now=NOW)
        assert page.faults == ()
        assert [article.title for article in page.articles] == [entry["title"] for entry in raw["results"]]
        assert [article.url for article in page.articles] == [entry["url"] for entry in raw["results"]]


@at_hand
def test_editors_links_have_the_form_of_our_ids() -> None:
    shelf = SHELF.parent / "articles" / "public" / "articles.jsonl"
    entries = [json.loads(line) for line in shelf.read_text(encoding="utf-8").splitlines()]
    linked = [entry for entry in entries if entry["launch_ids"]][:60]
    asked = [
        {key: entry[key] for key in ("title", "summary", "url", "news_site", "published_at")}
        | {"launches": [{"launch_id": own} for own in entry["launch_ids"]]}
        for entry in linked
    ]
    page = snapi.parse({"results": asked}, now=NOW)
    assert len(page.articles) == len({entry["url"] for entry in linked})
    assert {event for article in page.articles for event in article.events} == {
        f"ll2:launch:{own.lower()}" for entry in linked for own in entry["launch_ids"]
    }


@at_hand
def test_rocketlaunch_live_counts_down_only_what_has_a_window() -> None:
    for path in recordings("rocketlaunch_live/*.json"):
        raw = json.loads(text_of(path))["result"]
        page = rocketlaunch_live.parse({"result": raw})
        assert page.faults == ()
        assert len(page.sightings) == len(raw)
        for sighting, entry in zip(page.sightings, raw, strict=True):
            assert (sighting.event.net.clock is not None) == bool(entry["t0"] or entry["win_open"])
            assert sighting.event.net.precision <= Precision.YEAR
            assert sighting.event.name.endswith(entry["name"])


@at_hand
def test_a_calendar_made_of_launch_library_keeps_its_ids() -> None:
    (path,) = recordings("ics/*.ics")
    page = ical.parse(path.read_bytes(), feed="ical", now=datetime(2026, 9, 19, tzinfo=UTC))
    assert page.faults == ()
    assert len(page.sightings) == 5
    for sighting in page.sightings:
        assert re.fullmatch(r"ical:launch:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", sighting.event.id)
        assert sighting.event.rocket is not None
        assert sighting.event.location
