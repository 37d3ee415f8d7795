"""Which servers are whose, and how much of the limit each process may use."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import GuildId
from bot.rules.sharing import MOST_SHARDS, WHOLE, Shards, Share, bucket, overlap, parse_shards, share, whole_share


@pytest.mark.parametrize(("text", "read"), [("0-3/16", Shards(0, 3, 16)), (" 2 / 16 ", Shards(2, 2, 16)), ("0/1", WHOLE)])
def test_shards_are_read_as_they_are_written(text: str, read: Shards) -> None:
    assert parse_shards(text) == read
    assert read.ids == list(range(read.first, read.last + 1))


@pytest.mark.parametrize("text", ["", "4", "3-1/4", "0-4/4", "4/4", "0/0", "-1/4", "0-3/1025", "a/b", "0/1/2"])
def test_what_fits_nowhere_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be written like|counts from 0"):
        parse_shards(text)


@given(st.integers(0, 2**63 - 1), st.integers(1, MOST_SHARDS))
def test_every_server_is_on_exactly_one_shard(guild: int, count: int) -> None:
    assert sum(Shards(one, one, count).has(GuildId(guild)) for one in range(count)) == 1


def test_direct_messages_come_to_shard_0() -> None:
    assert Shards(0, 3, 16).has(GuildId(0))
    assert not Shards(4, 7, 16).has(GuildId(0))


@given(st.floats(1, 50), st.integers(1, 50))
def test_all_together_have_what_one_alone_would_and_no_request_more(rate: float, alive: int) -> None:
    alone = whole_share(rate)
    shares = [share(rate, before, alive) for before in range(alive)]
    if alive <= alone.most:
        assert sum(one.most for one in shares) == alone.most
        assert math.isclose(sum(one.rate_per_s for one in shares), rate)
    assert {one.most for one in shares} <= {max(1, alone.most // alive), alone.most // alive + 1}
    assert all(one.at_once >= 1 for one in shares)


def test_what_does_not_divide_goes_to_those_that_come_first() -> None:
    assert [share(48.0, before, 4).most for before in range(4)] == [13, 12, 12, 12]
    assert [share(48.0, before, 4).at_once for before in range(4)] == [26, 24, 24, 24]
    assert (share(1.0, 2, 3).most, share(1.0, 2, 3).at_once) == (1, 1)


def test_one_alone_may_use_all_of_it() -> None:
    assert share(48.0, 0, 1) == whole_share(48.0) == Share(48.0, 49)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("0-3/16", "4-7/16", False),
        ("0-3/16", "3/16", True),
        ("0-3/16", "0-7/32", True),
        ("0-3/16", "4-7/32", False),
        ("0/2", "1/3", True),
    ],
)
def test_shards_overlap_where_some_server_is_on_both(one: str, other: str, both: bool) -> None:
    first, second = parse_shards(one), parse_shards(other)
    assert overlap(first, second) == overlap(second, first) == both
    assert any(first.has(GuildId(n << 22)) and second.has(GuildId(n << 22)) for n in range(512)) == both


@pytest.mark.parametrize("text", ["0-3/16", "2-2/16"])
def test_shards_are_written_as_they_are_read(text: str) -> None:
    assert str(parse_shards(text)) == text


def test_shards_of_one_bucket_keep_apart() -> None:
    assert [bucket(shard, 1) for shard in range(3)] == [0, 0, 0]
    assert [bucket(shard, 2) for shard in range(4)] == [0, 1, 0, 1]
