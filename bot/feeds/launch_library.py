"""Launch Library 2, fetched: which address answers which question, page by page, under the quota. Reading is in ll_parse.py."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.feeds import ll_parse
from bot.feeds.http import Client, Fetched, Missing, Throttled, Validators, json_of, shown
from bot.feeds.ll_parse import ParsedPage
from bot.model import Ask, EventId, Fault, Scope, Sighting
from bot.ports import Clock, FeedDown, Gone, NotModified, Requests, Sightings
from bot.rules.pacing import HOUR, MARGIN, room_at

DEFAULT = "https://ll.thespacedevs.com/2.3.0/"
QUOTA = 15
"""Requests per hour and address without a token (FEEDS §1)."""
NEAR = 10
"""Launches in one look at what is near. Chosen, not measured: revisit when more than ten launches stand within two days, the flown
ones of the last 24 h included."""
PAGE = 100
"""Launches on a page of the whole list: the feed's maximum."""
PAGES = 6
"""Most pages of one list. Measured: the whole list is 340 to 370 launches."""
KEPT = 32
"""How many pages are kept for a 304, which has no page of its own."""
THROTTLED = timedelta(minutes=5)
"""How long to wait after a 429 that does not say. Chosen, not measured: a third of the quota's hour would be long near T-0."""
SENTENCE = re.compile(r"available in (\d{1,6}) second")
"""What Launch Library says with a 429."""
DIGITS = 8
"""Longer offsets are none."""
FOREVER = datetime(2200, 12, 31, tzinfo=UTC)
"""A list that was read to its end has no gap before this."""

