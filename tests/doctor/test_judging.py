"""What the doctor makes of what it sees: each trouble has a sentence, a way on, and the exit code that `run` would have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.doctor import judging
from bot.doctor.judging import Answered, Finding, Level, code_of
from bot.doctor.showing import as_text
from bot.redacting import Redactor, Secret
from bot.store.examining import Examined, Held

NOW = datetime(2021, 10, 5, 8, 55, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def worst(found: Iterable[Finding], name: str) -> Finding:
    """The worst that was found of one thing."""
    return max((one for one in found if one.name == name), key=lambda one: list(Level).index(one.level))


def held(**changed: Any) -> Held:
    usual = Held(owed=3, overdue=0, oldest=None, paused=0, dropped=(), heard=NOW - HOUR, alive=0, backed_up=NOW - DAY, asked=2)
    return Held(**{name: changed.get(name, getattr(usual, name)) for name in Held.__dataclass_fields__})


def seen(**changed: Any) -> Examined:
    known: dict[str, Any] = {
        "where": "sqlite:///x",
        "kind": "sqlite",
        "newest": "0006",
        "step": "0006",
        "size": 10**6,
        "free": 10**10,
    }
    return Examined(**(known | changed))


@pytest.mark.parametrize(
    ("changed", "level", "says"),
    [
        ({}, Level.WELL, "answers and can be written: step 0006, 1.0 MB"),
        ({"there": False}, Level.NOTE, "not there yet"),
        ({"step": None}, Level.NOTE, "empty"),
        ({"step": "0005"}, Level.WARNING, "step 0005 of 0006"),
        ({"step": "0007"}, Level.WRONG, "newer version"),
        ({"trouble": "connection refused"}, Level.WRONG, "connection refused"),
        ({"read_only": "attempt to write"}, Level.WRONG, "not written"),
        ({"damaged": "wrong # of entries"}, Level.WRONG, "damaged"),
    ],
)
def test_a_database_is_judged_by_what_was_seen(changed: dict[str, Any], level: Level, says: str) -> None:
    found = worst(judging.database(seen(**changed), NOW), "database")
    assert found.level is level
    assert says in found.says
    assert found.todo or level in {Level.WELL, Level.NOTE}


def test_a_disk_must_hold_the_database_once_more() -> None:
    assert worst(judging.database(seen(free=10**8), NOW), "disk").level is Level.WARNING
    assert worst(judging.database(seen(free=2 * 10**9, size=3 * 10**9), NOW), "disk").level is Level.WARNING
    assert "disk" not in {one.name for one in judging.database(seen(free=None), NOW)}


def test_what_waits_is_late_only_after_a_while() -> None:
    assert worst(judging.rows(held(overdue=2, oldest=NOW - MINUTE), NOW), "deliveries").level is Level.WELL
    late = worst(judging.rows(held(overdue=2, oldest=NOW - HOUR), NOW), "deliveries")
    assert (late.level, "the oldest for 60 minutes" in late.says) == (Level.WARNING, True)


def test_what_was_dropped_is_told_by_reason() -> None:
    planned = worst(judging.rows(held(dropped=(("superseded", 4),)), NOW), "dropped")
    late = worst(judging.rows(held(dropped=(("superseded", 4), ("too late", 1))), NOW), "dropped")
    assert (planned.level, late.level) == (Level.NOTE, Level.WARNING)
    assert late.says == "In the last day: 4 × superseded; 1 × too late."


def test_paused_targets_and_backups_are_notes() -> None:
    found = tuple(judging.rows(held(paused=2, backed_up=None), NOW))
    assert worst(found, "paused").level is worst(found, "backup").level is Level.NOTE
    assert worst(judging.rows(held(backed_up=NOW - 8 * DAY), NOW), "backup").says.endswith("8 days ago.")


@pytest.mark.parametrize(("runs", "level"), [(True, Level.WRONG), (False, Level.NOTE)])
def test_old_data_are_wrong_while_a_bot_runs(runs: bool, level: Level) -> None:
    assert judging.freshness(held(heard=NOW - 4 * HOUR), NOW, runs=runs).level is level
    assert judging.freshness(held(), NOW, runs=runs).level is Level.WELL
    assert judging.freshness(None, NOW, runs=runs).level is Level.NOTE


@pytest.mark.parametrize(("apart", "level"), [(4, Level.WELL), (-4, Level.WELL), (30, Level.WARNING), (-120, Level.WRONG)])
def test_a_clock_is_judged_by_another(apart: int, level: Level) -> None:
    assert judging.clock("Discord", NOW, NOW + timedelta(seconds=apart)).level is level


def test_the_way_of_a_clock_is_told() -> None:
    assert "120 s behind that of Discord" in judging.clock("Discord", NOW, NOW + 2 * MINUTE).says
    assert "120 s ahead of that of Discord" in judging.clock("Discord", NOW, NOW - 2 * MINUTE).says


ME = {"username": "T-Minus", "id": "1"}


@pytest.mark.parametrize(
    ("me", "name", "level", "code"),
    [
        (Answered(status=200, body=ME, took_s=0.1), "token", Level.WELL, 0),
        (Answered(status=200, body=ME, took_s=2.5), "discord", Level.WARNING, 0),
        (Answered(status=401, body={"message": "401: Unauthorized"}), "token", Level.WRONG, 3),
        (Answered(status=429, body={}), "discord", Level.WARNING, 0),
        (Answered(status=200, body="<html>"), "discord", Level.WRONG, 5),
        (Answered(status=503), "discord", Level.WRONG, 5),
        (Answered(trouble="cannot be reached"), "discord", Level.WRONG, 5),
    ],
)
def test_discord_is_judged_by_what_it_says_of_us(me: Answered, name: str, level: Level, code: int) -> None:
    found = tuple(judging.discord("https://discord.com/api/v10", me))
    assert worst(found, name).level is level
    assert code_of(found) == code


def test_intents_shards_and_starts() -> None:
    app = Answered(status=200, body={"flags": 1 << 15 | 1 << 18, "approximate_guild_count": 3000})
    gateway = Answered(status=200, body={"shards": 4, "session_start_limit": {"total": 1000, "remaining": 12}})
    found = tuple(judging.application(app, 2, gateway))
    assert worst(found, "intents").says == "Privileged intents are switched on: Server Members, Message Content."
    assert worst(found, "shards").level is worst(found, "starts").level is Level.WARNING
    assert worst(judging.application(app, None, gateway), "shards").level is Level.WELL
    assert tuple(judging.application(Answered(status=500), None, Answered(status=500))) == ()


THROTTLE = {"your_request_limit": 15, "limit_frequency_secs": 3600, "current_use": 4, "next_use_secs": 0, "ident": "192.0.2.1"}


@pytest.mark.parametrize(
    ("answer", "keyed", "level"),
    [
        (Answered(status=200, body=THROTTLE), False, Level.WELL),
        (Answered(status=200, body=THROTTLE | {"current_use": 15}), False, Level.WARNING),
        (Answered(status=200, body=THROTTLE), True, Level.WARNING),
        (Answered(status=401), True, Level.WRONG),
        (Answered(status=404), False, Level.NOTE),
        (Answered(status=200, body=[]), False, Level.NOTE),
        (Answered(status=503), False, Level.WRONG),
        (Answered(trouble="cannot be reached"), False, Level.WRONG),
    ],
)
def test_the_quota_is_judged_by_what_the_feed_allows(answer: Answered, keyed: bool, level: Level) -> None:
    configured = 210 if keyed else 15
    (found,) = judging.launch_library(answer, url="https://ll.example/2.3.0/", keyed=keyed, configured=configured, asked=4)
    assert found.level is level


def test_who_listens_on_the_port() -> None:
    well = {"signs": {"deliver": {"well": True, "says": "came round 2 s ago"}}}
    ill = {"signs": {"deliver": {"well": False, "says": "came round 90 s ago"}}}
    assert judging.port("127.0.0.1:80", Answered(status=200, body=well), "").level is Level.WELL
    assert judging.port("127.0.0.1:80", Answered(status=503, body=ill), "").says.endswith("deliver (came round 90 s ago).")
    assert judging.port("127.0.0.1:80", Answered(status=200, body=[]), "").level is Level.WRONG
    assert judging.port("127.0.0.1:80", Answered(), "Permission denied").level is Level.WRONG
    assert judging.port("127.0.0.1:80", Answered(), "").level is Level.NOTE


def test_processes_without_shards_beside_those_with() -> None:
    assert tuple(judging.processes(held(), sharded=False)) == ()
    assert [one.level for one in judging.processes(held(alive=2), sharded=False)] == [Level.WARNING]
    assert [one.level for one in judging.processes(held(alive=2), sharded=True)] == [Level.WELL]


def test_old_libraries_are_told() -> None:
    old = tuple(judging.versions("3.11.0", "3.34.1", "2.2.0", on_sqlite=True))
    assert [one.level for one in old] == [Level.WRONG, Level.WARNING, Level.WELL]
    assert [one.level for one in judging.versions("3.11.0", "3.34.1", "2.5.0", on_sqlite=False)] == [Level.WELL]


def test_the_first_trouble_that_run_would_end_with_gives_the_code() -> None:
    def wrong(*names: str) -> list[Finding]:
        return [Finding(name, Level.WRONG, "") for name in names]

    assert code_of(wrong("feed ll2", "database", "token")) == 3
    assert code_of(wrong("feed ll2", "database")) == 4
    assert code_of(wrong("feed ll2")) == 5
    assert code_of([Finding("token", Level.WARNING, "")]) == 0


def test_what_is_shown_holds_no_secret_and_no_line_of_a_server() -> None:
    told = Finding("discord", Level.WRONG, "answered\nWRONG  nothing s3cret-word", "Do\r\nthis.")
    shown = as_text("1", [told], Redactor([Secret("s3cret-word")]))
    assert "s3cret-word" not in shown
    assert len(shown.splitlines()) == 4
