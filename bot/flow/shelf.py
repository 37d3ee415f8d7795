"""The catalogue of what is known, kept between questions: made anew when a feed described something since."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Event, EventId, Track
from bot.ports import Transaction
from bot.rules.search import Catalogue, catalogue, words_of

LOOKS_BACK = timedelta(days=365)
"""How far back events are found. Chosen, not measured: a person's last flight still is."""
TURN = 200
"""Events read before everything else gets a turn: some 20 ms."""


@dataclass(slots=True)
class Shelf:
    """Holds the last catalogue, and the words of every event in it: most are the same the next time."""

    mark: str = ""
    kept: Catalogue = field(default_factory=lambda: catalogue(()))
    words: dict[EventId, tuple[Event, frozenset[str]]] = field(default_factory=dict)

    async def read(self, tx: Transaction, now: datetime) -> Catalogue:
        """Give the catalogue as the store has it now."""
        mark = await tx.mark()
        if mark != self.mark:
            tracks = await tx.tracks(net_since=now - LOOKS_BACK)
            words = [await self._words(track, number) for number, track in enumerate(tracks, 1)]
            self.words = {track.event.id: (track.event, own) for track, own in zip(tracks, words, strict=True)}
            self.kept, self.mark = catalogue(tracks, words), mark
        return self.kept

    async def _words(self, track: Track, number: int) -> frozenset[str]:
        before, words = self.words.get(track.event.id, (None, frozenset[str]()))
        if before == track.event:
            return words
        if number % TURN == 0:
            await asyncio.sleep(0)
        return words_of(track.event)
