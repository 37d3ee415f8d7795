"""Holds each request to the loopback Discord, and each answer, against Discord's own description of its API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from bot.sandbox.record import Exchange
from bot.sandbox.wire import Json, as_list, as_object, as_objects, as_text, is_object

DESCRIPTION = Path(__file__).parents[3] / "shared" / "discord-openapi.json"
STRICT, TOLERANT = "urn:discord:requests", "urn:discord:answers"
"""The description read for requests, where a key it does not know is wrong, and for answers, which may say more."""
MISTAKE: Json = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}
FLAGS = {"true": True, "false": False, "1": True, "0": False}
"""How flags are written in a query."""
MULTIPART = "multipart/form-data"

FORMATS = FormatChecker(formats=())
UNDESCRIBED: dict[str, dict[str, Json]] = {
    # discord.py always sends these, Discord has taken them for years, but its description leaves them out.
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandCreateRequest": {"nsfw": {"type": "boolean"}},
    "RichEmbed": {"flags": {"type": "integer"}},
    "CreateForumThreadRequest": {"type": {"type": "integer"}},
    "BaseCreateMessageCreateRequest": {"tts": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
}

UNDESCRIBED_QUERIES = frozenset({"use_nested_fields"})
"""The same of queries: discord.py sends it with each post of a forum."""


@FORMATS.checks("date-time")
def _is_instant(value: object) -> bool:
    try:
        return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("snowflake")
def _is_snowflake(value: object) -> bool:
    return not isinstance(value, str) or (value.isascii() and value.isdigit())


class _Validator(Protocol):
    """jsonschema's validator, as much of it as is used here."""

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        """Every mistake of a value."""
        ...


