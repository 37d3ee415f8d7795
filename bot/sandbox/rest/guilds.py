"""Routes of a guild: itself, its channels, members and roles."""

from __future__ import annotations

from bot.sandbox import render
from bot.sandbox.errors import ApiError
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.wire import Json
from bot.sandbox.world import Guild, Member


def _guild(call: Call) -> Answer:
    guild = call.realm.guild(call.ident("guild_id"))
    counts: Json = {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return Answer(body=render.guild(guild) | (counts if call.asked_flag("with_counts") else {}))


def _channels(call: Call) -> Answer:
    guild = call.realm.guild(call.ident("guild_id"))
    return Answer(body=[render.channel(channel) for channel in guild.channels.values() if channel.thread is None])


def _threads(call: Call) -> Answer:
    guild = call.realm.guild(call.ident("guild_id"))
    active = [channel for channel in guild.channels.values() if channel.thread is not None and not channel.thread.archived]
    return Answer(body={"threads": [render.channel(channel) for channel in active], "members": [], "has_more": False})


def _roles(call: Call) -> Answer:
    return Answer(body=[render.role(role) for role in call.realm.guild(call.ident("guild_id")).roles.values()])


def _role(call: Call) -> Answer:
    role = call.realm.guild(call.ident("guild_id")).roles.get(call.ident("role_id"))
    if role is None:
        raise ApiError(10011)
    return Answer(body=render.role(role))


def _found(guild: Guild, user: int) -> Member:
    member = guild.members.get(user)
    if member is None:
        raise ApiError(10007)
    return member


def _members(call: Call) -> Answer:
    guild = call.realm.guild(call.ident("guild_id"))
    limit, after = call.asked_number("limit", default=1, least=1, most=1000), call.asked_id("after") or 0
    wanted = sorted(user for user in guild.members if user > after)[:limit]
    return Answer(body=[render.member(guild.members[user]) for user in wanted])


def _member(call: Call) -> Answer:
    return Answer(body=render.member(_found(call.realm.guild(call.ident("guild_id")), call.ident("user_id"))))


def _change_role(call: Call) -> tuple[Member, int]:
    """The member and the role to give or take: the role must stand below the bot's highest and be nobody's own."""
    realm = call.realm
    guild = realm.guild(call.ident("guild_id"))
    member, role = _found(guild, call.ident("user_id")), guild.roles.get(call.ident("role_id"))
    if role is None:
        raise ApiError(10011)
    realm.granted_in(guild, realm.bot, Permission.MANAGE_ROLES)
    own = guild.members[realm.bot.id]
    highest = max((guild.roles[each].position for each in own.roles), default=0)
    if role.bot is not None or role.position >= highest:
        raise ApiError(50013)
    return member, role.id


def _updated(call: Call, member: Member) -> Answer:
    guild = call.ident("guild_id")
    call.realm.tell("GUILD_MEMBER_UPDATE", {**render.member(member), "guild_id": str(guild)}, guild)
    return DONE


def _give(call: Call) -> Answer:
    member, role = _change_role(call)
    member.roles.add(role)
    return _updated(call, member)


def _take(call: Call) -> Answer:
    member, role = _change_role(call)
    member.roles.discard(role)
    return _updated(call, member)


ROUTES = (
    Route("GET", "/guilds/{guild_id}", _guild),
    Route("GET", "/guilds/{guild_id}/channels", _channels),
    Route("GET", "/guilds/{guild_id}/threads/active", _threads),
    Route("GET", "/guilds/{guild_id}/roles", _roles),
    Route("GET", "/guilds/{guild_id}/roles/{role_id}", _role),
    Route("GET", "/guilds/{guild_id}/members", _members),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", _member),
    Route("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", _give),
    Route("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", _take),
)
