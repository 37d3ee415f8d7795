"""The words of the field: what a launch is, who asked for it, what is owed. Frozen, no behaviour beyond a definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum, unique
from typing import NewType

EventId = NewType("EventId", str)
"""`<feed>:<kind>:<id>` as its first feed named it, for instance `ll2:launch:3637c9eb-…`; stable through renames and slips."""
GuildId = NewType("GuildId", int)
EVERYBODY = GuildId(0)
"""Owner of what belongs to no server."""
ChannelId = NewType("ChannelId", int)
RoleId = NewType("RoleId", int)
UserId = NewType("UserId", int)
MessageId = NewType("MessageId", int)
WatchId = NewType("WatchId", int)
Key = NewType("Key", str)
"""Identity of one delivery: `target/event/attempt/what`. Once sent, never sent again."""


# --- what flies ---------------------------------------------------------------------------------------------------


@unique
class Kind(StrEnum):
    """What happens at T-0."""

    LAUNCH = "launch"
    DOCKING = "docking"
    UNDOCKING = "undocking"
    LANDING = "landing"
    SPACEWALK = "spacewalk"
    RELOCATION = "relocation"
    FLYBY = "flyby"
    TEST = "test"
    CEREMONY = "ceremony"
    PRESS = "press"
    OTHER = "other"


@unique
class Precision(IntEnum):
    """How well a NET is known, finest first. Only SECOND, MINUTE and HOUR are clock times."""

    SECOND = 0
    MINUTE = 1
    HOUR = 2
    MORNING = 3
    AFTERNOON = 4
    DAY = 5
    WEEK = 6
    MONTH = 7
    QUARTER = 8
    HALF = 9
    YEAR = 10
    FISCAL_YEAR = 11
    DECADE = 12
    UNKNOWN = 13


@dataclass(frozen=True, slots=True)
class Net:
    """No earlier than: the announced T-0. A coarse one holds the *last* day of its span at 00:00Z, as Launch Library does."""

    at: datetime | None
    precision: Precision

    @property
    def clock(self) -> datetime | None:
        """The instant, when it is a clock time (hour or better) that may be counted down; else None."""
        return self.at if self.precision <= Precision.HOUR else None

    @property
    def has_day(self) -> bool:
        """Whether the day is known."""
        return self.at is not None and self.precision <= Precision.DAY


@unique
class Status(StrEnum):
    """Where an event stands. CANCELLED is ours (its id is gone for good); NONE is an event that has no status, as a docking."""

    GO = "go"
    TBC = "tbc"
    TBD = "tbd"
    HOLD = "hold"
    IN_FLIGHT = "in flight"
    DEPLOYED = "deployed"
    SUCCESS = "success"
    PARTIAL_FAILURE = "partial failure"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    NONE = "none"
    UNKNOWN = "unknown"


OUTCOMES = frozenset({Status.SUCCESS, Status.PARTIAL_FAILURE, Status.FAILURE})
"""The final statuses of a flight."""
FLOWN = OUTCOMES | {Status.IN_FLIGHT, Status.DEPLOYED}
"""Statuses after liftoff."""
OVER = OUTCOMES | {Status.CANCELLED}
"""Nothing more will happen."""


@unique
class StreamKind(StrEnum):
    """Who streams what; the order of preference is in rules/webcasts.py."""

    OFFICIAL = "official webcast"
    OFFICIAL_RESTREAM = "official re-stream"
    TECHNICAL = "technical webcast"
    UNOFFICIAL = "unofficial webcast"
    UNOFFICIAL_RESTREAM = "unofficial re-stream"
    RECAP = "recap"
    ROUND_THE_CLOCK = "24/7 live feed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webcast:
    """A stream to watch an event on. `priority` ascends from main to secondary; `language` is an ISO 639-1 code."""

    url: str
    title: str = ""
    publisher: str = ""
    kind: StreamKind = StreamKind.UNKNOWN
    language: str | None = None
    priority: int = 0
    live: bool | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    guessed: bool = False
    """Found by us, not confirmed by the launch feed: shown as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    name: str
    abbrev: str = ""
    kind: str = ""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes."""
    logo: str = ""
    """Address of a picture that stands for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rocket:
    name: str
    full_name: str = ""
    families: tuple[str, ...] = ()
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    role: str = ""
    nationality: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    name: str
    site: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2 code, empty when unknown."""
    latitude: float | None = None
    longitude: float | None = None
    zone: str = ""
    """IANA zone of the site, empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    name: str
    kind: str = ""
    description: str = ""
    orbit: str = ""
    orbit_abbrev: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    url: str
    thumbnail: str = ""
    credit: str = ""
    license: str = ""
    license_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A line that an editor of the feed wrote about the event."""

    at: datetime
    comment: str
    url: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One line of the countdown: `at` is relative to T-0, negative before it."""

    at: timedelta
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """The planned or flown landing of a booster or a spacecraft. `success` is None while open."""

    vehicle: str
    attempt: bool | None = None
    success: bool | None = None
    place: str = ""
    kind: str = ""
    flight: int | None = None
    """Which flight of this vehicle it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A launch, a docking, a landing … as it is known now. Tuples keep the feed's order."""

    id: EventId
    kind: Kind
    name: str
    net: Net
    status: Status
    slug: str = ""
    url: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    lsp: Agency | None = None
    agencies: tuple[Agency, ...] = ()
    rocket: Rocket | None = None
    mission: Mission | None = None
    spacecraft: tuple[str, ...] = ()
    crew: tuple[Person, ...] = ()
    pad: Pad | None = None
    location: str = ""
    programs: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    designator: str = ""
    webcasts: tuple[Webcast, ...] = ()
    webcast_live: bool = False
    probability: int | None = None
    """Chance of acceptable weather, 0 to 100."""
    weather: str = ""
    reason: str = ""
    """Why it holds or failed, in the feed's words."""
    image: Image | None = None
    links: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()
    timeline: tuple[Milestone, ...] = ()
    landings: tuple[Landing, ...] = ()
    launches: tuple[EventId, ...] = ()
    """For an event that is no launch: the launches it belongs to."""
    last_updated: datetime | None = None
    owner: GuildId = GuildId(0)
    """The server that added it for itself and alone is told of it; 0 for what a feed knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An event as one feed described it once. `unsaid` names the fields of Event on which this page is silent."""

    event: Event
    feed: str
    unsaid: frozenset[str] = frozenset()
    own: EventId | None = None
    """The feed's own id of it, where it goes on under an older one."""


