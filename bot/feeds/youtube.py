"""YouTube channels: their Atom feeds and, with a key, the Data API for when a stream is scheduled and whether it is live."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.feeds import rss
from bot.feeds.http import Client, Fetched, Missing, Throttled, json_of
from bot.feeds.page import SECONDS, SIZE, Page
from bot.feeds.prints import watch_url
from bot.feeds.rss import ACCEPT, served
from bot.feeds.wire import Record, is_list, is_record
from bot.model import Article, Fault, Medium
from bot.ports import Articles, Clock, FeedDown, NotModified
from bot.rules.webcasts import VIDEO_ID

ASKED = 50
"""Videos that one question to the Data API may name, its own limit; it costs one unit however many they are."""
DAY = timedelta(days=1)
WATCHED = timedelta(days=14)
"""A stream that is scheduled is asked about until so long after its video appeared. Chosen, not measured: rooms for launches of the
far future are opened months ahead and say nothing by the hour."""
NEAR = timedelta(days=3)
"""And in any case so long before and after it is to begin."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What the Data API says of a video. An upload that is no stream is neither awaited nor live."""

    live: bool = False
    awaited: bool = False
    starts: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it may still change."""
        return self.live or self.awaited


class DataApi:
    """YouTube's Data API, for all channels together: what it costs is counted, and bounded for any rolling day."""

    def __init__(self, client: Client, clock: Clock, *, base: str, key: str, units_per_day: int) -> None:
        self._client = client
        self._clock = clock
        self._base = base.rstrip("/")
        self._key = key
        self._units_per_day = units_per_day
        self._spent: deque[datetime] = deque()

    @property
    def spent(self) -> int:
        """Units spent within the last day."""
        while self._spent and self._spent[0] <= self._clock.now() - DAY:
            self._spent.popleft()
        return len(self._spent)

    async def streams(self, videos: Sequence[str]) -> tuple[Mapping[str, Stream], tuple[Fault, ...]]:
        """Ask about up to fifty videos; one that is gone is not in the answer. Raises: FeedDown."""
        if self.spent >= self._units_per_day:
            raise FeedDown(f"{self._units_per_day} units of YouTube's quota are spent", self._spent[0] + DAY - self._clock.now())
        query = urlencode({"part": "snippet,liveStreamingDetails", "id": ",".join(videos[:ASKED]), "maxResults": ASKED})
        self._spent.append(self._clock.now())
        # The key goes into a header: addresses end up in logs.
        headers = {"X-Goog-Api-Key": self._key, "Accept": "application/json"}
        answer = await self._client.get(f"{self._base}/videos?{query}", headers=headers, size=SIZE, seconds=SECONDS)
        match answer:
            case Fetched():
                return parse_streams(json_of(answer.body))
            case Throttled(wait, _):
                raise FeedDown("YouTube's Data API answered 429", wait)
            case Missing() | NotModified():
                raise FeedDown("YouTube's Data API is not there: is that the right address?")


