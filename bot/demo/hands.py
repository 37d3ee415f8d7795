"""What people do on the page, and what comes of it: every request is checked as a stranger's."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, assert_never

import msgspec

from bot.demo.board import message_of
from bot.sandbox.components import walk
from bot.sandbox.errors import ApiError
from bot.sandbox.options import CHANNEL, MENTIONABLE, ROLE, USER, Attached, CannotDo
from bot.sandbox.people import NoAnswer, Person, Reply
from bot.sandbox.play import Sandbox
from bot.sandbox.realm import Command
from bot.sandbox.rest.commands import CHAT, GROUP, SUBCOMMAND
from bot.sandbox.wire import Json, as_id, as_number, as_object, as_objects, as_text
from bot.sandbox.world import Channel, ChannelType, Message, Role, User

MOST_FORMS = 20
"""Modals that may be open at once."""
Ident = Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}$")]
Path = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^\S+( \S+){0,2}$")]
Word = Annotated[str, msgspec.Meta(max_length=100)]
Text = Annotated[str, msgspec.Meta(max_length=4000)]
Value = Text | bool | int | float | list[Word] | None
"""What a field of a form holds."""
AMONG = {USER: ("people",), CHANNEL: ("channels",), ROLE: ("roles",), MENTIONABLE: ("people", "roles")}
"""What options of these types are chosen from."""
TALK = {ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.DM}


class Picked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text file."""

    name: Word
    text: Annotated[str, msgspec.Meta(max_length=48_000)]


Given = Text | bool | int | float | Picked
"""What an option of a command holds: entities are named by their id."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Something that a page asks for. `number` comes back with the answer."""

    number: int


class Personal(Wish, frozen=True, kw_only=True):
    """Asked as somebody, somewhere."""

    who: Ident
    where: Ident


class Offered(Personal, frozen=True, kw_only=True, tag="commands"):
    """Which commands there are."""


class Slash(Personal, frozen=True, kw_only=True, tag="slash"):
    """Run a command."""

    path: Path
    options: dict[Word, Given] = {}


class Complete(Personal, frozen=True, kw_only=True, tag="complete"):
    """What the bot offers for an option that is being typed."""

    path: Path
    option: Word
    typed: Text
    options: dict[Word, Given] = {}


class Click(Personal, frozen=True, kw_only=True, tag="click"):
    """Press a button."""

    message: Ident
    button: Word


class Select(Personal, frozen=True, kw_only=True, tag="select"):
    """Choose in a menu."""

    message: Ident
    menu: Word
    chosen: Annotated[list[Word], msgspec.Meta(max_length=25)]


class Submit(Personal, frozen=True, kw_only=True, tag="submit"):
    """Send a modal's fields."""

    form: Ident
    fields: dict[Word, Value]


