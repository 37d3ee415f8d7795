"""Config files and environment to frozen Settings: lists every mistake at once, then refuses to start."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar, cast, get_args, get_origin, get_type_hints
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.feed_settings import FORBID, Feeds, web_address
from bot.model import Facet
from bot.redacting import Redactor, Secret
from bot.rules.matching import Names, normalised
from bot.rules.sharing import Shards, parse_shards
from bot.sentry import dsn_of
from bot.toml import Layered, Mistake, shown

T = TypeVar("T")

BESIDE = Path(__file__).parent / "config"
SHIPPED = BESIDE if BESIDE.is_dir() else Path(__file__).parent.parent / "config"
"""The defaults: beside the code in an installed package, beside `bot` in a clone."""
DEFAULT, FEEDS, NAMES = FILES = ("default.toml", "feeds.toml", "names.toml")

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
DATABASES = ("sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+psycopg")
"""What a DATABASE_URL may begin with; store/engine.py names the drivers."""
DATABASE_URL = "sqlite:///tminus.sqlite3"
"""A file in the working directory."""
FEED_CHOICES = {"all": False, "launch-library": True}
"""What TMINUS_FEEDS may say, and whether that is Launch Library alone."""
DISCORD_API_URL = "https://discord.com/api/v10"

ELSEWHERE = {"token": "DISCORD_TOKEN", "database": "DATABASE_URL", "database_url": "DATABASE_URL", "api_url": "DISCORD_API_URL"}
"""Keys that people look for in the files, and the variable that they belong in."""

EVERYWHERE = "0.0.0.0"  # noqa: S104 -- a platform that sets PORT sends requests from outside
"""Where to listen when the platform says on which port."""
LAST_PORT = 65535

LONGEST_NAME = 80
"""Characters of one spelling. Chosen, not measured: longer than any agency's name."""
LONGEST_SHOWN = 60
"""Characters of a wrong value that a mistake repeats."""


