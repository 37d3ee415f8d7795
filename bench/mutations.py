"""How pages are broken for the fuzzing campaign: bytes, text and JSON, drawn from a seed so that every page can be made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")
WORD = 2**64
LONGEST = 96 * 1024
"""Longest mutated page, in bytes: long enough to hurt, short enough for a hundred thousand of them."""

TOKENS = (
    *("<", ">", "&", "]]>", "<![CDATA[", "<!--", "-->", "&#0;", "&#x110000;", "&nosuch;", "&amp;lt;b&amp;gt;", "</item>", "<item>"),
    *("<entry>", "</channel>", "<a href='", '"', "'", "\\", "\\ud800", "\\u0000", "\x00", "\x1b", "\u202e", "\ufeff", "\U0001f680"),
    *("{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "NaN", "9" * 400, "1" * 5_000, "\n", "\r\n ", "\n\n", "\t"),
    *("javascript:alert(1)", "http://[::1", "https://user:pw@h.example/", "//h.example/x", "file:///etc/passwd", "http://", "%00"),
    *("@everyone", "<@&1>", "[x](http://e.example)", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30", "2026-03-01"),
    *(
        "Sun, 99 Feb 2026 25:61:61 +9999",
        "Mon, 1 Jan 1 00:00:00 GMT",
        "-PT38M",
        "P9999999D",
        "20261231T000000Z",
        "19000101",
        "é",
        "ü",
    ),
    *("BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "RRULE:FREQ=SECONDLY", "RRULE:FREQ=DAILY;COUNT=5", "DTSTART:20260302T101500Z"),
    *(
        "DTSTART;TZID=Nowhere:20260302T101500",
        "EXDATE:20260302T101500Z",
        "RDATE;VALUE=PERIOD:20260302T101500Z/PT1H",
        "BEGIN:VALARM",
    ),
    *('<?xml version="1.0" encoding="utf-7"?>', '<!DOCTYPE x [<!ENTITY e "ee">]>', 'xml:base="http://["', "xmlns:x='y'", "<x:y>"),
)
SHAPES = '[[], {}, [[]], [null], [{}], {"id": 1}, {"name": "x"}, {"id": null, "name": []}, null, 7]'
NUMBERS = (True, False, 0, -1, 1.5, 1e308, -0.0, 10**30)
TEXTS = (
    "",
    " ",
    "x",
    "x" * 5_000,
    "\x00",
    "\ud800",
    "\u202e<b>&amp;",
    "NaN",
    "-1",
    "1e5",
    "http://h.example/",
    "javascript:x",
    "http://[",
)
INSTANTS = ("2026-03-02T10:15:00Z", "2026-13-45", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-03-02")
ODD: tuple[object, ...] = (*cast("list[object]", json.loads(SHAPES)), *TEXTS, *INSTANTS, *NUMBERS)
"""What takes the place of a JSON value."""


class Dice:
    """Numbers that look random and are the same for the same seed (splitmix64)."""

    def __init__(self, seed: int) -> None:
        self._state = seed % WORD

    def below(self, limit: int) -> int:
        """A whole number from 0 up to and without `limit`."""
        self._state = (self._state + 0x9E3779B97F4A7C15) % WORD
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) % WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % WORD
        return (mixed ^ (mixed >> 31)) % max(limit, 1)

    def pick(self, among: Sequence[T]) -> T:
        """One of several."""
        return among[self.below(len(among))]

    def span(self, length: int, longest: int = 400) -> tuple[int, int]:
        """The beginning and end of a stretch."""
        begin = self.below(length)
        return begin, min(length, begin + 1 + self.below(longest))


@dataclass(frozen=True, slots=True)
class Mutated:
    """A broken page. `kept` are the entries that were left alone, by number, where only one was broken; else None."""

    body: bytes
    kept: frozenset[int] | None = None


# --- bytes --------------------------------------------------------------------------------------------------------


def flipped(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Change a few bytes."""
    body = bytearray(page)
    for _again in range(1 + dice.below(8)):
        if body:
            body[dice.below(len(body))] = dice.below(256)
    return bytes(body)


