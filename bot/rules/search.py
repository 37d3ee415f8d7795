"""Which event somebody means by a few words, typos included."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from math import log1p

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.model import FLOWN, OVER, Event, Track
from bot.rules.matching import READ, Names, normalised, spellings

LABEL = 100
"""Discord's limit for the name and the value of a choice."""
RECENT = timedelta(days=2)
"""How long an event that is over still comes before those that are far ahead. Chosen, not measured."""
TYPOS = ((8, 2), (4, 1))
"""From so many letters on, so many typos are forgiven; a number is never taken for another."""
HALF_TYPED = 5
"""From so many letters on a typo is also forgiven in the beginning of a longer word. Chosen, not measured."""
NEAR = 0.5
"""What only resembles the text must hold this share of what it says, rare words counting more. bench/search.py."""

Docs = frozenset[int]
Found = Mapping[int, int]
"""Positions of events, and how far each is from what was asked: 0 is word for word."""


@dataclass(frozen=True, slots=True)
class Index:
    """Events with the words by which they are found."""

    tracks: tuple[Track, ...]
    names: tuple[tuple[str, ...], ...]
    """The words of each event's name, in order."""
    postings: Mapping[str, Docs]
    vocabulary: tuple[str, ...]
    """All words, sorted: a beginning is a slice of it, and typos are looked for in it alone."""


def tokens(text: str) -> tuple[str, ...]:
    """Split a text where letters and digits meet too: `MS19` and `MS-19` are one."""
    return tuple(re.findall(r"\d+|[^\W\d]+", normalised(text)))


def words_of(event: Event) -> frozenset[str]:
    """Give every word by which an event can be found."""
    texts = {text for read in READ.values() for text in read(event)}
    return frozenset(word for text in texts for word in tokens(text))


def indexed(tracks: Sequence[Track], words: Sequence[frozenset[str]] | None = None) -> Index:
    """Make the index of events; `words` are those of each event, where they are known already."""
    postings: dict[str, set[int]] = {}
    for at, own in enumerate(words if words is not None else [words_of(track.event) for track in tracks]):
        for word in own:
            postings.setdefault(word, set()).add(at)
    return Index(
        tracks=tuple(tracks),
        names=tuple(tokens(track.event.name) for track in tracks),
        postings={word: frozenset(docs) for word, docs in postings.items()},
        vocabulary=tuple(sorted(postings)),
    )


# --- asking -------------------------------------------------------------------------------------------------------


def found(tracks: Iterable[Track], text: str, names: Names, now: datetime) -> tuple[Track, ...]:
    """Give the events that every word of the text leads to; see `meant`."""
    return meant(indexed(tuple(tracks)), text, names, now)


def meant(index: Index, text: str, names: Names, now: datetime) -> tuple[Track, ...]:
    """Give the events that every word of the text leads to, closest first, then nearest NET first.

    A beginning is enough and an alias counts; typos are forgiven where nothing fits without.
    """
    return _sorted(index, _all(index, text, names, typos=False) or _all(index, text, names, typos=True), text, now)


def nearest(index: Index, text: str, names: Names, now: datetime, limit: int) -> tuple[Track, ...]:
    """Give what is meant, then what could be with a typo; where that is nothing, what holds the most of the text."""
    exact, close = _all(index, text, names, typos=False), _all(index, text, names, typos=True)
    likely = (*_sorted(index, exact, text, now), *_sorted(index, {at: far for at, far in close.items() if at not in exact}, text, now))
    return (likely or _resembling(index, text, now))[:limit]


def _all(index: Index, text: str, names: Names, *, typos: bool) -> Found:
    """Events that every word leads to, by itself or by another spelling; or that the whole text does by another spelling."""
    words = normalised(text).split()
    if not words:
        return dict.fromkeys(range(len(index.tracks)), 0)
    each = [_any(index, spellings(word, names), typos=typos) for word in words]
    return _either(reduce(_both, each), _any(index, spellings(text, names)[1:], typos=False))


