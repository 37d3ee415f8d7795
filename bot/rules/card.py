"""The living card: all that people act on about one event, as it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.model import FLOWN, OUTCOMES, Event, Kind, Link, Post, Status, Tone, Track, Webcast
from bot.rules.nets import shift
from bot.rules.text import VERBS, headline, link, net_text, net_utc, plain, stamp, stream_text, when
from bot.rules.webcasts import ranked

CREDIT = "Data: The Space Devs, Launch Library 2"
OLD = timedelta(hours=2)
"""Chosen, not measured: from this age on a card says how old its data is. Far from T-0 polls are an hour or two apart."""
CREW_SHOWN = 12

STATUS_WORDS = {
    Status.GO: "GO",
    Status.TBC: "To be confirmed",
    Status.TBD: "To be determined",
    Status.HOLD: "HOLD",
    Status.IN_FLIGHT: "In flight",
    Status.DEPLOYED: "Payload deployed",
    Status.SUCCESS: "Success",
    Status.PARTIAL_FAILURE: "Partial failure",
    Status.FAILURE: "Failure",
    Status.CANCELLED: "Cancelled",
    Status.NONE: "",
    Status.UNKNOWN: "Status unknown",
}
TONES = {
    Status.GO: Tone.GO,
    Status.HOLD: Tone.WARN,
    Status.IN_FLIGHT: Tone.LIVE,
    Status.DEPLOYED: Tone.GOOD,
    Status.SUCCESS: Tone.GOOD,
    Status.PARTIAL_FAILURE: Tone.WARN,
    Status.FAILURE: Tone.BAD,
    Status.CANCELLED: Tone.BAD,
}


def card(track: Track, now: datetime, *, language: str = "en") -> Post:
    """Say all that people act on, as it stands now: the living card."""
    event = track.event
    streams = ranked(event, now, language)
    rows = (
        standing(track, now),
        story(track),
        vehicle(event),
        place(event),
        purpose(event),
        crew(event),
        boosters(event),
        weather(event),
        streams_row(streams),
        age(track, now),
    )
    credit = f" · Image: {plain(event.image.credit, 60)}" if event.image and event.image.credit else ""
    return Post(
        title=f"{VERBS[event.kind][1]} {headline(event)}",
        lines=tuple(row for row in rows if row),
        footer=f"{CREDIT}{credit}",
        image=(event.image.thumbnail or event.image.url) if event.image else "",
        tone=TONES.get(event.status, Tone.CALM) if track.counting else Tone.WARN,
        buttons=tuple(Link("Watch", link(best.url)) for best in streams[:1]),
    )


def standing(track: Track, now: datetime) -> str:
    """Say where it stands: status and T-0, or what has become of it."""
    event, t0 = track.event, track.event.net.clock
    status, word = event.status, STATUS_WORDS[event.status]
    if status in FLOWN:
        reason = f"\n{plain(event.reason, 300)}" if event.reason and status in OUTCOMES else ""
        return f"**{word}** · liftoff {net_text(event.net)}{reason}"
    if status is Status.CANCELLED:
        return f"**{word}** · it is gone from the launch feed"
    if not track.counting:
        return f"**Scrubbed** · waiting for a new NET, {net_text(event.net)} does not hold"
    if status is Status.HOLD:
        return f"**HOLD** · the clock is stopped; T-0 was {net_text(event.net)}" + (
            f"\n{plain(event.reason, 300)}" if event.reason else ""
        )
    if t0 is not None and t0 <= now:
        passed = "T-0 passed, waiting for word" if event.kind is Kind.LAUNCH else "Planned time has come"
        return f"**{passed}** · {when(t0)}"
    lead_in = f"**{word}** · " if word else ""
    return f"{lead_in}NET {net_text(event.net)}{window(event)}"


def window(event: Event) -> str:
    """Say until when it may lift off, where that is later than T-0."""
    if event.net.clock is None or event.window_end is None or event.window_end - event.net.clock < timedelta(minutes=1):
        return ""
    return f" · window until {stamp(event.window_end, 't')}"


def story(track: Track) -> str:
    """Say that it moved before, and how many attempts there were."""
    first = next((seen.net for seen in track.nets if seen.net != track.event.net), None)
    parts = [f"attempt {len(track.scrubs) + 1}"] if track.scrubs else []
    if first and (by := shift(first, track.event.net)) and abs(by) >= timedelta(minutes=10):
        parts.append(f"first planned for {net_utc(first)}")
    return f"*{' · '.join(parts)}*" if parts else ""


def vehicle(event: Event) -> str:
    """Say what flies, and whose it is."""
    rocket = (event.rocket.full_name or event.rocket.name) if event.rocket else ""
    spelled = sorted(event.spacecraft, key=len, reverse=True)
    ships = ", ".join(
        [plain(name, 60) for at, name in enumerate(spelled) if not any(name in longer for longer in spelled[:at])][:3]
    )
    names = (plain(rocket, 60), ships, plain(event.lsp.name, 80) if event.lsp else "")
    return " · ".join(name for name in names if name)


def place(event: Event) -> str:
    """Say from where, or where."""
    if event.pad:
        return "📍 " + ", ".join(plain(part, 100) for part in (event.pad.name, event.pad.site) if part)
    return f"📍 {plain(event.location, 120)}" if event.location else ""


def purpose(event: Event) -> str:
    """Say what for, and where to."""
    if event.mission is None:
        return ""
    parts = (event.mission.kind, event.mission.orbit)
    return " · ".join(plain(part, 60) for part in parts if part)


def crew(event: Event) -> str:
    """Say who flies."""
    people = [plain(p.name, 60) + (f" ({plain(p.role, 40)})" if p.role else "") for p in event.crew[:CREW_SHOWN]]
    more = f" and {len(event.crew) - CREW_SHOWN} more" if len(event.crew) > CREW_SHOWN else ""
    return f"👩‍🚀 {', '.join(people)}{more}" if people else ""


def boosters(event: Event) -> str:
    """Say where a booster lands, or landed."""
    told = {True: "landed", False: "lost", None: "lands"}
    rows = [
        f"{plain(landing.vehicle, 40)} {told[landing.success]}{f' on {plain(landing.place, 60)}' if landing.place else ''}"
        for landing in event.landings[:3]
        if landing.attempt and landing.vehicle
    ]
    return f"🛬 {' · '.join(rows)}" if rows and event.kind is Kind.LAUNCH else ""


def weather(event: Event) -> str:
    """Say the chance of acceptable weather, while it matters."""
    if event.probability is None or event.status in FLOWN:
        return ""
    concerns = f" · {plain(event.weather, 100)}" if event.weather else ""
    return f"🌦️ {event.probability} % GO{concerns}"


def streams_row(streams: Sequence[Webcast]) -> str:
    """Say where to watch, best first."""
    return f"📺 {' | '.join(stream_text(stream) for stream in streams)}" if streams else ""


def age(track: Track, now: datetime, old: timedelta = OLD) -> str:
    """Say that the feed has been silent, once that is long."""
    return f"⚠️ no news from the launch feed since {stamp(track.seen, 'R')}" if now - track.seen > old else ""


def face(post: Post) -> str:
    """Digest what a reader sees of a card: equal faces need no edit."""
    return sha256(repr(replace(post, lead_in="", roles=(), users=(), silent=False)).encode()).hexdigest()[:32]
