"""What a server may choose when it begins: what to follow, and how chatty that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model import CHOOSABLE, USUAL, Event, Facet, Kind, Say
from bot.rules.matching import is_crewed
from bot.rules.what import written
from bot.tongue import Phrase, phrase

MOST = 25
"""Choices that a menu of Discord's holds."""
AGENCIES, MISSIONS = 12, 8
"""Of these so many are offered, beside what is always. Chosen, not measured."""
LONGEST = 100
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Noise:
    """How chatty a watch is."""

    notices: frozenset[Say]
    leads: tuple[timedelta, ...]
    label: Phrase
    tells: Phrase


NOISES: Mapping[str, Noise] = {
    "calm": Noise(
        frozenset({Say.REMINDER, Say.OUTCOME}),
        (HOUR,),
        phrase("Calm"),
        phrase("one reminder an hour before, and how it ended"),
    ),
    "normal": Noise(
        USUAL,
        (24 * HOUR, HOUR, timedelta(minutes=10)),
        phrase("Normal"),
        phrase("reminders 24 h, 1 h and 10 min before, slips, scrubs, live, outcome"),
    ),
    "everything": Noise(
        CHOOSABLE,
        (24 * HOUR, 3 * HOUR, HOUR, timedelta(minutes=10)),
        phrase("Everything"),
        phrase("all of that, a reminder more, and articles about it"),
    ),
}
USUALLY = "normal"

ALWAYS: Mapping[str, Phrase] = {
    "everything": phrase("Everything"),
    "everything, -Starlink": phrase("Everything but Starlink"),
    "crewed": phrase("Flights with people aboard"),
    "lsp: SpaceX": phrase("SpaceX"),
    "NASA": phrase("NASA"),
    "with webcast": phrase("All that can be watched"),
    'site: "Cape Canaveral", "Kennedy"': phrase("Cape Canaveral and Kennedy"),
}
"""What is offered whatever flies, by how it is written as a watch."""


def offers(events: Sequence[Event], chosen: str, language: str = "en") -> tuple[tuple[str, str], ...]:
    """Give what may be followed, by how it is written, with its label: the usual, who flies most, and the next missions."""
    found = {text: label(language) for text, label in ALWAYS.items()}
    launches = [event for event in events if event.kind is Kind.LAUNCH]
    counts = Counter(event.lsp.name for event in launches if event.lsp)
    for name, _ in counts.most_common(AGENCIES):
        found |= dict.fromkeys(written(Facet.LSP, [name]), name)
    named = [event.mission.name for event in sorted(launches, key=lambda event: not is_crewed(event)) if event.mission]
    for name in list(dict.fromkeys(named))[:MISSIONS]:
        found |= dict.fromkeys(written(Facet.MISSION, [name]), name)
    fitting = {text: label for text, label in found.items() if len(text) <= LONGEST}
    if chosen and chosen not in fitting:
        fitting = {chosen[:LONGEST]: chosen, **fitting}
    return tuple((text, label[:LONGEST]) for text, label in fitting.items())[:MOST]
