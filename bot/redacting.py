"""Secrets that hide themselves, and logs, errors and tracebacks that hide them again."""

from __future__ import annotations

import hmac
import json
import logging
import re
import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Never, TextIO
from urllib.parse import quote, quote_plus

from bot.busy import doing

HIDDEN = "[hidden]"

SHORTEST = 4
"""Characters. A shorter secret is not looked for: it would blank out words that say nothing."""

CHATTY = ("apscheduler", "alembic")
"""Libraries that tell every step they take; their steps are shown with the level `debug`."""

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every log record has."""

SHAPES = (
    # What Discord's tokens look like: id, time and signature, each base64 (https://discord.com/developers/docs/reference).
    (re.compile(r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), HIDDEN),
    # A webhook's or an interaction's address is a bearer secret: its id may be seen.
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\bauthorization\b\W{1,6}(?:bot|bearer|token|basic)\s+)[^\s\"',}]+"), rf"\1{HIDDEN}"),
)
"""Secrets that can be told by their looks, wherever they come from."""


class Secret:
    """A text that shows itself only to `reveal()`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> Never:
        raise TypeError("a secret is not written down")


JSON_OWN = frozenset({"at", "level", "logger", "message", "trace", "stack"})
"""What a line of JSON says of every record."""


class Redactor:
    """Takes secrets out of text: those it was given, in every spelling, and any that has the looks of one."""

    def __init__(self, secrets: Iterable[Secret | None] = ()) -> None:
        spelled = {form for secret in secrets if secret is not None for form in _spellings(secret.reveal())}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelled else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for shape, shown in SHAPES:
            text = shape.sub(shown, text)
        return text


def _spellings(text: str) -> set[str]:
    """How a secret may stand in a log: as it is, in an address, in JSON, in a repr."""
    forms = {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1]}
    return {form for form in forms if len(form) >= SHORTEST}


class Redacted(logging.Formatter):
    """Formats a record, its instant in UTC, and redacts all of it: arguments, exception and stack included."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self._redact = redact
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        cached, record.exc_text = record.exc_text, None
        try:
            return self._redact(super().format(record))
        finally:
            record.exc_text = cached

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        """Everything but the trace, on one line: a feed's text cannot write a line of its own."""
        return (super().formatMessage(record) + _extras(record)).replace("\r", "\\r").replace("\n", "\\n")


class Lines(Redacted):
    """The same as one JSON object a line, what a record was given under its own names."""

    def format(self, record: logging.LogRecord) -> str:
        given = {name: value for name, value in vars(record).items() if name not in OWN}
        line = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{f"{name}_" if name in JSON_OWN else name: value for name, value in given.items()},
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return self._redact(json.dumps(line, ensure_ascii=False, default=str))


def log_as(level: int, redact: Redactor, *, as_json: bool) -> None:
    """Log at another level, or in another form, from now on."""
    logging.getLogger().setLevel(level)
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Redacted):
            handler.setFormatter(Lines(redact) if as_json else Redacted(redact))


class Carrying(logging.Filter):
    """Gives each record the ids of what is being done while it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in doing().items():
            vars(record).setdefault(name, value)
        return True


def _extras(record: logging.LogRecord) -> str:
    """What a record was given beside its message, as `name=value`."""
    given = {name: value for name, value in vars(record).items() if name not in OWN}
    return "".join(f" {name}={value!s}" for name, value in given.items())


def log_to(stream: TextIO, level: int, redact: Redactor, *, as_json: bool = False) -> logging.Handler:
    """Log everything to one stream, redacted, uncaught exceptions too. Replaces what was set up before."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(Carrying())
    handler.setFormatter(Lines(redact) if as_json else Redacted(redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING) if level > logging.DEBUG else level)

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logging.getLogger("tminus").critical("This is a bug.", exc_info=(kind, error, trace))

    sys.excepthook = uncaught
    return handler
