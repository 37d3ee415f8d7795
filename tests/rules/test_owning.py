"""A NET as an admin writes it, and what becomes of a mission that a server added."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.model import EventId, GuildId, Mission, Net, Precision, Rocket, Status
from bot.rules.asking import Wrong
from bot.rules.owning import Own, event_id, first_told, parse_net, told_again

BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # whole numbers


@pytest.mark.parametrize(
    ("text", "net"),
    [
        ("2026-12-24 18:00", Net(at(2026, 12, 24, 17), Precision.MINUTE)),
        ("2026-12-24T18:00:30", Net(at(2026, 12, 24, 17, 0, 30), Precision.SECOND)),
        ("2026-12-24 18h", Net(at(2026, 12, 24, 17), Precision.HOUR)),
        ("2026-07-01 18:00", Net(at(2026, 7, 1, 16), Precision.MINUTE)),
        ("2026-12-24 18:00 UTC", Net(at(2026, 12, 24, 18), Precision.MINUTE)),
        ("2026-12-24 18:00Z", Net(at(2026, 12, 24, 18), Precision.MINUTE)),
        ("2026-12-24", Net(at(2026, 12, 24), Precision.DAY)),
        ("2026-02", Net(at(2026, 2, 28), Precision.MONTH)),
        ("2026-12", Net(at(2026, 12, 31), Precision.MONTH)),
        ("2026", Net(at(2026, 12, 31), Precision.YEAR)),
        ("Q2 2026", Net(at(2026, 6, 30), Precision.QUARTER)),
        ("h1 2026", Net(at(2026, 6, 30), Precision.HALF)),
        ("TBD", Net(None, Precision.UNKNOWN)),
        ("2026-10-25 02:30", Net(at(2026, 10, 25, 0, 30), Precision.MINUTE)),
    ],
)
def test_how_it_is_written_says_how_well_it_is_known(text: str, net: Net) -> None:
    assert parse_net(text, BERLIN) == net


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13", "2026-02-30", "2026-12-24 25:00", "h3 2026", "0001-01-01", "24.12.2026"]
)
def test_what_is_no_date_is_told_with_a_way_on(text: str) -> None:
    read = parse_net(text, BERLIN)
    assert isinstance(read, Wrong)
    assert "2026-12-24 18:00" in read.sentence


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    skipped = parse_net("2026-03-29 02:30", BERLIN)
    assert isinstance(skipped, Wrong)
    assert "does not exist in Europe/Berlin" in skipped.sentence
    assert parse_net("2026-03-29 02:30 UTC", BERLIN) == Net(at(2026, 3, 29, 2, 30), Precision.MINUTE)


def test_a_mission_is_told_and_told_again() -> None:
    clock = Net(at(2026, 12, 24, 18), Precision.MINUTE)
    first = first_told(event_id(GuildId(5), 1), GuildId(5), Own(name="Balloon", rocket="Hwoyee 1600"))
    assert (first.id, first.owner, first.status) == (EventId("own:launch:5-1"), 5, Status.TBD)
    assert first.rocket == Rocket(name="Hwoyee 1600")

    going = told_again(first, Own(net=clock, text="For school", stream="https://example.org"))
    assert (going.status, going.net, going.mission) == (Status.GO, clock, Mission(name="Balloon", description="For school"))
    again = told_again(going, Own(name="Ballon", rocket="", stream="", place="Yard", status=Status.HOLD))
    assert (again.mission, again.rocket, again.webcasts) == (Mission(name="Ballon", description="For school"), None, ())
    assert (again.location, again.status) == ("Yard", Status.HOLD)
    assert told_again(again, Own(net=clock)).status is Status.HOLD
