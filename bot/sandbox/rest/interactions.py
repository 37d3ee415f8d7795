"""Answers to interactions: the callback within three seconds, then follow-ups and edits for fifteen minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.sandbox import components, messages
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.messages import EPHEMERAL, LOADING, Draft, From, Upload
from bot.sandbox.realm import Interaction, Realm
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.wire import Json, as_object
from bot.sandbox.world import Message

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, THINK, THINK_QUIETLY, CHANGE, CHOICES, ASK = 4, 5, 6, 7, 8, 9
"""Callback types: a message, "thinking", an update later, an update now, autocomplete choices, a modal."""
_MAY = {
    COMMAND: {SAY, THINK, ASK},
    COMPONENT: {SAY, THINK, THINK_QUIETLY, CHANGE, ASK},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {SAY, THINK, THINK_QUIETLY, CHANGE},
}
"""Which callbacks each kind of interaction takes."""
_MAY_SET = EPHEMERAL | messages.SUPPRESS_EMBEDS | messages.SUPPRESS_NOTIFICATIONS | components.V2
MOST_CHOICES = 25


def open_one(realm: Realm, token: str) -> Interaction | None:
    """The interaction of a follow-up's token; None when it is none, or not answered yet. Raises: ApiError 50027 when too old."""
    asked = realm.tokens.get(token)
    if asked is None or asked.callback is None:
        return None
    if asyncio.get_running_loop().time() > asked.expires:
        raise ApiError(50027)
    return asked


def speaker(realm: Realm, asked: Interaction) -> From:
    """The bot as it answers an interaction."""
    return From(author=realm.bot, interaction=asked.metadata, application=realm.bot.id)


def _callback(call: Call) -> Answer:
    realm = call.realm
    asked = realm.interactions.get(call.ident("interaction_id"))
    if asked is None or asked.token != call.path["interaction_token"]:
        raise ApiError(10062)
    if asked.callback is not None:
        raise ApiError(40060)
    if asyncio.get_running_loop().time() > asked.deadline:
        raise ApiError(10062)
    form = Form()
    among = _MAY[asked.kind] if asked.source or asked.kind != MODAL else {SAY, THINK}
    kind = form.choice(call.body, "type", "type", among, required=True)
    form.done()
    assert kind is not None  # noqa: S101 - done() raised otherwise
    _TAKE[kind](realm, asked, as_object(call.body.get("data")), call.uploads)
    asked.callback = kind
    asked.touch()
    return Answer(body=_shown(realm, asked, kind)) if call.asked_flag("with_response") else DONE


def _shown(realm: Realm, asked: Interaction, kind: int) -> Json:
    """The callback's answer, with the message it made when it made one."""
    about: Json = {"id": str(asked.id), "type": asked.kind, "channel_id": str(asked.channel.id)}
    if asked.guild is not None:
        about["guild_id"] = str(asked.guild)
    message = asked.original
    if message is None:
        return {"interaction": about}
    about |= {
        "response_message_id": str(message.id),
        "response_message_loading": bool(message.flags & LOADING),
        "response_message_ephemeral": message.ephemeral,
    }
    if kind in {THINK, THINK_QUIETLY}:
        return {"interaction": about}
    return {"interaction": about, "resource": {"type": kind, "message": realm.show(message)}}


def _say(realm: Realm, asked: Interaction, body: Json, uploads: tuple[Upload, ...]) -> None:
    draft = messages.read(body, uploads, may_set=_MAY_SET)
    asked.original = messages.create(realm, asked.channel, draft, speaker(realm, asked))


def _think(realm: Realm, asked: Interaction, body: Json, _uploads: tuple[Upload, ...]) -> None:
    flags = messages.read(body, may_set=_MAY_SET).flags & EPHEMERAL | LOADING
    asked.original = messages.create(realm, asked.channel, Draft(flags=flags), speaker(realm, asked), quiet=True)
    asked.deferred = True


def _think_quietly(_realm: Realm, asked: Interaction, _body: Json, _uploads: tuple[Upload, ...]) -> None:
    asked.original = asked.source
    asked.deferred = True


def _change(realm: Realm, asked: Interaction, body: Json, uploads: tuple[Upload, ...]) -> None:
    if asked.source is None:
        raise ApiError(10008)
    messages.edit(realm, asked.source, messages.read(body, uploads, before=asked.source))
    asked.original = asked.source


def _choices(_realm: Realm, asked: Interaction, body: Json, _uploads: tuple[Upload, ...]) -> None:
    form = Form()
    choices = [as_object(each) for each in form.items(body, "choices", "data.choices", most=MOST_CHOICES)]
    for number, choice in enumerate(choices):
        path = f"data.choices.{number}"
        form.text(choice, "name", f"{path}.name", most=100, least=1, required=True)
        if isinstance(choice.get("value"), str):
            form.text(choice, "value", f"{path}.value", most=100, least=1)
        elif not isinstance(choice.get("value"), int | float):
            form.fail(f"{path}.value", "BASE_TYPE_REQUIRED", "This field is required")
    form.done()
    asked.choices = choices


def _ask(_realm: Realm, asked: Interaction, body: Json, _uploads: tuple[Upload, ...]) -> None:
    form = Form()
    components.check_modal(form, body)
    form.done()
    asked.modal = body


_TAKE: dict[int, Callable[[Realm, Interaction, Json, tuple[Upload, ...]], None]] = {
    SAY: _say,
    THINK: _think,
    THINK_QUIETLY: _think_quietly,
    CHANGE: _change,
    CHOICES: _choices,
    ASK: _ask,
}


def follow_up(realm: Realm, asked: Interaction, body: Json, uploads: tuple[Upload, ...]) -> Message:
    """One more message; the first one after "thinking" takes the placeholder's place, keeps its ephemeral flag and pings nobody."""
    draft = messages.read(body, uploads, may_set=_MAY_SET)
    if asked.deferred and asked.original is not None and asked.original.flags & LOADING:
        messages.edit(realm, asked.original, draft)
        asked.deferred = False
        message = asked.original
    else:
        message = messages.create(realm, asked.channel, draft, speaker(realm, asked))
        asked.followups.append(message)
    asked.touch()
    return message


def answer_of(asked: Interaction, wanted: str) -> Message:
    """The original answer (`@original`) or a follow-up by id. Raises: ApiError 10008."""
    known = [asked.original, *asked.followups]
    for message in known:
        if message is not None and (wanted == str(message.id) or (wanted == "@original" and message is asked.original)):
            return message
    raise ApiError(10008)


def forget(asked: Interaction, message: Message) -> None:
    """The bot deleted one of its answers."""
    if asked.original is message:
        asked.original, asked.deferred = None, False
    asked.followups = [each for each in asked.followups if each is not message]
    asked.touch()


ROUTES = (
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        _callback,
        who="nobody",
        needs_token=False,
    ),
)