@dataclass(frozen=True, slots=True)
class NetSeen:
    net: Net
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusSeen:
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one feed says of an event, kept beside what the others say: rules/voices.py decides whose word counts."""

    feed: str
    event: Event
    """Under the feed's own id."""
    unsaid: frozenset[str] = frozenset()
    """Fields on which it never said anything."""
    seen: datetime
    """When it last described the event."""
    first: datetime
    """When it first did."""
    since: tuple[tuple[str, datetime], ...] = ()
    """Fields that it has changed, by name, and when we learnt of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What we hold of one event: its last sighting folded into all earlier ones, and the story of its countdown."""

    event: Event
    first_seen: datetime
    seen: datetime
    """When a feed last described it: the age of what we know."""
    feed: str = ""
    attempt: str = ""
    """The present countdown: the UTC day on which its NET stood when it began; empty while there is no clock time."""
    counting: bool = True
    """False from a scrub until there is a new NET or GO is back."""
    armed_at: datetime
    """Leads that had passed by then are not owed: they were past when this NET became known."""
    moves: int = 0
    """How often NET or its precision changed: numbers the slips."""
    holds: int = 0
    released: datetime | None = None
    """When a hold last ended: one that begins again right after is the same hold."""
    scrubs: tuple[datetime, ...] = ()
    nets: tuple[NetSeen, ...] = ()
    """Every NET there was, oldest first, bounded by rules/changes.py."""
    statuses: tuple[StatusSeen, ...] = ()
    """Every status there was, oldest first, bounded as well."""
    revisions: int = 0
    """How often what a calendar shows of it changed, slips aside: those are counted in `moves`."""
    revised: datetime | None = None
    """When what a calendar shows of it last changed; None: not since it was first seen."""
    streamless: datetime | None = None
    """Since when no stream of it is known; None while there is one."""
    unsettled: NetSeen | None = None
    """The NET that people know while a fresh slip waits to be told, and since when: coming back to it is a flap."""
    left: datetime | None = None
    """When a whole list first did without it: it is looked up by its id before anything is believed."""
    missing: datetime | None = None
    """When its id first answered 404."""
    voices: tuple[Voice, ...] = ()
    """What each feed says, the most trusted first; empty while one feed alone does, under this id: then `event` is what it says."""
    disputed: tuple[str, ...] = ()
    """Feeds whose NET differs by more than its precision, and has for a while: a reader is told."""
    silent: bool = False
    """The most trusted feed has said nothing for long, while another did."""
    found: tuple[Webcast, ...] = ()
    """Streams of it that press feeds showed: each stands in for the launch feed's until that lists one."""
    press: tuple[Article, ...] = ()
    """The newest articles about it, newest first, as many as a card shows."""


