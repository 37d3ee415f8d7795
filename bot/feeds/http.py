"""The one polite client that all feeds ask with: bounded in size and time, conditional, patient, and closed to the inside."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Self, cast
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from bot.busy import step
from bot.feeds.patience import Hosts
from bot.ports import Clock, FeedDown, NotModified

CONNECT = 10.0
"""Longest time to connect, in seconds. Chosen, not measured: revisit with a feed across the world."""
SIZE = 24 * 1024 * 1024
"""Longest answer, in bytes, counted after decompression. Measured: 100 detailed launches are 1.6 to 5 MB."""
SECONDS = 45.0
"""Longest time for one whole answer, in seconds. Chosen, not measured: revisit with detailed pages on a slow line."""
REDIRECTS = 3
"""Most redirects followed."""
CHUNK = 64 * 1024
PER_HOST = 2
"""Most connections to one host at a time."""
SAID = 2_000
"""How much of an error's body is read, in bytes: enough for the sentence of a 429."""
LONGEST_WAIT = timedelta(hours=6)
"""A longer Retry-After is read as this: a slip of a server must not silence a feed for good."""
AGENT = "T-Minus/0.1 (Discord bot for rocket launches)"
PORTS = frozenset({None, 443, 8443})
"""Ports that an address supplied by a person may name."""
MOVED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
TUNNELS = tuple(ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
"""IPv6 addresses that carry an IPv4 one: NAT64, 6to4, Teredo, IPv4-compatible. None is a feed's."""


def agent_of(contact: str) -> str:
    """Write the User-Agent, with where a feed reaches the operator."""
    return f"{AGENT} (+{contact})" if contact else AGENT


class HostDown(FeedDown):
    """It is the host that failed, not the one page."""


class Inside(OSError):
    """An address that a person supplied leads to where only we may go."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server wants to hear again to say that nothing changed. Keep them only with an answer that could be read."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer with a body. `url` is where it came from in the end."""

    url: str
    body: bytes
    content_type: str = ""
    charset: str = ""
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is there: HTTP 404 or 410, and the beginning of what was said with it."""

    said: bytes


@dataclass(frozen=True, slots=True)
class Throttled:
    """We asked too often: HTTP 429, how long to wait when a header says so, and the beginning of what was said with it."""

    wait: timedelta | None
    said: bytes


Answer = Fetched | NotModified | Missing | Throttled
Before = Callable[[], Awaitable[None]]
"""Called before each request that leaves, redirects included: counts it, or raises to stop it. Who has a quota of its own brings
one; all others take turns at the host."""


class Client:
    """One session for many feeds. `public_only` is for addresses that people supply: https to public addresses alone."""

    def __init__(self, clock: Clock, *, agent: str = AGENT, public_only: bool = False) -> None:
        self._clock = clock
        self._public_only = public_only
        self._agent = agent
        self._session: aiohttp.ClientSession | None = None
        self._hosts = Hosts(clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def speak_as(self, agent: str) -> None:
        """Give another User-Agent from the next request on."""
        self._agent = agent
        if self._session is not None:
            self._session.headers["User-Agent"] = agent

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        """Open the session on first use: a connector needs a running loop."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit_per_host=PER_HOST, socket_factory=public_socket if self._public_only else None)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip"},  # zstd needs a package below Python 3.14
                trust_env=False,
            )
        return self._session

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        known: Validators | None = None,
        before: Before | None = None,
        size: int = SIZE,
        seconds: float = SECONDS,
    ) -> Answer:
        """Ask for one address. `headers` go to its own origin alone. Raises: FeedDown, whose text names no query and no header."""
        host = host_of(self._permitted(url))
        try:
            async with asyncio.timeout(seconds):
                answer = await self._follow(url, headers or {}, known or Validators(), before, size)
        except aiohttp.ClientError as error:
            self._failed(host, before, None)
            raise HostDown(f"{shown(url)} {trouble(error)}") from None
        except TimeoutError:
            self._failed(host, before, None)
            raise HostDown(f"{shown(url)} gave no whole answer within {seconds:g} s") from None
        except HostDown as down:
            self._failed(host, before, down.retry_after)
            raise
        finally:
            step()
        if isinstance(answer, Throttled):
            self._failed(host, before, answer.wait)
        elif before is None:
            self._hosts.went_well(host)
        return answer

    def _failed(self, host: str, before: Before | None, wait: timedelta | None) -> None:
        """Note that a host failed; who counts requests itself also knows best when to come back."""
        if before is None:
            self._hosts.failed(host, wait)

    async def _follow(self, url: str, headers: Mapping[str, str], known: Validators, before: Before | None, size: int) -> Answer:
        """Ask, and follow a bounded number of redirects, none of them from https down to http."""
        origin = origin_of(self._permitted(url))
        for _ in range(REDIRECTS + 1):
            parts = self._permitted(url)
            own = dict(headers) if origin_of(parts) == origin else {}
            if before is None:
                self._hosts.take_turn(host_of(parts))
            else:
                await before()
            answer = await self._ask(url, own | conditions(known), known, size)
            if not isinstance(answer, str):
                return answer
            following = joined(url, answer)
            if parts.scheme == "https" and not following.startswith("https:"):
                raise FeedDown(f"{shown(url)} redirects from https to something else")
            url = following
        raise FeedDown(f"{shown(url)} redirects more than {REDIRECTS} times")

    def _permitted(self, url: str) -> SplitResult:
        """Take an address apart. Raises: FeedDown when it is not one that may be asked."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise FeedDown("no web address") from None
        schemes = {"https"} if self._public_only else {"http", "https"}
        if parts.scheme not in schemes or not parts.hostname:
            raise FeedDown(f"{shown(url)} is no {' or '.join(sorted(schemes))} address")
        if self._public_only and (parts.username is not None or port not in PORTS):
            raise FeedDown(f"{shown(url)} has a port or a password that is not allowed")
        return parts

    async def _ask(self, url: str, headers: Mapping[str, str], known: Validators, size: int) -> Answer | str:
        """Make one request; text is where a redirect leads."""
        limits = aiohttp.ClientTimeout(total=None, connect=CONNECT, sock_connect=CONNECT)
        async with self._opened().get(url, headers=headers, allow_redirects=False, timeout=limits) as response:
            if response.status in MOVED:
                return location_of(url, response)
            if response.status == HTTPStatus.NOT_MODIFIED and known != Validators():
                return NotModified()
            if response.status in GONE:
                return Missing(await beginning(response))
            wait = wait_of(response.headers.get("Retry-After", ""), self._clock.now())
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                return Throttled(wait, await beginning(response))
            if response.status != HTTPStatus.OK:
                blamed = HostDown if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR else FeedDown
                raise blamed(f"{shown(url)} answered {response.status}", wait)
            return Fetched(
                url=url,
                body=await whole(url, response, size),
                content_type=response.content_type,
                charset=response.charset or "",
                validators=Validators(response.headers.get("ETag", "")[:SAID], response.headers.get("Last-Modified", "")[:SAID]),
            )


# --- reading an answer --------------------------------------------------------------------------------------------


async def whole(url: str, response: aiohttp.ClientResponse, size: int) -> bytes:
    """Read a body, counting what comes out of decompression. Raises: FeedDown when it is longer than `size`."""
    if (response.content_length or 0) > size:
        raise FeedDown(f"{shown(url)} is longer than {size} bytes")
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > size:
            response.close()
            raise FeedDown(f"{shown(url)} is longer than {size} bytes")
    return bytes(body)


async def beginning(response: aiohttp.ClientResponse) -> bytes:
    """Read what is said with an error, its beginning at least; an error may also say nothing readable."""
    try:
        said = await response.content.read(SAID)
    except (aiohttp.ClientError, ValueError):
        said = b""
    response.close()
    return said


def location_of(url: str, response: aiohttp.ClientResponse) -> str:
    """Read where a redirect leads. Raises: FeedDown when it does not say."""
    location = response.headers.get("Location", "")
    response.close()
    if not location:
        raise FeedDown(f"{shown(url)} redirects to nowhere")
    return location


def joined(url: str, location: str) -> str:
    """Complete an address that a redirect gives in part. Raises: FeedDown when it is none."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise FeedDown(f"{shown(url)} redirects to no web address") from None


