"""A server's settings as a file that people can read, change and take elsewhere: one table of fields, written and read by it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.model import CHOOSABLE, ChannelId, Facet, GuildId, Place, RoleId, Say, Server, Target, Term, Watch, WatchId
from bot.rules.asking import LONGEST_TERM, MOST_TERMS, SHORTEST_TERM, Wrong, parse_leads, parse_says
from bot.rules.countdown import lead_text
from bot.rules.hours import digest_text, parse_digest, parse_quiet, quiet_text
from bot.rules.sites import parse_sites
from bot.tongue import LANGUAGES, said

VERSION = 1
LARGEST = 64 * 1024
"""Bytes of a file that is read: ten times what fifty watches take."""
LONGEST_NAME = 80
LONGEST_ID = 100
MOST_ROLES = 10
MOST_MISTAKES = 20
"""Chosen, not measured: as many as a person mends before trying again."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BLANK = Watch(id=WatchId(0), target=Target(GuildId(0), ChannelId(0)), name="", made_at=EPOCH)
PLACES = {"channel": Place.CHANNEL, "forum": Place.FORUM}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server decided, all of it."""

    server: Server
    watches: tuple[Watch, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file, and where: its line (0 for the file as a whole) and the field."""

    line: int
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a file may name: the channels and roles of this server, and the time zones. None: anything."""

    channels: Mapping[int, Place] | None = None
    roles: Collection[int] | None = None
    zones: Collection[str] | None = None


# --- the fields ---------------------------------------------------------------------------------------------------

Read = Callable[[object, str], object]
"""A value of the file and the reader's language -> what it means, or Wrong."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is written, and how it is read back."""

    write: Callable[[Watch], object]
    read: Read


def one_text(most: int) -> Read:
    """Read a text that is not empty and not too long."""

    def read(value: object, language: str) -> object:
        if isinstance(value, str) and 0 < len(value.strip()) <= most:
            return value.strip()
        return Wrong(said(language, "has to be a text of 1 to {most} characters, in quotes", most=most))

    return read


def yes_or_no(value: object, language: str) -> object:
    """Read true or false."""
    return value if isinstance(value, bool) else Wrong(said(language, "has to be true or false, without quotes"))