class Say(Personal, frozen=True, kw_only=True, tag="say"):
    """Write a message."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


Deed = Offered | Slash | Complete | Click | Select | Submit | Say


@dataclass
class Hands:
    """Does what is asked for, as the person who is named."""

    box: Sandbox
    forms: OrderedDict[int, Reply] = field(default_factory=OrderedDict[int, Reply])
    """The modals that are open, by interaction."""

    async def do(self, deed: Deed) -> Json:
        """Do it and give the answer: `refused` is a sentence for the person."""
        try:
            return await self.done(deed)
        except (CannotDo, NoAnswer) as why:
            return {"refused": str(why)}
        except ApiError as why:
            return {"refused": why.message}

    async def done(self, deed: Deed) -> Json:
        """Do it. Raises: CannotDo, NoAnswer, ApiError."""
        person, reply = self.person(deed), None
        match deed:
            case Offered():
                return {"commands": offered(person)}
            case Complete():
                given = meant(person, deed.path, deed.options)
                return {"choices": await person.complete(deed.path, deed.option, deed.typed, **given)}
            case Slash():
                reply = await person.slash(deed.path, **meant(person, deed.path, deed.options))
            case Click():
                reply = await person.click(self.message(person, deed.message), deed.button)
            case Select():
                reply = await person.select(self.message(person, deed.message), deed.menu, *deed.chosen)
            case Submit():
                reply = await self.submitted(person, deed)
            case Say():
                if person.channel.type not in TALK and not person.channel.thread:
                    raise CannotDo(f"nobody can write in #{person.channel.name} itself")
                person.say(deed.text)
            case _:
                assert_never(deed)
        return self.told(reply)

    async def submitted(self, person: Person, deed: Submit) -> Reply:
        """Send a modal that is open. Raises: CannotDo, NoAnswer."""
        opened = self.forms.get(int(deed.form))
        if opened is None or opened.modal is None or opened.asked.user is not person.user:
            raise CannotDo("this form is closed; press the button again")
        asked = {as_text(part.get("custom_id")) for part in walk(as_objects(opened.modal.get("components")))}
        return await person.submit(opened, **{name: value for name, value in deed.fields.items() if name in asked})

    def told(self, reply: Reply | None) -> Json:
        """What the page has to know of an answer: messages reach it by the channel, a modal does not."""
        if reply is None or reply.modal is None:
            return {}
        self.forms[reply.asked.id] = reply
        while len(self.forms) > MOST_FORMS:
            self.forms.popitem(last=False)
        return {"form": str(reply.asked.id), "modal": reply.modal}

    def person(self, deed: Personal) -> Person:
        """Who asks, where. Raises: CannotDo when there is no such person or place, or they are not there."""
        realm = self.box.discord
        user, channel = realm.users.get(int(deed.who)), realm.channels.get(int(deed.where))
        if user is None or user.bot or channel is None:
            raise CannotDo("there is no such person or no such channel any more")
        if channel.recipient is not None:
            if channel.recipient is not user:
                raise CannotDo(f"only {channel.recipient.name} is in this direct channel")
            return realm.direct(user)
        guild = realm.guild_of(channel)
        if guild is None or user.id not in guild.members:
            raise CannotDo(f"{user.name} is no member of this server")
        return realm.member(guild, user, channel)

    def message(self, person: Person, ident: str) -> Message:
        """The message that somebody touches. Raises: CannotDo when it is gone, or somebody else's alone."""
        found = message_of(self.box, person.channel, int(ident))
        if found is None:
            raise CannotDo("the message is no longer there")
        asker = as_id(as_object(as_object(found.interaction).get("user")).get("id"))
        if found.ephemeral and asker != person.user.id:
            raise CannotDo(f"only {self.box.discord.users[asker or 0].name} sees this message on Discord, and can use it")
        return found


def offered(person: Person) -> list[Json]:
    """The commands that somebody is offered, subcommands each by itself, by name."""
    shown = [
        leaf
        for command in person.commands()
        if (as_number(command.spec.get("type")) or CHAT) == CHAT
        for leaf in leaves(command.spec, command.name)
    ]
    return sorted(shown, key=lambda one: one["path"])


def leaves(spec: Json, path: str) -> list[Json]:
    """A command without subcommands, or each of them."""
    options = as_objects(spec.get("options"))
    if any(one["type"] in {SUBCOMMAND, GROUP} for one in options):
        return [leaf for one in options for leaf in leaves(one, f"{path} {one['name']}")]
    return [{"path": path, "description": as_text(spec.get("description")), "options": options}]


def meant(person: Person, path: str, options: dict[str, Given]) -> dict[str, Any]:
    """Turn what the page sends for options into what they mean: ids into people and places. Raises: CannotDo."""
    known = {as_text(one["name"]): one for one in options_of(person.commands(), path)}
    for name in options:
        if name not in known:
            raise CannotDo(f"/{path} has no option {name}")
    return {name: value_of(person, known[name], value) for name, value in options.items()}


def options_of(commands: list[Command], path: str) -> list[Json]:
    """The options of a command or subcommand; none for one that there is not."""
    for command in commands:
        for leaf in leaves(command.spec, command.name):
            if leaf["path"] == path:
                return as_objects(leaf["options"])
    return []


def value_of(person: Person, option: Json, value: Given) -> Any:
    """What one option's value means. Raises: CannotDo."""
    if isinstance(value, Picked):
        return Attached(value.name, value.text.encode())
    if option["type"] not in AMONG:
        return value
    ident, guild = as_id(value) or 0, person.guild
    here: dict[str, Mapping[int, User | Channel | Role]] = {
        "people": {one: member.user for one, member in guild.members.items()} if guild else {person.user.id: person.user},
        "channels": guild.channels if guild else {person.channel.id: person.channel},
        "roles": guild.roles if guild else {},
    }
    found = next((here[kind][ident] for kind in AMONG[option["type"]] if ident in here[kind]), None)
    if found is None:
        raise CannotDo(f"{option['name']}: choose one that is offered")
    return found
