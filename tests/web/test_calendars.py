"""Calendar feeds as a calendar program reads them: valid, in time with each slip, and under addresses that cannot be guessed."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import aiohttp
import pytest
from icalendar import Calendar

from bot.flow.calendars import KEY, Calendars, address, sign
from bot.model import ChannelId, Facet, GuildId, Member, Net, Place, Precision, Say, Target, Term, Track, UserId, Watch, WatchId
from bot.rules.changes import gone
from bot.web.calendars import CalendarFeeds
from bot.web.site import serving
from tests.cogs.stage import MS19, NAMES, NOW, STARLINK, Clock
from tests.prepared import in_memory

HERE = Target(GuildId(7), ChannelId(8))
ME = UserId(42)


def watch(target: Target, *terms: Term) -> Watch:
    return Watch(id=WatchId(0), target=target, name="crew, & more", include=terms, notices=frozenset({Say.REMINDER}), made_at=NOW)


@asynccontextmanager
async def feeds(*tracks: Track) -> AsyncGenerator[tuple[aiohttp.ClientSession, Calendars]]:
    store = await in_memory()
    calendars = Calendars(store, Clock(), NAMES)
    async with store.transaction() as tx:
        for track in tracks:
            await tx.keep(track)
    async with (
        serving((CalendarFeeds(calendars, Clock()),), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as program,
    ):
        yield program, calendars
    await store.close()


async def entries(program: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    """The entries of a calendar by the beginning of their names."""
    async with program.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "text/calendar")
        body = await answer.read()
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.replace(b"\r\n", b"").count(b"\n") == 0
    read = cast("Any", Calendar.from_ical(body))
    return {str(entry["SUMMARY"]): entry for entry in read.walk("VEVENT")}


async def test_everything_that_has_a_day_is_in_it() -> None:
    far = replace(STARLINK, event=replace(STARLINK.event, net=Net(NOW + timedelta(days=90), Precision.MONTH)))
    async with feeds(MS19, far) as (program, _):
        (entry,) = (await entries(program, "/all.ics")).values()
    assert entry["DTSTART"].dt == MS19.event.net.at
    assert entry["STATUS"] == "CONFIRMED"


async def test_a_slip_moves_the_entry_and_a_cancellation_says_so() -> None:
    async with feeds(MS19) as (program, calendars):
        (before,) = (await entries(program, "/all.ics")).values()
        slipped = replace(
            MS19,
            moves=1,
            seen=NOW + timedelta(seconds=1),
            event=replace(MS19.event, net=Net(NOW + timedelta(days=6), Precision.MINUTE)),
        )
        async with calendars.store.transaction() as tx:
            await tx.keep(slipped)
        (after,) = (await entries(program, "/all.ics")).values()
        async with calendars.store.transaction() as tx:
            off_now, _ = gone(replace(slipped, missing=NOW), NOW + timedelta(hours=1))
            await tx.keep(replace(off_now, seen=NOW + timedelta(seconds=2)))
        (off,) = (await entries(program, "/all.ics")).values()
    assert before["UID"] == after["UID"] == off["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"], off["SEQUENCE"]) == (0, 1, 2)
    assert after["DTSTART"].dt == NOW + timedelta(days=6)
    assert off["STATUS"] == "CANCELLED"


async def test_a_watch_and_a_person_have_calendars_of_their_own() -> None:
    async with feeds(MS19, STARLINK) as (program, calendars):
        async with calendars.store.transaction() as tx:
            crewed = await tx.add_watch(watch(HERE, Term(Facet.CREW, "Peresild")))
            await tx.add_watch(watch(Target(GuildId(0), ChannelId(ME), Place.PERSON), Term(Facet.EVENT, STARLINK.event.id)))
        theirs = await entries(program, await calendars.address_of_watch(crewed))
        mine = await entries(program, await calendars.address_of_person(ME))
        assert [name for name in theirs if "MS-19" in name] == list(theirs)
        assert [name for name in mine if "Starlink" in name] == list(mine)
        async with calendars.store.transaction() as tx:
            await tx.remove_watch(HERE.guild, crewed.id)
        async with program.get(await calendars.address_of_watch(crewed)) as answer:
            assert answer.status == 404


FORGED = "0" * 40


@pytest.mark.parametrize("token", [f"w1-{FORGED}", "w1", "p42-", f"x1-{FORGED}", "w1-" + "g" * 40, f"w{'9' * 30}-{FORGED}"])
async def test_an_address_cannot_be_guessed(token: str) -> None:
    async with feeds(MS19) as (program, calendars):
        async with calendars.store.transaction() as tx:
            await tx.add_watch(watch(HERE))
        async with program.get(f"/calendar/{token}.ics") as answer:
            assert answer.status == 404


async def test_addresses_are_signed_with_a_key_that_outlives_the_process() -> None:
    async with feeds() as (_, calendars):
        first = await calendars.address_of_person(ME)
        again = Calendars(calendars.store, Clock(), NAMES, invent=lambda: "another")
        assert await again.address_of_person(ME) == first
        async with calendars.store.transaction() as tx:
            await tx.remember(KEY, "another")
        assert await again.address_of_person(ME) != first


async def test_an_address_that_strangers_saw_can_be_made_anew() -> None:
    async with feeds(MS19) as (program, calendars):
        async with calendars.store.transaction() as tx:
            theirs = await tx.add_watch(watch(HERE))
            others = await tx.add_watch(watch(Target(GuildId(9), ChannelId(9))))
        seen = [await calendars.address_of_person(ME), await calendars.address_of_watch(theirs)]
        stays = [await calendars.address_of_person(UserId(43)), await calendars.address_of_watch(others)]
        await calendars.renew_person(ME)
        await calendars.renew_server(HERE.guild)
        anew = [await calendars.address_of_person(ME), await calendars.address_of_watch(theirs)]
        for address, status in (*((one, 404) for one in seen), *((one, 200) for one in (*stays, *anew))):
            async with program.get(address) as answer:
                assert (address, answer.status) == (address, status)


async def test_a_person_who_is_forgotten_leaves_no_address_behind() -> None:
    async with feeds(MS19) as (program, calendars):
        seen = await calendars.address_of_person(ME)
        async with calendars.store.transaction() as tx:
            await tx.forget_member(ME)
        async with program.get(seen) as answer:
            assert answer.status == 404
        assert await calendars.address_of_person(ME) != seen
        async with program.get(seen) as answer:
            assert answer.status == 404


async def test_an_address_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with feeds(MS19) as (program, calendars):
        mine = await calendars.address_of_person(ME)
        signature = mine.partition("-")[2].removesuffix(".ics")
        for path in (mine, mine.replace("p42", "p43"), f"{mine}/", f"//{mine}", f"{mine}?x=%00"):
            async with program.get(path, allow_redirects=False) as answer:
                assert answer.status in {200, 308, 404}
    assert caplog.text
    assert signature not in caplog.text


async def test_who_never_asked_has_no_address_at_all() -> None:
    async with feeds(MS19) as (program, calendars):
        await calendars.address_of_person(UserId(43))
        async with calendars.store.transaction() as tx:
            await tx.keep_member(Member(user=ME))
            key = await tx.recall(KEY)
        assert key
        async with program.get(address("p", ME, sign(key, "p", ME, ""))) as answer:
            assert answer.status == 404


async def test_a_persons_reminder_is_in_no_calendar_of_a_watch() -> None:
    async with feeds(MS19) as (program, calendars):
        async with calendars.store.transaction() as tx:
            mine = await tx.add_watch(watch(Target(GuildId(0), ChannelId(ME), Place.PERSON)))
        async with program.get(await calendars.address_of_watch(mine)) as answer:
            assert answer.status == 404


async def test_somebodys_own_is_kept_by_nobody_else_and_comes_once() -> None:
    async with feeds(MS19) as (program, calendars):
        mine = await calendars.address_of_person(ME)
        async with program.get(mine) as first:
            assert first.headers["Cache-Control"] == "private, max-age=300"
            assert first.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert first.headers["Content-Disposition"] == 'inline; filename="t-minus.ics"'
            tag = first.headers["ETag"]
        async with calendars.store.transaction() as tx:
            await tx.touch([MS19.event.id], "ll2", NOW + timedelta(hours=2))
        for path, known in ((mine, tag), ("/all.ics", "")):
            async with program.get(path, headers={"If-None-Match": known}) as again:
                assert again.status == (304 if known else 200)


async def test_a_feed_that_says_the_same_again_makes_no_calendar_new() -> None:
    async with feeds(MS19) as (program, calendars):
        async with program.get("/all.ics") as first:
            body = await first.read()
        async with calendars.store.transaction() as tx:
            await tx.touch([MS19.event.id], "ll2", NOW + timedelta(hours=2))
        async with program.get("/all.ics") as again:
            assert await again.read() == body


async def test_one_launch_can_be_added_and_a_servers_own_is_private() -> None:
    own = replace(STARLINK, event=replace(STARLINK.event, owner=GuildId(7)))
    async with feeds(MS19, own) as (program, _):
        assert len(await entries(program, f"/launch/{MS19.event.id}.ics")) == 1
        assert len(await entries(program, "/all.ics")) == 1
        for event in (own.event.id, "ll2:launch:none"):
            async with program.get(f"/launch/{event}.ics") as answer:
                assert answer.status == 404
