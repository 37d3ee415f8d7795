"""The time zones there are, and those that somebody may mean while typing."""

from __future__ import annotations

from zoneinfo import available_timezones

from bot.rules.matching import normalised

USUAL = ("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata")
"""Offered before anything is typed."""
OLD = ("Etc/", "SystemV/", "US/", "posix/", "right/")
"""Beginnings of names that are kept for old files, or mislead: Etc/GMT+5 is five hours behind."""

ZONES = frozenset(available_timezones()) - {"localtime", "Factory", "posixrules"}
OFFERED = tuple(sorted(zone for zone in ZONES if "/" in zone and not zone.startswith(OLD)))
SUGGESTED = 25


def suggest_zones(typed: str) -> tuple[str, ...]:
    """Give the zones that fit, those first whose city begins with what is typed."""
    sought = normalised(typed)
    if not sought:
        return USUAL
    fitting = [zone for zone in ("UTC", *OFFERED) if sought in normalised(zone)]
    return tuple(sorted(fitting, key=lambda zone: not normalised(zone.rpartition("/")[2]).startswith(sought))[:SUGGESTED])


def zone_of(text: str) -> str | None:
    """Give the zone that is meant, whatever its case and spaces; None where there is none."""
    sought = normalised(text)
    exact = [zone for zone in sorted(ZONES) if normalised(zone) == sought]
    cities = [zone for zone in OFFERED if normalised(zone.rpartition("/")[2]) == sought]
    return next(iter(exact or cities), None)