def removed(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Take a stretch out."""
    begin, end = dice.span(len(page))
    return page[:begin] + page[end:]


def repeated(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Say a stretch again and again."""
    begin, end = dice.span(len(page))
    times = 1 + dice.below(2 ** (1 + dice.below(9)))
    return page[:end] + page[begin:end] * times + page[end:]


def inserted(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Put in words that mean something to a reader."""
    body = page
    for _again in range(1 + dice.below(4)):
        where = dice.below(len(body) + 1)
        body = body[:where] + dice.pick(TOKENS).encode("utf-8", "surrogatepass") * (1 + dice.below(3)) + body[where:]
    return body


def cut(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Break off."""
    return page[: dice.below(len(page) + 1)]


def spliced(page: bytes, dice: Dice, others: Sequence[bytes]) -> bytes:
    """Go on with another page."""
    other = dice.pick(others)
    return page[: dice.below(len(page) + 1)] + other[dice.below(len(other) + 1) :]


def moved(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Put a stretch somewhere else."""
    begin, end = dice.span(len(page), 2_000)
    rest = page[:begin] + page[end:]
    where = dice.below(len(rest) + 1)
    return rest[:where] + page[begin:end] + rest[where:]


def recoded(page: bytes, dice: Dice, _: Sequence[bytes]) -> bytes:
    """Write it in another encoding than it says."""
    codec = dice.pick(("utf-16", "utf-16-be", "utf-32", "iso-8859-1", "cp1252", "utf-8-sig", "shift_jis"))
    return page.decode("utf-8", "replace").encode(codec, "replace")


BYTES: tuple[Callable[[bytes, Dice, Sequence[bytes]], bytes], ...] = (
    flipped,
    removed,
    repeated,
    inserted,
    inserted,
    cut,
    spliced,
    moved,
    recoded,
)


def broken(pages: Sequence[bytes], dice: Dice) -> Mutated:
    """Break a page in one to three ways."""
    page = dice.pick(pages)
    for _ in range(1 + dice.below(3)):
        page = dice.pick(BYTES)(page, dice, pages)[:LONGEST]
    return Mutated(page)


# --- JSON ---------------------------------------------------------------------------------------------------------


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place inside a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(cast("list[object]", value)):
            found += places(inner, (*path, at))
    return found


def odd(dice: Dice) -> object:
    """Give a value that is out of place, each time a new one: what holds it may be broken again."""
    return deepcopy(dice.pick(ODD))


def one_entry_broken(pages: Sequence[bytes], dice: Dice, listed: Sequence[str]) -> Mutated:
    """Break some values of one entry of a list, and leave the others alone. `listed` are the keys that lead to the list."""
    page: object = json.loads(dice.pick(pages))
    entries: object = page
    for key in listed:
        entries = cast("dict[str, object]", entries)[key]
    entries = cast("list[object]", entries)
    chosen = dice.below(len(entries))
    if dice.below(12) == 0:
        entries[chosen] = odd(dice)
    else:
        for _ in range(1 + dice.below(4)):
            entry_broken(entries[chosen], dice)
    kept = frozenset(range(len(entries))) - {chosen}
    return Mutated(json.dumps(page).encode(), kept)


def entry_broken(entry: object, dice: Dice) -> None:
    """Replace, remove or add one value inside an entry."""
    inside = places(entry)
    if not inside:
        return
    *above, last = dice.pick(inside)
    holder: object = entry
    for key in above:
        holder = cast("dict[str | int, object]", holder)[key]
    values = cast("dict[str | int, object]", holder)
    match dice.below(6):
        case 0:
            del values[last]
        case 1 if isinstance(holder, dict):
            values[dice.pick(("id", "name", "net", "status", "url", "title"))] = odd(dice)
        case _:
            values[last] = odd(dice)


# --- calendars ----------------------------------------------------------------------------------------------------

OPENS, CLOSES = b"BEGIN:VEVENT", b"END:VEVENT"


def one_event_broken(pages: Sequence[bytes], dice: Dice) -> Mutated:
    """Break some lines of one entry of a calendar, and leave the others alone."""
    page = dice.pick(pages)
    head, *blocks = page.split(OPENS)
    chosen = dice.below(len(blocks))
    inner, closes, rest = blocks[chosen].partition(CLOSES)
    for _ in range(1 + dice.below(4)):
        inner = dice.pick((flipped, removed, inserted))(inner, dice, pages)
    # What begins or ends an entry is another kind of damage.
    inner = inner.replace(b"BEGIN:", b"begun:").replace(b"END:", b"ended:")
    blocks[chosen] = b"\r\n" + inner.strip(b"\r\n") + b"\r\n" + closes + rest
    kept = frozenset(range(len(blocks))) - {chosen}
    return Mutated(OPENS.join((head, *blocks)), kept)
