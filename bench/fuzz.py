"""Broken pages to every feed's reader: no crash, no hang, no wrong event; and how long it takes beside the bare library."""

from __future__ import annotations

import argparse
import json
import signal
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import cast
from zlib import crc32

import feedparser
import icalendar

from bench.laws import wrong_with
from bench.mutations import CLOSES, OPENS, Dice, Mutated, broken, one_entry_broken, one_event_broken
from bot.feeds import ical, json_feed, ll_parse, rocketlaunch_live, rss, snapi, youtube
from bot.feeds.http import json_of
from bot.model import Article, Sighting
from bot.ports import FeedDown
from tests.feeds import samples

SHELF = Path(__file__).resolve().parents[1].parent / "shared" / "feeds"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES = 100_000
HANGS = 2.0
"""A page that takes longer, in seconds of the processor, hangs: pages here are at most 96 kB."""
STUCK = 20
"""After so many seconds a reader is interrupted."""
EACH = 20
"""Every so many pages the bare library reads the same page, for comparison."""
SEED = 4
WHOLE = 12_000
"""Recorded pages longer than this, in bytes, are cut to their first entries: a hundred thousand pages shall take minutes."""
SHOWN = 5

Found = Article | Sighting
LIBRARY: Callable[..., object] = feedparser.parse  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] — no types


class Stuck(BaseException):
    """A reader did not come back. No Exception: readers catch those."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One feed's parse(), the pages that are broken for it, and the library that it stands on."""

    read: Callable[[bytes], Sequence[Found]]
    pages: tuple[bytes, ...]
    mutate: Callable[[Sequence[bytes], Dice], Mutated]
    library: Callable[[bytes], object]
    share: int
    """How many of a hundred pages are for it."""


@dataclass(slots=True)
class Tally:
    """What became of the pages of one reader."""

    pages: int = 0
    down: int = 0
    entries: int = 0
    crashes: int = 0
    hangs: int = 0
    wrong: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    compared: float = 0.0
    """Seconds spent on the pages that the library read too."""
    library: float = 0.0
    """Its own seconds."""
    raised: int = 0
    asked: int = 0
    examples: list[str] = field(default_factory=list[str])

    def line(self, name: str) -> str:
        """One row of the table."""
        ms = 1_000 * self.seconds / max(self.pages, 1)
        return (
            f"{name:18} {self.pages:7} {self.entries:8} {self.down:7} {self.crashes:7} {self.hangs:6} {self.wrong:6} "
            f"{ms:8.2f} {1_000 * self.slowest:9.0f} {self.compared / max(self.library, 1e-9):7.2f} "
            f"{100 * self.raised / max(self.asked, 1):8.0f} %"
        )


# --- pages --------------------------------------------------------------------------------------------------------


def recorded(*patterns: str) -> list[bytes]:
    """Read recorded pages; none where the shelf is not at hand."""
    return [path.read_bytes() for pattern in patterns for path in sorted(SHELF.glob(pattern)) if path.is_file()]


def shortened(page: bytes) -> bytes:
    """Cut a long feed to its head, its first two entries and its end."""
    lower = page.lower()
    name = b"item" if b"<item" in lower else b"entry"
    parts = page.split(b"</" + name + b">")
    if len(page) <= WHOLE or len(parts) < 4:
        return page[:WHOLE] if len(page) > WHOLE else page
    short = (b"</" + name + b">").join((*parts[:2], parts[-1]))
    return short if len(short) <= WHOLE else page[:WHOLE]


def feeds() -> tuple[bytes, ...]:
    """RSS and Atom of every kind."""
    found = recorded("rss/*.rss*", "rss/*.xml*", "rss/malformed/**/*.xml", "rss/malformed/**/*.rss", "rss/malformed/**/*.atom")
    own = (samples.RSS, samples.RSS_BROKEN, samples.YOUTUBE)
    return (*(text.encode() for text in own), *map(shortened, found))


