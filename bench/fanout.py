"""How close a fan-out comes to Discord's own limit, and how people are answered meanwhile: the real bot, a loopback Discord."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import aiohttp
import psutil

from bench.loopback import CLOCK, PER_SECOND, Address, Beside, Scene, Seen
from bot.app import App, assembled
from bot.model import (
    CHOOSABLE,
    Agency,
    ChannelId,
    Delivery,
    Event,
    EventId,
    Facet,
    Fate,
    Following,
    GuildId,
    Kind,
    Net,
    Precision,
    Rocket,
    RoleId,
    Say,
    Status,
    Target,
    Term,
    Track,
    Watch,
    WatchId,
    Webcast,
)
from bot.rules.following import notice_of
from bot.rules.matching import wants
from bot.rules.planning import delivery
from bot.schedule import Beat
from bot.settings import load

LATENCIES_MS = (30, 100)
QUICK = (45, 200)
TARGETS = (*QUICK, 2_000, 10_000)
ONE_BY_ONE = 100
"""So many targets are served the peers' way, and the rest is extrapolated."""
LEAD = timedelta(minutes=20)
SOON = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. CPU and memory are the bot's alone."""

    scene: Scene
    seen: Seen
    seconds: float
    one_by_one: float
    """Seconds of the peers' way."""
    faulty: int
    """Channels without exactly one message, rows not recorded as sent, people without an answer."""
    cpu_ms: float
    memory_kb: float

    @property
    def ratio(self) -> float:
        """Times what Discord's limit alone would take."""
        return self.seconds / self.scene.ideal_s


# --- the bot ------------------------------------------------------------------------------------------------------


def fan_out(scene: Scene) -> Figure:
    """Run one scene; in a process of its own, whose CPU and memory are then the bot's alone."""
    logging.disable(logging.INFO)
    return asyncio.run(_fan_out(scene))


async def _fan_out(scene: Scene) -> Figure:
    peers = await Beside.start(Scene(min(scene.targets, ONE_BY_ONE), scene.latency_ms))
    one_by_one = await _one_by_one(peers.address) * scene.targets / len(peers.address.places)
    peers.end()
    beside = await Beside.start(scene)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = load(
            {
                **os.environ,
                "DISCORD_TOKEN": beside.address.token,
                "DISCORD_API_URL": beside.address.api_url,
                "DATABASE_URL": f"sqlite:///{Path(folder, 'bot.sqlite3')}",
            }
        )
        async with assembled(settings, CLOCK) as app:
            watches = await _watches(app, beside.address.places)
            await app.client.start_until_ready(beside.address.token)
            due = await _owe(app, watches)
            me = psutil.Process()
            cpu, memory = process_time(), me.memory_info().rss
            app.schedule.add(Beat("deliver", app.deliverer.beat))
            app.schedule.start("deliver")
            seen = await beside.watch(due)
            cpu, memory = process_time() - cpu, me.memory_info().rss - memory
            await app.deliverer.drain()
            recorded = await _recorded(app)
    beside.end()
    return Figure(
        scene=scene,
        seen=seen,
        seconds=(seen.last - due).total_seconds(),
        one_by_one=one_by_one,
        faulty=seen.faulty + abs(scene.targets - recorded) + seen.unanswered,
        cpu_ms=cpu * 1000 / scene.targets,
        memory_kb=memory / 1024 / scene.targets,
    )


async def _watches(app: App, places: Sequence[tuple[int, int]]) -> list[Watch]:
    """Let an admin of every server have made a watch, with a role to ping."""
    watches: list[Watch] = []
    for guild, channel in places:
        draft = Watch(
            id=WatchId(0),
            target=Target(GuildId(guild), ChannelId(channel)),
            name="SpaceX",
            include=(Term(Facet.ANY, "SpaceX"),),
            notices=CHOOSABLE,
            leads=(LEAD,),
            roles=(RoleId(guild),),
            made_at=CLOCK.now(),
        )
        async with app.store.transaction() as tx:
            watches.append(await tx.add_watch(draft))
    return watches


async def _owe(app: App, watches: Sequence[Watch]) -> datetime:
    """Owe every watch a reminder of one launch, all due at one moment: as planned, without the head start. Gives the moment."""
    now = CLOCK.now()
    due = now + SOON + timedelta(milliseconds=len(watches) / 4)  # what writing the rows takes
    event = Event(
        id=EventId("ll2:launch:bench"),
        kind=Kind.LAUNCH,
        name="Falcon 9 Block 5 | Starlink Group 6-77",
        net=Net(due + LEAD, Precision.SECOND),
        status=Status.GO,
        lsp=Agency(name="SpaceX", abbrev="SpX"),
        rocket=Rocket(name="Falcon 9", full_name="Falcon 9 Block 5", families=("Falcon",)),
        webcasts=(Webcast(url="https://www.youtube.com/watch?v=starlink677", title="Starlink Group 6-77 Mission"),),
    )
    track = Track(event=event, first_seen=now, seen=now, armed_at=now, feed="ll2", attempt=f"{due:%Y-%m-%d}")
    owed: list[Delivery] = []
    for watch in watches:
        reason = wants(watch, event, {})
        if reason is not None:
            following = Following(target=watch.target, watches=((watch, reason),))
            notice = notice_of(following, Say.REMINDER, "T-20m", due, due + LEAD, lead=LEAD, pings=(watch,))
            owed.append(delivery(following, track, notice))
    async with app.store.transaction() as tx:
        await tx.keep(track)
        await tx.owe(owed)
    return due


