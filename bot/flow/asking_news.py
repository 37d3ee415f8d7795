"""What people ask about articles: the newest ones with what they are about, read from the store, never from the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.flow.ask import Asking
from bot.model import EVERYBODY, Event, GuildId
from bot.rules.reporting import Item, fits
from bot.rules.search import meant

LOOKS_BACK = timedelta(days=30)
"""Chosen, not measured: an older article is no news in any sense."""
MOST = 200
"""Articles that one answer looks through: what some twenty feeds bring in two days."""


@dataclass(frozen=True, slots=True)
class AskingNews:
    """Answers members."""

    asking: Asking

    async def news(self, text: str = "", guild: GuildId = EVERYBODY) -> tuple[Item, ...]:
        """Give the newest articles that a server is shown, newest first, those without any event last; `text` narrows them."""
        now = self.asking.clock.now()
        known = await self.asking.known()
        async with self.asking.store.transaction() as tx:
            recent = await tx.recent_articles(now - LOOKS_BACK, guild, limit=MOST)
        events = {track.event.id: track.event for track in known.tracks}
        chosen = {track.event.id for track in meant(known, text, self.asking.desk.names, now)} if text else set[str]()
        items = [Item(one, tuple(events[linked.event] for linked in one.linked if linked.event in events)) for one in recent]
        fitting = [item for item in items if not text or fits(item, text) or any(event.id in chosen for event in item.events)]
        return tuple(sorted(fitting, key=lambda item: not item.events)) if not text else tuple(fitting)

    async def about(self, event: Event, guild: GuildId = EVERYBODY, limit: int = 5) -> tuple[Item, ...]:
        """Give the newest articles about one event, with the evidence for it."""
        async with self.asking.store.transaction() as tx:
            return tuple(Item(one, (event,)) for one in await tx.coverage(event.id, guild, limit=limit))
