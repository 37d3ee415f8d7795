"""What is needed from the world: a clock, launch feeds, Discord, a store. Adapters point to these docstrings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    EVERYBODY,
    Article,
    Ask,
    Brief,
    Card,
    Claimed,
    Coverage,
    Delivery,
    EventId,
    Fate,
    Fault,
    GuildId,
    Key,
    Lapsed,
    Member,
    MessageId,
    Occasion,
    Outcome,
    Post,
    Say,
    Scope,
    Server,
    ServerFeed,
    SettingsChange,
    Settled,
    Sighting,
    Tally,
    Target,
    Telling,
    Track,
    UserId,
    Watch,
    WatchId,
)
from bot.rules.sharing import Shards


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


# --- feeds --------------------------------------------------------------------------------------------------------


class FeedDown(Exception):
    """A feed gave no answer that can be read; what was known still stands. `retry_after`: how long it asked us to wait."""

    def __init__(self, why: str, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """What one question was answered with. Order is the feed's."""

    sightings: tuple[Sighting, ...]
    faults: tuple[Fault, ...] = ()
    whole: bool = False
    """Every page was read without a fault in the page itself: what is not listed is not there."""
    cut: bool = False
    """Part of the list could not be had; what it held will look new when it is read. A record that cannot be read cuts nothing."""
    until: datetime | None = None
    """The list is without gaps up to this NET: a known event of the same kind before it that is not listed has left the list."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing changed since the same question was last answered."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The feed knows no event by this id (HTTP 404)."""


class Feed(Protocol):
    """One launch feed."""

    name: str
    """Short and stable: it is the prefix of the ids this feed gives."""
    per_hour: int
    """Requests that it allows in any rolling hour."""

    async def read(self, ask: Ask) -> Sightings | NotModified | Gone:
        """Answer one question; Scope.ONE gives one sighting or Gone. Raises: FeedDown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """What a press feed holds now, in its order: usually its newest entries, most of them seen before."""

    articles: tuple[Article, ...]
    faults: tuple[Fault, ...] = ()


class Press(Protocol):
    """One feed of articles or videos."""

    name: str
    """Short and stable."""

    async def read(self) -> Articles | NotModified:
        """Give the newest entries. Raises: FeedDown."""
        ...


class Requests(Protocol):
    """The memory of requests made to a feed, which outlives a restart: quotas count them."""

    async def made(self, feed: str, since: datetime) -> tuple[tuple[Scope, datetime], ...]:
        """Requests begun at or after `since`, oldest first."""
        ...

    async def note(self, feed: str, scope: Scope, at: datetime) -> None:
        """Write down a request just before it is made."""
        ...


# --- Discord ------------------------------------------------------------------------------------------------------


class Outlet(Protocol):
    """Where posts go. Every answer, good or bad, is an Outcome; only bugs raise."""

    def under(self, stands: Callable[[], bool]) -> Outlet:
        """Give the same outlet for one claim: asked at the last moment, nothing leaves once the claim no longer stands."""
        ...

    async def send(self, key: Key, target: Target, post: Post, reply_to: MessageId | None = None) -> Outcome:
        """Post one message. The same key within minutes is stored once (enforced nonce); a deleted `reply_to` is no error.

        In a forum `reply_to` is the post in which it is said; without one it opens a post, which no nonce guards.
        """
        ...

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:
        """Replace what a message says. Never pings."""
        ...

    async def find(self, target: Target, post: Post, since: datetime, within: MessageId | None = None) -> MessageId | None:
        """Our own message that says this post, sent at or after `since`, read back after an unclear answer. Raises: OutletDown.

        In a forum: our own post of this name, or the message `within` one.
        """
        ...

    async def entitle(self, target: Target, post: MessageId, like: Post) -> Outcome:
        """Give a forum's post the name and the tags of `like`, where it has others. Two names in ten minutes is Discord's limit."""
        ...

    async def hold(self, target: Target, occasion: Occasion, standing: MessageId | None, since: datetime | None = None) -> Outcome:
        """Make a scheduled event, or make the one that is `standing` say this and be in this phase; what is the same is not sent.

        No key makes it one: `since` an unclear try, one of ours that says the same is looked for first.
        """
        ...

    async def publish(self, target: Target, message: MessageId) -> Outcome:
        """Spread a message of an announcement channel to the servers that follow it. One that is spread already is no error."""
        ...

    async def close(self, target: Target, post: MessageId) -> Outcome:
        """Close a forum's post. A message in it opens it again."""
        ...


