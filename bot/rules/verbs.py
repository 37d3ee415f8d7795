"""What a text does with an event: tells it as past or to come, counts it, rounds it up, docks or lands it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.model import Kind

AHEAD = re.compile(
    r"""\b(?:
    to\s+(?:launch|fly|lift|send|carry|attempt|deliver|debut|return|cover|conduct|begin|test|attend|provide|try)
    |will|set\s+(?:to|for)|sets?|scheduled|target(?:s|ing|ed)?|ready|readies|prepar\w+|plans?|planned|upcoming|next|no\s+earlier
    |as\s+(?:soon|early)\s+as|awaits?|awaiting|poised|counting\s+down|countdown|slated|delay\w*|slips?|postpone\w*|scrub\w*|ahead\s+of
    |eyes|aims?|aiming|expects?|expected|invites?|live\s+coverage|watch|before|preview|stack(?:ed|s|ing)?|roll(?:s|ed|ing)?\s*(?:out)?
    |(?:static|hot)[\s-]?fire\w*|encapsulated?|license|heading|might|may
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words of a launch that is still to come."""
BEHIND = re.compile(
    r"""\b(?:
    launched|launches|lifted\s+off|blasted\s+off|lifts\s+off|soar\w*|rocketed|flew|flies|delivers|delivered|deployed|deploys|success\w*|fail\w*
    |reach(?:es|ed)\s+orbit|sent|sends|placed|lost|returned|returns|landed|docked|docks|arrived|arrives|splash\w*|completes?|completed|liftoff!
    |just|yesterday|recently|following\s+(?:the|its)\s+launch|carried|occurred|took\s+place|after\s+(?:launch|liftoff)|new\s+crew
    |on\s+the\s+way|replay
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words of a launch that has happened."""
ABOUT_FLIGHT = re.compile(
    r"""\b(?:
    launch\w*|lift[\s-]?off\w*|lift(?:s|ed)?\s+off|rocket\w*|fl(?:y|ies|ew|ight|ights)|missions?|scrub\w*|countdown|orbit|payloads?|boosters?
    |(?:static|hot)[\s-]?fire\w*|roll(?:s|ed)?[\s-]?out|wet\s+dress|webcast|crew|dock\w*|splashdown|pad
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words of flying at all."""
ROUNDUP = re.compile(
    r"\b(?:launch\s+(?:roundup|preview|schedule)|this\s+week(?:['’]s)?\s+launches|week\s+(?:ahead\s+)?in\s+launches|launches\s+this\s+week)\b",
    re.IGNORECASE,
)
"""The title of an article about all launches of its week."""
COUNTED = frozenset(
    {
        "flight",
        "launch",
        "mission",
        "test",
        "satellite",
        "satellites",
        "batch",
        "spacecraft",
        "crew",
        "starship",
        "electron",
        "time",
    }
    | {"lunar", "lander", "rideshare", "landing"}
)
"""What is counted: the *seventh* of these."""
MAIDEN_SAID = re.compile(
    r"""\b(?:
    (?:maiden|first|inaugural|debut)\s+(?:\w+\s+){0,3}?(?:flight|launch|mission|liftoff|attempt|test)|maiden|debut\w*|inaugural|first[\s-]ever
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A vehicle flies for the first time."""

HAPPENS: Mapping[Kind, re.Pattern[str]] = {
    kind: re.compile(rf"\b(?:{verbs})\b", re.IGNORECASE)
    for kind, verbs in (
        (Kind.DOCKING, r"dock(?:s|ed|ing)?|arriv\w+|berth\w*|rendezvous\w*"),
        (Kind.UNDOCKING, r"undock\w*|depart\w*|leav(?:e|es|ing)"),
        (Kind.LANDING, r"land(?:s|ed|ing)?|return\w*|splash\w*|touch(?:es|ed)?\s*down|back\s+(?:on|to)\s+earth|reent\w+"),
        (Kind.SPACEWALK, r"spacewalk\w*|eva"),
        (Kind.RELOCATION, r"relocat\w+|redock\w*"),
        (Kind.FLYBY, r"fly-?by\w*|flies\s+by"),
        (Kind.TEST, r"test\w*|static|hot\s*fire\w*|rehears\w+"),
        (Kind.CEREMONY, r"ceremony|command"),
        (Kind.PRESS, r"press|briefings?|conference|media"),
    )
}
"""The verbs of each kind of event; a launch is spoken of in every way, and so is a kind that is not here."""
