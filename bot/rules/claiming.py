"""Which events within reach of an article its words may mean, and whose turn it was when it was written."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Kind, Net
from bot.rules.evidence import CALLS, Hit, Reading
from bot.rules.library import Library
from bot.rules.naming import Mark

BEFORE, AFTER = timedelta(days=35), timedelta(days=430)
"""How far from an article the NET of an event that it is about may lie. Chosen, not measured: news is told for a month,
plans reach a year."""
GRACE = timedelta(hours=3)
"""A launch is the next one until some hours after its NET: holds, and clocks of publishers. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The events within reach: their NETs as known then, who is of which kind, and the NETs of each rocket in order."""

    said: datetime
    nets: Mapping[int, Net]
    kinds: Mapping[Kind, frozenset[int]]
    fleets: Mapping[str, tuple[datetime, ...]]

    def at(self, i: int) -> datetime:
        """NET of an event within reach; one without a NET lies as far ahead as can be."""
        return self.nets[i].at or self.said + AFTER


@dataclass(frozen=True, slots=True)
class Claim:
    """A phrase of the text that an event bears. `share` is 1 over the number of its kind within reach that bear it too."""

    mark: Mark
    hit: Hit
    share: float
    turn: float
    """1 for the next of them, or the last one flown; 1/2 for the one beyond it, …; 0 for marks that call nothing."""


def scene(library: Library, said: datetime) -> Scene:
    """Look up what was within reach at a time."""
    nets: dict[int, Net] = {}
    kinds: dict[Kind, set[int]] = {}
    fleets: dict[str, list[datetime]] = {}
    for i, entry in enumerate(library.entries):
        if entry.latest < said - BEFORE or entry.earliest > said + AFTER:
            continue
        net = entry.known(said)
        if net.at is None or said - BEFORE <= net.at <= said + AFTER:
            nets[i] = net
            kinds.setdefault(entry.event.kind, set()).add(i)
            fleets.setdefault(entry.naming.vehicle, []).append(net.at or said + AFTER)
    return Scene(
        said=said,
        nets=nets,
        kinds={kind: frozenset(who) for kind, who in kinds.items()},
        fleets={vehicle: tuple(sorted(times)) for vehicle, times in fleets.items()},
    )


def claims(reading: Reading, library: Library, stage: Scene) -> Mapping[int, tuple[Claim, ...]]:
    """Phrases by the event that bears them; a place that the text names leaves those elsewhere out of the count.

    Who flies it calls an event only with a first flight: "Blue Origin nails its debut".
    """
    here = frozenset(i for hit in reading.hits for i in hit.bearers.get(Mark.SITE, ()))
    found: dict[int, list[Claim]] = {}
    for hit in reading.hits:
        for mark, who in hit.bearers.items():
            for kin in stage.kinds.values():
                near = who & kin
                for some, peers in ((near & here, near & here), (near - here, near)):
                    times = sorted(map(stage.at, peers)) if mark in CALLS and some else []
                    for i in some:
                        found.setdefault(i, []).append(
                            Claim(mark, hit, 1 / len(peers), turn(stage.at(i), times, reading.said) if times else 0.0)
                        )
    debuts = {i for i in found if reading.maiden and library.entries[i].naming.maiden}
    return {
        i: tuple(own)
        for i, own in found.items()
        if any(one.mark in CALLS or (one.mark is Mark.MAKER and i in debuts) for one in own)
    }


def turn(at: datetime, times: Sequence[datetime], said: datetime) -> float:
    """Place of a NET among others, counted from the moment of writing: 1 for the next and for the last one, then 1/2, 1/3."""
    if at >= said - GRACE:
        return 1 / (1 + bisect_left(times, at) - bisect_left(times, said - GRACE))
    return 1 / (1 + bisect_left(times, said - GRACE) - bisect_right(times, at))
