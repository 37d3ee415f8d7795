"""Looks: at the machine, the database, Discord, the feeds and a bot that runs here; all at once, each bounded, each by itself."""

from __future__ import annotations

import asyncio
import json
import platform
import socket
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pyexpat import EXPAT_VERSION
from typing import cast

import aiohttp
from yarl import URL

from bot.client import api_base
from bot.doctor import judging
from bot.doctor.judging import Answered, Finding, Level
from bot.feeds.http import AGENT, Client
from bot.feeds.launch_library import base_of
from bot.model import Ask, Scope
from bot.ports import Articles, Clock, FeedDown, Gone, NotModified, Sightings
from bot.settings import Settings
from bot.sources import launch_feeds, presses
from bot.store.engine import CannotOpen
from bot.store.examining import Examined, examine

PATIENCE_S = 20.0
"""For one check: Discord's slowest answers and a database whose writer is busy come within it."""
REQUEST_S = 10.0
"""For one request."""
LARGEST = 256 * 1024
"""Bytes of an answer that are read."""
HELLO = 10
"""The gateway's first word (https://discord.com/developers/docs/events/gateway)."""
Answer = Articles | Sightings | NotModified | Gone
TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientSSLError, "has no valid certificate"),
    (aiohttp.ClientConnectorDNSError, "is a host that is not found"),
    (aiohttp.ServerTimeoutError, "does not answer in time"),
    (aiohttp.ClientConnectorError, "cannot be reached"),
    (aiohttp.WSServerHandshakeError, "is no gateway"),
    (aiohttp.ClientError, "breaks off its answer"),
    (TimeoutError, "does not answer in time"),
    (OSError, "cannot be reached"),
    (ValueError, "is no address"),
)
"""What a request fails with, most special first."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """What there is to look at, and with what."""

    settings: Settings
    clock: Clock
    http: aiohttp.ClientSession
    offline: bool
    """Neither Discord nor a feed is asked."""
    every_feed: bool
    """Articles and videos as well."""

    async def look(self) -> tuple[Finding, ...]:
        """Look at everything."""
        database = asyncio.create_task(self.database())
        health = asyncio.create_task(self.health())
        checks: list[tuple[str, Callable[[], Awaitable[Iterable[Finding]]]]] = [
            ("versions", self.versions),
            ("database", partial(self.stored, database)),
            ("running bot", partial(self.running, health)),
            ("data", partial(self.freshness, database, health)),
        ]
        if not self.offline:
            checks += [("discord", self.discord), ("feed ll2", partial(self.launch_library, database))]
            async with Client(self.clock) as http:
                for launches in launch_feeds(self.settings, http, Unasked(), self.clock)[1:]:
                    checks.append((f"feed {launches.name}", partial(self.feed, launches.name, partial(launches.read, self.whole))))
                for articles in presses(self.settings, http, self.clock) if self.every_feed else ():
                    checks.append((f"feed {articles.name}", partial(self.feed, articles.name, articles.read)))
                return await self.all(checks)
        return await self.all(checks)

    async def all(self, checks: Iterable[tuple[str, Callable[[], Awaitable[Iterable[Finding]]]]]) -> tuple[Finding, ...]:
        """Run checks at once; what one of them meets hides no other."""
        found = await asyncio.gather(*(bounded(name, check) for name, check in checks))
        return tuple(finding for findings in found for finding in findings)

    # --- here -----------------------------------------------------------------------------------------------------

    async def versions(self) -> Iterable[Finding]:
        """Look at what it runs on."""
        on_sqlite = self.settings.database_url.reveal().startswith("sqlite")
        expat = EXPAT_VERSION.removeprefix("expat_")
        return judging.versions(platform.python_version(), sqlite3.sqlite_version, expat, on_sqlite=on_sqlite)

    async def database(self) -> Examined | None:
        """Look at the database; None where it has no address."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await examine(self.settings.database_url.reveal(), self.clock.now())
        except CannotOpen:
            return None

    async def stored(self, database: asyncio.Task[Examined | None]) -> Iterable[Finding]:
        """Judge the database."""
        try:
            seen = await asyncio.shield(database)
        except TimeoutError:
            todo = "Is its server there, and reachable from here?"
            return (Finding("database", Level.WRONG, f"It did not answer within {PATIENCE_S:.0f} s.", todo),)
        if seen is None:
            return (
                Finding(
                    "database",
                    Level.WRONG,
                    "DATABASE_URL is no address of a database.",
                    "Write sqlite:///path or postgresql://host/name.",
                ),
            )
        theirs = () if seen.clock is None else (judging.clock("the database", self.clock.now(), seen.clock),)
        sharing = judging.processes(seen.held, sharded=self.settings.shards is not None)
        return (*judging.database(seen, self.clock.now()), *theirs, *sharing)

    async def health(self) -> Answered:
        """Ask a bot that may run here how it is."""
        web = self.settings.web
        return await self.ask(f"http://{reached(web.host)}:{web.port}/healthz") if web.port else Answered()

    async def running(self, health: asyncio.Task[Answered]) -> Iterable[Finding]:
        """Judge who listens where pages are served."""
        web = self.settings.web
        if not web.port:
            todo = "Set PORT or web.port, then something can watch over it (docs/deploying.md)."
            return (Finding("port", Level.NOTE, "No port is set: whether a bot runs here cannot be seen.", todo),)
        answered = await asyncio.shield(health)
        taken = "" if answered.status else listenable(web.host, web.port)
        return (judging.port(f"{web.host}:{web.port}", answered, taken),)

    async def freshness(self, database: asyncio.Task[Examined | None], health: asyncio.Task[Answered]) -> Iterable[Finding]:
        """Judge how old the data are."""
        try:
            seen = await asyncio.shield(database)
        except TimeoutError:
            return ()
        runs = bool((await asyncio.shield(health)).status)
        return (judging.freshness(seen.held if seen else None, self.clock.now(), runs=runs),)

    # --- out there ------------------------------------------------------------------------------------------------

    async def discord(self) -> Iterable[Finding]:
        """Look at Discord: the token, the application, the gateway."""
        base = api_base(self.settings.api_url)
        token = self.settings.token.reveal() if self.settings.token else ""
        asked = partial(self.ask, headers={"Authorization": f"Bot {token}"})
        me = await asked(f"{base}/users/@me")
        found = list(judging.discord(base, me))
        if me.at is not None and me.date is not None:
            found.append(judging.clock("Discord", me.at, me.date))
        if any(finding.level is Level.WRONG for finding in found if finding.name in {"discord", "token"}):
            return found
        app, gateway = await asyncio.gather(asked(f"{base}/applications/@me"), asked(f"{base}/gateway/bot"))
        found += judging.application(app, self.settings.shards.count if self.settings.shards else None, gateway)
        url = gateway.given("url")
        if isinstance(url, str):
            found.append(judging.gateway(url, await self.dialled(url)))
        else:
            found.append(judging.gateway(f"{base}/gateway/bot", gateway.trouble or f"answered {gateway.status}"))
        return found

    async def dialled(self, url: str) -> str:
        """Dial the gateway, hear its hello, and leave without a session; gives why not."""
        try:
            async with self.http.ws_connect(URL(url).with_query(v="10", encoding="json")) as line:
                said = json.loads(await line.receive_str(timeout=REQUEST_S))
                return "" if said.get("op") == HELLO else "does not say hello"
        except (aiohttp.ClientError, OSError, ValueError, TypeError) as error:
            return trouble(error)

    async def launch_library(self, database: asyncio.Task[Examined | None]) -> Iterable[Finding]:
        """Ask Launch Library what it allows."""
        settings = self.settings
        key, base = settings.launch_library_token, base_of(settings.launch_library_url)
        status = "api-throttle/status/" if "/2.4." in base else "api-throttle/"
        throttle = await self.ask(f"{base}{status}", headers={"Authorization": f"Token {key.reveal()}"} if key else {})
        try:
            seen = await asyncio.shield(database)
        except TimeoutError:
            seen = None
        return judging.launch_library(
            throttle,
            url=base,
            keyed=key is not None,
            configured=settings.requests_per_hour,
            asked=seen.held.asked if seen and seen.held else None,
        )

    @property
    def whole(self) -> Ask:
        """What launch feeds are asked: their list."""
        return Ask(Scope.ALL, self.clock.now())

    async def feed(self, name: str, read: Callable[[], Awaitable[Answer]]) -> Iterable[Finding]:
        """Read another feed once."""
        try:
            match await read():
                case Articles(articles=found) | Sightings(sightings=found):
                    return (judging.feed(name, "", len(found)),)
                case NotModified() | Gone():
                    return (judging.feed(name, "", 0),)
        except FeedDown as down:
            return (judging.feed(name, down.why, 0),)

    async def ask(self, url: str, headers: Mapping[str, str] | None = None) -> Answered:
        """Make one request."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with self.http.get(url, headers=headers, allow_redirects=False) as response:
                body = await response.content.read(LARGEST)
                took_s, at = loop.time() - began, self.clock.now()
                answered = Answered(status=response.status, took_s=took_s, at=at, date=date_of(response.headers.get("Date", "")))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answered(trouble=trouble(error))
        try:
            return replace(answered, body=cast("object", json.loads(body)))
        except (ValueError, RecursionError):
            return answered


async def bounded(name: str, check: Callable[[], Awaitable[Iterable[Finding]]]) -> Iterable[Finding]:
    """Run one check within its time. What goes wrong in it is a finding too."""
    try:
        async with asyncio.timeout(PATIENCE_S + 1):
            return tuple(await check())
    except TimeoutError:
        return (Finding(name, Level.WRONG, f"It did not answer within {PATIENCE_S:.0f} s.", "Look at the network between."),)
    except Exception as bug:  # noqa: BLE001 -- one check that fails must not hide the others
        todo = "This is a bug of ours: please report it with this line."
        return (Finding(name, Level.WARNING, f"It could not be looked at ({type(bug).__name__}: {bug}).", todo),)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock, *, offline: bool, every_feed: bool) -> AsyncGenerator[Doctor]:
    """Give a doctor with a session of its own."""
    limits = aiohttp.ClientTimeout(total=REQUEST_S)
    async with aiohttp.ClientSession(timeout=limits, headers={"User-Agent": AGENT}, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Doctor(settings, clock, http, offline, every_feed)


class Unasked:
    """Requests that nobody has made; ours are single, and no quota needs to know. See ports.Requests."""

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:  # noqa: ARG002 -- the port's
        """See ports.Requests."""
        return ()

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        """See ports.Requests."""


def trouble(error: BaseException) -> str:
    """Say why a request failed, in words that carry nothing of it."""
    return next((words for kind, words in TROUBLES if isinstance(error, kind)), f"fails: {type(error).__name__}")


def date_of(header: str) -> datetime | None:
    """Read the Date of an answer."""
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else None


def reached(host: str) -> str:
    """Where to ask for what listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 -- compared with, not listened on


def listenable(host: str, port: int) -> str:
    """Try to listen; gives why that is not possible."""
    try:
        with socket.create_server((host, port)):
            return ""
    except OSError as taken:
        return taken.strerror or "it is not free"
