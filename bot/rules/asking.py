"""How people write what they watch: `lsp: SpaceX, -Starlink`, `24h 1h 10m`, `live scrub`. Read, or told how to mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.model import CHOOSABLE, USUAL, Facet, Kind, Say, Term
from bot.tongue import said

# Chosen, not measured: what a person types into one slash command option, and reads again in /watch list.
LONGEST_TEXT = 500
LONGEST_TERM = 80
SHORTEST_TERM = 2
MOST_TERMS = 20
MOST_LEADS = 10

SHORTEST_LEAD = timedelta(minutes=1)
LONGEST_LEAD = timedelta(days=30)

FACETS = {
    "any": Facet.ANY,
    "text": Facet.ANY,
    "mission": Facet.MISSION,
    "payload": Facet.MISSION,
    "lsp": Facet.LSP,
    "provider": Facet.LSP,
    "agency": Facet.LSP,
    "rocket": Facet.ROCKET,
    "vehicle": Facet.ROCKET,
    "launcher": Facet.ROCKET,
    "family": Facet.ROCKET,
    "spacecraft": Facet.SPACECRAFT,
    "capsule": Facet.SPACECRAFT,
    "ship": Facet.SPACECRAFT,
    "crew": Facet.CREW,
    "astronaut": Facet.CREW,
    "cosmonaut": Facet.CREW,
    "site": Facet.SITE,
    "pad": Facet.SITE,
    "location": Facet.SITE,
    "country": Facet.COUNTRY,
    "orbit": Facet.ORBIT,
    "program": Facet.PROGRAM,
    "programme": Facet.PROGRAM,
    "type": Facet.MISSION_TYPE,
    "kind": Facet.KIND,
}
"""The words before a colon."""

EVERYTHING = frozenset({"*", "all", "any", "everything"})
CREWED = frozenset({"crewed", "crewed only", "manned"})
WITH_WEBCAST = frozenset({"webcast", "webcast only", "with webcast"})
NONE = frozenset({"none", "off", "no"})
SETS = {"usual": USUAL, "all": CHOOSABLE}
"""Choices of notices that have a name."""

UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mins": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "hrs": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "weeks": timedelta(weeks=1),
}

TERMS = re.compile(r'\s*((?:"[^"]*"|[^,;\n"])*)([,;\n]|$|")')
"""One term and what ends it; a comma within quotes belongs to the term. A lone quote ends a term that is wrong."""
FACET = re.compile(r"([^\W\d_]+)\s*:(?!//)\s*(.*)", re.DOTALL)
LEADS = re.compile(r"(?:T\s?[-−–])?((?:\d{1,6}\s*[a-z]+)(?:\d{1,6}[a-z]+)*)(?:[\s,;+]+|$)", re.IGNORECASE | re.ASCII)
"""One lead: amounts with their units, without a space between two of them: `1h30m` is one lead, `1h 30m` are two."""
AMOUNT = re.compile(r"(\d+)\s*([a-z]+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What a watch asks for. No `include` means everything."""

    include: tuple[Term, ...] = ()
    exclude: tuple[Term, ...] = ()
    crewed_only: bool = False
    webcast_only: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A sentence that says what cannot be read, and how to mend it."""

    sentence: str


def parse_what(text: str, language: str = "en") -> What | Wrong:
    """Read what is watched.

    Terms are separated by commas. `facet: text` asks in one place, and the terms after it ask there too until a semicolon or
    another facet; a minus before a term leaves out. `crewed` and `with webcast` narrow down, `everything` is a watch without terms.
    """
    if len(text) > LONGEST_TEXT:
        return Wrong(said(language, "That is longer than {most} characters. Ask for less, or make two watches.", most=LONGEST_TEXT))
    terms: list[tuple[Term, bool]] = []
    flags: set[str] = set()
    facet = Facet.ANY
    for piece, end in _pieces(text):
        if end == '"':
            return Wrong(said(language, 'A quotation mark is not closed. Write both, as in `"Group 6, part 2"`.'))
        read = _term(piece, facet, language) if piece else ""
        if isinstance(read, Wrong):
            return read
        if isinstance(read, str):
            flags.add(read)
        else:
            term, out = read
            terms.append(read)
            facet = facet if out else term.facet
        facet = facet if end == "," else Facet.ANY
    if len(terms) > MOST_TERMS:
        return Wrong(said(language, "Those are more than {most} terms. Make two watches of them.", most=MOST_TERMS))
    return What(
        include=tuple(dict.fromkeys(term for term, out in terms if not out)),
        exclude=tuple(dict.fromkeys(term for term, out in terms if out)),
        crewed_only="crewed" in flags,
        webcast_only="webcast" in flags,
    )


def parse_leads(text: str, language: str = "en") -> tuple[timedelta, ...] | Wrong:
    """Read spans before T-0, longest first: `24h, 1h 10m` are three, `1h30m` is one; `none` is none."""
    left = text.strip()
    if len(left) > LONGEST_TEXT:
        return Wrong(
            said(language, "That is longer than {most} characters. Keep to {leads} reminders.", most=LONGEST_TEXT, leads=MOST_LEADS)
        )
    if left.lower() in NONE:
        return ()
    leads = _leads(left, language)
    if isinstance(leads, Wrong):
        return leads
    if len(leads) > MOST_LEADS:
        return Wrong(
            said(language, "Those are {count} reminders for each launch. Keep to {most}.", count=len(leads), most=MOST_LEADS)
        )
    return tuple(sorted(leads, reverse=True)) or Wrong(
        said(language, "Which times before T-0? Write for instance `24h 1h 10m`, or `none`.")
    )


def parse_says(text: str, language: str = "en") -> frozenset[Say] | Wrong:
    """Read a choice of notices: names, `usual`, `all`, `none`; a minus takes away, from the usual if nothing is before it."""
    chosen: frozenset[Say] | None = None
    for word in re.split(r"[\s,;]+", text.strip().lower()):
        name = word.lstrip("-−")
        wanted = _says(name)
        if wanted is None:
            names = ", ".join(say.value for say in Say if say in CHOOSABLE)
            sentence = said(
                language,
                "There is no notice “{name}”. There are: {names}; also `usual`, `all` and `none`.",
                name=_quoted(name),
                names=names,
            )
            return Wrong(sentence)
        base = frozenset[Say]() if name == word else USUAL
        before = base if chosen is None else chosen
        chosen = before | wanted if name == word else before - wanted
    return chosen or frozenset()


# --- parts --------------------------------------------------------------------------------------------------------


def _pieces(text: str) -> list[tuple[str, str]]:
    return [(found[1].strip(), found[2]) for found in TERMS.finditer(text)]


def _term(piece: str, facet: Facet, language: str) -> tuple[Term, bool] | str | Wrong:
    """One term and whether it leaves out; or a narrowing, by name (empty for everything)."""
    out = piece.startswith(("-", "−"))
    bare = piece.lstrip("-−").strip()
    named = FACET.fullmatch(bare)
    if named and named[1].lower() not in FACETS:
        known = ", ".join(dict.fromkeys(facet.value for facet in FACETS.values()))
        sentence = said(
            language,
            'I do not know “{facet}:”. There are: {facets}. Or quote it: `"{term}"`.',
            facet=_quoted(named[1]),
            facets=known,
            term=_quoted(bare),
        )
        return Wrong(sentence)
    where = FACETS[named[1].lower()] if named else (Facet.ANY if out else facet)
    words = " ".join((named[2] if named else bare).replace('"', " ").split())
    if not named and '"' not in bare and (flag := _flag(words.lower())) is not None:
        return Wrong(said(language, "Write `{term}` without the minus, or leave it out.", term=words)) if out else flag
    if where is Facet.KIND:
        return _kind(words, out, language)
    if len(words) > LONGEST_TERM:
        return Wrong(said(language, "“{term}” is too long for one term. Separate terms by commas.", term=_quoted(words)))
    if sum(char.isalnum() for char in words) < SHORTEST_TERM:
        sentence = said(
            language,
            "“{term}” is too short to look for. Write at least {least} letters, or `everything`.",
            term=_quoted(bare),
            least=SHORTEST_TERM,
        )
        return Wrong(sentence)
    return Term(where, words), out


def _flag(words: str) -> str | None:
    tables = ((EVERYTHING, ""), (CREWED, "crewed"), (WITH_WEBCAST, "webcast"))
    return next((flag for names, flag in tables if words in names), None)


def _kind(words: str, out: bool, language: str) -> tuple[Term, bool] | Wrong:
    name = words.lower()
    for kind in Kind:
        if name in {kind.value, f"{kind.value}s", f"{kind.value}es"}:
            return Term(Facet.KIND, kind.value), out
    kinds = ", ".join(Kind)
    return Wrong(said(language, "“{kind}” is no kind of event. There are: {kinds}.", kind=_quoted(words), kinds=kinds))


def _leads(left: str, language: str) -> set[timedelta] | Wrong:
    leads: set[timedelta] = set()
    while left:
        found = LEADS.match(left)
        lead = _lead(found[1]) if found else None
        if found is None or lead is None:
            sentence = said(
                language,
                "I cannot read “{text}” as time before T-0. Write for instance `24h 1h 10m`, or `none`.",
                text=_quoted(left),
            )
            return Wrong(sentence)
        if not SHORTEST_LEAD <= lead <= LONGEST_LEAD:
            sentence = said(
                language,
                "“{lead}” is out of reach: a reminder can come from 1 minute to 30 days before T-0.",
                lead=_quoted(found[1]),
            )
            return Wrong(sentence)
        leads.add(lead)
        left = left[found.end() :]
    return leads


def _lead(text: str) -> timedelta | None:
    """The sum of its amounts; None for a unit that is none."""
    total = timedelta()
    for number, unit in AMOUNT.findall(text):
        if unit.lower() not in UNITS:
            return None
        total += int(number) * UNITS[unit.lower()]
    return total


def _says(name: str) -> frozenset[Say] | None:
    if name in SETS:
        return SETS[name]
    if name in NONE:
        return frozenset()
    singular = name.removesuffix("s")
    return next((frozenset({say}) for say in CHOOSABLE if say.value in {name, singular}), None)


def _quoted(text: str) -> str:
    """A bit of what was written, for a sentence: one line, no markdown, not long."""
    line = re.sub(r"[\s`*_~|<>@\\]+", " ", text).strip()
    return line if len(line) <= LONGEST_TERM // 2 else line[: LONGEST_TERM // 2] + "…"
