"""The demo in a browser: serves the page on this machine alone, plays for whoever has it open, and does what they ask."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import WSMsgType, web

from bot.app import App
from bot.demo.board import Board, stamp
from bot.demo.drive import Drive, is_loss, is_seen, scenarios, staged, tallied
from bot.demo.hands import Deed, Hands, Wish
from bot.demo.pace import FASTEST, SPEEDS, STORY, Pace, RunningClock
from bot.demo.play import FINISHED, UNKNOWN, chosen
from bot.sandbox.play import Sandbox
from bot.sandbox.record import Acted, Entry
from bot.sandbox.scenario import Scenario, load
from bot.sandbox.wire import Json
from bot.web.site import HEADERS, serving

log = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
GUARDED = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
}
"""The pages' headers; this one also talks to where it came from, and to nobody else."""
OURSELVES = {"127.0.0.1", "localhost"}
MOST_PAGES = 8
"""Pages that may be open at once."""
MOST_ASKED = 8
"""Requests of one page that may wait for an answer at once."""
LARGEST_WISH = 64 * 1024
MOST_UNREAD = 4000
"""Messages that a page may be behind; then it has to begin anew. The longest story has some three thousand."""
PULSE_S = 20.0
ANSWER_WITHIN_S = 8.0
"""Discord waits three seconds: here the bot shares a machine with all that it talks to. Chosen, not measured."""


class Turn(Wish, frozen=True, kw_only=True, tag="turn"):
    """Turn the knobs of time."""

    speed: Literal["story", "1", "60", "600", "3600", "fastest"] | None = None
    playing: bool | None = None
    leap: bool = False


class Play(Wish, frozen=True, kw_only=True, tag="play"):
    """Play a scenario from its start."""

    scenario: Annotated[str, msgspec.Meta(max_length=100)]


ASKED = msgspec.json.Decoder(Deed | Turn | Play)


@dataclass(eq=False)
class Page:
    """One page that is open."""

    socket: web.WebSocketResponse
    unread: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue[bytes](MOST_UNREAD))
    asking: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])
    lost: bool = False

    def tell(self, told: bytes) -> None:
        """Queue a message. A page that does not read is given up: when it comes back, it is told everything."""
        try:
            self.unread.put_nowait(told)
        except asyncio.QueueFull:
            self.lost = True

    async def feed(self) -> None:
        """Send what is queued, until the page is gone."""
        while not self.lost:
            await self.socket.send_str((await self.unread.get()).decode())
        await self.socket.close()


@dataclass
class Performance:
    """One run of a scenario, before whoever has the page open. See drive.Audience."""

    box: Sandbox
    app: App
    pace: Pace
    board: Board
    hands: Hands
    tell: Callable[[Json], None]
    watched: asyncio.Event
    """Set once anybody has the page open: a story that nobody saw begin is no story."""
    verdict: Json | None = None
    """How it ended; None: it has not."""

    async def run(self) -> None:
        """Play to the end, then go on doing what people ask."""
        log = self.box.discord.log
        log.watch.append(self.note)
        try:
            await self.watched.wait()
            drive = Drive(self.box, self.app, self.pace.clock, self)
            await drive.run()
            await self.end()
            while True:
                await self.pace.owed()
                await drive.settle()
                self.moved()
        finally:
            log.watch.remove(self.note)

    async def end(self) -> None:
        """Sum up."""
        tally = await tallied(self.app)
        did, lost = self.board.count, sum(one.count for one in tally if is_loss(one))
        self.verdict = {"posted": did.posted, "edited": did.edited, "pings": did.pings, "lost": lost}
        self.moved()
        self.tell({"is": "end", "verdict": self.verdict})

    def note(self, entry: Entry) -> None:
        """Show what happens on the loopback Discord."""
        item = self.board.added(entry)
        if item is not None:
            self.tell({"is": "item", "item": item})
        if item is not None and isinstance(entry, Acted):
            act = {key: item[key] for key in ("user", "channel", "id")}
            self.tell({"is": "told", "told": self.board.tell(entry.at, "act", **act)})

    def show(self, entry: Entry) -> bool:
        """See drive.Audience."""
        return is_seen(entry)

    def say(self, at: datetime, text: str) -> None:
        """See drive.Audience."""
        self.pace.captions += 1
        self.tell({"is": "told", "told": self.board.tell(at, "caption", text=text)})

    async def reach(self, moment: datetime) -> bool:
        """See drive.Audience."""
        reached = await self.pace.reach(moment)
        if not reached:
            self.moved()
        return reached

    async def breathe(self, shown: int) -> None:
        """See drive.Audience."""
        for failure in self.board.failed(self.pace.clock.now()):
            self.tell({"is": "item", "item": failure})
        self.moved()
        if shown:
            self.tell({"is": "moment"})
        await self.pace.breathe(shown)

    def moved(self) -> None:
        """Tell of servers and places that have changed, and of what the bot did."""
        places, deed = self.board.moved(), self.board.deed(self.pace.clock.now())
        if places is not None:
            self.tell({"is": "places", "places": places})
        if deed is not None:
            self.tell({"is": "told", "told": deed})

    def now(self) -> Json:
        """The clock and its knobs."""
        clock, pace = self.pace.clock, self.pace
        return {
            "at": clock.now().timestamp() * 1000,
            "rate": clock.rate,
            "until": None if clock.until is None else stamp(clock.until),
            "speed": pace.speed,
            "playing": pace.playing,
            "leaping": pace.leaping,
        }

    def whole(self) -> Json:
        """Everything, for a page that has just been opened."""
        return {**self.board.whole(), "clock": self.now(), "verdict": self.verdict}


