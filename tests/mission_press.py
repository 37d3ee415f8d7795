"""Verbs of the mission logs about what is written: a feed of articles and videos, and when it is read.

article  Site | Title | summary          (the feed shows it, with all that it showed before, and is read)
video    Site | Title | starts=13:30 live=yes official     (the same of a video; said again: what became of it)
press    fresh | down | back | read      (from now on a feed that was never read; it fails; it answers; it is read again)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from bot.flow.bookshelf import Bookshelf
from bot.flow.newsroom import Newsroom
from bot.flow.plan import Desk
from bot.flow.read import PressReader
from bot.model import Article, Medium
from bot.ports import Articles, Clock, FeedDown, Store


@dataclass
class NewsFeed:
    """A feed of articles and videos as the log plays it."""

    name: str = "news"
    shown: dict[str, Article] = field(default_factory=dict)
    up: bool = True

    async def read(self) -> Articles:
        """Give what it shows."""
        if not self.up:
            raise FeedDown("503")
        return Articles(articles=tuple(reversed(self.shown.values())))

    def show(self, at: datetime, medium: Medium, rest: str) -> None:
        """Show an article, or what became of a video."""
        site, title, *more = (part.strip() for part in rest.split("|"))
        words: dict[str, str] = {}
        for word in "".join(more).split() if medium is Medium.VIDEO else ():
            name, _, value = word.partition("=")
            words[name] = value
        url = (
            f"https://www.youtube.com/watch?v={title.replace(' ', '')[:11]:_<11}"
            if medium is Medium.VIDEO
            else f"https://{site}.example/{title}"
        )
        before = self.shown.get(title)
        self.shown[title] = Article(
            title=title,
            site=site,
            url=url.replace(" ", "-"),
            summary="" if medium is Medium.VIDEO else "".join(more),
            published_at=before.published_at if before else at,
            medium=medium,
            official="official" in words,
            starts=datetime.combine(at, time.fromisoformat(words["starts"]), UTC) if "starts" in words else None,
            live=words["live"] != "no" if "live" in words else None,
        )


@dataclass
class Reading:
    """The part of a played log about articles."""

    store: Store
    clock: Clock
    desk: Desk
    press: NewsFeed = field(default_factory=NewsFeed)
    up: bool = True

    def __post_init__(self) -> None:
        """Read as a process that just began."""
        self.boot()

    def boot(self) -> None:
        """Start anew what reads articles."""
        self.newsroom = Newsroom(self.store, self.clock, self.desk, Bookshelf(self.store))
        self.reader = PressReader(self.newsroom, self.press)

    async def do_article(self, rest: str) -> None:
        """Let the feed of articles show one more, and read it."""
        self.press.show(self.clock.now(), Medium.ARTICLE, rest)
        await self.do_press("read")

    async def do_video(self, rest: str) -> None:
        """The same with a video, or with what became of it."""
        self.press.show(self.clock.now(), Medium.VIDEO, rest)
        await self.do_press("read")

    async def do_press(self, rest: str) -> None:
        """Change the feed, and read it."""
        if rest == "fresh":
            self.press.name = f"news since {self.clock.now():%H:%M}"
            return
        self.press.up = self.press.up if rest == "read" else rest == "back"
        self.reader.at = None
        await self.reader.beat()
