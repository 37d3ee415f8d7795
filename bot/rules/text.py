"""Words of a post: instants, NETs, names and links, written so that a reader anywhere reads them right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.model import Event, Kind, Net, Precision, Webcast

MARKDOWN = re.compile(r"([\\*_~`|\[\]<>#])")
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def plain(text: str, limit: int = 200) -> str:
    """Make feed or user text harmless: no markdown, no mention, no control character, no line break, bounded."""
    flat = " ".join(INVISIBLE.sub(" ", text).split())
    cut = flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
    return MARKDOWN.sub(r"\\\1", cut).replace("@", "@\u200b")


def stamp(at: datetime, style: str = "F") -> str:
    """Write an instant as Discord shows it to each reader in their own zone; `R` is relative and stays true."""
    return f"<t:{int(at.timestamp())}:{style}>"


def when(at: datetime) -> str:
    """Write an instant in full and relative."""
    return f"{stamp(at)} ({stamp(at, 'R')})"


def month(at: datetime) -> str:
    """Write the month of an instant."""
    return f"{MONTHS[at.month - 1]} {at.year}"


def day(at: datetime) -> str:
    """Write a day as text: a Discord timestamp would show another day in another zone."""
    return f"{at.day} {month(at)}"


def net_text(net: Net) -> str:
    """Say what a NET says and no more: a coarse one is never shown as an instant."""
    if net.at is None:
        return "no date yet"
    at = net.at.astimezone(UTC)
    return COARSE[net.precision](at) if net.precision in COARSE else when(at)


def net_utc(net: Net) -> str:
    """Say it without Discord's timestamps, for a title: 5 Oct 2021 08:55 UTC."""
    if net.clock is None:
        return net_text(net)
    at = net.clock.astimezone(UTC)
    return f"{at.day} {MONTHS[at.month - 1][:3]} {at.year} {at:%H:%M} UTC"


def half(at: datetime) -> str:
    """Write the half of a year."""
    return f"{'first' if at.month <= MONTHS.index('June') + 1 else 'second'} half of {at.year}"


COARSE: Mapping[Precision, Callable[[datetime], str]] = {
    Precision.MORNING: lambda at: f"{day(at)}, morning at the site",
    Precision.AFTERNOON: lambda at: f"{day(at)}, afternoon at the site",
    Precision.DAY: day,
    Precision.WEEK: lambda at: f"the week to {day(at)}",
    Precision.MONTH: month,
    Precision.QUARTER: lambda at: f"Q{(at.month + 2) // 3} {at.year}",
    Precision.HALF: half,
    Precision.YEAR: lambda at: f"{at.year}",
    Precision.FISCAL_YEAR: lambda at: f"fiscal year {at.year}",
    Precision.DECADE: lambda at: f"the {at.year // 10 * 10}s",
    Precision.UNKNOWN: lambda _: "no date yet",
}
"""How each precision that is no clock time is said."""

SPANS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def span_text(span: timedelta) -> str:
    """Write a span in its two largest units: 2 d 3 h, 45 min; less than a minute in seconds."""
    rest, parts = abs(span), list[str]()
    for size, unit in SPANS:
        if count := rest // size:
            parts.append(f"{count} {unit}")
        rest -= count * size
    return " ".join(parts[:2]) or f"{int(abs(span).total_seconds())} s"


VERBS = {
    Kind.LAUNCH: ("lifts off", "🚀"),
    Kind.DOCKING: ("docks", "🔗"),
    Kind.UNDOCKING: ("undocks", "🔓"),
    Kind.LANDING: ("lands", "🪂"),
    Kind.SPACEWALK: ("begins", "🧑‍🚀"),
    Kind.RELOCATION: ("moves to another port", "🔁"),
    Kind.FLYBY: ("flies by", "🛰️"),
    Kind.TEST: ("begins", "🔥"),
    Kind.CEREMONY: ("begins", "🤝"),
    Kind.PRESS: ("begins", "🎙️"),
    Kind.OTHER: ("begins", "📅"),
}
"""What happens at T-0, as a verb, and its sign."""

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


def headline(event: Event) -> str:
    """Name it with its verb where it is no launch: `Soyuz MS-18 lands`."""
    return subject(event) if event.kind is Kind.LAUNCH else f"{subject(event)} {VERBS[event.kind][0]}"


def stream_text(webcast: Webcast) -> str:
    """Write a stream as a link with who streams it, in which language, and that it was guessed."""
    who = plain(webcast.publisher or webcast.title or "Stream", 40)
    marks = [webcast.language.upper()] if webcast.language and webcast.language != "en" else []
    marks += ["found by us, not confirmed"] if webcast.guessed else []
    kind = f" · {webcast.kind.value}" if webcast.kind.value != "unknown" else ""
    return f"[{who}]({link(webcast.url)}){kind}{''.join(f' · {mark}' for mark in marks)}"


UNSAFE = {code: f"%{code:02X}" for code in (*range(0x21), 0x7F, *map(ord, "()<>\\"))}
"""What would end a markdown link, percent-encoded."""


def link(url: str) -> str:
    """Make an address safe inside a markdown link."""
    return url.translate(UNSAFE)