@dataclass
class Theatre:
    """Plays one scenario after the other. It is a site.Room."""

    scenario: str
    haste: float
    pages: set[Page] = field(default_factory=set[Page])
    on: Performance | None = None
    """What is played; None: it is being furnished."""
    watched: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has opened the page."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Another scenario is asked for, or this one again."""
    known: dict[str, Scenario] = field(default_factory=lambda: {name: load(path) for name, path in scenarios().items()})

    async def run(self) -> None:
        """Play what is asked for, until cancelled."""
        while True:
            self.asked.clear()
            await self.perform(self.known[self.scenario])

    async def perform(self, scenario: Scenario) -> None:
        """Play a scenario until another is asked for."""
        self.tell(self.whole())
        clock = RunningClock(scenario.start)
        async with staged(scenario, clock) as (box, app):
            box.discord.answer_within = ANSWER_WITHIN_S
            pace = Pace(clock, told=self.told, speed=STORY if self.haste else FASTEST, haste=self.haste or 1.0)
            self.on = Performance(box, app, pace, Board(box), Hands(box), self.tell, self.watched)
            self.tell(self.whole())
            playing = asyncio.create_task(self.on.run(), name="play")
            another = asyncio.create_task(self.asked.wait(), name="wait for another scenario")
            try:
                await asyncio.wait({playing, another}, return_when=asyncio.FIRST_COMPLETED)
                if playing.done():
                    await playing
            finally:
                self.on = None
                for task in (playing, another):
                    task.cancel()
                await asyncio.gather(playing, another, return_exceptions=True)

    # --- what the pages are told ---

    def tell(self, told: Json) -> None:
        """Tell every page."""
        if self.pages:
            raw = msgspec.json.encode(told)
            for page in self.pages:
                page.tell(raw)

    def told(self) -> None:
        """Tell every page how the clock goes."""
        if self.on is not None:
            self.tell({"is": "clock", "clock": self.on.now()})

    def whole(self) -> Json:
        """Everything that a page shows."""
        scenario = self.known[self.scenario]
        about: Json = {
            "is": "all",
            "scenario": {
                "name": self.scenario,
                "title": scenario.title,
                "start": stamp(scenario.start),
                "end": stamp(scenario.end),
            },
            "beats": [stamp(one.at) for one in scenario.happenings() if one.says],
            "scenarios": [{"name": name, "title": one.title} for name, one in self.known.items()],
            "speeds": SPEEDS,
        }
        return about if self.on is None else {**about, **self.on.whole()}

    # --- what they ask ---

    def add_to(self, app: web.Application) -> None:
        """See site.Room."""
        app.router.add_get("/", self.index)
        app.router.add_get("/talk", self.talk)
        app.router.add_get("/{name:[a-z]+\\.(?:css|js|svg)}", self.file)

    async def index(self, request: web.Request) -> web.Response:
        """The page itself."""
        return served(request, "index.html")

    async def file(self, request: web.Request) -> web.Response:
        """What it is made of."""
        return served(request, request.match_info["name"])

    async def talk(self, request: web.Request) -> web.StreamResponse:
        """Tell a page everything, then what changes; do what it asks."""
        check(request)
        if request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="This talks only to its own page.")
        if len(self.pages) >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="The page is open often enough: close one of them.")
        socket = web.WebSocketResponse(heartbeat=PULSE_S, max_msg_size=LARGEST_WISH)
        await socket.prepare(request)
        page = Page(socket)
        page.tell(msgspec.json.encode(self.whole()))
        self.pages.add(page)
        self.watched.set()
        feeding = asyncio.create_task(page.feed(), name="tell a page")
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.ask(page, message.data)
        finally:
            self.pages.discard(page)
            for task in (feeding, *page.asking):
                task.cancel()
            await asyncio.gather(feeding, *page.asking, return_exceptions=True)
        return socket

    def ask(self, page: Page, raw: str) -> None:
        """Begin to do what a page asks for."""
        try:
            wish = ASKED.decode(raw)
        except msgspec.DecodeError as why:  # of which a wrong shape is one kind
            page.tell(answer(None, {"refused": f"This is nothing that can be asked for: {why}"}))
            return
        if len(page.asking) >= MOST_ASKED:
            page.tell(answer(wish.number, {"refused": "That is too much at once: wait for the answers."}))
            return
        task = asyncio.create_task(self.do(page, wish), name="do what a page asks")
        page.asking.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            page.asking.discard(task)
            bug = None if task.cancelled() else task.exception()
            if bug is not None:
                log.error("what a page asked for failed", exc_info=bug)
                page.tell(answer(wish.number, {"refused": "The demo has a bug here; the terminal shows it."}))

        task.add_done_callback(ended)

    async def do(self, page: Page, wish: Any) -> None:
        """Do it and answer."""
        performance = self.on
        match wish:
            case Play():
                told = self.play(wish.scenario)
            case _ if performance is None:
                told = {"refused": "The servers are being furnished: one moment."}
            case Turn():
                performance.pace.turn(speed=wish.speed, playing=wish.playing, leap=wish.leap)
                told = {}
            case _:
                told = await performance.hands.do(wish)
                performance.pace.nudge()
        page.tell(answer(wish.number, told))

    def play(self, name: str) -> Json:
        """Begin anew with a scenario."""
        if name not in self.known:
            return {"refused": f"There is no scenario {name!r}."}
        self.scenario = name
        self.asked.set()
        return {}

    async def close(self) -> None:
        """Hang up."""
        for page in tuple(self.pages):
            await page.socket.close()


