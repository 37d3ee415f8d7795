"""Prose as words that can be compared: folded, numbered, with their place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 20_000
"""Characters of an article that are read; the longest summary measured has 750. Chosen, not measured: bounds the time."""
BOILERPLATE = re.compile(
    r"""
    The\ post\ .{0,300}?\ appeared\ first\ on\ .{0,80}?(?:\.|$)        # repeats the title
    |^[A-Z][\w .,]{2,40}\((?:SPX|AFP|UPI|XNA)\)\ \w{3}\ \d\d?,\ \d{4}  # dates the page, not the event
    |<[^>]{1,500}>
    |https?://\S+
    """,
    re.DOTALL | re.VERBOSE,
)
"""What a publisher's machine wrote around the text."""
WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
SENTENCE_END = re.compile(
    r"""
    (?<!\b[A-Za-z])(?<!\b[ap]\.m)(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})(?<!\bSept)  # U.S., Dr., Oct., 3 a.m. end none
    [.!?…]+["”’)\]]*\s+(?=["“‘(\[]?[A-Z0-9])
    |\n\s*\n
    """,
    re.VERBOSE,
)
CLAUSE_END = re.compile(r";\s+|\s[–—-]\s|,\s+(?:while|whereas|followed by)\s+", re.IGNORECASE)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}
"""X alone is a letter: the social network, the X-37."""
ORDINALS = {
    word: number
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"], 1
    )
}
NTH = re.compile(r"(\d{1,3})(?:st|nd|rd|th)")
STROKES = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
"""Letters that Unicode does not take apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text` folded, with its place."""

    text: str
    at: int
    end: int
    capital: bool
    """Begins with a capital letter or a digit."""
    nth: int
    """Its number, when it is an ordinal (`seventh`, `7th`); else 0."""


def cleaned(text: str) -> str:
    """Take away what no person wrote, and bound the rest."""
    return BOILERPLATE.sub(" ", text[:LONGEST]).strip()


def folded(word: str) -> str:
    """One spelling for all: `NASA’s` -> nasa, `Kinéis` -> kineis, `04` -> 4, `II` -> 2."""
    bare = re.sub(r"['’ʼ][sS]?$", "", word)
    if bare in ROMAN:
        return str(ROMAN[bare])
    letters = unicodedata.normalize("NFKD", bare.casefold().translate(STROKES))
    plain = "".join(c for c in letters if c.isalnum())
    return re.sub(r"^0+(?=\d)", "", plain)


def words(text: str) -> tuple[Word, ...]:
    """Every word of a text; a hyphen parts words, so that `Crew-12` is `crew 12`."""
    return tuple(word(match) for match in WORD.finditer(text))


def word(match: re.Match[str]) -> Word:
    """Read one word."""
    text = folded(match[0])
    nth = NTH.fullmatch(text)
    capital = match[0][0].isupper() or match[0][0].isdigit()
    return Word(text, match.start(), match.end(), capital, int(nth[1]) if nth else ORDINALS.get(text, 0))


def spelled(text: str) -> tuple[str, ...]:
    """Give the folded words of a name, alone."""
    return tuple(folded(match[0]) for match in WORD.finditer(text))


def phrase(text: str) -> str:
    """Give the folded words of a name as one phrase."""
    return " ".join(spelled(text))


def sentences(text: str) -> tuple[str, ...]:
    """Cut a text into sentences; abbreviations of months, names and `a.m.` end none."""
    return tuple(piece.strip() for piece in SENTENCE_END.split(text) if piece.strip())


def clauses(sentence: str) -> tuple[str, ...]:
    """Cut a sentence where it turns to something else."""
    return tuple(piece.strip() for piece in CLAUSE_END.split(sentence) if piece.strip())
