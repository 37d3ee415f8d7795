"""The rules of the house that no linter knows, held by a machine: a rule that nothing enforces goes."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from bot.__main__ import parser
from bot.feed_settings import Feeds
from bot.rules.matching import normalised
from bot.settings import Knobs

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "tests", "bench")
LONGEST = {"bot": 450, "tests": 600, "bench": 450}
"""Lines that a file may have and still be read in one sitting."""
LONGER = {
    "bot/model.py": "the words of the field, all in one place",
    "bot/ports.py": "the contracts with the world, all in one place",
}

# A beat, a command or a wire ends here; what is caught is logged once and the next one runs.
CATCHES_ALL = {
    "bot/doctor/looking.py",
    "bot/cogs/news.py",
    "bot/cogs/schedule.py",
    "bot/cogs/wishing.py",
    "bot/flow/deliver.py",
    "bot/flow/newsroom.py",
    "bot/flow/poll.py",
    "bot/schedule.py",
    "bot/store/sql.py",
    "bot/store/connections.py",
}

NAMELESS = {"data", "info", "manager", "helper", "helpers", "process", "handle", "utils", "util", "misc", "common"}
"""Names that say nothing (the rule is of `def`, `class` and file names)."""

HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com", "jsr" + ".io")
"""Registries: a clone installs from wherever its machine is told to."""
PATHS = re.compile("|".join(("/" + "work/", "/" + "root/", "/" + r"home/\w", "/" + r"Users/\w", r"C:\\" + "Users")))
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
SILENCED = re.compile(
    r"#\s*(?:noqa:\s*(?P<code>[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)|(?:type|pyright): ignore(?P<kind>\[[\w\-, ]+\]))(?P<why>.*)"
)
UNIT = re.compile(r"(?:^|_)(?:s|per_s|per_hour|per_day)$")
UNITLESS = {
    "concurrency": "a count",
    "contact": "a text",
    "level": "a word",
    "format": "a word",
    "host": "an address",
    "port": "a number that has no unit",
    "public_url": "an address",
    "url": "an address",
    "api_url": "an address",
    "on": "a flag",
}


@cache
def tracked() -> tuple[str, ...]:
    """The files that git knows or would take, as paths from the root."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: nothing says which files belong to the house")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git is on the path
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for path in sorted(set(listing.stdout.split("\0"))) if path and (ROOT / path).is_file())


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def modules(*rooms: str) -> list[str]:
    return [path for path in tracked() if path.endswith(".py") and path.split("/")[0] in (rooms or ROOMS)]


@cache
def tree(path: str) -> ast.Module:
    return ast.parse(text(path), path)


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield path, text(path)
        except UnicodeDecodeError:
            continue


def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


# --- files --------------------------------------------------------------------------------------------------------


def test_every_file_opens_with_a_line_that_says_what_it_is_for() -> None:
    mute = [path for path in modules() if not (ast.get_docstring(tree(path)) or "").strip()]
    assert mute == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    long = {
        path: count
        for path in modules()
        if (count := len(text(path).splitlines())) > LONGEST[path.split("/")[0]] and path not in LONGER
    }
    assert long == {}


def test_names_say_something() -> None:
    nameless = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name.lower().strip("_") in NAMELESS
    ]
    assert nameless == []
    assert [path for path in modules() if Path(path).stem in NAMELESS] == []


def test_nothing_is_left_for_later() -> None:
    assert [path for path, said in texts() if UNFINISHED.search(said)] == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert [(path, host) for path, said in texts() for host in HOSTS if host in said] == []
    assert [(path, found[0]) for path, said in texts() if (found := PATHS.search(said))] == []


def test_secrets_and_databases_stay_out() -> None:
    wrong = [
        path for path in tracked() if Path(path).suffix in {".sqlite3", ".db", ".env", ".pem", ".key"} or Path(path).name == ".env"
    ]
    assert wrong == []


# --- code ---------------------------------------------------------------------------------------------------------


