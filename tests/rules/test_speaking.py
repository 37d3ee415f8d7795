"""Under whose name a post is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Agency, ChannelId, Event, GuildId, Speaker, Target, Watch, WatchId
from bot.rules.speaking import speaker_of
from tests.rules.making import T0, event


def of(lsp: Agency | None) -> Event:
    return replace(event(), lsp=lsp)


def watch(*, identity: bool) -> Watch:
    return Watch(id=WatchId(1), target=Target(GuildId(1), ChannelId(2)), name="all", made_at=T0, identity=identity)


def test_nobody_speaks_for_an_agency_unasked() -> None:
    launch = of(Agency(name="SpaceX"))
    assert speaker_of(launch, [watch(identity=False)]) is None
    assert speaker_of(launch, [watch(identity=False), watch(identity=True)]) == Speaker("SpaceX")
    assert speaker_of(of(None), [watch(identity=True)]) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rocket\u202eLab \n USA", "Rocket Lab USA"),
        ("x" * 200, "x" * 80),
        ("Discord Rockets", None),
        ("clyde space", None),
        ("@everyone", None),
        (" \u200b ", None),
    ],
)
def test_a_name_is_one_that_discord_takes(name: str, shown: str | None) -> None:
    speaker = speaker_of(of(Agency(name=name)), [watch(identity=True)])
    assert (speaker and speaker.name) == shown


@pytest.mark.parametrize(("logo", "kept"), [("https://x.example/l.png", True), ("http://x.example/l.png", False), ("", False)])
def test_a_logo_is_an_address_that_discord_may_fetch(logo: str, *, kept: bool) -> None:
    speaker = speaker_of(of(Agency(name="ESA", logo=logo)), [watch(identity=True)])
    assert speaker == Speaker("ESA", logo if kept else "")
