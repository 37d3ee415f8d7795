"""The post that an event has in a forum: its name, its tags, when it is closed, and how it is known again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import FLOWN, OVER, Card, Following, Kind, Notice, Place, Post, Say, Status, Track
from bot.rules.card import status_word
from bot.rules.following import notice_of
from bot.rules.matching import is_crewed, normalised
from bot.rules.text import headline, net_utc
from bot.tongue import said

LONGEST = 100
"""Characters of a post's name: Discord's limit."""
MOST_TAGS = 5
"""Tags of one post: Discord's limit."""
BETWEEN = " · "
CLOSES_AFTER = timedelta(hours=24)
"""Chosen, not measured: people talk for an evening and a morning after."""
TITLE_KEEPS = timedelta(hours=24)
CLOSING_KEEPS = timedelta(days=7)
"""Chosen, not measured: how long what could not be done is still worth doing."""
ESCAPED = re.compile(r"\\([\\*_~`|\[\]<>#])|\u200b")

STATUS_TAGS = {
    Status.GO: ("GO", "Go for launch"),
    Status.TBC: ("TBC", "To be confirmed"),
    Status.TBD: ("TBD", "To be determined"),
    Status.HOLD: ("Hold", "On hold"),
    Status.IN_FLIGHT: ("In flight", "Live"),
    Status.DEPLOYED: ("In flight", "Deployed"),
    Status.SUCCESS: ("Success", "Successful"),
    Status.PARTIAL_FAILURE: ("Partial failure",),
    Status.FAILURE: ("Failure", "Failed"),
    Status.CANCELLED: ("Cancelled", "Canceled"),
}
SCRUBBED = ("Scrub", "Scrubbed")
OURS = frozenset(normalised(name) for names in (*STATUS_TAGS.values(), SCRUBBED) for name in names)
"""Tags that say how it stands: they come and go with it. Others that a moderator gave stay."""
CREWED = ("Crewed", "Crew", "Crewed flight", "Human spaceflight")
KIND_TAGS = {Kind.LAUNCH: ("Launch", "Launches"), Kind.SPACEWALK: ("Spacewalk", "EVA")}


def entitled(post: Post, track: Track, language: str) -> Post:
    """Give the post that opens an event's post in a forum: with its name, and the tags that would fit."""
    return replace(post, topic=topic(track, language), tags=tags(track))


def topic(track: Track, language: str) -> str:
    """Name the post: what flies, how it stands, and when, where that still matters. The end is what stays when it is too long."""
    event = track.event
    word = status_word(event.status, language)
    if event.status in FLOWN | OVER:
        standing = word
    elif not track.counting:
        standing = said(language, "Scrubbed")
    else:
        standing = f"{word} {net_utc(event.net, language)}".strip()
    name, end = bare(headline(event, language)), f"{BETWEEN}{standing}"[: LONGEST // 2]
    return f"{shortened(name, LONGEST - len(end))}{end}"


def bare(text: str) -> str:
    """Take out of text what makes it harmless in a message: a name is shown as it is."""
    return ESCAPED.sub(r"\1", text)


def shortened(text: str, most: int) -> str:
    """Cut a text to so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def named(post: Post) -> str:
    """Name the post of a forum that a message opens."""
    return shortened(post.topic or bare(post.title) or post.lead_in, LONGEST)


def same_post(name: str, other: str) -> bool:
    """Whether two names are of one post: how it stands may have changed in between."""
    return name.rpartition(BETWEEN)[0] == other.rpartition(BETWEEN)[0] if BETWEEN in name else name == other


def tags(track: Track) -> tuple[str, ...]:
    """Give the names that a fitting tag may have: how it stands first, then who flies, whose and what it is."""
    event = track.event
    standing = SCRUBBED if not track.counting and event.status not in FLOWN | OVER else STATUS_TAGS.get(event.status, ())
    lsp = (event.lsp.abbrev, event.lsp.name) if event.lsp else ()
    rocket = (event.rocket.name, *event.rocket.families) if event.rocket else ()
    kind = KIND_TAGS.get(event.kind, (event.kind.value,))
    return tuple(name for name in (*standing, *(CREWED if is_crewed(event) else ()), *lsp, *rocket, *kind) if name)


def chosen(wanted: Sequence[str], there: Iterable[str], applied: Sequence[str] = ()) -> tuple[str, ...]:
    """Choose among the tags that a forum has; those that somebody else gave stay, as far as there is room."""
    known = {normalised(name): name for name in there}
    fit = [known[spelt] for name in wanted if (spelt := normalised(name)) in known]
    kept = [name for name in applied if normalised(name) not in OURS]
    return tuple(dict.fromkeys((*fit, *kept)))[:MOST_TAGS]


# --- what is owed ---------------------------------------------------------------------------------------------------

TITLE, CLOSE = "title", "close"
"""The names of an edit of the post's name and tags alone, and of closing it."""
TITLE_GAP = timedelta(minutes=5, seconds=5)
"""Discord takes two new names in ten minutes, whatever happens; what changes in between is told by the next."""


def upkeep(following: Following, track: Track, card: Card, now: datetime) -> tuple[Notice, ...]:
    """Owe what keeps an event's post in a forum true: its name, and its end."""
    if following.target.place is not Place.FORUM:
        return ()
    due = max(now, card.edited_at + TITLE_GAP)
    return (notice_of(following, Say.EDIT, TITLE, due, due + TITLE_KEEPS), *closing(following, track, now))


def closing(following: Following, track: Track, now: datetime) -> tuple[Notice, ...]:
    """Owe the closing of the post of an event that is over, after people have talked."""
    if following.target.place is not Place.FORUM or track.event.status not in OVER:
        return ()
    due = now + CLOSES_AFTER
    return (notice_of(following, Say.CLOSE, CLOSE, due, due + CLOSING_KEEPS),)
