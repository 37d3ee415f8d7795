"""A small campaign of broken pages, and proof that the large one would see what it looks for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bench.fuzz import Found, Reader, Tally, Whole, page_of, readers, try_page
from bench.laws import wrong_with
from bot.feeds import ical, rocketlaunch_live, rss
from bot.feeds.http import json_of
from bot.model import Article, EventId, Net, Precision, Sighting
from tests.feeds.samples import ICAL, NOW, RLL, RSS

READERS = readers()
SOME = 60
ARTICLE = rss.parse(RSS.encode(), now=NOW).articles[0]
SIGHTING = ical.parse(ICAL.encode(), feed="ical", now=NOW).sightings[0]


def campaign(name: str, reader: Reader, pages: int = SOME) -> Tally:
    """Try some broken pages."""
    tally, whole = Tally(), Whole(reader)
    for number in range(1, pages + 1):
        try_page(name, reader, number, tally, whole)
    return tally


@pytest.mark.parametrize("name", READERS)
def test_broken_pages_cause_no_crash_and_no_wrong_event(name: str) -> None:
    tally = campaign(name, READERS[name])
    assert tally.examples == []
    assert (tally.pages, tally.crashes, tally.wrong) == (SOME, 0, 0)
    assert tally.entries > 0


def test_a_page_can_be_made_again() -> None:
    for name, reader in READERS.items():
        assert page_of(name, reader, 7) == page_of(name, reader, 7)
        assert len({page_of(name, reader, number).body for number in range(40)}) > 30


def test_a_reader_that_crashes_or_loses_whole_entries_is_seen() -> None:
    sound = READERS["rocketlaunch.live"]

    def crashes(body: bytes) -> list[Found]:
        return list(rocketlaunch_live.parse(json.loads(body)).sightings)

    def loses(body: bytes) -> tuple[Found, ...]:
        return rocketlaunch_live.parse(json_of(body)).sightings[:1]

    assert campaign("crashes", replace(sound, read=crashes)).crashes > 5
    tally = campaign("loses", replace(sound, read=loses))
    assert tally.wrong > 5
    assert "whole is read otherwise" in tally.examples[0]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ARTICLE, title=""),
        replace(ARTICLE, title="x" * 301),
        replace(ARTICLE, title="two\nlines"),
        replace(ARTICLE, summary="\x00"),
        replace(ARTICLE, url="javascript:alert(1)"),
        replace(ARTICLE, url=ARTICLE.url + "?utm_source=x"),
        replace(ARTICLE, published_at=NOW + timedelta(minutes=1)),
        replace(ARTICLE, published_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - a naive instant is what is wrong
        replace(ARTICLE, updated_at=ARTICLE.published_at),
        replace(ARTICLE, language="english"),
        replace(ARTICLE, events=(EventId("ll2:launch:../x"),)),
        replace(ARTICLE, image="//n.example/p.jpg"),
    ],
)
def test_a_wrong_article_breaks_a_law(wrong: Article) -> None:
    assert list(wrong_with(ARTICLE, NOW)) == []
    assert list(wrong_with(wrong, NOW))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SIGHTING, event=replace(SIGHTING.event, id=EventId("ical:launch:A B"))),
        replace(SIGHTING, event=replace(SIGHTING.event, id=EventId("rll:launch:a"))),
        replace(SIGHTING, event=replace(SIGHTING.event, name="")),
        replace(SIGHTING, event=replace(SIGHTING.event, net=Net(None, Precision.DAY))),
        replace(SIGHTING, event=replace(SIGHTING.event, net=Net(NOW, Precision.SECOND))),
        replace(SIGHTING, event=replace(SIGHTING.event, net=Net(NOW.replace(hour=0), Precision.HOUR))),
        replace(SIGHTING, unsaid=frozenset({"nonsense"})),
    ],
)
def test_a_wrong_sighting_breaks_a_law(wrong: Sighting) -> None:
    assert list(wrong_with(SIGHTING, NOW)) == []
    assert list(wrong_with(wrong, NOW))


def test_the_samples_keep_every_law() -> None:
    for sighting in rocketlaunch_live.parse(json_of(RLL.encode())).sightings:
        assert list(wrong_with(sighting, NOW)) == []
