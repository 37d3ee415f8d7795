"""A real event as a watch will show it: its card, and the notices with their times and pings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.model import Facet, Following, Post, Reason, Say, Track, Watch
from bot.rules.card import card
from bot.rules.describing import title_of
from bot.rules.explaining import standing_in_the_way
from bot.rules.rehearsing import EVER, Rehearsal, Told, rehearsed
from bot.rules.text import headline, net_text, plain, stamp
from bot.tongue import said

BELL = " 🔔"
IN_PLACE = frozenset({Say.ANNOUNCED, Say.REMINDER})
"""Notices that are shown with their times; the others come as things happen."""
SHOWN = 12
"""Notices of one event that a rehearsal lists."""


def previewed(watch: Watch, track: Track, now: datetime, language: str = "en") -> Post:
    """Show the card of an event and what a watch will say of it. `language` is the reader's; the card speaks the watch's."""
    shown = card(track, now, language=watch.language)
    ahead = [one for one in told_of(watch, track, now) if one.say is Say.REMINDER and one.at > now]
    hindrance = standing_in_the_way(track, (watch,), now, language)
    later = [f"{say.value}{bell(watch, say)}" for say in Say if say in watch.notices - IN_PLACE]
    rows = [f"{one.what}{BELL if one.pings else ''} · {stamp(one.at, 'f')} ({stamp(one.at, 'R')})" for one in ahead]
    rows += [f"ℹ️ {hindrance}"] if hindrance else []
    rows += [said(language, "as it happens: {notices}", notices=", ".join(later))] if later else []
    lead_in = said(language, "**A preview for {watch}**: this card, kept up to date in its place, and", watch=plain(watch.name, 80))
    return replace(shown, lines=(*shown.lines, "", lead_in, *rows), actions=(), lead_in="", roles=(), users=())


def told_of(watch: Watch, track: Track, now: datetime) -> tuple[Told, ...]:
    """Rehearse one event for one watch."""
    always = replace(watch, paused=False, off=False, made_at=EVER)
    reason = Reason(Facet.ANY, "", track.event.name)
    return rehearsed(track, Following(target=watch.target, watches=((always, reason),)), now)


def bell(watch: Watch, say: Say) -> str:
    """Mark what pings by itself."""
    return BELL if say in watch.ping_on and (watch.roles or watch.users) else ""


def rehearsal_page(watch: Watch, shown: Sequence[Rehearsal], now: datetime, language: str = "en") -> Post:
    """List events with all that a watch would have said of them, and will say."""
    rows = [row for one in shown for row in rehearsal_rows(one, now, language)]
    title = said(language, "A rehearsal of {watch}", watch=title_of(watch).strip("*"))
    return Post(title=title, lines=tuple(rows))


def rehearsal_rows(one: Rehearsal, now: datetime, language: str) -> tuple[str, ...]:
    """Say one event and its notices."""
    told = [f"{each.what}{BELL if each.pings else ''} {stamp(each.at, 'f')}" for each in one.told[:SHOWN]]
    rest = len(one.told) - SHOWN
    more = [f"+{rest}"] if rest > 0 else []
    when = one.track.event.net
    past = when.clock is not None and when.clock <= now
    nothing = said(language, "nothing would have been said") if past else said(language, "nothing to come yet")
    return (
        f"**{headline(one.track.event, language)}** · NET {net_text(when, language)}",
        f"-# {' · '.join([*told, *more]) or nothing}",
    )
