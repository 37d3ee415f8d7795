"""What the outbox asks of the database, each statement built once: building one costs as much as all the rest of running it.

Their parameters: `now`; `of`, a key or a server; `keys`, several; `about`, an event; `since` and `for`, when something ended, why.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Executable,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.model import Place, Say
from bot.rules.sharing import SNOWFLAKE_SHARD, Shards
from bot.store.rows import same_target
from bot.store.tables import DROPPED, OWED, SENT, Instant, outbox, paused

LATE = "too late"
"""The reason of what expired: its `stale` came before it could be sent."""
REPLANNED = "no longer planned"
"""The reason of a reminder that a newer plan does not hold."""

LAST = [say.value for say in (Say.EDIT, Say.OCCASION, Say.CLOSE)]
"""What waits until everything has left that somebody waits for."""
UNSAID = [*LAST, Say.PUBLISH.value]
"""What says nothing by itself: planning needs no memory of it."""

# Any number that nothing else in the database uses: claims take turns, or two would each find the same target free.
CLAIMING = 0x744D_636C

_o = outbox.c
_held = outbox.alias("held")


class Apart(FunctionElement[float]):
    """How far apart two instants are; the unit is the database's own."""

    name = "apart"
    inherit_cache = True


@compiles(Apart, "sqlite")
def _apart_sqlite(element: Apart, compiler: SQLCompiler, **kw: Any) -> str:
    one, other = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"abs(julianday({one}) - julianday({other}))"


@compiles(Apart, "postgresql")
def _apart_postgresql(element: Apart, compiler: SQLCompiler, **kw: Any) -> str:
    one, other = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"abs(extract(epoch FROM {one} - {other}))"


_now, _since = bindparam("now", type_=Instant), bindparam("since", type_=Instant)
_for: BindParameter[Any] = bindparam("for")
_urgency = (_o.say.in_(LAST), _o.t0.is_(None), Apart(_o.t0, _now), _o.pings.is_(False), _o.due, _o.key)
"""What says nothing by itself last, then the closest T-0 (none last), pings, the plan's time; the key makes it one order."""


# IS TRUE, or SQLite would walk the index of `stale` instead: nearly everything that is owed lies ahead of it.
_is_due = (_o.fate == OWED, _o.leased_until.is_(None), _o.try_at <= _now, (_o.stale > _now).is_(true()))
_is_paused = exists().where(same_target(paused, outbox))
_is_held = exists().where(same_target(_held, outbox), _held.c.leased_until.is_not(None))

PLAN = ("due", "stale", "start", "try_at", "t0", "pings", "body")
"""What a newer plan may change of a row."""

REPLAN = (
    update(outbox)
    .where(_o.key == bindparam("of"))
    .values({name: bindparam(name) for name in PLAN})
    .values(fate=OWED, at=null(), why=bindparam("why"), withdrawn=null())
)
EDIT_ANEW = (
    update(outbox)
    .where(_o.key == bindparam("of"))
    .values({name: bindparam(name) for name in PLAN})
    .values(
        fate=OWED,
        at=null(),
        why="",
        withdrawn=null(),
        again=_o.leased_until.is_not(None),
        tries=0,
        first_try=null(),
        message=null(),
        pinged=false(),
    )
)
FREED = {"leased_until": null(), "withdrawn": null(), "again": false()}
_late = (
    select(_o.key)
    .where(_o.fate == OWED, _o.stale <= _now, or_(_o.leased_until.is_(None), _o.leased_until <= _now))
    .with_for_update(skip_locked=True)  # without an order: who waits for nobody locks nobody up
)
EXPIRE = (
    update(outbox)
    .where(_o.key.in_(_late.scalar_subquery()))
    .values(fate=DROPPED, why=func.coalesce(_o.withdrawn, LATE), at=_now, **FREED)
    .returning(_o.key, _o.event, _o.guild, _o.channel, _o.place)
)

_lapsed = select(_o.key).where(_o.leased_until <= _now).with_for_update(skip_locked=True)
LET_LAPSE = update(outbox).where(_o.key.in_(_lapsed.scalar_subquery())).values(leased_until=null())
_keys: BindParameter[Any] = bindparam("keys", expanding=True)
STILL_DUE = (
    # Asked again: what is locked now may have changed since it was ranked; what somebody else has locked is passed over.
    select(_o.key, _o.tries, _o.first_try, _o.body).where(_o.key.in_(_keys), *_is_due).with_for_update(skip_locked=True)
)
LEASE = (
    update(outbox)
    .where(_o.key.in_(_keys))
    .values(
        leased_until=bindparam("until", type_=Instant),
        tries=_o.tries + 1,
        first_try=func.coalesce(_o.first_try, _now),
        again=false(),
    )
)

_anew = {"fate": OWED, "message": null(), "at": null(), "pinged": false()}


