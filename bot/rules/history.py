"""The story of an event, in steps that a reader follows: what was known when, how far it moved, which attempt ended how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from itertools import pairwise

from bot.model import FLOWN, OVER, Kind, Net, NetSeen, Status, StatusSeen, Track
from bot.rules.card import status_word
from bot.rules.nets import shift
from bot.rules.text import net_utc, span_text
from bot.tongue import Phrase, counted, phrase, said


@unique
class Turn(StrEnum):
    """What kind of step it was: a page gives each a colour of its own."""

    LISTED = "listed"
    SLIP = "slip"
    MOVED_UP = "moved-up"
    NARROWED = "narrowed"
    COARSENED = "coarsened"
    SCRUB = "scrub"
    HOLD = "hold"
    STATUS = "status"
    LIFTOFF = "liftoff"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: when we learnt of it, and in which attempt, from 1."""

    at: datetime
    turn: Turn
    text: str
    attempt: int = 1


def history(track: Track, language: str = "en") -> tuple[Step, ...]:
    """Tell the story, oldest step first. Of one poll a scrub comes first, then its new NET, then the status."""
    steps = sorted([*_scrubs(track, language), *_nets(track, language), *_statuses(track, language)], key=lambda step: step.at)
    return tuple(_numbered(track, step) for step in steps)


def summed_up(track: Track, language: str = "en") -> str:
    """Sum it up: how often its NET moved, how far in all, how often it was scrubbed; empty when nothing of that happened."""
    moves = [by for before, after in pairwise(track.nets) if (by := shift(before.net, after.net))]
    slips, ups = sum(by > timedelta() for by in moves), sum(by < timedelta() for by in moves)
    parts = [
        counted(language, "slipped once", "slipped {count} times", slips) if slips else "",
        counted(language, "moved up once", "moved up {count} times", ups) if ups else "",
        counted(language, "scrubbed once", "scrubbed {count} times", len(track.scrubs)) if track.scrubs else "",
    ]
    return " · ".join(part for part in parts if part)


def _numbered(track: Track, step: Step) -> Step:
    ended = sum(scrub < step.at or (scrub == step.at and step.turn is not Turn.SCRUB) for scrub in track.scrubs)
    return Step(at=step.at, turn=step.turn, text=step.text, attempt=ended + 1)


def _scrubs(track: Track, language: str) -> Iterator[Step]:
    for number, at in enumerate(track.scrubs, 1):
        yield Step(at=at, turn=Turn.SCRUB, text=said(language, "Scrubbed: attempt {number} ended without liftoff", number=number))


def _nets(track: Track, language: str) -> Iterator[Step]:
    for at, seen in enumerate(track.nets):
        yield _moved(track.nets[at - 1].net, seen, language) if at else _first(track, seen, language)


def _first(track: Track, seen: NetSeen, language: str) -> Step:
    """The first NET that is kept is the first there was, unless there were too many to keep."""
    net = net_utc(seen.net, language)
    text = said(language, "First listed: NET {net}", net=net) if seen.at <= track.first_seen else f"NET {net}"
    return Step(at=seen.at, turn=Turn.LISTED, text=text)


def _moved(before: Net, seen: NetSeen, language: str) -> Step:
    by, net = shift(before, seen.net), net_utc(seen.net, language)
    if by and by > timedelta():
        text, turn = said(language, "Slipped {span}, to NET {net}", span=span_text(by, language), net=net), Turn.SLIP
    elif by:
        text, turn = said(language, "Moved up {span}, to NET {net}", span=span_text(by, language), net=net), Turn.MOVED_UP
    elif seen.net.precision <= before.precision:
        text, turn = said(language, "Narrowed down to NET {net}", net=net), Turn.NARROWED
    else:
        text, turn = said(language, "Less is known: NET {net}", net=net), Turn.COARSENED
    return Step(at=seen.at, turn=turn, text=text)


AGAIN: Mapping[Status, Phrase] = {
    Status.HOLD: phrase("HOLD: the clock is stopped"),
    Status.IN_FLIGHT: phrase("Liftoff"),
    Status.GO: phrase("GO"),
    Status.CANCELLED: phrase("Cancelled: it is gone from the launch feed"),
}
"""How it is said that a status began; the others by their own word."""


def _statuses(track: Track, language: str) -> Iterator[Step]:
    for before, seen in pairwise(track.statuses):
        yield _became(track, before.status, seen, language)


def _became(track: Track, before: Status, seen: StatusSeen, language: str) -> Step:
    status = seen.status
    if before is Status.HOLD and status not in FLOWN | OVER:
        text = said(language, "The hold is over: {status}", status=status_word(status, language) or "–")
    elif status in AGAIN and (status is not Status.IN_FLIGHT or track.event.kind is Kind.LAUNCH):
        text = AGAIN[status](language)
    else:
        text = status_word(status, language) or "–"
    return Step(at=seen.at, turn=TURNS.get(status, Turn.STATUS), text=text)


TURNS: Mapping[Status, Turn] = {
    Status.HOLD: Turn.HOLD,
    Status.IN_FLIGHT: Turn.LIFTOFF,
    **dict.fromkeys(OVER, Turn.OUTCOME),
}
