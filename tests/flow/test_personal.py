"""What a person asks for alone, on the real store: never twice, never somebody else's, never more than it should be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.flow.ask import Unacceptable
from bot.flow.personal import Asker, Personal
from bot.flow.plan import forget_finished
from bot.model import Event, EventId, Facet, Fate, GuildId, Member, Server, Status, Target, Term, UserId
from bot.rules.personal import MOST, mailbox, wish
from bot.rules.pressing import spelt
from tests.flow.stage import GUILD, HOUR, MINUTE, NOON, Stage, channel, launch, watch_of

ADA, BOB = UserId(501), UserId(502)


def asker(user: UserId = ADA, home: Target | None = None, guild: GuildId = GUILD) -> Asker:
    """Somebody in the server, or in direct messages."""
    return Asker(user=user, home=home, guild=guild)


@pytest.fixture
def personal(stage: Stage) -> Personal:
    return Personal(stage.asking)


@pytest.fixture
async def starlink(stage: Stage) -> Event:
    one = launch("Starlink 6-77", "GO", "14:00")
    await stage.shows(one)
    stage.discord.people |= {ADA: "Ada", BOB: "Bob"}
    return one


async def owed(stage: Stage, event: Event, user: UserId = ADA) -> dict[str, Fate]:
    """What is owed or was to a person about an event."""
    async with stage.store.transaction() as tx:
        return {one.what: one.fate for one in (await tx.settled(event.id)).get(mailbox(user), ())}


async def test_a_reminder_arms_at_once_and_is_there_once(stage: Stage, personal: Personal, starlink: Event) -> None:
    first = await personal.remind(asker(), starlink.id)
    again = await personal.remind(asker(), "starlink")
    assert first.fresh
    assert not again.fresh
    assert first.watch == again.watch
    assert await owed(stage, starlink) == {"T-1h": Fate.OWED, "T-10m": Fate.OWED}


async def test_two_clicks_at_once_make_one_reminder(stage: Stage, personal: Personal, starlink: Event) -> None:
    made = await asyncio.gather(*(personal.remind(asker(), starlink.id) for _ in range(5)))
    assert sum(one.fresh for one in made) == 1
    _, own = await personal.mine(ADA)
    assert len(own) == 1
    assert await owed(stage, starlink)


async def test_an_event_is_known_by_the_digest_that_its_button_carries(stage: Stage, personal: Personal) -> None:
    long = replace(launch("Starlink 6-77", "GO", "14:00"), id=EventId("ll2:launch:" + "x" * 200))
    await stage.shows(long)
    made = await personal.remind(asker(), spelt(long.id))
    assert made.track
    assert made.track.event.id == long.id
    with pytest.raises(Unacceptable, match="do not know that event"):
        await personal.event("#" + "0" * 32, asker())


async def test_what_another_server_added_cannot_be_reached(stage: Stage, personal: Personal) -> None:
    own = replace(launch("Balloon", "GO", "14:00"), owner=GuildId(9))
    await stage.shows(own)
    with pytest.raises(Unacceptable):
        await personal.remind(asker(), own.id)
    assert (await personal.remind(asker(guild=GuildId(9)), own.id)).fresh
    assert await personal.suggest_launch("balloon", GUILD) == ()
    assert len(await personal.suggest_launch("balloon", GuildId(9))) == 1
    assert await personal.suggest(Facet.ROCKET, "") == ()


async def test_what_is_over_cannot_be_waited_for(stage: Stage, personal: Personal) -> None:
    done = launch("Starlink 6-77", "SUCCESS", "11:00")
    await stage.shows(done)
    with pytest.raises(Unacceptable, match="is over"):
        await personal.remind(asker(), done.id)


async def test_times_that_changed_are_owed_and_those_that_passed_are_not(stage: Stage, personal: Personal, starlink: Event) -> None:
    made = await personal.remind(asker(), starlink.id)
    stage.clock.at = NOON + 90 * MINUTE
    changed = await personal.set_leads(asker(), made.watch.id, (timedelta(hours=2), 5 * MINUTE))
    assert changed.watch.leads == (timedelta(hours=2), 5 * MINUTE)
    assert await owed(stage, starlink) == {
        "T-2h": Fate.DROPPED,
        "T-1h": Fate.DROPPED,
        "T-10m": Fate.DROPPED,
        "T-5m": Fate.OWED,
    }
    with pytest.raises(Unacceptable, match="no such reminder"):
        await personal.set_leads(asker(BOB), made.watch.id, (HOUR,))


async def test_what_is_stopped_is_owed_no_more_and_only_by_whose_it_is(stage: Stage, personal: Personal, starlink: Event) -> None:
    made = await personal.remind(asker(), starlink.id)
    assert await personal.stop(asker(BOB), made.watch.id) is None
    assert await owed(stage, starlink) == {"T-1h": Fate.OWED, "T-10m": Fate.OWED}
    assert await personal.stop(asker(), made.watch.id) == made.watch
    assert await personal.stop(asker(), made.watch.id) is None
    assert set((await owed(stage, starlink)).values()) == {Fate.DROPPED}
    with pytest.raises(Unacceptable):
        await personal.one(asker(), made.watch.id)


async def test_a_standing_wish_means_what_lies_ahead(stage: Stage, personal: Personal, starlink: Event) -> None:
    made = await personal.follow(asker(), Facet.ROCKET, "  Falcon   9 ")
    again = await personal.follow(asker(), Facet.ROCKET, "Falcon 9")
    assert (made.fresh, again.fresh) == (True, False)
    assert [track.event.id for track in made.ahead] == [starlink.id]
    shown = await personal.set_leads(asker(), made.watch.id, (30 * MINUTE,))
    assert (shown.track, [track.event.id for track in shown.ahead]) == (None, [starlink.id])
    assert (await owed(stage, starlink))["T-30m"] is Fate.OWED
    await personal.stop(asker(), made.watch.id)
    assert set((await owed(stage, starlink)).values()) == {Fate.DROPPED}


async def test_a_person_has_a_bounded_number(personal: Personal, starlink: Event) -> None:
    assert starlink.id
    for number in range(MOST):
        await personal.follow(asker(), Facet.CREW, f"Person {number}")
    with pytest.raises(Unacceptable, match="25 reminders"):
        await personal.remind(asker(), starlink.id)
    assert (await personal.remind(asker(BOB), starlink.id)).fresh
    _, listed = await personal.listed(ADA)
    assert [one.track for one in listed] == [None] * MOST


async def test_an_event_that_is_not_known_any_more_is_listed_and_stopped_all_the_same(
    stage: Stage, personal: Personal, starlink: Event
) -> None:
    made = await personal.remind(asker(), starlink.id)
    async with stage.store.transaction() as tx:
        lost = replace(made.watch, include=(replace(made.watch.include[0], text="ll2:launch:lost"),))
        await tx.replace_watch(lost)
    _, (one,) = await personal.listed(ADA)
    assert one.track is None
    async with stage.store.transaction() as tx:
        assert await forget_finished(tx, NOON) == 0
    assert await personal.stop(asker(), made.watch.id) == lost


async def test_settings_are_used_by_what_is_made_later(personal: Personal, starlink: Event) -> None:
    decided = await personal.decide(ADA, lambda member: replace(member, leads=(2 * HOUR,), zone="Asia/Tokyo"))
    assert decided == Member(user=ADA, leads=(2 * HOUR,), zone="Asia/Tokyo")
    assert (await personal.remind(asker(), starlink.id)).watch.leads == (2 * HOUR,)
    assert (await personal.mine(BOB))[0] == Member(user=BOB)


async def test_days_are_the_persons_else_the_servers(stage: Stage, personal: Personal) -> None:
    async with stage.store.transaction() as tx:
        await tx.keep_server(Server(guild=GUILD, zone="Europe/Berlin"))
    await personal.decide(BOB, lambda member: replace(member, zone="Asia/Tokyo"))
    await personal.decide(ADA, lambda member: replace(member, leads=(HOUR,)))
    assert await personal.zone(BOB, GUILD) == "Asia/Tokyo"
    assert await personal.zone(ADA, GUILD) == "Europe/Berlin"
    assert await personal.zone(ADA, GuildId(0)) == "UTC"
    assert await personal.zone(UserId(9), GuildId(9)) == "UTC"


async def test_all_that_is_stored_is_shown_and_goes(stage: Stage, personal: Personal, starlink: Event) -> None:
    await personal.decide(ADA, lambda member: member)
    await personal.remind(asker(), starlink.id)
    await personal.follow(asker(), Facet.ROCKET, "Falcon 9")
    await personal.follow(asker(), Facet.CREW, "Gagarin")
    await stage.asking.add_watch(replace(watch_of(), made_by=ADA))
    async with stage.store.transaction() as tx:
        await tx.add_watch(wish(Member(user=ADA), Term(Facet.EVENT, "ll2:launch:lost"), "lost", NOON, None))
    held = await personal.held(ADA)
    assert (held.member, len(held.watches), held.deliveries, held.made) == (Member(user=ADA), 4, {Fate.OWED: 2}, 1)
    await personal.forget(ADA)
    after = await personal.held(ADA)
    assert (after.member, after.watches, after.deliveries, after.made) == (None, (), {}, 1)


async def test_who_asked_for_one_launch_alone_is_forgotten_with_it(stage: Stage, personal: Personal, starlink: Event) -> None:
    await stage.shows(starlink)
    await personal.remind(asker(), starlink.id)
    await personal.forget(ADA)
    after = await personal.held(ADA)
    assert (after.member, after.watches, after.deliveries) == (None, (), {})


async def test_choices_are_the_most_frequent_first_within_what_is_typed(stage: Stage, personal: Personal) -> None:
    many = [launch(f"Starlink {number}", "GO", "14:00", number=number) for number in range(3)]
    await stage.shows(*many, replace(launch("Owl", "GO", "15:00"), rocket=None, programs=("Artemis",), stations=("Gateway",)))
    assert await personal.suggest(Facet.ROCKET, "falc") == ("Falcon 9",)
    assert sorted(await personal.suggest(Facet.PROGRAM, "")) == ["Artemis", "Gateway"]
    assert await personal.suggest(Facet.PROGRAM, "zz") == ()


# --- delivery -----------------------------------------------------------------------------------------------------


async def test_a_lost_answer_in_the_channel_is_read_back_before_anything_is_said_again(
    stage: Stage, personal: Personal, starlink: Event
) -> None:
    await personal.remind(asker(home=channel()), starlink.id)
    stage.discord.refusals[ADA] = 50007
    stage.clock.at = NOON + HOUR
    stage.discord.mood = "drops"
    await stage.deliver()
    assert len(stage.discord.said) == 1
    stage.discord.mood = "back"
    await stage.deliver(until=NOON + 70 * MINUTE)
    assert [line.rsplit(" ", 1)[-1] for line in stage.discord.said] == ["@Ada"]
    assert (await owed(stage, starlink))["T-1h"] is Fate.SENT


async def test_who_closes_the_door_after_a_lost_answer_is_not_told_twice(stage: Stage, personal: Personal, starlink: Event) -> None:
    await personal.remind(asker(home=channel()), starlink.id)
    stage.clock.at = NOON + HOUR
    stage.discord.mood = "drops"
    await stage.deliver()
    stage.discord.mood = "back"
    stage.discord.refusals[ADA] = 50007
    await stage.deliver(until=NOON + 70 * MINUTE)
    assert [line.rsplit(" ", 1)[-1] for line in stage.discord.said] == ["Ada"]
    assert (await owed(stage, starlink))["T-1h"] is Fate.SENT


async def test_what_cannot_be_read_back_waits(stage: Stage, personal: Personal, starlink: Event) -> None:
    await personal.remind(asker(home=channel()), starlink.id)
    stage.discord.refusals[ADA] = 50007
    stage.clock.at = NOON + HOUR
    stage.discord.mood = "drops"
    await stage.deliver()
    stage.discord.mood = "down"
    await stage.deliver(until=NOON + 65 * MINUTE)
    assert (await owed(stage, starlink))["T-1h"] is Fate.OWED
    stage.discord.mood = "back"
    await stage.deliver(until=NOON + 70 * MINUTE)
    assert len(stage.discord.said) == 1


async def test_nobody_is_bothered_when_a_person_cannot_be_reached(stage: Stage, personal: Personal, starlink: Event) -> None:
    await personal.remind(asker(home=channel(7)), starlink.id)
    await personal.remind(asker(BOB), starlink.id)
    stage.discord.refusals |= {int(ADA): 50278, int(BOB): 50007, 7: 10003}
    stage.clock.at = NOON + HOUR
    assert await stage.deliver() == []
    async with stage.store.transaction() as tx:
        fates = [one for several in (await tx.settled(starlink.id)).values() for one in several if one.what == "T-1h"]
        assert await tx.paused(GUILD) == {}
    assert [one.fate for one in fates] == [Fate.DROPPED, Fate.DROPPED]
    assert {one.why.split(":")[0] for one in fates} == {"nor where it was asked for", "direct messages are closed"}


async def test_an_outcome_ends_a_reminder_with_its_own_transaction(stage: Stage, personal: Personal, starlink: Event) -> None:
    await personal.remind(asker(), starlink.id)
    stage.clock.at = NOON + 3 * HOUR
    await stage.shows(replace(starlink, status=Status.SUCCESS))
    assert (await personal.mine(ADA))[1] == ()