def number(value: object, language: str) -> object:
    """Read an id of Discord's: digits, in quotes or not."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if re.fullmatch(r"\d{1,19}", text, re.ASCII) and int(text) < 1 << 63:
        return int(text)
    return Wrong(said(language, "has to be a number as Discord gives it (Copy ID), in quotes"))


def texts(most: int, read: Read) -> Read:
    """Read a list of texts."""

    def each(value: object, language: str) -> object:
        if not isinstance(value, list) or len(cast("list[object]", value)) > most:
            return Wrong(said(language, "has to be a list of at most {most} in square brackets", most=most))
        found = [read(one, language) for one in cast("list[object]", value)]
        return next((one for one in found if isinstance(one, Wrong)), None) or tuple(dict.fromkeys(found))

    return each


def term(value: object, language: str) -> object:
    """Read `facet: text`."""
    name, colon, text = value.partition(":") if isinstance(value, str) else ("", "", "")
    facet = next((one for one in Facet if one.value == name.strip().lower()), None)
    if facet is None or not colon:
        names = ", ".join(one.value for one in Facet)
        return Wrong(said(language, 'has to be a place and a text, as in "lsp: SpaceX". There are: {names}', names=names))
    words = " ".join(text.split())
    longest = LONGEST_ID if facet is Facet.EVENT else LONGEST_TERM
    if not SHORTEST_TERM <= len(words) <= longest:
        return Wrong(
            said(language, "has to be a text of {least} to {most} characters after the colon", least=SHORTEST_TERM, most=longest)
        )
    return Term(facet, words)


def one_of(choices: Mapping[str, object] | Sequence[str]) -> Read:
    """Read one of these words."""
    table = choices if isinstance(choices, Mapping) else {one: one for one in choices}

    def read(value: object, language: str) -> object:
        found = table.get(value) if isinstance(value, str) else None
        return found or Wrong(said(language, "has to be one of: {choices}", choices=", ".join(table)))

    return read


def parsed(parse: Callable[[str, str], object]) -> Read:
    """Read what is written as in a command."""

    def read(value: object, language: str) -> object:
        return parse(value, language) if isinstance(value, str) else Wrong(said(language, "has to be a text, in quotes"))

    return read


def terms_text(terms: Iterable[Term]) -> list[str]:
    """Write terms."""
    return [f"{one.facet.value}: {one.text}" for one in terms]


def says_text(says: Collection[Say]) -> str:
    """Write a choice of notices in the order in which they come."""
    return " ".join(say.value for say in Say if say in says and say in CHOOSABLE) or "none"


def leads_text(leads: Iterable[timedelta]) -> str:
    """Write leads."""
    return " ".join(map(lead_text, leads)) or "none"


FIELDS: Mapping[str, Field] = {
    "id": Field(lambda w: int(w.id), number),
    "name": Field(lambda w: w.name, one_text(LONGEST_NAME)),
    "channel": Field(lambda w: str(w.target.channel), number),
    "place": Field(lambda w: w.target.place.value, one_of(PLACES)),
    "include": Field(lambda w: terms_text(w.include), texts(MOST_TERMS, term)),
    "exclude": Field(lambda w: terms_text(w.exclude), texts(MOST_TERMS, term)),
    "crewed_only": Field(lambda w: w.crewed_only, yes_or_no),
    "webcast_only": Field(lambda w: w.webcast_only, yes_or_no),
    "notices": Field(lambda w: says_text(w.notices), parsed(parse_says)),
    "leads": Field(lambda w: leads_text(w.leads), parsed(parse_leads)),
    "roles": Field(lambda w: [str(role) for role in w.roles], texts(MOST_ROLES, number)),
    "ping_on": Field(lambda w: says_text(w.ping_on), parsed(parse_says)),
    "ping_leads": Field(lambda w: leads_text(w.ping_leads), parsed(parse_leads)),
    "language": Field(lambda w: w.language, one_of(LANGUAGES)),
    "off": Field(lambda w: w.off, yes_or_no),
    "quiet": Field(lambda w: quiet_text(w.quiet), parsed(parse_quiet)),
    "digest": Field(lambda w: digest_text(w.digest), parsed(parse_digest)),
    "crosspost": Field(lambda w: w.crosspost, yes_or_no),
    "occasions": Field(lambda w: w.occasions, yes_or_no),
    "identity": Field(lambda w: w.identity, yes_or_no),
    "sites": Field(lambda w: ", ".join(w.sites) or "all", parsed(parse_sites)),
}
"""Every field of a watch that a person sets, in the order in which a file shows them."""
NEEDED = ("name", "channel")
ALWAYS = ("id", *NEEDED, "include", "notices", "leads")
"""Written even where they are as usual: what a person will look for."""


# --- writing ------------------------------------------------------------------------------------------------------


def written(settings: Settings) -> str:
    """Write a server's settings. The same settings give the same text."""
    server = settings.server
    rows = ["# Settings of T-Minus. Change what you like and give it back with /import.", f"version = {VERSION}", ""]
    rows += ["[server]", f"zone = {quoted(server.zone)}", f"language = {quoted(server.language)}"]
    rows += [f"role = {quoted(str(server.role))}"] if server.role else []
    for watch in settings.watches:
        rows += ["", "[[watch]]"]
        for name, one in FIELDS.items():
            value = one.write(watch)
            if name in ALWAYS or value != one.write(BLANK):
                rows.append(f"{name} = {quoted(value)}")
    return "\n".join(rows) + "\n"


def quoted(value: object) -> str:
    """Write a value as TOML: its strings, lists and booleans are those of JSON, but for one character."""
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return text.encode("utf-8", "replace").decode("utf-8")


