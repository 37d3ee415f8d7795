"""What the watches of one target ask for together: one delivery, naming all, pings united."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model import CHOOSABLE, Following, Net, Notice, RoleId, Say, UserId, Watch


def wanted(following: Following) -> frozenset[Say]:
    """Everything that any of the watches wants said."""
    return frozenset[Say]().union(*(watch.notices for watch, _ in following.watches))


def asks(watch: Watch, say: Say) -> bool:
    """Whether a watch wants such a notice; one that is not for choosing goes to everybody, nothing to one that is off."""
    return not watch.off and (say in watch.notices or say not in CHOOSABLE)


def leads_of(following: Following) -> tuple[timedelta, ...]:
    """All leads of the watches that want reminders, longest first."""
    leads = {lead for watch, _ in following.watches if Say.REMINDER in watch.notices for lead in watch.leads}
    return tuple(sorted(leads, reverse=True))


def watches_for(following: Following, say: Say, lead: timedelta | None = None) -> tuple[Watch, ...]:
    """Pick the watches that want this notice, at this lead."""
    return tuple(watch for watch, _ in following.watches if say in watch.notices and (lead is None or lead in watch.leads))


def notice_of(
    following: Following,
    say: Say,
    what: str,
    due: datetime,
    stale: datetime,
    *,
    lead: timedelta | None = None,
    before: Net | None = None,
    pings: Iterable[Watch] = (),
) -> Notice:
    """Make the one notice that answers all watches which want it said; `pings` are those whose roles it calls."""
    watches = watches_for(following, say, lead) or tuple(watch for watch, _ in following.watches)
    roles, users = united(pings)
    return Notice(
        say=say,
        what=what,
        due=due,
        stale=stale,
        lead=lead,
        before=before,
        roles=roles,
        users=users,
        watches=tuple(watch.name for watch in watches),
        language=watches[0].language,
    )


def united(watches: Iterable[Watch]) -> tuple[tuple[RoleId, ...], tuple[UserId, ...]]:
    """Unite the roles and users of several watches, each once."""
    chosen = tuple(watches)
    roles = dict.fromkeys(role for watch in chosen for role in watch.roles)
    users = dict.fromkeys(user for watch in chosen for user in watch.users)
    return tuple(roles), tuple(users)
