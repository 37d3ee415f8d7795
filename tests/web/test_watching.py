"""The alert rules and the dashboard ask for figures that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import Metric

from bot.flow.asking_why import FeedState
from bot.meters import Meters
from bot.model import Fate, Say, Tally
from bot.web.metrics import Crew, Figures, Kept, Read
from bot.web.pulse import Sign

DEPLOY = Path(__file__).parent.parent.parent / "docs" / "deploy"


def families() -> Iterator[Metric]:
    """Everything that is exported, each figure with a value."""
    now = datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)
    meters = Meters()
    meters.tried("reminder", "Done", 0.1, timedelta(seconds=1))
    meters.answered(429, "global")
    meters.polled("ll2", "read")
    meters.commanded("next", 0.1)
    tallies = [Tally(say=Say.LIVE, fate=fate, why="why", count=1) for fate in Fate]
    feed = FeedState(name="ll2", heard=now, next_ask=None, made=1, quota=15, failures=0)
    kept = Kept(tallies=tallies, overdue=1, paused=1, age=timedelta(seconds=1), feeds=(feed,))
    signs = (Sign("deliver", well=True, says=""),)
    yield from Read(Figures(now=now, kept=kept, signs=signs, crew=Crew())).collect()
    yield from meters.registry.collect()


def known() -> dict[str, frozenset[str]]:
    """The names of all figures there are, as Prometheus stores them, and the labels of each."""
    found: dict[str, frozenset[str]] = {}
    for family in families():
        assert family.samples, family.name
        found |= {sample.name: frozenset(sample.labels) for sample in family.samples if not sample.name.endswith("_created")}
    return found


def expressions(file: str) -> Iterator[str]:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    if file.endswith(".json"):
        for panel in json.loads(text)["panels"]:
            yield from (target["expr"] for target in panel["targets"])
    else:
        yield from re.findall(r"expr: (.+)", text)


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_every_figure_that_is_asked_for_exists(file: str) -> None:
    asked = {name for expression in expressions(file) for name in re.findall(r"\btminus_\w+", expression)}
    assert asked
    assert asked <= known().keys()


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_every_label_that_is_asked_for_is_one_of_its_figure(file: str) -> None:
    there = known()
    for expression in expressions(file):
        for name, chosen in re.findall(r"\b(tminus_\w+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)\s*[!=]", chosen)) <= there[name], expression
        grouped = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(",")}
        named = [there[name] for name in re.findall(r"\btminus_\w+", expression)]
        assert all(grouped <= labels for labels in named), expression


def test_every_figure_is_on_the_dashboard() -> None:
    shown = {name for expression in expressions("dashboard.json") for name in re.findall(r"\btminus_\w+", expression)}
    missing = {name for name in known() if name not in shown and not name.endswith(("_sum", "_count"))}
    assert not missing


def test_the_dashboard_is_one_that_grafana_lays_out() -> None:
    dashboard = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert all(0 <= x < 24 for x, _ in cells), panel["title"]
        taken |= cells
        assert panel["title"]
        assert panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert panel["datasource"]["uid"] == "${source}"
    assert [one["name"] for one in dashboard["templating"]["list"]] == ["source"]


def test_every_rule_says_what_is_wrong_and_what_to_do() -> None:
    text = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    alerts = re.findall(r"- alert: (\w+)\n((?:        .*\n)+)", text)
    assert len(alerts) == text.count("- alert:")
    for name, rule in alerts:
        assert "summary:" in rule, name
        assert "action:" in rule, name


def test_the_rules_fire_when_they_should_and_only_then() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool: install the package prometheus")
    for command in (("check", "rules", DEPLOY / "alerts.yml"), ("test", "rules", Path(__file__).parent / "alerts_test.yml")):
        done = subprocess.run([program, *command], capture_output=True, text=True, check=False)  # noqa: S603 - paths of this clone
        assert done.returncode == 0, done.stdout + done.stderr
