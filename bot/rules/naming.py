"""What prose may call an event: its names and their pieces, crew, ship, rocket, maker, place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import pairwise

from bot.model import Event, Kind
from bot.rules.plain_words import PLAIN
from bot.rules.prose import phrase, spelled
from bot.rules.vocabulary import MAKERS, NICKNAMES, SITES, VEHICLES


@unique
class Mark(StrEnum):
    """How a phrase points at an event."""

    NAME = "name"
    PART = "part of the name"
    CREW = "crew"
    SURNAME = "surname in the crew"
    NICK = "what it is called"
    VEHICLE = "rocket"
    MAKER = "provider"
    AGENCY = "agency"
    SITE = "site"
    PROPER = "description"


@dataclass(frozen=True, slots=True)
class Naming:
    """Everything that an article may say to mean one event. Phrases are folded words with single spaces."""

    phrases: frozenset[tuple[str, Mark]]
    vehicle: str
    """How its rocket is spoken of: what its sister launches share. Empty without one."""
    numbers: frozenset[int]
    """Its place in a series: `Flight 7`, `StriX Launch 6`."""
    stems: frozenset[str]
    """Words of its name that a number follows: `sentinel` in `Sentinel-1C`, where `Sentinel-6` is another."""
    sites: frozenset[str]
    pads: frozenset[str]
    maiden: bool
    series: bool
    """Its name is a number alone (`Flight 7`): only its rocket says of what."""


SPLIT = re.compile(r"\s+&\s+|[(),:;/|\"“”]|\s[-–]\s|\s+and others", re.IGNORECASE)
BATCH = re.compile(r"^\d+\s*x\s+|\sx\s\d+$|^(?:unknown|others|rideshare|dummy).*", re.IGNORECASE)
"""`4x Astranis`, `Satellogic x 10`: how many there are is no name."""
SERIES = re.compile(r"(?:integrated flight test|test flight|flight|orbital flight) \d+")
MAIDEN = re.compile(r"\b(?:maiden|demo flight|inaugural|debut|launch demo)\b", re.IGNORECASE)
MAIDEN_TOLD = re.compile(
    r"\s*(?:the )?(?:maiden|first|inaugural|debut|demonstration)(?: \w+){0,2} (?:flight|launch) (?:of|for)\b", re.IGNORECASE
)
REWRITE = tuple(
    (re.compile(pattern), forms)
    for pattern, *forms in (
        (r"(starlink|satnet leo|yaogan \w+) group (\w+) ?(\w*)", r"\1 \2 \3"),
        (r"axiom space mission (\d+)", r"ax \1", r"axiom mission \1", r"axiom \1", r"axiom space \1"),
        (r"(?:dragon )?(?:crs 2 )?(?:spx )?(?:crs )?(?:spx )?(\d+)", r"crs \1", r"spx \1"),
        (r"(?:cygnus )?(?:crs 2 |crs )?(ng|oa) (\d+).*", r"\1 \2", r"cygnus \1 \2", r"crs \1 \2"),
        (r"(?:soyuz|progress) ms (\d+)", r"ms \1"),
        (r"gps (\w+) sv0*(\d+)", r"gps \1 \2", r"gps \1 sv \2"),
        (r"(?:integrated flight test|flight) (\d+)", r"flight \1", r"ift \1", r"flight test \1"),
        (r"(.+) mission (\d+)", r"\1 \2"),
        (r"(.*[a-z]{2})(\d{1,3})", r"\1 \2"),
        (r"(?:amazon leo|project kuiper) (\w\w \d+)", r"\1"),
    )
)
"""Folded spellings of a mission -> how the same is written in prose."""
GENERIC = re.compile(
    r"(?:maiden|demo|test|first) flight(?: \d+)?|flight|launch|mission|launch demo|demo|dedicated .* rideshare|commercial|satellite"
    r"|test|payload|\d+ km flight"
)
"""Names that name nothing."""
TAIL = frozenset(
    {
        "landing",
        "docking",
        "undocking",
        "splashdown",
        "departure",
        "lunar",
        "lander",
        "satellite",
        "mission",
        "observatory",
        "telescope",
    }
    | {"spacecraft", "probe", "prototype", "orbiter", "rover", "protoflight", "demonstration", "test"}
)
"""Last words of a name that prose leaves out."""
SENTENCE_WORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "at",
        "be",
        "for",
        "from",
        "get",
        "here",
        "in",
        "is",
        "it",
        "its",
        "let",
        "not",
        "of",
        "off",
        "on",
        "or",
        "our",
    }
    | {"out", "the", "this", "to", "up", "we", "with", "you", "your"}
)
"""A name with these is a saying (`The Owl's Night Begins`): it is said as a whole or not at all."""
PAD_NUMBER = re.compile(r"(?:complex|pad|site|area|slc|lc)[\s-]*(\d+)[\s-]*([a-z]?)\b", re.IGNORECASE)
PROPER = re.compile(r"(?<![.!?:*\n]\s)(?<!^)\b([A-Z][\w’'-]{2,}(?:\s+[A-Z0-9][\w’'-]*)*)")
SHORT = 4
"""Letters from which a single word is telling: `QPS` may be anything. Chosen, not measured."""


def naming(event: Event, relatives: tuple[Event, ...] = ()) -> Naming:
    """Collect what an event may be called; `relatives` are the launches that a docking or a landing belongs to."""
    family = (event, *relatives)
    titles = tuple(dict.fromkeys(title for one in family for title in mission_titles(one)))
    pieces = tuple(dict.fromkeys(piece for title in titles for piece in pieces_of(title)))
    series = any(SERIES.fullmatch(phrase(title)) for title in titles)
    vehicle = vehicle_phrases(event)
    place = f"{event.location} {event.pad.site} {event.pad.name}" if event.pad else event.location
    sites = frozenset(word for key, said in SITES.items() if re.search(rf"\b{key}\b", phrase(place)) for word in said)
    description = event.mission.description if event.mission else ""
    named = {
        *(found for piece in pieces for found in piece_phrases(piece, series=series)),
        *(found for one in family for found in crew_phrases(one)),
        *((phrase(ship), Mark.NICK) for ship in event.spacecraft),
        *((nick, Mark.NICK) for nick in nicknames((*map(phrase, titles), *pieces))),
        *((said, Mark.VEHICLE) for said in vehicle),
        *((said, Mark.MAKER) for said in maker_phrases(event)),
        *((phrase(agency.name), Mark.AGENCY) for agency in event.agencies),
        *((site, Mark.SITE) for site in sites),
    }
    taken = {said for said, _ in named}
    proper = {(said, Mark.PROPER) for said in proper_words(description) if said not in taken}
    return Naming(
        phrases=frozenset((said, mark) for said, mark in named | proper if said),
        vehicle=vehicle[0] if vehicle else "",
        numbers=frozenset(int(word) for piece in pieces for word in piece.split() if re.fullmatch(r"\d{1,3}", word)),
        stems=frozenset(stem for piece in pieces for stem in stems_of(piece)),
        sites=sites,
        pads=pad_numbers(place),
        maiden=bool(MAIDEN.search(event.name) or MAIDEN_TOLD.match(description)),
        series=series,
    )


def mission_titles(event: Event) -> tuple[str, ...]:
    """Give the names of its mission: the part after the bar, and the mission's own."""
    return tuple(
        title.strip() for title in (event.name.split("|")[-1], event.mission.name if event.mission else "") if title.strip()
    )


