"""Texts found by their words: a beginning is enough, an alias counts, and typos are forgiven where they are asked to be."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.rules.matching import Names, normalised, spellings

TYPOS = ((8, 2), (4, 1))
"""From so many letters on, so many typos are forgiven; a number is never taken for another."""
HALF_TYPED = 5
"""From so many letters on a typo is also forgiven in the beginning of a longer word. Chosen, not measured."""
FAR = 99
"""Further than anything that is found."""

Found = Mapping[int, int]
"""Positions of texts, and how far each is from what was asked: 0 is word for word."""


@dataclass(frozen=True, slots=True)
class Index:
    """Which words lead to which of the texts, by position."""

    count: int
    postings: Mapping[str, tuple[int, ...]]
    vocabulary: tuple[str, ...]
    """All words, sorted: a beginning is a slice of it, and typos are looked for in it alone."""


def tokens(text: str) -> tuple[str, ...]:
    """Split a text where letters and digits meet too: `MS19` and `MS-19` are one."""
    return tuple(re.findall(r"\d+|[^\W\d]+", normalised(text)))


def indexed(texts: Sequence[Iterable[str]]) -> Index:
    """Index texts that are given as their words."""
    postings: dict[str, list[int]] = {}
    for at, words in enumerate(texts):
        for word in set(words):
            postings.setdefault(word, []).append(at)
    return Index(len(texts), {word: tuple(docs) for word, docs in postings.items()}, tuple(sorted(postings)))


def search(index: Index, text: str, names: Names, *, typos: bool) -> Found:
    """Find what every word of the text leads to, by itself or by another spelling, or the whole text by another spelling."""
    words = normalised(text).split()
    if not words:
        return dict.fromkeys(range(index.count), 0)
    each = [_any(index, spellings(word, names), typos=typos) for word in words]
    return _either(reduce(_both, each), _any(index, spellings(text, names)[1:], typos=False))


def lookup(index: Index, word: str, *, typos: bool) -> Found:
    """Find what has this word (0), one that begins so (1) or, if asked, one that is meant by a typo (from 3 on)."""
    hits: dict[int, int] = {}
    close = _misspelt(index, word) if typos else dict[str, int]()
    for other in sorted(close, key=close.__getitem__, reverse=True):
        hits.update(dict.fromkeys(index.postings[other], close[other]))
    for other in _beginning(index, word):
        hits.update(dict.fromkeys(index.postings[other], 1))
    hits.update(dict.fromkeys(index.postings.get(word, ()), 0))
    return hits


# --- parts --------------------------------------------------------------------------------------------------------


def _any(index: Index, spelled: Iterable[str], *, typos: bool) -> Found:
    """Texts that one of the spellings leads to. A typo is forgiven in what was written, not in what it stands for."""
    hits: Found = {}
    for at, parts in enumerate(map(tokens, spelled)):
        if parts:
            hits = _either(hits, reduce(_both, [lookup(index, word, typos=typos and at == 0) for word in parts]))
    return hits


def _both(one: Found, other: Found) -> Found:
    return {at: one[at] + other[at] for at in one.keys() & other.keys()}


def _either(one: Found, other: Found) -> Found:
    return {at: min(one.get(at, FAR), other.get(at, FAR)) for at in one.keys() | other.keys()} if one and other else one or other


def _beginning(index: Index, word: str) -> tuple[str, ...]:
    """Words that begin so."""
    return index.vocabulary[bisect_left(index.vocabulary, word) : bisect_left(index.vocabulary, word + "\U0010ffff")]


def _misspelt(index: Index, word: str) -> Mapping[str, int]:
    """Words that this one may have been meant for, and how far they are: whole words before beginnings."""
    most = 0 if word.isdigit() else next((typos for letters, typos in TYPOS if len(word) >= letters), 0)
    if not most:
        return {}
    close: dict[str, int] = {}
    if len(word) >= HALF_TYPED and word not in index.postings:  # a word of the field is a beginning of nothing else
        begun = {other[: len(word)] for other in index.vocabulary if len(other) > len(word)}
        for beginning, typos in _close(word, tuple(begun), most):
            close.update(dict.fromkeys(_beginning(index, beginning), 3 * typos + 1))
    for other, typos in _close(word, index.vocabulary, most):
        close[other] = min(close.get(other, FAR), 3 * typos)
    return close


def _close(word: str, others: Sequence[str], most: int) -> Iterable[tuple[str, int]]:
    """Pick the others within so many typos, furthest first: a letter too many, too few, wrong, or swapped with the next."""
    hits = process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)
    return [(str(other), int(typos)) for other, typos, _ in reversed(hits)]
