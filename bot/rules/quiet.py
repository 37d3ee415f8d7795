"""Quiet hours: when a message makes no sound. It is never left out for that, and whom it mentions still stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.model import Notice, Quiet, Say, Track, Watch
from bot.rules.zones import local

EXEMPTABLE = frozenset({Say.LIVE, Say.SCRUB})
"""What may sound in quiet hours, where a watch says so (ALERTS)."""
EXEMPT_NEAR = timedelta(hours=2)
"""And only this close to T-0 (ALERTS)."""


def is_quiet(quiet: Quiet, zone: tzinfo, now: datetime) -> bool:
    """Whether the wall clock there stands within the quiet hours; the same hour twice means all day."""
    clock = local(now, zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def is_silent(asking: Sequence[Watch], notice: Notice, track: Track | None, zone: tzinfo, now: datetime) -> bool:
    """Whether a notice makes no sound: every watch that asked for it has quiet hours now, and exempts it not."""
    return bool(asking) and all(
        watch.quiet is not None and is_quiet(watch.quiet, zone, now) and not sounds(watch.quiet, notice, track, now)
        for watch in asking
    )


def sounds(quiet: Quiet, notice: Notice, track: Track | None, now: datetime) -> bool:
    """Whether a notice sounds all the same. A scrub is near by the T-0 that was given up, not by the next one."""
    if track is None or notice.say not in quiet.exempt & EXEMPTABLE:
        return False
    t0 = (notice.before or track.event.net).clock
    return t0 is not None and abs(t0 - now) <= EXEMPT_NEAR
