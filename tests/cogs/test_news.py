"""/news, /feed and watches with news: members, admins, somebody without permission, direct messages, and a restart."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from bot.model import USUAL, Article, Coverage, GuildId, Linked, Say
from bot.ports import Articles
from bot.sandbox.options import CannotDo
from bot.sandbox.people import Person
from bot.sandbox.world import Channel, Guild
from tests.cogs.stage import MS19, NOW, Stage, keep

HOUR = timedelta(hours=1)
URL = "https://club.example/feed"
TITLE = "Yulia Peresild flies to the station on October 5"


def article(title: str = TITLE, *, hours: int = 1, site: str = "Orbit Post", summary: str = "") -> Article:
    return Article(
        title=title, site=site, url=f"https://a.example/{quote(title)}", published_at=NOW - hours * HOUR, summary=summary
    )


async def write(stg: Stage, *articles: Article, linked: bool = True, owner: int = 0) -> None:
    """Keep articles as a reader would have."""
    links = (Linked(event=MS19.event.id, confidence=0.97, evidence=("‘Yulia Peresild’ is in its crew",)),) if linked else ()
    async with stg.store.transaction() as tx:
        for one in articles:
            await tx.keep_article(Coverage(article=one, linked=links, owner=GuildId(owner)), NOW)


# --- /news --------------------------------------------------------------------------------------------------------


async def test_a_member_sees_the_newest_articles_and_what_they_are_about(stg: Stage, member: Person) -> None:
    await write(stg, article(), article("How to watch it", hours=2))
    await write(stg, article("A comet passes", hours=0), linked=False)

    reply = await member.slash("news")

    assert reply.text.index(TITLE) < reply.text.index("How to watch it") < reply.text.index("A comet passes")
    assert "Orbit Post" in reply.text
    assert "Soyuz MS-19" in reply.text
    assert not reply.ephemeral


async def test_news_of_an_event_are_found_by_what_it_is_called_or_by_a_word_of_the_title(stg: Stage, member: Person) -> None:
    await write(stg, article("An actress is ready"))
    await write(stg, article("A comet passes"), linked=False)

    assert "An actress is ready" in (await member.slash("news", filter="Peresild")).text
    found = (await member.slash("news", filter="comet")).text
    assert "A comet passes" in found
    assert "An actress" not in found
    assert "No article of the last days fits “Voyager”" in (await member.slash("news", filter="Voyager")).text


async def test_without_articles_it_says_so_and_nothing_a_feed_wrote_pings(stg: Stage, member: Person) -> None:
    assert "no articles yet" in (await member.slash("news")).text
    await write(stg, article("@everyone **look**"))
    text = (await member.slash("news")).text
    assert "@everyone" not in text
    assert "**look**" not in text


async def test_pages_turn_in_direct_messages_and_after_a_restart(stg: Stage, guild: Guild, launches: Channel) -> None:
    ada = stg.discord.add_user("ada")
    stg.discord.add_member(guild, ada)
    await write(stg, *(article(f"Number {n}", hours=n) for n in range(7)))
    direct = stg.discord.direct(ada)
    async with stg.bot():
        shown = (await direct.slash("news", filter="number")).message
        assert launches.guild
    async with stg.bot():
        await direct.click(shown, "▶")
        text = (await direct.slash("news", filter="number")).text
        assert "Number 4" in text
        assert "Number 5" not in text
    assert "Number 6" in str(shown.embeds)
    assert "Number 0" not in str(shown.embeds)


async def test_others_turn_pages_for_themselves(stg: Stage, member: Person, admin: Person) -> None:
    await write(stg, *(article(f"Number {n}", hours=n) for n in range(7)))
    shown = (await member.slash("news")).message

    theirs = await admin.click(shown, "▶")

    assert theirs.ephemeral
    assert "Number 6" in theirs.text
    assert "Number 0" in str(shown.embeds)


async def test_the_articles_of_a_servers_own_feed_are_shown_there_alone(stg: Stage, member: Person, guild: Guild) -> None:
    await write(stg, article("Our own paper"), owner=guild.id)

    assert "Our own paper" in (await member.slash("news")).text
    assert "no articles yet" in (await stg.discord.direct(member.user).slash("news")).text


async def test_why_tells_the_evidence(stg: Stage, admin: Person) -> None:
    await admin.slash("watch add", what="Soyuz", news=True)
    assert "Written about it" not in (await admin.slash("why", launch="MS-19")).text
    await write(stg, article())

    text = (await admin.slash("why", launch="MS-19")).text

    assert TITLE in text
    assert "(97 %): ‘Yulia Peresild’ is in its crew" in text


# --- /watch … news ------------------------------------------------------------------------------------------------


async def test_a_watch_asks_for_news_of_some_sites(stg: Stage, admin: Person, guild: Guild) -> None:
    reply = await admin.slash("watch add", what="Soyuz", news=True, sites="NASA, -Space.com")

    async with stg.store.transaction() as tx:
        (watch,) = await tx.watches(GuildId(guild.id))
    assert watch.notices == USUAL | {Say.COVERAGE}
    assert watch.sites == ("NASA", "-Space.com")
    assert "NASA, -Space.com" in reply.text

    await admin.slash("watch edit", watch="1", news=False, sites="all")
    async with stg.store.transaction() as tx:
        (watch,) = await tx.watches(GuildId(guild.id))
    assert (watch.notices, watch.sites) == (USUAL, ())

    assert "I cannot read that as a site" in (await admin.slash("watch edit", watch="1", sites="?!")).text


async def test_a_watch_may_ask_for_nothing_but_news(stg: Stage, admin: Person, guild: Guild) -> None:
    await admin.slash("watch add", what="Soyuz", notices="coverage")
    async with stg.store.transaction() as tx:
        (watch,) = await tx.watches(GuildId(guild.id))
    assert watch.notices == {Say.COVERAGE}


# --- /feed --------------------------------------------------------------------------------------------------------


async def test_an_admin_adds_lists_and_removes_a_feed(stg: Stage, admin: Person, guild: Guild) -> None:
    stg.papers[URL] = Articles(articles=(article(), article("Another")))

    added = await admin.slash("feed add", url=URL)

    assert added.ephemeral
    assert "2 entries" in added.text
    assert URL in (await admin.slash("feed list")).text
    assert "has that feed already" in (await admin.slash("feed add", url=URL)).text
    (choice,) = await admin.complete("feed remove", "feed", "1")
    assert URL in choice["name"]
    assert URL in (await admin.slash("feed remove", feed=1)).text
    assert "no feed of that number" in (await admin.slash("feed remove", feed=1)).text
    assert "/feed add" in (await admin.slash("feed list")).text
    async with stg.store.transaction() as tx:
        assert await tx.server_feeds(GuildId(guild.id)) == ()


async def test_a_test_shows_the_newest_five_and_why_each_would_be_linked(stg: Stage, admin: Person) -> None:
    others = [article(f"Number {n}", hours=n + 2) for n in range(6)]
    stg.papers[URL] = Articles(articles=(*others, article()))

    reply = await admin.slash("feed test", feed=URL)

    assert reply.ephemeral
    assert "Soyuz MS-19" in reply.text
    assert "is in its crew" in reply.text
    assert "nothing: it names no event clearly enough" in reply.text
    assert "Number 3" in reply.text
    assert "Number 4" not in reply.text
    assert "no articles yet" in (await admin.slash("news")).text  # nothing was kept

    await admin.slash("feed add", url=URL)
    assert "Soyuz MS-19" in (await admin.slash("feed test", feed="1")).text
    assert "no feed of that number" in (await admin.slash("feed test", feed="7")).text
    stg.papers[URL] = Articles(articles=())
    assert "no entries" in (await admin.slash("feed test", feed="1")).text


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://club.example/feed", "beginning with `https://`"),
        ("https://", "beginning with `https://`"),
        ("https://club.example/a feed", "beginning with `https://`"),
        ("https://nothing.example/", "I cannot read that as a feed: there is no feed"),
    ],
)
async def test_what_is_no_feed_is_answered_with_a_way_on(stg: Stage, admin: Person, guild: Guild, url: str, says: str) -> None:
    assert says in (await admin.slash("feed add", url=url)).text
    async with stg.store.transaction() as tx:
        assert await tx.server_feeds(GuildId(guild.id)) == ()


async def test_a_server_has_at_most_ten_feeds(stg: Stage, admin: Person) -> None:
    for n in range(10):
        stg.papers[f"{URL}/{n}"] = Articles(articles=())
        assert "Reading feed" in (await admin.slash("feed add", url=f"{URL}/{n}")).text
    assert "which is the most" in (await admin.slash("feed add", url=f"{URL}/0")).text


async def test_a_member_may_not_and_is_not_offered_it(stg: Stage, member: Person, admin: Person, guild: Guild) -> None:
    stg.papers[URL] = Articles(articles=())
    await admin.slash("feed add", url=URL)
    with pytest.raises(CannotDo):
        await member.slash("feed list")
    with pytest.raises(CannotDo):
        await stg.discord.direct(admin.user, installed=True).slash("feed list")
    for each in stg.discord.commands.values():
        each.spec["default_member_permissions"] = None  # as an admin may set it in the server's settings

    for path, options in (
        ("feed add", {"url": URL}),
        ("feed list", {}),
        ("feed remove", {"feed": 1}),
        ("feed test", {"feed": "1"}),
    ):
        assert "Manage Server" in (await member.slash(path, **options)).text
    assert await member.complete("feed remove", "feed", "") == []
    async with stg.store.transaction() as tx:
        assert len(await tx.server_feeds(GuildId(guild.id))) == 1


async def test_a_feed_outlives_a_restart_and_is_that_servers_alone(stg: Stage, guild: Guild, launches: Channel) -> None:
    stg.papers[URL] = Articles(articles=())
    other = stg.discord.add_guild("Vandenberg")
    stg.discord.add_channel(other, "launches")
    await keep(stg.store, MS19)
    boss = stg.discord.member(guild, stg.discord.owner, launches)
    async with stg.bot():
        await boss.slash("feed add", url=URL)
    async with stg.bot():
        theirs = stg.discord.member(other, stg.discord.owner)
        assert URL in (await boss.slash("feed list")).text
        assert "has added no feed" in (await theirs.slash("feed list")).text
        assert "no feed of that number" in (await theirs.slash("feed remove", feed=1)).text
        assert "no feed of that number" in (await theirs.slash("feed test", feed="1")).text


async def test_a_watch_with_news_can_be_previewed(admin: Person) -> None:
    added = await admin.slash("watch add", what="Soyuz", news=True)
    assert "MS-19" in added.text

    assert "MS-19" in (await admin.slash("preview", watch="1")).text
