"""Which feeds are read: what the settings name, what they switch off, and what an operator adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.feeds.http import Client
from bot.feeds.rss import Rss
from bot.feeds.youtube import Channel
from bot.ports import FeedDown
from bot.settings import Misconfigured, Settings, load
from bot.sources import launch_feeds, marks, presses, supplied
from tests.feeds.stub import Remembered, TurnedClock, says, serving

OWN = """
[rocketlaunch_live]
on = false

[snapi]
on = false

[rss.nasa]
on = false

[rss.our-club]
url = "https://club.example/news?format=rss"

[channels.spacex]
official = false

[calendars.range]
url = "https://range.example/launches.ics"

[json.our-club]
url = "https://club.example/launches.json"
precision = "hour"
precisions = { "exact" = "minute" }
statuses = { "scrubbed" = "tbd" }

[json.our-club.fields]
id = "uid"
name = "title"
net = "times.t0"
"""


def settings(folder: Path | None = None, text: str = "", **environ: str) -> Settings:
    """Load the settings, with an operator's feeds laid over."""
    if folder is None:
        return load(environ, needs_token=False)
    (folder / "feeds.toml").write_text(text, encoding="utf-8")
    return load({"TMINUS_CONFIG": str(folder), **environ}, needs_token=False)


def names(said: Settings) -> tuple[list[str], list[str]]:
    """Name the presses and the launch feeds."""
    clock = TurnedClock()
    http = Client(clock)
    read = [press.name for press in presses(said, http, clock)]
    return read, [feed.name for feed in launch_feeds(said, http, Remembered(), clock)]


def test_the_shipped_feeds_are_read() -> None:
    read, launches = names(settings())
    assert launches == ["ll2", "rll"]
    assert {"snapi-articles", "snapi-blogs", "snapi-reports", "youtube-spacex", "youtube-nasa", "rss-nasa", "rss-esa"} <= set(read)
    assert len(set(read)) == len(read)


def test_each_feed_but_launch_library_has_a_mark_by_its_name(tmp_path: Path) -> None:
    for said in (settings(), settings(tmp_path, OWN), settings(tmp_path, OWN, TMINUS_FEEDS="launch-library")):
        read, launches = names(said)
        assert marks(said).keys() == {*read, *launches} - {"ll2"}


def test_an_operator_adds_changes_and_switches_off(tmp_path: Path) -> None:
    said = settings(tmp_path, OWN)
    read, launches = names(said)
    assert launches == ["ll2", "json-our-club", "ical-range"]
    assert "rss-our-club" in read
    assert "rss-esa" in read
    assert {"rss-nasa", "snapi-articles"} & set(read) == set()
    assert said.feeds.channels["spacex"].channel == "UCtI0Hodo5o5dUb67FeUjDeA"


def test_channels_are_read_only_where_youtube_is_on(tmp_path: Path) -> None:
    read, _ = names(settings(tmp_path, "[youtube]\non = false\n"))
    assert [name for name in read if name.startswith("youtube")] == []


def test_launch_library_can_be_read_alone() -> None:
    assert names(settings(TMINUS_FEEDS="launch-library")) == ([], ["ll2"])
    assert names(settings(TMINUS_FEEDS="all")) == names(settings())


def test_a_key_gives_all_channels_one_purse_and_is_never_shown() -> None:
    said = settings(YOUTUBE_API_KEY="hush-hush-hush")
    assert "hush" not in repr(said)
    assert "hush" not in said.redact("key hush-hush-hush")
    clock = TurnedClock()
    channels = [press for press in presses(said, Client(clock), clock) if isinstance(press, Channel)]
    assert len({id(channel._api) for channel in channels}) == 1
    assert channels[0]._api is not None


def test_every_mistake_about_a_feed_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misconfigured) as wrong:
        settings(
            tmp_path,
            '[rss."Our Club"]\nurl = "https://club.example/"\n[rss.b]\nurl = "ftp://b.example/"\noffical = true\n'
            '[channels.c]\nchannel = "NASA"\n[json.d]\nurl = "https://d.example/"\nprecision = "sometimes"\nlist = "a..b"\n'
            '[json.d.fields]\nid = "a"\nname = ""\n[calendars.e]\nurl = "https://e.example/"\nper_hour = 0\n'
            '[rss.f]\nurl = "https://me:pw@f.example/"\non = 1\n',
            TMINUS_FEEDS="some",
        )
    said = str(wrong.value)
    assert "pw" not in said
    for sentence in (
        'TMINUS_FEEDS: must be all or launch-library, is "some"',
        "feeds.toml:1: rss.Our Club: is no name for a feed",
        "feeds.toml:4: rss.b.url: is no address",
        "feeds.toml:5: rss.b.offical: is no setting; did you mean official?",
        "feeds.toml:7: channels.c.channel: is no channel id",
        "feeds.toml:10: json.d.precision: must be one of second, minute",
        "feeds.toml:11: json.d.list: is no path",
        "feeds.toml:14: json.d.fields.name: must say something",
        "feeds.toml:12: json.d.fields.net: is missing",
        "feeds.toml:17: calendars.e.per_hour: must be at least 1, is 0",
        "feeds.toml:19: rss.f.url: must end with its path",
        "feeds.toml:20: rss.f.on: must be true or false, is 1",
    ):
        assert sentence in said, said


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.youtube.com/channel/UCLA_DiR1FfKNvjuUpBHmylQ", Channel),
        ("https://youtube.com/channel/UCLA_DiR1FfKNvjuUpBHmylQ/videos?view=0", Channel),
        ("https://www.youtube.com/feeds/videos.xml?channel_id=UCLA_DiR1FfKNvjuUpBHmylQ", Channel),
        ("https://www.youtube.com/@NASA", Rss),
        ("https://youtube.com.evil.example/channel/UCLA_DiR1FfKNvjuUpBHmylQ", Rss),
        ("https://club.example/feed", Rss),
    ],
)
def test_a_persons_address_is_a_channel_or_a_feed(url: str, kind: type) -> None:
    clock = TurnedClock()
    press = supplied(url, Client(clock, public_only=True), clock)
    assert type(press) is kind
    assert press.name == url


async def test_a_feed_that_a_person_named_stays_outside() -> None:
    clock = TurnedClock()
    async with serving(says("inside")) as stub, Client(clock, public_only=True) as http:
        press = supplied(stub.address, http, clock)
        assert press.name == stub.address
        with pytest.raises(FeedDown):
            await press.read()
    assert stub.asked == []
