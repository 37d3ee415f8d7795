"""Whose word counts when feeds speak of one event: each field has a winner, by recency and then trust; the losers are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Event, EventId, Net, Precision, Sighting, Status, Track, Voice
from bot.rules.nets import nearness, span

TRUST = {"ll2": 3, "rll": 2, "json": 1, "ical": 0}
"""Whom to believe: editors who watch each launch, then a schedule, then what a club fills in, then calendars, most of which are
made from the first. The part before a dash is what kind of feed it is; an unknown kind is a calendar."""
SPOKEN = {"ll2": "Launch Library 2", "rll": "RocketLaunch.live"}
"""What people call them; the others have the name that the operator gave them."""
VOICES_KEPT = 6
"""Chosen, not measured: nobody has configured more feeds of launches."""

BY_ID = frozenset({"ll2"})
"""Kinds of feed that answer for one event, and are asked for it when another feed contradicts them."""
STAYS = {"ll2": timedelta(hours=24)}
"""How long after its NET a kind of feed lists an event (FEEDS): until then its absence means something. The others drop it then."""

PATIENCE = timedelta(minutes=20)
"""A feed that described an event within this is answering: what it says stands, whatever a less trusted one says.
Longer than the longest gap between two looks of a governor with 15 requests an hour, which is 15 minutes."""
ASKED = timedelta(minutes=3)
"""So long a feed has to answer for itself when it is contradicted: it is asked at once. Chosen, not measured."""
STANDS = timedelta(minutes=15)
"""A contradiction that is over within this is an editor's slip of the pen, and no reader hears of it (ALERTS: flaps)."""
AT_ONCE = timedelta(hours=2)
"""Nearer than this people are already waiting, and hear of a contradiction at once."""
LASTING = timedelta(hours=24)
"""A feed that has not described an event for this long does not contradict any more. Chosen, not measured."""
SILENT, SILENT_FAR = timedelta(hours=2), timedelta(hours=13)
"""From when a feed counts as silent on an event within a day of T-0, and farther: the whole list is read every 12 hours."""
FAR = timedelta(days=1)
COARSE = timedelta(hours=12)
"""Two days that touch are one: a day is a local one for some feeds, a UTC one for others."""
GRAINS = {
    Precision.SECOND: timedelta(seconds=1),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
}
"""How far a clock time may be off and still be the same."""

TOGETHER = {"window_start": "net", "window_end": "net", "reason": "status", "weather": "probability"}
"""Fields that mean nothing without another one: its winner gives them."""
SPEECHLESS = {"status": (Status.UNKNOWN, Status.NONE), "net": (Net(None, Precision.UNKNOWN),), "webcast_live": ()}
"""Values that say nothing, where they are not the empty one."""
EMPTY: tuple[object, ...] = (None, "", ())
NAMES = tuple(field.name for field in fields(Event) if field.name not in {"id", "owner"})


def kind_of(feed: str) -> str:
    """Give the kind of a feed, the part of its name before a dash."""
    return feed.partition("-")[0]


def trust(feed: str) -> int:
    """Tell how far a feed is believed."""
    return TRUST.get(kind_of(feed), 0)


def stays_listed(feed: str) -> timedelta:
    """Tell for how long after its NET a feed lists an event."""
    return STAYS.get(kind_of(feed), timedelta())


def spoken(feed: str) -> str:
    """Tell what people call a feed."""
    return SPOKEN.get(feed) or feed.partition("-")[2] or feed


# --- who says what ------------------------------------------------------------------------------------------------


def voices_of(track: Track) -> tuple[Voice, ...]:
    """Give what each feed says of an event, the most trusted first. Of one that was alone, a flag that is down says nothing."""
    if track.voices:
        return track.voices
    unsaid = frozenset[str]() if track.event.webcast_live else frozenset({"webcast_live"})
    return (Voice(feed=track.feed, event=track.event, unsaid=unsaid, seen=track.seen, first=track.first_seen),)


def lead(track: Track) -> str:
    """Name the feed that is believed most: its lists tell whether the event is still there."""
    return track.voices[0].feed if track.voices else track.feed


def own_id(track: Track, feed: str) -> EventId | None:
    """Tell under which id a feed has an event; None when it never described it."""
    return next((voice.event.id for voice in voices_of(track) if voice.feed == feed), None)


def heard(track: Track, sighting: Sighting, now: datetime) -> tuple[Voice, ...] | None:
    """Give what each feed says once this was said; None when the feed went backwards (a mirror, a cache)."""
    voices = voices_of(track)
    known = next((voice for voice in voices if voice.feed == sighting.feed), None)
    event = replace(sighting.event, id=sighting.own or sighting.event.id)
    if known is None:
        voice = Voice(feed=sighting.feed, event=event, unsaid=sighting.unsaid, seen=now, first=now)
    else:
        before = known.event
        event = replace(event, **{name: getattr(before, name) for name in sighting.unsaid})
        if is_older(before, event):
            return None
        changed = [(name, now) for name in NAMES if getattr(before, name) != getattr(event, name)]
        since = tuple(sorted({**dict(known.since), **dict(changed)}.items()))
        voice = replace(known, event=event, unsaid=known.unsaid & sighting.unsaid, seen=now, since=since)
    others = (one for one in voices if one.feed != sighting.feed)
    return tuple(sorted((voice, *others), key=lambda one: (-trust(one.feed), one.feed)))[:VOICES_KEPT]


