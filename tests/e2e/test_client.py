"""Logging in, staying, and leaving: a Discord that is away is waited for, one that refuses is believed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import client as module
from bot.client import ClientDown, Refusal, TMinusClient, api_base
from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.rules.sharing import Shards
from bot.sandbox.faults import Fault
from bot.sandbox.gateway import BAD_TOKEN, FORBIDDEN_INTENTS
from tests.cogs.stage import Stage, hearing, stage


@pytest.fixture
async def stg() -> AsyncIterator[Stage]:
    async with stage() as one:
        one.discord.add_channel(one.discord.add_guild("Baikonur"), "launches")
        yield one


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between logins that a test can afford."""
    monkeypatch.setattr(module, "FIRST_WAIT", module.FIRST_WAIT / 50)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("", "https://discord.com/api/v10"),
        ("https://discord.com/api/v10", "https://discord.com/api/v10"),
        ("https://discord.com/api/v10/", "https://discord.com/api/v10"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v10"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/api/v10"),
        ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api/v10"),
        ("http://proxy.example/discord", "http://proxy.example/discord/api/v10"),
        ("http://proxy.example/discord/api/v9", "http://proxy.example/discord/api/v9"),
    ],
)
def test_the_address_may_be_written_short(url: str, base: str) -> None:
    assert api_base(url) == base


async def test_it_asks_for_little_and_speaks_to_the_discord_it_was_given(stg: Stage) -> None:
    async with stg.bot() as client:
        assert [guild.name for guild in client.guilds] == ["Baikonur"]
        assert stg.discord.api_url == Route.BASE
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == stg.discord.gateway_url

    assert [identified["intents"] for identified in stg.discord.gateway.identified] == [discord.Intents(guilds=True).value]
    mentions = client.allowed_mentions
    assert mentions is not None
    assert not any((mentions.everyone, mentions.users, mentions.roles, mentions.replied_user))
    assert stg.discord.log.throttled == 0


async def test_it_is_ready_once_every_server_that_discord_named_has_come(stg: Stage) -> None:
    for number in range(20):
        stg.discord.add_guild(f"Server {number}")
    async with asyncio.timeout(5), stg.bot(guilds_settle_s=60) as client:
        assert len(client.guilds) == 21
        assert not any(guild.unavailable for guild in client.guilds)


async def test_it_is_ready_without_a_server_with_which_discord_has_trouble(stg: Stage) -> None:
    away = stg.discord.add_guild("Kourou")
    stg.discord.set_available(away, available=False)
    async with asyncio.timeout(5), stg.bot(guilds_settle_s=0.2) as client:
        assert {guild.id: guild.unavailable for guild in client.guilds}[away.id]


async def test_a_server_that_turns_out_to_be_away_is_not_waited_for(stg: Stage) -> None:
    away = stg.discord.add_guild("Kourou")
    away.available = False

    async def tell() -> None:
        assert await stg.discord.gateway.online(5)
        stg.discord.set_available(away, available=False)

    telling = asyncio.create_task(tell())
    async with asyncio.timeout(5), stg.bot(guilds_settle_s=60):
        await telling


async def test_commands_are_sent_once_and_again_only_when_they_changed(stg: Stage) -> None:
    async def puts() -> int:
        async with stg.bot():
            return sum(asked.method == "PUT" for asked in stg.discord.log.asked)

    assert await puts() == 1
    assert await puts() == 1
    async with stg.store.transaction() as tx:
        await tx.remember(f"commands of {stg.discord.bot.id}", "those of an older version")
    assert await puts() == 2


