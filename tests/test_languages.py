"""Every language says everything, with the right fields and plurals, and in names that Discord takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot import tongue
from bot.cogs.translating import translated
from bot.tongue import CATALOGUES, FOLDER, LANGUAGES, SOURCE, counted, language_for, month_name, phrase, read, said
from tests.catalogue import Key, calls, keys, shown, tree

OTHERS = tuple(CATALOGUES)
NAME = re.compile(r"[-_'\w]{1,32}")
"""What Discord takes for the name of a command or an option, lower case where there is one."""
LONGEST = {Location.choice_name: 100}
SENTENCE = 100
COMMAND = 8000
"""Discord counts the longest of all languages for each text of a command."""
MENTION = re.compile(r"(?<![\w/.:<>&])/([^\W_][\w-]*)(?: ([\w-]+))?")
"""A command in a sentence, and the word after it."""


@cache
def catalogue(language: str) -> Catalog:
    """The file of a language, as its translators see it."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Every message of a language, and what stands there for it in each plural."""
    for message in catalogue(language):
        text, told = message.id, message.string
        if text:
            key = text if isinstance(text, str) else (text[0], text[1])
            yield (message.context or "", key), (told or "",) if told is None or isinstance(told, str) else tuple(told)


def fields(text: str) -> set[str]:
    """The names of what varies."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# --- the code -----------------------------------------------------------------------------------------------------


def test_every_sentence_is_a_literal_so_that_it_can_be_found() -> None:
    assert [call.where for call in calls() if None in call.texts] == []


def test_every_sentence_names_its_fields() -> None:
    unnamed = [
        text for call in calls() for text in call.texts if text and any(not re.fullmatch(r"[a-z_]+", f) for f in fields(text))
    ]
    assert unnamed == []


# --- the catalogues -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_everything(language: str) -> None:
    said_there = {key for key, told in messages(language) if all(told)}
    assert [key for key in keys() if key not in said_there] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_nothing_that_nobody_says(language: str) -> None:
    assert [key for key, _ in messages(language) if key not in keys()] == []
    assert list(catalogue(language).obsolete) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_of_its_sentence(language: str) -> None:
    for (_, text), told in messages(language):
        if isinstance(text, str):
            assert fields(told[0]) == fields(text) or not told[0], text
        else:
            wanted = fields(text[0]) | fields(text[1])
            assert all(wanted - {"count"} <= fields(form) <= wanted for form in told if form), text


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_counted_is_said_in_every_plural(language: str) -> None:
    forms = catalogue(language).num_plurals
    assert [key for key, told in messages(language) if isinstance(key[1], tuple) and any(told) and len(told) != forms] == []


def commands_of(language: str) -> dict[str, set[str]]:
    """The commands in a language, each with those inside."""
    found: dict[str, set[str]] = {}
    for command in tree().get_commands():
        if not isinstance(command, app_commands.ContextMenu):
            inner = command.commands if isinstance(command, app_commands.Group) else ()
            name = translated(language, command.name, Location.command_name)
            found[name] = {translated(language, one.name, Location.command_name) for one in inner}
    return found


def unknown(text: str, known: dict[str, set[str]]) -> list[str]:
    """The commands that a text names and that do not exist."""
    found = MENTION.findall(text)
    return [
        f"/{name} {inner}" for name, inner in found if name not in known or (known[name] and inner and inner not in known[name])
    ]


def test_every_command_that_a_sentence_names_exists() -> None:
    known = commands_of(SOURCE)
    texts = [text for _, key in keys() for text in ((key,) if isinstance(key, str) else key)]
    assert [(text, wrong) for text in texts if (wrong := unknown(text, known))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_command_that_a_translation_names_exists(language: str) -> None:
    known = commands_of(language)
    assert [(text, wrong) for _, told in messages(language) for text in told if (wrong := unknown(text, known))] == []


# --- what Discord takes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_discord_takes_every_text_of_a_command(language: str) -> None:
    taken: set[tuple[str, str]] = set()
    for one in shown():
        text = translated(language, one.text, one.location)
        if one.among and one.among != "menus" and one.location not in LONGEST:
            assert NAME.fullmatch(text), (one.text, text)
            assert text == text.lower(), (one.text, text)
        assert 0 < len(text.encode("utf-16-le")) // 2 <= LONGEST.get(one.location, SENTENCE), (one.text, text)
        assert not one.among or (one.among, text) not in taken, (one.among, text)
        taken |= {(one.among, text)} if one.among else set()


def test_no_command_is_too_large_in_any_mixture_of_languages() -> None:
    def longest(text: str, location: Location) -> int:
        return max(len(translated(language, text, location)) for language in LANGUAGES)

    sizes: dict[str, int] = {}
    root = ""
    for one in shown():
        root = one.text if one.among == "/" else root
        sizes[root] = sizes.get(root, 0) + longest(one.text, one.location)
    assert {name: size for name, size in sizes.items() if size > COMMAND} == {}


# --- how it is said -----------------------------------------------------------------------------------------------

POLISH = """msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "{count} launch"
msgid_plural "{count} launches"
msgstr[0] "{count} start"
msgstr[1] "{count} starty"
msgstr[2] "{count} startów"

msgid "{name} docks"
msgstr "{name} dokuje"
"""


@pytest.fixture
def polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "pl.po").write_text(POLISH, encoding="utf-8")
    monkeypatch.setitem(tongue.CATALOGUES, "pl", read(tmp_path / "pl.po"))
    return "pl"


@pytest.mark.parametrize(
    ("count", "told"), [(1, "1 start"), (3, "3 starty"), (5, "5 startów"), (22, "22 starty"), (112, "112 startów")]
)
def test_a_language_has_its_own_plurals(polish: str, count: int, told: str) -> None:
    assert counted(polish, "{count} launch", "{count} launches", count) == told
    assert counted(SOURCE, "{count} launch", "{count} launches", count) == f"{count} launch{'es' if count > 1 else ''}"


def test_what_a_language_does_not_say_is_said_in_english(polish: str) -> None:
    assert said(polish, "{name} lands", name="MS-19") == "MS-19 lands"
    assert counted(polish, "{count} day", "{count} days", 2) == "2 days"
    assert phrase("{name} docks")(polish, name="{MS-19}") == "{MS-19} dokuje"


def test_a_month_is_named_as_its_language_does() -> None:
    assert month_name("en", 9, short=True) == "Sep"
    assert (month_name("de", 3), month_name("de", 3, alone=True)) == ("März", "März")
    assert (month_name("pl", 10), month_name("pl", 10, alone=True)) == ("października", "październik")


def test_a_locale_leads_to_a_language_that_there_is() -> None:
    found: Collection[str] = {language_for(locale) for locale in ("de", "de-AT", "de_CH", "en-GB", "xx", "")}
    assert found == {"de", "en"}
