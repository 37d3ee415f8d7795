"""Words of a post: instants, NETs, names and links, written so that a reader anywhere reads them right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.model import Event, Kind, Net, Precision, StreamKind, Webcast
from bot.tongue import Phrase, counted, month_name, phrase, said

MARKDOWN = re.compile(r"([\\*_~`|\[\]<>#])")
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
JUNE = 6


def plain(text: str, limit: int = 200) -> str:
    """Make feed or user text harmless: no markdown, no mention, no control character, no line break, bounded."""
    flat = " ".join(INVISIBLE.sub(" ", text).split())
    cut = flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
    return MARKDOWN.sub(r"\\\1", cut).replace("@", "@\u200b")


def quoted(text: str, language: str = "en", limit: int = 80) -> str:
    """Quote feed or user text as the language does."""
    return said(language, "“{text}”", text=plain(text, limit))


def stamp(at: datetime, style: str = "F") -> str:
    """Write an instant as Discord shows it to each reader in their own zone; `R` is relative and stays true."""
    return f"<t:{int(at.timestamp())}:{style}>"


def when(at: datetime) -> str:
    """Write an instant in full and relative."""
    return f"{stamp(at)} ({stamp(at, 'R')})"


def month(at: datetime, language: str = "en") -> str:
    """Write the month of an instant."""
    return said(language, "{month} {year}", month=month_name(language, at.month, alone=True), year=at.year)


def day(at: datetime, language: str = "en") -> str:
    """Write a day as text: a Discord timestamp would show another day in another zone."""
    return said(language, "{day} {month} {year}", day=at.day, month=month_name(language, at.month), year=at.year)


def net_text(net: Net, language: str = "en") -> str:
    """Say what a NET says and no more: a coarse one is never shown as an instant."""
    if net.at is None:
        return said(language, "no date yet")
    at = net.at.astimezone(UTC)
    return COARSE[net.precision](at, language) if net.precision in COARSE else when(at)


def net_utc(net: Net, language: str = "en") -> str:
    """Say it without Discord's timestamps, for a title: 5 Oct 2021 08:55 UTC."""
    if net.clock is None:
        return net_text(net, language)
    at = net.clock.astimezone(UTC)
    month = month_name(language, at.month, short=True)
    return f"{said(language, '{day} {month} {year}', day=at.day, month=month, year=at.year)} {at:%H:%M} UTC"


def half(at: datetime, language: str) -> str:
    """Write the half of a year."""
    first = at.month <= JUNE
    return said(language, "first half of {year}", year=at.year) if first else said(language, "second half of {year}", year=at.year)


