"""Discord's own description of its API: what the loopback Discord offers is in it, and what the tests hold against it is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.discord import ROUTES
from bot.sandbox.record import Exchange
from bot.sandbox.rest.call import Route
from tests.e2e.openapi import ApiDescription, Watchman, description_or_skip
from tests.e2e.raw import Raw, raw

SEND = Exchange(
    method="POST",
    path="/channels/1/messages",
    route="/channels/{channel_id}/messages",
    query=(),
    content_type="application/json",
    body={"content": "liftoff", "nonce": "ms-19", "enforce_nonce": True, "allowed_mentions": {"parse": [], "roles": ["1"]}},
    files=(),
    status=403,
    answer={"message": "Missing Permissions", "code": 50013},
)


@pytest.fixture
def description() -> ApiDescription:
    return description_or_skip()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_of_the_sandbox_is_discords(description: ApiDescription, route: Route) -> None:
    path = route.path.replace("{message_id}", "2")
    assert description.operation(route.method, path)


def test_a_request_as_described_has_no_mistakes(description: ApiDescription) -> None:
    assert not list(description.mistakes_of_request(SEND))
    assert not list(description.mistakes_of_answer(SEND))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: replace(SEND, path="/channels/1/message"), "no such operation"),
        (lambda: replace(SEND, method="PUT"), "no such operation"),
        (lambda: replace(SEND, query=(("wait", "true"),)), "unknown query parameter wait"),
        (lambda: replace(SEND, method="GET", body=None, query=(("limit", "101"),)), "query parameter limit=101"),
        (lambda: replace(SEND, method="GET", body=None, query=(("before", "yesterday"),)), "query parameter before=yesterday"),
        (lambda: replace(SEND, body={"contents": "a"}), "'contents' was unexpected"),
        (lambda: replace(SEND, body={"content": 1}), "content: 1 is not of type"),
        (lambda: replace(SEND, body={"embeds": [{"title": "x" * 257}]}), "embeds/0/title"),
        (lambda: replace(SEND, body={"embeds": [{"colour": 1}]}), "'colour' was unexpected"),
        (lambda: replace(SEND, body={"nonce": "x" * 26}), "nonce"),
        (lambda: replace(SEND, body={"components": [{"type": 1, "components": [{"type": 2, "style": 9}]}]}), "components/0"),
        (lambda: replace(SEND, content_type="text/plain"), "a text/plain body"),
        (lambda: replace(SEND, content_type="multipart/form-data", files=("file",)), "a file called file"),
        (lambda: replace(SEND, path="/channels/1/typing", body={"a": 1}), "body where the description has none"),
    ],
)
def test_a_request_outside_the_description_is_seen(description: ApiDescription, wrong: Callable[[], Exchange], said: str) -> None:
    assert any(said in mistake for mistake in description.mistakes_of_request(wrong()))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: replace(SEND, status=200, answer={"id": "1"}), "is a required property"),
        (lambda: replace(SEND, status=201, answer={}), "status 201"),
        (lambda: replace(SEND, status=429, answer={"message": "slow down"}), "is a required property"),
        (lambda: replace(SEND, status=400, answer=None), "a body where none"),
    ],
)
def test_an_answer_outside_the_description_is_seen(description: ApiDescription, wrong: Callable[[], Exchange], said: str) -> None:
    assert any(said in mistake for mistake in description.mistakes_of_answer(wrong()))


def test_faults_are_nobodys_answers(description: ApiDescription) -> None:
    for status in (0, 500, 502):
        assert not list(description.mistakes_of_answer(replace(SEND, status=status, answer="<html>")))


async def visit(api: Raw) -> None:
    """Ask for everything that can be read."""
    guild, bot = api.guild.id, api.discord.bot.id
    message = await api.send(content="a", embeds=[{"title": "b", "image": {"url": "https://example.org/a.png"}}])
    await api("POST", f"{api.messages}/{message['id']}/threads", {"name": "thread"})
    _, hook = await api("POST", f"/channels/{api.channel.id}/webhooks", {"name": "hook"})
    calls: tuple[tuple[str, str, Any], ...] = (
        ("GET", "/users/@me", None),
        ("GET", f"/users/{bot}", None),
        ("GET", "/users/@me/guilds?with_counts=true", None),
        ("GET", "/applications/@me", None),
        ("GET", "/oauth2/applications/@me", None),
        ("GET", "/gateway", None),
        ("GET", "/gateway/bot", None),
        ("POST", "/users/@me/channels", {"recipient_id": str(api.discord.owner.id)}),
        ("GET", f"/guilds/{guild}?with_counts=true", None),
        ("GET", f"/guilds/{guild}/channels", None),
        ("GET", f"/guilds/{guild}/threads/active", None),
        ("GET", f"/guilds/{guild}/roles", None),
        ("GET", f"/guilds/{guild}/roles/{guild}", None),
        ("GET", f"/guilds/{guild}/members?limit=10", None),
        ("GET", f"/guilds/{guild}/members/{bot}", None),
        ("GET", f"/guilds/{guild}/webhooks", None),
        ("GET", f"/channels/{api.channel.id}", None),
        ("GET", f"/channels/{message['id']}", None),
        ("GET", f"{api.messages}/{message['id']}", None),
        ("PUT", f"/channels/{api.channel.id}/pins/{message['id']}", None),
        ("GET", f"/channels/{api.channel.id}/pins", None),
        ("POST", f"/channels/{api.channel.id}/typing", None),
        ("PUT", f"/channels/{message['id']}/thread-members/@me", None),
        ("GET", f"/webhooks/{hook['id']}", None),
        ("GET", f"/webhooks/{hook['id']}/{hook['token']}", None),
        ("PATCH", f"/webhooks/{hook['id']}", {"name": "renamed"}),
        ("PATCH", f"/webhooks/{hook['id']}/{hook['token']}", {"name": "again"}),
        ("POST", f"/applications/{bot}/commands", {"name": "next", "description": "What flies next", "type": 1}),
        ("GET", f"/applications/{bot}/commands", None),
        ("PUT", f"/applications/{bot}/guilds/{guild}/commands", [{"name": "here", "description": "Only here", "type": 1}]),
        ("GET", f"/applications/{bot}/guilds/{guild}/commands", None),
    )
    for method, path, body in calls:
        status, answer = await api(method, path, body)
        assert status in {200, 201, 204}, (method, path, answer)


async def test_everything_the_sandbox_shows_is_as_described(watchman: Watchman | None) -> None:
    description_or_skip()
    assert watchman is not None
    async with raw() as api:
        api.discord.set_permissions(api.guild, 1 << 3)
        await visit(api)
    assert watchman.seen > 30
