"""Routes that open threads: from a message, without one, and as a forum's post."""

from __future__ import annotations

from bot.sandbox import messages, render
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.permissions import Permission
from bot.sandbox.realm import Realm
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.rest.channels import read_tags
from bot.sandbox.wire import Json, as_object
from bot.sandbox.world import THREADS, Channel, ChannelType, ThreadState

DURATIONS = frozenset({60, 1440, 4320, 10080})
"""Minutes without a word after which a thread is archived."""


def _open(
    realm: Realm, parent: Channel, name: str, body: Json, form: Form, *, kind: ChannelType, ident: int, tags: list[int]
) -> Channel:
    minutes = form.choice(body, "auto_archive_duration", "auto_archive_duration", DURATIONS)
    form.done()
    now = realm.now()
    state = ThreadState(
        owner=realm.bot.id, archived_at=now, created=now, auto_archive=minutes or 4320, tags=tags, members={realm.bot.id}
    )
    thread = Channel(id=ident, type=kind, guild=parent.guild, name=name, parent=parent.id, thread=state)
    realm.guilds[parent.guild or 0].channels[ident] = realm.channels[ident] = thread
    realm.tell("THREAD_CREATE", {**render.channel(thread), "newly_created": True}, parent.guild)
    return thread


def _from_message(call: Call) -> Answer:
    realm = call.realm
    parent = realm.channel(call.ident("channel_id"), Permission.CREATE_PUBLIC_THREADS)
    message = realm.message(parent, call.ident("message_id"))
    if parent.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT}:
        raise ApiError(50024)
    if message.thread is not None:
        raise ApiError(160004)
    form = Form()
    name = form.text(call.body, "name", "name", most=100, least=1, required=True) or ""
    announced = parent.type is ChannelType.ANNOUNCEMENT
    kind = ChannelType.ANNOUNCEMENT_THREAD if announced else ChannelType.PUBLIC_THREAD
    thread = _open(realm, parent, name, call.body, form, kind=kind, ident=message.id, tags=[])
    message.thread = thread.id
    message.flags |= 1 << 5
    return Answer(status=201, body=render.channel(thread))


def _start(call: Call) -> Answer:
    realm, body = call.realm, call.body
    parent = realm.channel(call.ident("channel_id"))
    if parent.type is ChannelType.FORUM:
        return _post(call, parent)
    if parent.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT}:
        raise ApiError(50024)
    form = Form()
    name = form.text(body, "name", "name", most=100, least=1, required=True) or ""
    kind = ChannelType(form.choice(body, "type", "type", {int(each) for each in THREADS}) or ChannelType.PRIVATE_THREAD)
    private = kind is ChannelType.PRIVATE_THREAD
    realm.channel(parent.id, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    return Answer(status=201, body=render.channel(_open(realm, parent, name, body, form, kind=kind, ident=realm.new_id(), tags=[])))


def _post(call: Call, forum: Channel) -> Answer:
    """A forum's post: a thread and its first message, which has the thread's id."""
    realm, body = call.realm, call.body
    realm.channel(forum.id, Permission.SEND_MESSAGES)
    form = Form()
    name = form.text(body, "name", "name", most=100, least=1, required=True) or ""
    tags = read_tags(call, forum, form)
    if not isinstance(body.get("message"), dict):
        form.fail("message", "BASE_TYPE_REQUIRED", "This field is required")
    form.done()
    if forum.needs_tag and not tags:
        raise ApiError(40067, message="A tag is required to create a forum post in this channel")
    draft = messages.permitted(realm, forum, realm.bot, messages.read(as_object(body.get("message")), call.uploads))
    if messages.is_empty(draft):
        raise ApiError(50006)
    thread = _open(realm, forum, name, body, form, kind=ChannelType.PUBLIC_THREAD, ident=realm.new_id(), tags=tags)
    message = messages.create(realm, thread, draft, messages.From(author=realm.bot), opens=True)
    return Answer(status=201, body={**render.channel(thread), "message": realm.show(message)})


def _join(call: Call) -> Answer:
    channel = call.realm.channel(call.ident("channel_id"))
    if channel.thread is None:
        raise ApiError(50024)
    channel.thread.members.add(call.realm.bot.id)
    return DONE


ROUTES = (
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", _from_message),
    Route("POST", "/channels/{channel_id}/threads", _start),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", _join),
)
