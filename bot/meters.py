"""What only the running process knows: counts and spans that no table holds, for /metrics."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram

LATE_S = (0.5, 1, 2, 5, 10, 30, 60, 300, 900)
SEND_S = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
COMMAND_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3)
TOO_MANY = 429
SCOPES = frozenset({"user", "global", "shared"})
"""Whose limit a 429 speaks of, in Discord's words: the bot's on one route, the bot's on all, everybody's on one resource."""


class Meters:
    """Counted since the start. One for each process, given to whoever measures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._late = Histogram(
            "tminus_delivery_late_seconds",
            "From when a notice was due until Discord had it.",
            ["say"],
            buckets=LATE_S,
            registry=self.registry,
        )
        self._took = Histogram(
            "tminus_delivery_seconds",
            "What a try to deliver took, from its rendering to Discord's answer, our own pacing included.",
            ["say"],
            buckets=SEND_S,
            registry=self.registry,
        )
        self._tries = Counter(
            "tminus_delivery_tries_total", "Tries to deliver, by how they ended.", ["end"], registry=self.registry
        )
        self._answers = Counter(
            "tminus_discord_answers_total", "Answers of Discord, by status.", ["status"], registry=self.registry
        )
        self._limited = Counter(
            "tminus_discord_rate_limits_total", "Discord's 429s, by whose limit they speak of.", ["scope"], registry=self.registry
        )
        self._polls = Counter(
            "tminus_feed_answers_total",
            "What came of asking a feed: read, unchanged, gone, or down.",
            ["feed", "result"],
            registry=self.registry,
        )
        self._commands = Histogram(
            "tminus_command_seconds",
            "From an interaction until its first answer.",
            ["command"],
            buckets=COMMAND_S,
            registry=self.registry,
        )

    def tried(self, say: str, end: str, took_s: float, late: timedelta | None) -> None:
        """A try to deliver ended; `late` is since when it was due, if it reached Discord."""
        self._tries.labels(end).inc()
        self._took.labels(say).observe(took_s)
        if late is not None:
            self._late.labels(say).observe(max(late.total_seconds(), 0.0))

    def answered(self, status: int, scope: str) -> None:
        """Discord answered a request; a 429 says whose limit it is about. One of a proxy before Discord names none."""
        self._answers.labels(str(status)).inc()
        if status == TOO_MANY:
            self._limited.labels(scope if scope in SCOPES else "none").inc()

    def polled(self, feed: str, result: str) -> None:
        """A feed was asked."""
        self._polls.labels(feed, result).inc()

    def commanded(self, command: str, took_s: float) -> None:
        """A command was answered."""
        self._commands.labels(command).observe(took_s)
