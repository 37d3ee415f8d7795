"""/undo, /export and /import: a server's settings as they were, as a file, and from one."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Protocol, Self

import discord
from discord import app_commands

from bot.cogs.governed import governed, guild_of, here, may_press, who
from bot.cogs.places import Place, target_of
from bot.cogs.replying import Interaction, Screen, change, language_of, reply, say
from bot.cogs.wishing import ending
from bot.cogs.zoning import ZONES
from bot.flow.ask import Asking, Unacceptable
from bot.flow.governing import Governing, Who, preview
from bot.model import Post, Tone
from bot.ports import Clock
from bot.rules.describing import differences
from bot.rules.settings_text import LARGEST, MOST_MISTAKES, Known, Mistake, Settings, read_settings, written
from bot.rules.text import plain, stamp
from bot.tongue import counted, said

NAME = "t-minus-settings.toml"
SHOWN = 15
"""Changes that are listed: what one reads on a phone before pressing a button."""


class Knowing(Protocol):
    """What a button asks: the client carries it, since a button outlives the process that made it."""

    asking: Asking
    clock: Clock


def commands(asking: Asking, _: Clock) -> tuple[app_commands.Command[Any, ..., None], ...]:
    """Make the three commands."""
    governing = Governing(asking)

    async def undo(interaction: discord.Interaction) -> None:
        await reply(interaction, undone(governing, who(interaction)), private=True)

    async def export(interaction: discord.Interaction) -> None:
        await reply(interaction, exported(governing, who(interaction)), private=True)

    @app_commands.describe(file="What /export gave, changed as you like")
    async def import_(interaction: discord.Interaction, file: discord.Attachment) -> None:
        await reply(interaction, offered(governing, interaction, file), private=True)

    made: tuple[app_commands.Command[Any, ..., None], ...] = (
        app_commands.Command(name="undo", description="Take back the last change of this server's settings", callback=undo),
        app_commands.Command(name="export", description="This server's settings as a file", callback=export),
        app_commands.Command(
            name="import", description="Take over settings from a file, after a look at what changes", callback=import_
        ),
    )
    return tuple(map(governed, made))


async def undone(governing: Governing, by: Who) -> Post:
    """Take back the last change, and say what is another now."""
    done = await governing.undo(by)
    if done is None:
        return say(said(by.language, "There is nothing to take back: no settings of this server were changed yet."))
    taken, before, after = done
    sentence = "Taken back: {what}, by <@{person}> {when}"
    title = said(by.language, "Settings are as before")
    what = said(by.language, sentence, what=plain(taken.what, 100), person=taken.by, when=stamp(taken.at, "R"))
    return Post(title=title, lines=(what, "", *listed(before, after, by.language)), tone=Tone.GOOD)


def listed(before: Settings, after: Settings, language: str) -> tuple[str, ...]:
    """What is another, as far as it fits a screen."""
    found = differences(before, after, language)
    rest = len(found) - SHOWN
    more = (counted(language, "… and {count} change more", "… and {count} changes more", rest),) if rest > 0 else ()
    return (*found[:SHOWN], *more) or (said(language, "Nothing is another."),)


async def exported(governing: Governing, by: Who) -> Screen:
    """Give the settings as a file."""
    settings = await governing.settings(by.guild)
    sentence = (
        "The settings of this server. Change what you like, and give the file to `/import`: it shows what would change first."
    )
    post = Post(title=said(by.language, "Settings"), lines=(said(by.language, sentence),))
    return Screen(post, files=((NAME, written(settings).encode()),))


# --- import -------------------------------------------------------------------------------------------------------


def pending(guild: int) -> str:
    """Name the fact that holds a file which waits for a yes."""
    return f"import of {guild}"


def digest_of(text: str) -> str:
    """Tell one file from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def known_here(guild: discord.Guild) -> Known:
    """What a file may name in this server."""
    places = (place for place in (*guild.channels, *guild.threads) if isinstance(place, Place))
    roles = {role.id for role in guild.roles if not role.is_default()}
    return Known(channels={place.id: target_of(place).place for place in places}, roles=roles, zones=ZONES)


