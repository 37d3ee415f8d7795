"""Every command answers in the language of who asks: nothing of an answer is left in English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from discord import app_commands

from bot.model import GuildId, Say, Server, Webcast
from bot.model import Person as Crew
from bot.sandbox.people import Person
from bot.sandbox.wire import Json, as_object, as_objects, as_text
from bot.tongue import native_name
from tests.catalogue import tree
from tests.cogs.stage import NOW, keep, stage, track
from tests.marking import LANGUAGE, speak, unsaid

ONE = track(
    "Сокол | Звезда",
    NOW + timedelta(days=3),
    crew=(Crew(name="Юлия Пересильд"),),
    webcasts=(Webcast(url="https://youtu.be/a"),),
)
MANY = tuple(track(f"Сокол | Мечта {number}", NOW + timedelta(days=4, hours=number)) for number in range(12))

ASKED: tuple[tuple[str, dict[str, object]], ...] = (
    ("next", {"count": 10}),
    ("next", {"filter": "ничего"}),
    ("schedule", {}),
    ("schedule", {"days": 1}),
    ("schedule", {"days": 2, "filter": "ничего"}),
    ("launch", {"name": "Звезда"}),
    ("launch", {"name": "ЪЪЪЪЪЪ"}),
    ("live", {}),
    ("search", {"text": "Сокол"}),
    ("search", {"text": "ЪЪЪЪЪЪ"}),
    ("crew", {"person": "Пересильд"}),
    ("crew", {"person": "ЪЪЪЪЪЪ"}),
    ("about", {}),
    ("help", {}),
    ("calendar", {}),
    ("news", {}),
    ("news", {"filter": "ЪЪЪЪЪЪ"}),
    ("reminders", {}),
    ("reminders", {"leads": "ЪЪ"}),
    ("reminders", {"timezone": "ЪЪ"}),
    ("follow launch", {"name": "Звезда"}),
    ("follow crew", {"person": "Пересильд"}),
    ("follow rocket", {"name": "Сокол"}),
    ("follow program", {"name": "ЪЪЪЪЪЪ"}),
    ("reminders", {}),
    ("privacy", {}),
)
GOVERNED: tuple[tuple[str, dict[str, object]], ...] = (
    ("settings show", {}),
    ("watch list", {}),
    ("undo", {}),
    ("setup", {}),
    ("watch add", {"what": "Сокол", "notices": "reminder live", "quiet": "22:00-07:00 except live", "digest": "daily 08:00"}),
    ("watch add", {"what": "Сокол", "leads": "ЪЪ"}),
    ("watch add", {"what": "Сокол", "notices": "ЪЪ"}),
    ("watch add", {"what": "Сокол", "quiet": "ЪЪ"}),
    ("watch add", {"what": "Сокол", "digest": "ЪЪ"}),
    ("watch add", {"what": "ЪЪ: Сокол"}),
    ("watch add", {"what": "everything", "news": True, "crosspost": True, "events": True}),
    ("watch list", {}),
    ("watch edit", {"watch": "1", "leads": "1h"}),
    ("watch edit", {"watch": "1"}),
    ("watch pause", {"watch": "1"}),
    ("watch list", {}),
    ("watch resume", {"watch": "1"}),
    ("watch resume", {}),
    ("watch test", {"watch": "1"}),
    ("preview", {"watch": "1"}),
    ("why", {"launch": "Звезда"}),
    ("why", {"launch": "ЪЪЪЪЪЪ"}),
    ("doctor", {}),
    ("status", {}),
    ("role button", {}),
    ("settings timezone", {"zone": "Europe/Warsaw"}),
    ("settings timezone", {"zone": "ЪЪ"}),
    ("settings show", {}),
    ("export", {}),
    ("mission list", {}),
    ("mission add", {"name": "Шар", "net": "ЪЪ"}),
    ("mission add", {"name": "Шар", "net": "2021-12-24 18:00"}),
    ("mission add", {"name": "Зонд", "net": "Q4 2022", "place": "Школа"}),
    ("mission edit", {"mission": "Шар", "status": "scrub"}),
    ("mission edit", {"mission": "Шар"}),
    ("mission list", {}),
    ("mission remove", {"mission": "Шар"}),
    ("watch remove", {"watch": "1"}),
    ("watch remove", {"watch": "9"}),
    ("undo", {}),
    ("settings language", {"language": "de"}),
)
"""What is asked, in this order; a command may come more than once, in another state of things."""
ELSEWHERE = frozenset({"feed add", "feed list", "feed remove", "feed test", "follow-official", "import"})
"""These take a feed, an official channel or a file."""
NAMES = frozenset(
    {
        native_name(LANGUAGE),
        "SpaceX",
        "NASA",
        "Europe",
        "Warsaw",
        "Deutsch",
        "English",
        "Minus",
        "The",
        "Space",
        "Devs",
        "Launch",
        "Library",
    }
)
"""What is called the same everywhere."""
TYPED = frozenset(say.value for say in Say) | {
    "usual",
    "all",
    "everything",
    "any",
    "crewed",
    "except",
    "daily",
    "monday",
    "off",
    "lsp",
}
"""What people type, shown as they type it."""
LABELS = ("label", "placeholder", "content", "description", "title")


def labels(parts: Iterable[Json]) -> Iterator[str]:
    """What stands on buttons and in menus."""
    for part in parts:
        yield from (as_text(part.get(name)) for name in LABELS)
        # What an option of a menu stands for is described as people type it, and zones are places.
        yield from (label for one in as_objects(part.get("options")) if "/" not in (label := as_text(one.get("label"))))
        yield from labels(as_objects(part.get("components")))
        yield from labels(as_objects(part.get("items")))
        yield from labels([as_object(part[name]) for name in ("component", "accessory") if name in part])


@pytest.mark.parametrize("asked", [ASKED, GOVERNED])
async def test_answers_are_in_the_language_of_who_asks(
    asked: tuple[tuple[str, dict[str, object]], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    language = speak(monkeypatch)
    async with stage() as stg:
        await keep(stg.store, ONE, *MANY)
        guild = stg.discord.add_guild("Байконур")
        channel = stg.discord.add_channel(guild, "пуски")
        async with stg.store.transaction() as tx:
            await tx.keep_server(Server(guild=GuildId(guild.id), language=language))
        async with stg.bot(public_url="https://launches.example"):
            person = replace(stg.discord.member(guild, stg.discord.owner, channel), locale=language)
            for path, options in asked:
                reply = await person.slash(path, **options)
                shown = "\n".join((reply.text, *labels(reply.message.components)))
                assert [word for word in unsaid(shown) if word not in NAMES | TYPED] == [], f"/{path} {options}: {shown}"


async def test_a_german_is_answered_in_german(member: Person) -> None:
    german = replace(member, locale="de")

    assert "Nächste" not in (await member.slash("next")).text
    assert "Als Nächstes" in (await german.slash("next")).text
    assert "Was ich hier für dich tun kann" in (await german.slash("help")).text


async def test_discord_is_told_the_names_in_every_language(member: Person) -> None:
    names = {command.name: command.spec.get("name_localizations") for command in member.commands()}
    assert names["next"] == {"de": "nächste"}
    assert names["live"] == {"de": "live"}


async def test_every_command_is_asked() -> None:
    offered = {one.qualified_name for one in tree().walk_commands() if isinstance(one, app_commands.Command)}
    assert offered == {path for path, _ in (*ASKED, *GOVERNED)} | ELSEWHERE
