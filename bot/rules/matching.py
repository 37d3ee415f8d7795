"""Who asked for this event, and why: the reason is kept, /why answers with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from bot.model import Event, Facet, Following, Kind, Reason, Target, Term, Watch

Names = Mapping[str, tuple[str, ...]]
"""Aliases of the field: a normalised spelling -> all spellings of the same thing (config/names.toml)."""

CREWED_MISSIONS = frozenset({"human exploration", "tourism"})
"""Launch Library's mission types that carry people; a New Shepard without people is "suborbital" or "research"."""
CREWED_SHIPS = ("soyuz ms", "crew dragon", "shenzhou", "starliner", "orion", "gaganyaan")
"""For events and short listings, which name no mission type."""

CODE = 2
"""Letters of a code, of a country or a company: too short to be looked for within a text."""


# --- words --------------------------------------------------------------------------------------------------------


def normalised(text: str) -> str:
    """Fold case, accents and punctuation, so that `Soyuz-MS 19` and `soyuz ms-19` are one spelling."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


def units(text: str) -> list[list[str]]:
    """Split a normalised text into words, each with the numbers that belong to it: `ms 19` is one unit."""
    found: list[list[str]] = []
    for word in text.split():
        if found and word[0].isdigit():
            found[-1].append(word)
        else:
            found.append([word])
    return found


def holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the wanted words stand in this order, with at most one other between two (`Starlink Group 6-77`)."""
    return any(follows(words[i:], wanted) for i, word in enumerate(words) if word == wanted[0])


def follows(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the wanted words go on from the first word, one word in between allowed unless a number is cut in two."""
    at = 0
    for before, word in pairwise(wanted):
        reach = words[at + 1 : at + (2 if before[0].isdigit() else 3)]
        if word not in reach:
            return False
        at += 1 + list(reach).index(word)
    return True


def spellings(text: str, names: Names) -> tuple[str, ...]:
    """Give all normalised spellings of what is meant."""
    own = normalised(text)
    return tuple(dict.fromkeys((own, *map(normalised, names.get(own, ())))))


# --- facets -------------------------------------------------------------------------------------------------------


def agencies(event: Event) -> Iterable[str]:
    """Names and short names of the provider and of the agencies that take part."""
    for agency in (event.lsp, *event.agencies):
        if agency:
            yield from (agency.name, agency.abbrev)


def provider(event: Event) -> Iterable[str]:
    """Give the launch service provider; an event that is no launch has none, there its agencies count."""
    if event.lsp:
        return (event.lsp.name, event.lsp.abbrev)
    return agencies(event)


def rockets(event: Event) -> Iterable[str]:
    """Names and families of the rocket."""
    rocket = event.rocket
    return (rocket.full_name, rocket.name, *rocket.families) if rocket else ()


def missions(event: Event) -> Iterable[str]:
    """Names of the event and of its mission."""
    return (event.name, event.mission.name) if event.mission else (event.name,)


def sites(event: Event) -> Iterable[str]:
    """Pad and site, or where an event takes place."""
    return (event.pad.name, event.pad.site, event.location) if event.pad else (event.location,)


def countries(event: Event) -> Iterable[str]:
    """Country of the pad and of the provider, as alpha-2 codes."""
    own = (event.pad.country,) if event.pad else ()
    return (*own, *(event.lsp.countries if event.lsp else ()))


READ: Mapping[Facet, Callable[[Event], Iterable[str]]] = {
    Facet.MISSION: missions,
    Facet.CREW: lambda event: (person.name for person in event.crew),
    Facet.SPACECRAFT: lambda event: (*event.spacecraft, *missions(event)),
    Facet.LSP: provider,
    Facet.ROCKET: rockets,
    Facet.PROGRAM: lambda event: (*event.programs, *event.stations),
    Facet.SITE: sites,
    Facet.COUNTRY: countries,
    Facet.ORBIT: lambda event: (event.mission.orbit, event.mission.orbit_abbrev) if event.mission else (),
    Facet.MISSION_TYPE: lambda event: (event.mission.kind,) if event.mission else (),
    Facet.KIND: lambda event: (event.kind.value,),
}
"""What each facet is compared with, in the order in which free text looks."""


def is_crewed(event: Event) -> bool:
    """Whether people fly."""
    if event.crew or event.kind is Kind.SPACEWALK:
        return True
    if event.mission and normalised(event.mission.kind) in CREWED_MISSIONS:
        return True
    ships = (*event.spacecraft, *missions(event))
    return any(holds(normalised(name).split(), ship.split()) for name in ships for ship in CREWED_SHIPS)


# --- matching -----------------------------------------------------------------------------------------------------


def meets(term: Term, event: Event, names: Names) -> Reason | None:
    """Say where a term meets an event; None where it does not. Free text may find its words in several places."""
    if term.facet is Facet.EVENT:
        return Reason(Facet.EVENT, term.text, event.name) if event.id == term.text else None
    facets = tuple(READ) if term.facet is Facet.ANY else (term.facet,)
    whole = met_in(spellings(term.text, names), event, facets)
    if whole or term.facet is not Facet.ANY:
        return whole and Reason(whole[0], term.text, whole[1])
    parts = [met_in(spellings(" ".join(unit), names), event, facets) for unit in units(normalised(term.text))]
    found = [part for part in parts if part]
    if not parts or len(found) < len(parts):
        return None
    return Reason(found[0][0], term.text, " · ".join(dict.fromkeys(text for _, text in found)))


def met_in(wanted: Iterable[str], event: Event, facets: Iterable[Facet]) -> tuple[Facet, str] | None:
    """Find the first text of these facets that holds one of the spellings.

    The first is what was written. Another one of two letters is a code (`CA` for Canada, `BO` for Blue Origin) and must be the
    whole text: `Vandenberg SFB, CA, USA` is not in Canada.
    """
    spelled = [words for text in wanted if (words := text.split())]
    codes = [words for words in spelled[1:] if len("".join(words)) <= CODE]
    within = [words for words in spelled if words not in codes]
    for facet in facets:
        for text in READ[facet](event):
            words = normalised(text).split()
            if words in codes or any(holds(words, one) for one in within):
                return facet, text
    return None


def wants(watch: Watch, event: Event, names: Names) -> Reason | None:
    """Say why a watch wants an event, or None. Facets combine by AND, terms of one facet by OR, an exclusion wins.

    What a server added for itself is for that server, and for who names it by its id.
    """
    if event.owner and event.owner != watch.target.guild and Term(Facet.EVENT, event.id) not in watch.include:
        return None
    if watch.crewed_only and not is_crewed(event):
        return None
    if watch.webcast_only and not event.webcasts:
        return None
    if any(meets(term, event, names) for term in watch.exclude):
        return None
    reasons: list[Reason] = []
    for facet in dict.fromkeys(term.facet for term in watch.include):
        terms = (term for term in watch.include if term.facet is facet)
        reason = next((met for term in terms if (met := meets(term, event, names))), None)
        if reason is None:
            return None
        reasons.append(reason)
    return reasons[0] if reasons else Reason(Facet.ANY, "crewed" if watch.crewed_only else "everything", event.name)


def followings(watches: Iterable[Watch], event: Event, names: Names) -> tuple[Following, ...]:
    """Gather the watches that want an event by target: two watches of one target make one delivery."""
    gathered: dict[Target, list[tuple[Watch, Reason]]] = {}
    for watch in watches:
        if not (watch.paused or watch.off) and (reason := wants(watch, event, names)):
            gathered.setdefault(watch.target, []).append((watch, reason))
    return tuple(Following(target=target, watches=tuple(met)) for target, met in gathered.items())
