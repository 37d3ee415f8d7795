"""What follows from a lost channel, role or server: whose targets rest, what admins are told."""

from __future__ import annotations

from dataclasses import replace

from bot.model import ChannelId, GuildId, Place, RoleId, Server, Target
from bot.rules.losing import at_channel, by_removal, lost_roles, no_channel, places, removed, rests, unpinged, without
from tests.rules.making import HERE, L0, watch

EVENTS = Target(GuildId(1), ChannelId(0), Place.EVENTS)
FORUM = Target(GuildId(1), ChannelId(7), Place.FORUM)


def test_all_places_of_a_server_rest_when_it_is_left_its_scheduled_events_too() -> None:
    assert places([watch(), replace(watch(), occasions=True), replace(watch(), target=FORUM)]) == (HERE, FORUM, EVENTS)


def test_a_channel_is_lost_with_what_goes_there_alone() -> None:
    person = replace(watch(), target=Target(GuildId(0), ChannelId(7), Place.PERSON))
    assert at_channel([watch(), replace(watch(), target=FORUM), person], ChannelId(7)) == (FORUM,)
    assert at_channel([replace(watch(), occasions=True)], ChannelId(0)) == ()


def test_a_reason_is_known_again_in_any_language() -> None:
    assert by_removal(removed("en"))
    assert by_removal(removed("de"))
    assert not by_removal(no_channel(ChannelId(7), "en"))


def test_the_notice_says_what_rests_and_what_brings_it_back() -> None:
    told = rests(FORUM, "why", L0, "en").notice.note
    assert told == "Posts to <#7> are paused: why. Then `/watch resume`."
    assert rests(EVENTS, "why", L0, "en").notice.note.startswith("Scheduled events are paused: why")
    assert rests(EVENTS, "why", L0, "en").target.place is Place.ADMINS


def test_a_role_that_is_gone_is_taken_out_and_named() -> None:
    ringing = replace(watch(), roles=(RoleId(1), RoleId(2)))
    assert without([watch(), ringing], RoleId(1)) == (replace(ringing, roles=(RoleId(2),)),)
    assert lost_roles([ringing], Server(guild=GuildId(1), role=RoleId(3)), {RoleId(2)}) == (RoleId(1), RoleId(3))
    assert lost_roles([ringing], None, {RoleId(1), RoleId(2)}) == ()
    one = unpinged(GuildId(1), RoleId(1), "fans *", [ringing], L0, language="en").notice.note
    assert one.startswith("The role “fans \\*” was deleted. It was pinged by “crewed”")
    two = unpinged(GuildId(1), RoleId(1), "", [ringing, ringing], L0, language="en").notice.note
    assert two.startswith("A role was deleted. It was pinged by 2 watches")
