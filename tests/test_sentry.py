"""Bugs in a Sentry: one arrives with what it is about; what a person wrote does not, nor any secret; unset, nothing is loaded."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import web

from bot.busy import busy
from bot.redacting import HIDDEN, Redactor, Secret, log_to
from bot.sentry import APART_S, PLACES, Reports, dsn_of, is_reconnecting, stripped
from bot.settings import Misconfigured, load

TOKEN = "tok-en.of.nobody"
KEY = "0123456789abcdef0123456789abcdef"
WRITTEN = "what a member typed"

FAILS = f"""
import logging, sys
from bot.busy import busy
from bot.redacting import log_to
from bot.sentry import report_to
from bot.settings import load
import os

settings = load(os.environ)
log_to(sys.stderr, settings.log_level, settings.redact)
report_to(settings.sentry_dsn, settings.redact, "1.2.3")
log = logging.getLogger("bot.schedule")

def fail(kind, text):
    local = settings.token.reveal()
    raise kind(text, local)

with busy({{"event": "ll2:launch:1", "target": "1:2", "try": 3}}):
    for kind in (ValueError, ValueError, TypeError):
        try:
            fail(kind, "{WRITTEN}" if kind is ValueError else "must be str at {TOKEN}")
        except Exception:
            log.exception("a beat failed: %s", "{WRITTEN}")
log.error("a post was refused by %s", "{WRITTEN}")
raise RuntimeError("nobody caught it, {TOKEN}")
"""
"""Bugs as the bot has them: twice the same, one whose words are Python's own, and one that nobody catches."""


@asynccontextmanager
async def sentry(heard: list[dict[str, Any]]) -> AsyncGenerator[str]:
    """A Sentry on the loopback interface; gives a DSN for it."""

    async def envelope(request: web.Request) -> web.Response:
        raw = await request.read()  # aiohttp has unpacked what was packed, as its header says
        whole = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        heard.append({"headers": dict(request.headers), "raw": whole.decode(), "path": request.path})
        return web.json_response({"id": "1"})

    app = web.Application()
    app.router.add_post("/{path:.*}", envelope)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://{KEY}@127.0.0.1:{runner.addresses[0][1]}/42"
    finally:
        await runner.cleanup()


