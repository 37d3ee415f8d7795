"""RSS and Atom, with feedparser: any number of news sites, NASA's and ESA's among them. Malformed feeds give their good entries."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import cast
from xml.sax import SAXException

import feedparser

from bot.feeds.http import Client, Fetched, joined
from bot.feeds.page import Page
from bot.feeds.prints import AHEAD, ENTRIES, MARKUP, canonical, headline, medium_of, once, plain, watch_url
from bot.feeds.wire import FIRST_YEAR, Record, address_of, is_list, is_record, one_line
from bot.model import Article, Fault
from bot.ports import Articles, Clock, FeedDown, NotModified
from bot.rules.webcasts import VIDEO_ID

MARKS = 100_000
"""Most tags of a page. Measured: 440 articles in full have 20,000; feedparser needs some 26 µs for a nested one."""
NAMESPACE, NAMESPACES = re.compile(rb"xmlns[^\s>]{0,200}"), 100
"""Most namespaces that a page declares. Measured: real ones have 1 to 12; feedparser walks through all of them at each tag."""
TAIL = 2_000
"""How much of a page's end is looked at for the end of its root, in bytes: sites put comments after it."""
ENDS = (b"</rss", b"</feed", b":rdf>", b"</rdf", b"</channel")
BROKEN = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, ArithmeticError, EOFError)
"""What feedparser was seen to raise on rubbish, or may: it promises to raise nothing."""
PARSE: Callable[..., Mapping[str, object]] = feedparser.parse  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] — no types
HEAD, LINKS = 400_000, 300
"""How much of a web page is looked at for the feed that it names, in bytes and in links. Measured: YouTube's heads are 300 kB."""
LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z]{2,10})\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})')""", re.IGNORECASE)
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml"})
LANGUAGE = re.compile(r"[a-z]{2}(?![a-z])")
SITE = 80
"""Longest name of a site, in characters. Measured: titles of feeds are 4 to 60."""
ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


class Rss:
    """One RSS or Atom feed. See ports.Press."""

    def __init__(self, name: str, url: str, client: Client, clock: Clock, *, site: str = "", official: bool = False) -> None:
        self.name = name
        self._clock = clock
        self._site = site
        self._official = official
        self._page = Page(client, url, headers={"Accept": ACCEPT})

    async def read(self) -> Articles | NotModified:
        """See ports.Press."""
        return await self._page.read(self._parsed)

    def _parsed(self, page: Fetched) -> Articles:
        return parse(page.body, now=self._clock.now(), url=page.url, kind=served(page), site=self._site, official=self._official)


def served(page: Fetched) -> str:
    """Write the content type as it was served; only a charset that was said counts."""
    return f"{page.content_type}; charset={page.charset}" if page.charset else page.content_type


def parse(body: bytes, *, now: datetime, url: str = "", kind: str = "", site: str = "", official: bool = False) -> Articles:
    """Read a feed. Raises: FeedDown when it is none."""
    feed, entries = read(body, url=url, kind=kind)
    faults: list[Fault] = []
    about = Record(feed, "feed", faults)
    if len(entries) > ENTRIES:
        faults.append(Fault("feed", f"{len(entries)} entries, {ENTRIES} read"))
    if cut_short(body) and entries:
        faults.append(Fault("feed", "it breaks off: its last entry is not believed"))
        entries = entries[:-1]
    called = site or one_line(headline(about.text("title")), SITE)
    dated = published(feed, now, "updated_parsed", "published_parsed") or now
    language = language_of(about)
    found: list[Article] = []
    for at, entry in enumerate(entries[:ENTRIES]):
        article = article_of(Record(entry, f"[{at}]", faults), now, dated)
        if article is not None:
            found.append(
                Article(
                    title=article.title,
                    published_at=article.published_at,
                    summary=article.summary,
                    site=called,
                    url=article.url,
                    medium=article.medium,
                    language=article.language or language,
                    image=article.image,
                    updated_at=article.updated_at,
                    official=official,
                )
            )
    return Articles(articles=once(found), faults=tuple(dict.fromkeys(faults)))


