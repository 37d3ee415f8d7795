"""Loopback news: a site's RSS feed and a channel's Atom feed, as they would look at an instant of the scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from bot.sandbox.facts import Fact

RSS, VIDEOS = "press", "videos.xml"
"""Where they are: `press/KEY` for a site, `videos.xml?channel_id=ID` for a channel."""
SHOWN = 15
"""A channel's feed has its newest fifteen videos."""
YOUTUBE = "https://www.youtube.com"


class Paper(Fact, frozen=True, kw_only=True):
    """A site or a channel. `channel` is the id of the latter."""

    title: str
    kind: Literal["site", "channel"] = "site"
    channel: str = ""
    url: str = ""


class Story(Fact, frozen=True, kw_only=True):
    """An article, or a video by its id, and since when its feed shows it."""

    at: datetime
    by: str
    title: str
    text: str = ""
    video: str = ""
    says: str = ""


def page(papers: Mapping[str, Paper], stories: Iterable[Story], path: str, channel: str, now: datetime) -> tuple[str, bytes] | None:
    """The feed at a path as it is now: its content type and bytes; None where there is none."""
    wanted = path.removeprefix(f"{RSS}/")
    for key, paper in papers.items():
        if (paper.kind == "site" and path == f"{RSS}/{wanted}" and key == wanted) or (
            paper.kind == "channel" and path == VIDEOS and paper.channel == channel
        ):
            shown = sorted((one for one in stories if one.by == key and one.at <= now), key=lambda one: one.at, reverse=True)[
                :SHOWN
            ]
            written = rss(paper, shown) if paper.kind == "site" else atom(paper, shown)
            return ("application/rss+xml" if paper.kind == "site" else "text/xml"), written.encode()
    return None


def rss(paper: Paper, stories: Iterable[Story]) -> str:
    """A site's feed, as a weblog writes it."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(address(paper, one))}</link>"
        f'<guid isPermaLink="true">{escape(address(paper, one))}</guid>'
        f"<pubDate>{format_datetime(one.at, usegmt=True)}</pubDate><description>{escape(escape(one.text))}</description></item>"
        for one in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(paper.title)}</title><link>{escape(paper.url)}</link><description>News</description>"
        f"<language>en-US</language>{items}</channel></rss>"
    )


def atom(paper: Paper, stories: Iterable[Story]) -> str:
    """A channel's feed, as YouTube writes it: it does not say when a stream begins."""
    entries = "".join(
        f"<entry><id>yt:video:{one.video}</id><yt:videoId>{one.video}</yt:videoId><yt:channelId>{paper.channel}</yt:channelId>"
        f'<title>{escape(one.title)}</title><link rel="alternate" href={quoteattr(address(paper, one))}/>'
        f"<author><name>{escape(paper.title)}</name></author><published>{one.at.isoformat()}</published>"
        f"<updated>{one.at.isoformat()}</updated><media:group><media:title>{escape(one.title)}</media:title>"
        f"<media:description>{escape(one.text)}</media:description></media:group></entry>"
        for one in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>yt:channel:{paper.channel}</id><yt:channelId>{paper.channel}</yt:channelId><title>{escape(paper.title)}</title>"
        f"{entries}</feed>"
    )


def address(paper: Paper, story: Story) -> str:
    """Where a story is read or watched."""
    if paper.kind == "channel":
        return f"{YOUTUBE}/watch?v={story.video}"
    words = "".join(char if char.isalnum() else "-" for char in story.title.lower())
    return f"{paper.url}/{story.at:%Y/%m/%d}/{'-'.join(filter(None, words.split('-')))}"
