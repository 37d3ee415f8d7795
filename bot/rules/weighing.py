"""How much what a text says speaks for one event: a small linear model, each weight with its reason."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from math import exp, log1p
from types import MappingProxyType

from bot.model import Net, Precision
from bot.rules.claiming import GRACE, Claim, Scene, claims
from bot.rules.dating import CLOCK_FAR, DAY, VAGUE, clock_gap, clock_measure, date_measure
from bot.rules.evidence import CALLS, Reading
from bot.rules.library import Entry, Library
from bot.rules.naming import Mark

RARE_SPAN = timedelta(days=60)
"""A rocket that flies once within so many days before and after is meant when it is named. Chosen, not measured."""
LIKE_OWN = 0.8
"""How much a nickname, a part of the name or `next` is like the name itself. Chosen, not measured."""
STEM = 0.5
"""A word of a series (`Artemis`) may mean the programme. Chosen, not measured."""
NOW = 0.1 * DAY
"""Too close to the moment of writing to be past or future. Chosen, not measured."""
COUNTABLE = frozenset({Mark.PART, Mark.NICK, Mark.PROPER})
"""What `seventh` may count, when it is in the name."""
NEXT_OF = frozenset({Mark.NICK, Mark.PART, Mark.AGENCY, Mark.VEHICLE})
"""What `next` may stand before."""


@unique
class Sign(StrEnum):
    """One measure of what a text says about an event, 0 to 1 unless told otherwise."""

    OWN = "a phrase means it alone"
    NAME = "its name"
    NAME_TITLE = "its name, in the title"
    TURN_NAME = "the next or last of those of that name"
    TURN_NICK = "the next or last of those called so"
    TURN_PROPER = "the next or last of those whose description has that name"
    TURN_VEHICLE = "the next or last of its rocket"
    NEXT = "called the next one, and it is"
    NICK = "what it is called"
    NICK_TITLE = "what it is called, in the title"
    VEHICLE_TITLE = "its rocket, in the title"
    CREW = "its crew by name"
    NTH = "its place in the series"
    MAIDEN = "a first flight, and so it is"
    SITE_OTHER = "another place is named"
    PAD_OTHER = "another pad is named"
    DATE = "a date that is its NET"
    CLOCK = "a clock time that is its NET"
    CLOCK_OTHER = "a clock time that is not its NET"
    AHEAD = "how far ahead, log of half days"
    AHEAD_OWN = "how far ahead, as far as a phrase means it alone"
    PAST = "how long ago, log of days"
    PAST_OWN = "how long ago, as far as a phrase means it alone"
    FAR_DATED = "how far ahead or long ago, as far as a date in the text tells it"
    COARSE = "its day is not known, and the text has no date for it either"
    TENSE = "told as past and is past, or as future and is (-1: the contrary)"
    FLIGHT = "the text speaks of flight"
    FLIGHT_TITLE = "the title speaks of flight"


BIAS = -3.5
"""An event that is merely within reach is not meant."""
WEIGHTS: Mapping[Sign, float] = MappingProxyType(
    {
        Sign.OWN: 2.33,  # words that fit no other event within reach say most
        Sign.NAME: 0.58,  # a name is better than a nickname
        Sign.NAME_TITLE: 0.93,  # the title tells the subject
        Sign.TURN_NAME: 0.94,  # `Starlink` without a number is the next one, or the last one
        Sign.TURN_NICK: 0.42,
        Sign.TURN_PROPER: 0.54,
        Sign.TURN_VEHICLE: 1.01,
        Sign.NEXT: 1.02,  # … above all when the text says so
        Sign.NICK: 0.25,
        Sign.NICK_TITLE: 0.57,
        Sign.VEHICLE_TITLE: 0.21,
        Sign.CREW: 0.28,  # mostly in OWN already: people fly once within reach
        Sign.NTH: 0.73,
        Sign.MAIDEN: 0.52,  # mostly in OWN already
        Sign.SITE_OTHER: -1.0,  # agreement says little, half of all launches share three sites; disagreement says much
        Sign.PAD_OTHER: -1.18,
        Sign.DATE: 0.95,
        # fitted 0.4: few of the labelled launches have a NET to the minute; chosen, since an hour is met by chance once in sixty
        Sign.CLOCK: 2.0,
        Sign.CLOCK_OTHER: -0.16,  # weak: a NET slips within its window after the article was written
        Sign.AHEAD: -1.28,  # news is about what is near …
        Sign.AHEAD_OWN: 0.85,  # … unless the words fit that event alone
        Sign.PAST: -1.18,
        Sign.PAST_OWN: 0.95,
        Sign.FAR_DATED: 0.51,  # … or a date tells
        Sign.COARSE: -0.45,  # what has no day yet is rarely told
        Sign.TENSE: 0.4,
        Sign.FLIGHT: 0.3,
        Sign.FLIGHT_TITLE: 0.57,
    }
)
"""Log odds per unit, rounded. Fitted once by logistic regression with a ridge (0.02), each weight's sign held to its reason, on two
thirds of the labelled public articles without roundups; `bench/linking.py` shows the held-out third apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that a text may be about, with the reasons."""

    entry: Entry
    net: Net
    at: datetime
    ahead: bool
    claims: tuple[Claim, ...]
    measured: Mapping[Sign, float]
    score: float
    calls: frozenset[int]
    """Places in the text where something of its own is said."""
    called: int | None
    """The place among them that says most: fewest others bear its phrase. None when it is only placed, not called."""
    titled: bool


def candidates_of(reading: Reading, library: Library, stage: Scene) -> Iterator[Candidate]:
    """Weigh every event that the text may mean."""
    for i, own in claims(reading, library, stage).items():
        entry, at = library.entries[i], stage.at(i)
        measured = measures(entry, i, own, reading, stage)
        calls = [claim for claim in own if claim.mark in CALLS]
        yield Candidate(
            entry=entry,
            net=stage.nets[i],
            at=at,
            ahead=at >= reading.said - GRACE,
            claims=own,
            measured=measured,
            score=score(measured),
            calls=frozenset(claim.hit.at for claim in calls),
            called=max(calls, key=lambda claim: (claim.share, -claim.hit.at)).hit.at if calls else None,
            titled=any(claim.hit.title for claim in calls),
        )


def score(measured: Mapping[Sign, float]) -> float:
    """Sum of the weighted measures: log odds that the text is about the event."""
    return BIAS + sum(WEIGHTS[sign] * value for sign, value in measured.items())


def odds(value: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + exp(-value))


def measures(entry: Entry, i: int, own: Sequence[Claim], reading: Reading, stage: Scene) -> Mapping[Sign, float]:
    """Measure everything that the text says about one event."""
    naming, at, net = entry.naming, stage.at(i), stage.nets[i]
    has = {claim.mark for claim in own}
    if naming.series and Mark.VEHICLE not in has:
        own = [claim for claim in own if claim.mark is not Mark.NAME]
    words = of_words(entry, own, reading, of_fleet(at, stage.fleets[naming.vehicle]), upcoming=at >= reading.said)
    ahead, past = log1p(max(0.0, (at - reading.said) / DAY) / 2), log1p(max(0.0, (reading.said - at) / DAY))
    dated = date_measure(net, reading)
    return {
        **words,
        Sign.SITE_OTHER: float(bool(reading.places and naming.sites) and Mark.SITE not in has),
        Sign.PAD_OTHER: float(bool(reading.pads and naming.pads) and not reading.pads & naming.pads),
        Sign.DATE: dated,
        Sign.FAR_DATED: (ahead + past) * dated,
        Sign.CLOCK: clock_measure(net, reading),
        Sign.CLOCK_OTHER: float((clock_gap(net, reading) or 0) > CLOCK_FAR),
        Sign.AHEAD: ahead,
        Sign.AHEAD_OWN: ahead * words[Sign.OWN],
        Sign.PAST: past,
        Sign.PAST_OWN: past * words[Sign.OWN],
        Sign.COARSE: float(net.precision > Precision.DAY and dated < VAGUE),
        Sign.TENSE: reading.lean * ((at > reading.said + NOW) - (at < reading.said - NOW)),
        Sign.FLIGHT: reading.flight,
        Sign.FLIGHT_TITLE: float(reading.flight_title),
    }


def of_words(entry: Entry, own: Sequence[Claim], reading: Reading, rare: float, *, upcoming: bool) -> dict[Sign, float]:
    """Measure the words alone. `rare` tells how seldom its rocket flies, 1 for once."""
    naming, has = entry.naming, {claim.mark for claim in own}
    name, nick, vehicle = best(own, Mark.NAME), best(own, Mark.NICK), best_turn(own, Mark.VEHICLE)
    part = max((c.share * (STEM if c.hit.phrase in naming.stems else 1) for c in own if c.mark is Mark.PART), default=0.0)
    crew = min(1.0, len({claim.hit.phrase for claim in own if claim.mark in {Mark.CREW, Mark.SURNAME}}) / 2)
    maiden = float(naming.maiden and reading.maiden and not has.isdisjoint({Mark.VEHICLE, Mark.MAKER}))
    called_next = float(upcoming and any(claim.hit.next and claim.turn == 1 and claim.mark in NEXT_OF for claim in own))
    nth = bool(reading.nths & naming.numbers) and not has.isdisjoint({Mark.VEHICLE} if naming.series else COUNTABLE)
    return {
        Sign.OWN: max(name, rare * vehicle, crew, maiden, LIKE_OWN * max(part, nick, called_next)),
        Sign.NAME: name,
        Sign.NAME_TITLE: best(own, Mark.NAME, title=True),
        Sign.TURN_NAME: best_turn(own, Mark.NAME, Mark.PART),
        Sign.TURN_NICK: best_turn(own, Mark.NICK, Mark.AGENCY),
        Sign.TURN_PROPER: best_turn(own, Mark.PROPER),
        Sign.TURN_VEHICLE: vehicle,
        Sign.NEXT: called_next,
        Sign.NICK: nick,
        Sign.NICK_TITLE: best(own, Mark.NICK, title=True),
        Sign.VEHICLE_TITLE: float(best(own, Mark.VEHICLE, title=True) > 0),
        Sign.CREW: crew,
        Sign.NTH: float(nth),
        Sign.MAIDEN: maiden,
    }


def of_fleet(at: datetime, fleet: Sequence[datetime]) -> float:
    """1 over the number of launches of the same rocket around a NET, itself included."""
    return 1 / (bisect_right(fleet, at + RARE_SPAN) - bisect_left(fleet, at - RARE_SPAN))


def best(own: Iterable[Claim], mark: Mark, *, title: bool = False) -> float:
    """Give the largest share among claims by a mark."""
    return max((claim.share for claim in own if claim.mark is mark and (claim.hit.title or not title)), default=0.0)


def best_turn(own: Iterable[Claim], *marks: Mark) -> float:
    """Give the best place in the row among claims by these marks."""
    return max((claim.turn for claim in own if claim.mark in marks), default=0.0)
