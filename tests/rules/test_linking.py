"""Articles and videos find the events that they are about, with reasons that a person can check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import (
    Agency,
    Article,
    Event,
    EventId,
    Kind,
    Linked,
    Mission,
    Net,
    NetSeen,
    Pad,
    Person,
    Precision,
    Rocket,
    Status,
)
from bot.rules.library import Library, library
from bot.rules.linking import link

WRITTEN = datetime(2021, 10, 4, 12, tzinfo=UTC)
SPACEX = Agency(name="SpaceX", abbrev="SpX")
ROSCOSMOS = Agency(name="Russian Federal Space Agency (ROSCOSMOS)", abbrev="RFSA")
CAPE = ("Space Launch Complex 40", "Cape Canaveral SFS, FL, USA")
VANDENBERG = ("Space Launch Complex 4E", "Vandenberg SFB, CA, USA")
BAIKONUR = ("31/6", "Baikonur Cosmodrome, Republic of Kazakhstan")


def flight(
    key: str,
    name: str,
    net: str | None,
    *,
    lsp: Agency | None = SPACEX,
    place: tuple[str, str] = CAPE,
    precision: Precision = Precision.MINUTE,
    crew: Iterable[str] = (),
    told: str = "",
    agencies: Iterable[str] = (),
) -> Event:
    """Describe a launch as a feed does."""
    rocket, _, mission = name.partition(" | ")
    return Event(
        id=EventId(key),
        kind=Kind.LAUNCH,
        name=name,
        net=Net(datetime.fromisoformat(f"{net}+00:00") if net else None, precision),
        status=Status.GO,
        lsp=lsp,
        rocket=Rocket(name=rocket),
        mission=Mission(name=mission, description=told),
        crew=tuple(Person(name=one) for one in crew),
        pad=Pad(name=place[0]),
        location=place[1],
        agencies=tuple(Agency(name=one) for one in agencies),
    )


def happening(key: str, kind: Kind, name: str, at: str, launch: str) -> Event:
    """Describe an event that is no launch."""
    net = Net(datetime.fromisoformat(f"{at}+00:00"), Precision.MINUTE)
    return Event(id=EventId(key), kind=kind, name=name, net=net, status=Status.NONE, launches=(EventId(launch),))


FLIGHTS = (
    flight("ms18", "Soyuz 2.1a | Soyuz MS-18", "2021-04-09T07:42", lsp=ROSCOSMOS, place=BAIKONUR, crew=["Oleg Novitskiy"]),
    flight(
        "ms19",
        "Soyuz 2.1a | Soyuz MS-19",
        "2021-10-05T08:55",
        lsp=ROSCOSMOS,
        place=BAIKONUR,
        crew=["Anton Shkaplerov", "Klim Shipenko", "Yulia Peresild"],
    ),
    flight("progress", "Soyuz 2.1a | Progress MS-18 (79P)", "2021-10-28T00:00", lsp=ROSCOSMOS, place=BAIKONUR),
    flight("i4", "Falcon 9 Block 5 | Inspiration4", "2021-09-16T00:02", crew=["Jared Isaacman", "Hayley Arceneaux"]),
    flight(
        "ax1", "Falcon 9 Block 5 | Axiom Space Mission 1", "2022-02-28T00:00", precision=Precision.MONTH, agencies=["Axiom Space"]
    ),
    flight("crew3", "Falcon 9 Block 5 | Crew-3", "2021-10-30T06:43", crew=["Raja Chari", "Kayla Barron"]),
    flight("crew4", "Falcon 9 Block 5 | Crew-4", "2022-04-15T00:00", precision=Precision.DAY),
    flight("sl41", "Falcon 9 Block 5 | Starlink Group 4-1", "2021-10-06T12:19", told="A batch of 53 satellites."),
    flight("sl24", "Falcon 9 Block 5 | Starlink Group 2-4", "2021-10-06T02:10", place=VANDENBERG),
    flight("sl43", "Falcon 9 Block 5 | Starlink Group 4-3", "2021-10-27T12:19"),
    flight("ift5", "Starship | Flight 5", "2021-10-13T12:25", place=("Pad A", "SpaceX Starbase, TX, USA")),
    flight(
        "ift6", "Starship | Flight 6", "2021-12-31T00:00", precision=Precision.YEAR, place=("Pad A", "SpaceX Starbase, TX, USA")
    ),
    flight("glenn", "New Glenn | Maiden Flight", "2021-11-20T07:00", lsp=Agency(name="Blue Origin", abbrev="BO")),
    flight("glenn2", "New Glenn | EscaPADE", "2022-06-30T00:00", lsp=Agency(name="Blue Origin"), precision=Precision.QUARTER),
    flight("strix", "Electron | The Owl's Night Begins (StriX Launch 4)", "2021-10-20T09:00", lsp=Agency(name="Rocket Lab")),
    flight(
        "s1c", "Vega-C | Sentinel-1C", "2021-11-05T00:00", lsp=None, precision=Precision.DAY, place=("ELV", "Guiana Space Centre")
    ),
    flight("psyche", "Falcon Heavy | Psyche", None, precision=Precision.UNKNOWN),
    happening("land18", Kind.LANDING, "Soyuz MS-18 Landing", "2021-10-17T04:36", "ms18"),
    happening("dock19", Kind.DOCKING, "Soyuz MS-19 Docking", "2021-10-05T12:12", "ms19"),
    happening("talk", Kind.OTHER, "Peresild speaks to pupils", "2021-10-09T12:00", "nowhere"),
)
SHELF = library(FLIGHTS)


def linked(
    title: str, summary: str = "", *, at: datetime = WRITTEN, shelf: Library = SHELF, starts: datetime | None = None
) -> set[str]:
    """Give the ids that an article is linked to."""
    return {str(one.event) for one in link(Article(title=title, summary=summary, published_at=at, starts=starts), shelf, at)}


@pytest.mark.parametrize(
    ("title", "summary", "events"),
    [
        # crew, and the day
        (
            "A film crew leaves for orbit on Tuesday",
            "Yulia Peresild and Klim Shipenko will lift off from Baikonur on Oct. 5.",
            "ms19",
        ),
        ("Soyuz MS-19 ready at Baikonur", "", "ms19"),
        ("Roscosmos to launch Soyuz MS-19 and dock it three hours later", "", "ms19 dock19"),
        ("Novitskiy and the film makers return to Earth on October 17", "Soyuz MS-18 lands in Kazakhstan.", "land18"),
        # what a mission is called
        ("Dragon brings the first all-civilian crew home", "SpaceX sent them to orbit last month.", "i4"),
        ("Axiom Mission 1 crew begins training", "Ax-1 will launch in February 2022.", "ax1"),
        ("NASA delays the next Crew Dragon mission", "SpaceX now plans to launch on Oct. 30.", "crew3"),
        # a series: number, place, day and hour decide
        ("SpaceX to launch Starlink 4-3 at the end of the month", "", "sl43"),
        (
            "SpaceX to launch Starlink satellites from California",
            "Liftoff from pad 4 East is set for 10:10 p.m. EDT (0210 UTC).",
            "sl24",
        ),
        (
            "Falcon 9 to launch Starlink batch from Cape Canaveral",
            "Liftoff from pad 40 is set for 8:19 a.m. EDT on Wednesday.",
            "sl41",
        ),
        ("Rocket Lab to launch fourth Synspective satellite on Electron", "The launch is set for Oct. 20.", "strix"),
        ("Sentinel-1C arrives in Kourou for its Vega C launch in November", "", "s1c"),
        # a rocket that flies seldom, by number, by first flight
        ("SpaceX prepares fifth Starship test flight", "The launch is planned for Oct. 13.", "ift5"),
        ("Next Starship launch targeted for mid-October", "", "ift5"),
        ("Blue Origin rolls out New Glenn for its maiden flight", "", "glenn"),
        ("Blue Origin set to launch its debut mission on Nov. 20", "", "glenn"),
        # about no launch
        ("Sentinel-6 data show the sea rising", "The mission is in its second year.", ""),
        ("Senate holds hearing on space traffic", "Members asked about electron beams and a crew of clerks.", ""),
        ("Starlink opens in another country", "", ""),
        ("Flight 5 to the islands will be delayed", "Boarding is on Oct. 13.", ""),
        ("", "", ""),
    ],
)
def test_an_article_finds_its_events(title: str, summary: str, events: str) -> None:
    assert linked(title, summary) == set(events.split())


def test_the_evidence_can_be_checked_by_a_person() -> None:
    article = Article(
        title="Actor heads to the station",
        summary="Yulia Peresild will launch aboard a Soyuz from Baikonur at 4:55 a.m. EDT (0855 UTC) on Tuesday, October 5.",
        published_at=WRITTEN,
    )
    (one,) = link(article, SHELF, WRITTEN)
    assert one.event == "ms19"
    assert one.evidence == (
        "‘Yulia Peresild’ is in its crew",
        "‘Soyuz’ is in its name",
        "‘Baikonur’ is its site",
        "‘Tuesday, October 5’ is its NET",
        "‘4:55 a.m. EDT’ is its NET",
        "of all that ‘Soyuz’ may mean it was the next",
    )
    assert 0.9 < one.confidence <= 1


def evidence(title: str, summary: str = "", at: datetime = WRITTEN) -> str:
    """Give the evidence of the only link."""
    (one,) = link(Article(title=title, summary=summary, published_at=at), SHELF, at)
    return "; ".join(one.evidence)


def test_a_first_flight_a_number_and_a_turn_are_told() -> None:
    assert "a first flight is told, and this is one" in evidence("Blue Origin rolls out New Glenn for its maiden flight")
    assert "its number in the series is told" in evidence("SpaceX to fly Starship for the fifth time, fifth flight on Oct. 13")
    assert "it was the next one so called" in evidence("NASA delays the next Crew Dragon mission", "It will launch on Oct. 30.")
    flown = WRITTEN + timedelta(days=10)
    assert "it was the last" in evidence("SpaceX catches a Starship booster", "Starship launched on Wednesday.", flown)


# --- longer texts, roundups, videos -------------------------------------------------------------------------------

LONG = " ".join(
    (
        "Film makers have long wanted to shoot where nothing has weight, and for as long it was too dear." * 3,
        "Now Yulia Peresild and Klim Shipenko will travel with Anton Shkaplerov on Tuesday, October 5, on a Soyuz from Baikonur.",
        "She plays a surgeon who must operate on a cosmonaut up there, which nobody has done." * 5,
        "The film makers come back to Earth with Oleg Novitskiy on October 17.",
        "Space opens to more people: last month SpaceX sent the first all-civilian crew into orbit, while SpaceX and Axiom Space",
        "plan to send the first private crew to the station early next year.",
        "A Starship may follow some day.",
    )
)


def test_a_long_article_is_linked_clause_by_clause() -> None:
    assert linked("An actor in orbit", LONG) == {"ms19", "land18", "i4", "ax1"}


def test_a_sentence_as_long_as_an_article_is_read_in_part() -> None:
    assert linked("Soyuz MS-19 is ready to launch", "a " * 2000) == {"ms19"}


@pytest.mark.parametrize("words", ["in about ", "Oct. 5-7, ", "Tuesday, ", "<", "The post ", "first half of ", "12 ", "a"])
def test_a_text_made_to_be_slow_is_read_in_a_second(words: str) -> None:
    text = words * (40_000 // len(words))
    begun = process_time()
    linked(text, text)
    assert process_time() - begun < 1  # measured: 0.15 s at most


def test_a_roundup_is_about_its_week() -> None:
    unseen = (NetSeen(FLIGHTS[6].net, WRITTEN + timedelta(days=1)),)
    shelf = library([*FLIGHTS, flight("late", "Long March 2D | Yaogan 31", "2021-10-07T00:00")], {EventId("late"): unseen})
    assert linked("Launch Roundup: a crew of film makers and Starlinks", shelf=shelf) == {"ms19", "sl41", "sl24"}
    (one,) = [one for one in link(Article(title="Launch preview", published_at=WRITTEN), SHELF, WRITTEN) if one.event == "sl41"]
    assert one.evidence == ("the title is a roundup of the week’s launches", "its NET, October 6, is in that week")


def test_a_roundup_is_not_about_what_flew_before_its_week() -> None:
    assert "i4" in linked("Inspiration4 launched from Florida in September")
    assert "i4" not in linked("Launch Roundup: after Inspiration4 launched in September")


def test_a_video_begins_shortly_before_its_launch() -> None:
    starts = datetime(2021, 10, 6, 11, 45, tzinfo=UTC)
    assert linked("Starlink Mission") == set()
    assert linked("SpaceX launches Starlink", starts=starts) == {"sl41"}
    (one,) = link(Article(title="SpaceX launches Starlink", published_at=WRITTEN, starts=starts), SHELF, WRITTEN)
    assert "the video begins at its NET" in one.evidence


# --- what was known then ------------------------------------------------------------------------------------------


def test_dates_are_compared_with_the_net_as_it_was_known_then() -> None:
    nets = (
        NetSeen(Net(datetime(2021, 10, 1, 12, tzinfo=UTC), Precision.DAY), datetime(2021, 9, 1, tzinfo=UTC)),
        NetSeen(Net(datetime(2021, 11, 20, tzinfo=UTC), Precision.DAY), datetime(2021, 9, 30, tzinfo=UTC)),
    )
    shelf = library(FLIGHTS, {EventId("sl41"): nets})
    title, summary = "SpaceX to launch Starlink from Cape Canaveral", "Falcon 9 is set to lift off on October 1."
    assert "sl41" in linked(title, summary, shelf=shelf, at=datetime(2021, 9, 29, tzinfo=UTC))
    assert "sl41" not in linked(title, summary, shelf=shelf, at=datetime(2021, 9, 30, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("summary", "when", "found"),
    [
        ("Liftoff is set for 10:48 p.m. EDT (0248 UTC).", "2021-11-04T20:00", {"s1c"}),
        ("It lifted off at 10:48 p.m. EDT (0248 UTC).", "2021-11-05T05:00", {"s1c"}),
        ("The time is 0248 UTC.", "2021-11-04T20:00", {"s1c"}),
    ],
)
def test_a_clock_time_alone_means_the_next_or_the_last_such_hour(summary: str, when: str, found: set[str]) -> None:
    assert linked("Vega C launch from Kourou", summary, at=datetime.fromisoformat(f"{when}+00:00")) == found


def test_what_was_years_away_then_was_not_meant() -> None:
    nets = (NetSeen(Net(datetime(2025, 12, 31, tzinfo=UTC), Precision.YEAR), datetime(2021, 9, 1, tzinfo=UTC)),)
    assert linked("Soyuz MS-19 ready at Baikonur", shelf=library(FLIGHTS, {EventId("ms19"): nets})) == set()


def test_an_article_from_the_future_is_read_as_of_now() -> None:
    article = Article(title="Soyuz MS-19 launches tomorrow", published_at=WRITTEN + timedelta(days=900))
    assert [one.event for one in link(article, SHELF, WRITTEN)] == ["ms19"]


def test_a_launch_without_a_net_may_be_meant_at_any_time() -> None:
    assert linked("Psyche mission arrives in Florida, launch on Falcon Heavy delayed") == {"psyche"}


# --- laws ---------------------------------------------------------------------------------------------------------

ARTICLES = (
    ("A film crew leaves on Tuesday", "Yulia Peresild and Klim Shipenko lift off from Baikonur on Oct. 5 on a Soyuz."),
    ("SpaceX to launch Starlink satellites from California", "Liftoff from pad 4 East is set for 10:10 p.m. EDT (0210 UTC)."),
    ("Launch Roundup: film makers and Starlinks", ""),
    ("An actor in orbit", LONG),
    ("Blue Origin set to launch its debut mission on Nov. 20", ""),
)


def links(title: str, summary: str, events: Iterable[Event]) -> tuple[Linked, ...]:
    """Link one article against some events."""
    return link(Article(title=title, summary=summary, published_at=WRITTEN), library(events), WRITTEN)


@settings(max_examples=40)  # each builds a library
@given(st.permutations(FLIGHTS), st.sampled_from(ARTICLES))
def test_the_order_of_events_does_not_matter(events: list[Event], article: tuple[str, str]) -> None:
    assert links(*article, events) == links(*article, FLIGHTS)


SYLLABLES = st.lists(st.sampled_from(["zor", "qua", "vip", "lun", "brek", "tash"]), min_size=3, max_size=5).map("".join)


@settings(max_examples=40)  # each builds a library
@given(
    SYLLABLES, SYLLABLES, SYLLABLES, st.integers(-30, 400), st.sampled_from([one for one in ARTICLES if "Roundup" not in one[0]])
)
def test_an_unrelated_event_changes_no_link(rocket: str, mission: str, lsp: str, away: int, article: tuple[str, str]) -> None:
    net = (WRITTEN + timedelta(days=away)).replace(tzinfo=None).isoformat()
    other = flight("0", f"{rocket.title()} | {mission.title()}", net, lsp=Agency(name=lsp.title()), place=("Platform", "At sea"))
    assert links(*article, [*FLIGHTS, other]) == links(*article, FLIGHTS)


@settings(max_examples=40)  # each builds a library
@given(st.lists(SYLLABLES, max_size=40).map(" ".join), st.lists(SYLLABLES, max_size=40).map(". ".join))
def test_an_article_about_nothing_links_nothing(title: str, summary: str) -> None:
    assert links(title, summary, FLIGHTS) == ()


@settings(max_examples=40)  # each builds a library
@given(st.text(max_size=200), st.text(max_size=1500))
def test_no_text_breaks_the_reader(title: str, summary: str) -> None:
    for one in links(title, summary, FLIGHTS):
        assert 0 < one.confidence <= 1
        assert one.evidence
