"""Tracks, watches and deliveries as JSON text, with the columns that queries need beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, cast

import msgspec
from sqlalchemy import Row

from bot.model import ChannelId, Delivery, GuildId, Place, Target, Track, Watch, WatchId
from bot.rules.personal import only_event
from bot.store.tables import NaiveInstant

_text = msgspec.json.Encoder(order="deterministic")
_track = msgspec.json.Decoder(Track)
_watch = msgspec.json.Decoder(Watch)
_delivery = msgspec.json.Decoder(Delivery)


def target_columns(target: Target) -> dict[str, Any]:
    """A target as columns."""
    return {"guild": target.guild, "channel": target.channel, "place": target.place.value}


def target_of(row: Row[Any]) -> Target:
    """The target in a row."""
    return Target(GuildId(row.guild), ChannelId(row.channel), Place(row.place))


def track_row(track: Track) -> dict[str, Any]:
    """A track as a row of `tracks`. Raises: NaiveInstant."""
    _refuse_naive(track)
    return {
        "event": track.event.id,
        "kind": track.event.kind.value,
        "status": track.event.status.value,
        "net": track.event.net.at,
        "feed": track.feed,
        "seen": track.seen,
        "body": _text.encode(track).decode(),
    }


def track_of(row: Row[Any]) -> Track:
    """The track in a row; when and by whom it was last seen is in the columns alone."""
    return replace(_track.decode(row.body), feed=row.feed, seen=row.seen)


def watch_row(watch: Watch) -> dict[str, Any]:
    """A watch as a row of `watches`, without its id. Raises: NaiveInstant."""
    _refuse_naive(watch)
    return target_columns(watch.target) | {"body": _text.encode(watch).decode(), "only_event": only_event(watch)}


def watch_of(row: Row[Any]) -> Watch:
    """The watch in a row; whether it is paused is its target's matter, not its own."""
    return replace(_watch.decode(row.body), id=WatchId(row.id), paused=row.is_paused)


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """A delivery as a fresh, owed row of `outbox`. Raises: NaiveInstant."""
    notice = delivery.notice
    # The other instants are columns and checked there; this runs for ten thousand targets at once.
    if notice.before is not None:
        _refuse_naive(notice.before)
    return {
        "key": delivery.key,
        "guild": delivery.target.guild,
        "channel": delivery.target.channel,
        "place": delivery.target.place.value,
        "event": delivery.event,
        "attempt": delivery.attempt,
        "say": notice.say.value,
        "what": notice.what,
        "due": notice.due,
        "stale": notice.stale,
        "start": delivery.start,
        "try_at": delivery.start,
        "t0": delivery.t0,
        "pings": bool(notice.roles or notice.users),
        "leased_until": None,
        "withdrawn": None,
        "again": False,
        "tries": 0,
        "first_try": None,
        "fate": "owed",
        "why": "",
        "at": None,
        "message": None,
        "pinged": False,
        "body": _text.encode(delivery).decode(),
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery in a row."""
    return _delivery.decode(row.body)


def _refuse_naive(value: object) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NaiveInstant(f"{value.isoformat()} has no zone")
    elif isinstance(value, tuple | frozenset):
        for part in cast("Iterable[object]", value):
            _refuse_naive(part)
    elif is_dataclass(value):
        for field in fields(value):
            _refuse_naive(getattr(value, field.name))
