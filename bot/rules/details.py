"""The long form of an event: what it is for, its timeline, what editors wrote, all streams, every NET there was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.model import Milestone, NetSeen, Post, Track, Update
from bot.rules.card import card
from bot.rules.text import net_text, plain, stamp, stream_text
from bot.rules.webcasts import all_ranked
from bot.tongue import counted, said

DESCRIPTION = 1200
"""Characters of a description: it is read on a phone. Chosen, not measured."""
FIELD = 1000
"""Characters of one part; Discord takes 1,024."""
PARTS = 3800
"""Characters of all parts together, so that the card above them keeps its room in an embed of 6,000."""


def details(track: Track, now: datetime, *, language: str = "en") -> Post:
    """Say all that is known of an event."""
    event = track.event
    shown = card(track, now, language=language)
    told = plain(event.mission.description, DESCRIPTION) if event.mission else ""
    streams = [stream_text(stream, language) for stream in all_ranked(event, now, language)]
    parts = (
        (said(language, "Timeline"), [milestone(one) for one in event.timeline]),
        (said(language, "Updates"), [f"{stamp(one.at, 'R')} {plain(one.comment, 240)}" for one in newest(event.updates)]),
        (said(language, "Streams"), streams),
        (said(language, "Every NET so far"), [seen_text(seen, language) for seen in newest(track.nets)]),
    )
    fields: list[tuple[str, str]] = []
    room = PARTS
    for name, rows in parts:
        text = fitting(rows, min(FIELD, room), language)
        if text:
            fields.append((name, text))
            room -= len(text)
    lines = (*shown.lines, *(["", told] if told else []))
    return replace(shown, lines=lines, fields=tuple(fields), actions=())


Dated = TypeVar("Dated", Update, NetSeen)


def newest(entries: Iterable[Dated]) -> list[Dated]:
    """Give them newest first."""
    return sorted(entries, key=lambda one: one.at, reverse=True)


def milestone(one: Milestone) -> str:
    """Say one line of the countdown, as the field writes it: T-00:01:30."""
    seconds = abs(one.at) // timedelta(seconds=1)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"`T{'-' if one.at < timedelta() else '+'}{clock}` {plain(one.name, 80)}"


def seen_text(seen: NetSeen, language: str) -> str:
    """Say a NET, and when it became known."""
    return said(language, "{net}, known {ago}", net=net_text(seen.net, language), ago=stamp(seen.at, "R"))


def fitting(rows: Sequence[str], room: int, language: str) -> str:
    """Write whole rows as long as there is room, and say how many are left out."""
    kept: list[str] = []
    reserve = 40  # the sentence about the others, in any language
    for row in rows:
        if sum(map(len, kept)) + len(kept) + len(row) + reserve > room:
            break
        kept.append(row)
    left = len(rows) - len(kept)
    if kept and left:
        kept.append(counted(language, "… and {count} more", "… and {count} more", left))
    return "\n".join(kept)
