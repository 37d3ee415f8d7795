"""Logins that are answered with what no Discord says."""

from __future__ import annotations

import pytest

from bot import client as module
from bot.client import ClientDown, Refusal
from bot.sandbox.faults import Fault
from tests.cogs.stage import Stage


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me", "/gateway/bot", "/commands"])
async def test_a_ban_by_cloudflare_is_waited_out(stg: Stage, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", module.FIRST_WAIT / 50)
    stg.discord.faults.add(Fault(path=path, times=1, status=429, body=b"<html>busy</html>"))

    async with stg.bot() as client:
        assert client.is_ready()


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me", "/gateway/bot"])
@pytest.mark.parametrize("body", [b"<html>hello</html>", b"[]", b""])
async def test_what_speaks_another_language_is_named_as_such(stg: Stage, path: str, body: bytes) -> None:
    stg.discord.faults.add(Fault(path=path, body=body))

    with pytest.raises(ClientDown) as caught:
        async with stg.bot():
            pass

    assert caught.value.refusal is Refusal.API
    assert "DISCORD_API_URL" in caught.value.sentence
