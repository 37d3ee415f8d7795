"""How articles are told: the post about one, the line on a card, the lines of a list. Feed text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Article, Coverage, Event, Link, Medium, Notice, Post, Track
from bot.rules.matching import normalised
from bot.rules.sites import host, site_of
from bot.rules.telling import evidence_text
from bot.rules.text import headline, link, plain, stamp
from bot.tongue import counted, said

TITLE = 180
SITE = 60
LINE = 200
"""Characters of a summary that are shown: one line on a phone is some 40, a glance is five of them."""
SHORT = 70
"""Characters of a title where several stand in one line."""
EVIDENCE = 3
"""Phrases of evidence that a list shows."""


def report(notice: Notice, article: Article, track: Track, asked: str = "") -> Post:
    """Tell one article about an event. The names in the notice's note are escaped already."""
    language = notice.language
    site, event = plain(site_of(article), SITE), headline(track.event, language)
    also = f"-# {said(language, 'also about {events}', events=notice.note)}" if notice.note else ""
    guessed = any(one.guessed and one.url == article.url for one in track.event.webcasts)
    caution = said(language, "found by us, not confirmed") if guessed else ""
    lines = (f"**{event}** · {site} · {stamp(article.published_at, 'R')}", plain(article.summary, LINE), caution, also, asked)
    return Post(
        title=f"{sign(article)} {plain(article.title, TITLE)}",
        url=article.url,
        lines=tuple(line for line in lines if line),
        buttons=(opener(article, language),),
        lead_in=said(language, "{site} on {event}", site=site, event=event),
        footer=host(article.url),
    )


def sign(article: Article) -> str:
    """Mark what is watched and what is read."""
    return "📺" if article.medium is Medium.VIDEO else "📰"


def opener(article: Article, language: str) -> Link:
    """Lead to an article or a video."""
    return Link(said(language, "Watch") if article.medium is Medium.VIDEO else said(language, "Read"), link(article.url))


def linked_title(article: Article, limit: int = TITLE) -> str:
    """Write a title as a link; brackets within it are escaped."""
    return f"[{plain(article.title, limit)}]({link(article.url)})"


def press_row(articles: Sequence[Article]) -> str:
    """Say what is written about an event, for its card; nothing without articles."""
    return f"📰 {' · '.join(f'{plain(site_of(one), SITE)}: {linked_title(one, SHORT)}' for one in articles)}" if articles else ""


# --- lists --------------------------------------------------------------------------------------------------------

NAMED = 4
"""Events of an article that a list names."""
PAGE = 5
"""Articles on a page: each takes two lines."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article in a list, and those of its events that are known here, in the order of its links."""

    coverage: Coverage
    events: tuple[Event, ...] = ()


def fits(item: Item, text: str) -> bool:
    """Whether every word of a text stands in the title or the site of an article."""
    article = item.coverage.article
    words = f" {normalised(f'{article.title} {site_of(article)}')}"
    return all(f" {word}" in words for word in normalised(text).split())


def pages(items: Sequence[Item]) -> int:
    """Say how many pages these take."""
    return max(1, -(-len(items) // PAGE))


def page(items: Sequence[Item], number: int, title: str, language: str) -> Post:
    """Show one page, from 0."""
    last = pages(items) - 1
    here = min(max(number, 0), last)
    rows = [told(item, language) for item in items[here * PAGE : (here + 1) * PAGE]]
    footer = (
        said(language, "Page {page} of {pages}", page=here + 1, pages=last + 1),
        counted(language, "{count} article", "{count} articles", len(items)),
    )
    return Post(title=title, lines=tuple(rows), footer=" · ".join(footer))


def told(item: Item, language: str) -> str:
    """Say one article in a list: what, whose, when, about what."""
    article = item.coverage.article
    named = [headline(event, language) for event in item.events[:NAMED]]
    about = ", ".join(named) or said(language, "about no event that I know")
    first = f"{sign(article)} **{linked_title(article, LINE)}**"
    return f"{first}\n{plain(site_of(article), SITE)} · {stamp(article.published_at, 'R')} · {about}"


def tried(item: Item, language: str) -> str:
    """Say what an article would be linked to, and why."""
    article, linked = item.coverage.article, {one.event: one for one in item.coverage.linked}
    rows = [f"{sign(article)} **{linked_title(article, LINE)}** · {stamp(article.published_at, 'R')}"]
    for event in item.events[:NAMED]:
        one = linked[event.id]
        evidence = plain("; ".join(evidence_text(text, language) for text in one.evidence[:EVIDENCE]))
        rows.append(f"→ **{headline(event, language)}** ({round(100 * one.confidence)} %): {evidence}")
    if len(rows) == 1:
        rows.append(said(language, "→ nothing: it names no event clearly enough"))
    return "\n".join(rows)
