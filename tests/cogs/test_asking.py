"""/next, /launch and /about, as a member sees them: in a server, in a direct message, and where only the account has the bot."""

from __future__ import annotations

from datetime import timedelta

from bot.client import TMinusClient
from bot.sandbox.people import Person
from bot.sandbox.world import Guild
from tests.cogs.stage import MS19, NOW, Stage, keep, track


async def test_next_lists_what_flies_next(member: Person) -> None:
    reply = await member.slash("next")

    assert reply.text.splitlines()[1] == "**Soyuz MS-19**"
    assert "Starlink 4-1" in reply.text
    assert not reply.ephemeral


async def test_next_can_be_narrowed_in_number_and_by_words(member: Person) -> None:
    assert "Starlink" not in (await member.slash("next", count=1)).text
    assert "MS-19" not in (await member.slash("next", filter="spacex")).text


async def test_next_goes_by_time_however_well_the_words_fit(stg: Stage, member: Person) -> None:
    await keep(stg.store, track("Vega | Starliner", NOW + timedelta(days=1)), track("Vega | Star", NOW + timedelta(days=2)))

    text = (await member.slash("next", filter="star")).text

    assert text.index("Starliner") < text.index("Star**") < text.index("Starlink")


async def test_next_says_so_when_nothing_fits_and_repeats_it_harmlessly(member: Person) -> None:
    reply = await member.slash("next", filter="@everyone **Shuttle**")

    assert "Nothing is planned" in reply.text
    assert "@everyone" not in reply.text
    assert "**Shuttle**" not in reply.text


async def test_next_says_so_before_a_feed_was_heard(stg: Stage, member: Person) -> None:
    stg.clock.at = NOW + timedelta(days=400)

    assert "not heard from a launch feed" in (await member.slash("next")).text


async def test_commands_answer_in_direct_messages(stg: Stage, member: Person) -> None:
    direct = stg.discord.direct(member.user)

    assert "MS-19" in (await direct.slash("next")).text
    assert "Peresild" in (await direct.slash("launch", name="MS-19")).text
    assert "T-Minus" in (await direct.slash("about")).text


async def test_commands_answer_where_only_the_account_has_the_bot(stg: Stage, client: TMinusClient) -> None:
    assert client.is_ready()
    elsewhere = stg.discord.add_guild("Plesetsk", bot=False)
    stg.discord.add_channel(elsewhere, "chat")
    bob = stg.discord.add_user("bob")
    stg.discord.add_member(elsewhere, bob)

    assert "MS-19" in (await stg.discord.member(elsewhere, bob, installed=True).slash("next")).text


async def test_launch_is_found_while_it_is_typed_and_shown_as_a_card(member: Person) -> None:
    (choice,) = await member.complete("launch", "name", "peres")

    reply = await member.slash("launch", name=choice["value"])

    assert choice["name"] == "Soyuz 2.1a | Soyuz MS-19 · 2021-10-05"
    assert reply.message.embeds[0]["title"] == "🚀 Soyuz MS-19"
    assert "Yulia Peresild" in reply.text
    assert reply.message.components[0]["components"][0]["url"] == "https://www.youtube.com/watch?v=ms19"


async def test_launch_understands_words_that_were_not_picked(member: Person) -> None:
    assert "Starlink 4-1" in (await member.slash("launch", name="starlink")).text


async def test_launch_says_so_when_it_knows_none(member: Person) -> None:
    reply = await member.slash("launch", name="<@&1> Buran")

    assert "I know nothing called" in reply.text
    assert not reply.message.pings.roles


async def test_suggestions_are_as_many_and_as_long_as_discord_takes(stg: Stage, member: Person) -> None:
    await keep(stg.store, *(track(f"Rocket | {'Very long name ' * 9}{n}", NOW + timedelta(days=n + 1)) for n in range(30)))

    choices = await member.complete("launch", "name", "rocket")

    assert len(choices) == 25
    assert all(1 <= len(choice["name"]) <= 100 and 1 <= len(choice["value"]) <= 100 for choice in choices)


async def test_about_says_whose_data_it_is_and_how_old(member: Person) -> None:
    reply = await member.slash("about")

    assert "Launch Library 2" in reply.text
    assert f"<t:{int(MS19.seen.timestamp())}:R>" in reply.text
    assert reply.ephemeral


async def test_what_everybody_may_ask_is_offered_everywhere(stg: Stage, member: Person, guild: Guild) -> None:
    everybody = {"next", "schedule", "launch", "live", "search", "crew", "about", "help", "reminders", "follow", "privacy", "news"}
    assert {command.name for command in member.commands()} == everybody
    assert {command.name for command in stg.discord.direct(member.user).commands()} == everybody
    assert {command.name for command in stg.discord.member(guild, stg.discord.owner).commands()} > everybody | {"watch"}
