"""Chromium by hand: opens a page, types and clicks in it, and keeps what it asked the network for and what it complained of."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

BROWSER = shutil.which("chromium")
NONE = "no chromium on this machine"
LISTENS = re.compile(rb"DevTools listening on (ws://\S+)")
PATIENCE_S = 60.0
"""A step that takes longer has failed, also on a busy machine."""
KEYS = {"Enter": 13, "Escape": 27, "ArrowDown": 40}
needs_chromium = pytest.mark.skipif(BROWSER is None and not os.environ.get("CI"), reason=NONE)


@dataclass
class Tab:
    """One page in a browser, spoken to over the DevTools protocol."""

    socket: ClientWebSocketResponse
    session: str = ""
    asked: list[str] = field(default_factory=list[str])
    """What it fetched, in order."""
    complaints: list[str] = field(default_factory=list[str])
    """Uncaught errors, and what the console and the policy say of errors."""
    waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict[int, "asyncio.Future[Any]"])
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol. Raises: AssertionError with the browser's own words."""
        number = next(self.numbers)
        self.waiting[number] = answer = asyncio.get_running_loop().create_future()
        about = {"sessionId": self.session} if self.session else {}
        await self.socket.send_json({"id": number, "method": method, "params": params, **about})
        async with asyncio.timeout(PATIENCE_S):
            told = await answer
        assert "error" not in told, (method, told["error"])
        return told["result"]

    async def listen(self) -> None:
        """Take what the browser says."""
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if "id" in told:
                self.waiting.pop(told["id"]).set_result(told)
            else:
                self.note(told["method"], told["params"])

    def note(self, method: str, params: Any) -> None:
        """Keep what a test asks for afterwards."""
        match method:
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(params["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"].get("exception", params)))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.complaints.append(params["entry"]["text"])
            case _:
                pass

    async def open(self, url: str) -> None:
        """Open a page."""
        await self.call("Page.navigate", url=url)

    async def do(self, script: str) -> Any:
        """Run a script in the page; a promise is waited for. Gives its value."""
        answer = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, (script, answer["exceptionDetails"])
        return answer["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true of the page. Gives its value."""
        look = f"let found; try {{ found = ({script}) }} catch {{ found = null }}"
        promise = (
            f"new Promise((done) => {{ const look = () => {{ {look}; found ? done(found) : setTimeout(look, 20) }}; look() }})"
        )
        try:
            return await self.do(promise)
        except TimeoutError as error:
            shown = await self.do("document.body.innerText")
            raise AssertionError(f"never: {script}\n{shown}\n{self.complaints}") from error

    async def click(self, selector: str, text: str = "") -> None:
        """Click the last element that matches, and holds the text when there is one."""
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})].filter((one) => one.textContent.includes({json.dumps(text)}))"
        )
        await self.until(f"{found}.length")
        await self.do(f"{found}.at(-1).click()")

    async def type(self, selector: str, text: str) -> None:
        """Focus a field and type as a keyboard does."""
        await self.do(f"(document.querySelector({json.dumps(selector)}).focus(), 0)")
        await self.call("Input.insertText", text=text)

    async def choose(self, selector: str, value: str) -> None:
        """Choose in a list, as a person does."""
        chosen = f"const list = document.querySelector({json.dumps(selector)}); list.value = {json.dumps(value)}"
        await self.do(f"{{ {chosen}; list.dispatchEvent(new Event('change', {{ bubbles: true }})) }}")

    async def key(self, name: str) -> None:
        """Press a key in what has the focus."""
        about: dict[str, Any] = {
            "key": name,
            "code": name,
            "windowsVirtualKeyCode": {"Enter": 13, "Escape": 27, "ArrowDown": 40}[name],
        }
        text = {"text": "\r"} if name == "Enter" else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **about, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def browsing(folder: Path, *, size: tuple[int, int] = (1280, 800), dark: bool = False) -> AsyncGenerator[Tab]:
    """A browser with a profile of its own in a folder, and an empty page in it."""
    assert BROWSER, NONE
    process = await asyncio.create_subprocess_exec(
        *(BROWSER, "--headless=new", f"--user-data-dir={folder}", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", "about:blank"),
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := LISTENS.search(await process.stderr.readline())):
                pass
        draining = asyncio.create_task(process.stderr.read())  # a full pipe would stop it
        async with ClientSession() as http, http.ws_connect(found[1].decode(), max_msg_size=0) as socket:
            tab = Tab(socket)
            listening = asyncio.create_task(tab.listen())
            made = await tab.call("Target.createTarget", url="about:blank")
            tab.session = (await tab.call("Target.attachToTarget", targetId=made["targetId"], flatten=True))["sessionId"]
            for part in ("Page", "Runtime", "Network", "Log"):
                await tab.call(f"{part}.enable")
            await tab.call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
            scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
            await tab.call("Emulation.setEmulatedMedia", features=scheme)
            yield tab
            listening.cancel()
            draining.cancel()
            await asyncio.gather(listening, draining, return_exceptions=True)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
