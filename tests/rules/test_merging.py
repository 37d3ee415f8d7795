"""When two ids speak of one launch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Event, EventId, Kind, Net, Pad, Precision, Rocket
from bot.rules.merging import SAME_HOUR, SAME_MISSION, Likeness, Met, apart, likeness, met, recreated, traits
from tests.rules.making import DAY, HOUR, MINUTE, T0, event, net

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


# --- several feeds ------------------------------------------------------------------------------------------------

NAMES = {"cz 2d": ("Long March 2D",), "long march 2d": ("CZ-2D",), "vafb": ("Vandenberg SFB",)}
SAME_FEEDS = [
    launch("Starlink-35 (6-77)"),
    launch("Starlink-35 (6-77)", at=net(T0 + 20 * DAY)),
    launch("Starlink Group 6-77", rocket=Rocket(name="Falcon 9 Block 5")),
    launch(
        "Starlink Group 6-77", rocket=Rocket(name="Falcon 9", full_name="Falcon 9 FT"), at=net(T0.replace(hour=0), Precision.DAY)
    ),
    launch("Starlink Group 6-77", pad=None, rocket=None),
    launch("Starlink Group 6-77", pad=Pad(name="Cape Canaveral, Florida", site="Cape Canaveral, Florida")),
    launch("Starlink Group 6-77", at=Net(None, Precision.UNKNOWN)),
    launch("Starlink Group 6-77", rocket=Rocket(name="TBD"), pad=Pad(name="TBD", site="TBD")),
    launch("Secret", at=net(T0 + SAME_HOUR)),
    replace(launch("", pad=None, rocket=None), name="Starlink 6-77", location="Cape Canaveral"),
]
UNCLEAR = [
    launch("Starlink Group 6-77", at=net(T0 + SAME_MISSION + DAY)),
    launch("Starlink Group 6-77", rocket=Rocket(name="Falcon Heavy")),
    launch("Starlink Group 6-77", pad=VANDENBERG),
    launch("Starlink Group 6-78"),
    replace(launch("", rocket=None, at=net(T0 + 2 * DAY)), name="Starlink Group 6-77"),
    launch("Secret", pad=None),
    replace(launch("", rocket=None), name="Secret"),
]
OTHERS = [
    launch("Starlink Group 6-6", at=net(T0 + HOUR)),
    launch("Starlink-77 (6-7)", at=net(T0 + HOUR)),
    launch("Legion 6-77", at=net(T0 + HOUR)),
    launch("Starlink Group 6-78", at=net(T0 + HOUR)),
    launch("Secret", at=net(T0 + SAME_HOUR + MINUTE)),
    launch("Secret", at=net(T0.replace(hour=0), Precision.DAY)),
    launch("Secret", pad=VANDENBERG),
    launch("Secret", rocket=Rocket(name="Falcon Heavy")),
    replace(launch("Starlink Group 6-77"), kind=Kind.TEST),
    launch("Unknown Payload", at=net(T0 + SAME_MISSION + DAY)),
    launch("Starlink Group 6-77", pad=VANDENBERG, rocket=Rocket(name="Falcon Heavy")),
]


def compared(one: Event, other: Event) -> Likeness:
    return likeness(traits(one, NAMES), traits(other, NAMES))


def meeting(fresh: Event, known: list[Event]) -> Met:
    return met(traits(fresh, NAMES), [traits(one, NAMES) for one in known])


@pytest.mark.parametrize(
    ("fresh", "like"),
    [
        *((one, Likeness.SAME) for one in SAME_FEEDS),
        *((one, Likeness.UNCLEAR) for one in UNCLEAR),
        *((one, Likeness.OTHER) for one in OTHERS),
    ],
)
def test_two_feeds_entries_are_one_event_or_may_be_or_are_not(fresh: Event, like: Likeness) -> None:
    assert compared(fresh, OLD) is like
    assert compared(OLD, fresh) is like


def test_a_word_of_its_own_on_each_side_is_another_series() -> None:
    soyuz = launch("Soyuz MS-18", pad=None, rocket=Rocket(name="Soyuz 2.1a"))
    progress = replace(soyuz, name="Soyuz 2.1a | Progress MS-18", net=net(T0 + 2 * DAY))
    assert compared(soyuz, progress) is Likeness.OTHER
    assert compared(soyuz, replace(soyuz, name="Soyuz MS-18 (64S)", net=net(T0 + 9 * DAY))) is Likeness.SAME


def test_layers_of_one_constellation_without_a_day_are_not_one() -> None:
    first = launch("Tranche 1 Layer A", at=net(T0, Precision.QUARTER))
    assert compared(first, launch("Tranche 1 Layer B", at=net(T0, Precision.QUARTER))) is Likeness.OTHER
    assert compared(first, launch("Tranche 1 Layer A", at=net(T0, Precision.MONTH))) is Likeness.SAME


def test_what_has_no_name_yet_is_known_by_its_rocket() -> None:
    demo = launch("Demo Flight", rocket=Rocket(name="Vikram-I"))
    assert compared(demo, replace(demo, net=net(T0 + DAY))) is Likeness.SAME
    assert compared(demo, replace(demo, net=net(T0, Precision.MONTH))) is Likeness.UNCLEAR
    assert compared(demo, replace(demo, name="Vikram-I | Aagaman", net=net(T0 + DAY))) is Likeness.UNCLEAR
    assert compared(demo, replace(demo, net=net(T0 + SAME_MISSION + DAY))) is Likeness.OTHER
    assert compared(demo, launch("Demo Flight")) is Likeness.OTHER
    assert compared(demo, replace(demo, pad=VANDENBERG)) is Likeness.OTHER
    assert compared(demo, replace(demo, name="Demo Flight", rocket=None, net=net(T0 + DAY))) is Likeness.OTHER


def test_a_name_of_numbers_alone_is_a_name() -> None:
    assert compared(launch("KX09"), launch("KX09")) is Likeness.SAME
    assert recreated(launch("KX09"), [launch("KX10")]) is None


def test_a_number_of_the_mission_that_the_rocket_has_too_counts() -> None:
    assert compared(launch("Crew-9"), launch("Crew-10")) is Likeness.UNCLEAR
    assert compared(launch("Crew-9"), launch("Crew-10", at=net(T0 + HOUR))) is Likeness.OTHER
    assert recreated(launch("Crew-10"), [launch("Crew-9")]) is None


def test_rockets_and_sites_are_known_by_every_name() -> None:
    ours = launch("Yaogan 35", rocket=Rocket(name="Long March 2D"), pad=VANDENBERG)
    theirs = launch("Yaogan-35", rocket=Rocket(name="CZ-2D"), pad=Pad(name="VAFB", site="VAFB"))
    assert compared(ours, theirs) is Likeness.SAME


def test_the_closest_in_time_is_meant() -> None:
    later = replace(OLD, id=EventId("later"), net=net(T0 + 3 * DAY))
    fresh = launch("Starlink-35 (6-77)", at=net(T0 + HOUR))
    assert meeting(fresh, [later, OLD]) == Met(EventId("old"))
    assert meeting(fresh, [OLD, replace(OLD, id=EventId("twin"))]) == Met(None, (EventId("old"), EventId("twin")))
    assert meeting(UNCLEAR[0], [OLD]) == Met(None, (EventId("old"),))
    assert meeting(OTHERS[0], [OLD]) == meeting(OLD, []) == Met(None)


def test_nets_are_as_far_apart_as_they_must_be() -> None:
    assert apart(net(), net(T0 - HOUR)) == HOUR
    assert apart(net(), net(T0, Precision.MONTH)) == 0 * DAY
    assert apart(net(), Net(None, Precision.UNKNOWN)) == apart(Net(None, Precision.UNKNOWN), net()) == 0 * DAY
