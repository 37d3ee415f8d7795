"""RSS and Atom as sites really write them: what is read, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from bot.feeds.prints import canonical, headline, plain
from bot.feeds.rss import parse
from bot.model import Article, Medium
from bot.ports import FeedDown
from tests.feeds.samples import NOW, RSS, item, rss


def only(text: str | bytes, *, url: str = "", kind: str = "") -> Article:
    """Read a feed of one article."""
    page = parse(text if isinstance(text, bytes) else text.encode(), now=NOW, url=url, kind=kind)
    assert len(page.articles) == 1
    return page.articles[0]


def test_an_item_is_an_article_in_plain_text() -> None:
    article = only(rss(item("crew", "Crew &amp; cargo")))
    assert article == Article(
        title="Crew & cargo",
        published_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        summary="A rocket & its crew.\nSecond line",
        site="News of Orbit",
        url="https://news.example/crew",
        language="en",
    )


def test_what_the_operator_calls_a_site_wins_and_an_official_one_is_official() -> None:
    page = parse(RSS.encode(), now=NOW, site="NoO", official=True)
    assert {(article.site, article.official) for article in page.articles} == {("NoO", True)}


def test_an_atom_entry_is_an_article() -> None:
    article = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title><entry><title type="html">&lt;b&gt;Start&lt;/b&gt;'
        '</title><link rel="self" href="https://a.example/self"/><link href="/story?utm_source=feed&amp;id=7#top"/>'
        "<published>2026-03-01T10:00:00+02:00</published><updated>2026-03-01T09:30:00Z</updated>"
        '<content type="html">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>',
        url="https://a.example/feed.xml",
    )
    assert (article.title, article.url, article.language) == ("Start", "https://a.example/story?id=7", "de")
    assert article.published_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert article.updated_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert article.summary == "Text"


@pytest.mark.parametrize(
    ("when", "published"),
    [
        ("Sun, 01 Mar 2026 08:00:00 GMT", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("Sun, 01 Mar 2026 08:00:00 EST", datetime(2026, 3, 1, 12, tzinfo=UTC)),  # an hour ahead: a clock that is wrong
        ("2026-03-01 08:00:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-02-30T08:00:00Z", NOW),
        ("Qui, 04 Out 2018 16:33:23 -0300", NOW),
        ("", NOW),
    ],
)
def test_a_date_is_read_in_any_form_and_is_never_later_than_now(when: str, published: datetime) -> None:
    assert only(rss(item("a", when=when))).published_at == published


def test_a_date_that_cannot_be_read_is_reported() -> None:
    page = parse(rss(item("a", when="Qui, 04 Out 2018 16:33:23 -0300")).encode(), now=NOW)
    assert [fault.why for fault in page.faults] == ["no date that can be read"]


def test_an_undated_item_is_as_old_as_its_feed() -> None:
    dated = "<pubDate>Sat, 28 Feb 2026 08:00:00 GMT</pubDate>"
    assert only(rss(dated, item("a", when=""))).published_at == datetime(2026, 2, 28, 8, tzinfo=UTC)


def test_a_launch_that_is_dated_in_the_future_is_no_news() -> None:
    page = parse(rss(item("a", when="Sun, 08 Mar 2026 08:00:00 GMT"), item("b")).encode(), now=NOW)
    assert [article.url for article in page.articles] == ["https://news.example/b"]
    assert page.faults[0].why == "dated in the future"


def test_a_guid_that_is_an_address_stands_for_a_link_and_one_that_is_none_does_not() -> None:
    guid = "<item><title>T</title><guid>https://news.example/x</guid></item>"
    other = '<item><title>U</title><guid isPermaLink="false">7</guid></item>'
    page = parse(rss(guid, other).encode(), now=NOW)
    assert [article.url for article in page.articles] == ["https://news.example/x"]
    assert page.faults[0].why == "no web address"


def test_an_item_without_a_title_is_called_by_its_first_line() -> None:
    article = only(rss("<item><link>https://n.example/</link><description>First.&lt;br&gt;Second.</description></item>"))
    assert article.title == "First."


def test_an_address_is_said_once_however_often_it_is_listed() -> None:
    page = parse(rss(item("a", "first"), item("a?utm_campaign=x", "second")).encode(), now=NOW)
    assert [article.title for article in page.articles] == ["first"]


def test_a_link_to_a_video_is_a_video() -> None:
    article = only(rss("<item><title>T</title><link>https://youtu.be/aaaaaaaaaa1?si=x</link></item>"))
    assert (article.medium, article.url) == (Medium.VIDEO, "https://www.youtube.com/watch?v=aaaaaaaaaa1")


@pytest.mark.parametrize(
    "picture",
    [
        '<enclosure url="https://n.example/p.jpg" type="image/jpeg" length="7"/>',
        '<media:thumbnail xmlns:media="http://search.yahoo.com/mrss/" url="https://n.example/p.jpg"/>',
        '<media:content xmlns:media="http://search.yahoo.com/mrss/" medium="image" url="//n.example/p.jpg"/>',
    ],
)
def test_a_picture_is_found_wherever_sites_put_it(picture: str) -> None:
    article = only(rss(f"<item><title>T</title><link>https://n.example/</link>{picture}</item>"))
    assert article.image == "https://n.example/p.jpg"


# --- what is malformed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        rss(item("a", "AT&T & friends"), item("b")),
        "\n\n  " + rss(item("a"), item("b")),
        rss(item("a", "caf&eacute; &nosuch;"), item("b")),
        rss(item("a", "1 < 2"), item("b")),
        rss(item("a"), item("b")).replace("</channel>", ""),
        rss(item("a", "bell \x07"), item("b")),
        rss(item("a"), item("b")).replace('version="2.0"', 'version="0.91"'),
        rss(item("a"), item("b")).replace("<rss", '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss'),
        rss(item("a"), item("b")) + "<!-- cached -->" * 20,
    ],
)
def test_a_malformed_feed_gives_its_good_entries(text: str) -> None:
    page = parse(text.encode(), now=NOW)
    assert [article.url for article in page.articles] == ["https://news.example/a", "https://news.example/b"]


@pytest.mark.parametrize(
    ("charset", "served"),
    [("utf-8", ""), ("iso-8859-1", ""), ("utf-16", ""), ("windows-1252", "application/rss+xml; charset=windows-1252")],
)
def test_letters_are_read_as_they_were_served_or_declared(charset: str, served: str) -> None:
    text = rss(item("a", "Ariane à Kourou"))
    text = text if served else text.replace("utf-8", charset)
    assert only(text.encode(charset), kind=served).title == "Ariane à Kourou"


def test_a_wrong_declaration_costs_letters_and_no_article() -> None:
    text = rss(item("a", "Ariane à Kourou"), item("b")).replace("utf-8", "no-such-charset")
    assert len(parse(text.encode(), now=NOW).articles) == 2
    assert len(parse(rss(item("a", "Ariane à Kourou"), item("b")).encode("iso-8859-1"), now=NOW).articles) == 2


def test_the_last_entry_of_a_feed_that_breaks_off_is_not_believed() -> None:
    text = rss(item("a"), item("b"))
    page = parse(text[: text.index("/b</link>")].encode(), now=NOW)
    assert [article.url for article in page.articles] == ["https://news.example/a"]
    assert "breaks off" in page.faults[0].why


def test_entities_do_not_multiply_and_files_are_not_read() -> None:
    bomb = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    text = rss(item("a", "&i;"), item("b")).replace("<rss", f'<!DOCTYPE rss [<!ENTITY a "ha">{bomb}]><rss')
    begun = process_time()
    page = parse(text.encode(), now=NOW)
    assert process_time() - begun < 5
    assert all(len(article.title) <= 300 for article in page.articles)
    stolen = rss(item("a", "x&e;x")).replace("<rss", '<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss')
    assert "root" not in repr(parse(stolen.encode(), now=NOW))


def test_a_feed_is_bounded_in_all_that_it_says() -> None:
    huge = rss(*(item(str(at), "T" * 5_000) for at in range(300))).replace("Second line", "word " * 1_000)
    begun = process_time()
    page = parse(huge.encode()[:4_000_000], now=NOW)
    assert process_time() - begun < 20
    assert len(page.articles) == 100
    assert max(len(article.title) for article in page.articles) <= 300
    assert max(len(article.summary) for article in page.articles) <= 4_000


@pytest.mark.parametrize(
    "hostile",
    [b"<a>" * 200_000, b"".join(b'<a%d:x xmlns:a%d="u">' % (at, at) for at in range(20_000))],
    ids=["tags", "namespaces"],
)
def test_more_markup_than_any_feed_has_is_no_feed(hostile: bytes) -> None:
    begun = process_time()
    with pytest.raises(FeedDown, match="more markup"):
        parse(b"<rss><channel><item>" + hostile, now=NOW)
    assert process_time() - begun < 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "nothing came"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page came"),
        (b"{}", "something else came"),
        (b"<?xml version='1.0'?><opml/>", "broken XML came"),
        (b"<rss version='2.0'><channel><title>cut", "broken XML came"),
        (b"bot/settings.py", "something else came"),
    ],
)
def test_what_is_no_feed_is_said_to_be_what_it_is(body: bytes, why: str) -> None:
    with pytest.raises(FeedDown, match=why):
        parse(body, now=NOW)


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed?a=1&amp;b=2">', "https://c.example/feed?a=1&b=2"),
        ("<LINK href='https://c.example/atom' type='application/atom+xml' rel=alternate />", "https://c.example/atom"),
        ('<link rel="stylesheet" type="text/css" href="/a.css">', ""),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', ""),
        ('<link rel="alternate" type="application/rss+xml">' * 1_000, ""),
    ],
)
def test_a_web_page_that_names_its_feed_is_no_feed_and_says_where_it_is(link: str, named: str) -> None:
    with pytest.raises(FeedDown) as down:
        parse(f"<!DOCTYPE html><html><head>{link}</head><body>Club</body></html>".encode(), now=NOW, url="https://c.example/news")
    assert down.value.why == "a web page came instead of a feed" + (f"; it names {named} as its feed" if named else "")


def test_a_feed_without_entries_is_one() -> None:
    assert parse(rss().encode(), now=NOW, kind="application/rss+xml").articles == ()


# --- text and addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a &lt;b&gt;bold&lt;/b&gt; c", "a bold c"),
        ("2 &lt; 3 and 4 > 3", "2 < 3 and 4 > 3"),
        ("<p>a</p><p>b<br/>c</p>", "a\nb\nc"),
        ("x<script>alert('</p>')</script>y", "xy"),
        ("x<!-- <p> -->y<style>p{}</style>z", "xyz"),
        ("cut <a href='https://n.exam", "cut"),
        ("tab\tand  space\u200e\x00", "tab and space"),
        ("<script>never closed", ""),
        ("[&#8230;]", "[…]"),
    ],
)
def test_markup_is_read_as_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "hostile", ["<" * 40_000, "<a" * 20_000, "<script" * 6_000, "<!--" * 10_000, "&" * 40_000, "&lt;" * 10_000]
)
def test_hostile_markup_takes_no_time(hostile: str) -> None:
    begun = process_time()
    plain(hostile)
    assert timedelta(seconds=process_time() - begun) < timedelta(seconds=1)


def test_a_headline_is_one_line() -> None:
    assert headline("<b>Go</b>\n for\tlaunch") == "Go for launch"


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("HTTPS://News.Example/A?utm_source=x&b=2&fbclid=y#z", "https://news.example/A?b=2"),
        ("https://news.example", "https://news.example/"),
        ("https://www.youtube.com/live/aaaaaaaaaa1?feature=share", "https://www.youtube.com/watch?v=aaaaaaaaaa1"),
        ("https://www.youtube.com/@NASA", "https://www.youtube.com/@NASA"),
        ("javascript:alert(1)", ""),
        ("//news.example/a", ""),
        ("https://[bad/", ""),
    ],
)
def test_one_page_has_one_address(address: str, form: str) -> None:
    assert canonical(address) == form
