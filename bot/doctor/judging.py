"""What is well, what is not, and what to do: every judgement of the doctor, made of what was seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, unique
from typing import cast

from bot.store.examining import Examined, Held

FIRST_SQLITE = (3, 35, 0)
"""It knows RETURNING, which every claim uses."""
BOUNDED_EXPAT = (2, 4, 1)
"""It gives up on entities that multiply; older ones fill the memory with a page of one kilobyte."""
SKEWED, WRONG_CLOCK = timedelta(seconds=5), timedelta(minutes=1)
"""Chosen, not measured: a Date header is cut to the second and some way old; reminders of a minute must not be off by one."""
SLOW_S = 2.0
"""Discord takes an answer to a command for three seconds."""
OLD = timedelta(hours=3)
"""As /readyz has it: far from any launch a feed is asked every hour or two."""
SCARCE = 200 * 1024 * 1024
"""Bytes. Chosen, not measured: some months of a busy bot."""
FEW_STARTS = 50
"""Of a thousand a day: each start of a shard takes one, and at none Discord resets the token."""
LATE = timedelta(minutes=5)
"""How long something may wait whose time has come before that is worth a word: retries take minutes."""
SHOWN = 5
"""Reasons that are listed."""
PRIVILEGED = (("Presence", 1 << 12 | 1 << 13), ("Server Members", 1 << 14 | 1 << 15), ("Message Content", 1 << 18 | 1 << 19))
"""Discord's flags of an application, by the intent that they switch on, for few servers or many."""
UNBACKED = timedelta(days=7)


@unique
class Level(Enum):
    """How it is; the number is the exit code's rank."""

    WELL = "well"
    NOTE = "note"
    WARNING = "warning"
    WRONG = "wrong"


CODES = {"configuration": 2, "token": 3, "database": 4}
"""Exit codes of what is wrong, as `tminus run` has them; the first that applies. Anything else ends with 5."""
OTHER = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Level
    says: str
    todo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back from one request: a status, 0 with `trouble` when nothing did; `at` and `date` are ours and theirs."""

    status: int = 0
    trouble: str = ""
    took_s: float = 0.0
    at: datetime | None = None
    date: datetime | None = None
    body: object = None

    def given(self, *path: str) -> object:
        """What stands at a place of the body; None when nothing does."""
        found = self.body
        for part in path:
            found = cast("Mapping[str, object]", found).get(part) if isinstance(found, Mapping) else None
        return found

    def number(self, *path: str) -> int | None:
        """The whole number at a place."""
        found = self.given(*path)
        return found if isinstance(found, int) and not isinstance(found, bool) else None


def code_of(findings: Sequence[Finding]) -> int:
    """Give the exit code: 0 while nothing is wrong."""
    wrong = [finding.name for finding in findings if finding.level is Level.WRONG]
    return next((code for name, code in CODES.items() if name in wrong), OTHER if wrong else 0)


def versions(python: str, sqlite: str, expat: str, *, on_sqlite: bool) -> Iterable[Finding]:
    """Judge what it runs on."""
    if on_sqlite and numbers(sqlite) < FIRST_SQLITE:
        yield Finding(
            "versions",
            Level.WRONG,
            f"SQLite {sqlite} is too old: it does not know RETURNING.",
            "Use a newer Python, or PostgreSQL.",
        )
    if numbers(expat) < BOUNDED_EXPAT:
        todo = "Update it (Debian: libexpat1), or switch off feeds that you do not trust."
        yield Finding("versions", Level.WARNING, f"expat {expat}, which reads RSS, can be made to fill the memory.", todo)
    yield Finding("versions", Level.WELL, f"Python {python}, SQLite {sqlite}, expat {expat}.")


def numbers(version: str) -> tuple[int, ...]:
    """Read a version."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def clock(who: str, ours: datetime, theirs: datetime) -> Finding:
    """Compare two clocks."""
    apart = abs(theirs - ours)
    way = "behind" if theirs > ours else "ahead of"
    said = f"This machine's clock is {apart.total_seconds():.0f} s {way} that of {who}."
    todo = "Let the machine keep time (systemd-timesyncd, chrony): T-0 is counted by its clock."
    if apart < SKEWED:
        return Finding("clock", Level.WELL, f"The clock agrees with that of {who}.")
    return Finding("clock", Level.WARNING if apart < WRONG_CLOCK else Level.WRONG, said, todo)