# --- what is written about it --------------------------------------------------------------------------------------


@unique
class Medium(StrEnum):
    """What an article is to its reader."""

    ARTICLE = "article"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article or a video, as its feed gives it: plain text, no markup, bounded in length by the feed's adapter."""

    title: str
    published_at: datetime
    summary: str = ""
    site: str = ""
    """Who publishes it, as people call them: a news site, or the channel of a video."""
    url: str = ""
    """Canonical: it is the article's identity."""
    medium: Medium = Medium.ARTICLE
    language: str = ""
    """ISO 639-1, empty when unknown."""
    image: str = ""
    updated_at: datetime | None = None
    starts: datetime | None = None
    """When a video is scheduled to begin."""
    live: bool | None = None
    """Whether a video streams now; None when nobody said."""
    official: bool = False
    """From a channel that is called official: its streams may be shown before a launch feed has them."""
    events: tuple[EventId, ...] = ()
    """Events that the feed itself says it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An event that an article is about, how surely (0 to 1), and why, in short phrases that a person can check."""

    event: EventId
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """An article with the events that it is about, surest first."""

    article: Article
    linked: tuple[Linked, ...] = ()
    owner: GuildId = GuildId(0)
    """The server that added its feed and alone is shown it; 0 for a feed that all are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFeed:
    """A feed that the admins of a server added: its articles reach that server alone."""

    number: int
    guild: GuildId
    url: str
    by: UserId
    at: datetime


# --- who asked ----------------------------------------------------------------------------------------------------


@unique
class Facet(StrEnum):
    """What a term of a watch is compared with. ANY is free text over all of them."""

    ANY = "any"
    MISSION = "mission"
    LSP = "lsp"
    ROCKET = "rocket"
    SPACECRAFT = "spacecraft"
    CREW = "crew"
    SITE = "site"
    COUNTRY = "country"
    ORBIT = "orbit"
    PROGRAM = "program"
    MISSION_TYPE = "type"
    KIND = "kind"
    EVENT = "event"
    """One event, by its id: never written by hand."""


@dataclass(frozen=True, slots=True)
class Term:
    facet: Facet
    text: str


@unique
class Say(StrEnum):
    """The notices of a watch: what may be said about one event."""

    ANNOUNCED = "announced"
    DATED = "dated"
    REMINDER = "reminder"
    STREAM = "stream"
    LIVE = "live"
    SLIP = "slip"
    HOLD = "hold"
    SCRUB = "scrub"
    LIFTOFF = "liftoff"
    OUTCOME = "outcome"
    COVERAGE = "coverage"
    EDIT = "edit"
    """Not chosen by a watch: keeps a posted card true."""
    SUMMARY = "summary"
    """Not chosen by a watch: what a new watch already has ahead of it."""
    TROUBLE = "trouble"
    """Not chosen by a watch: tells a server's admins what broke."""
    DIGEST = "digest"
    """Not chosen by name: comes when the watch has a `digest`."""
    OCCASION = "occasion"
    """Not chosen by name: keeps a scheduled event of the server true, when the watch has `occasions`."""
    PUBLISH = "publish"
    """Not chosen by name: spreads a post to the servers that follow the channel, when the watch has `crosspost`."""
    CLOSE = "close"
    """Not chosen by a watch: closes the forum post of an event that is over."""


CHOOSABLE = frozenset(Say) - {Say.EDIT, Say.SUMMARY, Say.TROUBLE, Say.DIGEST, Say.OCCASION, Say.PUBLISH, Say.CLOSE}
USUAL = CHOOSABLE - {Say.COVERAGE}
"""What a watch sends that did not choose."""


