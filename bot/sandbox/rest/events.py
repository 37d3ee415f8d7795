"""Routes of scheduled events (those that take place elsewhere): their states, bounds and the limit of a hundred."""

from __future__ import annotations

from bot.sandbox import render
from bot.sandbox.errors import ApiError
from bot.sandbox.forms import Form
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.call import DONE, Answer, Call, Route
from bot.sandbox.wire import Json, as_object
from bot.sandbox.world import Guild, ScheduledEvent

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
NEXT = {SCHEDULED: {ACTIVE, CANCELED}, ACTIVE: {COMPLETED}, COMPLETED: set[int](), CANCELED: set[int]()}
"""The states that may follow a state."""
MOST_OPEN = 100
EXTERNAL = 3


def _guild(call: Call, *needed: Permission) -> Guild:
    guild = call.realm.guild(call.ident("guild_id"))
    call.realm.granted_in(guild, call.realm.bot, *needed)
    return guild


def _found(call: Call, guild: Guild) -> ScheduledEvent:
    event = guild.events.get(call.ident("guild_scheduled_event_id"))
    if event is None:
        raise ApiError(10070)
    return event


def _shown(call: Call, event: ScheduledEvent) -> Json:
    shown = render.event(event)
    if not call.asked_flag("with_user_count"):
        del shown["user_count"]
    return shown


def _list(call: Call) -> Answer:
    return Answer(body=[_shown(call, event) for event in _guild(call).events.values() if event.status in {SCHEDULED, ACTIVE}])


def _get(call: Call) -> Answer:
    return Answer(body=_shown(call, _found(call, _guild(call))))


def _read(call: Call, event: ScheduledEvent | None) -> ScheduledEvent:
    """Check a body and return the event it makes, of an old one or anew."""
    body, form, realm, new = call.body, Form(), call.realm, event is None
    name = form.text(body, "name", "name", most=100, least=1, required=new)
    description = form.text(body, "description", "description", most=1000)
    start = form.instant(body, "scheduled_start_time", "scheduled_start_time", required=new)
    end = form.instant(body, "scheduled_end_time", "scheduled_end_time", required=new)
    form.choice(body, "privacy_level", "privacy_level", {2}, required=new)
    form.choice(body, "entity_type", "entity_type", {EXTERNAL}, required=new)
    location = form.text(
        as_object(body.get("entity_metadata")), "location", "entity_metadata.location", most=100, least=1, required=new
    )
    image = form.text(body, "image", "image", most=15_000_000)
    start_then = start or (event.start if event else realm.now())
    end_then = end or (event.end if event else realm.now())
    if start is not None and start < realm.now() and (event is None or start != event.start):
        form.fail("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past.")
    if (start or end) and end_then <= start_then:
        form.fail("scheduled_end_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_END", "Cannot schedule event to end before its start.")
    form.done()
    picture = None if not image else f"sandbox{len(image):x}"
    return ScheduledEvent(
        id=event.id if event else realm.new_id(),
        guild=call.ident("guild_id"),
        name=name or (event.name if event else ""),
        description=description if "description" in body else (event.description if event else None),
        location=location or (event.location if event else ""),
        start=start_then,
        end=end_then,
        creator=event.creator if event else realm.bot,
        status=event.status if event else SCHEDULED,
        image=picture if "image" in body else (event.image if event else None),
        interested=event.interested if event else [],
    )


def _create(call: Call) -> Answer:
    guild = _guild(call, Permission.CREATE_EVENTS)
    if sum(event.status in {SCHEDULED, ACTIVE} for event in guild.events.values()) >= MOST_OPEN:
        raise ApiError(30038)
    event = _read(call, None)
    call.realm.add_scheduled_event(event)
    return Answer(body=render.event(event))


def _may_manage(call: Call, guild: Guild, event: ScheduledEvent) -> None:
    own = event.creator is call.realm.bot
    granted = call.realm.granted_in(guild, call.realm.bot)
    if not granted & Permission.MANAGE_EVENTS and not (own and granted & Permission.CREATE_EVENTS):
        raise ApiError(50013)


def _change(call: Call) -> Answer:
    guild = _guild(call)
    event = _found(call, guild)
    _may_manage(call, guild, event)
    if not NEXT[event.status]:
        raise ApiError(180000)
    changed = _read(call, event)
    form = Form()
    status = form.choice(call.body, "status", "status", NEXT)
    if status is not None and status != event.status:
        if status not in NEXT[event.status]:
            form.fail("status", "TRANSITION_INVALID", f"Cannot go from status {event.status} to {status}.")
        changed.status = status
    form.done()
    guild.events[event.id] = changed
    call.realm.tell("GUILD_SCHEDULED_EVENT_UPDATE", render.event(changed), guild.id)
    return Answer(body=render.event(changed))


def _delete(call: Call) -> Answer:
    guild = _guild(call)
    event = _found(call, guild)
    _may_manage(call, guild, event)
    del guild.events[event.id]
    call.realm.tell("GUILD_SCHEDULED_EVENT_DELETE", render.event(event), guild.id)
    return DONE


def _users(call: Call) -> Answer:
    guild = _guild(call)
    event = _found(call, guild)
    limit = call.asked_number("limit", default=100, least=1, most=100)
    before, after = call.asked_id("before"), call.asked_id("after")
    wanted = sorted(event.interested)
    if before is not None:
        wanted = [user for user in wanted if user < before][-limit:]
    elif after is not None:
        wanted = [user for user in wanted if user > after]
    shown: list[Json] = []
    for ident in wanted[:limit]:
        user = render.user(call.realm.users[ident])
        one: Json = {"guild_scheduled_event_id": str(event.id), "user_id": str(ident), "user": user, "response": 1}
        if call.asked_flag("with_member") and ident in guild.members:
            one["member"] = render.member(guild.members[ident])
        shown.append(one)
    return Answer(body=shown)


_ONE = "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}"
ROUTES = (
    Route("GET", "/guilds/{guild_id}/scheduled-events", _list),
    Route("POST", "/guilds/{guild_id}/scheduled-events", _create),
    Route("GET", _ONE, _get),
    Route("PATCH", _ONE, _change),
    Route("DELETE", _ONE, _delete),
    Route("GET", f"{_ONE}/users", _users),
)
