"""Under whose name a post is made where a server wants it so: the agency's, as far as Discord takes the name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.model import Event, Speaker, Watch
from bot.rules.text import INVISIBLE

LONGEST = 80
"""Characters of a name on Discord."""
FORBIDDEN = re.compile(r"discord|clyde|```|@everyone|@here", re.IGNORECASE)
"""What Discord refuses in a name, and what would look like a call (https://discord.com/developers/docs/resources/webhook)."""


def speaker_of(event: Event, asking: Iterable[Watch]) -> Speaker | None:
    """Give who speaks; None for the bot itself: nobody asked for it, or there is no agency with a name that Discord takes."""
    if event.lsp is None or not any(watch.identity for watch in asking):
        return None
    name = " ".join(INVISIBLE.sub(" ", event.lsp.name).split())[:LONGEST].strip()
    if not name or FORBIDDEN.search(name):
        return None
    logo = event.lsp.logo
    return Speaker(name, logo if logo.startswith("https://") else "")
