"""What is said in another language: the English sentence is the key, bot/languages/*.po hold the others."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol

from babel.core import Locale
from babel.dates import get_day_names, get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "languages"
SOURCE = "en"
"""The language in which the code is written."""


def read(path: Path) -> gettext.NullTranslations:
    """Read the catalogue of a language, which is its file's name."""
    with path.open("rb") as written:
        catalog = read_po(written, locale=path.stem)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


CATALOGUES: dict[str, gettext.NullTranslations] = {path.stem: read(path) for path in sorted(FOLDER.glob("*.po"))}
"""Every other language there is, by its ISO 639-1 code. Part of the code, so they are read with it."""
LANGUAGES = (SOURCE, *CATALOGUES)


def language_for(locale: str) -> str:
    """The language of ours that a locale asks for (`de-AT`, `en-GB`), English where we have none."""
    code = locale.replace("_", "-").partition("-")[0].lower()
    return code if code in CATALOGUES else SOURCE


def said(language: str, text: str, /, **values: object) -> str:
    """Say a sentence: `text` is English, with named fields for what varies; the fields are never read as sentences themselves."""
    catalogue = CATALOGUES.get(language)
    chosen = catalogue.gettext(text) if catalogue else text
    return chosen.format(**values) if values else chosen


def counted(language: str, one: str, many: str, count: int, /, **values: object) -> str:
    """Say a sentence about `count` things, which it may name as `{count}`, in the plural that the language wants."""
    catalogue = CATALOGUES.get(language)
    chosen = catalogue.ngettext(one, many, count) if catalogue else (one if count == 1 else many)
    return chosen.format(count=count, **values)


class Phrase(Protocol):
    """A sentence that waits for its language and its fields."""

    def __call__(self, language: str, /, **values: object) -> str:
        """Say it."""
        ...


def phrase(text: str, /) -> Phrase:
    """Keep a sentence in a table; `text` is English, as for said()."""

    def in_language(language: str, /, **values: object) -> str:
        return said(language, text, **values)

    return in_language


@cache
def month_name(language: str, month: int, *, alone: bool = False, short: bool = False) -> str:
    """Name a month, from 1, as the language does within a date, or where it stands `alone` without a day (CLDR's names)."""
    width: Literal["abbreviated", "wide"] = "abbreviated" if short else "wide"
    names: Mapping[int, str] = get_month_names(width, "stand-alone" if alone else "format", locale=language)
    return names[month]


@cache
def weekday_name(language: str, weekday: int) -> str:
    """Name a day of the week, from 0 for Monday, as the language does before a date (CLDR's names)."""
    names: Mapping[int, str] = get_day_names("wide", "format", locale=language)
    return names[weekday]


def word(language: str, text: str, /, *, context: str) -> str:
    """Say a word that is no sentence and means something else in another `context`: a command's name, an option's."""
    catalogue = CATALOGUES.get(language)
    return catalogue.pgettext(context, text) if catalogue else text


def native_name(language: str, /) -> str:
    """Say what a language calls itself: Deutsch."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]
