"""Words and verbs of the mission logs about where things go: quiet hours, digests, forums, scheduled events, what gets lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from bot.flow.keeping import Keeping, forget_servers
from bot.model import Digest, GuildId, Post, Quiet, RoleId, Say, Server, Target
from bot.ports import Clock

GUILD = GuildId(1)


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


def hush(post: Post) -> str:
    """Say that a post makes no sound."""
    return " (silent)" if post.silent else ""


@dataclass(frozen=True, slots=True)
class Places:
    """The part of a played log about what a server has and loses. `target`, `role`: those of a name."""

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
        await self.keeping.compare({} if rest == "nothing" else {GUILD: roles})

    async def do_tidy(self, _: str) -> None:
        """Forget what nobody needs any more."""
        await forget_servers(self.keeping.store, self.clock.now())
