"""Scenarios: each one that ships can be played to its end, and a file with mistakes names them all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from msgspec import structs

from bot.feeds.ll_parse import parse_page
from bot.sandbox.play import Sandbox
from bot.sandbox.scenario import Act, BadScenario, Scenario, load

FOLDER = Path(__file__).parents[2] / "config" / "scenarios"
SHIPPED = sorted(FOLDER.glob("*.toml"))


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


def test_the_four_are_there() -> None:
    assert {path.stem for path in SHIPPED} >= {"soyuz-ms-19", "scrub", "feed-outage", "discord-outage"}


async def test_it_plays_to_its_end_and_the_feed_is_always_readable(scenario: Scenario) -> None:
    clock = Clock(scenario.start)
    async with Sandbox(clock, scenario) as box, aiohttp.ClientSession() as session:
        box.discord.answer_within = 0.001
        box.feeds.quota = None
        while (at := box.next_at()) is not None:
            assert at >= clock.at
            clock.at = at
            for happening in box.due(at):
                await box.apply(happening)
            if any(trouble.at <= at < (trouble.until or trouble.at) for trouble in scenario.faults):
                continue
            for what in ("launches", "events"):
                async with session.get(f"{box.feeds.url}/{what}/upcoming/?mode=detailed&limit=100") as answer:
                    assert not parse_page(await answer.json()).faults
        assert clock.at <= scenario.end
        assert not box.feeds.faults.rules
        assert not box.discord.faults.rules
    # Nobody is logged in: each act was tried, and each was told so.
    assert len(box.answers) == len(scenario.acts)
    assert all(answered.failure for answered in box.answers)


def test_nothing_happens_twice(scenario: Scenario) -> None:
    box = Sandbox(Clock(scenario.start), scenario)
    assert len(box.due(scenario.end)) == len(scenario.happenings())
    assert box.due(scenario.end) == ()
    assert box.next_at() is None


def test_the_flight_of_ms_19_is_told_as_it_was() -> None:
    scenario = load(FOLDER / "soyuz-ms-19.toml")
    facts = scenario.facts()
    for step in sorted(scenario.steps, key=lambda each: each.at):
        facts.change(step.of, step.set, step.at)
    assert facts.launches["ms-19"].net == datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)
    assert facts.launches["ms-19"].status == "Success"
    assert facts.events["docking"].date == datetime(2021, 10, 5, 12, 22, tzinfo=UTC)
    assert facts.events["landing"].date == datetime(2021, 10, 17, 4, 35, 44, tzinfo=UTC)
    assert facts.events["splashdown"].date == datetime(2021, 9, 18, 23, 6, tzinfo=UTC)
    assert (facts.launches["axiom-1"].precision, facts.launches["axiom-1"].status) == ("Quarter 1", "TBD")
    assert {act.run for act in scenario.acts} >= {"watch add", "next", "launch"}


BROKEN = """
title = "Broken"
start = 2021-10-01T00:00:00Z
end = 2021-10-02T00:00:00Z
[[servers]]
name = "Here"
channels = [{ name = "launches" }]
members = [{ name = "Ada", admin = true }]
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("titel = 1", "broken.toml"),
        ('[[steps]]\nat = 2021-10-01T01:00:00Z\nof = "nobody"\nset = {}', "nobody"),
        ('[[acts]]\nat = 2021-10-01T01:00:00Z\nserver = "There"\nchannel = "launches"\nwho = "Ada"', "no server There"),
        ('[[acts]]\nat = 2021-10-01T01:00:00Z\nserver = "Here"\nchannel = "launches"\nwho = "Bob"', "Bob is no member"),
        ('[[faults]]\nat = 2021-10-01T01:00:00Z\non = "feed"\nrule = { statsu = 500 }', "statsu"),
        ('[[faults]]\nat = 2021-10-03T01:00:00Z\non = "feed"', "outside"),
        ('[[launches]]\nkey = "a"\nname = "a"', "missing required field"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, more: str, said: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(f"{BROKEN}\n{more}\n", "utf-8")
    with pytest.raises(BadScenario, match=said):
        load(path)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    acts = '[[acts]]\nat = 2021-10-09T01:00:00Z\nserver = "There"\nchannel = "launches"\nwho = "Ada"'
    path.write_text(f"{BROKEN}\n{acts}\n", "utf-8")
    with pytest.raises(BadScenario) as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 2


async def test_people_may_speak_and_delete() -> None:
    scenario = load(FOLDER / "scrub.toml")
    box = Sandbox(Clock(scenario.start), scenario)
    here = Act(at=scenario.start, server="Cape Watch", channel="launches", who="Ada")
    await box.apply(structs.replace(here, say="Hello"))
    channel = box.channel("Cape Watch", "launches")
    assert [message.content for message in channel.messages.values()] == ["Hello"]
    await box.apply(structs.replace(here, delete=True))
    assert box.answers[-1].failure == "there is nothing to delete"
