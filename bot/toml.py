"""TOML files laid over one another, key by key, and the file and line where each key stands."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

LARGEST = 1_000_000
"""Bytes. Chosen, not measured: a hundred times the longest file that ships."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")

Keys = tuple[str, ...]
"""The keys that lead to a value, outermost first."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong, where it stands, and a way on."""

    where: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.what}" if self.line else f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Layered:
    """What several files say together; a later file wins, key by key."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    places: dict[Keys, tuple[str, int]] = field(default_factory=dict[Keys, tuple[str, int]])
    mistakes: list[Mistake] = field(default_factory=list[Mistake])

    def lay(self, file: Path) -> None:
        """Lay one more file over what is known; a file that cannot be read is a mistake."""
        where = shown(file)
        try:
            text = _text(file)
            said = tomllib.loads(text)
        except _Unreadable as trouble:
            self.mistakes.append(Mistake(where, 0, str(trouble)))
        except tomllib.TOMLDecodeError as trouble:
            self.mistakes.append(_unparsed(where, str(trouble)))
        else:
            for path, line in _keys(text):
                self.places[path] = (where, line)
            _merge(self.values, said)

    def mistake(self, path: Sequence[str | int], what: str) -> None:
        """Note a mistake where the innermost key of a path stands that stands anywhere."""
        keys = tuple(str(part) for part in path)
        for length in range(len(keys), 0, -1):
            if place := self.places.get(keys[:length]):
                self.mistakes.append(Mistake(*place, what))
                return
        self.mistakes.append(Mistake("config", 0, what))


class _Unreadable(Exception):
    """A file that gives no text. Its text says why."""


def shown(file: Path) -> str:
    """The path as a person at this prompt would write it."""
    try:
        return str(file.relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):
        return str(file)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as trouble:
        raise _Unreadable(f"cannot be read: {os.strerror(trouble.errno or 0)}") from None
    if len(raw) > LARGEST:
        raise _Unreadable(f"is larger than {LARGEST} bytes")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _Unreadable("is no UTF-8 text: save it as UTF-8") from None


def _unparsed(where: str, text: str) -> Mistake:
    """A mistake of the parser's words: `Invalid value (at line 3, column 5)`."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", text, re.DOTALL)
    if found is None:
        return Mistake(where, 0, f"is no TOML: {text}")
    return Mistake(where, int(found[2]), f"is no TOML here, at column {found[3]}: {found[1]}")


def _keys(text: str) -> Iterator[tuple[Keys, int]]:
    """Every key and table with the line on which it first stands."""
    table: Keys = ()
    for line, row in enumerate(text.split("\n"), 1):
        if found := _TABLE.match(row):
            table = _split(found[1])
            yield table, line
        elif found := _KEY.match(row):
            yield (*table, *_split(found[1])), line


def _split(dotted: str) -> Keys:
    """The names of a dotted key, bare: a quoted one that says more than its letters is found by its table's line."""
    return tuple(name.strip("\"'") for name in re.findall(_NAME, dotted))


def _merge(under: dict[str, object], over: Mapping[str, object]) -> None:
    for key, value in over.items():
        known = under.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(cast("dict[str, object]", known), cast("dict[str, object]", value))
        else:
            under[key] = value
