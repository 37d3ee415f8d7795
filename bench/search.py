"""How often a name with a typo finds its launch, and how fast, against rapidfuzz's token_set_ratio in the same run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rapidfuzz import fuzz, process

from bot.model import Agency, Event, EventId, Kind, Mission, Net, Pad, Precision, Rocket, Status, Track
from bot.rules.search import catalogue, nearest

SHELF = Path(__file__).resolve().parents[1].parent / "shared" / "articles" / "launches.jsonl"
EVENTS = 5000
QUERIES = 400
OFFERED = 25
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4
"""Letters of a word that gets a typo."""


READ: dict[str, Callable[[str], str]] = {"name": str, "mission": lambda name: name.partition("|")[2].strip()}
"""What of a name is typed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one way of searching came to. Shares of the queries, milliseconds of each."""

    name: str
    first: float
    offered: float
    spent: tuple[float, ...]

    def line(self) -> str:
        """One line of the table."""
        p50, most = median(self.spent), max(self.spent)
        return f"  {self.name:18} top-1 {self.first:.3f}  top-{OFFERED} {self.offered:.3f}  {p50:6.2f} ms p50  {most:6.2f} ms max"


def launches() -> list[Track]:
    """Read the recorded launches, each name once."""
    rows = [json.loads(line) for line in SHELF.read_text(encoding="utf-8").splitlines()]
    return [track_of(row) for row in {row["name"]: row for row in rows}.values()]


def track_of(row: dict[str, Any]) -> Track:
    """Make a track of a recorded launch."""
    at = datetime.fromisoformat(row["net"])
    event = Event(
        id=EventId(f"ll2:launch:{row['id']}"),
        kind=Kind.LAUNCH,
        name=row["name"],
        net=Net(at, Precision.MINUTE),
        status=Status.GO,
        lsp=Agency(name=row.get("provider") or "", abbrev=row.get("provider_abbrev") or ""),
        rocket=Rocket(name=row.get("rocket") or "", families=(row.get("rocket_family") or "",)),
        mission=Mission(name=row.get("mission_name") or "", kind=row.get("mission_type") or ""),
        pad=Pad(name=row.get("pad") or "", site=row.get("location") or ""),
    )
    return Track(event=event, first_seen=at, seen=at, armed_at=at)


def filled(tracks: Sequence[Track], count: int) -> list[Track]:
    """Give so many events: after the real ones, missions on the rockets of others."""
    made = list(tracks)
    for number, track in enumerate(islice(cycle(tracks), max(0, count - len(tracks)))):
        other = tracks[(7 * number + 1) % len(tracks)].event
        name = f"{(other.rocket or Rocket(name='')).name} | {track.event.name.partition('|')[2].strip()} {number}"
        event = replace(track.event, id=EventId(f"made:{number}"), name=name, rocket=other.rocket, lsp=other.lsp, pad=other.pad)
        made.append(replace(track, event=event))
    return made[:count]


def chosen(of: str, most: int) -> int:
    """Pick a number below `most`, the same for the same text in each run."""
    return int.from_bytes(sha256(of.encode()).digest()[:6]) % most


def misspelt(text: str) -> str:
    """Make one typo in one longer word: a letter missing, doubled, wrong, or swapped with the next; empty without such a word."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) >= SHORTEST and word.isalpha()]
    if not long:
        return ""
    at = long[chosen(f"word {text}", len(long))]
    word = words[at]
    spot = chosen(f"letter {text}", len(word) - 1)
    typos = (
        word[:spot] + word[spot + 1 :],
        word[: spot + 1] + word[spot:],
        word[:spot] + LETTERS[chosen(f"wrong {text}", len(LETTERS))] + word[spot + 1 :],
        word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :],
    )
    words[at] = typos[chosen(f"typo {text}", len(typos))]
    return " ".join(words)


def queries(tracks: Sequence[Track], read: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Give misspelt texts and the names they mean, spread over the years."""
    texts = [(misspelt(read(track.event.name)), track.event.name) for track in tracks]
    good = [(text, name) for text, name in texts if text and text != read(name)]
    yield from good[:: max(1, len(good) // QUERIES)][:QUERIES]


def figure(name: str, asked: Sequence[tuple[str, str]], search: Callable[[str], Sequence[str]]) -> Figure:
    """Ask everything once."""
    spent: list[float] = []
    ranks: list[int] = []
    for text, meant in asked:
        begun = perf_counter()
        hits = search(text)
        spent.append(1000 * (perf_counter() - begun))
        ranks.append(hits.index(meant) if meant in hits else OFFERED)
    shares = [sum(rank < most for rank in ranks) / len(ranks) for most in (1, OFFERED)]
    return Figure(name, shares[0], shares[1], tuple(spent))


def main() -> None:
    """Compare both on whole names and on missions alone, over real launches and over many; the last line is JSON."""
    real = launches()
    told: dict[str, float] = {}
    for title, tracks in (
        (f"{len(real)} real launches", real),
        (f"{EVENTS} events, half of them made of real ones", filled(real, EVENTS)),
    ):
        now = median_instant(tracks)
        begun = perf_counter()
        known = catalogue(tracks)
        print(f"{title}: {len(known.index.vocabulary)} words, indexed in {1000 * (perf_counter() - begun):.0f} ms")
        names = [track.event.name for track in tracks]

        def ours(text: str) -> Sequence[str]:
            return [track.event.name for track in nearest(known, text, {}, now, OFFERED)]  # noqa: B023 -- used within the turn

        def theirs(text: str) -> Sequence[str]:
            return [str(hit) for hit, _, _ in process.extract(text, names, scorer=fuzz.token_set_ratio, limit=OFFERED)]  # noqa: B023 -- used within the turn

        for kind, read in READ.items():
            asked = list(queries(real, read))
            print(f" {len(asked)} misspelt {kind}s, for instance “{asked[0][0]}”")
            index_figure, reference = figure("index", asked, ours), figure("token_set_ratio", asked, theirs)
            print(f"{index_figure.line()}\n{reference.line()}")
            told |= {
                f"{kind}_{len(tracks)}_top1": round(index_figure.first, 3),
                f"{kind}_{len(tracks)}_top1_ratio": round(index_figure.first / reference.first, 3),
                f"{kind}_{len(tracks)}_top25": round(index_figure.offered, 3),
                f"{kind}_{len(tracks)}_top25_ratio": round(index_figure.offered / reference.offered, 3),
                f"{kind}_{len(tracks)}_max_ms": round(max(index_figure.spent), 1),
                f"{kind}_{len(tracks)}_p50_ratio": round(median(index_figure.spent) / median(reference.spent), 3),
            }
    print(json.dumps(told))


def median_instant(tracks: Sequence[Track]) -> datetime:
    """Give the moment at which half of the launches are over."""
    return sorted(track.event.net.at or track.seen for track in tracks)[len(tracks) // 2] + timedelta(minutes=1)


if __name__ == "__main__":
    if not SHELF.is_file():
        raise SystemExit(f"the recorded launches are not at hand: {SHELF}")
    main()
