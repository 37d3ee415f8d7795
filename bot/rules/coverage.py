"""Which articles are news to whom: how to watch first, one per site and event, three a day, and never what was there before us."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model import (
    EVERYBODY,
    FLOWN,
    OVER,
    Article,
    Coverage,
    Delivery,
    Fate,
    Following,
    Linked,
    Say,
    Settled,
    Status,
    Target,
    Track,
)
from bot.rules.following import asks, notice_of
from bot.rules.matching import normalised
from bot.rules.planning import delivery
from bot.rules.sites import site_of, takes
from bot.rules.text import called

PER_DAY = 3
"""Articles about one event in one place within 24 h (ALERTS)."""
DAY = timedelta(hours=24)
FRESH = timedelta(days=2)
"""Chosen, not measured: an older article is kept and shown where it is asked for, but it is no news."""
HISTORY = timedelta(days=7)
"""Chosen, not measured: what is written about an event that lies farther back is no news of it."""
KEPT = timedelta(days=60)
"""Chosen, not measured: how long articles are kept."""
AHEAD = timedelta(days=1)
"""Feeds that are made of launches date an entry at its NET (FEEDS): what claims to be written later than this is no article."""
LONGEST_URL = 1_000
"""Characters of an address that is kept as an identity. Chosen, not measured: PostgreSQL indexes up to 2,700 bytes."""
SUMMARY = 300
"""Characters of a summary that go along with a notice: one line is shown."""
ON_CARD = 2
"""Articles that a card shows."""
NAMED = 3
"""Other events that are named beside the one that an article is mainly about."""

HOW_TO_WATCH = re.compile(
    r"\b(?:how|where)\s+(?:and\s+(?:when|where)\s+)?(?:you\s+can\s+|to\s+)(?:watch|see|follow|view|stream)\b"
    r"|\bwatch\b.{0,60}\b(?:live|online|stream|launch|land|dock|lift|blast|return)"
    r"|\blive\s?-?\s?(?:stream|coverage|webcast|updates)|\bwebcast\b|\btune\s+in\b"
    r"|\bsets?\b.{0,40}\bcoverage\b|\bcoverage\s+(?:set|for)\b",
    re.IGNORECASE,
)
"""How sites announce where to watch. Measured on the titles of 1,822 articles: it finds 52, three of them about comets."""


def tells_how_to_watch(article: Article) -> bool:
    """Whether it tells where to watch: by its title, or because it is a stream that is still to come or runs."""
    return article.live is True or article.starts is not None or HOW_TO_WATCH.search(article.title) is not None


def in_order(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Put those that tell how to watch first, the newest of each kind ahead: a day has few places."""
    return tuple(sorted(by_age(articles), key=lambda one: not tells_how_to_watch(one)))


def by_age(articles: Iterable[Article]) -> list[Article]:
    """Put the newest first."""
    return sorted(articles, key=lambda one: (one.published_at, one.url), reverse=True)


def is_kept(article: Article, now: datetime) -> bool:
    """Whether an article is written down at all: it has an address, and is neither old nor from the future."""
    named = 0 < len(article.url) <= LONGEST_URL and "\0" not in article.url and bool(article.title.strip())
    return named and now - KEPT <= article.published_at <= now + AHEAD


def differs(before: Article | None, after: Article) -> bool:
    """Whether a feed says anything new of an article: it is unknown, renamed, or a video that begins at another time or runs."""
    if before is None:
        return True
    return (before.title, before.starts, before.live, before.official) != (after.title, after.starts, after.live, after.official)


def carried(article: Article) -> Article:
    """Cut an article to what a notice and a card need of it."""
    return replace(article, summary=article.summary[:SUMMARY], image="", events=())


# --- whom it is told ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """An event that an article is about: who follows it, and what they were told of it."""

    linked: Linked
    track: Track
    following: Sequence[Following] = ()
    settled: Mapping[Target, Sequence[Settled]] = field(default_factory=dict[Target, Sequence[Settled]])


def owed(coverage: Coverage, abouts: Sequence[About], now: datetime) -> tuple[Delivery, ...]:
    """Tell each target that wants any of its events, once, about the one it is mainly about there.

    Nothing that is not news: an old article, an event long past, a second one of the site, a fourth of the day.
    """
    if not now - FRESH <= coverage.article.published_at <= now + AHEAD:
        return ()
    ranked = sorted((one for one in abouts if is_timely(one.track, now)), key=lambda one: rank(one, now))
    told: dict[Target, Delivery | None] = {}
    for about in ranked:
        for following in asking(coverage, about.following):
            if following.target not in told:
                told[following.target] = one_for(following, coverage.article, about, ranked, now)
    return tuple(one for one in told.values() if one)


