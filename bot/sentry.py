"""Bugs to Sentry, where the operator names one: their trace and the ids they are about, and nothing that a person wrote."""

from __future__ import annotations

import atexit
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bot.redacting import Carrying, Redactor, Secret

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

TAGS = ("event", "target", "try", "key", "feed", "guild", "channel", "reference", "command", "beat")
"""What a log record may be about: ids, and words of ours."""
OURS = frozenset({"AttributeError", "ImportError", "IndexError", "NameError", "NotImplementedError", "RecursionError", "TypeError"})
"""What Python says itself when code is wrong. Any other exception may quote a person or a feed: its text stays in the log."""
APART_S = 600.0
"""Seconds in which the same bug is sent once. Chosen, not measured: a beat that fails is tried again every five seconds."""
PLACES = 1_000
"""Bugs that are remembered as sent; beyond that all are forgotten."""
DSN = re.compile(r"https?://\w+(?::\w+)?@[\w.-]+(?::[1-9][0-9]{0,4})?(?:/[\w-]+)*/[0-9]+", re.ASCII)
"""Where reports go: a key, a host, the number of a project."""
LEAVES_S = 2.0
"""How long the last reports may take to leave at the end: a platform kills ten seconds after SIGTERM."""


class Reports(logging.Handler):
    """Sends what is logged with an exception as an error: a beat, a command, a delivery that failed for a reason of ours."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.addFilter(Carrying())
        self._sent: dict[tuple[str, ...], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Send it, unless the same was sent a short time ago."""
        import sentry_sdk  # noqa: PLC0415 — half a second and some megabytes, for those who want it

        if not record.exc_info or record.exc_info[1] is None or is_reconnecting(record) or not self._is_fresh(record):
            return
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("logger", record.name)
            scope.set_tag("said", str(record.msg))  # not what stands in it: that may be anybody's
            for name in TAGS:
                if name in vars(record):
                    scope.set_tag(name, str(vars(record)[name]))
            scope.capture_exception(record.exc_info)

    def _is_fresh(self, record: logging.LogRecord) -> bool:
        """Whether the same place did not fail in the same way a short time ago."""
        kind, _, trace = record.exc_info or (None, None, None)
        where = ""
        while trace is not None:
            where, trace = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}", trace.tb_next
        bug, now = (record.name, str(record.msg), str(kind), where), time.monotonic()
        if now - self._sent.get(bug, -APART_S) < APART_S:
            return False
        if len(self._sent) >= PLACES:
            self._sent.clear()
        self._sent[bug] = now
        return True


def is_reconnecting(record: logging.LogRecord) -> bool:
    """Whether it only tells that the gateway was lost, which discord.py logs with a trace: the world's doing, and it goes on."""
    return record.name.startswith("discord.") and "reconnect" in str(record.msg)


def report_to(dsn: Secret, redact: Redactor, release: str) -> None:
    """Send every bug from now on. Nothing else of Sentry's is switched on: no tracing, no request, no variable, no breadcrumb."""
    import sentry_sdk  # noqa: PLC0415

    def before_send(event: Event, _: Hint) -> Event:
        return cast("Event", stripped(event, redact))

    sentry_sdk.init(
        dsn=dsn.reveal(),
        release=f"t-minus@{release}",
        before_send=before_send,
        default_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        server_name="",
        shutdown_timeout=LEAVES_S,
    )
    logging.getLogger().addHandler(Reports())
    atexit.register(sentry_sdk.flush, LEAVES_S)  # after an exception that nobody caught, too


def stripped(event: Mapping[str, Any], redact: Redactor) -> dict[str, Any]:
    """An event without what a person may have written, and without any secret."""
    left: dict[str, Any] = dict(event)
    for unasked in ("server_name", "modules", "breadcrumbs", "request", "user", "extra", "logentry"):
        left.pop(unasked, None)
    told = cast("dict[str, list[dict[str, Any]]]", left.get("exception") or {})
    for exception in told.get("values") or ():
        if exception.get("type") not in OURS:
            exception["value"] = ""
        exception.pop("mechanism", None)
    return cast("dict[str, Any]", _redacted(left, redact))


def _redacted(value: object, redact: Redactor) -> object:
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {str(name): _redacted(one, redact) for name, one in cast("Mapping[object, object]", value).items()}
        case list() | tuple():
            return [_redacted(one, redact) for one in cast("list[object]", value)]
        case _:
            return value


def dsn_of(said: str) -> Secret:
    """Read a SENTRY_DSN. Raises: ValueError, with what is wrong in a sentence."""
    if not DSN.fullmatch(said):
        raise ValueError("must be the DSN that Sentry shows under Client Keys, as https://key@host/number")
    return Secret(said)