def answer(number: int | None, told: Json) -> bytes:
    """The answer to a request."""
    return msgspec.json.encode({"is": "answer", "number": number, **told})


def check(request: web.Request) -> None:
    """Refuse a name that a stranger has made to lead here: its pages could read ours."""
    if request.host.rpartition(":")[0] not in OURSELVES:
        raise web.HTTPForbidden(text="Open it as http://127.0.0.1, with the port that was printed.")


def served(request: web.Request, name: str) -> web.Response:
    """One of the page's files."""
    check(request)
    path = PAGE / name
    if not path.is_file():
        raise web.HTTPNotFound(text="There is nothing here.")
    return web.Response(
        body=path.read_bytes(), content_type=KINDS[path.suffix], charset="utf-8", headers={"Cache-Control": "no-store"}
    )


async def show(name: str, speed: float, port: int, stopping: asyncio.Event, *, browse: bool) -> int:
    """Serve the page and play until told to stop; give the exit code."""
    if chosen(name) is None:
        return UNKNOWN
    theatre = Theatre(name, max(speed, 0.0))
    async with AsyncExitStack() as stack:
        try:
            bound = await stack.enter_async_context(serving((theatre,), "127.0.0.1", port, GUARDED))
        except (OSError, OverflowError) as why:
            print(f"Cannot listen on port {port}: {getattr(why, 'strerror', None) or why}", file=sys.stderr)
            return UNKNOWN
        url = f"http://127.0.0.1:{bound}/"
        print(f"The demo plays at {url}\nOnly this machine can open it. Ctrl-C ends it.", flush=True)
        playing = asyncio.create_task(theatre.run(), name="play scenarios")
        stop = asyncio.create_task(stopping.wait(), name="wait for a signal")
        if browse and has_display():
            # Some browsers keep the caller until they are closed.
            Thread(target=webbrowser.open, args=(url,), name="open a browser", daemon=True).start()
        try:
            await asyncio.wait({playing, stop}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                await playing
        finally:
            await theatre.close()
            for task in (playing, stop):
                task.cancel()
            await asyncio.gather(playing, stop, return_exceptions=True)
    return FINISHED


def has_display() -> bool:
    """Whether a browser would have a window to open."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