def is_timely(track: Track, now: datetime) -> bool:
    """Whether what is written about an event is still read as news of it."""
    at = track.event.net.at
    return track.event.status is not Status.CANCELLED and (at is None or at >= now - HISTORY)


def rank(about: About, now: datetime) -> tuple[object, ...]:
    """Order the events of an article: the surest, of equals the nearest to now."""
    at = about.track.event.net.at
    away = abs(at - now) if at and about.track.event.net.has_day else timedelta.max
    return (-round(about.linked.confidence, 1), away, about.track.event.id)


def asking(coverage: Coverage, following: Iterable[Following]) -> tuple[Following, ...]:
    """Leave the watches that want coverage, of this site, and may see the article at all."""
    found: list[Following] = []
    for one in following:
        if coverage.owner not in {EVERYBODY, one.target.guild}:
            continue
        watches = tuple(
            (watch, reason) for watch, reason in one.watches if asks(watch, Say.COVERAGE) and takes(watch.sites, coverage.article)
        )
        if watches:
            found.append(replace(one, watches=watches))
    return tuple(found)


def one_for(following: Following, article: Article, about: About, ranked: Sequence[About], now: datetime) -> Delivery | None:
    """Owe an article to one target, unless this event and site had theirs, or the day is full."""
    what, settled = what_of(article), about.settled.get(following.target, ())
    if any(one.what == what for one in settled) or today(settled, now) >= PER_DAY:
        return None
    others = [called(one.track.event) for one in ranked if one is not about]
    notice = replace(
        notice_of(following, Say.COVERAGE, what, now, until(article, about.track, now)),
        article=carried(article),
        note=", ".join(others[:NAMED]),
    )
    # It is never the card, and waits behind everything that has a T-0.
    return replace(delivery(following, about.track, notice), carded=False, t0=None)


COVERAGE = "coverage-"


def what_of(article: Article) -> str:
    """Name the notice: one per event and site."""
    return f"{COVERAGE}{normalised(site_of(article)).replace(' ', '-')[:60] or 'unnamed'}"


def today(settled: Iterable[Settled], now: datetime) -> int:
    """Count the articles about one event that one target was told within 24 h, or is about to be."""
    return sum(
        one.what.startswith(COVERAGE)
        and (one.fate is Fate.OWED or (one.fate is Fate.SENT and one.at is not None and now - one.at < DAY))
        for one in settled
    )


def until(article: Article, track: Track, now: datetime) -> datetime:
    """Tell when it is news no more: after a day; where to watch, once T-0 has come."""
    t0 = track.event.net.clock
    return min(t0, now + DAY) if t0 and t0 > now and tells_how_to_watch(article) else now + DAY


# --- what a card shows --------------------------------------------------------------------------------------------


def on_card(track: Track, article: Article) -> tuple[Article, ...]:
    """Put an article among those that a card shows: each site once, newest first; where to watch stands on top until it flies.

    A stream stands on the card anyway.
    """
    kept = [one for one in track.press if one.url != article.url]
    streams = {webcast.url for webcast in (*track.event.webcasts, *track.found)}
    ahead = track.event.status not in FLOWN | OVER
    ordered = in_order((*kept, carried(article))) if ahead else by_age((*kept, carried(article)))
    by_site: dict[str, Article] = {}
    for one in ordered:
        if one.url not in streams:
            by_site.setdefault(what_of(one), one)
    return tuple(by_site.values())[:ON_CARD]


# --- when a feed is read ------------------------------------------------------------------------------------------

EVERY = timedelta(minutes=15)
"""FEEDS: YouTube is assumed to keep its feeds that long; the news API imports every ten minutes."""
NEAR = timedelta(minutes=5)
"""Chosen, not measured: while a launch that somebody watches is near, streams appear by the minute."""
NEARNESS = (timedelta(hours=-3), timedelta(hours=1))
"""From when to when a launch counts as near, relative to its T-0."""


def next_read(now: datetime, t0s: Iterable[datetime], retry_after: timedelta | None = None) -> datetime:
    """Tell when to read a feed of articles again; one that failed says itself how long it wants to rest."""
    if retry_after is not None:
        return now + max(retry_after, NEAR)
    ahead = [t0 + NEARNESS[0] for t0 in t0s if t0 + NEARNESS[1] > now]
    begins = min(ahead, default=now + EVERY)
    return now + NEAR if begins <= now else min(now + EVERY, max(begins, now + NEAR))
