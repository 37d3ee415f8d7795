"""Why a watch wants an event or does not, and what keeps reminders back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Agency, Event, Facet, Fate, GuildId, Precision, Say, Settled, Status, Term, Watch
from bot.rules.explaining import WHYS, deliveries, leads_named, standing_in_the_way, verdict
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, net, seen, watch

SOYUZ = replace(event(), lsp=Agency(name="Roscosmos"))


@pytest.mark.parametrize(
    ("asking", "one", "says"),
    [
        (watch(), SOYUZ, "everything that is left"),
        (watch(Term(Facet.LSP, "Roscosmos")), SOYUZ, "“lsp: Roscosmos” met “Roscosmos”"),
        (watch(Term(Facet.ANY, "Soyuz")), SOYUZ, "“mission: Soyuz” met"),
        (replace(watch(), off=True), SOYUZ, "the watch is paused"),
        (replace(watch(), paused=True), SOYUZ, "I cannot post there"),
        (replace(watch(), crewed_only=True), replace(SOYUZ, name="Electron | Owl"), "nobody is aboard"),
        (replace(watch(), webcast_only=True), SOYUZ, "no stream is known yet"),
        (replace(watch(), exclude=(Term(Facet.ANY, "MS-19"),)), SOYUZ, "leaves out “MS-19”"),
        (watch(Term(Facet.LSP, "SpaceX")), SOYUZ, "“lsp: SpaceX” did not meet “Roscosmos”"),
        (watch(Term(Facet.CREW, "Peresild")), SOYUZ, "not known of it"),
        (watch(Term(Facet.ANY, "Falcon")), SOYUZ, "“Falcon” met nothing of it"),
        (watch(Term(Facet.ANY, "Soyuz"), Term(Facet.LSP, "SpaceX")), SOYUZ, "“lsp: SpaceX” did not meet"),
        (watch(Term(Facet.EVENT, "x")), SOYUZ, "met nothing of it"),
        (watch(), replace(SOYUZ, owner=GuildId(9)), "another server added it"),
    ],
)
def test_a_verdict_says_why(asking: Watch, one: Event, says: str) -> None:
    found = verdict(asking, one, {})
    assert says in found.why
    assert found.wanted is any(word in says for word in ("met “", "Soyuz” met", "is left"))


@pytest.mark.parametrize(
    ("one", "asking", "says"),
    [
        (event(), watch(), ""),
        (event(), watch(notices=[Say.LIVE]), "No watch asks for `reminder`"),
        (event(net(T0, Precision.DAY)), watch(), "no clock time yet"),
        (event(net(L0 - DAY)), watch(), "T-0 has passed"),
        (event(status=Status.TBD), watch(), "does not run"),
        (event(net(T0, Precision.HOUR)), watch(leads=[10 * MINUTE]), "not known well enough"),
    ],
)
def test_what_keeps_reminders_back_is_said(one: Event, asking: Watch, says: str) -> None:
    found = standing_in_the_way(seen(one), [asking], L0)
    assert says in found
    assert bool(found) is bool(says)


def test_deliveries_are_told_sent_first_then_dropped_then_owed() -> None:
    settled = (
        Settled(what="T-10m", attempt="a", fate=Fate.OWED),
        Settled(what="announced", attempt="", fate=Fate.OWED),
        Settled(what="T-1h", attempt="a", fate=Fate.DROPPED, why="a closer reminder is due", at=L0),
        Settled(what="T-24h", attempt="a", fate=Fate.SENT, at=L0, pinged=True),
        Settled(what="live", attempt="a", fate=Fate.SENT, at=L0 + HOUR),
    )
    told = deliveries(settled, net(), leads_named([watch()]))
    assert [one.split()[1] for one in told] == ["T-24h", "live", "T-1h", "T-10m", "announced"]
    assert "🔔" in told[0]
    assert "a closer reminder is due" in told[2]
    assert f"<t:{int((T0 - timedelta(minutes=10)).timestamp())}:f>" in told[3]
    assert deliveries(settled[:1], net(None), leads_named([watch()])) == ("⏳ T-10m · to come",)


def test_a_reason_is_told_in_the_readers_language_and_is_one_that_the_bot_gives() -> None:
    one = Settled(what="T-1h", attempt="a", fate=Fate.DROPPED, why="a closer reminder is due", at=L0)
    assert deliveries([one], net(), {}, "de") == ("▫️ T-1h · nicht gesendet: eine nähere Erinnerung ist fällig",)
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[2] / "bot").rglob("*.py")
        if path.name != "explaining.py"
    )
    assert [why for why in WHYS if f'"{why}"' not in code] == []