def pieces_of(title: str) -> Iterator[str]:
    """Split `SPHEREx & PUNCH`, `CMS-01 (GSAT-12R)` into names that stand alone; the whole comes first."""
    for piece in (re.sub(r"[()]", " ", title), *SPLIT.split(title)):
        if bare := phrase(BATCH.sub("", piece.strip())):
            yield bare


def piece_phrases(piece: str, *, series: bool) -> Iterator[tuple[str, Mark]]:
    """Phrases for one name: itself, its other spellings, its head and its telling words."""
    words = piece.split()
    telling = [word for word in words if word not in PLAIN and not word.isdigit()]
    numbered = any(re.search(r"\d", word) for word in words[1:])
    if GENERIC.fullmatch(piece):
        return
    if telling or numbered or len(words) > 2:  # noqa: PLR2004 - two plain words are a phrase of every text
        yield piece, Mark.NAME
    for pattern, forms in REWRITE:
        if match := pattern.fullmatch(piece):
            yield from ((" ".join(match.expand(form).split()), Mark.NAME) for form in forms)
    if (head := without_tail(words)) != words and not PLAIN.issuperset(head):
        yield " ".join(head), Mark.NAME
    if (upto := first_number(words)) < len(words) - 1 and words[upto - 1] not in PLAIN:
        yield " ".join(words[: upto + 1]), Mark.PART
    if not series and SENTENCE_WORDS.isdisjoint(words):
        yield from ((word, Mark.PART) for word in telling if len(word) >= SHORT)