def _unless_again(**ended: ColumnElement[Any]) -> dict[str, Any]:
    """What becomes of a row that somebody was sending: an end, unless it was owed anew meanwhile."""
    return {name: case((_o.again, _anew[name]), else_=value) for name, value in ended.items()} | FREED


STANDS = (
    update(outbox)
    .where(_o.key == bindparam("of"), _o.fate != SENT)  # even one that was dropped meanwhile: it is there
    .values(
        **_unless_again(
            fate=SENT,
            message=bindparam("its_message", type_=BigInteger),
            at=_since,
            pinged=bindparam("rang", type_=Boolean),
        ),
        why="",
    )
)
DROP = update(outbox).where(_o.key == bindparam("of"), _o.fate == OWED).values(**_unless_again(fate=DROPPED, at=_since), why=_for)

_FOR_ALL = (Place.CHANNEL.value, Place.PERSON.value)


def _in_reach(shards: Shards | None) -> tuple[ColumnElement[bool], ...]:
    """Rows that a process with these shards can deliver: to channels and persons any can, the rest takes what the gateway told."""
    if shards is None:
        return ()
    shard = (_o.guild // 2**SNOWFLAKE_SHARD) % shards.count
    return (or_(_o.place.in_(_FOR_ALL), shard.between(shards.first, shards.last)),)


_row = select(_o.key, _o.fate, _o.start, _o.try_at, _o.leased_until, _o.withdrawn, _o.why, _o.body)
_row = _row.order_by(_o.key).with_for_update()  # in one order everywhere
LOCKED = _row.where(_o.key.in_(_keys))
KNOWN = select(_o.key).where(_o.key.in_(_keys))
_says: BindParameter[Any] = bindparam("says", expanding=True)
UNSENT = _row.where(_o.event == bindparam("about"), _o.say.in_(_says), _o.fate == OWED)

END = update(outbox).where(_o.key.in_(_keys)).values(fate=DROPPED, why=_for, at=_since, **FREED)
# Withdrawn is stale at once: should its sender die, it is never taken up again.
WITHDRAW = update(outbox).where(_o.key.in_(_keys)).values(withdrawn=_for, stale=_since, again=false())


def _about(*, everywhere: bool) -> tuple[ColumnElement[bool], ...]:
    """The rows about one event, or those of them that are for one server."""
    return (_o.event == bindparam("about"), *(() if everywhere else (_o.guild == bindparam("of", type_=BigInteger),)))


@cache
def reminders(*, everywhere: bool) -> Executable:
    """Lock the reminders of one event."""
    return _row.where(*_about(everywhere=everywhere), _o.say == Say.REMINDER.value)


@cache
def said(*, everywhere: bool) -> Executable:
    """What was said, or is to be, about one event."""
    columns = (_o.guild, _o.channel, _o.place, _o.what, _o.attempt, _o.fate, _o.why, _o.at, _o.pinged)
    mine = select(*columns).where(*_about(everywhere=everywhere), _o.say.not_in(UNSAID))
    return mine.order_by(_o.guild, _o.channel, _o.place, _o.due, _o.key)


@cache
def retry(*, counts: bool) -> Update:
    """Give a row back, not before `later`; what was withdrawn meanwhile ends instead, when it was."""
    gone, later = _o.withdrawn.is_not(None), bindparam("later", type_=Instant)
    tried = (
        {} if counts else {"tries": case((_o.tries > 0, _o.tries - 1), else_=0), "first_try": case((_o.tries > 1, _o.first_try))}
    )
    return (
        update(outbox)
        .where(_o.key == bindparam("of"), _o.fate == OWED)
        .values(
            fate=case((gone, DROPPED), else_=OWED),
            why=func.coalesce(_o.withdrawn, _for),
            at=case((gone, _o.stale)),  # a withdrawn row went stale when it was withdrawn
            try_at=case((_o.start > later, _o.start), else_=later),
            **tried,
            **FREED,
        )
    )


@cache
def ranked(shards: Shards | None) -> Executable:
    """What a process with these shards may claim, most urgent first, a page of it."""
    due = select(_o.key, _o.guild, _o.channel, _o.place).where(*_is_due, ~_is_paused, ~_is_held, *_in_reach(shards))
    return due.order_by(*_urgency).limit(bindparam("page", type_=Integer)).offset(bindparam("start", type_=Integer))


@cache
def starts(shards: Shards | None) -> tuple[Executable, ...]:
    """Three questions: when a row may be tried, goes stale, and comes back from who died with it."""
    free = and_(_o.fate == OWED, _o.leased_until.is_(None))
    # A target that is paused or being sent to cannot be claimed for, whatever its rows say.
    claimable = select(_o.try_at).where(free, ~_is_paused, ~_is_held, *_in_reach(shards)).order_by(_o.try_at).limit(1)
    stale = select(_o.stale).where(free).order_by(_o.stale).limit(1)
    lapse = select(func.min(_o.leased_until, type_=Instant)).where(_o.leased_until.is_not(None))
    return claimable, stale, lapse
