"""The aliases of the field, as they ship: who writes it one way finds what the feeds write another way."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from bot.model import (
    Agency,
    ChannelId,
    Event,
    EventId,
    Facet,
    GuildId,
    Kind,
    Mission,
    Net,
    Pad,
    Person,
    Precision,
    Rocket,
    Status,
    Target,
    Term,
    Watch,
    WatchId,
)
from bot.rules.matching import normalised, wants
from bot.settings import NAMES, SHIPPED, load

MADE_AT = datetime(2021, 9, 1, tzinfo=UTC)
WATCH = Watch(id=WatchId(1), target=Target(GuildId(1), ChannelId(2)), name="watch", made_at=MADE_AT)
NET = Net(datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC), Precision.SECOND)

MS_19 = Event(
    id=EventId("ll2:launch:ms-19"),
    kind=Kind.LAUNCH,
    name="Soyuz 2.1a | Soyuz MS-19",
    net=NET,
    status=Status.GO,
    lsp=Agency(name="Russian Federal Space Agency (ROSCOSMOS)", abbrev="RFSA", countries=("RU",)),
    rocket=Rocket(name="Soyuz 2.1a", full_name="Soyuz 2.1a", families=("Soyuz-2",)),
    mission=Mission(name="Soyuz MS-19", kind="Human Exploration", orbit="Low Earth Orbit", orbit_abbrev="LEO"),
    spacecraft=("Soyuz MS-19",),
    crew=(Person(name="Anton Shkaplerov"), Person(name="Klim Shipenko"), Person(name="Yulia Peresild")),
    pad=Pad(name="31/6", site="Baikonur Cosmodrome, Republic of Kazakhstan", country="KZ"),
    programs=("International Space Station",),
)
STARLINK = Event(
    id=EventId("ll2:launch:starlink"),
    kind=Kind.LAUNCH,
    name="Falcon 9 Block 5 | Starlink Group 6-77",
    net=NET,
    status=Status.GO,
    lsp=Agency(name="SpaceX", abbrev="SpX", countries=("US",)),
    rocket=Rocket(name="Falcon 9", full_name="Falcon 9 Block 5", families=("Falcon",)),
    mission=Mission(name="Starlink Group 6-77", kind="Communications", orbit="Low Earth Orbit", orbit_abbrev="LEO"),
    pad=Pad(name="Space Launch Complex 4E", site="Vandenberg SFB, CA, USA", country="US"),
)
NEW_GLENN = replace(
    STARLINK,
    name="New Glenn | BlueBird Block 2 #2",
    lsp=Agency(name="Blue Origin", abbrev="BO", countries=("US",)),
    rocket=Rocket(name="New Glenn"),
    mission=None,
    pad=Pad(name="Launch Complex 36A", site="Cape Canaveral SFS, FL, USA", country="US"),
)
SHENZHOU = replace(
    STARLINK,
    name="Long March 2F/G | Shenzhou 23",
    lsp=Agency(name="China Aerospace Science and Technology Corporation", abbrev="CASC", countries=("CN",)),
    rocket=Rocket(name="Long March 2F/G", full_name="Long March 2F/G", families=("Long March",)),
    mission=Mission(name="Shenzhou 23"),
    pad=Pad(name="Launch Area 91 (SLS-1 / 921)", site="Jiuquan Satellite Launch Center, People's Republic of China", country="CN"),
    programs=("Tiangong space station",),
)
SPACEWALK = replace(STARLINK, kind=Kind.SPACEWALK, name="ISS spacewalk 75", lsp=None, rocket=None, mission=None, pad=None)

MET = [
    (MS_19, Facet.ANY, "Пересильд"),
    (MS_19, Facet.ANY, "Peresild"),
    (MS_19, Facet.CREW, "Шкаплеров"),
    (MS_19, Facet.CREW, "Юлия Пересильд"),
    (MS_19, Facet.LSP, "Roscosmos"),
    (MS_19, Facet.LSP, "Роскосмос"),
    (MS_19, Facet.LSP, "RFSA"),
    (MS_19, Facet.SITE, "Baykonur"),
    (MS_19, Facet.SITE, "Байконур"),
    (MS_19, Facet.ROCKET, "Союз-2.1а"),
    (MS_19, Facet.SPACECRAFT, "Союз МС"),
    (MS_19, Facet.PROGRAM, "ISS"),
    (MS_19, Facet.ANY, "МКС"),
    (MS_19, Facet.COUNTRY, "Kazakhstan"),
    (MS_19, Facet.COUNTRY, "Russia"),
    (MS_19, Facet.ORBIT, "LEO"),
    (STARLINK, Facet.LSP, "SpX"),
    (STARLINK, Facet.ROCKET, "F9"),
    (STARLINK, Facet.ANY, "F9 Starlink"),
    (STARLINK, Facet.SITE, "VSFB"),
    (STARLINK, Facet.SITE, "SLC-4E"),
    (STARLINK, Facet.COUNTRY, "USA"),
    (NEW_GLENN, Facet.LSP, "BO"),
    (NEW_GLENN, Facet.SITE, "CCSFS"),
    (NEW_GLENN, Facet.SITE, "KSC"),
    (NEW_GLENN, Facet.SITE, "the Cape"),
    (SHENZHOU, Facet.ROCKET, "CZ-2F"),
    (SHENZHOU, Facet.ROCKET, "Chang Zheng"),
    (SHENZHOU, Facet.PROGRAM, "CSS"),
    (SHENZHOU, Facet.SITE, "JSLC"),
    (SPACEWALK, Facet.ANY, "EVA"),
]
NOT_MET = [
    (MS_19, Facet.ANY, "Starlink"),
    (MS_19, Facet.COUNTRY, "USA"),
    (MS_19, Facet.ROCKET, "Kuaizhou"),
    (STARLINK, Facet.ANY, "Canada"),
    (STARLINK, Facet.ANY, "Roscosmos"),
    (replace(STARLINK, name="Electron | Live and Let Fly in Orbit"), Facet.ANY, "India"),
    (NEW_GLENN, Facet.SITE, "Vandenberg"),
    (SHENZHOU, Facet.ROCKET, "CZ-3B"),
]


@pytest.fixture(scope="module")
def names() -> Mapping[str, tuple[str, ...]]:
    return load({}, needs_token=False).names


@pytest.mark.parametrize(("event", "facet", "text"), MET, ids=[f"{facet}-{text}" for _, facet, text in MET])
def test_the_fields_aliases_are_understood(names: Mapping[str, tuple[str, ...]], event: Event, facet: Facet, text: str) -> None:
    assert wants(replace(WATCH, include=(Term(facet, text),)), event, names)


@pytest.mark.parametrize(("event", "facet", "text"), NOT_MET, ids=[f"{facet}-{text}" for _, facet, text in NOT_MET])
def test_aliases_do_not_reach_too_far(names: Mapping[str, tuple[str, ...]], event: Event, facet: Facet, text: str) -> None:
    assert wants(replace(WATCH, include=(Term(facet, text),)), event, names) is None


def test_no_line_says_a_spelling_twice() -> None:
    tables = cast("dict[str, dict[str, list[str]]]", tomllib.loads((SHIPPED / NAMES).read_text(encoding="utf-8")))
    for groups in tables.values():
        for name, aliases in groups.items():
            spelled = [normalised(text) for text in (name, *aliases)]
            assert len(spelled) == len(set(spelled)), name


def test_every_spelling_leads_to_its_whole_group(names: Mapping[str, tuple[str, ...]]) -> None:
    for spelling, group in names.items():
        assert spelling in map(normalised, group)
        for other in group:
            assert spelling in map(normalised, names[normalised(other)])