class Channel:
    """One channel. See ports.Press."""

    def __init__(
        self,
        name: str,
        channel: str,
        base: str,
        client: Client,
        clock: Clock,
        *,
        site: str = "",
        official: bool = False,
        api: DataApi | None = None,
    ) -> None:
        self.name = name
        self._clock = clock
        self._site = site
        self._official = official
        self._api = api
        self._page = Page(client, f"{base}?{urlencode({'channel_id': channel})}", headers={"Accept": ACCEPT})
        self._videos: dict[str, Article] = {}
        self._streams: dict[str, Stream] = {}
        self._faults: tuple[Fault, ...] = ()

    async def read(self) -> Articles | NotModified:
        """See ports.Press. With a key, a page that did not change still tells which of its streams went live."""
        answer = await self._page.read(self._parsed)
        if isinstance(answer, Articles):
            self._hold(answer)
        if self._api is None:
            return answer
        before = dict(self._streams)
        faults = await self._look(self._api)
        if isinstance(answer, NotModified) and before == self._streams:
            return answer
        articles = tuple(shown_as(article, self._streams.get(video)) for video, article in self._videos.items())
        return Articles(articles=articles, faults=(*self._faults, *faults))

    def _parsed(self, page: Fetched) -> Articles:
        return parse(page.body, now=self._clock.now(), url=page.url, kind=served(page), site=self._site, official=self._official)

    def _hold(self, page: Articles) -> None:
        """Take over what the page lists; a stream that it no longer lists stays while it may still change."""
        listed = {video_of(article): article for article in page.articles}
        held = {video: article for video, article in self._videos.items() if self._watched(video, article)}
        self._videos = listed | {video: article for video, article in held.items() if video not in listed}
        self._streams = {video: stream for video, stream in self._streams.items() if video in self._videos}
        self._faults = page.faults

    def _watched(self, video: str, article: Article) -> bool:
        """Whether a video's stream may still change, and is not too old to be asked about."""
        stream = self._streams.get(video)
        if stream is None or not stream.open:
            return False
        now = self._clock.now()
        near = stream.starts is not None and abs(stream.starts - now) < NEAR
        return near or now - article.published_at < WATCHED

    async def _look(self, api: DataApi) -> tuple[Fault, ...]:
        """Ask about videos that are new and about streams that may change. What the API can't say now is said without it."""
        asked = [video for video, article in self._videos.items() if video not in self._streams or self._watched(video, article)]
        if not asked:
            return ()
        try:
            found, faults = await api.streams(asked[:ASKED])
        except FeedDown as down:
            return (Fault("Data API", down.why),)
        gone = {video: Stream() for video in asked[:ASKED] if video not in found}
        self._streams |= gone | dict(found)
        return faults


# --- reading ------------------------------------------------------------------------------------------------------


def parse(body: bytes, *, now: datetime, url: str = "", kind: str = "", site: str = "", official: bool = False) -> Articles:
    """Read a channel's Atom feed. Raises: FeedDown when it shows no video, as a consent page does."""
    page = rss.parse(body, now=now, url=url, kind=kind, site=site, official=official)
    videos = tuple(article for article in page.articles if article.medium is Medium.VIDEO)
    if not videos:
        raise FeedDown("the channel's feed shows no video")
    return Articles(articles=videos, faults=page.faults)


def parse_streams(page: object) -> tuple[Mapping[str, Stream], tuple[Fault, ...]]:
    """Read the Data API's answer about videos. Raises: FeedDown when it is none."""
    entries = page.get("items") if is_record(page) else None
    if not is_list(entries):
        raise FeedDown("YouTube's Data API gave no list of videos")
    faults: list[Fault] = []
    found: dict[str, Stream] = {}
    for at, entry in enumerate(entries[:ASKED]):
        record = Record(entry if is_record(entry) else {}, f"[{at}]", faults)
        video = record.text("id")
        if not VIDEO_ID.fullmatch(video):
            record.fault("id", "no id of a video")
            continue
        found[video] = stream_of(record)
    return found, tuple(faults)


def stream_of(record: Record) -> Stream:
    """Read what is said of one video's stream."""
    snippet, details = record.record("snippet"), record.record("liveStreamingDetails")
    state = snippet.text("liveBroadcastContent") if snippet else ""
    if details is None:
        return Stream(live=state == "live", awaited=state == "upcoming")
    began, ended = details.instant("actualStartTime"), details.instant("actualEndTime")
    starts = began or details.instant("scheduledStartTime")
    live = ended is None and (state == "live" or began is not None)
    return Stream(live=live, awaited=ended is None and not live and starts is not None, starts=starts)


def shown_as(article: Article, stream: Stream | None) -> Article:
    """Add to a video what is known of its stream."""
    return article if stream is None else replace(article, live=stream.live, starts=stream.starts)


def video_of(article: Article) -> str:
    """Give the id of a video from its address, which has one form."""
    return article.url.removeprefix(watch_url(""))