def channels() -> tuple[bytes, ...]:
    """Feeds of YouTube channels."""
    own = (samples.YOUTUBE, samples.YOUTUBE_BROKEN)
    return (*(text.encode() for text in own), *map(shortened, recorded("rss/youtube/*.xml")))


def calendars() -> tuple[bytes, ...]:
    """Calendars, one of them with entries that recur."""
    rules = ("RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20260402T101500Z", "DTSTART;TZID=Asia/Tokyo:20260302T101500", "STATUS:CANCELLED")
    mixed = samples.calendar(*(samples.entry(str(at), "DTSTART:20260302T101500Z", rule) for at, rule in enumerate(rules)))
    real = (page.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for page in recorded("ics/*.ics"))
    return (samples.ICAL.encode(), mixed.encode(), *real)


def lists(listed: Sequence[str], own: Iterable[str], *patterns: str, most: int = 3) -> tuple[bytes, ...]:
    """JSON pages cut to lists of a few entries, so that many fit into a minute."""
    found: list[bytes] = [text.encode() for text in own]
    for page in recorded(*patterns):
        entries = entries_of(cast("object", json.loads(page)), listed)
        for begin in range(0, min(len(entries), 4 * most), most):
            inner: object = entries[begin : begin + most]
            for key in reversed(listed):
                inner = {key: inner}
            found.append(json.dumps(inner).encode())
    return tuple(found)


def entries_of(page: object, listed: Sequence[str]) -> list[object]:
    """Give the list of a JSON page, which some recordings hold without what is around it."""
    for key in listed:
        page = cast("dict[str, object]", page).get(key) if isinstance(page, dict) else page
    return cast("list[object]", page) if isinstance(page, list) else []


def either(*ways: Callable[[Sequence[bytes], Dice], Mutated]) -> Callable[[Sequence[bytes], Dice], Mutated]:
    """Break pages now in one way, now in another."""
    return lambda pages, dice: dice.pick(ways)(pages, dice)


def entries_at(*listed: str) -> Callable[[Sequence[bytes], Dice], Mutated]:
    """Break one entry of a JSON list."""
    return lambda pages, dice: one_entry_broken(pages, dice, listed)


def streams(body: bytes) -> Sequence[Found]:
    """Read the Data API's answer, and hang what it says on a video."""
    found, _ = youtube.parse_streams(json_of(body))
    return [youtube.shown_as(a_video(), stream) for stream in found.values()]


@cache
def a_video() -> Article:
    """A video of which the Data API may say something."""
    return youtube.parse(samples.YOUTUBE.encode(), now=NOW).articles[0]


def readers() -> dict[str, Reader]:
    """Every feed's reader."""
    any_json = json.loads
    api = {
        "id": "aaaaaaaaaa1",
        "snippet": {"liveBroadcastContent": "live"},
        "liveStreamingDetails": {"actualStartTime": "2026-03-01"},
    }
    return {
        "rss": Reader(
            lambda body: rss.parse(body, now=NOW, url="https://e.example/feed", kind="text/xml").articles,
            feeds(),
            broken,
            parsed,
            22,
        ),
        "youtube": Reader(lambda body: youtube.parse(body, now=NOW, kind="text/xml").articles, channels(), broken, parsed, 8),
        "youtube data api": Reader(
            streams,
            lists(("items",), [json.dumps({"items": [api, api | {"id": "aaaaaaaaaa2"}]})]),
            either(broken, entries_at("items")),
            any_json,
            5,
        ),
        "snapi": Reader(
            lambda body: snapi.parse(json_of(body), now=NOW).articles,
            lists(("results",), [samples.SNAPI, samples.SNAPI_BROKEN], "snapi/*.json"),
            either(broken, entries_at("results")),
            any_json,
            15,
        ),
        "rocketlaunch.live": Reader(
            lambda body: rocketlaunch_live.parse(json_of(body)).sightings,
            lists(("result",), [samples.RLL, samples.RLL_BROKEN], "rocketlaunch_live/*.json"),
            either(broken, entries_at("result")),
            any_json,
            15,
        ),
        "icalendar": Reader(
            lambda body: ical.parse(body, feed="ical", now=NOW).sightings,
            calendars(),
            either(broken, one_event_broken),
            icalendar.Calendar.from_ical,
            12,
        ),
        "json of clubs": Reader(
            lambda body: json_feed.parse(json_of(body), samples.CLUB, feed="json").sightings,
            (samples.JSON.encode(), samples.JSON_BROKEN.encode()),
            either(broken, entries_at("launches", "upcoming")),
            any_json,
            13,
        ),
        "launch library": Reader(
            lambda body: ll_parse.parse_page(json_of(body)).sightings,
            lists(
                ("results",),
                ['{"results": [{"id": "a", "name": "R | M", "net": "2026-03-02T10:15:00Z", "status": {"id": 1}}]}'],
                "ll2/2.3.0/*.json",
                "ll2/2.2.0/*.json",
                "ll2/2.0.0/*.json",
                most=2,
            ),
            either(broken, entries_at("results")),
            any_json,
            10,
        ),
    }


