"""Every word of the pages that is no event's, in the reader's language: templates hold none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.rules.doubts import OWNERS
from bot.tongue import said


@cache
def labels(language: str) -> Mapping[str, str]:
    """Give the words of the pages by name."""
    return {
        # on every page
        "tagline": said(language, "rocket launches, and where to watch"),
        "skip": said(language, "Skip to the content"),
        "schedule": said(language, "Schedule"),
        "past": said(language, "Past launches"),
        "calendar": said(language, "Calendar"),
        "credit": said(language, "Launch data: {source}", source="{source}"),
        "owner": OWNERS["ll2"](language),
        "zone": said(language, "Times are UTC."),
        "own": said(language, "{time} your time", time="{time}"),
        "t0": said(language, "T-0 has come"),
        "as_of": said(language, "As of"),
        "old": said(language, "The launch feed has been silent since then: times may have changed."),
        # the schedule
        "title": said(language, "Launch schedule"),
        "about": said(language, "Which rockets fly next, when in your own time, and where to watch them."),
        "about_past": said(language, "Launches of the last year and how they went."),
        "now": said(language, "Now"),
        "next": said(language, "Next"),
        "later": said(language, "Day not known yet"),
        "show_only": said(language, "Show only"),
        "filter": said(language, "Filter"),
        "everything": said(language, "Show everything"),
        "nothing": said(language, "Nothing is planned."),
        "nothing_past": said(language, "Nothing has flown yet that is known here."),
        "unread": said(language, "No launch feed has been read yet. Look again in a minute."),
        "search_past": said(language, "Look among past launches"),
        "search_ahead": said(language, "Look among what is planned"),
        "earlier": said(language, "Earlier"),
        "more": said(language, "More"),
        # one event
        "live": said(language, "LIVE"),
        "watch": said(language, "Watch"),
        "streams": said(language, "Where to watch"),
        "no_stream": said(language, "No stream is known yet."),
        "uncounted": said(language, "No clock time is known yet, so nothing is counted down."),
        "until": said(language, "window until {time}", time="{time}"),
        "crew": said(language, "Crew"),
        "story": said(language, "What was known when"),
        "attempt": said(language, "attempt {number}", number="{number}"),
        "updates": said(language, "Updates"),
        "news": said(language, "In the news"),
        "timeline": said(language, "Timeline"),
        "kin": said(language, "Belongs to it"),
        "add": said(language, "Add to calendar"),
        "before": said(language, "Before it"),
        "after": said(language, "After it"),
        # calendars
        "about_calendar": said(
            language, "Every launch in your own calendar: it moves with each slip, and goes when it is cancelled."
        ),
        "any_program": said(language, "Any other calendar takes this address:"),
        "own_calendar": said(
            language, "Of your own reminders, and of what a server watches: /calendar on Discord gives the address."
        ),
        # what is not there
        "lost": said(language, "There is no such page"),
        "lost_launch": said(language, "No such launch is known here, or not any more."),
        "way_on": said(language, "The schedule shows what there is, or look for it by a few words:"),
        "trouble": said(language, "The page cannot be shown"),
        "away": said(language, "The database does not answer. Try again in a minute."),
    }
