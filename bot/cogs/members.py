"""What a member may use anywhere for themselves: reminders, following, privacy, and the buttons under cards."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs import follow, pressing, privacy, reminders, wishing
from bot.flow.ask import Asking
from bot.ports import Clock

ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (pressing.Press, *wishing.ITEMS, privacy.Forget)
"""What the client must know, so that it answers after a restart."""


def commands(asking: Asking, clock: Clock) -> tuple[app_commands.Command[Any, ..., None] | app_commands.Group, ...]:
    """Make the commands."""
    return reminders.command(asking), follow.FollowCommands(asking, clock), privacy.command(asking)