async def _recorded(app: App) -> int:
    """How many of the reminders the bot knows to be there."""
    async with app.store.transaction() as tx:
        return sum(one.count for one in await tx.tally() if one.say is Say.REMINDER and one.fate is Fate.SENT)


async def _one_by_one(address: Address) -> float:
    """Seconds of the peers' way: one after another, a new session for each."""
    body = {
        "content": "<@&1> T-20m · Starlink Group 6-77",
        "embeds": [
            {"title": "T-20m · Starlink Group 6-77", "description": "T-0 in 20 minutes", "footer": {"text": "Launch Library 2"}},
        ],
    }
    start = asyncio.get_running_loop().time()
    for _, channel in address.places:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bot {address.token}"}) as session,
            session.post(f"{address.api_url}/channels/{channel}/messages", json=body) as answer,
        ):
            answer.raise_for_status()
            await answer.json()
    return asyncio.get_running_loop().time() - start


# --- the table ----------------------------------------------------------------------------------------------------


def quantile(sample: Sequence[float], share: float) -> float:
    """The value below which this share of a sample lies."""
    return sorted(sample)[min(len(sample) - 1, int(share * len(sample)))] if sample else 0.0


COLUMNS: tuple[tuple[str, int, Callable[[Figure], str]], ...] = (
    ("targets", 7, lambda one: f"{one.scene.targets:,}"),
    ("latency", 9, lambda one: f"{one.scene.latency_ms}"),
    ("seconds", 9, lambda one: f"{one.seconds:.2f}"),
    ("× limit", 9, lambda one: f"{one.ratio:.3f}"),
    ("× quicker", 11, lambda one: f"{one.one_by_one / one.seconds:.1f}"),
    ("sends", 7, lambda one: f"{one.seen.sends / one.scene.targets:.3f}"),
    ("429s", 6, lambda one: f"{one.seen.throttled}"),
    ("busiest", 9, lambda one: f"{one.seen.busiest}"),
    ("faulty", 8, lambda one: f"{one.faulty}"),
    ("CPU ms", 8, lambda one: f"{one.cpu_ms:.2f}"),
    ("kB", 7, lambda one: f"{one.memory_kb:.1f}"),
    ("/next p50", 11, lambda one: f"{quantile(one.seen.asked_ms, 0.5):.0f}"),
    ("p99", 5, lambda one: f"{quantile(one.seen.asked_ms, 0.99):.0f}"),
)


def main() -> None:
    """Print the table, a line as soon as it is measured, then the JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help=f"only {' and '.join(map(str, QUICK))} targets: a minute")
    options.add_argument("--targets", type=int, nargs="*", default=TARGETS, help="ten minutes with all of %(default)s")
    options.add_argument("--latency-ms", type=int, nargs="*", default=LATENCIES_MS)
    options.add_argument("--fixed", action="store_true", help="Discord's second jumps from one to the next; it slides when missing")
    options.add_argument("--jitter", action="store_true", help="some requests take up to half a second longer")
    chosen = options.parse_args()
    targets = QUICK if chosen.quick else tuple(chosen.targets)
    print(f"Discord allows {PER_SECOND} a second. Sends, CPU ms and kB are the bot's, per target; /next in ms.")
    print(f"One by one: the peers' way, measured on {ONE_BY_ONE} and extrapolated.\n")
    print("".join(f"{title:>{width}}" for title, width, _ in COLUMNS), flush=True)
    figures: list[Figure] = []
    spawn = multiprocessing.get_context("spawn")
    for scene in (Scene(count, latency, not chosen.fixed, chosen.jitter) for count in targets for latency in chosen.latency_ms):
        with ProcessPoolExecutor(1, mp_context=spawn) as own:
            figures.append(own.submit(fan_out, scene).result())
        print("".join(f"{shown(figures[-1]):>{width}}" for _, width, shown in COLUMNS), flush=True)

    def ratio(count: int) -> float | None:
        return max((round(one.ratio, 3) for one in figures if one.scene.targets == count), default=None)

    longest = [one for one in figures if one.scene.targets == max(targets)]
    print()
    print(
        json.dumps(
            {
                "ratio_to_limit_2000": ratio(2_000),
                "ratio_to_limit_10000": ratio(10_000),
                "speedup_over_sequential": round(min(one.one_by_one / one.seconds for one in longest), 2),
                "caused_429": sum(one.seen.throttled for one in figures),
                "slash_p99_ms": round(max(quantile(one.seen.asked_ms, 0.99) for one in figures)),
            }
        )
    )
    if any(one.faulty for one in figures):
        sys.exit("Somebody was not reached, not once, or not answered.")


if __name__ == "__main__":
    main()
