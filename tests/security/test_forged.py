"""Components that somebody forged: nothing changes but what they may change themselves."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import GuildId, Server, Watch
from bot.sandbox.people import NoAnswer, Person
from bot.sandbox.world import Channel, Guild, Message
from tests.cogs.conftest import admin, client, guild, launches, member, stg
from tests.cogs.stage import Stage

__all__ = ["admin", "client", "guild", "launches", "member", "stg"]

COMPONENT = 3
"""Discord's type of such an interaction."""
BUTTON, MENU = 2, 3
FORGED = (
    ("setup:go", BUTTON),
    ("setup:leave", BUTTON),
    ("setup:what", MENU),
    ("import:0123456789abcdef:yes", BUTTON),
    ("rehearse:1:0", BUTTON),
    ("watches:0", BUTTON),
    ("stop:1", BUTTON),
    ("leads:1", MENU),
    ("role:1", BUTTON),
    ("unheard:of", BUTTON),
)


async def kept(stg: Stage, guild: Guild) -> tuple[Server | None, tuple[Watch, ...]]:
    """What a server has decided."""
    async with stg.store.transaction() as tx:
        return await tx.server(GuildId(guild.id)), await tx.watches(GuildId(guild.id))


async def pressed(member: Person, message: Message, custom_id: str, kind: int) -> str:
    """Send Discord's interaction of a component, whatever is on the message; what was answered, nothing when nothing was."""
    chosen = {"values": ["1"]} if kind == MENU else {}
    try:
        return (await member._run(COMPONENT, {"component_type": kind, "custom_id": custom_id, "id": 1, **chosen}, message)).text
    except NoAnswer:
        return ""


@pytest.mark.parametrize("command", ["help", "next"])
async def test_a_component_that_is_not_on_the_message_changes_and_shows_nothing(
    stg: Stage, guild: Guild, launches: Channel, admin: Person, member: Person, *, command: str
) -> None:
    await admin.slash("watch add", what="Soyuz", channel=launches)
    before = await kept(stg, guild)
    shown = await member.slash(command)
    answers = await asyncio.gather(*(pressed(member, shown.message, *one) for one in FORGED))
    assert not [text for text in answers if "Soyuz" in text]
    assert await kept(stg, guild) == before
