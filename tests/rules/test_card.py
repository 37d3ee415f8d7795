"""The living card: what people act on, as it stands now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import (
    Agency,
    Event,
    Image,
    Kind,
    Landing,
    Mission,
    Pad,
    Person,
    Precision,
    Rocket,
    RoleId,
    Status,
    StreamKind,
    Tone,
    Webcast,
)
from bot.rules.card import CREW_SHOWN, OLD, card, credit, face
from tests.rules.making import DAY, HOUR, L0, MINUTE, SECOND, T0, event, net, seen, story

AT = "<t:1772373600:F> (<t:1772373600:R>)"
FULL = replace(
    event(),
    rocket=Rocket(name="Soyuz", full_name="Soyuz 2.1a"),
    spacecraft=("Soyuz MS", "Soyuz MS-19"),
    lsp=Agency(name="Roscosmos"),
    pad=Pad(name="31/6", site="Baikonur Cosmodrome"),
    mission=Mission(name="Soyuz MS-19", kind="Human Exploration", orbit="Low Earth Orbit"),
    crew=(Person(name="Anton Shkaplerov", role="Commander"), Person(name="Yulia Peresild")),
    landings=(Landing(vehicle="B1067", attempt=True, place="OCISLY"), Landing(vehicle="B2", attempt=False), Landing(vehicle="")),
    probability=90,
    weather="Cumulus",
    webcasts=(Webcast(url="https://youtu.be/dQw4w9WgXcQ", publisher="NASA", kind=StreamKind.OFFICIAL),),
    image=Image(url="https://a.b/c.jpg", thumbnail="https://a.b/t.jpg", credit="Roscosmos"),
)


def rows(one: Event, now: datetime = L0) -> tuple[str, ...]:
    return card(seen(one, now), now).lines


def test_a_card_says_all_that_people_act_on() -> None:
    made = card(seen(FULL), L0)
    assert made.title == "🚀 Soyuz MS-19"
    assert made.lines == (
        f"**GO** · NET {AT}",
        "Soyuz 2.1a · Soyuz MS-19 · Roscosmos",
        "📍 31/6, Baikonur Cosmodrome",
        "Human Exploration · Low Earth Orbit",
        "👩‍🚀 Anton Shkaplerov (Commander), Yulia Peresild",
        "🛬 B1067 lands on OCISLY",
        "🌦️ 90 % GO · Cumulus",
        "📺 [NASA](https://youtu.be/dQw4w9WgXcQ) · official webcast",
    )
    assert made.footer == f"{credit()} · Image: Roscosmos"
    assert made.image == "https://a.b/t.jpg"
    assert [(link.label, link.url) for link in made.buttons] == [("Watch", "https://youtu.be/dQw4w9WgXcQ")]
    assert made.tone is Tone.GO


def test_a_card_of_little_says_little() -> None:
    made = card(seen(event()), L0)
    assert made.lines == (f"**GO** · NET {AT}",)
    assert (made.footer, made.image, made.buttons) == (credit(), "", ())
    assert card(seen(replace(event(), image=Image(url="https://a.b/c.jpg"))), L0).image == "https://a.b/c.jpg"


STANDING = [
    (event(status=Status.TBC), L0, f"**To be confirmed** · NET {AT}"),
    (event(status=Status.NONE), L0, f"NET {AT}"),
    (event(net(L0, Precision.DAY)), L0, "**GO** · NET 1 March 2026"),
    (event(), T0 - SECOND, f"**GO** · NET {AT}"),
    (event(), T0, f"**T-0 passed, waiting for word** · {AT}"),
    (event(kind=Kind.DOCKING), T0, f"**Planned time has come** · {AT}"),
    (event(status=Status.HOLD), L0, f"**HOLD** · the clock is stopped; T-0 was {AT}"),
    (replace(event(status=Status.HOLD), reason="wind"), T0, f"**HOLD** · the clock is stopped; T-0 was {AT}\nwind"),
    (event(status=Status.IN_FLIGHT), T0, f"**In flight** · liftoff {AT}"),
    (replace(event(status=Status.IN_FLIGHT), reason="wind"), T0, f"**In flight** · liftoff {AT}"),
    (replace(event(status=Status.FAILURE), reason="engine"), T0, f"**Failure** · liftoff {AT}\nengine"),
    (event(status=Status.SUCCESS), T0, f"**Success** · liftoff {AT}"),
    (event(status=Status.CANCELLED), T0, "**Cancelled** · it is gone from the launch feed"),
]


@pytest.mark.parametrize(("one", "now", "line"), STANDING)
def test_a_card_says_where_it_stands(one: Event, now: datetime, line: str) -> None:
    assert rows(one, now)[0] == line


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_card(status: Status) -> None:
    assert rows(event(status=status))


def test_a_scrubbed_card_waits_for_a_new_net_and_counts_the_attempts() -> None:
    scrubbed = story([(L0, event()), (T0 - HOUR, event(status=Status.TBD))])[-1][1]
    made = card(scrubbed, T0 - HOUR)
    assert made.lines == (f"**Scrubbed** · waiting for a new NET, {AT} does not hold", "*attempt 2*")
    assert made.tone is Tone.WARN
    again = story([(L0, event()), (T0 - HOUR, event(status=Status.TBD)), (T0, event(net(T0 + DAY)))])[-1][1]
    assert card(again, T0).lines[1] == "*attempt 2 · first planned for 1 Mar 2026 14:00 UTC*"


@pytest.mark.parametrize(("by", "told"), [(10 * MINUTE, True), (-10 * MINUTE, True), (10 * MINUTE - SECOND, False)])
def test_a_card_says_for_when_it_was_first_planned(by: timedelta, *, told: bool) -> None:
    moved = story([(L0, event()), (L0 + HOUR, event(net(T0 + by)))])[-1][1]
    assert ("*first planned for 1 Mar 2026 14:00 UTC*" in card(moved, L0 + HOUR).lines) is told
    back = story([(L0, event()), (L0 + HOUR, event(net(T0 + by))), (L0 + 2 * HOUR, event())])[-1][1]
    assert len(card(back, L0 + 2 * HOUR).lines) == 1 + told


def test_a_window_is_shown_where_it_ends_later_than_t0() -> None:
    for end, text in ((T0 + HOUR, " · window until <t:1772377200:t>"), (T0 + 59 * SECOND, ""), (None, ""), (T0 - HOUR, "")):
        assert rows(replace(event(), window_end=end))[0] == f"**GO** · NET {AT}{text}"
    assert rows(replace(event(), window_end=T0 + MINUTE))[0] != f"**GO** · NET {AT}"
    assert "window" not in rows(replace(event(net(L0, Precision.DAY)), window_end=T0 + HOUR))[0]


def test_of_many_ships_three_are_named_each_once() -> None:
    assert rows(replace(event(), spacecraft=("Dragon", "Crew Dragon", "A", "B", "C")))[1] == "Crew Dragon, A, B"


def test_a_large_crew_is_counted() -> None:
    people = tuple(Person(name=f"P{n}") for n in range(CREW_SHOWN + 2))
    assert rows(replace(event(), crew=people))[1].endswith("P11 and 2 more")
    assert rows(replace(event(), crew=people[:CREW_SHOWN]))[1].endswith("P11")


def test_a_booster_lands_landed_or_was_lost() -> None:
    def landing(success: bool | None, kind: Kind = Kind.LAUNCH) -> tuple[str, ...]:
        return rows(replace(event(kind=kind), landings=(Landing(vehicle="B1", attempt=True, success=success),)))[1:]

    assert landing(success=None) == ("🛬 B1 lands",)
    assert landing(success=True) == ("🛬 B1 landed",)
    assert landing(success=False) == ("🛬 B1 lost",)
    assert landing(success=True, kind=Kind.DOCKING) == ()


def test_the_weather_matters_until_liftoff() -> None:
    fair = replace(event(), probability=0)
    assert rows(fair)[1] == "🌦️ 0 % GO"
    assert len(rows(replace(fair, status=Status.IN_FLIGHT))) == 1


def test_where_an_event_is_that_has_no_pad() -> None:
    assert rows(replace(event(kind=Kind.DOCKING), location="ISS"))[1] == "📍 ISS"
    assert rows(replace(event(), pad=Pad(name="31/6")))[1] == "📍 31/6"
    assert rows(replace(event(), mission=Mission(name="X", kind="Test")))[1] == "Test"


def test_a_card_on_old_data_says_so() -> None:
    known = seen(event(net(T0 + DAY)))
    assert len(card(known, L0 + OLD).lines) == 1
    assert card(known, L0 + OLD + SECOND).lines[-1] == f"⚠️ no news from the launch feed since <t:{int(L0.timestamp())}:R>"


def test_a_face_is_what_a_reader_sees() -> None:
    made = card(seen(FULL), L0)
    for unseen in (
        replace(made, lead_in="x"),
        replace(made, roles=(RoleId(1),)),
        replace(made, silent=True),
        card(seen(replace(FULL, last_updated=T0)), L0),
        card(seen(replace(FULL, links=("https://a.b",))), L0 + MINUTE),
    ):
        assert face(unseen) == face(made)
    for different in (
        replace(made, title="x"),
        replace(made, lines=()),
        replace(made, image=""),
        replace(made, tone=Tone.BAD),
        replace(made, buttons=()),
        replace(made, footer=""),
    ):
        assert face(different) != face(made)
    assert len(face(made)) == 32
