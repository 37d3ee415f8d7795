"""What only the running process knows: counts and spans that no table holds, for /metrics."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram

LATE_S = (0.5, 1, 2, 5, 10, 30, 60, 300, 900)
COMMAND_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3)


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
        self._tries = Counter(
            "tminus_delivery_tries_total", "Tries to deliver, by how they ended.", ["end"], registry=self.registry
        )
        self._answers = Counter(
            "tminus_discord_answers_total", "Answers of Discord, by status.", ["status"], registry=self.registry
        )
        self._commands = Histogram(
            "tminus_command_seconds",
            "From an interaction until its first answer.",
            ["command"],
            buckets=COMMAND_S,
            registry=self.registry,
        )

    def tried(self, say: str, end: str, late: timedelta | None) -> None:
        """A try to deliver ended; `late` is since when it was due, if it reached Discord."""
        self._tries.labels(end).inc()
        if late is not None:
            self._late.labels(say).observe(max(late.total_seconds(), 0.0))

    def answered(self, status: int) -> None:
        """Discord answered a request; 429 counts those that were too many."""
        self._answers.labels(str(status)).inc()

    def commanded(self, command: str, took_s: float) -> None:
        """A command was answered."""
        self._commands.labels(command).observe(took_s)