# --- the database -------------------------------------------------------------------------------------------------


def database(seen: Examined, now: datetime) -> Iterable[Finding]:
    """Judge a database by what was seen of it."""
    if not seen.there:
        yield Finding("database", Level.NOTE, f"{seen.where} is not there yet: the first `tminus run` makes it.")
    elif seen.trouble:
        todo = "Check DATABASE_URL, that the server runs, and who may write."
        yield Finding("database", Level.WRONG, f"{seen.where} cannot be used: {seen.trouble}.", todo)
    elif seen.damaged:
        todo = "Stop the bot, keep the file, restore the last backup."
        yield Finding("database", Level.WRONG, f"{seen.where} is damaged: {seen.damaged}.", todo)
    elif seen.read_only:
        todo = "Give the bot's user the right to write, to the file and to its folder."
        yield Finding("database", Level.WRONG, f"{seen.where} can be read and not written: {seen.read_only}.", todo)
    elif seen.step is None:
        yield Finding("database", Level.NOTE, f"{seen.where} answers and is empty: the first `tminus run` makes its tables.")
    elif seen.step > seen.newest:
        todo = "Update the bot: it refuses to run on this database."
        yield Finding(
            "database",
            Level.WRONG,
            f"{seen.where} was written by a newer version (step {seen.step}; this one knows {seen.newest}).",
            todo,
        )
    elif seen.step != seen.newest:
        todo = "Run `tminus migrate`, or start the bot, which does so too. Take a backup first."
        yield Finding("database", Level.WARNING, f"{seen.where} is at step {seen.step} of {seen.newest}.", todo)
    else:
        size = "" if seen.size is None else f", {megabytes(seen.size)}"
        yield Finding("database", Level.WELL, f"{seen.where} answers and can be written: step {seen.step}{size}.")
    if seen.free is not None and seen.free < max(SCARCE, seen.size or 0):
        todo = "Make room: without it nothing can be recorded, and so nothing is sent."
        yield Finding("disk", Level.WARNING, f"Only {megabytes(seen.free)} are free on the disk of the database.", todo)
    if seen.held is not None:
        yield from rows(seen.held, now)


def rows(held: Held, now: datetime) -> Iterable[Finding]:
    """Judge what is owed, what was dropped, and who rests."""
    waits = now - held.oldest if held.oldest is not None else timedelta()
    if held.overdue and waits > LATE:
        says = f"{held.overdue} of {held.owed} deliveries wait although their time has come, the oldest for {span(waits)}."
        todo = "Does the bot run? Is Discord away, are their channels paused? Its log says of each why it is tried again."
        yield Finding("deliveries", Level.WARNING, says, todo)
    else:
        yield Finding("deliveries", Level.WELL, f"{held.owed} are owed, none is late.")
    if held.dropped:
        said = "; ".join(f"{count} × {why}" for why, count in held.dropped[:SHOWN])
        late = any(why == "too late" for why, _ in held.dropped)
        todo = "“Too late”: the bot, Discord or the database was away, or a channel paused." if late else ""
        yield Finding("dropped", Level.WARNING if late else Level.NOTE, f"In the last day: {said}.", todo)
    if held.paused:
        todo = "Their servers' admins were told; /doctor in a server names them and what is missing."
        yield Finding("paused", Level.NOTE, f"{held.paused} channels or persons rest, because Discord refused them.", todo)
    if held.backed_up is None:
        yield Finding(
            "backup", Level.NOTE, "No `tminus backup` of this database was ever made.", "Make one: it copies while the bot runs."
        )
    else:
        ago = now - held.backed_up
        level = Level.NOTE if ago > UNBACKED else Level.WELL
        yield Finding("backup", level, f"The last `tminus backup` was made {span(ago)} ago.")


