"""Mission logs: what a feed says, what people do, and every post that follows. A post that a log does not list fails it.

A line is `L-1 13:05[:07]  verb  rest`: days count from L-0, which is 2026-03-01, times are UTC. What the world does:

    watch    SpaceX T-60m T-10m card @launches #news only=live,scrub   (include terms, leads, card, role, channel, notices)
    watch    ... ping=slip,live pingat=60m    (on which notices and leads it pings)
    unwatch  SpaceX
    feed     Starlink 6-77   GO 14:00 +1d   (status, NET, and what `FACTS` lists; all events known so far are listed with it)
    feed     down | back | empty | half
    feed     Starlink 6-77   lost | 404      (it is not on the list; its id answers 404)
    feed     rll  Starlink 6-77   14:00 +1d  (another feed says so: rll, which lists the next few, or ical, whose list is whole)
    feed     rll  down | back | empty | half
    poll                                     (the same answer again)
    poll     rll                             (of another feed)
    near                                     (only the next few launches are asked for)
    article, video, press                    (see mission_press.py)
    discord  refuses 50013 #news | fails #news           (one channel alone: with an error code, or without a clear answer)
    discord  down | busy | drops | back                  (drops: stores the message, then the connection is lost)
    remind   Ada  Starlink 6-77  T-60m T-10m #launches   ("Remind me": the event, the leads, the channel where it was pressed)
    remind   Ada  rocket:Falcon_9            (a standing wish)
    stop     Ada  Starlink 6-77              ("Stop" under the reminder)
    reminders Ada  none                      (what `/reminders` must list)
    closes   Ada [50278] / opens Ada         (takes no direct messages, takes them again)
    delete   card Starlink 6-77
    down / restart                           (the process is gone; it is back, with the database it left)
    kill                                     (it dies after Discord stored the next message, before it is recorded)

What must follow, each on its own line: `post LABEL NAME[, detail] [@role] [#channel | to person] [(silent)]`
and `edit NAME, standing`.
A digest is `post DIGEST` with the names in it, in its order.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta

from bot.flow.ask import BASELINE, Asking
from bot.flow.deliver import Deliverer
from bot.flow.keeping import Keeping
from bot.flow.newsroom import read_once
from bot.flow.personal import Personal
from bot.flow.plan import Desk
from bot.flow.poll import Poller, looked_for
from bot.flow.sweep import Sweeper
from bot.model import (
    USUAL,
    Agency,
    Ask,
    Busy,
    ChannelId,
    Event,
    EventId,
    Facet,
    GuildId,
    Key,
    Kind,
    MessageId,
    Mission,
    Net,
    Outcome,
    Pad,
    Person,
    Place,
    Post,
    Precision,
    Refused,
    Rocket,
    RoleId,
    Say,
    Scope,
    Sent,
    Sighting,
    Status,
    Target,
    Term,
    Unclear,
    Watch,
    WatchId,
    Webcast,
)
from bot.ports import Gone, OutletDown, Sightings
from bot.rendering import identity_of
from bot.rules.countdown import what_of
from bot.rules.polling import AGAIN
from bot.rules.text import subject
from bot.store.sql import SqlStore
from tests.mission_people import UNIT, Persons
from tests.mission_places import PLACE_WORDS, TOLD, Places, Standing, hush, label_of, utc
from tests.mission_press import Reading

L0 = datetime(2026, 3, 1, tzinfo=UTC)
GUILD = GuildId(1)
NAMES = {"spx": ("SpaceX",)}

STATUSES = {
    "GO": Status.GO,
    "TBC": Status.TBC,
    "TBD": Status.TBD,
    "HOLD": Status.HOLD,
    "FLIGHT": Status.IN_FLIGHT,
    "DEPLOYED": Status.DEPLOYED,
    "SUCCESS": Status.SUCCESS,
    "PARTIAL": Status.PARTIAL_FAILURE,
    "FAILURE": Status.FAILURE,
    "NONE": Status.NONE,
    "UNKNOWN": Status.UNKNOWN,
}
PRECISIONS = {p.name.lower(): p for p in Precision}
MOMENT = re.compile(r"L([+-]\d+)\s+(\d\d):(\d\d)(?::(\d\d))?\s+(\w+)\s*(.*)")

FACTS: dict[str, Callable[[Event, str], Event]] = {
    "stream": lambda e, v: replace(
        e, webcasts=tuple(Webcast(url=f"https://youtube.com/watch?v={one:_<11}") for one in v.split(",") if one)
    ),
    "live": lambda e, v: replace(e, webcast_live=v != "no"),
    "onair": lambda e, v: replace(e, webcasts=tuple(replace(one, live=v != "no") for one in e.webcasts)),
    "crew": lambda e, v: replace(e, crew=tuple(Person(name=one.replace("_", " ")) for one in v.split(","))),
    "lsp": lambda e, v: replace(e, lsp=Agency(name=v.replace("_", " "))),
    "kind": lambda e, v: replace(e, kind=Kind(v)),
    "why": lambda e, v: replace(e, reason=v.replace("_", " ")),
    "text": lambda e, v: replace(e, mission=Mission(name=subject(e), description=v)),
    "site": lambda e, v: replace(e, pad=Pad(name="Pad 1", site=v.replace("_", " "))),
    "updated": lambda e, v: replace(e, last_updated=moment("L" + v[:2], v[3:])),
    "called": lambda e, v: replace(e, name=v.replace("_", " ")),
    "id": lambda e, v: replace(e, id=EventId(f"ll2:launch:{v}")),
}


WATCH_WORDS: dict[str, Callable[[Watch, str], Watch]] = {
    "card": lambda w, _: replace(w, notices=w.notices | {Say.ANNOUNCED, Say.DATED}),
    "news": lambda w, _: replace(w, notices=w.notices | {Say.COVERAGE}),
    "sites": lambda w, v: replace(w, sites=tuple(one.replace("_", " ") for one in v.split(","))),
    "streamed": lambda w, _: replace(w, webcast_only=True),
    "crewed": lambda w, _: replace(w, crewed_only=True, name="crewed"),
    "only": lambda w, v: replace(w, notices=frozenset(Say(one) for one in v.split(","))),
    "ping": lambda w, v: replace(w, ping_on=frozenset(Say(one) for one in v.split(","))),
    **PLACE_WORDS,
    "pingat": lambda w, v: replace(w, ping_leads=tuple(int(one[:-1]) * UNIT[one[-1]] for one in v.split(","))),
}


def moment(day: str, clock: str) -> datetime:
    """Give the instant of `L+1` and `13:05:07`."""
    return L0 + timedelta(days=int(day[1:])) + (datetime.combine(L0, time.fromisoformat(clock), UTC) - L0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log."""

    at: datetime
    verb: str
    rest: str
    text: str


