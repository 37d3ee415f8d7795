"""What to do after Discord answered, or did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.model import Busy, Claimed, MessageId, Outcome, Place, Refused, Sent, Unclear
from bot.tongue import Phrase, phrase

NONCE_HOLDS = timedelta(minutes=2)
"""Discord drops a repeated nonce for "a few minutes" (its documentation): after this we read back before we send again."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)
"""Waits double from the first to the longest. Chosen, not measured: revisit with bench/chaos."""
REFUSALS = 3
"""Chosen, not measured: so often an unknown refusal is tried again before it is believed."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is there."""

    message: MessageId


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again then. `counts`: this try may have stored something."""

    at: datetime
    why: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will never be accepted; others may."""

    why: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing will be accepted here until an admin acts: the target rests, its settings are kept, the admins are told."""

    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardGone:
    """A moderator deleted the card. `over`: it stands there, and Discord takes no change of it any more."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """This person takes no direct messages: it may be said where it was asked for, if anywhere."""

    why: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nor can this person be told there: it is recorded, and nobody else is bothered."""

    why: str


Next = Done | RetryAt | GiveUp | Pause | CardGone | Elsewhere | Unreachable

PAUSES: dict[int, Phrase] = {
    10003: phrase("the channel <#{channel}> does not exist any more. Choose another with `/watch add`, or remove the watch"),
    10004: phrase("the bot is not a member of this server any more"),
    50001: phrase("the bot cannot see <#{channel}>. Give it the permission View Channel there"),
    50008: phrase("messages cannot be posted in <#{channel}>. Choose a text channel with `/watch add`"),
    50013: phrase("the bot may not post in <#{channel}>. Give it Send Messages and Embed Links there"),
    50083: phrase("the thread <#{channel}> is archived. Open it again"),
    160005: phrase("the thread <#{channel}> is locked. Unlock it"),
    40067: phrase("each post in <#{channel}> needs a tag. Add one named Launch, or do not require tags"),
}
"""Discord's error codes that mean the target, and what an admin can do. They are documented under "JSON Error Codes"."""

PAUSES_AT: dict[tuple[Place, int], Phrase] = {
    (Place.FORUM, 50001): phrase("the bot cannot see the forum <#{channel}>. Give it the permission View Channel there"),
    (Place.FORUM, 50013): phrase(
        "the bot may not post in the forum <#{channel}>. Give it Create Posts, Send Messages in Posts and Embed Links there"
    ),
    (Place.EVENTS, 50001): phrase("the bot may not make scheduled events. Give it Create Events and Manage Events"),
    (Place.EVENTS, 50013): phrase("the bot may not make scheduled events. Give it Create Events and Manage Events"),
    (Place.EVENTS, 30038): phrase("this server has as many scheduled events as Discord allows. Delete some of them"),
}
"""What the same codes mean in other places."""

GIVES_UP = {
    40005: "Discord found it too large",
    50006: "Discord found it empty",
    50007: "direct messages are closed",
    50035: "Discord found it malformed",
    50278: "direct messages are closed",
    200000: "the server's AutoMod blocked it",
    200001: "the server's AutoMod blocked it",
    240000: "Discord blocked a link in it",
}
"""Codes that mean this one message."""

CLOSED = {
    10013: "there is no such person any more",
    50007: "direct messages are closed",
    50033: "there is no such person any more",
    50278: "no server in common with the bot",
}
"""Codes that mean the person."""

WAITS = {
    20016: timedelta(seconds=30),  # slow mode of the channel
    20028: timedelta(seconds=30),  # write limit of the channel
    20029: timedelta(seconds=30),  # write limit of the server
    40003: timedelta(seconds=30),  # direct messages are opened too fast
    30046: timedelta(hours=1),  # edits of messages older than an hour
    40062: timedelta(seconds=10),  # the service resource is rate limited
    130000: timedelta(seconds=30),  # the API is overloaded
}
"""Codes that pass by themselves: nothing was stored."""

FINISHED = 180000
GONE = frozenset({10008, 10070, FINISHED})
"""Codes that mean the card: a message or a scheduled event that was deleted, or that is over."""
NO_SUCH_CHANNEL_STATUS = 404
FORBIDDEN = 403
UNAUTHORIZED = 401


def after(outcome: Outcome, claimed: Claimed, now: datetime, *, aloud: bool = False) -> Next:
    """Decide what follows from an answer to one try. `aloud`: it was for a person, tried in the channel where it was asked for."""
    match outcome:
        case Sent(message):
            return Done(message)
        case Busy(wait, why):
            return RetryAt(now + wait, why, counts=False)
        case Unclear(text):
            return RetryAt(now + backoff(claimed.tries), text)
        case Refused():
            return after_refusal(outcome, claimed, now, aloud=aloud)
        case _:
            assert_never(outcome)


def after_refusal(refused: Refused, claimed: Claimed, now: datetime, *, aloud: bool = False) -> Next:
    """Decide what follows from a no. What says nothing of the target or the message is tried a few times."""
    why = f"{refused.text} (HTTP {refused.status}, code {refused.code})"
    if refused.code in GONE:
        return CardGone(over=refused.code == FINISHED)
    person = claimed.delivery.target.place is Place.PERSON
    code = refused.code or {NO_SUCH_CHANNEL_STATUS: 10003, FORBIDDEN: 50013}.get(refused.status, 0)
    if person and code in CLOSED | PAUSES:  # never a pause: one person's settings are no trouble of a server's
        return Unreachable(f"nor where it was asked for: {why}") if aloud else Elsewhere(f"{CLOSED.get(code, 'refused')}: {why}")
    sent = claimed.delivery
    if (rests := PAUSES_AT.get((sent.target.place, code), PAUSES.get(code))) is not None:
        return Pause(rests(sent.notice.language, channel=sent.target.channel), now + LONGEST_WAIT)
    return of_message(refused, claimed, now, why)


def of_message(refused: Refused, claimed: Claimed, now: datetime, why: str) -> Next:
    """Decide what follows from a no to this one message."""
    if refused.code in GIVES_UP:
        return GiveUp(f"{GIVES_UP[refused.code]}: {why}")
    if refused.code in WAITS:
        return RetryAt(now + WAITS[refused.code], why, counts=False)
    if refused.status == UNAUTHORIZED or claimed.tries < REFUSALS:  # a token that is being changed takes the whole bot along
        return RetryAt(now + backoff(claimed.tries + 2), why, counts=False)
    return GiveUp(why)


def backoff(tries: int) -> timedelta:
    """Give the wait before the next try: doubling, bounded."""
    return min(FIRST_WAIT * (1 << min(tries, 10)), LONGEST_WAIT)


def must_read_back(claimed: Claimed, now: datetime, *, guarded: bool = True) -> bool:
    """Whether an earlier try may have stored the message so long ago that its nonce no longer stops a second one, or had none."""
    return claimed.tries > 0 and claimed.first_try is not None and (not guarded or now - claimed.first_try > NONCE_HOLDS)
