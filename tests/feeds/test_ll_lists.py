"""What the pages of one list vouch for, put together."""

from __future__ import annotations

import pytest

from bot.feeds.launch_library import listed
from bot.feeds.ll_parse import ParsedPage, parse_page

SOUND: dict[str, object] = {"id": "a1", "name": "Falcon 9 | One", "net": "2026-03-01T14:00:00Z", "status": {"id": 1}}
NAMELESS: dict[str, object] = {"name": "Falcon 9 | Two", "net": "2026-03-02T14:00:00Z", "status": {"id": 1}}


def page_of(*records: dict[str, object], count: int | None) -> ParsedPage:
    return parse_page({"count": count, "next": None, "previous": None, "results": list(records)})


@pytest.mark.parametrize(
    ("page", "cut", "whole"),
    [
        (page_of(SOUND, count=1), False, True),
        (page_of(SOUND, NAMELESS, count=2), False, False),  # a record without an id: the list is all there, but who is it?
        (page_of(SOUND, count=2), True, False),  # half a page
        (page_of(count=2), True, False),  # nothing where something is announced
    ],
)
def test_a_list_is_cut_when_records_are_missing_and_not_when_one_cannot_be_read(page: ParsedPage, cut: bool, whole: bool) -> None:
    answer = listed([page], all_of_it=True)
    assert (answer.cut, answer.whole) == (cut, whole)
