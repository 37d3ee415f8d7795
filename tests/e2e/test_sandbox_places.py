"""The loopback Discord beyond messages: announcements, threads, forums, webhooks, scheduled events, commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.permissions import EVERYONE
from bot.sandbox.world import ChannelType
from tests.e2e.raw import Raw, paths, raw


@pytest.fixture
async def api() -> AsyncIterator[Raw]:
    async with raw() as one:
        yield one


@pytest.fixture
async def limited() -> AsyncIterator[Raw]:
    async with raw(limits=True) as one:
        yield one


# --- announcement channels --------------------------------------------------------------------------------------------


async def test_a_published_message_is_mirrored_with_its_edits_and_its_end(api: Raw) -> None:
    news = api.discord.add_channel(api.guild, "news", type=ChannelType.ANNOUNCEMENT)
    elsewhere = api.discord.add_channel(api.discord.add_guild("Elsewhere"), "mirror")
    status, followed = await api("POST", f"/channels/{news.id}/followers", {"webhook_channel_id": str(elsewhere.id)})
    assert (status, followed["channel_id"]) == (200, str(news.id))
    _, message = await api("POST", f"/channels/{news.id}/messages", {"content": "@everyone liftoff"})
    path = f"/channels/{news.id}/messages/{message['id']}"
    status, published = await api("POST", f"{path}/crosspost")
    assert (status, published["flags"] & 1) == (200, 1)
    (copy,) = elsewhere.messages.values()
    assert (copy.content, bool(copy.pings), copy.flags & 2) == ("@everyone liftoff", False, 2)
    assert await api.code("POST", f"{path}/crosspost") == 40033
    await api("PATCH", path, {"content": "in orbit"})
    assert copy.content == "in orbit"
    await api("DELETE", path)
    assert not elsewhere.messages
    assert await api.code("POST", f"{api.messages}/{(await api.send(content='a'))['id']}/crosspost") == 50024


async def test_ten_messages_an_hour_are_published(limited: Raw) -> None:
    news = limited.discord.add_channel(limited.guild, "news", type=ChannelType.ANNOUNCEMENT)
    second = 0.0
    limited.discord.limits.seconds = lambda: second
    statuses: list[int] = []
    for _ in range(11):
        second += 2
        _, message = await limited("POST", f"/channels/{news.id}/messages", {"content": "a"})
        statuses.append((await limited("POST", f"/channels/{news.id}/messages/{message['id']}/crosspost"))[0])
    assert statuses == [200] * 10 + [429]


# --- threads and forums -----------------------------------------------------------------------------------------------


async def test_a_thread_lives_and_is_archived(api: Raw) -> None:
    message = await api.send(content="Soyuz MS-19")
    path = f"{api.messages}/{message['id']}/threads"
    status, thread = await api("POST", path, {"name": "MS-19", "auto_archive_duration": 1440})
    assert (status, thread["id"], thread["type"]) == (201, message["id"], 11)
    assert await api.code("POST", path, {"name": "again"}) == 160004
    inside = f"/channels/{thread['id']}"
    _, said = await api("POST", f"{inside}/messages", {"content": "T-10"})
    status, changed = await api("PATCH", inside, {"archived": True, "locked": True})
    assert (status, changed["thread_metadata"]["archived"], changed["thread_metadata"]["locked"]) == (200, True, True)
    assert await api.code("PATCH", f"{inside}/messages/{said['id']}", {"content": "late"}) == 50083
    assert (await api("POST", f"{inside}/messages", {"content": "unarchives"}))[0] == 200
    assert not api.discord.channels[int(thread["id"])].thread.archived  # type: ignore[union-attr] # it is a thread
    api.discord.set_permissions(api.guild, EVERYONE)
    assert await api.code("POST", f"{inside}/messages", {"content": "locked"}) == 50083


async def test_a_forum_takes_posts_with_its_tags(api: Raw) -> None:
    forum = api.discord.add_channel(api.guild, "missions", type=ChannelType.FORUM, tags=("crewed", "cargo"), needs_tag=True)
    path = f"/channels/{forum.id}/threads"
    post = {"name": "MS-19", "message": {"content": "the card"}, "applied_tags": [str(forum.tags[0].id)]}
    status, made = await api("POST", path, post)
    assert (status, made["applied_tags"], made["message"]["content"]) == (201, post["applied_tags"], "the card")
    assert await api.code("POST", path, {**post, "applied_tags": []}) == 40067
    assert await api.code("POST", path, {**post, "applied_tags": ["1"]}) == 50035
    assert await api.code("POST", path, {**post, "message": {}}) == 50006
    assert await api.code("POST", f"/channels/{forum.id}/messages", {"content": "a"}) == 50008


# --- webhooks ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("wrong_on_purpose")
async def test_a_webhook_speaks_for_itself_and_has_no_nonce(api: Raw) -> None:
    status, hook = await api("POST", f"/channels/{api.channel.id}/webhooks", {"name": "Launches"})
    assert status == 200
    assert len(hook["token"]) >= 60
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    body = {"content": "liftoff", "username": "Pad 31", "nonce": "once", "enforce_nonce": True}
    answers = [await api("POST", f"{path}?wait=true", body, headers={}) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 200]
    assert len(api.channel.messages) == 2
    message = answers[0][1]
    assert (message["author"]["username"], message["webhook_id"]) == ("Pad 31", hook["id"])
    assert (await api("POST", path, {"content": "no answer"}, headers={}))[0] == 204
    own = f"{path}/messages/{message['id']}"
    assert (await api("PATCH", own, {"content": "in orbit"}, headers={}))[1]["content"] == "in orbit"
    assert (await api("GET", own, headers={}))[0] == 200
    assert (await api("DELETE", own, headers={}))[0] == 204
    assert await api.code("GET", own) == 10008
    assert await api.code("GET", f"/webhooks/{hook['id']}/wrong") == 50027
    assert [each["id"] for each in (await api("GET", f"/channels/{api.channel.id}/webhooks"))[1]] == [hook["id"]]
    assert (await api("DELETE", path, headers={}))[0] == 204
    assert await api.code("POST", path, {"content": "gone"}) == 10015


# --- scheduled events -------------------------------------------------------------------------------------------------


def planned(api: Raw, **more: object) -> dict[str, object]:
    start = api.clock.at + timedelta(days=1)
    return {
        "name": "Soyuz MS-19",
        "entity_type": 3,
        "privacy_level": 2,
        "scheduled_start_time": start.isoformat(),
        "scheduled_end_time": (start + timedelta(hours=2)).isoformat(),
        "entity_metadata": {"location": "Baikonur"},
        **more,
    }


async def test_an_event_goes_through_its_states_once(api: Raw) -> None:
    path = f"/guilds/{api.guild.id}/scheduled-events"
    status, event = await api("POST", path, planned(api))
    assert (status, event["status"], event["entity_metadata"]) == (200, 1, {"location": "Baikonur"})
    own = f"{path}/{event['id']}"
    assert await api.code("PATCH", own, {"status": 3}) == 50035
    assert (await api("PATCH", own, {"status": 2}))[1]["status"] == 2
    assert await api.code("PATCH", own, {"status": 4}) == 50035
    assert (await api("PATCH", own, {"status": 3}))[1]["status"] == 3
    assert await api.code("PATCH", own, {"status": 2}) == 180000
    assert (await api("GET", path))[1] == []
    assert (await api("DELETE", own))[0] == 204
    assert await api.code("GET", own) == 10070


@pytest.mark.parametrize(
    "more",
    [{"name": "x" * 101}, {"scheduled_end_time": None}, {"entity_metadata": {"location": ""}}, {"description": "x" * 1001}],
)
@pytest.mark.usefixtures("wrong_on_purpose")
async def test_an_event_out_of_bounds_is_refused(api: Raw, more: dict[str, object]) -> None:
    assert await api.code("POST", f"/guilds/{api.guild.id}/scheduled-events", planned(api, **more)) == 50035


async def test_an_event_does_not_start_in_the_past(api: Raw) -> None:
    past = (api.clock.at - timedelta(minutes=1)).isoformat()
    assert await api.code("POST", f"/guilds/{api.guild.id}/scheduled-events", planned(api, scheduled_start_time=past)) == 50035


async def test_a_guild_has_a_hundred_open_events(api: Raw) -> None:
    path = f"/guilds/{api.guild.id}/scheduled-events"
    for _ in range(100):
        assert (await api("POST", path, planned(api)))[0] == 200
    assert await api.code("POST", path, planned(api)) == 30038
    ada = api.discord.add_user("Ada")
    api.discord.add_member(api.guild, ada)
    event = next(iter(api.guild.events.values()))
    event.interested.append(ada.id)
    _, users = await api("GET", f"{path}/{event.id}/users?with_member=true")
    assert [(each["user"]["id"], each["member"]["user"]["username"]) for each in users] == [(str(ada.id), "Ada")]
    api.discord.set_permissions(api.guild, EVERYONE)
    assert await api.code("DELETE", f"{path}/{event.id}") == 50013


# --- commands ---------------------------------------------------------------------------------------------------------


async def test_commands_keep_their_ids_and_unchanged_their_versions(api: Raw) -> None:
    path = f"/applications/{api.discord.bot.id}/commands"
    next_ = {"name": "next", "description": "What flies next", "type": 1}
    _, (first,) = await api("PUT", path, [next_])
    _, (same, about) = await api("PUT", path, [next_, {"name": "about", "description": "Who I am", "type": 1}])
    assert (same["id"], same["version"]) == (first["id"], first["version"])
    _, (changed,) = await api("PUT", path, [{**next_, "description": "What flies"}])
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]
    assert await api.code("GET", f"{path}/{about['id']}") == 10063


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([{"name": "Next", "description": "a"}], "0.name APPLICATION_COMMAND_INVALID_NAME"),
        ([{"name": "next", "description": ""}], "0.description BASE_TYPE_BAD_LENGTH"),
        ([{"name": "next", "description": "a"}] * 2, "1.name APPLICATION_COMMANDS_DUPLICATE_NAME"),
        (
            [
                {
                    "name": "next",
                    "description": "a",
                    "options": [
                        {"type": 3, "name": "a", "description": "a"},
                        {"type": 3, "name": "b", "description": "b", "required": True},
                    ],
                }
            ],
            "0.options.1.required APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            [{"name": "next", "description": "a", "options": [{"type": 3, "name": "a", "description": "x" * 101}]}],
            "0.options.0.description BASE_TYPE_BAD_LENGTH",
        ),
    ],
)
@pytest.mark.usefixtures("wrong_on_purpose")
async def test_a_command_out_of_bounds_is_refused(api: Raw, commands: list[dict[str, Any]], expected: str) -> None:
    status, answer = await api("PUT", f"/applications/{api.discord.bot.id}/commands", commands)
    assert (status, answer["code"]) == (400, 50035)
    assert expected in paths(answer)
