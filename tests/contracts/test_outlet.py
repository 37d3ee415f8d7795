"""What the outlet makes of Discord's answers: each fault is an Outcome, and the same key sent again is stored once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.client import TMinusClient
from bot.model import Busy, Key, MessageId, Outcome, Post, Refused, Sent, Speaker, Target, Unclear
from bot.outlet import HELD_UP, DiscordOutlet
from bot.ports import OutletDown
from bot.sandbox.faults import Fault
from bot.sandbox.world import Channel
from tests.cogs.stage import NOW, Stage, stage, target

KEY = Key("1/2/ll2:launch:ms-19/2021-10-05/T-10m")
POST = Post(title="T-10 min: Soyuz MS-19", lines=("Go",))
SEND = "POST"
PATIENCE = timedelta(seconds=3)


@dataclass(slots=True)
class Pad:
    """One channel of one server, and the outlet that posts there."""

    stage: Stage
    client: TMinusClient
    outlet: DiscordOutlet
    channel: Channel
    target: Target

    def fail(self, **how: object) -> Fault:
        return self.stage.discord.faults.add(Fault(**{"method": SEND, "path": "/messages", "times": 1, **how}))  # type: ignore[arg-type]  # a table names the fields

    @property
    def stored(self) -> int:
        return len(self.channel.messages)

    async def send(self, post: Post = POST, key: Key = KEY) -> Outcome:
        return await self.outlet.send(key, self.target, post)


@pytest.fixture
async def pad() -> AsyncIterator[Pad]:
    async with stage() as stg:
        guild = stg.discord.add_guild("Baikonur")
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.bot() as client:
            yield Pad(stg, client, DiscordOutlet(client, timeout=PATIENCE), channel, target(guild, channel))


@pytest.mark.parametrize(
    ("how", "stored", "text"),
    [
        ({"status": 503}, 0, "503"),
        ({"status": 503, "after": True}, 1, "503"),
        ({"drop": True}, 0, "ServerDisconnected|ClientOSError"),
        ({"drop": True, "after": True}, 1, "ServerDisconnected|ClientOSError"),
        ({"cut": True, "after": True}, 1, "ClientPayloadError"),
        ({"body": b"<html>hello</html>", "after": True}, 1, "could not be read"),
    ],
    ids=["503", "503 after", "drop", "drop after", "cut after", "rubbish after"],
)
async def test_what_leaves_it_open_is_unclear_and_a_second_send_stores_one(
    pad: Pad, how: dict[str, object], stored: int, text: str
) -> None:
    pad.fail(**how)

    outcome = await pad.send()

    assert isinstance(outcome, Unclear)
    assert any(word in outcome.text for word in text.split("|"))
    assert pad.stored == stored
    assert await pad.send() == Sent(MessageId(next(iter(pad.channel.messages))))
    assert pad.stored == 1


@pytest.mark.parametrize("after", [False, True], ids=["before it is stored", "after it is stored"])
async def test_a_500_is_retried_by_discord_py_and_stored_once(pad: Pad, after: bool) -> None:
    pad.fail(status=500, after=after)

    assert isinstance(await pad.send(), Sent)
    assert pad.stored == 1


@pytest.mark.parametrize("after", [False, True], ids=["before it is stored", "after it is stored"])
async def test_a_stall_is_unclear_once_the_patience_is_over(pad: Pad, after: bool) -> None:
    pad.fail(stall=True, after=after)
    hasty = DiscordOutlet(pad.client, timeout=timedelta(seconds=0.2))

    assert isinstance(await hasty.send(KEY, pad.target, POST), Unclear)
    assert isinstance(await pad.send(), Sent)
    assert pad.stored == 1


async def test_500_for_ever_is_unclear_within_the_patience(pad: Pad) -> None:
    pad.fail(status=500, times=None)
    hasty = DiscordOutlet(pad.client, timeout=timedelta(seconds=0.5))

    assert isinstance(await hasty.send(KEY, pad.target, POST), Unclear)


async def test_a_429_is_waited_for(pad: Pad) -> None:
    pad.fail(retry_after=0.1)

    assert isinstance(await pad.send(), Sent)
    assert pad.stored == 1


@pytest.mark.parametrize(
    ("how", "wait"),
    [
        ({"retry_after": 61.0}, timedelta(seconds=61)),
        ({"retry_after": 0.02, "times": 5}, timedelta(seconds=1)),
        ({"status": 429, "body": b"<html>banned</html>"}, timedelta(seconds=5)),
    ],
    ids=["longer than discord.py waits", "all its tries used up", "from Cloudflare"],
)
async def test_a_429_that_lasts_is_busy(pad: Pad, how: dict[str, object], wait: timedelta) -> None:
    pad.fail(**how)

    assert await pad.send() == Busy(wait)
    assert pad.stored == 0


async def test_a_429_after_a_500_stays_unclear(pad: Pad) -> None:
    pad.fail(status=500, after=True)
    pad.fail(retry_after=61.0)

    assert isinstance(await pad.send(), Unclear)
    assert isinstance(await pad.send(), Sent)
    assert pad.stored == 1


async def test_a_discord_that_is_not_there_is_busy_for_nothing_left(pad: Pad) -> None:
    await pad.stage.discord.stop()

    assert isinstance(await pad.send(), Busy)

    await pad.stage.discord.start()
    assert isinstance(await pad.send(), Sent)


@pytest.mark.parametrize(("code", "status"), [(50001, 403), (50013, 403), (10003, 404), (50035, 400), (50083, 400)])
async def test_a_no_is_refused_with_discords_code(pad: Pad, code: int, status: int) -> None:
    pad.fail(code=code)

    outcome = await pad.send()

    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.code) == (status, code)
    assert outcome.text


async def test_a_server_that_let_the_bot_go_is_refused_without_asking(pad: Pad) -> None:
    guild = pad.stage.discord.guilds[pad.target.guild]
    gone = pad.client.wait_for("guild_remove", timeout=5)
    pad.stage.discord.kick_bot(guild)
    await gone

    outcome = await pad.send()

    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.code) == (404, 10004)
    assert not any(asked.path.endswith("/messages") for asked in pad.stage.discord.log.asked)


async def test_before_the_login_and_after_the_end_it_is_busy(pad: Pad) -> None:
    await pad.client.close()

    assert isinstance(await pad.send(), Busy)


async def test_the_last_token_of_a_bucket_is_no_timeout(pad: Pad) -> None:
    hasty = DiscordOutlet(pad.client, timeout=timedelta(seconds=0.5))
    pad.stage.discord.limits.scale = 5  # a window of one second

    outcomes = [await hasty.send(Key(f"{n}"), pad.target, POST) for n in range(6)]

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert pad.stage.discord.log.throttled == 0


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"status": 503}, Unclear),
        ({"drop": True, "after": True}, Unclear),
        ({"code": 10008}, Refused),
        ({"retry_after": 61.0}, Busy),
    ],
    ids=["503", "drop", "deleted", "429"],
)
async def test_edits_answer_alike(pad: Pad, how: dict[str, object], expected: type) -> None:
    sent = await pad.send()
    assert isinstance(sent, Sent)
    pad.fail(method="PATCH", **how)

    assert isinstance(await pad.outlet.edit(pad.target, sent.message, POST), expected)
    assert await pad.outlet.edit(pad.target, sent.message, POST) == sent


async def test_a_card_that_was_deleted_is_refused_as_unknown(pad: Pad) -> None:
    outcome = await pad.outlet.edit(pad.target, MessageId(1), POST)

    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.code) == (404, 10008)


@pytest.mark.parametrize("how", [{"status": 503}, {"drop": True}, {"code": 50001}, {"retry_after": 61.0}], ids=",".join)
async def test_a_read_back_without_an_answer_is_no_answer(pad: Pad, how: dict[str, object]) -> None:
    await pad.send()
    pad.fail(method="GET", times=2, **how)  # aiohttp sends a GET again by itself when the connection drops

    with pytest.raises(OutletDown):
        await pad.outlet.find(pad.target, POST, NOW)


# --- under a claim ------------------------------------------------------------------------------------------------


async def test_nothing_leaves_under_a_claim_that_lapsed_while_it_waited_for_its_turn(pad: Pad) -> None:
    """The process was frozen meanwhile, or the way to Discord was: another has sent it by now."""
    stands, allowed = [True], [True]
    pad.client.pacer.may_ask = lambda: allowed[0]
    allowed[0] = False
    sending = asyncio.create_task(pad.outlet.under(lambda: stands[0]).send(KEY, pad.target, POST))
    await asyncio.wait((sending,), timeout=0.3)
    stands[0], allowed[0] = False, True

    assert await sending == Busy(timedelta(), HELD_UP)
    assert pad.stored == 0
    assert not any(asked.path.endswith("/messages") for asked in pad.stage.discord.log.asked)
    assert isinstance(await pad.send(), Sent), "another claim is another matter"


async def test_a_retry_of_discord_py_under_a_claim_that_lapsed_does_not_leave_and_stays_unclear(pad: Pad) -> None:
    stands = [True]
    pad.fail(status=500, after=True)
    asked = pad.stage.discord.log.watch
    asked.append(lambda _: stands.__setitem__(0, False))

    assert await pad.outlet.under(lambda: stands[0]).send(KEY, pad.target, POST) == Unclear(HELD_UP)
    assert pad.stored == 1


async def test_under_a_claim_a_webhook_speaks_no_later_either(pad: Pad) -> None:
    spoken = replace(POST, speaker=Speaker("Roscosmos"))
    assert isinstance(await pad.outlet.under(lambda: True).send(KEY, pad.target, spoken), Sent)
    assert await pad.outlet.under(lambda: False).send(KEY, pad.target, spoken) == Busy(timedelta(), HELD_UP)
    assert pad.stored == 1
