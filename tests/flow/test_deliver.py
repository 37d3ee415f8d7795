"""Outbox -> Discord -> outcome, whatever fails in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.flow.deliver import Deliverer
from bot.flow.landing import Landing, measured
from bot.model import (
    CHOOSABLE,
    Brief,
    Busy,
    Event,
    Fate,
    Key,
    Kind,
    MessageId,
    Outcome,
    Place,
    Post,
    Refused,
    Say,
    Sent,
    Status,
    Target,
    Unclear,
)
from bot.ports import OutletDown, StoreDown
from bot.rules.planning import key_of, trouble
from tests.flow.stage import GUILD, HOUR, MINUTE, NOON, SECOND, Failing, Stage, channel, killed, launch, watch_of, yielding
from tests.mission_log import NAMES, KilledError
from tests.mission_places import Standing

ONE = launch("Launch 1", "GO", "14:00")
NO_CARDS = CHOOSABLE - {Say.ANNOUNCED}


@dataclass
class Scripted(Standing):
    """An outlet that answers as it was told to, and remembers what it was asked."""

    answers: list[Outcome | Exception] = field(default_factory=list[Outcome | Exception])
    """The last one is repeated."""
    there: MessageId | None = None
    """What a read-back finds."""
    titled: str = ""
    """What stands in the title of what is there."""
    unreadable: bool = False
    sent: list[tuple[Target, Post, MessageId | None]] = field(default_factory=list[tuple[Target, Post, MessageId | None]])
    looked: list[datetime] = field(default_factory=list[datetime])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    claims: list[Callable[[], bool]] = field(default_factory=list[Callable[[], bool]])
    """What may be asked of each claim: whether it still stands."""
    inside: int = 0
    entered: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        """Let everything through."""
        self.gate.set()

    def under(self, stands: Callable[[], bool]) -> Scripted:
        self.claims.append(stands)
        return self

    async def send(self, key: Key, target: Target, post: Post, reply_to: MessageId | None = None) -> Outcome:
        self.sent.append((target, post, reply_to))
        return await self.answer()

    async def edit(self, target: Target, message: MessageId, post: Post) -> Outcome:
        self.sent.append((target, post, message))
        return await self.answer()

    async def find(self, target: Target, post: Post, since: datetime, within: MessageId | None = None) -> MessageId | None:
        self.looked.append(since)
        if self.unreadable:
            raise OutletDown("no answer")
        return self.there if self.titled in post.title else None

    async def holds(self, count: int) -> None:
        """Wait until so many are on their way."""
        async with self.entered:
            await self.entered.wait_for(lambda: self.inside >= count)

    async def answer(self) -> Outcome:
        async with self.entered:
            self.inside += 1
            self.entered.notify_all()
        await self.gate.wait()
        self.inside -= 1
        given = (
            self.answers.pop(0) if len(self.answers) > 1 else self.answers[0] if self.answers else Sent(MessageId(len(self.sent)))
        )
        if isinstance(given, Exception):
            raise given
        return given


@pytest.fixture
async def outlet() -> AsyncIterator[Scripted]:
    """An outlet that takes everything."""
    scripted = Scripted()
    yield scripted
    scripted.gate.set()


def sending(stage: Stage, outlet: Scripted, *, concurrency: int = 10) -> Deliverer:
    return Deliverer(stage.store, outlet, stage.clock, NAMES, concurrency, 30 * SECOND)


async def beat(deliverer: Deliverer) -> None:
    await deliverer.beat()
    await deliverer.drain()


# --- what leaves --------------------------------------------------------------------------------------------------


async def test_a_reminder_replies_to_the_card_as_long_as_there_is_one(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(watch_of(leads=(HOUR, 10 * MINUTE)))
    await stage.shows(ONE)
    doing = sending(stage, outlet)
    await beat(doing)
    stage.clock.at = NOON + HOUR
    await beat(doing)
    async with stage.store.transaction() as tx:
        await tx.keep_card(replace((await tx.cards(ONE.id))[channel()], gone=True))
    stage.clock.at = NOON + 110 * MINUTE
    await beat(doing)
    assert [(post.lead_in.split(" ·")[0], reply) for _, post, reply in outlet.sent] == [
        ("New: Launch 1", None),
        ("T-1h", 1),
        ("T-10m", None),
    ]


async def test_who_wants_no_cards_gets_no_replies(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(watch_of(leads=(HOUR, 10 * MINUTE), notices=NO_CARDS))
    await stage.shows(ONE)
    doing = sending(stage, outlet)
    for minutes in (60, 110):
        stage.clock.at = NOON + minutes * MINUTE
        await beat(doing)
    assert [reply for _, _, reply in outlet.sent] == [None, None]
    async with stage.store.transaction() as tx:
        assert await tx.cards(ONE.id) == {}


async def test_what_no_watch_asks_for_any_more_is_dropped_and_says_so(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE)
    (watch,) = await stage.asking.watches(GUILD)
    async with stage.store.transaction() as tx:
        await tx.remove_watch(GUILD, watch.id)
    await beat(sending(stage, outlet))
    assert outlet.sent == []
    assert (await stage.fates(ONE))["announced"] == (Fate.DROPPED, "no watch asks for it any more")


async def test_a_summary_of_a_watch_that_is_gone_or_has_nothing_ahead_is_not_sent(stage: Stage, outlet: Scripted) -> None:
    await stage.asking.add_watch(watch_of())
    doing = sending(stage, outlet)
    await beat(doing)
    watch, _ = await stage.asking.add_watch(watch_of())
    await stage.shows(ONE)
    async with stage.store.transaction() as tx:
        await tx.remove_watch(GUILD, watch.id)
    await beat(doing)
    await beat(doing)
    assert [post.lead_in for _, post, _ in outlet.sent] == ["New: Launch 1"]


async def test_an_edit_that_shows_nothing_new_does_not_leave(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE)
    doing = sending(stage, outlet)
    await beat(doing)
    stage.clock.at += 20 * MINUTE
    await stage.shows(replace(ONE, links=("https://example.org",)))
    await beat(doing)
    assert len(outlet.sent) == 1
    await stage.shows(replace(ONE, status=Status.TBC))
    await beat(doing)
    assert [reply for _, _, reply in outlet.sent[1:]] == [1]


# --- concurrency --------------------------------------------------------------------------------------------------


async def test_so_many_fly_at_once_and_never_two_to_one_target(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(*(watch_of(channel(100 + n)) for n in range(5)))
    await stage.shows(ONE, launch("Launch 2", "GO", "15:00", number=1))
    outlet.gate.clear()
    doing = sending(stage, outlet, concurrency=3)
    await doing.beat()
    await outlet.holds(3)
    await doing.beat()
    await yielding()
    assert len(doing.flying) == outlet.inside == 3
    assert len({target for target, _, _ in outlet.sent}) == 3
    outlet.gate.set()
    await doing.drain()
    assert doing.flying == {}
    for _ in range(6):
        await beat(doing)
    said = [(target, post.lead_in) for target, post, _ in outlet.sent]
    assert len(said) == len(set(said)) == 10


async def test_a_target_that_hangs_holds_up_no_other(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(watch_of(channel(100)), watch_of(channel(101)))
    await stage.shows(ONE)
    outlet.gate.clear()
    woken: list[int] = []
    doing = sending(stage, outlet, concurrency=1)
    doing.wake = lambda: woken.append(1)
    await doing.beat()
    await outlet.holds(1)
    await doing.beat()
    assert len(outlet.sent) == 1, "there is room for one"
    outlet.gate.set()
    await doing.drain()
    await yielding()
    assert woken, "room is told of"
    await beat(doing)
    assert len(outlet.sent) == 2


# --- who was held up ----------------------------------------------------------------------------------------------

LEASE = 30 * SECOND


async def test_nothing_leaves_once_somebody_else_may_have_taken_it_over(stage: Stage, outlet: Scripted) -> None:
    """Asked at the last moment, so that an answer of Discord's is there before the claim lapses."""
    await stage.watches()
    await stage.shows(ONE)
    doing = sending(stage, outlet)
    doing.margin = 10 * SECOND
    await beat(doing)
    (stands,) = outlet.claims
    begin = stage.clock.at
    stage.clock.at = begin + LEASE - 10 * SECOND - timedelta(milliseconds=1)
    assert stands()
    stage.clock.at = begin + LEASE - 10 * SECOND
    assert not stands()


