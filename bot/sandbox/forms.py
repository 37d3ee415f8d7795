"""Checks a request body field by field and words each mistake as Discord does, with its path."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import ApiError
from bot.sandbox.wire import Json, as_id, as_list, read_instant


class Form:
    """Collects the mistakes of one body; `done()` raises 50035 with all of them."""

    def __init__(self) -> None:
        self._errors: Json = {}

    def fail(self, path: str, code: str, message: str) -> None:
        """Note a mistake at a dotted path."""
        place = self._errors
        for part in path.split("."):
            place = place.setdefault(part, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def done(self) -> None:
        """Raises: ApiError 50035 when there was a mistake."""
        if self._errors:
            raise ApiError(50035, self._errors)

    def text(self, body: Json, key: str, path: str, *, most: int, least: int = 0, required: bool = False) -> str | None:
        """A string of bounded length; None when it is absent or null."""
        value = body.get(key)
        if value is None:
            if required:
                self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if not isinstance(value, str):
            self.fail(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if len(value) > most and not least:
            self.fail(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= len(value) <= most:
            self.fail(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif required and not value.strip():
            self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
        return value

    def number(self, body: Json, key: str, path: str, *, least: int = 0, most: int, required: bool = False) -> int | None:
        """A whole number within bounds; None when it is absent or null."""
        value = body.get(key)
        if value is None:
            if required:
                self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if value > most:
            self.fail(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        elif value < least:
            self.fail(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        return value

    def choice(self, body: Json, key: str, path: str, among: Collection[int], *, required: bool = False) -> int | None:
        """One of these numbers; None when it is absent or null."""
        value = body.get(key)
        if value is None:
            if required:
                self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value not in among:
            self.fail(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(str(each) for each in sorted(among))}}}.")
            return None
        return value

    def flag(self, body: Json, key: str, path: str) -> bool:
        """True or false; false when it is absent or null."""
        value = body.get(key)
        if value is not None and not isinstance(value, bool):
            self.fail(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return value is True

    def snowflake(self, body: Json, key: str, path: str, *, required: bool = False) -> int | None:
        """An id; None when it is absent or null."""
        value = body.get(key)
        if value is None:
            if required:
                self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        ident = as_id(value)
        if ident is None:
            self.fail(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return ident

    def items(self, body: Json, key: str, path: str, *, most: int, least: int = 0) -> list[Any]:
        """An array of bounded length; empty when it is absent or null."""
        value = body.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        found = as_list(body.get(key))
        if len(found) > most and not least:
            self.fail(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= len(found) <= most:
            self.fail(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return found

    def url(
        self, body: Json, key: str, path: str, *, schemes: Collection[str], most: int = 2048, required: bool = False
    ) -> str | None:
        """A well-formed URL with one of these schemes; None when it is absent or null."""
        value = self.text(body, key, path, most=most, required=required)
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme not in schemes:
            named = ", ".join(f"'{scheme}'" for scheme in schemes)
            self.fail(path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{parts.scheme}" must be one of ({named}).')
        elif not parts.netloc or any(sign.isspace() for sign in value):
            self.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return value

    def instant(self, body: Json, key: str, path: str, *, required: bool = False) -> datetime | None:
        """An ISO 8601 instant; None when it is absent or null."""
        value = body.get(key)
        if value is None:
            if required:
                self.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        at = read_instant(value)
        if at is None:
            self.fail(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
        return at


WEB = ("http", "https")
MEDIA = ("http", "https", "attachment")
LINK = ("http", "https", "discord")