class Misconfigured(Exception):
    """The configuration cannot be used. Its text lists every mistake, one a line, each with file and line or variable."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


# --- readers of one value -----------------------------------------------------------------------------------------


def _level(said: object) -> int:
    level = LEVELS.get(said.strip().lower()) if isinstance(said, str) else None
    if level is None:
        raise ValueError(f"must be one of {', '.join(LEVELS)}, is {_quoted(said)}")
    return level


def _snowflake(said: str) -> str:
    if not re.fullmatch(r"[0-9]{15,20}", said):
        raise ValueError(f'must be the id of a channel in quotes, as "1234567890123456789", is {_quoted(said)}')
    return said


def _format(said: str) -> str:
    if said not in {"text", "json"}:
        raise ValueError(f"must be text or json, is {_quoted(said)}")
    return said


def _port(said: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", said) or not 0 < int(said) <= LAST_PORT:
        raise ValueError(f"must be a port from 1 to {LAST_PORT}")
    return int(said)


def _maybe_url(said: str) -> str:
    return web_address(said) if said else ""


def _contact(said: str) -> str:
    if not re.fullmatch(r"[ -~]*", said):
        raise ValueError("goes into a header: write it in ASCII, without line breaks")
    return said


def _database_url(said: str) -> str:
    scheme, found, rest = said.partition("://")
    if not found or scheme not in DATABASES:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if not rest:
        raise ValueError("names no database: write sqlite:///path or postgresql://host/name")
    return said


def _only_launch_library(said: str) -> bool:
    if said.lower() not in FEED_CHOICES:
        raise ValueError(f"must be {' or '.join(FEED_CHOICES)}, is {_quoted(said)}")
    return FEED_CHOICES[said.lower()]


def _token(said: str) -> str:
    if said.lower().startswith(("bot ", "token ", "bearer ")):
        raise ValueError("must be the token alone: leave out the word before it")
    if not re.fullmatch(r"[!-~]+", said):
        raise ValueError("holds characters that no token has: copy it anew")
    return said


# --- what the files say -------------------------------------------------------------------------------------------

Whole = Annotated[int, Field(strict=True, ge=1)]
OneWord = Annotated[str, Field(strict=True, min_length=1, max_length=40)]
Span = Annotated[float, Field(strict=True, gt=0)]
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discord:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    rate_per_s: Annotated[float, Field(strict=True, gt=0, le=50)]
    concurrency: Annotated[Whole, Field(le=200)]
    send_timeout_s: Annotated[Span, Field(ge=1, le=120)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    lease_s: Annotated[Span, Field(le=120)]
    beat_s: Annotated[Span, Field(ge=1, le=300)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    without_key_per_hour: Whole
    with_key_per_hour: Whole
    contact: Annotated[str, Field(strict=True, max_length=200), AfterValidator(_contact)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    level: Annotated[int, BeforeValidator(_level)]
    format: Annotated[str, Field(strict=True), AfterValidator(_format)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    host: Annotated[str, Field(strict=True, min_length=1, max_length=253)]
    port: Annotated[int, Field(strict=True, ge=0, le=65535)]
    public_url: Annotated[str, Field(strict=True), AfterValidator(_maybe_url)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """config/default.toml."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    discord: Discord
    delivery: Delivery
    polling: Polling
    log: Log
    web: Web
    official: dict[OneWord, Annotated[str, AfterValidator(_snowflake)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that an operator may decide."""

    discord: Discord
    delivery: Delivery
    polling: Polling
    web: Web
    names: Names
    api_url: str
    """Discord's, without a slash at its end; client.py completes it."""
    token: Secret | None
    database_url: Secret
    """As it was written: it may hold a password."""
    launch_library_url: str
    launch_library_token: Secret | None
    feeds: Feeds
    """Every feed there is. Of `on` in it only bot/sources.py makes anything."""
    only_launch_library: bool
    """TMINUS_FEEDS: no other feed is asked, whatever the files say."""
    youtube_key: Secret | None
    sentry_dsn: Secret | None
    """Where bugs are reported; None: nowhere."""
    log_level: int
    log_json: bool
    shards: Shards | None
    """Those of this process; None: one process holds all."""
    official: Mapping[str, int]
    """The operator's own announcement channels by what they announce."""

    @property
    def requests_per_hour(self) -> int:
        """What Launch Library allows in any rolling hour."""
        return self.polling.with_key_per_hour if self.launch_library_token else self.polling.without_key_per_hour

    @property
    def redact(self) -> Redactor:
        """What takes the secrets of these settings out of text."""
        password = urlsplit(self.database_url.reveal()).password or ""
        keys = (self.token, self.launch_library_token, self.youtube_key, self.sentry_dsn)
        return Redactor((*keys, Secret(password), Secret(unquote(password))))


# --- reading ------------------------------------------------------------------------------------------------------


def load(environ: Mapping[str, str], *, needs_token: bool = True) -> Settings:
    """Read everything that is configured. Raises: Misconfigured, with every mistake there is."""
    mistakes: list[Mistake] = []

    def variable(name: str, reader: Callable[[str], T]) -> T | None:
        if not (said := environ.get(name, "").strip()):
            return None
        try:
            return reader(said)
        except ValueError as wrong:
            mistakes.append(Mistake(name, 0, str(wrong)))
            return None

    folder = variable("TMINUS_CONFIG", _folder)
    if folder:
        mistakes.extend(_strangers(folder))
    knobs = _shaped(_layered(DEFAULT, folder, mistakes), Knobs)
    feeds = _shaped(_layered(FEEDS, folder, mistakes), Feeds)
    names = _names(_layered(NAMES, folder, mistakes))
    token = variable("DISCORD_TOKEN", _secret)
    if needs_token and not environ.get("DISCORD_TOKEN", "").strip():
        mistakes.append(Mistake("DISCORD_TOKEN", 0, "is not set: copy the bot's token from discord.com/developers/applications"))
    api_url = variable("DISCORD_API_URL", web_address)
    database_url = variable("DATABASE_URL", _database_url)
    launch_library_url = variable("LAUNCH_LIBRARY_URL", web_address)
    launch_library_token = variable("LL2_TOKEN", _secret)
    only_launch_library = variable("TMINUS_FEEDS", _only_launch_library)
    youtube_key = variable("YOUTUBE_API_KEY", _secret)
    sentry_dsn = variable("SENTRY_DSN", dsn_of)
    log_level = variable("TMINUS_LOG", _level)
    log_format = variable("TMINUS_LOG_FORMAT", _format)
    port = variable("PORT", _port)
    shards = variable("TMINUS_SHARDS", parse_shards)
    if shards is not None and not (database_url or DATABASE_URL).startswith("postgres"):
        mistakes.append(Mistake("TMINUS_SHARDS", 0, "needs PostgreSQL, which several processes can share: set DATABASE_URL"))
    if mistakes or knobs is None or feeds is None:
        raise Misconfigured(mistakes)
    return Settings(
        discord=knobs.discord,
        delivery=knobs.delivery,
        polling=knobs.polling,
        web=knobs.web if port is None else replace(knobs.web, host=EVERYWHERE, port=port),
        names=names,
        api_url=api_url or DISCORD_API_URL,
        token=token,
        database_url=Secret(database_url or DATABASE_URL),
        launch_library_url=launch_library_url or feeds.launch_library.url,
        launch_library_token=launch_library_token,
        feeds=feeds,
        only_launch_library=only_launch_library or False,
        youtube_key=youtube_key,
        sentry_dsn=sentry_dsn,
        log_level=log_level or knobs.log.level,
        shards=shards,
        official={name: int(channel) for name, channel in knobs.official.items()},
        log_json=(log_format or knobs.log.format) == "json",
    )


def _folder(said: str) -> Path:
    folder = Path(said).expanduser()
    if not folder.is_dir():
        raise ValueError(f"{shown(folder)} is no folder: make it, or leave TMINUS_CONFIG unset")
    return folder


def _secret(said: str) -> Secret:
    return Secret(_token(said))


def _strangers(folder: Path) -> Iterator[Mistake]:
    """Files of a folder that look like configuration and are not read."""
    for file in sorted(folder.glob("*.toml")):
        if file.name not in FILES:
            yield Mistake(shown(file), 0, f"is not read{_meant(file.name, FILES)}")


def _layered(name: str, folder: Path | None, mistakes: list[Mistake]) -> Layered:
    layered = Layered(mistakes=mistakes)
    layered.lay(SHIPPED / name)
    if folder and (own := folder / name).exists():
        layered.lay(own)
    return layered


def _shaped(layered: Layered, shape: type[T]) -> T | None:
    """Check what files say against a shape; None when anything is wrong."""
    try:
        shaped = TypeAdapter(shape).validate_python(layered.values)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            path = tuple(str(part) for part in error["loc"] if part != "[key]")
            layered.mistake(path, f"{'.'.join(path)}: {_sentence(error, shape)}")
        return None
    if isinstance(shaped, Knobs) and shaped.delivery.lease_s < 2 * shaped.discord.send_timeout_s:
        least = 2 * shaped.discord.send_timeout_s
        layered.mistake(
            ("delivery", "lease_s"),
            f"delivery.lease_s: must be at least twice discord.send_timeout_s, {least:g}, is {shaped.delivery.lease_s:g}",
        )
    return shaped


def _names(layered: Layered) -> Names:
    """Every spelling, normalised, to all spellings of what it names. A spelling of two things stands for both."""
    found: dict[str, dict[str, None]] = {}
    for facet, groups in layered.values.items():
        if facet not in set(Facet) or not isinstance(groups, dict):
            layered.mistake((facet,), f"{facet}: is no facet{_meant(facet, Facet)}")
            continue
        for name, aliases in cast("dict[str, object]", groups).items():
            spellings = [name, *cast("list[object]", aliases)] if isinstance(aliases, list) else [aliases]
            wrong = [text for text in spellings if not (isinstance(text, str) and normalised(text) and len(text) <= LONGEST_NAME)]
            if wrong or len(spellings) == 1:
                layered.mistake(
                    (facet, name), f"{facet}.{name}: must be a list of other spellings, each at most {LONGEST_NAME} characters"
                )
                continue
            for text in cast("list[str]", spellings):
                found.setdefault(normalised(text), {}).update(dict.fromkeys(cast("list[str]", spellings)))
    return {spelling: tuple(group) for spelling, group in found.items()}


# --- how a mistake is said ----------------------------------------------------------------------------------------

SENTENCES = {
    "greater_than": "must be more than {gt:g}, is {given}",
    "greater_than_equal": "must be at least {ge:g}, is {given}",
    "less_than_equal": "must be at most {le:g}, is {given}",
    "int_type": "must be a whole number, is {given}",
    "float_type": "must be a number, is {given}",
    "bool_type": "must be true or false, is {given}",
    "dict_type": "must be a table, is {given}",
    "mapping_type": "must be a table, is {given}",
    "finite_number": "must be a number, is {given}",
    "string_type": "must be a text in quotes, is {given}",
    "string_too_long": "must be at most {max_length} characters",
    "dataclass_type": "must be a table, is {given}",
    "missing": "is missing",
    "value_error": "{error}",
}
"""What pydantic finds, in our words."""


def _sentence(error: ErrorDetails, shape: type) -> str:
    if error["type"] == "unexpected_keyword_argument":
        return (
            f"is no setting{_elsewhere(str(error['loc'][-1])) or _meant(str(error['loc'][-1]), _known(shape, error['loc'][:-1]))}"
        )
    sentence = SENTENCES.get(error["type"], error["msg"] + ", is {given}")
    return sentence.format(given=_quoted(error["input"]), **error.get("ctx", {}))


def _known(shape: type, path: tuple[int | str, ...]) -> tuple[str, ...]:
    """What may stand in a table."""
    steps = iter(path)
    for part in steps:
        shape = get_type_hints(shape)[str(part)]
        if get_origin(shape) is Mapping:  # a table of tables that have names of their own
            shape = get_args(shape)[1]
            next(steps, None)
    return tuple(one.name for one in fields(shape))


def _elsewhere(key: str) -> str:
    name = ELSEWHERE.get(key.lower())
    return f": it comes from the environment, as {name}" if name else ""


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word.lower(), known := tuple(known), 1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"


def _quoted(said: object) -> str:
    """A wrong value as it stands in the file, shortened, and hidden where it looks like a secret."""
    text = Redactor()(json.dumps(said, ensure_ascii=False, default=str))
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