async def test_nothing_leaves_that_has_become_untrue_while_it_waited(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(watch_of(leads=(MINUTE,), notices=NO_CARDS))
    await stage.shows(ONE)
    stage.clock.at = NOON + 2 * HOUR - SECOND
    await beat(sending(stage, outlet))
    (stands,) = outlet.claims
    assert stands()
    stage.clock.at += SECOND
    assert not stands(), "T-0 has come"


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (Busy(MINUTE), Fate.OWED),
        (Unclear("502"), Fate.OWED),
        (Refused(400, 50035, "no"), Fate.OWED),
        (Sent(MessageId(5)), Fate.SENT),
    ],
    ids=["busy", "unclear", "refused", "sent"],
)
async def test_a_frozen_sender_writes_nothing_over_what_another_is_doing(
    stage: Stage, outlet: Scripted, answer: Outcome, fate: Fate
) -> None:
    """Its claim lapsed and another sender has the row. That a message is there is true, whoever says so."""
    await stage.watches()
    await stage.shows(ONE)
    outlet.answers = [answer]
    theirs = Scripted()
    outlet.gate.clear()
    theirs.gate.clear()
    frozen, other = sending(stage, outlet), sending(stage, theirs)
    await frozen.beat()
    await outlet.holds(1)
    stage.clock.at += LEASE
    await other.beat()
    await theirs.holds(1)
    outlet.gate.set()
    await frozen.drain()
    assert (await stage.fates(ONE))["announced"] == (fate, "")
    async with stage.store.transaction() as tx:
        assert await tx.claim(stage.clock.at, 1, LEASE) == ()
        assert len(await tx.cards(ONE.id)) == (fate is Fate.SENT)
    theirs.gate.set()
    await other.drain()
    assert (await stage.fates(ONE))["announced"] == (Fate.SENT, "")


