"""A language in which everything that is said stands in brackets: whatever stands outside of them is said by nobody's leave."""

from __future__ import annotations

import gettext
import re

import pytest

from bot import tongue
from bot.model import Post

LANGUAGE = "pl"
"""Any that the bot does not speak and Discord does."""
OPEN, CLOSE = "⟦", "⟧"
SAID = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
SHOWN_OTHERWISE = re.compile(r"<[@#t/][^>]*>|https?://\S+|\b\w+\.example\b|`[^`]*`")
"""Discord's own words for an instant, a channel or a person; addresses; what is typed."""
FIELD_WORDS = frozenset({"NET", "UTC", "T", "RU"})
"""The same in every language."""


class Marked(gettext.NullTranslations):
    """Says every sentence in English, in brackets; words of Discord's stay as they are."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"

    def pgettext(self, context: str, message: str) -> str:
        return message


def speak(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the bot speak it until the test ends."""
    monkeypatch.setitem(tongue.CATALOGUES, LANGUAGE, Marked())
    return LANGUAGE


def unsaid(text: str) -> list[str]:
    """The Latin words in a text that nobody said."""
    while (shorter := SAID.sub("", text)) != text:
        text = shorter
    words = re.findall(r"[A-Za-z]{2,}", SHOWN_OTHERWISE.sub("", text))
    return [word for word in words if word not in FIELD_WORDS]


def read(post: Post) -> str:
    """Everything that a person reads of a post."""
    parts = (post.title, post.lead_in, *post.lines, *(part for field in post.fields for part in field), post.footer)
    return "\n".join((*parts, *(link.label for link in post.buttons), *(action.label for action in post.actions)))
