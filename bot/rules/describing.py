"""What a watch asks for, field by field, and what is another in two versions of a server's settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from bot.model import Say, Server, Term, Watch
from bot.rules.asking import What, parse_what
from bot.rules.countdown import what_of
from bot.rules.settings_text import BLANK, FIELDS, Settings, says_text, terms_text
from bot.rules.text import plain
from bot.tongue import Phrase, native_name, phrase, said

LABELS: Mapping[str, Phrase] = {
    "name": phrase("name"),
    "channel": phrase("channel"),
    "include": phrase("what"),
    "exclude": phrase("not"),
    "crewed_only": phrase("crewed only"),
    "webcast_only": phrase("with a webcast only"),
    "notices": phrase("notices"),
    "leads": phrase("reminders"),
    "roles": phrase("role"),
    "ping_on": phrase("pings on"),
    "ping_leads": phrase("pings at"),
    "language": phrase("language"),
    "off": phrase("off"),
    "quiet": phrase("quiet hours"),
    "digest": phrase("digest"),
    "crosspost": phrase("crosspost"),
    "occasions": phrase("scheduled events"),
    "identity": phrase("under the agency's name"),
    "sites": phrase("news from"),
    "zone": phrase("time zone"),
    "role": phrase("role that members give themselves"),
}
"""What the fields are called to people; those of a server stand last."""
USUALLY_SAID = ("channel", "include", "leads")


def title_of(watch: Watch) -> str:
    """Name a watch as lists do."""
    return f"**{watch.id}. {plain(watch.name, 80)}**" if watch.id else f"**{plain(watch.name, 80)}**"


def watch_lines(watch: Watch, language: str = "en", *, unsaid: Collection[str] = ()) -> tuple[str, ...]:
    """Say all that a watch asks for: what is usual stays unsaid."""
    told = [
        f"{LABELS[name](language)}: {value_text(watch, name, language)}"
        for name, field in FIELDS.items()
        if name in LABELS
        and name != "name"
        and name not in unsaid
        and (name in USUALLY_SAID or field.write(watch) != field.write(BLANK))
        and is_told(watch, name)
    ]
    state = said(language, "⏸️ paused, it sends nothing until `/watch resume`") if watch.off else ""
    return tuple(one for one in (state, *told) if one)


def is_told(watch: Watch, name: str) -> bool:
    """Whether a field says something beside the others."""
    return not (name == "off" or (name == "ping_on" and not watch.roles) or (name == "leads" and Say.REMINDER not in watch.notices))


def value_text(watch: Watch, name: str, language: str) -> str:
    """Say one field as Discord shows it best."""
    value = FIELDS[name].write(watch)
    if name in LISTED:
        return LISTED[name](watch) or (said(language, "everything") if name == "include" else said(language, "none"))
    if isinstance(value, bool):
        return said(language, "yes") if value else said(language, "no")
    return plain(str(value), 200)


def terms_said(terms: Iterable[Term]) -> str:
    """Say terms as they are asked for."""
    return ", ".join(plain(text.removeprefix("any: "), 90) for text in terms_text(terms))


LISTED: Mapping[str, Callable[[Watch], str]] = {
    "channel": lambda watch: f"<#{watch.target.channel}>",
    "roles": lambda watch: " ".join(f"<@&{role}>" for role in watch.roles),
    "include": lambda watch: terms_said(watch.include),
    "exclude": lambda watch: terms_said(watch.exclude),
    "language": lambda watch: native_name(watch.language),
    "leads": lambda watch: " ".join(map(what_of, watch.leads)),
    "ping_leads": lambda watch: " ".join(map(what_of, watch.ping_leads)),
}
"""Fields that are said otherwise than a file writes them; empty where there are none."""


def line(watch: Watch, language: str = "en") -> str:
    """Say a watch in one paragraph: where, and what its name does not say."""
    unsaid = {"channel", *(("include", "exclude", "crewed_only", "webcast_only") if says_itself(watch) else ())}
    parts = (f"{title_of(watch)} → <#{watch.target.channel}>", *watch_lines(watch, language, unsaid=unsaid))
    return " · ".join(parts)


def says_itself(watch: Watch) -> bool:
    """Whether the name of a watch is what it asks for."""
    read = parse_what(watch.name)
    own = (watch.include, watch.exclude, watch.crewed_only, watch.webcast_only)
    return isinstance(read, What) and (read.include, read.exclude, read.crewed_only, read.webcast_only) == own


def differences(before: Settings, after: Settings, language: str = "en") -> tuple[str, ...]:
    """Say what would be another, a line for each watch."""
    return tuple(_differences(before, after, language))


def _differences(before: Settings, after: Settings, language: str) -> Iterator[str]:
    yield from server_changes(before.server, after.server, language)
    was = {watch.id: watch for watch in before.watches}
    stays = {watch.id for watch in after.watches}
    for watch in after.watches:
        old = was.get(watch.id)
        if old is None:
            yield said(language, "➕ new: {watch}", watch=line(watch, language))
        elif found := changed(old, watch):
            yield f"✏️ {title_of(old)} · {field_changes(old, watch, found, language)}"
    for watch in before.watches:
        if watch.id not in stays:
            yield said(language, "➖ gone: {watch}", watch=line(watch, language))


def server_changes(before: Server, after: Server, language: str) -> Iterator[str]:
    """Say what holds for all watches and would be another."""
    none = said(language, "none")
    for name, old, new in (
        ("zone", before.zone, after.zone),
        ("language", native_name(before.language), native_name(after.language)),
        ("role", *(f"<@&{one.role}>" if one.role else none for one in (before, after))),
    ):
        if old != new:
            yield f"✏️ {LABELS[name](language)}: {old} → {new}"


def changed(before: Watch, after: Watch) -> tuple[str, ...]:
    """Name the fields that differ."""
    found = tuple(name for name, field in FIELDS.items() if name in LABELS and field.write(before) != field.write(after))
    moved = before.target != after.target and "channel" not in found
    return (*found, "channel") if moved else found


def field_changes(before: Watch, after: Watch, names: Collection[str], language: str) -> str:
    """Say each of these fields as it was and as it is."""
    return " · ".join(
        f"{LABELS[name](language)}: {value_text(before, name, language)} → {value_text(after, name, language)}" for name in names
    )


def left_out(watch: Watch, language: str = "en") -> str:
    """Name what is usually sent and is not; empty when nothing is missing."""
    missing = BLANK.notices - watch.notices
    return said(language, "Not sent: {notices}", notices=says_text(missing)) if missing else ""
