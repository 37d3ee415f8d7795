"""Post -> a Discord message that Discord accepts, whatever text is in it: clipped, cleaned, and unable to ping by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

import discord
from yarl import URL

from bot.model import Act, Action, Link, Post, Tone

# Discord's limits (developer docs, "Embed limits", "Create message", "Button structure"). Counted in UTF-16 units, which is never
# less than what Discord counts.
CONTENT = 2000
TITLE = 256
DESCRIPTION = 4096
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
EMBED_TOTAL = 6000
EMBED_URL = 2048
BUTTONS = 5
BUTTON_LABEL = 80
BUTTON_URL = 512
BUTTON_ID = 100

FOOTER = 512
"""Discord takes 2,048; kept smaller so that the lines of a post always have room within the embed's total."""
MENTIONS = 1500
"""Room for mentions in the content, so that the sentence after them is still read. Chosen, not measured: some 60 roles."""
INLINE = 40
"""A field value up to this long shares its row on a desktop. Chosen, not measured: revisit with a picture of a real card."""
WORD = 30
"""How far back a cut looks for the end of a word."""

ELLIPSIS = "…"
NOTHING = "\u200b"
"""What Discord takes for text where it asks for some."""

COLOURS = {
    Tone.CALM: 0x5C6F82,
    Tone.GO: 0x2E86DE,
    Tone.SOON: 0xF39C12,
    Tone.LIVE: 0xE91E63,
    Tone.WARN: 0xE67E22,
    Tone.BAD: 0xC0392B,
    Tone.GOOD: 0x27AE60,
}


