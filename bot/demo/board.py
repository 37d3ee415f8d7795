"""What the page shows, as JSON: servers and people, what stands in the channels, and what the narrator has said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.drive import Count, pinged
from bot.sandbox.permissions import Permission, base
from bot.sandbox.play import Sandbox
from bot.sandbox.record import Acted, Asked, Entry, Said
from bot.sandbox.wire import Json, ids
from bot.sandbox.world import Channel, ChannelType, Guild, Message, Pings, User

MOST_ITEMS = 400
"""Kept of a channel; older ones are no longer shown. The longest story has some sixty in one."""
MOST_TOLD = 400
"""Lines kept of the story; the longest has some two hundred."""
MOST_TEXT = 20_000
"""Characters shown of a text file; longer ones are named only."""


@dataclass
class Board:
    """Keeps what a page that is opened late, or anew, has to show."""

    box: Sandbox
    items: dict[int, OrderedDict[str, Json]] = field(default_factory=dict[int, "OrderedDict[str, Json]"])
    """By channel; each in the order of appearance."""
    told: list[Json] = field(default_factory=list[Json])
    """The story so far, oldest first: what the narrator said, what people and the bot did."""
    fresh: list[Said] = field(default_factory=list[Said])
    """What the bot did since that was last summed up."""
    count: Count = field(default_factory=Count)
    places: Json = field(default_factory=dict[str, object])
    acts: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        for user in self.people():
            self.box.discord.dm(user)
        self.places = self.seen()

    # --- what happens ---

    def added(self, entry: Entry) -> Json | None:
        """Take an entry of the record over; give the item that is new or has changed, None when there is nothing to see."""
        match entry:
            case Said():
                if entry.bot:
                    self.count.add(entry)
                    self.fresh += [] if entry.interaction or entry.what == "delete" else [entry]
                return self.kept(entry.channel, self.said(entry))
            case Acted():
                self.acts += 1
                act = {"kind": "act", "id": f"act-{self.acts}", "user": entry.user, "text": entry.text}
                return self.kept(entry.channel, {**act, "at": stamp(entry.at)})
            case Asked():
                return None

    def failed(self, at: datetime) -> Iterator[Json]:
        """Give what people of the scenario were not answered since this was last asked."""
        fresh, self.answers = self.box.answers[self.answers :], len(self.box.answers)
        for number, one in enumerate(fresh, self.answers - len(fresh)):
            if one.failure:
                channel = self.box.channel(one.act.server, one.act.channel).id
                told = {"kind": "failure", "id": f"failure-{number}", "user": one.act.who, "text": one.failure}
                yield self.kept(channel, {**told, "at": stamp(at)})

    def said(self, entry: Said) -> Json:
        """A message as it is now; what it was at first stays where it was."""
        before = self.items[entry.channel].get(str(entry.message)) if entry.channel in self.items else None
        if entry.what == "delete":
            return {**(before or self.message(entry)), "deleted": stamp(entry.at)}
        now = self.message(entry)
        if before is None:
            return now
        changed = any(now[key] != before[key] for key in ("content", "embeds", "components", "files"))
        kept = {key: before[key] for key in ("at", "pings", "silent", "only", "reply", "edited", "edits")}
        return now | kept | ({"edited": stamp(entry.at), "edits": before["edits"] + 1} if changed else {})

    def message(self, entry: Said) -> Json:
        """A new message."""
        return {
            "kind": "message",
            "id": str(entry.message),
            "at": stamp(entry.at),
            "author": entry.author,
            "bot": entry.bot,
            "content": entry.content,
            "embeds": list(entry.embeds),
            "components": list(entry.components),
            "files": self.files(entry),
            "pings": pings(entry.pings),
            "silent": entry.silent,
            "reply": None if entry.replies_to is None else str(entry.replies_to),
            "published": entry.crossposted,
            "answers": entry.interaction,
            "only": str(entry.asked_by) if entry.what == "ephemeral" else None,
            "edited": None,
            "edits": 0,
            "deleted": None,
        }

    def files(self, entry: Said) -> list[Json]:
        """The files of a message, with the text of those that are short."""
        held = self.box.discord.files
        named = {path.rsplit("/", 1)[-1]: path for path in held if path.startswith(f"attachments/{entry.channel}/")}
        shown: list[Json] = []
        for name in entry.attachments:
            _, raw = held.get(named.get(name, ""), ("", b""))
            shown.append({"name": name, "size": len(raw), "text": readable(raw)})
        return shown

    def kept(self, channel: int, item: Json) -> Json:
        """Put an item into its channel."""
        items = self.items.setdefault(channel, OrderedDict())
        item = {**item, "channel": str(channel)}
        items[item["id"]] = item
        while len(items) > MOST_ITEMS:
            items.popitem(last=False)
        return item

    def tell(self, at: datetime, kind: str, **told: Any) -> Json:
        """Keep a line of the story."""
        line: Json = {"at": stamp(at), "kind": kind, **told}
        self.told = [*self.told[1 - MOST_TOLD :], line]
        return line

    def deed(self, at: datetime) -> Json | None:
        """Sum up what the bot did of its own accord since this was last asked; None when it did nothing."""
        fresh, self.fresh = self.fresh, []
        posts, edits = ([where(one) for one in fresh if (one.what == "edit") is edited] for edited in (False, True))
        if not fresh:
            return None
        return self.tell(at, "deed", posts=posts, edits=edits, pings=sum(bool(pinged(one)) for one in fresh))

    # --- what there is ---

    def people(self) -> list[User]:
        """The people of the scenario, in its order."""
        names = dict.fromkeys(member.name for server in self.box.scenario.servers for member in server.members)
        by_name = {user.name: user for user in self.box.discord.users.values()}
        return [by_name[name] for name in names]

    def moved(self) -> Json | None:
        """Give the servers and their places when they are others than when this was last asked."""
        seen = self.seen()
        if seen == self.places:
            return None
        self.places = seen
        return seen

    def seen(self) -> Json:
        """The servers with their places, roles, people and events; direct channels; everybody's name."""
        realm = self.box.discord
        return {
            "bot": {"id": str(realm.bot.id), "name": realm.bot.name},
            "servers": [server(guild) for guild in realm.guilds.values()],
            "directs": [{"id": str(realm.dm(user).id), "user": str(user.id), "name": user.name} for user in self.people()],
            "users": {str(user.id): user.name for user in realm.users.values()},
        }

    def whole(self) -> Json:
        """Everything, for a page that knows nothing yet."""
        shown = {str(channel): list(items.values()) for channel, items in self.items.items()}
        return {"places": self.places, "items": shown, "told": self.told}