def freshness(held: Held | None, now: datetime, *, runs: bool) -> Finding:
    """Judge how old what is known is."""
    if held is None or held.heard is None:
        return Finding("data", Level.NOTE, "No launch was read yet.")
    age = now - held.heard
    says = f"A launch feed last described something {span(age)} ago."
    if age <= OLD:
        return Finding("data", Level.WELL, says)
    if not runs:
        return Finding("data", Level.NOTE, f"{says} No bot was found running here.")
    return Finding("data", Level.WRONG, says, "The bot runs and reads nothing: its log names the feed and why.")


def processes(held: Held | None, *, sharded: bool) -> Iterable[Finding]:
    """Judge how many processes share one database."""
    if held is None or not held.alive:
        return
    if sharded:
        yield Finding("processes", Level.WELL, f"{held.alive} with shards of their own share the database.")
    else:
        todo = "Set TMINUS_SHARDS for this one too, or stop the others: two bots of one token send twice as fast as Discord allows."
        yield Finding("processes", Level.WARNING, f"{held.alive} with TMINUS_SHARDS share the database; here it is not set.", todo)


# --- Discord ------------------------------------------------------------------------------------------------------


def discord(url: str, me: Answered) -> Iterable[Finding]:
    """Judge whether Discord answers and takes the token."""
    if me.trouble:
        todo = "Check the network, a proxy, and DISCORD_API_URL."
        yield Finding("discord", Level.WRONG, f"{url} {me.trouble}.", todo)
        return
    if me.status == 401:  # noqa: PLR2004 -- HTTP's word for a token that is none
        todo = "Copy it anew from discord.com/developers/applications (Bot, Reset Token)."
        yield Finding("token", Level.WRONG, "Discord does not accept the token.", todo)
        return
    if me.status == 429:  # noqa: PLR2004 -- too many requests
        yield Finding(
            "discord", Level.WARNING, f"{url} asks to wait (429).", "Does another process use the token? Try again later."
        )
        return
    name = me.given("username")
    if me.status != 200 or not isinstance(name, str):  # noqa: PLR2004 -- what is said about the bot
        yield Finding("discord", Level.WRONG, f"{url} answered {me.status}, and not as Discord does.", "Check DISCORD_API_URL.")
        return
    if me.took_s > SLOW_S:
        todo = "Commands fail after 3 s: look at the network between."
        yield Finding("discord", Level.WARNING, f"{url} answers after {me.took_s:.1f} s.", todo)
    else:
        yield Finding("discord", Level.WELL, f"{url} answers after {me.took_s * 1000:.0f} ms.")
    yield Finding("token", Level.WELL, f"Discord knows it as {name} ({me.given('id')}).")


def application(app: Answered, sharded: int | None, gateway: Answered) -> Iterable[Finding]:
    """Judge servers, intents, shards and starts that are left."""
    flags = app.number("flags")
    on = [name for name, bits in PRIVILEGED if flags is not None and flags & bits]
    if on:
        todo = "They are not needed: switch them off on the application's Bot page."
        yield Finding("intents", Level.NOTE, f"Privileged intents are switched on: {', '.join(on)}.", todo)
    elif flags is not None:
        yield Finding("intents", Level.WELL, "No privileged intent is switched on, and none is needed.")
    shards, servers = gateway.number("shards"), app.number("approximate_guild_count")
    if shards is not None:
        known = "" if servers is None else f"; it is in some {servers} servers"
        if sharded is not None and sharded < shards:
            todo = "Raise the number in TMINUS_SHARDS for all processes: with too few Discord refuses the gateway."
            yield Finding("shards", Level.WARNING, f"Discord advises {shards}, TMINUS_SHARDS divides by {sharded}{known}.", todo)
        else:
            yield Finding("shards", Level.WELL, f"Discord advises {shards}{known}.")
    left, total = gateway.number("session_start_limit", "remaining"), gateway.number("session_start_limit", "total")
    if left is not None and total is not None:
        few = left < min(FEW_STARTS, total)
        todo = "Something restarts again and again: stop it. When none is left, Discord resets the token." if few else ""
        yield Finding("starts", Level.WARNING if few else Level.WELL, f"{left} of {total} starts of a shard are left today.", todo)


