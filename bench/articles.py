"""Labelled articles and the launches they may be about, read from the shared folder as events of the house."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from bot.model import Agency, Article, Event, EventId, Kind, Mission, Net, NetSeen, Pad, Person, Precision, Rocket, Status

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "articles"
BEFORE, AFTER = timedelta(days=30), timedelta(days=400)
"""The scorer's window of candidates around publication, by the NET of the record."""
FRESH = timedelta(days=14)
"""Captures lie up to a year apart: one older than this no longer tells what was known, and the record's NET stands in."""
PRECISIONS = {
    **dict.fromkeys(("Second", "SEC"), Precision.SECOND),
    **dict.fromkeys(("Minute", "MIN"), Precision.MINUTE),
    **dict.fromkeys(("Hour", "HR"), Precision.HOUR),
    **dict.fromkeys(("Day", "DAY"), Precision.DAY),
    **dict.fromkeys(("Month", "M"), Precision.MONTH),
    **dict.fromkeys(("Year", "Y"), Precision.YEAR),
    **{f"{word}{n}": Precision.QUARTER for word in ("Quarter ", "Q") for n in (1, 2, 3, 4)},
    **{f"{word}{n}": Precision.HALF for word in ("Year Half ", "H") for n in (1, 2)},
    "Morning": Precision.MORNING,
    "Afternoon": Precision.AFTERNOON,
    "Week": Precision.WEEK,
    "Fiscal Year": Precision.FISCAL_YEAR,
    "Decade": Precision.DECADE,
}


class Crew(msgspec.Struct):
    name: str
    role: str | None = None


class Launch(msgspec.Struct):
    """A line of launches.jsonl."""

    id: str
    name: str
    net: datetime
    net_precision: str | None = None
    provider: str | None = None
    provider_abbrev: str | None = None
    rocket: str | None = None
    mission_name: str | None = None
    mission_type: str | None = None
    mission_description: str | None = None
    mission_agencies: list[str] = []
    pad: str | None = None
    location: str | None = None
    program: list[str] = []
    spacecraft: list[str] = []
    crew: list[Crew] = []
    history: list[tuple[datetime, datetime, str, str | None, str | None]] = []
    """Captured at, NET, name, status, precision."""


class Labelled(msgspec.Struct):
    """A line of articles.jsonl."""

    key: str
    title: str
    published_at: datetime
    summary: str | None = ""
    news_site: str | None = ""
    url: str | None = ""
    launch_ids: list[str] = []
    unresolved_launch_ids: list[str] = []
    tags: list[str] = []
    negative: str | None = None

    @property
    def article(self) -> Article:
        """The same, as the bot sees it."""
        return Article(
            title=self.title,
            summary=self.summary or "",
            site=self.news_site or "",
            url=self.url or "",
            published_at=self.published_at,
        )


def launches(path: Path) -> list[Launch]:
    """Read every launch."""
    return [msgspec.json.decode(line, type=Launch) for line in path.read_bytes().splitlines() if line.strip()]


def articles(path: Path) -> list[Labelled]:
    """Read every article."""
    return [msgspec.json.decode(line, type=Labelled) for line in path.read_bytes().splitlines() if line.strip()]


def event(launch: Launch) -> Event:
    """Give a launch as an event."""
    return Event(
        id=EventId(launch.id),
        kind=Kind.LAUNCH,
        name=launch.name,
        net=net(launch.net, launch.net_precision),
        status=Status.UNKNOWN,
        lsp=Agency(name=launch.provider, abbrev=launch.provider_abbrev or "") if launch.provider else None,
        agencies=tuple(Agency(name=name) for name in launch.mission_agencies),
        rocket=Rocket(name=launch.rocket) if launch.rocket else None,
        mission=Mission(
            name=launch.mission_name or "", kind=launch.mission_type or "", description=launch.mission_description or ""
        ),
        spacecraft=tuple(launch.spacecraft),
        crew=tuple(Person(name=one.name, role=one.role or "") for one in launch.crew),
        pad=Pad(name=launch.pad) if launch.pad else None,
        location=launch.location or "",
        programs=tuple(launch.program),
    )


def net(at: datetime, told: str | None) -> Net:
    """Give a NET; older records tell no precision, there midnight and noon are Launch Library's placeholders."""
    if told in PRECISIONS:
        return Net(at, PRECISIONS[told])
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        if (at.month, at.day) == (12, 31):
            return Net(at, Precision.YEAR)
        return Net(at, Precision.MONTH if at.day == monthrange(at.year, at.month)[1] else Precision.DAY)
    return Net(at, Precision.DAY if (at.hour, at.minute, at.second) == (12, 0, 0) else Precision.MINUTE)


def nets(launch: Launch) -> tuple[NetSeen, ...]:
    """NETs as known at a time; between captures that lie far apart the record's NET stands in: that much is hindsight."""
    final = net(launch.net, launch.net_precision)
    seen: list[NetSeen] = []
    for k, (captured, at, _, _, told) in enumerate(launch.history):
        seen.append(NetSeen(net(at, told), captured))
        after = launch.history[k + 1][0] if k + 1 < len(launch.history) else None
        if after is None or after - captured > FRESH:
            seen.append(NetSeen(final, captured + FRESH))
    return tuple(seen)