def conditions(known: Validators) -> dict[str, str]:
    """Ask only for what changed."""
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in named.items() if value}


def wait_of(header: str, now: datetime) -> timedelta | None:
    """Read a Retry-After, in seconds or as a date; None when there is none that can be read."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), LONGEST_WAIT)


def json_of(body: bytes) -> object:
    """Decode JSON. Raises: FeedDown, saying what came instead; nesting beyond Python's own bound is no JSON of a feed."""
    try:
        return cast("object", json.loads(body))
    except RecursionError:
        raise FeedDown("the answer is nested too deeply") from None
    except ValueError:
        kind = "HTML" if body.lstrip()[:1] == b"<" else "nothing" if not body.strip() else "broken JSON"
        raise FeedDown(f"{kind} came instead of JSON") from None


# --- where it may go ----------------------------------------------------------------------------------------------


def public_socket(
    info: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]],
) -> socket.socket:
    """Open a socket to a public address. Raises: Inside for any other. Every connect passes here, whatever DNS said before."""
    family, kind, protocol, _, where = info
    if not is_public(str(where[0])):
        raise Inside("not a public address")
    opened = socket.socket(family, kind, protocol)
    opened.setblocking(False)
    return opened


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the open internet, and carries no other address inside."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return False
        if any(address in tunnel for tunnel in TUNNELS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def origin_of(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Tell scheme, host and port apart from the rest: to these alone go our own headers."""
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def host_of(parts: SplitResult) -> str:
    """Name the server that is asked: two ports of one host are two."""
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""


def shown(url: str) -> str:
    """Write an address without user, password, query and fragment, where secrets may stand."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"[:200]


def trouble(error: aiohttp.ClientError) -> str:
    """Say what went wrong in words that carry nothing of the request."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Inside):
        return "leads to an address that is not public"
    for kind, words in TROUBLES:
        if isinstance(error, kind):
            return words
    return f"failed: {type(error).__name__}"


TROUBLES: tuple[tuple[type[aiohttp.ClientError], str], ...] = (
    (aiohttp.InvalidURL, "is no web address"),
    (aiohttp.ClientSSLError, "has no valid certificate"),
    (aiohttp.ServerTimeoutError, "did not answer in time"),
    (aiohttp.ClientConnectorDNSError, "is a host that is not found"),
    (aiohttp.ClientConnectorError, "can't be reached"),
    (aiohttp.ContentTypeError, "gave an answer that can't be read"),
    (aiohttp.ClientPayloadError, "broke off in the middle of its answer"),
    (aiohttp.ServerDisconnectedError, "closed the connection without an answer"),
    (aiohttp.ClientOSError, "closed the connection without an answer"),
    (aiohttp.ClientResponseError, "gave an answer that is no HTTP"),
)
"""What aiohttp raises, most special first."""
