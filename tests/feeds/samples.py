"""Minimal pages of every feed, written for the tests: what a good answer looks like, and the same with one broken entry."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.feed_settings import Fields, JsonFeed
from bot.model import Precision, Status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

ITEM = """<item><title>{title}</title><link>https://news.example/{slug}</link><pubDate>{when}</pubDate>
<description><![CDATA[<p>A <b>rocket</b> &amp; its crew.</p><script>no()</script><p>Second line</p>]]></description></item>"""
WHEN = "Sun, 01 Mar 2026 08:00:00 +0000"


def item(slug: str, title: str = "", when: str = WHEN) -> str:
    """One item of an RSS feed."""
    return ITEM.format(title=title or f"Title of {slug}", slug=slug, when=when)


def rss(*items: str) -> str:
    """An RSS feed."""
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News of Orbit</title>'
    return head + "<link>https://news.example/</link><language>en-GB</language>" + "".join(items) + "</channel></rss>"


RSS = rss(item("one"), item("two"))
RSS_BROKEN = rss(item("one"), "<item><title>no address</title></item>", item("two"))

SNAPI_ENTRY = {
    "id": 1,
    "title": "Crew gets ready",
    "url": "https://news.example/crew",
    "image_url": "https://news.example/crew.jpg",
    "news_site": "News of Orbit",
    "summary": "Four will fly on Tuesday.",
    "published_at": "2026-03-01T08:00:00Z",
    "updated_at": "2026-03-01T09:00:00.123456Z",
    "featured": False,
    "launches": [{"launch_id": "3637C9EB-25b4-4aaa-bb7e-2c3c53c46e56", "provider": "Launch Library 2"}],
    "events": [{"event_id": 278, "provider": "Launch Library 2"}],
}
SNAPI = json.dumps({"count": 2, "next": None, "results": [SNAPI_ENTRY, SNAPI_ENTRY | {"id": 2, "url": "https://news.example/b"}]})
SNAPI_BROKEN = json.dumps(
    {"count": 3, "results": [SNAPI_ENTRY, {"id": 3, "title": ["?"]}, SNAPI_ENTRY | {"url": "https://news.example/b"}]}
)

VIDEO = """<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><yt:channelId>UCaaaaaaaaaaaaaaaaaaaaaa</yt:channelId>
<title>{title}</title><link rel="alternate" href="https://www.youtube.com/shorts/{id}"/>
<author><name>A Channel</name></author><published>2026-03-01T08:00:00+00:00</published>
<updated>2026-03-01T08:30:00+00:00</updated><media:group><media:title>{title}</media:title>
<media:thumbnail url="https://i.example/{id}.jpg"/><media:description>Watch it</media:description></media:group></entry>"""


def channel(*entries: str) -> str:
    """The Atom feed of a YouTube channel."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><title>A Channel</title>'
        + "".join(entries)
        + "</feed>"
    )


def video(own: str, title: str = "A launch, live") -> str:
    """One entry of a channel."""
    return VIDEO.format(id=own, title=title)


YOUTUBE = channel(video("aaaaaaaaaa1"), video("aaaaaaaaaa2"))
YOUTUBE_BROKEN = channel(video("aaaaaaaaaa1"), "<entry><title>no video</title></entry>", video("aaaaaaaaaa2"))

RLL_LAUNCH = {
    "id": 7,
    "name": "Starlink-35",
    "provider": {"name": "SpaceX"},
    "vehicle": {"name": "Falcon 9"},
    "pad": {"name": "LC-39A", "location": {"name": "Kennedy Space Center", "statename": "Florida", "country": "United States"}},
    "missions": [{"name": "Starlink-35", "description": "Satellites."}],
    "mission_description": None,
    "win_open": "2026-03-02T10:04Z",
    "t0": "2026-03-02T10:14Z",
    "win_close": None,
    "est_date": {"month": None, "day": None, "year": None, "quarter": None},
    "slug": "starlink-35",
    "weather_summary": "Clear",
    "media": [{"media_url": "", "youtube_vidid": "aaaaaaaaaa1"}],
    "result": -1,
    "modified": "2026-03-01T08:00:00+00:00",
}
RLL = json.dumps({"valid_auth": False, "count": 2, "result": [RLL_LAUNCH, RLL_LAUNCH | {"id": 8, "t0": None}]})
RLL_BROKEN = json.dumps({"result": [RLL_LAUNCH, "rubbish", RLL_LAUNCH | {"id": 8}]})


def entry(own: str, *lines: str, summary: str = "Electron | Owlright") -> str:
    """One entry of a calendar."""
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{own}", f"SUMMARY:{summary}", *lines, "END:VEVENT"))


def calendar(*entries: str, head: str = "VERSION:2.0") -> str:
    """A calendar."""
    return "\r\n".join(("BEGIN:VCALENDAR", head, *entries, "END:VCALENDAR", ""))


ICAL = calendar(entry("a", "DTSTART:20260302T101500Z"), entry("b", "DTSTART;VALUE=DATE:20260303"))
ICAL_BROKEN = calendar(entry("a", "DTSTART:20260302T101500Z"), entry("x", "DTSTART:soon"), entry("b", "DTSTART:20260303"))

CLUB = JsonFeed(
    url="https://club.example/launches.json",
    list="launches.upcoming",
    fields=Fields(
        id="uid",
        name="title",
        net="times.t0",
        precision="times.accuracy",
        status="state",
        stream="watch.0.url",
        pad="pad",
        site="site",
        rocket="rocket",
        lsp="by",
        mission="mission",
        link="page",
    ),
    precisions={"day only": Precision.DAY},
    statuses={"green": Status.GO},
)
CLUB_LAUNCH = {
    "uid": "K-7",
    "title": "Nexø III",
    "times": {"t0": "2026-03-02T10:15:00+01:00", "accuracy": "minute"},
    "state": "Green",
    "watch": [{"url": "https://www.youtube.com/watch?v=aaaaaaaaaa1"}],
    "pad": "Sputnik",
    "site": "Baltic Sea",
    "rocket": "Nexø",
    "by": "A club",
    "mission": "Up",
    "page": "https://club.example/k7",
}
JSON = json.dumps({"launches": {"upcoming": [CLUB_LAUNCH, CLUB_LAUNCH | {"uid": 8}]}})
JSON_BROKEN = json.dumps({"launches": {"upcoming": [CLUB_LAUNCH, {"uid": {}}, CLUB_LAUNCH | {"uid": 8}]}})
