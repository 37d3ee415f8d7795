"""What is done to something that stands already in a server: the name and the end of a forum's post."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import OVER, Brief, Card, Claimed, Delivery, MessageId, Outcome, Place, Say, Track
from bot.ports import Outlet
from bot.rules.card import card as card_post
from bot.rules.forum import TITLE, entitled
from bot.rules.retrying import Next, after


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do that says nothing by itself. `about`: what it is done to; `leaves`: the card as it is then."""

    run: Callable[[Outlet], Awaitable[Outcome]]
    about: Card | None = None
    leaves: Callable[[MessageId, datetime], Card | None] = lambda _, __: None
    judge: Callable[[Outcome, Claimed, datetime], Next] = after


def is_errand(sent: Delivery) -> bool:
    """Whether a delivery is none of a message."""
    return sent.notice.say is Say.CLOSE or (sent.target.place is Place.FORUM and sent.notice.what == TITLE)


def errand(sent: Delivery, track: Track, brief: Brief, now: datetime) -> Errand | str:
    """Say what is to be done, as it is true now; or why nothing is."""
    card = brief.card
    if card is None or card.gone:
        return "there is no post of it"
    return closing(sent, track, card) if sent.notice.say is Say.CLOSE else naming(sent, track, card, now)


def naming(sent: Delivery, track: Track, card: Card, now: datetime) -> Errand:
    """Give a forum's post the name and the tags that are true now."""
    post = entitled(card_post(track, now, language=sent.notice.language), track, sent.notice.language)
    return Errand(
        run=lambda outlet: outlet.entitle(sent.target, card.message, post),
        about=card,
        leaves=lambda _, at: replace(card, edited_at=at),
    )


def closing(sent: Delivery, track: Track, card: Card) -> Errand | str:
    """Close a forum's post, unless its event came back."""
    if track.event.status not in OVER:
        return "the event came back"
    return Errand(run=lambda outlet: outlet.close(sent.target, card.message), about=card)
