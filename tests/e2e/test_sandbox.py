"""Unmodified discord.py on the loopback Discord: login, gateway, commands, components, modals, direct messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import discord
import pytest
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.sandbox.discord import DiscordSandbox
from bot.sandbox.faults import Fault
from bot.sandbox.options import CannotDo
from bot.sandbox.people import NoAnswer, Person
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, Guild
from tests.e2e.raw import Clock

Interaction = discord.Interaction["Bot"]
MENTIONS = discord.AllowedMentions.none()


class Form(ui.Modal, title="Note"):
    """A modal with one old row and one label."""

    why: ui.TextInput[Form] = ui.TextInput(label="Why")
    when: ui.Label[Form] = ui.Label(text="When", component=ui.TextInput(custom_id="when"))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        when = self.when.component
        assert isinstance(when, ui.TextInput)
        await interaction.response.send_message(f"{self.why.value} {when.value}")


class Buttons(ui.View):
    """A button that edits its message, and a menu that answers beside it."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Remind me", custom_id="remind")
    async def remind(self, interaction: discord.Interaction, _: ui.Button[Buttons]) -> None:
        await interaction.response.edit_message(content="reminded")

    @ui.select(custom_id="lead", options=[discord.SelectOption(label="An hour", value="1h"), discord.SelectOption(label="A day")])
    async def lead(self, interaction: discord.Interaction, select: ui.Select[Buttons]) -> None:
        await interaction.response.defer()
        await interaction.followup.send(select.values[0], ephemeral=True)

    @ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: ui.Button[Buttons]) -> None:
        await interaction.response.send_modal(Form())


