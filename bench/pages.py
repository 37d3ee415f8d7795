"""What pages, calendars and RSS cost with five thousand events: bytes, packed bytes, CPU ms, as ratios to the smallest answer.

`python -m bench.pages`. The CPU is that of server and client together, in one process. `/robots.txt` is asked for in the same run
in the same way: what is above it is the page's. A page is made once in ten seconds: `made` is what that takes, `asked` what all
others take who ask meanwhile.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import process_time

import aiohttp

from bot.flow.ask import Asking
from bot.flow.calendars import Calendars
from bot.flow.plan import Desk
from bot.model import Agency, Event, EventId, Kind, Mission, Net, Pad, Precision, Rocket, Sighting, Status, Track, Webcast
from bot.rules.changes import fold
from bot.web.calendars import CalendarFeeds
from bot.web.notices import Notices
from bot.web.pages import Pages
from bot.web.site import serving
from tests.prepared import in_memory

EVENTS = 5000
ASKED = 30
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SMALLEST = "/robots.txt"
PATHS = ("/", "/?page=9", "/?q=soyuz", "/?q=zzzz", "/past", "/launch/bench:launch:2600", "/all.ics", "/notices.rss")


@dataclass(slots=True)
class Clock:
    """It stands until it is set."""

    at: datetime = NOW

    def now(self) -> datetime:
        """See ports.Clock."""
        return self.at


def event_of(number: int) -> Event:
    """One of the events, an hour apart; half of them flew."""
    at = NOW + (number - EVENTS // 2) * HOUR
    return Event(
        id=EventId(f"bench:launch:{number}"),
        kind=Kind.LAUNCH,
        name=f"{('Soyuz 2.1a', 'Falcon 9', 'Electron')[number % 3]} | Mission {number}",
        net=Net(at, Precision.MINUTE),
        status=Status.SUCCESS if at < NOW else Status.GO,
        lsp=Agency(name="Launch Service Provider"),
        rocket=Rocket(name="Rocket", full_name="Rocket Block 5"),
        mission=Mission(name=f"Mission {number}", description="What it is for, in some words. " * 12),
        pad=Pad(name="Space Launch Complex 40", site="Cape Canaveral SFS, FL, USA", latitude=28.56, longitude=-80.57),
        webcasts=(Webcast(url=f"https://video.example/{number}", publisher="Provider"),),
    )


def track_of(number: int) -> Track:
    """The track of one that slipped by a day."""
    event = event_of(number)
    early = replace(event, net=Net(event.net.at and event.net.at - 24 * HOUR, Precision.MINUTE), status=Status.TBD)
    first, _ = fold(None, Sighting(event=early, feed="ll2"), NOW - 9000 * HOUR)
    return replace(fold(first, Sighting(event=event, feed="ll2"), NOW - 8000 * HOUR)[0], seen=NOW)


async def asked(
    browser: aiohttp.ClientSession, path: str, clock: Clock, times: int, packed: str, *, anew: bool = False
) -> tuple[int, float]:
    """Ask so many times: bytes of one answer as they are sent, CPU ms of each. `anew`: so late that nothing is kept."""
    size, begun = 0, process_time()
    for _ in range(times):
        clock.at += MINUTE * anew
        async with browser.get(path, headers={"Accept-Encoding": packed}) as answer:
            answer.raise_for_status()
            size = len(await answer.read())
    spent = 1000 * (process_time() - begun) / times
    clock.at = NOW
    return size, spent


async def measured() -> None:
    """Fill a store, serve it, ask."""
    store, clock = await in_memory(), Clock()
    async with store.transaction() as tx:
        for number in range(EVENTS):
            await tx.keep(track_of(number))
    asking = Asking(store, clock, Desk({}, 45))
    rooms = (CalendarFeeds(Calendars(store, clock, {}, asking.shelf), clock), Pages(asking, clock), Notices(store, clock, ""))
    async with (
        serving(rooms, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", auto_decompress=False) as browser,
    ):
        _, least = await asked(browser, SMALLEST, clock, ASKED, "identity")
        print(f"{'path':<28} {'bytes':>9} {'packed':>9} {'made':>8} {'ratio':>7} {'asked':>8} {'ratio':>7}")
        _, first = await asked(browser, "/", clock, 1, "identity")
        print(f"{'/ after a poll':<28} {'':>9} {'':>9} {first:>8.1f} {first / least:>7.1f}")
        for path in PATHS:
            plain, made = await asked(browser, path, clock, ASKED, "identity", anew=True)
            packed, kept = await asked(browser, path, clock, ASKED, "gzip")
            print(f"{path:<28} {plain:>9,} {packed:>9,} {made:>8.1f} {made / least:>7.1f} {kept:>8.1f} {kept / least:>7.1f}")
    await store.close()


if __name__ == "__main__":
    asyncio.run(measured())
