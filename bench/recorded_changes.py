"""Recorded changes of launches with their true moments: what a poller could have noticed, and when at the earliest."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.feeds.ll_nets import PRECISIONS
from bot.feeds.ll_parts import STATUSES
from bot.model import Net, Precision, Status
from bot.rules.pacing import Outlook

SHELF = Path(__file__).resolve().parents[1].parent / "shared" / "feeds" / "sequences"
LOGS = {
    "2026": ("zenith_2.2.0_detailed_upcoming.final-net-before-2026-05-01.changes.jsonl", "zenith_captures_index.jsonl"),
    "2025": ("eclectic_2.2.0_normal_limit5_2025-05-07.changes.jsonl", None),
}
MINUTE = timedelta(minutes=1)
KINDS = {"net": "net", "status_id": "status", "webcast_live": "webcast", "vid_urls": "webcast"}
"""Fields whose change people want to hear of, and what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step of a launch. `kinds` is empty when it is no change that is measured, or its true moment is not known."""

    at: datetime
    launch: str
    after: Outlook | None
    """None: it left the feed."""
    kinds: frozenset[str] = frozenset()
    before: Outlook | None = None
    scrub: bool = False

    @property
    def offset(self) -> float | None:
        """Minutes from the T-0 that was known before; None without one."""
        clock = self.before.net.clock if self.before else None
        return None if clock is None else (self.at - clock) / MINUTE


def moments(year: str, shelf: Path = SHELF) -> list[Moment]:
    """Read one log of changes: all steps in the order of their true moments."""
    name, index = LOGS[year]
    rows = [json.loads(line) for line in (shelf / name).read_text(encoding="utf-8").splitlines()]
    captured = rows if index is None else [json.loads(line) for line in (shelf / index).read_text(encoding="utf-8").splitlines()]
    captures = sorted({datetime.fromisoformat(row["captured_at"]) for row in captured})
    return sorted(steps(rows, captures), key=lambda moment: moment.at)


def steps(rows: Sequence[Any], captures: Sequence[datetime]) -> Iterator[Moment]:
    """Give every step. It happened at `last_updated` when that lies between the capture before and the one that showed it.

    What changed together with it between two captures may have happened earlier: a row is one change, at its last moment.
    """
    known: dict[str, dict[str, Any]] = {}
    for row in rows:
        own, seen = row["id"], datetime.fromisoformat(row["captured_at"])
        if row["event"] == "left_feed":
            known.pop(own, None)
            yield Moment(at=seen, launch=own, after=None)
            continue
        values = row.get("values") or {name: change["to"] for name, change in row.get("changes", {}).items()}
        before = known.get(own)
        known[own] = {**(before or {}), **values}
        after = outlook_of(known[own])
        if after is None:
            continue
        kinds = (
            frozenset(KINDS[name] for name in values if name in KINDS) if before and row["event"] == "changed" else frozenset[str]()
        )
        updated = datetime.fromisoformat(row["last_updated"]) if row.get("last_updated") else seen
        at = bisect_left(captures, seen)
        timed = at > 0 and captures[at - 1] < updated <= seen
        was = outlook_of(before) if before else None
        moment = Moment(at=updated if timed else seen, launch=own, after=after, kinds=kinds if timed else frozenset(), before=was)
        yield replace(moment, scrub=timed and is_scrub(moment))


def outlook_of(values: dict[str, Any]) -> Outlook | None:
    """Make the outlook of a launch from logged values."""
    if not values.get("net"):
        return None
    number = values.get("net_precision_id")
    precision = Precision.DAY if number is None else PRECISIONS[number]
    starts = tuple(
        sorted({datetime.fromisoformat(row["start_time"]) for row in values.get("vid_urls") or () if row.get("start_time")})
    )
    return Outlook(
        net=Net(datetime.fromisoformat(values["net"]), precision),
        status=STATUSES.get(values.get("status_id", 0), Status.UNKNOWN),
        live=bool(values.get("webcast_live")),
        starts=starts,
    )


def is_scrub(moment: Moment) -> bool:
    """Whether an attempt ended here, as ALERTS defines it: GO lost, or the NET six hours off or without its time, near liftoff."""
    was, now, offset = moment.before, moment.after, moment.offset
    if was is None or now is None or offset is None or not -180 <= offset <= 24 * 60 or was.net.at is None:
        return False
    if was.status not in {Status.GO, Status.HOLD} or now.status not in {Status.GO, Status.TBC, Status.TBD, Status.HOLD}:
        return False
    lost = now.status in {Status.TBC, Status.TBD}
    moved = now.net.clock is None or abs(now.net.clock - was.net.at) >= timedelta(hours=6)
    return lost or moved
