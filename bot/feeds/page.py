"""One address that is asked again and again: what was read last is asked about, and every answer but a page is FeedDown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TypeVar, assert_never

from bot.feeds.http import Before, Client, Fetched, Missing, Throttled, Validators, shown
from bot.feeds.patience import LONGEST, pause
from bot.ports import FeedDown, NotModified

T = TypeVar("T")

SIZE = 4 * 1024 * 1024
"""Longest page, in bytes after decompression. Measured: 440 articles in full are 1.1 MB, which feedparser reads in 0.3 s."""
SECONDS = 30.0
"""Longest time for one page. Chosen, not measured: revisit with a feed that is slow and still worth it."""


class Page:
    """A page at one address. What makes the next question cheap is kept only with an answer that could be read."""

    def __init__(
        self,
        client: Client,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        size: int = SIZE,
        seconds: float = SECONDS,
        longest: timedelta = LONGEST,
    ) -> None:
        self.url = url
        self._client = client
        self._headers = headers or {}
        self._size = size
        self._seconds = seconds
        self._longest = longest
        self._known = Validators()
        self._failures = 0

    async def read(self, parse: Callable[[Fetched], T], before: Before | None = None) -> T | NotModified:
        """Ask, and read what came in a thread. Raises: FeedDown, which says how long to wait, longer after each failure."""
        try:
            found = await self._answered(parse, before)
        except FeedDown as down:
            self._failures += 1
            wait = down.retry_after if down.retry_after is not None else pause(self._failures, self.url, self._longest)
            raise FeedDown(down.why, wait) from None
        self._failures = 0
        return found

    async def _answered(self, parse: Callable[[Fetched], T], before: Before | None) -> T | NotModified:
        """Tell the answers apart."""
        answer = await self._client.get(
            self.url, headers=self._headers, known=self._known, before=before, size=self._size, seconds=self._seconds
        )
        match answer:
            case Fetched():
                self._known = Validators()  # should it not be readable, the whole of it is asked for again
                found = await asyncio.to_thread(parse, answer)
                self._known = answer.validators
                return found
            case NotModified():
                return answer
            case Missing():
                raise FeedDown(f"{shown(self.url)} is not there ({HTTPStatus.NOT_FOUND.value})")
            case Throttled(wait, _):
                raise FeedDown(f"{shown(self.url)} answered {HTTPStatus.TOO_MANY_REQUESTS.value}", wait)
            case _:
                assert_never(answer)
