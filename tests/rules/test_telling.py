"""Evidence is kept as it was told, and read in any language."""

from __future__ import annotations

from bot.flow.newsroom import TOLD as FEED
from bot.rules.telling import FACTS, SAYS, TOLD, evidence_text
from bot.tongue import SOURCE


def test_every_phrase_of_evidence_can_be_read_in_another_language() -> None:
    known = {one(SOURCE, quote="x") for one in TOLD}
    assert {f"‘x’ {says}" for says in SAYS.values()} | set(FACTS.values()) | {FEED} <= known
    assert evidence_text("‘Юлия {Пересильд}’ is in its crew", "de") == "‚Юлия {Пересильд}‘ gehört zur Crew"
    assert evidence_text("the video begins at its NET", "de") == "das Video beginnt zum NET"


def test_what_is_no_phrase_of_ours_is_left_as_it_is() -> None:
    assert evidence_text("somebody said so", "de") == "somebody said so"
