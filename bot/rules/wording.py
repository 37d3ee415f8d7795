"""How a notice is said, and the lists: a Post for each, no Discord type. The card itself is in card.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import OUTCOMES, Event, Kind, Net, Notice, Post, Say, Status, Tone, Track, Webcast
from bot.rules.card import TONES, age, boosters, card, credit, status_word, story, streams_row, watch_button
from bot.rules.countdown import lead_text
from bot.rules.nets import shift
from bot.rules.reporting import report
from bot.rules.text import called, happens, headline, link, net_text, net_utc, plain, quoted, span_text, stamp, when
from bot.rules.webcasts import ranked
from bot.tongue import Phrase, counted, phrase, said

SILENT = timedelta(minutes=45)
"""Chosen, not measured: a notice whose data are older says so. Near T-0 polls are minutes apart."""
LISTED = 10
"""A list shows at most this many events; it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a wording looks at."""

    notice: Notice
    track: Track
    now: datetime
    streams: tuple[Webcast, ...]

    @property
    def event(self) -> Event:
        """The event as it is known now."""
        return self.track.event

    @property
    def net(self) -> Net:
        """Its present NET."""
        return self.track.event.net

    @property
    def language(self) -> str:
        """The language of who reads it."""
        return self.notice.language

    @property
    def net_text(self) -> str:
        """Its present NET, in words."""
        return net_text(self.net, self.language)

    @property
    def streams_row(self) -> str:
        """Where to watch it, in words."""
        return streams_row(self.streams, self.language)


def post(notice: Notice, track: Track, now: datetime, *, as_card: bool) -> Post:
    """Say a notice. `as_card`: it is the first message about this event here and goes on living as its card."""
    language = notice.language
    if notice.article is not None:
        return report(notice, notice.article, track, asked(notice))
    told = Told(notice, track, now, ranked(track.event, now, language))
    short = WORDINGS[notice.say](told)
    if as_card:
        full = card(track, now, language=language)
        return replace(full, lead_in=short.lead_in, roles=notice.roles, users=notice.users)
    buttons = tuple(watch_button(best, language) for best in told.streams[:1])
    lines = tuple(line for line in (*short.lines, age(track, now, SILENT, language=language), asked(notice)) if line)
    return replace(short, lines=lines, buttons=buttons, footer=credit(language), roles=notice.roles, users=notice.users)


def asked(notice: Notice) -> str:
    """Name the watches when several asked for it."""
    if len(notice.watches) < len(("one", "another")):
        return ""
    return f"-# {said(notice.language, 'for {watches}', watches=', '.join(plain(name, 60) for name in notice.watches[:5]))}"


# --- one wording per notice ---------------------------------------------------------------------------------------


def announced(told: Told) -> Post:
    """Introduce an event; its message is the card."""
    lead_in = said(told.language, "New: {name}", name=headline(told.event, told.language))
    return replace(card(told.track, told.now, language=told.language), lead_in=lead_in)


def dated(told: Told) -> Post:
    """Tell the first date."""
    lead_in = f"{headline(told.event, told.language)}: NET {told.net_text}"
    title = said(told.language, "{name} has a date: {net}", name=called(told.event), net=net_utc(told.net, told.language))
    return Post(title=title, lines=(lead_in,), lead_in=lead_in)


def reminder(told: Told) -> Post:
    """Remind, in the true remaining time: a message read late is still true."""
    t0, lead = told.net.clock or told.now, told.notice.lead
    label = f"T-{lead_text(lead)}" if lead else "T-0"
    return Post(
        title=f"{label} · {headline(told.event, told.language)}",
        lines=(f"T-0 {when(t0)}", told.streams_row or said(told.language, "📺 no stream known yet")),
        tone=Tone.SOON,
        lead_in=f"{label} · {happens(told.event, told.language)} {stamp(t0, 'R')}",
    )


def stream(told: Told) -> Post:
    """Tell where to watch after all."""
    return Post(
        title=said(told.language, "Stream · {name}", name=headline(told.event, told.language)),
        lines=(told.streams_row, f"T-0 {told.net_text}"),
        tone=Tone.SOON,
        lead_in=said(told.language, "There is a stream of {name} now", name=called(told.event)),
    )


def live(told: Told) -> Post:
    """Tell that the webcast runs."""
    return Post(
        title=said(told.language, "LIVE · {name}", name=headline(told.event, told.language)),
        lines=(told.streams_row, f"T-0 {told.net_text}"),
        tone=Tone.LIVE,
        lead_in=said(told.language, "The webcast of {name} is live", name=called(told.event)),
    )


def slip(told: Told) -> Post:
    """Tell a NET that moved, which way and how far; or that the count goes on."""
    title, lines = moved(told, told.notice.before or told.net)
    return Post(title=title, lines=(*lines, story(told.track, told.language)), tone=Tone.WARN, lead_in=title)


def moved(told: Told, before: Net) -> tuple[str, tuple[str, ...]]:
    """Say what became of a NET, in a title and in lines."""
    by, name, language = shift(before, told.net), called(told.event), told.language
    net, net_short, was = told.net_text, net_utc(told.net, language), net_text(before, language)
    if told.net == before:
        return said(language, "{name} is back in the count", name=name), (said(language, "NET {net} holds after all", net=net),)
    if by is None:
        return f"{name}: NET {net_short}", (said(language, "NET {net}, it was {before}", net=net, before=was),)
    new, span = said(language, "New NET {net}", net=net), span_text(by, language)
    if by.total_seconds() > 0:
        title = said(language, "{name} slips to {net}", name=name, net=net_short)
        return title, (new, said(language, "{span} later than {before}", span=span, before=was))
    title = said(language, "{name} moves up to {net}", name=name, net=net_short)
    return title, (new, said(language, "{span} earlier than {before}", span=span, before=was))


def hold(told: Told) -> Post:
    """Tell that the clock stopped."""
    return Post(
        title=said(told.language, "HOLD · {name}", name=headline(told.event, told.language)),
        lines=(
            plain(told.event.reason, 300),
            said(told.language, "T-0 was {net}; reminders wait until the count goes on", net=told.net_text),
        ),
        tone=Tone.WARN,
        lead_in=said(told.language, "{name} is on hold", name=called(told.event)),
    )


def scrub(told: Told) -> Post:
    """Tell that this attempt is over, and what comes next."""
    before, language = told.notice.before or told.net, told.language
    known = told.net != before and (told.track.counting or (told.net.has_day and told.net.clock is None))
    net = said(language, "next NET {net}", net=told.net_text) if known else said(language, "no new NET yet")
    name, full = called(told.event), headline(told.event, language)
    if told.event.kind is Kind.LAUNCH:
        title, sentence = said(language, "SCRUB · {name}", name=full), said(language, "{name} does not fly today", name=name)
    else:
        title, sentence = said(language, "OFF · {name}", name=full), said(language, "{name} is put off", name=name)
    return Post(title=title, lines=(f"{sentence}: {net}", plain(told.event.reason, 300)), tone=Tone.WARN, lead_in=sentence)


def liftoff(told: Told) -> Post:
    """Tell that it flies."""
    name = called(told.event)
    return Post(
        title=said(told.language, "Liftoff · {name}", name=name),
        lines=(said(told.language, "Lifted off {net}", net=told.net_text), told.streams_row),
        tone=Tone.LIVE,
        lead_in=said(told.language, "Liftoff of {name}", name=name),
    )


OUTCOME_SENTENCES: Mapping[Status, Phrase] = {
    Status.SUCCESS: phrase("{name} is a success"),
    Status.PARTIAL_FAILURE: phrase("{name} is a partial failure"),
    Status.FAILURE: phrase("{name} failed"),
    Status.CANCELLED: phrase("{name} is cancelled: it is gone from the launch feed"),
}


def outcome(told: Told) -> Post:
    """Tell how it ended."""
    status, name, language = told.event.status, called(told.event), told.language
    word = status_word(status, language)
    sentence = OUTCOME_SENTENCES[status](language, name=name) if status in OUTCOME_SENTENCES else f"{name}: {word}"
    flown = status in OUTCOMES
    return Post(
        title=f"{word} · {headline(told.event, language)}",
        lines=(
            sentence,
            plain(told.event.reason, 500) if flown else "",
            said(language, "Liftoff {net}", net=told.net_text) if flown else "",
            boosters(told.event, language),
        ),
        tone=TONES.get(status, Tone.CALM),
        lead_in=sentence,
    )


def rendered(told: Told) -> Post:
    """Give the card itself, which an edit puts in place."""
    return card(told.track, told.now, language=told.language)


WORDINGS: Mapping[Say, Callable[[Told], Post]] = {
    Say.ANNOUNCED: announced,
    Say.DATED: dated,
    Say.REMINDER: reminder,
    Say.STREAM: stream,
    Say.LIVE: live,
    Say.SLIP: slip,
    Say.HOLD: hold,
    Say.SCRUB: scrub,
    Say.LIFTOFF: liftoff,
    Say.OUTCOME: outcome,
    Say.EDIT: rendered,
}


# --- what is about no single event --------------------------------------------------------------------------------


def listing(tracks: Sequence[Track], now: datetime, title: str, *, language: str = "en") -> Post:
    """List events in the order given, each in two lines; say how many more there are."""
    rows = [row(track, now, language) for track in tracks[:LISTED]]
    if left := tracks[LISTED:]:
        rows.append(counted(language, "… and {count} more: /next shows it", "… and {count} more: /next shows them", len(left)))
    rows = rows or [said(language, "Nothing is planned that fits. /next without a filter shows everything.")]
    return Post(title=title, lines=tuple(rows), footer=credit(language))


def row(track: Track, now: datetime, language: str) -> str:
    """Say one event in two lines."""
    event = track.event
    best = ranked(event, now, language)[:1]
    watch = "".join(f" · [{said(language, 'Watch')}]({link(stream.url)})" for stream in best)
    word = status_word(event.status, language)
    return f"**{headline(event, language)}**\n{f'{word} · ' if word else ''}NET {net_text(event.net, language)}{watch}"


def summary(names: Sequence[str], tracks: Sequence[Track], now: datetime, *, language: str = "en") -> Post:
    """Tell a channel what is watched here from now on, and what lies ahead."""
    watched = ", ".join(quoted(name, language) for name in names)
    title = counted(
        language, "Watching {watches}, {count} ahead", "Watching {watches}, {count} ahead", len(tracks), watches=watched
    )
    return listing(tracks, now, title, language=language)


def trouble(why: str, *, language: str = "en") -> Post:
    """Tell the admins of a server what broke and what to do."""
    title, kept = said(language, "T-Minus could not post"), said(language, "Settings are kept. Nothing was deleted.")
    return Post(title=title, lines=(why,), tone=Tone.BAD, footer=kept)