def test_everything_is_caught_only_where_a_beat_or_a_command_ends() -> None:
    catches = {
        path
        for path in modules("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and any(isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in ast.walk(node.type or node))
    }
    assert catches - CATCHES_ALL == set()


def test_a_silenced_linter_is_told_why() -> None:
    unexplained: list[str] = []
    for path in modules():
        explained: set[str] = set()
        for number, row in enumerate(text(path).splitlines(), 1):
            if not (found := SILENCED.search(row)):
                continue
            code = found["code"] or found["kind"]
            if re.search(r"\w{2}", found["why"]):
                explained.add(code)
            elif code not in explained:
                unexplained.append(f"{path}:{number} {code}")
    assert unexplained == []


def test_every_rule_is_tested_beside_the_logs() -> None:
    read = "\n".join(text(path) for path in modules("tests") if path != "tests/test_house.py")
    rules = [Path(path).stem for path in modules("bot") if re.fullmatch(r"bot/rules/(?!__)\w+\.py", path)]
    assert [rule for rule in rules if not re.search(rf"bot\.rules\.{rule}\b", read)] == []


def test_naive_instants_and_clocks_are_banned_by_the_linter() -> None:
    lint = project()["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert [code for code in lint["ignore"] if code.startswith(("DTZ", "TID", "BLE", "S1"))] == []
    assert {"datetime.datetime.now", "datetime.datetime.utcnow", "time.time", "random", "unittest.mock"} <= set(
        lint["flake8-tidy-imports"]["banned-api"]
    )


def test_a_warning_is_an_error() -> None:
    assert project()["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"


# --- configuration ------------------------------------------------------------------------------------------------


def knobs() -> Iterator[tuple[str, str, str]]:
    """Every knob: file, table, name."""
    for file, shape in (("config/default.toml", Knobs), ("config/feeds.toml", Feeds)):
        for table, kind in get_type_hints(shape).items():
            if not table.startswith("_") and is_dataclass(kind):
                yield from ((file, table, knob.name) for knob in fields(kind))


def named_tables() -> Iterator[tuple[str, str]]:
    """Every key of the tables of tables, in which an operator names feeds: table, key."""
    for table, kind in get_type_hints(Feeds).items():
        if not table.startswith("_") and not is_dataclass(kind):
            yield from ((table, key.name) for key in fields(get_args(kind)[1]))


def test_every_knob_has_a_unit_and_a_reason_and_is_documented() -> None:
    manual = text("docs/operators.md")
    for file, table, name in knobs():
        assert UNIT.search(name) or name in UNITLESS, name
        assert re.search(rf"^{name} = \S.*#\s+\S.{{15,}}$", text(file), re.MULTILINE), f"{file}: {name} says no reason"
        assert f"| `{table}.{name}` |" in manual, f"docs/operators.md does not say what {table}.{name} means"


def test_every_knob_turns_something() -> None:
    code = "\n".join(text(path) for path in modules("bot"))
    assert [name for _, table, name in knobs() if not re.search(rf"\.{table}\.{name}\b|self\.{table}\.{name}\b", code)] == []


def test_every_key_of_a_feed_is_documented_and_read() -> None:
    manual, code = text("docs/operators.md"), "\n".join(text(path) for path in modules("bot"))
    for table, name in named_tables():
        assert f"| `{table}.….{name}` |" in manual, f"docs/operators.md does not say what {table}.….{name} means"
        assert re.search(rf"\.{name}\b", code), f"{table}.….{name} turns nothing"


def test_every_variable_is_documented() -> None:
    read = set(re.findall(r'"((?:TMINUS|DISCORD|LL2|DATABASE|LAUNCH_LIBRARY)_\w+)"', text("bot/settings.py")))
    read |= set(re.findall(r"\$\{(TMINUS_\w+)", text("tminus")))
    assert {"DISCORD_TOKEN", "TMINUS_VENV"} <= read
    assert [name for name in sorted(read) if f"| `{name}` |" not in text("docs/operators.md")] == []


# --- dependencies -------------------------------------------------------------------------------------------------

PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==(?P<version>[\w.!+-]+)(?P<marker> ; [^\\]+)? \\$")


def locked(file: str) -> dict[str, str]:
    return {normalised(found["name"]): row for row in text(file).splitlines() if (found := PINNED.match(row))}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_place(lock: str) -> None:
    for row in text(lock).splitlines():
        assert PINNED.match(row) or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", row), row


def test_what_suits_the_tests_suits_the_bot() -> None:
    assert {row.strip() for row in text("requirements.lock").splitlines()} - {
        "",
        *map(str.strip, text("requirements-dev.lock").splitlines()),
    } == set()


def test_every_dependency_is_locked() -> None:
    said = project()["project"]
    extras = said["optional-dependencies"]
    for lock, asked in (
        ("requirements.lock", [*said["dependencies"], *extras["build"]]),
        ("requirements-dev.lock", [*said["dependencies"], *extras["build"], *extras["dev"]]),
    ):
        names = {normalised(re.split(r"[\[<>=!~; ]", one, maxsplit=1)[0]) for one in asked}
        assert names - set(locked(lock)) == set()


# --- documents ----------------------------------------------------------------------------------------------------

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/admins.md", "docs/operators.md")


def test_the_table_of_contributing_leads_somewhere() -> None:
    rows = [row for row in text("CONTRIBUTING.md").splitlines() if row.startswith("|")]
    paths = {path for row in rows for path in re.findall(r"`([\w./-]+/[\w./-]*)`", row)}
    assert len(paths) > len(ROOMS)
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_rule_stands_in_the_table_of_contributing() -> None:
    table = text("CONTRIBUTING.md")
    rules = [path for path in modules("bot") if re.fullmatch(r"bot/rules/(?!__)\w+\.py", path)]
    assert [path for path in rules if f"`{path}`" not in table] == []


def test_links_between_documents_lead_somewhere() -> None:
    for path in (*DOCUMENTS, *(one for one in tracked() if one.startswith("docs/adr/"))):
        for link in re.findall(r"\]\((?!https?://)([^)#]+)\)", text(path)):
            assert (ROOT / path).parent.joinpath(link).exists(), f"{path}: {link}"


def test_every_command_that_is_written_down_exists() -> None:
    known = {"test", *next(tuple(action.choices) for action in parser()._actions if action.choices)}
    for path in (*DOCUMENTS, "Procfile", ".ci/run"):
        used = set(re.findall(r"(?:\./tminus|`tminus) ([a-z-]+)", text(path)))
        assert used <= known, path
    assert {"demo", "test"} <= set(re.findall(r"^\./tminus (\w+)", text("README.md"), re.MULTILINE))
    assert {f"| `./tminus {name}` |" for name in known if f"| `./tminus {name}` |" not in text("docs/operators.md")} == set()


def test_what_ci_installs_is_written_down() -> None:
    packages = re.findall(r"^\s+\[([\w.+-]+)\]=", text(".ci/run"), re.MULTILINE)
    assert packages
    assert [name for name in packages if f"`{name}`" not in text("CONTRIBUTING.md")] == []


def test_decisions_are_numbered_and_say_why() -> None:
    decisions = [path for path in tracked() if path.startswith("docs/adr/")]
    assert [int(Path(path).name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        assert text(path).startswith(f"# {int(Path(path).name[:4])}. "), path
        assert "**Decision.**" in text(path), path
        assert "**Why.**" in text(path), path


def test_the_changelog_knows_this_version() -> None:
    assert f"## {project()['project']['version']} " in text("CHANGELOG.md")


def test_the_newest_version_says_what_it_changes_and_what_it_asks_of_operators() -> None:
    version = project()["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", text("docs/upgrading.md"), re.MULTILINE)
    assert re.search(rf"^## {re.escape(version)}\b", text("CHANGELOG.md"), re.MULTILINE)


def test_the_newest_step_of_the_tables_is_told_to_operators() -> None:
    steps = sorted(path.rpartition("/s")[2][:4] for path in tracked() if re.search(r"/versions/s\d{4}_\w+\.py$", path))
    assert steps[-1] in text("docs/upgrading.md")


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd here")
    unit = tmp_path / "tminus.service"
    unit.write_text(text("docs/deploy/tminus.service").replace("/opt/tminus", str(ROOT)), encoding="utf-8")
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False)  # noqa: S603 - of this clone
    assert (done.returncode, done.stderr) == (0, "")
