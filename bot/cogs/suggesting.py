"""What is offered while somebody types: in time, or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable

from discord import app_commands

from bot.ports import StoreDown

log = logging.getLogger(__name__)

LONGEST = 200
"""How much of what is typed is looked at."""
SUGGESTING_S = 2.0
"""Suggestions that come later than this are for letters that have changed since."""

Choices = list[app_commands.Choice[str]]


async def suggested(choices: Awaitable[Iterable[tuple[str, str]]]) -> Choices:
    """Offer these labels and values; none while the store is away or slow."""
    try:
        async with asyncio.timeout(SUGGESTING_S):
            found = await choices
    except (StoreDown, TimeoutError) as slow:
        log.warning("no suggestions: %s", slow)
        return []
    return [app_commands.Choice(name=label, value=value) for label, value in found]
