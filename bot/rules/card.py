"""The living card: all that people act on about one event, as it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.model import FLOWN, OUTCOMES, Event, Kind, Link, Post, Status, Tone, Track, Webcast
from bot.rules.doubts import dissent, silence, sources
from bot.rules.nets import shift
from bot.rules.pressing import actions
from bot.rules.reporting import press_row
from bot.rules.text import VERBS, headline, link, net_text, net_utc, plain, stamp, stream_text, when
from bot.rules.webcasts import ranked
from bot.tongue import Phrase, counted, phrase, said

SOURCE = "The Space Devs, Launch Library 2"
OLD = timedelta(hours=2)
"""Chosen, not measured: from this age on a card says how old its data is. Far from T-0 polls are an hour or two apart."""
CREW_SHOWN = 12

STATUS_WORDS: Mapping[Status, Phrase] = {
    Status.GO: phrase("GO"),
    Status.TBC: phrase("To be confirmed"),
    Status.TBD: phrase("To be determined"),
    Status.HOLD: phrase("HOLD"),
    Status.IN_FLIGHT: phrase("In flight"),
    Status.DEPLOYED: phrase("Payload deployed"),
    Status.SUCCESS: phrase("Success"),
    Status.PARTIAL_FAILURE: phrase("Partial failure"),
    Status.FAILURE: phrase("Failure"),
    Status.CANCELLED: phrase("Cancelled"),
    Status.UNKNOWN: phrase("Status unknown"),
}
"""How a status is said; nothing is where a feed gives none."""
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
        standing(track, now, language),
        story(track, language),
        vehicle(event),
        place(event),
        purpose(event),
        crew(event, language),
        boosters(event, language),
        weather(event, language),
        streams_row(streams, language),
        press_row(track.press),
        dissent(track, language),
        silence(track, language),
        age(track, now, language=language),
    )
    return Post(
        title=f"{VERBS[event.kind][1]} {headline(event, language)}",
        lines=tuple(row for row in rows if row),
        footer=" · ".join(part for part in (credit(language, sources(track, language)), photographer(event, language)) if part),
        image=(event.image.thumbnail or event.image.url) if event.image else "",
        tone=TONES.get(event.status, Tone.CALM) if track.counting else Tone.WARN,
        buttons=tuple(watch_button(best, language) for best in streams[:1]),
        actions=actions(event, now, language),
    )


def status_word(status: Status, language: str = "en") -> str:
    """Say a status; empty where a feed gives none."""
    return STATUS_WORDS[status](language) if status in STATUS_WORDS else ""


def watch_button(stream: Webcast, language: str = "en") -> Link:
    """Lead to a stream."""
    return Link(said(language, "Watch"), link(stream.url))


def credit(language: str = "en", source: str = SOURCE) -> str:
    """Say whose data it is."""
    return said(language, "Data: {source}", source=source)


def photographer(event: Event, language: str) -> str:
    """Say whose image it is."""
    return said(language, "Image: {who}", who=plain(event.image.credit, 60)) if event.image and event.image.credit else ""


def standing(track: Track, now: datetime, language: str) -> str:
    """Say where it stands: status and T-0, or what has become of it."""
    event, t0 = track.event, track.event.net.clock
    status, word, net = event.status, status_word(event.status, language), net_text(event.net, language)
    reason = f"\n{plain(event.reason, 300)}" if event.reason else ""
    if status in FLOWN:
        return f"**{word}** · {said(language, 'liftoff {net}', net=net)}{reason if status in OUTCOMES else ''}"
    if status is Status.CANCELLED:
        return f"**{word}** · {said(language, 'it is gone from the launch feed')}"
    if not track.counting:
        return said(language, "**Scrubbed** · waiting for a new NET, {net} does not hold", net=net)
    if status is Status.HOLD:
        return said(language, "**HOLD** · the clock is stopped; T-0 was {net}", net=net) + reason
    if t0 is not None and t0 <= now:
        launch = event.kind is Kind.LAUNCH
        passed = said(language, "T-0 passed, waiting for word") if launch else said(language, "Planned time has come")
        return f"**{passed}** · {when(t0)}"
    return f"{f'**{word}** · ' if word else ''}NET {net}{window(event, language)}"


def window(event: Event, language: str) -> str:
    """Say until when it may lift off, where that is later than T-0."""
    if event.net.clock is None or event.window_end is None or event.window_end - event.net.clock < timedelta(minutes=1):
        return ""
    return f" · {said(language, 'window until {time}', time=stamp(event.window_end, 't'))}"


def story(track: Track, language: str = "en") -> str:
    """Say that it moved before, and how many attempts there were."""
    first = next((seen.net for seen in track.nets if seen.net != track.event.net), None)
    parts = [said(language, "attempt {number}", number=len(track.scrubs) + 1)] if track.scrubs else []
    if first and (by := shift(first, track.event.net)) and abs(by) >= timedelta(minutes=10):
        parts.append(said(language, "first planned for {net}", net=net_utc(first, language)))
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


def crew(event: Event, language: str) -> str:
    """Say who flies."""
    people = ", ".join(plain(p.name, 60) + (f" ({plain(p.role, 40)})" if p.role else "") for p in event.crew[:CREW_SHOWN])
    if left := event.crew[CREW_SHOWN:]:
        people = counted(language, "{people} and {count} more", "{people} and {count} more", len(left), people=people)
    return f"👩‍🚀 {people}" if people else ""


LANDINGS: Mapping[tuple[bool | None, bool], Phrase] = {
    (True, True): phrase("{vehicle} landed on {place}"),
    (True, False): phrase("{vehicle} landed"),
    (False, True): phrase("{vehicle} lost on {place}"),
    (False, False): phrase("{vehicle} lost"),
    (None, True): phrase("{vehicle} lands on {place}"),
    (None, False): phrase("{vehicle} lands"),
}
"""How a booster's landing is said: whether it worked, None while that is not known, and whether its place is."""


def boosters(event: Event, language: str = "en") -> str:
    """Say where a booster lands, or landed."""
    rows = [
        LANDINGS[landing.success, bool(landing.place)](language, vehicle=plain(landing.vehicle, 40), place=plain(landing.place, 60))
        for landing in event.landings[:3]
        if landing.attempt and landing.vehicle
    ]
    return f"🛬 {' · '.join(rows)}" if rows and event.kind is Kind.LAUNCH else ""


def weather(event: Event, language: str) -> str:
    """Say the chance of acceptable weather, while it matters."""
    if event.probability is None or event.status in FLOWN:
        return ""
    concerns = f" · {plain(event.weather, 100)}" if event.weather else ""
    return f"🌦️ {said(language, '{percent} % GO', percent=event.probability)}{concerns}"


def streams_row(streams: Sequence[Webcast], language: str = "en") -> str:
    """Say where to watch, best first."""
    return f"📺 {' | '.join(stream_text(stream, language) for stream in streams)}" if streams else ""


def age(track: Track, now: datetime, old: timedelta = OLD, *, language: str = "en") -> str:
    """Say that the feed has been silent, once that is long."""
    if now - track.seen <= old or track.event.owner:
        return ""
    return said(language, "⚠️ no news from the launch feed since {ago}", ago=stamp(track.seen, "R"))


def face(post: Post) -> str:
    """Digest what a reader sees of a card: equal faces need no edit."""
    return sha256(repr(replace(post, lead_in="", roles=(), users=(), silent=False)).encode()).hexdigest()[:32]