def events(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events among what arrived: lines of JSON, a header before each."""
    found: list[dict[str, Any]] = []
    for envelope in heard:
        rows = [json.loads(row) for row in envelope["raw"].splitlines()[1:] if row]
        found += [body for head, body in zip(rows[::2], rows[1::2], strict=True) if head["type"] == "event"]
    return found


async def test_a_bug_arrives_and_what_a_person_wrote_does_not() -> None:
    heard: list[dict[str, Any]] = []
    async with sentry(heard) as dsn:
        environ = {**os.environ, "DISCORD_TOKEN": TOKEN, "SENTRY_DSN": dsn}
        failing = await asyncio.create_subprocess_exec(sys.executable, "-c", FAILS, env=environ, stderr=asyncio.subprocess.PIPE)
        _, said = await failing.communicate()
    assert failing.returncode == 1
    assert TOKEN.encode() not in said
    first, second, last = sorted(events(heard), key=lambda event: str(event["timestamp"]))
    tags = first["tags"]
    assert (tags["event"], tags["target"], tags["try"], tags["logger"]) == ("ll2:launch:1", "1:2", "3", "bot.schedule")
    assert tags["said"] == "a beat failed: %s"
    assert (first["exception"]["values"][0]["type"], first["exception"]["values"][0]["value"]) == ("ValueError", "")
    assert first["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "fail"
    assert second["exception"]["values"][0]["value"] == f"('must be str at {HIDDEN}', '{HIDDEN}')"
    assert (last["exception"]["values"][0]["type"], last["level"]) == ("RuntimeError", "error")
    assert all(event["release"] == "t-minus@1.2.3" for event in (first, second, last))
    raw = "".join(envelope["raw"] for envelope in heard)
    assert TOKEN not in raw
    assert WRITTEN not in raw
    assert {"vars", "server_name", "user", "breadcrumbs", "request", "modules"}.isdisjoint(keys(events(heard)))


def keys(value: object) -> set[str]:
    """Every name anywhere in a tree."""
    match value:
        case dict():
            inside = cast("dict[str, object]", value)
            return set(inside).union(*(keys(one) for one in inside.values()))
        case list():
            return set[str]().union(*(keys(one) for one in cast("list[object]", value)))
        case _:
            return set()


async def test_unset_nothing_of_it_is_loaded() -> None:
    code = "import sys, bot.__main__, bot.app; print([name for name in sys.modules if name.startswith('sentry')])"
    fresh = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await fresh.communicate()
    assert out.decode().strip() == "[]"


@pytest.mark.parametrize(
    "said", ["https://sentry.example", "key@sentry.example/1", f"https://{KEY}@sentry.example/name", "https://@x/1"]
)
def test_a_wrong_address_is_one_clear_sentence(said: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        load({"DISCORD_TOKEN": TOKEN, "SENTRY_DSN": said})
    assert str(wrong.value) == "SENTRY_DSN: must be the DSN that Sentry shows under Client Keys, as https://key@host/number"


@pytest.mark.parametrize("said", [f"https://{KEY}@o1.ingest.sentry.io/2", f"http://{KEY}:old@127.0.0.1:9000/glitch/3"])
def test_a_right_one_is_kept_and_hidden(said: str) -> None:
    settings = load({"DISCORD_TOKEN": TOKEN, "SENTRY_DSN": said})
    assert settings.sentry_dsn == Secret(said)
    assert KEY not in repr(settings)
    assert KEY not in settings.redact(f"cannot reach {said}")
    assert dsn_of(said).reveal() == said


def test_what_else_sentry_would_say_is_left_out() -> None:
    event = {
        "user": {"id": 1},
        "request": {"url": WRITTEN},
        "extra": {"sys.argv": [WRITTEN]},
        "logentry": {"params": [WRITTEN]},
        "tags": {"why": f"https://discord.com/api/webhooks/12/{'a' * 60}"},
        "exception": {"values": [{"type": "KeyError", "value": WRITTEN}]},
    }
    left = stripped(event, Redactor())
    assert WRITTEN not in json.dumps(left)
    assert left["tags"] == {"why": f"https://discord.com/api/webhooks/12/{HIDDEN}"}


def test_a_gateway_that_was_lost_is_no_bug() -> None:
    lost = logging.makeLogRecord({"name": "discord.client", "msg": "Attempting a reconnect in %.2fs"})
    bug = logging.makeLogRecord({"name": "discord.client", "msg": "Ignoring exception in %s"})
    assert is_reconnecting(lost)
    assert not is_reconnecting(bug)


def test_the_same_bug_is_sent_once_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1000.0
    monkeypatch.setattr("bot.sentry.time.monotonic", lambda: at)
    reports, told = Reports(), (ValueError, ValueError(), None)

    def is_fresh(message: str) -> bool:
        return reports._is_fresh(logging.LogRecord("x", logging.ERROR, __file__, 1, message, None, told))

    assert is_fresh("one")
    assert not is_fresh("one")
    assert is_fresh("another")
    at += APART_S
    assert is_fresh("one")
    for number in range(PLACES):
        assert is_fresh(f"of many, number {number}")
    assert len(reports._sent) <= PLACES


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger and the hook for uncaught exceptions, put back afterwards."""
    logger, hook = logging.getLogger(), sys.excepthook
    handlers, level = logger.handlers[:], logger.level
    logger.handlers = []
    yield logger
    for handler in logger.handlers:
        handler.close()
    logger.handlers, sys.excepthook = handlers, hook
    logger.setLevel(level)


def test_lines_carry_what_is_being_done_and_what_they_say_themselves_goes_before(root: logging.Logger) -> None:
    seen = io.StringIO()
    log_to(seen, logging.INFO, Redactor(), as_json=True)
    with busy({"event": "a", "try": 1}):
        root.warning("one")
        with busy({"event": "b"}):
            root.warning("two", extra={"try": 2})
    root.warning("three")
    found = [json.loads(line) for line in seen.getvalue().splitlines()]
    assert [(line.get("event"), line.get("try")) for line in found] == [("a", 1), ("b", 2), (None, None)]
