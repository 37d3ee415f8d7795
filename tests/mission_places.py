"""Words and verbs of the mission logs about where things go: quiet hours, digests, forums, scheduled events, what gets lost.

watch    ... quiet=22:00-07:00/live,scrub digest=08:00 digest=mon@08:00! (quiet but for these; ! even when empty)
watch    ... #missions forum             (the channel is a forum: `title` and `close` must be listed too)
watch    ... events                      (scheduled events: `event` must be listed too) / ends NAME (somebody ends one)
zone     Europe/Berlin                   (where the server is)
leaves / joins                           (the bot is removed from the server, and is back)
loses    #news | @role                   (a channel or a role is deleted)
missed   @role @other                    (the process starts, and finds these roles alone; `missed nothing`: no server)
watch    ... crosspost                   (an announcement channel: `publish` must be listed too)
discord  refuses 50013 events            (scheduled events alone)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from bot.flow.keeping import Keeping, forget_servers
from bot.model import (
    Digest,
    GuildId,
    MessageId,
    Occasion,
    Outcome,
    Phase,
    Place,
    Post,
    Quiet,
    Refused,
    RoleId,
    Say,
    Sent,
    Server,
    Target,
    Unclear,
    Watch,
)
from bot.ports import Clock
from bot.rules.forum import named, same_post

GUILD = GuildId(1)
TOLD = frozenset({"post", "edit", "title", "close", "reopen", "publish", "event"})
"""Verbs of what must follow; the others say what the world does."""


def quiet(words: str) -> Quiet:
    """Read quiet hours: `22:00-07:00/live,scrub`."""
    hours, _, exempt = words.partition("/")
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    return Quiet(start=start, end=end, exempt=frozenset(Say(one) for one in exempt.split(",") if one))


def digest(words: str) -> Digest:
    """Read when a digest comes: `08:00`, `mon@08:00`, with ! even when it is empty."""
    day, _, hour = words.rstrip("!").rpartition("@")
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day) if day else None
    return Digest(at=time.fromisoformat(hour), weekday=weekday, when_empty=words.endswith("!"))


PLACE_WORDS: dict[str, Callable[[Watch, str], Watch]] = {
    "quiet": lambda w, v: replace(w, quiet=quiet(v)),
    "digest": lambda w, v: replace(w, digest=digest(v)),
    "forum": lambda w, _: replace(w, target=replace(w.target, place=Place.FORUM)),
    "crosspost": lambda w, _: replace(w, crosspost=True),
    "events": lambda w, _: replace(w, occasions=True),
}


def utc(at: int) -> str:
    """Write an instant as the logs do."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}Z"


def label_of(what: str) -> str:
    """Name a notice as the logs do."""
    kind, _, number = what.partition("-")
    if kind == "T":
        return what
    return number.upper() if kind == "outcome" else kind.upper()


def hush(post: Post) -> str:
    """Say that a post makes no sound."""
    return " (silent)" if post.silent else ""


