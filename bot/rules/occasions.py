"""Scheduled events of Discord: when a launch gets one, what it says, how it goes on through slips, scrubs, liftoff and outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from bot.model import (
    FLOWN,
    OUTCOMES,
    OVER,
    Card,
    ChannelId,
    Event,
    Following,
    Kind,
    Notice,
    Occasion,
    Phase,
    Place,
    Say,
    Status,
    Target,
    Track,
)
from bot.rules.card import crew, place, purpose, standing, streams_row, vehicle
from bot.rules.following import notice_of
from bot.rules.forum import bare, shortened
from bot.rules.nets import DAY, span
from bot.rules.news import LIVE_NEAR
from bot.rules.text import headline
from bot.rules.webcasts import ranked
from bot.tongue import said

AHEAD = timedelta(days=14)
"""Chosen, not measured: a NET farther away moves more often than people plan."""
SOONEST = timedelta(minutes=1)
"""Discord takes no start in the past: one that is nearer than this is not made any more."""
LASTS = timedelta(hours=2)
"""Chosen, not measured: from T-0, or the end of the window, to when Discord may take it for over by itself."""
WAITS = timedelta(days=2)
"""Chosen, not measured: one that runs waits so long for the next attempt, for Discord cannot schedule it anew; else it is ended."""
UNKNOWN_FOR = timedelta(days=7)
"""Chosen, not measured: where no day is known, the start that Discord asks for lies so far ahead, and the text says so."""
KEEPS = timedelta(hours=24)
GAP, FREELY = timedelta(minutes=5), timedelta(hours=1)
"""As a card it changes at most once in GAP, but freely this close to T-0."""
LONGEST_NAME, LONGEST_PLACE, LONGEST_DESCRIPTION = 100, 100, 1000
"""Discord's limits."""
ENDED = frozenset({Phase.COMPLETED, Phase.CANCELED})
STOPPED = frozenset({Status.HOLD, Status.TBD})


# --- what stands there ------------------------------------------------------------------------------------------------


def face_of(occasion: Occasion) -> str:
    """Digest what members see of it, its phase in clear: equal faces need no request."""
    return f"{occasion.phase.value}|{sha256(repr(occasion).encode()).hexdigest()[:32]}"


def phase_of(card: Card | None) -> Phase | None:
    """Give the phase in which it was left; None when there is none, or none any more that could go on."""
    phase = Phase(card.face.partition("|")[0]) if card else None
    return None if phase in ENDED else phase


def finished(card: Card) -> Card:
    """Give what stands after Discord says that it is over. One that ran may be followed by another; else it was called off."""
    return replace(card, face=f"{Phase.COMPLETED.value}|") if phase_of(card) is Phase.ACTIVE else replace(card, gone=True)


# --- what should stand there ------------------------------------------------------------------------------------------


def occasion(track: Track, now: datetime, was: Phase | None, language: str) -> Occasion | None:
    """Say what the scheduled event of an event should look like now; None when it should not be made (yet)."""
    if was is None and not is_due(track, now):
        return None
    event, start = track.event, start_of(track, now)
    streams = ranked(event, now, language)
    rows = (
        standing(track, now, language),
        vehicle(event),
        place(event),
        purpose(event),
        crew(event, language),
        streams_row(streams, language),
    )
    window = event.window_end if event.window_end and event.net.clock else start
    return Occasion(
        name=shortened(bare(headline(event, language)), LONGEST_NAME),
        start=start,
        end=max(start, window) + LASTS,
        place=where(event, next((stream.url for stream in streams), ""), language),
        description=fitting([row for row in rows if row]),
        phase=phase(track, now, was),
    )


def is_due(track: Track, now: datetime) -> bool:
    """Whether it is time to make one: T-0 is a clock time, ahead, and near enough to plan with."""
    t0 = track.event.net.clock
    if t0 is None or not track.counting or track.event.status in FLOWN | OVER:
        return False
    return SOONEST <= t0 - now <= AHEAD


