"""Configuration: read, laid over the defaults, and every mistake told at once, where it stands."""

from __future__ import annotations

import logging
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from bot.feed_settings import Feeds
from bot.rules.sharing import Shards
from bot.settings import DATABASE_URL, FILES, SHIPPED, Knobs, Misconfigured, Settings, load
from bot.toml import LARGEST

TOKEN = "a-token-nobody-may-see"
WORKS = {"DISCORD_TOKEN": TOKEN}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's folder, seen from the folder above it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def mistakes(environ: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        load(environ)
    return str(refused.value).splitlines()


def overlaid(folder: Path, text: str, file: str = "default.toml", **environ: str) -> Settings:
    (folder / file).write_text(text, encoding="utf-8")
    return load({**WORKS, "TMINUS_CONFIG": "mine", **environ})


def refused(folder: Path, text: str, file: str = "default.toml") -> list[str]:
    (folder / file).write_text(text, encoding="utf-8")
    return mistakes({**WORKS, "TMINUS_CONFIG": "mine"})


def test_a_token_is_all_that_is_needed() -> None:
    settings = load(WORKS)
    assert settings.token is not None
    assert settings.token.reveal() == TOKEN
    assert settings.database_url.reveal() == DATABASE_URL
    assert settings.launch_library_url == "https://ll.thespacedevs.com/2.3.0"
    assert settings.log_level == logging.INFO


def test_the_quota_grows_with_a_key() -> None:
    assert load(WORKS).requests_per_hour == 15
    assert load({**WORKS, "LL2_TOKEN": "a-key"}).requests_per_hour == 210


def test_a_variable_that_is_empty_is_not_set() -> None:
    names = ("DATABASE_URL", "DISCORD_API_URL", "LAUNCH_LIBRARY_URL", "LL2_TOKEN", "TMINUS_CONFIG", "TMINUS_LOG")
    assert load({**WORKS, **dict.fromkeys(names, " ")}) == load(WORKS)


def test_the_environment_wins() -> None:
    settings = load(
        {
            "DISCORD_TOKEN": f"\n{TOKEN} ",
            "DISCORD_API_URL": "http://127.0.0.1:4000/api/v10/",
            "LAUNCH_LIBRARY_URL": "http://[::1]:4001/2.2.0/",
            "DATABASE_URL": "postgresql://me:hush-hush@db/tminus",
            "TMINUS_LOG": "DEBUG",
            "TMINUS_LOG_FORMAT": "json",
            "PORT": "8080",
        }
    )
    assert settings.log_json
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 8080)  # noqa: S104 -- a platform's way to reach it
    assert settings.token is not None
    assert settings.token.reveal() == TOKEN
    assert settings.api_url == "http://127.0.0.1:4000/api/v10"
    assert settings.launch_library_url == "http://[::1]:4001/2.2.0"
    assert settings.log_level == logging.DEBUG
    assert "hush-hush" not in repr(settings)
    assert TOKEN not in repr(settings)


def test_an_operators_file_changes_only_what_it_says(folder: Path) -> None:
    settings = overlaid(folder, "[discord]\nrate_per_s = 20\n")
    assert settings.discord.rate_per_s == 20
    assert settings.discord.concurrency == load(WORKS).discord.concurrency


def test_an_operators_file_may_come_from_another_editor(folder: Path) -> None:
    (folder / "default.toml").write_bytes("\ufeff[discord]\r\nrate_per_s = 20\r\n".encode())
    assert load({**WORKS, "TMINUS_CONFIG": "mine"}).discord.rate_per_s == 20


