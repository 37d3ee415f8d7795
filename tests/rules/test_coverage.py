"""Which articles are news to whom, which sites a watch takes, and when a feed is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import EVERYBODY, Article, Coverage, Delivery, EventId, Fate, GuildId, Linked, Medium, Say, Status, Webcast
from bot.rules.asking import Wrong
from bot.rules.coverage import (
    EVERY,
    FRESH,
    KEPT,
    LONGEST_URL,
    NEAR,
    SUMMARY,
    About,
    carried,
    differs,
    in_order,
    is_kept,
    next_read,
    on_card,
    owed,
    tells_how_to_watch,
    until,
    what_of,
)
from bot.rules.sites import MOST, parse_sites, site_of, takes
from tests.rules.making import DAY, HERE, HOUR, L0, MINUTE, T0, event, following, net, seen, settled, watch

NOW = L0
SITE = "Space Daily"


def article(title: str = "Soyuz MS-19 is ready", **facts: object) -> Article:
    known: dict[str, object] = {
        "title": title,
        "site": SITE,
        "url": f"https://www.daily.example/{title}",
        "published_at": NOW - HOUR,
    }
    return Article(**{**known, **facts})  # type: ignore[arg-type]  # a test names fields freely


def about(
    of: str = "ms-19", *, confidence: float = 0.9, settled_here: Sequence[object] = (), at: timedelta = timedelta(), **facts: object
) -> About:
    """An event that the usual channel follows with everything."""
    one = replace(event(net(T0 + at)), id=EventId(f"ll2:launch:{of}"), name=f"Soyuz 2.1a | {of}", **facts)  # type: ignore[arg-type]  # a test names fields freely
    told = {HERE: tuple(settled_here)} if settled_here else {}
    linked = Linked(event=one.id, confidence=confidence, evidence=("‘Soyuz’ is its rocket",))
    return About(linked, seen(one, L0 - 30 * DAY), (following(),), told)  # type: ignore[arg-type]  # settled rows


def tell(*abouts: About, of: Article | None = None, owner: GuildId = EVERYBODY) -> tuple[Delivery, ...]:
    linked = tuple(one.linked for one in abouts)
    return owed(Coverage(article=of or article(), linked=linked, owner=owner), abouts, NOW)


# --- the order ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "How to watch the launch of Soyuz MS-19",
        "Where and when to watch an actress fly",
        "Watch SpaceX launch its 600th Falcon 9",
        "Live coverage: SpaceX to launch 29 Starlink satellites",
        "NASA Sets Coverage for Agency’s SpaceX Crew-12 Launch, Docking",
        "The webcast begins at noon",
        "Soyuz MS-19 livestream",
    ],
)
def test_a_title_tells_how_to_watch(title: str) -> None:
    assert tells_how_to_watch(article(title))


@pytest.mark.parametrize(
    "title", ["A watchdog looks at NASA", "Soyuz MS-19 launches", "What we saw", "Coverage of space is growing"]
)
def test_a_title_tells_no_such_thing(title: str) -> None:
    assert not tells_how_to_watch(article(title))


def test_a_stream_that_is_to_come_or_runs_tells_how_to_watch() -> None:
    assert tells_how_to_watch(article(live=True))
    assert tells_how_to_watch(article(starts=T0))
    assert not tells_how_to_watch(article(live=False))


def test_how_to_watch_goes_first_then_the_newest() -> None:
    old, new = article("Old", published_at=NOW - DAY), article("New")
    how = article("How to watch it", published_at=NOW - 2 * DAY)
    assert in_order([old, how, new]) == (how, new, old)


# --- what is written down -----------------------------------------------------------------------------------------


def test_what_is_old_from_the_future_or_without_an_address_is_not_kept() -> None:
    assert is_kept(article(), NOW)
    assert not is_kept(article(published_at=NOW - KEPT - MINUTE), NOW)
    assert not is_kept(article(published_at=NOW + 2 * DAY), NOW)
    assert not is_kept(article(url=""), NOW)
    assert not is_kept(article(url="https://a.example/\0"), NOW)
    assert not is_kept(article(url="x" * (LONGEST_URL + 1)), NOW)
    assert not is_kept(article(title="  "), NOW)


def test_a_feed_says_something_new_of_a_video_when_it_is_renamed_moved_or_begins() -> None:
    before = article()
    assert differs(None, before)
    assert not differs(before, replace(before, summary="other words", updated_at=NOW))
    for after in (
        replace(before, title="Other"),
        replace(before, starts=T0),
        replace(before, live=True),
        replace(before, official=True),
    ):
        assert differs(before, after)


def test_a_notice_carries_what_is_shown() -> None:
    long = article(summary="x" * 5000, image="https://a.example/a.png", events=(EventId("a"),))
    assert carried(long) == replace(long, summary="x" * SUMMARY, image="", events=())


# --- sites --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sites", "taken"),
    [
        ((), True),
        (("space daily",), True),
        (("SPACE-DAILY",), True),
        (("daily.example",), True),
        (("www.daily.example",), True),
        (("example",), True),
        (("aily.example",), False),
        (("NASA",), False),
        (("NASA", "Space Daily"), True),
        (("-Space Daily",), False),
        (("-NASA",), True),
        (("-daily.example", "Space Daily"), False),
    ],
)
def test_a_watch_takes_the_sites_that_it_names(sites: tuple[str, ...], taken: bool) -> None:
    assert takes(sites, article()) is taken


def test_an_article_without_a_site_is_its_hosts() -> None:
    assert site_of(article(site=" ")) == "daily.example"
    assert what_of(article(site="")) == "coverage-daily-example"
    assert what_of(article(site="", url="http://[")) == "coverage-unnamed"


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("NASA, spacenews.com", ("NASA", "spacenews.com")),
        ("- Space.com; NASA,,NASA", ("-Space.com", "NASA")),
        ("−Space.com", ("-Space.com",)),
        ("all", ()),
        (" ", ()),
    ],
)
def test_sites_are_written_with_commas(text: str, sites: tuple[str, ...]) -> None:
    assert parse_sites(text) == sites


@pytest.mark.parametrize("text", ["?!", "-", "x" * 61, ",".join(f"site{n}" for n in range(MOST + 1))])
def test_what_is_no_site_is_answered_with_how_to_write_one(text: str) -> None:
    assert isinstance(parse_sites(text), Wrong)


# --- whom it is told ----------------------------------------------------------------------------------------------


def test_an_article_about_a_watched_event_is_told_without_a_card_and_behind_what_has_a_t0() -> None:
    (one,) = tell(about())
    assert (one.notice.say, one.notice.what, one.carded, one.t0) == (Say.COVERAGE, "coverage-space-daily", False, None)
    assert (one.notice.due, one.notice.stale, one.attempt) == (NOW, NOW + DAY, "")
    assert one.notice.article == article()
    assert not one.notice.roles


def test_one_article_is_told_once_about_the_surest_event_and_names_the_others() -> None:
    (one,) = tell(about("other", confidence=0.7), about("main", confidence=0.97), about("third", confidence=0.8))
    assert one.event == "ll2:launch:main"
    assert one.notice.note == "third, other"


def test_of_equally_sure_events_the_nearest_is_the_main_one() -> None:
    (one,) = tell(about("far", at=9 * DAY), about("near"), about("dateless", confidence=0.91, net=net(None)))
    assert one.event == "ll2:launch:near"


@pytest.mark.parametrize(
    "earlier",
    [
        (settled("coverage-space-daily", at=L0 - 9 * DAY),),
        (settled("coverage-space-daily", Fate.OWED),),
        tuple(settled(f"coverage-{n}", at=NOW - 23 * HOUR) for n in range(3)),
        (settled("coverage-1"), settled("coverage-2"), settled("coverage-3", Fate.OWED)),
    ],
)
def test_a_second_of_the_site_and_a_fourth_of_the_day_are_not_told(earlier: tuple[object, ...]) -> None:
    assert tell(about(settled_here=earlier)) == ()


def test_what_was_dropped_or_is_a_day_old_leaves_room() -> None:
    old = tuple(settled(f"coverage-{n}", at=NOW - DAY) for n in range(3))
    dropped = tuple(settled(f"coverage-{n + 3}", Fate.DROPPED) for n in range(3))
    assert len(tell(about(settled_here=(*old, *dropped, settled("T-10m"))))) == 1


def test_what_is_full_for_the_main_event_is_not_told_about_another() -> None:
    full = about("main", confidence=0.97, settled_here=(settled("coverage-space-daily"),))
    assert tell(full, about("other", confidence=0.7)) == ()


@pytest.mark.parametrize(
    "of",
    [article(published_at=NOW - FRESH - MINUTE), article(published_at=NOW + 2 * DAY)],
)
def test_an_old_article_and_one_of_the_future_are_no_news(of: Article) -> None:
    assert tell(about(), of=of) == ()


def test_an_event_long_past_or_cancelled_has_no_news() -> None:
    assert tell(about(at=-8 * DAY)) == ()
    assert tell(about(status=Status.CANCELLED)) == ()
    assert len(tell(about(at=-6 * DAY))) == 1


def test_who_did_not_ask_for_news_or_not_of_this_site_is_told_nothing() -> None:
    quiet = following(watch(notices={Say.REMINDER}), replace(watch(), sites=("NASA",)), replace(watch(), off=True))
    assert tell(replace(about(), following=(quiet,))) == ()
    some = following(watch(name="one"), replace(watch(name="two"), sites=("-Space Daily",)))
    (one,) = tell(replace(about(), following=(some,)))
    assert one.notice.watches == ("one",)


def test_the_article_of_a_servers_own_feed_is_told_there_alone() -> None:
    assert len(tell(about(), owner=HERE.guild)) == 1
    assert tell(about(), owner=GuildId(99)) == ()


def test_where_to_watch_is_no_news_once_t0_has_come() -> None:
    track, how = about().track, article("How to watch it")
    assert until(how, track, T0 - HOUR) == T0
    assert until(how, track, T0 + HOUR) == T0 + HOUR + DAY
    assert until(article(), track, T0 - HOUR) == T0 - HOUR + DAY
    assert until(how, track, T0 - 3 * DAY) == T0 - 2 * DAY


# --- the card -----------------------------------------------------------------------------------------------------


def test_a_card_shows_the_newest_two_one_of_each_site() -> None:
    track = about().track
    for n in range(3):
        track = replace(track, press=on_card(track, article(f"Number {n}", site=f"Site {n // 2}", published_at=NOW + n * MINUTE)))
    assert [one.title for one in track.press] == ["Number 2", "Number 1"]
    assert on_card(track, track.press[0]) == track.press


def test_where_to_watch_stands_on_top_until_it_flies() -> None:
    track = about().track
    how, late = article("How to watch it", site="NASA"), article("Late", published_at=NOW)
    ahead = replace(track, press=on_card(track, how))
    assert on_card(ahead, late) == (how, late)
    flown = replace(ahead, event=replace(ahead.event, status=Status.SUCCESS))
    assert on_card(flown, late) == (late, how)


def test_a_stream_that_stands_on_the_card_is_not_its_news_too() -> None:
    track = about().track
    video = article("The launch, live", medium=Medium.VIDEO, url="https://www.youtube.com/watch?v=abcdefghijk")
    assert on_card(replace(track, found=(Webcast(url=video.url, guessed=True),)), video) == ()


# --- when a feed is read ------------------------------------------------------------------------------------------


def test_a_feed_is_read_more_often_while_a_watched_launch_is_near() -> None:
    assert next_read(NOW, ()) == NOW + EVERY
    assert next_read(NOW, (NOW + 2 * HOUR,)) == NOW + NEAR
    assert next_read(NOW, (NOW - 59 * MINUTE,)) == NOW + NEAR
    assert next_read(NOW, (NOW - 2 * HOUR, NOW + DAY)) == NOW + EVERY
    assert next_read(NOW, (NOW + 3 * HOUR + 9 * MINUTE,)) == NOW + 9 * MINUTE
    assert next_read(NOW, (NOW + 3 * HOUR + MINUTE,)) == NOW + NEAR


def test_a_feed_that_is_down_rests_as_long_as_it_asks() -> None:
    assert next_read(NOW, (NOW + HOUR,), HOUR) == NOW + HOUR
    assert next_read(NOW, (), timedelta(seconds=1)) == NOW + NEAR
