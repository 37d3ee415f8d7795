"""One request as a route sees it, its answer, and the row that ties a path to its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.limits import USUAL, Limits, Rate, Refusal
from bot.sandbox.messages import Upload
from bot.sandbox.realm import Realm
from bot.sandbox.wire import Json, is_list, is_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: object = None


DONE = Answer(status=204)


class Throttled(Exception):
    """A limit was exceeded: the bucket's, the global one, or one that no header shows."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"throttled for {refusal.retry_after:.1f} s")
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that passed authorization and limits."""

    realm: Realm
    limits: Limits
    path: Mapping[str, str]
    query: Mapping[str, str]
    raw: Any = None
    """The decoded body, None when there is none."""
    uploads: tuple[Upload, ...] = ()
    reason: str | None = None
    authorized: bool = True
    gateway_url: str = ""
    shards: int = 1

    @property
    def body(self) -> Json:
        """The body, which must be an object. Raises: ApiError 50035."""
        if not is_object(self.raw):
            raise ApiError(
                50035, {"_errors": [{"code": "MODEL_TYPE_CONVERT", "message": "Only dictionaries may be used in a ModelType"}]}
            )
        return self.raw

    @property
    def bodies(self) -> list[Any]:
        """The body, which must be an array. Raises: ApiError 50035."""
        if not is_list(self.raw):
            raise ApiError(
                50035, {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used in a ListType"}]}
            )
        return self.raw

    def ident(self, name: str) -> int:
        """An id of the path. Raises: ApiError 50035."""
        return self._snowflake(name, self.path[name])

    def asked_id(self, name: str) -> int | None:
        """An id of the query, None when it is not asked for. Raises: ApiError 50035."""
        return self._snowflake(name, self.query[name]) if name in self.query else None

    def asked_number(self, name: str, *, default: int, least: int, most: int) -> int:
        """A whole number of the query. Raises: ApiError 50035."""
        form = Form()
        text = self.query.get(name, str(default))
        value: Json = {name: int(text) if text.isascii() and text.isdigit() else text}
        number = form.number(value, name, name, least=least, most=most)
        form.done()
        return default if number is None else number

    def asked_flag(self, name: str) -> bool:
        """A flag of the query."""
        return self.query.get(name, "").lower() in {"true", "1"}

    def _snowflake(self, name: str, text: str) -> int:
        if text.isascii() and text.isdigit():
            return int(text)
        form = Form()
        form.fail(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        form.done()
        raise AssertionError(name)


@dataclass(frozen=True, slots=True)
class Route:
    """A row of a route table. `who`: whose global limit counts: the bot's token, the address (webhooks), or nobody's."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    rate: Rate = USUAL
    who: Literal["bot", "address", "nobody"] = "bot"
    needs_token: bool = True
    major: str = field(default="", kw_only=True)
    """The path's name that has a bucket of its own, found in the path when empty."""
