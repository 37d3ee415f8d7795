"""The options of a command as Discord's client fills them in: by the registered definition, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import render
from bot.sandbox.permissions import inside
from bot.sandbox.realm import Command, Realm
from bot.sandbox.rest.commands import GROUP, SUBCOMMAND
from bot.sandbox.wire import Json, as_objects, as_text
from bot.sandbox.world import Channel, Guild, Role, User

TEXT, WHOLE, FLAG, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = 3, 4, 5, 6, 7, 8, 9, 10, 11


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of somebody's disk."""

    name: str
    content: bytes
    kind: str = "text/plain"


class CannotDo(Exception):
    """Discord's client would not let this person do that."""


@dataclass(slots=True)
class Given:
    """The options as they travel, the entities they name, and how they read."""

    options: list[Json] = field(default_factory=list[Json])
    resolved: Json = field(default_factory=dict[str, Any])
    shown: dict[str, str] = field(default_factory=dict[str, str])

    def resolve(self, kind: str, ident: int, entity: Json) -> str:
        """Note an entity that an option names; returns its id as it travels."""
        self.resolved.setdefault(kind, {})[str(ident)] = entity
        return str(ident)


def fill(
    realm: Realm, guild: Guild | None, command: Command, inner: list[str], values: dict[str, Any], *, typing: str = ""
) -> Given:
    """Fill in a command's options; `inner` names the subcommand, `typing` the option that is being typed. Raises: CannotDo."""
    spec, nest = command.spec, list[Json]()
    for name in inner:
        found = next((each for each in as_objects(spec.get("options")) if each["name"] == name), None)
        if found is None or found["type"] not in {SUBCOMMAND, GROUP}:
            raise CannotDo(f"/{command.name} has no subcommand {name}")
        spec = found
        nest.append({"type": found["type"], "name": name})
    known = {as_text(each["name"]): each for each in as_objects(spec.get("options"))}
    if any(each["type"] in {SUBCOMMAND, GROUP} for each in known.values()):
        raise CannotDo(f"/{command.name} needs a subcommand: {', '.join(known)}")
    strange = values.keys() - known.keys()
    missing = {name for name, each in known.items() if each.get("required") is True and name not in values}
    if strange or (missing and not typing):
        raise CannotDo(f"/{command.name}: unknown options {sorted(strange)}, missing options {sorted(missing)}")
    given = Given()
    leaves: list[Json] = []
    for name, value in values.items():
        leaf: Json = {"name": name, "type": known[name]["type"]}
        if name == typing:
            if known[name].get("autocomplete") is not True:
                raise CannotDo(f"/{command.name}: {name} does not autocomplete")
            leaf |= {"value": value, "focused": True}
        else:
            leaf["value"] = _value(realm, guild, given, known[name], value)
        given.shown[name] = _shown(value)
        leaves.append(leaf)
    for level in reversed(nest):
        level["options"] = leaves
        leaves = [level]
    given.options = leaves
    return given


def _shown(value: object) -> str:
    match value:
        case User() | Role():
            return f"@{value.name}"
        case Channel():
            return f"#{value.name}"
        case Attached():
            return value.name
        case _:
            return str(value)


def _value(realm: Realm, guild: Guild | None, given: Given, option: Json, value: Any) -> Any:
    take = _TAKE.get(option["type"])
    if take is None:
        raise CannotDo(f"{option['name']} is of a type that nobody can fill in")
    taken = take(realm, guild, given, option, value)
    if taken is None:
        raise CannotDo(f"{option['name']} does not take {value!r}")
    return taken


def _text(_realm: Realm, _guild: Guild | None, _given: Given, option: Json, value: Any) -> str | None:
    choices = {
        as_text(each[key]): as_text(each["value"]) for each in as_objects(option.get("choices")) for key in ("value", "name")
    }
    text = choices.get(str(value)) if choices else str(value)
    if text is None or not option.get("min_length", 0) <= len(text) <= option.get("max_length", 6000):
        return None
    return text


def _whole(_realm: Realm, _guild: Guild | None, _given: Given, option: Json, value: Any) -> float | int | None:
    choices = {each[key]: each["value"] for each in as_objects(option.get("choices")) for key in ("value", "name")}
    number = choices.get(value) if choices else value
    wanted = int if option["type"] == WHOLE else (int, float)
    if isinstance(number, bool) or not isinstance(number, wanted):
        return None
    least, most = option.get("min_value", number), option.get("max_value", number)
    return number if least <= number <= most else None


def _flag(_realm: Realm, _guild: Guild | None, _given: Given, _option: Json, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _user(_realm: Realm, guild: Guild | None, given: Given, _option: Json, value: Any) -> str | None:
    if not isinstance(value, User):
        return None
    member = guild.members.get(value.id) if guild else None
    if member is not None and guild is not None:
        partial = {key: each for key, each in render.member(member).items() if key not in {"user", "mute", "deaf"}}
        given.resolve("members", value.id, {**partial, "permissions": "0"})
    return given.resolve("users", value.id, render.user(value))


def _channel(_realm: Realm, guild: Guild | None, given: Given, option: Json, value: Any) -> str | None:
    kinds = option.get("channel_types")
    if not isinstance(value, Channel) or (kinds and int(value.type) not in kinds):
        return None
    granted = inside(guild, value, guild.owner) if guild and value.guild == guild.id else 0
    return given.resolve("channels", value.id, {**render.channel(value), "permissions": str(int(granted))})


def _role(_realm: Realm, _guild: Guild | None, given: Given, _option: Json, value: Any) -> str | None:
    return given.resolve("roles", value.id, render.role(value)) if isinstance(value, Role) else None


def _mentionable(realm: Realm, guild: Guild | None, given: Given, option: Json, value: Any) -> str | None:
    return _user(realm, guild, given, option, value) or _role(realm, guild, given, option, value)


def _file(realm: Realm, _guild: Guild | None, given: Given, _option: Json, value: Any) -> str | None:
    if not isinstance(value, Attached):
        return None
    ident = realm.new_id()
    path = f"attachments/ephemeral/{ident}/{value.name}"
    realm.files[path] = (value.kind, value.content)
    url = f"{realm.cdn}/{path}"
    entity: Json = {"id": str(ident), "filename": value.name, "size": len(value.content), "url": url, "proxy_url": url}
    return given.resolve("attachments", ident, {**entity, "content_type": value.kind, "ephemeral": True})


_TAKE: dict[int, Callable[[Realm, Guild | None, Given, Json, Any], Any]] = {
    TEXT: _text,
    WHOLE: _whole,
    NUMBER: _whole,
    FLAG: _flag,
    USER: _user,
    CHANNEL: _channel,
    ROLE: _role,
    MENTIONABLE: _mentionable,
    FILE: _file,
}
