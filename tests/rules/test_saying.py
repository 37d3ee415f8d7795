"""Nothing of what the rules write is left in English where another language is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import (
    Agency,
    Article,
    Event,
    Image,
    Kind,
    Landing,
    Mission,
    Net,
    Pad,
    Person,
    Phase,
    Post,
    Precision,
    Rocket,
    Say,
    Status,
    StreamKind,
    Track,
    Webcast,
)
from bot.rules.agenda import on_air, page
from bot.rules.calendar import about
from bot.rules.card import card
from bot.rules.details import details
from bot.rules.following import notice_of
from bot.rules.forum import topic
from bot.rules.occasions import occasion
from bot.rules.wording import WORDINGS, listing, post, summary, trouble
from tests.marking import CLOSE, LANGUAGE, OPEN, read, speak, unsaid
from tests.rules.making import DAY, HOUR, L0, MINUTE, T0, event, following, net, seen, watch

NAME = "Сокол 9 | Звезда"
FULL = replace(
    event(name=NAME),
    lsp=Agency(name="Роскосмос"),
    rocket=Rocket(name="Сокол 9"),
    mission=Mission(name="Звезда", kind="Связь", orbit="Низкая"),
    pad=Pad(name="31/6", site="Байконур"),
    crew=tuple(Person(name=f"Космонавт {number}", role="Командир") for number in range(14)),
    webcasts=(
        Webcast(url="https://youtu.be/a", kind=StreamKind.OFFICIAL, language="ru", guessed=True),
        Webcast(url="https://b.example"),
    ),
    landings=(
        Landing(vehicle="Ступень 1", attempt=True, place="Море"),
        Landing(vehicle="Ступень 2", attempt=True, success=True),
        Landing(vehicle="Ступень 3", attempt=True, success=False, place="Море"),
    ),
    window_end=T0 + HOUR,
    probability=80,
    weather="ветер",
    reason="ветер",
    image=Image(url="https://images.example/1.jpg", credit="Роскосмос"),
)


def events() -> Iterator[Event]:
    """An event in every state, of every kind, and with every kind of NET."""
    yield from (replace(FULL, status=status) for status in Status)
    yield from (replace(FULL, kind=kind) for kind in Kind)
    yield from (replace(FULL, net=net(L0 + 40 * DAY, precision)) for precision in Precision)
    yield replace(FULL, net=Net(None, Precision.UNKNOWN))


def tracks() -> Iterator[Track]:
    for one in events():
        yield seen(one)
        yield replace(seen(one), counting=False, scrubs=(L0, L0))
        yield replace(seen(one), nets=(*seen(event(net(T0 - 3 * DAY))).nets, *seen(one).nets))


@pytest.fixture(autouse=True)
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch)


def said_fully(made: Post) -> bool:
    return unsaid(read(made)) == []


def test_a_card_is_said_in_the_language_of_its_readers() -> None:
    for track in tracks():
        for now in (L0, T0 + MINUTE, T0 + 5 * HOUR):
            made = card(track, now, language=LANGUAGE)
            assert said_fully(made), read(made)
            assert said_fully(details(track, now, language=LANGUAGE)), read(details(track, now, language=LANGUAGE))


@pytest.mark.parametrize("say", [*WORDINGS, Say.COVERAGE])
def test_a_notice_is_said_in_the_language_of_its_readers(say: Say) -> None:
    asking = following(replace(watch(name="все"), language=LANGUAGE), replace(watch(name="ещё"), language=LANGUAGE))
    article = Article(title="Пуск", published_at=L0, site="Новости", url="https://news.example/1")
    for track in tracks():
        for before in (None, track.event.net, net(T0 - DAY), net(T0 + 90 * DAY, Precision.QUARTER)):
            told = notice_of(asking, say, "x", T0 - HOUR, T0, lead=timedelta(minutes=10), before=before)
            told = replace(told, article=article, note="ещё") if say is Say.COVERAGE else told
            for as_card in (False, True):
                made = post(told, track, T0 - 2 * HOUR, as_card=as_card)
                assert said_fully(made), read(made)


def test_a_list_is_said_in_the_language_of_its_readers() -> None:
    every = tuple(tracks())
    assert said_fully(listing(every, L0, "", language=LANGUAGE))
    assert said_fully(listing((), L0, "", language=LANGUAGE))
    assert said_fully(summary(("все",), every[:3], L0, language=LANGUAGE))
    assert said_fully(trouble("", language=LANGUAGE))
    assert all(said_fully(page(every, L0, number, "", language=LANGUAGE)) for number in range(9))
    assert said_fully(page((), L0, 0, "", language=LANGUAGE))
    assert said_fully(on_air(every[:2], None, L0, language=LANGUAGE))
    assert said_fully(on_air((), every[0], L0, language=LANGUAGE))
    assert said_fully(on_air((), None, L0, language=LANGUAGE))


def test_a_scheduled_event_a_forum_post_and_a_calendar_are_said_too() -> None:
    for track in tracks():
        made = occasion(track, T0 - 2 * HOUR, Phase.SCHEDULED, LANGUAGE)
        assert made is not None
        texts = (made.name, made.place, made.description, topic(track, LANGUAGE), about(track, LANGUAGE))
        whole = [text for text in texts if text.count(OPEN) == text.count(CLOSE)]  # the others had to be cut
        assert [unsaid(text) for text in whole] == [[]] * len(whole), whole


def test_what_is_not_said_is_found() -> None:
    assert unsaid("⟦New NET ⟦3 d⟧⟧ <t:1:F> · later, https://x.example/later `later`") == ["later"]
