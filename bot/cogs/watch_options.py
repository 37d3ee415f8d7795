"""The options of `/watch add` and `/watch edit`, read into the fields of a watch that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.cogs.governed import here
from bot.cogs.places import Place, cautions, cautions_of_extras, check_may_post, check_person, check_role, place_for, target_of
from bot.cogs.replying import Interaction, language_of
from bot.flow.ask import Unacceptable
from bot.model import RoleId, Say, Watch
from bot.rules.asking import LONGEST_TEXT, Wrong, parse_leads, parse_says, parse_what
from bot.rules.hours import parse_digest, parse_quiet
from bot.rules.sites import parse_sites
from bot.tongue import LANGUAGES, native_name, said

LEADS = "24h 1h 10m"
PING_ON = "reminder live"
LONGEST_NAME = 80

CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
    discord.ChannelType.forum,
]

T = TypeVar("T")
Text = app_commands.Range[str, 1, LONGEST_TEXT]
Fields = dict[str, Any]


class Channel(app_commands.Transformer[discord.Client]):
    """A channel option as Discord sent it; whether it is one of this server is checked where it is used."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return CHANNEL_TYPES

    async def transform(self, _: Interaction, value: app_commands.AppCommandChannel | app_commands.AppCommandThread, /) -> int:
        return value.id


LANGUAGE_CHOICES = [app_commands.Choice(name=native_name(code), value=code) for code in LANGUAGES]


def read(parsed: T | Wrong) -> T:
    """What was read. Raises: Unacceptable when it could not be."""
    if isinstance(parsed, Wrong):
        raise Unacceptable(parsed.sentence)
    return parsed


def one_line(what: str) -> str:
    """What a watch is called: what was asked for, on one line."""
    line = " ".join(what.split()) or "everything"
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def what_fields(text: str, language: str) -> Fields:
    """What is watched, all of it: what was asked for before is asked no more."""
    wanted = read(parse_what(text, language))
    return {
        "name": one_line(text),
        "include": wanted.include,
        "exclude": wanted.exclude,
        "crewed_only": wanted.crewed_only,
        "webcast_only": wanted.webcast_only,
    }


READ: Mapping[str, Callable[[Any, str], Fields]] = {
    "what": what_fields,
    "crewed_only": lambda value, _: {"crewed_only": value},
    "webcast_only": lambda value, _: {"webcast_only": value},
    "notices": lambda text, language: {"notices": read(parse_says(text, language))},
    "leads": lambda text, language: {"leads": read(parse_leads(text, language))},
    "ping_on": lambda text, language: {"ping_on": read(parse_says(text, language))},
    "ping_nobody": lambda value, _: {"roles": ()} if value else {},
    "role": lambda role, _: {"roles": (RoleId(role.id),)},
    "quiet": lambda text, language: {"quiet": read(parse_quiet(text, language))},
    "digest": lambda text, language: {"digest": read(parse_digest(text, language))},
    "crosspost": lambda value, _: {"crosspost": value},
    "as_agency": lambda value, _: {"identity": value},
    "events": lambda value, _: {"occasions": value},
    "sites": lambda text, language: {"sites": read(parse_sites(text, language))},
    "language": lambda value, _: {"language": value},
}
"""Option -> fields, in the order in which they are applied: a later one has the last word."""


def fields_of(options: Mapping[str, object], language: str) -> Fields:
    """Read the options that were given. Raises: Unacceptable."""
    fields: Fields = {}
    for name, take in READ.items():
        if options.get(name) is not None:
            fields |= take(options[name], language)
    if fields.get("notices") == frozenset():
        sentence = "A watch that sends nothing is none. Choose at least one notice, or leave `notices` out."
        raise Unacceptable(said(language, sentence))
    return fields


def with_news(notices: frozenset[Say], news: bool | None) -> Fields:
    """The field that says whether articles are posted too, if anything is said about that."""
    if news is None:
        return {}
    return {"notices": notices | {Say.COVERAGE} if news else notices - {Say.COVERAGE}}


def checked_place(interaction: Interaction, channel: int | None, role: discord.Role | None) -> Place:
    """The place that is meant, where we and this person may post, and a role that we may ping. Raises: Unacceptable."""
    language, guild = language_of(interaction), here(interaction)
    place = place_for(guild, channel or interaction.channel_id, language)
    check_may_post(place, guild.get_member(interaction.application_id), language)
    check_person(place, interaction.user, language)
    if role is not None:
        check_role(guild, role, language)
    return place


def warnings(interaction: Interaction, watch: Watch, place: Place, role: discord.Role | None) -> tuple[str, ...]:
    """What will not work as well as it could."""
    language = language_of(interaction)
    me = place.guild.get_member(interaction.application_id)
    extras = cautions_of_extras(place, me, (watch,), language)
    return (*cautions(place, me, role, language), *extras)


def moved_to(place: Place) -> Fields:
    """The field that says where it is posted."""
    return {"target": target_of(place)}
