"""What may change while the bot runs: names, log, rates, quotas, contact, and which feeds there are. No beat is lost over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import cast

from bot.feeds.http import Client, agent_of
from bot.flow.deliver import Deliverer
from bot.flow.poll import Poller
from bot.flow.read import PressReader
from bot.ports import Feed, Press
from bot.redacting import log_as
from bot.rules.sharing import share
from bot.schedule import Beat, Schedule
from bot.settings import Settings
from bot.sources import marks
from bot.wire import Pacer


@dataclass(slots=True, kw_only=True)
class Tuning:
    """The parts that can be set anew, and what they are set to."""

    settings: Settings
    schedule: Schedule
    pacer: Pacer
    deliverer: Deliverer
    clients: tuple[Client, ...]
    pollers: list[Poller]
    readers: list[PressReader]
    launch_feeds: Callable[[Settings], tuple[Feed, ...]]
    presses: Callable[[Settings], tuple[Press, ...]]
    poller_of: Callable[[Feed], Poller]
    reader_of: Callable[[Press], PressReader]
    poll: Callable[[Poller], Beat]
    read: Callable[[PressReader], Beat]
    processes: Callable[[], tuple[int, int]]
    """How many come before this one, and how many share the rate."""

    def take(self, fresh: Settings) -> tuple[str, ...]:
        """Take over what may change now; give the knobs that wait for the next start."""
        old = self.settings
        taken = replace(
            old,
            names=self.known(fresh),
            log_level=fresh.log_level,
            log_json=fresh.log_json,
            polling=fresh.polling,
            discord=replace(old.discord, rate_per_s=fresh.discord.rate_per_s, concurrency=fresh.discord.concurrency),
            delivery=replace(old.delivery, lease_s=fresh.delivery.lease_s),
            feeds=replace(fresh.feeds, launch_library=old.feeds.launch_library),
            only_launch_library=fresh.only_launch_library,
        )
        log_as(taken.log_level, taken.redact, as_json=taken.log_json)
        self.deliverer.lease = timedelta(seconds=taken.delivery.lease_s)
        for client in self.clients:
            client.speak_as(agent_of(taken.polling.contact))
        first = self.pollers[0]  # Launch Library, always
        if first.quota != taken.requests_per_hour:
            first.quota = first.feed.per_hour = taken.requests_per_hour
            first.planned = None
        self.settings = taken
        self.divide()
        self.exchange(old, taken)
        return tuple(unlike(taken, fresh))

    def divide(self) -> None:
        """Use no more of Discord's limit than one of so many processes may."""
        limits, ours = self.settings.discord, share(self.settings.discord.rate_per_s, *self.processes())
        self.pacer.allow(ours)
        self.deliverer.concurrency = min(limits.concurrency, ours.at_once)

    def known(self, fresh: Settings) -> dict[str, tuple[str, ...]]:
        """Fill the names anew: every rule that compares names was given this one."""
        known = cast("dict[str, tuple[str, ...]]", self.settings.names)
        if fresh.names != known:
            known.clear()
            known.update(fresh.names)
        return known

    def exchange(self, old: Settings, taken: Settings) -> None:
        """Let feeds go that are no more or are others now, and begin with those that are new."""
        before, after = marks(old), marks(taken)
        gone = {name for name, mark in before.items() if after.get(name) != mark}
        fresh = {name for name, mark in after.items() if before.get(name) != mark}
        for name in gone:
            self.schedule.remove(f"poll {name}")
            self.schedule.remove(f"read {name}")
        self.pollers[:] = [poller for poller in self.pollers if poller.feed.name not in gone]
        self.readers[:] = [reader for reader in self.readers if reader.press.name not in gone]
        beats: list[Beat] = []
        for feed in self.launch_feeds(taken):
            if feed.name in fresh:
                self.pollers.append(self.poller_of(feed))
                beats.append(self.poll(self.pollers[-1]))
        for press in self.presses(taken):
            if press.name in fresh:
                self.readers.append(self.reader_of(press))
                beats.append(self.read(self.readers[-1]))
        for beat in beats:
            self.schedule.add(beat)
            self.schedule.start(beat.name)


def unlike(one: object, other: object, within: str = "") -> Iterator[str]:
    """Name what differs between settings, down to the single knob."""
    if one == other:
        return
    if not is_dataclass(one) or type(one) is not type(other):
        yield within
        return
    for part in fields(one):
        yield from unlike(getattr(one, part.name), getattr(other, part.name), f"{within}.{part.name}" if within else part.name)