async def test_commands_that_are_refused_do_not_stop_the_bot(stg: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stg.discord.faults.add(Fault(method="PUT", path="/commands", times=1, code=50035))
    async with stg.bot():
        assert "commands not updated" in caplog.text
    async with stg.bot():
        pass
    assert [asked.status for asked in stg.discord.log.asked if asked.method == "PUT"] == [400, 200]


async def test_commands_that_must_wait_do_not_stop_the_bot(stg: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stg.discord.faults.add(Fault(method="PUT", path="/commands", times=1, retry_after=3600))
    async with stg.bot():
        assert "at the next start" in caplog.text


# --- a Discord that is away ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me", "/gateway/bot", "/commands"])
@pytest.mark.parametrize("how", [{"status": 503}, {"drop": True}], ids=["503", "drop"])
async def test_a_login_that_fails_is_tried_again(
    stg: Stage, how: dict[str, object], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    stg.discord.faults.add(Fault(path=path, times=2, **how))  # type: ignore[arg-type]  # a table names the fields

    async with stg.bot() as client:
        assert client.is_ready()
    assert "trying again" in caplog.text or path == "/commands"
    assert stg.discord.token not in caplog.text


async def test_a_discord_that_is_not_there_is_waited_for(stg: Stage) -> None:
    await stg.discord.stop()
    client = unstarted(stg)
    async with client:
        with hearing("trying again") as said:
            starting = asyncio.create_task(client.start_until_ready(stg.discord.token))
            await said.wait()
        await stg.discord.start()
        await starting
        assert client.is_ready()


async def test_a_gateway_that_cuts_the_line_is_dialled_again(stg: Stage) -> None:
    async with stg.bot() as client:
        resumed = asyncio.create_task(client.wait_for("shard_resumed", timeout=5))
        await asyncio.sleep(0)
        await stg.discord.gateway.cut()
        await resumed
        assert not client.is_closed()


# --- a Discord that refuses ---------------------------------------------------------------------------------------


async def refused(stg: Stage, token: str = "") -> ClientDown:
    with pytest.raises(ClientDown) as caught:
        async with stg.bot(token=token):
            pass
    return caught.value


async def test_a_wrong_token_is_refused_and_not_repeated(stg: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    down = await refused(stg, "wrong.token.that-nobody-may-see")

    assert down.refusal is Refusal.TOKEN
    assert "Developer Portal" in down.sentence
    assert "nobody-may-see" not in caplog.text + repr(down)


@pytest.mark.parametrize(
    ("code", "refusal"), [(BAD_TOKEN, Refusal.TOKEN), (FORBIDDEN_INTENTS, Refusal.INTENTS), (4010, Refusal.CLOSED)]
)
async def test_a_gateway_that_refuses_is_believed(stg: Stage, code: int, refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        return code

    monkeypatch.setattr(stg.discord.gateway, "_refuse", refuse)

    assert (await refused(stg)).refusal is refusal


@pytest.mark.parametrize("how", [{"status": 404}, {"status": 403}], ids=["404", "403"])
async def test_what_is_no_discord_is_told_from_one_that_is_away(stg: Stage, how: dict[str, object]) -> None:
    stg.discord.faults.add(Fault(path="/users/@me", **how))  # type: ignore[arg-type]  # a table names the fields

    down = await refused(stg)

    assert down.refusal is Refusal.API
    assert "DISCORD_API_URL" in down.sentence


async def test_a_token_that_is_revoked_later_ends_the_stay(stg: Stage) -> None:
    async with stg.bot() as client:
        staying = asyncio.create_task(client.run_until_closed())
        await asyncio.sleep(0)
        await stg.discord.gateway.cut(BAD_TOKEN)
        with pytest.raises(ClientDown) as caught:
            await staying
    assert caught.value.refusal is Refusal.TOKEN


# --- leaving ------------------------------------------------------------------------------------------------------


def unstarted(stg: Stage) -> TMinusClient:
    asking = Asking(stg.store, stg.clock, Desk({}, 45))
    return TMinusClient(asking, clock=stg.clock, api_url=stg.discord.api_url, guilds_settle_s=0.05)


async def test_what_never_began_is_closed_without_a_word(stg: Stage) -> None:
    await unstarted(stg).close()


async def test_a_login_that_is_given_up_leaves_nothing_open(stg: Stage) -> None:
    await stg.discord.stop()
    client = unstarted(stg)
    with hearing("trying again") as said:
        starting = asyncio.create_task(client.start_until_ready(stg.discord.token))
        await said.wait()
    starting.cancel()
    await asyncio.wait({starting})

    await client.close()

    assert client.is_closed()


async def test_closing_ends_the_stay_at_once(stg: Stage) -> None:
    async with stg.bot() as client:
        staying = asyncio.create_task(client.run_until_closed())
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            await client.close()
        await asyncio.wait({staying}, timeout=2)
        assert staying.done()


async def test_a_server_that_lets_the_bot_go_loses_nothing(stg: Stage) -> None:
    guild = next(iter(stg.discord.guilds.values()))
    async with stg.bot() as client:
        await stg.discord.member(guild, stg.discord.owner).slash("watch add", what="Soyuz")
        gone = asyncio.create_task(client.wait_for("guild_remove", timeout=5))
        await asyncio.sleep(0)
        stg.discord.kick_bot(guild)
        await gone
    async with stg.store.transaction() as tx:
        assert len(await tx.watches()) == 1


async def test_where_there_are_other_processes_each_shard_asks_before_it_identifies(stg: Stage) -> None:
    """With how many may identify at once, as Discord says: that is what the others have to know of."""
    asked: list[tuple[int, int]] = []

    async def identifies(shard: int, at_once: int) -> None:
        asked.append((shard, at_once))

    stg.discord.gateway.shards = 4
    asking = Asking(stg.store, stg.clock, Desk({}, 45))
    held = Shards(1, 2, 4)
    client = TMinusClient(
        asking, clock=stg.clock, api_url=stg.discord.api_url, guilds_settle_s=0.05, shards=held, identifies=identifies
    )
    async with client:
        await client.start_until_ready(stg.discord.token)
    assert asked == [(1, 1), (2, 1)]
    assert [identified["shard"] for identified in stg.discord.gateway.identified] == [[1, 4], [2, 4]]
