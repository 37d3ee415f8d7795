"""People: they run commands, type, click, choose and fill in modals, as Discord's client lets them, and see the answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox import components, messages, render
from bot.sandbox.components import Part
from bot.sandbox.messages import LOADING, Draft, From
from bot.sandbox.options import CannotDo, Given, fill
from bot.sandbox.permissions import Permission, inside, installed_only
from bot.sandbox.realm import Command, Interaction, Realm
from bot.sandbox.record import Acted
from bot.sandbox.rest.commands import CHAT
from bot.sandbox.rest.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from bot.sandbox.wire import Json, as_list, as_number, as_object, as_objects, as_text, is_list
from bot.sandbox.world import Channel, Guild, Message, User

IN_GUILD, IN_BOT_DM = 0, 1
GUILD_INSTALL, USER_INSTALL = 0, 1
TOKEN_LIFE = 900.0
"""Seconds that an interaction's token is good for."""


class NoAnswer(Exception):
    """No callback came in time: people see that the application did not respond."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person sees of the bot's answer; it follows later edits and follow-ups."""

    asked: Interaction

    @property
    def message(self) -> Message:
        """The answer itself. Raises: NoAnswer when there is none (a silent update, a modal, choices)."""
        if self.asked.original is None:
            raise NoAnswer("the answer is no message")
        return self.asked.original

    @property
    def followups(self) -> Sequence[Message]:
        """The messages after the first, oldest first."""
        return tuple(self.asked.followups)

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return self.message.ephemeral

    @property
    def text(self) -> str:
        """Everything readable of the answer: content, embeds, text components; one line each."""
        return readable(self.message)

    @property
    def choices(self) -> list[Json]:
        """What autocomplete offered."""
        return self.asked.choices

    @property
    def modal(self) -> Json | None:
        """The modal that opened."""
        return self.asked.modal

    @property
    def thinking(self) -> bool:
        """Whether the bot still owes the answer it deferred."""
        return self.asked.deferred

    async def until(self, seen: Callable[[Reply], bool], seconds: float = 10.0) -> Reply:
        """Wait for an edit or a follow-up that makes this true. Raises: NoAnswer."""
        try:
            async with asyncio.timeout(seconds):
                while not seen(self):
                    self.asked.changed.clear()
                    await self.asked.changed.wait()
        except TimeoutError as error:
            raise NoAnswer(f"nothing more within {seconds} s") from error
        return self


