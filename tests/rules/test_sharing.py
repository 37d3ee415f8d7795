"""Which servers are whose, and how much of the limit each process may use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import GuildId
from bot.rules.sharing import MOST_SHARDS, WHOLE, Shards, parse_shards, share


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


@given(st.floats(1, 50), st.integers(0, 100))
def test_all_together_stay_below_the_rate(rate: float, alive: int) -> None:
    assert share(rate, alive) * max(1, alive) <= rate * (1 + 1e-9)


def test_who_is_alone_has_all_of_it() -> None:
    assert [share(48, alive) for alive in (0, 1, 4)] == [48, 48, 12]
