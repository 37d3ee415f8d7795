"""What is printed about spaceflight, as feeds give it: HTML to plain text, addresses to one form, dates to ones that can be."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from bot.feeds.wire import address_of, clipped, one_line, prose
from bot.model import Article, Medium
from bot.rules.webcasts import stream_id

ENTRIES = 100
"""Most articles of one page. Measured: feeds hold 10 to 50, a whole archive 440."""
SUMMARY = 4_000
"""Longest summary, in characters: what one Discord embed can show."""
MARKUP = 40_000
"""How much of an entry's HTML is read, in characters. Measured: NASA's articles in full are 6,000 to 40,000."""
AHEAD = timedelta(days=1)
"""A date farther ahead is no publication's: a feed of launches gives theirs. Nearer ones are clocks and zones that are wrong."""

TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<mute>script|style|iframe|svg|template)\b.*?(?:</(?P=mute)\s*>|\Z)"
    r"|</?(?P<block>p|br|div|li|ul|ol|h[1-6]|tr|table|blockquote|section|figure|figcaption|pre|hr)\b[^<>]*>"
    r"|</?[a-z!?][^<>]*>"
    r"|</?[a-z!][^<>]*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""What is no text. No part of it looks beyond the next bracket twice: it takes time in proportion to the text."""
LEFT_OVER = re.compile(r"</?(?:p|br|div|a|b|i|em|strong|span|img|li|ul|h[1-6])\b[^<>]*>", re.IGNORECASE)
"""Tags that are still there after one round: the feed wrote them as text, twice escaped."""
TRACKS = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src|cmpid|smid|at_\w+)=", re.IGNORECASE)
"""Parts of an address that say where a reader came from, not what is read."""


def plain(markup: str, limit: int = SUMMARY) -> str:
    """Read HTML as text: blocks become lines, scripts nothing, entities what they stand for."""
    text = markup[:MARKUP]
    for _ in range(2):
        text = html.unescape(TAG.sub(lambda tag: "\n" if tag["block"] else "", text))
        if not LEFT_OVER.search(text):
            break
    lines = (" ".join(line.split()) for line in prose(text, MARKUP).split("\n"))
    return clipped("\n".join(line for line in lines if line), limit)


def headline(markup: str) -> str:
    """Read a title, which is one line."""
    return one_line(plain(markup))


def canonical(address: str) -> str:
    """Give the form of an address that all feeds share; empty when it is no web address."""
    known = address_of(address)
    if known is None:
        return ""
    stream = stream_id(known)
    if stream.startswith("youtube:"):
        return watch_url(stream.removeprefix("youtube:"))
    parts = urlsplit(known)
    query = "&".join(part for part in parts.query.split("&") if not TRACKS.match(part))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def watch_url(video: str) -> str:
    """Write the address of a YouTube video."""
    return f"https://www.youtube.com/watch?v={video}"


def medium_of(address: str) -> Medium:
    """Tell a video from an article by its address."""
    return Medium.VIDEO if stream_id(address).startswith("youtube:") else Medium.ARTICLE


def once(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Keep each address once, the first of it, and no more than anybody reads."""
    found: dict[str, Article] = {}
    for article in articles:
        found.setdefault(article.url, article)
    return tuple(found.values())[:ENTRIES]