class OutletDown(Exception):
    """A read-back gave no answer: whether the message exists stays unclear."""


# --- store --------------------------------------------------------------------------------------------------------


class StoreDown(Exception):
    """The database gave no answer; the transaction did not happen."""


class Store(Protocol):
    """Everything that outlives the process."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """All of it, or nothing: commits at the end of the block, rolls back on any exception. Raises: StoreDown."""
        ...


class Transaction(Protocol):
    """One unit of work. Sequences come back sorted as their method says; instants are aware UTC."""

    # events

    async def track(self, event: EventId) -> Track | None:
        """The track of one event, locked until the end of the transaction where the database can."""
        ...

    async def tracks(self, *, net_since: datetime | None = None) -> tuple[Track, ...]:
        """Tracks by NET, earliest first, those without a NET last. `net_since` leaves out NETs before it, never a missing NET."""
        ...

    async def heard(self) -> datetime | None:
        """When a launch feed last described anything; None before it did."""
        ...

    async def mark(self) -> str:
        """A word that is another one whenever a feed described any event or article since: what was made of the tracks is old."""
        ...

    async def keep(self, track: Track) -> None:
        """Insert or replace."""
        ...

    async def touch(self, events: Collection[EventId], feed: str, seen: datetime) -> None:
        """Note that a feed described these events again, unchanged: `Track.seen` and `Track.feed`."""
        ...

    # watches

    async def watches(self, guild: GuildId | None = None, *, about: EventId | None = None) -> tuple[Watch, ...]:
        """All watches, or those of one guild, by id. Watches of a paused target have `paused` set.

        `about` leaves out what persons asked about another event alone: it may want this one in no case.
        """
        ...

    async def watch(self, watch: WatchId) -> Watch | None:
        """One watch by its id, whosever it is; None when there is none, or not any more."""
        ...

    async def add_watch(self, watch: Watch) -> Watch:
        """Keep a new watch; its id is given here, the one passed in is ignored."""
        ...

    async def replace_watch(self, watch: Watch) -> bool:
        """Replace a watch by its id; False when it is no longer there."""
        ...

    async def remove_watch(self, guild: GuildId, watch: WatchId) -> bool:
        """Forget a watch of this guild; False when it has no such watch."""
        ...

    async def pause(self, target: Target, why: str, at: datetime) -> bool:
        """Stop sending to a target, keeping everything; True when it was not paused yet."""
        ...

    async def resume(self, target: Target) -> bool:
        """Send to a target again; False when it was not paused."""
        ...

    async def paused(self, guild: GuildId | None = None) -> Mapping[Target, tuple[str, datetime]]:
        """Paused targets, one guild's alone: why, and since when."""
        ...

    async def watches_of(self, target: Target) -> tuple[Watch, ...]:
        """The watches of one target, a person's reminders for instance, by id."""
        ...

    async def restore_watch(self, watch: Watch) -> None:
        """Put back a watch under the id that it had."""
        ...

    # what servers and members decided

    async def server(self, guild: GuildId) -> Server | None:
        """What a server decided for all its watches; None: nothing yet."""
        ...

    async def servers(self, *, left_before: datetime | None = None) -> tuple[Server, ...]:
        """All that decided anything, by guild; or those that the bot left before then."""
        ...

    async def keep_server(self, server: Server) -> None:
        """Insert or replace."""
        ...

    async def forget_server(self, guild: GuildId) -> None:
        """Delete a server's watches, settings and what could be taken back. What is owed there finds no watch any more."""
        ...

    async def member(self, user: UserId) -> Member | None:
        """What a person decided; None: nothing yet."""
        ...

    async def sent_to(self, target: Target) -> Mapping[Fate, int]:
        """How many deliveries to a target are kept, by what became of them."""
        ...

    async def keep_member(self, member: Member) -> None:
        """Insert or replace."""
        ...

    async def forget_member(self, user: UserId) -> None:
        """Delete everything that is kept about a person: settings, reminders, what is owed and was sent."""
        ...

    async def note_change(self, guild: GuildId, by: UserId, what: str, before: str, at: datetime) -> None:
        """Write down a change of settings that can be taken back; only the last twenty of a server are kept."""
        ...

    async def last_change(self, guild: GuildId) -> SettingsChange | None:
        """The newest change of a server's settings; None when there is none to take back."""
        ...

    async def drop_change(self, number: int) -> None:
        """Forget a change: it was taken back."""
        ...

    # what is written about the events

    async def keep_article(self, coverage: Coverage, at: datetime) -> None:
        """Insert or replace an article and the events that it is linked to."""
        ...

    async def known_articles(self, urls: Collection[str], owner: GuildId = EVERYBODY) -> Mapping[str, Article]:
        """Those of these articles that are kept, by address: for all, or for the one server that owns their feed."""
        ...

    async def coverage(self, event: EventId, guild: GuildId = EVERYBODY, *, limit: int = 100) -> tuple[Coverage, ...]:
        """The newest articles about an event that a server is shown, its own feeds' included; newest first."""
        ...

    async def recent_articles(self, since: datetime, guild: GuildId = EVERYBODY, *, limit: int = 100) -> tuple[Coverage, ...]:
        """Articles published at or after `since` that a server is shown; newest first. Those linked to nothing are included."""
        ...

    async def sweep_articles(self, before: datetime) -> int:
        """Forget articles published before then. Returns how many."""
        ...

    async def server_feeds(self, guild: GuildId | None = None) -> tuple[ServerFeed, ...]:
        """Feeds that admins added, by number: all, or one server's."""
        ...

    async def add_server_feed(self, feed: ServerFeed) -> ServerFeed | None:
        """Keep a feed; its number is given here, the one passed in is ignored. None when the server has that address already."""
        ...

    async def remove_server_feed(self, guild: GuildId, number: int) -> bool:
        """Forget a feed of this server; its articles stay until they are old. False when it has no such feed."""
        ...

    # outbox

    async def settled(self, event: EventId, guild: GuildId | None = None) -> Mapping[Target, tuple[Settled, ...]]:
        """Every delivery of an event by target, one guild's alone, whatever its fate; without edits and what else says nothing."""
        ...

    async def set_countdown(
        self,
        event: EventId,
        owed: Sequence[Delivery],
        skipped: Sequence[tuple[Delivery, str]],
        now: datetime,
        guild: GuildId | None = None,
    ) -> None:
        """Make `owed` the reminders of an event (in one guild): they alone remain OWED, sent ones untouched, dropped ones revived.

        A row keeps its tries when its times change. `skipped` are recorded as dropped, with the reason, unless sent.
        """
        ...

    async def owe(self, deliveries: Sequence[Delivery]) -> int:
        """Add rows; a key that is already there, whatever its fate, is left alone. Returns how many were new."""
        ...

    async def set_edits(self, deliveries: Sequence[Delivery]) -> None:
        """Owe edits: one row per key, brought back to OWED with these times and no tries. Pending ones keep the earlier `start`."""
        ...

    async def drop(self, event: EventId, says: Collection[Say], why: str, at: datetime, *, keep: Collection[Key] = ()) -> int:
        """Drop what is still OWED of these kinds for an event (not `keep`), with the reason."""
        ...

    async def expire(self, now: datetime) -> tuple[Lapsed, ...]:
        """Drop every OWED row, not leased, whose `stale` has come: late is worse than never. Returns which."""
        ...

    async def claim(
        self, now: datetime, limit: int, lease: timedelta, *, busy: Collection[Target] = (), shards: Shards | None = None
    ) -> tuple[Claimed, ...]:
        """Take due rows for sending, most urgent first, and lease them.

        Due: `start` and the retry's time have come, `stale` has not, no lease stands, target neither paused nor in `busy` nor
        holding another leased row; at most one row per target. Order: edits last, then closest T-0 (none last), pings first, `due`.
        `shards`: only what a process that holds these can deliver: to any channel or person, else to its own servers.
        The claim counts a try: `Claimed.tries` are those begun before it.
        """
        ...

    async def standing(self, claims: Sequence[Claimed]) -> frozenset[Key]:
        """Those of these claims that nobody else has taken over, locked until the end of the transaction."""
        ...

    async def record_sent(self, key: Key, message: MessageId, at: datetime, *, pinged: bool) -> None:
        """It is there, once."""
        ...

    async def record_retry(self, key: Key, at: datetime, why: str, *, counts: bool) -> None:
        """Try again at `at`, and free the lease. `counts` False takes the try back: nothing can have been stored."""
        ...

    async def record_dropped(self, key: Key, why: str, at: datetime) -> None:
        """It will not be sent, and why."""
        ...

    async def next_start(self, now: datetime, *, shards: Shards | None = None) -> datetime | None:
        """When the next OWED row in reach of these shards may be claimed or expires (may be past); None: nothing is owed."""
        ...

    async def told(self, since: datetime, limit: int) -> tuple[Telling, ...]:
        """What was told in channels since then, newest first, each once for all of them; nothing of a server's own missions."""
        ...

    async def sent_at(self, target: Target, say: Say, since: datetime) -> tuple[datetime, ...]:
        """When deliveries of this kind to a target were sent, at or after `since`, oldest first."""
        ...

    async def tally(self, since: datetime | None = None) -> tuple[Tally, ...]:
        """How deliveries ended, and how many are owed; by kind, fate, reason. `since`: of what ended, only what did since."""
        ...

    async def overdue(self, now: datetime) -> int:
        """How many are owed whose time has come: on their way, waiting for a retry or a paused target, or late."""
        ...

    async def briefs(self, deliveries: Sequence[Delivery]) -> Mapping[Key, Brief]:
        """What each of these needs to be rendered: four questions for all of them, nothing locked."""
        ...

    # several processes

    async def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        """Take or renew what one process at a time may do; its token, another one whenever it changed hands; None: not ours.

        One that somebody else is writing under is not waited for: it is not free.
        """
        ...

    async def holds_lease(self, name: str, token: int) -> bool:
        """Whether this token still stands; if so it does until the end of this transaction."""
        ...

    async def give_lease(self, name: str, holder: str, now: datetime) -> None:
        """Let others take it at once."""
        ...

    async def take_shards(self, shards: Shards, holder: str, now: datetime, until: datetime) -> str | None:
        """Take or renew the shards of a process; who holds any of them already, None: they are ours."""
        ...

    async def give_shards(self, shards: Shards, holder: str, now: datetime) -> None:
        """Let others take them at once."""
        ...

    async def live(self, holder: str, now: datetime, forgotten: datetime) -> tuple[int, int]:
        """Say that this process lives; gives how many come before it and how many there are, of those seen since `forgotten`."""
        ...

    # cards

    async def cards(self, event: EventId, guild: GuildId | None = None) -> Mapping[Target, Card]:
        """All living cards of an event, or those of one guild, gone ones included."""
        ...

    async def keep_card(self, card: Card) -> None:
        """Insert or replace."""
        ...

    # forgetting

    async def prune_deliveries(self, before: datetime, limit: int) -> int:
        """Forget deliveries that ended before then, unless their event may still come. Returns how many, at most `limit`."""
        ...

    async def prune_events(self, before: datetime, limit: int) -> int:
        """Forget events that no feed described since, and whose NET was before then, with their cards. Returns how many."""
        ...

    async def prune_requests(self, now: datetime) -> None:
        """Forget requests that no quota counts any more."""
        ...

    # facts

    async def recall(self, name: str) -> str | None:
        """A small fact by name, for instance that a feed's baseline was taken."""
        ...

    async def remember(self, name: str, value: str) -> None:
        """Keep a small fact."""
        ...
