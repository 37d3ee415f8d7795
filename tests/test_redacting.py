"""What may never be seen: not in a log, an argument, an exception, a traceback, or a repr."""

from __future__ import annotations

import io
import json
import logging
import pickle
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from bot.redacting import HIDDEN, Redacted, Redactor, Secret, log_to

TOKEN = "tok/en with & odd signs"
LOOKS_LIKE_ONE = f"{'M' * 24}.{'G' * 6}.{'h' * 38}"


def fail() -> None:
    raise ValueError(TOKEN)


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


@pytest.mark.usefixtures("root")
def test_json_logs_are_one_redacted_object_a_line() -> None:
    stream = io.StringIO()
    log_to(stream, logging.INFO, Redactor([Secret(TOKEN)]), as_json=True)
    logging.getLogger("tminus").warning("a line\nand %s", TOKEN, extra={"key": "1:2/ll2/T-10m", "message_": TOKEN})
    try:
        fail()
    except ValueError:
        logging.getLogger("tminus").exception("failed")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert TOKEN not in stream.getvalue()
    assert (first["level"], first["logger"], first["key"], first["message_"]) == ("warning", "tminus", "1:2/ll2/T-10m", HIDDEN)
    assert first["message"].startswith("a line\nand")
    assert "ValueError" in second["trace"]
    assert first["at"].endswith("Z")


def test_a_secret_hides_itself() -> None:
    secret = Secret(TOKEN)
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r:>8}".strip(), " ".join(map(str, [secret]))} == {HIDDEN}
    assert TOKEN not in repr([secret])
    assert secret.reveal() == TOKEN


def test_a_secret_is_never_written_down() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TOKEN))
    with pytest.raises(TypeError):
        json.dumps({"token": Secret(TOKEN)})


def test_secrets_are_compared_by_what_they_say() -> None:
    assert Secret(TOKEN) == Secret(TOKEN)
    assert hash(Secret(TOKEN)) == hash(Secret(TOKEN))
    assert Secret(TOKEN) != Secret("another")
    assert Secret(TOKEN) != TOKEN


@pytest.mark.parametrize("spelled", [TOKEN, quote(TOKEN, safe=""), json.dumps({"token": TOKEN}), repr(TOKEN)])
def test_a_known_secret_is_hidden_however_it_is_spelled(spelled: str) -> None:
    assert HIDDEN in Redactor([Secret(TOKEN), None])(spelled)
    assert "odd" not in Redactor([Secret(TOKEN)])(spelled)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Authorization: Bot {LOOKS_LIKE_ONE}", "Authorization: Bot [hidden]"),
        ("{'Authorization': 'Token abcdef'}", "{'Authorization': 'Token [hidden]'}"),
        ("POST https://discord.com/api/webhooks/12/abc-def?wait=1", "POST https://discord.com/api/webhooks/12/[hidden]?wait=1"),
        ("/interactions/12/aW50/callback", "/interactions/12/[hidden]/callback"),
        ("postgresql://me:secret@db/tminus", "postgresql://me:[hidden]@db/tminus"),
        (f"token {LOOKS_LIKE_ONE}!", "token [hidden]!"),
        (
            "Soyuz 2.1a | Soyuz MS-19 at 08:55:02 https://example.org/a:b",
            "Soyuz 2.1a | Soyuz MS-19 at 08:55:02 https://example.org/a:b",
        ),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, left: str) -> None:
    assert Redactor()(text) == left


def test_a_very_short_secret_blanks_out_no_words() -> None:
    assert Redactor([Secret("a"), Secret("")])("a launch") == "a launch"


def test_a_log_hides_arguments_exceptions_and_stacks(root: logging.Logger) -> None:
    seen = io.StringIO()
    log_to(seen, logging.INFO, Redactor([Secret(TOKEN)]))
    try:
        fail()
    except ValueError:
        root.exception("with %s", TOKEN, stack_info=True)
    root.debug("too quiet")
    assert TOKEN not in seen.getvalue()
    assert "ValueError: [hidden]" in seen.getvalue()
    assert "too quiet" not in seen.getvalue()


def test_a_trace_another_handler_formatted_before_is_hidden_too() -> None:
    with pytest.raises(ValueError, match="odd") as raised:
        fail()
    told = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it", None, told)
    assert TOKEN in logging.Formatter().format(record)
    assert TOKEN not in Redacted(Redactor([Secret(TOKEN)])).format(record)


def test_a_log_line_is_in_utc() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "it", None, None)
    record.created = 1_633_424_102.0
    assert Redacted(Redactor()).format(record) == "2021-10-05T08:55:02Z INFO    x: it"


def test_a_log_line_says_what_it_is_about_and_stays_one_line(root: logging.Logger) -> None:
    seen = io.StringIO()
    log_to(seen, logging.INFO, Redactor([Secret(TOKEN)]))
    root.warning("the feed said %s", "rubbish\n2021-10-05T08:55:02Z INFO  tminus: all is well", extra={"why": f"{TOKEN}\r\n"})
    (line,) = seen.getvalue().splitlines()
    assert line.endswith(r"root: the feed said rubbish\n2021-10-05T08:55:02Z INFO  tminus: all is well why=[hidden]\r\n")


def test_a_failure_says_what_it_is_about_before_its_trace(root: logging.Logger) -> None:
    seen = io.StringIO()
    log_to(seen, logging.INFO, Redactor())
    try:
        fail()
    except ValueError:
        root.exception("it failed", extra={"event": "ll2:launch:1"})
    assert seen.getvalue().splitlines()[0].endswith("it failed event=ll2:launch:1")


def test_an_uncaught_exception_is_logged_hidden(root: logging.Logger) -> None:
    seen = io.StringIO()
    log_to(seen, logging.INFO, Redactor([Secret(TOKEN)]))
    assert root.handlers
    sys.excepthook(ValueError, ValueError(TOKEN), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen.getvalue().count("This is a bug.") == 1
    assert TOKEN not in seen.getvalue()
