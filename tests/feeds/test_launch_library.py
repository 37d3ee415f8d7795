"""Launch Library asked on loopback: addresses, pages, quota, throttling, and what a list vouches for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.feeds.http import Client
from bot.feeds.launch_library import FOREVER, LaunchLibrary, base_of, paths_of
from bot.model import Ask, EventId, Scope
from bot.ports import FeedDown, Gone, Sightings
from tests.feeds.stub import NOON, Answer, Remembered, Stub, TurnedClock, says, serving

UUID = "3637c9eb-25b4-4aaa-bb7e-{:012d}"
NEAR, ALL, EVENTS = Ask(Scope.NEAR, NOON), Ask(Scope.ALL, NOON), Ask(Scope.EVENTS, NOON)


def record(number: int) -> dict[str, object]:
    """Make a launch, the earlier the smaller its number."""
    net = (NOON + timedelta(hours=number)).isoformat().replace("+00:00", "Z")
    return {"id": UUID.format(number), "name": f"Rocket | Mission {number}", "net": net, "status": {"id": 1, "name": "Go"}}


def page(numbers: Sequence[int], *, count: int, following: str | None = None) -> str:
    """Make a page of launches."""
    return json.dumps({"count": count, "next": following, "previous": None, "results": [record(number) for number in numbers]})


def library(
    stub: Stub, client: Client, clock: TurnedClock, remembered: Remembered, *, path: str = "", token: str = "", quota: int = 15
) -> LaunchLibrary:
    """Stand up the feed against a stub."""
    return LaunchLibrary(client, remembered, clock, base=stub.address + path, token=token, quota=quota)


async def read(answer: Answer, ask: Ask, *, path: str = "") -> tuple[Sightings | Gone, Stub]:
    """Ask one question of a server, once."""
    clock = TurnedClock()
    async with serving(answer) as stub, Client(clock) as client:
        answered = await library(stub, client, clock, Remembered(), path=path).read(ask)
    assert isinstance(answered, (Sightings, Gone))
    return answered, stub


async def listing(answer: Answer, ask: Ask) -> Sightings:
    """Ask for a list."""
    answered, _ = await read(answer, ask)
    assert isinstance(answered, Sightings)
    return answered


def pages_of(total: int, *, size: int = 100, count: int | None = None) -> Answer:
    """Serve a list in pages of `size`, whatever limit was asked for beyond that."""

    async def answer(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query.get("offset", "0")), min(size, int(request.query["limit"]))
        numbers = range(offset, min(offset + limit, total))
        ends = offset + limit
        following = f"https://elsewhere.example/2.3.0/launches/upcoming/?limit={limit}&offset={ends}" if ends < total else None
        return web.json_response(text=page(numbers, count=total if count is None else count, following=following))

    return answer


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://ll.thespacedevs.com", "https://ll.thespacedevs.com/2.3.0/"),
        ("https://ll.thespacedevs.com/", "https://ll.thespacedevs.com/2.3.0/"),
        ("http://127.0.0.1:8080/2.2.0", "http://127.0.0.1:8080/2.2.0/"),
        ("https://mirror.example/api/ll/2.4.0/", "https://mirror.example/api/ll/2.4.0/"),
    ],
)
def test_a_bare_host_gets_a_version(given: str, base: str) -> None:
    assert base_of(given) == base


@pytest.mark.parametrize(
    ("path", "launches", "one"),
    [
        ("2.0.0", "launch/upcoming/", "launch/{}/"),
        ("2.2.0", "launch/upcoming/", "launch/{}/"),
        ("2.3.0", "launches/upcoming/", "launches/{}/"),
        ("api/ll/2.4.0", "launches/detailed/", "launches/{}/"),
        ("mirror", "launches/upcoming/", "launches/{}/"),
    ],
)
async def test_each_version_is_asked_at_its_own_addresses(path: str, launches: str, one: str) -> None:
    assert (paths_of(f"http://x/{path}/").launches, paths_of(f"http://x/{path}/").launch) == (launches, one)
    _, stub = await read(pages_of(3), NEAR, path=path)
    assert stub.asked[0].path == f"/{path}/{launches}"
    assert stub.asked[0].query["limit"] == "10"


async def test_a_token_goes_along_and_is_never_said() -> None:
    clock = TurnedClock()
    async with serving(says('{"detail": "tok-123 is no good"}')) as stub, Client(clock) as client:
        with pytest.raises(FeedDown) as down:
            await library(stub, client, clock, Remembered(), token="tok-123").read(NEAR)
    assert stub.asked[0].headers["Authorization"] == "Token tok-123"
    assert "is no good" in down.value.why
    assert "tok-123" not in down.value.why


async def test_an_event_that_left_the_list_is_asked_for_by_its_id() -> None:
    own = EventId(f"ll2:launch:{UUID.format(7)}")
    answered, stub = await read(says(json.dumps(record(7))), Ask(Scope.ONE, NOON, own))
    assert isinstance(answered, Sightings)
    assert [sighting.event.id for sighting in answered.sightings] == [own]
    assert stub.asked[0].path == f"/2.3.0/launches/{UUID.format(7)}/"


async def test_an_id_that_is_unknown_is_gone_but_a_web_page_is_no_word_on_it() -> None:
    ask = Ask(Scope.ONE, NOON, EventId("ll2:event:278"))
    answered, stub = await read(says('{"detail": "Not found."}', status=404), ask)
    assert answered == Gone()
    assert stub.asked[0].path == "/2.3.0/events/278/"
    with pytest.raises(FeedDown, match="web page"):
        await read(says("<html>", status=404, kind="text/html"), ask)


async def test_an_answer_about_another_event_is_no_answer() -> None:
    with pytest.raises(FeedDown, match="answered with"):
        await read(says(json.dumps(record(8))), Ask(Scope.ONE, NOON, EventId(f"ll2:launch:{UUID.format(7)}")))


@pytest.mark.parametrize("event", [None, "ll2:launch:", "ll2:launch:../../x", "other:launch:1", "ll2:pad:1"])
async def test_what_is_no_id_is_not_asked_for(event: str | None) -> None:
    with pytest.raises(FeedDown, match="no id of this feed"):
        await read(says("{}"), Ask(Scope.ONE, NOON, None if event is None else EventId(event)))


# --- what a list vouches for --------------------------------------------------------------------------------------


async def test_a_look_at_what_is_near_reaches_to_its_last_launch() -> None:
    near = await listing(pages_of(25), NEAR)
    assert len(near.sightings) == 10
    assert near.whole
    assert near.until == NOON + timedelta(hours=9)


async def test_a_list_read_to_its_end_has_no_gap() -> None:
    whole = await listing(pages_of(250), ALL)
    assert len(whole.sightings) == 250
    assert whole.whole
    assert whole.until == FOREVER
    assert (await listing(pages_of(4), NEAR)).until == FOREVER


async def test_next_pages_are_asked_of_the_same_host_whatever_they_say() -> None:
    _, stub = await read(pages_of(250), ALL)
    assert [request.query.get("offset") for request in stub.asked] == [None, "100", "200"]


async def test_a_server_that_gives_small_pages_is_not_followed_for_ever() -> None:
    answered, stub = await read(pages_of(364, size=10), ALL)
    assert isinstance(answered, Sightings)
    assert len(stub.asked) == 6
    assert not answered.whole
    assert answered.until == NOON + timedelta(hours=59)


async def test_a_server_that_repeats_itself_is_noticed() -> None:
    same = says(page(range(10), count=364, following="https://x/?limit=10&offset=10"))
    answered, stub = await read(same, ALL)
    assert isinstance(answered, Sightings)
    assert len(stub.asked) == 2
    assert not answered.whole
    assert answered.until == NOON + timedelta(hours=9)


@pytest.mark.parametrize("ask", [NEAR, ALL, EVENTS])
@pytest.mark.parametrize(
    "text",
    [
        page([], count=0),
        page([], count=25),
        page(range(3), count=25),
        page(range(3), count=25, following="https://x/?offset=10"),
        page(range(3), count=25, following="https://x/"),
        '{"results": []}',
        "[]",
    ],
)
async def test_an_empty_or_short_page_vouches_for_nothing(ask: Ask, text: str) -> None:
    answered = await listing(says(text), ask)
    assert not answered.whole
    assert answered.until is None


@pytest.mark.parametrize(
    "text", ["{}", '{"count": 3}', '{"results": null}', '{"detail": "Request was throttled."}', "null", '"x"', "<html>"]
)
async def test_what_is_no_list_is_no_answer(text: str) -> None:
    with pytest.raises(FeedDown):
        await read(says(text), NEAR)


async def test_a_record_without_an_id_leaves_open_who_is_missing() -> None:
    text = json.dumps({"count": 2, "next": None, "results": [record(1), {"name": "?"}]})
    answered = await listing(says(text), NEAR)
    assert len(answered.sightings) == 1
    assert not answered.whole
    assert answered.until is None
    assert len(answered.faults) == 1


async def test_a_list_without_numbers_reaches_to_its_last_launch_and_is_not_whole() -> None:
    answered = await listing(says(json.dumps([record(1), record(2)])), ALL)
    assert not answered.whole
    assert answered.until == NOON + timedelta(hours=2)


async def test_a_list_out_of_order_reaches_nowhere() -> None:
    text = page([3, 1, 2], count=25, following="https://x/?limit=3&offset=3")
    assert (await listing(says(text), NEAR)).until is None


async def test_a_list_that_moves_while_it_is_read_is_not_whole() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "offset" not in request.query:
            return web.Response(text=page(range(100), count=120, following="https://x/?offset=100"))
        return web.Response(text=page(range(101, 120), count=119))

    answered = await listing(answer, ALL)
    assert not answered.whole
    assert answered.until == NOON + timedelta(hours=99)


async def test_pages_before_a_failure_still_count() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "offset" not in request.query:
            return web.Response(text=page(range(100), count=250, following="https://x/?offset=100"))
        return web.Response(status=500)

    answered = await listing(answer, ALL)
    assert len(answered.sightings) == 100
    assert not answered.whole
    assert answered.until == NOON + timedelta(hours=99)
    assert answered.faults[0].where == "page 2"


# --- what did not change ------------------------------------------------------------------------------------------


async def test_a_304_stands_for_the_page_that_was_read() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        return web.Response(text=page(range(3), count=3), headers={"ETag": '"v1"'})

    clock, remembered = TurnedClock(), Remembered()
    async with serving(answer) as stub, Client(clock) as client:
        feed = library(stub, client, clock, remembered)
        assert await feed.read(NEAR) == await feed.read(NEAR)
    assert len(stub.asked) == 2
    assert len(remembered.noted) == 2


async def test_a_page_that_could_not_be_read_is_asked_for_anew() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text='{"results": [', headers={"ETag": '"v1"'})

    clock = TurnedClock()
    async with serving(answer) as stub, Client(clock) as client:
        feed = library(stub, client, clock, Remembered())
        for _ in range(2):
            with pytest.raises(FeedDown):
                await feed.read(NEAR)
    assert all("If-None-Match" not in request.headers for request in stub.asked)


# --- the quota ----------------------------------------------------------------------------------------------------


async def test_no_request_beyond_the_quota_in_any_hour() -> None:
    clock, remembered = TurnedClock(), Remembered()
    async with serving(pages_of(3)) as stub, Client(clock) as client:
        feed = library(stub, client, clock, remembered, quota=3)
        for _ in range(3):
            await feed.read(NEAR)
            clock.turn(timedelta(minutes=10))
        with pytest.raises(FeedDown, match="used up") as down:
            await feed.read(NEAR)
        assert down.value.retry_after is not None
        assert timedelta(minutes=30) < down.value.retry_after < timedelta(minutes=31)
        clock.turn(timedelta(minutes=30))
        with pytest.raises(FeedDown):
            await feed.read(NEAR)
        clock.turn(timedelta(seconds=16))
        await feed.read(NEAR)
    assert len(stub.asked) == len(remembered.noted) == 4


async def test_the_quota_outlives_a_restart_and_counts_redirects_and_failures() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/2.3.0"):
            return web.Response(status=302, headers={"Location": "/moved"})
        return web.Response(status=500)

    clock, remembered = TurnedClock(), Remembered()
    async with serving(answer) as stub, Client(clock) as client:
        for _ in range(2):
            with pytest.raises(FeedDown, match="500"):
                await library(stub, client, clock, remembered, quota=4).read(NEAR)
        with pytest.raises(FeedDown, match="used up"):
            await library(stub, client, clock, remembered, quota=4).read(NEAR)
    assert len(stub.asked) == 4


async def test_a_long_list_stops_where_the_quota_does() -> None:
    clock = TurnedClock()
    async with serving(pages_of(250)) as stub, Client(clock) as client:
        answered = await library(stub, client, clock, Remembered(), quota=2).read(ALL)
    assert isinstance(answered, Sightings)
    assert len(answered.sightings) == 200
    assert not answered.whole


# --- throttled ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "text", "wait"),
    [
        ({"Retry_After": "120"}, '{"detail": "Request was throttled. Expected available in 625 seconds."}', 120),
        ({"Retry_After": "Sun, 01 Mar 2026 12:02:00 GMT"}, "", 120),
        ({}, '{"detail": "Request was throttled. Expected available in 625 seconds."}', 625),
        ({}, '{"detail": "Request was throttled. Expected available in 1 second."}', 1),
        ({}, "<html>too many</html>", 300),
        ({"Retry_After": "86400"}, "", 3615),
    ],
)
async def test_a_429_says_how_long_to_wait_and_is_heeded(headers: dict[str, str], text: str, wait: int) -> None:
    clock = TurnedClock()
    async with serving(says(text, status=429, **headers)) as stub, Client(clock) as client:
        feed = library(stub, client, clock, Remembered())
        with pytest.raises(FeedDown, match="429") as down:
            await feed.read(NEAR)
        assert down.value.retry_after == timedelta(seconds=wait)
        clock.turn(timedelta(seconds=wait) - timedelta(microseconds=1))
        with pytest.raises(FeedDown, match="asked us to wait"):
            await feed.read(NEAR)
        assert len(stub.asked) == 1
        clock.turn(timedelta(seconds=1))
        with pytest.raises(FeedDown, match="429"):
            await feed.read(NEAR)
    assert len(stub.asked) == 2


def test_forever_is_far_but_can_be_reckoned_with() -> None:
    assert datetime(2100, 1, 1, tzinfo=UTC) < FOREVER
    assert FOREVER + timedelta(days=3650) > FOREVER