async def test_an_edit_of_a_frozen_sender_is_not_taken_for_the_newer_one(stage: Stage, outlet: Scripted) -> None:
    """What it showed is history: another sender has shown something newer since, and something newer still is owed."""

    def slipped(by: timedelta) -> Event:
        return replace(ONE, net=replace(ONE.net, at=(ONE.net.at or NOON) + by))

    await stage.watches()
    await stage.shows(ONE)
    await beat(sending(stage, outlet))
    stage.clock.at += 20 * MINUTE
    await stage.shows(slipped(MINUTE))
    outlet.gate.clear()
    frozen, other = sending(stage, outlet), sending(stage, Scripted())
    await frozen.beat()
    await outlet.holds(1)
    stage.clock.at += LEASE
    await stage.shows(slipped(2 * MINUTE))
    await beat(other)
    async with stage.store.transaction() as tx:
        newest = (await tx.cards(ONE.id))[channel()]
    stage.clock.at += 20 * MINUTE
    await stage.shows(slipped(3 * MINUTE))
    outlet.gate.set()
    await frozen.drain()
    async with stage.store.transaction() as tx:
        assert (await tx.cards(ONE.id))[channel()] == newest
        (owed,) = await tx.claim(stage.clock.at + 10 * MINUTE, 1, LEASE)
    assert owed.delivery.notice.say is Say.EDIT


