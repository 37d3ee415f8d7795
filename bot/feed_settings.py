"""What config/feeds.toml may say: which feeds there are, where they are, and how a club's JSON is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from bot.model import Precision, Status

FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
"""Names of feeds become parts of ids and keys."""
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
PATH = re.compile(r"[^.\s]{1,60}(?:\.[^.\s]{1,60}){0,7}")


def web_address(said: str) -> str:
    """Check an address of a service, and give it without a slash at its end. Raises: ValueError, which repeats nothing of it."""
    said = page_address(said)
    if urlsplit(said).query:
        raise ValueError("must end with its path: no name, password, ? or # in it")
    return said.rstrip("/")


def page_address(said: str) -> str:
    """Check the address of a page, which may have a query. Raises: ValueError, which never repeats what may hold a password."""
    try:
        parts = urlsplit(said)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no address: write it like https://example.org/path") from None
    if parts.scheme not in {"http", "https"} or not host or not re.fullmatch(r"[!-~]+", said):
        raise ValueError("is no address: write it like https://example.org/path")
    if parts.username is not None or parts.fragment:
        raise ValueError("must end with its path: no name, password, ? or # in it")
    return said


def _name(said: str) -> str:
    if not NAME.fullmatch(said):
        raise ValueError("is no name for a feed: write a to z, 0 to 9 and -, at most 20, a letter first")
    return said


def _channel(said: str) -> str:
    if not CHANNEL.fullmatch(said):
        raise ValueError("is no channel id: it begins with UC and has 24 characters")
    return said


def _path(said: str) -> str:
    if said and not PATH.fullmatch(said):
        raise ValueError("is no path: write keys with dots between them, like launch.times.t0")
    return said


def _needed(said: str) -> str:
    if not said:
        raise ValueError("must say something: without it a launch can't be told from another")
    return _path(said)


def _precision(said: object) -> Precision:
    known = {one.name.lower().replace("_", " "): one for one in Precision}
    if not isinstance(said, str) or (found := known.get(said.strip().lower())) is None:
        raise ValueError(f"must be one of {', '.join(known)}")
    return found


def _status(said: object) -> Status:
    known = {one.value: one for one in Status if one is not Status.NONE}
    if not isinstance(said, str) or (found := known.get(said.strip().lower())) is None:
        raise ValueError(f"must be one of {', '.join(known)}")
    return found


Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True, max_length=80)]
Service = Annotated[str, Field(strict=True, max_length=500), AfterValidator(web_address)]
Address = Annotated[str, Field(strict=True, max_length=500), AfterValidator(page_address)]
PerHour = Annotated[int, Field(strict=True, ge=1, le=120)]
Path = Annotated[str, Field(strict=True, max_length=500), AfterValidator(_path)]
Needed = Annotated[str, Field(strict=True, max_length=500), AfterValidator(_needed)]
Name = Annotated[str, AfterValidator(_name)]
PrecisionWord = Annotated[Precision, BeforeValidator(_precision)]
StatusWord = Annotated[Status, BeforeValidator(_status)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchLibrary:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    url: Service


@dataclass(frozen=True, slots=True, kw_only=True)
class RocketLaunchLive:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    on: Flag
    url: Service
    per_hour: PerHour


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapi:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    on: Flag
    url: Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Youtube:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    on: Flag
    url: Service
    api_url: Service
    api_units_per_day: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RssFeed:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    url: Address
    site: Text = ""
    official: Flag = False
    on: Flag = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    channel: Annotated[str, Field(strict=True), AfterValidator(_channel)]
    site: Text = ""
    official: Flag = False
    on: Flag = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    url: Address
    per_hour: PerHour = 4
    on: Flag = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Where a launch of a club's JSON keeps what: paths of keys with dots between them; empty: it does not say."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    id: Needed
    name: Needed
    net: Needed
    precision: Path = ""
    status: Path = ""
    stream: Path = ""
    pad: Path = ""
    site: Path = ""
    rocket: Path = ""
    lsp: Path = ""
    mission: Path = ""
    link: Path = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    url: Address
    fields: Fields
    list: Path = ""
    precision: PrecisionWord = Precision.MINUTE
    """How well an instant is known whose launch does not say."""
    precisions: Mapping[str, PrecisionWord] = field(default_factory=dict[str, Precision])
    statuses: Mapping[str, StatusWord] = field(default_factory=dict[str, Status])
    complete: Flag = False
    per_hour: PerHour = 4
    on: Flag = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """config/feeds.toml."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    launch_library: LaunchLibrary
    rocketlaunch_live: RocketLaunchLive
    snapi: Snapi
    youtube: Youtube
    rss: Mapping[Name, RssFeed] = field(default_factory=dict[str, RssFeed])
    channels: Mapping[Name, Channel] = field(default_factory=dict[str, Channel])
    calendars: Mapping[Name, Calendar] = field(default_factory=dict[str, Calendar])
    json: Mapping[Name, JsonFeed] = field(default_factory=dict[str, JsonFeed])
