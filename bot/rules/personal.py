"""What a person asked for alone: reminders by direct message, when they end, and what stands under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import (
    OUTCOMES,
    Act,
    Action,
    ChannelId,
    Event,
    EventId,
    Facet,
    GuildId,
    Kind,
    Member,
    Place,
    Post,
    Say,
    Status,
    Target,
    Term,
    Track,
    UserId,
    Watch,
    WatchId,
)
from bot.rules.countdown import what_of
from bot.rules.text import plain
from bot.tongue import Phrase, phrase, said

NOBODY = GuildId(0)
"""The guild of direct messages."""
MOST = 25
"""Reminders and standing wishes of one person: as many as a menu of Discord's offers. Chosen, not measured."""
LONGEST_NAME = 80
STOPS = 3
"""Stop buttons under one message. Chosen, not measured: nearly always one wish alone asked for it."""
WORDLESS = timedelta(days=30)
"""Chosen, not measured: a launch whose NET passed so long ago without any word is not waited for."""
DONE_AFTER = timedelta(days=1)
"""Chosen, not measured: an event that has no outcome, as a docking, is over so long after its time; a cancelled one may return."""


def mailbox(user: UserId) -> Target:
    """Where a person gets direct messages."""
    return Target(NOBODY, ChannelId(user), Place.PERSON)


def owner(target: Target) -> UserId:
    """Whose direct messages a target is."""
    return UserId(target.channel)


# --- wishes -------------------------------------------------------------------------------------------------------


def one_event(event: Event) -> Term:
    """The term that asks for this event alone."""
    return Term(Facet.EVENT, event.id)


def wish(member: Member, term: Term, name: str, now: datetime, home: Target | None) -> Watch:
    """Make a person's watch: reminders by direct message and nothing else, ever."""
    flat = " ".join(name.split())
    return Watch(
        id=WatchId(0),
        target=mailbox(member.user),
        name=flat if len(flat) <= LONGEST_NAME else flat[: LONGEST_NAME - 1] + "…",
        include=(term,),
        notices=frozenset({Say.REMINDER}),
        leads=member.leads,
        language=member.language,
        made_at=now,
        made_by=member.user,
        home=home,
    )


def only_event(watch: Watch) -> EventId | None:
    """Give the event that a person's watch is about, when it is about that one alone; None for a standing one."""
    if watch.target.place is not Place.PERSON:
        return None
    return next((EventId(term.text) for term in watch.include if term.facet is Facet.EVENT), None)


def same_wish(watches: Iterable[Watch], term: Term) -> Watch | None:
    """Find the watch that asks for this already: pressing twice never doubles."""
    return next((watch for watch in watches if watch.include == (term,)), None)


def is_over(track: Track, now: datetime) -> bool:
    """Whether nobody need be reminded of an event any more: its outcome is known, or it is long past."""
    event = track.event
    if event.status in OUTCOMES:
        return True
    cancelled = event.status is Status.CANCELLED
    last = track.seen if cancelled else event.net.at
    patience = WORDLESS if event.kind is Kind.LAUNCH and not cancelled else DONE_AFTER
    return last is not None and now - last > patience


def finished(watches: Iterable[Watch], track: Track, now: datetime) -> tuple[Watch, ...]:
    """Give the reminders of persons that end with this event."""
    return tuple(watch for watch in watches if only_event(watch) == track.event.id) if is_over(track, now) else ()


# --- what is sent -------------------------------------------------------------------------------------------------


def to_person(post: Post, asking: Sequence[Watch], language: str) -> Post:
    """Put under a reminder what ends it in one click."""
    several = len(asking) > 1
    return replace(
        post,
        actions=tuple(
            Action(Act.STOP, said(language, "Stop: {name}", name=watch.name) if several else said(language, "Stop"), str(watch.id))
            for watch in asking[:STOPS]
        ),
    )


def home_of(asking: Iterable[Watch]) -> Target | None:
    """Give the channel where a person is mentioned who takes no direct messages: the one named last, if there is any."""
    return next((watch.home for watch in sorted(asking, key=lambda watch: -watch.id) if watch.home), None)


def aloud(post: Post, target: Target) -> Post:
    """Say a person's reminder in a channel: to that person alone."""
    return replace(post, roles=(), users=(owner(target),))


# --- how it is listed ---------------------------------------------------------------------------------------------

STANDING: Mapping[Facet, Phrase] = {
    Facet.CREW: phrase("flights of {name}"),
    Facet.ROCKET: phrase("rocket: {name}"),
    Facet.PROGRAM: phrase("program: {name}"),
}
"""How a standing wish is named; one for a single event has the event's name."""


def wish_text(watch: Watch, language: str) -> str:
    """Name what is wished for."""
    name = plain(watch.name, LONGEST_NAME)
    return next((STANDING[term.facet](language, name=name) for term in watch.include if term.facet in STANDING), name)


def leads_text(leads: Iterable[timedelta]) -> str:
    """Write leads as the field does: T-24h, T-10m."""
    return ", ".join(what_of(lead) for lead in sorted(leads, reverse=True))
