"""What could be watched, offered while somebody types it: from what is known to fly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.model import Event, Facet
from bot.rules.matching import normalised

LONGEST = 100
"""Discord's limit for a choice."""
MOST = 25
KEYWORDS = ("everything", "crewed", "with webcast")


def completions(typed: str, events: Sequence[Event]) -> tuple[str, ...]:
    """Complete the last term of what is typed; what most events have comes first."""
    at = max(typed.rfind(","), typed.rfind(";")) + 1
    head, last = typed[:at], typed[at:].strip()
    minus = "-" if last.startswith("-") else ""
    sought = normalised(last.lstrip("-"))
    counts = Counter(term for event in events for term in dict.fromkeys(terms(event)))
    named = [term for term, _ in counts.most_common()]
    offered = named if head or minus else (*KEYWORDS, *named)
    fitting = (f"{head}{' ' if head else ''}{minus}{term}" for term in offered if sought in normalised(term))
    own = (typed.strip(),) if last else ()
    return tuple(dict.fromkeys(text for text in (*own, *fitting) if len(text) <= LONGEST))[:MOST]


def terms(event: Event) -> Iterator[str]:
    """Give the terms that would ask for this event."""
    yield from written(Facet.LSP, [event.lsp.name] if event.lsp else [])
    yield from written(Facet.ROCKET, [*event.rocket.families, event.rocket.name] if event.rocket else [])
    yield from written(Facet.PROGRAM, event.programs)
    yield from written(Facet.CREW, (person.name for person in event.crew))
    yield from written(Facet.SITE, [event.pad.site] if event.pad else [])
    yield from written(Facet.KIND, [event.kind.value])


def written(facet: Facet, names: Iterable[str]) -> Iterator[str]:
    """Write a term; one that its reader would cut in two is quoted."""
    for name in names:
        plain = " ".join(name.replace('"', " ").split())
        if plain:
            yield f"{facet.value}: " + (f'"{plain}"' if any(sign in plain for sign in ",;:") else plain)
