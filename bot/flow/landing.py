"""One try of a delivery: what may leave, what came of it, and what is known by that."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.flow.errands import Errand
from bot.model import Card, Claimed, EventId, MessageId, Post, Target
from bot.rules.card import face
from bot.rules.planning import address_of
from bot.rules.publishing import Worth
from bot.rules.retrying import CardGone, Done, Elsewhere, GiveUp, Next, Pause, RetryAt, Unreachable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A post that may leave now. `edits`: the card that it replaces; `starts`: it becomes the card.

    `home`: where a person is told who takes no direct messages.
    """

    post: Post
    edits: Card | None = None
    starts: bool = False
    reply_to: MessageId | None = None
    home: Target | None = None
    within: Card | None = None
    """The post of a forum in which it is said."""
    spreads: Worth | None = None
    """What it is worth to the servers that follow the channel; None: it is not spread."""
    earlier: Callable[[], Post] | None = None
    """How an earlier try may have said it: as the card, while there was none yet."""

    @property
    def about(self) -> Card | None:
        """What stands already and may turn out to be deleted."""
        return self.edits or self.within

    @property
    def rings(self) -> bool:
        """Whether it makes somebody's phone ring."""
        return not self.edits and not self.post.silent and bool(self.post.roles or self.post.users)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing leaves, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Landing:
    """One try that has ended: what left, unless nothing did, and what follows."""

    claimed: Claimed
    left: Ready | Errand | None
    following: Next | Dropped
    at: datetime
    took_s: float = 0.0
    """How long it was on its way, with the rendering."""


def shown(landing: Landing) -> Card | None:
    """Give the card that a try left behind, new or edited, as it looks now."""
    sent, left = landing.claimed.delivery, landing.left
    if sent.event is None or left is None or not isinstance(landing.following, Done):
        return None
    if isinstance(left, Errand):
        return left.leaves(landing.following.message, landing.at)
    if not (left.edits or left.starts):
        return None
    return Card(target=sent.target, event=sent.event, message=landing.following.message, face=face(left.post), edited_at=landing.at)


def report(landing: Landing) -> None:
    """Log what became of a try, once that is recorded."""
    ids = named(landing.claimed)
    match landing.following:
        case Done(message):
            log.info("delivered", extra=ids | {"message_id": message})
        case RetryAt(at, why):
            log.info("a delivery is tried again", extra=ids | {"why": why, "until": at.isoformat()})
        case Pause(why):
            log.info("a delivery waits for its target", extra=ids | {"why": why})
        case GiveUp(why):
            log.error("a post was refused", extra=ids | {"why": why})
        case Dropped(why) | Elsewhere(why) | Unreachable(why):
            log.info("a delivery was dropped", extra=ids | {"why": why})
        case CardGone():
            log.info("a delivery was dropped", extra=ids | {"why": "the card was deleted"})
        case _:
            assert_never(landing.following)


def named(claimed: Claimed) -> dict[str, object]:
    """Give the ids by which a log names a try: the event, where it goes, what it says there, the number of the try."""
    sent = claimed.delivery
    return {"event": sent.event or "-", "target": address_of(sent.target), "key": sent.key, "try": claimed.tries + 1}


def started(landing: Landing) -> EventId | None:
    """Give the event whose card a try posted."""
    left = landing.left
    return landing.claimed.delivery.event if isinstance(left, Ready) and left.starts and shown(landing) is not None else None


def is_there(landing: Landing) -> bool:
    """Whether a message stands, whoever has to say what becomes of its delivery. What is done again and again is another matter."""
    return isinstance(landing.following, Done) and isinstance(landing.left, Ready) and not landing.left.edits


def measured(landing: Landing) -> tuple[str, str, float, timedelta | None]:
    """Give what a try was about, how it ended, its seconds, and since when the notice was due, if it reached Discord."""
    notice = landing.claimed.delivery.notice
    late = landing.at - notice.due if isinstance(landing.following, Done) else None
    return notice.say.value, type(landing.following).__name__, landing.took_s, late
