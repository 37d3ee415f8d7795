"""How articles are told: the post about one, the line on a card, the lines of a list; what feeds write is harmless there."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Article, Coverage, EventId, Kind, Link, Linked, Medium, Notice, Say, Webcast
from bot.rules import wording
from bot.rules.card import card
from bot.rules.reporting import LINE, PAGE, Item, fits, page, pages, press_row, report, told, tried
from tests.rules.making import DAY, HOUR, L0, event, seen

NASTY = "@everyone **bold** [x](https://evil.example) <@&1>\nsecond line"
MS19 = event()
DOCKING = replace(event(kind=Kind.DOCKING, name="Soyuz MS-19 Docking"), id=EventId("ll2:event:278"))


def article(title: str = "An actress flies", **facts: object) -> Article:
    known: dict[str, object] = {
        "title": title,
        "site": "Orbit Post",
        "url": "https://orbit-post.example/a_(b)",
        "published_at": L0,
        "summary": "She is not the first to try.",
    }
    return Article(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


def notice(of: Article, **facts: object) -> Notice:
    known: dict[str, object] = {"say": Say.COVERAGE, "what": "coverage-x", "due": L0, "stale": L0 + DAY, "article": of}
    return Notice(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


def item(of: Article | None = None, *linked: Linked) -> Item:
    return Item(Coverage(article=of or article(), linked=linked), (MS19,) if linked else ())


SURE = Linked(event=MS19.id, confidence=0.987, evidence=("‘Peresild’ is in its crew", "‘October 5’ is its NET", "third", "fourth"))


def test_a_post_names_site_title_event_and_one_line_of_summary() -> None:
    post = report(notice(article()), article(), seen(MS19))
    assert (post.title, post.url) == ("📰 An actress flies", article().url)
    assert post.lines == (f"**Soyuz MS-19** · Orbit Post · <t:{int(L0.timestamp())}:R>", "She is not the first to try.")
    assert post.lead_in == "Orbit Post on Soyuz MS-19"
    assert post.buttons == (Link("Read", "https://orbit-post.example/a_%28b%29"),)
    assert post.footer == "orbit-post.example"


def test_a_notice_with_an_article_is_told_by_its_article_in_the_readers_language() -> None:
    of = article(medium=Medium.VIDEO, summary="")
    post = wording.post(
        notice(of, note="Soyuz MS-18 Landing", watches=("crewed", "Soyuz"), language="de"), seen(MS19), L0, as_card=False
    )
    assert post.title.startswith("📺")
    assert len(post.lines) == 3
    assert "Soyuz MS-18 Landing" in post.lines[1]
    assert "crewed, Soyuz" in post.lines[2]


def test_a_video_that_is_a_guess_says_so() -> None:
    of = article(medium=Medium.VIDEO)
    track = seen(replace(MS19, webcasts=(Webcast(url=of.url, guessed=True),)))
    assert "found by us, not confirmed" in report(notice(of), of, track).lines
    confirmed = seen(replace(MS19, webcasts=(Webcast(url=of.url),)))
    assert "found by us, not confirmed" not in report(notice(of), of, confirmed).lines


def test_what_a_feed_writes_pings_nobody_and_forms_nothing() -> None:
    of = article(NASTY, site=NASTY, summary=NASTY * 20)
    post = report(notice(of), of, seen(MS19))
    rows = (post.title, post.lead_in, *post.lines, press_row((of,)), told(item(of, SURE), "en"), tried(item(of, SURE), "en"))
    for row in rows:
        assert "@everyone" not in row
        assert "**bold**" not in row
        assert "](https://evil.example)" not in row.replace("\\]", "")
        assert "<@&1>" not in row
    assert all(len(line) <= 2 * LINE for line in post.lines)


def test_a_card_names_what_is_written_about_it() -> None:
    track = replace(seen(MS19), press=(article(), article("Other", site="")))
    assert press_row(()) == ""
    row = next(line for line in card(track, L0 + HOUR).lines if line.startswith("📰"))
    assert row == (
        "📰 Orbit Post: [An actress flies](https://orbit-post.example/a_%28b%29)"
        " · orbit-post.example: [Other](https://orbit-post.example/a_%28b%29)"
    )


# --- lists --------------------------------------------------------------------------------------------------------


def test_an_article_fits_words_that_stand_in_its_title_or_site() -> None:
    assert fits(item(), "actress ORBIT")
    assert fits(item(), "act")
    assert not fits(item(), "actress NASA")
    assert not fits(item(), "ctress")


def test_a_list_says_what_each_article_is_about() -> None:
    several = Item(Coverage(article=article()), (MS19, DOCKING))
    assert told(several, "en").endswith("Soyuz MS-19, Soyuz MS-19 docks")
    assert told(item(), "en").endswith("about no event that I know")


def test_a_list_is_shown_page_by_page() -> None:
    items = [item(article(f"Number {n}")) for n in range(PAGE + 1)]
    assert (pages(()), pages(items)) == (1, 2)
    first, last = page(items, -3, "News", "en"), page(items, 99, "News", "en")
    assert len(first.lines) == PAGE
    assert len(last.lines) == 1
    assert last.footer == f"Page 2 of 2 · {PAGE + 1} articles"


def test_a_test_says_what_would_be_linked_and_why() -> None:
    assert "→ **Soyuz MS-19** (99 %): ‘Peresild’ is in its crew; ‘October 5’ is its NET; third" in tried(item(None, SURE), "en")
    assert "fourth" not in tried(item(None, SURE), "en")
    assert tried(item(), "en").endswith("→ nothing: it names no event clearly enough")
