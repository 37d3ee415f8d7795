"""The loopback Discord answers as Discord does where a bot can notice: messages, limits, permissions, mentions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.permissions import EVERYONE, INVITED, Permission
from bot.sandbox.world import Pings
from tests.e2e.raw import Raw, paths, raw


@pytest.fixture
async def api() -> AsyncIterator[Raw]:
    async with raw() as one:
        yield one


@pytest.fixture
async def limited() -> AsyncIterator[Raw]:
    async with raw(limits=True) as one:
        yield one


# --- who asks ---------------------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_refused(api: Raw) -> None:
    for headers in ({}, {"Authorization": "Bot wrong"}, {"Authorization": api.discord.token}):
        status, answer = await api("GET", "/users/@me", headers=headers)
        assert (status, answer) == (401, {"message": "401: Unauthorized", "code": 0})


@pytest.mark.usefixtures("wrong_on_purpose")
async def test_what_does_not_exist_is_not_found(api: Raw) -> None:
    assert (await api("GET", "/nowhere"))[0] == 404
    assert await api.code("GET", "/channels/1") == 10003
    assert await api.code("GET", f"{api.messages}/1") == 10008
    assert await api.code("GET", "/guilds/1") == 10004
    assert await api.code("GET", f"/guilds/{api.guild.id}/members/1") == 10007
    assert await api.code("GET", f"/guilds/{api.guild.id}/scheduled-events/1") == 10070
    assert await api.code("GET", "/webhooks/1/token") == 10015
    assert await api.code("GET", "/channels/launches") == 50035


async def test_answers_are_json_and_nothing_else(api: Raw) -> None:
    await api("GET", "/users/@me")
    assert api.last is not None
    assert api.last.headers["Content-Type"] == "application/json"


# --- what a message may be --------------------------------------------------------------------------------------------

EMBED = {"title": "Soyuz MS-19", "fields": [{"name": "Crew", "value": "Peresild"}]}
BUTTON = {"type": 2, "style": 1, "label": "Remind me", "custom_id": "remind"}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"content": "x" * 2001}, "content BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds.0.fields BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "x" * 257, "value": "b"}]}]}, "embeds.0.fields.0.name BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "a", "value": "x" * 1025}]}]}, "embeds.0.fields.0.value BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "a", "value": ""}]}]}, "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "a", "url": "ftp://example.org"}]}, "embeds.0.url URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"image": {"url": "https://exa mple.org/"}}]}, "embeds.0.image.url URL_TYPE_INVALID_URL"),
        ({"embeds": [{"timestamp": "yesterday"}]}, "embeds.0.timestamp DATE_TIME_TYPE_PARSE"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [EMBED] * 11}, "embeds BASE_TYPE_MAX_LENGTH"),
        ({"content": "a", "components": [row(BUTTON)] * 6}, "components BASE_TYPE_MAX_LENGTH"),
        (
            {"components": [row(*[{**BUTTON, "custom_id": str(n)} for n in range(6)])]},
            "components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED",
        ),
        ({"components": [row(BUTTON, BUTTON)]}, "components COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"components": [row({**BUTTON, "label": "x" * 81})]}, "components.0.components.0.label BASE_TYPE_MAX_LENGTH"),
        ({"components": [row({**BUTTON, "custom_id": "x" * 101})]}, "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH"),
        (
            {"components": [row({"type": 2, "style": 5, "label": "a", "url": "javascript:1"})]},
            "components.0.components.0.url URL_TYPE_INVALID_SCHEME",
        ),
        (
            {"components": [row({"type": 3, "custom_id": "a", "options": []})]},
            "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [text("new without the flag")]}, "components.0.type UNION_TYPE_CHOICES"),
        (
            {"flags": 1 << 15, "content": "a", "components": [text("b")]},
            "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        ({"flags": 1 << 15, "components": [text("x")] * 41}, "components BASE_TYPE_MAX_LENGTH"),
        (
            {"flags": 1 << 15, "components": [{"type": 17, "components": [text("x")] * 40}]},
            "components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        ({"flags": 1 << 15, "components": [text("x" * 2001)] * 2}, "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        ({"content": "a", "nonce": "x" * 26}, "nonce NONCE_TYPE_TOO_LONG"),
        (
            {"content": "a", "allowed_mentions": {"parse": ["roles"], "roles": ["1"]}},
            "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "a", "message_reference": {"message_id": "1"}}, "message_reference REPLIES_UNKNOWN_MESSAGE"),
    ],
)
@pytest.mark.usefixtures("wrong_on_purpose")
async def test_a_message_over_a_limit_names_the_path(api: Raw, body: dict[str, Any], expected: str) -> None:
    status, answer = await api("POST", api.messages, body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    assert expected in paths(answer)
    assert not api.channel.messages


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": "  \n "}, {"embeds": []}])
async def test_an_empty_message_is_refused(api: Raw, body: dict[str, Any]) -> None:
    assert await api.code("POST", api.messages, body) == 50006


async def test_everything_at_its_limit_passes(api: Raw) -> None:
    fields = [{"name": "n", "value": "v"}] * 25
    message = await api.send(
        content="x" * 2000,
        embeds=[{"title": "t" * 256, "description": "d" * 4096, "fields": fields, "footer": {"text": "f" * 1598}}],
        components=[row(*[{**BUTTON, "custom_id": f"{at}/{n}"} for n in range(5)]) for at in range(5)],
        nonce="n" * 25,
    )
    assert len(message["components"]) == 5
    assert message["embeds"][0]["type"] == "rich"


async def test_new_components_get_ids_and_cannot_be_mixed_with_old_ones(api: Raw) -> None:
    accessory = {"type": 11, "media": {"url": "https://example.org/a.png"}}
    parts = [{"type": 17, "accent_color": 1, "components": [{"type": 9, "components": [text("MS-19")], "accessory": accessory}]}]
    message = await api.send(flags=1 << 15, components=parts)
    (container,) = message["components"]
    assert [container["id"], container["components"][0]["accessory"]["id"]] == [1, 3]
    status, answer = await api("PATCH", f"{api.messages}/{message['id']}", {"content": "back to text"})
    assert status == 400
    assert "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2" in paths(answer)
    legacy = await api.send(content="old", embeds=[EMBED])
    path = f"{api.messages}/{legacy['id']}"
    assert (await api("PATCH", path, {"flags": 1 << 15, "components": parts}))[0] == 400
    assert (await api("PATCH", path, {"flags": 1 << 15, "content": None, "embeds": None, "components": parts}))[0] == 200


async def test_files_travel_in_a_form(api: Raw) -> None:
    form = aiohttp.FormData(quote_fields=False)
    body = {"content": "the week", "attachments": [{"id": 0, "filename": "week.png"}]}
    form.add_field("payload_json", json.dumps(body), content_type="application/json")
    form.add_field("files[0]", b"\x89PNG", filename="week.png", content_type="image/png")
    status, message = await api("POST", api.messages, json=None, data=form)
    assert status == 200
    (file,) = message["attachments"]
    assert (file["filename"], file["size"], file["content_type"]) == ("week.png", 4, "image/png")


@pytest.mark.usefixtures("wrong_on_purpose")
async def test_a_body_that_is_no_json_is_refused(api: Raw) -> None:
    status, answer = await api(
        "POST", api.messages, json=None, data=b"{", headers={**api.headers, "Content-Type": "application/json"}
    )
    assert (status, answer["code"]) == (400, 50109)
    assert await api.code("POST", api.messages, ["no object"]) == 50035


# --- nonce ------------------------------------------------------------------------------------------------------------


async def test_an_enforced_nonce_stores_once_and_gives_the_original_back(api: Raw) -> None:
    first = await api.send(content="T-10 minutes", nonce="ms-19", enforce_nonce=True)
    again = await api.send(content="another text", nonce="ms-19", enforce_nonce=True)
    assert (again["id"], again["content"]) == (first["id"], "T-10 minutes")
    assert len(api.channel.messages) == 1
    await api.send(content="not enforced", nonce="ms-19")
    assert len(api.channel.messages) == 2


async def test_a_nonce_is_forgotten_after_some_minutes(api: Raw) -> None:
    await api.send(content="T-10 minutes", nonce="ms-19", enforce_nonce=True)
    api.clock.pass_(timedelta(minutes=6))
    await api.send(content="T-10 minutes", nonce="ms-19", enforce_nonce=True)
    assert len(api.channel.messages) == 2


async def test_the_nonce_of_a_deleted_message_is_an_unknown_message(api: Raw) -> None:
    message = await api.send(content="T-10 minutes", nonce="ms-19", enforce_nonce=True)
    assert (await api("DELETE", f"{api.messages}/{message['id']}"))[0] == 204
    assert await api.code("POST", api.messages, {"content": "again", "nonce": "ms-19", "enforce_nonce": True}) == 10008


# --- who is pinged ----------------------------------------------------------------------------------------------------


async def test_a_role_that_nobody_may_mention_pings_only_with_the_permission(api: Raw) -> None:
    open_, closed = (api.discord.add_role(api.guild, name, mentionable=name == "open") for name in ("open", "closed"))
    content = f"<@&{open_.id}> <@&{closed.id}> @everyone"
    await api.send(content=content)
    assert api.discord.log.said[-1].pings.roles == {open_.id}
    assert not api.discord.log.said[-1].pings.everyone
    api.discord.set_permissions(api.guild, INVITED | Permission.MENTION_EVERYONE)
    await api.send(content=content)
    assert api.discord.log.said[-1].pings.roles == {open_.id, closed.id}
    assert api.discord.log.said[-1].pings.everyone


async def test_allowed_mentions_decide_and_edits_never_ping(api: Raw) -> None:
    role = api.discord.add_role(api.guild, "fans", mentionable=True)
    ada = api.discord.add_user("Ada")
    text_ = f"<@&{role.id}> <@{ada.id}>"
    message = await api.send(content=text_, allowed_mentions={"parse": []})
    assert not api.discord.log.said[-1].pings
    assert message["mentions"] == message["mention_roles"] == []
    await api.send(content=text_, allowed_mentions={"parse": [], "roles": [str(role.id)]})
    assert api.discord.log.said[-1].pings == Pings(roles=frozenset({role.id}))
    await api("PATCH", f"{api.messages}/{message['id']}", {"content": text_ + "!"})
    assert (api.discord.log.said[-1].what, bool(api.discord.log.said[-1].pings)) == ("edit", False)
    await api.send(embeds=[{"description": text_}])
    assert not api.discord.log.said[-1].pings


async def test_a_silent_message_is_marked(api: Raw) -> None:
    await api.send(content="quiet hours", flags=1 << 12)
    assert api.discord.log.said[-1].silent


# --- replies, history, edits ------------------------------------------------------------------------------------------


async def test_a_reply_to_a_deleted_message_may_go_without(api: Raw) -> None:
    first = await api.send(content="card")
    reply = await api.send(content="T-10", message_reference={"message_id": first["id"]})
    assert (reply["type"], reply["referenced_message"]["id"]) == (19, first["id"])
    await api("DELETE", f"{api.messages}/{first['id']}")
    status, shown = await api("GET", f"{api.messages}/{reply['id']}")
    assert (status, shown["referenced_message"]) == (200, None)
    alone = await api.send(content="T-1", message_reference={"message_id": first["id"], "fail_if_not_exists": False})
    assert (alone["type"], "message_reference" in alone) == (0, False)


async def test_history_is_newest_first_and_pages(api: Raw) -> None:
    ids = [(await api.send(content=str(number)))["id"] for number in range(7)]

    async def asked(**query: str) -> list[str]:
        _, found = await api("GET", api.messages, params=query)
        return [message["id"] for message in found]

    assert await asked(limit="3") == ids[:3:-1]
    assert await asked(before=ids[3], limit="2") == [ids[2], ids[1]]
    assert await asked(after=ids[3], limit="2") == [ids[5], ids[4]]
    assert await asked(around=ids[3], limit="3") == [ids[4], ids[3], ids[2]]


@pytest.mark.usefixtures("wrong_on_purpose")
async def test_a_page_of_history_has_bounds(api: Raw) -> None:
    assert await api.code("GET", f"{api.messages}?limit=101") == 50035
    assert await api.code("GET", f"{api.messages}?limit=0") == 50035


async def test_only_ones_own_messages_are_edited(api: Raw) -> None:
    ada = api.discord.add_user("Ada")
    api.discord.add_member(api.guild, ada)
    message = api.discord.member(api.guild, ada).say("hello")
    assert await api.code("PATCH", f"{api.messages}/{message.id}", {"content": "mine"}) == 50005
    assert await api.code("DELETE", f"{api.messages}/{message.id}") == 50013


# --- permissions ------------------------------------------------------------------------------------------------------


async def test_permissions_are_those_of_the_channel(api: Raw) -> None:
    everyone = api.guild.roles[api.guild.id]
    api.discord.overwrite(api.channel, everyone, deny=Permission.SEND_MESSAGES)
    assert await api.code("POST", api.messages, {"content": "a"}) == 50013
    api.discord.overwrite(api.channel, api.discord.bot, allow=Permission.SEND_MESSAGES)
    await api.send(content="a")
    api.discord.overwrite(api.channel, everyone, deny=Permission.VIEW_CHANNEL)
    assert await api.code("POST", api.messages, {"content": "a"}) == 50001


async def test_without_embed_links_the_embeds_go_silently(api: Raw) -> None:
    api.discord.overwrite(api.channel, api.guild.roles[api.guild.id], deny=Permission.EMBED_LINKS)
    assert (await api.send(content="a", embeds=[EMBED]))["embeds"] == []
    assert await api.code("POST", api.messages, {"embeds": [EMBED]}) == 50013


async def test_a_guild_that_the_bot_left_is_out_of_reach(api: Raw) -> None:
    api.discord.kick_bot(api.guild)
    assert await api.code("POST", api.messages, {"content": "a"}) == 50001
    assert await api.code("GET", f"/guilds/{api.guild.id}") == 10004
    api.discord.remove_channel(api.channel)
    assert await api.code("POST", api.messages, {"content": "a"}) == 10003


async def test_people_may_close_their_direct_messages(api: Raw) -> None:
    ada, shy = api.discord.add_user("Ada"), api.discord.add_user("Shy", dms_open=False)
    stranger = api.discord.add_user("Stranger")
    for user in (ada, shy):
        api.discord.add_member(api.guild, user)
    channels = [
        (await api("POST", "/users/@me/channels", {"recipient_id": str(user.id)}))[1]["id"] for user in (ada, shy, stranger)
    ]
    assert (await api("POST", f"/channels/{channels[0]}/messages", {"content": "hi"}))[0] == 200
    assert await api.code("POST", f"/channels/{channels[1]}/messages", {"content": "hi"}) == 50007
    assert await api.code("POST", f"/channels/{channels[2]}/messages", {"content": "hi"}) == 50007


async def test_roles_below_ones_own_are_given_and_taken(api: Raw) -> None:
    ada = api.discord.add_user("Ada")
    member = api.discord.add_member(api.guild, ada)
    high = api.discord.add_role(api.guild, "high")
    own = next(role for role in api.guild.roles.values() if role.bot)
    low = api.discord.add_role(api.guild, "low")
    own.position, low.position, high.position = 2, 1, 3
    path = f"/guilds/{api.guild.id}/members/{ada.id}/roles"
    assert (await api("PUT", f"{path}/{low.id}"))[0] == 204
    assert member.roles == {low.id}
    assert (await api("DELETE", f"{path}/{low.id}"))[0] == 204
    assert await api.code("PUT", f"{path}/{high.id}") == 50013
    api.discord.set_permissions(api.guild, EVERYONE)
    assert await api.code("PUT", f"{path}/{low.id}") == 50013


# --- limits and faults ------------------------------------------------------------------------------------------------


async def test_a_channel_takes_five_messages_in_five_seconds(limited: Raw) -> None:
    remaining: list[str] = []
    for _ in range(5):
        await limited.send(content="a")
        assert limited.last is not None
        remaining.append(limited.last.headers["X-RateLimit-Remaining"])
    assert remaining == ["4", "3", "2", "1", "0"]
    status, answer = await limited("POST", limited.messages, {"content": "a"})
    assert (status, answer["global"]) == (429, False)
    assert 0 < answer["retry_after"] <= 5
    assert limited.last is not None
    assert limited.last.headers["Via"]
    assert limited.discord.log.throttled == 1
    other = limited.discord.add_channel(limited.guild, "other")
    assert (await limited("POST", f"/channels/{other.id}/messages", {"content": "a"}))[0] == 200


@pytest.mark.parametrize("sliding", [True, False])
async def test_fifty_requests_a_second_are_the_limit_of_a_token(limited: Raw, *, sliding: bool) -> None:
    second = 100.25
    limited.discord.limits.seconds = lambda: second
    limited.discord.limits.sliding = sliding
    channels = [limited.discord.add_channel(limited.guild, str(number)) for number in range(51)]
    answers = [await limited("POST", f"/channels/{channel.id}/messages", {"content": "a"}) for channel in channels]
    assert [status for status, _ in answers] == [200] * 50 + [429]
    assert answers[-1][1]["global"] is True
    assert answers[-1][1]["retry_after"] == (1.0 if sliding else 0.75)
    assert limited.last is not None
    assert limited.last.headers["X-RateLimit-Global"] == "true"
    second += answers[-1][1]["retry_after"] + 0.001
    assert (await limited("POST", f"/channels/{channels[-1].id}/messages", {"content": "a"}))[0] == 200


async def test_an_accelerated_sandbox_waits_less(limited: Raw) -> None:
    limited.discord.limits.scale = 1000
    for _ in range(6):
        await limited("POST", limited.messages, {"content": "a"})
    assert limited.last is not None
    if limited.last.status == 429:
        assert float(limited.last.headers["X-RateLimit-Reset-After"]) <= 0.005


async def test_the_topic_of_a_channel_changes_twice_in_ten_minutes(limited: Raw) -> None:
    limited.discord.set_permissions(limited.guild, INVITED | Permission.MANAGE_CHANNELS)
    answers = [await limited("PATCH", f"/channels/{limited.channel.id}", {"topic": str(n)}) for n in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert 590 < answers[2][1]["retry_after"] <= 600
    assert limited.last is not None
    assert int(limited.last.headers["X-RateLimit-Remaining"]) > 0


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (Fault(status=500, times=1), 0),
        (Fault(status=502, after=True, times=1), 1),
        (Fault(code=50013, times=1), 0),
        (Fault(retry_after=1.5, scope="shared", times=1), 0),
    ],
)
async def test_a_fault_acts_before_or_after_the_message_is_stored(api: Raw, fault: Fault, stored: int) -> None:
    api.discord.faults.add(fault)
    status, answer = await api("POST", api.messages, {"content": "a"})
    assert status == (fault.status or (403 if fault.code else 429))
    assert answer["code"] == fault.code
    assert len(api.channel.messages) == stored
    await api.send(content="b")
    assert len(api.channel.messages) == stored + 1


@pytest.mark.parametrize(
    ("fault", "stored"),
    [(Fault(drop=True, times=1), 0), (Fault(drop=True, after=True, times=1), 1), (Fault(cut=True, times=1), 1)],
)
async def test_a_connection_is_dropped_before_or_after_the_message_is_stored(api: Raw, fault: Fault, stored: int) -> None:
    api.discord.faults.add(fault)
    with pytest.raises(aiohttp.ClientError):
        await api("POST", api.messages, {"content": "a"})
    assert len(api.channel.messages) == stored
    assert api.discord.log.asked[-1].status == 0


async def test_a_stalled_answer_never_comes(api: Raw) -> None:
    api.discord.faults.add(Fault(stall=True, times=1))
    with pytest.raises(TimeoutError):
        await api("POST", api.messages, {"content": "a"}, timeout=aiohttp.ClientTimeout(total=0.1))


async def test_faults_by_chance_are_the_same_every_time(api: Raw) -> None:
    fault = api.discord.faults.add(Fault(method="GET", path="/users", status=500, chance=0.3))
    first = [(await api("GET", "/users/@me"))[0] for _ in range(20)]
    api.discord.faults.clear()
    api.discord.faults.seed, api.discord.faults._drawn = 1, 0
    fault = api.discord.faults.add(Fault(method="GET", path="/users", status=500, chance=0.3))
    assert [(await api("GET", "/users/@me"))[0] for _ in range(20)] == first
    assert 0 < fault.hits < 20