# --- reading ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Reader:
    """Reads one file, and notes every mistake."""

    language: str
    known: Known
    lines: Mapping[tuple[str, int, str], int]
    mistakes: list[Mistake] = field(default_factory=list[Mistake])

    def wrong(self, table: str, place: int, name: str, what: str) -> None:
        """Note a mistake where its field stands, else where its table begins."""
        line = self.lines.get((table, place, name)) or self.lines.get((table, place, ""), 0)
        where = f"{table} {place + 1}" if table == "watch" else table
        self.mistakes.append(Mistake(line, f"{where}: {name}" if name and where else where or name, what))

    def say(self, text: str, **values: object) -> str:
        """Say it in the reader's language."""
        return said(self.language, text, **values)

    def table(self, value: object, table: str, place: int, fields: Collection[str]) -> dict[str, object]:
        """Give a table of the file; name what no field is called."""
        if not isinstance(value, dict):
            self.wrong(table, place, "", self.say("has to be a table"))
            return {}
        found = cast("dict[str, object]", value)
        for name in found:
            if name not in fields:
                self.wrong(table, place, name[:LONGEST_NAME], self.say("is no field. There are: {names}", names=", ".join(fields)))
        return found

    def value(self, read: Read, found: Mapping[str, object], table: str, place: int, name: str) -> Any:
        """Read one field that is there; None where it is not, or wrong."""
        if name not in found:
            return None
        value = read(found[name], self.language)
        if isinstance(value, Wrong):
            self.wrong(table, place, name, value.sentence)
            return None
        return value

    def server(self, value: object, guild: GuildId) -> Server:
        """Read what holds for all watches."""
        found = self.table(value, "server", 0, ("zone", "language", "role"))
        zone = self.value(one_text(LONGEST_NAME), found, "server", 0, "zone")
        if zone and self.known.zones is not None and zone not in self.known.zones:
            self.wrong("server", 0, "zone", self.say("is no time zone. Write for instance “Europe/Berlin”"))
        role = self.value(number, found, "server", 0, "role")
        self.check_roles((role,) if role else (), 0, "role", "server")
        language = self.value(one_of(LANGUAGES), found, "server", 0, "language")
        return Server(guild=guild, zone=zone or "UTC", language=language or "en", role=RoleId(role) if role else None)

    def watch(self, value: object, place: int, guild: GuildId) -> Watch:
        """Read one watch."""
        found = self.table(value, "watch", place, FIELDS)
        read = {name: self.value(FIELDS[name].read, found, "watch", place, name) for name in FIELDS if name in found}
        for name in NEEDED:
            if name not in found:
                self.wrong("watch", place, name, self.say("is missing"))
        channel, kind = ChannelId(read.get("channel") or 0), read.get("place") or Place.CHANNEL
        self.check_channel(channel, kind, place)
        roles = read.get("roles") or ()
        self.check_roles(roles, place, "roles")
        if read.get("notices") == frozenset():
            self.wrong("watch", place, "notices", self.say("has to name at least one notice: a watch that sends nothing is none"))
        plain = {name: value for name, value in read.items() if value is not None and name not in {"channel", "place", "id"}}
        plain["roles"] = tuple(RoleId(role) for role in roles)
        return replace(BLANK, id=WatchId(read.get("id") or 0), target=Target(guild, channel, kind), **plain)

    def check_channel(self, channel: int, kind: Place, place: int) -> None:
        """Refuse a channel that this server does not have, or that is another kind of place."""
        if not channel or self.known.channels is None:
            return
        here = self.known.channels.get(channel)
        if here is None:
            self.wrong(
                "watch", place, "channel", self.say("is no channel of this server that takes posts. Put one of this server there")
            )
        elif here is not kind:
            self.wrong("watch", place, "channel", self.say('is a {kind}: write place = "{kind}"', kind=here.value))

    def check_roles(self, roles: Collection[int], place: int, name: str, table: str = "watch") -> None:
        """Refuse roles that this server does not have."""
        if self.known.roles is not None and any(role not in self.known.roles for role in roles):
            self.wrong(table, place, name, self.say("names a role that this server does not have, or everyone"))


def read_settings(raw: bytes, guild: GuildId, *, known: Known, most: int, language: str = "en") -> Settings | tuple[Mistake, ...]:
    """Read a file: what it says, or every mistake in it."""
    text = text_of(raw, language)
    if isinstance(text, Mistake):
        return (text,)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        at = re.search(r"at line (\d+)", str(trouble))
        return (
            Mistake(int(at[1]) if at else 0, "", said(language, "is no TOML here: a quote, a bracket or an equals sign is amiss")),
        )
    reader = Reader(language, known, lines_of(text))
    reader.table(found, "", 0, ("version", "server", "watch"))
    if found.get("version") != VERSION:
        reader.wrong("", 0, "version", reader.say("has to be {version}: this is what I can read", version=VERSION))
    server = reader.server(found.get("server", {}), guild)
    listed = found.get("watch", [])
    if not isinstance(listed, list):
        reader.wrong("watch", 0, "", reader.say("has to be written [[watch]], with two brackets"))
        listed = []
    rows = cast("list[object]", listed)
    if len(rows) > most:
        reader.wrong("watch", most, "", reader.say("is one more than the {most} watches that a server may have", most=most))
    watches = tuple(reader.watch(one, place, guild) for place, one in enumerate(rows[:most]))
    for place, one in enumerate(watches):
        if one.id and any(one.id == other.id for other in watches[:place]):
            reader.wrong("watch", place, "id", reader.say("stands twice; leave it out for a new watch"))
    return tuple(sorted(reader.mistakes, key=lambda mistake: mistake.line)) or Settings(server, watches)


def text_of(raw: bytes, language: str) -> str | Mistake:
    """Give the text of a file that is not too large."""
    if len(raw) > LARGEST:
        return Mistake(0, "", said(language, "is larger than {most} KB", most=LARGEST // 1024))
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Mistake(0, "", said(language, "is no UTF-8 text: save it as UTF-8"))


HEADER, KEY = re.compile(r"\s*(\[\[?)\s*(\w+)\s*\]\]?\s*(?:#.*)?$"), re.compile(r"\s*\"?(\w+)\"?\s*=")


def lines_of(text: str) -> dict[tuple[str, int, str], int]:
    """Find where each field stands: table, which of them, and field, to its line; a table itself has no field."""
    found: dict[tuple[str, int, str], int] = {}
    table, counts = "", dict[str, int]()
    for line, row in enumerate(text.split("\n"), 1):
        if header := HEADER.match(row):
            table = header[2]
            counts[table] = counts.get(table, -1) + 1
            found[table, counts[table], ""] = line
        elif key := KEY.match(row):
            found.setdefault((table, counts.get(table, 0), key[1]), line)
    return found
