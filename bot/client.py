"""The discord.py client: few intents, one paced session, the commands, and a login that waits for a Discord that is away."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum, unique
from typing import Any, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.arriving import ArrivingState
from bot.cogs import about, admins, calendars, crew, launch, live, members, news, schedule, search
from bot.cogs import help as help_
from bot.cogs import next as next_
from bot.cogs import official as follow_official
from bot.cogs.failing import BEGAN, Tree
from bot.cogs.feeds import FeedCommands
from bot.cogs.listening import Listening
from bot.cogs.translating import CommandTranslator
from bot.flow.ask import Asking
from bot.flow.asking_feeds import AskingFeeds
from bot.flow.asking_why import Gauge
from bot.flow.keeping import Keeping
from bot.meters import Meters
from bot.model import GuildId
from bot.ports import Clock, StoreDown
from bot.rules.sharing import Shards
from bot.wire import TOO_MANY, Pacer, is_doubtful, trace

log = logging.getLogger(__name__)

DISCORD = "https://discord.com/api/v10"

AnyCommand = discord.app_commands.Command[Any, ..., Any] | discord.app_commands.ContextMenu

LONGEST_RATE_LIMIT_S = 30.0
"""The least that discord.py takes: from here on a rate limit is told to the caller instead of slept through."""
LOGIN_S = 30.0
"""Patience with one login. Chosen, not measured: revisit with a Discord that answers slowly and does not fail."""
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
BACKOFF_EXPONENT = 6
"""A lost gateway is dialled again at most 64 s later; discord.py's own ten would be 17 minutes."""
CLOSING_S = 5.0
"""How long saying goodbye may take."""

UNAUTHORIZED = 401
BAD_TOKEN = 4004
INTENTS = frozenset({4013, 4014})
"""Gateway close codes: invalid or disallowed intents."""


@unique
class Refusal(StrEnum):
    """Why Discord will not have us, and trying again does not help."""

    TOKEN = "token"  # noqa: S105 -- a word, not a secret
    INTENTS = "intents"
    API = "api"
    CLOSED = "closed"


