"""Routes that register application commands, everywhere or in one guild."""

from __future__ import annotations

import re

from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.realm import Command, Realm
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.wire import Json, as_number, as_object, as_objects, as_text

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
_NAME = re.compile(r"[-_'\w]{1,32}")
MOST_OPTIONS = MOST_CHOICES = 25
MOST = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
"""How many commands of each type may be registered in one place."""
MOST_TEXT = 8000
"""Characters of one command: names, descriptions and values of it and everything inside."""


def _check(form: Form, spec: Json, path: str) -> None:
    kind = form.choice(spec, "type", f"{path}type", MOST) or CHAT
    if kind == CHAT:
        _check_name(form, spec, path)
        form.text(spec, "description", f"{path}description", most=100, least=1, required=True)
    else:
        form.text(spec, "name", f"{path}name", most=32, least=1, required=True)
    _check_options(form, spec, path)
    if _length(spec) > MOST_TEXT:
        form.fail(path.rstrip(".") or "_", "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_TEXT})")


def _check_name(form: Form, spec: Json, path: str) -> None:
    name = form.text(spec, "name", f"{path}name", most=32, least=1, required=True)
    if name is not None and (not _NAME.fullmatch(name) or name != name.lower()):
        form.fail(f"{path}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form: Form, spec: Json, path: str) -> None:
    seen: set[str] = set()
    optional = False
    for number, raw in enumerate(form.items(spec, "options", f"{path}options", most=MOST_OPTIONS)):
        option, at = as_object(raw), f"{path}options.{number}."
        kind = form.choice(option, "type", f"{at}type", range(1, 12), required=True)
        _check_name(form, option, at)
        form.text(option, "description", f"{at}description", most=100, least=1, required=True)
        if as_text(option.get("name")) in seen:
            form.fail(f"{at}name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        seen.add(as_text(option.get("name")))
        if kind not in {SUBCOMMAND, GROUP}:
            if form.flag(option, "required", f"{at}required") and optional:
                form.fail(
                    f"{at}required",
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Required options must be placed before non-required options",
                )
            optional = optional or option.get("required") is not True
        for place, choice in enumerate(form.items(option, "choices", f"{at}choices", most=MOST_CHOICES)):
            form.text(as_object(choice), "name", f"{at}choices.{place}.name", most=100, least=1, required=True)
        _check_options(form, option, at)


def _length(spec: Json) -> int:
    own = sum(len(as_text(spec.get(key))) for key in ("name", "description", "value"))
    return own + sum(_length(each) for key in ("options", "choices") for each in as_objects(spec.get(key)))


def _scope(call: Call) -> int | None:
    if call.ident("application_id") != call.realm.bot.id:
        raise ApiError(10002)
    return call.realm.guild(call.ident("guild_id")).id if "guild_id" in call.path else None


def _registered(realm: Realm, guild: int | None) -> list[Command]:
    return [command for command in realm.commands.values() if command.guild == guild]


def show(realm: Realm, command: Command) -> Json:
    """A command as Discord gives it back."""
    spec = command.spec
    permissions = spec.get("default_member_permissions")
    shown: Json = {
        "id": str(command.id),
        "application_id": str(realm.bot.id),
        "version": str(command.version),
        "type": as_number(spec.get("type")) or CHAT,
        "name": spec["name"],
        "name_localizations": spec.get("name_localizations"),
        "description": spec.get("description") or "",
        "description_localizations": spec.get("description_localizations"),
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": spec.get("nsfw") is True,
        "integration_types": spec.get("integration_types") or [0],
        "options": [_option(each) for each in as_objects(spec.get("options"))],
    }
    if command.guild is not None:
        return {**shown, "guild_id": str(command.guild)}
    return {**shown, "contexts": spec.get("contexts"), "dm_permission": spec.get("dm_permission") is not False}


def _option(option: Json) -> Json:
    shown: Json = {key: value for key, value in option.items() if value is not None}
    if "options" in shown:
        shown["options"] = [_option(each) for each in as_objects(shown["options"])]
    return shown


def _keep(realm: Realm, guild: int | None, spec: Json) -> Command:
    """Register a command; one of the same name and type keeps its id, and unchanged its version."""
    kind = as_number(spec.get("type")) or CHAT
    for old in _registered(realm, guild):
        if old.name == spec["name"] and (as_number(old.spec.get("type")) or CHAT) == kind:
            if old.spec != spec:
                old.spec, old.version = spec, realm.new_id()
            return old
    command = Command(id=realm.new_id(), version=realm.new_id(), guild=guild, spec=spec)
    realm.commands[command.id] = command
    return command


def _list(call: Call) -> Answer:
    return Answer(body=[show(call.realm, command) for command in _registered(call.realm, _scope(call))])


def _overwrite(call: Call) -> Answer:
    realm, guild = call.realm, _scope(call)
    specs = [as_object(each) for each in call.bodies]
    form = Form()
    seen: set[tuple[int, str]] = set()
    for number, spec in enumerate(specs):
        _check(form, spec, f"{number}.")
        key = (as_number(spec.get("type")) or CHAT, as_text(spec.get("name")))
        if key in seen:
            form.fail(f"{number}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(key)
    form.done()
    for kind, most in MOST.items():
        if sum(each == kind for each, _ in seen) > most:
            raise ApiError(30032)
    kept = [_keep(realm, guild, spec) for spec in specs]
    ids = {command.id for command in kept}
    realm.commands = {ident: one for ident, one in realm.commands.items() if one.guild != guild or ident in ids}
    return Answer(body=[show(realm, command) for command in kept])


def _create(call: Call) -> Answer:
    realm, guild = call.realm, _scope(call)
    form = Form()
    _check(form, call.body, "")
    form.done()
    before = len(realm.commands)
    command = _keep(realm, guild, call.body)
    return Answer(status=201 if len(realm.commands) > before else 200, body=show(realm, command))


def _found(call: Call) -> Command:
    guild = _scope(call)
    command = call.realm.commands.get(call.ident("command_id"))
    if command is None or command.guild != guild:
        raise ApiError(10063)
    return command


def _get(call: Call) -> Answer:
    return Answer(body=show(call.realm, _found(call)))


def _permissions(call: Call) -> Answer:
    """Who may use a command in one guild, beside its defaults; the application's own id stands for all of its commands."""
    realm, guild, command = call.realm, call.realm.guild(call.ident("guild_id")), call.ident("command_id")
    found = realm.overrides.get((guild.id, command))
    if call.ident("application_id") != realm.bot.id or found is None:
        raise ApiError(10066)
    about = {"id": str(command), "application_id": str(realm.bot.id), "guild_id": str(guild.id)}
    return Answer(body={**about, "permissions": found})


def _delete(call: Call) -> Answer:
    del call.realm.commands[_found(call).id]
    return DONE


_ALL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES = (
    Route("GET", _GUILD + "/{command_id}/permissions", _permissions),
    *(
        route
        for base in (_ALL, _GUILD)
        for route in (
            Route("GET", base, _list),
            Route("PUT", base, _overwrite),
            Route("POST", base, _create),
            Route("GET", base + "/{command_id}", _get),
            Route("DELETE", base + "/{command_id}", _delete),
        )
    ),
)