def parse(text: str) -> Iterator[Line]:
    """Read a log. Comments and blank lines are for people."""
    for raw in text.splitlines():
        if not raw.strip() or raw.startswith("#"):
            continue
        met = MOMENT.fullmatch(raw.strip())
        assert met, f"not a line of a mission log: {raw!r}"
        day, hour, minute, second, verb, rest = met.groups()
        at = L0 + timedelta(days=int(day), hours=int(hour), minutes=int(minute), seconds=int(second or 0))
        yield Line(at, verb, rest.strip(), raw)


def said_at(at: datetime) -> str:
    """Write an instant as the logs do."""
    days, rest = divmod(timedelta(seconds=round((at - L0).total_seconds())), timedelta(days=1))
    second = f":{L0 + rest:%S}" if rest.seconds % 60 else ""
    return f"L{'+' if days > 0 else '-'}{abs(days)} {L0 + rest:%H:%M}{second}"


# --- the world ----------------------------------------------------------------------------------------------------


@dataclass
class WallClock:
    """A clock that the log moves."""

    at: datetime = L0

    def now(self) -> datetime:
        return self.at


@dataclass
class LaunchFeed:
    """Launch Library as the log plays it."""

    name: str = "ll2"
    per_hour: int = 15
    events: dict[str, Event] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    mood: str = "back"

    async def read(self, ask: Ask) -> Sightings | Gone:
        """Answer as the mood has it."""
        if ask.scope is Scope.ONE:
            name, event = next(((n, e) for n, e in self.events.items() if e.id == ask.event), (None, None))
            return Gone() if event is None or name in self.dead else Sightings(sightings=(self.sighted(event),))
        launches = ask.scope is not Scope.EVENTS
        listed = [e for n, e in self.events.items() if n not in self.lost | self.dead and (e.kind is Kind.LAUNCH) is launches]
        if self.mood == "half":
            listed = listed[: len(listed) // 2]
        until: datetime | None = None
        if ask.scope is Scope.NEAR:
            listed = sorted((e for e in listed if e.net.at), key=lambda e: e.net.at or L0)
            until = listed[-1].net.at
        return Sightings(
            sightings=tuple(self.sighted(e) for e in (listed if self.mood != "empty" else ())),
            whole=self.mood == "back" and self.name != "rll",
            until=until,
        )

    def sighted(self, event: Event) -> Sighting:
        """Describe an event; a feed that is not Launch Library is silent on much."""
        said = {"id", "kind", "owner", "name", "net", "lsp", "rocket", "pad", "last_updated"}
        said |= {"status"} if event.status is not Status.UNKNOWN else set()
        silent = frozenset(one.name for one in fields(Event)) - said
        return Sighting(event=event, feed=self.name, unsaid=silent if self.name != "ll2" else frozenset())


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class Discord(Standing):
    """An outlet that keeps what was posted, dedupes by key as an enforced nonce does, and fails as the log wants it."""

    clock: WallClock
    channels: dict[int, str] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    stored: dict[Key, tuple[MessageId, str, datetime]] = field(default_factory=dict)
    deleted: set[MessageId] = field(default_factory=set)

    def under(self, stands: Callable[[], bool]) -> Discord:
        return self

    async def send(self, key: Key, target: Target, post: Post, reply_to: MessageId | None = None) -> Outcome:
        if target.place is not Place.ADMINS and target.channel in self.refusals:
            code = self.refusals[target.channel]
            return Refused(404 if code == 10003 else 403, code, "refused") if code else Unclear("500")
        if self.mood == "down":
            return Unclear("502")
        if self.mood == "busy":
            return Busy(timedelta(seconds=30))
        if reply_to in self.deleted and target.place is Place.FORUM:
            return Refused(404, 10008, "the post was deleted")
        once = Key(f"{target.channel}/{key}")  # the nonce is of a channel
        opens = target.place is Place.FORUM and reply_to is None  # which no nonce guards
        earlier = None if opens else self.stored.get(once)
        if earlier and self.clock.at - earlier[2] < timedelta(minutes=3):
            return Sent(earlier[0])
        message = MessageId(len(self.said) + 1)
        self.stored[once] = (message, known_by(target, post), self.clock.at)
        self.said.append(self.line("post", key, target, post))
        self.forum_post(message if opens else reply_to, target, post)
        if self.mood == "kill":
            raise KilledError
        return Unclear("connection lost") if self.mood == "drops" else Sent(message)

    def now(self) -> datetime:
        return self.clock.at

    def told(self, verb: str, what: str, target: Target) -> None:
        self.said.append(f"{said_at(self.clock.at)} {verb} {what}{self.where(target)}")

    def refusal(self, message: MessageId | None) -> Outcome | None:
        if message in self.deleted:
            return Refused(404, 10008, "Unknown Message")
        return None if self.mood == "back" else Unclear("502")

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:
        if (refused := self.refusal(message)) is not None:
            return refused
        standing = re.sub(r"<t:-?(\d+):F> \(<t:-?\d+:R>\)", lambda m: utc(int(m[1])), post.lines[0].replace("*", ""))
        self.said.append(f"{said_at(self.clock.at)} edit {post.title.split(maxsplit=1)[1]}, {standing}{self.where(target)}")
        return Sent(message)

    async def find(self, target: Target, post: Post, since: datetime, within: MessageId | None = None) -> MessageId | None:
        if self.mood != "back":
            raise OutletDown("502")
        if target.place is Place.FORUM and within is None:
            return self.opened(post)
        sought = known_by(target, post)
        return next((m for m, title, at in self.stored.values() if title == sought and at >= since), None)

    def line(self, verb: str, key: Key, target: Target, post: Post) -> str:
        """Write a post as the logs do."""
        what = key.rsplit("/", 1)[1]
        told = [self.roles[role] for role in post.roles] + [self.people[user] for user in post.users]
        label, detail = label_of(what), ""
        if label in {"SCRUB", "SLIP"}:
            found = re.search(r"NET <t:-?(\d+):F>", "\n".join(post.lines))
            detail = (
                f", {'next ' if label == 'SCRUB' else ''}NET {utc(int(found[1]))}"
                if found and "no new NET" not in post.lines[0]
                else ""
            )
        if label == "DIGEST":
            listed = [name for line in post.lines for name in self.names if name in line]
            return f"{said_at(self.clock.at)} {verb} {label} {', '.join(listed) or 'nothing'}{self.where(target, post)}"
        if label == "COVERAGE":
            detail = f", {post.lines[0].split(' · ')[1]}"
        name = post.title.split(" · ", 1)[-1]
        name = name if name[0].isalnum() else name.split(maxsplit=1)[1]
        named = next((n for n in self.names if n in post.title or n in post.lead_in), name)
        whom = "".join(f" @{role}" for role in told)
        return f"{said_at(self.clock.at)} {verb} {label} {named}{detail}{whom}{self.where(target, post)}"

    names: list[str] = field(default_factory=list)

    def where(self, target: Target, post: Post | None = None) -> str:
        """Name a channel that is not the usual one, or whose direct messages it is."""
        if target.place is Place.EVENTS:
            return ""
        if target.place is Place.PERSON:
            return f" to {self.people[target.channel]}"
        hushed = hush(post) if post else ""
        name = "admins" if target.place.value == "admins" else self.channels.get(target.channel, "launches")
        return hushed if name == "launches" else f" #{name}{hushed}"


def known_by(target: Target, post: Post) -> str:
    """What a message is found by: where it is, its title, who is called."""
    return f"{target.channel} {identity_of(post)} {sorted(post.users)}"


# --- playing a log ------------------------------------------------------------------------------------------------


@dataclass
class Played:
    """Plays a log line by line, on the real rules, flow and store."""

    store: SqlStore
    clock: WallClock = field(default_factory=WallClock)
    feed: LaunchFeed = field(default_factory=LaunchFeed)
    others: dict[str, LaunchFeed] = field(default_factory=lambda: {name: LaunchFeed(name) for name in ("rll", "ical")})
    up: bool = True
    sweeping: bool = False
    """Whether anything is done by the clock alone: most logs are spared that."""

    def __post_init__(self) -> None:
        self.discord = Discord(self.clock)
        self.desk = Desk(NAMES, 45.0)
        self.asking = Asking(self.store, self.clock, self.desk)
        self.places = Places(self.discord, Keeping(self.store, self.clock, self.desk), self.clock, self.target, self.role)
        self.persons = Persons(self.discord, self.feed, Personal(self.asking), self.target)
        self.reading = Reading(self.store, self.clock, self.desk)
        self.boot()

    def boot(self) -> None:
        """Start the process anew, with the database it left."""
        self.poller = Poller(self.store, self.feed, self.store, self.clock, self.desk, 15)
        self.pollers = {
            name: Poller(self.store, feed, self.store, self.clock, self.desk, 6, turn=self.poller.turn)
            for name, feed in self.others.items()
        }
        self.deliverer = Deliverer(self.store, self.discord, self.clock, NAMES, 10, timedelta(seconds=30))
        self.sweeper = Sweeper(self.store, self.clock, every=timedelta(days=1))
        self.reading.boot()
        self.up = True

    async def play(self, lines: Iterable[Line]) -> list[str]:
        """Play what the world does, and give what was said."""
        log = tuple(lines)
        happenings = [line for line in log if line.verb not in TOLD]
        if not any(line.verb == "fresh" for line in happenings):
            await self.baseline()
        for line in happenings:
            await self.deliver_until(line.at)
            self.clock.at = line.at
            doing = next(who for who in (self, self.places, self.persons, self.reading) if hasattr(who, f"do_{line.verb}"))
            await getattr(doing, f"do_{line.verb}")(line.rest)
        await self.deliver_until(log[-1].at + timedelta(days=2))
        return self.discord.said

    async def baseline(self) -> None:
        """Begin as a bot that has run for a while."""
        async with self.store.transaction() as tx:
            lists = [f"{BASELINE}:{feed}:{what}" for feed in ("ll2", *self.others) for what in ("all", "events")]
            for name in (BASELINE, *lists, read_once(self.reading.press.name)):
                await tx.remember(name, "taken")

    async def deliver_until(self, end: datetime) -> None:
        """Let the outbox run up to an instant, jumping from one due moment to the next."""
        while self.up:
            swept = await self.sweeper.beat() if self.sweeping else end
            async with self.store.transaction() as tx:
                upcoming = await tx.next_start(self.clock.at)
            if swept < min(upcoming or end, end):
                self.clock.at = swept
                continue
            if upcoming is None or upcoming > end:
                return
            self.clock.at = max(self.clock.at, upcoming)
            await self.deliverer.beat()
            tasks = tuple(self.deliverer.flying.values())
            await asyncio.gather(*tasks, return_exceptions=True)
            killed = any(isinstance(task.exception(), KilledError) for task in tasks if task.done() and not task.cancelled())
            if killed:
                self.up, self.discord.mood = False, "back"
            if not tasks:
                self.clock.at += timedelta(seconds=1)  # leased rows and expired ones: time has to pass

    # --- verbs ----------------------------------------------------------------------------------------------------

    async def do_fresh(self, _: str) -> None:
        """Begin with an empty database."""

    async def do_watch(self, rest: str) -> None:
        """Make a watch as an admin does."""
        draft = Watch(
            id=WatchId(0),
            target=self.target("launches"),
            name="",
            made_at=self.clock.at,
            notices=USUAL - {Say.ANNOUNCED, Say.DATED},
        )
        for word in rest.split():
            draft = self.with_word(draft, word)
        await self.asking.add_watch(replace(draft, name=draft.name or "everything"))
        self.sweeping = self.sweeping or draft.digest is not None
        self.sweeper.look()

    def with_word(self, draft: Watch, word: str) -> Watch:
        """Add one word of a watch line."""
        key, _, value = word.partition("=")
        if lead := re.fullmatch(r"T-(\d+)([dhm])", word):
            return replace(draft, leads=tuple(sorted({*draft.leads, int(lead[1]) * UNIT[lead[2]]}, reverse=True)))
        if word[0] in "@#":
            role = word[0] == "@"
            return (
                replace(draft, roles=(*draft.roles, self.role(word[1:]))) if role else replace(draft, target=self.target(word[1:]))
            )
        if (key or word) in WATCH_WORDS:
            return WATCH_WORDS[key](draft, value)
        facet, _, text = word.rpartition(":")
        term = Term(Facet(facet) if facet else Facet.ANY, text.removeprefix("-").replace("_", " "))
        if text.startswith("-"):
            return replace(draft, exclude=(*draft.exclude, term))
        return replace(draft, include=(*draft.include, term), name=draft.name or term.text)

    def role(self, name: str) -> RoleId:
        """Give the role of a name, a new one if need be."""
        known = {name: role for role, name in self.discord.roles.items()}
        role = known.get(name, 900 + len(known))
        self.discord.roles[role] = name
        return RoleId(role)

    def target(self, channel: str) -> Target:
        """Give the channel of a name, a new one if need be."""
        known = {name: at for at, name in self.discord.channels.items()}
        at = known.get(channel, 100 + len(known))
        self.discord.channels[at] = channel
        return Target(GUILD, ChannelId(at))

    async def do_unwatch(self, rest: str) -> None:
        """Remove a watch by its name."""
        watch = next(watch for watch in await self.asking.watches(GUILD) if watch.name == rest)
        assert await self.asking.remove_watch(GUILD, watch.id)

    async def do_feed(self, rest: str) -> None:
        """Change what a feed says, and poll it."""
        first, _, more = rest.partition(" ")
        named = first if first in self.others else ""
        feed, what = (self.others[named], more.strip()) if named else (self.feed, rest)
        if what in {"down", "back", "empty", "half"}:
            feed.mood = what
        else:
            name, *words = re.split(r"\s{2,}", what)
            self.describe(feed, name, " ".join(words).split())
        await self.do_poll(named)

    def describe(self, feed: LaunchFeed, name: str, words: list[str]) -> None:
        """Change one event of a feed."""
        feed.lost.discard(name)
        feed.dead.discard(name)
        if words and words[-1] in {"lost", "404"}:
            (feed.lost if words.pop() == "lost" else feed.dead).add(name)
        if name not in self.discord.names:
            self.discord.names.append(name)
        new = new_event(name, len(feed.events))
        if feed is not self.feed:
            new = replace(new, id=EventId(f"{feed.name}:launch:{len(feed.events)}"), status=Status.UNKNOWN)
        feed.events[name] = described(feed.events.get(name) or new, words)

    async def do_poll(self, rest: str) -> None:
        """Ask a feed once; then each is asked for what left its list, and for what another one contradicts."""
        poller = self.pollers[rest] if rest else self.poller
        everybody = [(self.feed, self.poller), *zip(self.others.values(), self.pollers.values(), strict=True)]
        for feed, each in everybody:
            if not self.up or feed.mood == "down":
                continue
            asks = [Ask(scope, self.clock.at) for scope in (Scope.ALL, Scope.EVENTS)] if each is poller else []
            for ask in asks:
                await each.apply(ask, await feed.read(ask))
            for lookup in looked_for((await each.known(self.clock.at)).values(), feed.name):
                if lookup.missing is None or self.clock.at - lookup.missing >= AGAIN:
                    ask = Ask(Scope.ONE, self.clock.at, lookup.event)
                    await each.apply(ask, await feed.read(ask))

    async def do_near(self, _: str) -> None:
        """Ask the feed for the next few launches alone."""
        ask = Ask(Scope.NEAR, self.clock.at)
        await self.poller.apply(ask, await self.feed.read(ask))

    async def do_discord(self, rest: str) -> None:
        """Change Discord's mood."""
        mood, *more = rest.split()
        if "events" in more:
            self.discord.refusals[0] = int(more[0])
            return
        if mood not in {"refuses", "fails"}:
            self.discord.mood = mood
            self.discord.refusals.clear()
            return
        channel = next((word[1:] for word in more if word.startswith("#")), "launches")
        self.discord.refusals[self.target(channel).channel] = int(more[0]) if mood == "refuses" else 0

    async def do_resume(self, _: str) -> None:
        """Resume the paused targets, as an admin does."""
        assert await self.asking.resume(GUILD)

    async def do_delete(self, rest: str) -> None:
        """Delete the card of an event, as a moderator does."""
        event = self.feed.events[rest.removeprefix("card ")].id
        async with self.store.transaction() as tx:
            self.discord.deleted |= {card.message for card in (await tx.cards(event)).values()}

    async def do_down(self, _: str) -> None:
        """End the process."""
        self.up = False

    async def do_kill(self, _: str) -> None:
        """Let the process die in the middle of its next send."""
        self.discord.mood = "kill"

    async def do_restart(self, _: str) -> None:
        """Start it again."""
        self.boot()


def new_event(name: str, number: int) -> Event:
    """Give a launch nobody heard of."""
    return Event(
        id=EventId(f"ll2:launch:{number}"),
        kind=Kind.LAUNCH,
        name=name,
        net=Net(None, Precision.UNKNOWN),
        status=Status.TBD,
        lsp=Agency(name="SpaceX", abbrev="SpX"),
        rocket=Rocket(name="Falcon 9"),
    )


def described(event: Event, words: list[str]) -> Event:
    """Apply the words of a feed line: status, NET, precision, facts."""
    at, precision, days = event.net.at or L0, event.net.precision, timedelta()
    for word in words:
        key, _, value = word.partition("=")
        if word in STATUSES:
            event = replace(event, status=STATUSES[word])
        elif key in FACTS:
            event = FACTS[key](event, value)
        elif word in PRECISIONS:
            precision = PRECISIONS[word]
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            at = datetime.combine(datetime.fromisoformat(word), at.timetz())
        elif re.fullmatch(r"[+-]\d+d", word):
            days = timedelta(days=int(word[:-1]))
        else:
            at = datetime.combine(at.date(), time.fromisoformat(word), UTC)
            precision = Precision.SECOND if at.second else Precision.MINUTE
    net = Net(at + days, precision) if precision is not Precision.UNKNOWN else Net(None, precision)
    return replace(event, net=net)


def expected(lines: Iterable[Line]) -> list[str]:
    """Give the posts and edits that a log lists, in one spelling."""
    found: list[str] = []
    for line in lines:
        if line.verb in TOLD:
            rest = re.sub(r"\bT-(\d+)([dhm])\b", lambda m: what_of(int(m[1]) * UNIT[m[2]]), " ".join(line.rest.split()))
            found.append(f"{said_at(line.at)} {line.verb} {rest}")
    return found