COARSE: Mapping[Precision, Callable[[datetime, str], str]] = {
    Precision.MORNING: lambda at, language: said(language, "{day}, morning at the site", day=day(at, language)),
    Precision.AFTERNOON: lambda at, language: said(language, "{day}, afternoon at the site", day=day(at, language)),
    Precision.DAY: day,
    Precision.WEEK: lambda at, language: said(language, "the week to {day}", day=day(at, language)),
    Precision.MONTH: month,
    Precision.QUARTER: lambda at, language: said(language, "Q{quarter} {year}", quarter=(at.month + 2) // 3, year=at.year),
    Precision.HALF: half,
    Precision.YEAR: lambda at, _: f"{at.year}",
    Precision.FISCAL_YEAR: lambda at, language: said(language, "fiscal year {year}", year=at.year),
    Precision.DECADE: lambda at, language: said(language, "the {year}s", year=at.year // 10 * 10),
    Precision.UNKNOWN: lambda _, language: said(language, "no date yet"),
}
"""How each precision that is no clock time is said."""

SPANS: tuple[tuple[timedelta, Callable[[str, int], str]], ...] = (
    (timedelta(days=1), lambda language, count: counted(language, "{count} d", "{count} d", count)),
    (timedelta(hours=1), lambda language, count: counted(language, "{count} h", "{count} h", count)),
    (timedelta(minutes=1), lambda language, count: counted(language, "{count} min", "{count} min", count)),
)


def span_text(span: timedelta, language: str = "en") -> str:
    """Write a span in its two largest units: 2 d 3 h, 45 min; less than a minute in seconds."""
    rest, parts = abs(span), list[str]()
    for size, amount in SPANS:
        if count := rest // size:
            parts.append(amount(language, count))
        rest -= count * size
    return " ".join(parts[:2]) or said(language, "{count} s", count=int(abs(span).total_seconds()))


VERBS: Mapping[Kind, tuple[Phrase, str]] = {
    Kind.LAUNCH: (phrase("{name} lifts off"), "🚀"),
    Kind.DOCKING: (phrase("{name} docks"), "🔗"),
    Kind.UNDOCKING: (phrase("{name} undocks"), "🔓"),
    Kind.LANDING: (phrase("{name} lands"), "🪂"),
    Kind.SPACEWALK: (phrase("{name} begins"), "🧑‍🚀"),
    Kind.RELOCATION: (phrase("{name} moves to another port"), "🔁"),
    Kind.FLYBY: (phrase("{name} flies by"), "🛰️"),
    Kind.TEST: (phrase("{name} begins"), "🔥"),
    Kind.CEREMONY: (phrase("{name} begins"), "🤝"),
    Kind.PRESS: (phrase("{name} begins"), "🎙️"),
    Kind.OTHER: (phrase("{name} begins"), "📅"),
}
"""What happens at T-0, as a sentence, and its sign."""

NOUNS = {
    Kind.DOCKING: r"(autonomous |automated )?(docking|berthing)",
    Kind.UNDOCKING: r"(undocking|release|departure)",
    Kind.LANDING: r"(spacecraft )?(landing|splashdown|return)",
    Kind.RELOCATION: r"(port )?relocation",
    Kind.FLYBY: r"fly-?by",
}
"""Nouns that end an event's name and that the verb says again."""


NAMELESS = frozenset({"unknown", "payload", "military", "maiden", "demo", "test", "flight", "certification", "mission", "launch"})
"""Words that name no mission: one called only so is named with its rocket, for `Demo Flight` stands for seven of them."""


def subject(event: Event) -> str:
    """Name what flies: the mission of `Soyuz 2.1a | Soyuz MS-19` or `Starship | Flight 12`, the ship of `Soyuz MS-18 Landing`."""
    rocket, _, mission = (part.strip() for part in event.name.partition("|"))
    nameless = all(word in NAMELESS or word.isdigit() for word in re.findall(r"\w+", mission.casefold()))
    name = f"{rocket} {mission}".strip() if nameless else mission
    if event.kind in NOUNS:
        name = re.sub(rf"\s+{NOUNS[event.kind]}\s*$", "", name, flags=re.IGNORECASE) or name
    return plain(name, 120)


def called(event: Event) -> str:
    """Name it in a sentence that has a verb already: it is not `Soyuz MS-18` that slips but `Soyuz MS-18 Landing`."""
    return subject(event) if event.kind is Kind.LAUNCH else plain(event.name.strip("| "), 120)


def headline(event: Event, language: str = "en") -> str:
    """Name it with its verb where it is no launch: `Soyuz MS-18 lands`."""
    return subject(event) if event.kind is Kind.LAUNCH else happens(event, language)


def happens(event: Event, language: str = "en") -> str:
    """Say what happens at T-0: `Starlink 6-77 lifts off`."""
    return VERBS[event.kind][0](language, name=subject(event))


STREAMS: Mapping[StreamKind, Phrase] = {
    StreamKind.OFFICIAL: phrase("official webcast"),
    StreamKind.OFFICIAL_RESTREAM: phrase("official re-stream"),
    StreamKind.TECHNICAL: phrase("technical webcast"),
    StreamKind.UNOFFICIAL: phrase("unofficial webcast"),
    StreamKind.UNOFFICIAL_RESTREAM: phrase("unofficial re-stream"),
    StreamKind.RECAP: phrase("recap"),
    StreamKind.ROUND_THE_CLOCK: phrase("24/7 live feed"),
}
"""What a stream is to who watches; nothing is said of one that is unknown."""


def stream_text(webcast: Webcast, language: str = "en") -> str:
    """Write a stream as a link with who streams it, in which language if it is another, and that it was guessed."""
    who = plain(webcast.publisher or webcast.title, 40) or said(language, "Stream")
    marks = [STREAMS[webcast.kind](language)] if webcast.kind in STREAMS else []
    marks += [webcast.language.upper()] if webcast.language and webcast.language != language else []
    marks += [said(language, "found by us, not confirmed")] if webcast.guessed else []
    return f"[{who}]({link(webcast.url)}){''.join(f' · {mark}' for mark in marks)}"


UNSAFE = {code: f"%{code:02X}" for code in (*range(0x21), 0x7F, *map(ord, "()<>\\"))}
"""What would end a markdown link, percent-encoded."""


def link(url: str) -> str:
    """Make an address safe inside a markdown link."""
    return url.translate(UNSAFE)