def start_of(track: Track, now: datetime) -> datetime:
    """Give the start: T-0; without one the last day that is meant; without that some day ahead, because Discord asks for one."""
    t0, meant = track.event.net.clock, span(track.event.net)
    if t0 is not None and (track.counting or t0 > now):
        return t0
    if meant is not None and t0 is None and meant[1] - DAY > now:
        return meant[1] - DAY
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC) + UNKNOWN_FOR


def phase(track: Track, now: datetime, was: Phase | None) -> Phase:
    """Say in which phase it should be. Discord knows no way back: one that runs goes on running, or ends."""
    status, t0 = track.event.status, track.event.net.clock
    runs = was is Phase.ACTIVE
    if status is Status.CANCELLED:
        return Phase.COMPLETED if runs else Phase.CANCELED
    if status in OUTCOMES or (track.event.kind is not Kind.LAUNCH and t0 is not None and now >= t0 + LASTS):
        return Phase.COMPLETED
    if status in FLOWN or has_begun(track, now):
        return Phase.ACTIVE
    if runs:
        return Phase.ACTIVE if t0 is not None and t0 - now <= WAITS else Phase.COMPLETED
    return Phase.SCHEDULED


def has_begun(track: Track, now: datetime) -> bool:
    """Whether there is something to see: the webcast runs near T-0, or T-0 has come and nobody stopped the clock."""
    t0, event = track.event.net.clock, track.event
    if t0 is None or not track.counting:
        return False
    return (event.webcast_live and abs(t0 - now) <= LIVE_NEAR) or (t0 <= now and event.status not in STOPPED)


def where(event: Event, stream: str, language: str) -> str:
    """Say where to watch it: the best stream, else the site, else that there is no place."""
    if stream and len(stream) <= LONGEST_PLACE:
        return stream
    site = bare(place(event)).removeprefix("📍 ")
    return shortened(site, LONGEST_PLACE) or said(language, "No stream known yet")


def fitting(rows: Sequence[str]) -> str:
    """Join rows as far as there is room: a cut link leads nowhere."""
    text = ""
    for row in rows:
        longer = f"{text}\n{row}" if text else row
        if len(longer) <= LONGEST_DESCRIPTION:
            text = longer
    return text


# --- what is owed -----------------------------------------------------------------------------------------------------


def gathered(following: Iterable[Following]) -> tuple[Following, ...]:
    """Gather the watches of each server that want scheduled events, at the one place where those are."""
    by_server: dict[Target, list[Following]] = {}
    for one in following:
        if one.target.guild and any(watch.occasions for watch, _ in one.watches):
            by_server.setdefault(Target(one.target.guild, ChannelId(0), Place.EVENTS), []).append(one)
    return tuple(
        Following(target=target, watches=tuple(pair for one in several for pair in one.watches if pair[0].occasions))
        for target, several in by_server.items()
    )


def upkeep(
    following: Iterable[Following], track: Track, cards: Mapping[Target, Card], now: datetime, *, changed: bool
) -> tuple[tuple[Following, Notice], ...]:
    """Owe a look at each server's scheduled event: now, if it may be untrue, and whenever time alone changes it."""
    return tuple(
        (one, notice_of(one, Say.OCCASION, what, due, due + KEEPS))
        for one in gathered(following)
        for what, due in looks(track, cards.get(one.target), now, changed=changed)
    )


def looks(track: Track, card: Card | None, now: datetime, *, changed: bool) -> Iterable[tuple[str, datetime]]:
    """Give the looks by name and time. Those to come carry the number of the NET: of an older one they find nothing to do."""
    t0 = track.event.net.clock
    if card is not None and card.gone:
        return
    if card is None and is_due(track, now):
        yield "occasion", now
    elif card is not None and changed:
        near = t0 is not None and abs(t0 - now) <= FREELY
        yield "occasion", now if near else max(now, card.edited_at + GAP)
    if t0 is None:
        if card is not None:
            yield f"occasion-undated-{track.moves}", start_of(track, now) - DAY / 2
        return
    if t0 - AHEAD > now:
        yield f"occasion-ahead-{track.moves}", t0 - AHEAD
    if t0 > now:
        yield f"occasion-t0-{track.moves}", t0
        if track.event.kind is not Kind.LAUNCH:
            yield f"occasion-end-{track.moves}", t0 + LASTS