def server(guild: Guild) -> Json:
    """A server as its members see it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "channels": [place(channel) for channel in guild.channels.values()],
        "roles": [{"id": str(role.id), "name": role.name} for role in guild.roles.values() if role.id != guild.id],
        "people": [
            {
                "id": str(member.user.id),
                "name": member.nick or member.user.name,
                "bot": member.user.bot,
                "admin": bool(base(guild, member.user.id) & Permission.MANAGE_GUILD) and not member.user.bot,
                "roles": ids(member.roles),
            }
            for member in guild.members.values()
        ],
        "events": [
            {
                "id": str(event.id),
                "name": event.name,
                "about": event.description or "",
                "where": event.location,
                "start": stamp(event.start),
                "end": stamp(event.end),
                "status": event.status,
            }
            for event in guild.events.values()
        ],
    }


def place(channel: Channel) -> Json:
    """A channel, a forum, or a thread in one."""
    tags = channel.thread.tags if channel.thread else ()
    return {
        "id": str(channel.id),
        "name": channel.name,
        "type": ChannelType(channel.type).name.lower(),
        "kind": int(channel.type),
        "parent": None if channel.parent is None else str(channel.parent),
        "thread": channel.thread is not None,
        "closed": bool(channel.thread and channel.thread.archived),
        "tags": [{"id": str(tag.id), "name": tag.name} for tag in channel.tags],
        "tagged": [str(tag) for tag in tags],
    }


def pings(rung: Pings) -> Json:
    """Whom a message notified."""
    return {"everyone": rung.everyone, "roles": ids(rung.roles), "users": ids(rung.users)}


def where(entry: Said) -> Json:
    """Where a message stands."""
    return {"channel": str(entry.channel), "id": str(entry.message)}


def stamp(at: datetime) -> int:
    """An instant as scripts count it: milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def readable(raw: bytes) -> str | None:
    """The text of a file; None when it is long, or none."""
    try:
        return raw.decode() if len(raw) <= MOST_TEXT else None
    except UnicodeDecodeError:
        return None


def message_of(box: Sandbox, channel: Channel, ident: int) -> Message | None:
    """Find a message that somebody sees: one of the channel, or an answer that only its asker has."""
    found = channel.messages.get(ident)
    if found is not None:
        return found
    for asked in reversed(box.discord.interactions.values()):
        for message in (asked.original, *asked.followups):
            if message is not None and message.id == ident and asked.channel is channel:
                return message
    return None