@dataclass
class Standing:
    """The part of the played Discord that keeps what stands: the posts of forums, and how they are named and closed."""

    said: list[str] = field(init=False, default_factory=list)
    mood: str = field(init=False, default="back")
    refusals: dict[int, int] = field(init=False, default_factory=dict)
    topics: dict[MessageId, str] = field(init=False, default_factory=dict)
    renamed: dict[MessageId, list[datetime]] = field(init=False, default_factory=dict)
    closed: set[MessageId] = field(init=False, default_factory=set)
    published: dict[MessageId, datetime] = field(init=False, default_factory=dict)
    occasions: dict[MessageId, Occasion] = field(init=False, default_factory=dict)

    def now(self) -> datetime:
        """The present of the log."""
        raise NotImplementedError

    def told(self, verb: str, what: str, target: Target) -> None:
        """Write a line as the logs do."""
        raise NotImplementedError

    def refusal(self, message: MessageId | None) -> Outcome | None:
        """What Discord answers about what was deleted, or when it is in no mood; None when it does as it is told."""
        raise NotImplementedError

    def forum_post(self, message: MessageId | None, target: Target, post: Post) -> None:
        """Note a post that is opened, or opened again by a message in it."""
        if target.place is Place.FORUM and message is not None:
            if message not in self.topics:
                self.topics[message] = named(post)
                self.told("title", named(post), target)
            elif message in self.closed:
                self.closed.discard(message)
                self.told("reopen", self.topics[message], target)

    def opened(self, post: Post) -> MessageId | None:
        """Find a post by its name."""
        return next((message for message, name in self.topics.items() if same_post(name, named(post))), None)

    async def entitle(self, target: Target, post: MessageId, like: Post) -> Outcome:
        """Rename a post; a third time in ten minutes fails the log."""
        if (refused := self.refusal(post)) is not None:
            return refused
        if self.topics[post] != named(like):
            times = [*(at for at in self.renamed.get(post, ()) if self.now() - at < timedelta(minutes=10)), self.now()]
            assert len(times) <= 2, f"a third name in ten minutes: {named(like)}"
            self.topics[post], self.renamed[post] = named(like), times
            self.told("title", named(like), target)
        return Sent(post)

    async def hold(self, target: Target, occasion: Occasion, standing: MessageId | None, since: datetime | None = None) -> Outcome:
        """Make a scheduled event, or change one as Discord lets it be changed: forward, and to a start that lies ahead."""
        if (refused := self.refusal(standing)) is not None and self.mood != "drops":
            return refused
        if target.channel in self.refusals:
            return Refused(403, self.refusals[target.channel], "refused")
        if standing is None:
            known = next((message for message, one in self.occasions.items() if since and one.name == occasion.name), None)
            message = known or MessageId(9000 + len(self.occasions))
            if known is None:
                assert occasion.phase in {Phase.SCHEDULED, Phase.ACTIVE}
                assert occasion.start > self.now()
                self.occasions[message] = occasion
                self.told("event", told(occasion), target)
            return Unclear("connection lost") if self.mood == "drops" else Sent(message)
        before = self.occasions[standing]
        if before.phase in {Phase.COMPLETED, Phase.CANCELED}:
            return Refused(400, 180000, "it is over")
        assert (before.phase, occasion.phase) not in {(Phase.ACTIVE, Phase.SCHEDULED), (Phase.ACTIVE, Phase.CANCELED)}
        assert occasion.phase is not Phase.SCHEDULED or occasion.start == before.start or occasion.start > self.now()
        self.occasions[standing] = occasion
        self.told("event", told(occasion), target)
        return Sent(standing)

    async def publish(self, target: Target, message: MessageId) -> Outcome:
        """Spread a message; an eleventh in an hour fails the log."""
        if (refused := self.refusal(message)) is not None and self.mood != "drops":
            return refused
        if message not in self.published:
            recent = [at for at in self.published.values() if self.now() - at < timedelta(hours=1)]
            assert len(recent) < 10, "an eleventh in an hour"
            self.published[message] = self.now()
            self.told("publish", self.said[message - 1].split(" post ")[1].split(" #")[0], target)
        return Unclear("connection lost") if self.mood == "drops" else Sent(message)

    async def close(self, target: Target, post: MessageId) -> Outcome:
        """Close a post."""
        if (refused := self.refusal(post)) is None:
            self.closed.add(post)
            self.told("close", self.topics[post], target)
        return refused or Sent(post)


def told(occasion: Occasion) -> str:
    """Write a scheduled event as the logs do: its name, phase and start."""
    at = f" {occasion.start:%Y-%m-%d %H:%M}Z" if occasion.phase is Phase.SCHEDULED else ""
    return f"{occasion.name}, {occasion.phase.value}{at}"


@dataclass(frozen=True, slots=True)
class Places:
    """The part of a played log about what a server has and loses. `target`, `role`: those of a name."""

    standing: Standing
    keeping: Keeping
    clock: Clock
    target: Callable[[str], Target]
    role: Callable[[str], RoleId]

    async def do_zone(self, rest: str) -> None:
        """Say where the server is."""
        async with self.keeping.store.transaction() as tx:
            await tx.keep_server(replace(await tx.server(GUILD) or Server(guild=GUILD), zone=rest))

    async def do_leaves(self, _: str) -> None:
        """Remove the bot from the server."""
        await self.keeping.left(GUILD)

    async def do_joins(self, _: str) -> None:
        """Invite it again."""
        await self.keeping.joined(GUILD)

    async def do_loses(self, rest: str) -> None:
        """Delete a channel or a role."""
        if rest[0] == "#":
            await self.keeping.channel_gone(GUILD, self.target(rest[1:]).channel)
        else:
            await self.keeping.role_gone(GUILD, self.role(rest[1:]), rest[1:])

    async def do_missed(self, rest: str) -> None:
        """Start, and find out what happened while nobody listened."""
        roles = {self.role(word[1:]) for word in rest.split() if word[0] == "@"}
        held = {} if rest == "nothing" else {GUILD: roles}
        await self.keeping.compare(held, held.get)

    async def do_ends(self, rest: str) -> None:
        """End a scheduled event by hand, as a moderator does, or Discord when its end has come."""
        standing = self.standing
        for message, one in standing.occasions.items():
            if one.name == rest:
                standing.occasions[message] = replace(one, phase=Phase.COMPLETED)

    async def do_tidy(self, _: str) -> None:
        """Forget what nobody needs any more."""
        await forget_servers(self.keeping.store, self.clock.now())