def without_tail(words: Sequence[str]) -> list[str]:
    """`Blue Ghost Lunar Lander` -> blue ghost."""
    head = list(words)
    while len(head) > 1 and head[-1] in TAIL:
        head.pop()
    return head


def first_number(words: Sequence[str]) -> int:
    """Index of the first word after the first that has a digit: `Thuraya 4-NGS` -> 1; past the end without one."""
    return next((i for i, word in enumerate(words) if i and re.search(r"\d", word)), len(words))


def stems_of(piece: str) -> Iterator[str]:
    """Words that a number follows, whatever small word stands between."""
    words = [word for word in piece.split() if word not in {"group", "launch", "mission"}]
    return (word for word, after in pairwise(words) if re.fullmatch(r"\d+[a-z]?", after) and not word[0].isdigit())


def nicknames(titles: Sequence[str]) -> Iterator[str]:
    """What missions of such a name are called."""
    return (name for pattern, names in NICKNAMES if any(pattern.search(title) for title in titles) for name in names)


def crew_phrases(event: Event) -> Iterator[tuple[str, Mark]]:
    """Full names and surnames of those on board."""
    for person in event.crew:
        names = spelled(person.name)
        if len(names) > 1:
            yield " ".join(names), Mark.CREW
            yield f"{names[0]} {names[-1]}", Mark.CREW
        if names and len(names[-1]) >= SHORT:
            yield names[-1], Mark.SURNAME


def vehicle_phrases(event: Event) -> tuple[str, ...]:
    """How its rocket is spoken of, with and without its variant."""
    names = [event.rocket.name, event.rocket.full_name] if event.rocket else []
    if not names and "|" in event.name and event.kind is Kind.LAUNCH:
        names = [event.name.split("|")[0]]
    return tuple(dict.fromkeys(said for name in names for said in spoken_vehicle(name)))


def spoken_vehicle(name: str) -> tuple[str, ...]:
    """`Falcon 9 Block 5` -> falcon 9; `Long March 3B/E` -> long march, long march 3b."""
    words = spelled(name)
    if not words:
        return ()
    whole = " ".join(words)
    upto = next((i for i, word in enumerate(words) if re.search(r"\d", word)), len(words) - 1)
    known = max((start for start in VEHICLES if whole.startswith(start)), key=len, default="")
    return tuple(dict.fromkeys((*VEHICLES.get(known, ()), " ".join(words[: upto + 1]), whole)))


def maker_phrases(event: Event) -> Iterator[str]:
    """Names of its provider, and the country that stands for it."""
    if event.lsp is None:
        return
    name, short = phrase(event.lsp.name), phrase(event.lsp.abbrev)
    yield name
    if len(short) >= SHORT - 1:
        yield short
    yield from (word for start, said in MAKERS.items() if start in name for word in said)


def pad_numbers(text: str) -> frozenset[str]:
    """`Space Launch Complex 4E` -> 4e; `Launch Complex 39A` -> 39a and 39; `31/6` -> 31."""
    found = {f"{int(m[1])}{m[2].lower()}" for m in PAD_NUMBER.finditer(text)} | {m[1] for m in re.finditer(r"\b(\d+)/\d+\b", text)}
    return frozenset(found | {pad[:-1] for pad in found if re.fullmatch(r"\d\d[a-z]", pad)})


def proper_words(description: str) -> frozenset[str]:
    """Names inside a description: capitalised within a sentence, and no everyday word."""
    found: set[str] = set()
    for match in PROPER.finditer(description):
        names = spelled(match[1])
        telling = [word for word in names if word not in PLAIN and not word.isdigit() and len(word) >= SHORT]
        found.update([*telling, " ".join(names)] if telling else [])
    return frozenset(found)
