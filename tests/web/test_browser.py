"""The pages in a real browser: it adds the reader's own time, counts down, fits on a phone, and finds nothing to complain of."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.flow.ask import Asking
from bot.flow.plan import Desk
from bot.model import EventId, Mission, Net, NetSeen, Person, Precision, Status, Track
from bot.web.pages import Pages
from bot.web.site import serving
from tests.cogs.stage import MS19, NAMES, NOW, Clock
from tests.prepared import in_memory
from tests.web.browser import CHROMIUM, DESKTOP, NONE, PHONE, Tab, opened

pytestmark = [pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason=NONE), pytest.mark.timeout(180)]

HOUR = timedelta(hours=1)
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
FULL = replace(
    MS19,
    event=replace(
        MS19.event,
        mission=Mission(name=LONG, kind="Human Exploration", description=LONG * 3, orbit="Low Earth Orbit"),
        crew=(*MS19.event.crew, Person(name=LONG, role=LONG)),
    ),
    scrubs=(NOW - HOUR,),
    nets=(NetSeen(Net(NOW + 2 * HOUR, Precision.MINUTE), NOW - 9 * HOUR), NetSeen(MS19.event.net, NOW - HOUR)),
)
VAGUE = replace(MS19, event=replace(MS19.event, id=EventId("ll2:launch:vague"), net=Net(NOW + 6 * HOUR, Precision.HOUR)))
FLOWN = replace(MS19, event=replace(MS19.event, id=EventId("ll2:launch:flown"), net=Net(NOW - 50 * HOUR, Precision.MINUTE)))
PAGE = f"/launch/{quote(MS19.event.id, safe=':')}"
PAGES = ("/", "/past", "/calendar", PAGE, "/launch/ll2:launch:vague", "/?q=zenit", "/nothing")
CONTRAST = """
(() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
    const [one, two] = [light(getComputedStyle(node).color), light(behind(node))].sort((a, b) => b - a);
    if ((one + 0.05) / (two + 0.05) < 4.5) faint.push(node.outerHTML.slice(0, 120));
  }
  return faint;
})()
"""
"""Texts that are fainter than WCAG 1.4.3 allows."""
SMALL = """
[...document.querySelectorAll("a, button, input, summary")]
  .filter((node) => node.className !== "skip" && node.offsetWidth)
  .filter((node) => { const box = node.getBoundingClientRect(); return box.width < 24 || box.height < 18; })
  .map((node) => node.outerHTML.slice(0, 120))
"""
"""What a thumb would miss (WCAG 2.5.8 leaves out links within a line of text, which are as high as it)."""
NAMED = """
[...document.querySelectorAll("a, button, input, summary")]
  .filter((node) => !(node.textContent.trim() || (node.labels && node.labels.length)))
  .map((node) => node.outerHTML.slice(0, 120))
"""
"""What has no name for who does not see it."""


@asynccontextmanager
async def visited(folder: Path, *tracks: Track, languages: str = "en-GB") -> AsyncGenerator[tuple[Tab, str]]:
    """A browser, and where the pages of these events are."""
    store = await in_memory()
    async with store.transaction() as tx:
        for track in tracks:
            await tx.keep(track)
    rooms = (Pages(Asking(store, Clock(), Desk(NAMES, 45)), Clock()),)
    async with serving(rooms, "127.0.0.1", 0) as port, opened(folder / "profile", languages=languages) as tab:
        yield tab, f"http://127.0.0.1:{port}"
    await store.close()


async def test_it_adds_the_readers_own_time_and_counts_down(tmp_path: Path) -> None:
    now = round((NOW + timedelta(seconds=2)).timestamp() * 1000)
    async with visited(tmp_path, MS19, VAGUE) as (tab, site):
        await tab.look(now_ms=now)
        await tab.open(f"{site}{PAGE}")
        assert await tab.ask_page("document.querySelector('.count').textContent") == "T−3 d 20:55:00"
        own = await tab.ask_page("document.querySelector('.net .own').textContent")
        assert re.fullmatch(r"Tuesday,? 5 October (at )?14:25 your time", own), own
        await tab.open(f"{site}/launch/ll2:launch:vague")
        assert await tab.ask_page("document.querySelector('.count').textContent") == "T−5 h"
        await tab.open(site)
        short = await tab.ask_page("document.querySelector('.event .own').textContent")
        assert re.fullmatch(r"Tue,? 14:25 GMT\+5:30", short), short
        await tab.look(now_ms=now + 7 * 3_600_000, zone="UTC")
        await tab.open(f"{site}/launch/ll2:launch:vague")
        assert await tab.ask_page("document.querySelector('.count').textContent") == "T-0 has come"
        assert await tab.ask_page("document.querySelectorAll('.own').length") == 0


async def test_a_page_is_whole_without_a_script_and_in_german(tmp_path: Path) -> None:
    async with visited(tmp_path, FULL, languages="de-AT") as (tab, site):
        await tab.look(script=False)
        await tab.open(site)
        text = await tab.ask_page("document.body.innerText")
        assert "Dienstag, 5. Oktober 2021, 08:55 UTC" in text
        assert "noch 3 Tage 20 Std." in text
        assert await tab.ask_page("document.querySelectorAll('.own').length") == 0


async def test_every_page_can_be_read_on_every_screen_and_asks_nobody_else(tmp_path: Path) -> None:
    held = replace(VAGUE, event=replace(VAGUE.event, id=EventId("ll2:launch:held"), status=Status.HOLD))
    ended = replace(FLOWN, event=replace(FLOWN.event, status=Status.FAILURE))
    async with visited(tmp_path, FULL, VAGUE, held, ended) as (tab, site):
        for size, dark in product((PHONE, DESKTOP), (True, False)):
            await tab.look(size=size, dark=dark)
            for path in PAGES:
                await tab.open(f"{site}{path}")
                seen = (path, size, dark)
                assert (*seen, await tab.ask_page("document.documentElement.scrollWidth") <= size[0]) == (*seen, True)
                for rule in (CONTRAST, SMALL, NAMED):
                    assert (*seen, await tab.ask_page(rule)) == (*seen, [])
                assert (*seen, await tab.ask_page("document.querySelectorAll('h1').length")) == (*seen, 1)
                assert await tab.ask_page("document.cookie") == ""
                assert {url[: len(site)] for url in tab.asked} == {site}
                assert (*seen, [one for one in tab.complaints if path != "/nothing" or "404" not in one]) == (*seen, [])
            background = await tab.ask_page("getComputedStyle(document.body).backgroundColor")
            assert background == ("rgb(12, 16, 22)" if dark else "rgb(244, 246, 249)")


async def test_what_is_too_faint_too_small_or_nameless_is_found(tmp_path: Path) -> None:
    """The rules of the test before this one can see. Styles are set by script: as attributes the page's own policy refuses them."""
    bad = """
      document.querySelector("main").innerHTML += "<p>faint</p><a href='/'>x</a><button></button>";
      document.querySelector("main > p:last-of-type").style.cssText = "color:#999;background:#fff";
      document.querySelector("main > a:last-of-type").style.cssText = "display:inline-block;width:9px;overflow:hidden";
    """
    async with visited(tmp_path, FULL) as (tab, site):
        await tab.open(site)
        await tab.ask_page(bad)
        faint, small, nameless = [await tab.ask_page(rule) for rule in (CONTRAST, SMALL, NAMED)]
    assert (len(faint), len(nameless)) == (1, 1)
    assert any(">x</a>" in one for one in small)
