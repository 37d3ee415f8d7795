"""Messages: what a request may ask for, and what becomes of it in a channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.sandbox import components, embeds, mentions
from bot.sandbox.components import V2
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.mentions import EVERYTHING, Allowed
from bot.sandbox.permissions import Permission
from bot.sandbox.realm import Realm
from bot.sandbox.render import FILE_LIMIT
from bot.sandbox.wire import Json, as_id, as_object, as_objects
from bot.sandbox.world import Channel, Message, User, Webhook

CONTENT = 2000
NONCE = 25
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
CROSSPOSTED = 1 << 0
IS_CROSSPOST = 1 << 1
_MAY_SET = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | V2
_REPLY, _COMMAND_REPLY = 19, 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form: field name, file name, type and bytes."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a request wants a message to be. None means that it is silent about that part, which only an edit may be."""

    content: str | None = None
    embeds: list[Json] | None = None
    components: list[Json] | None = None
    kept: frozenset[int] | None = None
    """Attachments that stay, on an edit."""
    flags: int = 0
    allowed: Allowed = EVERYTHING
    uploads: tuple[Upload, ...] = ()
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reply_to: int | None = None
    reply_must_exist: bool = True
    tts: bool = False

    @property
    def v2(self) -> bool:
        return bool(self.flags & V2)


