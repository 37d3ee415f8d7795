"""Deliveries, tracks and watches that the store's contracts are tried with: the Soyuz MS-19 launch, seen from numbered channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import (
    Card,
    ChannelId,
    Claimed,
    Delivery,
    Event,
    EventId,
    Facet,
    Fate,
    GuildId,
    Key,
    Kind,
    MessageId,
    Net,
    Notice,
    Place,
    Precision,
    RoleId,
    Say,
    Status,
    Target,
    Term,
    Track,
    UserId,
    Watch,
    WatchId,
    Webcast,
)
from bot.store.sql import SqlStore

T0 = datetime(2021, 10, 5, 8, 55, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(seconds=15)
MS19 = EventId("ll2:launch:soyuz-ms-19")
LUCY = EventId("ll2:launch:lucy")
GUILD = GuildId(2**63 - 1)
"""The largest snowflake there can be."""


def channel(number: int, guild: GuildId = GUILD) -> Target:
    """The target of this number."""
    return Target(guild, ChannelId(number))


def delivery(
    what: str = "T-10m",
    to: int | Target = 1,
    *,
    say: Say = Say.REMINDER,
    event: EventId | None = MS19,
    start: datetime = T0 - 10 * MINUTE,
    due: datetime | None = None,
    stale: datetime = T0,
    t0: datetime | None = T0,
    pings: bool = False,
) -> Delivery:
    """A delivery; what is not said is a silent T-10m reminder to channel 1."""
    target = to if isinstance(to, Target) else channel(to)
    return Delivery(
        key=Key(f"{target.place.value}-{target.channel}/{event}/2021-10-05/{what}"),
        target=target,
        event=event,
        attempt="2021-10-05",
        notice=Notice(
            say=say,
            what=what,
            due=due or start,
            stale=stale,
            lead=10 * MINUTE,
            before=Net(T0 - DAY, Precision.SECOND),
            roles=(RoleId(77),) if pings else (),
        ),
        t0=t0,
        start=start,
    )


def edit(to: int = 1, *, start: datetime = T0 - HOUR, stale: datetime = T0 + DAY) -> Delivery:
    """An edit of the card in a channel."""
    return delivery("card", to, say=Say.EDIT, start=start, stale=stale)


def track(event: EventId = MS19, net: datetime | None = T0, *, seen: datetime = T0 - DAY, name: str = "Soyuz MS-19") -> Track:
    """A track with something of every shape in it."""
    return Track(
        event=Event(
            id=event,
            kind=Kind.LAUNCH,
            name=name,
            net=Net(net, Precision.SECOND),
            status=Status.GO,
            webcasts=(Webcast(url="https://example.org/трансляция", starts=T0 - HOUR),),
        ),
        first_seen=T0 - 30 * DAY,
        seen=seen,
        feed="ll2",
        attempt="2021-10-05",
        armed_at=T0 - 30 * DAY,
        scrubs=(T0 - DAY,),
    )


def watch(to: int | Target = 1, name: str = "crewed") -> Watch:
    """A watch of a channel."""
    return Watch(
        id=WatchId(0),
        target=to if isinstance(to, Target) else channel(to),
        name=name,
        include=(Term(Facet.CREW, "Пересильд"),),
        leads=(HOUR, 10 * MINUTE),
        roles=(RoleId(2**63 - 1),),
        made_at=T0 - 30 * DAY,
        made_by=UserId(7),
    )


def card(to: int = 1, face: str = "a1") -> Card:
    """The card of the event in a channel."""
    return Card(target=channel(to), event=MS19, message=MessageId(2**62), face=face, edited_at=T0 - HOUR)


ADMINS = Target(GUILD, ChannelId(0), Place.ADMINS)


async def fates(store: SqlStore, event: EventId = MS19) -> dict[tuple[int, str], tuple[Fate, str]]:
    """What became of every delivery of an event: by channel and what, its fate and why."""
    async with store.transaction() as tx:
        found = await tx.settled(event)
    return {(target.channel, one.what): (one.fate, one.why) for target, several in found.items() for one in several}


async def claimed(
    store: SqlStore, now: datetime = T0 - MINUTE, limit: int = 100, *, busy: tuple[Target, ...] = ()
) -> list[Claimed]:
    """Claim in a transaction of its own, as delivery does."""
    async with store.transaction() as tx:
        return list(await tx.claim(now, limit, LEASE, busy=busy))


async def owe(store: SqlStore, *deliveries: Delivery) -> int:
    """Owe in a transaction of its own."""
    async with store.transaction() as tx:
        return await tx.owe(deliveries)
