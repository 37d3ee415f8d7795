"""The server itself: what a browser has is not sent again, what is long comes packed, odd requests get a plain answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from bot.flow.ask import Asking
from bot.flow.calendars import Calendars
from bot.flow.plan import Desk
from bot.web.calendars import CalendarFeeds
from bot.web.notices import Notices
from bot.web.pages import Pages
from bot.web.site import serving
from tests.cogs.stage import MS19, NAMES, Clock
from tests.prepared import in_memory

PAGE = f"/launch/{quote(MS19.event.id, safe=':')}"
KEPT = (
    "/",
    "/past",
    "/calendar",
    PAGE,
    f"{PAGE}.ics",
    "/all.ics",
    "/notices.rss",
    "/style.css",
    "/times.js",
    "/icon.svg",
    "/robots.txt",
)


@asynccontextmanager
async def site(patience_s: float = 20) -> AsyncGenerator[tuple[aiohttp.ClientSession, int]]:
    store, clock = await in_memory(), Clock()
    asking = Asking(store, clock, Desk(NAMES, 45))
    async with store.transaction() as tx:
        await tx.keep(MS19)
    rooms = (CalendarFeeds(Calendars(store, clock, NAMES), clock), Pages(asking, clock), Notices(store, clock, ""))
    async with (
        serving(rooms, "127.0.0.1", 0, patience_s=patience_s) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as browser,
    ):
        yield browser, port
    await store.close()


@pytest.mark.parametrize("path", KEPT)
async def test_what_a_browser_has_is_not_sent_again(path: str) -> None:
    async with site() as (browser, _):
        async with browser.get(path) as first:
            tag, body = first.headers["ETag"], await first.read()
            assert (first.status, first.headers["Cache-Control"].startswith("public, max-age=")) == (200, True)
        async with browser.get(path, headers={"If-None-Match": f'"another", {tag}'}) as again:
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert "default-src 'none'" in again.headers["Content-Security-Policy"]
        async with browser.get(path, headers={"If-None-Match": '"another"'}) as other:
            assert await other.read() == body
        async with browser.head(path) as asked:
            assert (asked.status, await asked.read(), asked.headers["ETag"]) == (200, b"", tag)


async def test_what_is_long_comes_packed_to_who_takes_it() -> None:
    async with site() as (browser, _):
        for taken, packed in (("gzip, br", "gzip"), ("gzip;q=0, identity", None), ("identity", None), ("deflate", None)):
            async with browser.get("/", headers={"Accept-Encoding": taken}) as answer:
                assert answer.headers.get("Content-Encoding") == packed
                assert "Accept-Encoding" in answer.headers["Vary"]
                assert "Soyuz MS-19" in await answer.text()


async def test_a_small_file_is_kept_for_ever_under_the_address_that_a_page_names() -> None:
    async with site() as (browser, _):
        async with browser.get("/") as answer:
            page = await answer.text()
        for name in ("style.css", "times.js", "icon.svg"):
            named = page[page.index(f"/{name}?v=") :].partition('"')[0]
            for path, kept in ((named, True), (f"/{name}?v=old", False)):
                async with browser.get(path) as answer:
                    assert ("immutable" in answer.headers["Cache-Control"]) is kept


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/launch/", 404),
        ("/launch/%00", 404),
        ("/launch/%00.ics", 404),
        ("/launch/%ff%fe", 404),
        ("/launch/..%2f..%2fetc%2fpasswd", 404),
        ("/style.css/../../site.py", 404),
        (f"/launch/{'x' * 4000}", 404),
        (f"/launch/{'x' * 9000}", 400),
        ("/?q=%00%ff%f0%9f%9a%80", 200),
        ("/?q[]=1&page[]=2", 200),
        (f"/calendar/p{'9' * 20}-{'0' * 40}.ics", 404),
        ("/nothing", 404),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_odd_address_gets_a_plain_answer(path: str, status: int) -> None:
    async with site() as (browser, _), browser.get(URL(path, encoded=True)) as answer:
        assert answer.status == status
        body = await answer.text()
        assert "Traceback" not in body
        if status == 404:
            assert answer.headers.get("Cache-Control") == (None if path.endswith(".ics") else "no-store")
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def asked_raw(port: int, request: bytes) -> bytes:
    """What is answered to these bytes until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_slash_too_many_leads_to_the_page_and_nowhere_else() -> None:
    async with site() as (_, port):
        for path, leads in (
            (f"{PAGE}/", PAGE),
            ("/past/", "/past"),
            ("//past", "/past"),
            ("//evil.example/", ""),
            ("//evil.example/past/", ""),
        ):
            answer = await asked_raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            status = answer.split(b" ", 2)[1]
            assert status == (b"308" if leads else b"404"), path
            assert (f"\r\nLocation: {leads}\r\n".encode() in answer) is bool(leads)


async def test_other_methods_are_refused_with_those_there_are() -> None:
    async with site() as (browser, _):
        async with browser.post("/", data=b"x") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
        async with browser.options("*") as answer:
            assert answer.status in {400, 404, 405}


async def test_a_request_that_is_none_is_refused_and_not_written_down(caplog: pytest.LogCaptureFixture) -> None:
    async with site() as (_, port):
        for request in (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"secret" * 4000, b"\x16\x03\x01secret\r\n\r\n"):
            assert b" 400 " in (await asked_raw(port, request))[:20]
    assert "secret" not in caplog.text


async def test_who_begins_and_never_asks_is_hung_up_on() -> None:
    async with site(patience_s=0.3) as (browser, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow")
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        async with browser.get("/") as answer:
            assert answer.status == 200
