"""JSON and instants as they cross the wire, with typed accessors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeGuard

Json = dict[str, Any]
"""One JSON object; its values are checked where they are read."""


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is a JSON object; the keys of JSON are strings."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def as_object(value: object) -> Json:
    """The value if it is a JSON object, else an empty one."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return value if is_list(value) else []


def as_objects(value: object) -> list[Json]:
    """The JSON objects of an array, everything else left out."""
    return [one for one in as_list(value) if is_object(one)]


def as_text(value: Any) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_number(value: Any, default: int = 0) -> int:
    """The value if it is a whole number (a flag is none), else the default."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def as_id(value: Any) -> int | None:
    """A snowflake, written as digits or as a number; None when it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def ids(values: Iterable[int]) -> list[str]:
    """Snowflakes as Discord writes them: strings, sorted."""
    return [str(value) for value in sorted(values)]


def instant(at: datetime) -> str:
    """An instant as Discord writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_instant(text: Any) -> datetime | None:
    """An ISO 8601 instant; one without a zone is UTC; None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
