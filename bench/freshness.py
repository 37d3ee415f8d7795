"""How soon a change is noticed: the governor against polling at fixed intervals and the best plan in hindsight."""

from __future__ import annotations

import argparse
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import pairwise
from statistics import mean, median, quantiles

from bench.recorded_changes import LOGS, MINUTE, SHELF, Moment, moments
from bot.model import EventId, Net, Precision, Scope, Status
from bot.rules.pacing import HOUR, Outlook
from bot.rules.polling import LookUp, next_ask

NEAR = 10
"""Launches that one look shows."""
REST = 340
"""Launches of the real list beyond the recorded ones: far, without a time of day, three more pages of the whole list."""
PAGES = 4
CLOSE = (-60.0, 15.0)
DAY = (-24 * 60.0, 15.0)
"""The spans in which is measured, in minutes from the T-0 that was known."""
REFERENCE_PHASES = 8
SECOND = 6
"""Requests an hour that RocketLaunch.live is asked by default."""

REACH = """What keeps the governor from 0.6 of fixed between T-1h and T+15m: the quota counts any hour, so what is spent there is
missing before. Measured: when changes there counted 1.6 times, it came to 0.70, and to 1.06 over the day and 118 s for a scrub;
with all changes alike it is 0.72, 1.00 and 101 s. What the plan in hindsight has on top are these launches' own moments, as the
line below it shows: made for half of the launches it is hardly better than fixed for the others."""


@dataclass(slots=True)
class Watcher:
    """What a poller has seen, and how long each change waited for it."""

    story: Sequence[Moment]
    true: dict[str, Outlook] = field(default_factory=dict[str, Outlook])
    seen: dict[str, Outlook] = field(default_factory=dict[str, Outlook])
    waiting: dict[str, list[Moment]] = field(default_factory=dict[str, list[Moment]])
    noticed: list[tuple[Moment, float]] = field(default_factory=list[tuple[Moment, float]])
    missing: set[str] = field(default_factory=set[str])
    told: int = 0

    def look(self, now: datetime, most: int | None = None) -> None:
        """Look at so many launches nearest in time, or at all. One that should be among them and is not is to be looked up."""
        self.pass_to(now)
        shown = list(self.true) if most is None else nsmallest(most, self.true, key=lambda name: nets(self.true[name]))
        for name in shown:
            self.see(name, now)
        until = nets(self.true[shown[-1]]) if len(shown) < len(self.true) else "9"
        self.missing |= {name for name, outlook in self.seen.items() if nets(outlook) < until and name not in shown}

    def look_up(self, name: str, now: datetime) -> None:
        """Ask for one launch."""
        self.pass_to(now)
        self.missing.discard(name)
        if name in self.true:
            self.see(name, now)
        else:
            del self.seen[name]

    def see(self, name: str, now: datetime) -> None:
        """Notice what happened to a launch."""
        self.noticed += ((moment, (now - moment.at).total_seconds()) for moment in self.waiting.pop(name, ()))
        self.seen[name] = self.true[name]

    def pass_to(self, now: datetime) -> None:
        """Let happen what has happened by now."""
        while self.told < len(self.story) and self.story[self.told].at <= now:
            self.happen(self.story[self.told])
            self.told += 1

    def happen(self, moment: Moment) -> None:
        """Let one step happen in the feed."""
        if moment.after is None:
            self.true.pop(moment.launch, None)
            self.waiting.pop(moment.launch, None)
            return
        self.true[moment.launch] = moment.after
        if moment.kinds:
            self.waiting.setdefault(moment.launch, []).append(moment)


@dataclass(frozen=True, slots=True)
class Run:
    """What a way of polling came to."""

    noticed: Sequence[tuple[Moment, float]]
    requests: Sequence[tuple[Scope, datetime]]

    def delays(self, span: tuple[float, float], keep: Callable[[Moment], bool] = bool) -> list[float]:
        """Give the seconds that changes waited in a span around T-0."""
        return [late for moment, late in self.noticed if within(moment, span) and keep(moment)]

    def fullest_hour(self) -> int:
        """Count the requests of the fullest rolling hour, both ends included."""
        times = [at for _, at in self.requests]
        first, most = 0, 0
        for at, now in enumerate(times):
            while now - times[first] > HOUR:
                first += 1
            most = max(most, at - first + 1)
        return most


def nets(outlook: Outlook) -> str:
    """Order launches by NET as the feed does."""
    return str(outlook.net.at)


def within(moment: Moment, span: tuple[float, float]) -> bool:
    """Whether a change lies in a span around the T-0 that was known."""
    offset = moment.offset
    return offset is not None and span[0] <= offset <= span[1]


