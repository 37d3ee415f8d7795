"""Everything that a catalogue has to say: `python -m tests.catalogue messages.pot` writes it down for who begins a language."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.client import TMinusClient
from bot.cogs.translating import CONTEXTS
from bot.flow.ask import Asking
from bot.flow.asking_feeds import AskingFeeds
from bot.flow.plan import Desk
from bot.ports import Clock, Store
from bot.tongue import LANGUAGES, native_name

BOT = Path(__file__).parent.parent / "bot"
TEXTS: Mapping[str, tuple[int, ...]] = {"said": (1,), "counted": (1, 2), "phrase": (0,)}
"""Where the English text stands in a call."""
OFFICIAL = {"launches": 1}
"""A channel that an operator names."""
CALLED_SO_EVERYWHERE = {*OFFICIAL, *map(native_name, LANGUAGES)}
"""Choices that no catalogue needs."""
SAYS = "say"
"""A method that knows its language, and passes on what it is given first."""
SAYS_WHAT_IT_IS_GIVEN = {BOT / "tongue.py", BOT / "cogs" / "translating.py"}
"""Files whose calls pass on a text that stands elsewhere."""

Key = tuple[str, str | tuple[str, str]]
"""A message of a catalogue: its context, empty for a sentence, and its text, or both of a sentence that is counted."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that says something, and its texts; none for one that is no literal."""

    where: str
    texts: tuple[str | None, ...]


def calls() -> Iterator[Call]:
    """Every call of the bot's that says something."""
    for path in sorted(BOT.rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if "from bot.tongue import" in code and path not in SAYS_WHAT_IT_IS_GIVEN:
            yield from _calls(str(path.relative_to(BOT.parent)), ast.parse(code))


def _calls(path: str, module: ast.Module) -> Iterator[Call]:
    spoken = [node for node in ast.walk(module) if isinstance(node, ast.stmt | ast.expr)]
    passing = [
        range(node.lineno, (node.end_lineno or 0) + 1) for node in spoken if isinstance(node, ast.FunctionDef) and node.name == SAYS
    ]
    named: dict[str, str | None] = {}
    for node in sorted(spoken, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = _literal(node.value, {})
        elif isinstance(node, ast.Call) and (places := _places(node.func)) and not any(node.lineno in lines for lines in passing):
            texts = tuple(_literal(node.args[at], named) if at < len(node.args) else None for at in places)
            yield Call(f"{path}:{node.lineno}", texts)


def _places(called: ast.expr) -> tuple[int, ...]:
    """Where the texts stand in a call of this."""
    if isinstance(called, ast.Attribute):
        return (0,) if called.attr == SAYS else ()
    return TEXTS.get(called.id, ()) if isinstance(called, ast.Name) else ()


def _literal(node: ast.expr, named: Mapping[str, str | None]) -> str | None:
    """The text that stands there, or that the name there was last given: a long sentence has a line of its own."""
    if isinstance(node, ast.Name):
        return named.get(node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences() -> Iterator[Key]:
    """Everything that is said, in the order of the code."""
    for call in calls():
        if len(call.texts) == 1 and call.texts[0] is not None:
            yield "", call.texts[0]
        elif len(call.texts) == 2 and call.texts[0] is not None and call.texts[1] is not None:
            yield "", (call.texts[0], call.texts[1])


# --- commands -----------------------------------------------------------------------------------------------------

Offered = app_commands.Command[Any, ..., Any] | app_commands.Group


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that Discord shows of a command, and beside which others it must be told apart."""

    location: Location
    text: str
    among: str

    @property
    def key(self) -> Key:
        return CONTEXTS.get(self.location, ""), self.text


def tree() -> app_commands.CommandTree[Any]:
    """The commands as the bot offers them; nobody is asked anything."""
    asking = Asking(cast("Store", None), cast("Clock", None), Desk({}, 1))
    feeds = cast("AskingFeeds", object())  # what it takes to offer the commands about feeds
    client = TMinusClient(
        asking, clock=cast("Clock", None), feeds=feeds, official=OFFICIAL, public_url="https://launches.example.org"
    )
    return client.tree


def shown() -> Iterator[Shown]:
    """Everything that Discord shows of the commands."""
    for command in tree().get_commands():
        if isinstance(command, app_commands.ContextMenu):
            yield Shown(Location.command_name, command.name, "menus")
        else:
            yield from _shown(command, "/")


def _shown(command: Offered, among: str) -> Iterator[Shown]:
    group = isinstance(command, app_commands.Group)
    yield Shown(Location.group_name if group else Location.command_name, command.name, among)
    yield Shown(Location.group_description if group else Location.command_description, command.description, "")
    own = f"/{command.qualified_name}"
    if isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield from _shown(inner, own)
        return
    for option in command.parameters:
        yield Shown(Location.parameter_name, option.display_name, own)
        yield Shown(Location.parameter_description, str(option.description), "")
        for choice in (one for one in option.choices if one.name not in CALLED_SO_EVERYWHERE):
            yield Shown(Location.choice_name, choice.name, f"{own} {option.name}")


# --- all of it ----------------------------------------------------------------------------------------------------


@cache
def keys() -> tuple[Key, ...]:
    """Every message that a catalogue has to have."""
    return tuple(dict.fromkeys((*sentences(), *(one.key for one in shown()))))


def template() -> Catalog:
    """The catalogue of a language in which nothing is said yet."""
    empty = Catalog(project="T-Minus", header_comment="# T-Minus in another language.", fuzzy=False, charset="utf-8")
    for context, text in keys():
        empty.add(text, context=context or None)
    return empty


if __name__ == "__main__":
    with Path(sys.argv[1]).open("wb") as file:
        write_po(file, template(), width=0)