class Bot(discord.AutoShardedClient):
    """A client with some commands, as anybody would write it."""

    def __init__(self, *, shards: int | None = None, intents: discord.Intents | None = None) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True, guild_messages=True),
            shard_count=shards,
            allowed_mentions=MENTIONS,
            guild_ready_timeout=0.05,
        )
        self.tree = app_commands.CommandTree(self)
        self.seen: list[str] = []
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.tree.command(name="next", description="What flies next")(next_)
        self.tree.command(description="Thinks first")(slow)
        self.tree.command(description="Never answers")(silent)
        self.tree.command(description="In V2")(where)
        self.tree.add_command(settings)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Waits for nothing: discord.py would wait five seconds for each shard but the first."""

    async def setup_hook(self) -> None:
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.put_nowait(message.content)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.heard.put_nowait(f"joined {guild.name}")


async def suggest(_: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    return [app_commands.Choice(name=str(number), value=number) for number in range(1, 6) if str(number) != typed]


@app_commands.autocomplete(count=suggest)
async def next_(
    interaction: Interaction, count: app_commands.Range[int, 1, 5] = 3, where: discord.TextChannel | None = None
) -> None:
    await interaction.response.send_message(f"{count} in {where.name if where else 'here'}", ephemeral=True)


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def slow(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("thought", view=Buttons())
    await interaction.followup.send("and more", ephemeral=True)
    await interaction.edit_original_response(content=f"thought again, {interaction.context.guild}")


async def silent(_: Interaction) -> None:
    return


settings = app_commands.Group(name="settings", description="For admins", default_permissions=discord.Permissions(manage_guild=True))


@settings.command(name="role", description="Whom to ping")
async def role_(interaction: Interaction, role: discord.Role, member: discord.Member, style: app_commands.Range[str, 2, 5]) -> None:
    await interaction.response.send_message(f"{role.name} {member.name} {style} {member.top_role.name}")


@app_commands.guild_only()
async def where(interaction: Interaction) -> None:
    parts: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("Baikonur"), ui.Separator(), ui.TextDisplay("31/6")]
    view = ui.LayoutView()
    view.add_item(ui.Container[ui.LayoutView](*parts))
    await interaction.response.send_message(view=view)


@asynccontextmanager
async def running(box: DiscordSandbox, **kwargs: int | discord.Intents) -> AsyncGenerator[Bot, None]:
    """The bot, ready."""
    bot = Bot(**kwargs)  # type: ignore[arg-type] # shards and intents only
    async with bot:
        task = asyncio.create_task(bot.start(box.token))
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            await task
        yield bot
        await bot.close()
        await task


@pytest.fixture
async def box(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(Clock()) as one:
        monkeypatch.setattr(Route, "BASE", one.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.yarl.URL(one.gateway_url))  # type: ignore[attr-defined] # its own
        yield one


@pytest.fixture
def guild(box: DiscordSandbox) -> Guild:
    return box.add_guild("Baikonur Watchers")


@pytest.fixture
def channel(box: DiscordSandbox, guild: Guild) -> Channel:
    return box.add_channel(guild, "launches", topic="What flies")


@pytest.fixture
async def bot(box: DiscordSandbox, channel: Channel) -> AsyncIterator[Bot]:
    assert channel.guild
    async with running(box) as one:
        yield one


@pytest.fixture
def ada(box: DiscordSandbox, guild: Guild, channel: Channel) -> Person:
    user = box.add_user("Ada")
    box.add_member(guild, user)
    return box.member(guild, user, channel)


def sendable(bot: Bot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


# --- login and gateway ------------------------------------------------------------------------------------------------


async def test_it_logs_in_and_sees_its_guilds(box: DiscordSandbox, bot: Bot, guild: Guild, channel: Channel) -> None:
    (seen,) = bot.guilds
    assert (seen.id, seen.name, seen.me.id) == (guild.id, guild.name, box.bot.id)
    assert sendable(bot, channel).topic == "What flies"
    assert box.gateway.identified[0]["shard"] == [0, 1]
    assert [(asked.method, asked.route, asked.status) for asked in box.log.asked] == [
        ("GET", "/users/@me", 200),
        ("GET", "/oauth2/applications/@me", 200),
        ("PUT", "/applications/{application_id}/commands", 200),
        ("GET", "/gateway/bot", 200),
    ]


async def test_guilds_are_spread_over_shards(box: DiscordSandbox) -> None:
    for number in range(6):
        box.add_guild(str(number))
    box.gateway.shards = 2
    async with running(box, shards=2) as bot:
        assert len(bot.guilds) == 6
        assert {guild.shard_id for guild in bot.guilds} == {0, 1}
        assert all(guild.shard_id == (guild.id >> 22) % 2 for guild in bot.guilds)


async def test_a_wrong_token_does_not_log_in(box: DiscordSandbox) -> None:
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")
    assert box.log.asked[-1].status == 401


async def test_an_intent_that_the_portal_does_not_grant_closes(box: DiscordSandbox) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(box, intents=discord.Intents(guilds=True, members=True)):
            pass
    box.gateway.allowed_intents = 1 << 1
    box.add_guild("small")
    async with running(box, intents=discord.Intents(guilds=True, members=True)) as bot:
        assert bot.intents.members


async def until(happened: Callable[[], bool], box: DiscordSandbox) -> None:
    """Wait for something that the gateway brings about."""
    async with asyncio.timeout(10):
        while not happened():
            box.gateway.changed.clear()
            await box.gateway.changed.wait()


async def test_what_was_missed_is_replayed_after_a_cut(box: DiscordSandbox, bot: Bot, guild: Guild, channel: Channel) -> None:
    await box.gateway.cut()
    late = box.add_channel(guild, "while-you-were-away")
    await until(lambda: box.gateway.resumed == 1, box)
    box.member(guild, box.owner, channel).say("hello")
    async with asyncio.timeout(5):
        assert await bot.heard.get() == ""  # without the intent, other people's words do not come
    assert sendable(bot, late).name == "while-you-were-away"
    assert len(box.gateway.identified) == 1


async def test_it_reconnects_when_asked_and_resumes(box: DiscordSandbox, bot: Bot) -> None:
    box.gateway.ask_to_reconnect()
    await until(lambda: box.gateway.resumed == 1, box)
    assert not bot.is_closed()


async def test_an_invalid_session_identifies_anew(box: DiscordSandbox, bot: Bot) -> None:
    box.gateway.invalidate()
    await until(lambda: len(box.gateway.identified) == 2 and box.gateway.connected == 1, box)
    assert bot.guilds


async def test_guilds_come_and_go(box: DiscordSandbox, bot: Bot, guild: Guild) -> None:
    new = box.add_guild("New")
    async with asyncio.timeout(5):
        assert await bot.heard.get() == "joined New"
    gone = asyncio.ensure_future(bot.wait_for("guild_remove", timeout=5))
    await asyncio.sleep(0)
    box.kick_bot(new)
    assert (await gone).id == new.id
    unavailable = asyncio.ensure_future(bot.wait_for("guild_unavailable", timeout=5))
    await asyncio.sleep(0)
    box.set_available(guild, available=False)
    assert (await unavailable).id == guild.id


async def test_channels_and_roles_come_and_go(box: DiscordSandbox, bot: Bot, guild: Guild, channel: Channel) -> None:
    made = asyncio.ensure_future(bot.wait_for("guild_role_create", timeout=5))
    role = box.add_role(guild, "cosmonauts", mentionable=True)
    assert (await made).id == role.id
    gone = asyncio.ensure_future(bot.wait_for("guild_role_delete", timeout=5))
    box.remove_role(guild, role)
    assert (await gone).name == "cosmonauts"
    closed = asyncio.ensure_future(bot.wait_for("guild_channel_delete", timeout=5))
    box.remove_channel(channel)
    assert (await closed).id == channel.id
    assert bot.get_channel(channel.id) is None


# --- messages ---------------------------------------------------------------------------------------------------------


async def test_it_sends_edits_and_reads(box: DiscordSandbox, bot: Bot, channel: Channel) -> None:
    place = sendable(bot, channel)
    message = await place.send("T-10", embed=discord.Embed(title="MS-19", timestamp=discord.utils.utcnow()), nonce="ms-19")
    again = await place.send("T-10, again", nonce="ms-19")
    assert again.id == message.id
    await message.edit(content="T-5")
    assert [each.content async for each in place.history()] == ["T-5"]
    assert [(said.what, said.content) for said in box.log.said] == [("create", "T-10"), ("edit", "T-5")]


async def test_a_stored_message_that_answered_an_error_is_there_once(box: DiscordSandbox, bot: Bot, channel: Channel) -> None:
    box.faults.add(Fault(method="POST", path="/messages", status=500, after=True, times=1))
    await sendable(bot, channel).send("liftoff")
    assert [message.content for message in channel.messages.values()] == ["liftoff"]


# --- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_a_command_is_answered_to_the_one_who_asked(ada: Person, channel: Channel) -> None:
    reply = await ada.slash("next", count=2, where=channel)
    assert (reply.text, reply.ephemeral) == ("2 in launches", True)
    assert not channel.messages
    assert [choice["value"] for choice in await ada.complete("next", "count", "3")] == [1, 2, 4, 5]


@pytest.mark.usefixtures("bot")
async def test_the_client_lets_only_through_what_is_registered(ada: Person, guild: Guild, box: DiscordSandbox) -> None:
    for path, options in (
        ("nothing", {}),
        ("next", {"count": 6}),
        ("next", {"number": 1}),
        ("next", {"count": "two"}),
        ("settings role", {}),
    ):
        with pytest.raises(CannotDo):
            await ada.slash(path, **options)
    role = box.add_role(guild, "boss", permissions=Permission.MANAGE_GUILD)
    guild.members[ada.user.id].roles.add(role.id)
    with pytest.raises(CannotDo, match="subcommand"):
        await ada.slash("settings")
    with pytest.raises(CannotDo, match="missing"):
        await ada.slash("settings role", role=role)
    assert (await ada.slash("settings role", role=role, member=ada.user, style="loud")).text == "boss Ada loud boss"


@pytest.mark.usefixtures("bot")
async def test_a_deferred_answer_stays_with_the_one_who_asked(ada: Person) -> None:
    reply = await (await ada.slash("slow")).until(lambda each: "again" in each.text)
    assert (reply.text, reply.ephemeral, reply.thinking) == ("thought again, True", True, False)
    assert [(message.content, message.ephemeral) for message in reply.followups] == [("and more", True)]


@pytest.mark.usefixtures("bot")
async def test_buttons_menus_and_modals(ada: Person) -> None:
    reply = await (await ada.slash("slow")).until(lambda each: "again" in each.text)
    chosen = await (await ada.select(reply.message, "lead", "An hour")).until(lambda each: bool(each.followups))
    assert chosen.followups[0].content == "1h"
    form = await ada.click(reply.message, "Ask")
    assert form.modal is not None
    assert (await ada.submit(form, Why="because", when="now")).text == "because now"
    clicked = await ada.click(reply.message, "Remind me")
    assert (clicked.message.id, clicked.text) == (reply.message.id, "reminded")
    with pytest.raises(CannotDo):
        await ada.click(reply.message, "Nothing")
    with pytest.raises(CannotDo):
        await ada.select(reply.message, "lead", "A year")


@pytest.mark.usefixtures("bot")
async def test_new_components_are_read_as_text(ada: Person) -> None:
    assert (await ada.slash("where")).text == "Baikonur\n31/6"


@pytest.mark.usefixtures("bot")
async def test_no_answer_in_time_is_a_failure(ada: Person, box: DiscordSandbox) -> None:
    box.answer_within = 0.05
    with pytest.raises(NoAnswer):
        await ada.slash("silent")


async def test_a_late_answer_finds_no_interaction(ada: Person, bot: Bot, box: DiscordSandbox) -> None:
    errors: asyncio.Queue[Exception] = asyncio.Queue()

    async def note(_: Interaction, error: app_commands.AppCommandError, /) -> None:
        errors.put_nowait(error)

    bot.tree.on_error = note  # type: ignore[method-assign] # as discord.py documents it
    box.answer_within = 0.01
    box.faults.add(Fault(path="/callback", latency=0.05, times=1))
    with pytest.raises(NoAnswer):
        await ada.slash("next")
    async with asyncio.timeout(5):
        error = await errors.get()
    assert "10062" in str(error)


async def test_a_stored_answer_that_failed_is_acknowledged_already(ada: Person, bot: Bot, box: DiscordSandbox) -> None:
    errors: asyncio.Queue[Exception] = asyncio.Queue()

    async def note(_: Interaction, error: app_commands.AppCommandError, /) -> None:
        errors.put_nowait(error)

    bot.tree.on_error = note  # type: ignore[method-assign] # as discord.py documents it
    box.faults.add(Fault(path="/callback", status=500, after=True, times=1))
    reply = await ada.slash("next")
    assert reply.text == "3 in here"
    async with asyncio.timeout(5):
        assert "40060" in str(await errors.get())


@pytest.mark.usefixtures("bot")
async def test_commands_go_where_their_contexts_allow(ada: Person, box: DiscordSandbox) -> None:
    direct = box.direct(ada.user)
    reply = await (await direct.slash("slow")).until(lambda each: "again" in each.text)
    assert reply.text == "thought again, False"
    with pytest.raises(CannotDo):
        await direct.slash("where")
    foreign = box.add_guild("Foreign", bot=False)
    box.add_member(foreign, ada.user)
    place = box.add_channel(foreign, "general")
    with pytest.raises(CannotDo):
        await box.member(foreign, ada.user, place).slash("slow")
    there = box.member(foreign, ada.user, place, installed=True)
    reply = await (await there.slash("slow")).until(lambda each: "again" in each.text)
    assert reply.ephemeral
    with pytest.raises(CannotDo):
        await there.slash("next")
