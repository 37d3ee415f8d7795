"""Routes of a channel: itself, its messages, publishing and following."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox import messages, render
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.limits import CHANNEL, CROSSPOST, DELETE, EDIT, SEND, TOPIC
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.call import DONE, Answer, Call, Route, Throttled
from bot.sandbox.world import Channel, ChannelType, Message, Webhook

TALK = frozenset(
    {
        ChannelType.TEXT,
        ChannelType.DM,
        ChannelType.VOICE,
        ChannelType.ANNOUNCEMENT,
        ChannelType.ANNOUNCEMENT_THREAD,
        ChannelType.PUBLIC_THREAD,
        ChannelType.PRIVATE_THREAD,
    }
)
"""Channels that hold messages."""
TOPIC_LENGTH = 1024


def speakable(call: Call) -> Channel:
    """The channel of a path, where the bot may send. Raises: ApiError 10003, 50001, 50013, 50008, 50007, 50083."""
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    if channel.type not in TALK:
        raise ApiError(50008)
    needed = Permission.SEND_MESSAGES_IN_THREADS if channel.thread else Permission.SEND_MESSAGES
    realm.channel(channel.id, needed)
    if channel.recipient is not None and not _reachable(call, channel):
        raise ApiError(50007)
    if channel.thread is not None and channel.thread.locked and not realm.granted(channel, realm.bot) & Permission.MANAGE_THREADS:
        raise ApiError(50083)
    return channel


def _reachable(call: Call, channel: Channel) -> bool:
    """Whether a person takes messages from the bot: not closed, and some server shared."""
    person = channel.recipient
    if person is None or not person.dms_open:
        return False
    return any(person.id in guild.members and call.realm.bot.id in guild.members for guild in call.realm.guilds.values())


def _send(call: Call) -> Answer:
    channel = speakable(call)
    draft = messages.read(call.body, call.uploads)
    draft = messages.permitted(call.realm, channel, call.realm.bot, draft)
    message = messages.create(call.realm, channel, draft, messages.From(author=call.realm.bot))
    return Answer(body=call.realm.show(message))


def _history(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"))
    if channel.type not in TALK:
        raise ApiError(50008)
    limit = call.asked_number("limit", default=50, least=1, most=100)
    around, before, after = (call.asked_id(name) for name in ("around", "before", "after"))
    if not call.realm.granted(channel, call.realm.bot) & Permission.READ_MESSAGE_HISTORY:
        return Answer(body=[])
    stored = list(channel.messages.values())
    if around is not None:
        stored.sort(key=lambda message: abs(message.id - around))
        stored = sorted(stored[:limit], key=lambda message: message.id)
    elif after is not None:
        stored = [message for message in stored if message.id > after][:limit]
    elif before is not None:
        stored = [message for message in stored if message.id < before]
    return Answer(body=[call.realm.show(message) for message in reversed(stored[-limit:])])


def _message(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"), Permission.READ_MESSAGE_HISTORY)
    return Answer(body=call.realm.show(call.realm.message(channel, call.ident("message_id"))))


def _edit(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    message = realm.message(channel, call.ident("message_id"))
    if message.author is not realm.bot or message.webhook is not None:
        raise ApiError(50005)
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(50083)
    draft = messages.read(call.body, call.uploads, before=message)
    messages.edit(realm, message, messages.permitted(realm, channel, realm.bot, draft))
    return Answer(body=realm.show(message))


def _delete(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    message = realm.message(channel, call.ident("message_id"))
    if message.author is not realm.bot:
        realm.channel(channel.id, Permission.MANAGE_MESSAGES)
    messages.delete(realm, message)
    return DONE


def _crosspost(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    message = realm.message(channel, call.ident("message_id"))
    if channel.type is not ChannelType.ANNOUNCEMENT:
        raise ApiError(50024)
    realm.channel(channel.id, Permission.SEND_MESSAGES if message.author is realm.bot else Permission.MANAGE_MESSAGES)
    if message.flags & messages.CROSSPOSTED:
        raise ApiError(40033)
    messages.crosspost(realm, message)
    return Answer(body=realm.show(message))


def _follow(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    form = Form()
    target = form.snowflake(call.body, "webhook_channel_id", "webhook_channel_id", required=True)
    form.done()
    if channel.type is not ChannelType.ANNOUNCEMENT:
        raise ApiError(50024)
    place = realm.channel(target or 0, Permission.MANAGE_WEBHOOKS)
    source = realm.guild_of(channel)
    hook = Webhook(
        id=realm.new_id(),
        channel=place.id,
        guild=place.guild or 0,
        name=f"{source.name if source else ''} #{channel.name}",
        token=None,
        type=2,
        user=realm.bot,
        source=channel.id,
    )
    realm.webhooks[hook.id] = hook
    channel.followers.append(hook.id)
    return Answer(body={"channel_id": str(channel.id), "webhook_id": str(hook.id)})


def _channel(call: Call) -> Answer:
    return Answer(body=render.channel(call.realm.channel(call.ident("channel_id"))))


def _typing(call: Call) -> Answer:
    speakable(call)
    return DONE


def _change(call: Call) -> Answer:
    """Name and topic of a channel; of a thread also archived, locked, tags. Both names of a channel have a hidden limit."""
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    if channel.recipient is not None:
        raise ApiError(50024)
    body, form = call.body, Form()
    name = form.text(body, "name", "name", most=100, least=1)
    topic = form.text(body, "topic", "topic", most=TOPIC_LENGTH)
    if channel.thread is not None:
        _change_thread(call, channel, form)
    else:
        realm.channel(channel.id, Permission.MANAGE_CHANNELS)
    form.done()
    if body.keys() & {"name", "topic"}:
        refusal = call.limits.sub_limit("channel topic", str(channel.id), TOPIC)
        if refusal is not None:
            raise Throttled(refusal)
    if name is not None:
        channel.name = name
    if "topic" in body:
        channel.topic = topic
    shown = render.channel(channel)
    realm.tell("THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE", shown, channel.guild)
    return Answer(body=shown)


def _change_thread(call: Call, channel: Channel, form: Form) -> None:
    realm, body, thread = call.realm, call.body, channel.thread
    if thread is None:
        return
    own = thread.owner == realm.bot.id
    manages = realm.granted(channel, realm.bot) & Permission.MANAGE_THREADS
    if not manages and (not own or "locked" in body or thread.locked):
        raise ApiError(50013)
    if thread.archived and body.get("archived") is not False and body.keys() - {"archived", "locked"}:
        raise ApiError(50083)
    if "applied_tags" in body:
        thread.tags = read_tags(call, realm.channels[channel.parent or 0], form)
    form.choice(body, "auto_archive_duration", "auto_archive_duration", {60, 1440, 4320, 10080})
    for key in ("archived", "locked"):
        if key in body:
            setattr(thread, key, form.flag(body, key, key))
    thread.archived_at = realm.now()


def read_tags(call: Call, forum: Channel, form: Form) -> list[int]:
    """The tags asked for a forum post: at most five, all of them the forum's."""
    most = 5
    known = {str(tag.id): tag.id for tag in forum.tags}
    wanted = [str(each) for each in form.items(call.body, "applied_tags", "applied_tags", most=most)]
    for number, each in enumerate(wanted):
        if each not in known:
            form.fail(f"applied_tags.{number}", "INVALID_FORUM_TAG", "Unknown tag.")
    return [known[each] for each in wanted if each in known]


