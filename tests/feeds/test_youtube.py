"""YouTube: a channel's feed, and what the Data API adds to it within its quota."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.feeds.http import Client
from bot.feeds.youtube import Channel, DataApi, parse, parse_streams
from bot.model import Article, Medium
from bot.ports import Articles, FeedDown, NotModified
from tests.feeds.samples import NOW, YOUTUBE, channel, video
from tests.feeds.stub import Stub, TurnedClock, serving

ONE, TWO = "aaaaaaaaaa1", "aaaaaaaaaa2"
OWN = "UCaaaaaaaaaaaaaaaaaaaaaa"
SOON = "2026-03-01T13:00:00Z"


def test_an_entry_is_a_video_under_one_address() -> None:
    page = parse(channel(video(ONE)).encode(), now=NOW, site="NASA", official=True)
    assert page.articles == (
        Article(
            title="A launch, live",
            published_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
            summary="Watch it",
            site="NASA",
            url=f"https://www.youtube.com/watch?v={ONE}",
            medium=Medium.VIDEO,
            image=f"https://i.example/{ONE}.jpg",
            updated_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
            official=True,
        ),
    )


def test_one_video_is_listed_once_though_its_title_was_edited() -> None:
    page = parse(channel(video(ONE), video(ONE, "edited"), video(TWO)).encode(), now=NOW)
    assert [article.title for article in page.articles] == ["A launch, live", "A launch, live"]
    assert len({article.url for article in page.articles}) == 2


@pytest.mark.parametrize("body", ["<html><body>Before you continue</body></html>", channel(), ""])
def test_a_page_without_a_video_is_a_feed_that_is_down(body: str) -> None:
    with pytest.raises(FeedDown):
        parse(body.encode(), now=NOW)


def test_a_stream_is_scheduled_live_or_over() -> None:
    def entry(own: str, state: str, **details: str) -> dict[str, Any]:
        said = {"id": own, "snippet": {"liveBroadcastContent": state}}
        return said | ({"liveStreamingDetails": details} if details else {})

    streams, faults = parse_streams(
        {
            "items": [
                entry("aaaaaaaaaaa", "none"),
                entry("aaaaaaaaaab", "upcoming", scheduledStartTime=SOON),
                entry("aaaaaaaaaac", "live", scheduledStartTime=SOON, actualStartTime="2026-03-01T12:50:00Z"),
                entry("aaaaaaaaaad", "none", actualStartTime=SOON, actualEndTime="2026-03-01T14:00:00Z"),
                {"id": "rubbish"},
                7,
            ]
        }
    )
    assert [(stream.live, stream.awaited, stream.open) for stream in streams.values()] == [
        (False, False, False),
        (False, True, True),
        (True, False, True),
        (False, False, False),
    ]
    assert streams["aaaaaaaaaab"].starts == datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert streams["aaaaaaaaaac"].starts == datetime(2026, 3, 1, 12, 50, tzinfo=UTC)
    assert len(faults) == 2


@pytest.mark.parametrize("page", [{}, [], {"error": {"code": 403}}, {"items": {}}])
def test_what_is_no_list_of_videos_is_the_api_being_down(page: object) -> None:
    with pytest.raises(FeedDown):
        parse_streams(page)


# --- with a key ---------------------------------------------------------------------------------------------------


@dataclass
class Tube:
    """A stand-in for YouTube: a channel's feed that knows 304, and the states of its videos."""

    feed: str = YOUTUBE
    states: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    status: int = 200
    named: list[str] = field(default_factory=list[str])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/videos"):
            assert request.headers["X-Goog-Api-Key"] == "hush"
            self.named.append(request.query["id"])
            items = [self.states[own] | {"id": own} for own in request.query["id"].split(",") if own in self.states]
            return web.json_response({"items": items}, status=self.status)
        etag = f'"{hash(self.feed)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(text=self.feed, content_type="text/xml", headers={"ETag": etag})


@dataclass
class Set:
    """A channel under test, and what it is read from."""

    tube: Tube
    stub: Stub
    clock: TurnedClock
    channel: Channel
    api: DataApi


@asynccontextmanager
async def watching(units: int = 100) -> AsyncGenerator[Set]:
    """A channel with a key."""
    tube, clock = Tube(), TurnedClock(NOW)
    async with serving(tube.answer) as stub, Client(clock) as http:
        api = DataApi(http, clock, base=stub.address + "v3", key="hush", units_per_day=units)
        yield Set(tube, stub, clock, Channel("youtube-a", OWN, stub.address + "feed", http, clock, api=api), api)


LIVE = {"snippet": {"liveBroadcastContent": "live"}, "liveStreamingDetails": {"actualStartTime": SOON}}
UPCOMING = {"snippet": {"liveBroadcastContent": "upcoming"}, "liveStreamingDetails": {"scheduledStartTime": SOON}}
UPLOAD = {"snippet": {"liveBroadcastContent": "none"}}


def told(answer: object) -> list[tuple[bool | None, datetime | None]]:
    """Say of each article whether it is live, and when it starts."""
    assert isinstance(answer, Articles)
    return [(article.live, article.starts) for article in answer.articles]


async def test_a_stream_that_goes_live_is_told_though_the_feed_did_not_change() -> None:
    starts = datetime(2026, 3, 1, 13, tzinfo=UTC)
    async with watching() as on:
        on.tube.states = {ONE: UPCOMING, TWO: UPLOAD}
        assert told(await on.channel.read()) == [(False, starts), (False, None)]
        assert isinstance(await on.channel.read(), NotModified)
        on.tube.states[ONE] = LIVE
        assert told(await on.channel.read()) == [(True, starts), (False, None)]
        assert on.tube.named == [f"{ONE},{TWO}", ONE, ONE]
        assert on.stub.asked[0].query["channel_id"] == OWN
        assert on.api.spent == 3


async def test_what_is_over_is_not_asked_about_again() -> None:
    async with watching() as on:
        on.tube.states = {ONE: UPLOAD}
        await on.channel.read()
        await on.channel.read()
        assert on.tube.named == [f"{ONE},{TWO}"]


async def test_a_stream_stays_though_fifteen_newer_videos_pushed_it_out() -> None:
    async with watching() as on:
        on.tube.states = {ONE: UPCOMING, TWO: UPLOAD}
        await on.channel.read()
        on.tube.feed = channel(video("aaaaaaaaaa3"))
        on.tube.states["aaaaaaaaaa3"] = UPLOAD
        answer = await on.channel.read()
        assert isinstance(answer, Articles)
        assert [article.url[-11:] for article in answer.articles] == ["aaaaaaaaaa3", ONE]


async def test_without_quota_or_answer_the_feed_alone_is_told() -> None:
    async with watching(units=1) as on:
        on.tube.states = {ONE: UPCOMING, TWO: UPLOAD}
        await on.channel.read()
        on.tube.feed = channel(video("aaaaaaaaaa3"))
        answer = await on.channel.read()
        assert isinstance(answer, Articles)
        assert "units of YouTube's quota" in answer.faults[0].why
        assert len(on.tube.named) == 1
        on.clock.turn(timedelta(days=1))
        await on.channel.read()
        assert len(on.tube.named) == 2


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_the_api_being_down_costs_nothing_but_what_it_adds(status: int) -> None:
    async with watching() as on:
        on.tube.status = status
        answer = await on.channel.read()
        assert told(answer) == [(None, None), (None, None)]
        assert isinstance(answer, Articles)
        assert answer.faults[0].where == "Data API"
        assert "hush" not in repr(answer)
