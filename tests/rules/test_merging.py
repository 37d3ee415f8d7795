"""When two ids speak of one launch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Event, EventId, Kind, Net, Pad, Precision, Rocket
from bot.rules.merging import recreated
from tests.rules.making import DAY, MINUTE, T0, event, net

CAPE, VANDENBERG = Pad(name="SLC-40", site="Cape Canaveral SFS"), Pad(name="SLC-4E", site="Vandenberg SFB")
FALCON = Rocket(name="Falcon 9")


def launch(mission: str, *, at: Net | None = None, pad: Pad | None = CAPE, rocket: Rocket | None = FALCON) -> Event:
    return replace(event(at, name=f"Falcon 9 Block 5 | {mission}"), pad=pad, rocket=rocket)


OLD = replace(launch("Starlink Group 6-77"), id=EventId("old"))
SAME = [
    launch("Starlink Group 6-77"),
    launch("Starlink 6-77"),
    launch("Starlink Group 6-77 (reflight)"),
    launch("STARLINK GROUP 6 77"),
    launch("Starlink Group TBD"),
    launch("Starlink Group 6-77", pad=Pad(name="LC-39A", site="Cape Canaveral SFS")),
    launch("Starlink Group 6-77", at=net(T0 + DAY)),
    launch("Starlink Group 6-77", at=net(T0 - DAY)),
]
OTHER = [
    launch("Starlink Group 6-78"),
    launch("Starlink Group 17-77"),
    launch("Group 6-99"),
    launch("Transporter 15"),
    launch("Unknown Payload"),
    launch("Starlink Group 6-77", at=net(T0 + DAY + MINUTE)),
    launch("Starlink Group 6-77", at=Net(None, Precision.UNKNOWN)),
    launch("Starlink Group 6-77", pad=VANDENBERG),
    launch("Starlink Group 6-77", pad=Pad(name="SLC-40", site="Vandenberg SFB")),
    launch("Starlink Group 6-77", pad=None),
    launch("Starlink Group 6-77", rocket=Rocket(name="Falcon Heavy")),
    launch("Starlink Group 6-77", rocket=None),
    replace(launch("Starlink Group 6-77"), kind=Kind.TEST),
]


@pytest.mark.parametrize("fresh", SAME, ids=lambda one: f"{one.name} {one.net.at:%d}")
def test_a_new_entry_of_the_same_launch_continues_it(fresh: Event) -> None:
    assert recreated(fresh, [OLD]) == "old"


@pytest.mark.parametrize("fresh", OTHER)
def test_another_launch_is_another_launch(fresh: Event) -> None:
    assert recreated(fresh, [OLD]) is None


def test_without_a_date_nothing_is_recognised() -> None:
    assert recreated(launch("Starlink Group 6-77"), [replace(OLD, net=Net(None, Precision.UNKNOWN))]) is None


def test_an_event_without_rocket_and_pad_is_known_by_its_place_and_numbers() -> None:
    docking = replace(event(kind=Kind.DOCKING, name="Soyuz MS-19 Docking"), id=EventId("old"), location="ISS")
    assert recreated(replace(docking, id=EventId("new"), name="Soyuz MS-19 docking"), [docking]) == "old"
    assert recreated(replace(docking, id=EventId("new"), name="Progress MS-18 Docking"), [docking]) is None
    assert recreated(replace(docking, id=EventId("new"), location="Tiangong"), [docking]) is None
    walk = replace(event(kind=Kind.SPACEWALK, name="US EVA"), id=EventId("old"))
    assert recreated(replace(walk, name="Russian EVA"), [walk]) is None


def test_a_pad_without_a_site_is_known_by_its_name() -> None:
    pads = [Pad(name="SLC-40"), Pad(name="SLC-4E")]
    old, same, other = (launch("Starlink Group 6-77", pad=pad) for pad in (pads[0], pads[0], pads[1]))
    assert recreated(same, [old])
    assert recreated(other, [old]) is None


def test_the_first_that_fits_is_continued() -> None:
    assert recreated(launch("Starlink Group 6-77"), [replace(OLD, id=EventId("x"), pad=VANDENBERG), OLD]) == "old"
    assert recreated(launch("Starlink Group 6-77"), []) is None
