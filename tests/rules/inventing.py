"""Hypothesis strategies: events nobody thought of, and the stories that feeds tell of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.model import (
    CHOOSABLE,
    Agency,
    Event,
    Kind,
    Landing,
    Mission,
    Net,
    Pad,
    Person,
    Precision,
    Rocket,
    Say,
    Status,
    StreamKind,
    UserId,
    Watch,
    Webcast,
)
from tests.rules.making import L0, MINUTE, event, watch

instants = st.integers(-20 * 24 * 60, 20 * 24 * 60).map(lambda minutes: L0 + minutes * MINUTE)
"""Minutes of the twenty days on either side of L-0."""
clock_nets = st.builds(Net, instants, st.sampled_from((Precision.SECOND, Precision.MINUTE, Precision.HOUR)))
nets = clock_nets | st.builds(Net, instants, st.sampled_from(Precision)) | st.just(Net(None, Precision.UNKNOWN))
leads = st.frozensets(st.integers(1, 30 * 24 * 60).map(lambda minutes: minutes * MINUTE), max_size=6)
texts = st.text(max_size=60) | st.sampled_from(
    ("@everyone", "<@&1>", "**bold**", "](https://x.y)", "`code", "||spoiler||", "# T", "\n> q")
)
urls = (
    st.sampled_from(("https://youtu.be/dQw4w9WgXcQ", "https://x.com/i/broadcasts/1", "https://[", "", "https://a.b/(c) d>")) | texts
)
webcasts = st.builds(
    Webcast,
    url=urls,
    title=texts,
    publisher=texts,
    kind=st.sampled_from(StreamKind),
    language=st.sampled_from((None, "en", "ru", "zh")),
    priority=st.integers(-5, 20),
    live=st.sampled_from((None, True, False)),
    ends=st.none() | instants,
    guessed=st.booleans(),
)
addresses = st.sampled_from(
    ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/@NASA/live", "https://a.b/(c)\\d<@1>|`e`", "https://[::1]/")
)
"""What the feeds let through: http or https, with a host, in one word."""
people = st.builds(Person, name=texts, role=texts)


some_streams = st.sampled_from(
    (
        (),
        (Webcast(url="https://youtu.be/dQw4w9WgXcQ", kind=StreamKind.OFFICIAL),),
        (Webcast(url="https://youtu.be/dQw4w9WgXcQ", live=True), Webcast(url="https://x.com/i/broadcasts/1", guessed=True)),
        (Webcast(url="https://youtu.be/dQw4w9WgXcQ", kind=StreamKind.RECAP),),
    )
)


def replace_url(webcast: Webcast, url: str) -> Webcast:
    """Stream it somewhere else."""
    return replace(webcast, url=url)


def described(of: Event, **facts: Any) -> Event:
    """Describe an event anew."""
    return replace(of, **facts)


events: st.SearchStrategy[Event] = st.builds(
    described,
    st.just(event()),
    net=nets,
    status=st.sampled_from(Status),
    webcasts=some_streams,
    webcast_live=st.booleans(),
    crew=st.sampled_from(((), (Person(name="Юлия Пересильд"),))),
)
"""What of an event the rules decide by."""
hostile_events: st.SearchStrategy[Event] = st.builds(
    described,
    events,
    kind=st.sampled_from(Kind),
    name=texts,
    window_end=st.none() | instants,
    lsp=st.none() | st.builds(Agency, name=texts, abbrev=texts),
    rocket=st.none() | st.builds(Rocket, name=texts, full_name=texts),
    mission=st.none() | st.builds(Mission, name=texts, kind=texts, orbit=texts),
    spacecraft=st.lists(texts, max_size=4).map(tuple),
    crew=st.lists(people, max_size=14).map(tuple),
    pad=st.none() | st.builds(Pad, name=texts, site=texts),
    location=texts,
    webcasts=st.lists(st.builds(replace_url, webcasts, addresses), max_size=5).map(tuple),
    probability=st.none() | st.integers(0, 100),
    weather=texts,
    reason=texts,
    landings=st.lists(st.builds(Landing, vehicle=texts, attempt=st.just(value=True), place=texts), max_size=4).map(tuple),
)
"""Every text of it written by somebody who means no good."""

waits = st.sampled_from((1, 5, 14, 15, 16, 60, 7 * 60, 26 * 60)).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def stories(draw: st.DrawFn, most: int = 6) -> list[tuple[datetime, Event]]:
    """Invent what a feed says of one launch, one sighting after another."""
    now = draw(instants)
    told: list[tuple[datetime, Event]] = []
    for one in draw(st.lists(events, min_size=1, max_size=most)):
        told.append((now, one))
        now += draw(waits)
    return told


@st.composite
def watches(draw: st.DrawFn) -> Watch:
    """Invent what somebody asks to be told."""
    made = watch(
        leads=draw(leads),
        notices=draw(st.frozensets(st.sampled_from(sorted(CHOOSABLE)))),
        roles=draw(st.lists(st.integers(1, 9), max_size=2)),
        made_at=draw(instants),
    )
    return replace(
        made,
        users=tuple(map(UserId, draw(st.lists(st.integers(1, 9), max_size=2)))),
        ping_on=draw(st.frozensets(st.sampled_from((Say.REMINDER, Say.LIVE, Say.SLIP)))),
        ping_leads=tuple(draw(st.lists(st.sampled_from(made.leads), max_size=2))) if made.leads else (),
    )
