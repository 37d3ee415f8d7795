"""Plays a scenario on the loopback Discord and the loopback feed: the clock is the caller's, the happenings are ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self, assert_never

from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.feeds import FeedSandbox
from bot.sandbox.options import CannotDo
from bot.sandbox.people import NoAnswer, Person, Reply
from bot.sandbox.permissions import Permission
from bot.sandbox.press import Story, page
from bot.sandbox.scenario import Act, Happening, Relief, Scenario, Server, Step, Trouble
from bot.sandbox.world import Channel, ChannelType, Guild, Role, User

PATIENCE_S = 15.0
"""discord.py waits five seconds before it identifies anew. Chosen, not measured: three times that."""
TYPES = {"text": ChannelType.TEXT, "announcement": ChannelType.ANNOUNCEMENT, "forum": ChannelType.FORUM}


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody's act came to: the bot's reply, or why there was none."""

    act: Act
    reply: Reply | None
    failure: str = ""


@dataclass(slots=True)
class _Place:
    """A server of the scenario, with its people and places by name."""

    guild: Guild
    channels: dict[str, Channel]
    roles: dict[str, Role]


class Sandbox:
    """A loopback Discord and a loopback feed, furnished for a scenario.

    `async with Sandbox(now, scenario) as box:` starts both. The caller moves its clock to `box.next_at()`, and awaits
    `box.apply(each)` for each of `box.due(now)`; in between the bot does what it does.
    """

    def __init__(self, now: Callable[[], datetime], scenario: Scenario) -> None:
        self.scenario = scenario
        self.discord = DiscordSandbox(now)
        self.feeds = FeedSandbox(now, scenario.facts())
        self.feeds.press = lambda path, channel, at: page(scenario.papers, scenario.stories, path, channel, at)
        self.answers: list[Answered] = []
        """What people's acts came to, in order."""
        self._ahead = list(scenario.happenings())
        self._people: dict[str, User] = {}
        self._places = {server.name: self._furnish(server) for server in scenario.servers}
        self._rules: dict[int, Fault] = {}

    async def __aenter__(self) -> Self:
        await self.discord.start()
        await self.feeds.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.discord.stop()
        await self.feeds.stop()

    # --- time ---

    def next_at(self) -> datetime | None:
        """When the next thing happens; None when nothing is left."""
        return self._ahead[0].at if self._ahead else None

    def due(self, now: datetime) -> tuple[Happening, ...]:
        """Take what has come due, in order: each is given out once."""
        count = sum(each.at <= now for each in self._ahead)
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return tuple(taken)

    async def apply(self, happening: Happening) -> None:
        """Make it happen. An act waits for the bot's answer; one that fails is kept in `answers`, not raised."""
        match happening:
            case Step():
                self.feeds.facts.change(happening.of, happening.set, happening.at, quiet=happening.quiet)
            case Story():
                pass  # its feed shows it by now
            case Act():
                self.answers.append(await self._act(happening))
            case Trouble():
                await self._begin(happening)
            case Relief():
                await self._end(happening.of)
            case _:
                assert_never(happening)

    # --- people ---

    def server(self, name: str) -> Guild:
        """A server by its name in the scenario."""
        return self._places[name].guild

    def channel(self, server: str, name: str) -> Channel:
        """A channel by its name in the scenario."""
        return self._places[server].channels[name]

    def person(self, name: str, server: str, channel: str) -> Person:
        """Somebody in a channel, by the names of the scenario."""
        return self.discord.member(self.server(server), self._people[name], self.channel(server, channel))

    def _furnish(self, server: Server) -> _Place:
        people = [self._person(member.name) for member in server.members]
        owner = next((user for user, member in zip(people, server.members, strict=True) if member.admin), people[0])
        guild = self.discord.add_guild(server.name, owner=owner)
        roles = {badge.name: self.discord.add_role(guild, badge.name, mentionable=badge.mentionable) for badge in server.roles}
        admin = self.discord.add_role(guild, "admin", permissions=Permission.ADMINISTRATOR)
        for user, member in zip(people, server.members, strict=True):
            held = [roles[name] for name in member.roles]
            self.discord.add_member(guild, user, *held, *([admin] if member.admin else []))
        rooms = {
            room.name: self.discord.add_channel(guild, room.name, type=TYPES[room.type], tags=room.tags) for room in server.channels
        }
        return _Place(guild, rooms, roles)

    def _person(self, name: str) -> User:
        if name not in self._people:
            self._people[name] = self.discord.add_user(name)
        return self._people[name]

    async def _act(self, act: Act) -> Answered:
        person = self.person(act.who, act.server, act.channel)
        try:
            if act.run:
                await self._see_it_online()
                given = {name: self._meant(act.server, value) for name, value in act.given.items()}
                return Answered(act, await person.slash(act.run, **given))
            if act.say:
                person.say(act.say)
            if act.delete:
                own = (each for each in reversed(person.channel.messages.values()) if each.author is self.discord.bot)
                message = next(own, None)
                if message is None:
                    return Answered(act, None, "there is nothing to delete")
                person.delete(message)
        except (NoAnswer, CannotDo) as error:
            return Answered(act, None, str(error))
        return Answered(act, None)

    async def _see_it_online(self) -> None:
        """A gateway that was cut comes back in real seconds, however fast the show runs: people wait for that."""
        if self.discord.gateway.identified:
            await self.discord.gateway.online(PATIENCE_S)

    def _meant(self, server: str, value: Any) -> Any:
        """What an option's value means: `#name` a channel, `@name` a role or a member, anything else itself."""
        place = self._places[server]
        if not isinstance(value, str):
            return value
        if value.startswith("#"):
            return place.channels[value[1:]]
        if value.startswith("@"):
            return place.roles[value[1:]] if value[1:] in place.roles else self._people[value[1:]]
        return value

    # --- trouble ---

    async def _begin(self, trouble: Trouble) -> None:
        box = self.discord if trouble.on == "discord" else self.feeds
        if trouble.down:
            await box.stop()
        if trouble.rule:
            self._rules[id(trouble)] = box.faults.add(Fault(**trouble.rule))
        gateway = self.discord.gateway
        match trouble.gateway:
            case "cut":
                await gateway.cut()
            case "reconnect":
                gateway.ask_to_reconnect()
            case "invalidate":
                gateway.invalidate()
            case "":
                pass

    async def _end(self, trouble: Trouble) -> None:
        box = self.discord if trouble.on == "discord" else self.feeds
        if trouble.down:
            await box.start()
        rule = self._rules.pop(id(trouble), None)
        if rule is not None:
            box.faults.remove(rule)
