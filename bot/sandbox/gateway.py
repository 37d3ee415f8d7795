"""Discord's gateway v10: sessions that identify, beat, get events, are cut off and resume."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from collections import deque
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox import render
from bot.sandbox.realm import Realm
from bot.sandbox.wire import Json, as_id, as_list, as_number, as_object, as_objects

DISPATCH, BEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11
UNKNOWN_OP, DECODE_ERROR, NOT_IDENTIFIED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_SHARD, SHARDING_REQUIRED, BAD_INTENTS, FORBIDDEN_INTENTS, BAD_VERSION = 4010, 4011, 4013, 4014, 4012
GUILDS_PER_SHARD = 2500
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
"""Intents that need the portal's permission: members, presences, message content."""
CONTENT = 1 << 15
ALL_INTENTS = (1 << 26) - 1
KEPT = 10_000
"""Events kept for a resume. Chosen, not measured: more than a test dispatches while it is cut off."""

_GUILDS, _MEMBERS, _WEBHOOKS, _MESSAGES, _DMS, _EVENTS = 1 << 0, 1 << 1, 1 << 5, 1 << 9, 1 << 12, 1 << 16
INTENTS = {
    **dict.fromkeys(("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"), _GUILDS),
    **dict.fromkeys(("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE"), _GUILDS),
    **dict.fromkeys(("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"), _GUILDS),
    **dict.fromkeys(("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"), _GUILDS),
    **dict.fromkeys(("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"), _MEMBERS),
    **dict.fromkeys(("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"), _MESSAGES),
    **dict.fromkeys(("GUILD_SCHEDULED_EVENT_CREATE", "GUILD_SCHEDULED_EVENT_UPDATE", "GUILD_SCHEDULED_EVENT_DELETE"), _EVENTS),
    "WEBHOOKS_UPDATE": _WEBHOOKS,
}
"""The intent that an event needs; others always come."""


@dataclass(slots=True)
class Session:
    """What outlives a cut connection: who it is, what it was sent."""

    id: str
    shard: int
    shards: int
    intents: int
    sequence: int = 0
    sent: deque[tuple[int, Json]] = field(default_factory=lambda: deque[tuple[int, Json]](maxlen=KEPT))
    line: Line | None = None

    def wants(self, event: str, guild: int | None) -> bool:
        """Whether its intents ask for an event."""
        needed = INTENTS.get(event, 0)
        if needed == _MESSAGES and guild is None:
            needed = _DMS
        return not needed or bool(self.intents & needed)

    def send(self, event: str, payload: Json) -> None:
        """Dispatch one event; without a connection it waits for a resume."""
        self.sequence += 1
        packet: Json = {"op": DISPATCH, "t": event, "s": self.sequence, "d": payload}
        self.sent.append((self.sequence, packet))
        if self.line is not None:
            self.line.put(packet)


