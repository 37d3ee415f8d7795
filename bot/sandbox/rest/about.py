"""Routes about the bot itself: who it is, its application, where the gateway is, its direct channels."""

from __future__ import annotations

from bot.sandbox import render
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.permissions import base
from bot.sandbox.rest.call import Answer, Call, Route
from bot.sandbox.wire import Json

DAILY_IDENTIFIES = 1000


def _me(call: Call) -> Answer:
    return Answer(body=render.me(call.realm.bot))


def _user(call: Call) -> Answer:
    user = call.realm.users.get(call.ident("user_id"))
    if user is None:
        raise ApiError(10013)
    return Answer(body=render.user(user))


def _application(call: Call) -> Answer:
    realm = call.realm
    return Answer(body=render.application(realm.bot.id, realm.bot, realm.owner, len(realm.guilds)))


def _gateway(call: Call) -> Answer:
    return Answer(body={"url": call.gateway_url})


def _gateway_bot(call: Call) -> Answer:
    limit: Json = {"total": DAILY_IDENTIFIES, "remaining": DAILY_IDENTIFIES, "reset_after": 0, "max_concurrency": 1}
    return Answer(body={"url": call.gateway_url, "shards": call.shards, "session_start_limit": limit})


def _guilds(call: Call) -> Answer:
    realm = call.realm
    before, after = call.asked_id("before"), call.asked_id("after")
    limit = call.asked_number("limit", default=200, least=1, most=200)
    mine = sorted(guild.id for guild in realm.guilds.values() if realm.bot.id in guild.members)
    if before is not None:
        mine = [ident for ident in mine if ident < before][-limit:]
    elif after is not None:
        mine = [ident for ident in mine if ident > after]
    shown: list[Json] = []
    for guild in (realm.guilds[ident] for ident in mine[:limit]):
        one: Json = {"id": str(guild.id), "name": guild.name, "icon": None, "banner": None, "owner": False, "features": []}
        shown.append({**one, "permissions": str(int(base(guild, realm.bot.id)))})
    return Answer(body=shown)


def _dm(call: Call) -> Answer:
    form = Form()
    recipient = form.snowflake(call.body, "recipient_id", "recipient_id", required=True)
    form.done()
    user = call.realm.users.get(recipient or 0)
    if user is None:
        raise ApiError(10013)
    if user is call.realm.bot:
        raise ApiError(50007)
    return Answer(body=render.channel(call.realm.dm(user)))


ROUTES = (
    Route("GET", "/users/@me", _me),
    Route("GET", "/users/@me/guilds", _guilds),
    Route("POST", "/users/@me/channels", _dm),
    Route("GET", "/users/{user_id}", _user),
    Route("GET", "/applications/@me", _application),
    Route("GET", "/oauth2/applications/@me", _application),
    Route("GET", "/gateway", _gateway, needs_token=False),
    Route("GET", "/gateway/bot", _gateway_bot),
)
