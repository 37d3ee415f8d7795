"""Why a watch wants an event or does not, and what stands between an event and its reminders: the answers of /why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Event, Facet, Fate, Net, Say, Settled, Term, Track, Watch
from bot.rules.countdown import may_count, precise_enough, what_of
from bot.rules.matching import READ, Names, is_crewed, meets, wants
from bot.rules.settings_text import says_text
from bot.rules.text import plain, quoted, stamp
from bot.tongue import Phrase, phrase, said

SEEN = 4
"""Texts of an event that are shown beside a term which met none of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a watch makes of an event, in a sentence."""

    watch: Watch
    wanted: bool
    why: str


def verdict(watch: Watch, event: Event, names: Names, language: str = "en") -> Verdict:
    """Say why a watch wants an event; else which of its terms failed, or what else stands in the way."""
    reason = wants(watch, event, names)
    if reason is None:
        return Verdict(watch, wanted=False, why=missed(watch, event, names, language))
    if watch.off:
        return Verdict(watch, wanted=False, why=said(language, "it would fit, but the watch is paused: `/watch resume`"))
    if watch.paused:
        return Verdict(watch, wanted=False, why=said(language, "it fits, but I cannot post there: see `/doctor`"))
    if not watch.include:
        return Verdict(watch, wanted=True, why=said(language, "it asks for everything that is left after its filters"))
    met = said(language, "“{term}” met “{text}”", term=term_text(reason.facet, reason.term), text=plain(reason.met, 80))
    return Verdict(watch, wanted=True, why=met)


def missed(watch: Watch, event: Event, names: Names, language: str) -> str:
    """Say what of a watch does not fit."""
    if watch.crewed_only and not is_crewed(event):
        return said(language, "it asks for crewed flights only, and nobody is aboard")
    if watch.webcast_only and not event.webcasts:
        return said(language, "it asks for what can be watched only, and no stream is known yet")
    out = next(((term, met) for term in watch.exclude if (met := meets(term, event, names))), None)
    if out:
        return said(language, "it leaves out “{term}”, which met “{text}”", term=plain(out[0].text, 80), text=plain(out[1].met, 80))
    for facet in dict.fromkeys(term.facet for term in watch.include):
        terms = [term for term in watch.include if term.facet is facet]
        if not any(meets(term, event, names) for term in terms):
            return unmet(terms, facet, event, language)
    return said(language, "another server added it for itself")


def unmet(terms: Sequence[Term], facet: Facet, event: Event, language: str) -> str:
    """Say that none of these terms met anything, and what there was to meet."""
    asked = ", ".join(said(language, "“{text}”", text=term_text(term.facet, term.text)) for term in terms)
    texts = [text for text in dict.fromkeys(READ[facet](event)) if text] if facet in READ else []
    if facet in READ and not texts:
        return said(language, "{terms} found nothing to meet: that is not known of it", terms=asked)
    shown = ", ".join(quoted(text, language, 60) for text in texts[:SEEN])
    if not shown:
        return said(language, "{terms} met nothing of it", terms=asked)
    return said(language, "{terms} did not meet {texts}", terms=asked, texts=shown)


def term_text(facet: Facet, text: str) -> str:
    """Write a term as it was asked for."""
    return plain(text, 80) if facet is Facet.ANY else f"{facet.value}: {plain(text, 80)}"


# --- what was sent ------------------------------------------------------------------------------------------------


def deliveries(settled: Sequence[Settled], net: Net, leads: Mapping[str, timedelta], language: str = "en") -> tuple[str, ...]:
    """Say what became of each delivery to one target: what was sent, in its order, what was not and why, what is still owed."""
    order = {Fate.SENT: 0, Fate.DROPPED: 1, Fate.OWED: 2}

    def rank(one: Settled) -> tuple[int, float, float, str]:
        """What comes next stands first, and so the longest lead."""
        return order[one.fate], one.at.timestamp() if one.at else 0.0, -leads.get(one.what, timedelta()).total_seconds(), one.what

    ranked = sorted(settled, key=rank)
    return tuple(delivery(one, net, leads, language) for one in ranked)


WHYS: Mapping[str, Phrase] = {
    why("en"): why
    for why in (
        phrase("too late"),
        phrase("no longer planned"),
        phrase("no watch asks for it any more"),
        phrase("nothing lies ahead yet"),
        phrase("nothing that a reader would see changed"),
        phrase("there is no card to edit"),
        phrase("the card was deleted"),
        phrase("a closer reminder is due"),
        phrase("had passed when this NET became known"),
        phrase("had passed when the watch was made"),
        phrase("had passed when the event began to be what a watch asks for"),
    )
}
"""What the outbox notes of a delivery that did not leave, and people ask for most; the rest is Discord's own words."""


def why_text(why: str, language: str) -> str:
    """Say why a delivery did not leave."""
    return WHYS[why](language) if why in WHYS else plain(why, 200)


def delivery(one: Settled, net: Net, leads: Mapping[str, timedelta], language: str) -> str:
    """Say what became of one delivery."""
    when = stamp(one.at, "f") if one.at else ""
    if one.fate is Fate.SENT:
        bell = " 🔔" if one.pinged else ""
        return said(language, "✅ {what}{bell} · sent {when}", what=one.what, bell=bell, when=when)
    if one.fate is Fate.DROPPED:
        return said(language, "▫️ {what} · not sent: {why}", what=one.what, why=why_text(one.why, language))
    if net.clock and one.what in leads:
        due = stamp(net.clock - leads[one.what], "f")
        return said(language, "⏳ {what} · to come {when}", what=one.what, when=due)
    return said(language, "⏳ {what} · to come", what=one.what)


def leads_named(watches: Sequence[Watch]) -> dict[str, timedelta]:
    """Give all leads of these watches by the names of their reminders."""
    return {what_of(lead): lead for watch in watches for lead in watch.leads}


def standing_in_the_way(track: Track, watches: Sequence[Watch], now: datetime, language: str = "en") -> str:
    """Say why no reminder is counted down at present; empty when nothing is in the way."""
    net = track.event.net
    if not any(Say.REMINDER in watch.notices for watch in watches):
        usual = says_text(frozenset({Say.REMINDER}))
        return said(language, "No watch asks for `{notice}`: nothing is counted down.", notice=usual)
    if net.clock is None:
        return said(language, "There is no clock time yet: a date alone is never counted down.")
    if net.clock <= now:
        return said(language, "T-0 has passed: there is nothing to count down to.")
    if not may_count(track):
        return said(language, "The count does not run: reminders wait until there is a GO or a new NET.")
    if not any(precise_enough(net, lead) for watch in watches for lead in watch.leads):
        return said(language, "The time is not known well enough for these reminders yet.")
    return ""
