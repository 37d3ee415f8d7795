"""The buttons under a card, and the ids by which they are known for ever after: all that a button needs stands in its id."""

from __future__ import annotations

from hashlib import sha256

from bot.model import FLOWN, OVER, Act, Action, Event, EventId
from bot.tongue import said

LONGEST = 80
"""UTF-16 units of an event's id within a button's: Discord has room for 100."""
HASHED = "#"
"""What begins the digest that stands for a longer id, or one that could be taken for a digest."""


def spelt(event: EventId) -> str:
    """Write an event's id so that it fits into a button's."""
    fits = len(event.encode("utf-16-le", "replace")) // 2 <= LONGEST and event.isprintable() and not event.startswith(HASHED)
    return event if fits else f"{HASHED}{sha256(event.encode('utf-8', 'replace')).hexdigest()[:32]}"


def actions(event: Event, language: str = "en") -> tuple[Action, ...]:
    """Give what can be pressed under the card of an event; after it there is nothing left to wait for."""
    about = spelt(event.id)
    details = Action(Act.DETAILS, said(language, "Details"), about)
    if event.status in FLOWN | OVER:
        return (details,)
    return (
        Action(Act.REMIND, said(language, "Remind me"), about),
        details,
        Action(Act.CALENDAR, said(language, "Add to calendar"), about),
    )
