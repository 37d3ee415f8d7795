"""A launch feed that is one page: whatever is asked, the page is read, within its quota, and what is asked for is taken from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta

from bot.feeds.http import Fetched
from bot.feeds.ll_parse import ID
from bot.feeds.page import Page
from bot.model import Ask, Event, EventId, Scope
from bot.ports import Clock, FeedDown, Gone, NotModified, Requests, Sightings
from bot.rules.pacing import HOUR, MARGIN, room_at

LONGEST = timedelta(minutes=10)
"""The longest pause after failures in a row. Chosen, not measured: near a launch an hour without a second source is long."""
FOREVER = datetime(2200, 12, 31, tzinfo=UTC)
"""A page that vouches for being complete has no gap before this."""
IDENTITY = frozenset({"id", "kind", "owner"})
FIELDS = frozenset(field.name for field in fields(Event)) - IDENTITY
"""What a page may be silent on."""
DIGEST = 24
"""Hexadecimal digits that stand for an id which may not be part of a key."""
SPACES = re.compile(r"\s+")


class Listing:
    """One page with launches. See ports.Feed."""

    def __init__(
        self,
        name: str,
        page: Page,
        requests: Requests,
        clock: Clock,
        parse: Callable[[Fetched, datetime], Sightings],
        *,
        per_hour: int,
    ) -> None:
        self.name = name
        self._page = page
        self._requests = requests
        self._clock = clock
        self._parse = parse
        self.per_hour = per_hour
        self._last: Sightings | None = None

    async def read(self, ask: Ask) -> Sightings | NotModified | Gone:
        """See ports.Feed. Of events that are no launches it knows nothing; that a launch is gone only a complete page can say."""
        if ask.scope is Scope.EVENTS:
            return Sightings(sightings=())
        answer = await self._page.read(lambda page: self._parse(page, self._clock.now()), lambda: self._spend(ask.scope))
        if isinstance(answer, Sightings):
            self._last = answer
        if ask.scope is not Scope.ONE:
            return answer
        return self._one(ask.event)

    def _one(self, event: EventId | None) -> Sightings | Gone:
        """Take one launch from the page that was read last."""
        page = self._last or Sightings(sightings=())
        for sighting in page.sightings:
            if sighting.event.id == event:
                return Sightings(sightings=(sighting,), whole=True)
        if page.whole:
            return Gone()
        raise FeedDown(f"{self.name} does not say what became of {event}")

    async def _spend(self, scope: Scope) -> None:
        """Write down a request about to be made. Raises: FeedDown when the quota does not allow it now."""
        now = self._clock.now()
        made = [at for _, at in await self._requests.made(self.name, now - HOUR - MARGIN)]
        opens = room_at(made, self.per_hour, now)
        if opens > now:
            raise FeedDown(f"{self.per_hour} requests an hour are used up", opens - now)
        await self._requests.note(self.name, scope, now)


def launch_id(feed: str, own: str) -> EventId:
    """Name a launch as its feed does; an id that can't be part of a key is named by its digest."""
    text = own.strip()
    kept = text.casefold() if ID.fullmatch(text) else hashlib.sha256(SPACES.sub(" ", text).encode()).hexdigest()[:DIGEST]
    return EventId(f"{feed}:launch:{kept}")


def silent_on(*said: str) -> frozenset[str]:
    """Name the fields that a page does not speak of, from those of which it does."""
    return FIELDS.difference(said)