@unique
class Place(StrEnum):
    """What kind of address a target is."""

    CHANNEL = "channel"
    """A text or announcement channel, or a thread."""
    ADMINS = "admins"
    """Wherever the admins of the guild can see it; `channel` is 0 and the outlet finds the place."""
    PERSON = "person"
    """A person's direct messages: `guild` is 0, `channel` the user's id."""
    FORUM = "forum"
    """A forum channel: every event has a post of its own there, whose first message is the card and has the post's id."""
    EVENTS = "events"
    """The scheduled events of a guild, `channel` is 0; what stands there is a Card whose message is the scheduled event's id."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes."""

    guild: GuildId
    channel: ChannelId
    place: Place = Place.CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Local hours in which nothing makes a sound; `end` before `start` means over midnight."""

    start: time
    end: time
    exempt: frozenset[Say] = frozenset()
    """Notices that sound all the same inside T-2h; live and scrub alone may be here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What lies ahead, at a local hour: daily, or on a `weekday` (0 is Monday)."""

    at: time
    weekday: int | None = None
    when_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What one server, or one person, asked for. No `include` means everything; facets combine by AND, terms of one facet by OR."""

    id: WatchId
    target: Target
    name: str
    include: tuple[Term, ...] = ()
    exclude: tuple[Term, ...] = ()
    crewed_only: bool = False
    webcast_only: bool = False
    notices: frozenset[Say] = USUAL
    leads: tuple[timedelta, ...] = ()
    """Spans before T-0, longest first."""
    roles: tuple[RoleId, ...] = ()
    users: tuple[UserId, ...] = ()
    ping_on: frozenset[Say] = frozenset({Say.REMINDER, Say.LIVE})
    """Which notices ping the roles; a reminder pings at the closest lead alone, unless `ping_leads` names others."""
    ping_leads: tuple[timedelta, ...] = ()
    language: str = "en"
    made_at: datetime
    made_by: UserId = UserId(0)
    paused: bool = False
    """Its target is: nothing can be sent there for now. What is owed waits."""
    off: bool = False
    """An admin paused it: it owes nothing until it is resumed."""
    sites: tuple[str, ...] = ()
    """Whose articles it takes, by name or host; a minus before one leaves it out. None of the first kind: everybody's."""
    home: Target | None = None
    """Where a person is mentioned who takes no direct messages: the channel where it was asked for."""
    quiet: Quiet | None = None
    digest: Digest | None = None
    crosspost: bool = False
    occasions: bool = False
    identity: bool = False
    """Posts go out under the agency's name and logo, by a webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a server decided for all its watches."""

    guild: GuildId
    zone: str = "UTC"
    """IANA."""
    language: str = "en"
    role: RoleId | None = None
    """The ping role that members give themselves."""
    left_at: datetime | None = None
    """When the bot was removed: settings are kept for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a person decided for their own reminders."""

    user: UserId
    leads: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(minutes=10))
    zone: str = ""
    """IANA; empty: the server's."""
    language: str = "en"
    calendar: str = ""
    """What the address of their calendar is signed with beside the key; another one makes the old address nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """A change of a server's settings that can be taken back. `before` is the settings as they were, as `/export` writes them."""

    number: int
    guild: GuildId
    by: UserId
    what: str
    before: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a watch wants an event: the term and what it met. The answer of /why."""

    facet: Facet
    term: str
    met: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """All watches of one target that want one event, taken together: one delivery, naming all, pings united."""

    target: Target
    watches: tuple[tuple[Watch, Reason], ...]


# --- what is owed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to say about one event to one target."""

    say: Say
    what: str
    """Its identity within the attempt: `T-10m`, `slip-3`, `scrub`."""
    due: datetime
    stale: datetime
    """From then on it is no longer true: dropped, and recorded."""
    lead: timedelta | None = None
    before: Net | None = None
    """The NET that people knew, when this tells that it moved."""
    roles: tuple[RoleId, ...] = ()
    users: tuple[UserId, ...] = ()
    watches: tuple[str, ...] = ()
    """Names of the watches that asked."""
    language: str = "en"
    note: str = ""
    """A sentence of ours that goes with it, for TROUBLE; for COVERAGE the other events that it is about."""
    article: Article | None = None
    """For COVERAGE: what is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice for one target: a row of the outbox. `event` is None for what is about no event."""

    key: Key
    target: Target
    event: EventId | None
    attempt: str
    notice: Notice
    t0: datetime | None = None
    """The clock time that orders it: closest first."""
    start: datetime
    """When sending may begin: ahead of `due` by what the fan-out takes."""
    carded: bool = True
    """Whether this target keeps a living card of the event."""


