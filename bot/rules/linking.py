"""Which events an article or a video is about, and on what evidence a person can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from bot.model import Article, Event, EventId, Kind, Linked
from bot.rules.claiming import Scene, scene
from bot.rules.evidence import Reading, read
from bot.rules.library import Library
from bot.rules.prose import clauses, cleaned, sentences
from bot.rules.prose_dates import dates
from bot.rules.telling import told
from bot.rules.verbs import HAPPENS, ROUNDUP
from bot.rules.weighing import Candidate, Sign, candidates_of, odds

SURE = 0.66
"""Confidence from which an article is linked."""
LEAD = 900
"""Characters that are read as one, at most: a title and a summary share a subject. The longest summary measured has 750."""
MOST_CLAUSES = 80
"""Clauses of a longer text that are read one by one. Chosen, not measured: bounds the time."""
WEEK = (timedelta(days=-1), timedelta(days=6.5))
"""Which NETs a roundup tells, from its publication. Measured: a day more on either side adds more wrong ones than right ones."""
ROUNDUP_CONFIDENCE = 0.8
"""Share of those that the editors of eleven roundups did list."""
CLIP = 3.0
"""A rival further behind than this says no more."""
OWN_WEIGHT, GAP_WEIGHT, PASSING_WEIGHT, SECOND_BIAS = 1.03, 0.33, -0.42, -0.34
"""See `against_rivals`; fitted as the weights of the measures are."""
LEAST = (log(SURE / (1 - SURE)) - SECOND_BIAS - GAP_WEIGHT * CLIP) / OWN_WEIGHT
"""Score below which no lead over the rivals makes it sure."""
TITLED = -1.5
"""Score from which an event that the title calls makes others in the text mere mentions."""


def link(article: Article, library: Library, now: datetime) -> tuple[Linked, ...]:
    """Events that an article is about, surest first; what was not known when it was written plays no part."""
    stage = scene(library, min(article.published_at, now))
    roundup = ROUNDUP.search(article.title) is not None
    found: dict[EventId, Linked] = {}
    for unit in units(article, stage.said):
        for one in about(unit, article.starts, library, stage, roundup=roundup):
            if one.event not in found or one.confidence > found[one.event].confidence:
                found[one.event] = one
    if roundup:
        for one in of_week(library, stage):
            found.setdefault(one.event, one)
    return tuple(sorted(found.values(), key=lambda one: (-one.confidence, one.event)))


@dataclass(frozen=True, slots=True)
class Unit:
    """What is read as one. An aside is a clause of a longer text: what it is about must be dated in it."""

    title: str
    body: str = ""
    aside: bool = False


def units(article: Article, said: datetime) -> Iterator[Unit]:
    """Title and summary; of a longer text the beginning, then each clause that has a date."""
    title, body = cleaned(article.title)[:LEAD], cleaned(article.summary)
    if len(body) <= LEAD:
        yield Unit(title, body)
        return
    spoken = sentences(body)
    lead = next((n for n in range(len(spoken)) if sum(map(len, spoken[: n + 1])) > LEAD), len(spoken))
    yield Unit(title, ". ".join(spoken[:lead])[:LEAD])
    asides = [clause[:LEAD] for sentence in spoken for clause in clauses(sentence)]
    yield from (Unit(clause, aside=True) for clause in asides[:MOST_CLAUSES] if dates(clause, said))


def about(unit: Unit, starts: datetime | None, library: Library, stage: Scene, *, roundup: bool) -> Iterator[Linked]:
    """Events that one unit is about; a roundup is not about what had flown before its week."""
    reading = read(unit.title, unit.body, stage.said, library, starts)
    candidates = [one for one in candidates_of(reading, library, stage) if happens(one.entry.event, reading)]
    for candidate in candidates:
        if candidate.score < LEAST:
            continue
        confidence = odds(against_rivals(candidate, candidates))
        undated = unit.aside and not candidate.measured[Sign.DATE]
        if confidence >= SURE and not undated and not (roundup and candidate.at < stage.said + WEEK[0]):
            yield Linked(event=candidate.entry.event.id, confidence=round(confidence, 3), evidence=told(candidate, reading))


def happens(event: Event, reading: Reading) -> bool:
    """Whether the text has the verb for it: a docking docks, a landing lands; a launch is spoken of in every way."""
    return event.kind is Kind.LAUNCH or event.kind not in HAPPENS or event.kind in reading.verbs


def against_rivals(candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """Weigh a score against those whom the same words may mean; beside an event that the title calls, others are mentions."""
    kin = [one for one in candidates if one is not candidate and one.entry.event.kind is candidate.entry.event.kind]
    rivals = [one.score for one in kin if candidate.called is None or candidate.called in one.calls]
    gap = max(-CLIP, min(CLIP, candidate.score - max(rivals))) if rivals else CLIP
    passing = not candidate.titled and any(one.titled and one.score > TITLED for one in kin)
    return OWN_WEIGHT * candidate.score + GAP_WEIGHT * gap + PASSING_WEIGHT * passing + SECOND_BIAS


def of_week(library: Library, stage: Scene) -> Iterator[Linked]:
    """Launches of the week that a roundup tells: their day is known, and they were known when it was written."""
    for i, net in stage.nets.items():
        entry, at = library.entries[i], stage.at(i)
        known = not entry.nets or entry.nets[0].at <= stage.said
        if entry.event.kind is Kind.LAUNCH and net.has_day and known and WEEK[0] <= at - stage.said <= WEEK[1]:
            evidence = ("the title is a roundup of the week’s launches", f"its NET, {at:%B} {at.day}, is in that week")
            yield Linked(event=entry.event.id, confidence=ROUNDUP_CONFIDENCE, evidence=evidence)
