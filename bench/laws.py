"""What must hold of everything that a feed gives, however broken its page was: else it is a wrong event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.feeds.listing import FIELDS, IDENTITY
from bot.feeds.prints import canonical, medium_of
from bot.feeds.wire import FIRST_YEAR, LAST_YEAR, NAME, TEXT, UNPRINTABLE, address_of
from bot.model import Article, Net, Precision, Sighting

OWN = r"[0-9a-z][0-9a-z_-]{0,63}"
LINKED = re.compile(rf"ll2:(?:launch|event):{OWN}")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
ADDRESSES = frozenset({"url", "image", "thumbnail", "license_url", "links", "patches"})
"""Fields that hold a web address, or several."""
LINES = frozenset({"name", "title", "site", "slug", "publisher", "location"})
"""Fields that are one line."""


def wrong_with(found: Article | Sighting, now: datetime) -> Iterator[str]:
    """Name every law that an article or a sighting breaks."""
    within = tuple(wrong_inside(found, ""))
    yield from within
    if within:  # what is no instant can't be compared
        return
    yield from wrong_article(found, now) if isinstance(found, Article) else wrong_sighting(found)


def wrong_inside(value: object, field: str) -> Iterator[str]:
    """Check every text and instant, however deep it lies."""
    match value:
        case str():
            yield from wrong_text(value, field)
        case datetime():
            if value.tzinfo is not UTC or not FIRST_YEAR <= value.year <= LAST_YEAR:
                yield f"{field}: {value!r} is no instant of our times in UTC"
        case tuple():
            for one in cast("tuple[object, ...]", value):
                yield from wrong_inside(one, field)
        case _ if is_dataclass(value):
            for inner in fields(value):
                yield from wrong_inside(getattr(value, inner.name), inner.name)
        case _:
            return


def wrong_text(text: str, field: str) -> Iterator[str]:
    """Check one text."""
    limit = NAME if field in LINES else TEXT
    if len(text) > limit:
        yield f"{field}: {len(text)} characters"
    if UNPRINTABLE.search(text):
        yield f"{field}: unprintable"
    if field in LINES and text != " ".join(text.split()):
        yield f"{field}: more than a line"
    if field in ADDRESSES and text and address_of(text) != text:
        yield f"{field}: no web address {text[:80]!r}"


def wrong_article(article: Article, now: datetime) -> Iterator[str]:
    """Check what makes an article."""
    checks = {
        "no title": bool(article.title),
        "no canonical address": bool(article.url) and canonical(article.url) == article.url,
        "published later than now": article.published_at <= now,
        "updated before it was published, or later than now": article.updated_at is None
        or article.published_at < article.updated_at <= now,
        "no language": LANGUAGE.fullmatch(article.language) is not None,
        "a medium that it is not": article.medium is medium_of(article.url),
        "an event that is no id": all(LINKED.fullmatch(event) for event in article.events),
    }
    yield from (why for why, holds in checks.items() if not holds)


def wrong_sighting(sighting: Sighting) -> Iterator[str]:
    """Check what makes a sighting."""
    event = sighting.event
    checks = {
        f"an id that is none: {event.id!r}": re.fullmatch(rf"{sighting.feed}:(?:launch|event):{OWN}", event.id) is not None,
        "no name": bool(event.name),
        "silent on what is no field": sighting.unsaid <= FIELDS | IDENTITY,
        "launches that are no ids": all(LINKED.fullmatch(launch) for launch in event.launches),
        "no chance of weather": event.probability is None or 0 <= event.probability <= 100,
    }
    yield from (why for why, holds in checks.items() if not holds)
    yield from wrong_net(event.net, sighting.feed)


BEST = {"rll": Precision.MINUTE, "ical": Precision.MINUTE, "json": Precision.MINUTE}
"""No page of these can know a NET better."""


def wrong_net(net: Net, feed: str) -> Iterator[str]:
    """Check that a NET is no better known than its page can know it."""
    if net.at is None:
        if net.precision is not Precision.UNKNOWN:
            yield f"no NET, and known to the {net.precision.name}"
        return
    if net.precision < BEST.get(feed, Precision.SECOND):
        yield f"a NET of {feed} known to the {net.precision.name}"
    if feed in {"ical", "json"} and net.clock is not None and net.at - midnight(net.at) < timedelta(seconds=1):
        yield "midnight told as a clock time"


def midnight(at: datetime) -> datetime:
    """The beginning of a day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
