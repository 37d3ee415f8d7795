"""The alert rules and the dashboard ask for figures that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.meters import Meters
from bot.model import Fate, Say, Tally
from bot.web.metrics import Figures, Read, Source
from bot.web.pulse import Sign

DEPLOY = Path(__file__).parent.parent.parent / "docs" / "deploy"


def known() -> set[str]:
    """The names of all figures there are, as Prometheus stores them."""
    meters = Meters()
    tallies = [Tally(say=Say.LIVE, fate=fate, why="why", count=1) for fate in Fate]
    signs = (Sign("deliver", well=True, says=""),)
    read = Read(Figures(tallies=tallies, age=timedelta(seconds=1), asked=[(Source("ll2", 15), 1)], signs=signs))
    names = {family.name for family in read.collect()}
    for family in meters.registry.collect():
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + end for end in ends}
    return names


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
    assert asked <= known()


def test_every_figure_is_on_the_dashboard() -> None:
    shown = {name for expression in expressions("dashboard.json") for name in re.findall(r"\btminus_\w+", expression)}
    missing = {name for name in known() if name not in shown and not name.endswith(("_sum", "_count"))}
    assert not missing
