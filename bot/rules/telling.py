"""Why an article is linked to an event, in phrases that a person can check against the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.model import Precision
from bot.rules.dating import CLOCK_FAR, clock_measure, date_fit, minutes_apart
from bot.rules.evidence import CALLS, Reading
from bot.rules.naming import Mark
from bot.rules.weighing import Candidate, Sign
from bot.tongue import SOURCE, Phrase, phrase

MOST = 6
"""Phrases of evidence that are told; the first ones are the strongest."""
SAYS: Mapping[Mark, str] = MappingProxyType(
    {
        Mark.CREW: "is in its crew",
        Mark.NAME: "is its name",
        Mark.SURNAME: "is in its crew",
        Mark.PART: "is in its name",
        Mark.NICK: "is what such a flight is called",
        Mark.VEHICLE: "is its rocket",
        Mark.AGENCY: "takes part in it",
        Mark.PROPER: "is in its description",
        Mark.SITE: "is its site",
        Mark.MAKER: "flies it",
    }
)
"""In the order in which they are told."""
FACTS: Mapping[Sign, str] = MappingProxyType(
    {
        Sign.MAIDEN: "a first flight is told, and this is one",
        Sign.NTH: "its number in the series is told",
        Sign.NEXT: "it was the next one so called",
    }
)


def told(candidate: Candidate, reading: Reading) -> tuple[str, ...]:
    """Evidence for one event: who and what first, then when, then what follows from it."""
    who = list(called(candidate))
    when = list(dated(candidate, reading))
    facts = [text for sign, text in FACTS.items() if candidate.measured[sign]]
    return tuple(dict.fromkeys([*who[: MOST - min(2, len(when) + len(facts))], *when[:2], *facts, *turn_told(candidate)]))[:MOST]


def called(candidate: Candidate) -> Iterator[str]:
    """Say who and what is named, telling marks first, each phrase once."""
    order = list(SAYS)
    seen: set[str] = set()
    for claim in sorted(candidate.claims, key=lambda one: (order.index(one.mark), -one.share, one.hit.at)):
        if not seen.intersection(claim.hit.phrase.split()):
            seen.update(claim.hit.phrase.split())
            yield f"‘{claim.hit.quote}’ {SAYS[claim.mark]}"


def dated(candidate: Candidate, reading: Reading) -> Iterator[str]:
    """Say which dates and clock times are its NET."""
    fits = [(date_fit(phrase, candidate.net), -phrase.at, phrase) for phrase in reading.dates]
    fit, _, phrase = max(fits, key=lambda one: one[:2], default=(0.0, 0, None))
    if phrase and fit:
        exact = max(phrase.precision, candidate.net.precision) <= Precision.DAY
        yield f"‘{phrase.phrase}’ {'is' if exact else 'holds'} its NET"
    if clock_measure(candidate.net, reading):
        near = [c.phrase for c in reading.clocks if candidate.net.clock and minutes_apart(candidate.net.clock, c) <= CLOCK_FAR]
        yield f"‘{near[0]}’ is its NET" if near else "the video begins at its NET"


def turn_told(candidate: Candidate) -> Iterator[str]:
    """Say that it was its turn, where a phrase may mean several."""
    shared = [claim for claim in candidate.claims if claim.mark in CALLS and claim.share < 1 and claim.turn == 1]
    if shared:
        claim = max(shared, key=lambda one: one.share)
        yield f"of all that ‘{claim.hit.quote}’ may mean it was the {'next' if candidate.ahead else 'last'}"


# --- as people read it --------------------------------------------------------------------------------------------

QUOTE = re.compile(r"‘(.*)’", re.DOTALL)
TOLD: tuple[Phrase, ...] = (
    phrase("‘{quote}’ is in its crew"),
    phrase("‘{quote}’ is its name"),
    phrase("‘{quote}’ is in its name"),
    phrase("‘{quote}’ is what such a flight is called"),
    phrase("‘{quote}’ is its rocket"),
    phrase("‘{quote}’ takes part in it"),
    phrase("‘{quote}’ is in its description"),
    phrase("‘{quote}’ is its site"),
    phrase("‘{quote}’ flies it"),
    phrase("a first flight is told, and this is one"),
    phrase("its number in the series is told"),
    phrase("it was the next one so called"),
    phrase("‘{quote}’ is its NET"),
    phrase("‘{quote}’ holds its NET"),
    phrase("the video begins at its NET"),
    phrase("of all that ‘{quote}’ may mean it was the next"),
    phrase("of all that ‘{quote}’ may mean it was the last"),
    phrase("its feed says so"),
)
"""Every phrase of evidence: it is kept as it was told, in English, and read in any language."""


def evidence_text(text: str, language: str) -> str:
    """Say a phrase of evidence in the reader's language; as it is where it is not one of ours."""
    found = QUOTE.search(text)
    quote = found[1] if found else ""
    return next((one(language, quote=quote) for one in TOLD if one(SOURCE, quote=quote) == text), text)
