"""All that admins may do, gathered: the commands, and the buttons and selects that answer after a restart."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs import doctor, settings_files, setup, watch_list, watch_test, why
from bot.cogs.mission import MissionCommands
from bot.cogs.roles import GiveRole, RoleCommands
from bot.cogs.settings_server import SettingsCommands
from bot.cogs.watch import WatchCommands
from bot.flow.ask import Asking
from bot.ports import Clock

ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    settings_files.Answer,
    setup.Menu,
    setup.Press,
    watch_list.Turn,
    watch_test.Turn,
    GiveRole,
)
"""What can be pressed in a message of any age."""


def commands(asking: Asking, clock: Clock) -> tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...]:
    """Make the commands for admins."""
    return (
        WatchCommands(asking, clock),
        SettingsCommands(asking, clock),
        RoleCommands(asking, clock),
        MissionCommands(asking, clock),
        setup.command(asking, clock),
        *why.commands(asking, clock),
        *doctor.commands(asking, clock),
        *settings_files.commands(asking, clock),
    )
