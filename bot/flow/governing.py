"""What admins decide: every change in one transaction, with the settings as they were beside it, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.flow.ask import BASELINE, Asking, Unacceptable
from bot.flow.plan import catch_up, rearm
from bot.model import FLOWN, OVER, GuildId, Server, SettingsChange, Target, Track, UserId, Watch, WatchId
from bot.ports import Transaction
from bot.rules.planning import summary
from bot.rules.settings_text import FIELDS, Known, Settings, read_settings, written
from bot.tongue import said

SENDS = frozenset({"target", "include", "exclude", "crewed_only", "webcast_only", "notices", "leads", "off"})
"""Fields that decide what is owed: whoever changes one begins anew, so that no lead that had passed is sent late."""
ARMS = SENDS | {"name", "roles", "ping_on", "ping_leads", "language", "occasions"}
"""Fields that stand in what is owed: whoever changes another one has nothing planned anew."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes what: the server, the person, and the language in which they are answered."""

    guild: GuildId
    user: UserId
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Governing:
    """Changes a server's settings. Two admins at once lose nothing: each change reads what is there and touches its own fields."""

    asking: Asking

    async def settings(self, guild: GuildId) -> Settings:
        """Give all that a server decided."""
        async with self.asking.store.transaction() as tx:
            return await current(tx, guild)

    # --- watches --------------------------------------------------------------------------------------------------

    async def add(
        self, who: Who, draft: Watch, *, change: Callable[[Server], Server] = lambda server: server, what: str = ""
    ) -> tuple[Watch, tuple[Track, ...]]:
        """Keep a new watch and owe its summary: the watch, and what lies ahead of it. Raises: Unacceptable.

        `change`: what is decided for the server along with it.
        """
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            before = await self.noted(tx, who, what or f"/watch add {draft.name}", now)
            if len(before.watches) >= self.asking.most_watches:
                most = self.asking.most_watches
                sentence = "This server has {most} watches, which is the most. Remove one with `/watch remove` first."
                raise Unacceptable(said(who.language, sentence, most=most))
            if await tx.resume(draft.target):
                await catch_up(tx, self.asking.desk, (draft.target,), now)
            server = change(before.server)
            if server != before.server:
                await tx.keep_server(server)
            watch = await tx.add_watch(replace(draft, made_at=now))
            ahead = await self.rearm(tx, (watch,), now)
            if await tx.recall(BASELINE):
                await tx.owe([summary(watch, now)])
        self.asking.desk.wake()
        return watch, ahead

    async def edit(
        self,
        who: Who,
        watch: WatchId,
        fields: Mapping[str, object],
        what: str = "/watch edit",
        *,
        also: Callable[[Watch], Mapping[str, object]] = lambda _: {},
    ) -> tuple[Watch, Watch] | None:
        """Change only these fields of a watch as it is now: before and after; None when the server has no such watch.

        `also`: fields that depend on what the watch is by then.
        """
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            before = await self.noted(tx, who, what, now)
            old = next((one for one in before.watches if one.id == watch), None)
            if old is None:
                await forget_last(tx, who.guild)
                return None
            new = replace(old, **fields)  # type: ignore[arg-type]  # the caller names fields of Watch
            new = replace(new, **also(new))  # type: ignore[arg-type]  # and so does this
            if new == old:
                await forget_last(tx, who.guild)
                return old, old
            new = begun_anew(old, new, now)
            if new.target != old.target and await tx.resume(new.target):
                await catch_up(tx, self.asking.desk, (new.target,), now)
            await tx.replace_watch(new)
            await self.rearm(tx, (old, new) if differ(old, new, ARMS) else (), now)
        self.asking.desk.wake()
        return old, new

    async def remove(self, who: Who, watch: WatchId) -> Watch | None:
        """Forget a watch and what it alone was owed; None when the server has no such watch."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            before = await self.noted(tx, who, "/watch remove", now)
            gone = next((one for one in before.watches if one.id == watch), None)
            if gone is None:
                await forget_last(tx, who.guild)
                return None
            await tx.remove_watch(who.guild, watch)
            await self.rearm(tx, (gone,), now)
        return gone

    # --- the server -----------------------------------------------------------------------------------------------

    async def decide(self, who: Who, what: str, change: Callable[[Server], Server]) -> Server:
        """Change what holds for all watches of a server."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            before = await self.noted(tx, who, what, now)
            server = change(before.server)
            await tx.keep_server(server)
            watches = tuple(one for one in before.watches if one.language == before.server.language != server.language)
            for watch in watches:
                await tx.replace_watch(replace(watch, language=server.language))
            await self.rearm(tx, watches, now)
        self.asking.desk.wake()
        return server

    async def replace_all(self, who: Who, wanted: Settings, what: str) -> tuple[Settings, Settings]:
        """Make these the settings of the server: as they were, and as they are. A watch that is not named is gone."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            before = await self.noted(tx, who, what, now)
            after = await self.put(tx, who, before, wanted, now)
        self.asking.desk.wake()
        return before, after

    async def undo(self, who: Who) -> tuple[SettingsChange, Settings, Settings] | None:
        """Take back the last change: which one, the settings as they were, and as they are; None when there is none."""
        now = self.asking.clock.now()
        async with self.asking.store.transaction() as tx:
            await lock(tx, who.guild, now)
            change = await tx.last_change(who.guild)
            if change is None:
                return None
            await tx.drop_change(change.number)
            most = max(self.asking.most_watches, len(change.before))  # what was kept once is put back, whatever the limit is now
            wanted = read_settings(change.before.encode(), who.guild, known=Known(), most=most)
            if not isinstance(wanted, Settings):
                raise Unacceptable(said(who.language, "I cannot read the settings as they were before that; nothing was changed."))
            before = await current(tx, who.guild)
            after = await self.put(tx, who, before, wanted, now, back=True)
        self.asking.desk.wake()
        return change, before, after

    async def put(
        self, tx: Transaction, who: Who, before: Settings, wanted: Settings, now: datetime, *, back: bool = False
    ) -> Settings:
        """Put these settings in the place of others: watches keep their ids, and what a file does not name stays as it was.

        `back`: ids that are free were given out once and are given again; an id that only a file says is anybody's.
        """
        was = {watch.id: watch for watch in before.watches}
        kept: list[Watch] = []
        touched: list[Watch] = []
        for one in wanted.watches:
            old = was.pop(one.id, None)
            if old is None:
                fresh = replace(one, made_at=now, made_by=who.user)
                if back and not await taken_elsewhere(tx, one):
                    await tx.restore_watch(fresh)
                else:
                    fresh = await tx.add_watch(fresh)
                kept.append(fresh)
                touched.append(fresh)
                continue
            new = taking(old, one)
            if new != old:
                new = begun_anew(old, new, now)
                await tx.replace_watch(new)
                touched += (old, new)
            kept.append(new)
        for gone in was.values():
            await tx.remove_watch(who.guild, gone.id)
            touched.append(gone)
        server = deciding(before.server, wanted.server)
        if server != before.server:
            await tx.keep_server(server)
        await self.rearm(tx, touched, now)
        return Settings(server, tuple(sorted(kept, key=lambda watch: watch.id)))

    # --- parts ----------------------------------------------------------------------------------------------------

    async def noted(self, tx: Transaction, who: Who, what: str, now: datetime) -> Settings:
        """Write down the settings as they are before a change, and give them; nobody else changes them until it is done."""
        await lock(tx, who.guild, now)
        before = await current(tx, who.guild)
        await tx.note_change(who.guild, who.user, what, written(before), now)
        return before

    async def rearm(self, tx: Transaction, watches: Sequence[Watch], now: datetime) -> tuple[Track, ...]:
        """Set the countdowns right of every event that one of these watches wants, and give those that lie ahead."""
        asked = await rearm(tx, self.asking.desk, watches[0].target.guild if watches else GuildId(0), watches, now)
        return tuple(track for track in asked if track.event.status not in FLOWN | OVER)

    async def resume(self, who: Who, targets: Collection[Target]) -> tuple[Target, ...]:
        """Send again to these targets; gives those that were paused."""
        async with self.asking.store.transaction() as tx:
            found = tuple([target for target in targets if target.guild == who.guild and await tx.resume(target)])
            await catch_up(tx, self.asking.desk, found, self.asking.clock.now())
            await catch_up(tx, self.asking.desk, found, self.asking.clock.now())
        self.asking.desk.wake()
        return found


SET = tuple(name for name in FIELDS if name not in {"id", "channel", "place"})
"""The fields of a watch that a file holds, beside its target."""


def taking(old: Watch, wanted: Watch) -> Watch:
    """Give a watch with what a file says of it."""
    return replace(old, **{name: getattr(wanted, name) for name in ("target", *SET)})


def deciding(old: Server, wanted: Server) -> Server:
    """Give a server with what a file says of it."""
    return replace(old, zone=wanted.zone, language=wanted.language, role=wanted.role)


def preview(before: Settings, wanted: Settings) -> Settings:
    """Give the settings as they would be; new watches have no id yet."""
    was = {watch.id: watch for watch in before.watches}
    after = (taking(was[one.id], one) if one.id in was else replace(one, id=WatchId(0)) for one in wanted.watches)
    return Settings(deciding(before.server, wanted.server), tuple(after))


async def lock(tx: Transaction, guild: GuildId, now: datetime) -> None:
    """Let nobody else change this server's settings until the transaction ends: its row is written, so it is held."""
    await tx.remember(f"settings of {guild}", now.isoformat())


async def current(tx: Transaction, guild: GuildId) -> Settings:
    """Read all that a server decided."""
    return Settings(await tx.server(guild) or Server(guild=guild), await tx.watches(guild))


async def forget_last(tx: Transaction, guild: GuildId) -> None:
    """Forget the change that was just noted: nothing came of it."""
    noted = await tx.last_change(guild)
    await tx.drop_change(noted.number if noted else 0)


async def taken_elsewhere(tx: Transaction, watch: Watch) -> bool:
    """Whether another server has a watch of this id."""
    return any(one.id == watch.id for one in await tx.watches())


def begun_anew(old: Watch, new: Watch, now: datetime) -> Watch:
    """Give a changed watch; where that changes what is owed, it counts as made now."""
    return replace(new, made_at=now) if differ(old, new, SENDS) else new


def differ(old: Watch, new: Watch, names: Collection[str]) -> bool:
    """Whether two versions of a watch differ in one of these fields."""
    return any(getattr(old, name) != getattr(new, name) for name in names)