class ClientDown(Exception):
    """The client cannot go on. `refusal` is the kind, `sentence` what to tell the operator."""

    def __init__(self, refusal: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = refusal
        self.sentence = sentence


def api_base(url: str) -> str:
    """The base of REST v10 for what an operator wrote: a bare host, one that ends in /api, or the whole."""
    bare = url.strip().rstrip("/") or DISCORD
    if re.search(r"/api/v\d+$", bare):
        return bare
    return f"{bare}/v10" if bare.endswith("/api") else f"{bare}/api/v10"


class TMinusClient(discord.AutoShardedClient):
    """The bot on Discord. Nothing is deleted when a server lets it go: it may come back."""

    def __init__(
        self,
        asking: Asking,
        *,
        clock: Clock,
        api_url: str = DISCORD,
        rate_per_s: float = 45.0,
        guilds_settle_s: float = 2.0,
        meters: Meters | None = None,
        feeds: AskingFeeds | None = None,
        public_url: str = "",
        official: Mapping[str, int] | None = None,
        shards: Shards | None = None,
        identifies: Callable[[int, int], Awaitable[None]] | None = None,
    ) -> None:
        Route.BASE = api_base(api_url)
        self.meters = meters or Meters()
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # this bot does not speak
        self.pacer = Pacer(rate_per_s)
        self.shards_held = shards
        """None: all there are, however many Discord advises."""
        self._identifies = identifies
        """Waits until a shard may identify, of so many at once; None: no other process does."""
        self._at_once = 1
        super().__init__(
            shard_ids=cast("list[int]", shards.ids if shards else None),  # None is its default, which its annotation leaves out
            shard_count=shards.count if shards else None,
            intents=discord.Intents(guilds=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_S,
            guild_ready_timeout=guilds_settle_s,
            http_trace=trace(self.pacer, lambda: self.application_id, self.meters.answered),
        )
        self.asking = asking
        self.clock = clock
        self.gauge: Gauge | None = None
        self._store = asking.store
        self._began = False
        self._connecting: asyncio.Task[None] | None = None
        self.tree = Tree(self)
        self.translator = CommandTranslator()
        self.tree.add_command(news.command(asking))
        if feeds is not None:
            self.tree.add_command(FeedCommands(feeds))
        for room in (next_, schedule, launch, live, search, crew, about):
            self.tree.add_command(room.command(asking, clock))
        self.tree.add_command(help_.command(self.tree))
        if public_url:
            self.tree.add_command(calendars.command(asking, clock, public_url))
        if official:
            self.tree.add_command(follow_official.command(official))
        for command in (*members.commands(asking, clock), *admins.commands(asking, clock)):
            self.tree.add_command(command)
        self._listening = Listening(self, Keeping(asking.store, clock, asking.desk, self.holds))

    def _get_state(self, **options: Any) -> ArrivingState:
        it: Any = self  # discord.py does not say what its handlers and hooks take
        return ArrivingState(dispatch=self.dispatch, handlers=it._handlers, hooks=it._hooks, http=self.http, **options)  # noqa: SLF001 -- it is ours

    def holds(self, guild: GuildId) -> bool:
        """Whether this process hears of a server: others may hold its shard."""
        return self.shards_held is None or self.shards_held.has(guild)

    async def on_app_command_completion(self, interaction: discord.Interaction[Any], command: AnyCommand) -> None:
        """Measure how long a command took since it came in."""
        took = asyncio.get_running_loop().time() - interaction.extras.get(BEGAN, math.nan)
        if not math.isnan(took):
            self.meters.commanded(command.qualified_name, took)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(self.translator)
        self.add_dynamic_items(*admins.ITEMS, *members.ITEMS, news.Turn, schedule.Turn)

    async def start_until_ready(self, token: str) -> None:
        """Log in, however long Discord is away, and wait until the servers are known. Raises: ClientDown."""
        await self._log_in(token)
        self._connecting = asyncio.create_task(self.connect(), name="discord gateway")
        ready = asyncio.create_task(self.wait_until_ready())
        try:
            await asyncio.wait({self._connecting, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._connecting.done():
            await self.run_until_closed()

    async def run_until_closed(self) -> None:
        """Stay while the gateway is held; return after close(). Raises: ClientDown."""
        if self._connecting is None:
            return
        try:
            await asyncio.shield(self._connecting)
        except discord.PrivilegedIntentsRequired:
            raise _intents() from None
        except discord.ConnectionClosed as closed:
            raise _closed(closed.code) from None

    async def close(self) -> None:
        """Leave Discord, within seconds whatever the other side does."""
        if not self._began:
            return
        try:
            async with asyncio.timeout(CLOSING_S):
                await super().close()
        except TimeoutError:
            log.warning("Discord did not say goodbye within %s s", CLOSING_S)
            await self.http.close()
        await self._listening.rest()
        if self._connecting is not None and self._connecting is not asyncio.current_task():
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if self._identifies is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self._identifies(shard_id or 0, self._at_once)

    async def launch_shards(self) -> None:
        await super().launch_shards()
        for info in self.shards.values():
            shard: Any = info._parent  # noqa: SLF001 -- discord.py has no setting for it
            shard._backoff._max = BACKOFF_EXPONENT  # noqa: SLF001

    # --- logging in ---------------------------------------------------------------------------------------------------

    async def _log_in(self, token: str) -> None:
        self._began = True
        wait = FIRST_WAIT
        while True:
            try:
                async with asyncio.timeout(LOGIN_S):
                    await self._log_in_once(token)
            except discord.LoginFailure:
                raise _token() from None
            except (discord.HTTPException, discord.RateLimited, discord.GatewayNotFound) as answer:
                why = _away(answer)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                why = f"does not answer ({type(error).__name__}: {error})"
            except (LookupError, TypeError, ValueError, AttributeError) as unread:
                sentence = f"What answers at {Route.BASE} does not speak Discord's API. Check DISCORD_API_URL."
                raise ClientDown(Refusal.API, sentence) from unread
            else:
                return
            log.warning("Discord at %s %s; trying again in %.0f s", Route.BASE, why, wait.total_seconds())
            await self.http.close()
            self.http.connector = discord.utils.MISSING  # the old one closed with its session
            await asyncio.sleep(wait.total_seconds())
            wait = min(2 * wait, LONGEST_WAIT)

    async def _log_in_once(self, token: str) -> None:
        await self.login(token)
        advised, gateway, limit = await self.http.get_bot_gateway()
        self._at_once = limit["max_concurrency"]
        self.shard_count = self.shards_held.count if self.shards_held else advised
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        await self._sync()

    async def _sync(self) -> None:
        """Tell Discord the commands, if they are others than last time."""
        payload = [await command.get_translated_payload(self.tree, self.translator) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps([Route.BASE, payload], sort_keys=True).encode()).hexdigest()
        name = f"commands of {self.application_id}"
        try:
            async with self._store.transaction() as transaction:
                if await transaction.recall(name) == digest:
                    return
        except StoreDown as down:
            log.warning("cannot tell whether the commands changed: %s", down)
        try:
            await self.tree.sync()
        except discord.RateLimited as limited:
            log.warning("commands not updated: Discord wants %.0f s of rest first; they are at the next start", limited.retry_after)
            return
        except discord.HTTPException as answer:
            if is_doubtful(answer.status):
                raise
            log.exception("commands not updated: Discord refused them")
            return
        try:
            async with self._store.transaction() as transaction:
                await transaction.remember(name, digest)
        except StoreDown as down:
            log.warning("commands will be sent again at the next start: %s", down)


def _away(answer: discord.HTTPException | discord.RateLimited | discord.GatewayNotFound) -> str:
    """Why it makes sense to try again. Raises: ClientDown where it does not."""
    cause: Any = answer.__cause__ if isinstance(answer, discord.GatewayNotFound) else answer
    if isinstance(cause, discord.HTTPException):
        if cause.status == UNAUTHORIZED:
            raise _token() from None
        if not is_doubtful(cause.status) and cause.status != TOO_MANY:
            sentence = f"Discord at {Route.BASE} answered {cause.status} to the login. Check DISCORD_API_URL and the application."
            raise ClientDown(Refusal.API, sentence) from None
        return f"answers {cause.status}"
    return "asks to wait"


def _token() -> ClientDown:
    return ClientDown(
        Refusal.TOKEN, "Discord does not accept the token. Copy it anew from the Developer Portal (Bot, Reset Token)."
    )


def _intents() -> ClientDown:
    return ClientDown(Refusal.INTENTS, "Discord refuses the intents. This bot needs Guilds only: check the application's Bot page.")


def _closed(code: int) -> ClientDown:
    if code == BAD_TOKEN:
        return _token()
    if code in INTENTS:
        return _intents()
    return ClientDown(Refusal.CLOSED, f"Discord closed the gateway for good (code {code}).")
