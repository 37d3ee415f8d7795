"""Components, old and new: the limits Discord holds them to, and the ids it gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum

from bot.sandbox.forms import LINK, MEDIA, Form
from bot.sandbox.wire import Json, as_number, as_object, as_objects

V2 = 1 << 15
"""The message flag that asks for the new components."""
MOST_PARTS = 40
MOST_TEXT = 4000
MOST_ROWS = 5


class Part(IntEnum):
    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset({Part.STRING_SELECT, Part.USER_SELECT, Part.ROLE_SELECT, Part.MENTIONABLE_SELECT, Part.CHANNEL_SELECT})
_IN_ROW = SELECTS | {Part.BUTTON}
_IN_CONTAINER = frozenset({Part.ROW, Part.SECTION, Part.TEXT, Part.GALLERY, Part.FILE, Part.SEPARATOR})
_TOP = {False: frozenset({Part.ROW}), True: _IN_CONTAINER | {Part.CONTAINER}}
_IN_LABEL = SELECTS | {Part.TEXT_INPUT, Part.FILE_UPLOAD, Part.RADIO_GROUP, Part.CHECKBOX_GROUP, Part.CHECKBOX}
_LINK_STYLE, _PREMIUM_STYLE = 5, 6


def walk(parts: list[Json]) -> Iterator[Json]:
    """Every component, depth first: rows, their children, sections with their accessory, labels with what they hold."""
    for part in parts:
        yield part
        for key in ("accessory", "component"):
            if isinstance(part.get(key), dict):
                yield from walk([as_object(part[key])])
        yield from walk(as_objects(part.get("components")))


def texts(parts: list[Json]) -> list[str]:
    """The text that components show."""
    return [str(part.get("content", "")) for part in walk(parts) if part.get("type") == Part.TEXT]


def check(form: Form, parts: list[object], *, v2: bool) -> list[Json]:
    """The components as they will be stored, each with an id; mistakes go into the form."""
    stored = [dict(as_object(part)) for part in parts]
    if not v2 and len(stored) > MOST_ROWS:
        form.fail("components", "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {MOST_ROWS} in length.")
    _children(form, stored, "components", _TOP[v2])
    if v2:
        if sum(1 for _ in walk(stored)) > MOST_PARTS:
            form.fail("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"Cannot have more than {MOST_PARTS} components.")
        if sum(map(len, texts(stored))) > MOST_TEXT:
            form.fail(
                "components",
                "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                f"The total displayable text size exceeds the maximum size of {MOST_TEXT}.",
            )
    _unique(form, stored)
    return _numbered(stored)


def check_modal(form: Form, body: Json) -> None:
    """A modal: a title, a custom_id and one to five rows or labels."""
    form.text(body, "title", "data.title", most=45, least=1, required=True)
    form.text(body, "custom_id", "data.custom_id", most=100, least=1, required=True)
    rows = form.items(body, "components", "data.components", most=MOST_ROWS, least=1)
    for number, raw in enumerate(rows):
        row, path = as_object(raw), f"data.components.{number}"
        if row.get("type") == Part.ROW:
            _children(form, as_objects(row.get("components")), f"{path}.components", frozenset({Part.TEXT_INPUT}))
        elif row.get("type") == Part.LABEL:
            form.text(row, "label", f"{path}.label", most=45, least=1, required=True)
            form.text(row, "description", f"{path}.description", most=100)
            _children(form, [as_object(row.get("component"))], f"{path}.component", _IN_LABEL)
        elif row.get("type") != Part.TEXT:
            form.fail(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')


def _children(form: Form, parts: list[Json], path: str, allowed: frozenset[Part]) -> None:
    for number, part in enumerate(parts):
        at = f"{path}.{number}"
        kind = as_number(part.get("type"), -1)
        if kind not in allowed:
            among = ", ".join(str(int(each)) for each in sorted(allowed))
            form.fail(f"{at}.type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({among}).')
            continue
        form.number(part, "id", f"{at}.id", most=2**31 - 1)
        _CHECKS[Part(kind)](form, part, at)


def _row(form: Form, part: Json, path: str) -> None:
    inner = as_objects(part.get("components"))
    widest = 5
    width = sum(1 if each.get("type") == Part.BUTTON else widest for each in inner)
    if not inner:
        form.fail(f"{path}.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {widest} in length.")
    elif width > widest:
        form.fail(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
    _children(form, inner, f"{path}.components", _IN_ROW)


def _button(form: Form, part: Json, path: str) -> None:
    style = form.choice(part, "style", f"{path}.style", range(1, 7), required=True)
    form.text(part, "label", f"{path}.label", most=80)
    form.flag(part, "disabled", f"{path}.disabled")
    if style == _LINK_STYLE:
        form.url(part, "url", f"{path}.url", schemes=LINK, most=512, required=True)
        if part.get("custom_id") is not None:
            form.fail(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
    elif style != _PREMIUM_STYLE:
        form.text(part, "custom_id", f"{path}.custom_id", most=100, least=1, required=True)
        if part.get("url") is not None:
            form.fail(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
    if style != _PREMIUM_STYLE and not part.get("label") and part.get("emoji") is None:
        form.fail(path, "BUTTON_COMPONENT_INVALID_CONTENT", "A button must have a label or an emoji.")


def _select(form: Form, part: Json, path: str) -> None:
    form.text(part, "custom_id", f"{path}.custom_id", most=100, least=1, required=True)
    form.text(part, "placeholder", f"{path}.placeholder", most=150)
    least = form.number(part, "min_values", f"{path}.min_values", most=25)
    most = form.number(part, "max_values", f"{path}.max_values", least=1, most=25)
    if least is not None and most is not None and least > most:
        form.fail(path, "SELECT_COMPONENT_MIN_VALUES_EXCEEDS_MAX_VALUES", "min_values must not exceed max_values.")
    if part.get("type") != Part.STRING_SELECT:
        for place, one in enumerate(form.items(part, "default_values", f"{path}.default_values", most=25)):
            form.snowflake(as_object(one), "id", f"{path}.default_values.{place}.id", required=True)
        return
    seen: set[str] = set()
    options = form.items(part, "options", f"{path}.options", most=25, least=1)
    if part.get("options") is None:
        form.fail(f"{path}.options", "BASE_TYPE_REQUIRED", "This field is required")
    for number, raw in enumerate(options):
        option, at = as_object(raw), f"{path}.options.{number}"
        form.text(option, "label", f"{at}.label", most=100, least=1, required=True)
        value = form.text(option, "value", f"{at}.value", most=100, least=1, required=True)
        form.text(option, "description", f"{at}.description", most=100)
        if value in seen:
            form.fail(f"{at}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
        seen.add(value or "")


def _section(form: Form, part: Json, path: str) -> None:
    inner = form.items(part, "components", f"{path}.components", most=3, least=1)
    _children(form, [as_object(each) for each in inner], f"{path}.components", frozenset({Part.TEXT}))
    if not isinstance(part.get("accessory"), dict):
        form.fail(f"{path}.accessory", "BASE_TYPE_REQUIRED", "This field is required")
        return
    accessory = as_object(part["accessory"])
    kind = accessory.get("type")
    if kind not in {Part.BUTTON, Part.THUMBNAIL}:
        form.fail(f"{path}.accessory.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 11).')
        return
    _CHECKS[Part(kind)](form, accessory, f"{path}.accessory")


def _text(form: Form, part: Json, path: str) -> None:
    form.text(part, "content", f"{path}.content", most=MOST_TEXT, least=1, required=True)


def _thumbnail(form: Form, part: Json, path: str) -> None:
    form.url(as_object(part.get("media")), "url", f"{path}.media.url", schemes=MEDIA, required=True)
    form.text(part, "description", f"{path}.description", most=1024)


def _gallery(form: Form, part: Json, path: str) -> None:
    for number, raw in enumerate(form.items(part, "items", f"{path}.items", most=10, least=1)):
        _thumbnail(form, as_object(raw), f"{path}.items.{number}")


def _file(form: Form, part: Json, path: str) -> None:
    form.url(as_object(part.get("file")), "url", f"{path}.file.url", schemes=("attachment",), required=True)


def _separator(form: Form, part: Json, path: str) -> None:
    form.choice(part, "spacing", f"{path}.spacing", {1, 2})


def _container(form: Form, part: Json, path: str) -> None:
    form.number(part, "accent_color", f"{path}.accent_color", most=0xFFFFFF)
    inner = form.items(part, "components", f"{path}.components", most=MOST_PARTS, least=1)
    _children(form, [as_object(each) for each in inner], f"{path}.components", _IN_CONTAINER)


def _text_input(form: Form, part: Json, path: str) -> None:
    form.text(part, "custom_id", f"{path}.custom_id", most=100, least=1, required=True)
    form.choice(part, "style", f"{path}.style", {1, 2}, required=True)
    form.text(part, "label", f"{path}.label", most=45)
    form.text(part, "placeholder", f"{path}.placeholder", most=100)
    form.text(part, "value", f"{path}.value", most=4000)
    form.number(part, "min_length", f"{path}.min_length", most=4000)
    form.number(part, "max_length", f"{path}.max_length", least=1, most=4000)


def _named(form: Form, part: Json, path: str) -> None:
    form.text(part, "custom_id", f"{path}.custom_id", most=100, least=1, required=True)


_CHECKS: dict[Part, Callable[[Form, Json, str], None]] = {
    Part.ROW: _row,
    Part.BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    Part.SECTION: _section,
    Part.TEXT: _text,
    Part.THUMBNAIL: _thumbnail,
    Part.GALLERY: _gallery,
    Part.FILE: _file,
    Part.SEPARATOR: _separator,
    Part.CONTAINER: _container,
    Part.TEXT_INPUT: _text_input,
    Part.FILE_UPLOAD: _named,
    Part.RADIO_GROUP: _named,
    Part.CHECKBOX_GROUP: _named,
    Part.CHECKBOX: _named,
}


def _unique(form: Form, parts: list[Json]) -> None:
    seen: set[str] = set()
    for part in walk(parts):
        custom = part.get("custom_id")
        if isinstance(custom, str):
            if custom in seen:
                form.fail("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
            seen.add(custom)


_DEFAULTS: dict[int, Json] = {
    **{int(kind): {"min_values": 1, "max_values": 1} for kind in SELECTS},
    Part.THUMBNAIL: {"description": None, "spoiler": False},
    Part.SEPARATOR: {"spacing": 1, "divider": True},
    Part.CONTAINER: {"accent_color": None, "spoiler": False},
    Part.FILE: {"name": None, "size": None, "spoiler": False},
}
"""What Discord fills in where the request is silent."""


def _numbered(parts: list[Json]) -> list[Json]:
    """The same tree with the ids and defaults that Discord gives: ids count up in the order of appearance."""
    taken = {as_number(part.get("id")) for part in walk(parts)}
    free = iter(number for number in range(1, 10_000) if number not in taken)

    def media(raw: object) -> Json:
        url = str(as_object(raw).get("url", ""))
        return {"id": "0", "url": url, "proxy_url": url, "width": None, "height": None, "content_type": None}

    def filled(part: Json) -> Json:
        kind = as_number(part.get("type"))
        answer: Json = {key: value for key, value in part.items() if value is not None}
        answer = _DEFAULTS.get(kind, {}) | answer | {"id": as_number(part.get("id")) or next(free)}
        if isinstance(answer.get("emoji"), dict):
            answer["emoji"] = {key: value for key, value in as_object(answer["emoji"]).items() if value is not None}
        if answer.get("default_values"):
            answer["default_values"] = [{**one, "id": str(one["id"])} for one in as_objects(answer["default_values"])]
        for key in ("media", "file"):
            if key in answer:
                answer[key] = media(answer[key])
        if kind == Part.GALLERY:
            answer["items"] = [
                {"description": None, "spoiler": False, **each, "media": media(each.get("media"))}
                for each in as_objects(answer.get("items"))
            ]
        if isinstance(answer.get("accessory"), dict):
            answer["accessory"] = filled(as_object(answer["accessory"]))
        if "components" in answer:
            answer["components"] = [filled(each) for each in as_objects(answer["components"])]
        return answer

    return [filled(part) for part in parts]