def read(body: bytes, *, url: str = "", kind: str = "") -> tuple[Mapping[str, object], list[Mapping[str, object]]]:
    """Give what feedparser finds: what is said about the feed, and its entries. Raises: FeedDown when it is no feed."""
    if body.count(b"<") > MARKS or len(set(NAMESPACE.findall(body))) > NAMESPACES:
        raise FeedDown("the page has more markup than any feed")
    headers = {"content-location": url, **({"content-type": kind} if kind else {})}
    try:
        # A stream, never a text: feedparser would open a text as an address or a file.
        parsed = PARSE(io.BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    except BROKEN as error:
        raise FeedDown(f"the page can't be read as a feed: {type(error).__name__}") from None
    entries = parsed.get("entries")
    listed = [dict(entry) for entry in entries if is_record(entry)] if is_list(entries) else []
    # An empty feed is one; a page that breaks before its first entry is none. Other reasons for `bozo` are remarks on its headers.
    if not listed and (not parsed.get("version") or isinstance(parsed.get("bozo_exception"), SAXException)):
        named = feed_named_by(body, url)
        raise FeedDown(f"{looks_like(body)} came instead of a feed" + (f"; it names {named} as its feed" if named else ""))
    feed = parsed.get("feed")
    return dict(feed) if is_record(feed) else {}, cast("list[Mapping[str, object]]", listed)


def looks_like(body: bytes) -> str:
    """Say what came instead of a feed."""
    start = body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")[:200].lower()
    if not start:
        return "nothing"
    if b"<!doctype html" in start or b"<html" in start:
        return "a web page"
    return "broken XML" if start.startswith(b"<") else "something else"


def feed_named_by(page: bytes, url: str) -> str:
    """Find the feed that a web page names for its readers; empty when it names none."""
    for tag in islice(LINK.finditer(page[:HEAD].decode("utf-8", "replace")), LINKS):
        said = {name.casefold(): one or other for name, one, other in ATTRIBUTE.findall(tag[0])}
        if said.get("type", "").casefold() in FEED_TYPES and said.get("href"):
            return address_of(joined(url, html.unescape(said["href"]))) or ""
    return ""


def cut_short(body: bytes) -> bool:
    """Whether the page ends before its root does: then its last entry may be half a one."""
    tail = body[-TAIL:].replace(b"\0", b"").lower()
    return not any(end in tail for end in ENDS)


def article_of(entry: Record, now: datetime, dated: datetime) -> Article | None:
    """Read one entry; None, with a fault, when it has no address, no title or a date that is no publication's."""
    url = address(entry)
    title = headline(entry.text("title", limit=MARKUP))
    summary = plain(text_of(entry))
    title = title or one_line(summary.partition("\n")[0], 120)
    published_at = published(entry.value, now, "published_parsed", "updated_parsed", "created_parsed")
    future = published_at is None and any(entry.value.get(key) for key in ("published_parsed", "updated_parsed"))
    wrong = "no web address" if not url else "no title" if not title else "dated in the future" if future else ""
    if wrong:
        entry.fault("entry", wrong)
        return None
    if published_at is None and any(entry.value.get(key) for key in ("published", "updated")):
        entry.fault("published", "no date that can be read")
    updated_at = published(entry.value, now, "updated_parsed")
    first = published_at or dated
    return Article(
        title=title,
        published_at=first,
        summary=summary,
        url=url,
        medium=medium_of(url),
        language=language_of(entry),
        image=image(entry, url),
        updated_at=updated_at if updated_at is not None and updated_at > first else None,
    )


def address(entry: Record) -> str:
    """Find where an entry leads: its link, else any of its links, else a guid that is an address."""
    for candidate in candidates(entry):
        if found := canonical(candidate.strip()):
            return found
    return ""


def candidates(entry: Record) -> Iterator[str]:
    """Give what may be the address of an entry, best first."""
    links = [link for link in parts(entry, "links") if isinstance(link.get("href"), str)]
    video, own = entry.value.get("yt_videoid"), entry.value.get("feedburner_origlink")
    if isinstance(video, str) and VIDEO_ID.fullmatch(video):
        yield watch_url(video)
    yield from (one for one in (own, entry.value.get("link")) if isinstance(one, str))
    yield from (str(link["href"]) for link in links if link.get("rel") in {"alternate", None})
    yield from (one for one in (entry.value.get("id"),) if isinstance(one, str))


def parts(entry: Record, key: str) -> list[Mapping[str, object]]:
    """Give the objects of a list that feedparser made."""
    value = entry.value.get(key)
    return [part for part in value[:ENTRIES] if is_record(part)] if is_list(value) else []


def text_of(entry: Record) -> str:
    """Find the summary of an entry, else its whole text."""
    said = entry.value.get("summary")
    if isinstance(said, str) and said.strip():
        return said
    bodies = (part.get("value") for part in parts(entry, "content"))
    return next((body for body in bodies if isinstance(body, str) and body.strip()), "")


def image(entry: Record, base: str) -> str:
    """Find the picture of an entry: a thumbnail, a media file or an enclosure that says it is one."""
    media = (*parts(entry, "media_thumbnail"), *filter(is_picture, parts(entry, "media_content")))
    enclosed = (link for link in parts(entry, "links") if link.get("rel") == "enclosure" and is_picture(link))
    for part in (*media, *enclosed):
        given = part.get("url") or part.get("href")
        if isinstance(given, str):
            whole = f"{base.partition(':')[0]}:{given}" if given.startswith("//") else given
            if found := address_of(whole):
                return found
    return ""


def is_picture(part: Mapping[str, object]) -> bool:
    """Whether a media file says that it is a picture."""
    return part.get("medium") == "image" or str(part.get("type", "")).startswith("image/")


def published(record: Mapping[str, object], now: datetime, *keys: str) -> datetime | None:
    """Read the first date that can be one; a little ahead of now is a clock that is wrong, far ahead is none."""
    for key in keys:
        at = instant(record.get(key))
        if at is not None and at <= now + AHEAD:
            return min(at, now)
    return None


def instant(value: object) -> datetime | None:
    """Read what feedparser makes of a date, which is UTC."""
    if not isinstance(value, time.struct_time) or value.tm_year < FIRST_YEAR:
        return None
    try:
        return datetime(*value[:5], min(value.tm_sec, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def language_of(record: Record) -> str:
    """Read the language of a feed or an entry."""
    detail = record.value.get("title_detail")
    said = record.value.get("language") or (detail.get("language") if is_record(detail) else None)
    found = LANGUAGE.match(said.strip().casefold()) if isinstance(said, str) else None
    return found[0] if found else ""