def parsed(body: bytes) -> object:
    """What feedparser alone does, as most bots use it."""
    return LIBRARY(BytesIO(body))


# --- the campaign -------------------------------------------------------------------------------------------------


@contextmanager
def interrupted(seconds: int) -> Generator[None]:
    """Raise Stuck in what does not come back."""

    def stop(_signal: int, _frame: object) -> None:
        raise Stuck

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def page_of(name: str, reader: Reader, number: int) -> Mutated:
    """Make the page of a number: the same one every time."""
    return reader.mutate(reader.pages, Dice(crc32(f"{SEED} {name}".encode()) * 2**32 + number))


def try_page(name: str, reader: Reader, number: int, tally: Tally, whole: Whole) -> None:
    """Give a reader one broken page, and note what becomes of it."""
    page = page_of(name, reader, number)
    begun = process_time()  # how busy the machine is otherwise says nothing of a reader
    found: Sequence[Found] = ()
    why: list[str] = []
    try:
        with interrupted(STUCK):
            found = reader.read(page.body)
    except FeedDown:
        tally.down += 1
    except Stuck:
        why.append("hangs")
    except Exception as crash:  # noqa: BLE001 — whatever a reader raises is what is looked for
        tally.crashes += 1
        why.append(f"crashes: {crash!r}")
    spent = process_time() - begun
    tally.pages += 1
    tally.entries += len(found)
    tally.seconds += spent
    tally.slowest = max(tally.slowest, spent)
    tally.hangs += spent > HANGS
    broken_laws = [law for one in found for law in wrong_with(one, NOW)] + ([] if why else list(whole.harmed(page, found)))
    tally.wrong += bool(broken_laws)
    why += [*broken_laws[:2], *([f"takes {spent:.1f} s"] if spent > HANGS else [])]
    if why and len(tally.examples) < SHOWN:
        tally.examples.append(f"{name} {number}: {'; '.join(why)}"[:300])
    if number % EACH == 0:
        compare(reader, page.body, spent, tally)


def compare(reader: Reader, body: bytes, spent: float, tally: Tally) -> None:
    """Let the bare library read the same page."""
    begun = process_time()
    try:
        with interrupted(STUCK):
            reader.library(body)
    except (Stuck, Exception):  # noqa: BLE001 — how often the library raises is a figure
        tally.raised += 1
    tally.library += process_time() - begun
    tally.compared += spent
    tally.asked += 1


