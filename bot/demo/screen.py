"""What appears in which channel, live and readable: cards as panels, edits marked, pings visible, a clock and a progress bar."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from bot.demo.drive import Count, is_seen, pinged
from bot.demo.markdown import shown
from bot.model import Fate, Tally
from bot.sandbox.play import Answered
from bot.sandbox.record import Acted, Asked, Entry, Said
from bot.sandbox.wire import Json

WIDTH = 100
"""Columns when there is no terminal. A terminal that is narrower is used as it is."""
BEAT_S = 0.3
"""Real seconds to read what appeared, at speed 1. Chosen, not measured: a show of some hundred entries lasts under two minutes."""


class Screen:
    """Shows entries of the loopback Discord's record as a member would see them. See drive.Audience."""

    def __init__(self, start: datetime, end: datetime, names: Mapping[int, str], *, speed: float, color: bool) -> None:
        self.console = Console(no_color=not color, highlight=False, width=None if Console().is_terminal else WIDTH)
        self._names = names
        self._start, self._span = start, max(end - start, timedelta(seconds=1))
        self._speed = speed
        self.count = Count()
        bar = (TextColumn("{task.description}"), BarColumn(bar_width=None), TextColumn("{task.percentage:3.0f} %"))
        self._progress = Progress(*bar, console=self.console, disable=not self.console.is_terminal, transient=True)
        self._task: TaskID = self._progress.add_task(clock(start), total=1.0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    async def reach(self, moment: datetime) -> bool:
        """Move the clock and the bar: nobody waits for what a terminal cannot show."""
        self._progress.update(self._task, description=clock(moment), completed=(moment - self._start) / self._span)
        return True

    async def breathe(self, shown: int) -> None:
        """Leave time to read."""
        if self._speed:
            await asyncio.sleep(BEAT_S * min(shown, 3) / self._speed)

    def say(self, at: datetime, text: str) -> None:
        """Tell what happens in the world outside Discord."""
        self.console.print(Text.assemble((clock(at), "dim"), "  ", (text, "yellow")))

    def title(self, text: str) -> None:
        """Say what is played."""
        self.console.rule(Text(text, "bold"))

    def sum_up(self, tally: Sequence[Tally], lost: Sequence[Tally], throttled: int, failures: Sequence[Answered]) -> None:
        """Tell what was posted, edited and dropped, and why."""
        self.console.rule(Text("Summary", "bold"))
        table = Table(box=box.SIMPLE, show_edge=False)
        for column in ("notice", "sent", "not sent", "why"):
            table.add_column(column, justify="right" if column in {"sent", "not sent"} else "left")
        for one in tally:
            sent = one.fate is Fate.SENT
            table.add_row(
                one.say.value,
                str(one.count) if sent else "",
                "" if sent else str(one.count),
                one.why or ("" if sent else "still ahead"),
            )
        self.console.print(table)
        did = self.count
        self.console.print(f"{did.posted} messages posted, {did.edited} edited, {did.pings} pings, {throttled} rate limits hit.")
        for failure in failures:
            self.console.print(Text(f"{failure.act.says}: {failure.failure}", "red"))
        verdict = (
            f"{sum(one.count for one in lost)} notices were owed and not delivered." if lost else "Everything owed was delivered."
        )
        self.console.print(Text(verdict, "bold red" if lost else "bold green"))

    def show(self, entry: Entry) -> bool:
        """Show one entry; True when a reader had something to see."""
        match entry:
            case Acted():
                who = Text.assemble(
                    (clock(entry.at), "dim"), "  ", self._place(entry.guild, entry.channel), "  ", (entry.user, "bold green")
                )
                self.console.print(Text.assemble(who, "  ", (entry.text, "cyan")))
            case Said() if entry.bot:
                self._message(entry)
            case Said() | Asked():
                pass
        return is_seen(entry)

    def _message(self, entry: Said) -> None:
        private = " · only they see it" if entry.what == "ephemeral" else ""
        self.count.add(entry)
        mark = {"edit": "✎ edited", "delete": "✗ deleted"}.get(entry.what, "")
        title = Text.assemble(
            (clock(entry.at), "dim"), "  ", self._place(entry.guild, entry.channel), f"  {mark}", (private, "dim")
        )
        self.console.print(title)
        self.console.print(
            Panel(Group(*self._body(entry)), box=box.ROUNDED, border_style=colour(entry), width=min(self.console.width, WIDTH))
        )

    def _body(self, entry: Said) -> list[Text]:
        rows: list[Text] = []
        if rung := pinged(entry):
            rows.append(Text(f"🔔 pings {', '.join('@' + self._names.get(one, '?') for one in rung)}", "bold magenta"))
        if entry.content:
            rows.append(shown(entry.content, entry.at, self._names))
        for embed in entry.embeds:
            rows += self._embed(embed, entry.at)
        buttons = [str(b.get("label", "")) for row in entry.components for b in row.get("components", []) if b.get("label")]
        if buttons:
            rows.append(Text("  ".join(f"[{label}]" for label in buttons), "bold blue"))
        return rows

    def _embed(self, embed: Json, at: datetime) -> list[Text]:
        rows = [Text(str(embed["title"]), "bold")] if embed.get("title") else []
        rows += [shown(line, at, self._names) for line in str(embed.get("description", "")).splitlines() if line]
        for one in embed.get("fields", []):
            rows.append(Text.assemble((f"{one['name']}: ", "bold"), shown(str(one["value"]), at, self._names)))
        footer = embed.get("footer", {}).get("text", "")
        return [*rows, Text(str(footer), "dim")] if footer else rows

    def _place(self, guild: int | None, channel: int) -> Text:
        server = self._names.get(guild or 0, "direct message")
        return Text.assemble((server, "bold"), (f" #{self._names.get(channel, '?')}" if guild else "", "bold cyan"))


def clock(at: datetime) -> str:
    """Write the demo's time."""
    return f"{at:%a %-d %b %Y %H:%M:%S} UTC"


def colour(entry: Said) -> str:
    """Give the border the colour of the embed."""
    number = next((embed["color"] for embed in entry.embeds if "color" in embed), None)
    return f"#{number:06x}" if isinstance(number, int) else "white"
