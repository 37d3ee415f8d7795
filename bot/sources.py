"""Which feeds the settings name: articles and videos to read, and launch feeds in the order in which they are trusted."""

from __future__ import annotations

import re

from bot.feeds.http import Client
from bot.feeds.json_feed import ClubFeed
from bot.feeds.launch_library import LaunchLibrary
from bot.feeds.rocketlaunch_live import FEED as ROCKETLAUNCH_LIVE
from bot.feeds.rocketlaunch_live import RocketLaunchLive
from bot.feeds.rss import Rss
from bot.feeds.snapi import SHELVES, SpaceflightNews
from bot.feeds.youtube import Channel, DataApi
from bot.ports import Clock, Feed, Press, Requests
from bot.settings import Settings

CHANNEL_PAGE = re.compile(
    r"https://(?:www\.|m\.)?youtube\.com/(?:channel/|feeds/videos\.xml\?channel_id=)(UC[\w-]{22})(?:[/?&#].*)?", re.ASCII
)
"""A channel as people copy it from their browser. A page named by @handle names its feed itself, and rss.py says so."""
CHANNEL_FEEDS = "https://www.youtube.com/feeds/videos.xml"


def presses(settings: Settings, http: Client, clock: Clock) -> tuple[Press, ...]:
    """Every feed of articles or videos that is switched on."""
    if settings.only_launch_library:
        return ()
    feeds = settings.feeds
    found: list[Press] = []
    if feeds.snapi.on:
        found += (SpaceflightNews(shelf, feeds.snapi.url, http, clock) for shelf in SHELVES)
    found += channels(settings, http, clock) if feeds.youtube.on else ()
    found += (
        Rss(f"rss-{name}", feed.url, http, clock, site=feed.site, official=feed.official)
        for name, feed in feeds.rss.items()
        if feed.on
    )
    return tuple(found)


def marks(settings: Settings) -> dict[str, object]:
    """What each feed is made of, by its name, Launch Library aside: another mark is another feed."""
    if settings.only_launch_library:
        return {}
    feeds = settings.feeds
    found: dict[str, object] = {f"snapi-{shelf}": feeds.snapi for shelf in SHELVES if feeds.snapi.on}
    found |= {f"youtube-{name}": (one, feeds.youtube) for name, one in feeds.channels.items() if one.on and feeds.youtube.on}
    found |= {f"rss-{name}": feed for name, feed in feeds.rss.items() if feed.on}
    found |= {ROCKETLAUNCH_LIVE: feeds.rocketlaunch_live} if feeds.rocketlaunch_live.on else {}
    found |= {f"json-{name}": one for name, one in feeds.json.items() if one.on}
    found |= {f"ical-{name}": one for name, one in feeds.calendars.items() if one.on}
    return found


def channels(settings: Settings, http: Client, clock: Clock) -> tuple[Channel, ...]:
    """The channels of YouTube that are switched on, with one Data API for all of them where there is a key."""
    key = settings.youtube_key
    api = (
        DataApi(
            http,
            clock,
            base=settings.feeds.youtube.api_url,
            key=key.reveal(),
            units_per_day=settings.feeds.youtube.api_units_per_day,
        )
        if key
        else None
    )
    return tuple(
        Channel(
            f"youtube-{name}", one.channel, settings.feeds.youtube.url, http, clock, site=one.site, official=one.official, api=api
        )
        for name, one in settings.feeds.channels.items()
        if one.on
    )


def launch_feeds(settings: Settings, http: Client, store: Requests, clock: Clock) -> tuple[Feed, ...]:
    """Every launch feed that is switched on, the most trusted first: Launch Library always."""
    token = settings.launch_library_token.reveal() if settings.launch_library_token else ""
    library = LaunchLibrary(http, store, clock, base=settings.launch_library_url, token=token, quota=settings.requests_per_hour)
    if settings.only_launch_library:
        return (library,)
    feeds = settings.feeds
    found: list[Feed] = [library]
    if feeds.rocketlaunch_live.on:
        found.append(
            RocketLaunchLive(http, store, clock, base=feeds.rocketlaunch_live.url, per_hour=feeds.rocketlaunch_live.per_hour)
        )
    found += (ClubFeed(f"json-{name}", one, http, store, clock) for name, one in feeds.json.items() if one.on)
    found += calendars(settings, http, store, clock)
    return tuple(found)


def calendars(settings: Settings, http: Client, store: Requests, clock: Clock) -> tuple[Feed, ...]:
    """The iCalendar files that are switched on; none is shipped."""
    chosen = {name: one for name, one in settings.feeds.calendars.items() if one.on}
    if not chosen:
        return ()
    from bot.feeds.ical import Calendar  # noqa: PLC0415 -- 5 MB of libraries

    return tuple(Calendar(f"ical-{name}", one.url, http, store, clock, per_hour=one.per_hour) for name, one in chosen.items())


def supplied(url: str, public_http: Client, clock: Clock) -> Press:
    """A feed that a person named at run time; `public_http` must be `public_only`. Its name is its address."""
    channel = CHANNEL_PAGE.fullmatch(url.strip())
    if channel is not None:
        return Channel(url, channel[1], CHANNEL_FEEDS, public_http, clock)
    return Rss(url, url, public_http, clock)
