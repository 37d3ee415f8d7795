"""What a watch would have said of the past and will say of what comes: by the rules that say it."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Agency as Lsp
from bot.model import Event, Facet, Mission, NetSeen, Person, Rocket, Status, Term, Track, Watch, Webcast
from bot.rules.beginning import MOST, NOISES, offers
from bot.rules.previewing import previewed, rehearsal_page
from bot.rules.rehearsing import Rehearsal, rehearsals
from bot.rules.what import completions
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, story, watch

LATER = T0 + 2 * DAY


def whats(asking: Watch, track: Track, now: object = L0) -> list[str]:
    (found,) = rehearsals(asking, [track], {}, now, each=5)  # type: ignore[arg-type]  # an instant
    return [one.what for one in found.told]


def test_a_coming_event_brings_what_is_planned() -> None:
    track = seen(event(), L0 - 9 * DAY)
    assert whats(watch(roles=[1]), track) == ["announced", "T-24h", "T-1h", "T-10m"]
    (found,) = rehearsals(watch(roles=[1]), [track], {}, L0, each=5)
    assert [one.pings for one in found.told] == [False, False, False, True]


def test_a_past_event_is_told_with_its_slips_its_webcast_and_its_outcome() -> None:
    flown = replace(event(net(T0 + DAY), Status.SUCCESS), webcasts=(Webcast(url="https://a.org"),), webcast_live=False)
    track = replace(seen(flown, L0 - 9 * DAY), nets=(NetSeen(net(T0), L0 - 9 * DAY), NetSeen(net(T0 + DAY), L0 - DAY)), seen=LATER)
    told = whats(watch(roles=[1]), track, LATER)
    assert told[:1] == ["announced"]
    assert told[-3:] == ["live", "T-10m", "outcome-success"]
    assert "slip-1-0" in told
    assert told.count("T-10m") == 1


def test_a_scrub_is_told_again() -> None:
    track = replace(
        seen(event(net(T0 + DAY), Status.SUCCESS), L0 - 9 * DAY),
        nets=(NetSeen(net(T0), L0 - 9 * DAY), NetSeen(net(T0 + DAY), T0 + HOUR)),
        scrubs=(T0 - MINUTE,),
    )
    told = whats(watch(), track, LATER)
    assert "scrub-1" in told
    assert told.count("T-10m") == 2


def test_what_is_on_hold_or_live_now_is_told_as_it_stands() -> None:
    live = replace(event(net(L0 + HOUR)), webcasts=(Webcast(url="https://a.org", live=True),), webcast_live=True)
    track = replace(seen(replace(live, webcast_live=False), L0 - DAY), event=live, seen=L0 + HOUR / 2)
    assert "live" in whats(watch(), track, L0 + HOUR / 2)
    waiting = replace(seen(event(net(L0 - HOUR), Status.TBD), L0 - 9 * DAY), nets=())
    assert whats(watch(), waiting)[0] == "announced"
    gone = replace(seen(event(net(T0), Status.CANCELLED), L0 - 9 * DAY), seen=L0 - DAY)
    assert "outcome-cancelled" not in whats(watch(), gone)


def test_the_last_and_the_next_are_shown_in_order() -> None:
    tracks = [
        seen(replace(event(net(L0 + number * DAY)), id=f"ll2:launch:{number}"), L0 - 30 * DAY)  # type: ignore[arg-type]  # an id
        for number in (3, -1, 2, -3, 1, -2)
    ]
    found = rehearsals(replace(watch(), off=True, paused=True), [*tracks, seen(event(net(None)))], {}, L0, each=2)
    assert [one.track.event.id[-2:] for one in found] == ["-2", "-1", ":1", ":2"]
    assert rehearsals(watch(Term(Facet.LSP, "SpaceX")), tracks, {}, L0, each=2) == ()


def test_what_is_said_twice_by_the_story_is_said_once() -> None:
    steps = story([(L0 - DAY, event()), (L0, event(net(T0 + HOUR))), (L0 + HOUR, event(net(T0 + 3 * HOUR)))])
    told = whats(watch(), steps[-1][1], L0 + HOUR)
    assert len(told) == len(set(told))


# --- shown --------------------------------------------------------------------------------------------------------


def test_a_preview_tells_times_pings_and_what_stands_in_the_way() -> None:
    shown = previewed(watch(roles=[1]), seen(event(), L0 - DAY), L0)
    assert any("T-10m 🔔" in row for row in shown.lines)
    assert any(row.startswith("as it happens: ") and "live 🔔" in row for row in shown.lines)
    waiting = previewed(watch(notices=["reminder"]), seen(event(status=Status.TBD), L0 - DAY), L0)  # type: ignore[list-item]  # a word
    assert any(row.startswith("ℹ️") for row in waiting.lines)
    assert not any(row.startswith("as it happens") for row in waiting.lines)


def test_a_page_of_a_rehearsal_is_bounded() -> None:
    track = seen(event(), L0 - DAY)
    (one,) = rehearsals(watch(), [track], {}, L0, each=1)
    many = Rehearsal(track, one.told * 9)
    page = rehearsal_page(watch(), [many, Rehearsal(track, ()), Rehearsal(seen(event(net(L0 - DAY))), ())], L0)
    assert "+" in page.lines[1]
    assert "nothing to come yet" in page.lines[3]
    assert "nothing would have been said" in page.lines[5]


# --- offered ------------------------------------------------------------------------------------------------------


def flights() -> list[Event]:
    return [
        replace(
            event(name=f"Rocket {n} | Flight {n}"),
            lsp=Lsp(name=f"Agency {n % 30}"),
            mission=Mission(name=f"Flight {n}" + ("x" * 120 if n == 2 else "")),
            rocket=Rocket(name="Falcon 9", families=("Falcon",)),
            crew=(Person(name="Ada"),) if n == 30 else (),
        )
        for n in range(40)
    ]


def test_a_menu_holds_what_is_chosen_and_no_more_than_discord_takes() -> None:
    found = offers(flights(), "lsp: Nobody, at all")
    assert len(found) == MOST
    assert found[0] == ("lsp: Nobody, at all", "lsp: Nobody, at all")
    assert all(len(text) <= 100 and len(label) <= 100 for text, label in found)
    assert dict(offers(flights(), "crewed"))["crewed"] == "Flights with people aboard"
    assert "mission: Flight 30" in dict(offers(flights(), ""))
    assert offers([replace(event(), lsp=None)], "")
    assert all(noise.notices for noise in NOISES.values())


def test_the_last_term_is_completed() -> None:
    assert "crewed, crew: Ada" in completions("crewed, ada", flights())
    assert completions("-ada", flights()) == ("-ada", "-crew: Ada")
    assert completions("", flights())[:2] == ("everything", "crewed")
    odd = replace(event(), lsp=Lsp(name='A "B", C'), rocket=Rocket(name=" "))
    assert 'lsp: "A B , C"' in completions("lsp", [odd])
