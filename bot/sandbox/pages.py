"""Facts as Launch Library 2.3.0 writes them: in the modes list, normal and detailed, and its vocabularies."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from bot.sandbox.facts import Agency, Event, Facts, Launch, Pad, Picture, Seat, Stream, Word
from bot.sandbox.wire import Json

Mode = Literal["list", "normal", "detailed"]

STATUSES: dict[str, tuple[int, str, str]] = {
    "Go": (1, "Go for Launch", "The time is confirmed by those who launch."),
    "TBD": (2, "To Be Determined", "The time is a guess or a placeholder."),
    "Success": (3, "Launch Successful", "The payload is where it should be."),
    "Failure": (4, "Launch Failure", "The launch failed."),
    "Hold": (5, "On Hold", "The clock is stopped; it may go on within the window."),
    "In Flight": (6, "Launch in Flight", "The vehicle has lifted off."),
    "Partial Failure": (7, "Launch was a Partial Failure", "The payload is not where it should be, but somewhere."),
    "TBC": (8, "To Be Confirmed", "The day is known, the time waits for a word."),
    "Deployed": (9, "Payload Deployed", "The payload is on its own; the word on its orbit is still out."),
}
PRECISIONS: dict[str, tuple[int, str]] = {
    "Second": (0, "SEC"),
    "Minute": (1, "MIN"),
    "Hour": (2, "HR"),
    "Morning": (3, "MORN"),
    "Afternoon": (4, "AFT"),
    "Day": (5, "DAY"),
    "Week": (6, "WK"),
    "Month": (7, "M"),
    "Quarter 1": (8, "Q1"),
    "Quarter 2": (9, "Q2"),
    "Quarter 3": (10, "Q3"),
    "Quarter 4": (11, "Q4"),
    "Half 1": (12, "H1"),
    "Half 2": (13, "H2"),
    "Year": (14, "Y"),
    "Fiscal Year": (15, "FY"),
    "Decade": (16, "DEC"),
}
EVENT_TYPES = {
    "Docking": 2,
    "EVA": 3,
    "Berthing": 4,
    "Undocking": 8,
    "Spacecraft Landing": 9,
    "Change of Command": 15,
    "Press Event": 20,
    "Relocation": 25,
}
STREAM_TYPES = {
    "Official Webcast": 1,
    "Official Re-stream": 2,
    "Unofficial Webcast": 3,
    "Unofficial Re-stream": 4,
    "Technical Webcast": 5,
    "Recap": 6,
    "24/7 Live Feed": 7,
}
LANGUAGES = {"en": "English", "ru": "Russian", "zn": "Chinese", "jp": "Japanese", "fr": "French"}
"""By Launch Library's own codes, of which some are not ISO's."""
COUNTRIES = {
    "AU": ("AUS", "Australia"),
    "CN": ("CHN", "China"),
    "FR": ("FRA", "France"),
    "GF": ("GUF", "French Guiana"),
    "JP": ("JPN", "Japan"),
    "KR": ("KOR", "South Korea"),
    "KZ": ("KAZ", "Kazakhstan"),
    "NZ": ("NZL", "New Zealand"),
    "RU": ("RUS", "Russia"),
    "TW": ("TWN", "Taiwan"),
    "US": ("USA", "United States of America"),
}
PRIORITIES = {"Commander": 0, "Pilot": 1, "Flight Engineer": 2}


def number(text: str) -> int:
    """A stable id for something that the scenario does not number."""
    return zlib.crc32(text.encode()) % 90_000 + 10_000


def stamp(at: datetime | None) -> str | None:
    """An instant as Launch Library writes it."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def slug(name: str) -> str:
    """A name as it stands in addresses."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


class Pages:
    """Writes facts as JSON; addresses in it begin with `base`, for instance `http://127.0.0.1:1/2.3.0`."""

    def __init__(self, facts: Facts, base: str) -> None:
        self._facts = facts
        self._base = base

    def launch(self, one: Launch, mode: Mode) -> Json:
        """A launch: flat in the mode list, without streams, crew and updates in normal."""
        status, name, about = STATUSES[one.status]
        page: Json = {
            "id": one.id,
            "url": f"{self._base}/launches/{one.id}/",
            "name": one.name,
            "response_mode": mode,
            "slug": slug(one.name),
            "launch_designator": one.designator or None,
            "status": {"id": status, "name": name, "abbrev": one.status, "description": about},
            "last_updated": stamp(one.updated),
            "net": stamp(one.net),
            "net_precision": precision(one.precision),
            "window_end": stamp(one.window_end or one.net),
            "window_start": stamp(one.window_start or one.net),
            "image": picture(one.picture),
            "infographic": None,
        }
        if mode == "list":
            return page
        page |= {
            "probability": one.probability,
            "weather_concerns": one.weather or None,
            "failreason": one.failreason,
            "hashtag": None,
            "launch_service_provider": self._agency(one.lsp, mode),
            "rocket": self._rocket(one, mode),
            "mission": self._mission(one),
            "pad": self._pad(self._facts.pads[one.pad]),
            "webcast_live": one.webcast_live,
            "program": [self._program(each) for each in one.programs],
        }
        if mode == "normal":
            return page
        return page | {
            "flightclub_url": None,
            "updates": words(one.words),
            "info_urls": [link(each) for each in one.links],
            "vid_urls": streams(one.streams),
            "timeline": [
                {"type": {"id": 0, "abbrev": each.name, "description": each.name}, "relative_time": each.at}
                for each in one.timeline
            ],
            "pad_turnaround": None,
            "mission_patches": [],
        }

    def event(self, one: Event, mode: Mode) -> Json:
        """An event that is no launch; what it belongs to only in the mode detailed, updates and streams from normal up."""
        page: Json = {
            "id": one.id,
            "url": f"{self._base}/events/{one.id}/",
            "name": one.name,
            "response_mode": mode,
            "slug": slug(one.name),
            "type": {"id": EVENT_TYPES[one.kind], "name": one.kind},
            "description": one.about,
            "webcast_live": one.webcast_live,
            "location": one.location,
            "date": stamp(one.date),
            "date_precision": precision(one.precision),
            "duration": None,
            "image": picture(one.picture),
            "last_updated": stamp(one.updated),
        }
        if mode == "list":
            return page
        page |= {
            "updates": words(one.words),
            "info_urls": [link(each) for each in one.links],
            "vid_urls": streams(one.streams),
        }
        if mode == "normal":
            return page
        return page | {
            "agencies": [self._agency(each, "normal") for each in one.agencies],
            "launches": [self.launch(self._facts.launches[each], "normal") for each in one.launches],
            "expeditions": [],
            "spacestations": [{"id": number(each), "name": each} for each in one.stations],
            "program": [self._program(each) for each in one.programs],
            "astronauts": [person(each) for each in one.crew],
        }

    def _agency(self, key: str, mode: Mode) -> Json:
        one: Agency = self._facts.agencies[key]
        ident = number(one.name)
        page: Json = {
            "response_mode": mode,
            "id": ident,
            "url": f"{self._base}/agencies/{ident}/",
            "name": one.name,
            "abbrev": one.abbrev,
            "type": {"id": number(one.kind), "name": one.kind},
        }
        return page | {"country": countries(one.country)} if mode == "detailed" else page

    def _rocket(self, one: Launch, mode: Mode) -> Json:
        rocket = one.rocket
        ident = number(rocket.full_name or rocket.name)
        page: Json = {
            "id": number(one.id),
            "configuration": {
                "response_mode": "list",
                "id": ident,
                "url": f"{self._base}/launcher_configurations/{ident}/",
                "name": rocket.name,
                "families": [{"response_mode": "list", "id": number(rocket.family), "name": rocket.family}]
                if rocket.family
                else [],
                "full_name": rocket.full_name or rocket.name,
                "variant": rocket.variant,
            },
        }
        if mode != "detailed":
            return page
        return page | {"launcher_stage": [], "spacecraft_stage": [self._craft(one)] if one.spacecraft else [], "payloads": []}

    def _craft(self, one: Launch) -> Json:
        ident = number(one.spacecraft)
        return {
            "id": ident,
            "url": f"{self._base}/spacecraft_flights/{ident}/",
            "destination": one.destination or None,
            "mission_end": None,
            "spacecraft": {
                "id": ident,
                "name": one.spacecraft,
                "spacecraft_config": {"id": ident, "name": one.spacecraft.split()[0]},
            },
            "landing": None,
            "launch_crew": [seat(each) for each in one.crew],
            "onboard_crew": [],
            "landing_crew": [],
            "docking_events": [],
        }

    def _mission(self, one: Launch) -> Json:
        mission = one.mission
        orbit = {"id": number(mission.orbit), "name": mission.orbit, "abbrev": mission.orbit_abbrev} if mission.orbit else None
        return {
            "id": number(mission.name),
            "name": mission.name,
            "type": mission.kind,
            "description": mission.about,
            "image": None,
            "orbit": orbit,
            "agencies": [self._agency(one.lsp, "detailed")],
            "info_urls": [],
            "vid_urls": [],
        }

    def _pad(self, pad: Pad) -> Json:
        ident, site = number(pad.site + pad.name), number(pad.site)
        country = next(iter(countries(pad.country)), None)
        return {
            "id": ident,
            "url": f"{self._base}/pads/{ident}/",
            "active": True,
            "agencies": [],
            "name": pad.name,
            "image": None,
            "description": None,
            "latitude": pad.latitude,
            "longitude": pad.longitude,
            "country": country,
            "map_url": None,
            "location": {
                "response_mode": "normal",
                "id": site,
                "url": f"{self._base}/locations/{site}/",
                "name": pad.site,
                "country": country,
                "timezone_name": pad.zone,
            },
        }

    def _program(self, name: str) -> Json:
        ident = number(name)
        return {"response_mode": "normal", "id": ident, "url": f"{self._base}/programs/{ident}/", "name": name, "image": None}


def precision(name: str) -> Json:
    """A precision of the vocabulary."""
    ident, abbrev = PRECISIONS[name]
    return {"id": ident, "name": name, "abbrev": abbrev, "description": f"Good to the {name.lower()}."}


def countries(code: str) -> list[Json]:
    """A country as the list that it is in 2.3.0; empty when it is not said."""
    if code not in COUNTRIES:
        return []
    three, name = COUNTRIES[code]
    return [{"id": number(code), "name": name, "alpha_2_code": code, "alpha_3_code": three}]


def picture(one: Picture | None) -> Json | None:
    """An image with who is to be credited."""
    if one is None:
        return None
    named = {"id": number(one.license), "name": one.license, "priority": 0, "link": None}
    ident = number(one.url)
    base: Json = {"id": ident, "name": "", "image_url": one.url, "thumbnail_url": one.url, "credit": one.credit or None}
    return {**base, "license": named, "single_use": False, "variants": []}


def streams(some: tuple[Stream, ...]) -> list[Json]:
    """Streams, ascending by priority as the feed always gives them."""
    return [
        {
            "priority": one.priority,
            "source": (urlsplit(one.url).hostname or "").removeprefix("www."),
            "publisher": one.by or None,
            "title": one.title,
            "description": "",
            "feature_image": None,
            "url": one.url,
            "type": {"id": STREAM_TYPES[one.kind], "name": one.kind},
            "language": {"id": number(one.language), "name": LANGUAGES[one.language], "code": one.language},
            "start_time": stamp(one.starts),
            "end_time": stamp(one.ends),
            "live": one.live,
        }
        for one in sorted(some, key=lambda each: each.priority)
    ]


def words(some: tuple[Word, ...]) -> list[Json]:
    """The editors' lines, newest first."""
    return [
        {
            "id": number(one.says),
            "profile_image": None,
            "comment": one.says,
            "info_url": one.link or None,
            "created_by": "editor",
            "created_on": stamp(one.at),
        }
        for one in sorted(some, key=lambda each: each.at, reverse=True)
    ]


def link(url: str) -> Json:
    """A page about an event."""
    source = urlsplit(url).hostname
    return {
        "priority": 10,
        "source": source,
        "title": "",
        "description": "",
        "feature_image": None,
        "url": url,
        "type": None,
        "language": None,
    }


def seat(one: Seat) -> Json:
    """Somebody aboard, with a role."""
    role: Json = {"id": number(one.role), "role": one.role, "priority": PRIORITIES.get(one.role, 5)}
    return {"id": number(one.name + one.role), "role": role, "astronaut": person(one)}


def person(one: Seat) -> Json:
    """Somebody by name."""
    nationality: list[Json] = [{"nationality_name": one.nationality}] if one.nationality else []
    agency: Json | None = {"id": number(one.agency), "name": one.agency, "abbrev": ""} if one.agency else None
    return {"id": number(one.name), "name": one.name, "nationality": nationality, "agency": agency, "image": None}
