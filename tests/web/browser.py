"""A real browser, driven over the DevTools protocol: what it shows of a page, and what it complains of."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium")
NONE = "no chromium on this machine"
PHONE = (390, 844)
DESKTOP = (1280, 900)
BUDGET_S = 30.0
"""Patience with a browser on a busy machine."""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


@dataclass
class Tab:
    """One tab. `asked` are the addresses that it fetched, `complaints` what its console and its network said."""

    line: aiohttp.ClientWebSocketResponse
    numbers: Iterator[int] = field(default_factory=count)
    answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict[int, "asyncio.Future[dict[str, Any]]"])
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])
    loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Sort what the browser says until it hangs up."""
        async for message in self.line:
            said: dict[str, Any] = json.loads(message.data)
            if (number := said.get("id")) in self.answers:
                self.answers.pop(number).set_result(said)
            self.note(said.get("method", ""), said.get("params", {}))

    def note(self, method: str, told: dict[str, Any]) -> None:
        """Keep what happened."""
        match method:
            case "Page.loadEventFired":
                self.loaded.set()
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Network.loadingFailed":
                self.complaints.append(f"failed: {told['errorText']}")
            case "Log.entryAdded":
                self.complaints.append(told["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(told["exceptionDetails"]["text"])
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(told["args"]))
            case _:
                pass

    async def ask(self, method: str, **told: object) -> dict[str, Any]:
        """Ask the browser for something."""
        number = next(self.numbers)
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        await self.line.send_json({"id": number, "method": method, "params": told})
        async with asyncio.timeout(BUDGET_S):
            said = await answer
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    async def look(
        self, *, size: tuple[int, int] = PHONE, dark: bool = False, zone: str = "Asia/Kolkata", now_ms: int = 0, script: bool = True
    ) -> None:
        """See the next pages on such a screen, in such a zone, at such a time, with or without a script."""
        width, height = size
        await self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=size == PHONE)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask("Emulation.setTimezoneOverride", timezoneId=zone)
        await self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        if now_ms:
            await self.ask("Page.addScriptToEvaluateOnNewDocument", source=f"Date.now = () => {now_ms};")

    async def open(self, url: str) -> None:
        """Go to a page and wait until all of it is there."""
        self.loaded.clear()
        self.asked.clear()
        self.complaints.clear()
        await self.ask("Page.navigate", url=url)
        async with asyncio.timeout(BUDGET_S):
            await self.loaded.wait()

    async def ask_page(self, expression: str) -> Any:
        """Give what an expression is worth on the page."""
        return (await self.ask("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")

    async def picture(self, *, whole: bool = False) -> bytes:
        """Take a picture of it, as a PNG."""
        shot = await self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def opened(folder: Path, *, languages: str = "en") -> AsyncGenerator[Tab]:
    """A browser with one tab; it is gone at the end of the block, with all that it started."""
    assert CHROMIUM, NONE
    asked = (*FLAGS, f"--user-data-dir={folder}", f"--accept-lang={languages}", "about:blank")
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM, *asked, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        port = await _port(browser)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/json/list") as listed:
            page = next(one for one in await listed.json() if one["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as line:
                tab = Tab(line)
                ear = asyncio.create_task(tab.listen())
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await tab.ask(f"{domain}.enable")
                yield tab
                ear.cancel()
    finally:
        with suppress(ProcessLookupError):
            browser.send_signal(signal.SIGTERM)
        await browser.communicate()


async def _port(browser: asyncio.subprocess.Process) -> int:
    """Read where it listens from what it says first."""
    assert browser.stderr
    async with asyncio.timeout(BUDGET_S):
        async for row in browser.stderr:
            if b"DevTools listening on ws://" in row:
                return int(row.decode().rpartition("/devtools")[0].rpartition(":")[2])
    raise AssertionError("the browser ended before it listened")