def governed(story: Sequence[Moment], quota: int) -> Run:
    """Poll as the governor says, knowing only what was seen."""
    watcher = Watcher(story)
    now, end = story[0].at + HOUR, story[-1].at + HOUR
    made: list[tuple[Scope, datetime]] = []
    answered: dict[Scope, datetime] = {}
    rest = [Outlook(net=Net(None, Precision.UNKNOWN), status=Status.TBD)] * REST
    while now < end:
        recent = [one for one in made[-3 * quota :] if one[1] >= now - 2 * HOUR]
        outlooks = [*watcher.seen.values(), *rest]
        lookups = [LookUp(EventId(name)) for name in sorted(watcher.missing)]
        ask = next_ask(quota=quota, made=recent, answered=answered, outlooks=outlooks, lookups=lookups, now=now)
        if ask.at > now:
            now = ask.at
            if ask.scope is not Scope.NEAR:  # a look that was decided stays decided: nothing is learnt while waiting
                continue
        made += [(ask.scope, now)] * (PAGES if ask.scope is Scope.ALL else 1)
        answered[ask.scope] = now
        if ask.event is not None:
            watcher.look_up(ask.event, now)
        elif ask.scope is not Scope.EVENTS:
            watcher.look(now, NEAR if ask.scope is Scope.NEAR else None)
        now += timedelta(seconds=1)
    return Run(watcher.noticed, made)


def fixed(story: Sequence[Moment], quota: int, phase: float) -> Run:
    """Look every so many seconds, and see all launches each time: all of the quota spent on looks, none on pages or ids."""
    watcher = Watcher(story)
    every = HOUR / quota
    now, end = story[0].at + HOUR + every * phase, story[-1].at + HOUR
    made: list[tuple[Scope, datetime]] = []
    while now < end:
        watcher.look(now)
        made.append((Scope.NEAR, now))
        now += every
    return Run(watcher.noticed, made)


def joined(one: Sequence[tuple[Moment, float]], other: Sequence[tuple[Moment, float]]) -> list[tuple[Moment, float]]:
    """Give when a change was noticed by whichever of two pollers saw it first."""
    sooner = {(moment.launch, moment.at): late for moment, late in other}
    return [(moment, min(late, sooner.get((moment.launch, moment.at), late))) for moment, late in one]


def hindsight(changes: Sequence[float], quota: int, span: tuple[float, float]) -> list[float]:
    """Make the plan of looks around T-0 under which these changes, all known beforehand, wait least; the looks.

    One plan for every launch, on half minutes: an oracle that knew each launch's own moments would look right after each change
    and wait for nothing.
    """
    offsets = sorted(changes)
    low, high = 0.0, 1e4
    best: list[float] = []
    for _ in range(25):
        price = (low + high) / 2
        looks = priced(offsets, price, span[1] + 15)
        if all(later - earlier > HOUR / MINUTE for earlier, later in zip(looks, looks[quota:], strict=False)):
            best, high = looks, price
        else:
            low = price
    return best


def waits(looks: Sequence[float], changes: Sequence[float]) -> list[float]:
    """Tell how many seconds each change waits for a look; after the last one they go on at the pace of the quota's hour."""
    return [(next((look for look in looks if look >= at), looks[-1] + 4) - at) * 60 for at in sorted(changes)]


def strangers(changes: Sequence[tuple[str, float]], quota: int, span: tuple[float, float]) -> list[float]:
    """Try the plan that is best for half of the launches on the other half, and the other way round; the waits in seconds.

    It is what hindsight is worth for a launch that is still to come. Nor can the governor know such a launch's own moments.
    """
    names = sorted({name for name, _ in changes})
    halves = [[at for name, at in changes if name in names[part::2]] for part in (0, 1)]
    return [late for known, met in (halves, halves[::-1]) if known for late in waits(hindsight(known, quota, span), met)]


def priced(offsets: Sequence[float], price: float, end: float) -> list[float]:
    """Choose the half minutes of looks so that waiting plus a price for each look is least."""
    start = int(offsets[0]) - 1
    grid = [start + at / 2 for at in range(int(end - start) * 2 + 1)]
    counts = [bisect_right(offsets, moment) for moment in grid]
    sums = [sum(offsets[:count]) for count in counts]
    best, before = [0.0] * len(grid), [0] * len(grid)
    for look in range(1, len(grid)):
        costs = (
            (best[last] + grid[look] * (counts[look] - counts[last]) - sums[look] + sums[last] + price, last)
            for last in range(look)
        )
        best[look], before[look] = min(costs)
    looks: list[float] = []
    at = len(grid) - 1
    while at > 0:
        looks.append(grid[at])
        at = before[at]
    return looks[::-1]


# --- telling ------------------------------------------------------------------------------------------------------


