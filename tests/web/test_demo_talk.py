"""What the demo's page may ask for: as whom, where, and what is refused; the talk itself, without a browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from bot.demo.web import MOST_ASKED, MOST_PAGES
from bot.sandbox.wire import Json
from tests.web.theatre import playing

PATIENCE_S = 30.0
MISSHAPEN = (
    "{",
    "[]",
    '{"number":1,"do":"launch"}',
    '{"number":1,"do":"say","who":"x","where":"1","text":"x"}',
    '{"number":1,"do":"turn","speed":"9"}',
    '{"number":1,"do":"slash","who":"1","where":"1","path":""}',
)


@dataclass
class Visitor:
    """Somebody with the page open, who reads what it is told and asks as it would."""

    socket: ClientWebSocketResponse
    numbers: int = 0
    all: Json = field(default_factory=dict[str, Any])
    items: dict[str, Json] = field(default_factory=dict[str, Any])
    clock: Json = field(default_factory=dict[str, Any])
    unheard: dict[int, Json] = field(default_factory=dict[int, Any])

    async def hear(self) -> Json:
        """Take one thing that is told."""
        async with asyncio.timeout(PATIENCE_S):
            told: Json = await self.socket.receive_json()
        match told["is"]:
            case "all":
                self.all = told
                self.clock = told.get("clock", self.clock)
                self.items |= {one["id"]: one for items in told.get("items", {}).values() for one in items}
            case "item":
                self.items[told["item"]["id"]] = told["item"]
            case "clock":
                self.clock = told["clock"]
            case "answer" if told["number"] is not None:
                self.unheard[told["number"]] = told
            case _:
                pass
        return told

    async def begin(self) -> None:
        """Wait until the servers are there, and stop the time."""
        while "places" not in self.all:
            await self.hear()
        await self.ask("turn", playing=False)

    async def ask(self, what: str, **about: Any) -> Json:
        """Ask for something and give the answer."""
        self.numbers += 1
        await self.socket.send_json({"number": self.numbers, "do": what, **about})
        while self.numbers not in self.unheard:
            await self.hear()
        return self.unheard.pop(self.numbers)

    async def leap(self) -> None:
        """Go to what happens next."""
        stood = self.clock["at"]
        await self.ask("turn", leap=True)
        while self.clock["leaping"] or self.clock["at"] == stood:
            await self.hear()

    def someone(self, name: str, *, server: int = 0) -> str:
        """A member's id."""
        return next(str(one["id"]) for one in self.all["places"]["servers"][server]["people"] if one["name"] == name)

    def channel(self, *, server: int = 0) -> str:
        """The id of a server's first channel."""
        return str(self.all["places"]["servers"][server]["channels"][0]["id"])

    def posts(self) -> int:
        """How many messages answer nobody."""
        return sum(one["kind"] == "message" and not one["answers"] for one in self.items.values())

    def newest(self) -> Json:
        """The message that came last."""
        return [one for one in self.items.values() if one["kind"] == "message"][-1]


@asynccontextmanager
async def visiting(scenario: str = "scrub") -> AsyncGenerator[Visitor]:
    """Somebody who looks at a scenario whose time stands."""
    async with playing(scenario) as (url, _), ClientSession() as http, talking(http, url) as socket:
        visitor = Visitor(socket)
        await visitor.begin()
        yield visitor


@asynccontextmanager
async def talking(http: ClientSession, url: str) -> AsyncGenerator[ClientWebSocketResponse]:
    async with http.ws_connect(f"{url}talk", origin=url.rstrip("/")) as socket:
        yield socket


async def test_only_its_own_page_on_this_machine_may_talk() -> None:
    async with playing("scrub") as (url, _), ClientSession() as http:
        port = url.rstrip("/").rpartition(":")[2]
        for name in ("rebound.example", f"rebound.example:{port}", "127.0.0.1.rebound.example:80", ""):
            async with http.get(url, headers={"Host": name}) as answer:
                assert answer.status in {400, 403}, name
        for origin in ("http://elsewhere.example", "http://127.0.0.1:1", "null"):
            with pytest.raises(WSServerHandshakeError, match="403"):
                await http.ws_connect(f"{url}talk", origin=origin)
        with pytest.raises(WSServerHandshakeError, match="403"):
            await http.ws_connect(f"{url}talk")
        async with http.get(f"http://localhost:{port}/") as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for path in ("nothing.js", "..%2fweb.py", "page/index.html", "index.html"):
            async with http.get(f"{url}{path}") as answer:
                assert answer.status == 404, path


