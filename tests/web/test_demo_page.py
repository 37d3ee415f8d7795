"""The demo's page in a real browser: the story plays, people type and press, time obeys, and nothing leaves the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.demo.drive import scenarios
from bot.sandbox.scenario import load
from tests.web.chromium import browsing, needs_chromium
from tests.web.theatre import playing

MESSAGES = "[...document.querySelectorAll('#messages .entry')]"
CLOCK = "document.querySelector('#clock').value"
LEAPT = "document.querySelector('#leap').ariaBusy === 'false'"
HOSTILE = '"><img src=x onerror=hacked()><script>hacked()</script>[x](javascript:hacked()) <@&1> **'


@needs_chromium
@pytest.mark.timeout(180)
async def test_a_newcomer_sees_the_story_and_takes_part(tmp_path: Path) -> None:
    async with playing("scrub") as (url, theatre), browsing(tmp_path) as tab:
        await tab.open(url)
        await tab.until("document.querySelector('#intro').innerText.includes('on this machine')")
        await tab.until("document.querySelector('#channels').innerText.includes('launches')")

        # A leap goes to what happens next, and stands there.
        await tab.click("#pause")
        await tab.until("document.querySelector('#pause').innerText.includes('Play')")
        card = f"{MESSAGES}.find((one) => one.innerText.includes('Remind me'))"
        while not await tab.do(f"Boolean({card})"):
            before, again = await tab.do(CLOCK), await tab.do("performance.now() + 2000")
            await tab.click("#leap")  # one that ends with what was under way already is pressed again, as people do
            await tab.until(f"({CLOCK} !== '{before}' || performance.now() > {again}) && {LEAPT}")
        assert await tab.do("document.querySelector('#pause').innerText.includes('Play')")

        # Time stands, and people are answered all the same.
        stood = await tab.do(CLOCK)
        await tab.type("#line", "/next")
        await tab.key("Enter")
        await tab.until(f"{MESSAGES}.some((one) => one.innerText.includes('Starlink Group 6-77'))")
        assert await tab.do(CLOCK) == stood

        # What is typed is completed by the bot.
        await tab.type("#line", "/laun")
        await tab.until("document.querySelector('#palette [aria-selected=true]').innerText.startsWith('/launch')")
        await tab.key("Enter")
        await tab.type(".option input", "starl")
        await tab.until("document.querySelector('#palette').innerText.includes('Starlink Group 6-77')")
        await tab.key("Enter")
        await tab.key("Enter")
        await tab.until(f"{MESSAGES}.at(-1).innerText.includes('Starlink') && {MESSAGES}.at(-2).innerText.includes('/launch name')")

        # Buttons are the bot's own.
        await tab.click("#messages button", "Details")
        await tab.until(f"{MESSAGES}.at(-1).innerText.includes('Only you can see this')")
        await tab.click("#messages button", "Remind me")
        await tab.until(f"{MESSAGES}.at(-1).innerText.includes('I will remind you')")

        # Faster, then as fast as it goes, to the end.
        stood = await tab.do(CLOCK)
        await tab.choose("#speed", "3600")
        await tab.until(f"document.querySelector('#pause').innerText.includes('Pause') && {CLOCK} !== '{stood}'")
        await tab.choose("#speed", "fastest")
        await tab.until("!document.querySelector('#verdict').hidden")
        assert "everything owed was delivered" in await tab.do("document.querySelector('#verdict').innerText")
        assert await tab.do(f"{MESSAGES}.some((one) => one.querySelector('.edited'))")
        assert await tab.do("document.querySelector('.ping .rung').innerText") == "🔔 pings @go"
        assert "Hold at T-40 s" in await tab.do("document.querySelector('#told').innerText")

        # The reminder came by direct message, and the bot still answers.
        await tab.click("#rail button", "✉")
        await tab.until(f"{MESSAGES}.some((one) => one.innerText.includes('Starlink Group 6-77'))")

        # A page that is opened anew, or lost the connection, shows what was there.
        await tab.click("#rail button", "CW")
        shown = await tab.until(f"{MESSAGES}.length")
        await tab.call("Page.reload")
        await tab.until(f"{MESSAGES}.length === {shown}")
        await theatre.close()
        await tab.until("!document.querySelector('#lost').hidden")
        await tab.until(f"document.querySelector('#lost').hidden && {MESSAGES}.length === {shown}")

        origin = url.removeprefix("http://")
        assert [one for one in tab.asked if not one.startswith((url, f"ws://{origin}"))] == []
        assert tab.complaints == []


@needs_chromium
@pytest.mark.timeout(90)
async def test_hostile_words_stay_words(tmp_path: Path) -> None:
    scrub = load(scenarios()["scrub"])
    mission = replace(scrub.launches[0].mission, name=HOSTILE)
    launch = replace(scrub.launches[0], name=f"Falcon 9 | {HOSTILE}", mission=mission)
    room = replace(scrub.servers[0].channels[0], name=f"launches {HOSTILE}")
    forum = replace(room, name=f"flights {HOSTILE}", type="forum", tags=("<b>Upcoming</b>",))
    server = replace(scrub.servers[0], name=HOSTILE, channels=(room, forum))
    given = {"what": "everything", "channel": f"#{forum.name}", "events": True}
    act = replace(scrub.acts[0], server=server.name, channel=room.name, given=given)
    hostile = replace(scrub, title=HOSTILE, launches=(launch,), servers=(server,), acts=(act,))
    async with playing("hostile", ("hostile", hostile)) as (url, _), browsing(tmp_path) as tab:
        await tab.open(url)
        await tab.do("window.hacked = () => { window.broken = true }")
        await tab.until("document.querySelector('#events').innerText.includes('<script>')")
        await tab.until("[...document.querySelectorAll('#channels .thread')].some((one) => one.innerText.includes('<script>'))")
        await tab.click("#pause")
        await tab.click("#channels .thread", "<script>")  # the forum's post about it
        await tab.until(f"{MESSAGES}.some((one) => one.querySelector('.card') && one.innerText.includes('<script>'))")
        await tab.click("#channels button", "launches")
        await tab.type("#line", HOSTILE)
        await tab.key("Enter")
        await tab.until(f"{MESSAGES}.at(-1).innerText.includes('onerror=hacked()')")
        await tab.type("#line", "/next")
        await tab.key("Enter")
        await tab.until(f"{MESSAGES}.at(-1).querySelector('.card')")
        await tab.until("document.querySelector('#server').innerText.includes('<script>')")
        assert (
            await tab.do("document.querySelectorAll('main script, main img, nav script, nav img, a[href^=javascript]').length") == 0
        )
        assert await tab.do("window.broken") is None
        assert tab.complaints == []
        assert [one for one in tab.asked if not one.startswith((url, "ws://127.0.0.1:"))] == []
