"""What a card says where feeds disagree, or where one has gone silent, and whose data it shows."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import Track
from bot.rules.text import net_text, plain, stamp
from bot.rules.voices import lead, spoken
from bot.tongue import Phrase, phrase, said

SHOWN = 2
"""Feeds that a card contradicts itself with."""
OWNERS: Mapping[str, Phrase] = {"ll2": phrase("The Space Devs, Launch Library 2"), "own": phrase("this server")}
"""Whose name goes with a feed's."""


def dissent(track: Track, language: str = "en") -> str:
    """Say which feeds have another NET."""
    others = [voice for voice in track.voices if voice.feed in track.disputed][:SHOWN]
    rows = (
        said(language, "⚠️ {feed} says NET {net}", feed=plain(spoken(one.feed), 40), net=net_text(one.event.net, language))
        for one in others
    )
    return "\n".join(rows)


def silence(track: Track, language: str = "en") -> str:
    """Say that the feed which is believed most has been silent, so that the others' word counts."""
    if not track.silent:
        return ""
    best, *others = track.voices
    freshest = max(others, key=lambda voice: voice.seen)
    return said(
        language,
        "⚠️ {feed} has been silent since {ago}; this is what {other} says",
        feed=plain(spoken(best.feed), 40),
        ago=stamp(best.seen, "R"),
        other=plain(spoken(freshest.feed), 40),
    )


def sources(track: Track, language: str = "en") -> str:
    """Name those whose data a card shows, the most trusted first."""
    feeds = [voice.feed for voice in track.voices] or [lead(track)]
    return ", ".join(OWNERS[feed](language) if feed in OWNERS else plain(spoken(feed), 60) for feed in feeds)