class ApiDescription:
    """Discord's OpenAPI document: which operation a request is, and what is wrong with it."""

    def __init__(self, document: Json) -> None:
        self._paths: Json = document["paths"]
        tolerant, strict = _unions(deepcopy(document)), _unions(document)
        for name, keys in UNDESCRIBED.items():
            strict["components"]["schemas"][name]["properties"] |= keys
        # The mistakes of a form carry a word where every other error carries a number.
        tolerant["components"]["schemas"]["InnerErrors"]["properties"]["_errors"]["items"] = MISTAKE
        # Ids travel as strings, but Discord reads numbers too, and discord.py writes some so.
        strict["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        _forbid_unknown(strict["components"]["schemas"])
        _forbid_unknown(strict["paths"])
        resources = {STRICT: strict, TOLERANT: tolerant}
        self._registry: Registry[Any] = Registry[Any]().with_contents(resources.items(), default_specification=DRAFT202012)
        # A literal path goes before one with a parameter: …/messages/@original before …/messages/{message_id}.
        self._templates = [(path, _pattern(path)) for path in sorted(self._paths, key=lambda each: each.count("{"))]
        self._validators: dict[str, _Validator] = {}

    def operation(self, method: str, path: str) -> tuple[str, Json] | None:
        """The template and operation of a request; None when the description has none."""
        for template, pattern in self._templates:
            operation = self._paths[template].get(method.lower())
            if pattern.fullmatch(path) and is_object(operation):
                return template, operation
        return None

    def mistakes_of_request(self, exchange: Exchange) -> Iterator[str]:
        """What a request does that the description does not know."""
        found = self.operation(exchange.method, exchange.path)
        if found is None:
            yield "no such operation"
            return
        template, operation = found
        place = f"/paths/{_escaped(template)}/{exchange.method.lower()}"
        yield from self._queries(template, exchange.method.lower(), exchange)
        bodies = as_object(as_object(operation.get("requestBody")).get("content"))
        if exchange.body is None:
            return
        if exchange.content_type not in bodies:
            yield f"a {exchange.content_type} body where the description has {sorted(bodies) or 'none'}"
            return
        # What travels in payload_json is described by the JSON body's schema; the files are the multipart form's own.
        known = "application/json" if exchange.content_type == MULTIPART else exchange.content_type
        yield from self._broken(STRICT, f"{place}/requestBody/content/{_escaped(known)}/schema", exchange.body)
        for name in exchange.files:
            if not re.fullmatch(r"files\[\d\]", name):
                yield f"a file called {name}"

    def mistakes_of_answer(self, exchange: Exchange) -> Iterator[str]:
        """What an answer says that the description does not. Faults (5xx, dropped connections) answer to nobody."""
        found = self.operation(exchange.method, exchange.path)
        if found is None or not 200 <= exchange.status < 500:
            return
        template, operation = found
        answers = as_object(operation.get("responses"))
        status = next((each for each in (str(exchange.status), f"{exchange.status // 100}XX") if each in answers), None)
        if status is None:
            yield f"status {exchange.status} where the description has {sorted(answers)}"
            return
        place = f"/paths/{_escaped(template)}/{exchange.method.lower()}/responses/{status}"
        if "$ref" in answers[status]:
            place = as_text(answers[status]["$ref"]).removeprefix("#")
        content = as_object(self._at(place).get("content"))
        if exchange.answer is None or not content:
            if content or exchange.answer is not None:
                yield f"a body where none is described, or none where one is: {exchange.status}"
            return
        yield from self._broken(TOLERANT, f"{place}/content/application~1json/schema", exchange.answer)

    def _at(self, pointer: str) -> Json:
        return as_object(self._registry.resolver().lookup(f"{TOLERANT}#{pointer}").contents)

    def _queries(self, template: str, method: str, exchange: Exchange) -> Iterator[str]:
        known: dict[str, str] = {}
        for place in (f"/paths/{_escaped(template)}", f"/paths/{_escaped(template)}/{method}"):
            for number, each in enumerate(as_objects(self._at(place).get("parameters"))):
                if each.get("in") == "query":
                    known[as_text(each["name"])] = f"{place}/parameters/{number}/schema"
        for name, text in exchange.query:
            if name in UNDESCRIBED_QUERIES:
                continue
            if name not in known:
                yield f"unknown query parameter {name}"
                continue
            values: list[Any] = [text, FLAGS.get(text, text), *([int(text)] if text.isdigit() else [])]
            if all(list(self._broken(TOLERANT, known[name], value)) for value in values):
                yield f"query parameter {name}={text}"

    def _broken(self, document: str, pointer: str, value: Any) -> Iterator[str]:
        key = f"{document}#{pointer}"
        if key not in self._validators:
            made = Draft202012Validator({"$ref": key}, registry=self._registry, format_checker=FORMATS)
            self._validators[key] = cast("_Validator", made)
        for error in self._validators[key].iter_errors(value):
            yield _told(error)


def _told(error: ValidationError) -> str:
    """The innermost reason of an error, with its path."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for each in error.context:
            branches.setdefault(each.schema_path[0], []).append(each)
        # Of a union, the branch that was meant is the one of the right type, else the one with the fewest mistakes.
        meant = min(branches.values(), key=lambda some: (any(each.validator in {"enum", "const"} for each in some), len(some)))
        error = meant[0]
    return f"{'/'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:300]}"


def _unions(document: Json) -> Json:
    """`oneOf` read as `anyOf`: Discord's unions overlap (an empty PATCH is every member's), and mean "one of these will do"."""

    def rewrite(node: object) -> None:
        if is_object(node):
            if isinstance(node.get("oneOf"), list):
                node["anyOf"] = node.pop("oneOf")
            for each in node.values():
                rewrite(each)
        else:
            for each in as_list(node):
                rewrite(each)

    rewrite(document)
    return document


def _forbid_unknown(node: object) -> None:
    """A key that an object's description does not list is a mistake."""
    if is_object(node):
        if is_object(node.get("properties")) and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for each in node.values():
            _forbid_unknown(each)
    else:
        for each in as_list(node):
            _forbid_unknown(each)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile(r"[^/]+".join(map(re.escape, parts)))


def _escaped(key: str) -> str:
    """A key as part of a JSON pointer inside a URI fragment."""
    return key.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("@", "%40")


@cache
def description_or_skip() -> ApiDescription:
    """Discord's description. Skips the test where the folder that holds it is absent."""
    if not DESCRIPTION.is_file():
        pytest.skip("the API description (../shared/discord-openapi.json) is not here")
    return ApiDescription(as_object(json.loads(DESCRIPTION.read_bytes())))


class Watchman:
    """Sees every exchange with the loopback Discord and keeps what the description does not allow."""

    def __init__(self, description: ApiDescription) -> None:
        self._description = description
        self.mistakes: list[str] = []
        self.seen = 0
        self.lenient = False
        """Whether requests may be wrong on purpose; answers never may."""

    def __call__(self, exchange: Exchange) -> None:
        self.seen += 1
        found: list[str] = list(self._description.mistakes_of_answer(exchange))
        if not self.lenient:
            found += self._description.mistakes_of_request(exchange)
        self.mistakes += [f"{exchange.method} {exchange.path} -> {exchange.status}: {each}" for each in found]
