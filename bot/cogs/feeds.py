"""/feed add, list, remove, test: feeds of articles that reach this server alone. For those who manage the server."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.governed import GovernedGroup, guild_of, who
from bot.cogs.replying import Interaction, language_of, reply, say
from bot.flow.asking_feeds import LONGEST, AskingFeeds
from bot.flow.governing import Who
from bot.model import GuildId, Post, ServerFeed
from bot.ports import StoreDown
from bot.rules.reporting import tried
from bot.rules.text import plain, stamp
from bot.tongue import counted, said

LABEL = 100

Address = app_commands.Range[str, 1, LONGEST]
Number = app_commands.Range[int, 1, 2**53 - 1]


class FeedCommands(GovernedGroup):
    """The commands about feeds."""

    def __init__(self, feeds: AskingFeeds) -> None:
        super().__init__("feed", "News feeds that this server adds for itself")
        self._feeds = feeds

    @app_commands.command(name="add", description="Read an RSS or Atom feed for this server")
    @app_commands.describe(url="Its address, beginning with https://")
    async def add(self, interaction: Interaction, url: Address) -> None:
        await reply(interaction, self._added(who(interaction), url), private=True)

    async def _added(self, by: Who, url: str) -> Post:
        feed, entries = await self._feeds.add(by, url)
        language = by.language
        what = counted(
            language, "It has {count} entry now, which is no news.", "It has {count} entries now, which are no news.", entries
        )
        how = said(language, "What comes is posted where a watch has news on: `/watch add … news: True`, or `/watch edit`.")
        see = said(language, "`/feed test feed: {number}` shows what it would be linked to.", number=feed.number)
        return Post(
            title=said(language, "Reading feed {number}", number=feed.number), lines=(plain(feed.url, LABEL), what, how, see)
        )

    @app_commands.command(name="list", description="The feeds that this server added")
    async def list_(self, interaction: Interaction) -> None:
        await reply(interaction, self._listed(guild_of(interaction), language_of(interaction)), private=True)

    async def _listed(self, guild: GuildId, language: str) -> Post:
        feeds = await self._feeds.listed(guild)
        if not feeds:
            return say(said(language, "This server has added no feed. Begin with `/feed add`."))
        return Post(title=said(language, "Feeds of this server"), lines=tuple(line(feed, language) for feed in feeds))

    @app_commands.command(name="remove", description="Read a feed no more")
    @app_commands.describe(feed="Which one; /feed list shows their numbers")
    async def remove(self, interaction: Interaction, feed: Number) -> None:
        await reply(interaction, self._removed(who(interaction), feed), private=True)

    async def _removed(self, by: Who, number: int) -> Post:
        gone = await self._feeds.remove(by, number)
        return say(said(by.language, "Removed: {feed}", feed=line(gone, by.language)))

    @app_commands.command(name="test", description="The newest entries of a feed, what each would be linked to, and why")
    @app_commands.describe(feed="The number of one of this server's feeds, or any address")
    async def test(self, interaction: Interaction, feed: Address) -> None:
        await reply(interaction, self._tested(who(interaction), feed), private=True)

    async def _tested(self, by: Who, feed: str) -> Post:
        url, items = await self._feeds.test(by, feed)
        rows = tuple(tried(item, by.language) for item in items)
        nothing = said(by.language, "It can be read, and has no entries.")
        return Post(title=said(by.language, "Test of {feed}", feed=plain(url, LABEL)), lines=rows or (nothing,))

    @remove.autocomplete("feed")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """The feeds of this server."""
        if not interaction.permissions.manage_guild:
            return []
        try:
            feeds = await self._feeds.listed(guild_of(interaction))
        except StoreDown:
            return []
        fitting = [feed for feed in feeds if typed.casefold() in f"{feed.number} {feed.url}".casefold()]
        return [app_commands.Choice(name=f"{feed.number}. {feed.url}"[:LABEL], value=feed.number) for feed in fitting]


def line(feed: ServerFeed, language: str) -> str:
    """Say one feed."""
    since = said(language, "since {when}, by {who}", when=stamp(feed.at, "R"), who=f"<@{feed.by}>")
    return f"**{feed.number}.** {plain(feed.url, LABEL)} · {since}"
