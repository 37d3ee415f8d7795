"""A server's settings as a file: read as written, and every mistake found at once, where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import CHOOSABLE, ChannelId, Digest, Facet, GuildId, Place, Quiet, RoleId, Say, Server, Target, Term, Watch, WatchId
from bot.rules.describing import changed, differences, left_out, line, watch_lines
from bot.rules.settings_text import BLANK, Known, Mistake, Settings, lines_of, quoted, read_settings, written

GUILD = GuildId(5)
ANY = Known()
HERE = Known(channels={100: Place.CHANNEL, 200: Place.FORUM}, roles={7}, zones={"UTC", "Europe/Berlin"})

words = (
    st.text(st.characters(codec="utf-8"), min_size=2, max_size=60)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: len(text) >= 2)
)
terms = st.lists(st.builds(Term, st.sampled_from(Facet), words), max_size=4, unique=True).map(tuple)
leads = st.lists(st.integers(1, 30 * 24 * 60), max_size=5, unique=True).map(
    lambda found: tuple(sorted((timedelta(minutes=one) for one in found), reverse=True))
)
says = st.frozensets(st.sampled_from(sorted(CHOOSABLE)), min_size=1)
watches = st.builds(
    Watch,
    id=st.just(WatchId(0)),
    target=st.builds(Target, st.just(GUILD), st.integers(1, 1 << 62).map(ChannelId), st.sampled_from([Place.CHANNEL, Place.FORUM])),
    name=words,
    include=terms,
    exclude=terms,
    crewed_only=st.booleans(),
    webcast_only=st.booleans(),
    notices=says,
    leads=leads,
    roles=st.lists(st.integers(1, 1 << 62).map(RoleId), max_size=3, unique=True).map(tuple),
    ping_on=st.frozensets(st.sampled_from(sorted(CHOOSABLE))),
    ping_leads=leads,
    language=st.sampled_from(["en", "de"]),
    made_at=st.just(BLANK.made_at),
    off=st.booleans(),
    quiet=st.none() | st.just(Quiet(start=time(22), end=time(7), exempt=frozenset({Say.LIVE}))),
    digest=st.none() | st.just(Digest(at=time(8), weekday=2)),
    crosspost=st.booleans(),
    occasions=st.booleans(),
    identity=st.booleans(),
)


def numbered(found: list[Watch]) -> tuple[Watch, ...]:
    return tuple(replace(one, id=WatchId(number)) for number, one in enumerate(found, 1))


@given(st.lists(watches, max_size=3).map(numbered), st.none() | st.integers(1, 1 << 62).map(RoleId))
def test_settings_are_read_as_they_were_written(found: tuple[Watch, ...], role: RoleId | None) -> None:
    settings = Settings(Server(guild=GUILD, zone="Europe/Berlin", language="de", role=role), found)
    assert read_settings(written(settings).encode(), GUILD, known=ANY, most=5) == settings
    assert differences(settings, settings) == ()


@given(st.binary(max_size=300))
def test_whatever_is_given_is_read_or_refused(raw: bytes) -> None:
    read_settings(raw, GUILD, known=HERE, most=5)


def mistakes(text: str, known: Known = HERE, most: int = 50) -> list[tuple[int, str]]:
    read = read_settings(text.encode(), GUILD, known=known, most=most)
    assert not isinstance(read, Settings)
    return [(one.line, one.where) for one in read]


FINE = 'version = 1\n[[watch]]\nname = "a"\nchannel = "100"\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("version = 1\nserver = 3\nwatch = 4", [(0, "server"), (0, "watch 1")]),
        ("version = 1\nwatch = [3]", [(0, "watch 1"), (0, "watch 1: name"), (0, "watch 1: channel")]),
        (FINE.replace('"a"', '""'), [(3, "watch 1: name")]),
        (FINE + "crewed_only = 1", [(5, "watch 1: crewed_only")]),
        (FINE + 'include = "Soyuz"', [(5, "watch 1: include")]),
        (FINE + 'include = ["Soyuz"]', [(5, "watch 1: include")]),
        (FINE + 'include = ["lsp: x"]', [(5, "watch 1: include")]),
        (FINE + 'include = ["any: x"]', [(5, "watch 1: include")]),
        (FINE.replace("version = 1", "version = 2"), [(1, "version")]),
        (FINE + "include = [3]", [(5, "watch 1: include")]),
        (FINE + 'place = "sea"', [(5, "watch 1: place")]),
        (FINE + "language = 3", [(5, "watch 1: language")]),
        (FINE + "quiet = 3", [(5, "watch 1: quiet")]),
        (FINE + 'notices = "none"', [(5, "watch 1: notices")]),
        (FINE + "roles = [true]", [(5, "watch 1: roles")]),
        (FINE + 'roles = ["99999999999999999999"]', [(5, "watch 1: roles")]),
        (FINE + "id = 1\n" + FINE.removeprefix("version = 1\n") + "id = 1", [(9, "watch 2: id")]),
        (FINE.replace("100", "200"), [(4, "watch 1: channel")]),
        (FINE.replace("100", "300"), [(4, "watch 1: channel")]),
        (FINE + "[server]\nrole = 9", [(6, "server: role")]),
        (FINE + '[server]\nzone = "Mordor"', [(6, "server: zone")]),
        (FINE + "colour = 3", [(5, "watch 1: colour")]),
        ("#" * 70_000, [(0, "")]),
    ],
)
def test_a_mistake_is_told_where_it_stands(text: str, found: list[tuple[int, str]]) -> None:
    assert mistakes(text) == found


def test_terms_are_read_place_and_text() -> None:
    read = read_settings((FINE + 'include = ["lsp:  Space  Exploration"]').encode(), GUILD, known=ANY, most=1)
    assert isinstance(read, Settings)
    assert read.watches[0].include == (Term(Facet.LSP, "Space Exploration"),)


def test_what_is_no_text_is_refused() -> None:
    assert read_settings(b"version = 1 # \xff", GUILD, known=ANY, most=1) == (Mistake(0, "", "is no UTF-8 text: save it as UTF-8"),)


def test_more_watches_than_there_may_be_are_refused() -> None:
    assert mistakes(FINE + FINE.removeprefix("version = 1\n"), most=1) == [(5, "watch 2")]


def test_brackets_without_end_are_refused() -> None:
    assert isinstance(read_settings(("a = " + "[" * 20_000).encode(), GUILD, known=ANY, most=1), tuple)
    assert isinstance(read_settings(b"version = 1", GUILD, known=ANY, most=1), Settings)


def test_what_toml_cannot_hold_is_written_so_that_it_can() -> None:
    assert quoted("a\x7f\ud800") == '"a\\u007f?"'
    assert lines_of('a = 1\n[[watch]]\n  "name" = 2') == {("", 0, "a"): 1, ("watch", 0, ""): 2, ("watch", 0, "name"): 3}
    assert Mistake(1, "a", "b").line == 1


# --- in words -----------------------------------------------------------------------------------------------------


def test_what_is_usual_stays_unsaid() -> None:
    plain = replace(BLANK, id=WatchId(3), name="Soyuz", include=(Term(Facet.ANY, "Soyuz"),), leads=(timedelta(hours=1),))
    assert line(plain) == "**3. Soyuz** → <#0> · reminders: T-1h"
    assert line(replace(plain, name="mine")) == "**3. mine** → <#0> · what: Soyuz · reminders: T-1h"
    assert line(replace(plain, name="x")) == "**3. x** → <#0> · what: Soyuz · reminders: T-1h"
    full = replace(
        plain,
        id=WatchId(0),
        include=(),
        exclude=(Term(Facet.LSP, "SpaceX"),),
        roles=(RoleId(7),),
        notices=frozenset({Say.LIVE}),
        off=True,
        crewed_only=True,
        ping_on=frozenset({Say.LIVE}),
    )
    told = watch_lines(full)
    assert told[0].startswith("⏸️")
    assert {"what: everything", "not: lsp: SpaceX", "role: <@&7>", "crewed only: yes", "pings on: live"} <= set(told)
    assert not any("reminders" in one for one in told)
    assert left_out(plain) == ""
    assert left_out(full).startswith("Not sent: announced")
    assert changed(plain, replace(plain, target=replace(plain.target, place=Place.FORUM))) == ("channel",)


def test_differences_are_told_a_line_each() -> None:
    old = replace(BLANK, id=WatchId(1), name="Soyuz", roles=(RoleId(7),))
    before = Settings(Server(guild=GUILD), (old, replace(old, id=WatchId(2))))
    after = Settings(
        Server(guild=GUILD, zone="Asia/Tokyo", role=RoleId(9)),
        (replace(old, roles=(), crosspost=True), replace(old, id=WatchId(0), name="New")),
    )
    assert differences(before, before) == ()
    told = differences(before, after)
    assert [one.split(maxsplit=1)[0] for one in told] == ["✏️", "✏️", "✏️", "➕", "➖"]
    assert "role: <@&7> → none" in told[2]
    assert "crosspost: no → yes" in told[2]
