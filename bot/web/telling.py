"""All that the page of one event tells: facts, story, what is written about it, what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.model import FLOWN, OVER, Article, Event, Kind, Landing, Track
from bot.rules.calendar import flat, span_of
from bot.rules.card import LANDINGS
from bot.rules.details import newest
from bot.rules.doubts import OWNERS
from bot.rules.history import history, summed_up
from bot.rules.sites import site_of
from bot.rules.text import net_utc
from bot.rules.voices import lead, spoken
from bot.rules.webcasts import all_ranked
from bot.tongue import said
from bot.web.seen import LINE, SAFE_SCHEMES, Freshness, Shown, Stream, freshness, instant, minute, shown, streams

LONGEST_TEXT = 2000
"""Characters of a description. Chosen, not measured: the longest recorded one has some 1,500."""
UPDATES, ARTICLES, CREW, STREAMS_SHOWN, KIN = 6, 2, 40, 12, 8


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was written, or became known, and when."""

    iso: str
    at: str
    text: str
    url: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The steps of one attempt, the newest first; `attempt` is 0 where there was only one."""

    attempt: int
    steps: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event with all that its own page tells."""

    event: Shown
    headline: str
    window: str
    facts: tuple[tuple[str, str], ...]
    description: str
    crew: tuple[tuple[str, str], ...]
    """Who flies, and as what."""
    streams: tuple[Stream, ...]
    doubts: tuple[str, ...]
    summed_up: str
    story: tuple[Chapter, ...]
    updates: tuple[Line, ...]
    articles: tuple[Line, ...]
    timeline: tuple[tuple[str, str], ...]
    kin: tuple[Shown, ...]
    fresh: Freshness
    sources: str
    unfurled: str
    """What a link to the page shows where it is posted."""
    image: str
    over: bool
    dated: bool
    """Whether it can stand in a calendar."""


def told(track: Track, known: Sequence[Track], now: datetime, language: str) -> Told:
    """Tell one event; `known` are all others."""
    event, here = track.event, shown(track, now, language)
    picture = (event.image.thumbnail or event.image.url) if event.image else ""
    parts = (f"NET {here.net}", here.status, here.rocket, here.from_where)
    return Told(
        event=here,
        headline=here.name,
        window=window(event),
        facts=tuple(facts(event, here, language)),
        description=flat(event.mission.description, LONGEST_TEXT) if event.mission else "",
        crew=tuple((flat(person.name, LINE), flat(person.role, LINE)) for person in event.crew[:CREW]),
        streams=tuple(streams(all_ranked(event, now, language)[:STREAMS_SHOWN], language)),
        doubts=tuple(doubts(track, language)),
        summed_up=summed_up(track, language),
        story=tuple(story(track, language)),
        updates=tuple(
            Line(instant(one.at), minute(one.at, language), flat(one.comment, LINE * 2), safe(one.url))
            for one in newest(event.updates)[:UPDATES]
        ),
        articles=tuple(article(one, language) for one in track.press[:ARTICLES]),
        timeline=tuple((t_minus(one.at), flat(one.name, LINE)) for one in event.timeline),
        kin=tuple(shown(one, now, language) for one in kin(event, known)),
        fresh=freshness(track.seen, now, language),
        sources=", ".join(OWNERS[feed](language) if feed in OWNERS else flat(spoken(feed), LINE) for feed in feeds(track)),
        unfurled=" · ".join(part for part in parts if part),
        image=picture if picture.startswith("https://") else "",
        over=event.status in OVER,
        dated=span_of(event) is not None,
    )


def facts(event: Event, here: Shown, language: str) -> Iterator[tuple[str, str]]:
    """Give what is known about it, each with its name."""
    mission = event.mission
    ships = [flat(name, LINE) for name in event.spacecraft[:3]]
    named = (
        (said(language, "Rocket"), here.rocket),
        (said(language, "Provider"), here.lsp),
        (said(language, "Place"), here.place),
        (said(language, "Mission"), flat(mission.kind, LINE) if mission else ""),
        (said(language, "Orbit"), flat(mission.orbit, LINE) if mission else ""),
        (said(language, "Spacecraft"), ", ".join(ships)),
        (said(language, "Weather"), weather(event, language)),
        (
            said(language, "Landing"),
            " · ".join(landing(one, language) for one in event.landings[:3] if one.attempt and one.vehicle),
        ),
        (said(language, "Program"), ", ".join(flat(name, LINE) for name in event.programs[:3])),
        (said(language, "Reason"), flat(event.reason, LONGEST_TEXT)),
    )
    return ((name, text) for name, text in named if text)


def weather(event: Event, language: str) -> str:
    """Say the chance of acceptable weather, while it matters."""
    if event.probability is None or event.status in FLOWN | OVER:
        return ""
    concerns = f" · {flat(event.weather, LINE)}" if event.weather else ""
    return f"{said(language, '{percent} % GO', percent=event.probability)}{concerns}"


def landing(one: Landing, language: str) -> str:
    """Say where a booster lands, or landed."""
    return LANDINGS[one.success, bool(one.place)](language, vehicle=flat(one.vehicle, LINE), place=flat(one.place, LINE))


def window(event: Event) -> str:
    """Say until when it may lift off, where that is later than T-0."""
    if event.net.clock is None or event.window_end is None or event.window_end - event.net.clock < timedelta(minutes=1):
        return ""
    end, start = event.window_end.astimezone(UTC), event.net.clock.astimezone(UTC)
    return f"{end:%H:%M} UTC" if end - start < timedelta(days=1) else f"{end:%Y-%m-%d %H:%M} UTC"


def feeds(track: Track) -> tuple[str, ...]:
    """Name the feeds whose word this is, the most trusted first."""
    return tuple(voice.feed for voice in track.voices) or (lead(track),)


def doubts(track: Track, language: str) -> Iterator[str]:
    """Say where feeds disagree, and which is silent."""
    for voice in (one for one in track.voices if one.feed in track.disputed):
        yield said(language, "{feed} says NET {net}", feed=flat(spoken(voice.feed), LINE), net=net_utc(voice.event.net, language))
    if track.silent and track.voices:
        best = track.voices[0]
        yield said(
            language, "{feed} has been silent since {ago}", feed=flat(spoken(best.feed), LINE), ago=minute(best.seen, language)
        )


def story(track: Track, language: str) -> Iterator[Chapter]:
    """Give the story by attempts, the newest first."""
    steps = reversed(history(track, language))
    for attempt, group in groupby(steps, lambda step: step.attempt):
        lines = (Line(instant(step.at), minute(step.at, language), step.text, state=step.turn.value) for step in group)
        yield Chapter(attempt if track.scrubs else 0, tuple(lines))


def article(one: Article, language: str) -> Line:
    """Give an article about it."""
    text = f"{flat(site_of(one), LINE)}: {flat(one.title, LINE * 2)}"
    return Line(instant(one.published_at), minute(one.published_at, language), text, safe(one.url))


def safe(url: str) -> str:
    """Give an address that a browser may follow, or none."""
    return url if url.startswith(SAFE_SCHEMES) else ""


def t_minus(at: timedelta) -> str:
    """Write a time relative to T-0 as the field does: T-00:01:30."""
    seconds = abs(at) // timedelta(seconds=1)
    return f"T{'-' if at < timedelta() else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def kin(event: Event, known: Sequence[Track]) -> list[Track]:
    """Find what belongs to it: of a launch its docking and landing, of these their launch and each other."""
    family = {event.id} if event.kind is Kind.LAUNCH else set(event.launches)
    return [one for one in known if one.event.id != event.id and (one.event.id in family or family & set(one.event.launches))][:KIN]
