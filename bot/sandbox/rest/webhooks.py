"""Routes of webhooks: a channel's own, and the one that every interaction has for its follow-ups."""

from __future__ import annotations

import hashlib

from bot.sandbox import messages, render
from bot.sandbox.errors import UNAUTHORIZED, ApiError
from bot.sandbox.forms import WEB, Form
from bot.sandbox.limits import WEBHOOK
from bot.sandbox.messages import EPHEMERAL
from bot.sandbox.permissions import Permission
from bot.sandbox.realm import Interaction
from bot.sandbox.rest import interactions
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.rest.channels import TALK
from bot.sandbox.wire import Json
from bot.sandbox.world import Channel, Message, User, Webhook

MOST_PER_CHANNEL = 15


def _shown(call: Call, hook: Webhook, *, with_user: bool = True) -> Json:
    source = call.realm.channels.get(hook.source or 0)
    source_guild = call.realm.guilds.get(source.guild or 0) if source else None
    shown = render.webhook(hook, source, source_guild)
    if not with_user:
        shown.pop("user", None)
    return shown


def _list(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"), Permission.MANAGE_WEBHOOKS)
    return Answer(body=[_shown(call, hook) for hook in call.realm.webhooks.values() if hook.channel == channel.id])


def _list_guild(call: Call) -> Answer:
    guild = call.realm.guild(call.ident("guild_id"))
    call.realm.granted_in(guild, call.realm.bot, Permission.MANAGE_WEBHOOKS)
    return Answer(body=[_shown(call, hook) for hook in call.realm.webhooks.values() if hook.guild == guild.id])


def _name(form: Form, body: Json, *, required: bool) -> str | None:
    name = form.text(body, "name", "name", most=80, least=1, required=required)
    if name and any(word in name.lower() for word in ("clyde", "discord")):
        form.fail("name", "USERNAME_INVALID_CONTAINS", 'Username cannot contain "discord" or "clyde"')
    return name


def _create(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"), Permission.MANAGE_WEBHOOKS)
    form = Form()
    name = _name(form, call.body, required=True)
    form.done()
    if sum(hook.channel == channel.id for hook in realm.webhooks.values()) >= MOST_PER_CHANNEL:
        raise ApiError(30007)
    ident = realm.new_id()
    # 68 characters, as Discord's tokens; derived from the id, which is secret enough on a loopback.
    token = hashlib.blake2b(str(ident).encode(), digest_size=34).hexdigest()
    hook = Webhook(
        id=ident,
        channel=channel.id,
        guild=channel.guild or 0,
        name=name or "",
        token=token,
        application=realm.bot.id,
        user=realm.bot,
    )
    realm.webhooks[hook.id] = hook
    _told(call, hook)
    return Answer(body=_shown(call, hook))


def _told(call: Call, hook: Webhook) -> None:
    call.realm.tell("WEBHOOKS_UPDATE", {"guild_id": str(hook.guild), "channel_id": str(hook.channel)}, hook.guild)


def _of_path(call: Call) -> Webhook:
    """The webhook of the path: by its token, or as the bot that may manage it."""
    hook = call.realm.webhooks.get(call.ident("webhook_id"))
    if hook is None:
        raise ApiError(10015)
    if "webhook_token" in call.path:
        if hook.token != call.path["webhook_token"]:
            raise ApiError(50027)
        return hook
    if not call.authorized:
        raise UNAUTHORIZED
    call.realm.channel(hook.channel, Permission.MANAGE_WEBHOOKS)
    return hook


def _get(call: Call) -> Answer:
    return Answer(body=_shown(call, _of_path(call), with_user="webhook_token" not in call.path))


def _change(call: Call) -> Answer:
    hook, form = _of_path(call), Form()
    name = _name(form, call.body, required=False)
    place = form.snowflake(call.body, "channel_id", "channel_id") if "webhook_token" not in call.path else None
    form.done()
    if place is not None:
        hook.channel = call.realm.channel(place, Permission.MANAGE_WEBHOOKS).id
    hook.name = name or hook.name
    _told(call, hook)
    return Answer(body=_shown(call, hook))


def _delete(call: Call) -> Answer:
    hook = _of_path(call)
    del call.realm.webhooks[hook.id]
    _told(call, hook)
    return DONE


def _interaction(call: Call) -> Interaction | None:
    """The interaction whose token is in the path, when the id is the application's."""
    if call.ident("webhook_id") != call.realm.bot.id:
        return None
    return interactions.open_one(call.realm, call.path["webhook_token"])


def _place(call: Call, hook: Webhook) -> Channel:
    """The channel a webhook posts to, or a thread of it."""
    channel = call.realm.channels[hook.channel]
    thread = call.asked_id("thread_id")
    if thread is None:
        return channel
    found = call.realm.channels.get(thread)
    if found is None or found.parent != channel.id:
        raise ApiError(10003)
    return found


def _execute(call: Call) -> Answer:
    realm = call.realm
    asked = _interaction(call)
    if asked is not None:
        return Answer(body=realm.show(interactions.follow_up(realm, asked, call.body, call.uploads)))
    hook = _of_path(call)
    channel = _place(call, hook)
    if channel.type not in TALK:
        raise ApiError(220001, message="Webhooks posted to forum channels must have a thread_name or thread_id")
    form = Form()
    username = form.text(call.body, "username", "username", most=80, least=1)
    form.url(call.body, "avatar_url", "avatar_url", schemes=WEB)
    form.done()
    # A nonce means nothing here: Discord offers webhooks no way to say something once.
    body: Json = {key: value for key, value in call.body.items() if key not in {"nonce", "enforce_nonce", "message_reference"}}
    if hook.application is None and not call.asked_flag("with_components"):
        body.pop("components", None)
    who = messages.From(
        author=User(id=hook.id, name=hook.name, bot=True),
        webhook=hook,
        username=username or hook.name,
        application=hook.application,
        pings_all=True,
    )
    message = messages.create(realm, channel, messages.read(body, call.uploads), who)
    return Answer(body=realm.show(message)) if call.asked_flag("wait") else DONE


def _message(call: Call) -> tuple[Message, Interaction | None]:
    """The message of the path: a webhook's own one, or an answer to an interaction."""
    asked = _interaction(call)
    wanted = call.path["message_id"]
    if asked is not None:
        return interactions.answer_of(asked, wanted), asked
    hook = _of_path(call)
    message = _place(call, hook).messages.get(call.ident("message_id"))
    if message is None or message.webhook != hook.id:
        raise ApiError(10008)
    return message, None


def _get_message(call: Call) -> Answer:
    return Answer(body=call.realm.show(_message(call)[0]))


def _edit_message(call: Call) -> Answer:
    message, asked = _message(call)
    draft = messages.read(call.body, call.uploads, before=message)
    messages.edit(call.realm, message, draft)
    if asked is not None:
        asked.deferred = asked.deferred and message is not asked.original
        asked.touch()
    return Answer(body=call.realm.show(message))


def _delete_message(call: Call) -> Answer:
    message, asked = _message(call)
    if asked is not None:
        interactions.forget(asked, message)
    if not message.flags & EPHEMERAL:
        messages.delete(call.realm, message)
    return DONE


_HOOK, _TOKEN = "/webhooks/{webhook_id}", "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGE = _TOKEN + "/messages/{message_id}"
ROUTES = (
    Route("GET", "/channels/{channel_id}/webhooks", _list),
    Route("POST", "/channels/{channel_id}/webhooks", _create),
    Route("GET", "/guilds/{guild_id}/webhooks", _list_guild),
    Route("GET", _HOOK, _get),
    Route("PATCH", _HOOK, _change),
    Route("DELETE", _HOOK, _delete),
    Route("GET", _TOKEN, _get, WEBHOOK, "address", needs_token=False),
    Route("PATCH", _TOKEN, _change, WEBHOOK, "address", needs_token=False),
    Route("DELETE", _TOKEN, _delete, WEBHOOK, "address", needs_token=False),
    Route("POST", _TOKEN, _execute, WEBHOOK, "address", needs_token=False),
    Route("GET", _MESSAGE, _get_message, WEBHOOK, "address", needs_token=False),
    Route("PATCH", _MESSAGE, _edit_message, WEBHOOK, "address", needs_token=False),
    Route("DELETE", _MESSAGE, _delete_message, WEBHOOK, "address", needs_token=False),
)
