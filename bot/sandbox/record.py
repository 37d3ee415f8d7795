"""What happened on the loopback Discord, for whoever watches: every message, edit and deletion, and every request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, assert_never

from bot.sandbox.wire import Json, as_id, as_object
from bot.sandbox.world import Message, Pings

What = Literal["create", "edit", "delete", "ephemeral", "mirror"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that appeared in, changed in or left a channel, as it then was."""

    what: What
    at: datetime
    message: int
    channel: int
    guild: int | None
    author: str
    bot: bool
    content: str
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    attachments: tuple[str, ...]
    pings: Pings
    silent: bool
    nonce: str | int | None
    replies_to: int | None
    crossposted: bool
    asked_by: int | None
    """Whose command, click or modal it answers; None: nobody's."""

    @property
    def interaction(self) -> bool:
        """Whether it answers somebody's command, click or modal."""
        return self.asked_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One HTTP request and the status it got; status 0 is a connection that was dropped."""

    at: datetime
    method: str
    path: str
    route: str
    """The path's template, empty when there is no such route."""
    status: int
    code: int
    """Discord's error code, 0 when it is none."""
    throttled: str = ""
    """For a 429: user, shared or global."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """Something a person did: a command, a click, a message of their own."""

    at: datetime
    user: str
    guild: int | None
    channel: int
    text: str


Entry = Said | Asked | Acted


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer in full, for whoever holds them against the API description."""

    method: str
    path: str
    route: str
    query: tuple[tuple[str, str], ...]
    content_type: str
    body: Any
    """Decoded JSON (of a multipart form its payload_json), None when there is none."""
    files: tuple[str, ...]
    status: int
    answer: Any


class Log:
    """A growing record; `watch` is called with each entry as it happens."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.asked: list[Asked] = []
        self.acted: list[Acted] = []
        self.watch: list[Callable[[Entry], None]] = []

    def add(self, entry: Entry) -> None:
        """Write it down and show it to everybody who watches."""
        match entry:
            case Said():
                self.said.append(entry)
            case Asked():
                self.asked.append(entry)
            case Acted():
                self.acted.append(entry)
            case _:
                assert_never(entry)
        for watch in self.watch:
            watch(entry)

    @property
    def throttled(self) -> int:
        """How many 429s were caused."""
        return sum(entry.status == 429 for entry in self.asked)  # noqa: PLR2004 - the status of a throttled request

    @property
    def invalid(self) -> int:
        """How many answers count towards Discord's ban at 10,000 in ten minutes: 401, 403 and 429 that are not shared."""
        return sum(entry.status in {401, 403, 429} and entry.throttled != "shared" for entry in self.asked)


def said(what: What, message: Message, at: datetime) -> Said:
    """The entry for a message as it is now. Only a new message pings."""
    return Said(
        what=what,
        at=at,
        message=message.id,
        channel=message.channel,
        guild=message.guild,
        author=message.username or message.author.name,
        bot=message.author.bot,
        content=message.content,
        embeds=tuple(message.embeds),
        components=tuple(message.components),
        attachments=tuple(str(each["filename"]) for each in message.attachments),
        pings=message.pings if what in {"create", "mirror"} else Pings(),
        silent=message.silent,
        nonce=message.nonce,
        replies_to=message.replied,
        crossposted=bool(message.flags & 1 << 0),
        asked_by=as_id(as_object(as_object(message.interaction).get("user")).get("id")),
    )
