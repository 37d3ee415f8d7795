"""How servers are kept in memory: channels and roles lie folded up until somebody asks, and of most servers nobody does."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, cast

import discord
import msgspec
from discord.channel import _guild_channel_factory
from discord.state import AutoShardedConnectionState

Payload = Mapping[str, Any]
Parts = dict[str, dict[str, Payload]]
"""Payloads of Discord's, by CHANNELS or ROLES, then by id."""
CHANNELS, ROLES = "channels", "roles"

MOST_UNFOLDED = 100
"""Servers. Chosen, not measured: more than are asked about at once; a hundred of 40 kB are 4 MB."""
FAST = 1
"""zlib's level. Measured: 15 channels and 10 roles, 6.5 kB, become 0.7 kB in 13 µs; level 6 would make 0.6 kB of them in 40."""

UNREAD = frozenset(
    {
        "description",
        "emojis",
        "features",
        "guild_scheduled_events",
        "presences",
        "soundboard_sounds",
        "stage_instances",
        "stickers",
        "voice_states",
        "welcome_screen",
    }
)
"""What Discord sends of a server and nobody here reads; some of it only to bots with more intents."""
UNREAD_OF_A_CHANNEL = frozenset({"last_message_id", "last_pin_timestamp", "topic"})
"""Long, or changed with every message."""


class FoldedGuild(discord.Guild):
    """A server as discord.py has it, but for its channels and roles: what Discord said of them, packed, from which they are made.

    The packed payloads are the truth, the objects come and go. Two looks at one channel may give two objects, which are equal.
    """

    __slots__ = ("_folded", "_unfolded")

    def __init__(self, *, data: Any, state: Any) -> None:
        self._folded = b""
        self._unfolded: tuple[dict[int, Any], dict[int, Any]] | None = None
        super().__init__(data=data, state=state)

    @property
    def _channels(self) -> dict[int, Any]:
        return self._opened()[0]

    @_channels.setter
    def _channels(self, empty: dict[int, Any]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride] -- a field there
        """discord.py begins with an empty one."""

    @property
    def _roles(self) -> dict[int, Any]:
        return self._opened()[1]

    @_roles.setter
    def _roles(self, empty: dict[int, Any]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride] -- a field there
        """discord.py begins with an empty one."""

    def _from_data(self, guild: Any) -> None:
        parts = self._parts()
        for name in (CHANNELS, ROLES):
            if name in guild:  # an update of a server comes without its channels
                parts[name] = {one["id"]: kept(one) for one in guild[name]}
        self._pack(parts)
        self._unfolded = None
        super()._from_data(cast("Any", {key: value for key, value in guild.items() if key not in UNREAD | {CHANNELS, ROLES}}))

    def told(self, part: str, ident: str, payload: Payload | None) -> None:
        """Take in what Discord says of a channel or role from now on; None: there is none any more."""
        parts = self._parts()
        if payload is None:
            parts[part].pop(ident, None)
        else:
            parts[part][ident] = kept(payload)
        self._pack(parts)

    def fold(self) -> None:
        """Let the objects go."""
        self._unfolded = None

    def _parts(self) -> Parts:
        return cast("Parts", msgspec.json.decode(zlib.decompress(self._folded))) if self._folded else {CHANNELS: {}, ROLES: {}}

    def _pack(self, parts: Parts) -> None:
        self._folded = zlib.compress(msgspec.json.encode(parts), FAST) if parts[CHANNELS] or parts[ROLES] else b""

    def _opened(self) -> tuple[dict[int, Any], dict[int, Any]]:
        state = cast("FoldingState", self._state)
        if self._unfolded is None:
            parts = self._parts()
            made = (_guild_channel_factory(one["type"])[0] for one in parts[CHANNELS].values())
            channels = [
                make(guild=self, state=state, data=cast("Any", one))
                for make, one in zip(made, parts[CHANNELS].values(), strict=True)
                if make is not None  # a type that this discord.py does not know
            ]
            roles = [discord.Role(guild=self, state=state, data=cast("Any", one)) for one in parts[ROLES].values()]
            self._unfolded = {one.id: one for one in channels}, {one.id: one for one in roles}
        state.unfolded(self)
        return self._unfolded


def kept(payload: Payload) -> Payload:
    """What is read of a channel's or role's payload."""
    return {key: value for key, value in payload.items() if key not in UNREAD_OF_A_CHANNEL}


class FoldingState(AutoShardedConnectionState[Any]):
    """discord.py's cache with servers that fold: few lie open, those that were asked about last."""

    def __init__(self, **options: Any) -> None:
        self.open: OrderedDict[int, FoldedGuild] = OrderedDict()
        super().__init__(**options)

    def unfolded(self, guild: FoldedGuild) -> None:
        """Note that a server is being read, and fold up the one that was not for the longest time."""
        before = self.open.get(guild.id)
        self.open[guild.id] = guild
        self.open.move_to_end(guild.id)
        if before is None and len(self.open) > MOST_UNFOLDED:
            _, idle = self.open.popitem(last=False)
            idle.fold()

    def _add_guild_from_data(self, data: Any) -> discord.Guild:
        guild = FoldedGuild(data=data, state=self)
        self._add_guild(guild)
        return guild

    def _remove_guild(self, guild: discord.Guild) -> None:
        self.open.pop(guild.id, None)
        super()._remove_guild(guild)

    # discord.py changes the objects, which are equal to the new payload until they are folded up; so it comes first, and `before`
    # in its events is what stood in the old one.

    def parse_channel_create(self, data: Any) -> None:
        super().parse_channel_create(data)
        self._told(data, CHANNELS, data["id"], data)

    def parse_channel_update(self, data: Any) -> None:
        super().parse_channel_update(data)
        self._told(data, CHANNELS, data["id"], data)

    def parse_channel_delete(self, data: Any) -> None:
        super().parse_channel_delete(data)
        self._told(data, CHANNELS, data["id"], None)

    def parse_guild_role_create(self, data: Any) -> None:
        super().parse_guild_role_create(data)
        self._told(data, ROLES, data["role"]["id"], data["role"])

    def parse_guild_role_update(self, data: Any) -> None:
        super().parse_guild_role_update(data)
        self._told(data, ROLES, data["role"]["id"], data["role"])

    def parse_guild_role_delete(self, data: Any) -> None:
        super().parse_guild_role_delete(data)
        self._told(data, ROLES, data["role_id"], None)

    def _told(self, event: Payload, part: str, ident: str, payload: Payload | None) -> None:
        guild = self._get_guild(int(event.get("guild_id") or 0))
        if isinstance(guild, FoldedGuild):
            guild.told(part, ident, payload)
