"""Scheduled events as a server sees them: real discord.py on the loopback Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.model import ChannelId, GuildId, MessageId, Occasion, Outcome, Phase, Place, Refused, Sent, Target, Unclear
from bot.outlet import DiscordOutlet
from bot.sandbox.faults import Fault
from bot.sandbox.permissions import EVERYONE
from bot.sandbox.rest.events import MOST_OPEN
from bot.sandbox.world import Guild, ScheduledEvent
from tests.cogs.stage import Stage, stage

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        one.discord.limits.enabled = False
        yield one


@pytest.fixture
async def guild(stg: Stage) -> Guild:
    return stg.discord.add_guild("Baikonur")


@pytest.fixture
async def client(stg: Stage, guild: Guild) -> AsyncIterator[TMinusClient]:
    assert guild.id
    async with stg.bot() as one:
        yield one


@pytest.fixture
def outlet(client: TMinusClient) -> DiscordOutlet:
    return DiscordOutlet(client, timeout=timedelta(seconds=5))


@pytest.fixture
def there(guild: Guild) -> Target:
    return Target(GuildId(guild.id), ChannelId(0), Place.EVENTS)


@pytest.fixture
def plan(stg: Stage) -> Occasion:
    start = stg.discord.now().replace(microsecond=0) + timedelta(days=3)
    return Occasion(
        name="Soyuz MS-19", start=start, end=start + timedelta(hours=2), place="https://youtu.be/ms19", description="**GO**"
    )


def sent(outcome: Outcome) -> MessageId:
    assert isinstance(outcome, Sent), outcome
    return outcome.message


def patches(stg: Stage) -> int:
    return sum(asked.method == "PATCH" for asked in stg.discord.log.asked)


def standing(guild: Guild, ident: MessageId) -> ScheduledEvent:
    return guild.events[ident]


async def test_it_is_made_once_and_what_is_the_same_is_not_sent(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    ident = sent(await outlet.hold(there, plan, None))
    event = standing(guild, ident)
    assert (event.name, event.start, event.end, event.location) == (plan.name, plan.start, plan.end, plan.place)
    assert (event.description, event.status) == (plan.description, SCHEDULED)

    assert await outlet.hold(there, plan, ident) == Sent(ident)
    assert patches(stg) == 0


async def test_a_slip_a_webcast_and_an_outcome_are_one_event(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    ident = sent(await outlet.hold(there, plan, None))
    slipped = replace(plan, start=plan.start + timedelta(days=9), end=plan.end + timedelta(days=9))
    for occasion, status in (
        (slipped, SCHEDULED),
        (replace(slipped, phase=Phase.ACTIVE, description="LIVE"), ACTIVE),
        (replace(slipped, phase=Phase.SCHEDULED, end=slipped.end + timedelta(days=1)), ACTIVE),
        (replace(slipped, phase=Phase.COMPLETED), COMPLETED),
        (replace(slipped, phase=Phase.COMPLETED), COMPLETED),
    ):
        assert await outlet.hold(there, occasion, ident) == Sent(ident)
        assert standing(guild, ident).status == status
    assert list(guild.events) == [ident]
    assert standing(guild, ident).start == slipped.start
    assert patches(stg) == 4


async def test_one_that_never_began_is_ended_and_one_that_is_cancelled_is_called_off(
    outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    ident = sent(await outlet.hold(there, plan, None))
    assert await outlet.hold(there, replace(plan, phase=Phase.COMPLETED), ident) == Sent(ident)
    assert standing(guild, ident).status == COMPLETED
    other = sent(await outlet.hold(there, plan, None))
    assert await outlet.hold(there, replace(plan, phase=Phase.CANCELED), other) == Sent(other)
    assert standing(guild, other).status == CANCELED


async def test_what_somebody_ended_or_deleted_takes_no_change(
    outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    ident = sent(await outlet.hold(there, plan, None))
    standing(guild, ident).status = CANCELED
    outcome = await outlet.hold(there, plan, ident)
    assert isinstance(outcome, Refused)
    assert outcome.code == 180000
    del guild.events[ident]
    outcome = await outlet.hold(there, plan, ident)
    assert isinstance(outcome, Refused)
    assert outcome.code == 10070


async def test_an_answer_that_was_lost_makes_no_second_one(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    begun = stg.discord.now()
    stg.discord.faults.add(Fault(method="POST", path="/scheduled-events", times=1, drop=True, after=True))
    assert isinstance(await outlet.hold(there, plan, None), Unclear)
    (ident,) = guild.events
    assert await outlet.hold(there, plan, None, begun) == Sent(MessageId(ident))
    other = sent(await outlet.hold(there, replace(plan, name="Progress 79P"), None, begun))
    assert list(guild.events) == [ident, other]
    later = sent(await outlet.hold(there, plan, None, stg.discord.now() + timedelta(minutes=1)))
    assert later not in {ident, other}


async def test_a_missing_permission_and_a_full_list_say_so(
    stg: Stage, outlet: DiscordOutlet, guild: Guild, there: Target, plan: Occasion
) -> None:
    for _ in range(MOST_OPEN):
        ident = stg.discord.new_id()
        guild.events[ident] = ScheduledEvent(
            id=ident,
            guild=guild.id,
            name="x",
            description=None,
            location="x",
            start=plan.start,
            end=plan.end,
            creator=stg.discord.owner,
        )
    outcome = await outlet.hold(there, plan, None)
    assert isinstance(outcome, Refused)
    assert outcome.code == 30038
    stg.discord.set_permissions(guild, EVERYONE)
    outcome = await outlet.hold(there, plan, None)
    assert isinstance(outcome, Refused)
    assert outcome.code == 50013
