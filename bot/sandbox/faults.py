"""Faults to play: which requests fail, how, how often; reproducible by a seed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from bot.sandbox.limits import Scope


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way to fail, for the requests that match; the first matching rule of a list acts."""

    method: str = ""
    """Any when empty."""
    path: str = ""
    """A regular expression searched in the path (after /api/v10, or the feed's whole path); any when empty."""
    times: int | None = None
    """How many requests it hits before it is used up; None for ever."""
    chance: float = 1.0
    after: bool = False
    """True lets the request do its work first: the message is stored, and then the answer fails."""
    latency: float = 0.0
    """Real seconds before anything else."""
    status: int = 0
    """An HTTP error instead of the answer (with `retry_after`: 429)."""
    code: int = 0
    """A Discord error code instead of the answer, for instance 50013."""
    drop: bool = False
    """Reset the connection instead of answering."""
    cut: bool = False
    """Answer, but close in the middle of the body."""
    stall: bool = False
    """Never answer; the connection stays open."""
    retry_after: float = 0.0
    scope: Scope = "user"
    body: bytes | None = None
    """These bytes instead of the answer, with `status` (200 when it is 0): rubbish, HTML, half a page."""
    hits: int = 0

    @property
    def replaces(self) -> bool:
        """Whether something else is answered."""
        return bool(self.status or self.code or self.retry_after) or self.body is not None

    @property
    def works_first(self) -> bool:
        """Whether the request does its work, whatever becomes of the answer."""
        return self.after or self.cut or not (self.replaces or self.drop or self.stall)


@dataclass(slots=True)
class Faults:
    """The rules that are in force, first match first."""

    seed: int = 1
    rules: list[Fault] = field(default_factory=list[Fault])
    _drawn: int = 0

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force; keep it to see its `hits` or to remove it."""
        self.rules.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a rule out of force."""
        self.rules = [rule for rule in self.rules if rule is not fault]

    def clear(self) -> None:
        """Nothing fails any more."""
        self.rules.clear()

    def pick(self, method: str, path: str) -> Fault | None:
        """The rule that acts on this request, if any; it counts as hit."""
        for rule in self.rules:
            if rule.method and rule.method != method:
                continue
            if rule.times is not None and rule.hits >= rule.times:
                continue
            if rule.path and not re.search(rule.path, path):
                continue
            if rule.chance < 1.0 and self._draw() >= rule.chance:
                continue
            rule.hits += 1
            return rule
        return None

    def _draw(self) -> float:
        """The next number of [0, 1) of a sequence that the seed alone decides."""
        self._drawn += 1
        digest = hashlib.blake2b(f"{self.seed}/{self._drawn}".encode(), digest_size=7).digest()
        return int.from_bytes(digest) / 2**56
