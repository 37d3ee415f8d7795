"""What flies in a scenario: launches and events as facts with readable keys. Steps change them as time passes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

F = TypeVar("F", bound="Happening")


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A piece of a scenario file; a key it does not know is a mistake."""


class Agency(Fact, frozen=True, kw_only=True):
    name: str
    abbrev: str = ""
    kind: str = "Commercial"
    country: str = ""
    """ISO 3166-1 alpha-2."""


class Pad(Fact, frozen=True, kw_only=True):
    name: str
    site: str
    country: str
    latitude: float = 0.0
    longitude: float = 0.0
    zone: str = "Etc/UTC"


class Rocket(Fact, frozen=True, kw_only=True):
    name: str
    full_name: str = ""
    family: str = ""
    variant: str = ""


class Mission(Fact, frozen=True, kw_only=True):
    name: str
    kind: str = "Communications"
    about: str = ""
    orbit: str = ""
    orbit_abbrev: str = ""


class Seat(Fact, frozen=True, kw_only=True):
    """Somebody aboard."""

    name: str
    role: str = ""
    nationality: str = ""
    agency: str = ""


class Stream(Fact, frozen=True, kw_only=True):
    url: str
    title: str
    by: str = ""
    kind: str = "Official Webcast"
    language: str = "en"
    priority: int = 10
    live: bool = False
    starts: datetime | None = None
    ends: datetime | None = None


class Picture(Fact, frozen=True, kw_only=True):
    url: str
    credit: str = ""
    license: str = "Unknown"


class Word(Fact, frozen=True, kw_only=True):
    """A line that the feed's editors write about an event."""

    at: datetime
    says: str
    link: str = ""


class Moment(Fact, frozen=True, kw_only=True):
    """A line of the countdown, an ISO 8601 duration relative to T-0."""

    at: str
    name: str


class Happening(Fact, frozen=True, kw_only=True):
    """What launches and other events share. `key` names it in the scenario, `since` is when the feed first lists it."""

    key: str
    name: str
    since: datetime | None = None
    gone: bool = False
    """Deleted from the feed: its id answers 404."""
    precision: str = "Second"
    about: str = ""
    programs: tuple[str, ...] = ()
    crew: tuple[Seat, ...] = ()
    streams: tuple[Stream, ...] = ()
    webcast_live: bool = False
    words: tuple[Word, ...] = ()
    links: tuple[str, ...] = ()
    picture: Picture | None = None
    updated: datetime | None = None
    """The feed's last_updated; each step sets it unless it is `quiet`."""


class Launch(Happening, frozen=True, kw_only=True):
    id: str
    net: datetime
    lsp: str
    """Key of an agency."""
    rocket: Rocket
    mission: Mission
    pad: str
    """Key of a pad."""
    status: str = "TBD"
    window_start: datetime | None = None
    window_end: datetime | None = None
    spacecraft: str = ""
    destination: str = ""
    probability: int | None = None
    weather: str = ""
    failreason: str = ""
    designator: str = ""
    timeline: tuple[Moment, ...] = ()

    @property
    def instant(self) -> datetime:
        """The NET."""
        return self.net


class Event(Happening, frozen=True, kw_only=True):
    id: int
    kind: str
    date: datetime
    location: str = ""
    launches: tuple[str, ...] = ()
    """Keys of launches."""
    agencies: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()

    @property
    def instant(self) -> datetime:
        """When it happens."""
        return self.date


class Facts:
    """The facts as they are now. Replaced whole by each step, so that a page that is being written never changes."""

    def __init__(
        self, agencies: dict[str, Agency], pads: dict[str, Pad], launches: tuple[Launch, ...], events: tuple[Event, ...]
    ) -> None:
        self.agencies = agencies
        self.pads = pads
        self.launches = {each.key: each for each in launches}
        self.events = {each.key: each for each in events}

    def change(self, key: str, what: dict[str, Any], at: datetime, *, quiet: bool = False) -> None:
        """Change some facts of an event. Raises: KeyError for an unknown one, msgspec.ValidationError for an unknown fact."""
        if key in self.launches:
            self.launches[key] = changed(self.launches[key], what, None if quiet else at)
        else:
            self.events[key] = changed(self.events[key], what, None if quiet else at)


def changed(fact: F, what: dict[str, Any], at: datetime | None) -> F:
    """A fact with some parts replaced, updated at an instant (None: unnoticed)."""
    whole = msgspec.to_builtins(fact, builtin_types=(datetime,)) | what
    if at is not None:
        whole["updated"] = at
    return msgspec.convert(whole, type(fact))