class Line:
    """One WebSocket connection and what waits to be written to it."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compressed: bool) -> None:
        self.socket = socket
        self.transport = transport
        self.session: Session | None = None
        self._compress = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[Json | None] = asyncio.Queue()

    def put(self, packet: Json | None) -> None:
        """Write a packet as soon as possible; None ends the writing."""
        self._queue.put_nowait(packet)

    async def write(self) -> None:
        """Write until the end."""
        while (packet := await self._queue.get()) is not None:
            text = json.dumps(packet, separators=(",", ":"))
            with contextlib.suppress(ConnectionError):
                if self._compress is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._compress.compress(text.encode()) + self._compress.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """The gateway's side of every session. `allowed_intents` are the privileged ones that the portal grants."""

    def __init__(self, realm: Realm, token: str) -> None:
        self._realm = realm
        self._token = token
        self._lines: set[Line] = set()
        self.sessions: dict[str, Session] = {}
        self.shards = 1
        """What /gateway/bot recommends."""
        self.allowed_intents = 0
        self.heartbeat = 41.25
        """Seconds between beats, as HELLO asks for."""
        self.identify_every = 0.0
        """Real seconds that must lie between two IDENTIFYs (Discord: 5); sooner answers an invalid session."""
        self.refusing = False
        """Whether connections are refused, as while Discord's gateway is down."""
        self.resume_url = ""
        self.identified: list[Json] = []
        """Every IDENTIFY's payload, without the token."""
        self.too_soon = 0
        """IDENTIFYs that came before their time."""
        self.resumed = 0
        self._last_identify = float("-inf")
        self.changed = asyncio.Event()
        """Set when a session becomes ready or resumes."""

    # --- what a test may do to it ---

    def tell(self, event: str, payload: Json, guild: int | None) -> None:
        """Dispatch an event to the sessions of a guild's shard that want it."""
        for session in self._of(guild):
            if session.wants(event, guild):
                session.send(event, self._censored(session, event, payload))

    async def cut(self, code: int | None = None) -> None:
        """Close every connection: with a close code, or by resetting it."""
        for line in list(self._lines):
            if code is not None:
                await line.socket.close(code=code)
            elif line.transport is not None:
                line.transport.abort()

    def ask_to_reconnect(self) -> None:
        """Send opcode 7 to everybody."""
        for line in self._lines:
            line.put({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send opcode 9 to everybody; unless resumable their sessions are gone."""
        for line in self._lines:
            line.put({"op": INVALID, "d": resumable})
        if not resumable:
            self.sessions.clear()

    @property
    def connected(self) -> int:
        """How many sessions have a connection."""
        return sum(session.line is not None for session in self.sessions.values())

    async def online(self, seconds: float) -> bool:
        """Wait until the bot is connected, as somebody does who sees it offline; False when it takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while not self.connected:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """End all connections, as a server that goes away."""
        for line in list(self._lines):
            line.put(None)
            await line.socket.close(code=1001)

    # --- the protocol ---

    def _of(self, guild: int | None) -> list[Session]:
        return [each for each in self.sessions.values() if (0 if guild is None else (guild >> 22) % each.shards) == each.shard]

    def _censored(self, session: Session, event: str, payload: Json) -> Json:
        """Other people's messages come without their content, unless the bot may read it or is mentioned."""
        if not event.startswith("MESSAGE_") or "content" not in payload or session.intents & CONTENT:
            return payload
        me = str(self._realm.bot.id)
        named = any(each.get("id") == me for each in as_objects(payload.get("mentions")))
        if named or as_object(payload.get("author")).get("id") == me or "guild_id" not in payload:
            return payload
        return {**payload, "content": "", "embeds": [], "components": [], "attachments": []}

    async def converse(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        if self.refusing:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        if request.query.get("v") != "10":
            await socket.close(code=BAD_VERSION)
            return socket
        line = Line(socket, request.transport, compressed=request.query.get("compress") == "zlib-stream")
        self._lines.add(line)
        writer = asyncio.create_task(line.write())
        line.put({"op": HELLO, "d": {"heartbeat_interval": round(self.heartbeat * 1000)}})
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                code = self._take(line, message.data)
                if code:
                    await socket.close(code=code)
        finally:
            self._lines.discard(line)
            self._hang_up(line, socket.close_code)
            line.put(None)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    def _hang_up(self, line: Line, code: int | None) -> None:
        """A client that closes with 1000 or 1001 ends its session; any other end leaves it to be resumed."""
        session = line.session
        if session is None or session.line is not line:
            return
        session.line = None
        if code in {1000, 1001}:
            self.sessions.pop(session.id, None)

    def _take(self, line: Line, text: str) -> int:
        """Act on a packet; returns the code to close with, or 0."""
        try:
            packet = as_object(json.loads(text))
        except ValueError:
            return DECODE_ERROR
        take = {
            BEAT: self._beat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            PRESENCE: self._heed,
            VOICE: self._heed,
            MEMBERS: self._send_members,
        }.get(as_number(packet.get("op"), -1))
        return UNKNOWN_OP if take is None else take(line, as_object(packet.get("d")))

    def _beat(self, line: Line, _payload: Json) -> int:
        line.put({"op": ACK})
        return 0

    def _heed(self, line: Line, _payload: Json) -> int:
        """A status or a voice channel changes nothing here."""
        return NOT_IDENTIFIED if line.session is None else 0

    def _identify(self, line: Line, payload: Json) -> int:
        refusal = self._refuse(line, payload)
        if refusal:
            return refusal
        now = asyncio.get_running_loop().time()
        if now - self._last_identify < self.identify_every:
            self.too_soon += 1
            line.put({"op": INVALID, "d": False})
            return 0
        self._last_identify = now
        shard = [as_number(each) for each in as_list(payload.get("shard"))] or [0, 1]
        session = Session(
            id=secrets.token_hex(16), shard=shard[0], shards=shard[1], intents=as_number(payload.get("intents")), line=line
        )
        self.identified.append({key: value for key, value in payload.items() if key != "token"})
        self.sessions[session.id] = session
        line.session = session
        self._ready(session)
        return 0

    def _refuse(self, line: Line, payload: Json) -> int:
        """The code to close an IDENTIFY with, or 0."""
        intents = as_number(payload.get("intents"), -1)
        shard = [as_number(each, -1) for each in as_list(payload.get("shard"))] or [0, 1]
        sharded = len(shard) == len(("id", "count")) and 0 <= shard[0] < shard[1]
        refusals = (
            (line.session is not None, TWICE),
            (payload.get("token") != self._token, BAD_TOKEN),
            (intents < 0 or bool(intents & ~ALL_INTENTS), BAD_INTENTS),
            (bool(intents & PRIVILEGED & ~self.allowed_intents), FORBIDDEN_INTENTS),
            (not sharded, BAD_SHARD),
            (sharded and len(self._guilds(shard[0], shard[1])) > GUILDS_PER_SHARD, SHARDING_REQUIRED),
        )
        return next((code for refused, code in refusals if refused), 0)

    def _guilds(self, shard: int, shards: int) -> list[int]:
        mine = (guild for guild in self._realm.guilds.values() if self._realm.bot.id in guild.members)
        return [guild.id for guild in mine if (guild.id >> 22) % shards == shard]

    def _ready(self, session: Session) -> None:
        realm = self._realm
        guilds = self._guilds(session.shard, session.shards)
        session.send(
            "READY",
            {
                "v": 10,
                "user": render.me(realm.bot),
                "guilds": [{"id": str(guild), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": self.resume_url,
                "shard": [session.shard, session.shards],
                "application": {"id": str(realm.bot.id), "flags": 0},
                "private_channels": [],
                "session_type": "normal",
            },
        )
        for guild in guilds:
            if realm.guilds[guild].available and session.wants("GUILD_CREATE", guild):
                session.send("GUILD_CREATE", render.guild_create(realm.guilds[guild], realm.bot.id))
        self.changed.set()

    def _resume(self, line: Line, payload: Json) -> int:
        if payload.get("token") != self._token:
            return BAD_TOKEN
        session = self.sessions.get(str(payload.get("session_id")))
        after = as_number(payload.get("seq"), -1)
        if session is None or not 0 <= after <= session.sequence or (session.sent and session.sent[0][0] > after + 1):
            line.put({"op": INVALID, "d": False})
            return 0
        session.line, line.session = line, session
        for sequence, packet in list(session.sent):
            if sequence > after:
                line.put(packet)
        session.send("RESUMED", {})
        self.resumed += 1
        self.changed.set()
        return 0

    def _send_members(self, line: Line, payload: Json) -> int:
        guild = self._realm.guilds.get(as_id(payload.get("guild_id")) or 0)
        if line.session is None:
            return NOT_IDENTIFIED
        if guild is None:
            return 0
        asked = payload.get("user_ids")
        wanted = {str(each) for each in (as_list(asked) or [asked])}
        prefix = payload.get("query")
        found = [
            render.member(member)
            for member in guild.members.values()
            if str(member.user.id) in wanted or (isinstance(prefix, str) and member.user.name.startswith(prefix))
        ]
        chunk: Json = {"guild_id": str(guild.id), "members": found, "chunk_index": 0, "chunk_count": 1}
        line.session.send("GUILD_MEMBERS_CHUNK", {**chunk, "nonce": payload.get("nonce")})
        return 0
