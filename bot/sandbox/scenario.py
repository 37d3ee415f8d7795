"""Scenario files: what flies, who watches, and what happens when. Read from config/scenarios/NAME.toml.

title = "Soyuz MS-19"                 # one line
start = 2021-09-14T00:00:00Z          # instants carry their zone
end = 2021-10-18T12:00:00Z
lasts_s = 75                          # a hint: real seconds the whole show should take

[agencies.rfsa]                       # facts.Agency; launches name it by its key
[pads.baikonur-31]                    # facts.Pad
[[launches]]                          # facts.Launch: as the feed knows it at `start`, or from `since` on
[[events]]                            # facts.Event

[[steps]]                             # the feed learns something
at = 2021-10-01T11:00:00Z
of = "ms-19"                          # a key
set = { status = "Go" }               # facts to replace
quiet = true                          # last_updated stays as it was (the real feed does that)
says = "Roscosmos confirms the time"  # for whoever watches the show

[papers.orbit-post]                   # press.Paper: a news site, or a channel (kind = "channel", channel = "UC…")
title = "Orbit Post"
url = "https://orbit-post.example"
[[stories]]                           # press.Story: an article, or a video; its paper's feed shows it from `at` on
at = 2021-10-04T14:00:00Z
by = "orbit-post"
title = "An actress is about to fly"

[[servers]]                           # a Discord server, there from `start`
name = "Orbit Café"
channels = [{ name = "launches", type = "announcement" }]
roles = [{ name = "crewed", mentionable = true }]
members = [{ name = "Vera", admin = true }, { name = "Tom", roles = ["crewed"] }]

[[acts]]                              # somebody does something
at = 2021-09-14T00:05:00Z
server = "Orbit Café"
channel = "launches"
who = "Vera"
run = "watch add"                     # a slash command; or say = "…", or delete = true (the bot's newest message here)
with = { what = "Soyuz", channel = "#launches", role = "@crewed" }    # "#" a channel, "@" a role or a member

[[faults]]                            # something fails for a while
at = 2021-09-20T06:00:00Z
until = 2021-09-20T09:00:00Z
on = "feed"                           # or "discord"
rule = { status = 503 }               # faults.Fault; or down = true (nothing listens), or gateway = "cut" (at `at`, once)
says = "Launch Library is down"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot.sandbox.facts import Agency, Event, Fact, Facts, Launch, Pad
from bot.sandbox.faults import Fault
from bot.sandbox.press import Paper, Story


class BadScenario(Exception):
    """The file cannot be played; its text says where and why."""


class Room(Fact, frozen=True, kw_only=True):
    """A channel of a server."""

    name: str
    type: Literal["text", "announcement", "forum"] = "text"
    tags: tuple[str, ...] = ()


class Badge(Fact, frozen=True, kw_only=True):
    """A role of a server."""

    name: str
    mentionable: bool = False


class Somebody(Fact, frozen=True, kw_only=True):
    """A member of a server. The first admin owns it."""

    name: str
    admin: bool = False
    roles: tuple[str, ...] = ()


class Server(Fact, frozen=True, kw_only=True):
    name: str
    channels: tuple[Room, ...]
    roles: tuple[Badge, ...] = ()
    members: tuple[Somebody, ...]


class Step(Fact, frozen=True, kw_only=True):
    """The feed learns something."""

    at: datetime
    of: str
    set: dict[str, Any]
    quiet: bool = False
    says: str = ""


class Act(Fact, frozen=True, kw_only=True):
    """Somebody does something."""

    at: datetime
    server: str
    channel: str
    who: str
    run: str = ""
    given: dict[str, Any] = msgspec.field(name="with", default_factory=dict[str, Any])
    say: str = ""
    delete: bool = False

    @property
    def says(self) -> str:
        """What it looks like."""
        return f"{self.who}: " + (f"/{self.run}" if self.run else self.say or "deletes the bot's newest message")


class Trouble(Fact, frozen=True, kw_only=True):
    """Something fails for a while."""

    at: datetime
    on: Literal["feed", "discord"]
    until: datetime | None = None
    rule: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    down: bool = False
    gateway: Literal["", "cut", "reconnect", "invalidate"] = ""
    says: str = ""


class Relief(Fact, frozen=True, kw_only=True):
    """A trouble is over. Not written in files: it follows from `until`."""

    at: datetime
    of: Trouble

    @property
    def says(self) -> str:
        """What it looks like."""
        return f"Over: {self.of.says}" if self.of.says else ""


Happening = Step | Story | Act | Trouble | Relief


class Scenario(Fact, frozen=True, kw_only=True):
    """A whole show."""

    title: str
    start: datetime
    end: datetime
    lasts_s: float = 75.0
    agencies: dict[str, Agency] = msgspec.field(default_factory=dict[str, Agency])
    pads: dict[str, Pad] = msgspec.field(default_factory=dict[str, Pad])
    launches: tuple[Launch, ...] = ()
    events: tuple[Event, ...] = ()
    servers: tuple[Server, ...] = ()
    steps: tuple[Step, ...] = ()
    acts: tuple[Act, ...] = ()
    faults: tuple[Trouble, ...] = ()
    papers: dict[str, Paper] = msgspec.field(default_factory=dict[str, Paper])
    stories: tuple[Story, ...] = ()

    def happenings(self) -> tuple[Happening, ...]:
        """Everything that happens, in order; at one instant troubles go first, then facts, then people."""
        told = [each for each in self.stories if each.at >= self.start]  # the feeds begin with older ones
        ends = [Relief(at=each.until, of=each) for each in self.faults if each.until is not None]
        return tuple(sorted(chain(self.faults, ends, self.steps, told, self.acts), key=lambda each: each.at))

    def facts(self) -> Facts:
        """The facts at the start, for the loopback feed."""
        return Facts(self.agencies, self.pads, self.launches, self.events)

    def instants(self) -> tuple[datetime, ...]:
        """When anything happens or is first listed: where a clock that jumps should stop. In order, each once."""
        listed = (each.since for each in chain(self.launches, self.events) if each.since is not None)
        return tuple(sorted({each.at for each in self.happenings()} | set(listed)))


def load(path: Path) -> Scenario:
    """Read a scenario file and look up every name in it. Raises: BadScenario, with every mistake that was found."""
    try:
        scenario = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Scenario)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadScenario(f"{path.name}: {error}") from error
    mistakes = [*_unknown_facts(scenario), *_unknown_papers(scenario), *_unknown_people(scenario), *_out_of_time(scenario)]
    if mistakes:
        raise BadScenario("\n".join(f"{path.name}: {each}" for each in mistakes))
    return scenario


def _unknown_facts(scenario: Scenario) -> Iterator[str]:
    facts = scenario.facts()
    for launch in scenario.launches:
        if launch.lsp not in facts.agencies or launch.pad not in facts.pads:
            yield f"launch {launch.key}: agency {launch.lsp} or pad {launch.pad} is not described"
    for event in scenario.events:
        if not facts.launches.keys() >= set(event.launches) or not facts.agencies.keys() >= set(event.agencies):
            yield f"event {event.key}: a launch or an agency is not described"
    for step in sorted(scenario.steps, key=lambda each: each.at):
        try:
            facts.change(step.of, step.set, step.at)
        except (KeyError, msgspec.ValidationError) as error:
            yield f"step at {step.at}: {error}"


def _unknown_papers(scenario: Scenario) -> Iterator[str]:
    for story in scenario.stories:
        if story.by not in scenario.papers:
            yield f"story at {story.at}: no paper {story.by}"
        elif bool(story.video) is not (scenario.papers[story.by].kind == "channel"):
            yield f"story at {story.at}: a channel shows videos, a site does not"


def _unknown_people(scenario: Scenario) -> Iterator[str]:
    servers = {server.name: server for server in scenario.servers}
    for act in scenario.acts:
        server = servers.get(act.server)
        if server is None or act.channel not in {room.name for room in server.channels}:
            yield f"act at {act.at}: no server {act.server} with a channel {act.channel}"
        elif act.who not in {member.name for member in server.members}:
            yield f"act at {act.at}: {act.who} is no member of {act.server}"


def _out_of_time(scenario: Scenario) -> Iterator[str]:
    for happening in scenario.happenings():
        if not scenario.start <= happening.at <= scenario.end:
            yield f"{happening.at} is outside of {scenario.start} to {scenario.end}"
    for trouble in scenario.faults:
        try:
            Fault(**trouble.rule)
        except TypeError as error:
            yield f"fault at {trouble.at}: {error}"
