"""What the store promises about what is owed: plans, news, edits, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.model import Fate, Lapsed, MessageId, Net, Precision, Say, Settled
from bot.store.outbox import LATE, REPLANNED
from bot.store.sql import SqlStore
from tests.contracts.store_samples import (
    ADMINS,
    DAY,
    HOUR,
    LEASE,
    LUCY,
    MINUTE,
    MS19,
    T0,
    channel,
    claimed,
    delivery,
    edit,
    fates,
    owe,
)
from tests.prepared import in_memory

NOW = T0 - MINUTE
OWED = (Fate.OWED, "")
SENT = (Fate.SENT, "")


async def plan(store: SqlStore, *owed: str, skipped: tuple[str, ...] = (), why: str = "passed", now: datetime = NOW) -> None:
    async with store.transaction() as tx:
        await tx.set_countdown(MS19, [delivery(what) for what in owed], [(delivery(what), why) for what in skipped], now)


async def sent(store: SqlStore, what: str = "T-10m", *, at: datetime = NOW, pinged: bool = False) -> None:
    async with store.transaction() as tx:
        await tx.record_sent(delivery(what).key, MessageId(1), at, pinged=pinged)


# owing


async def test_a_key_that_is_there_is_left_alone_whatever_its_fate(store: SqlStore) -> None:
    assert await owe(store, delivery("a"), delivery("b", 2), delivery("c", 3)) == 3
    await sent(store, "a")
    async with store.transaction() as tx:
        await tx.record_dropped(delivery("b", 2).key, "Unknown Channel", NOW)
    before = await fates(store)
    assert await owe(store, delivery("a"), delivery("b", 2), delivery("c", 3, start=T0 - DAY), delivery("d")) == 1
    assert await fates(store) == before | {(1, "d"): OWED}
    (again,) = [one for one in await claimed(store) if one.delivery.notice.what == "c"]
    assert again.delivery == delivery("c", 3)


async def test_of_a_key_owed_twice_at_once_the_first_counts(store: SqlStore) -> None:
    assert await owe(store, delivery(), delivery(start=T0 - DAY)) == 1
    assert [one.delivery for one in await claimed(store)] == [delivery()]


async def test_owing_nothing_is_no_error(store: SqlStore) -> None:
    assert await owe(store) == 0


async def test_what_is_about_no_event_is_owed_too(store: SqlStore) -> None:
    trouble = delivery("trouble-1", ADMINS, say=Say.TROUBLE, event=None, t0=None)
    assert await owe(store, trouble) == 1
    assert [one.delivery for one in await claimed(store)] == [trouble]


@pytest.mark.parametrize("where", ["start", "due", "stale", "t0", "before"])
async def test_a_naive_instant_in_a_delivery_is_refused(store: SqlStore, where: str) -> None:
    naive = datetime(2021, 10, 5, 8, 55)  # noqa: DTZ001  the very thing
    good = delivery()
    wrong = {
        "start": replace(good, start=naive),
        "due": replace(good, notice=replace(good.notice, due=naive)),
        "stale": replace(good, notice=replace(good.notice, stale=naive)),
        "t0": replace(good, t0=naive),
        "before": replace(good, notice=replace(good.notice, before=Net(naive, Precision.SECOND))),
    }
    with pytest.raises(ValueError, match="has no zone"):
        await owe(store, wrong[where])
    assert await fates(store) == {}


# what became of it


async def test_settled_sees_every_fate_by_target_and_leaves_edits_out(store: SqlStore) -> None:
    await owe(
        store,
        delivery("T-1h", start=T0 - HOUR),
        delivery("T-10m", pings=True),
        delivery("T-1h", 2),
        delivery("trouble", ADMINS, say=Say.TROUBLE),
        delivery("other", event=LUCY),
    )
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
        await tx.record_sent(delivery("T-1h").key, MessageId(5), NOW, pinged=False)
        await tx.record_sent(delivery("T-10m").key, MessageId(6), NOW, pinged=True)
        await tx.record_dropped(delivery("T-1h", 2).key, "Unknown Channel", NOW)
        found = await tx.settled(MS19)
    day = "2021-10-05"
    assert found == {
        channel(1): (
            Settled(what="T-1h", attempt=day, fate=Fate.SENT, at=NOW),
            Settled(what="T-10m", attempt=day, fate=Fate.SENT, at=NOW, pinged=True),
        ),
        channel(2): (Settled(what="T-1h", attempt=day, fate=Fate.DROPPED, why="Unknown Channel", at=NOW),),
        ADMINS: (Settled(what="trouble", attempt=day, fate=Fate.OWED),),
    }


async def test_it_is_sent_once_and_nothing_takes_that_back(store: SqlStore) -> None:
    await owe(store, delivery())
    await sent(store, pinged=True)
    async with store.transaction() as tx:
        key = delivery().key
        await tx.record_sent(key, MessageId(2), T0, pinged=False)
        await tx.record_dropped(key, "a slow second sender", T0)
        await tx.record_retry(key, T0, "a slow second sender", counts=True)
        ((found,),) = (await tx.settled(MS19)).values()
        assert found == Settled(what="T-10m", attempt="2021-10-05", fate=Fate.SENT, at=NOW, pinged=True)
    assert await claimed(store) == []


async def test_what_was_dropped_and_is_there_after_all_is_sent(store: SqlStore) -> None:
    """A sender so slow that its row expired: what it tells is still true."""
    await owe(store, delivery())
    async with store.transaction() as tx:
        await tx.record_dropped(delivery().key, LATE, NOW)
    await sent(store)
    assert await fates(store) == {(1, "T-10m"): SENT}


async def test_the_first_reason_for_dropping_stays(store: SqlStore) -> None:
    await owe(store, delivery())
    async with store.transaction() as tx:
        await tx.record_dropped(delivery().key, "Unknown Channel", NOW)
        await tx.record_dropped(delivery().key, "later", NOW)
        await tx.record_retry(delivery().key, NOW, "later", counts=True)
    assert await fates(store) == {(1, "T-10m"): (Fate.DROPPED, "Unknown Channel")}


async def test_an_outcome_of_a_key_that_nobody_knows_changes_nothing(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.record_sent(delivery().key, MessageId(1), NOW, pinged=False)
        await tx.record_retry(delivery().key, NOW, "", counts=True)
        await tx.record_dropped(delivery().key, "gone", NOW)
        assert await tx.settled(MS19) == {}


async def test_the_last_ping_is_of_this_target_and_this_event_and_only_of_what_pinged(store: SqlStore) -> None:
    await owe(store, delivery("a"), delivery("b"), delivery("c"), delivery("d", 2), delivery("e", event=LUCY))
    await sent(store, "a", at=NOW - HOUR, pinged=True)
    await sent(store, "b", at=NOW - MINUTE, pinged=True)
    await sent(store, "c", at=NOW, pinged=False)
    async with store.transaction() as tx:
        await tx.record_sent(delivery("d", 2).key, MessageId(1), NOW, pinged=True)
        await tx.record_sent(delivery("e", event=LUCY).key, MessageId(1), NOW, pinged=True)
        briefs = await tx.briefs([delivery("f"), delivery("f", 3)])
    assert [brief.last_ping for brief in briefs.values()] == [NOW - MINUTE, None]


# countdowns


async def test_a_countdown_leaves_exactly_its_own_reminders_owed(store: SqlStore) -> None:
    await plan(store, "T-24h", "T-1h")
    await plan(store, "T-1h", "T-10m", skipped=("T-7d",))
    assert await fates(store) == {
        (1, "T-24h"): (Fate.DROPPED, REPLANNED),
        (1, "T-1h"): OWED,
        (1, "T-10m"): OWED,
        (1, "T-7d"): (Fate.DROPPED, "passed"),
    }


async def test_a_countdown_planned_twice_changes_nothing(store: SqlStore) -> None:
    await plan(store, "T-24h", "T-1h")
    await plan(store, "T-1h", skipped=("T-24h",), now=NOW - MINUTE)
    async with store.transaction() as tx:
        before = await tx.settled(MS19)
    await plan(store, "T-1h", skipped=("T-24h",), now=NOW)
    async with store.transaction() as tx:
        assert await tx.settled(MS19) == before


async def test_a_countdown_touches_nothing_but_reminders_of_its_event(store: SqlStore) -> None:
    await owe(store, delivery("slip-1", say=Say.SLIP), delivery("T-1h", event=LUCY))
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
    await plan(store)
    assert await fates(store) == {(1, "slip-1"): OWED}
    assert await fates(store, LUCY) == {(1, "T-1h"): OWED}
    async with store.transaction() as tx:
        assert await tx.drop(MS19, {Say.EDIT}, "to count them", NOW) == 1


async def test_a_sent_reminder_is_not_resurrected(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await sent(store, "T-1h")
    await plan(store, "T-1h")
    await plan(store, skipped=("T-1h",))
    await plan(store)
    assert await fates(store) == {(1, "T-1h"): SENT}


async def test_a_dropped_reminder_is_revived(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await plan(store)
    await plan(store, "T-1h")
    assert await fates(store) == {(1, "T-1h"): OWED}
    assert [one.delivery for one in await claimed(store)] == [delivery("T-1h")]


async def test_what_was_skipped_tells_the_newest_reason(store: SqlStore) -> None:
    await plan(store, "T-1h", "T-10m")
    await plan(store)
    await plan(store, skipped=("T-1h",), why="a closer one is due")
    assert await fates(store) == {(1, "T-1h"): (Fate.DROPPED, "a closer one is due"), (1, "T-10m"): (Fate.DROPPED, REPLANNED)}


async def test_what_is_owed_and_skipped_at_once_is_owed(store: SqlStore) -> None:
    await plan(store, "T-1h", skipped=("T-1h",))
    assert await fates(store) == {(1, "T-1h"): OWED}


async def test_a_reminder_keeps_its_tries_and_its_wait_when_its_times_change(store: SqlStore) -> None:
    """A target that asked us to wait still waits, unless the new time is later anyway."""
    await plan(store, "T-1h")
    await claimed(store, T0 - 9 * MINUTE)
    async with store.transaction() as tx:
        await tx.record_retry(delivery("T-1h").key, T0 - 5 * MINUTE, "rate limited", counts=True)
        await tx.set_countdown(MS19, [delivery("T-1h", start=T0 - 30 * MINUTE, stale=T0 + HOUR)], [], T0 - 8 * MINUTE)
    assert await fates(store) == {(1, "T-1h"): (Fate.OWED, "rate limited")}
    assert await claimed(store, T0 - 6 * MINUTE) == []
    (again,) = await claimed(store, T0 - 5 * MINUTE)
    assert (again.tries, again.first_try) == (1, T0 - 9 * MINUTE)
    assert again.delivery.start == T0 - 30 * MINUTE
    async with store.transaction() as tx:
        await tx.record_retry(delivery("T-1h").key, T0 - 4 * MINUTE, "rate limited", counts=True)
        await tx.set_countdown(MS19, [delivery("T-1h", start=T0 + MINUTE, stale=T0 + HOUR)], [], T0 - 4 * MINUTE)
    assert await claimed(store, T0) == []
    assert len(await claimed(store, T0 + MINUTE)) == 1


async def test_a_revived_reminder_keeps_the_tries_that_may_have_posted_it(store: SqlStore) -> None:
    """Their answer was unclear: with the tries kept, delivery reads back before it sends again."""
    await plan(store, "T-1h")
    await claimed(store, NOW - LEASE)
    async with store.transaction() as tx:
        await tx.record_retry(delivery("T-1h").key, NOW, "timeout", counts=True)
    await plan(store)
    await plan(store, "T-1h")
    (again,) = await claimed(store, NOW)
    assert (again.tries, again.first_try) == (1, NOW - LEASE)


# while somebody is sending it


async def test_a_reminder_off_the_plan_while_it_is_being_sent_is_sent_if_it_gets_there(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await claimed(store, NOW)
    await plan(store)
    assert await fates(store) == {(1, "T-1h"): OWED}
    await sent(store, "T-1h")
    assert await fates(store) == {(1, "T-1h"): SENT}


async def test_a_reminder_off_the_plan_while_it_is_being_sent_is_dropped_if_it_comes_back(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await claimed(store, NOW)
    await plan(store, skipped=("T-1h",))
    async with store.transaction() as tx:
        await tx.record_retry(delivery("T-1h").key, NOW + MINUTE, "500", counts=True)
        ((found,),) = (await tx.settled(MS19)).values()
    assert found == Settled(what="T-1h", attempt="2021-10-05", fate=Fate.DROPPED, why="passed", at=NOW)


async def test_a_reminder_off_the_plan_is_not_taken_up_again_when_its_sender_dies(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await claimed(store, NOW)
    await plan(store)
    assert await claimed(store, NOW + LEASE) == []
    async with store.transaction() as tx:
        assert len(await tx.expire(NOW + LEASE)) == 1
    assert await fates(store) == {(1, "T-1h"): (Fate.DROPPED, REPLANNED)}


async def test_a_reminder_back_on_the_plan_while_it_is_being_sent_is_owed_as_before(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await claimed(store, NOW)
    await plan(store)
    await plan(store, "T-1h")
    assert await claimed(store, NOW) == []
    async with store.transaction() as tx:
        await tx.record_retry(delivery("T-1h").key, NOW, "500", counts=True)
    (again,) = await claimed(store, NOW)
    assert (again.tries, again.delivery) == (1, delivery("T-1h"))


async def test_the_refusal_of_a_reminder_off_the_plan_is_its_reason(store: SqlStore) -> None:
    await plan(store, "T-1h")
    await claimed(store, NOW)
    await plan(store)
    async with store.transaction() as tx:
        await tx.record_dropped(delivery("T-1h").key, "Unknown Channel", NOW)
    assert await fates(store) == {(1, "T-1h"): (Fate.DROPPED, "Unknown Channel")}


async def test_news_being_sent_are_not_dropped_under_the_sender(store: SqlStore) -> None:
    await owe(store, delivery("slip-1", say=Say.SLIP), delivery("slip-2", 2, say=Say.SLIP))
    await claimed(store, NOW, 1)
    async with store.transaction() as tx:
        assert await tx.drop(MS19, {Say.SLIP}, "superseded", NOW) == 1
        assert await tx.drop(MS19, {Say.SLIP}, "superseded again", NOW) == 0
    assert await fates(store) == {(1, "slip-1"): OWED, (2, "slip-2"): (Fate.DROPPED, "superseded")}
    async with store.transaction() as tx:
        await tx.record_retry(delivery("slip-1", say=Say.SLIP).key, NOW, "500", counts=False)
    assert await fates(store) == {(1, "slip-1"): (Fate.DROPPED, "superseded"), (2, "slip-2"): (Fate.DROPPED, "superseded")}


# dropping


async def test_dropping_ends_what_is_owed_of_these_kinds_but_not_what_is_kept(store: SqlStore) -> None:
    await owe(
        store,
        delivery("slip-1", say=Say.SLIP),
        delivery("slip-2", say=Say.SLIP),
        delivery("hold-1", say=Say.HOLD),
        delivery("live", say=Say.LIVE),
        delivery("slip-1", 2, say=Say.SLIP),
        delivery("slip-1", say=Say.SLIP, event=LUCY),
    )
    await sent(store, "slip-1")
    async with store.transaction() as tx:
        dropped = await tx.drop(MS19, {Say.SLIP, Say.HOLD}, "superseded", NOW, keep={delivery("slip-2").key})
    assert dropped == 2
    assert await fates(store) == {
        (1, "slip-1"): SENT,
        (1, "slip-2"): OWED,
        (1, "hold-1"): (Fate.DROPPED, "superseded"),
        (1, "live"): OWED,
        (2, "slip-1"): (Fate.DROPPED, "superseded"),
    }
    assert await fates(store, LUCY) == {(1, "slip-1"): OWED}


async def test_late_is_worse_than_never(store: SqlStore) -> None:
    await owe(store, delivery("a", stale=NOW), delivery("b", 2, stale=NOW + MINUTE), delivery("c", 3, stale=NOW - MINUTE))
    async with store.transaction() as tx:
        assert len(await tx.expire(NOW)) == 2
        assert len(await tx.expire(NOW)) == 0
    assert await fates(store) == {(1, "a"): (Fate.DROPPED, LATE), (2, "b"): OWED, (3, "c"): (Fate.DROPPED, LATE)}


async def test_what_is_being_sent_does_not_expire_until_its_lease_lapses(store: SqlStore) -> None:
    await owe(store, delivery(stale=NOW + LEASE / 2))
    await claimed(store, NOW)
    async with store.transaction() as tx:
        assert len(await tx.expire(NOW + LEASE - MINUTE / 60)) == 0
        assert len(await tx.expire(NOW + LEASE)) == 1


async def test_what_a_paused_target_is_owed_expires_too(store: SqlStore) -> None:
    await owe(store, delivery(stale=NOW))
    async with store.transaction() as tx:
        await tx.pause(channel(1), "Missing Access", NOW)
        assert len(await tx.expire(NOW)) == 1


# edits


async def test_an_edit_is_owed_once_per_key_and_pending_it_keeps_the_earlier_start(store: SqlStore) -> None:
    early, late = edit(start=NOW - HOUR), edit(start=NOW + HOUR, stale=T0 + 2 * DAY)
    async with store.transaction() as tx:
        await tx.set_edits([early])
        await tx.set_edits([late])
    (one,) = await claimed(store, NOW)
    assert one.delivery == replace(late, start=NOW - HOUR)


async def test_a_pending_edit_moves_to_an_earlier_start(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW + HOUR)])
        await tx.set_edits([edit(start=NOW)])
    assert [one.delivery for one in await claimed(store, NOW)] == [edit(start=NOW)]


@pytest.mark.parametrize("fate", [Fate.SENT, Fate.DROPPED])
async def test_a_finished_edit_is_owed_anew_with_new_times_and_no_tries(store: SqlStore, fate: Fate) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW - HOUR)])
    await claimed(store, NOW)
    async with store.transaction() as tx:
        if fate is Fate.SENT:
            await tx.record_sent(edit().key, MessageId(9), NOW, pinged=False)
        else:
            await tx.record_dropped(edit().key, "too many edits", NOW)
    assert await claimed(store, NOW + HOUR) == []
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW + HOUR)])
    assert await claimed(store, NOW) == []
    (again,) = await claimed(store, NOW + HOUR)
    assert (again.delivery, again.tries, again.first_try) == (edit(start=NOW + HOUR), 0, None)


async def test_an_edit_whose_target_asked_us_to_wait_still_waits(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.record_retry(edit().key, NOW + MINUTE, "rate limited", counts=True)
        await tx.set_edits([edit(start=NOW)])
    assert await claimed(store, NOW) == []
    (again,) = await claimed(store, NOW + MINUTE)
    assert again.tries == 0


@pytest.mark.parametrize("outcome", ["sent", "dropped", "retry", "retry uncounted"])
async def test_an_edit_owed_anew_while_it_is_being_sent_is_sent_again(store: SqlStore, outcome: str) -> None:
    """What is under way may have been written before the change: whatever becomes of it, the card is not yet true."""
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW + MINUTE)])
    assert await claimed(store, NOW + MINUTE / 60) == []
    async with store.transaction() as tx:
        match outcome:
            case "sent":
                await tx.record_sent(edit().key, MessageId(9), NOW, pinged=False)
            case "dropped":
                await tx.record_dropped(edit().key, "nothing changed", NOW)
            case _:
                await tx.record_retry(edit().key, NOW, "500", counts=outcome == "retry")
    assert await claimed(store, NOW + MINUTE / 2) == []
    (again,) = await claimed(store, NOW + MINUTE)
    assert (again.delivery, again.tries, again.first_try) == (edit(start=NOW + MINUTE), 0, None)
    async with store.transaction() as tx:
        await tx.record_sent(edit().key, MessageId(9), NOW, pinged=False)
    assert await claimed(store, NOW + HOUR) == []


async def test_an_edit_owed_anew_while_a_dead_sender_holds_it_is_sent_once(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW)])
    (again,) = await claimed(store, NOW + LEASE)
    assert again.delivery == edit(start=NOW)
    async with store.transaction() as tx:
        await tx.record_sent(edit().key, MessageId(9), NOW, pinged=False)
    assert await claimed(store, NOW + HOUR) == []


async def test_a_dropped_edit_that_is_owed_anew_while_it_is_being_sent_is_owed(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.set_edits([edit()])
    await claimed(store, NOW)
    async with store.transaction() as tx:
        await tx.drop(MS19, {Say.EDIT}, "over", NOW)
        await tx.set_edits([edit(start=NOW)])
        await tx.record_sent(edit().key, MessageId(9), NOW, pinged=False)
    assert len(await claimed(store, NOW)) == 1
    async with store.transaction() as tx:
        await tx.set_edits([edit(start=NOW)])
        await tx.drop(MS19, {Say.EDIT}, "over", NOW)
        await tx.record_retry(edit().key, NOW, "500", counts=True)
    assert await claimed(store, NOW + HOUR) == []


async def test_a_tally_of_late_counts_what_is_owed_and_what_ended_since(store: SqlStore) -> None:
    await owe(store, delivery("sent", 1), delivery("dropped", 2), delivery("long ago", 3), delivery("owed", 4))
    async with store.transaction() as tx:
        await tx.record_sent(delivery("sent", 1).key, MessageId(1), NOW, pinged=False)
        await tx.record_dropped(delivery("dropped", 2).key, "superseded", NOW + MINUTE)
        await tx.record_dropped(delivery("long ago", 3).key, "superseded", NOW - MINUTE)
        lately = {(one.fate, one.why, one.count) for one in await tx.tally(NOW)}
        assert lately == {(Fate.SENT, "", 1), (Fate.DROPPED, "superseded", 1), (Fate.OWED, "", 1)}
        assert sum(one.count for one in await tx.tally()) == 4
        assert await tx.overdue(delivery("owed", 4).notice.due) == 0
        assert await tx.overdue(delivery("owed", 4).notice.due + MINUTE) == 1


async def test_what_lapsed_is_named(store: SqlStore) -> None:
    late = delivery("late", 7)
    await owe(store, late)
    async with store.transaction() as tx:
        assert await tx.expire(late.notice.stale) == (Lapsed(late.key, late.event, late.target),)


async def test_what_a_scrape_counts_stands_in_indexes_alone() -> None:
    """Rows are a kilobyte each: reading a hundred thousand of them at every scrape would hold up what is due."""
    store = await in_memory()
    async with store.transaction() as tx:
        for question in (
            "SELECT say, fate, count(*) FROM outbox WHERE fate = 'owed' GROUP BY say, fate",
            "SELECT say, fate, why, count(*) FROM outbox WHERE at >= '2021-10-05' GROUP BY say, fate, why",
            "SELECT count(*) FROM outbox WHERE fate = 'owed' AND due < '2021-10-05'",
        ):
            steps = [row.detail for row in await tx._run(text(f"EXPLAIN QUERY PLAN {question}"))]
            assert any("COVERING INDEX" in step for step in steps), (question, steps)
    await store.close()
