"""The polite client against a real server on loopback: what it takes, what it refuses, and what it says then."""

from __future__ import annotations

import asyncio
import gzip
import socket
from datetime import timedelta

import pytest
from aiohttp import web

from bot.feeds.http import (
    AGENT,
    Client,
    Fetched,
    Inside,
    Missing,
    Throttled,
    Validators,
    is_public,
    json_of,
    public_socket,
    shown,
    wait_of,
)
from bot.ports import FeedDown, NotModified
from tests.feeds.stub import NOON, TurnedClock, says, serving


async def test_a_page_comes_with_where_it_is_from_and_what_makes_the_next_question_cheap() -> None:
    async with (
        serving(says("{}", ETag='"a"', Last_Modified="Sun, 01 Mar 2026 11:00:00 GMT")) as stub,
        Client(TurnedClock()) as client,
    ):
        answer = await client.get(stub.address + "page?secret=1")
    assert isinstance(answer, Fetched)
    assert answer.body == b"{}"
    assert answer.validators == Validators('"a"', "Sun, 01 Mar 2026 11:00:00 GMT")
    assert stub.asked[0].headers["User-Agent"] == AGENT
    assert stub.asked[0].headers["Accept-Encoding"] == "gzip"


async def test_what_did_not_change_is_not_sent_again() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=304 if request.headers.get("If-None-Match") == '"a"' else 200)

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        assert isinstance(await client.get(stub.address, known=Validators('"a"')), NotModified)
        assert isinstance(await client.get(stub.address), Fetched)


async def test_a_304_to_a_question_without_conditions_is_no_answer() -> None:
    async with serving(says("", status=304)) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown, match="answered 304"):
            await client.get(stub.address)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_not_there_is_a_value(status: int) -> None:
    async with serving(says('{"detail": "Not found."}', status=status)) as stub, Client(TurnedClock()) as client:
        assert await client.get(stub.address) == Missing(b'{"detail": "Not found."}')


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("625", timedelta(seconds=625)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("999999999", timedelta(hours=6)),
        ("soon", None),
        ("-5", None),
        ("٦", None),
    ],
)
def test_a_wait_is_seconds_or_a_date_and_never_absurd(header: str, wait: timedelta | None) -> None:
    assert wait_of(header, NOON) == wait


async def test_too_many_requests_is_a_value_with_what_was_said() -> None:
    async with serving(says("slow down", status=429, Retry_After="60")) as stub, Client(TurnedClock()) as client:
        assert await client.get(stub.address) == Throttled(timedelta(seconds=60), b"slow down")


@pytest.mark.parametrize("status", [400, 401, 403, 500, 502, 503])
async def test_any_other_status_is_a_feed_that_is_down(status: int) -> None:
    async with serving(says("no", status=status, Retry_After="30")) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown, match=f"answered {status}") as down:
            await client.get(stub.address)
    assert down.value.retry_after == timedelta(seconds=30)


# --- redirects ----------------------------------------------------------------------------------------------------


async def test_a_few_redirects_are_followed_and_each_is_counted() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        hops = int(request.path.strip("/"))
        return web.Response(text="there") if not hops else web.Response(status=302, headers={"Location": f"/{hops - 1}"})

    counted: list[int] = []

    async def before() -> None:
        counted.append(1)

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        fetched = await client.get(stub.address + "3", before=before)
        assert isinstance(fetched, Fetched)
        assert fetched.url.endswith("/0")
        assert len(counted) == 4
        with pytest.raises(FeedDown, match="redirects more than 3 times"):
            await client.get(stub.address + "4")


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("/", "redirects more than"),
        ("", "to nowhere"),
        ("file:///etc/passwd", "is no http"),
        ("ftp://example.org/", "is no http"),
        ("http://[::1", "no web address"),
    ],
)
async def test_a_redirect_in_a_circle_or_to_something_else_ends(location: str, why: str) -> None:
    async with (
        serving(says("", status=301, **({"Location": location} if location else {}))) as stub,
        Client(TurnedClock()) as client,
    ):
        with pytest.raises(FeedDown, match=why):
            await client.get(stub.address)


