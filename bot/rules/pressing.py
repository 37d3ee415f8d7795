"""The buttons under a card, and the ids by which they are known for ever after: all that a button needs stands in its id."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from bot.model import FLOWN, OVER, Act, Action, Event, EventId, Kind
from bot.tongue import said

LONGEST = 80
"""UTF-16 units of an event's id within a button's: Discord has room for 100."""
HASHED = "#"
"""What begins the digest that stands for a longer id, or one that could be taken for a digest."""


def spelt(event: EventId) -> str:
    """Write an event's id so that it fits into a button's."""
    fits = len(event.encode("utf-16-le", "replace")) // 2 <= LONGEST and event.isprintable() and not event.startswith(HASHED)
    return event if fits else f"{HASHED}{sha256(event.encode('utf-8', 'replace')).hexdigest()[:32]}"


def can_be_awaited(event: Event, now: datetime) -> bool:
    """Whether it lies ahead. A launch whose T-0 passed without word may still be put off; other events have begun then."""
    t0 = event.net.clock
    begun = event.kind is not Kind.LAUNCH and t0 is not None and t0 <= now
    return event.status not in FLOWN | OVER and not begun


def actions(event: Event, now: datetime, language: str = "en") -> tuple[Action, ...]:
    """Give what can be pressed under the card of an event; after it there is nothing left to wait for."""
    about = spelt(event.id)
    details = Action(Act.DETAILS, said(language, "Details"), about)
    if not can_be_awaited(event, now):
        return (details,)
    return (
        Action(Act.REMIND, said(language, "Remind me"), about),
        details,
        Action(Act.CALENDAR, said(language, "Add to calendar"), about),
    )
