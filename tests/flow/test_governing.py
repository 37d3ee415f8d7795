"""Changes of a server's settings: in one transaction, with the way back; and what else admins are answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.flow.ask import Unacceptable
from bot.flow.asking_why import Explaining, Gauge
from bot.flow.governing import Governing, Who, preview
from bot.flow.owning import Owning
from bot.model import ChannelId, EventId, Fate, GuildId, Net, Precision, Server, Status, Target, UserId, WatchId
from bot.rules.owning import MOST, Own
from bot.rules.settings_text import Settings
from bot.store.sql import SqlStore
from tests.flow.stage import GUILD, HOUR, NOON, Stage, ask, channel, launch, page, watch_of

ADA = Who(GUILD, UserId(7))
ONE = launch("Starlink 6-77", "GO", "14:00")
OTHER = Who(GuildId(2), UserId(8))


@pytest.fixture
def governing(stage: Stage) -> Governing:
    return Governing(stage.asking)


async def test_a_watch_is_added_changed_and_removed_and_all_of_it_taken_back(stage: Stage, governing: Governing) -> None:
    await stage.shows(ONE)
    watch, ahead = await governing.add(ADA, watch_of())
    assert [track.event.name for track in ahead] == [ONE.name]
    assert (await stage.fates(ONE))["T-1h"] == (Fate.OWED, "")

    done = await governing.edit(ADA, watch.id, {"leads": (HOUR / 2,)})
    assert done is not None
    assert done[1].leads == (HOUR / 2,)
    assert {what: fate for what, (fate, _) in (await stage.fates(ONE)).items() if fate is Fate.OWED} == {"T-30m": Fate.OWED}
    assert await governing.edit(ADA, watch.id, {"leads": (HOUR / 2,)}) == (done[1], done[1])
    assert await governing.edit(OTHER, watch.id, {"leads": ()}) is None
    assert await governing.remove(OTHER, watch.id) is None
    assert await governing.remove(ADA, watch.id) == done[1]

    for leads in ((HOUR / 2,), (HOUR,)):
        assert await governing.undo(ADA) is not None
        assert [one.leads for one in (await governing.settings(GUILD)).watches] == [leads]
    assert await governing.undo(ADA) is not None
    assert await governing.undo(ADA) is None


async def test_a_paused_target_goes_on_with_what_is_added_or_moved_there(stage: Stage, governing: Governing) -> None:
    async with stage.store.transaction() as tx:
        for number in (100, 101):
            await tx.pause(channel(number), "no permission", NOON)
    watch, _ = await governing.add(ADA, watch_of())
    await governing.edit(ADA, watch.id, {"target": channel(101)})
    assert await stage.asking.paused(GUILD) == {}

    async with stage.store.transaction() as tx:
        await tx.pause(channel(101), "no permission", NOON)
    assert await governing.resume(OTHER, (channel(101),)) == ()
    assert await governing.resume(ADA, (channel(101), channel(102))) == (channel(101),)


async def test_before_the_first_list_there_is_nothing_to_sum_up(store: SqlStore) -> None:
    stage = Stage(store)
    await Governing(stage.asking).add(ADA, watch_of())
    assert await stage.deliver() == []


async def test_a_server_may_have_only_so_many_watches(stage: Stage) -> None:
    governing = Governing(replace(stage.asking, most_watches=1))
    await governing.add(ADA, watch_of())
    with pytest.raises(Unacceptable, match="which is the most"):
        await governing.add(ADA, watch_of())
    assert len((await governing.settings(GUILD)).watches) == 1


async def test_what_is_decided_for_a_server_goes_with_a_watch(stage: Stage, governing: Governing) -> None:
    await governing.add(ADA, watch_of(), change=lambda server: replace(server, zone="Asia/Tokyo"), what="/setup")
    assert (await governing.settings(GUILD)).server.zone == "Asia/Tokyo"
    await governing.decide(ADA, "/settings language", lambda server: replace(server, language="de"))
    settings = await governing.settings(GUILD)
    assert (settings.server.language, settings.watches[0].language) == ("de", "de")
    await governing.decide(ADA, "/settings timezone", lambda server: replace(server, zone="UTC"))
    assert stage.clock.at == NOON


async def test_a_file_takes_the_place_of_all_settings(stage: Stage, governing: Governing) -> None:
    await stage.shows(ONE)
    first, _ = await governing.add(ADA, watch_of())
    second, _ = await governing.add(ADA, watch_of(channel(101)))
    async with stage.store.transaction() as tx:
        theirs = await tx.add_watch(watch_of(Target(OTHER.guild, ChannelId(9))))
    wanted = Settings(
        Server(guild=GUILD, zone="Asia/Tokyo"),
        (first, replace(second, leads=()), replace(watch_of(), id=theirs.id), replace(watch_of(), id=WatchId(77))),
    )
    assert [one.id for one in preview(await governing.settings(GUILD), wanted).watches] == [first.id, second.id, 0, 0]
    before, after = await governing.replace_all(ADA, wanted, "/import")
    assert [one.leads for one in before.watches] == [(HOUR,), (HOUR,)]
    assert [one.leads for one in after.watches] == [(HOUR,), (), (HOUR,), (HOUR,)]
    assert theirs.id not in {one.id for one in after.watches}
    await governing.replace_all(ADA, Settings(after.server, ()), "/import")
    assert (await governing.settings(GUILD)).watches == ()


async def test_a_watch_whose_number_was_given_away_comes_back_under_another(stage: Stage, governing: Governing) -> None:
    watch, _ = await governing.add(ADA, watch_of())
    await governing.remove(ADA, watch.id)
    async with stage.store.transaction() as tx:
        await tx.restore_watch(replace(watch_of(Target(OTHER.guild, ChannelId(9))), id=watch.id))
    assert await governing.undo(ADA) is not None
    (back,) = (await governing.settings(GUILD)).watches
    assert back.id != watch.id


async def test_settings_that_cannot_be_read_are_left(stage: Stage, governing: Governing) -> None:
    async with stage.store.transaction() as tx:
        await tx.note_change(GUILD, ADA.user, "/watch add", "rubbish", NOON)
    with pytest.raises(Unacceptable, match="cannot read"):
        await governing.undo(ADA)


# --- own missions -------------------------------------------------------------------------------------------------


async def test_a_mission_of_a_server_is_planned_as_a_feeds_and_told_there_alone(stage: Stage) -> None:
    owning = Owning(stage.asking)
    await stage.watches(watch_of(), watch_of(Target(OTHER.guild, ChannelId(9))))
    added = await owning.add(ADA, Own(name="Balloon", net=Net(NOON + 3 * HOUR, Precision.MINUTE)))
    said = await stage.deliver(until=NOON + 4 * HOUR)
    assert [row for row in said if "Balloon" in row and "post" in row][-1].endswith("Balloon")
    async with stage.store.transaction() as tx:
        assert set(await tx.settled(added.event.id)) == {channel()}

    assert await owning.edit(OTHER, added.event.id, Own(name="Theirs")) is None
    again = await owning.edit(ADA, added.event.id, Own(name="Balloon"))
    assert again is not None
    assert again.event == added.event
    gone = await owning.remove(ADA, added.event.id)
    assert gone is not None
    assert gone.event.status is Status.CANCELLED
    assert [track.event.id for track in await owning.own(GUILD)] == [added.event.id]
    assert await owning.remove(ADA, EventId("own:launch:1-9")) is None


async def test_a_server_may_add_only_so_many_missions(stage: Stage) -> None:
    owning = Owning(stage.asking)
    for number in range(MOST):
        await owning.add(ADA, Own(name=f"Balloon {number}"))
    with pytest.raises(Unacceptable, match="which is the most"):
        await owning.add(ADA, Own(name="One more"))


async def test_what_a_server_added_is_seen_from_there_alone(stage: Stage) -> None:
    added = await Owning(stage.asking).add(ADA, Own(name="Balloon", net=Net(NOON + HOUR, Precision.MINUTE)))
    here, there = stage.asking.seen_from(GUILD), stage.asking.seen_from(None)
    assert await here.launch(added.event.id) == added
    assert await there.launch(added.event.id) is None
    assert [one.event.id for one in await here.search("Balloon", 5)] == [added.event.id]
    assert await there.search("Balloon", 5) == ()
    assert await there.upcoming(None) == ()
    assert await stage.asking.age() is None


# --- why ----------------------------------------------------------------------------------------------------------


async def test_why_is_answered_for_one_server(stage: Stage) -> None:
    await stage.shows(ONE)
    await stage.watches(watch_of(), watch_of(Target(OTHER.guild, ChannelId(9))))
    explaining = Explaining(stage.asking)
    found = await explaining.why(GUILD, "Starlink 6-77", "en")
    assert found is not None
    assert [one.wanted for one in found.verdicts] == [True]
    assert set(found.settled) == {channel()}
    assert await explaining.why(GUILD, "nothing of that name", "en") is None
    assert [len(one.told) for one in await explaining.rehearse(found.verdicts[0].watch, each=3)] == [2]
    assert await explaining.next_for(found.verdicts[0].watch) == found.track
    assert await explaining.next_for(replace(found.verdicts[0].watch, crewed_only=True)) is None
    assert sum(one.count for one in await explaining.tally()) > 0


async def test_the_gauge_shows_what_is_left(stage: Stage) -> None:
    poller = stage.poller()
    await stage.store.note("ll2", ask().scope, NOON)
    (fresh,) = await Gauge((poller,), stage.store).read(NOON)
    assert (fresh.made, fresh.quota, fresh.heard, fresh.next_ask) == (1, 15, None, None)
    await poller.apply(ask(), page(ONE))
    await poller.beat()
    (state,) = await Gauge((poller,), stage.store).read(NOON)
    assert state.next_ask is not None