def _any(index: Index, spelled: Iterable[str], *, typos: bool) -> Found:
    """Events that one of the spellings leads to. A typo is forgiven in what was written, not in what it stands for."""
    hits: Found = {}
    for at, parts in enumerate(map(tokens, spelled)):
        if parts:
            hits = _either(hits, reduce(_both, [_word(index, word, typos=typos and at == 0) for word in parts]))
    return hits


def _both(one: Found, other: Found) -> Found:
    return {at: one[at] + other[at] for at in one.keys() & other.keys()}


def _either(one: Found, other: Found) -> Found:
    if not one or not other:
        return one or other
    return {at: min(one.get(at, _FAR), other.get(at, _FAR)) for at in one.keys() | other.keys()}


_FAR = 99
"""Further than anything that is found."""


def _word(index: Index, word: str, *, typos: bool) -> Found:
    """Events with this word (0), one that begins so (1) or, if asked, one that is meant by a typo (from 3 on)."""
    hits: dict[int, int] = {}
    for other, far in sorted((_typos(index, word) if typos else {}).items(), key=lambda pair: -pair[1]):
        hits.update(dict.fromkeys(index.postings[other], far))
    for other in _beginning(index, word):
        hits.update(dict.fromkeys(index.postings[other], 1))
    hits.update(dict.fromkeys(index.postings.get(word, ()), 0))
    return hits


def _beginning(index: Index, word: str) -> tuple[str, ...]:
    """Words that begin so."""
    return index.vocabulary[bisect_left(index.vocabulary, word) : bisect_left(index.vocabulary, word + "\U0010ffff")]


def _typos(index: Index, word: str) -> Mapping[str, int]:
    """Words that this one may have been meant for, and how far they are: whole words before beginnings."""
    most = 0 if word.isdigit() else next((typos for letters, typos in TYPOS if len(word) >= letters), 0)
    if not most:
        return {}
    begun = {other[: len(word)] for other in index.vocabulary if len(other) > len(word)} if len(word) >= HALF_TYPED else set[str]()
    close: dict[str, int] = {}
    for beginning, typos in _close(word, tuple(begun), most):
        close.update(dict.fromkeys(_beginning(index, beginning), 3 * typos + 1))
    for other, typos in _close(word, index.vocabulary, most):
        close[other] = min(close.get(other, _FAR), 3 * typos)
    return close


def _close(word: str, others: Sequence[str], most: int) -> Iterable[tuple[str, int]]:
    """Pick the others within so many typos, furthest first: a letter too many, too few, wrong, or swapped with the next."""
    hits = process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)
    return [(str(other), int(typos)) for other, typos, _ in reversed(hits) if not str(other).isdigit()]


def _resembling(index: Index, text: str, now: datetime) -> tuple[Track, ...]:
    """Events that hold much of the text but not all, those with most of it first."""
    total, share = 0.0, dict[int, float]()
    for word in tokens(text):
        hits = _word(index, word, typos=True)
        weight = log1p(len(index.tracks) / (1 + len(hits)))
        total += weight
        for at, far in hits.items():
            share[at] = share.get(at, 0) + weight / (1 + far / 10)
    best = [at for at, part in share.items() if part >= NEAR * total]
    return tuple(index.tracks[at] for at in sorted(best, key=lambda at: (-share[at], order(index.tracks[at], now))))


def _sorted(index: Index, hits: Found, text: str, now: datetime) -> tuple[Track, ...]:
    """Closest first; of equals those called so from end to end, then by time."""
    asked = tokens(text)
    return tuple(
        index.tracks[at] for at in sorted(hits, key=lambda at: (hits[at], _apart(index.names[at], asked), order(index.tracks[at], now)))
    )


def _apart(name: Sequence[str], asked: Sequence[str]) -> int:
    """How many words lie between a name and a text of the same length; more than any where they differ in length."""
    return int(OSA.distance(name, asked)) if len(name) == len(asked) else _FAR


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
    name = " ".join(track.event.name.split())
    room = LABEL - len(at)
    return (name if len(name) <= room else name[: room - 1] + "…") + at