_FLEETING = re.compile(r"<(?:@[!&]?\d+|t:-?\d+(?::\w)?)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, rendered. At least one of content and embed says something."""

    content: str
    embed: discord.Embed | None
    buttons: tuple[Link, ...]
    actions: tuple[Action, ...]
    mentions: discord.AllowedMentions
    silent: bool

    def view(self) -> discord.ui.View | None:
        """Buttons in one row, links first, None without any. Needs a running loop."""
        if not (self.buttons or self.actions):
            return None
        view = discord.ui.View(timeout=None)
        for link in self.buttons:
            view.add_item(discord.ui.Button[discord.ui.View](style=discord.ButtonStyle.link, label=link.label, url=link.url))
        for action in self.actions:
            view.add_item(discord.ui.Button[discord.ui.View](label=action.label, custom_id=custom_id(action.act, action.about)))
        view.stop()  # links ask nothing of us, the others are known by their ids: discord.py need not remember the view
        return view


def custom_id(act: Act, about: str) -> str:
    """What a button is known by, for ever."""
    return f"{act.value}:{about}"


def render(post: Post) -> Message:
    """The message that says this post. The same post gives the same message."""
    mentions, roles, users = _mentions(post)
    embed = _embed(post)
    content = clip(" ".join(part for part in (mentions, tidy(post.lead_in).strip()) if part), CONTENT)
    return Message(
        content=content if content or embed else ELLIPSIS,
        embed=embed,
        buttons=(links := tuple(_buttons(post.buttons))),
        actions=tuple(_actions(post.actions))[: BUTTONS - len(links)],
        mentions=discord.AllowedMentions(everyone=False, roles=roles, users=users, replied_user=False),
        silent=post.silent,
    )


def identity_of(post: Post) -> str:
    """What identifies the message of this post when it is read back. Empty for one that is a picture alone."""
    message = render(post)
    return identity(message.embed, message.content)


def identity(embed: discord.Embed | None, content: str) -> str:
    """What identifies a message: what stands above its embed and that one's title, else what its embed describes.

    Several may be told as the card, under one title: what stands above it tells them apart. Whom a message calls, and how
    instants are written in it, may differ from one try to the next.
    """
    titled, described = (embed.title, embed.description) if embed else (None, None)
    above = " ".join(_FLEETING.sub("", content).split())
    return "\n".join(part for part in (above, titled) if part) or described or ""


# --- text ---------------------------------------------------------------------------------------------------------


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def tidy(text: str) -> str:
    """Text without what no message can carry: control characters and lone surrogates; empty when nothing visible is left."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    kept = "".join(char for char in whole if char in "\n\t" or unicodedata.category(char) != "Cc")
    return kept if any(unicodedata.category(char)[0] not in "ZC" for char in kept) else ""


def clip(text: str, limit: int) -> str:
    """At most `limit` units of text, cut at a word where one is near, with an ellipsis where something is missing."""
    if size(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    word_ends = max(cut.rfind(" "), cut.rfind("\n"))
    if word_ends > max(0, len(cut) - WORD):
        cut = cut[:word_ends]
    return cut.rstrip() + ELLIPSIS


def web_url(text: str, limit: int) -> str:
    """A URL as Discord takes it, or empty: http or https, with a host, in ASCII, not too long (a clipped one leads nowhere)."""
    try:
        url = URL(text.strip())
        host = url.host or ""
        plain = str(url)
    except ValueError:
        return ""
    fits = url.scheme in {"http", "https"} and ("." in host or ":" in host) and plain.isascii() and len(plain) <= limit
    return plain if fits and not any(char.isspace() or not char.isprintable() for char in plain) else ""


# --- parts --------------------------------------------------------------------------------------------------------


def _mentions(post: Post) -> tuple[str, list[discord.abc.Snowflake], list[discord.abc.Snowflake]]:
    said: list[str] = []
    pinged: dict[str, list[discord.abc.Snowflake]] = {"<@&": [], "<@": []}
    room = MENTIONS
    wanted = [("<@&", int(role)) for role in dict.fromkeys(post.roles)] + [("<@", int(user)) for user in dict.fromkeys(post.users)]
    for sign, number in wanted:
        mention = f"{sign}{number}>"
        room -= len(mention) + 1
        if room < 0:
            break
        said.append(mention)
        pinged[sign].append(discord.Object(number))
    return " ".join(said), pinged["<@&"], pinged["<@"]


def _embed(post: Post) -> discord.Embed | None:
    title = clip(tidy(post.title).strip(), TITLE)
    footer = clip(tidy(post.footer).strip(), FOOTER)
    description = clip(tidy("\n".join(post.lines)).strip(), DESCRIPTION)
    left = EMBED_TOTAL - size(title) - size(footer) - size(description)
    image = web_url(post.image, EMBED_URL)
    fields = tuple(_fields(post.fields, left))
    if not (title or description or fields or image or footer):
        return None
    embed = discord.Embed(
        title=title or None,
        url=(web_url(post.url, EMBED_URL) or None) if title else None,
        description=description or None,
        colour=COLOURS[post.tone],
    )
    for name, value in fields:
        embed.add_field(name=name, value=value, inline=size(value) <= INLINE)
    if footer:
        embed.set_footer(text=footer)
    if image:
        embed.set_image(url=image)
    return embed


def _fields(fields: Iterable[tuple[str, str]], room: int) -> Iterable[tuple[str, str]]:
    taken = 0
    for raw_name, raw_value in fields:
        name, value = tidy(raw_name).strip(), tidy(raw_value).strip()
        if not (name or value):
            continue
        name = clip(name, FIELD_NAME) or NOTHING
        value = clip(value or NOTHING, min(FIELD_VALUE, room - size(name)))
        if taken == FIELDS or not value:
            return
        taken += 1
        room -= size(name) + size(value)
        yield name, value


def _actions(actions: Iterable[Action]) -> Iterable[Action]:
    for action in actions:
        label = clip(" ".join(tidy(action.label).split()), BUTTON_LABEL)
        if label and size(custom_id(action.act, action.about)) <= BUTTON_ID:
            yield replace(action, label=label)


def _buttons(links: Iterable[Link]) -> Iterable[Link]:
    good = ((tidy(link.label).strip(), web_url(link.url, BUTTON_URL)) for link in links)
    for label, url in [(label, url) for label, url in good if url][:BUTTONS]:
        yield Link(clip(label or URL(url).host or url, BUTTON_LABEL), url)
