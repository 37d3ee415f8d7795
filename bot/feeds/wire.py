"""Typed reading of untyped JSON: a field of the wrong shape costs that field, is written down as a Fault, and raises nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from urllib.parse import urlsplit

from bot.model import Fault

NAME = 300
"""Longest name, in characters. Measured: Launch Library's longest is 115."""
TEXT = 4_000
"""Longest description, in characters: what one Discord embed can show."""
URL = 2_000
"""Longest address, in characters. Chosen, not measured: revisit with a feed that has longer ones."""
ITEMS = 200
"""Most entries of one list inside a record. Measured: the longest are timelines of 60 lines and some 100 updates."""
FAULTS = 200
"""Most faults kept of one page: a page of rubbish must not fill the log."""
FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Instants outside of these are no flight's; the bound keeps sums of instants and spans far from overflow."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, bidirectional overrides and lone surrogates: a database or a reader would stumble over them."""
DURATION = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?"
)


def is_record(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def one_line(text: str, limit: int = NAME) -> str:
    """Fold all white space, double spaces too, and clip."""
    return clipped(" ".join(UNPRINTABLE.sub(" ", text).split()), limit)


def prose(text: str, limit: int = TEXT) -> str:
    """Keep the lines, drop what can't be shown, and clip."""
    return clipped(UNPRINTABLE.sub("", text.replace("\r\n", "\n")).strip(), limit)


def clipped(text: str, limit: int) -> str:
    """Cut a text to its longest length, with an ellipsis where something was lost."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def instant_of(text: str) -> datetime | None:
    """Read an ISO 8601 instant; one without zone is UTC. None when it is none, or not of our times."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def span_of(text: str) -> timedelta | None:
    """Read an ISO 8601 duration, which may be negative (`-PT38M`)."""
    text = text.strip()
    read = DURATION.fullmatch(text)
    if read is None or not any(char.isdigit() for char in text):
        return None
    parts = {unit: float(read[unit] or 0) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    span = timedelta(**parts)
    return -span if read["sign"] == "-" else span


def address_of(text: str) -> str | None:
    """Keep a web address, http or https with a host; None for anything else."""
    text = text.strip()
    if len(text) > URL or UNPRINTABLE.search(text) or any(char.isspace() for char in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme.casefold() in {"http", "https"} and parts.hostname else None


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object, where it stands, and the list in which its faults are written down."""

    value: Mapping[str, object]
    where: str
    faults: list[Fault]
    refused: set[str] = field(default_factory=set[str])
    """Keys whose value could not be read: as good as unsaid."""

    def said(self, *keys: str) -> bool:
        """Whether any of these keys is there and was not refused."""
        return any(key in self.value and key not in self.refused for key in keys)

    def fault(self, key: str, why: str) -> None:
        """Write down a fault of one field."""
        self.refused.add(key)
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(f"{self.where} {key}", why))

    def wrong(self, key: str, wanted: str) -> None:
        """Write down a value of the wrong shape."""
        self.fault(key, f"{wanted} expected, {type(self.value[key]).__name__} found")

    def raw(self, *keys: str) -> tuple[str, object]:
        """Give the first of these keys that holds something, and its value; None when all are absent or null."""
        for key in keys:
            if (value := self.value.get(key)) is not None:
                return key, value
        return keys[0], None

    def text(self, *keys: str, limit: int = NAME) -> str:
        """Read one line of text; empty when absent, null or no text."""
        key, value = self.raw(*keys)
        if isinstance(value, str):
            return one_line(value, limit)
        if value is not None:
            self.wrong(key, "text")
        return ""

    def prose(self, *keys: str) -> str:
        """Read text that may have lines."""
        key, value = self.raw(*keys)
        if isinstance(value, str):
            return prose(value)
        if value is not None:
            self.wrong(key, "text")
        return ""

    def address(self, *keys: str) -> str:
        """Read a web address; empty when absent, null or no such address."""
        key, value = self.raw(*keys)
        if value is None or value == "":
            return ""
        read = address_of(value) if isinstance(value, str) else None
        if read is None:
            self.fault(key, "no web address")
        return read or ""

    def whole(self, *keys: str) -> int | None:
        """Read a whole number, also one that is written as text."""
        key, value = self.raw(*keys)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
            return int(value)
        if value is not None:
            self.wrong(key, "whole number")
        return None

    def number(self, *keys: str) -> float | None:
        """Read a finite number, also one that is written as text, as 2.2.0 does for latitudes."""
        key, value = self.raw(*keys)
        if value is None or value == "":
            return None
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            try:
                read = float(value)
            except (ValueError, OverflowError):
                read = math.nan
            if math.isfinite(read):
                return read
        self.wrong(key, "number")
        return None

    def flag(self, *keys: str) -> bool | None:
        """Read a truth value; None when absent or null."""
        key, value = self.raw(*keys)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(key, "truth value")
        return None

    def instant(self, *keys: str) -> datetime | None:
        """Read an instant, aware and in UTC."""
        key, value = self.raw(*keys)
        if value is None or value == "":
            return None
        read = instant_of(value) if isinstance(value, str) else None
        if read is None:
            self.fault(key, "no instant")
        return read

    def record(self, *keys: str) -> Record | None:
        """Read an object inside this one; None when absent or null."""
        key, value = self.raw(*keys)
        if is_record(value):
            return Record(value, f"{self.where} {key}", self.faults)
        if value is not None:
            self.wrong(key, "object")
        return None

    def records(self, *keys: str) -> tuple[Record, ...]:
        """Read the objects of a list; an entry that is no object is written down and left out, a single object is a list of one."""
        key, value = self.raw(*keys)
        if value is None:
            return ()
        if is_record(value):
            return (Record(value, f"{self.where} {key}", self.faults),)
        if not is_list(value):
            self.wrong(key, "list")
            return ()
        if len(value) > ITEMS:
            self.faults.append(Fault(f"{self.where} {key}", f"{len(value)} entries, {ITEMS} read"))
        found: list[Record] = []
        for at, entry in enumerate(value[:ITEMS]):
            if is_record(entry):
                found.append(Record(entry, f"{self.where} {key}[{at}]", self.faults))
            elif len(self.faults) < FAULTS:
                self.faults.append(Fault(f"{self.where} {key}[{at}]", f"object expected, {type(entry).__name__} found"))
        return tuple(found)

    def named(self, *keys: str) -> str:
        """Read a name that older shapes give as text and newer ones as an object with a name."""
        key, value = self.raw(*keys)
        if is_record(value):
            return Record(value, f"{self.where} {key}", self.faults).named("name")
        return self.text(*keys)
