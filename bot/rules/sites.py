"""Who publishes an article, and whose articles a watch takes."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.model import Article
from bot.rules.matching import normalised


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
