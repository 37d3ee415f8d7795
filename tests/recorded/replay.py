"""Plays recordings of Launch Library on the real rules, flow and store: each capture is a poll, in virtual time.

Its logs have real days: `2026-03-02 00:55:25  verb  rest`. Beside what people do and what must follow (tests/mission_log.py)
they list all that the recording tells of a watched event, as far as people act on it; that is checked as well:

    feed     Stairway to Seven   GO 2026-03-02 02:43   (status, NET; `stream`: the first one is known; `live`, `live=no`; `lost`)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.feeds.launch_library import FOREVER
from bot.feeds.ll_parse import parse_one, parse_page
from bot.flow.poll import KNOWN_BACK, looked_for
from bot.model import (
    Ask,
    EventId,
    Key,
    Kind,
    MessageId,
    Net,
    Outcome,
    Post,
    Precision,
    Say,
    Scope,
    Sighting,
    Status,
    Target,
    Track,
    Watch,
)
from bot.ports import Sightings
from bot.rules.matching import wants
from bot.rules.text import headline, subject
from bot.rules.webcasts import ranked
from tests.mission_log import L0, NAMES, STATUSES, Discord, Line, Played
from tests.recorded.shelf import SHELF, text_of

FOLLOWS = frozenset({"feed", "post", "edit"})
"""Verbs of what the recording and the bot say; the others are what people do."""
TAIL = timedelta(minutes=30)
"""So long after the last capture the outbox still runs: a slip is told a quarter of an hour after it was seen."""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)\s+(\w+)\s+(.*)")
STATUS_WORDS = {status: word for word, status in STATUSES.items() if status is not Status.NONE}


# --- recordings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of the feed, and to which question."""

    at: datetime
    scope: Scope
    answer: Sightings


@dataclass(frozen=True, slots=True)
class Recording:
    """Captures by time, and what questions for one id would have been answered at the time of a capture."""

    captures: tuple[Capture, ...]
    details: Mapping[tuple[EventId, datetime], Sighting]


@cache
def recording(lists: tuple[str, ...], details: tuple[str, ...] = ()) -> Recording:
    """Read recordings, by their path on the shelf, as one. `details`: histories that answer for launches which left their list."""
    captures: list[Capture] = []
    found: dict[tuple[EventId, datetime], Sighting] = {}
    for name in lists:
        captures += history(name) if name.startswith("histories/") else replay(name, found)
    captures.sort(key=lambda capture: capture.at)
    for name in details:
        story = [(capture.at, capture.answer.sightings[0]) for capture in history(name)]
        for capture in captures:
            found |= {(sighting.event.id, capture.at): sighting for at, sighting in story if at <= capture.at}
    return Recording(tuple(captures), found)