def read(body: Json, uploads: tuple[Upload, ...] = (), *, before: Message | None = None, may_set: int = _MAY_SET) -> Draft:
    """Check a message body; `before` is the message it edits. Raises: ApiError 50035, 40005."""
    if any(len(upload.content) > FILE_LIMIT for upload in uploads):
        raise ApiError(40005)
    form = Form()
    flags = (form.number(body, "flags", "flags", most=2**31 - 1) or 0) & may_set
    if before is not None:
        flags |= before.flags & V2
    content = form.text(body, "content", "content", most=CONTENT)
    shown = embeds.check(form, form.items(body, "embeds", "embeds", most=embeds.MOST))
    most = components.MOST_PARTS if flags & V2 else components.MOST_ROWS
    parts = components.check(form, form.items(body, "components", "components", most=most), v2=bool(flags & V2))
    allowed = mentions.check(form, body)
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > NONCE:
        form.fail("nonce", "NONCE_TYPE_TOO_LONG", f"Nonce must be {NONCE} or fewer in length.")
    elif nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        form.fail("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
        nonce = None
    reference = as_object(body.get("message_reference"))
    reply_to = form.snowflake(reference, "message_id", "message_reference.message_id", required=True) if reference else None
    if flags & V2:
        _no_legacy(form, body, before)
    draft = Draft(
        content=(content or "").strip() if "content" in body else None,
        embeds=shown if "embeds" in body else None,
        components=parts if "components" in body else None,
        kept=_kept(body),
        flags=flags,
        allowed=allowed,
        uploads=uploads,
        nonce=nonce,
        enforce_nonce=form.flag(body, "enforce_nonce", "enforce_nonce"),
        reply_to=reply_to,
        reply_must_exist=reference.get("fail_if_not_exists") is not False,
        tts=form.flag(body, "tts", "tts"),
    )
    form.done()
    return draft


def _no_legacy(form: Form, body: Json, before: Message | None) -> None:
    """New components tolerate no content and no embeds, neither new ones nor ones that would stay."""
    old = {"content": before.content, "embeds": before.embeds} if before else {}
    for key in ("content", "embeds"):
        if body[key] if key in body else old.get(key):
            form.fail(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _kept(body: Json) -> frozenset[int] | None:
    if body.get("attachments") is None:
        return None
    return frozenset(ident for each in as_objects(body["attachments"]) if (ident := as_id(each.get("id"))) is not None)


def is_empty(draft: Draft) -> bool:
    """Whether a new message would show nothing."""
    return not (draft.content or draft.embeds or draft.components or draft.uploads)


def permitted(realm: Realm, channel: Channel, author: User, draft: Draft) -> Draft:
    """What the author's permissions leave of a draft. Raises: ApiError 50013 when they leave nothing."""
    granted = realm.granted(channel, author)
    if draft.uploads and not granted & Permission.ATTACH_FILES:
        raise ApiError(50013)
    if draft.reply_to is not None and not granted & Permission.READ_MESSAGE_HISTORY:
        raise ApiError(50013)
    if draft.embeds and not granted & Permission.EMBED_LINKS:
        # Discord strips the embeds and keeps the text, without a word to the bot.
        draft = replace(draft, embeds=[])
        if is_empty(draft):
            raise ApiError(50013)
    return draft


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Who speaks, and by which way: the bot itself, a webhook, or an answer to an interaction."""

    author: User
    webhook: Webhook | None = None
    username: str | None = None
    interaction: Json | None = None
    application: int | None = None
    pings_all: bool = False
    """The way that has MENTION_EVERYONE whatever the channel grants: webhooks."""


def create(realm: Realm, channel: Channel, draft: Draft, who: From, *, quiet: bool = False, opens: bool = False) -> Message:
    """Put a new message into a channel, or return the one that has the same enforced nonce.

    An ephemeral one is stored nowhere, a `quiet` one is not logged, one that `opens` a forum's post has its id.
    Raises: ApiError 50006, 50035, 10008.
    """
    if is_empty(draft) and not draft.flags & LOADING:
        raise ApiError(50006)
    known = _known(realm, draft, who.author)
    if known is not None:
        return known
    replied = _replied(channel, draft)
    guild = realm.guild_of(channel)
    message = Message(
        id=channel.id if opens else realm.new_id(),
        channel=channel.id,
        guild=channel.guild,
        author=who.author,
        at=realm.now(),
        content=draft.content or "",
        embeds=draft.embeds or [],
        components=draft.components or [],
        flags=draft.flags,
        type=_REPLY if draft.reply_to is not None else _COMMAND_REPLY if who.interaction else 0,
        tts=draft.tts,
        nonce=draft.nonce,
        replied=draft.reply_to if replied else None,
        webhook=who.webhook.id if who.webhook else None,
        interaction=who.interaction,
        application=who.application,
        username=who.username,
    )
    if replied is not None:
        message.reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(replied.id)}
        if channel.guild is not None:
            message.reference["guild_id"] = str(channel.guild)
    elif draft.reply_to is not None:
        message.type = 0
    message.attachments = attach(realm, message, draft)
    texts = [message.content, *components.texts(message.components)]
    message.mentions = mentions.named(texts, draft.allowed, guild, replied=replied.author.id if replied else None)
    if not message.ephemeral and not draft.flags & LOADING:
        everyone = who.pings_all or bool(realm.granted(channel, who.author) & Permission.MENTION_EVERYONE)
        message.pings = mentions.notified(message.mentions, guild, may_mention_everyone=everyone)
    if draft.nonce is not None and draft.enforce_nonce:
        realm.nonces[who.author.id, str(draft.nonce)] = (message, realm.now())
    if message.ephemeral:
        realm.note("" if quiet else "ephemeral", message)
        return message
    channel.messages[message.id] = message
    channel.last_message = message.id
    if channel.thread is not None:
        channel.thread.archived = False
        channel.thread.total += 1
    realm.note("" if quiet else "create", message)
    realm.tell("MESSAGE_CREATE", told(realm, message), channel.guild)
    return message


def _known(realm: Realm, draft: Draft, author: User) -> Message | None:
    """The message that an enforced nonce was used for, within the window. Raises: ApiError 10008 when it was deleted."""
    if draft.nonce is None or not draft.enforce_nonce:
        return None
    found = realm.nonces.get((author.id, str(draft.nonce)))
    if found is None or realm.now() - found[1] > realm.nonce_window:
        return None
    message = found[0]
    place = realm.channels.get(message.channel)
    if place is None or message.id not in place.messages:
        raise ApiError(10008)
    return message


def _replied(channel: Channel, draft: Draft) -> Message | None:
    if draft.reply_to is None:
        return None
    found = channel.messages.get(draft.reply_to)
    if found is None and draft.reply_must_exist:
        form = Form()
        form.fail("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.done()
    return found


def attach(realm: Realm, message: Message, draft: Draft) -> list[Json]:
    """The attachments a message has after a draft: those it keeps and the new ones."""
    kept = [each for each in message.attachments if draft.kept is None or int(each["id"]) in draft.kept]
    for upload in draft.uploads:
        ident = realm.new_id()
        path = f"attachments/{message.channel}/{ident}/{upload.name}"
        realm.files[path] = (upload.content_type, upload.content)
        kept.append(
            {
                "id": str(ident),
                "filename": upload.name,
                "size": len(upload.content),
                "url": f"https://cdn.discordapp.com/{path}",
                "proxy_url": f"https://media.discordapp.net/{path}",
                "content_type": upload.content_type,
            }
        )
    return kept


def edit(realm: Realm, message: Message, draft: Draft) -> None:
    """Change what a message says, and its copies in channels that follow. Never pings. Raises: ApiError 50006."""
    filling = bool(message.flags & LOADING)
    content = message.content if draft.content is None else draft.content
    shown = message.embeds if draft.embeds is None else draft.embeds
    parts = message.components if draft.components is None else draft.components
    files = attach(realm, message, draft)
    if not (content or shown or parts or files):
        raise ApiError(50006)
    message.content, message.embeds, message.components, message.attachments = content, shown, parts, files
    message.flags = message.flags & ~LOADING | draft.flags & (V2 | SUPPRESS_EMBEDS)
    guild = realm.guilds.get(message.guild or 0)
    message.mentions = mentions.named([content, *components.texts(parts)], draft.allowed, guild)
    if not filling:
        message.edited = realm.now()
    realm.note("ephemeral" if message.ephemeral else "create" if filling else "edit", message)
    if message.ephemeral:
        return
    realm.tell("MESSAGE_UPDATE", told(realm, message), message.guild)
    for place, ident in message.mirrors:
        copy = realm.channels[place].messages.get(ident) if place in realm.channels else None
        if copy is not None:
            copy.content, copy.embeds, copy.components, copy.edited = content, shown, parts, message.edited
            realm.tell("MESSAGE_UPDATE", told(realm, copy), copy.guild)


def delete(realm: Realm, message: Message) -> None:
    """Take a message out of its channel, and its copies out of channels that follow."""
    channel = realm.channels[message.channel]
    if channel.messages.pop(message.id, None) is None:
        return
    realm.note("delete", message)
    gone: Json = {"id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild is not None:
        gone["guild_id"] = str(channel.guild)
    realm.tell("MESSAGE_DELETE", gone, channel.guild)
    for place, ident in message.mirrors:
        copy = realm.channels[place].messages.get(ident) if place in realm.channels else None
        if copy is not None:
            delete(realm, copy)


def crosspost(realm: Realm, message: Message) -> None:
    """Publish a message of an announcement channel: every follower gets a copy, which pings nobody."""
    message.flags |= CROSSPOSTED
    source = realm.channels[message.channel]
    for follower in source.followers:
        hook = realm.webhooks.get(follower)
        if hook is None:
            continue
        copy = replace(
            message,
            id=realm.new_id(),
            channel=hook.channel,
            guild=hook.guild,
            flags=message.flags & ~CROSSPOSTED | IS_CROSSPOST,
            webhook=hook.id,
            username=hook.name,
            nonce=None,
            replied=None,
            mirrors=[],
            reference={
                "type": 0,
                "channel_id": str(source.id),
                "message_id": str(message.id),
                "guild_id": str(source.guild),
            },
        )
        copy.mentions = copy.pings = type(message.pings)()
        target = realm.channels[hook.channel]
        target.messages[copy.id] = copy
        target.last_message = copy.id
        message.mirrors.append((copy.channel, copy.id))
        realm.note("mirror", copy)
        realm.tell("MESSAGE_CREATE", told(realm, copy), copy.guild)
    realm.note("edit", message)
    realm.tell("MESSAGE_UPDATE", told(realm, message), message.guild)


def told(realm: Realm, message: Message) -> Json:
    """A message as the gateway tells it."""
    shown = realm.show(message)
    return shown if message.guild is None else {**shown, "guild_id": str(message.guild)}
