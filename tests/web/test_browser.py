"""The pages in a real browser: it adds the reader's own time and finds nothing to complain of."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.web.pages import Pages
from bot.web.site import serving
from tests.cogs.stage import MS19, NAMES, Clock
from tests.prepared import in_memory

BROWSER = shutil.which("chromium")
NONE = "no chromium on this machine"
PHONE = "390,844"


async def dom(url: str, folder: Path, *flags: str) -> tuple[str, str]:
    """What a browser makes of a page, and what it logs."""
    assert BROWSER, NONE
    asked = (
        f"--user-data-dir={folder}",
        "--no-sandbox",
        "--disable-gpu",
        f"--window-size={PHONE}",
        "--enable-logging=stderr",
        *flags,
    )
    browser = await asyncio.create_subprocess_exec(
        BROWSER,
        "--headless=new",
        *asked,
        "--dump-dom",
        url,
        env=os.environ | {"TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    seen, logged = await browser.communicate()
    return seen.decode(), logged.decode()


@pytest.mark.skipif(BROWSER is None and not os.environ.get("CI"), reason=NONE)
@pytest.mark.timeout(120)
async def test_a_browser_adds_the_readers_own_time(tmp_path: Path) -> None:
    store = await in_memory()
    asking = Asking(store, Clock(), Desk(NAMES, 45))
    async with store.transaction() as tx:
        await tx.keep(MS19)
    async with serving((Pages(asking, Clock()),), "127.0.0.1", 0) as port:
        page, log = await dom(f"http://127.0.0.1:{port}/", tmp_path / "profile")
    await store.close()
    (shown,) = re.findall(r'<time datetime="2021-10-05T08:55:02\+00:00">(.*?)</time>', page)
    assert shown.startswith("5 Oct 2021 08:55 UTC (")
    assert re.search(r"0?2:25.PM here|14:25 here", shown), shown
    assert "CONSOLE" not in log, log