async def test_so_many_pages_and_no_more() -> None:
    async with playing("scrub") as (url, _), ClientSession() as http:
        sockets = [await http.ws_connect(f"{url}talk", origin=url.rstrip("/")) for _ in range(MOST_PAGES)]
        with pytest.raises(WSServerHandshakeError, match="503"):
            await http.ws_connect(f"{url}talk", origin=url.rstrip("/"))
        for socket in sockets:
            await socket.close()


async def test_admins_are_offered_more_than_members() -> None:
    async with visiting() as visitor:
        place = visitor.channel()
        offered = {
            name: {one["path"] for one in (await visitor.ask("commands", who=visitor.someone(name), where=place))["commands"]}
            for name in ("Ada", "Ben")
        }
        assert {"next", "launch", "reminders"} <= offered["Ben"] < offered["Ada"]
        assert {"setup", "watch add"} <= offered["Ada"] - offered["Ben"]
        refused = await visitor.ask("slash", who=visitor.someone("Ben"), where=place, path="watch list")
        assert refused["refused"] == "/watch is not offered to Ben in #launches"


async def test_a_form_opens_is_sent_and_belongs_to_who_opened_it() -> None:
    async with visiting() as visitor:
        await visitor.leap()  # until then no feed was asked, and nothing is known
        ben = {"who": visitor.someone("Ben"), "where": visitor.channel()}
        ada = {**ben, "who": visitor.someone("Ada")}
        await visitor.ask("slash", **ben, path="launch", options={"name": "Starlink"})
        card = visitor.newest()
        remind = next(one for row in card["components"] for one in row["components"] if one.get("label") == "Remind me")
        await visitor.ask("click", **ben, message=card["id"], button=remind["custom_id"])
        mine = visitor.newest()
        assert mine["only"] == ben["who"]
        menu = mine["components"][0]["components"][0]
        foreign = await visitor.ask("select", **ada, message=mine["id"], menu=menu["custom_id"], chosen=[])
        assert foreign["refused"].startswith("only Ben sees this message")
        opened = await visitor.ask(
            "select", **ben, message=mine["id"], menu=menu["custom_id"], chosen=[menu["options"][-1]["value"]]
        )
        (row,) = opened["modal"]["components"]
        name = row["component"]["custom_id"]
        stolen = await visitor.ask("submit", **ada, form=opened["form"], fields={name: "2h"})
        assert stolen["refused"] == "this form is closed; press the button again"
        assert "refused" not in await visitor.ask(
            "submit", **ben, form=opened["form"], fields={name: "2h", "self": "x", "reply": "y"}
        )
        assert "2 hours before" in str(visitor.newest()["embeds"])


async def test_what_is_unknown_or_misshapen_is_refused_in_a_sentence() -> None:
    async with visiting() as visitor:
        here = {"who": visitor.someone("Ada"), "where": visitor.channel()}
        slash = {**here, "path": "watch add"}
        refused = [
            await visitor.ask("slash", **{**here, "who": "1"}, path="next"),
            await visitor.ask("slash", **{**here, "where": "1"}, path="next"),
            await visitor.ask("slash", **here, path="moon"),
            await visitor.ask("slash", **here, path="watch"),
            await visitor.ask("slash", **slash),
            await visitor.ask("slash", **slash, options={"self": "x"}),
            await visitor.ask("slash", **slash, options={"what": "SpaceX", "channel": "1"}),
            await visitor.ask("slash", **slash, options={"what": "SpaceX", "role": True}),
            await visitor.ask("slash", **here, path="next", options={"count": "many"}),
            await visitor.ask("complete", **here, path="next", option="count", typed="1"),
            await visitor.ask("click", **here, message="1", button="x"),
            await visitor.ask("submit", **here, form="1", fields={}),
            await visitor.ask("play", scenario="../secret"),
        ]
        assert [one.get("refused") for one in refused if not one.get("refused")] == []
        for wrong in (
            '{"number":1,"do":"launch"}',
            "[]",
            "{",
            '{"number":1,"do":"say","who":"x","where":"1","text":"x"}',
            '{"number":1,"do":"turn","speed":"9"}',
            '{"number":1,"do":"slash","who":"1","where":"1","path":""}',
        ):
            await visitor.socket.send_str(wrong)
            told = await visitor.hear()
            while told["is"] != "answer":
                told = await visitor.hear()
            assert told["refused"].startswith("This is nothing that can be asked for: ")
        assert "refused" not in await visitor.ask("slash", **here, path="next")


