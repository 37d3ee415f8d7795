"""Crossposts: which posts are spread to the servers that follow a channel, for Discord lets ten an hour through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import assert_never

from bot.model import Busy, Claimed, Delivery, MessageId, Notice, Outcome, Place, Refused, Say, Sent, Unclear, Watch
from bot.rules.planning import key_of
from bot.rules.retrying import Done, GiveUp, Next, RetryAt, backoff

WINDOW = timedelta(hours=1)
"""Over which Discord counts the posts of one channel that are published."""
CLOSE = timedelta(hours=24)
"""A slip this close to T-0 is among what matters most. As the distance inside which ten minutes are news (ALERTS)."""
WORTH_WHILE = timedelta(hours=1)
"""Chosen, not measured: who follows from elsewhere has heard it elsewhere by then."""


@unique
class Worth(StrEnum):
    """How much is lost when a post is not spread."""

    HIGH = "high"
    FAIR = "fair"
    LOW = "low"


SHARES = {Worth.HIGH: 10, Worth.FAIR: 8, Worth.LOW: 5}
"""Of the ten an hour, how many may be gone before one of such worth waits: the last places are kept for what matters most."""
HIGH = frozenset({Say.LIVE, Say.SCRUB})
FAIR = frozenset({Say.HOLD, Say.LIFTOFF, Say.OUTCOME, Say.SLIP})
PUBLISH = "publish-"


def spread(sent: Delivery, asking: Sequence[Watch]) -> Worth | None:
    """Say what a post is worth to the servers that follow its channel; None when nobody wants it spread."""
    wanting = [watch for watch in asking if watch.crosspost]
    return worth(sent.notice, wanting, sent.t0) if wanting and sent.target.place is Place.CHANNEL else None


def worth(notice: Notice, asking: Iterable[Watch], t0: datetime | None) -> Worth:
    """Say how much is lost without it: live, scrubs, slips close to T-0 and the closest reminder come first."""
    leads = [lead for watch in asking for lead in watch.leads]
    if notice.say in HIGH or (notice.lead is not None and notice.lead == min(leads, default=None)):
        return Worth.HIGH
    near = [at for at in (t0, notice.before.clock if notice.before else None) if at is not None]
    if notice.say is Say.SLIP and any(abs(at - notice.due) <= CLOSE for at in near):
        return Worth.HIGH
    return Worth.FAIR if notice.say in FAIR else Worth.LOW


def publication(sent: Delivery, message: MessageId, value: Worth, now: datetime) -> Delivery:
    """Owe the publication of a post that is there. Its name carries the message: it is owed once."""
    notice = Notice(
        say=Say.PUBLISH,
        what=f"{PUBLISH}{value.value}-{message}",
        due=now,
        stale=max(now, min(sent.notice.stale, now + WORTH_WHILE)),
        language=sent.notice.language,
    )
    return Delivery(
        key=key_of(sent.target, sent.event, sent.attempt, notice.what),
        target=sent.target,
        event=sent.event,
        attempt=sent.attempt,
        notice=notice,
        t0=sent.t0,
        start=now,
        carded=False,
    )


def meant(notice: Notice) -> tuple[Worth, MessageId]:
    """Give the worth and the message of a publication."""
    value, _, message = notice.what.removeprefix(PUBLISH).partition("-")
    return Worth(value), MessageId(int(message))


def wait(value: Worth, published: Sequence[datetime], now: datetime) -> timedelta:
    """Say how long a publication waits for its turn; nothing when there is room. `published`: when others were, oldest first."""
    recent = [at for at in published if now - at < WINDOW]
    over = len(recent) - SHARES[value]
    return timedelta() if over < 0 else recent[over] + WINDOW - now


def after_publishing(outcome: Outcome, claimed: Claimed, now: datetime) -> Next:
    """Decide what follows. Nothing here stops the channel: the post itself is there."""
    stale = claimed.delivery.notice.stale
    match outcome:
        case Sent(message):
            return Done(message)
        case Busy(wait):
            at = now + wait
            return RetryAt(at, "waits for its turn", counts=False) if at < stale else GiveUp("the channel's hour is used up")
        case Unclear(text):
            return RetryAt(now + backoff(claimed.tries), text)
        case Refused(status, code, text):
            return GiveUp(f"not published: {text} (HTTP {status}, code {code})")
        case _:
            assert_never(outcome)
