"""/calendar: a member gets the address of their reminders, an admin those of the watches too; neither without pages."""

from __future__ import annotations

import re

import pytest

from bot.model import Facet, Term, UserId, Watch, WatchId
from bot.sandbox.options import CannotDo
from tests.cogs.stage import NOW, stage, target

SITE = "https://launches.example.org"


async def test_a_calendar_for_each_and_for_the_watches_of_those_who_manage_them() -> None:
    async with stage() as stg:
        owner, fan = stg.discord.add_user("admin"), stg.discord.add_user("fan")
        guild = stg.discord.add_guild("Rockets", owner=owner)
        stg.discord.add_member(guild, fan)
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.store.transaction() as tx:
            draft = Watch(
                id=WatchId(0), target=target(guild, channel), name="crew", include=(Term(Facet.CREW, "Peresild"),), made_at=NOW
            )
            await tx.add_watch(draft)
        async with stg.bot(public_url=SITE):
            theirs = await stg.discord.member(guild, owner, channel).slash("calendar")
            mine = await stg.discord.member(guild, fan, channel).slash("calendar")
    assert theirs.ephemeral
    assert mine.ephemeral
    assert re.search(rf"{SITE}/calendar/w1-[0-9a-f]{{40}}\.ics", theirs.text)
    assert re.search(rf"{SITE}/calendar/p{UserId(fan.id)}-[0-9a-f]{{40}}\.ics", mine.text)
    assert "/calendar/w" not in mine.text


async def test_addresses_are_made_anew_by_those_whose_they_are() -> None:
    async with stage() as stg:
        owner, fan = stg.discord.add_user("admin"), stg.discord.add_user("fan")
        guild = stg.discord.add_guild("Rockets", owner=owner)
        stg.discord.add_member(guild, fan)
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.store.transaction() as tx:
            await tx.add_watch(Watch(id=WatchId(0), target=target(guild, channel), name="crew", made_at=NOW))
        async with stg.bot(public_url=SITE):
            admin, member = stg.discord.member(guild, owner, channel), stg.discord.member(guild, fan, channel)
            before, own = addresses((await admin.slash("calendar")).text), addresses((await member.slash("calendar")).text)
            refused = await member.slash("calendar", renew="server")
            after_server = addresses((await admin.slash("calendar", renew="server")).text)
            mine = await member.slash("calendar", renew="mine")
    assert "Manage Server" in refused.text
    assert (after_server["p"], after_server["w"] != before["w"]) == (before["p"], True)
    assert addresses(mine.text)["p"] != own["p"]
    assert "The addresses from before show nothing any more" in mine.text


def addresses(text: str) -> dict[str, str]:
    """The addresses of an answer, by whether they are a person's or a watch's."""
    return dict(re.findall(r"/calendar/([pw])\d+-([0-9a-f]{40})\.ics", text))


async def test_without_pages_there_is_no_such_command() -> None:
    async with stage() as stg:
        owner = stg.discord.add_user("admin")
        guild = stg.discord.add_guild("Rockets", owner=owner)
        channel = stg.discord.add_channel(guild, "launches")
        async with stg.bot():
            with pytest.raises(CannotDo):
                await stg.discord.member(guild, owner, channel).slash("calendar")
