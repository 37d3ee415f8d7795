"""Which feeds the settings name: articles and videos to read, and launch feeds in the order in which they are trusted."""

from __future__ import annotations

from bot.feeds.http import Client
from bot.feeds.launch_library import LaunchLibrary
from bot.feeds.rss import Rss
from bot.feeds.snapi import SHELVES, SpaceflightNews
from bot.ports import Clock, Feed, Press, Requests
from bot.settings import Settings


def presses(settings: Settings, http: Client, clock: Clock) -> tuple[Press, ...]:
    """Every feed of articles or videos that is switched on."""
    if settings.only_launch_library:
        return ()
    feeds = settings.feeds
    found: list[Press] = []
    if feeds.snapi.on:
        found += (SpaceflightNews(shelf, feeds.snapi.url, http, clock) for shelf in SHELVES)
    found += (
        Rss(f"rss-{name}", feed.url, http, clock, site=feed.site, official=feed.official)
        for name, feed in feeds.rss.items()
        if feed.on
    )
    return tuple(found)


def launch_feeds(settings: Settings, http: Client, store: Requests, clock: Clock) -> tuple[Feed, ...]:
    """Every launch feed that is switched on, the most trusted first: Launch Library always."""
    token = settings.launch_library_token.reveal() if settings.launch_library_token else ""
    library = LaunchLibrary(http, store, clock, base=settings.launch_library_url, token=token, quota=settings.requests_per_hour)
    return (library,)


def supplied(url: str, public_http: Client, clock: Clock) -> Press:
    """A feed that a person named at run time; `public_http` must be `public_only`. Its name is its address."""
    return Rss(url, url, public_http, clock)
