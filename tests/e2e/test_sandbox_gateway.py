"""The loopback gateway to a client without manners: close codes, invalid sessions, beats, compression."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.gateway import GUILDS_PER_SHARD
from tests.e2e.raw import Raw, raw


@pytest.fixture
async def api() -> AsyncIterator[Raw]:
    async with raw() as one:
        yield one


class Line:
    """A raw connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.socket = socket
        self.token = token

    async def tell(self, op: int, payload: Any = None) -> None:
        await self.socket.send_json({"op": op, "d": payload})

    async def identify(self, **more: Any) -> None:
        await self.tell(2, {"token": self.token, "properties": {}, "intents": 1, **more})

    async def heard(self) -> Any:
        return await self.socket.receive_json(timeout=5)

    async def closed(self) -> int | None:
        while not self.socket.closed:
            await self.socket.receive(timeout=5)
        return self.socket.close_code


async def dial(api: Raw, query: str = "?v=10&encoding=json") -> Line:
    return Line(await api.session.ws_connect(api.discord.gateway_url + query), api.discord.token)


async def test_hello_comes_first_and_beats_are_acknowledged(api: Raw) -> None:
    line = await dial(api)
    assert await line.heard() == {"op": 10, "d": {"heartbeat_interval": 41250}}
    await line.tell(1)
    assert await line.heard() == {"op": 11}
    await line.identify()
    ready, guild = await line.heard(), await line.heard()
    assert (ready["t"], ready["s"], ready["d"]["guilds"]) == ("READY", 1, [{"id": str(api.guild.id), "unavailable": True}])
    assert (guild["t"], guild["s"], guild["d"]["unavailable"]) == ("GUILD_CREATE", 2, False)
    await line.socket.close()


@pytest.mark.parametrize(
    ("identify", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": 1 << 40}, 4013),
        ({"intents": "all"}, 4013),
        ({"intents": 1 << 15}, 4014),
        ({"shard": [1, 1]}, 4010),
        ({"shard": [0]}, 4010),
    ],
)
async def test_a_wrong_identify_closes(api: Raw, identify: dict[str, Any], code: int) -> None:
    line = await dial(api)
    await line.identify(**identify)
    assert await line.closed() == code
    assert not api.discord.gateway.sessions


async def test_other_mistakes_close(api: Raw) -> None:
    assert await (await dial(api, "?v=9")).closed() == 4012
    line = await dial(api)
    await line.socket.send_str("{")
    assert await line.closed() == 4002
    line = await dial(api)
    await line.tell(99)
    assert await line.closed() == 4001
    line = await dial(api)
    await line.tell(3, {"status": "online"})
    assert await line.closed() == 4003
    line = await dial(api)
    await line.identify()
    await line.identify()
    assert await line.closed() == 4005


async def test_a_shard_has_two_and_a_half_thousand_guilds(api: Raw) -> None:
    for number in range(GUILDS_PER_SHARD):
        api.discord.add_guild(str(number))
    line = await dial(api)
    await line.identify()
    assert await line.closed() == 4011
    line = await dial(api)
    await line.identify(shard=[0, 2])
    assert (await line.heard())["op"] == 10
    assert len((await line.heard())["d"]["guilds"]) in {GUILDS_PER_SHARD // 2, GUILDS_PER_SHARD // 2 + 1}
    await line.socket.close()


async def test_two_identifies_at_once_are_one_too_many(api: Raw) -> None:
    api.discord.gateway.identify_every = 5
    first, second = await dial(api), await dial(api)
    await first.identify()
    await second.identify()
    assert [(await first.heard())["op"], (await first.heard())["t"]] == [10, "READY"]
    assert [await second.heard(), await second.heard()][1] == {"op": 9, "d": False}
    await first.socket.close()
    await second.socket.close()


async def test_a_session_that_is_gone_cannot_be_resumed(api: Raw) -> None:
    line = await dial(api)
    await line.tell(6, {"token": line.token, "session_id": "gone", "seq": 1})
    assert [await line.heard(), await line.heard()][1] == {"op": 9, "d": False}
    await line.tell(6, {"token": "wrong", "session_id": "gone", "seq": 1})
    assert await line.closed() == 4004


async def test_a_connection_is_compressed_when_asked(api: Raw) -> None:
    line = await dial(api, "?v=10&encoding=json&compress=zlib-stream")
    inflate = zlib.decompressobj()
    hello = await line.socket.receive_bytes(timeout=5)
    assert hello.endswith(b"\x00\x00\xff\xff")
    assert json.loads(inflate.decompress(hello))["op"] == 10
    await line.identify()
    assert json.loads(inflate.decompress(await line.socket.receive_bytes(timeout=5)))["t"] == "READY"
    await line.socket.close()


async def test_members_are_sent_when_asked(api: Raw) -> None:
    ada = api.discord.add_user("Ada")
    api.discord.add_member(api.guild, ada)
    line = await dial(api)
    await line.identify()
    await line.tell(8, {"guild_id": str(api.guild.id), "user_ids": [str(ada.id)], "limit": 1, "nonce": "n"})
    *_, chunk = [await line.heard() for _ in range(4)]
    assert (chunk["t"], chunk["d"]["nonce"]) == ("GUILD_MEMBERS_CHUNK", "n")
    assert [member["user"]["username"] for member in chunk["d"]["members"]] == ["Ada"]
    await line.socket.close()


async def test_a_gateway_that_is_down_refuses(api: Raw) -> None:
    api.discord.gateway.refusing = True
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await dial(api)


async def test_people_wait_until_it_is_online(api: Raw) -> None:
    assert not await api.discord.gateway.online(0.01)
    line = await dial(api)
    await line.identify()
    assert await api.discord.gateway.online(5)
    await line.socket.close()