def ended_by_lead(voices: tuple[Voice, ...], end: Event, now: datetime) -> tuple[Voice, ...]:
    """Give what each feed says once the most trusted has deleted its entry: that is its word on everything."""
    if not voices:
        return ()
    deleted = replace(voices[0], event=replace(end, id=voices[0].event.id), unsaid=frozenset(), seen=now)
    return (deleted, *voices[1:])


def is_older(before: Event, after: Event) -> bool:
    """Whether a feed went backwards: an answer from before the one we have says nothing new."""
    return before.last_updated is not None and after.last_updated is not None and after.last_updated < before.last_updated


# --- who wins -----------------------------------------------------------------------------------------------------


def merged(voices: Sequence[Voice], known: Event, now: datetime) -> Event:
    """Make one event of what all say, under the id that it has."""
    if len(voices) == 1:
        return replace(voices[0].event, id=known.id)
    winners = {name: winner(voices, name, now) for name in NAMES if name not in TOGETHER}
    values = {name: getattr(winners[TOGETHER.get(name, name)].event, name) for name in NAMES}
    return replace(known, **values)


def winner(voices: Sequence[Voice], name: str, now: datetime) -> Voice:
    """Tell whose word counts for a field: the most trusted that says anything, unless it went silent and another spoke since."""
    best, *others = [voice for voice in voices if says(voice, name)] or voices[:1]
    for other in others:
        if outlives(other, best, name, now):
            best = other
    return best


def says(voice: Voice, name: str) -> bool:
    """Whether a feed says anything about a field."""
    return name not in voice.unsaid and getattr(voice.event, name) not in SPEECHLESS.get(name, EMPTY)


def outlives(other: Voice, best: Voice, name: str, now: datetime) -> bool:
    """Whether a less trusted feed's word counts: said after the better one was last heard, which had its time to answer."""
    learnt = since(other, name)
    return is_news(other, best, name) and now >= max(best.seen + PATIENCE, learnt + ASKED)


def is_news(other: Voice, best: Voice, name: str) -> bool:
    """Whether a feed said this after another was last heard: no value is newer than the feed's own last edit."""
    learnt = since(other, name)
    edited = other.event.last_updated
    return min(learnt, edited or learnt) > best.seen


def since(voice: Voice, name: str) -> datetime:
    """Tell since when a feed says what it says of a field, as far as we know."""
    return dict(voice.since).get(name, voice.first)


# --- who disagrees ------------------------------------------------------------------------------------------------


def disagree(one: Net, other: Net) -> bool:
    """Whether two NETs differ by more than their precision."""
    spans = span(one), span(other)
    if spans[0] is None or spans[1] is None:
        return False
    apart = max(spans[0][0], spans[1][0]) - min(spans[0][1], spans[1][1])
    return apart > max(GRAINS.get(net.precision, COARSE) for net in (one, other))


def disputed(voices: Sequence[Voice], event: Event, now: datetime) -> tuple[str, ...]:
    """Name the feeds that a reader is told of, as their NET is another one: it has been for a while, or T-0 is near."""
    if event.status in FLOWN | OVER:
        return ()
    near = nearness(now, event.net)
    at_once = near is not None and near <= AT_ONCE
    return tuple(
        voice.feed
        for voice in voices
        if says(voice, "net")
        and disagree(voice.event.net, event.net)
        and now - voice.seen <= LASTING
        and (at_once or now - since(voice, "net") >= STANDS)
    )


def silent(voices: Sequence[Voice], event: Event, now: datetime) -> bool:
    """Whether the most trusted feed has said nothing for long, while another did."""
    near = nearness(now, event.net)
    patience = SILENT if near is not None and near <= FAR else SILENT_FAR
    return now - voices[0].seen > patience and any(voice.seen > voices[0].seen for voice in voices)


def questioned(track: Track, feed: str) -> bool:
    """Whether a feed is to be asked for an event soon: another one said since that NET is another, or that it has flown."""
    mine = next((voice for voice in track.voices if voice.feed == feed and kind_of(feed) in BY_ID), None)
    return mine is not None and any(
        (is_news(other, mine, "net") and says(other, "net") and disagree(other.event.net, mine.event.net))
        or (is_news(other, mine, "status") and other.event.status in FLOWN - {mine.event.status} and says(other, "status"))
        for other in track.voices
        if other is not mine
    )
