"""What is done in a server that says nothing by itself: the name and the end of a forum's post, a scheduled event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import OVER, Brief, Busy, Card, Claimed, Delivery, MessageId, Outcome, Place, Say, Track
from bot.ports import Outlet, Store
from bot.rules import occasions
from bot.rules.card import card as card_post
from bot.rules.forum import TITLE, entitled
from bot.rules.publishing import WINDOW, after_publishing, meant, wait
from bot.rules.retrying import Next, after


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do that says nothing by itself. `about`: what it is done to; `leaves`: the card as it is then."""

    run: Callable[[Outlet, Claimed], Awaitable[Outcome]]
    about: Card | None = None
    leaves: Callable[[MessageId, datetime], Card | None] = lambda _, __: None
    judge: Callable[[Outcome, Claimed, datetime], Next] = after


def is_errand(sent: Delivery) -> bool:
    """Whether a delivery is none of a message."""
    return sent.notice.say in {Say.CLOSE, Say.OCCASION} or (sent.target.place is Place.FORUM and sent.notice.what == TITLE)


def errand(sent: Delivery, track: Track, brief: Brief, now: datetime) -> Errand | str:
    """Say what is to be done, as it is true now; or why nothing is."""
    card = brief.card
    if sent.notice.say is Say.OCCASION:
        return holding(sent, track, card, now)
    if card is None or card.gone:
        return "there is no post of it"
    return closing(sent, track, card) if sent.notice.say is Say.CLOSE else naming(sent, track, card, now)


def naming(sent: Delivery, track: Track, card: Card, now: datetime) -> Errand:
    """Give a forum's post the name and the tags that are true now."""
    post = entitled(card_post(track, now, language=sent.notice.language), track, sent.notice.language)
    return Errand(
        run=lambda outlet, _: outlet.entitle(sent.target, card.message, post),
        about=card,
        leaves=lambda _, at: replace(card, edited_at=at),
    )


def closing(sent: Delivery, track: Track, card: Card) -> Errand | str:
    """Close a forum's post, unless its event came back."""
    if track.event.status not in OVER:
        return "the event came back"
    return Errand(run=lambda outlet, _: outlet.close(sent.target, card.message), about=card)


def holding(sent: Delivery, track: Track, card: Card | None, now: datetime) -> Errand | str:
    """Make the scheduled event of an event, or bring the one that stands to what is true now."""
    if card is not None and card.gone:
        return "the scheduled event was deleted, or called off"
    was = occasions.phase_of(card)
    want = occasions.occasion(track, now, was, sent.notice.language)
    if want is None:
        return "it is not time to schedule it"
    face = occasions.face_of(want)
    if card is not None and card.face == face:
        return "nothing that a reader would see changed"
    standing = card.message if card is not None and was is not None else None
    return Errand(
        run=lambda outlet, claimed: outlet.hold(sent.target, want, standing, claimed.first_try if claimed.tries else None),
        about=card if standing else None,
        leaves=lambda message, at: Card(target=sent.target, event=track.event.id, message=message, face=face, edited_at=at),
    )


async def publishing(store: Store, sent: Delivery, brief: Brief, now: datetime) -> Errand | str:
    """Spread a post when it is its turn; one that has to wait for it costs no request."""
    if not any(watch.crosspost and not watch.off for watch in brief.watches):
        return "no watch asks for it any more"
    value, message = meant(sent.notice)
    async with store.transaction() as tx:
        published = await tx.sent_at(sent.target, Say.PUBLISH, now - WINDOW)
    patience = wait(value, published, now)

    async def publish(outlet: Outlet, _: Claimed) -> Outcome:
        return Busy(patience) if patience else await outlet.publish(sent.target, message)

    return Errand(run=publish, judge=after_publishing)
