"""Which event, or whose flights, somebody means by a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p

from rapidfuzz.distance import OSA

from bot.model import FLOWN, OVER, Event, Track
from bot.rules.matching import READ, Names, normalised
from bot.rules.words import FAR, Found, Index, indexed, lookup, search, tokens

LABEL = 100
"""Discord's limit for the name and the value of a choice."""
RECENT = timedelta(days=2)
"""How long an event that is over still comes before those that are far ahead. Chosen, not measured."""
ALIKE = 2
"""So many typos apart a text is still a whole name."""
NEAR = 0.5
"""What only resembles the text must hold this share of it, rare words counting more. Chosen with bench/search.py."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Events and the people aboard, with the words by which they are found."""

    tracks: tuple[Track, ...]
    index: Index
    called: tuple[tuple[str, ...], ...]
    """What people call each event."""
    people: tuple[str, ...]
    crew_index: Index


def words_of(event: Event) -> frozenset[str]:
    """Give every word by which an event can be found."""
    texts = {text for read in READ.values() for text in read(event)}
    return frozenset(word for text in texts for word in tokens(text))


def called(event: Event) -> tuple[str, ...]:
    """Give what people call an event: the whole `Soyuz 2.1a | Soyuz MS-19`, or its last part."""
    return tuple(dict.fromkeys(" ".join(tokens(name)) for name in (event.name, event.name.rpartition("|")[2])))


def catalogue(tracks: Sequence[Track], words: Sequence[frozenset[str]] | None = None) -> Catalogue:
    """Make the catalogue of events; `words` are those of each event, where they are known already."""
    people = {normalised(person.name): person.name for track in tracks for person in track.event.crew if normalised(person.name)}
    names = tuple(sorted(people.values()))
    return Catalogue(
        tracks=tuple(tracks),
        index=indexed(words if words is not None else [words_of(track.event) for track in tracks]),
        called=tuple(called(track.event) for track in tracks),
        people=names,
        crew_index=indexed([tokens(name) for name in names]),
    )


# --- events -------------------------------------------------------------------------------------------------------


def found(known: Catalogue, text: str, names: Names, among: Sequence[int]) -> tuple[Track, ...]:
    """Give those at these places of the catalogue that every word leads to, in its order; typos where nothing fits without."""
    exact = search(known.index, text, names, typos=False)
    hits = [at for at in among if at in exact]
    if not hits:
        close = search(known.index, text, names, typos=True)
        hits = [at for at in among if at in close]
    return tuple(known.tracks[at] for at in hits)


def meant(known: Catalogue, text: str, names: Names, now: datetime) -> tuple[Track, ...]:
    """Give the events that every word of the text leads to, closest first, then nearest NET first.

    Typos are forgiven where nothing fits without.
    """
    hits = search(known.index, text, names, typos=False) or search(known.index, text, names, typos=True)
    return _sorted(known, hits, text, now)


def nearest(known: Catalogue, text: str, names: Names, now: datetime, limit: int) -> tuple[Track, ...]:
    """Give what is meant, then what could be with a typo; where that is nothing, what holds the most of the text."""
    exact = search(known.index, text, names, typos=False)
    if len(exact) >= limit:
        return _sorted(known, exact, text, now)[:limit]
    close = {at: far for at, far in search(known.index, text, names, typos=True).items() if at not in exact}
    likely = (*_sorted(known, exact, text, now), *_sorted(known, close, text, now))
    return (likely or _resembling(known, text, now))[:limit]


def _resembling(known: Catalogue, text: str, now: datetime) -> tuple[Track, ...]:
    """Events that hold much of the text but not all, those with most of it first."""
    total, share = 0.0, dict[int, float]()
    for word in tokens(text):
        hits = lookup(known.index, word, typos=True)
        weight = log1p(len(known.tracks) / (1 + len(hits)))
        total += weight
        for at, far in hits.items():
            share[at] = share.get(at, 0) + weight / (1 + far / 10)
    best = [at for at, part in share.items() if part >= NEAR * total]
    return tuple(known.tracks[at] for at in sorted(best, key=lambda at: (-share[at], order(known.tracks[at], now))))


def _sorted(known: Catalogue, hits: Found, text: str, now: datetime) -> tuple[Track, ...]:
    """Closest first; of equals those that are called so from end to end, then by time."""
    asked = " ".join(tokens(text))
    far = {at: (hits[at], min(_apart(name, asked) for name in known.called[at]), order(known.tracks[at], now)) for at in hits}
    return tuple(known.tracks[at] for at in sorted(far, key=far.__getitem__))


def _apart(name: str, asked: str) -> int:
    """How many typos lie between a name and a text; the same for all that are no more than alike."""
    return int(OSA.distance(name, asked, score_cutoff=ALIKE))


def order(track: Track, now: datetime) -> tuple[bool, bool, float, str]:
    """Sort what lies ahead by NET, then what is over, latest first."""
    at, event = track.event.net.at, track.event
    past = event.status in FLOWN | OVER or (at is not None and now - at > RECENT)
    away = (at - now).total_seconds() if at else float("inf")
    return past, at is None, -away if past else away, event.name


def label(track: Track) -> str:
    """Name an event in a list of choices, within Discord's limit."""
    net = track.event.net
    at = f" · {net.at:%Y-%m-%d}" if net.at else ""
    name = " ".join(track.event.name.split()) or str(track.event.id)
    room = LABEL - len(at)
    return (name if len(name) <= room else name[: room - 1] + "…") + at


# --- people -------------------------------------------------------------------------------------------------------


def people(known: Catalogue, text: str, names: Names) -> tuple[str, ...]:
    """Give the people that a text may mean, closest first; all of them for none."""
    exact = search(known.crew_index, text, names, typos=False)
    close = search(known.crew_index, text, names, typos=True)
    far = {at: exact.get(at, FAR + close[at]) for at in close}
    return tuple(known.people[at] for at in sorted(far, key=lambda at: (far[at], known.people[at])))


def flights(known: Catalogue, person: str, now: datetime) -> tuple[Track, ...]:
    """Give the events that this person takes part in, what lies ahead first."""
    name = normalised(person)
    own = [track for track in known.tracks if any(normalised(one.name) == name for one in track.event.crew)]
    return tuple(sorted(own, key=lambda track: order(track, now)))
