"""The article that this project started from, and labelled ones, against recorded launches; where these are at hand."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from bench.articles import SHARED, articles, event, launches, net, nets
from bench.linking import ours, scored, shelved
from bot.model import Article, Event, EventId, Kind, Linked, Mission, Status
from bot.rules.library import library
from bot.rules.linking import link

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of articles, ../shared/articles, is not at hand")
KINDS = {"Docking": Kind.DOCKING, "Undocking": Kind.UNDOCKING, "Landing": Kind.LANDING, "Relocation": Kind.RELOCATION}
WRITTEN = datetime(2021, 10, 4, 12, tzinfo=UTC)
GLUED = {
    "stationearly": "station early",
    "sentthe": "sent the",
    "crewon": "crew on",
    "tosend": "to send",
    "becomethe": "become the",
}
"""The copy lost the blanks beside its links."""


class Happening(msgspec.Struct):
    """A line of events.jsonl."""

    id: str
    name: str
    date: datetime
    type: str | None
    description: str | None
    launch_ids: list[str]

    @property
    def event(self) -> Event:
        """The same, as the bot knows it."""
        return Event(
            id=EventId(f"event {self.id}"),
            kind=KINDS.get(self.type or "", Kind.OTHER),
            name=self.name,
            net=net(self.date, None),
            status=Status.NONE,
            mission=Mission(name="", description=self.description or ""),
            launches=tuple(map(EventId, self.launch_ids)),
        )


def seed() -> dict[str, Linked]:
    """Link the seed article against every recorded launch and event, known as of then; by the event's name."""
    flights = launches(SHARED / "launches.jsonl")
    others = [msgspec.json.decode(line, type=Happening) for line in (SHARED / "events.jsonl").read_bytes().splitlines()]
    events = [*map(event, flights), *(one.event for one in others)]
    shelf = library(events, {EventId(one.id): nets(one) for one in flights if one.history})
    text = (SHARED / "seed-article.txt").read_text(encoding="utf-8").partition("\n\n")[2]
    for glued, apart in GLUED.items():
        text = text.replace(glued, apart)
    names = {one.id: one.name for one in events}
    return {names[one.event]: one for one in link(Article(title="", summary=text, published_at=WRITTEN), shelf, WRITTEN)}


def test_the_seed_article_is_about_four_flights_and_nothing_else() -> None:
    found = seed()
    assert set(found) == {
        "Soyuz 2.1a | Soyuz MS-19",
        "Soyuz MS-18 Landing",
        "Falcon 9 Block 5 | Inspiration4",
        "Falcon 9 Block 5 | Axiom Space Mission 1",
    }
    assert {"‘Peresild’ is in its crew", "‘Tuesday, October 5’ is its NET"} <= set(found["Soyuz 2.1a | Soyuz MS-19"].evidence)
    assert {"‘Oleg Novitskiy’ is in its crew", "‘October 16’ is its NET"} <= set(found["Soyuz MS-18 Landing"].evidence)
    assert "‘last month’ holds its NET" in found["Falcon 9 Block 5 | Inspiration4"].evidence
    assert "‘early next year’ holds its NET" in found["Falcon 9 Block 5 | Axiom Space Mission 1"].evidence


def test_labelled_articles_are_linked_better_than_a_naive_matcher_does() -> None:
    flights = launches(SHARED / "launches.jsonl")
    read = [one for one in articles(SHARED / "public" / "articles.jsonl") if one.negative is None or one.key < "2"]
    score = scored(read, ours(read, shelved(flights)), {one.id: one for one in flights})
    assert score.precision > 0.9
    assert score.recall > 0.7