def test_an_operators_names_join_the_others(folder: Path) -> None:
    names = overlaid(folder, '[lsp]\n"Copenhagen Suborbitals" = ["CopSub"]\n', "names.toml").names
    assert names["copsub"] == ("Copenhagen Suborbitals", "CopSub")
    assert "SpaceX" in names["spx"]


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    (folder / "default.toml").write_text(
        '[discord]\nrate_per_s = 5000\nsend_timeout_s = 0\n\n[log]\nlevel = "loud"\n', encoding="utf-8"
    )
    (folder / "feeds.toml").write_text('[launch_library]\nurl = "ftp://example.org"\n', encoding="utf-8")
    (folder / "names.toml").write_text('[lps]\n"Copenhagen Suborbitals" = ["CopSub"]\n', encoding="utf-8")
    assert mistakes({"TMINUS_CONFIG": "mine", "DATABASE_URL": "mysql://me:secret@db/tminus", "LL2_TOKEN": "Token abc"}) == [
        "DATABASE_URL: must begin with sqlite:/// or postgresql://",
        "DISCORD_TOKEN: is not set: copy the bot's token from discord.com/developers/applications",
        "LL2_TOKEN: must be the token alone: leave out the word before it",
        "mine/default.toml:2: discord.rate_per_s: must be at most 50, is 5000",
        "mine/default.toml:3: discord.send_timeout_s: must be at least 1, is 0",
        'mine/default.toml:6: log.level: must be one of debug, info, warning, error, is "loud"',
        "mine/feeds.toml:2: launch_library.url: is no address: write it like https://example.org/path",
        "mine/names.toml:1: lps: is no facet; did you mean lsp?",
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[discord]\nrate_per_sec = 4", "2: discord.rate_per_sec: is no setting; did you mean rate_per_s?"),
        ("[delivry]\nlease_s = 4", "1: delivry: is no setting; did you mean delivery?"),
        ("[log]\nx = 4", "2: log.x: is no setting; there are level, format"),
        ('[discord]\ntoken = "abc"', "2: discord.token: is no setting: it comes from the environment, as DISCORD_TOKEN"),
        ("discord = 4", "1: discord: must be a table, is 4"),
        ("discord.concurrency = 4.5", "1: discord.concurrency: must be a whole number, is 4.5"),
        ("[discord]\nconcurrency = true", "2: discord.concurrency: must be a whole number, is true"),
        ('[discord]\nrate_per_s = "fast"', '2: discord.rate_per_s: must be a number, is "fast"'),
        ("[discord]\nrate_per_s = inf", "2: discord.rate_per_s: must be a number, is Infinity"),
        ("[polling]\nwithout_key_per_hour = 0", "2: polling.without_key_per_hour: must be at least 1, is 0"),
        ("[polling]\ncontact = 4", "2: polling.contact: must be a text in quotes, is 4"),
        ('[polling]\ncontact = "a\\nb"', "2: polling.contact: goes into a header: write it in ASCII, without line breaks"),
        ("[log]\nlevel = 10", "2: log.level: must be one of debug, info, warning, error, is 10"),
        ("[delivery]\nlease_s = 600", "2: delivery.lease_s: must be at most 120, is 600"),
        ("[delivery]\nlease_s = 12", "2: delivery.lease_s: must be at least twice discord.send_timeout_s, 20, is 12"),
        ("\n[discord\n", "2: is no TOML here, at column 9: Expected ']' at the end of a table declaration"),
    ],
)
def test_a_mistake_names_its_line_and_a_way_on(folder: Path, text: str, mistake: str) -> None:
    assert refused(folder, text) == [f"mine/default.toml:{mistake}"]


def test_a_wrong_value_that_looks_like_a_token_is_not_repeated(folder: Path) -> None:
    token = f"{'M' * 24}.{'G' * 6}.{'h' * 38}"
    assert refused(folder, f'[discord]\nconcurrency = "{token}"') == [
        'mine/default.toml:2: discord.concurrency: must be a whole number, is "[hidden]"'
    ]


def test_a_file_that_nobody_reads_is_a_mistake(folder: Path) -> None:
    assert refused(folder, "", "feed.toml") == ["mine/feed.toml: is not read; did you mean feeds.toml?"]


@pytest.mark.parametrize("line", ['"Copenhagen Suborbitals" = []', '"Copenhagen Suborbitals" = [4]', "cop = 4", '"!" = ["cop"]'])
def test_a_group_of_names_is_a_list_of_spellings(folder: Path, line: str) -> None:
    (mistake,) = refused(folder, f"[lsp]\n{line}\n", "names.toml")
    assert mistake.startswith("mine/names.toml:2: lsp.")
    assert mistake.endswith("must be a list of other spellings, each at most 80 characters")


