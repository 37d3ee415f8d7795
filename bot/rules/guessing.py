"""Which video of an official channel is the stream of an event before a launch feed lists one: a guess, and shown as such."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Article, Linked, Medium, Track, Webcast
from bot.rules.changes import Change, noticed
from bot.rules.webcasts import stream_id

BEGINS = (timedelta(hours=-8), timedelta(hours=1))
"""When a stream begins, relative to T-0. Measured: the webcast flag goes up 76 min before to 8 min after (FEEDS); crewed flights
are shown from suiting up on."""
SOON = timedelta(days=3)
"""Where a feed does not say when a video begins, only one of the last days before T-0 is taken for its stream.
Measured: the first link appears 71 h before NET, at the median (FEEDS)."""
CALLED = re.compile(
    r"\b(?:live(?:stream|cast)?|web\s?cast|broadcast|(?:launch|landing|docking|mission|official)\s+(?:coverage|stream)|watch)\b"
    r"|трансляци|прямой\s+эфир|(?:en|in)\s+(?:direct|directo|diretta)\b|\ben\s+vivo\b|直播|生中継|ライブ",
    re.IGNORECASE,
)
"""What a stream is called, in the languages of the channels."""
CUT = re.compile(r"\b(?:replay|highlights?|recap|rewatch|trailer|promo|teaser|archive)\b|#shorts\b", re.IGNORECASE)
"""What is no stream of it, whatever else its title says."""


def stream_of(article: Article, track: Track, now: datetime) -> Webcast | None:
    """Take a video for the stream of an event, if it looks like it."""
    t0, event = track.event.net.clock, track.event
    if not article.official or article.medium is not Medium.VIDEO or event.status in FLOWN | OVER or t0 is None:
        return None
    if article.live is False and article.starts is None:
        return None  # it is known to be no stream
    begins = article.starts or (now if article.live else None)
    if begins is None:
        fits = t0 - SOON <= now < t0 and CALLED.search(article.title) is not None
    else:
        fits = BEGINS[0] <= begins - t0 <= BEGINS[1]
    if not fits or CUT.search(article.title):
        return None
    return Webcast(
        url=article.url,
        title=article.title,
        publisher=article.site,
        language=article.language or None,
        live=article.live,
        starts=article.starts,
        guessed=True,
    )


def meant(article: Article, abouts: Iterable[tuple[Linked, Track]], now: datetime) -> tuple[Track, Webcast] | None:
    """Choose the one event whose stream a video is: the nearest to when it begins, of equals the surest."""
    fitting = [(linked, track, found) for linked, track in abouts if (found := stream_of(article, track, now))]
    at = article.starts or now
    best = min(
        fitting,
        key=lambda one: (abs((one[1].event.net.clock or at) - at), -one[0].confidence, one[1].event.id),
        default=None,
    )
    return (best[1], best[2]) if best else None


def shown(known: Track, article: Article, found: Webcast | None, now: datetime) -> tuple[Track, tuple[Change, ...]]:
    """Fold in what a channel says of a stream: that it is there, runs, has ended; or that it is none (any more).

    Once it flies nothing is taken back: who watches then watches this.
    """
    mine = stream_id(article.url)
    before = next((one for one in known.found if stream_id(one.url) == mine), None)
    if known.event.status in FLOWN | OVER and before:
        found = replace(before, live=article.live)
    others = tuple(one for one in known.found if one is not before)
    return noticed(known, (*others, found) if found else others, now)
