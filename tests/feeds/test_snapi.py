"""The Spaceflight News API: articles, and the launches and events that its editors link."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.feeds.snapi import parse
from bot.model import Article
from bot.ports import FeedDown
from tests.feeds.samples import NOW, SNAPI, SNAPI_ENTRY


def test_an_entry_is_an_article_with_the_events_that_editors_chose() -> None:
    assert parse(json.loads(SNAPI), now=NOW).articles[0] == Article(
        title="Crew gets ready",
        published_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        summary="Four will fly on Tuesday.",
        site="News of Orbit",
        url="https://news.example/crew",
        language="en",
        image="https://news.example/crew.jpg",
        updated_at=datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC),
        events=("ll2:launch:3637c9eb-25b4-4aaa-bb7e-2c3c53c46e56", "ll2:event:278"),  # type: ignore[arg-type] # ids are texts
    )


def test_a_report_has_no_launches_and_no_events() -> None:
    report = {key: value for key, value in SNAPI_ENTRY.items() if key not in {"launches", "events", "featured"}}
    page = parse({"results": [report]}, now=NOW)
    assert page.articles[0].events == ()
    assert page.faults == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://news.example/"},
        {"title": "  "},
        {"published_at": None},
        {"published_at": "2026-03-09T00:00:00Z"},
        {"url": None, "title": 7},
    ],
)
def test_an_entry_that_is_none_costs_itself_alone(wrong: dict[str, object]) -> None:
    page = parse({"results": [SNAPI_ENTRY | wrong, SNAPI_ENTRY, "?", None]}, now=NOW)
    assert len(page.articles) == 1
    assert page.faults


def test_a_link_of_the_editors_that_is_none_costs_only_itself() -> None:
    page = parse({"results": [SNAPI_ENTRY | {"launches": [{"launch_id": "../x"}, 7], "events": {"event_id": 3}}]}, now=NOW)
    assert page.articles[0].events == ("ll2:event:3",)
    assert len(page.faults) == 2


@pytest.mark.parametrize("page", [{}, {"detail": "Not found."}, None, 7, {"results": {}}])
def test_what_is_no_list_is_a_feed_that_is_down(page: object) -> None:
    with pytest.raises(FeedDown, match="no results"):
        parse(page, now=NOW)


def test_no_more_than_a_page_is_read() -> None:
    many = [SNAPI_ENTRY | {"url": f"https://news.example/{at}"} for at in range(500)]
    page = parse({"results": many}, now=NOW)
    assert len(page.articles) == 100
    assert page.faults[0].why == "500 entries, 100 read"
