"""A configuration that leaves out every feed but the launch feed that a test names: nothing may be asked for outside."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bot.settings import SHIPPED


def offline(folder: Path) -> str:
    """Write it into a folder of its own and give that, for TMINUS_CONFIG."""
    own = folder / "config"
    own.mkdir(exist_ok=True)
    shipped = tomllib.loads((SHIPPED / "feeds.toml").read_text(encoding="utf-8"))
    sections = ["rocketlaunch_live", "snapi", "youtube", *(f"rss.{name}" for name in shipped["rss"])]
    (own / "feeds.toml").write_text("".join(f"[{section}]\non = false\n" for section in sections), encoding="utf-8")
    return str(own)