def _remove(call: Call) -> Answer:
    realm = call.realm
    channel = realm.channel(call.ident("channel_id"))
    if channel.recipient is not None:
        return Answer(body=render.channel(channel))
    realm.channel(channel.id, Permission.MANAGE_THREADS if channel.thread else Permission.MANAGE_CHANNELS)
    shown = render.channel(channel)
    realm.remove_channel(channel)
    return Answer(body=shown)


def _pins(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"))
    pinned: Sequence[Message] = [message for message in channel.messages.values() if message.pinned]
    return Answer(body=[call.realm.show(message) for message in reversed(pinned)])


def _pin(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"), Permission.MANAGE_MESSAGES)
    call.realm.message(channel, call.ident("message_id")).pinned = True
    return DONE


def _unpin(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"), Permission.MANAGE_MESSAGES)
    call.realm.message(channel, call.ident("message_id")).pinned = False
    return DONE


ROUTES = (
    Route("GET", "/channels/{channel_id}", _channel),
    Route("PATCH", "/channels/{channel_id}", _change, CHANNEL),
    Route("DELETE", "/channels/{channel_id}", _remove),
    Route("GET", "/channels/{channel_id}/messages", _history, SEND),
    Route("POST", "/channels/{channel_id}/messages", _send, SEND),
    Route("GET", "/channels/{channel_id}/messages/{message_id}", _message, SEND),
    Route("PATCH", "/channels/{channel_id}/messages/{message_id}", _edit, EDIT),
    Route("DELETE", "/channels/{channel_id}/messages/{message_id}", _delete, DELETE),
    Route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost", _crosspost, CROSSPOST),
    Route("POST", "/channels/{channel_id}/typing", _typing),
    Route("POST", "/channels/{channel_id}/followers", _follow),
    Route("GET", "/channels/{channel_id}/pins", _pins),
    Route("PUT", "/channels/{channel_id}/pins/{message_id}", _pin),
    Route("DELETE", "/channels/{channel_id}/pins/{message_id}", _unpin),
    Route("PUT", "/channels/{channel_id}/messages/pins/{message_id}", _pin),
    Route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", _unpin),
)