async def test_too_much_at_once_is_refused() -> None:
    async with visiting() as visitor:
        here = {"do": "slash", "who": visitor.someone("Ada"), "where": visitor.channel(), "path": "next"}
        for number in range(1000, 1000 + 4 * MOST_ASKED):
            await visitor.socket.send_json({"number": number, **here})
        while len(visitor.unheard) < 4 * MOST_ASKED:
            await visitor.hear()
        refused = [one for one in visitor.unheard.values() if "refused" in one]
        assert refused
        assert {one["refused"] for one in refused} == {"That is too much at once: wait for the answers."}


async def test_time_stands_while_what_people_cause_is_delivered() -> None:
    async with visiting() as visitor:
        await visitor.leap()
        stood = visitor.clock["at"]
        here = {"who": visitor.someone("Ada"), "where": visitor.channel()}
        role = visitor.all["places"]["servers"][0]["roles"][0]["id"]
        given = {"what": "lsp: SpaceX", "channel": visitor.channel(), "role": role, "leads": "2h"}
        known = set(visitor.items)
        assert "refused" not in await visitor.ask("slash", **here, path="watch add", options=given)
        while not [
            one for ident, one in visitor.items.items() if ident not in known and one["kind"] == "message" and not one["answers"]
        ]:
            await visitor.hear()
        assert visitor.clock["at"] == stood
        assert not visitor.clock["playing"]


async def test_nothing_that_people_name_is_asked_for_outside() -> None:
    async with visiting() as visitor:
        here = {"who": visitor.someone("Ada"), "where": visitor.channel()}
        for command, option in (("feed test", "feed"), ("feed add", "url")):
            await visitor.ask("slash", **here, path=command, options={option: "https://outside.example/feed"})
            assert "this is a demo, which asks nobody outside" in visitor.newest()["content"], command


async def test_another_story_begins_when_it_is_asked_for() -> None:
    async with visiting() as visitor:
        before = visitor.all["places"]
        await visitor.ask("play", scenario="discord-outage")
        while "places" not in visitor.all or visitor.all["places"] == before:
            await visitor.hear()
        assert visitor.all["scenario"]["name"] == "discord-outage"
        assert visitor.clock["playing"]


# --- the command ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def command(*arguments: str, **more: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    hidden = {"DISCORD_TOKEN", "DATABASE_URL", "DISPLAY", "WAYLAND_DISPLAY"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden} | more
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--web", *arguments),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_command_says_where_it_is_and_ends_at_once() -> None:
    async with command("--scenario", "scrub") as running:
        assert running.stdout
        line = (await running.stdout.readline()).decode()
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/", line)
        async with ClientSession() as http, talking(http, url) as socket:
            visitor = Visitor(socket)
            await visitor.begin()
            async with command("--port", url.rstrip("/").rpartition(":")[2]) as second:
                assert await second.wait() == 2
                assert second.stderr
                assert (await second.stderr.read()).startswith(b"Cannot listen on port")
            running.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await running.wait() == 0
        assert running.stderr
        assert await running.stderr.read() == b""


async def test_a_browser_is_opened_where_there_is_a_display_and_holds_nothing_up(tmp_path: Path) -> None:
    opened, closed, browser = tmp_path / "opened", tmp_path / "closed", tmp_path / "browser"
    os.mkfifo(opened)
    os.mkfifo(closed)
    # Like some browsers, it keeps who started it until it is closed.
    browser.write_text(f'#!/bin/sh\nexec >/dev/null 2>&1 3<{closed}\necho "$1" >{opened}\nread _ <&3\n')
    browser.chmod(0o700)
    close = os.open(closed, os.O_RDWR)
    try:
        async with command("--scenario", "scrub", DISPLAY=":0", BROWSER=str(browser)) as running:
            assert running.stdout
            url = (await running.stdout.readline()).split()[-1].decode()
            async with asyncio.timeout(PATIENCE_S):
                assert (await asyncio.to_thread(opened.read_text)).strip() == url
            running.send_signal(signal.SIGINT)
            async with asyncio.timeout(10):
                assert await running.wait() == 0
    finally:
        os.write(close, b"\n")
        os.close(close)