def gateway(url: str, trouble: str) -> Finding:
    """Judge whether the gateway can be dialled."""
    if trouble:
        todo = "Does a firewall or a proxy let WebSockets through? The bot needs port 443 to gateway.discord.gg."
        return Finding("gateway", Level.WRONG, f"{url} {trouble}.", todo)
    return Finding("gateway", Level.WELL, f"{url} says hello.")


# --- feeds --------------------------------------------------------------------------------------------------------


def launch_library(throttle: Answered, *, url: str, keyed: bool, configured: int, asked: int | None) -> Iterable[Finding]:
    """Judge what Launch Library says of our quota; asking for that costs none of it."""
    name = "feed ll2"
    if throttle.trouble:
        todo = "Reminders go out from what is known. Check the network and LAUNCH_LIBRARY_URL; other feeds take over."
        yield Finding(name, Level.WRONG, f"{url} {throttle.trouble}.", todo)
        return
    if throttle.status in {401, 403}:
        yield Finding(name, Level.WRONG, f"{url} refuses the key ({throttle.status}).", "Copy LL2_TOKEN anew, or unset it.")
        return
    limit, used = throttle.number("your_request_limit"), throttle.number("current_use")
    if throttle.status == 404 or (throttle.status == 200 and limit is None):  # noqa: PLR2004 -- a mirror without that page
        yield Finding(
            name, Level.NOTE, f"{url} answers, and does not tell its quota.", "Fine for a mirror; else check LAUNCH_LIBRARY_URL."
        )
        return
    if limit is None:
        yield Finding(name, Level.WRONG, f"{url} answered {throttle.status}.", "It may be down; what was known stands.")
        return
    said = f"{url} allows {limit} requests an hour, {used or 0} are used" + (
        "." if asked is None else f", {asked} of them by this bot."
    )
    if limit < configured:
        todo = "The key is not accepted: copy LL2_TOKEN anew." if keyed else "Set polling.without_key_per_hour to what it allows."
        yield Finding(name, Level.WARNING, f"{said} {configured} are configured.", todo)
    elif used is not None and used >= limit:
        yield Finding(
            name, Level.WARNING, said, "Who else asks from this address? A key of your own (LL2_TOKEN) has a quota of its own."
        )
    else:
        yield Finding(name, Level.WELL, said)


def feed(name: str, trouble: str, found: int) -> Finding:
    """Judge another feed by one answer."""
    if trouble:
        return Finding(f"feed {name}", Level.WARNING, f"{trouble}.", "Check its address in feeds.toml, or switch it off there.")
    return Finding(f"feed {name}", Level.WELL, f"It answers: {found} entries.")


# --- a bot that runs here -----------------------------------------------------------------------------------------


def port(where: str, health: Answered, taken: str) -> Finding:
    """Judge who answers where the pages would be served."""
    signs = health.given("signs")
    if health.status and isinstance(signs, Mapping):
        shown = [(str(name), Answered(body=sign)) for name, sign in cast("Mapping[str, object]", signs).items()]
        ill = [f"{name} ({sign.given('says')})" for name, sign in shown if sign.given("well") is not True]
        if not ill:
            return Finding("running bot", Level.WELL, f"It answers at {where} and is well.")
        return Finding("running bot", Level.WRONG, f"It answers at {where} and is not well: {', '.join(ill)}.", "Its log says why.")
    if health.status:
        return Finding("port", Level.WRONG, f"Something else answers at {where} ({health.status}).", "Choose another PORT.")
    if taken:
        return Finding("port", Level.WRONG, f"{where} cannot be listened on: {taken}.", "Choose another PORT or web.host.")
    return Finding("port", Level.NOTE, f"{where} is free: no bot serves there now.")


# --- words --------------------------------------------------------------------------------------------------------


def megabytes(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.1f} MB"


def span(ago: timedelta) -> str:
    """Write a span of time in its greatest unit."""
    seconds = max(ago.total_seconds(), 0)
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
