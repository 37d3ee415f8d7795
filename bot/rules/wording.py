"""How a notice is said, and the lists: a Post for each, no Discord type. The card itself is in card.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import OUTCOMES, Event, Facet, Kind, Link, Net, Notice, Post, Say, Status, Tone, Track, Watch, Webcast
from bot.rules.card import CREDIT, STATUS_WORDS, TONES, age, boosters, card, story, streams_row
from bot.rules.countdown import lead_text
from bot.rules.nets import shift
from bot.rules.text import called, headline, link, net_text, net_utc, plain, span_text, stamp, when
from bot.rules.webcasts import ranked

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


def post(notice: Notice, track: Track, now: datetime, *, as_card: bool) -> Post:
    """Say a notice. `as_card`: it is the first message about this event here and goes on living as its card."""
    told = Told(notice, track, now, ranked(track.event, now, notice.language))
    short = WORDINGS[notice.say](told)
    if as_card:
        full = card(track, now, language=notice.language)
        return replace(full, lead_in=short.lead_in, roles=notice.roles, users=notice.users)
    buttons = tuple(Link("Watch", link(best.url)) for best in told.streams[:1])
    lines = tuple(line for line in (*short.lines, age(track, now, SILENT), asked(notice)) if line)
    return replace(short, lines=lines, buttons=buttons, footer=CREDIT, roles=notice.roles, users=notice.users)


def asked(notice: Notice) -> str:
    """Name the watches when several asked for it."""
    return f"-# for {', '.join(plain(name, 60) for name in notice.watches[:5])}" if len(notice.watches) > 1 else ""


# --- one wording per notice ---------------------------------------------------------------------------------------


def announced(told: Told) -> Post:
    """Introduce an event; its message is the card."""
    return replace(card(told.track, told.now, language=told.notice.language), lead_in=f"New: {headline(told.event)}")


def dated(told: Told) -> Post:
    """Tell the first date."""
    lead_in = f"{headline(told.event)}: NET {net_text(told.net)}"
    return Post(title=f"{called(told.event)} has a date: {net_utc(told.net)}", lines=(lead_in,), lead_in=lead_in)


def reminder(told: Told) -> Post:
    """Remind, in the true remaining time: a message read late is still true."""
    t0, lead = told.net.clock or told.now, told.notice.lead
    label = f"T-{lead_text(lead)}" if lead else "T-0"
    lead_in = f"{label} · {headline(told.event)} {verb(told.event)}{stamp(t0, 'R')}"
    return Post(
        title=f"{label} · {headline(told.event)}",
        lines=(f"T-0 {when(t0)}", streams_row(told.streams) or "📺 no stream known yet"),
        tone=Tone.SOON,
        lead_in=lead_in,
    )


def verb(event: Event) -> str:
    """Say what a launch does; the headline of other events has its verb."""
    return "lifts off " if event.kind is Kind.LAUNCH else ""


def stream(told: Told) -> Post:
    """Tell where to watch after all."""
    return Post(
        title=f"Stream · {headline(told.event)}",
        lines=(streams_row(told.streams), f"T-0 {net_text(told.net)}"),
        tone=Tone.SOON,
        lead_in=f"There is a stream of {called(told.event)} now",
    )


def live(told: Told) -> Post:
    """Tell that the webcast runs."""
    return Post(
        title=f"LIVE · {headline(told.event)}",
        lines=(streams_row(told.streams), f"T-0 {net_text(told.net)}"),
        tone=Tone.LIVE,
        lead_in=f"The webcast of {called(told.event)} is live",
    )


def slip(told: Told) -> Post:
    """Tell a NET that moved, which way and how far; or that the count goes on."""
    before = told.notice.before or told.net
    by, name = shift(before, told.net), called(told.event)
    lines: tuple[str, ...]
    if told.net == before:
        title, lines = f"{name} is back in the count", (f"NET {net_text(told.net)} holds after all",)
    elif by is None:
        title, lines = f"{name}: NET {net_utc(told.net)}", (f"NET {net_text(told.net)}, it was {net_text(before)}",)
    else:
        later = by.total_seconds() > 0
        title = f"{name} {'slips' if later else 'moves up'} to {net_utc(told.net)}"
        lines = (f"New NET {net_text(told.net)}", f"{span_text(by)} {'later' if later else 'earlier'} than {net_text(before)}")
    return Post(title=title, lines=(*lines, story(told.track)), tone=Tone.WARN, lead_in=title)


def hold(told: Told) -> Post:
    """Tell that the clock stopped."""
    reason = plain(told.event.reason, 300)
    t0 = f"T-0 was {net_text(told.net)}; reminders wait until the count goes on"
    return Post(
        title=f"HOLD · {headline(told.event)}", lines=(reason, t0), tone=Tone.WARN, lead_in=f"{called(told.event)} is on hold"
    )


def scrub(told: Told) -> Post:
    """Tell that this attempt is over, and what comes next."""
    before = told.notice.before or told.net
    known = told.net != before and (told.track.counting or (told.net.has_day and told.net.clock is None))
    next_net = f"next NET {net_text(told.net)}" if known else "no new NET yet"
    name = called(told.event)
    word, sentence = ("SCRUB", f"{name} does not fly today") if told.event.kind is Kind.LAUNCH else ("OFF", f"{name} is put off")
    reason = plain(told.event.reason, 300)
    return Post(
        title=f"{word} · {headline(told.event)}", lines=(f"{sentence}: {next_net}", reason), tone=Tone.WARN, lead_in=sentence
    )


def liftoff(told: Told) -> Post:
    """Tell that it flies."""
    return Post(
        title=f"Liftoff · {called(told.event)}",
        lines=(f"Lifted off {net_text(told.net)}", streams_row(told.streams)),
        tone=Tone.LIVE,
        lead_in=f"Liftoff of {called(told.event)}",
    )


OUTCOME_SENTENCES = {
    Status.SUCCESS: "{} is a success",
    Status.PARTIAL_FAILURE: "{} is a partial failure",
    Status.FAILURE: "{} failed",
    Status.CANCELLED: "{} is cancelled: it is gone from the launch feed",
}


def outcome(told: Told) -> Post:
    """Tell how it ended."""
    status, name = told.event.status, called(told.event)
    sentence = OUTCOME_SENTENCES.get(status, "{}: " + STATUS_WORDS[status]).format(name)
    reason = plain(told.event.reason, 500) if status in OUTCOMES else ""
    flown = f"Liftoff {net_text(told.net)}" if status in OUTCOMES else ""
    return Post(
        title=f"{STATUS_WORDS[status]} · {headline(told.event)}",
        lines=(sentence, reason, flown, boosters(told.event)),
        tone=TONES.get(status, Tone.CALM),
        lead_in=sentence,
    )


def rendered(told: Told) -> Post:
    """Give the card itself, which an edit puts in place."""
    return card(told.track, told.now, language=told.notice.language)


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
    more = [f"… and {len(tracks) - LISTED} more: /next shows them"] if len(tracks) > LISTED else []
    empty = [] if rows else ["Nothing is planned that fits. /next without a filter shows everything."]
    return Post(title=title, lines=(*rows, *more, *empty), footer=CREDIT)


def row(track: Track, now: datetime, language: str) -> str:
    """Say one event in two lines."""
    event = track.event
    best = ranked(event, now, language)[:1]
    watch = "".join(f" · [Watch]({link(stream.url)})" for stream in best)
    word = STATUS_WORDS[event.status]
    return f"**{headline(event)}**\n{f'{word} · ' if word else ''}NET {net_text(event.net)}{watch}"


def summary(names: Sequence[str], tracks: Sequence[Track], now: datetime, *, language: str = "en") -> Post:
    """Tell a channel what is watched here from now on, and what lies ahead."""
    watched = ", ".join(plain(name, 80) for name in names)
    return listing(tracks, now, f"Watching {watched}: {len(tracks)} ahead", language=language)


def trouble(why: str) -> Post:
    """Tell the admins of a server what broke and what to do."""
    return Post(title="T-Minus could not post", lines=(why,), tone=Tone.BAD, footer="Settings are kept. Nothing was deleted.")


def watch_line(watch: Watch) -> str:
    """Say what a watch asks for, in one paragraph."""
    terms = [term_text(term.facet, term.text) for term in watch.include] + [f"not {plain(term.text, 40)}" for term in watch.exclude]
    terms += ["crewed only"] * watch.crewed_only + ["with a webcast only"] * watch.webcast_only
    leads = " ".join(f"T-{lead_text(lead)}" for lead in watch.leads)
    pings = " ".join([f"<@&{role}>" for role in watch.roles] + [f"<@{user}>" for user in watch.users])
    parts = (f"<#{watch.target.channel}>", ", ".join(terms) or "everything", leads, f"pings {pings}" if pings else "")
    state = " · **paused**" if watch.paused else ""
    return f"**{watch.id}. {plain(watch.name, 80)}** · {' · '.join(part for part in parts if part)}{state}"


def term_text(facet: Facet, text: str) -> str:
    """Say one term of a watch."""
    return plain(text, 60) if facet is Facet.ANY else f"{facet.value}: {plain(text, 60)}"