@pytest.mark.parametrize(
    ("raw", "mistake"),
    [(b"\xff\xfe", "is no UTF-8 text: save it as UTF-8"), (b"#" * (LARGEST + 1), f"is larger than {LARGEST} bytes")],
)
def test_a_file_that_is_no_text_is_a_mistake(folder: Path, raw: bytes, mistake: str) -> None:
    (folder / "default.toml").write_bytes(raw)
    assert mistakes({**WORKS, "TMINUS_CONFIG": "mine"}) == [f"mine/default.toml: {mistake}"]


def test_a_folder_in_place_of_a_file_is_a_mistake(folder: Path) -> None:
    (folder / "default.toml").mkdir()
    assert mistakes({**WORKS, "TMINUS_CONFIG": "mine"}) == ["mine/default.toml: cannot be read: Is a directory"]


def test_a_folder_that_is_not_there_is_a_mistake(folder: Path) -> None:
    assert mistakes({**WORKS, "TMINUS_CONFIG": f"{folder}/x"}) == [
        "TMINUS_CONFIG: mine/x is no folder: make it, or leave TMINUS_CONFIG unset"
    ]


@pytest.mark.parametrize(
    ("name", "value", "mistake"),
    [
        ("DISCORD_TOKEN", "Bot abc", "must be the token alone: leave out the word before it"),
        ("DISCORD_TOKEN", "abc\ndef", "holds characters that no token has: copy it anew"),
        ("DATABASE_URL", "tminus.sqlite3", "must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql://", "names no database: write sqlite:///path or postgresql://host/name"),
        ("DISCORD_API_URL", "discord.com", "is no address: write it like https://example.org/path"),
        ("DISCORD_API_URL", "http://[x/", "is no address: write it like https://example.org/path"),
        ("DISCORD_API_URL", "http://a b/", "is no address: write it like https://example.org/path"),
        ("LAUNCH_LIBRARY_URL", "https://me:pw@example.org", "must end with its path: no name, password, ? or # in it"),
        ("LAUNCH_LIBRARY_URL", "https://example.org/?mode=list", "must end with its path: no name, password, ? or # in it"),
        ("TMINUS_LOG", "loud", 'must be one of debug, info, warning, error, is "loud"'),
    ],
)
def test_a_variable_that_cannot_be_is_a_mistake(name: str, value: str, mistake: str) -> None:
    assert mistakes({**WORKS, name: value}) == [f"{name}: {mistake}"]


def test_what_needs_no_discord_needs_no_token() -> None:
    assert load({}, needs_token=False).token is None


def test_a_log_loses_every_secret_of_the_settings() -> None:
    settings = load({**WORKS, "LL2_TOKEN": "a-key-nobody-may-see", "DATABASE_URL": "postgresql://me:p%40ssword@db/tminus"})
    text = settings.redact(f"{TOKEN} a-key-nobody-may-see p%40ssword p@ssword")
    assert text == "[hidden] [hidden] [hidden] [hidden]"


def test_the_shipped_files_say_exactly_what_the_shapes_hold() -> None:
    for file, shape in (("default.toml", Knobs), ("feeds.toml", Feeds)):
        text = (SHIPPED / file).read_text(encoding="utf-8")
        for table, kind in get_type_hints(shape).items():
            if not table.startswith("_") and is_dataclass(kind):
                assert f"[{table}]" in text
                for knob in fields(kind):
                    assert f"\n{knob.name} = " in text
    assert set(FILES) == {file.name for file in SHIPPED.glob("*.toml")}


def test_nothing_of_the_process_is_read_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DISCORD_TOKEN", "another")
    assert load({}, needs_token=False).token is None


def test_several_processes_need_a_database_that_they_can_share() -> None:
    assert load({**WORKS, "TMINUS_SHARDS": "0-3/16", "DATABASE_URL": "postgresql://db/tminus"}).shards == Shards(0, 3, 16)
    assert mistakes({**WORKS, "TMINUS_SHARDS": "0-3/16"}) == [
        "TMINUS_SHARDS: needs PostgreSQL, which several processes can share: set DATABASE_URL"
    ]
    assert mistakes({**WORKS, "TMINUS_SHARDS": "four"}) == ["TMINUS_SHARDS: must be written like 0-3/16: from, to, and of how many"]