def wrapped(name: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Give what a recorder wrote, and when."""
    for line in text_of(SHELF / name).splitlines():
        one: dict[str, Any] = json.loads(line)
        yield datetime.fromisoformat(one["captured_at"]).replace(microsecond=0), one


def replay(name: str, details: dict[tuple[EventId, datetime], Sighting]) -> Iterator[Capture]:
    """Read a list, capture by capture. A launch that an event names is written there as a question for its id answers it."""
    for at, one in wrapped(name):
        page: Any = one.get("results") or one["body"]
        parsed = parse_page(page)
        events = parsed.sightings[0].event.kind is not Kind.LAUNCH
        nets = [net for sighting in parsed.sightings if (net := sighting.event.net.at)]
        until = FOREVER if parsed.count == parsed.records else max(nets)
        yield Capture(at, Scope.EVENTS if events else Scope.ALL, Sightings(sightings=parsed.sightings, whole=True, until=until))
        for launch in (launch for record in page["results"] for launch in record["launches"]) if events else ():
            sighting = parse_one(launch)
            details[sighting.event.id, at] = sighting


def history(name: str) -> Iterator[Capture]:
    """Read one launch, change by change: the first is the list of all there is, the others are looks at what is near."""
    scope = Scope.ALL
    for at, one in wrapped(name):
        yield Capture(at, scope, Sightings(sightings=(parse_one(one["launch"]),), whole=scope is Scope.ALL))
        scope = Scope.NEAR


# --- logs ---------------------------------------------------------------------------------------------------------


def parse(text: str) -> Iterator[Line]:
    """Read a log. Comments and blank lines are for people."""
    for raw in text.splitlines():
        if raw.strip() and not raw.startswith("#"):
            met = MOMENT.fullmatch(raw.strip())
            assert met, f"not a line of a log: {raw!r}"
            moment, verb, rest = met.groups()
            yield Line(datetime.fromisoformat(moment).replace(tzinfo=UTC), verb, " ".join(rest.split()), raw)


def listed(lines: Iterable[Line]) -> list[str]:
    """Give what a log says that must be, in one spelling."""
    return [f"{written(line.at)} {line.verb} {line.rest}" for line in lines if line.verb in FOLLOWS]


def written(at: datetime) -> str:
    """Write an instant as these logs do."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def on_its_day(line: str) -> str:
    """Write the real day where a post says how far it is from L-0."""
    return re.sub(r"^L([+-]\d+)", lambda met: f"{L0 + timedelta(days=int(met[1])):%Y-%m-%d}", line)


def net_words(net: Net) -> str:
    """Write a NET: its day, its time if it has one, how coarse it is."""
    if net.at is None:
        return "NET unknown"
    if net.clock is None:
        return f"{net.at:%Y-%m-%d} {net.precision.name.lower()}"
    return written(net.clock) + (" hour" if net.precision is Precision.HOUR else "")


def differences(before: Track | None, track: Track) -> str:
    """Say what people act on that differs from what was known."""
    event, old = track.event, before.event if before else None
    words: list[str] = []
    if (old is None or old.status is not event.status) and event.status in STATUS_WORDS:
        words.append(STATUS_WORDS[event.status])
    if old is None or net_words(old.net) != net_words(event.net):
        words.append(net_words(event.net))
    if bool(ranked(event, track.seen)) is not bool(old and ranked(old, track.seen)):
        words.append("stream" if ranked(event, track.seen) else "stream=no")
    if event.webcast_live is not bool(old and old.webcast_live):
        words.append("live" if event.webcast_live else "live=no")
    if track.left and not (before and before.left):
        words.append("lost")
    return " ".join(words)


# --- playing ------------------------------------------------------------------------------------------------------


def unescaped(markdown: str) -> str:
    """Read text as Discord shows it."""
    return re.sub(r"\\(.)", r"\1", markdown)


class Reporter(Discord):
    """Writes posts as the logs do, names as a reader sees them, and of a slip the new NET alone."""

    def line(self, verb: str, key: Key, target: Target, post: Post) -> str:
        new = tuple(line.partition(", it was")[0] for line in post.lines[:1])
        return super().line(
            verb, key, target, replace(post, title=unescaped(post.title), lead_in=unescaped(post.lead_in), lines=new)
        )

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:
        lines = tuple(
            re.sub(r"<t:(\d+):t>", lambda met: f"{datetime.fromtimestamp(int(met[1]), UTC):%H:%M}Z", one) for one in post.lines
        )
        return await super().edit(target, message, replace(post, lines=lines))


@dataclass(kw_only=True)
class Replayed(Played):
    """Plays a recording to people who watch."""

    recording: Recording
    restless: bool = False
    """Every poll happens twice, each time by a process that has just started."""
    told: dict[EventId, Track] = field(default_factory=dict[EventId, Track])

    def __post_init__(self) -> None:
        super().__post_init__()
        self.discord = Reporter(self.clock)
        self.boot()

    async def fly(self, lines: Sequence[Line]) -> list[str]:
        """Let people do what the log has them do, poll at each capture, and give what was said."""
        captures = self.recording.captures
        polls = (Line(capture.at, "capture", str(number), "") for number, capture in enumerate(captures))
        happenings = sorted([*(line for line in lines if line.verb not in FOLLOWS), *polls], key=lambda line: line.at)
        self.clock.at = happenings[0].at
        for line in happenings:
            await self.deliver_until(line.at)
            self.clock.at = line.at
            await getattr(self, f"do_{line.verb}")(line.rest)
        await self.deliver_until(captures[-1].at + TAIL)
        return [on_its_day(line) for line in self.discord.said]

    def with_word(self, draft: Watch, word: str) -> Watch:
        """Add one word of a watch line; `dated` wants the first date of an event told."""
        return replace(draft, notices=draft.notices | {Say.DATED}) if word == "dated" else super().with_word(draft, word)

    async def do_capture(self, number: str) -> None:
        """Poll, and write down what the feed said."""
        capture = self.recording.captures[int(number)]
        await self.poll(capture)
        if self.restless:
            self.boot()
            await self.poll(capture)
            self.boot()
        await self.report()

    async def poll(self, capture: Capture) -> None:
        """Fold in a list, then look up by its id what left it, where that was recorded."""
        now = self.clock.at
        await self.poller.apply(Ask(capture.scope, now), capture.answer)
        for lookup in looked_for((await self.poller.known(now)).values(), "ll2"):
            if detail := self.recording.details.get((lookup.event, now)):
                await self.poller.apply(Ask(Scope.ONE, now, lookup.event), Sightings(sightings=(detail,)))

    async def report(self) -> None:
        """Write down what is new of every event that somebody watches."""
        async with self.store.transaction() as tx:
            tracks, watches = await tx.tracks(net_since=self.clock.at - KNOWN_BACK), await tx.watches()
        for track in tracks:
            before, event = self.told.get(track.event.id), track.event
            if before and (before.event, before.left) == (event, track.left):
                continue
            self.told[event.id] = track
            if any(wants(watch, event, NAMES) for watch in watches):
                self.say(before, track)

    def say(self, before: Track | None, track: Track) -> None:
        """Write down what differs of an event that somebody watches, and learn its names."""
        event = track.event
        names = {unescaped(name) for name in (headline(event), subject(event), event.name)}
        self.discord.names = sorted({*self.discord.names, *names}, key=lambda name: (-len(name), name))
        if news := differences(before, track):
            name = subject(event) if event.kind is Kind.LAUNCH else event.name
            self.discord.said.append(f"{written(self.clock.at)} feed {' '.join(unescaped(name).split())} {news}")