def summary(delays: Sequence[float]) -> str:
    """Say mean, median and the 95th percentile."""
    if len(delays) < 2:
        return f"n={len(delays)}"
    return (
        f"n={len(delays):4}  mean {mean(delays):6.1f} s  median {median(delays):6.1f} s  p95 {quantiles(delays, n=20)[-1]:6.1f} s"
    )


def kind_is(kind: str) -> Callable[[Moment], bool]:
    """Keep the changes of one kind."""
    return lambda moment: kind in moment.kinds


def is_scrub(moment: Moment) -> bool:
    """Keep the scrubs."""
    return moment.scrub


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay the recorded launches and print what each way of polling came to; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", nargs="+", choices=sorted(LOGS), default=sorted(LOGS))
    parser.add_argument("--quota", type=int, default=15)
    parser.add_argument("--days", type=int, default=0, help="only so many days of each log; 0 is all")
    chosen = parser.parse_args(arguments)
    ours: list[Run] = []
    theirs: list[Run] = []
    helped: list[Run] = []
    for year in chosen.years:
        story = moments(year)
        if chosen.days:
            story = [moment for moment in story if moment.at < story[0].at + timedelta(days=chosen.days)]
        print(f"{year}: {len({moment.launch for moment in story})} launches, {sum(bool(m.kinds) for m in story)} timed changes")
        ours.append(governed(story, chosen.quota))
        second = governed(story, SECOND)
        helped.append(Run(joined(ours[-1].noticed, second.noticed), second.requests))
        theirs += (fixed(story, chosen.quota, phase / REFERENCE_PHASES) for phase in range(REFERENCE_PHASES))
    report(ours, theirs, helped, chosen.quota)


def report(ours: Sequence[Run], theirs: Sequence[Run], helped: Sequence[Run], quota: int) -> None:
    """Print the table and the line of JSON."""

    def gathered(runs: Iterable[Run], span: tuple[float, float], keep: Callable[[Moment], bool] = bool) -> list[float]:
        return [late for run in runs for late in run.delays(span, keep)]

    for name, span in (("T-1h to T+15m", CLOSE), ("T-24h to T+15m", DAY)):
        print(f"{name}\n  fixed     {summary(gathered(theirs, span))}\n  governor  {summary(gathered(ours, span))}")
        for kind in ("net", "status", "webcast"):
            print(f"    {kind:8}{summary(gathered(ours, span, kind_is(kind)))}")
    changes = [(m.launch, m.offset) for run in ours for m, _ in run.noticed if within(m, CLOSE) and m.offset is not None]
    offsets = [at for _, at in changes]
    oracle = waits(hindsight(offsets, quota, CLOSE), offsets)
    print(f"  best plan in hindsight, T-1h to T+15m: {summary(oracle)}")
    print(f"  the same for half of the launches, tried on the other half: {summary(strangers(changes, quota, CLOSE))}")
    after = gathered(ours, (15.0, 240.0)), gathered(theirs, (15.0, 240.0))
    print(f"T+15m to T+4h\n  fixed     {summary(after[1])}\n  governor  {summary(after[0])}")
    scrubs = gathered(ours, (-180.0, 24 * 60.0), is_scrub)
    print(f"scrubs      {summary(scrubs)}")
    spent = [one for run in ours for one in run.requests]
    hours = sum((b - a).total_seconds() for run in ours for a, b in pairwise([run.requests[0][1], run.requests[-1][1]])) / 3600
    counts = ", ".join(f"{scope.value} {sum(s is scope for s, _ in spent)}" for scope in Scope)
    fullest = max(run.fullest_hour() for run in ours)
    print(REACH)
    print(
        f"apart from that: beside another feed of {SECOND} requests an hour, if it showed the same at the same moment (at best, as"
        f" no history of one is recorded)\n  T-1h to T+15m   {summary(gathered(helped, CLOSE))}"
        f"\n  T-24h to T+15m  {summary(gathered(helped, DAY))}"
    )
    print(f"requests    {len(spent) / hours:.1f} an hour ({counts}); fullest hour {fullest} of {quota}")
    print(
        json.dumps(
            {
                "ratio_to_fixed": round(mean(gathered(ours, CLOSE)) / mean(gathered(theirs, CLOSE)), 3),
                "ratio_to_fixed_24h": round(mean(gathered(ours, DAY)) / mean(gathered(theirs, DAY)), 3),
                "ratio_to_oracle": round(mean(gathered(ours, CLOSE)) / mean(oracle), 3),
                "scrub_median_s": round(median(scrubs), 1),
                "over_quota": sum(run.fullest_hour() > quota for run in ours),
            }
        )
    )


if __name__ == "__main__":
    if not SHELF.is_dir():
        raise SystemExit(f"the recorded changes are not at hand: {SHELF}")
    main()