@unique
class Fate(StrEnum):
    """How a delivery ended, or that it has not."""

    OWED = "owed"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one delivery: the memory that stops a second one."""

    what: str
    attempt: str
    fate: Fate
    why: str = ""
    at: datetime | None = None
    pinged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deliveries of one kind ended one way, and why."""

    say: Say
    fate: Fate
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A delivery whose time passed before it could be sent."""

    key: Key
    event: EventId | None
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A notice about an event that reached somebody, and when it first did."""

    key: Key
    event: EventId
    notice: Notice
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery taken for sending, with what is known of earlier tries."""

    delivery: Delivery
    tries: int
    """How many were begun before this one."""
    first_try: datetime | None
    """When the first was begun; None before it."""
    until: datetime
    """When the claim lapses and somebody else may take it. No two claims of a delivery have the same: it is their fence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The living card of an event in a target. `face` is a digest of what was last rendered."""

    target: Target
    event: EventId
    message: MessageId
    face: str
    edited_at: datetime
    gone: bool = False
    """A moderator deleted it: not posted again for this event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What is known when a delivery is rendered. `watches` are its target's, by id; the others are about its event."""

    watches: tuple[Watch, ...]
    server: Server | None = None
    track: Track | None = None
    card: Card | None = None
    last_ping: datetime | None = None
    """When this event last pinged this target."""


# --- how it is said -----------------------------------------------------------------------------------------------


@unique
class Tone(StrEnum):
    """What colour a post has; the outlet knows the colours."""

    CALM = "calm"
    GO = "go"
    SOON = "soon"
    LIVE = "live"
    WARN = "warn"
    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Link:
    """A link button."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Under whose name a message is posted by a webhook, and with which picture."""

    name: str
    logo: str = ""


@unique
class Act(StrEnum):
    """What a button does that is no link."""

    REMIND = "remind"
    DETAILS = "details"
    CALENDAR = "calendar"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Action:
    """A button that answers. `about` is an event's id, for STOP a watch's; both together are the button's id."""

    act: Act
    label: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message, said without a Discord type. Text is Discord markdown, feed text in it already escaped."""

    title: str
    url: str = ""
    lines: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    image: str = ""
    tone: Tone = Tone.CALM
    buttons: tuple[Link, ...] = ()
    actions: tuple[Action, ...] = field(default=(), repr=False)
    """Not part of what a card shows (rules/card.py, `face`): a new button alone edits no card."""
    lead_in: str = ""
    """Plain text above, what a phone's notification shows. Mentions are added by the outlet from roles and users."""
    roles: tuple[RoleId, ...] = ()
    users: tuple[UserId, ...] = ()
    silent: bool = False
    speaker: Speaker | None = None
    """Under whose name it goes out; None: the bot's own."""
    topic: str = ""
    """The name of the forum post that it opens; empty: its title."""
    tags: tuple[str, ...] = ()
    """Names that a fitting tag of the forum may have, best first."""


@unique
class Phase(StrEnum):
    """Where a scheduled event of Discord stands."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A scheduled event of Discord, said without a Discord type. `place` is where to watch: a link, else the site."""

    name: str
    start: datetime
    end: datetime
    place: str
    description: str = ""
    image: str = ""
    phase: Phase = Phase.SCHEDULED


# --- what is asked of a feed --------------------------------------------------------------------------------------


@unique
class Scope(StrEnum):
    """Which question a request to a launch feed asks."""

    NEAR = "near"
    """The next few launches, in one request: what may change by the minute."""
    ALL = "all"
    """Every upcoming launch, page by page."""
    EVENTS = "events"
    """Every upcoming event that is no launch."""
    ONE = "one"
    """One event by its id, because it left the list."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask a feed, and when. `event` goes with Scope.ONE."""

    scope: Scope
    at: datetime
    event: EventId | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a page that could not be read; it cost that event alone."""

    where: str
    """The event's id or position, and the field."""
    why: str


# --- what the world answers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    message: MessageId


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord said no: HTTP status and its JSON error code (0 when there was none)."""

    status: int
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Rate limited, told to wait, or held up on our side: nothing was stored."""

    wait: timedelta
    why: str = "Discord asked to wait"


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer, or one that leaves open whether it was stored: 5xx, a dropped connection, a timeout."""

    text: str


Outcome = Sent | Refused | Busy | Unclear
