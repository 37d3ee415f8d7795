"""Who publishes an article, and whose articles a watch takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.model import Article
from bot.rules.asking import Wrong
from bot.rules.matching import normalised
from bot.tongue import said


def host(url: str) -> str:
    """Name the host of an address."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # an address in brackets that is none
        return ""


def site_of(article: Article) -> str:
    """Name who publishes it: as people call them, else the host."""
    return article.site.strip() or host(article.url)


def is_from(article: Article, name: str) -> bool:
    """Whether a site is meant by a name: its own, without regard to case and marks, or its host or one above it."""
    wanted, at = normalised(name), host(article.url)
    bare = name.strip().casefold().removeprefix("www.")
    return bool(wanted) and (wanted == normalised(article.site) or at == bare or at.endswith(f".{bare}"))


def takes(sites: Sequence[str], article: Article) -> bool:
    """Whether a choice of sites takes an article; one with a minus leaves its site out."""
    left_out = [name[1:] for name in sites if name.startswith("-")]
    wanted = [name for name in sites if not name.startswith("-")]
    if any(is_from(article, name) for name in left_out):
        return False
    return not wanted or any(is_from(article, name) for name in wanted)


MOST = 20
"""Sites that a watch names. Chosen, not measured."""
LONGEST = 60
EVERY_SITE = frozenset({"all", "any", "everything", "off", "none"})
"""Words that take a choice of sites back."""


def parse_sites(text: str, language: str = "en") -> tuple[str, ...] | Wrong:
    """Read whose articles a watch takes: `NASA, spacenews.com`, `-Space.com`; `all` takes everybody's."""
    names = [" ".join(piece.split()) for piece in re.split(r"[,;\n]", text) if piece.strip()]
    if len(names) == 1 and names[0].casefold() in EVERY_SITE:
        return ()
    if len(names) > MOST:
        return Wrong(said(language, "Those are more than {most} sites. Leave out some.", most=MOST))
    found: list[str] = []
    for name in names:
        bare = name.lstrip("-−").strip()
        if not normalised(bare) or len(bare) > LONGEST:
            sentence = (
                "I cannot read that as a site. Write names or hosts with commas between them: `NASA, spacenews.com, -Space.com`."
            )
            return Wrong(said(language, sentence))
        found.append(f"-{bare}" if name != bare else bare)
    return tuple(dict.fromkeys(found))