async def offered(governing: Governing, interaction: Interaction, file: discord.Attachment) -> Post | Screen:
    """Read a file: every mistake in it, or what would change and a button. Raises: Unacceptable."""
    by, guild = who(interaction), here(interaction)
    if file.size > LARGEST:
        raise Unacceptable(
            said(by.language, "That file is larger than {most} KB. Give me what `/export` made.", most=LARGEST // 1024)
        )
    try:
        raw = await file.read()
    except discord.HTTPException:
        raise Unacceptable(said(by.language, "I could not fetch that file from Discord. Send the command again.")) from None
    most = governing.asking.most_watches
    wanted = read_settings(raw, by.guild, known=known_here(guild), most=most, language=by.language)
    if not isinstance(wanted, Settings):
        return mistaken(wanted, by.language)
    before = await governing.settings(by.guild)
    text = written(wanted)
    if not differences(before, preview(before, wanted), by.language):
        return say(said(by.language, "The file says what is set already. Nothing changes."))
    async with governing.asking.store.transaction() as tx:
        await tx.remember(pending(by.guild), text)
    return asked(by, before, preview(before, wanted), digest_of(text))


def asked(by: Who, before: Settings, after: Settings, digest: str) -> Screen:
    """Show what would change, and ask."""
    title = said(by.language, "Take this over?")
    footer = said(by.language, "Nothing has changed yet. /undo takes it back afterwards.")
    post = Post(title=title, lines=listed(before, after, by.language), footer=footer, tone=Tone.WARN)
    return Screen(post, (Answer(digest, "yes", by.language), Answer(digest, "no", by.language)))


def mistaken(mistakes: tuple[Mistake, ...], language: str) -> Post:
    """List every mistake, as many as one mends at a time."""
    count = len(mistakes)
    title = counted(language, "There is {count} mistake in that file", "There are {count} mistakes in that file", count)
    rows = [f"• {place_of(one, language)}{one.what}" for one in mistakes[:MOST_MISTAKES]]
    rest = count - MOST_MISTAKES
    more = [counted(language, "… and {count} more", "… and {count} more", rest)] if rest > 0 else []
    return Post(title=title, lines=(*rows, *more), footer=said(language, "Nothing was changed."), tone=Tone.WARN)


def place_of(mistake: Mistake, language: str) -> str:
    """Say where a mistake stands."""
    line = said(language, "line {line}", line=mistake.line) if mistake.line else ""
    return " ".join(f"**{plain(part, 100)}**" for part in (line, mistake.where) if part) + (" · " if line or mistake.where else "")


class Answer(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"import:(?P<digest>[0-9a-f]{16}):(?P<answer>yes|no)"):
    """A yes or a no to a file that waits."""

    def __init__(self, digest: str, answer: str, language: str = "en") -> None:
        self.digest, self.answer = digest, answer
        yes = answer == "yes"
        label = said(language, "Take it over") if yes else said(language, "Leave it")
        style = discord.ButtonStyle.success if yes else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button[Any](label=label, style=style, custom_id=f"import:{digest}:{answer}"))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, _: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["digest"], match["answer"], language_of(interaction))

    async def callback(self, interaction: Interaction) -> None:
        knowing: Knowing = interaction.client
        await ending(interaction, change(interaction, self.done(Governing(knowing.asking), interaction)))

    async def done(self, governing: Governing, interaction: Interaction) -> Screen:
        """Do what was said. Raises: Unacceptable."""
        by, guild = who(interaction), here(interaction)
        may_press(interaction)
        if self.answer == "no":
            return Screen(say(said(by.language, "Left as it is. Nothing was changed.")))
        async with governing.asking.store.transaction() as tx:
            text = await tx.recall(pending(guild_of(interaction))) or ""
        if digest_of(text) != self.digest:
            raise Unacceptable(said(by.language, "Another file was given since. Send `/import` again with the one you mean."))
        most = governing.asking.most_watches
        wanted = read_settings(text.encode(), by.guild, known=known_here(guild), most=most, language=by.language)
        if not isinstance(wanted, Settings):
            return Screen(mistaken(wanted, by.language))
        before, after = await governing.replace_all(by, wanted, "/import")
        title, footer = said(by.language, "Taken over"), said(by.language, "/undo takes it back.")
        return Screen(Post(title=title, lines=listed(before, after, by.language), footer=footer, tone=Tone.GOOD))