# --- what fails ---------------------------------------------------------------------------------------------------


async def test_a_bug_in_one_delivery_is_logged_and_the_others_leave(
    stage: Stage, outlet: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.watches(*(watch_of(channel(100 + n)) for n in range(3)))
    await stage.shows(ONE)
    outlet.answers = [TypeError("ours"), Sent(MessageId(5))]
    await beat(sending(stage, outlet))
    assert [record.levelno for record in caplog.records if "of ours" in record.message] == [logging.ERROR]
    async with stage.store.transaction() as tx:
        fates = [one.fate for several in (await tx.settled(ONE.id)).values() for one in several if one.what == "announced"]
    assert sorted(fates) == [Fate.OWED, Fate.SENT, Fate.SENT]


async def test_a_bug_in_recording_one_outcome_takes_no_other_along(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.watches(*(watch_of(channel(100 + n)) for n in range(4)))
    await stage.shows(ONE)
    # The second transaction records what landed first, the third all that landed meanwhile; after that each is on its own.
    broken = Failing(stage.store, lambda: ValueError("ours"), before=frozenset({2, 3, 4}))
    doing = stage.deliverer(broken)
    await beat(doing)
    assert caplog.text.count("outcomes were not recorded for a reason of ours") == 3
    async with stage.store.transaction() as tx:
        fates = [one.fate for several in (await tx.settled(ONE.id)).values() for one in several if one.what == "announced"]
    assert sorted(fates) == [Fate.OWED, Fate.OWED, Fate.SENT, Fate.SENT]
    stage.clock.at += 31 * SECOND
    assert len(await stage.deliver()) == 4, "what was stored is found by its nonce"


async def test_a_store_that_is_away_while_a_summary_is_written_brings_it_back(stage: Stage) -> None:
    await stage.shows(ONE)
    await stage.asking.add_watch(watch_of())
    await beat(stage.deliverer(Failing(stage.store, lambda: StoreDown("away"), before=frozenset({2}))))
    assert stage.discord.said == []
    stage.clock.at += 31 * SECOND
    assert len(await stage.deliver()) == 1


async def test_a_card_of_what_nobody_knows_waits_for_nothing(stage: Stage) -> None:
    assert stage.deliverer().waiting(Brief(watches=(watch_of(),)), NOON) == ()


async def test_a_refused_post_is_dropped_with_the_reason(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE)
    outlet.answers = [Refused(400, 50035, "Invalid Form Body")]
    await beat(sending(stage, outlet))
    fate, why = (await stage.fates(ONE))["announced"]
    assert fate is Fate.DROPPED
    assert "malformed" in why


async def test_a_message_that_is_not_there_any_more_is_no_card_where_it_was_none(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE)
    outlet.answers = [Refused(404, 10008, "Unknown Message")]
    await beat(sending(stage, outlet))
    assert (await stage.fates(ONE))["announced"] == (Fate.DROPPED, "the card was deleted")
    async with stage.store.transaction() as tx:
        assert await tx.cards(ONE.id) == {}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_store_that_goes_away_in_the_middle_leaves_one_message_and_one_row(stage: Stage, when: str) -> None:
    await stage.watches(watch_of(notices=NO_CARDS))
    await stage.shows(ONE)
    stage.clock.at = NOON + HOUR
    for number in range(2, 5):
        away = Failing.at(stage.store, lambda: StoreDown("away"), when, number)
        doing = stage.deliverer(away)
        await doing.beat()
        await doing.drain()
        stage.clock.at += 31 * SECOND
    assert await stage.deliver(until=stage.clock.at + MINUTE) == ["L-0 13:00 post T-1h Launch 1"]
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT


async def test_a_store_that_is_away_is_told_to_whoever_beats(stage: Stage) -> None:
    await stage.watches()
    await stage.shows(ONE)
    away = Failing(stage.store, lambda: StoreDown("away"), before=frozenset({1}))
    with pytest.raises(StoreDown):
        await stage.deliverer(away).beat()
    assert await stage.deliver() == ["L-0 12:00 post ANNOUNCED Launch 1"]


@pytest.mark.parametrize("number", range(1, 10))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_whenever_the_process_dies_each_message_is_there_once(stage: Stage, when: str, number: int) -> None:
    stage.discord.channels[101] = "news"
    await stage.watches(watch_of(leads=(HOUR, 10 * MINUTE)), watch_of(channel(101), notices=NO_CARDS))
    await stage.shows(ONE)
    dying = stage.deliverer(Failing.at(stage.store, killed, when, number))
    while stage.clock.at <= NOON + 2 * HOUR and not await has_died(dying):
        stage.clock.at += 10 * MINUTE
    said = await stage.deliver(until=NOON + 3 * HOUR)
    posts = sorted(line.split(" post ", 1)[1] for line in said if " post " in line)
    assert posts == ["ANNOUNCED Launch 1", "T-10m Launch 1", "T-1h Launch 1", "T-1h Launch 1 #news"]


async def has_died(deliverer: Deliverer) -> bool:
    """Beat once, and say whether the process ended in it."""
    try:
        await deliverer.beat()
    except KilledError:
        return True
    ends = await asyncio.gather(*deliverer.flying.values(), return_exceptions=True)
    return any(isinstance(end, KilledError) for end in ends)


# --- unclear answers ----------------------------------------------------------------------------------------------


async def unclear_for(stage: Stage, outlet: Scripted, span: timedelta) -> Deliverer:
    """Get no clear answer to a reminder that is due, for so long."""
    await stage.watches(watch_of(notices=NO_CARDS))
    await stage.shows(ONE)
    stage.clock.at = NOON + HOUR
    outlet.answers = [Unclear("502")]
    doing = sending(stage, outlet)
    await beat(doing)
    stage.clock.at += span
    return doing


async def test_within_two_minutes_the_nonce_guards_and_it_is_just_sent_again(stage: Stage, outlet: Scripted) -> None:
    doing = await unclear_for(stage, outlet, 2 * MINUTE)
    outlet.answers = [Sent(MessageId(4))]
    await beat(doing)
    assert (len(outlet.sent), outlet.looked) == (2, [])
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT


async def test_each_try_is_measured_and_what_arrives_by_how_late_it_was(stage: Stage, outlet: Scripted) -> None:
    ends: list[tuple[str, str, timedelta | None]] = []

    def measure(landing: Landing) -> None:
        say, end, took_s, late = measured(landing)
        assert 0 <= took_s < 30
        ends.append((say, end, late))

    doing = await unclear_for(stage, outlet, MINUTE)
    doing.measure = measure
    outlet.answers = [Busy(SECOND), Sent(MessageId(4))]
    await beat(doing)
    stage.clock.at += MINUTE
    await beat(doing)
    assert ends == [("reminder", "RetryAt", None), ("reminder", "Done", 2 * MINUTE)]


async def test_later_it_is_looked_for_first_and_what_is_there_is_not_sent_again(stage: Stage, outlet: Scripted) -> None:
    doing = await unclear_for(stage, outlet, 2 * MINUTE + SECOND)
    outlet.there = MessageId(4)
    await beat(doing)
    assert (len(outlet.sent), outlet.looked) == (1, [NOON + HOUR])
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT


async def test_what_may_have_been_the_card_is_looked_for_as_that(stage: Stage, outlet: Scripted) -> None:
    await stage.watches(watch_of())
    await stage.shows(ONE)
    doing = sending(stage, outlet)
    await beat(doing)
    stage.clock.at = NOON + HOUR
    outlet.answers = [Unclear("502")]
    await beat(doing)
    stage.clock.at += 2 * MINUTE + SECOND
    outlet.there, outlet.titled, before = MessageId(9), "🚀", len(outlet.sent)
    await beat(doing)
    assert (len(outlet.sent) - before, len(outlet.looked)) == (0, 2)
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT


async def test_later_what_is_not_there_is_sent(stage: Stage, outlet: Scripted) -> None:
    doing = await unclear_for(stage, outlet, 2 * MINUTE + SECOND)
    outlet.answers = [Sent(MessageId(4))]
    await beat(doing)
    assert (len(outlet.sent), len(outlet.looked)) == (2, 1)
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT


async def test_what_cannot_be_looked_for_stays_unclear_and_is_not_sent(stage: Stage, outlet: Scripted) -> None:
    doing = await unclear_for(stage, outlet, 2 * MINUTE + SECOND)
    outlet.unreadable = True
    for _ in range(3):
        await beat(doing)
        stage.clock.at += 2 * MINUTE
    assert (len(outlet.sent), len(outlet.looked)) == (1, 3)
    assert (await stage.fates(ONE))["T-1h"] == (Fate.OWED, "no answer")
    outlet.unreadable, outlet.there = False, MessageId(4)
    await beat(doing)
    assert (await stage.fates(ONE))["T-1h"][0] is Fate.SENT
    assert len(outlet.sent) == 1


# --- trouble ------------------------------------------------------------------------------------------------------


async def test_trouble_that_has_nowhere_to_go_is_dropped(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE)
    outlet.answers = [Refused(403, 50013, "Missing Permissions")]
    doing = sending(stage, outlet)
    for _ in range(4):
        await beat(doing)
    told = [target.place for target, _, _ in outlet.sent]
    assert told == [Place.CHANNEL, Place.ADMINS]
    assert "are paused" in outlet.sent[1][1].lines[0]
    async with stage.store.transaction() as tx:
        assert list(await tx.paused(GUILD)) == [channel()]
        assert (await tx.settled(ONE.id))[channel()][0].fate is Fate.OWED
        assert await tx.owe([trouble(channel(), "x", stage.clock.at)]) == 0, "it was owed and is settled"


async def test_a_paused_target_is_told_of_once_however_much_is_owed_to_it(stage: Stage) -> None:
    await stage.watches()
    await stage.shows(ONE, launch("Launch 2", "GO", "15:00", number=1))
    stage.discord.refusals[100] = 50001
    said = await stage.deliver(until=NOON + HOUR)
    assert [line.split(" post ", 1)[1] for line in said] == ["TROUBLE T-Minus could not post #admins"]
    stage.discord.refusals.clear()
    await stage.asking.resume(GUILD)
    assert len(await stage.deliver(until=NOON + HOUR)) > 2


async def test_two_processes_that_find_the_same_channel_closed_tell_of_it_once(stage: Stage, outlet: Scripted) -> None:
    await stage.watches()
    await stage.shows(ONE, launch("Launch 2", "GO", "15:00", number=1))
    outlet.answers = [Refused(403, 50001, "Missing Access")]
    outlet.gate.clear()
    doing = sending(stage, outlet)
    await doing.beat()
    await outlet.holds(1)
    async with stage.store.transaction() as tx:
        assert await tx.pause(channel(), "the other process was first", NOON)
    outlet.gate.set()
    await doing.drain()
    await beat(doing)
    assert [target.place for target, _, _ in outlet.sent] == [Place.CHANNEL]


async def test_what_is_about_no_event_keeps_no_card(stage: Stage, outlet: Scripted) -> None:
    await stage.shows(replace(ONE, kind=Kind.LAUNCH))
    watch, _ = await stage.asking.add_watch(watch_of())
    await beat(sending(stage, outlet))
    assert [post.title for _, post, _ in outlet.sent] == ["Watching “everything”, 1 ahead"]
    async with stage.store.transaction() as tx:
        assert await tx.cards(ONE.id) == {}
    assert key_of(channel(), None, "", f"summary-{watch.id}").endswith("summary-1")