OBJECTS, BETA = (2, 3), (2, 4)
"""The versions from which the paths differ."""
VERSION = re.compile(r"/(\d+)\.(\d+)\.\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a version of Launch Library has its lists and its single records, and what to ask along."""

    launches: str
    events: str
    launch: str
    event: str
    query: Mapping[str, str]


SINGULAR = Paths("launch/upcoming/", "event/upcoming/", "launch/{}/", "event/{}/", {"mode": "detailed"})
PLURAL = Paths("launches/upcoming/", "events/upcoming/", "launches/{}/", "events/{}/", {"mode": "detailed"})
DETAILED = Paths("launches/detailed/", "events/detailed/", "launches/{}/", "events/{}/", {"upcoming_with_recent": "true"})


def paths_of(base: str) -> Paths:
    """Tell the paths of a version from its address; 2.3.0's where it names none."""
    found = VERSION.search(urlsplit(base).path)
    version: tuple[int, int] = (int(found[1]), int(found[2])) if found else OBJECTS
    if version < OBJECTS:
        return SINGULAR
    return PLURAL if version < BETA else DETAILED


def base_of(address: str) -> str:
    """Complete the address of a Launch Library: a bare host gets the version that is read by default."""
    parts = urlsplit(address.strip())
    path = parts.path.strip("/")
    return f"{parts.scheme}://{parts.netloc}/{path or '2.3.0'}/"


class LaunchLibrary:
    """The feed of Launch Library 2. See ports.Feed."""

    name = ll_parse.FEED

    def __init__(
        self,
        client: Client,
        requests: Requests,
        clock: Clock,
        *,
        base: str = DEFAULT,
        token: str = "",
        quota: int = QUOTA,
    ) -> None:
        self._client = client
        self._requests = requests
        self._clock = clock
        self._base = base_of(base)
        self._paths = paths_of(self._base)
        self._token = token
        self.per_hour = quota
        self._closed_until: datetime | None = None
        self._kept: OrderedDict[str, tuple[Validators, ParsedPage]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def read(self, ask: Ask) -> Sightings | NotModified | Gone:
        """See ports.Feed. A 304 is answered with the page it stands for, so that what was lost meanwhile is seen again."""
        async with self._one_at_a_time:
            match ask.scope:
                case Scope.NEAR:
                    return listed([await self._page(Scope.NEAR, self._paths.launches, NEAR, 0)], all_of_it=False)
                case Scope.ALL:
                    return await self._list(Scope.ALL, self._paths.launches)
                case Scope.EVENTS:
                    return await self._list(Scope.EVENTS, self._paths.events)
                case Scope.ONE:
                    return await self._one(ask.event)
                case _:
                    assert_never(ask.scope)

    async def _list(self, scope: Scope, path: str) -> Sightings:
        """Read a list page by page. What was read before a page failed still counts, but not as whole."""
        pages: list[ParsedPage] = []
        offset = 0
        for _ in range(PAGES):
            try:
                page = await self._page(scope, path, PAGE, offset)
            except FeedDown as down:
                if not pages:
                    raise
                return listed(pages, all_of_it=True, fault=Fault(f"page {len(pages) + 1}", down.why))
            if pages and not brings_new(page, pages):
                return listed(pages, all_of_it=True, fault=Fault(f"page {len(pages) + 1}", "nothing new on it"))
            pages.append(page)
            following = offset_of(page.next)
            if following is None or following <= offset:
                break
            offset = following
        return listed(pages, all_of_it=True)

    async def _one(self, event: EventId | None) -> Sightings | Gone:
        """Ask for one launch or event by its id."""
        kind, _, own = (event or "").removeprefix(f"{self.name}:").partition(":")
        pattern = {"launch": self._paths.launch, "event": self._paths.event}.get(kind)
        if event is None or pattern is None or not ll_parse.ID.fullmatch(own):
            raise FeedDown(f"{event!r} is no id of this feed")
        query = "?" + urlencode(self._paths.query) if "mode" in self._paths.query else ""
        page = await self._get(Scope.ONE, self._base + pattern.format(own) + query, ll_parse.parse_detail)
        if page is None:
            return Gone()
        if page.sightings[0].event.id != event:
            raise FeedDown(f"asked for {event}, answered with {page.sightings[0].event.id}")
        return Sightings(sightings=page.sightings, faults=page.faults, whole=True)

    async def _page(self, scope: Scope, path: str, limit: int, offset: int) -> ParsedPage:
        """Ask for one page of a list."""
        query = {"limit": str(limit), **self._paths.query, **({"offset": str(offset)} if offset else {})}
        page = await self._get(scope, f"{self._base}{path}?{urlencode(query)}", ll_parse.parse_page)
        if page is None:
            raise FeedDown(f"{self._base}{path} is not there (404)")
        return page

    async def _get(self, scope: Scope, url: str, parse: Callable[[object], ParsedPage]) -> ParsedPage | None:
        """Make a request and read the answer; None when nothing is there."""
        try:
            return await self._answered(scope, url, parse)
        except FeedDown as down:
            wait = None if down.retry_after is None else min(down.retry_after, HOUR + MARGIN)
            if wait is not None:
                self._closed_until = self._clock.now() + wait
            raise FeedDown(self._without_token(down.why), wait) from None

    async def _answered(self, scope: Scope, url: str, parse: Callable[[object], ParsedPage]) -> ParsedPage | None:
        """Make a request and tell the answers apart."""
        known, kept = self._kept.get(url, (Validators(), None))
        headers = {"Accept": "application/json"} | ({"Authorization": f"Token {self._token}"} if self._token else {})
        answer = await self._client.get(url, headers=headers, known=known, before=lambda: self._spend(scope))
        match answer:
            case Fetched():
                return self._keep(url, answer.validators, parse(json_of(answer.body)))
            case NotModified():
                if kept is None:
                    raise FeedDown(f"{shown(url)} answered 304 to a question without conditions")
                return kept
            case Missing(said):
                if said.lstrip()[:1] == b"<":
                    raise FeedDown(f"{shown(url)} answered 404 with a web page: is that the right address?")
                return None
            case Throttled(wait, said):
                raise FeedDown(f"{shown(url)} answered 429", wait if wait is not None else wait_said(said))
            case _:
                assert_never(answer)

    def _keep(self, url: str, validators: Validators, page: ParsedPage) -> ParsedPage:
        """Keep a page that could be read, for when the server says that it is still the same."""
        self._kept.pop(url, None)
        if validators != Validators():
            self._kept[url] = (validators, page)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return page

    async def _spend(self, scope: Scope) -> None:
        """Write down a request about to be made. Raises: FeedDown when the quota or the server does not allow it now."""
        now = self._clock.now()
        if self._closed_until is not None and now < self._closed_until:
            raise FeedDown("the feed asked us to wait", self._closed_until - now)
        made = [at for _, at in await self._requests.made(self.name, now - HOUR - MARGIN)]
        opens = room_at(made, self.per_hour, now)
        if opens > now:
            raise FeedDown(f"{self.per_hour} requests an hour are used up", opens - now)
        await self._requests.note(self.name, scope, now)

    def _without_token(self, text: str) -> str:
        """Make sure that the token is not said, whatever the server repeats."""
        return text.replace(self._token, "…") if self._token else text


# --- what a list means --------------------------------------------------------------------------------------------


def listed(pages: Sequence[ParsedPage], *, all_of_it: bool, fault: Fault | None = None) -> Sightings:
    """Put the pages of one list together, and tell how far it has no gaps. A page that is cut short vouches for nothing."""
    found: dict[EventId, Sighting] = {}
    for page in pages:
        found |= {sighting.event.id: sighting for sighting in page.sightings}
    faults = [one for page in pages for one in page.faults] + ([fault] if fault else [])
    sound = sound_pages(pages)
    ended = not pages[-1].next and len(sound) == len(pages) and len(found) == pages[-1].count
    counted = pages[-1].count
    return Sightings(
        sightings=tuple(found.values()),
        faults=tuple(faults),
        cut=fault is not None or (counted is not None and sum(page.records for page in pages) < counted),
        whole=fault is None and (ended if all_of_it else len(sound) == len(pages)),
        until=FOREVER if ended else last_net(sound or unnumbered(pages)),
    )


def sound_pages(pages: Sequence[ParsedPage]) -> tuple[ParsedPage, ...]:
    """Give the pages up to the first that is cut short; the first alone when the list moved while it was read."""
    sound: list[ParsedPage] = []
    offset = 0
    for page in pages:
        if not is_sound(page, offset):
            break
        sound.append(page)
        offset += page.records
    if len({page.count for page in sound}) > 1:
        return tuple(sound[:1])
    return tuple(sound)


def is_sound(page: ParsedPage, offset: int) -> bool:
    """Whether a page holds as many records as its own numbers say, all of them readable, and any at all."""
    if not page.records or page.lost or page.count is None:
        return False
    ends = offset_of(page.next) if page.next else page.count
    return ends is not None and ends - offset == page.records


def unnumbered(pages: Sequence[ParsedPage]) -> Sequence[ParsedPage]:
    """Give the first page of a list that does not number itself: it vouches for what stands between its own records."""
    return pages[:1] if pages[0].count is None and not pages[0].lost else ()


def last_net(pages: Sequence[ParsedPage]) -> datetime | None:
    """Tell up to which NET these pages reach; None when they are not in the order of NETs."""
    nets = [at for page in pages for sighting in page.sightings if (at := sighting.event.net.at) is not None]
    return nets[-1] if nets and nets == sorted(nets) else None


def brings_new(page: ParsedPage, pages: Sequence[ParsedPage]) -> bool:
    """Whether a page shows an event that the pages before it do not: a server that ignores `offset` repeats itself."""
    known = {sighting.event.id for before in pages for sighting in before.sightings}
    return any(sighting.event.id not in known for sighting in page.sightings)


def offset_of(address: str) -> int | None:
    """Read where the next page begins. Only that is taken from the address: the host asked stays the one configured."""
    values = parse_qs(urlsplit(address).query).get("offset", [])
    return int(values[0]) if values and values[0].isascii() and values[0].isdigit() and len(values[0]) < DIGITS else None


def wait_said(said: bytes) -> timedelta:
    """Read how long to wait from the sentence of a 429."""
    found = SENTENCE.search(said.decode("utf-8", "replace"))
    return min(timedelta(seconds=int(found[1])), HOUR) if found else THROTTLED
