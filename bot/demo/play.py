"""The demo in a terminal: plays a scenario at reading pace, and sums up."""

from __future__ import annotations

import sys

from bot.demo.drive import DemoClock, Drive, is_loss, names, scenarios, staged, tallied
from bot.demo.screen import Screen
from bot.sandbox.scenario import BadScenario, Scenario, load

FINISHED, UNKNOWN, INCOMPLETE = 0, 2, 5
"""Exit codes: everything owed was delivered; no such scenario; something owed was not."""


def chosen(name: str) -> Scenario | None:
    """Read a scenario by its name; what is wrong with it is printed."""
    known = scenarios()
    if name not in known:
        print(f"There is no scenario {name!r}. There are: {', '.join(known)}.", file=sys.stderr)
        return None
    try:
        return load(known[name])
    except BadScenario as wrong:
        print(wrong, file=sys.stderr)
        return None


async def play(name: str, speed: float, *, color: bool) -> int:
    """Play a scenario in the terminal and give the exit code."""
    scenario = chosen(name)
    if scenario is None:
        return UNKNOWN
    clock = DemoClock(scenario.start)
    async with staged(scenario, clock) as (box, app):
        with Screen(scenario.start, scenario.end, names(box), speed=max(speed, 0.0), color=color) as screen:
            screen.title(scenario.title)
            await Drive(box, app, clock, screen).run()
        tally = await tallied(app)
        lost = [one for one in tally if is_loss(one)]
        screen.sum_up(tally, lost, box.discord.log.throttled, [each for each in box.answers if each.failure])
        return INCOMPLETE if lost else FINISHED
