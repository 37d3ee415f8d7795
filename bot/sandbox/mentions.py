"""Whom a message notifies, as Discord decides it: by its text, its allowed_mentions and its author's permissions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.forms import Form
from bot.sandbox.wire import Json, as_id, as_list, as_object
from bot.sandbox.world import Guild, Pings

_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
MOST = 100
KINDS = ("roles", "users", "everyone")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A message's allowed_mentions. Without one, Discord parses everything."""

    parse: frozenset[str] = frozenset(KINDS)
    roles: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()
    replied_user: bool = True


EVERYTHING = Allowed()


def check(form: Form, body: Json) -> Allowed:
    """Read allowed_mentions; mistakes go into the form."""
    raw = body.get("allowed_mentions")
    if raw is None:
        return EVERYTHING
    spec, path = as_object(raw), "allowed_mentions"
    parse = {str(each) for each in form.items(spec, "parse", f"{path}.parse", most=len(KINDS))}
    for number, kind in enumerate(sorted(parse)):
        if kind not in KINDS:
            form.fail(f"{path}.parse.{number}", "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(repr, KINDS))}}}.")
    named: dict[str, frozenset[int]] = {}
    for key in ("roles", "users"):
        values = form.items(spec, key, f"{path}.{key}", most=MOST)
        named[key] = frozenset(ident for each in values if (ident := as_id(each)) is not None)
        if key in parse and as_list(spec.get(key)):
            form.fail(
                path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            )
    return Allowed(frozenset(parse), named["roles"], named["users"], spec.get("replied_user") is True)


def named(texts: Iterable[str], allowed: Allowed, guild: Guild | None, *, replied: int | None = None) -> Pings:
    """What these texts mention and allowed_mentions lets through, whatever the author's permissions."""
    text = "\n".join(texts)
    users = {int(each) for each in _USER.findall(text)}
    if "users" not in allowed.parse:
        users &= allowed.users
    if replied is not None and allowed.replied_user:
        users.add(replied)
    if guild is None:
        return Pings(users=frozenset(users))
    roles = {int(each) for each in _ROLE.findall(text)} & guild.roles.keys() - {guild.id}
    if "roles" not in allowed.parse:
        roles &= allowed.roles
    everyone = "everyone" in allowed.parse and _EVERYONE.search(text) is not None
    return Pings(everyone, frozenset(roles), frozenset(users))


def notified(mentions: Pings, guild: Guild | None, *, may_mention_everyone: bool) -> Pings:
    """Whom a new message really pings: @everyone and roles that are not mentionable need MENTION_EVERYONE."""
    if guild is None or may_mention_everyone:
        return mentions
    roles = frozenset(role for role in mentions.roles if guild.roles[role].mentionable)
    return Pings(roles=roles, users=mentions.users)