def readable(message: Message) -> str:
    """All text of a message, top to bottom."""
    lines = [message.content, *components.texts(message.components)]
    for embed in message.embeds:
        lines += [
            as_text(as_object(embed.get("author")).get("name")),
            as_text(embed.get("title")),
            as_text(embed.get("description")),
        ]
        lines += [f"{field['name']}: {field['value']}" for field in as_objects(embed.get("fields"))]
        lines.append(as_text(as_object(embed.get("footer")).get("text")))
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a channel. `installed`: the bot is installed to the account, so its commands go everywhere."""

    realm: Realm
    user: User
    channel: Channel
    answer_within: Callable[[], float]
    installed: bool = False
    locale: str = "en-US"
    """The language of their Discord."""

    @property
    def guild(self) -> Guild | None:
        """The server this person is in right now; None in a direct message."""
        return self.realm.guild_of(self.channel)

    def at(self, channel: Channel) -> Person:
        """The same person in another channel."""
        return replace(self, channel=channel)

    # --- commands ---

    def commands(self) -> list[Command]:
        """The commands that the client shows here: right place, right installation, permissions held."""
        guild = self.guild
        return [
            each for each in self.realm.commands.values() if each.guild in {None, guild.id if guild else None} and self._may(each)
        ]

    async def slash(self, path: str, **options: Any) -> Reply:
        """Run a command, `"watch add"` for a subcommand, with options by name: text, numbers, flags, users, channels, roles.

        Raises: CannotDo what the client would not let through, NoAnswer.
        """
        command, inner = self._find(path)
        given = fill(self.realm, self.guild, command, inner, options)
        self._note(f"/{path}" + "".join(f" {name}: {given.shown[name]}" for name in given.shown))
        return await self._run(COMMAND, self._command(command, given))

    async def complete(self, path: str, option: str, typed: str, **others: Any) -> list[Json]:
        """What autocomplete offers for an option while `typed` stands there. Raises: CannotDo, NoAnswer."""
        command, inner = self._find(path)
        given = fill(self.realm, self.guild, command, inner, {**others, option: typed}, typing=option)
        return (await self._run(AUTOCOMPLETE, self._command(command, given))).choices

    def _find(self, path: str) -> tuple[Command, list[str]]:
        name, *inner = path.split()
        for command in self.commands():
            if command.name == name and (as_number(command.spec.get("type")) or CHAT) == CHAT:
                return command, inner
        raise CannotDo(f"/{name} is not offered to {self.user.name} in #{self.channel.name}")

    def _may(self, command: Command) -> bool:
        spec, guild = command.spec, self.guild
        contexts, types = spec.get("contexts"), as_list(spec.get("integration_types")) or [GUILD_INSTALL]
        place = self._context()
        here = place in as_list(contexts) if contexts is not None else place == IN_GUILD or spec.get("dm_permission") is not False
        way = (GUILD_INSTALL in types and self._bot_is_here()) or (USER_INSTALL in types and self.installed)
        needed = spec.get("default_member_permissions")
        if not here or not way or guild is None or needed is None:
            return here and way
        granted = inside(guild, self.channel, self.user.id)
        member = guild.members.get(self.user.id)
        mine = {str(self.user.id), *(str(role) for role in (member.roles if member else ()))}
        if any(one["id"] in mine and one["permission"] for one in self.realm.overrides.get((guild.id, command.id), [])):
            return True
        return bool(granted & Permission.ADMINISTRATOR) or (int(needed) != 0 and granted & int(needed) == int(needed))

    def _context(self) -> int:
        return IN_GUILD if self.guild else IN_BOT_DM

    def _bot_is_here(self) -> bool:
        return self.guild is None or self.realm.bot.id in self.guild.members

    def _command(self, command: Command, given: Given) -> Json:
        body: Json = {"id": str(command.id), "name": command.name, "type": CHAT, "options": given.options}
        if given.resolved:
            body["resolved"] = given.resolved
        return body if command.guild is None else {**body, "guild_id": str(command.guild)}

    # --- components ---

    async def click(self, message: Message, button: str) -> Reply:
        """Press a button, by its label or custom_id. Raises: CannotDo, NoAnswer."""
        part = self._part(message, {Part.BUTTON}, button)
        if part.get("custom_id") is None:
            raise CannotDo(f"{button} is a link: {part.get('url')}")
        self._note(f"[{part.get('label') or button}]")
        body: Json = {"component_type": int(Part.BUTTON), "custom_id": part["custom_id"], "id": part["id"]}
        return await self._run(COMPONENT, body, message)

    async def select(self, message: Message, menu: str, *chosen: str | int) -> Reply:
        """Choose in a menu (by custom_id or placeholder): options by label or value, entities by id. Raises: CannotDo, NoAnswer."""
        part = self._part(message, components.SELECTS, menu)
        by_name = {
            as_text(each.get(key)): as_text(each["value"]) for each in as_objects(part.get("options")) for key in ("value", "label")
        }
        values = [by_name.get(str(one), str(one)) for one in chosen]
        if part["type"] == Part.STRING_SELECT and not set(values) <= set(by_name.values()):
            raise CannotDo(f"{menu} does not offer {chosen}")
        if not as_number(part.get("min_values"), 1) <= len(values) <= as_number(part.get("max_values"), 1):
            raise CannotDo(f"{menu} does not take {len(values)} choices")
        self._note(f"[{part.get('placeholder') or menu}: {', '.join(map(str, chosen))}]")
        body: Json = {"component_type": part["type"], "custom_id": part["custom_id"], "id": part["id"], "values": values}
        return await self._run(COMPONENT, body, message)

    def _part(self, message: Message, kinds: set[Part] | frozenset[Part], name: str) -> Json:
        for part in components.walk(message.components):
            names = {part.get("custom_id"), part.get("label"), part.get("placeholder")}
            if part.get("type") in kinds and name in names:
                if part.get("disabled") is True:
                    raise CannotDo(f"{name} is disabled")
                return part
        raise CannotDo(f"the message has no {name}")

    async def submit(self, reply: Reply, **values: Any) -> Reply:
        """Fill in the modal that opened, by custom_id or label (spaces as underscores), and send it. Raises: CannotDo, NoAnswer."""
        modal = reply.modal
        if modal is None:
            raise CannotDo("no modal is open")
        rows = [_filled(row, values, number + 1) for number, row in enumerate(as_objects(modal.get("components")))]
        labels = _labels(modal)
        self._note(f"{modal['title']}: " + ", ".join(f"{labels.get(name, name)}: {value}" for name, value in values.items()))
        return await self._run(MODAL, {"custom_id": modal["custom_id"], "components": rows}, reply.asked.source)

    # --- plain hands ---

    def say(self, text: str) -> Message:
        """Write a message."""
        draft = Draft(content=text)
        return messages.create(self.realm, self.channel, draft, From(author=self.user))

    def delete(self, message: Message) -> None:
        """Delete a message, as a moderator may. Raises: CannotDo."""
        if message.author is not self.user and not self.realm.granted(self.channel, self.user) & Permission.MANAGE_MESSAGES:
            raise CannotDo(f"{self.user.name} may not delete messages in #{self.channel.name}")
        self._note("deletes a message")
        messages.delete(self.realm, message)

    # --- the interaction itself ---

    def _note(self, text: str) -> None:
        realm = self.realm
        realm.log.add(Acted(at=realm.now(), user=self.user.name, guild=self.channel.guild, channel=self.channel.id, text=text))

    async def _run(self, kind: int, body: Json, source: Message | None = None) -> Reply:
        """Send an interaction and wait for its callback, and for the answer when the bot defers it."""
        realm, loop = self.realm, asyncio.get_running_loop()
        asked = Interaction(
            id=realm.new_id(),
            token=secrets.token_urlsafe(60),
            kind=kind,
            user=self.user,
            channel=self.channel,
            guild=self.channel.guild,
            metadata={},
            deadline=loop.time() + self.answer_within(),
            expires=loop.time() + TOKEN_LIFE,
            source=source,
        )
        asked.metadata.update(self._metadata(asked))
        realm.interactions[asked.id] = realm.tokens[asked.token] = asked
        realm.tell("INTERACTION_CREATE", self._payload(asked, body), self.channel.guild)
        try:
            async with asyncio.timeout_at(asked.deadline):
                while asked.callback is None:
                    asked.changed.clear()
                    await asked.changed.wait()
        except TimeoutError as error:
            raise NoAnswer("The application did not respond") from error
        reply = Reply(asked)
        if asked.original is not None and asked.original.flags & LOADING:
            await reply.until(lambda each: not each.thinking)
        return reply

    def _owners(self) -> Json:
        owners: Json = {}
        if self._bot_is_here():
            owners[str(GUILD_INSTALL)] = str(self.channel.guild or 0)
        if self.installed:
            owners[str(USER_INSTALL)] = str(self.user.id)
        return owners

    def _metadata(self, asked: Interaction) -> Json:
        about: Json = {"id": str(asked.id), "type": asked.kind, "user": render.user(self.user)}
        about["authorizing_integration_owners"] = self._owners()
        if asked.kind == COMPONENT and asked.source is not None:
            about["interacted_message_id"] = str(asked.source.id)
        if asked.kind == MODAL:
            about["triggering_interaction_metadata"] = {
                "id": str(asked.id),
                "type": COMMAND,
                "user": render.user(self.user),
                "authorizing_integration_owners": self._owners(),
            }
        return about

    def _payload(self, asked: Interaction, body: Json) -> Json:
        realm, guild, user = self.realm, self.guild, render.user(self.user)
        own = inside(guild, self.channel, realm.bot.id) if guild and self._bot_is_here() else installed_only()
        granted = inside(guild, self.channel, self.user.id) if guild else realm.granted(self.channel, self.user)
        payload: Json = {
            "id": str(asked.id),
            "application_id": str(realm.bot.id),
            "type": asked.kind,
            "token": asked.token,
            "version": 1,
            "data": body,
            "channel_id": str(self.channel.id),
            "channel": {**render.channel(self.channel), "permissions": str(int(granted))},
            "locale": self.locale,
            "app_permissions": str(int(own)),
            "entitlements": [],
            "authorizing_integration_owners": self._owners(),
            "context": self._context(),
            "attachment_size_limit": render.FILE_LIMIT,
        }
        if asked.source is not None:
            payload["message"] = realm.show(asked.source)
        if guild is None:
            return payload | {"user": user}
        member = guild.members.get(self.user.id)
        if member is None:
            raise CannotDo(f"{self.user.name} is no member of {guild.name}")
        return payload | {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": {**render.member(member), "permissions": str(int(granted))},
        }


def _labels(modal: Json) -> dict[str, str]:
    """What people see instead of the custom_ids of a modal's fields."""
    named: dict[str, str] = {}
    for row in as_objects(modal.get("components")):
        for part in components.walk([row]):
            if part.get("custom_id") is not None:
                named[as_text(part["custom_id"])] = as_text(part.get("label")) or as_text(row.get("label"))
    return named