class Whole:
    """What the unbroken pages say: entries that a mutation left alone must still say it."""

    def __init__(self, reader: Reader) -> None:
        self._read = reader.read
        self._known: dict[bytes, frozenset[Found]] = {}

    def harmed(self, page: Mutated, found: Sequence[Found]) -> Iterator[str]:
        """Name the entries that were left alone and are read in another way, or no more."""
        if page.kept is None:
            return
        told = set(found)
        for entry in alone_on(page, page.kept):
            expected = self._known.get(entry)
            if expected is None:
                expected = self._known[entry] = frozenset(self._read(entry))
            if lost := names(expected - told) - self._taken(page):
                yield f"an entry that was whole is read otherwise: {min(lost)}"

    def _taken(self, page: Mutated) -> frozenset[str]:
        """Name what the broken entry is by itself: it may have become one of the others."""
        alone = alone_on(page, frozenset(range(len(page.kept or ()) + 1)) - (page.kept or frozenset()))
        try:
            return names(one for entry in alone for one in self._read(entry))
        except Exception:  # noqa: BLE001 — by itself it gives nothing, whatever the reason
            return frozenset()


def names(found: Iterable[Found]) -> frozenset[str]:
    """Name articles by their addresses, launches by their ids."""
    return frozenset(one.url if isinstance(one, Article) else str(one.event.id) for one in found)


def alone_on(page: Mutated, chosen: Iterable[int]) -> Iterator[bytes]:
    """Give entries of a page as pages of their own."""
    if page.body.startswith(b"BEGIN:"):
        head, *blocks = page.body.split(OPENS)
        yield from (head + OPENS + blocks[at].partition(CLOSES)[0] + CLOSES + b"\r\nEND:VCALENDAR\r\n" for at in chosen)
        return
    for at in chosen:
        yield json.dumps(only_entry(json.loads(page.body), at)).encode()


def only_entry(page: object, at: int) -> object:
    """Leave one entry in the first list of a page."""
    if isinstance(page, list):
        return [cast("list[object]", page)[at]]
    held = cast("dict[str, object]", page)
    key = next(key for key, value in held.items() if isinstance(value, list | dict))
    return {key: only_entry(held[key], at)}


def main() -> None:
    """Run the campaign, print the table, and the figures as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages are broken in all")
    parser.add_argument("--only", help="one reader alone")
    parser.add_argument("--show", type=int, help="with --only: print the page of this number")
    asked = parser.parse_args()
    chosen = {name: reader for name, reader in readers().items() if asked.only in {None, name}}
    if asked.show is not None:
        for name, reader in chosen.items():
            print(page_of(name, reader, asked.show).body.decode("utf-8", "backslashreplace"))
        return
    if not SHELF.is_dir():
        print("the recorded pages, ../shared/feeds, are not at hand: only pages of our own are broken")
    tallies = {name: Tally() for name in chosen}
    shares = sum(reader.share for reader in chosen.values())
    begun = perf_counter()
    print(
        f"{'reader':18} {'pages':>7} {'entries':>8} {'down':>7} {'crashes':>7} {'hangs':>6} {'wrong':>6} "
        f"{'ms/page':>8} {'slowest':>9} {'ratio':>7} {'lib raises':>10}"
    )
    for name, reader in chosen.items():
        whole = Whole(reader)
        for number in range(-(-asked.pages * reader.share // shares)):
            try_page(name, reader, number, tallies[name], whole)
        print(tallies[name].line(name), flush=True)
    for tally in tallies.values():
        print(*tally.examples, sep="\n", end="\n" if tally.examples else "")
    total = Counter[str]()
    for tally in tallies.values():
        total.update(pages=tally.pages, crashes=tally.crashes, hangs=tally.hangs, wrong=tally.wrong, entries=tally.entries)
    ours, theirs = (sum(spent) for spent in zip(*((one.compared, one.library) for one in tallies.values()), strict=True))
    print(
        "ratio: our time for a page to that of the bare library (feedparser, json, icalendar) for the same one; "
        "lib raises: on how many of them it raises"
    )
    print(
        json.dumps(
            dict(total)
            | {
                "pages_per_s": round(total["pages"] / (perf_counter() - begun), 1),
                "slowest_ms": round(1_000 * max(tally.slowest for tally in tallies.values())),
                "ratio_to_library": round(ours / max(theirs, 1e-9), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