async def test_our_headers_go_to_their_own_host_alone() -> None:
    async with serving(says("there")) as other:

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": other.address})

        async with serving(answer) as stub, Client(TurnedClock()) as client:
            await client.get(stub.address, headers={"Authorization": "Token t"})
    assert stub.asked[0].headers["Authorization"] == "Token t"
    assert "Authorization" not in other.asked[0].headers


# --- bounds -------------------------------------------------------------------------------------------------------


async def test_a_bomb_is_counted_as_it_unfolds() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        assert len(bomb) < 100_000
        with pytest.raises(FeedDown, match="longer than 100000 bytes"):
            await client.get(stub.address, size=100_000)


async def test_an_answer_that_says_it_is_too_long_is_not_read() -> None:
    async with serving(says("x" * 2_000)) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown, match="longer than 1000 bytes"):
            await client.get(stub.address, size=1_000)


async def test_a_slow_answer_is_given_up() -> None:
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"[")
        await release.wait()
        return response

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown, match=r"no whole answer within 0\.2 s"):
            await client.get(stub.address, seconds=0.2)
        release.set()


async def test_a_broken_off_answer_is_no_answer() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"results": [')
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown, match="broke off"):
            await client.get(stub.address)


async def test_a_lie_about_the_encoding_is_no_answer() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"plain", headers={"Content-Encoding": "gzip"})

    async with serving(answer) as stub, Client(TurnedClock()) as client:
        with pytest.raises(FeedDown):
            await client.get(stub.address)


async def test_a_host_that_does_not_answer_is_named_without_what_was_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with Client(TurnedClock()) as client:
        with pytest.raises(FeedDown) as down:
            await client.get(f"http://user:secret@127.0.0.1:{port}/page?key=secret")
    assert "can't be reached" in down.value.why
    assert "secret" not in down.value.why


@pytest.mark.parametrize(
    "url", ["", "nonsense", "file:///etc/passwd", "http://", "http://[::1", "http://host:99999/", "gopher://x/"]
)
async def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    async with Client(TurnedClock()) as client:
        with pytest.raises(FeedDown):
            await client.get(url)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<!DOCTYPE html><html>", "HTML came instead"),
        (b"", "nothing came instead"),
        (b'{"results": [', "broken JSON"),
        (b"\xff\xfe\x00", "broken JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b"9" * 10_000, "broken JSON"),
    ],
)
def test_what_is_no_json_is_said_to_be_what_it_is(body: bytes, why: str) -> None:
    with pytest.raises(FeedDown, match=why):
        json_of(body)


def test_an_address_is_shown_without_its_secrets() -> None:
    assert shown("https://me:pw@example.org:8443/feed?key=1#x") == "https://example.org:8443/feed"


# --- addresses that people supply ---------------------------------------------------------------------------------

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - refused here, bound nowhere
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378::1",
    "2001:db8::1",
    "fd00:ec2::254",
    "no address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(Inside):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "185.199.108.153"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))).close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0", "127.1", "[fe80::1]"]
)
async def test_an_address_that_a_person_supplied_never_reaches_the_inside(host: str) -> None:
    async with Client(TurnedClock(), public_only=True) as client:
        with pytest.raises(FeedDown) as down:
            await client.get(f"https://{host}/")
    assert "answered" not in down.value.why


async def test_a_person_supplies_https_on_its_own_ports_without_a_password() -> None:
    async with serving(says("inside")) as stub, Client(TurnedClock(), public_only=True) as client:
        for url in (stub.address, stub.address.replace("http:", "https:"), "https://me:pw@example.org/", "https://example.org:22/"):
            with pytest.raises(FeedDown):
                await client.get(url)
    assert stub.asked == []