def _filled(row: Json, values: dict[str, Any], ident: int) -> Json:
    """A modal's row as it is submitted: inputs in old rows, or one component inside a label."""
    label = as_text(row.get("label"))
    inner = [as_object(row["component"])] if isinstance(row.get("component"), dict) else as_objects(row.get("components"))
    sent: list[Json] = []
    for number, part in enumerate(inner):
        names = (as_text(part.get("custom_id")), as_text(part.get("label")) or label)
        value = next((values[key] for name in names for key in (name, name.replace(" ", "_")) if key in values), None)
        one: Json = {"type": part["type"], "custom_id": part["custom_id"], "id": ident * 10 + number}
        if part["type"] == Part.TEXT_INPUT:
            one["value"] = str(value) if value is not None else as_text(part.get("value"))
        elif part["type"] == Part.CHECKBOX:
            one["value"] = value is True
        elif part["type"] == Part.RADIO_GROUP:
            one["value"] = value
        else:
            chosen = value if is_list(value) else [] if value is None else [value]
            one["values"] = [str(each) for each in chosen]
        sent.append(one)
    if row["type"] == Part.LABEL:
        return {"type": row["type"], "id": ident, "component": sent[0]}
    return {"type": row["type"], "id": ident, "components": sent} if row["type"] == Part.ROW else {"type": row["type"], "id": ident}
